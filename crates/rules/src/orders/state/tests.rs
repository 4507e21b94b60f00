use std::time::Duration;

use domain::order::{IonOrder, IonOrderStatus, OrderState};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use rstest::rstest;

use super::*;

const PATIENCE: Duration = Duration::from_secs(900);

fn at(seconds: i64) -> Timestamp {
    "2026-11-23T10:41:09Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
}

fn ion(id: &str, status: IonOrderStatus) -> IonOrder {
    IonOrder {
        ion_id: id.to_owned(),
        ion_customer_id: "49988".to_owned(),
        reference: String::new(),
        display_name: String::new(),
        status,
        status_word: status.to_string(),
        currency: None,
        total: None,
        lines: Vec::new(),
        faults: Vec::new(),
        placed_by: String::new(),
        created_at: None,
        updated_at: None,
        scheduled_at: None,
    }
}

/// What comes of events in a row; each must be taken.
fn after(events: &[(i64, OrderEvent<'_>)]) -> OrderFacts {
    events
        .iter()
        .fold(OrderFacts::draft(), |facts, (second, event)| {
            step(&facts, event, at(*second))
                .unwrap_or_else(|refusal| panic!("{event:?}: {refusal}"))
                .facts
        })
}

const CONFIRMED: OrderEvent<'static> = OrderEvent::Confirmed {
    scheduled_for: None,
    needs_approval: false,
};

fn submitting() -> OrderFacts {
    after(&[(0, CONFIRMED)])
}

fn sent() -> OrderFacts {
    after(&[(0, CONFIRMED), (1, OrderEvent::SendBegins)])
}

fn unconfirmed() -> OrderFacts {
    let facts = sent();
    step(&facts, &OrderEvent::OutcomeUnclear, at(31))
        .unwrap()
        .facts
}

fn look(facts: &OrderFacts, began: i64, complete: bool, watched: u64) -> LookedInVain {
    LookedInVain {
        sent_at: facts.sent_at,
        began_at: at(began),
        complete,
        patience: PATIENCE,
        watched_for: Duration::from_secs(watched),
    }
}

fn not_found() -> OrderFacts {
    let facts = unconfirmed();
    let look = look(&facts, 901, true, 870);
    step(&facts, &OrderEvent::LookedInVain(look), at(905))
        .unwrap()
        .facts
}

/// Asked to be sent again, and looked for once more.
fn looked_again() -> OrderFacts {
    let facts = step(&not_found(), &OrderEvent::ResendAsked, at(1000))
        .unwrap()
        .facts;
    let look = look(&facts, 1001, true, 0);
    step(&facts, &OrderEvent::LookedInVain(look), at(1005))
        .unwrap()
        .facts
}

fn placed(status: IonOrderStatus) -> OrderFacts {
    step(
        &sent(),
        &OrderEvent::Answered(&ion("366959", status)),
        at(2),
    )
    .unwrap()
    .facts
}

#[test]
fn an_order_is_sent_once_and_followed_to_its_end() {
    let confirmed = step(&OrderFacts::draft(), &CONFIRMED, at(0)).unwrap();
    assert_eq!(
        (confirmed.to, confirmed.effects),
        (OrderState::Submitting, vec![Effect::Send])
    );
    let begun = step(&confirmed.facts, &OrderEvent::SendBegins, at(1)).unwrap();
    assert_eq!(
        (begun.to, begun.effects),
        (OrderState::Submitting, vec![Effect::Post])
    );
    assert_eq!((begun.facts.sent_at, begun.facts.sends), (Some(at(1)), 1));
    let answer = ion("366959", IonOrderStatus::New);
    let answered = step(&begun.facts, &OrderEvent::Answered(&answer), at(2)).unwrap();
    assert_eq!(answered.to, OrderState::Placed);
    assert_eq!(answered.effects, [Effect::SealSecrets, Effect::Poll]);
    let done = ion("366959", IonOrderStatus::Completed);
    let done = step(&answered.facts, &OrderEvent::Polled(&done), at(60)).unwrap();
    assert_eq!(done.to, OrderState::Completed);
    assert_eq!(
        done.effects,
        [
            Effect::SealSecrets,
            Effect::ReadSubscriptions,
            Effect::Notify(News::Completed)
        ]
    );
}

#[test]
fn two_submitters_make_one_request() {
    let refusal = step(&sent(), &OrderEvent::SendBegins, at(2)).unwrap_err();
    assert_eq!(refusal, Refusal::SentBefore);
}

#[test]
fn a_begun_send_without_an_answer_is_unconfirmed_and_never_sent_by_itself() {
    let taken = step(&sent(), &OrderEvent::TakenUp, at(60)).unwrap();
    assert_eq!(taken.to, OrderState::Unconfirmed);
    assert_eq!(
        taken.effects,
        [Effect::Notify(News::Unconfirmed), Effect::Search]
    );
    // Nothing was sent: it goes on as if nothing had happened.
    let taken = step(&submitting(), &OrderEvent::TakenUp, at(60)).unwrap();
    assert_eq!(taken.effects, [Effect::Send]);
}

#[test]
fn patience_is_over_by_a_complete_look_that_began_after_it() {
    let facts = unconfirmed();
    let found = |look: LookedInVain| {
        let step = step(&facts, &OrderEvent::LookedInVain(look), at(2000)).unwrap();
        assert_eq!(step.to, OrderState::Unconfirmed);
        step.facts.not_found_at.is_some()
    };
    assert!(
        !found(look(&facts, 899, true, 868)),
        "begun before it was over"
    );
    assert!(!found(look(&facts, 901, false, 870)), "not complete");
    assert!(found(look(&facts, 901, true, 870)));
    assert!(
        found(look(&facts, 901, true, 120)),
        "watched since a restart"
    );
    assert!(
        !found(look(&facts, 90_000, true, 119)),
        "the clock stepped ahead"
    );
    assert!(
        found(look(&facts, -90_000, true, 900)),
        "the clock stepped back"
    );
    // A look that was for an earlier request tells nothing of this one.
    let stale = LookedInVain {
        sent_at: Some(at(-5000)),
        ..look(&facts, 901, true, 5000)
    };
    assert!(!found(stale));
}

#[test]
fn a_person_may_send_again_what_was_not_found_and_it_is_looked_for_once_more() {
    let refused = step(&unconfirmed(), &OrderEvent::ResendAsked, at(100)).unwrap_err();
    assert_eq!(refused, Refusal::NotSearchedYet);

    let asked = step(&not_found(), &OrderEvent::ResendAsked, at(1000)).unwrap();
    assert_eq!(
        (asked.to, asked.effects),
        (OrderState::Submitting, vec![Effect::Search])
    );
    let refused = step(&asked.facts, &OrderEvent::SendBegins, at(1001)).unwrap_err();
    assert_eq!(refused, Refusal::NotSearchedYet, "before the look");
    let broken = look(&asked.facts, 1001, false, 0);
    let broken = step(&asked.facts, &OrderEvent::LookedInVain(broken), at(1002)).unwrap();
    assert_eq!(broken.effects, [Effect::Search]);
    let refused = step(&broken.facts, &OrderEvent::SendBegins, at(1003)).unwrap_err();
    assert_eq!(
        refused,
        Refusal::NotSearchedYet,
        "after a look that broke off"
    );

    let again = looked_again();
    let late = step(&again, &OrderEvent::SendBegins, at(1005 + 121)).unwrap_err();
    assert_eq!(late, Refusal::NotSearchedYet, "the look is too long ago");
    let late = step(&again, &OrderEvent::TakenUp, at(1005 + 121)).unwrap();
    assert_eq!(late.effects, [Effect::Search]);
    let begun = step(&again, &OrderEvent::SendBegins, at(1006)).unwrap();
    assert_eq!((begun.facts.sends, begun.facts.looks), (2, 0));
    assert_eq!(begun.facts.not_found_at, None, "patience begins anew");
}

#[test]
fn found_at_the_last_look_it_is_taken_over_and_not_sent() {
    let asked = step(&not_found(), &OrderEvent::ResendAsked, at(1000)).unwrap();
    let order = ion("366959", IonOrderStatus::InProgress);
    let found = step(&asked.facts, &OrderEvent::FoundByToken(&order), at(1001)).unwrap();
    assert_eq!(found.to, OrderState::InProgress);
    assert!(!found.effects.contains(&Effect::Send));
}

#[rstest]
#[case::may_be_tried_again(true, OrderState::Submitting, vec![Effect::Send])]
#[case::refused(false, OrderState::Failed, vec![Effect::Notify(News::Failed)])]
fn a_proven_refusal_counts_as_not_sent(
    #[case] retry: bool,
    #[case] to: OrderState,
    #[case] effects: Vec<Effect>,
) {
    let event = OrderEvent::RefusedBeforeEffect {
        begun_at: at(1),
        retry,
    };
    let refused = step(&sent(), &event, at(2)).unwrap();
    assert_eq!((refused.to, refused.effects), (to, effects));
    assert_eq!((refused.facts.sent_at, refused.facts.sends), (None, 0));
}

#[test]
fn a_refusal_of_an_earlier_request_tells_nothing_of_the_last() {
    let second = step(&looked_again(), &OrderEvent::SendBegins, at(1006))
        .unwrap()
        .facts;
    for retry in [true, false] {
        let stale = OrderEvent::RefusedBeforeEffect {
            begun_at: at(1),
            retry,
        };
        assert!(step(&second, &stale, at(1007)).is_err());
    }
    // One of the second says nothing of the first, which may still be there: looked for before a third.
    let refused = OrderEvent::RefusedBeforeEffect {
        begun_at: at(1006),
        retry: true,
    };
    let refused = step(&second, &refused, at(1007)).unwrap();
    assert_eq!(
        (refused.to, refused.effects),
        (OrderState::Submitting, vec![Effect::Search])
    );
    let refused = OrderEvent::RefusedBeforeEffect {
        begun_at: at(1006),
        retry: false,
    };
    let refused = step(&second, &refused, at(1007)).unwrap();
    assert_eq!(refused.to, OrderState::Failed);
    assert!(refused.effects.contains(&Effect::Search));
}

#[test]
fn a_late_refusal_never_sends_an_unconfirmed_order() {
    let retry = OrderEvent::RefusedBeforeEffect {
        begun_at: at(1),
        retry: true,
    };
    assert!(step(&unconfirmed(), &retry, at(60)).is_err());
    let refused = OrderEvent::RefusedBeforeEffect {
        begun_at: at(1),
        retry: false,
    };
    let refused = step(&unconfirmed(), &refused, at(60)).unwrap();
    assert_eq!(refused.to, OrderState::Failed);
}

#[test]
fn a_late_answer_is_taken_wherever_the_order_stands() {
    let order = ion("366959", IonOrderStatus::New);
    let given_up = step(
        &not_found(),
        &OrderEvent::GivenUp { vanished: false },
        at(950),
    )
    .unwrap()
    .facts;
    for facts in [sent(), unconfirmed(), not_found(), looked_again()] {
        let step = step(&facts, &OrderEvent::Answered(&order), at(2000)).unwrap();
        assert_eq!(step.to, OrderState::Placed);
    }
    let step = step(&given_up, &OrderEvent::FoundByToken(&order), at(2000)).unwrap();
    assert_eq!(step.to, OrderState::Placed);
    assert_eq!(step.effects[0], Effect::Notify(News::FoundAfterAll));
}

#[test]
fn an_end_that_ion_named_is_never_left() {
    for end in [
        IonOrderStatus::Completed,
        IonOrderStatus::Error,
        IonOrderStatus::Canceled,
    ] {
        let ended = placed(end);
        assert!(ended.state.is_final() && ended.ended_by_ion());
        for status in IonOrderStatus::ALL {
            let order = ion("366959", *status);
            let step = step(&ended, &OrderEvent::Polled(&order), at(100)).unwrap();
            assert_eq!((step.to, step.effects), (ended.state, vec![]));
        }
    }
}

#[test]
fn a_list_that_lags_takes_nothing_back() {
    let mut order = ion("366959", IonOrderStatus::InProgress);
    order.updated_at = Some(at(100));
    let known = step(
        &placed(IonOrderStatus::New),
        &OrderEvent::Polled(&order),
        at(101),
    )
    .unwrap()
    .facts;
    let mut stale = ion("366959", IonOrderStatus::New);
    stale.updated_at = Some(at(50));
    let step = step(&known, &OrderEvent::FoundByToken(&stale), at(102)).unwrap();
    assert_eq!((step.to, step.effects), (OrderState::InProgress, vec![]));
}

#[test]
fn two_orders_with_one_reference_are_told() {
    let other = ion("366960", IonOrderStatus::New);
    let step = step(
        &placed(IonOrderStatus::New),
        &OrderEvent::FoundByToken(&other),
        at(100),
    )
    .unwrap();
    assert_eq!(step.effects, [Effect::Notify(News::Twice)]);
    assert_eq!(step.facts.ion_id.as_deref(), Some("366959"));
}

#[rstest]
#[case(IonOrderStatus::New, OrderState::Placed)]
#[case(IonOrderStatus::Confirmed, OrderState::Placed)]
#[case(IonOrderStatus::OnHold, OrderState::OnHold)]
#[case(IonOrderStatus::InProgress, OrderState::InProgress)]
#[case(IonOrderStatus::Completed, OrderState::Completed)]
#[case(IonOrderStatus::Error, OrderState::Failed)]
#[case(IonOrderStatus::Canceled, OrderState::Cancelled)]
#[case(IonOrderStatus::Unknown, OrderState::Placed)]
fn what_ion_says_is_what_it_is(#[case] status: IonOrderStatus, #[case] state: OrderState) {
    assert_eq!(ion_state(status, OrderState::Submitting), state);
    assert_eq!(placed(status).state, state);
    assert_eq!(
        ion_state(IonOrderStatus::Unknown, OrderState::OnHold),
        OrderState::OnHold
    );
}

#[test]
fn what_can_be_called_off_and_how() {
    let ask = |facts: &OrderFacts| step(facts, &OrderEvent::CancelAsked, at(5000));
    let here = |facts: &OrderFacts| {
        let step = ask(facts).unwrap();
        assert_eq!(step.to, OrderState::Cancelled);
        step.effects
    };
    assert_eq!(here(&OrderFacts::draft()), []);
    assert_eq!(here(&submitting()), []);
    assert_eq!(here(&not_found()), [Effect::Search], "it may appear yet");
    assert_eq!(here(&looked_again()), [Effect::Search]);
    assert_eq!(ask(&sent()).unwrap_err(), Refusal::UnderWay);
    assert_eq!(ask(&unconfirmed()).unwrap_err(), Refusal::Unknown);
    for status in [IonOrderStatus::Confirmed, IonOrderStatus::InProgress] {
        assert_eq!(ask(&placed(status)).unwrap_err(), Refusal::TooLate);
    }
    for status in [IonOrderStatus::New, IonOrderStatus::OnHold] {
        let asked = ask(&placed(status)).unwrap();
        assert_eq!(asked.effects, [Effect::CancelAtIon]);
        assert_eq!(ask(&asked.facts).unwrap_err(), Refusal::AskedBefore);
        let refused = step(&asked.facts, &OrderEvent::CancelRefused, at(5001)).unwrap();
        assert_eq!(
            refused.effects,
            [Effect::Notify(News::CancelRefused), Effect::Poll]
        );
        assert!(ask(&refused.facts).is_ok(), "it may be asked again");
        let unclear = step(&asked.facts, &OrderEvent::CancelUnclear, at(5001)).unwrap();
        assert_eq!(unclear.effects, [Effect::Poll], "reading tells");
        let done = ion("366959", IonOrderStatus::Canceled);
        let done = step(&asked.facts, &OrderEvent::CancelAnswered(&done), at(5001)).unwrap();
        assert_eq!(done.to, OrderState::Cancelled);
    }
    assert!(ask(&placed(IonOrderStatus::Completed)).is_err());
}

#[test]
fn a_scheduled_order_waits_for_its_time_and_can_be_taken_back() {
    let event = OrderEvent::Confirmed {
        scheduled_for: Some(at(1000)),
        needs_approval: false,
    };
    let scheduled = step(&OrderFacts::draft(), &event, at(0)).unwrap();
    assert_eq!(
        (scheduled.to, scheduled.effects),
        (OrderState::Scheduled, vec![])
    );
    let early = step(&scheduled.facts, &OrderEvent::Due, at(999)).unwrap_err();
    assert_eq!(early, Refusal::NotYet);
    let due = step(&scheduled.facts, &OrderEvent::Due, at(1000)).unwrap();
    assert_eq!(due.effects, [Effect::Send]);
    let back = step(&scheduled.facts, &OrderEvent::TakenBack, at(10)).unwrap();
    assert_eq!(back.facts, OrderFacts::draft());
    // One that is about to be sent too, until it may have left.
    let back = step(&submitting(), &OrderEvent::TakenBack, at(1)).unwrap();
    assert_eq!(back.facts, OrderFacts::draft());
    for facts in [sent(), looked_again(), unconfirmed()] {
        assert!(step(&facts, &OrderEvent::TakenBack, at(2000)).is_err());
    }
    let approval = OrderEvent::Confirmed {
        scheduled_for: Some(at(1000)),
        needs_approval: true,
    };
    let asked = step(&OrderFacts::draft(), &approval, at(0)).unwrap();
    assert_eq!(asked.to, OrderState::AwaitingApproval);
    let agreed = step(&asked.facts, &OrderEvent::Approved, at(1)).unwrap();
    assert_eq!(agreed.to, OrderState::Scheduled);
    let agreed = step(&asked.facts, &OrderEvent::Approved, at(2000)).unwrap();
    assert_eq!(agreed.to, OrderState::Submitting);
}

#[test]
fn who_was_held_up_for_long_does_not_post() {
    assert!(may_post(Duration::from_secs(30)));
    assert!(!may_post(Duration::from_secs(31)));
}

#[test]
fn one_that_vanished_is_told_and_may_be_closed() {
    let followed = placed(IonOrderStatus::InProgress);
    let gone = step(&followed, &OrderEvent::Vanished, at(50)).unwrap();
    assert_eq!(gone.to, OrderState::InProgress, "nothing is guessed");
    let close = |vanished| step(&followed, &OrderEvent::GivenUp { vanished }, at(60));
    assert_eq!(close(false).unwrap_err(), Refusal::IonHasIt);
    let closed = close(true).unwrap();
    assert_eq!(closed.to, OrderState::Failed);
    let back = ion("366959", IonOrderStatus::Completed);
    let back = step(&closed.facts, &OrderEvent::Polled(&back), at(70)).unwrap();
    assert_eq!(back.to, OrderState::Completed);
    assert_eq!(back.effects[0], Effect::Notify(News::FoundAfterAll));
}

/// Anything that can happen, in any order.
fn any_event(orders: &'static [IonOrder; 4]) -> impl Strategy<Value = OrderEvent<'static>> {
    let order = (0..orders.len()).prop_map(|index| &orders[index]);
    let sent_at = prop_oneof![
        Just(None),
        (0_i64..3000).prop_map(|second| Some(at(second)))
    ];
    let look = (sent_at, 0_i64..3000, any::<bool>(), 0_u64..2000).prop_map(
        |(sent_at, began, complete, watched)| {
            OrderEvent::LookedInVain(LookedInVain {
                sent_at,
                began_at: at(began),
                complete,
                patience: PATIENCE,
                watched_for: Duration::from_secs(watched),
            })
        },
    );
    prop_oneof![
        1 => Just(CONFIRMED),
        1 => Just(OrderEvent::Due),
        1 => Just(OrderEvent::TakenBack),
        1 => Just(OrderEvent::TakenUp),
        3 => Just(OrderEvent::SendBegins),
        3 => Just(OrderEvent::OutcomeUnclear),
        6 => look,
        1 => Just(OrderEvent::ResendAsked),
        1 => Just(OrderEvent::CancelAsked),
        1 => Just(OrderEvent::CancelRefused),
        1 => Just(OrderEvent::CancelUnclear),
        1 => Just(OrderEvent::Vanished),
        1 => any::<bool>().prop_map(|vanished| OrderEvent::GivenUp { vanished }),
        1 => (0_i64..3000, any::<bool>()).prop_map(|(second, retry)| OrderEvent::RefusedBeforeEffect {
            begun_at: at(second),
            retry
        }),
        1 => order.clone().prop_map(OrderEvent::Answered),
        1 => order.clone().prop_map(OrderEvent::FoundByToken),
        1 => order.clone().prop_map(OrderEvent::AdoptedByPerson),
        1 => order.clone().prop_map(OrderEvent::Polled),
        1 => order.prop_map(OrderEvent::CancelAnswered),
    ]
}

fn some_orders() -> [IonOrder; 4] {
    [
        ion("1", IonOrderStatus::New),
        ion("1", IonOrderStatus::InProgress),
        ion("1", IonOrderStatus::Completed),
        ion("2", IonOrderStatus::Canceled),
    ]
}

/// The look of a random event is often made to fit, so that histories go far.
fn fit<'a>(event: OrderEvent<'a>, facts: &OrderFacts, fits: bool) -> OrderEvent<'a> {
    match event {
        OrderEvent::LookedInVain(look) if fits => OrderEvent::LookedInVain(LookedInVain {
            sent_at: facts.sent_at,
            ..look
        }),
        OrderEvent::RefusedBeforeEffect { retry, begun_at } if fits => {
            OrderEvent::RefusedBeforeEffect {
                begun_at: facts.sent_at.unwrap_or(begun_at),
                retry,
            }
        }
        event => event,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_nothing_is_sent_twice_unasked(
        events in {
            static ORDERS: std::sync::LazyLock<[IonOrder; 4]> = std::sync::LazyLock::new(some_orders);
            proptest::collection::vec((any_event(&ORDERS), 0_i64..400, any::<bool>()), 1..60)
        },
    ) {
        let mut facts = OrderFacts::draft();
        let mut now = 0;
        // Requests that may have arrived; and whether a person asked since the last of them.
        let (mut unproven, mut asked) = (0_u32, false);
        for (event, later, fits) in events {
            now += later;
            let event = fit(event, &facts, fits);
            let Ok(step) = step(&facts, &event, at(now)) else { continue };
            prop_assert_eq!(step.to, step.facts.state);
            let sends = step.effects.iter().any(|effect| matches!(effect, Effect::Send | Effect::Post));
            if facts.state == OrderState::Unconfirmed {
                prop_assert!(!sends, "an unconfirmed order was sent by {:?}", event);
            }
            if matches!(event, OrderEvent::ResendAsked) {
                prop_assert!(facts.not_found_at.is_some());
                asked = true;
            }
            if matches!(event, OrderEvent::RefusedBeforeEffect { .. }) {
                unproven -= 1;
            }
            if step.effects.contains(&Effect::Post) {
                prop_assert!(unproven == 0 || asked, "posted again, unasked");
                prop_assert!(facts.sent_at.is_none());
                unproven += 1;
                asked = unproven == 0;
            }
            prop_assert_eq!(unproven, step.facts.sends);
            if facts.ended_by_ion() {
                prop_assert_eq!(step.to, facts.state, "an end that Ion named is left by {:?}", event);
            }
            if facts.state.is_final() && step.to != facts.state {
                prop_assert!(step.facts.ion_id.is_some(), "an end is left, and Ion does not have it");
            }
            if facts.sent_at.is_some() && facts.state == OrderState::Submitting {
                prop_assert!(!step.effects.contains(&Effect::Post));
            }
            facts = step.facts;
        }
    }
}
