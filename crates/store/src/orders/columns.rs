//! What lists find and sort orders by, worked out from what an order holds.

use domain::Currency;
use domain::order::{OrderAction, OrderLine, OrderOrigin, OrderState, Sums};
use jiff::{SignedDuration, Timestamp};
use rules::customers::name::fold;
use rules::orders::money::{line_totals, term_words};
use sea_orm::Value;

use super::OrderRow;
use crate::connections::signed;
use crate::customers::batch::name_column;
use crate::sql::{json_text, micros, units, values};

/// An order that is about to be sent for longer than this lost its worker.
const ABOUT_TO_BE_SENT: SignedDuration = SignedDuration::from_mins(1);

/// Signs of a vendor's name that count: it stands in indexes.
const VENDOR: usize = 100;

/// A vendor as its columns keep it.
pub(crate) fn vendor_column(vendor: &str) -> String {
    vendor.chars().take(VENDOR).collect()
}

/// Columns of `order_head` that never change.
pub(super) fn fixed(order: &OrderRow) -> Vec<(&'static str, Value)> {
    vec![
        ("id", order.id.0.into()),
        ("number", signed(order.number).into()),
        ("created_by", order.created_by.clone().into()),
        ("created_at", micros(order.created_at).into()),
    ]
}

/// All other columns of `order_head`, but for the version and for what tables beside it say.
pub(super) fn head(order: &OrderRow) -> Vec<(&'static str, Value)> {
    let time = |at: Option<Timestamp>| Value::from(at.map(micros));
    let sums = sums(order);
    vec![
        ("connection_id", order.connection.0.into()),
        ("customer_id", order.customer.map(|id| id.0).into()),
        ("ion_customer_id", order.ion_customer_id.clone().into()),
        ("customer_name", order.customer_name.clone().into()),
        ("customer_key", name_column(&order.customer_name).into()),
        ("origin", order.origin.as_str().into()),
        ("action", order.action.as_str().into()),
        ("subscription_id", order.subscription.map(|id| id.0).into()),
        ("state", order.state.as_str().into()),
        ("state_since", micros(order.state_since).into()),
        ("reference", order.reference.clone().into()),
        ("ion_id", order.ion_id.clone().into()),
        ("vendor", vendor_column(vendor(order)).into()),
        ("title", title(order).into()),
        ("lines", count(line_count(order)).into()),
        ("currency", sums.currency.map(|of| of.to_string()).into()),
        ("monthly_units", sums.monthly.into()),
        ("bound_units", sums.bound.into()),
        ("search", search_words(order).into()),
        ("edited_by", order.edited_by.clone().into()),
        ("edited_at", micros(order.edited_at).into()),
        ("submitted_by", order.submitted_by.clone().into()),
        ("submitted_at", time(order.submitted_at)),
        ("scheduled_for", time(order.scheduled_for)),
        ("sent_at", time(order.sent_at)),
        ("sends", i64::from(order.sends).into()),
        ("looks", i64::from(order.looks).into()),
        ("looked_at", time(order.looked_at)),
        ("looked_complete", order.looked_complete.into()),
        ("next_look_at", time(order.next_look_at)),
        ("not_found_at", time(order.not_found_at)),
        ("polled_at", time(order.polled_at)),
        ("polls", i64::from(order.polls).into()),
        ("cancel_asked_at", time(order.cancel_asked_at)),
        ("stuck_at", time(order.stuck_at)),
        ("ended_at", time(order.ended_at)),
        ("placed_at", time(placed_at(order))),
        (
            "listed_at",
            micros(placed_at(order).unwrap_or(order.created_at)).into(),
        ),
        (
            "changed_at",
            micros(order.edited_at.max(order.state_since)).into(),
        ),
        ("due_at", time(due_at(order))),
        ("attention", attention(order).into()),
        ("price_moved", order.price_moved.into()),
    ]
}

/// Columns of `order_body`.
pub(super) fn body(order: &OrderRow) -> Vec<(&'static str, Value)> {
    vec![
        ("content", json_text(&order.content).into()),
        ("totals", order.totals.as_ref().map(json_text).into()),
        ("payload", order.payload.as_ref().map(json_text).into()),
        ("ion", order.ion.as_ref().map(json_text).into()),
        ("failure", order.failure.as_ref().map(json_text).into()),
    ]
}

/// Columns of [`lines`], in their order.
pub(super) const LINE: &str = "order_id, line, add_on, product_ion_id, sku_id, plan_id, vendor, quantity, currency, monthly_units, sale_units";

/// Rows of `order_line`.
pub(super) fn lines(order: &OrderRow) -> Vec<Vec<Value>> {
    let mut rows = Vec::new();
    for (number, line) in order.content.lines.iter().enumerate() {
        let number = count(number);
        let costs = line_costs(line);
        rows.push(values![
            order.id.0,
            number,
            0_i64,
            line.product_ion_id.clone(),
            line.sku_id.clone(),
            line.plan_id.clone(),
            vendor_column(&line.vendor),
            i64::from(line.quantity),
            costs.currency.map(|of| of.to_string()),
            costs.monthly,
            costs.sale
        ]);
        for (add_on, with) in (1_i64..).zip(&line.add_ons) {
            rows.push(values![
                order.id.0,
                number,
                add_on,
                line.product_ion_id.clone(),
                with.add_on_id.clone(),
                with.plan_id.clone(),
                vendor_column(&line.vendor),
                i64::from(with.quantity),
                None::<String>,
                None::<i64>,
                None::<i64>
            ]);
        }
    }
    rows
}

struct Costs {
    currency: Option<Currency>,
    monthly: Option<i64>,
    sale: Option<i64>,
}

/// What a line changes of what is paid a month; nothing where a part of it has no price.
fn line_costs(line: &OrderLine) -> Costs {
    let totals = line_totals(line);
    let currency = line.price.as_ref().map(|price| price.currency);
    let of = |sums: &Sums| currency.and_then(|currency| units(*sums.get(&currency)?));
    Costs {
        currency,
        monthly: (!totals.unpriced).then(|| of(&totals.monthly)).flatten(),
        sale: totals.monthly_sale.as_ref().and_then(of),
    }
}

struct Shown {
    currency: Option<Currency>,
    monthly: Option<i64>,
    bound: Option<i64>,
}

/// Sums of the first currency that the totals name.
fn sums(order: &OrderRow) -> Shown {
    let Some(totals) = &order.totals else {
        return Shown {
            currency: None,
            monthly: None,
            bound: None,
        };
    };
    let first = totals.bound.keys().chain(totals.monthly.keys()).min();
    let of = |sums: &Sums| units(*sums.get(first?)?);
    Shown {
        currency: first.copied(),
        monthly: of(&totals.monthly),
        bound: of(&totals.bound),
    }
}

fn vendor(order: &OrderRow) -> &str {
    let first = order.content.lines.first();
    first.map_or("", |line| line.vendor.as_str())
}

fn line_count(order: &OrderRow) -> usize {
    match &order.ion {
        Some(ion) if order.content.lines.is_empty() => ion.lines.len(),
        _ => order.content.lines.len(),
    }
}

/// The first line in words; of several, the names of the first two.
fn title(order: &OrderRow) -> String {
    match order.content.lines.as_slice() {
        [] => title_at_ion(order),
        [line] => format!("{}, {}", line_name(line), what(order.action, line)),
        [first, second, ..] => format!("{}, {}", line_name(first), line_name(second)),
    }
}

/// Of an order placed elsewhere whose lines were not read into ours.
fn title_at_ion(order: &OrderRow) -> String {
    let Some(ion) = &order.ion else {
        return String::new();
    };
    match ion.lines.first() {
        Some(line) => format!("{}, {}", line.product_name, seats(line.quantity)),
        None => ion.display_name.clone(),
    }
}

fn line_name(line: &OrderLine) -> &str {
    let names = [&line.sku_name, &line.product_name, &line.product_ion_id];
    names
        .into_iter()
        .find(|name| !name.is_empty())
        .map_or("", String::as_str)
}

fn what(action: OrderAction, line: &OrderLine) -> String {
    match action {
        OrderAction::Buy | OrderAction::Other if line.term == domain::Term::Unknown => {
            seats(line.quantity)
        }
        OrderAction::Buy | OrderAction::Other => {
            format!("{}, {}", seats(line.quantity), term_words(line.term))
        }
        OrderAction::Seats => match line.quantity_before {
            None => format!("now {}", seats(line.quantity)),
            Some(before) if before > line.quantity => {
                let fewer = before - line.quantity;
                format!("\u{2212}{}, now {}", seats(fewer), line.quantity)
            }
            Some(before) => {
                let more = line.quantity - before;
                format!("+{}, now {}", seats(more), line.quantity)
            }
        },
        OrderAction::Suspend => "suspend".to_owned(),
        OrderAction::Resume => "resume".to_owned(),
        OrderAction::Cancel => "cancel".to_owned(),
        OrderAction::RenewalOn => "renews by itself".to_owned(),
        OrderAction::RenewalOff => "ends with its term".to_owned(),
    }
}

fn seats(quantity: u32) -> String {
    match quantity {
        1 => "1 seat".to_owned(),
        many => format!("{many} seats"),
    }
}

/// Every word by which an order is found, but for the customer's name: that has its own column, for it changes.
fn search_words(order: &OrderRow) -> String {
    let number = format!("O-{}", order.number);
    let mut words: Vec<&str> = vec![&number, &order.reference, &order.content.note];
    words.extend(order.ion_id.as_deref());
    for line in &order.content.lines {
        words.extend([
            line.vendor.as_str(),
            &line.product_name,
            &line.sku_name,
            &line.plan_name,
            &line.customer_po,
            &line.reseller_po,
        ]);
        words.extend(line.part_number.as_deref());
        words.extend(line.resource_id.as_deref());
        // Other attributes may be nobody's business.
        words.extend(line.attribute("domainName"));
        words.extend(line.add_ons.iter().map(|with| with.name.as_str()));
    }
    if let Some(ion) = &order.ion {
        words.extend([ion.reference.as_str(), &ion.display_name, &ion.placed_by]);
        words.extend(ion.lines.iter().map(|line| line.product_name.as_str()));
    }
    words.retain(|word| !word.is_empty());
    words.sort_unstable();
    words.dedup();
    fold(&words.join("\n"))
}

/// When somebody confirmed it; of an order placed elsewhere when it was made there.
fn placed_at(order: &OrderRow) -> Option<Timestamp> {
    let made = order.ion.as_ref().and_then(|ion| ion.created_at);
    let seen = (order.origin == OrderOrigin::Ion).then_some(order.created_at);
    order.submitted_at.or(made).or(seen)
}

/// When an order is to be looked at by itself: sent, searched for, or asked for.
fn due_at(order: &OrderRow) -> Option<Timestamp> {
    match order.state {
        OrderState::Scheduled => order.scheduled_for,
        OrderState::Submitting => Some(
            order
                .state_since
                .checked_add(ABOUT_TO_BE_SENT)
                .unwrap_or(order.state_since),
        ),
        OrderState::Unconfirmed
        | OrderState::Placed
        | OrderState::OnHold
        | OrderState::InProgress => order.next_look_at,
        OrderState::Draft
        | OrderState::AwaitingApproval
        | OrderState::Completed
        | OrderState::Failed
        | OrderState::Cancelled => None,
    }
}

/// Whether an order waits for a person.
fn attention(order: &OrderRow) -> bool {
    match order.state {
        OrderState::Failed | OrderState::Unconfirmed | OrderState::OnHold => true,
        OrderState::Draft => order.price_moved,
        OrderState::Completed | OrderState::Cancelled => false,
        OrderState::AwaitingApproval
        | OrderState::Scheduled
        | OrderState::Submitting
        | OrderState::Placed
        | OrderState::InProgress => order.stuck_at.is_some() || order.not_found_at.is_some(),
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
