//! What has happened with a subscription, in words.

use std::collections::BTreeMap;

use domain::OrderId;
use domain::subscription::{SubscriptionEventKind as Kind, SubscriptionState};
use jiff::Timestamp;
use store::orders::OrderHit;
use store::subscriptions::SubscriptionEventRow;

use crate::view::subscriptions::detail::EventPoint;
use crate::view::{Link, Times, Tone, format, status};

/// Most events of a page.
const MOST: usize = 100;
/// Parts of a change of details that tell money.
const MONEY: [&str; 2] = ["Price in Ion: ", "List price: "];

/// The events, the newest first; what was found in one reading and belongs together is one of them.
pub(super) fn points(
    events: &[SubscriptionEventRow],
    orders: &[OrderHit],
    times: &Times,
    costs: bool,
) -> Vec<EventPoint> {
    let numbers: BTreeMap<OrderId, String> = orders
        .iter()
        .map(|order| (order.id, order_number(order)))
        .collect();
    let mut points = Vec::new();
    let mut left = events;
    while let Some(first) = left.first() {
        let together = left
            .iter()
            .take_while(|event| event.at == first.at && event.kind == first.kind)
            .count();
        let (same, rest) = left.split_at(together);
        left = rest;
        if let Some((tone, icon, title, detail)) = said(same, times, costs) {
            let order = same.iter().find_map(|event| event.order);
            let run = same.iter().find_map(|event| event.run);
            points.push(EventPoint {
                tone,
                icon,
                title,
                detail,
                link: match (order, run) {
                    (Some(order), _) => Some(Link::new(
                        numbers.get(&order).map_or_else(
                            || "The order".to_owned(),
                            |number| format!("Order {number}"),
                        ),
                        format!("/orders/{order}"),
                    )),
                    (None, Some(run)) => Some(Link::new(
                        "seen in a reading",
                        format!("/activity/runs/{run}"),
                    )),
                    (None, None) => None,
                },
                at: times.ago(first.at),
            });
        }
        if points.len() == MOST {
            break;
        }
    }
    points
}

/// The number of an order as its own page has it: of one that was placed elsewhere Ion's.
pub(super) fn order_number(hit: &OrderHit) -> String {
    crate::pages::orders::number_text(hit.origin, hit.number, hit.ion_id.as_deref())
}

type Said = (Tone, &'static str, String, String);

/// Events of one kind and time; nothing where all of it is money that the reader does not see.
fn said(same: &[SubscriptionEventRow], times: &Times, costs: bool) -> Option<Said> {
    let event = same.first()?;
    let (before, after) = (event.before.as_str(), event.after.as_str());
    Some(match event.kind {
        Kind::Seen => (
            Tone::Info,
            "cloud-down",
            "First seen".to_owned(),
            first(after),
        ),
        Kind::Seats => seats(before, after),
        Kind::State => state(before, after),
        Kind::Price if !costs => return None,
        Kind::Price => (
            Tone::Warn,
            "receipt",
            match before {
                "" => "Its cost is known".to_owned(),
                _ => "It costs something else".to_owned(),
            },
            arrow(before, after),
        ),
        Kind::Renewal => match after {
            "on" => (
                Tone::Ok,
                "refresh",
                "Renews by itself".to_owned(),
                was(before, "the renewal was off"),
            ),
            "off" => (
                Tone::Warn,
                "calendar-off",
                "Renewal turned off".to_owned(),
                was(before, "it renewed by itself"),
            ),
            _ => (
                Tone::Calm,
                "help-circle",
                "Ion no longer says whether it renews".to_owned(),
                String::new(),
            ),
        },
        Kind::Term => term(same, times),
        Kind::Details => {
            let shown: Vec<String> = same
                .iter()
                .filter(|event| costs || !MONEY.iter().any(|label| event.after.starts_with(label)))
                .map(|event| labelled(event, times))
                .collect();
            if shown.is_empty() {
                return None;
            }
            (
                Tone::Calm,
                "pencil",
                "Details changed".to_owned(),
                shown.join("; "),
            )
        }
        Kind::Gone => (
            Tone::Warn,
            "ghost",
            "Ion no longer shows it".to_owned(),
            "What was known stays here.".to_owned(),
        ),
        Kind::Returned => (
            Tone::Ok,
            "cloud-up",
            "Ion shows it again".to_owned(),
            String::new(),
        ),
    })
}

fn first(after: &str) -> String {
    let (state, rest) = after.split_once(", ").unwrap_or((after, ""));
    let state = state_word(state);
    if rest.is_empty() {
        state
    } else {
        format!("{state}, {rest}")
    }
}

fn seats(before: &str, after: &str) -> Said {
    let (Ok(from), Ok(to)) = (before.parse::<i64>(), after.parse::<i64>()) else {
        return (
            Tone::Calm,
            "users",
            "Other seats".to_owned(),
            arrow(before, after),
        );
    };
    let by = to.abs_diff(from);
    let counted = format::counted(by, "seat", "seats");
    if to > from {
        (
            Tone::Ok,
            "users-plus",
            format!("{counted} more, now {after}"),
            String::new(),
        )
    } else {
        (
            Tone::Info,
            "users-minus",
            format!("{counted} fewer, now {after}"),
            String::new(),
        )
    }
}

fn state(before: &str, after: &str) -> Said {
    let known = after.parse::<SubscriptionState>();
    let tone = match known {
        Ok(SubscriptionState::Active | SubscriptionState::Trial) => Tone::Ok,
        Ok(SubscriptionState::Pending) => Tone::Info,
        Ok(SubscriptionState::Cancelled | SubscriptionState::Expired) => Tone::Calm,
        _ => Tone::Warn,
    };
    let icon = known.map_or("help-circle", |state| status::subscription(state).icon);
    (
        tone,
        icon,
        state_word(after),
        format!("before: {}", state_word(before).to_lowercase()),
    )
}

/// A state as people read it; what Ion says and we do not know stands in brackets.
fn state_word(word: &str) -> String {
    word.parse::<SubscriptionState>().map_or_else(
        |_| format::sentence_case(word),
        |state| status::subscription(state).word.into_owned(),
    )
}

/// A term that goes on is a renewal.
fn term(same: &[SubscriptionEventRow], times: &Times) -> Said {
    let value = |label: &str, get: fn(&SubscriptionEventRow) -> &str| {
        same.iter()
            .find_map(|event| get(event).strip_prefix(label))
            .and_then(|text| text.parse::<Timestamp>().ok())
    };
    type Side = fn(&SubscriptionEventRow) -> &str;
    let (before, after): (Side, Side) = (|event| &event.before, |event| &event.after);
    let ends = (value("Ends: ", before), value("Ends: ", after));
    let renewed = value("Begins: ", after) > value("Begins: ", before);
    let detail = same
        .iter()
        .map(|event| labelled(event, times))
        .collect::<Vec<_>>()
        .join("; ");
    match ends {
        (Some(old), Some(new)) if new > old && renewed => (
            Tone::Ok,
            "refresh",
            format!("Renewed until {}", times.date(new)),
            format!("before: {}", times.date(old)),
        ),
        (Some(old), Some(new)) if new != old => (
            Tone::Info,
            "calendar-event",
            format!("Its term ends on {}", times.date(new)),
            format!("before: {}", times.date(old)),
        ),
        _ => (
            Tone::Info,
            "calendar-event",
            "Its term changed".to_owned(),
            detail,
        ),
    }
}

/// `Name: before → after`, with times as days.
fn labelled(event: &SubscriptionEventRow, times: &Times) -> String {
    let (label, after) = event
        .after
        .split_once(": ")
        .or_else(|| event.after.split_once(':'))
        .unwrap_or(("", &event.after));
    let before = event
        .before
        .split_once(": ")
        .map_or("", |(_, before)| before);
    let words = |text: &str| {
        text.parse::<Timestamp>()
            .map_or_else(|_| text.to_owned(), |at| times.date(at))
    };
    format!("{label}: {}", arrow(&words(before), &words(after)))
}

fn arrow(before: &str, after: &str) -> String {
    let or_none = |text: &str| {
        if text.is_empty() {
            "none".to_owned()
        } else {
            text.to_owned()
        }
    };
    format!("{} → {}", or_none(before), or_none(after))
}

fn was(before: &str, words: &str) -> String {
    if before.is_empty() {
        String::new()
    } else {
        words.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::SubscriptionId;
    use jiff::tz::TimeZone;

    fn event(kind: Kind, before: &str, after: &str) -> SubscriptionEventRow {
        SubscriptionEventRow {
            subscription: SubscriptionId(uuid::Uuid::nil()),
            at: "2026-11-22T10:00:00Z".parse().unwrap(),
            kind,
            before: before.to_owned(),
            after: after.to_owned(),
            run: None,
            order: None,
        }
    }

    fn titles(events: &[SubscriptionEventRow], costs: bool) -> Vec<String> {
        let times = Times::new("2026-11-23T10:42:00Z".parse().unwrap(), TimeZone::UTC);
        points(events, &[], &times, costs)
            .into_iter()
            .map(|point| format!("{} | {}", point.title, point.detail))
            .collect()
    }

    #[test]
    fn what_belongs_together_is_told_once() {
        let events = [
            event(
                Kind::Term,
                "Begins: 2025-12-19T00:00:00Z",
                "Begins: 2026-12-19T00:00:00Z",
            ),
            event(
                Kind::Term,
                "Ends: 2026-12-19T00:00:00Z",
                "Ends: 2027-12-19T00:00:00Z",
            ),
            event(Kind::Seats, "68", "74"),
            event(Kind::State, "active", "suspended"),
            event(Kind::Seen, "", "unknown (frozen), 68 seats"),
        ];
        assert_eq!(
            titles(&events, true),
            [
                "Renewed until 19 Dec 2027 | before: 19 Dec 2026",
                "6 seats more, now 74 | ",
                "Suspended | before: active",
                "First seen | Unknown (frozen), 68 seats",
            ]
        );
    }

    #[test]
    fn who_sees_no_costs_is_told_of_none() {
        let events = [
            event(Kind::Price, "17.4 EUR", "18.72 EUR"),
            event(Kind::Details, "List price: 20 EUR", "List price: 22 EUR"),
            event(Kind::Details, "Name: a", "Name: b"),
        ];
        let seen = titles(&events, false).join("\n");
        assert!(
            !seen.contains("EUR") && seen.contains("Name: a → b"),
            "{seen}"
        );
        assert_eq!(titles(&events, true).len(), 2);
    }
}
