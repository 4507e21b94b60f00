//! Which subscriptions a list, an export or a program asks for.

use domain::subscription::SubscriptionState;
use domain::{BillingPeriod, ConnectionId, CustomerId, Term};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use store::subscriptions::{SubscriptionFilter, SubscriptionSort};

use crate::fault::{Fault, FieldFault};

/// Names of the filters, as they stand in addresses.
pub(crate) const NAMES: [&str; 13] = [
    "q",
    "vendor",
    "state",
    "term",
    "billing",
    "renewal",
    "customer",
    "due",
    "due_from",
    "due_to",
    "connection",
    "product",
    "unknown_customer",
];

/// Who asks, and when: days are days of a zone, and who may not see costs can neither sort nor filter by them.
#[derive(Debug)]
pub(crate) struct Asker {
    pub(crate) costs: bool,
    pub(crate) now: Timestamp,
    pub(crate) zone: TimeZone,
}

/// Reads a filter by its names.
pub(crate) fn read<'a>(
    get: impl Fn(&str) -> Option<&'a str>,
    asker: &Asker,
) -> Result<SubscriptionFilter, Fault> {
    let mut reader = Reader { faults: Vec::new() };
    let text = |name: &str| {
        get(name)
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(|text| text.chars().take(200).collect::<String>())
    };
    let mut filter = SubscriptionFilter {
        text: text("q").unwrap_or_default(),
        vendor: text("vendor"),
        term: reader.word::<Term>("term", text("term")),
        billing: reader.word::<BillingPeriod>("billing", text("billing")),
        customer: reader.word::<CustomerId>("customer", text("customer")),
        connection: reader.word::<ConnectionId>("connection", text("connection")),
        product_ion_id: text("product"),
        unknown_customer: text("unknown_customer").is_some(),
        ..SubscriptionFilter::default()
    };
    reader.states(text("state").as_ref(), &mut filter);
    filter.auto_renew = match text("renewal").as_deref() {
        None => None,
        Some("on") => Some(true),
        Some("off") => Some(false),
        Some(_) => {
            reader.wrong("renewal", "Give on or off.");
            None
        }
    };
    reader.due(
        text("due"),
        text("due_from"),
        text("due_to"),
        asker,
        &mut filter,
    );
    reader.sort(text("sort"), asker.costs, &mut filter);
    if reader.faults.is_empty() {
        Ok(filter)
    } else {
        Err(Fault::invalid(reader.faults))
    }
}

struct Reader {
    faults: Vec<FieldFault>,
}

impl Reader {
    fn wrong(&mut self, field: &str, message: &str) {
        self.faults.push(FieldFault {
            field: field.to_owned(),
            message: message.to_owned(),
        });
    }

    fn word<T: std::str::FromStr>(&mut self, name: &str, text: Option<String>) -> Option<T> {
        let parsed = text?.parse().ok();
        if parsed.is_none() {
            self.wrong(name, "This word is none that Ionbridge knows here.");
        }
        parsed
    }

    /// States parted by commas; `all` shows ended ones too.
    fn states(&mut self, text: Option<&String>, filter: &mut SubscriptionFilter) {
        for word in text.into_iter().flat_map(|text| text.split(',')) {
            match word.trim() {
                "all" => filter.with_ended = true,
                word => match word.parse::<SubscriptionState>() {
                    Ok(state) => filter.states.push(state),
                    Err(_) => self.wrong(
                        "state",
                        "Give active, pending, trial, ends, suspended, cancelled, expired, unknown or all.",
                    ),
                },
            }
        }
    }

    /// In so many days from now, or between two days, both included.
    fn due(
        &mut self,
        days: Option<String>,
        from: Option<String>,
        to: Option<String>,
        asker: &Asker,
        filter: &mut SubscriptionFilter,
    ) {
        if let Some(days) = days {
            match days.parse::<i64>() {
                Ok(days @ 1..=3660) => {
                    filter.due_from = Some(asker.now);
                    filter.due_until = Some(asker.now + SignedDuration::from_hours(24 * days));
                }
                _ => self.wrong("due", "Give a number of days, 1 to 3660."),
            }
        }
        let mut day = |name: &str, text: Option<String>, behind: bool| {
            let start = text?
                .parse::<Date>()
                .ok()
                .and_then(|day| {
                    if behind {
                        day.tomorrow().ok()
                    } else {
                        Some(day)
                    }
                })
                .and_then(|day| day.to_zoned(asker.zone.clone()).ok())
                .map(|day| day.timestamp());
            if start.is_none() {
                self.wrong(name, "Give a day such as 2026-11-23.");
            }
            start
        };
        if let Some(from) = day("due_from", from, false) {
            filter.due_from = Some(from);
        }
        if let Some(until) = day("due_to", to, true) {
            filter.due_until = Some(until);
        }
    }

    fn sort(&mut self, text: Option<String>, costs: bool, filter: &mut SubscriptionFilter) {
        let Some(text) = text else {
            return;
        };
        let name = text.strip_prefix('-').unwrap_or(&text);
        filter.descending = text.starts_with('-');
        match name.parse::<SubscriptionSort>() {
            Ok(SubscriptionSort::Cost | SubscriptionSort::Margin) if !costs => {
                self.wrong("sort", "Your role does not show costs, so nothing is sorted by them.");
            }
            Ok(sort) => filter.sort = sort,
            Err(_) => self.wrong(
                "sort",
                "Sort by due, customer, name, seats, cost or margin; with - before it for the other way.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asker(costs: bool) -> Asker {
        Asker {
            costs,
            now: "2026-10-24T22:30:00Z".parse().unwrap(),
            zone: TimeZone::get("Europe/Berlin").unwrap(),
        }
    }

    fn of(pairs: &[(&str, &str)], costs: bool) -> Result<SubscriptionFilter, Fault> {
        read(
            |name| {
                pairs
                    .iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| *value)
            },
            &asker(costs),
        )
    }

    #[test]
    fn filters_are_read_by_their_words() {
        let filter = of(
            &[
                ("q", " kettle "),
                ("state", "ends,suspended"),
                ("renewal", "off"),
                ("term", "P1Y"),
                ("sort", "-margin"),
                ("due", "14"),
            ],
            true,
        )
        .unwrap();
        assert_eq!(filter.text, "kettle");
        assert_eq!(
            filter.states,
            [SubscriptionState::Ends, SubscriptionState::Suspended]
        );
        assert_eq!(
            (filter.auto_renew, filter.term),
            (Some(false), Some(Term::P1Y))
        );
        assert_eq!(
            (filter.sort, filter.descending),
            (SubscriptionSort::Margin, true)
        );
        assert_eq!(
            filter.due_until,
            Some("2026-11-07T22:30:00Z".parse().unwrap())
        );
        assert!(of(&[("state", "all")], true).unwrap().with_ended);
        for bad in [
            "state",
            "term",
            "billing",
            "renewal",
            "customer",
            "connection",
            "due",
            "due_from",
            "due_to",
            "sort",
        ] {
            assert!(of(&[(bad, "evil")], true).is_err(), "{bad}");
        }
        assert!(of(&[("sort", "cost")], false).is_err());
    }

    #[test]
    fn a_day_is_a_day_of_the_zone_also_where_the_clocks_change() {
        let filter = of(
            &[("due_from", "2026-10-25"), ("due_to", "2026-10-25")],
            true,
        )
        .unwrap();
        let (from, until) = (filter.due_from.unwrap(), filter.due_until.unwrap());
        assert_eq!(from, "2026-10-24T22:00:00Z".parse().unwrap());
        assert_eq!(until.duration_since(from), SignedDuration::from_hours(25));
    }
}
