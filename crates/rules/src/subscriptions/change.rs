//! What can be done with a subscription, until when, and the order line that does it.

use domain::order::{OrderAction, OrderLine};

/// What a line does, read off the line itself.
pub fn action_of(line: &OrderLine) -> OrderAction {
    if line.resource_id.is_none() {
        return OrderAction::Buy;
    }
    let word = |name: &str| line.attribute(name).map(str::to_ascii_lowercase);
    match word("statusUpdate").as_deref() {
        Some("suspended") => return OrderAction::Suspend,
        Some("active") => return OrderAction::Resume,
        Some("deleted") => return OrderAction::Cancel,
        _ => {}
    }
    if line
        .quantity_before
        .is_some_and(|before| before != line.quantity)
    {
        return OrderAction::Seats;
    }
    match word("renewalSetting").as_deref() {
        Some("auto-on") => OrderAction::RenewalOn,
        Some("auto-off") => OrderAction::RenewalOff,
        _ if line.quantity_before.is_some() => OrderAction::Seats,
        _ => OrderAction::Other,
    }
}
