//! What is read, and what is made of it.

use domain::run::RunStatus;
use domain::subscription::SubscriptionState;
use domain::{Amount, Scale, Term};
use ion_sandbox::Knobs;
use store::Backend;
use store::subscriptions::{self, SubscriptionFilter};
use store::testing::{TestDatabase, for_both};

use super::bed::{Bed, config, kim, on_sqlite};

#[tokio::test]
async fn the_first_reading_has_each_as_ion_holds_it() {
    for_both(|store| async move {
        let bed = Bed::start(store, 60).await;
        let run = bed.read().await;
        let in_ion = bed.in_ion();
        let stored = bed.stored().await;
        assert_eq!(stored.len(), in_ion.len());
        let counts = bed.counts(run).await;
        assert_eq!((counts.read, counts.added, counts.set_aside), (60, 60, 0));
        assert_eq!(
            bed.outcome(run).await,
            (
                RunStatus::Done,
                "60 subscriptions of Ion read: 60 new.".to_owned()
            )
        );
        for theirs in &in_ion {
            let row = &stored[&theirs.id];
            let of = &row.subscription;
            assert_eq!(of.resource_id, theirs.subscription_id);
            assert_eq!(of.ion_customer_id, theirs.customer_id);
            assert_eq!(
                (&of.product_ion_id, &of.sku_id, &of.plan_id),
                (&theirs.product_id, &theirs.sku_id, &theirs.plan_id)
            );
            assert_eq!(of.name, theirs.name);
            assert_eq!(of.auto_renew, Some(theirs.auto_renew));
            assert_eq!(of.cancellable_until, theirs.cancel_until);
            let by_use = theirs.start == theirs.end;
            let end = (!by_use).then_some(theirs.end);
            assert_eq!((of.ends_at, of.starts_at), (end, Some(theirs.start)));
            if let Some(seats) = of.seats {
                assert_eq!(i64::from(seats), theirs.quantity);
            }
            let price = Amount::parse(&theirs.price, Scale::Price).unwrap();
            if !by_use {
                let cost = of.cost.as_ref().expect("it has a price");
                assert!(cost.same_price(&price), "{cost:?} {price:?}");
            }
            let state = match (theirs.status.as_str(), of.trial) {
                ("active", true) => SubscriptionState::Trial,
                ("active", false) if !theirs.auto_renew && !by_use => SubscriptionState::Ends,
                ("active", false) => SubscriptionState::Active,
                ("suspended", _) => SubscriptionState::Suspended,
                ("expired", _) => SubscriptionState::Expired,
                ("cancelled" | "canceled" | "deleted", _) => SubscriptionState::Cancelled,
                other => panic!("{other:?}"),
            };
            assert_eq!(of.state, state, "{}", theirs.id);
            assert_eq!(bed.told(row.id).await.len(), 1);
        }
    })
    .await;
}

#[tokio::test]
async fn each_is_linked_to_what_is_known_of_it() {
    for_both(|store| async move {
        let bed = Bed::start(store, 60).await;
        bed.read().await;
        let (mut strangers, mut without_product) = (0, 0);
        for (ion_id, row) in bed.stored().await {
            let of = &row.subscription;
            let known = bed.lab.sandbox.portal().ids().contains(&of.ion_customer_id);
            assert_eq!(row.customer.is_some(), known, "{ion_id}");
            assert!(!row.customer_name.is_empty(), "{ion_id} shows a name");
            strangers += usize::from(!known);
            match row.product {
                Some(_) => assert!(!row.vendor.is_empty()),
                None => without_product += 1,
            }
            if let Some(cost) = of
                .cost
                .as_ref()
                .filter(|_| of.billing == domain::BillingPeriod::Monthly)
            {
                let month = cost.units() * i64::from(of.seats.unwrap_or(1));
                assert_eq!(row.monthly_units, Some(month), "{ion_id}");
            }
            assert_eq!(row.sale_units, None, "no rule sells it");
        }
        assert_eq!(
            strangers, 1,
            "one customer left Ion, and its subscription is kept"
        );
        assert_eq!(
            without_product, 1,
            "one product left the catalog, and its subscription is kept"
        );
        // The page of one shows what can be done with it.
        let running = bed.row(&bed.running().id).await;
        let view = bed.engine.view_subscription(running.id).await.unwrap();
        assert!(!view.possible.is_empty() && view.events.len() == 1);
        assert!(
            view.price_next.is_some(),
            "the catalog says what a renewal costs"
        );
    })
    .await;
}

#[tokio::test]
async fn a_reading_that_finds_nothing_new_writes_nothing_and_leaves_no_run() {
    for_both(|store| async move {
        let bed = Bed::start(store, 40).await;
        bed.read().await;
        let before = bed.written().await;
        let runs_before = store::runs::list(bed.store.read(), None, None, 100)
            .await
            .unwrap();
        bed.lab.sandbox.clear_ledger();
        bed.poll().await;
        assert!(bed.list_requests() > 0, "Ion was asked");
        assert_eq!(bed.written().await, before);
        let runs = store::runs::list(bed.store.read(), None, None, 100)
            .await
            .unwrap();
        assert_eq!(runs.len(), runs_before.len());
        let setting = store::orders::setting(bed.store.read(), bed.connection)
            .await
            .unwrap();
        assert_eq!(setting.subscriptions_read_at, Some(bed.now()));
        // One that a person asks for is told, also where it finds nothing.
        let run = bed.read().await;
        let (status, outcome) = bed.outcome(run).await;
        assert_eq!(status, RunStatus::Done);
        assert_eq!(outcome, "40 subscriptions of Ion read: no difference.");
        assert_eq!(bed.written().await, before);
    })
    .await;
}

#[tokio::test]
async fn what_is_done_in_the_portal_is_seen_with_before_and_after() {
    for_both(|store| async move {
        let bed = Bed::start(store, 40).await;
        bed.read().await;
        let theirs = bed.running();
        let row = bed.row(&theirs.id).await;
        let portal = bed.lab.sandbox.portal();

        portal.set_seats(&theirs.id, theirs.quantity + 3);
        bed.poll().await;
        assert_eq!(
            bed.last(row.id).await,
            format!("seats {} -> {}", theirs.quantity, theirs.quantity + 3)
        );
        assert_eq!(
            bed.row(&theirs.id).await.subscription.seats,
            u32::try_from(theirs.quantity + 3).ok()
        );

        portal.set_subscription_status(&theirs.id, "suspended");
        bed.poll().await;
        assert_eq!(bed.last(row.id).await, "state active -> suspended");
        portal.set_subscription_status(&theirs.id, "active");
        bed.poll().await;
        portal.set_auto_renew(&theirs.id, false);
        bed.poll().await;
        assert_eq!(bed.last(row.id).await, "renewal on -> off");
        assert_eq!(
            bed.row(&theirs.id).await.subscription.state,
            SubscriptionState::Ends
        );
        portal.set_auto_renew(&theirs.id, true);
        portal.rename_subscription(&theirs.id, "Front desk");
        bed.poll().await;
        assert_eq!(bed.row(&theirs.id).await.subscription.name, "Front desk");
        portal.set_subscription_status(&theirs.id, "deleted");
        bed.poll().await;
        let now = bed.row(&theirs.id).await;
        assert_eq!(now.subscription.state, SubscriptionState::Cancelled);
        assert!(
            !now.is_live() && now.gone_at.is_none(),
            "Ion still shows it"
        );
        let live = subscriptions::search(bed.store.read(), &SubscriptionFilter::default())
            .await
            .unwrap();
        assert!(live.subscriptions.iter().all(|one| one.id != row.id));
    })
    .await;
}

#[tokio::test]
async fn a_renewal_rolls_the_term_over() {
    on_sqlite(|store| async move {
        let bed = Bed::start(store, 40).await;
        bed.read().await;
        let theirs = bed.running();
        let before = bed.row(&theirs.id).await;
        assert!(bed.lab.sandbox.portal().renew(&theirs.id));
        bed.poll().await;
        let now = bed.row(&theirs.id).await;
        let rolled = bed.lab.sandbox.portal().subscription(&theirs.id).unwrap();
        assert_eq!(now.subscription.ends_at, Some(rolled.end));
        assert!(now.due_at() > before.due_at());
        let told = bed.told(now.id).await;
        assert!(
            told.iter().any(|line| line.starts_with("term Ends: ")),
            "{told:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn one_that_cannot_be_read_is_set_aside_and_the_rest_goes_on() {
    on_sqlite(|store| async move {
        let bed = Bed::start(store, 20).await;
        bed.read().await;
        let (bad, other) = (bed.running(), bed.in_ion().pop().unwrap());
        let before = bed.row(&bad.id).await;
        let portal = bed.lab.sandbox.portal();
        // A name of megabytes is nothing that Ion gives: the record is not believed.
        portal.rename_subscription(&bad.id, &"x".repeat(10_000));
        portal.rename_subscription(&other.id, "Back office");
        let run = bed.read().await;
        let (status, outcome) = bed.outcome(run).await;
        assert_eq!(status, RunStatus::DoneSetAside);
        assert_eq!(
            outcome,
            "20 subscriptions of Ion read: 1 changed, 1 could not be read."
        );
        let log = store::runs::list_log(bed.store.read(), run).await.unwrap();
        assert!(
            log.iter().any(|line| line.message.contains(&bad.id)
                && line.message.contains("$.subscriptionName")),
            "{log:?}"
        );
        let now = bed.row(&bad.id).await;
        assert_eq!(
            now.subscription, before.subscription,
            "what was known is kept"
        );
        assert_eq!(now.missed, 0, "it was shown");
        assert_eq!(bed.row(&other.id).await.subscription.name, "Back office");
    })
    .await;
}

#[tokio::test]
async fn a_customer_that_is_linked_later_gets_what_is_its_own() {
    for_both(|store| async move {
        let bed = Bed::bare(store, config(40, Knobs::default())).await;
        bed.import().await;
        // Read before any customer is known here.
        bed.read().await;
        let all = bed.stored().await;
        assert!(all.values().all(|row| row.customer.is_none()));
        assert!(
            all.values()
                .all(|row| row.customer_name == row.subscription.ion_customer_name)
        );
        bed.sync_customers().await;
        for (ion_id, row) in bed.stored().await {
            let known = bed
                .lab
                .sandbox
                .portal()
                .ids()
                .contains(&row.subscription.ion_customer_id);
            assert_eq!(row.customer.is_some(), known, "{ion_id}");
        }
        // Unlinked, they are nobody's again; linked by hand, they come back under the name of ours.
        let theirs = bed.running();
        let row = bed.row(&theirs.id).await;
        let customer = row.customer.unwrap();
        bed.engine
            .unlink(bed.connection, customer, &kim())
            .await
            .unwrap();
        let now = bed.row(&theirs.id).await;
        assert_eq!(
            (now.customer, &now.customer_name),
            (None, &row.customer_name)
        );
        bed.engine
            .link_by_hand(bed.connection, customer, &theirs.customer_id, &kim())
            .await
            .unwrap();
        assert_eq!(bed.row(&theirs.id).await.customer, Some(customer));
        // A new name here is the name there.
        let ours = store::customers::find(bed.store.read(), customer)
            .await
            .unwrap()
            .unwrap();
        let mut renamed = ours.customer.clone();
        renamed
            .fields
            .set(domain::customer::CustomerField::Organisation, "Tin Lantern");
        bed.engine
            .edit_customer(customer, ours.version, renamed, &kim())
            .await
            .unwrap();
        assert_eq!(bed.row(&theirs.id).await.customer_name, "Tin Lantern");
    })
    .await;
}

#[tokio::test]
async fn a_product_that_comes_later_is_found_by_its_subscriptions() {
    on_sqlite(|store| async move {
        let bed = Bed::bare(store, config(30, Knobs::default())).await;
        bed.read().await;
        assert!(bed.stored().await.values().all(|row| row.product.is_none()));
        bed.import().await;
        let without = bed
            .stored()
            .await
            .values()
            .filter(|row| row.product.is_none() && row.is_live())
            .count();
        assert!(without <= 1, "only what left the catalog has no product");
    })
    .await;
}

#[tokio::test]
async fn every_kind_of_ion_is_read_the_same() {
    let knobs =
        ion_sandbox::knobs_about(&[ion_sandbox::Area::Subscriptions, ion_sandbox::Area::Lists]);
    for setting in knobs {
        let what = format!("{}={}", setting.knob, setting.value);
        let database = TestDatabase::migrated(Backend::Sqlite).await;
        let bed = Bed::bare(database.store().clone(), config(45, setting.knobs)).await;
        bed.read().await;
        let stored = bed.stored().await;
        assert_eq!(stored.len(), 45, "{what}");
        let theirs = bed.running();
        bed.lab
            .sandbox
            .portal()
            .set_seats(&theirs.id, theirs.quantity + 1);
        bed.poll().await;
        let row = bed.row(&theirs.id).await;
        assert_eq!(
            row.subscription.seats,
            u32::try_from(theirs.quantity + 1).ok(),
            "{what}"
        );
        assert_ne!(row.subscription.term, Term::Unknown, "{what}");
        assert!(
            bed.stored().await.values().all(|row| row.gone_at.is_none()),
            "{what}"
        );
    }
}
