//! What was checked of an order, and where each fault is mended.

use domain::customer::LinkState;
use domain::order::OrderAction;
use engine::orders::OrderView;
use rules::orders::check::{Problem, line_name};
use rules::subscriptions::change::action_of;

use super::prices::is_acceptable;
use crate::fault::sentence;
use crate::pages::orders::step_href;
use crate::view::Button;
use crate::view::orders::review::CheckLine;

fn check_line(class: &'static str, title: String, detail: String) -> CheckLine {
    let (icon, word) = match class {
        "ok" => ("circle-check", "good"),
        "warn" => ("alert-triangle", "look at it"),
        _ => ("circle-x", "stands against it"),
    };
    CheckLine {
        icon,
        class,
        word,
        title,
        detail,
        action: None,
    }
}

/// What was checked: what holds it back first, then what is told, then what is good.
pub(super) fn checks(view: &OrderView, pressed: &[Problem]) -> Vec<CheckLine> {
    let row = &view.row;
    let mut checks = Vec::new();
    let mut problems: Vec<&Problem> = view.review.problems.iter().collect();
    for problem in pressed {
        if !problems.iter().any(|known| known.path == problem.path) {
            problems.push(problem);
        }
    }
    for problem in problems
        .into_iter()
        // These stand at their own fields.
        .filter(|problem| problem.path != "/typed_total" && !is_acceptable(problem))
    {
        let of = problem
            .line()
            .and_then(|line| row.content.lines.get(line))
            .filter(|_| row.content.lines.len() > 1)
            .map(|line| format!("{}, ", line_name(line)))
            .unwrap_or_default();
        let mut line = check_line(
            "bad",
            format!("{of}{}", problem.label),
            sentence(&problem.message),
        );
        line.action = Some(mend(view, problem));
        checks.push(line);
    }
    for warning in &view.review.warnings {
        // Told above, with the change that may be meant.
        if warning.label == "Already there" {
            continue;
        }
        checks.push(check_line(
            "warn",
            warning.label.clone(),
            sentence(&warning.message),
        ));
    }
    let is_wrong = |part: &str| {
        view.review
            .problems
            .iter()
            .any(|problem| problem.path.contains(part))
    };
    let mut good = |title: String| checks.push(check_line("ok", title, String::new()));
    if !is_wrong("/customer") {
        good("Customer is linked and active in Ion".to_owned());
    }
    let buys = row
        .content
        .lines
        .iter()
        .filter(|line| action_of(line) == OrderAction::Buy)
        .count();
    if buys > 0 && !is_wrong("/product") && !is_wrong("/plan") && !is_wrong("/sku") {
        good(match buys {
            1 => "The variant is in your price book".to_owned(),
            2 => "Both variants are in your price book".to_owned(),
            many => format!("All {many} variants are in your price book"),
        });
    }
    if !row.content.lines.is_empty() && !is_wrong("/attributes") {
        let mut vendors: Vec<&str> = row
            .content
            .lines
            .iter()
            .map(|line| line.vendor.as_str())
            .collect();
        vendors.dedup();
        good(match vendors.as_slice() {
            [only] if !only.is_empty() => format!("{only}’s form is complete"),
            _ => "What the vendors need is complete".to_owned(),
        });
    }
    if buys > 0 && view.review.duplicates.is_empty() {
        good("No subscription of the same product".to_owned());
    }
    if !view.review.approval_needed {
        good("No approval needed".to_owned());
    }
    checks
}

/// Where a problem is mended.
fn mend(view: &OrderView, problem: &Problem) -> Button {
    let row = &view.row;
    if problem.path == "/customer" {
        return match (row.customer, view.link.state) {
            (None, _) if let Some(id) = row.subscription => Button::link(
                "Open the subscription",
                crate::pages::subscriptions::href(id),
            ),
            (None, _) => Button::link("Choose", step_href(row.id, "customer")),
            (Some(id), Some(LinkState::Proposed)) => Button::link(
                "Confirm",
                format!("/customers/mapping/to-confirm?customer={id}"),
            ),
            (Some(id), _) => Button::link("Open", crate::pages::customers::href(id)),
        };
    }
    if problem.path.contains("/attributes") {
        return Button::link(
            "Fill in",
            format!("{}?mend=1", step_href(row.id, "provisioning")),
        );
    }
    Button::link("Mend", step_href(row.id, "products"))
}
