//! What stands in lists and beside orders, in words.

use std::time::Duration;

use domain::order::{OrderAction, OrderOrigin, OrderState};
use jiff::Timestamp;
use store::orders::OrderHit;

use crate::view::Times;
use crate::view::format::duration;

/// What is next with an order of a list, and the moment to count down to.
pub(super) fn next(hit: &OrderHit, times: &Times) -> (String, Option<Timestamp>) {
    let words = |text: &str| (text.to_owned(), None);
    if hit.origin == OrderOrigin::Ion {
        return match hit.state {
            OrderState::Failed => words("See why"),
            _ => words("Placed in the Ion portal"),
        };
    }
    match hit.state {
        OrderState::Draft if hit.customer.is_none() && hit.customer_name.is_empty() => {
            words("Choose the customer")
        }
        OrderState::Draft if hit.price_moved => words("A price moved: accept it"),
        OrderState::Draft if hit.lines == 0 => words("Choose a product"),
        OrderState::Draft => words("Review and place it"),
        OrderState::AwaitingApproval => words("A second person must agree"),
        OrderState::Scheduled => (
            hit.scheduled_for.map_or_else(
                || "Sent at its time".to_owned(),
                |at| format!("Sent {}", times.date_time(at)),
            ),
            None,
        ),
        OrderState::Submitting => words("On its way to Ion"),
        OrderState::Unconfirmed if hit.not_found_at.is_some() => {
            words("Not found: send it again, or close it")
        }
        OrderState::Unconfirmed => match hit.next_look_at {
            Some(at) if at > times.now => ("Next look in".to_owned(), Some(at)),
            _ => words("Ion is searched now"),
        },
        OrderState::Placed | OrderState::InProgress if hit.stuck_at.is_some() => (
            format!("Longer than usual: {}", since(hit.state_since, times)),
            None,
        ),
        OrderState::Placed => words("Ion will begin"),
        OrderState::OnHold => words("Waits for TD SYNNEX"),
        OrderState::InProgress => (format!("for {}", since(hit.state_since, times)), None),
        OrderState::Completed => match hit.submitted_at {
            Some(at) => (
                format!("took {}", duration(between(at, hit.state_since))),
                None,
            ),
            None => words(""),
        },
        OrderState::Failed => words("See why, order again"),
        OrderState::Cancelled => words(""),
    }
}

fn since(at: Timestamp, times: &Times) -> String {
    duration(between(at, times.now))
}

/// The time between two instants; nothing where the second is before the first.
pub(super) fn between(from: Timestamp, until: Timestamp) -> Duration {
    Duration::try_from(until.duration_since(from)).unwrap_or_default()
}

/// The first line of a list's title, parted: what it is, and how many for how long.
pub(super) fn parted(title: &str, lines: u64) -> (String, String) {
    if lines > 1 {
        return (title.to_owned(), format!("{lines} lines"));
    }
    let mut name = title;
    let mut detail = "";
    // From the end, as long as it is none of the name.
    while let Some((before, last)) = name.rsplit_once(", ") {
        if !is_detail(last) {
            break;
        }
        detail = &title[before.len() + 2..];
        name = before;
    }
    (name.to_owned(), detail.to_owned())
}

fn is_detail(word: &str) -> bool {
    let word = word
        .trim_start_matches("now ")
        .trim_start_matches(['+', '\u{2212}']);
    let number = word
        .strip_suffix(" seats")
        .or_else(|| word.strip_suffix(" seat"))
        .unwrap_or(word);
    number.bytes().all(|digit| digit.is_ascii_digit()) && !number.is_empty()
        || matches!(
            word,
            "1 month"
                | "1 year"
                | "3 years"
                | "suspend"
                | "resume"
                | "cancel"
                | "renews by itself"
                | "ends with its term"
        )
}

/// What an order is for, as the heading of its draft.
pub(super) const fn heading(action: OrderAction) -> &'static str {
    match action {
        OrderAction::Buy | OrderAction::Other => "New order",
        OrderAction::Seats => "Change seats",
        OrderAction::Suspend => "Suspend a subscription",
        OrderAction::Resume => "Resume a subscription",
        OrderAction::Cancel => "Cancel a subscription",
        OrderAction::RenewalOn => "Turn the renewal on",
        OrderAction::RenewalOff => "Turn the renewal off",
    }
}

/// Who, as a name: the part of an e-mail address before the @.
pub(super) fn person(actor: &str) -> &str {
    actor.split('@').next().unwrap_or(actor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_parted_where_the_name_ends() {
        let part = |title: &str| parted(title, 1);
        assert_eq!(
            part("Business Premium, 25 seats, 1 year"),
            ("Business Premium".into(), "25 seats, 1 year".into())
        );
        assert_eq!(
            part("AWS Support, Business, 1 seat"),
            ("AWS Support, Business".into(), "1 seat".into())
        );
        assert_eq!(
            part("Business Standard, +3 seats, now 12"),
            ("Business Standard".into(), "+3 seats, now 12".into())
        );
        assert_eq!(part("Azure plan"), ("Azure plan".to_owned(), String::new()));
        assert_eq!(
            parted("Business Premium, Teams", 2),
            ("Business Premium, Teams".into(), "2 lines".into())
        );
        assert_eq!(
            part("Workspace, cancel"),
            ("Workspace".into(), "cancel".into())
        );
    }
}
