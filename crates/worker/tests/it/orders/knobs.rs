//! Every setting of every knob of the sandbox: what nobody knows of Ion makes no second order and loses none.

use std::time::Duration;

use domain::order::OrderState;
use futures::StreamExt as _;
use ion_sandbox::{Action, Fault, Knobs, Setting, all_knobs};
use store::Backend;
use store::orders::OrderEventKind as Kind;
use store::testing::TestDatabase;

use super::bed::{Bed, PATIENCE, config, kim};

fn cut_after() -> Fault {
    Fault {
        path: "POST /api/v3/accounts/10412/customers/*/orders".to_owned(),
        skip: 0,
        times: 1,
        every: 1,
        action: Action::CutAfter,
    }
}

/// Runs each journey as a task of its own, so that all that fail are named, not only the first.
async fn all<J: Future<Output = ()> + Send + 'static>(journeys: impl Iterator<Item = (String, J)>) {
    let failed: Vec<Option<String>> = futures::stream::iter(journeys)
        .map(|(what, journey)| async move {
            let ended = tokio::spawn(journey).await;
            ended.err().map(|error| format!("{what}: {error}"))
        })
        .buffer_unordered(4)
        .collect()
        .await;
    let failed: Vec<String> = failed.into_iter().flatten().collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

#[tokio::test]
async fn orders_are_placed_and_found_whatever_ion_is_like() {
    // Logins that may not read customers or place orders are tried elsewhere; a list that lags behind our patience is too.
    let settings = all_knobs().filter(|Setting { knob, value, .. }| {
        !matches!(*knob, "may-read-customers" | "may-place-orders")
            && (*knob, *value) != ("order-list-lag-s", "900")
    });
    all(settings.map(|Setting { knob, value, knobs }| {
        let what = format!("{knob}={value}");
        (what.clone(), journey(knobs, what))
    }))
    .await;
}

/// One order whose answer arrives, one whose answer is lost; both end.
async fn journey(knobs: Knobs, what: String) {
    let database = TestDatabase::migrated(Backend::Sqlite).await;
    let bed = Bed::with(database.store().clone(), config(knobs.clone())).await;
    let more: &[(&str, &str)] = match knobs.templates.as_str() {
        // What Ion's form asks for newly.
        "changed" => &[("companyRegistrationId", "HRB 4711")],
        _ => &[],
    };
    let answered = bed.submit_with(more).await;
    bed.work().await;
    bed.lab.sandbox.inject(cut_after());
    let lost = bed.submit_with(more).await;
    for order in [answered, lost] {
        for _ in 0..40 {
            bed.work().await;
            let row = bed.row(order).await;
            if row.ion_id.is_some() && row.state != OrderState::Submitting {
                break;
            }
            assert!(row.not_found_at.is_none(), "{what}: not found");
            bed.lab.pass(Duration::from_secs(20));
        }
        let row = bed.row(order).await;
        assert!(
            row.ion_id.is_some(),
            "{what}: {} {:?}",
            row.state,
            bed.timeline(order).await
        );
        assert_eq!(bed.posts(order).await, 1, "{what}");
        // Whatever echoes what, Ion has what was sent.
        assert_eq!(bed.ion_order(order).await.id, row.ion_id.unwrap(), "{what}");
    }
    // Where nothing is refused later, both are carried out.
    if knobs.order_step_s < 60 {
        for order in [answered, lost] {
            bed.until(order, OrderState::Completed, &what).await;
        }
    }
    bed.engine
        .request_read_orders(bed.connection, &kim())
        .await
        .unwrap();
    bed.work().await;
    let rows = bed.count().await;
    assert_eq!(rows, 2, "{what}: a reading takes ours for others'");
}

#[tokio::test]
async fn a_lost_answer_is_found_by_whatever_ion_gives_back() {
    let mut journeys = Vec::new();
    for echo in ["both", "order", "items", "none"] {
        for name in ["full", "cut", "none"] {
            for lag in [0, 30] {
                for (filters, sort) in [(false, false), (true, false), (false, true), (true, true)]
                {
                    let knobs = Knobs {
                        reference_id_echo: echo.to_owned(),
                        reference_id_cut: 32,
                        display_name_echo: name.to_owned(),
                        order_list_lag_s: lag,
                        order_filters_ignored: filters,
                        order_sort_ignored: sort,
                        ..Knobs::default()
                    };
                    let what = format!(
                        "echo {echo}, name {name}, lag {lag}, filters ignored {filters}, sort ignored {sort}"
                    );
                    journeys.push((what.clone(), lost(knobs, what)));
                }
            }
        }
    }
    all(journeys.into_iter()).await;
}

/// An order whose answer is lost, among others of the customer.
async fn lost(knobs: Knobs, what: String) {
    let visible = knobs.reference_id_echo != "none" || knobs.display_name_echo != "none";
    let database = TestDatabase::migrated(Backend::Sqlite).await;
    let bed = Bed::with(database.store().clone(), config(knobs)).await;
    let offer = bed.offer("P1M");
    for _ in 0..4 {
        bed.lab
            .sandbox
            .portal()
            .place_order(&offer.order(&bed.ion_customer, 9))
            .unwrap();
    }
    bed.lab.sandbox.inject(cut_after());
    let order = bed.submit().await;
    bed.work().await;
    bed.pass(Duration::from_secs(90)).await;
    let row = bed.row(order).await;
    if visible {
        assert!(
            row.ion_id.is_some(),
            "{what}: {:?}",
            bed.timeline(order).await
        );
        assert_eq!(bed.posts(order).await, 1, "{what}");
        return;
    }
    // Nothing tells it apart: a person is asked, with those that look alike.
    assert_eq!(row.state, OrderState::Unconfirmed, "{what}");
    bed.pass(PATIENCE).await;
    let row = bed.row(order).await;
    assert!(row.not_found_at.is_some(), "{what}");
    let alike = bed.engine.lookalikes(order).await.unwrap();
    assert!(!alike.is_empty(), "{what}");
    let ours = bed
        .lab
        .sandbox
        .orders()
        .into_iter()
        .find(|view| view.reference_id == row.reference)
        .unwrap();
    assert_eq!(
        alike[0].ion_id, ours.id,
        "{what}: the most alike is it: {alike:?}"
    );
    let adopted = bed
        .engine
        .adopt_order(order, &ours.id, &kim())
        .await
        .unwrap();
    assert_eq!(adopted.ion_id.as_deref(), Some(ours.id.as_str()));
    bed.until(order, OrderState::Completed, &what).await;
    assert_eq!(bed.posts(order).await, 1, "{what}");
    // Ours, and the four of the portal: what a reading had taken for another's is one with ours.
    bed.engine
        .request_read_orders(bed.connection, &kim())
        .await
        .unwrap();
    bed.work().await;
    assert_eq!(bed.count().await, 5, "{what}");
}

#[tokio::test]
async fn a_list_that_lags_longer_than_our_patience_is_found_later_and_nothing_is_sent_by_itself() {
    let database = TestDatabase::migrated(Backend::Sqlite).await;
    let knobs = Knobs {
        order_list_lag_s: 900,
        ..Knobs::default()
    };
    let bed = Bed::with(database.store().clone(), config(knobs)).await;
    bed.lab.sandbox.inject(cut_after());
    let order = bed.submit().await;
    bed.work().await;
    for _ in 0..90 {
        bed.lab.pass(Duration::from_secs(60));
        bed.work().await;
    }
    assert!(bed.row(order).await.ion_id.is_some());
    assert_eq!(bed.posts(order).await, 1);
}

#[tokio::test]
async fn a_login_that_may_not_order_is_told_so() {
    let database = TestDatabase::migrated(Backend::Sqlite).await;
    let knobs = Knobs {
        may_place_orders: false,
        ..Knobs::default()
    };
    let bed = Bed::with(database.store().clone(), config(knobs)).await;
    let order = bed.submit().await;
    bed.work().await;
    let row = bed.row(order).await;
    assert_eq!(row.state, OrderState::Failed);
    let failure = row.failure.unwrap();
    assert!(failure.what_to_do.contains("Account Admin"), "{failure:?}");
    assert!(bed.timeline(order).await.contains(&Kind::Refused));
}
