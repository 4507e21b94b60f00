//! Which orders a list, an export or a program asks for.

use domain::order::{OrderOrigin, OrderState};
use domain::{ConnectionId, CustomerId, SubscriptionId};
use jiff::Timestamp;
use store::orders::{OrderFilter, OrderSort};

use crate::fault::{Fault, FieldFault};

/// Names of the filters, as they stand in addresses.
pub(crate) const NAMES: [&str; 8] = [
    "q",
    "show",
    "state",
    "vendor",
    "customer",
    "connection",
    "subscription",
    "origin",
];

/// A need by which the list is parted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Show {
    /// All of them.
    All,
    /// A person is waited for.
    NeedYou,
    /// Nobody knows whether Ion has it.
    Unconfirmed,
    /// Confirmed and not ended.
    UnderWay,
    /// Failed.
    Failed,
    /// Being put together.
    Drafts,
    /// Placed elsewhere.
    Ion,
}

impl Show {
    /// Each with its word in addresses and on the page.
    pub(crate) const ALL: [(Self, &'static str, &'static str); 7] = [
        (Self::All, "", "All"),
        (Self::NeedYou, "needs-you", "Need you"),
        (Self::Unconfirmed, "unconfirmed", "Unconfirmed"),
        (Self::UnderWay, "under-way", "On their way"),
        (Self::Failed, "failed", "Failed"),
        (Self::Drafts, "drafts", "Drafts"),
        (Self::Ion, "ion", "Placed in Ion"),
    ];

    /// The need of a word.
    pub(crate) fn of(word: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, name, _)| *name == word)
            .map(|(show, _, _)| *show)
    }

    /// The states that it shows; none for any.
    pub(crate) const fn states(self) -> &'static [OrderState] {
        match self {
            Self::All | Self::NeedYou | Self::Ion => &[],
            Self::Unconfirmed => &[OrderState::Unconfirmed],
            Self::UnderWay => &[
                OrderState::Scheduled,
                OrderState::Submitting,
                OrderState::Placed,
                OrderState::OnHold,
                OrderState::InProgress,
            ],
            Self::Failed => &[OrderState::Failed],
            Self::Drafts => &[OrderState::Draft, OrderState::AwaitingApproval],
        }
    }
}

/// Whether a page takes this word of a filter: one of an old or mistyped address is left out, and the list shows more rather than nothing.
pub(crate) fn is_known(name: &str, word: &str) -> bool {
    match name {
        "show" => Show::of(word.trim()).is_some(),
        "state" => word.split(',').all(|state| {
            let state = state.trim();
            state == "attention" || state.parse::<OrderState>().is_ok()
        }),
        _ => true,
    }
}

/// Reads a filter by its names. Who may not see costs cannot sort by them: that would tell them too.
pub(crate) fn read<'a>(
    get: impl Fn(&str) -> Option<&'a str>,
    costs: bool,
    now: Timestamp,
) -> Result<OrderFilter, Fault> {
    let mut faults = Vec::new();
    let text = |name: &str| {
        get(name)
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(|text| text.chars().take(200).collect::<String>())
    };
    let mut filter = OrderFilter {
        text: text("q").unwrap_or_default(),
        vendor: text("vendor"),
        origin: word::<OrderOrigin>("origin", text("origin"), &mut faults),
        customer: word::<CustomerId>("customer", text("customer"), &mut faults),
        connection: word::<ConnectionId>("connection", text("connection"), &mut faults),
        subscription: word::<SubscriptionId>("subscription", text("subscription"), &mut faults),
        now: Some(now),
        ..OrderFilter::default()
    };
    if let Some(shown) = text("show") {
        match Show::of(&shown) {
            Some(show) => {
                filter.attention = show == Show::NeedYou;
                filter.states = show.states().to_vec();
                if show == Show::Ion {
                    filter.origin = Some(OrderOrigin::Ion);
                }
            }
            None => wrong(
                &mut faults,
                "show",
                "Show needs-you, unconfirmed, under-way, failed, drafts or ion.",
            ),
        }
    }
    if let Some(states) = text("state") {
        let mut asked = Vec::new();
        for state in states.split(',') {
            // The word by which messages lead here.
            if state.trim() == "attention" {
                filter.attention = true;
                continue;
            }
            match state.trim().parse::<OrderState>() {
                Ok(state) => asked.push(state),
                Err(_) => wrong(&mut faults, "state", "This word is no state of an order."),
            }
        }
        // Both at once are what both let through.
        if filter.states.is_empty() || asked.is_empty() {
            filter.states.append(&mut asked);
        } else {
            filter.states.retain(|state| asked.contains(state));
            if filter.states.is_empty() && faults.is_empty() {
                return Ok(nothing(filter));
            }
        }
    }
    if let Some(sort) = text("sort") {
        let (name, descending) = match sort.strip_prefix('-') {
            Some(name) => (name, true),
            None => (sort.as_str(), false),
        };
        filter.descending = descending;
        match name.parse::<OrderSort>() {
            Ok(OrderSort::Bound) if !costs => wrong(
                &mut faults,
                "sort",
                "Sorting by what an order binds to needs the right to see costs.",
            ),
            Ok(sort) => filter.sort = sort,
            Err(_) => wrong(
                &mut faults,
                "sort",
                "Sort by placed, number, customer, bound, state or changed; with - before it for the other way.",
            ),
        }
    }
    if faults.is_empty() {
        Ok(filter)
    } else {
        Err(Fault::invalid(faults))
    }
}

/// A filter that no order passes: a draft is never placed elsewhere.
fn nothing(filter: OrderFilter) -> OrderFilter {
    OrderFilter {
        states: vec![OrderState::Draft],
        origin: Some(OrderOrigin::Ion),
        ..filter
    }
}

fn wrong(faults: &mut Vec<FieldFault>, field: &str, message: &str) {
    faults.push(FieldFault {
        field: field.to_owned(),
        message: message.to_owned(),
    });
}

fn word<T: std::str::FromStr>(
    name: &str,
    text: Option<String>,
    faults: &mut Vec<FieldFault>,
) -> Option<T> {
    let text = text?;
    let read = text.parse().ok();
    if read.is_none() {
        wrong(faults, name, "This is none that Ionbridge knows here.");
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&'static str, &'static str)], costs: bool) -> Result<OrderFilter, Fault> {
        let now = "2026-11-23T10:42:00Z".parse().unwrap();
        read(
            |name| {
                pairs
                    .iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| *value)
            },
            costs,
            now,
        )
    }

    #[test]
    fn needs_and_states_narrow_each_other() {
        let filter = of(&[("show", "under-way")], true).unwrap();
        assert!(filter.states.contains(&OrderState::Placed) && !filter.attention);
        let filter = of(&[("show", "under-way"), ("state", "placed")], true).unwrap();
        assert_eq!(filter.states, [OrderState::Placed]);
        let none = of(&[("show", "failed"), ("state", "placed")], true).unwrap();
        assert_eq!(none.origin, Some(OrderOrigin::Ion));
        assert_eq!(none.states, [OrderState::Draft]);
        assert!(of(&[("show", "needs-you")], true).unwrap().attention);
        assert!(of(&[("show", "all of them")], true).is_err());
        assert!(of(&[("state", "lost")], true).is_err());
    }

    #[test]
    fn pages_leave_out_words_that_are_none() {
        assert!(!is_known("state", "drafts") && !is_known("show", "everything"));
        assert!(is_known("state", "draft,failed") && is_known("state", "attention"));
        assert!(is_known("show", "drafts") && is_known("q", "drafts"));
    }

    #[test]
    fn who_sees_no_cost_learns_none_by_sorting() {
        assert!(of(&[("sort", "-bound")], false).is_err());
        assert!(of(&[("sort", "-bound")], true).unwrap().descending);
    }
}
