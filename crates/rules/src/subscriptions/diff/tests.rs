use rstest::rstest;

use super::*;
use crate::samples::{amount, currency, subscription, time};

fn told(change: impl FnOnce(&mut Subscription)) -> Vec<(SubscriptionEventKind, String, String)> {
    let old = subscription();
    let mut new = old.clone();
    change(&mut new);
    diff(&old, &new)
        .into_iter()
        .map(|event| (event.kind, event.before, event.after))
        .collect()
}

fn one(
    kind: SubscriptionEventKind,
    before: &str,
    after: &str,
) -> Vec<(SubscriptionEventKind, String, String)> {
    vec![(kind, before.to_owned(), after.to_owned())]
}

#[test]
fn nothing_that_is_no_change_is_told() {
    assert_eq!(told(|_| {}), []);
    assert_eq!(
        told(|it| it.updated_at = Some(time("2026-11-23T10:00:00Z"))),
        []
    );
    assert_eq!(told(|it| it.state_word = "ACTIVE".to_owned()), []);
    assert_eq!(
        told(|it| it.cost = Some(amount("17.400000000001"))),
        [],
        "noise below the scale of prices"
    );
}

#[test]
fn each_change_has_its_kind() {
    use SubscriptionEventKind::{Details, Price, Renewal, Seats, State, Term as Terms};
    assert_eq!(told(|it| it.seats = Some(80)), one(Seats, "74", "80"));
    assert_eq!(told(|it| it.seats = None), one(Seats, "74", ""));
    assert_eq!(
        told(|it| it.state = SubscriptionState::Suspended),
        one(State, "active", "suspended")
    );
    assert_eq!(
        told(|it| {
            it.state = SubscriptionState::Unknown;
            it.state_word = "odd".to_owned();
        }),
        one(State, "active", "unknown (odd)")
    );
    assert_eq!(
        told(|it| it.cost = Some(amount("18.72"))),
        one(Price, "17.4 EUR", "18.72 EUR")
    );
    assert_eq!(
        told(|it| it.currency = Some(currency("USD"))),
        one(Price, "17.4 EUR", "17.4 USD")
    );
    assert_eq!(
        told(|it| it.ends_at = Some(time("2027-12-19T10:00:00Z"))),
        one(
            Terms,
            "Ends: 2026-12-19T10:00:00Z",
            "Ends: 2027-12-19T10:00:00Z"
        )
    );
    assert_eq!(
        told(|it| it.customer_po = "HL-1".to_owned()),
        one(Details, "Customer's PO: ", "Customer's PO: HL-1")
    );
    assert_eq!(
        told(|it| it.list = Some(amount("20"))),
        one(Details, "List price: ", "List price: 20 EUR")
    );
    // Turned off, it ends: one event, not two.
    assert_eq!(
        told(|it| {
            it.auto_renew = Some(false);
            it.state = SubscriptionState::Ends;
        }),
        one(Renewal, "on", "off")
    );
    let both = told(|it| {
        it.auto_renew = Some(false);
        it.state = SubscriptionState::Cancelled;
    });
    assert_eq!(both.len(), 2);
}

#[test]
fn a_renewal_with_more_seats_tells_all_of_it() {
    let kinds: Vec<_> = told(|it| {
        it.seats = Some(80);
        it.cost = Some(amount("18.72"));
        it.starts_at = Some(time("2026-12-19T10:00:00Z"));
        it.ends_at = Some(time("2027-12-19T10:00:00Z"));
        it.renews_at = Some(time("2027-12-19T10:00:00Z"));
    })
    .into_iter()
    .map(|(kind, ..)| kind)
    .collect();
    use SubscriptionEventKind::{Price, Seats, Term as Terms};
    assert_eq!(kinds, [Seats, Price, Terms, Terms, Terms]);
}

/// A field that differs and is not told would be a change that nobody hears of.
#[test]
fn every_field_but_the_time_of_change_is_told() {
    let old = serde_json::to_value(subscription()).unwrap();
    for (name, value) in old.as_object().unwrap() {
        let mut changed = old.clone();
        changed[name] = match (name.as_str(), value) {
            ("state", _) => "suspended".into(),
            ("term", _) => "P3Y".into(),
            ("billing", _) => "annual".into(),
            ("currency", _) => "USD".into(),
            ("cost" | "price" | "list", _) => serde_json::to_value(amount("99")).unwrap(),
            (_, serde_json::Value::Bool(flag)) => (!flag).into(),
            (_, serde_json::Value::Number(_)) => 7.into(),
            (_, serde_json::Value::String(text)) if text.ends_with('Z') => {
                "2030-01-01T00:00:00Z".into()
            }
            ("updated_at", _) => "2030-01-01T00:00:00Z".into(),
            _ => "something else".into(),
        };
        let (one, other) = (
            serde_json::from_value(old.clone()).unwrap(),
            serde_json::from_value(changed).unwrap(),
        );
        let told = diff(&one, &other);
        // Ion's word for a state that we know, and the ids of ours and Ion's that name it, are none.
        let silent = matches!(name.as_str(), "updated_at" | "state_word" | "ion_id");
        assert_eq!(told.is_empty(), silent, "{name}: {told:?}");
    }
}

#[test]
fn first_seen_says_what_it_is() {
    let event = seen(&subscription());
    assert_eq!(event.kind, SubscriptionEventKind::Seen);
    assert_eq!(
        (event.before.as_str(), event.after.as_str()),
        ("", "active, 74 seats")
    );
}

#[rstest]
#[case::shown(0, false, Reading::Shown, (0, false, None))]
#[case::missed_once(0, false, Reading::MissedByCompleteScan, (1, false, None))]
#[case::missed_twice(1, false, Reading::MissedByCompleteScan, (2, true, Some(SubscriptionEventKind::Gone)))]
#[case::told_once(2, true, Reading::MissedByCompleteScan, (3, true, None))]
#[case::broken(1, false, Reading::MissedByBrokenScan, (1, false, None))]
#[case::not_found(0, false, Reading::NotFound, (0, true, Some(SubscriptionEventKind::Gone)))]
#[case::back(2, true, Reading::Shown, (0, false, Some(SubscriptionEventKind::Returned)))]
#[case::between(1, false, Reading::Shown, (0, false, None))]
fn gone_after_two_complete_scans_or_a_404(
    #[case] missed: u32,
    #[case] gone: bool,
    #[case] reading: Reading,
    #[case] then: (u32, bool, Option<SubscriptionEventKind>),
) {
    let presence = presence(missed, gone, reading);
    assert_eq!((presence.missed, presence.gone, presence.event), then);
}
