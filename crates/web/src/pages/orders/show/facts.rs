//! What is known of an order: who placed it, what came of it, until when it can be cancelled.

use domain::order::{OrderAction, OrderOrigin, OrderState};
use jiff::Timestamp;
use rules::orders::cancel_window::{Policy, before_purchase};
use rules::subscriptions::change::action_of;
use store::orders::OrderRow;
use store::subscriptions::{self, SubscriptionRow};

use crate::app::App;
use crate::fault::Fault;
use crate::pages::Around;
use crate::pages::orders::timeline::Known;
use crate::pages::orders::{money, words};
use crate::view::format::{self, duration};
use crate::view::{Fact, Link, Times, Tone, Value};

/// Who placed it, where and when.
pub(super) fn facts_line(row: &OrderRow, times: &Times) -> String {
    if row.origin == OrderOrigin::Ion {
        let ion = row.ion.as_ref();
        let by = ion
            .map(|ion| ion.placed_by.as_str())
            .filter(|by| !by.is_empty())
            .map_or_else(String::new, |by| format!(" by {by}"));
        let at = ion.and_then(|ion| ion.created_at).unwrap_or(row.created_at);
        return format!("placed in the Ion portal{by}, {}", times.date_time(at));
    }
    match (&row.submitted_by, row.submitted_at) {
        (Some(by), Some(at)) => format!("placed by {}, {}", words::person(by), times.date_time(at)),
        _ => format!(
            "begun by {}, {}",
            words::person(&row.created_by),
            times.date_time(row.created_at)
        ),
    }
}

/// Subscriptions that came of it, and the one that it is about.
pub(super) async fn subscription_links(
    app: &App,
    row: &OrderRow,
    came: &[SubscriptionRow],
    times: &Times,
) -> Result<Vec<Link>, Fault> {
    let mut all: Vec<SubscriptionRow> = came.to_vec();
    if let Some(id) = row.subscription
        && !all.iter().any(|one| one.id == id)
    {
        all.extend(subscriptions::find(app.store().read(), id).await?);
    }
    Ok(all
        .iter()
        .map(|one| {
            let of = &one.subscription;
            let mut words = vec![crate::pages::subscriptions::title(of).to_owned()];
            if let Some(seats) = of.seats {
                words.push(format::counted(u64::from(seats), "seat", "seats"));
            }
            if let Some(at) = of.ends_at.or(of.renews_at) {
                words.push(format!("until {}", times.date(at)));
            }
            Link::new(words.join(", "), crate::pages::subscriptions::href(one.id))
        })
        .collect())
}

/// Until when what came of it can be cancelled: Ion's own day, else the vendor's rule, expected; and what is owed after that.
pub(super) fn cancel_until(
    row: &OrderRow,
    came: &[SubscriptionRow],
    times: &Times,
    costs: bool,
) -> Option<(Timestamp, bool, String)> {
    if row.origin == OrderOrigin::Ion && came.is_empty() {
        return None;
    }
    let said = came
        .iter()
        .filter_map(|one| one.subscription.cancellable_until)
        .min();
    let bought = row.submitted_at.unwrap_or(row.created_at);
    let rule = row
        .content
        .lines
        .iter()
        .filter(|line| action_of(line) == OrderAction::Buy)
        .filter_map(|line| {
            let policy = Policy::of(&line.provider_id, &line.vendor, line.part_number.as_deref());
            before_purchase(policy, bought)
        })
        .map(|last| last.at)
        .min();
    let ends = came
        .iter()
        .filter_map(|one| one.subscription.ends_at)
        .max()
        .map(|at| format!(" until {}", times.date(at)))
        .unwrap_or_default();
    let bound = row
        .totals
        .as_ref()
        .map(|totals| money::sums_text(&totals.bound))
        .filter(|text| costs && !text.is_empty());
    let owed = bound.map_or_else(String::new, |bound| {
        format!("After that {bound} is owed{ends}.")
    });
    match (said, rule) {
        (Some(at), _) => Some((at, false, owed)),
        (None, Some(at)) => Some((at, true, owed)),
        (None, None) => None,
    }
}

/// The rest, fact by fact.
pub(super) fn details(
    row: &OrderRow,
    around: &Around,
    usual: Option<std::time::Duration>,
    known: &Known,
) -> Vec<Fact> {
    let times = &around.times;
    let mut facts = Vec::new();
    let mut add = |name: &str, value: Value| facts.push(Fact::new(name, value));
    add(
        "Customer",
        match row.customer {
            Some(id) => Value::Link(Link::new(
                row.customer_name.clone(),
                crate::pages::customers::href(id),
            )),
            None if row.customer_name.is_empty() => Value::Absent("not chosen yet".to_owned()),
            None => Value::text(row.customer_name.clone()),
        },
    );
    if !row.ion_customer_id.is_empty() {
        add("Ion customer", Value::text(row.ion_customer_id.clone()));
    }
    add(
        "Ion order",
        match (&row.ion_id, row.state) {
            (Some(id), _) => Value::text(id.clone()),
            (None, OrderState::Unconfirmed) => {
                Value::Toned(Tone::Unsure, "help-hexagon", "not known yet".to_owned())
            }
            (None, _) => Value::Absent("none".to_owned()),
        },
    );
    if let Some(ion) = row.ion.as_ref().filter(|ion| !ion.status_word.is_empty()) {
        add("Ion says", Value::Mono(ion.status_word.clone()));
    }
    let mut pos = Vec::new();
    for line in &row.content.lines {
        for po in [&line.customer_po, &line.reseller_po] {
            if !po.is_empty() && !pos.contains(po) {
                pos.push(po.clone());
            }
        }
    }
    if !pos.is_empty() {
        add("PO", Value::text(pos.join(", ")));
    }
    if around.connections.len() > 1
        && let Some(connection) = around.connection(row.connection)
    {
        add("Connection", Value::text(connection.name.clone()));
    }
    if let Some(at) = row.scheduled_for {
        add("Set for", Value::text(times.date_time(at)));
    }
    if let Some((at, expected, _)) = &known.cancel_until
        && !matches!(row.state, OrderState::Failed | OrderState::Cancelled)
    {
        add(
            "Last day to cancel",
            Value::text(match (expected, row.state) {
                (true, OrderState::Completed) => {
                    format!("{}, expected", times.date_time(*at))
                }
                (true, _) => format!("{}, if placed", times.date(*at)),
                (false, _) => times.date_time(*at),
            }),
        );
    }
    match (row.state, row.submitted_at, row.ended_at) {
        (OrderState::Completed, Some(from), Some(until)) => {
            add("Took", Value::text(duration(words::between(from, until))));
        }
        (state, _, _) if !state.is_final() => {
            if let Some(usual) = usual {
                add("Usual time", Value::text(duration(usual)));
            }
        }
        _ => {}
    }
    if row.sends > 1 {
        add("Sent", Value::text(format!("{} times", row.sends)));
    }
    add(
        "Begun",
        Value::text(format!(
            "{} by {}",
            times.date_time(row.created_at),
            row.created_by
        )),
    );
    if let Some(by) = &row.submitted_by {
        add("Confirmed by", Value::text(by.clone()));
    }
    facts
}
