//! What renews or ends, and which reminders of it were given.

use domain::subscription::SubscriptionState;
use domain::{Amount, Scale, Term};
use jiff::Timestamp;
use store::Store;
use store::subscriptions::{
    self, NewSubscription, RenewalFigures, RenewalFilter, RenewalOrder, RenewalSteps, Span,
};
use store::testing::for_both;

use super::bed::{gone, new, write};
use crate::make::{Make, noon, seconds};

const DAY: u64 = 86_400;

/// Urgent for a week, soon for a month; presses for three days.
fn steps() -> RenewalSteps {
    RenewalSteps {
        now: noon(),
        urgent_until: noon() + seconds(7 * DAY),
        soon_until: noon() + seconds(30 * DAY),
        pressing_until: noon() + seconds(3 * DAY),
    }
}

fn filter(span: Span) -> RenewalFilter {
    RenewalFilter {
        span,
        steps: steps(),
        only_pressing: false,
        order: RenewalOrder::Due,
        after: None,
        limit: 100,
    }
}

/// Renews so many days after noon, and costs this much a month and seat.
fn due(make: &Make, ion_id: &str, days: u64, cost: &str) -> NewSubscription {
    let mut one = new(make, ion_id);
    one.subscription.renews_at = Some(noon() + seconds(days * DAY));
    one.subscription.cost = Some(Amount::parse(cost, Scale::Price).unwrap());
    one
}

async fn ids(store: &Store, filter: &RenewalFilter) -> Vec<String> {
    let page = subscriptions::list_renewals(store.read(), filter)
        .await
        .unwrap();
    let rows = page.subscriptions.into_iter();
    rows.map(|row| row.subscription.ion_id).collect()
}

/// Eight of every urgency.
async fn eight(store: &Store, make: &Make) -> Vec<NewSubscription> {
    let connection = make.connection(store, "1001").await;
    let mut all = vec![
        due(make, "now", 2, "10"),
        due(make, "dear", 20, "100"),
        due(make, "soon", 20, "10"),
        due(make, "month", 5, "10"),
        due(make, "later", 40, "10"),
        due(make, "ends", 1, "10"),
        due(make, "unpriced", 6, "10"),
        due(make, "dearer now", 2, "20"),
    ];
    all[3].subscription.term = Term::P1M;
    all[5].subscription.auto_renew = Some(false);
    all[6].subscription.cost = None;
    "Coffee Ltd".clone_into(&mut all[7].customer_name);
    write(store, make, connection, &all).await;
    all
}

fn sum(text: &str) -> domain::order::Sums {
    [("EUR".parse().unwrap(), text.parse().unwrap())].into()
}

#[tokio::test]
async fn renewals_stand_by_urgency_and_money_and_go_on_where_they_stopped() {
    for_both(|store| async move {
        let make = Make::new();
        eight(&store, &make).await;
        let mut filter = filter((noon(), noon() + seconds(99 * DAY)));
        filter.order = RenewalOrder::Urgency;
        let order = [
            "dear",
            "dearer now",
            "now",
            "unpriced",
            "soon",
            "month",
            "later",
            "ends",
        ];
        assert_eq!(ids(&store, &filter).await, order);
        filter.limit = 1;
        let mut found = Vec::new();
        loop {
            let page = subscriptions::list_renewals(store.read(), &filter)
                .await
                .unwrap();
            found.extend(page.subscriptions);
            filter.after = page.next;
            // Time passes; the list goes on by the time at which it began.
            filter.steps.now += seconds(DAY);
            filter.steps.urgent_until += seconds(40 * DAY);
            if filter.after.is_none() {
                break;
            }
        }
        let found: Vec<_> = found
            .into_iter()
            .map(|row| row.subscription.ion_id)
            .collect();
        assert_eq!(found, order);
        filter.after = Some("walk-in".to_owned());
        assert!(
            subscriptions::list_renewals(store.read(), &filter)
                .await
                .is_err()
        );
    })
    .await;
}

#[tokio::test]
async fn renewals_are_summed_up_by_span_and_day() {
    for_both(|store| async move {
        let make = Make::new();
        let all = eight(&store, &make).await;
        let at = |days: u64| noon() + seconds(days * DAY);
        let spans = [(at(0), at(7)), (at(7), at(30)), (at(50), at(60))];
        let sums = subscriptions::sum_renewals(store.read(), &spans, &steps())
            .await
            .unwrap();
        // Ten seats over a year: 1200 and 2400 press; a month is 100; what ends binds to nothing.
        let first = &sums[0];
        assert_eq!((first.renewals, first.ends, first.pressing), (4, 1, 2));
        assert_eq!(first.bound, sum("3700"));
        assert_eq!(first.pressing_bound, sum("3600"));
        assert_eq!(first.last_pressing, Some(at(2)));
        assert_eq!((sums[1].renewals, sums[1].pressing), (2, 0));
        assert_eq!(sums[1].bound, sum("13200"));
        assert_eq!(sums[2], subscriptions::RenewalSums::default());
        let customers = subscriptions::count_pressing_customers(store.read(), &steps()).await;
        assert_eq!(customers.unwrap(), 2);
        let pressing = RenewalFilter {
            only_pressing: true,
            order: RenewalOrder::Urgency,
            ..filter((at(0), at(99)))
        };
        assert_eq!(ids(&store, &pressing).await, ["dearer now", "now"]);
        // What renews as a day begins can last be stopped on the day before; what does not press stands on its own day.
        let days = [
            (at(1), at(2)),
            (at(2), at(3)),
            (at(20), at(21)),
            (at(40), at(41)),
        ];
        let shown = subscriptions::list_renewals_of_days(store.read(), &days, &steps(), 2)
            .await
            .unwrap();
        let shown: Vec<(Vec<String>, u64)> = shown
            .into_iter()
            .map(|(rows, total)| {
                let ids = rows.into_iter().map(|row| row.subscription.ion_id);
                (ids.collect(), total)
            })
            .collect();
        let day = |ids: &[&str], total| (ids.iter().map(|id| (*id).to_owned()).collect(), total);
        assert_eq!(
            shown,
            [
                day(&["dearer now", "now"], 3),
                day(&[], 0),
                day(&["dear", "soon"], 2),
                day(&["later"], 1)
            ]
        );
        // By the catalog it costs something else, and it earns little.
        let figures = RenewalFigures {
            bound: Some(("USD".parse().unwrap(), 5_000_000)),
            weighty: true,
        };
        let soon = all[2].id;
        let others = subscriptions::other_renewals(store.read(), &[(soon, figures)]).await;
        assert_eq!(others.unwrap().len(), 1);
        let tx = store.begin().await.unwrap();
        subscriptions::set_renewals(&tx, &[(soon, figures)])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let others = subscriptions::other_renewals(store.read(), &[(soon, figures)]).await;
        assert!(others.unwrap().is_empty());
        let sums = subscriptions::sum_renewals(store.read(), &spans, &steps())
            .await
            .unwrap();
        assert_eq!(sums[1].bound.len(), 2);
        let mut by_urgency = filter((at(0), at(99)));
        by_urgency.order = RenewalOrder::Urgency;
        assert_eq!(ids(&store, &by_urgency).await[3], "soon", "urgent now");
    })
    .await;
}

#[tokio::test]
async fn renewals_are_live_ones_by_when_they_are_due() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let at = |after| Some(noon() + seconds(after));
        let mut all: Vec<_> = (1..8).map(|id| new(&make, &id.to_string())).collect();
        all[0].subscription.renews_at = at(300);
        all[1].subscription.renews_at = at(100);
        all[1].subscription.ends_at = at(900);
        // It ends: what it would have renewed at does not matter.
        all[2].subscription.auto_renew = Some(false);
        all[2].subscription.renews_at = at(50);
        all[2].subscription.ends_at = at(200);
        all[3].subscription.auto_renew = None;
        all[3].subscription.ends_at = at(400);
        all[4].subscription.renews_at = at(150);
        all[4].subscription.state = SubscriptionState::Expired;
        all[5].subscription.renews_at = at(160);
        write(&store, &make, connection, &all).await;
        gone(&store, &make, all[5].id).await;
        let due = async |from: u64, until: u64| {
            let (from, until) = (noon() + seconds(from), noon() + seconds(until));
            let rows = subscriptions::list_renewals(store.read(), &filter((from, until)))
                .await
                .unwrap()
                .subscriptions;
            let count = subscriptions::count_due(store.read(), from, until)
                .await
                .unwrap();
            assert_eq!(count, rows.len() as u64);
            for row in &rows {
                let due = row.due_at().unwrap();
                assert!(from <= due && due < until, "{due}");
            }
            let ids = rows.into_iter().map(|row| row.subscription.ion_id);
            ids.collect::<Vec<_>>()
        };
        assert_eq!(due(0, 99_999).await, ["2", "3", "1", "4"]);
        assert_eq!(due(100, 300).await, ["2", "3"], "the end is not in it");
        assert_eq!(due(500, 99_999).await, [""; 0], "7 is never due");
    })
    .await;
}

#[tokio::test]
async fn a_reminder_is_given_once_for_each_end() {
    for_both(|store| async move {
        let make = Make::new();
        let (connection, second) = (
            make.connection(&store, "1001").await,
            make.connection(&store, "1002").await,
        );
        let (one, other) = (new(&make, "1"), new(&make, "1"));
        write(&store, &make, connection, std::slice::from_ref(&one)).await;
        write(&store, &make, second, std::slice::from_ref(&other)).await;
        let (first, next) = (noon() + seconds(3600), noon() + seconds(7200));
        let give = async |days: &[(domain::SubscriptionId, Timestamp, u16)]| {
            let tx = store.begin().await.unwrap();
            subscriptions::give_reminders(&tx, days, make.now())
                .await
                .unwrap();
            tx.commit().await.unwrap();
        };
        give(&[
            (one.id, first, 30),
            (one.id, first, 60),
            (other.id, first, 30),
        ])
        .await;
        give(&[(one.id, first, 30), (one.id, next, 60)]).await;
        let given = async |due| {
            subscriptions::reminders_given(store.read(), one.id, due)
                .await
                .unwrap()
        };
        assert_eq!(given(first).await, [60, 30]);
        assert_eq!(given(next).await, [60], "a new end, all anew");
        let many = async |connection, until| {
            subscriptions::given_many(store.read(), connection, first, until)
                .await
                .unwrap()
        };
        assert_eq!(
            many(connection, next).await,
            [(one.id, first, 60), (one.id, first, 30)]
        );
        assert_eq!(many(connection, next + seconds(1)).await.len(), 3);
        assert_eq!(many(second, next).await, [(other.id, first, 30)]);
    })
    .await;
}
