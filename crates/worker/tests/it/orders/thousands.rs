//! Thousands of orders through a bad line, with servers that die and two that submit at once: each is in Ion once.
//!
//! `IONBRIDGE_R2=10000` tells how many; the figures are printed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use domain::order::OrderState;
use domain::{CustomerId, OrderId};
use engine::Engine;
use engine::orders::NewDraft;
use ion_sandbox::{Action, Fault, Knobs, SandboxConfig};
use store::Backend;
use store::orders::{self, OrderFilter};
use store::testing::TestDatabase;

use super::bed::{Bed, config, content, kim};

/// Orders that are submitted between two deaths.
const LIFE: usize = 50;
/// How long an order is searched for.
const PATIENCE: Duration = Duration::from_secs(90);
/// How far Ion's lists lag behind.
const LAG: Duration = Duration::from_secs(30);
/// Where orders are placed.
const PLACE: &str = "POST /api/v3/accounts/10412/customers/*/orders";

/// What was seen.
#[derive(Debug, Default)]
struct Figures {
    deaths: AtomicUsize,
    sent_again: AtomicUsize,
    /// The longest time from a send whose answer was lost until the order was found, of those that Ion had.
    slowest: std::sync::Mutex<Duration>,
}

fn orders_wanted() -> usize {
    #[expect(
        clippy::disallowed_methods,
        reason = "how much a test tries is no setting"
    )]
    let wanted = std::env::var("IONBRIDGE_R2").ok();
    wanted.and_then(|text| text.parse().ok()).unwrap_or(200)
}

/// One in ten has its effect and is cut, one in twenty has it and is answered 5xx, one in twenty is cut before it.
fn bad_line(bed: &Bed) {
    let rule = |skip, every, action| Fault {
        path: PLACE.to_owned(),
        skip,
        times: 0,
        every,
        action,
    };
    bed.lab.sandbox.inject(rule(3, 10, Action::CutAfter));
    bed.lab
        .sandbox
        .inject(rule(7, 20, Action::StatusAfter { code: 502 }));
    bed.lab.sandbox.inject(rule(11, 20, Action::CutBefore));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_thousands_of_orders_none_is_lost_and_none_is_there_twice() {
    let wanted = orders_wanted();
    let database = TestDatabase::migrated(Backend::Sqlite).await;
    let knobs = Knobs {
        order_list_lag_s: LAG.as_secs(),
        // What becomes of them at Ion is another story: none goes on.
        order_step_s: 1_000_000,
        ..Knobs::default()
    };
    let config = SandboxConfig {
        customers: 40,
        ..config(knobs)
    };
    let mut bed = Bed::patient(database.store().clone(), config, PATIENCE, 1000).await;
    let customers = customers_of(&bed).await;
    bad_line(&bed);
    let offer = bed.offer("P1M");
    let figures = Arc::new(Figures::default());
    let mut all: Vec<OrderId> = Vec::with_capacity(wanted);
    while all.len() < wanted {
        let batch = LIFE.min(wanted - all.len());
        let mut fresh: Vec<OrderId> = Vec::with_capacity(batch);
        for number in 0..batch {
            let new = NewDraft {
                customer: Some(customers[(all.len() + number) % customers.len()]),
                connection: None,
                content: content(&offer, 5),
            };
            let draft = bed.engine.begin_order(new, &kim()).await.unwrap();
            fresh.push(bed.place(&draft).await.unwrap().id);
        }
        all.extend(&fresh);
        die_in_the_middle(&mut bed, &fresh, &figures).await;
        bed.lab.pass(Duration::from_secs(40));
        bed.worker.beat().await;
        bed.work().await;
        people_send_again(&bed, &figures).await;
    }
    bed.lab.sandbox.clear_faults();
    for _ in 0..40 {
        bed.lab.pass(Duration::from_secs(15));
        bed.worker.beat().await;
        bed.work().await;
        if people_send_again(&bed, &figures).await + open(&bed).await == 0 {
            break;
        }
    }
    judge(&bed, &all, &figures).await;
}

/// Customers that are linked: orders of many, so that few of one look alike.
async fn customers_of(bed: &Bed) -> Vec<CustomerId> {
    let mut customers = Vec::new();
    for ion_id in bed.lab.sandbox.portal().ids() {
        let link = store::customers::find_link(bed.store.read(), bed.connection, &ion_id);
        customers.extend(link.await.unwrap().map(|link| link.customer));
    }
    assert!(customers.len() >= 20, "{} are linked", customers.len());
    customers
}

/// Two servers submit the same orders at once, and both die after a while.
async fn die_in_the_middle(bed: &mut Bed, orders: &[OrderId], figures: &Figures) {
    let second = bed.engine_of_second();
    let submit = |engine: Engine, mut orders: Vec<OrderId>, backwards: bool| {
        if backwards {
            orders.reverse();
        }
        tokio::spawn(async move {
            for order in orders {
                // What fails is tried again by the jobs of those that live.
                drop(engine::orders::submit(&engine, order).await);
            }
        })
    };
    let one = submit(bed.engine.clone(), orders.to_vec(), false);
    let other = submit(second, orders.to_vec(), true);
    // They die when most is sent, each wherever it is then.
    let sent = orders.len() * 9 / 10;
    let before = bed.lab.sandbox.ledger().order_posts().count();
    while bed.lab.sandbox.ledger().order_posts().count() < before + sent
        && !(one.is_finished() && other.is_finished())
    {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    one.abort();
    other.abort();
    drop((one.await, other.await));
    figures.deaths.fetch_add(2, Ordering::Relaxed);
    bed.restart();
    bed.lab.sandbox.clear_ledger();
}

/// What is not found is sent again, as people do. Gives how many.
async fn people_send_again(bed: &Bed, figures: &Figures) -> usize {
    let filter = OrderFilter {
        states: vec![OrderState::Unconfirmed],
        limit: 500,
        ..OrderFilter::default()
    };
    let page = orders::search(bed.store.read(), &filter).await.unwrap();
    let mut again = 0;
    for hit in page.orders.iter().filter(|hit| hit.not_found_at.is_some()) {
        let row = bed.row(hit.id).await;
        bed.engine
            .send_again(row.id, row.version, &kim())
            .await
            .unwrap();
        again += 1;
    }
    figures.sent_again.fetch_add(again, Ordering::Relaxed);
    again
}

async fn open(bed: &Bed) -> usize {
    let filter = OrderFilter {
        states: vec![OrderState::Submitting, OrderState::Unconfirmed],
        limit: 1,
        ..OrderFilter::default()
    };
    let page = orders::search(bed.store.read(), &filter).await.unwrap();
    usize::try_from(page.total).unwrap()
}

#[expect(clippy::print_stdout, reason = "the figures are read by a person")]
async fn judge(bed: &Bed, all: &[OrderId], figures: &Figures) {
    let there = bed.lab.sandbox.orders();
    let mut references: Vec<&str> = there
        .iter()
        .map(|order| order.reference_id.as_str())
        .collect();
    references.sort_unstable();
    let in_ion = references.len();
    references.dedup();
    let doubles = in_ion - references.len();
    let mut lost = 0;
    let mut unknown = 0;
    for order in all {
        let row = bed.row(*order).await;
        if references.binary_search(&row.reference.as_str()).is_err() {
            lost += 1;
        }
        if row.ion_id.is_none() {
            unknown += 1;
        }
        reconciled(bed, *order, figures).await;
    }
    let slowest = *figures.slowest.lock().unwrap();
    println!(
        "orders {}, in Ion {in_ion}, twice {doubles}, lost {lost}, unknown here {unknown}, deaths of servers {}, sent again by people {}, slowest reconciliation {} s",
        all.len(),
        figures.deaths.load(Ordering::Relaxed),
        figures.sent_again.load(Ordering::Relaxed),
        slowest.as_secs(),
    );
    assert_eq!((in_ion, doubles, lost, unknown), (all.len(), 0, 0, 0));
    assert!(
        slowest <= LAG + Duration::from_secs(60),
        "found after {} s",
        slowest.as_secs()
    );
}

/// How long it took until an order was found whose answer was lost: from its send to its place in the timeline.
async fn reconciled(bed: &Bed, order: OrderId, figures: &Figures) {
    use store::orders::OrderEventKind as Kind;
    let events = orders::list_events(bed.store.read(), order).await.unwrap();
    let mut sent = None;
    for event in events.iter().rev() {
        match event.kind {
            Kind::Sending => sent = Some(event.at),
            Kind::Found => {
                let Some(sent) = sent else { continue };
                let took = Duration::try_from(event.at.duration_since(sent)).unwrap_or_default();
                let mut slowest = figures.slowest.lock().unwrap();
                *slowest = took.max(*slowest);
            }
            _ => {}
        }
    }
}
