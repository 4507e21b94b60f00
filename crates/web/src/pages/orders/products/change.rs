//! What a change of a subscription takes.

use domain::order::OrderAction;
use rules::orders::check::{Problem, line_name};
use rules::subscriptions::change::action_of;
use store::subscriptions;

use super::line::{LineAsked, po, quantity};
use crate::app::App;
use crate::fault::Fault;
use crate::pages::orders::compose::{Draft, wrong};
use crate::view::Link;
use crate::view::format::count;
use crate::view::orders::products::ChangeEdit;

/// What a change of a subscription takes.
pub(super) async fn change_edit(
    app: &App,
    draft: &Draft,
    problems: &[Problem],
    raw: &std::collections::BTreeMap<String, String>,
) -> Result<Option<ChangeEdit>, Fault> {
    let view = &draft.view;
    let Some(line) = view.row.content.lines.first() else {
        return Ok(None);
    };
    let asked = LineAsked {
        place: 0,
        alone: true,
        problems,
        raw,
    };
    let name = line_name(line);
    let action = action_of(line);
    let title = match action {
        OrderAction::Seats => format!("Another number of seats of {name}"),
        OrderAction::Suspend => format!("Suspend {name}"),
        OrderAction::Resume => format!("Resume {name}"),
        OrderAction::Cancel => format!("Cancel {name}"),
        OrderAction::RenewalOn => format!("{name} renews by itself"),
        OrderAction::RenewalOff => format!("{name} ends with its term"),
        OrderAction::Buy | OrderAction::Other => name.to_owned(),
    };
    let subscription = match view.row.subscription {
        Some(id) => subscriptions::find(app.store().read(), id)
            .await?
            .map(|row| {
                Link::new(
                    "Open the subscription",
                    format!("/subscriptions/{}", row.id),
                )
            }),
        None => None,
    };
    let mut quantity = (action == OrderAction::Seats).then(|| quantity(&asked, line));
    if let (Some(quantity), Some(before)) = (&mut quantity, line.quantity_before) {
        "Seats in all".clone_into(&mut quantity.label);
        quantity.hint = format!("now {}", count(u64::from(before)));
    }
    let own = wrong(problems, "/lines/0");
    Ok(Some(ChangeEdit {
        title,
        vendor: line.vendor.clone(),
        text: if own.is_empty() {
            "It becomes an order of its own, sent when you press the button of the review."
                .to_owned()
        } else {
            own
        },
        subscription,
        now: line
            .quantity_before
            .map(|before| format!("now {before}"))
            .unwrap_or_default(),
        quantity,
        customer_po: po("po.0".to_owned(), "Customer’s PO", &line.customer_po)
            .error(asked.wrong("customer_po")),
        reseller_po: po("own_po.0".to_owned(), "Your PO", &line.reseller_po)
            .error(asked.wrong("reseller_po")),
    }))
}
