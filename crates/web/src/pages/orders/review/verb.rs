//! What the one button says: what will happen, and the money of it where it is known.

use domain::order::{OrderAction, OrderLine};
use engine::orders::OrderView;
use rules::orders::check::line_name;
use rules::subscriptions::change::action_of;
use rust_decimal::Decimal;

use crate::pages::orders::money::button_amount;
use crate::view::format::counted;

/// Whether the order changes a subscription.
pub(super) fn is_change(view: &OrderView) -> bool {
    change_of(view).is_some()
}

fn change_of(view: &OrderView) -> Option<&OrderLine> {
    view.row
        .content
        .lines
        .iter()
        .find(|line| !matches!(action_of(line), OrderAction::Buy | OrderAction::Other))
}

/// `Place order, 5,690.10 EUR`; of a change `Cancel subscription`, `Change to 20 seats`.
pub(super) fn place_words(view: &OrderView, later: bool) -> String {
    let Some(line) = change_of(view) else {
        let verb = if later { "Schedule" } else { "Place" };
        return format!("{verb} order, {}", button_amount(view));
    };
    let mut words = change_words(line);
    // What it binds to is said; what it saves stands beside it.
    let binds = view
        .review
        .totals
        .bound
        .values()
        .any(|sum| *sum > Decimal::ZERO);
    if action_of(line) == OrderAction::Seats && binds {
        words = format!("{words}, {}", button_amount(view));
    }
    if later {
        format!("Schedule: {}", lower(&words))
    } else {
        words
    }
}

fn change_words(line: &OrderLine) -> String {
    match action_of(line) {
        OrderAction::Seats => format!(
            "Change to {}",
            counted(u64::from(line.quantity), "seat", "seats")
        ),
        OrderAction::Suspend => "Suspend subscription".to_owned(),
        OrderAction::Resume => "Resume subscription".to_owned(),
        OrderAction::Cancel => "Cancel subscription".to_owned(),
        OrderAction::RenewalOn => "Switch auto-renew on".to_owned(),
        OrderAction::RenewalOff => "Switch auto-renew off".to_owned(),
        OrderAction::Buy | OrderAction::Other => "Place order".to_owned(),
    }
}

/// Of a change which product of whom it is about; nothing of a purchase, whose lines say it.
pub(super) fn what_words(view: &OrderView) -> String {
    change_of(view).map_or_else(String::new, |line| {
        if view.row.customer_name.is_empty() {
            format!("{}. ", line_name(line))
        } else {
            format!("{} of {}. ", line_name(line), view.row.customer_name)
        }
    })
}

fn lower(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_goes_on_in_small_letters() {
        assert_eq!(lower("Cancel subscription"), "cancel subscription");
        assert_eq!(lower(""), "");
    }
}
