//! The pages of orders: the list, the three steps in which one is put together, one order, and what is done with it.

pub(crate) mod act;
pub(crate) mod card;
mod catalog;
pub(crate) mod compose;
pub(crate) mod customer;
pub(crate) mod dashboard;
pub(crate) mod export;
pub(crate) mod filter;
mod find;
mod first_login;
pub(crate) mod list;
mod matrix;
mod money;
pub(crate) mod new;
mod panel;
pub(crate) mod products;
pub(crate) mod provisioning;
pub(crate) mod review;
mod row;
pub(crate) mod show;
mod timeline;
mod typed;
pub(crate) mod words;

use domain::OrderId;
use domain::order::OrderOrigin;

use crate::view::Flash;

/// The list.
pub(crate) const PATH: &str = "/orders";

/// The page of an order.
pub(crate) fn href(id: OrderId) -> String {
    format!("{PATH}/{id}")
}

/// A step in which it is put together: `products`, `provisioning`, `review`.
pub(crate) fn step_href(id: OrderId, step: &str) -> String {
    format!("{PATH}/{id}/edit/{step}")
}

/// Its number as people read it: `O-2041`; of one that was placed elsewhere Ion's, `ION-88121`.
pub(crate) fn number_text(origin: OrderOrigin, number: u64, ion_id: Option<&str>) -> String {
    match (origin, ion_id) {
        (OrderOrigin::Ion, Some(ion_id)) => format!("ION-{ion_id}"),
        _ => format!("O-{number}"),
    }
}

/// What was just done, by the word that a post left in the address.
pub(crate) fn said(done: Option<&str>) -> Option<Flash> {
    let (title, text) = match done? {
        "discarded" => ("Draft discarded", "Nothing of it was sent to Ion."),
        "placed" => ("Order placed", "It goes to Ion now; this page follows it."),
        "scheduled" => ("Order scheduled", "Until its time it can be taken back."),
        "copied" => (
            "Copied",
            "A new draft with the prices of today. The other order stays as it is.",
        ),
        "taken-back" => ("Taken back", "It is a draft again; nothing of it was sent."),
        "looking" => ("Ion is asked now", "What it says stands here in a moment."),
        "again" => (
            "It is sent again",
            "Ion is searched once more, completely, right before it leaves.",
        ),
        "closed" => (
            "Closed",
            "Should Ion show it all the same, it is taken over and you are told.",
        ),
        "cancelled" => ("Called off", "Nothing of it goes to Ion."),
        "cancelling" => (
            "Ion is asked to call it off",
            "What it answers stands here in a moment.",
        ),
        "adopted" => (
            "Taken over",
            "It is followed to its end from now on, and is not sent again.",
        ),
        "forgotten" => ("Forgotten", "The first log-in is deleted, unseen."),
        "no-login" => (
            "There is no log-in any more",
            "It was shown or forgotten before.",
        ),
        "reading" => (
            "Ion is read now",
            "What changed there comes in by itself within seconds.",
        ),
        "customer" => ("Customer changed", ""),
        _ => return None,
    };
    Some(Flash::done(title, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_says_where_it_was_placed() {
        assert_eq!(
            number_text(OrderOrigin::Here, 2041, Some("88097")),
            "O-2041"
        );
        assert_eq!(
            number_text(OrderOrigin::Ion, 17, Some("88121")),
            "ION-88121"
        );
        assert_eq!(number_text(OrderOrigin::Ion, 17, None), "O-17");
    }

    #[test]
    fn a_word_that_nobody_knows_says_nothing() {
        assert!(said(Some("<script>")).is_none());
        assert!(said(Some("placed")).is_some());
    }
}
