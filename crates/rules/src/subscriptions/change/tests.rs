use domain::BillingPeriod;
use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::samples::{subscription, time};

const NOW: &str = "2026-11-23T10:00:00Z";

fn ask(
    subscription: &Subscription,
    wanted: SubscriptionChange,
) -> Result<OrderLine, ChangeRefusal> {
    change(subscription, wanted, &[], time(NOW))
}

fn attributes(line: &OrderLine) -> Vec<(&str, &str)> {
    line.attributes
        .iter()
        .map(|attribute| (attribute.name.as_str(), attribute.value.as_str()))
        .collect()
}

#[rstest]
#[case(SubscriptionChange::Seats(80), 80, None, OrderAction::Seats)]
#[case(SubscriptionChange::Suspend, 74, Some(("statusUpdate", "suspended")), OrderAction::Suspend)]
#[case(SubscriptionChange::Resume, 74, Some(("statusUpdate", "active")), OrderAction::Resume)]
#[case(SubscriptionChange::Cancel, 74, Some(("statusUpdate", "deleted")), OrderAction::Cancel)]
#[case(SubscriptionChange::AutoRenew(false), 74, Some(("renewalSetting", "auto-off")), OrderAction::RenewalOff)]
#[case(SubscriptionChange::AutoRenew(true), 74, Some(("renewalSetting", "auto-on")), OrderAction::RenewalOn)]
fn a_change_is_a_line_as_clients_send_it(
    #[case] wanted: SubscriptionChange,
    #[case] quantity: u32,
    #[case] extra: Option<(&str, &str)>,
    #[case] action: OrderAction,
) {
    let it = line(&subscription(), wanted);
    let mut expected = vec![("operations", "updateSubscription")];
    expected.extend(extra);
    assert_eq!(attributes(&it), expected);
    assert_eq!(it.quantity, quantity, "the new total, whatever is changed");
    assert_eq!(
        it.resource_id.as_deref(),
        Some("b9bd9b30-6ae3-4d15-c438-f3cde89888ea")
    );
    assert_eq!(it.product_ion_id, subscription().product_ion_id);
    assert_eq!(it.price.as_ref().unwrap().cost.text(), "17.40");
    assert_eq!((action_of(&it), wanted.action()), (action, action));
}

/// Bodies that clients were seen to send mean what they mean.
#[test]
fn what_others_send_is_understood() {
    let mut it = line(&subscription(), SubscriptionChange::Suspend);
    it.set_attribute("renewalSetting", "auto-off");
    assert_eq!(action_of(&it), OrderAction::Suspend);
    it.set_attribute("statusUpdate", "SUSPENDED");
    assert_eq!(action_of(&it), OrderAction::Suspend);
    it.set_attribute("statusUpdate", "");
    assert_eq!(action_of(&it), OrderAction::RenewalOff);
    it.set_attribute("renewalSetting", "");
    assert_eq!(action_of(&it), OrderAction::Other);
    it.quantity_before = Some(74);
    assert_eq!(
        action_of(&it),
        OrderAction::Seats,
        "not different, yet seats"
    );
    it.resource_id = None;
    assert_eq!(action_of(&it), OrderAction::Buy);
}

#[test]
fn what_cannot_be_changed_says_why() {
    let with = |change: fn(&mut Subscription)| {
        let mut it = subscription();
        change(&mut it);
        it
    };
    let off = SubscriptionChange::AutoRenew(false);
    let ended = with(|it| it.state = SubscriptionState::Expired);
    assert_eq!(ask(&ended, off).unwrap_err(), ChangeRefusal::Ended);
    let nameless = with(|it| it.resource_id = " ".to_owned());
    assert_eq!(ask(&nameless, off).unwrap_err(), ChangeRefusal::NoVendorId);
    let planless = with(|it| it.plan_id.clear());
    assert_eq!(
        ask(&planless, off).unwrap_err(),
        ChangeRefusal::NoCatalogIds
    );
    let pending = with(|it| it.state = SubscriptionState::Pending);
    assert_eq!(ask(&pending, off).unwrap_err(), ChangeRefusal::NotRunning);
    let suspended = with(|it| it.state = SubscriptionState::Suspended);
    let refusal = ask(&suspended, SubscriptionChange::Seats(80)).unwrap_err();
    assert_eq!(refusal.alternative(), Some(SubscriptionChange::Resume));
    assert!(ask(&suspended, SubscriptionChange::Resume).is_ok());
    for (it, wanted) in [
        (&suspended, SubscriptionChange::Suspend),
        (&subscription(), SubscriptionChange::Resume),
        (&subscription(), SubscriptionChange::AutoRenew(true)),
    ] {
        assert!(matches!(ask(it, wanted), Err(ChangeRefusal::AlreadySo(_))));
    }
    let unsaid = with(|it| it.auto_renew = None);
    assert!(ask(&unsaid, off).is_ok(), "Ion does not say: it may be set");
}

#[rstest]
#[case(0, Some(ChangeRefusal::ZeroSeats))]
#[case(74, Some(ChangeRefusal::SameSeats(74)))]
#[case(75, None)]
#[case(100_000, None)]
#[case(100_001, Some(ChangeRefusal::TooManySeats))]
fn seats_are_a_new_total(#[case] total: u32, #[case] refusal: Option<ChangeRefusal>) {
    assert_eq!(
        ask(&subscription(), SubscriptionChange::Seats(total)).err(),
        refusal
    );
    let consumption = Subscription {
        seats: None,
        ..subscription()
    };
    assert_eq!(
        ask(&consumption, SubscriptionChange::Seats(total)).unwrap_err(),
        ChangeRefusal::NoSeats
    );
}

#[test]
fn fewer_seats_only_within_their_window_else_at_the_renewal() {
    let refusal = ask(&subscription(), SubscriptionChange::Seats(70)).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "No seats can be taken away now. Fewer can be had at the renewal, 19 Dec 2026."
    );
    let added = [Increase {
        at: time("2026-11-20T10:00:00Z"),
        seats: 6,
    }];
    let now = time(NOW);
    let fewer = |seats| {
        change(
            &subscription(),
            SubscriptionChange::Seats(seats),
            &added,
            now,
        )
    };
    assert_eq!(fewer(68).unwrap().quantity, 68);
    assert_eq!(
        fewer(67).unwrap_err().to_string(),
        "At most 6 seats can be taken away now, until 27 Nov 2026. Fewer can be had at the renewal, 19 Dec 2026."
    );
    // Sent when the window is open again, not before.
    assert_eq!(
        at_renewal(&subscription(), now),
        Some(time("2026-12-19T11:00:00Z"))
    );
    let ends = Subscription {
        auto_renew: Some(false),
        state: SubscriptionState::Ends,
        ..subscription()
    };
    assert_eq!(at_renewal(&ends, now), None);
    let refusal = ask(&ends, SubscriptionChange::Seats(70)).unwrap_err();
    assert!(refusal.to_string().ends_with("only at a renewal."));
    // A vendor whose policy is not known decides itself.
    let google = Subscription {
        provider_id: "21".to_owned(),
        resource_type: "GSUITE::Subscription".to_owned(),
        ..subscription()
    };
    assert!(ask(&google, SubscriptionChange::Seats(70)).is_ok());
}

#[test]
fn too_late_to_cancel_names_the_day_and_the_way_out() {
    let refusal = ask(&subscription(), SubscriptionChange::Cancel).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "Too late to cancel: the last day was 26 Dec 2025. You can turn the renewal off; it then ends on 19 Dec 2026."
    );
    assert_eq!(
        refusal.alternative(),
        Some(SubscriptionChange::AutoRenew(false))
    );
    let off = Subscription {
        auto_renew: Some(false),
        state: SubscriptionState::Ends,
        ..subscription()
    };
    let refusal = ask(&off, SubscriptionChange::Cancel).unwrap_err();
    assert!(
        refusal
            .to_string()
            .ends_with("Its renewal is off; it ends on 19 Dec 2026.")
    );
    assert_eq!(refusal.alternative(), None);
    let last = Subscription {
        cancellable_until: Some(time(NOW)),
        ..subscription()
    };
    assert!(
        ask(&last, SubscriptionChange::Cancel).is_ok(),
        "on the day itself"
    );
    // Neither Ion nor a policy says: the vendor decides.
    let silent = Subscription {
        cancellable_until: None,
        part_number: None,
        ..subscription()
    };
    assert!(ask(&silent, SubscriptionChange::Cancel).is_ok());
}

#[test]
fn days_are_told_in_the_zone_of_who_asks() {
    let late = Subscription {
        cancellable_until: Some(time("2026-11-22T23:30:00Z")),
        ..subscription()
    };
    let refusal = ask(&late, SubscriptionChange::Cancel).unwrap_err();
    assert!(refusal.to_string().contains("the last day was 22 Nov 2026"));
    let helsinki = TimeZone::fixed(jiff::tz::offset(2));
    assert!(
        refusal
            .words(&helsinki)
            .contains("the last day was 23 Nov 2026")
    );
}

fn abilities(subscription: &Subscription, now: &str) -> Vec<(Ability, bool, String)> {
    possible(subscription, &[], time(now), &TimeZone::UTC)
        .into_iter()
        .map(|it| (it.what, it.now, it.words))
        .collect()
}

#[test]
fn what_can_be_done_and_until_when() {
    let all = abilities(&subscription(), NOW);
    let words = |all: &[(Ability, bool, String)], what| {
        all.iter()
            .find(|(ability, ..)| *ability == what)
            .map(|(_, now, words)| (*now, words.clone()))
    };
    let order: Vec<_> = all.iter().map(|(what, ..)| *what).collect();
    assert_eq!(
        order,
        [
            Ability::AddSeats,
            Ability::TakeSeatsAway,
            Ability::Renewal,
            Ability::Suspend,
            Ability::Cancel
        ]
    );
    assert_eq!(
        words(&all, Ability::AddSeats),
        Some((true, "at any time".to_owned()))
    );
    assert!(!words(&all, Ability::TakeSeatsAway).unwrap().0);
    assert_eq!(
        words(&all, Ability::Renewal),
        Some((true, "until 19 Dec 2026".to_owned()))
    );
    assert!(!words(&all, Ability::Cancel).unwrap().0);

    // In the first week after the renewal.
    let fresh = Subscription {
        cancellable_until: None,
        ..subscription()
    };
    let all = abilities(&fresh, "2025-12-20T10:00:00Z");
    assert_eq!(
        words(&all, Ability::Cancel),
        Some((true, "until 26 Dec 2025, expected".to_owned()))
    );
    // All 74 are open; the last of them is no matter of seats.
    assert_eq!(
        words(&all, Ability::TakeSeatsAway),
        Some((
            true,
            "73 of them, the first until 26 Dec 2025; all others at the renewal".to_owned()
        ))
    );

    let suspended = Subscription {
        state: SubscriptionState::Suspended,
        seats: None,
        ..subscription()
    };
    let all = abilities(&suspended, NOW);
    assert_eq!(
        words(&all, Ability::Resume),
        Some((true, "at any time".to_owned()))
    );
    assert_eq!(words(&all, Ability::Suspend), None);
    assert_eq!(words(&all, Ability::AddSeats), None);

    let ended = Subscription {
        state: SubscriptionState::Cancelled,
        ..subscription()
    };
    assert!(abilities(&ended, NOW).iter().all(|(_, now, _)| !now));
}

fn any_subscription() -> impl Strategy<Value = Subscription> {
    let at = prop_oneof![
        1 => Just(None),
        4 => (0_i64..1000).prop_map(|day| Some(time("2025-01-01T00:00:00Z") + jiff::SignedDuration::from_hours(24 * day))),
    ];
    (
        prop::sample::select(SubscriptionState::ALL),
        prop_oneof![1 => Just(None), 5 => (0_u32..200).prop_map(Some)],
        prop::sample::select(Term::ALL),
        prop::sample::select(BillingPeriod::ALL),
        prop::option::of(any::<bool>()),
        (at.clone(), at.clone(), at.clone(), at),
        any::<bool>(),
    )
        .prop_map(
            |(
                state,
                seats,
                term,
                billing,
                auto_renew,
                (bought, starts, ends, cancel),
                microsoft,
            )| {
                Subscription {
                    state,
                    seats,
                    term,
                    billing,
                    auto_renew,
                    purchased_at: bought,
                    starts_at: starts,
                    ends_at: ends,
                    renews_at: ends,
                    cancellable_until: cancel,
                    part_number: microsoft.then(|| "a:b:P1Y:M".to_owned()),
                    ..subscription()
                }
            },
        )
}

proptest! {
    #[test]
    fn the_page_and_the_change_agree_and_refusals_offer_what_works(
        it in any_subscription(),
        total in 0_u32..300,
        day in 0_i64..1200,
    ) {
        let now = time("2025-01-01T00:00:00Z") + jiff::SignedDuration::from_hours(24 * day);
        for possible in possible(&it, &[], now, &TimeZone::UTC) {
            let wanted = match possible.what {
                Ability::AddSeats => SubscriptionChange::Seats(it.seats.unwrap() + 1),
                Ability::TakeSeatsAway => SubscriptionChange::Seats(it.seats.unwrap() - 1),
                Ability::Renewal => SubscriptionChange::AutoRenew(it.auto_renew != Some(true)),
                Ability::Suspend => SubscriptionChange::Suspend,
                Ability::Resume => SubscriptionChange::Resume,
                Ability::Cancel => SubscriptionChange::Cancel,
            };
            prop_assert_eq!(change(&it, wanted, &[], now).is_ok(), possible.now);
            if let Some(until) = possible.until {
                prop_assert!(possible.what == Ability::Renewal || until.at >= now);
            }
            prop_assert!(!possible.words.is_empty());
        }
        for wanted in [
            SubscriptionChange::Seats(total),
            SubscriptionChange::Suspend,
            SubscriptionChange::Resume,
            SubscriptionChange::Cancel,
            SubscriptionChange::AutoRenew(true),
            SubscriptionChange::AutoRenew(false),
        ] {
            match change(&it, wanted, &[], now) {
                Ok(line) => {
                    prop_assert_eq!(action_of(&line), wanted.action());
                    prop_assert!(line.quantity >= 1 || it.seats == Some(0));
                }
                Err(refusal) => {
                    if let Some(instead) = refusal.alternative() {
                        prop_assert!(change(&it, instead, &[], now).is_ok(), "{:?} offers {:?}", refusal, instead);
                    }
                    prop_assert!(refusal.to_string().ends_with('.'));
                }
            }
        }
    }
}
