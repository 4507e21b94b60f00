//! Changes of subscriptions: orders like any other, judged by what Ion holds afterwards.

use std::time::Duration;

use domain::SubscriptionId;
use domain::order::{OrderAction, OrderState};
use domain::subscription::SubscriptionState;
use engine::orders::{Confirmation, OrderError};
use engine::subscriptions::When;
use rules::orders::review;
use rules::subscriptions::change::SubscriptionChange as Change;
use store::orders::{self, OrderEventKind, OrderRow};
use store::testing::for_both;

use super::bed::{Bed, content, kim, on_sqlite};

const DAY: Duration = Duration::from_secs(86_400);

impl Bed {
    /// Confirms a draft as a person does who typed what it asks for.
    async fn confirm(&self, draft: &OrderRow) -> Result<OrderRow, OrderError> {
        let view = self.engine.view_order(draft.id).await.unwrap();
        let typed_total = match view.review.confirmation {
            review::Confirmation::TypeTotal { text, .. } => text,
            review::Confirmation::TypeQuantity { quantity } => quantity.to_string(),
            review::Confirmation::Button => String::new(),
        };
        let confirmation = Confirmation {
            typed_total,
            ..Confirmation::default()
        };
        self.engine
            .submit_order(draft.id, draft.version, confirmation, &kim())
            .await
    }

    async fn change(
        &self,
        id: SubscriptionId,
        change: Change,
        when: When,
    ) -> Result<OrderRow, OrderError> {
        self.engine
            .change_subscription(id, change, when, &kim())
            .await
    }

    /// Makes a change now and lets it be carried out.
    async fn carry_out(&self, id: SubscriptionId, change: Change) -> OrderRow {
        let draft = self.change(id, change, When::Now).await.unwrap();
        let placed = self.confirm(&draft).await.unwrap();
        self.until_done(&placed).await
    }

    async fn until_done(&self, order: &OrderRow) -> OrderRow {
        for _ in 0..60 {
            self.work().await;
            let row = orders::find(self.store.read(), order.id)
                .await
                .unwrap()
                .unwrap();
            if row.state.is_final() {
                // What follows from its end is a job of its own.
                self.work().await;
                assert_eq!(row.state, OrderState::Completed, "{:?}", row.failure);
                return row;
            }
            self.lab.pass(Duration::from_secs(10));
        }
        let row = orders::find(self.store.read(), order.id)
            .await
            .unwrap()
            .unwrap();
        panic!(
            "the order never ended: it is {} since {}",
            row.state, row.state_since
        );
    }

    async fn refused(&self, id: SubscriptionId, change: Change, when: When) -> String {
        match self.change(id, change, when).await {
            Err(OrderError::Refused(words)) => words,
            other => panic!("{change:?} is refused in words, not {other:?}"),
        }
    }
}

#[tokio::test]
async fn seats_go_up_and_within_the_window_down_again() {
    for_both(|store| async move {
        let bed = Bed::start(store, 0).await;
        let (_, ion_customer) = bed.customer(0).await;
        let theirs = bed.buy(&bed.offer("P1Y"), &ion_customer, 10);
        bed.read().await;
        let row = bed.row(&theirs).await;

        let draft = bed
            .change(row.id, Change::Seats(14), When::Now)
            .await
            .unwrap();
        assert_eq!(
            (draft.state, draft.action),
            (OrderState::Draft, OrderAction::Seats)
        );
        assert_eq!(draft.subscription, Some(row.id));
        let line = &draft.content.lines[0];
        assert_eq!((line.quantity, line.quantity_before), (14, Some(10)));
        assert_eq!(
            line.resource_id.as_deref(),
            Some(row.subscription.resource_id.as_str())
        );
        assert!(line.price.is_some() && line.product == row.product);
        let placed = bed.confirm(&draft).await.unwrap();
        bed.until_done(&placed).await;
        let in_ion = bed.lab.sandbox.portal().subscription(&theirs).unwrap();
        assert_eq!(in_ion.quantity, 14, "what Ion holds");
        let now = bed.row(&theirs).await;
        assert_eq!(
            now.subscription.seats,
            Some(14),
            "read at once, without a poll"
        );
        let events = store::subscriptions::list_events(bed.store.read(), row.id)
            .await
            .unwrap();
        assert_eq!(
            events[0].order,
            Some(placed.id),
            "the change is told to be ours"
        );
        let told = orders::list_events(bed.store.read(), placed.id)
            .await
            .unwrap();
        assert!(
            told.iter()
                .any(|event| event.kind == OrderEventKind::Subscription)
        );

        bed.carry_out(row.id, Change::Seats(11)).await;
        let in_ion = bed.lab.sandbox.portal().subscription(&theirs).unwrap();
        assert_eq!(in_ion.quantity, 11);
        let view = bed.engine.view_subscription(row.id).await.unwrap();
        assert_eq!(view.orders.len(), 2, "its page shows both orders");
    })
    .await;
}

#[tokio::test]
async fn each_batch_of_seats_can_be_taken_back_in_its_own_window() {
    on_sqlite(|store| async move {
        let bed = Bed::start(store, 0).await;
        let (_, ion_customer) = bed.customer(0).await;
        let theirs = bed.buy(&bed.offer("P1Y"), &ion_customer, 10);
        bed.read().await;
        // Long after the purchase: what was bought then is bound.
        bed.pass_quietly(30 * DAY).await;
        bed.read().await;
        let id = bed.row(&theirs).await.id;
        bed.carry_out(id, Change::Seats(14)).await;
        // Four came a moment ago and can go; a fifth is of the purchase and stays until the renewal.
        let words = bed.refused(id, Change::Seats(9), When::Now).await;
        assert!(
            words.contains("At most 4 seats can be taken away now"),
            "{words}"
        );
        assert!(words.contains("Fewer can be had at the renewal"), "{words}");
        let draft = bed.change(id, Change::Seats(11), When::Now).await.unwrap();
        let view = bed.engine.view_order(draft.id).await.unwrap();
        assert!(
            view.review.problems.is_empty(),
            "{:?}",
            view.review.problems
        );
        bed.pass_quietly(8 * DAY).await;
        let words = bed.refused(id, Change::Seats(11), When::Now).await;
        assert!(
            words.starts_with("No seats can be taken away now."),
            "{words}"
        );
        // The draft of then is refused too, before anything is sent.
        let late = bed.confirm(&draft).await;
        assert!(matches!(late, Err(OrderError::Invalid(_))), "{late:?}");
    })
    .await;
}

#[tokio::test]
async fn a_change_for_the_renewal_waits_for_it() {
    on_sqlite(|store| async move {
        let bed = Bed::start(store, 0).await;
        let (_, ion_customer) = bed.customer(0).await;
        let theirs = bed.buy(&bed.offer("P1M"), &ion_customer, 10);
        bed.read().await;
        bed.pass_quietly(20 * DAY).await;
        bed.read().await;
        let row = bed.row(&theirs).await;
        let due = row.due_at().unwrap();

        // Turned off a day before it, by the clock of the world: no change of local time moves it.
        let off = bed
            .change(row.id, Change::AutoRenew(false), When::Renewal)
            .await
            .unwrap();
        assert_eq!(
            off.scheduled_for,
            Some(due - jiff::SignedDuration::from_hours(24))
        );
        // Fewer seats are sent when the new term has begun: before it the vendor would not take them back.
        let fewer = bed
            .change(row.id, Change::Seats(4), When::Renewal)
            .await
            .unwrap();
        let sent_at = fewer.scheduled_for.unwrap();
        assert!(sent_at > due && sent_at < due + jiff::SignedDuration::from_hours(24));
        let placed = bed.confirm(&fewer).await.unwrap();
        assert_eq!(placed.state, OrderState::Scheduled);
        bed.work().await;
        assert_eq!(
            bed.lab
                .sandbox
                .portal()
                .subscription(&theirs)
                .unwrap()
                .quantity,
            10
        );
        let left = sent_at.duration_since(bed.now()).unsigned_abs();
        bed.pass_quietly(left).await;
        bed.until_done(&placed).await;
        let in_ion = bed.lab.sandbox.portal().subscription(&theirs).unwrap();
        assert_eq!((in_ion.quantity, in_ion.status.as_str()), (4, "active"));
    })
    .await;
}

/// What stands in the way of a draft, by its path.
fn paths(refused: &OrderError) -> Vec<&str> {
    match refused {
        OrderError::Invalid(problems) => problems.iter().map(|one| one.path.as_str()).collect(),
        other => panic!("problems, not {other:?}"),
    }
}

#[tokio::test]
async fn two_changes_of_one_subscription_do_not_overwrite_each_other() {
    for_both(|store| async move {
        let bed = Bed::start(store, 0).await;
        let (_, ion_customer) = bed.customer(0).await;
        let theirs = bed.buy(&bed.offer("P1Y"), &ion_customer, 10);
        bed.read().await;
        let row = bed.row(&theirs).await;
        let seats = || {
            bed.lab
                .sandbox
                .portal()
                .subscription(&theirs)
                .unwrap()
                .quantity
        };
        let posts = || bed.lab.sandbox.ledger().order_posts().count();

        // Two people change it from ten at once; the order of the first does not end for a while.
        let (first, second) = (Change::Seats(14), Change::Seats(12));
        let first = bed.change(row.id, first, When::Now).await.unwrap();
        let second = bed.change(row.id, second, When::Now).await.unwrap();
        bed.lab.sandbox.portal().hold_next_order();
        let first = bed.confirm(&first).await.unwrap();
        let refused = bed.confirm(&second).await.unwrap_err();
        assert_eq!(paths(&refused), ["/subscription"], "nothing was sent yet");
        bed.work().await;
        let refused = bed.confirm(&second).await.unwrap_err();
        assert_eq!(paths(&refused), ["/subscription"], "it is under way");

        // One that was to be sent meanwhile is taken back at its time.
        let at = When::At(bed.now() + jiff::SignedDuration::from_mins(10));
        let later = bed.change(row.id, Change::Seats(11), at).await.unwrap();
        let confirmation = Confirmation {
            at: later.scheduled_for,
            ..Confirmation::default()
        };
        let refused = bed
            .engine
            .submit_order(later.id, later.version, confirmation, &kim())
            .await
            .unwrap_err();
        assert_eq!(paths(&refused), ["/subscription"]);
        assert_eq!((posts(), seats()), (1, 10));

        let ion_id = orders::find(bed.store.read(), first.id)
            .await
            .unwrap()
            .unwrap()
            .ion_id
            .unwrap();
        bed.lab.sandbox.portal().complete_order(&ion_id);
        bed.until_done(&first).await;
        assert_eq!(seats(), 14);
        // The change was from ten seats, which nobody has any more: it is made anew, not sent as it was.
        let refused = bed.confirm(&second).await.unwrap_err();
        assert!(!paths(&refused).is_empty());
        assert_eq!((posts(), seats()), (1, 14), "nobody's seats are lost");
    })
    .await;
}

#[tokio::test]
async fn a_scheduled_change_is_taken_back_where_another_one_is_under_way_at_its_time() {
    on_sqlite(|store| async move {
        let bed = Bed::start(store, 0).await;
        let (_, ion_customer) = bed.customer(0).await;
        let theirs = bed.buy(&bed.offer("P1Y"), &ion_customer, 10);
        bed.read().await;
        let row = bed.row(&theirs).await;
        let at = When::At(bed.now() + jiff::SignedDuration::from_mins(10));
        let later = bed.change(row.id, Change::Seats(12), at).await.unwrap();
        let later = bed.confirm(&later).await.unwrap();
        assert_eq!(later.state, OrderState::Scheduled);
        let now = bed.change(row.id, Change::Seats(14), When::Now);
        let now = now.await.unwrap();
        bed.lab.sandbox.portal().hold_next_order();
        bed.confirm(&now).await.unwrap();
        bed.work().await;
        bed.lab.pass(Duration::from_secs(660));
        bed.work().await;
        let later = orders::find(bed.store.read(), later.id).await.unwrap();
        assert_eq!(later.unwrap().state, OrderState::Draft);
        let posts = bed.lab.sandbox.ledger().order_posts().count();
        assert_eq!(posts, 1, "only the first was sent");
    })
    .await;
}

#[tokio::test]
async fn of_two_changes_that_are_placed_or_due_at_once_one_goes() {
    for_both(|store| async move {
        let bed = Bed::start(store, 0).await;
        let (_, ion_customer) = bed.customer(0).await;
        let theirs = bed.buy(&bed.offer("P1Y"), &ion_customer, 10);
        bed.read().await;
        let id = bed.row(&theirs).await.id;
        let draft = |change, when| bed.change(id, change, when);
        let state = async |order: &OrderRow| {
            let row = orders::find(bed.store.read(), order.id).await.unwrap();
            row.unwrap().state
        };

        // Due at once, and taken up by two workers.
        let at = When::At(bed.now() + jiff::SignedDuration::from_mins(10));
        let one = draft(Change::Seats(12), at).await.unwrap();
        let other = draft(Change::AutoRenew(false), at).await.unwrap();
        let one = bed.confirm(&one).await.unwrap();
        let other = bed.confirm(&other).await.unwrap();
        bed.lab.pass(Duration::from_secs(660));
        let (first, second) = tokio::join!(
            engine::orders::follow(&bed.engine, one.id),
            engine::orders::follow(&bed.engine, other.id),
        );
        first.unwrap();
        second.unwrap();
        let states = [state(&one).await, state(&other).await];
        let going = states.iter().filter(|state| state.is_unsent()).count();
        assert_eq!(going, 1, "{states:?}");
        assert!(states.contains(&OrderState::Submitting), "{states:?}");

        // Placed at once, by two people.
        for _ in 0..10 {
            bed.work().await;
            bed.lab.pass(Duration::from_secs(120));
        }
        let one = draft(Change::Seats(14), When::Now).await.unwrap();
        let other = draft(Change::Seats(16), When::Now).await.unwrap();
        let (first, second) = tokio::join!(bed.confirm(&one), bed.confirm(&other));
        assert_eq!(
            usize::from(first.is_ok()) + usize::from(second.is_ok()),
            1,
            "{first:?} {second:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn suspended_resumed_not_renewed_cancelled() {
    on_sqlite(|store| async move {
        let bed = Bed::start(store, 0).await;
        let (_, ion_customer) = bed.customer(0).await;
        let theirs = bed.buy(&bed.offer("P1Y"), &ion_customer, 10);
        bed.read().await;
        let id = bed.row(&theirs).await.id;
        let in_ion = || bed.lab.sandbox.portal().subscription(&theirs).unwrap();

        bed.carry_out(id, Change::Suspend).await;
        assert_eq!(in_ion().status, "suspended");
        assert_eq!(
            bed.row(&theirs).await.subscription.state,
            SubscriptionState::Suspended
        );
        let words = bed.refused(id, Change::Seats(12), When::Now).await;
        assert!(
            words.contains("suspended") && words.contains("Resume"),
            "{words}"
        );
        bed.carry_out(id, Change::Resume).await;
        assert_eq!(in_ion().status, "active");
        bed.carry_out(id, Change::AutoRenew(false)).await;
        assert!(!in_ion().auto_renew);
        assert_eq!(in_ion().quantity, 10, "the seats are as they were");
        assert_eq!(
            bed.row(&theirs).await.subscription.state,
            SubscriptionState::Ends
        );
        let words = bed.refused(id, Change::AutoRenew(false), When::Now).await;
        assert!(words.contains("already"), "{words}");
        bed.carry_out(id, Change::Cancel).await;
        assert!(matches!(
            in_ion().status.as_str(),
            "deleted" | "cancelled" | "canceled"
        ));
        assert!(!bed.row(&theirs).await.is_live());
        let words = bed.refused(id, Change::Seats(3), When::Now).await;
        assert!(words.contains("ended"), "{words}");
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_done_is_said_with_the_day_and_what_can() {
    on_sqlite(|store| async move {
        let bed = Bed::start(store, 0).await;
        let (_, ion_customer) = bed.customer(0).await;
        let theirs = bed.buy(&bed.offer("P1Y"), &ion_customer, 10);
        bed.read().await;
        bed.pass_quietly(40 * DAY).await;
        bed.read().await;
        let row = bed.row(&theirs).await;
        let words = bed.refused(row.id, Change::Cancel, When::Now).await;
        assert!(
            words.starts_with("Too late to cancel: the last day was 30 Nov 2026."),
            "{words}"
        );
        assert!(words.contains("You can turn the renewal off"), "{words}");
        let words = bed.refused(row.id, Change::Seats(4), When::Now).await;
        assert!(
            words.contains("Fewer can be had at the renewal, 23 Nov 2027"),
            "{words}"
        );
        let past = bed.now() - jiff::SignedDuration::from_secs(1);
        let words = bed.refused(row.id, Change::Suspend, When::At(past)).await;
        assert!(words.contains("over"), "{words}");
        assert!(matches!(
            bed.change(
                SubscriptionId::new(bed.engine.ids()),
                Change::Suspend,
                When::Now
            )
            .await,
            Err(OrderError::Gone)
        ));
        // Gone from Ion, nothing is sent.
        assert!(bed.lab.sandbox.portal().remove_subscription(&theirs));
        bed.read().await;
        let words = bed.refused(row.id, Change::Suspend, When::Now).await;
        assert!(words.contains("no longer shows"), "{words}");
        assert!(bed.lab.sandbox.orders().is_empty(), "Ion got no order");
    })
    .await;
}

#[tokio::test]
async fn an_order_finds_its_subscription_also_where_ion_shows_it_late() {
    for after in ["0", "120"] {
        on_sqlite(|store| async move {
            let bed = Bed::start(store, 0).await;
            bed.lab
                .sandbox
                .set_knob("subscription-after-s", after)
                .unwrap();
            let (customer, _) = bed.customer(0).await;
            let draft = bed
                .engine
                .begin_order(
                    engine::orders::NewDraft {
                        customer: Some(customer),
                        connection: None,
                        content: content(&bed.offer("P1M"), 5),
                    },
                    &kim(),
                )
                .await
                .unwrap();
            let placed = bed.confirm(&draft).await.unwrap();
            let done = bed.until_done(&placed).await;
            for _ in 0..20 {
                bed.pass(Duration::from_secs(30)).await;
            }
            let stored = bed.stored().await;
            assert_eq!(stored.len(), 1);
            let row = stored.values().next().unwrap();
            assert_eq!(row.order, Some(done.id), "after {after} s");
            assert_eq!(row.customer, Some(customer));
            let told = orders::list_events(bed.store.read(), done.id)
                .await
                .unwrap();
            let seen = told
                .iter()
                .filter(|event| event.kind == OrderEventKind::Subscription);
            assert_eq!(seen.count(), 1);
            let view = bed.engine.view_subscription(row.id).await.unwrap();
            assert_eq!(view.orders.first().map(|hit| hit.id), Some(done.id));
        })
        .await;
    }
}

#[tokio::test]
async fn two_orders_of_one_product_each_have_their_own_subscription() {
    on_sqlite(|store| async move {
        let bed = Bed::start(store, 0).await;
        let (customer, _) = bed.customer(0).await;
        let mut orders_made = Vec::new();
        for seats in [5, 8] {
            let draft = bed
                .engine
                .begin_order(
                    engine::orders::NewDraft {
                        customer: Some(customer),
                        connection: None,
                        content: content(&bed.offer("P1M"), seats),
                    },
                    &kim(),
                )
                .await
                .unwrap();
            let placed = bed.confirm(&draft).await.unwrap();
            orders_made.push((seats, placed));
        }
        for (_, placed) in &orders_made {
            bed.until_done(placed).await;
        }
        bed.read().await;
        for row in bed.stored().await.values() {
            let seats = row.subscription.seats;
            let (_, order) = orders_made
                .iter()
                .find(|(made, _)| Some(*made) == seats)
                .unwrap();
            assert_eq!(row.order, Some(order.id), "{seats:?} seats");
        }
    })
    .await;
}
