//! Lists of subscriptions at the REST API, with very many of them, beside the least that a list costs: an answer of the same server
//! without a list, and the same rows from the bare database library by an index that is made for them.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use domain::subscription::{Subscription, SubscriptionState};
use domain::{
    Amount, BillingPeriod, Clock as _, ConnectionId, Scale, SubscriptionId, SystemClock, SystemIds,
    Term,
};
use engine::IonSettings;
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use sqlx::{Connection as _, Executor as _};
use store::subscriptions::{self, NewSubscription};
use store::testing::TestDatabase;
use store::{Backend, Store};

use crate::ours;
use crate::pages::{self, Server};
use crate::sandbox::Source;
use crate::times::Times;

/// How often each question is asked.
const ROUNDS: usize = 60;
/// Subscriptions that are written at a time.
const BATCH: usize = 2000;
/// What a list may take, in milliseconds, at the 99th of a hundred.
const BOUND: f64 = 15.0;

/// Questions that the bound is for.
const LISTS: [&str; 27] = [
    "",
    "sort=-due",
    "sort=customer",
    "sort=-customer",
    "sort=name",
    "sort=-name",
    "sort=seats",
    "sort=-seats",
    "sort=cost",
    "sort=-cost",
    "sort=margin",
    "sort=-margin",
    "vendor=Microsoft",
    "vendor=Microsoft&sort=-cost",
    "vendor=Rare&sort=name",
    "term=P3Y&sort=customer",
    "billing=annual&renewal=off&sort=-margin",
    "state=suspended&sort=customer",
    "state=cancelled",
    "state=all&sort=name",
    "due=60",
    "due=60&sort=customer",
    "due=7&sort=-cost",
    "due=300&sort=-cost&term=P1Y",
    "unknown_customer=yes&sort=seats",
    "vendor=Google&term=P1M&renewal=on&state=active&sort=-seats",
    "limit=200&sort=customer",
];
/// Words are looked for in every subscription.
const WORDS: [&str; 3] = ["q=premium", "q=lantern+4711", "q=nobody"];

/// What was measured on one database.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    database: String,
    subscriptions: usize,
    floor: Times,
    lists: Times,
    next_parts: Times,
    renewals: Times,
    words: Times,
    /// Each question alone.
    each: Vec<Times>,
}

/// On SQLite, and on PostgreSQL where that is asked for.
pub(crate) async fn measure(count: usize, postgres: bool) -> anyhow::Result<Vec<Report>> {
    ensure!(count >= 10_000, "--subscriptions must be at least 10000");
    let mut reports = vec![on(Backend::Sqlite, count).await?];
    if postgres {
        reports.push(on(Backend::Postgres, count).await?);
    }
    Ok(reports)
}

async fn on(backend: Backend, count: usize) -> anyhow::Result<Report> {
    let database = TestDatabase::migrated(backend).await;
    let url = database.url().expose_secret().to_owned();
    let store = pages::open(&url).await?;
    fill(&store, count).await?;
    pages::let_in(&store).await?;
    store.close().await;
    let mut floor = Floor::open(backend, &url).await?;
    let server = Server::start(&url).await?;
    for question in LISTS {
        server.get(&address(question)).await?;
    }
    let mut each: Vec<(String, Vec<Duration>)> = LISTS
        .iter()
        .chain(&WORDS)
        .map(|question| ((*question).to_owned(), Vec::new()))
        .collect();
    let (mut floors, mut nexts, mut renewals) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        for (question, times) in &mut each {
            let started = Instant::now();
            let answer = server.get(&address(question)).await?;
            times.push(started.elapsed());
            if let Some(next) = next_of(&answer)? {
                let path = format!("{}&cursor={next}", address(question));
                if !question.starts_with("q=") {
                    nexts.push(timed(server.get(&path)).await?);
                }
            }
            let started = Instant::now();
            server.get("/healthz").await?;
            floor.list().await?;
            floors.push(started.elapsed());
        }
        renewals.push(timed(server.get("/api/v1/renewals?limit=50")).await?);
    }
    let all = |words: bool| -> Vec<Duration> {
        let of = each
            .iter()
            .filter(|(question, _)| question.starts_with("q=") == words);
        of.flat_map(|(_, times)| times.iter().copied()).collect()
    };
    Ok(Report {
        database: match backend {
            Backend::Sqlite => "SQLite",
            Backend::Postgres => "PostgreSQL",
        }
        .to_owned(),
        subscriptions: count,
        floor: Times::of("/healthz, and the rows by the bare library", floors),
        lists: Times::of("listed, filtered, sorted", all(false)),
        next_parts: Times::of("the part behind", nexts),
        renewals: Times::of("renewals of 60 days by urgency", renewals),
        words: Times::of("words looked for in all of them", all(true)),
        each: each
            .into_iter()
            .map(|(question, of)| Times::of(&question, of))
            .collect(),
    })
}

fn address(question: &str) -> String {
    format!("/api/v1/subscriptions?limit=50&{question}").replace("limit=50&limit=200", "limit=200")
}

async fn timed(work: impl Future<Output = anyhow::Result<Vec<u8>>>) -> anyhow::Result<Duration> {
    let started = Instant::now();
    work.await?;
    Ok(started.elapsed())
}

fn next_of(answer: &[u8]) -> anyhow::Result<Option<String>> {
    let page: serde_json::Value = serde_json::from_slice(answer)?;
    Ok(page["next"].as_str().map(str::to_owned))
}

/// The rows of the usual list, by the library that the store is built on and nothing between.
enum Floor {
    Sqlite(rusqlite::Connection),
    Postgres(sqlx::PgConnection),
}

const ROWS: &str = "SELECT s.id, c.content FROM subscription s JOIN subscription_content c ON c.subscription_id = s.id WHERE s.live = TRUE ORDER BY s.due_at, s.id LIMIT 50";

impl Floor {
    async fn open(backend: Backend, url: &str) -> anyhow::Result<Self> {
        Ok(match backend {
            Backend::Sqlite => {
                let file = url.trim_start_matches("sqlite:").trim_start_matches("//");
                Self::Sqlite(rusqlite::Connection::open(file)?)
            }
            Backend::Postgres => {
                let mut db = sqlx::PgConnection::connect(url).await?;
                // As the server does by itself, some time later.
                db.execute("ANALYZE").await?;
                Self::Postgres(db)
            }
        })
    }

    async fn list(&mut self) -> anyhow::Result<()> {
        let found = match self {
            Self::Sqlite(db) => {
                let mut rows = db.prepare_cached(ROWS)?;
                let rows = rows.query_map([], |row| row.get::<_, String>(1))?;
                rows.collect::<Result<Vec<String>, _>>()?.len()
            }
            Self::Postgres(db) => sqlx::query(ROWS).fetch_all(&mut *db).await?.len(),
        };
        ensure!(found == 50, "{found} rows");
        Ok(())
    }
}

/// Writes so many, as a reading of Ion does.
async fn fill(store: &Store, count: usize) -> anyhow::Result<()> {
    let engine = ours::engine(store.clone(), IonSettings::default());
    let source = Source {
        base_url: "http://127.0.0.1:9".to_owned(),
        account: "10412".to_owned(),
        token: String::new(),
    };
    let connection = ours::connection(&engine, &source).await?;
    let now = SystemClock::new().now();
    let all: Vec<usize> = (0..count).collect();
    for part in all.chunks(BATCH) {
        let new: Vec<NewSubscription> = part
            .iter()
            .map(|nth| subscription(*nth, now))
            .collect::<Result<_, _>>()?;
        write(store, connection, &new, now).await?;
    }
    Ok(())
}

async fn write(
    store: &Store,
    connection: ConnectionId,
    new: &[NewSubscription],
    now: Timestamp,
) -> anyhow::Result<()> {
    let tx = store.begin().await?;
    subscriptions::upsert_many(&tx, connection, new, now).await?;
    tx.commit().await?;
    Ok(())
}

const VENDORS: [&str; 6] = [
    "Microsoft",
    "Microsoft",
    "Microsoft",
    "Google",
    "AWS",
    "Acronis",
];
const WORDS_OF_NAMES: [&str; 8] = [
    "Tin Lantern",
    "Hedgehog Logistics",
    "Copper Kettle",
    "Wide Fjord",
    "Quiet Harbour",
    "Paper Crane",
    "Ninth Orchard",
    "Slow Comet",
];

fn subscription(nth: usize, now: Timestamp) -> anyhow::Result<NewSubscription> {
    // Far apart, and always the same.
    let mixed = |by: usize, of: usize| nth.wrapping_mul(by).wrapping_add(by) % 1_000_003 % of;
    let pick = |by: usize, of: &[&'static str]| of.get(mixed(by, of.len())).copied();
    let vendor = match nth % 1000 {
        0 => "Rare",
        _ => pick(7919, &VENDORS).context("there are vendors")?,
    };
    let name = pick(104_729, &WORDS_OF_NAMES).context("there are names")?;
    let customer_name = format!("{name} {}", mixed(15_485, 20_000));
    let term = [Term::P1M, Term::P1Y, Term::P1Y, Term::P3Y][mixed(6151, 4)];
    let billing = [
        BillingPeriod::Monthly,
        BillingPeriod::Monthly,
        BillingPeriod::Annual,
    ][mixed(3079, 3)];
    let (state, state_word) = match mixed(1543, 50) {
        0 => (SubscriptionState::Suspended, "suspended"),
        1..=4 => (SubscriptionState::Cancelled, "cancelled"),
        _ => (SubscriptionState::Active, "active"),
    };
    let seats = u32::try_from(1 + mixed(769, 250))?;
    let cents = i64::try_from(200 + mixed(389, 5000))?;
    let due = SignedDuration::from_mins(i64::try_from(mixed(193, 365 * 1440))?);
    let ends_at = now + due;
    let product = mixed(97, 800);
    let monthly_units = cents * 10_000 * i64::from(seats);
    Ok(NewSubscription {
        id: SubscriptionId::new(&SystemIds),
        subscription: Subscription {
            ion_id: (1_000_000 + nth).to_string(),
            resource_id: format!("7e1c{nth:08}-5d1a-4c1e-9f0e-{product:012}"),
            name: format!("Business Premium {product}"),
            ion_customer_id: (500_000 + mixed(15_485, 20_000)).to_string(),
            ion_customer_name: customer_name.clone(),
            provider_id: "30".to_owned(),
            resource_type: "AZURE::Subscription".to_owned(),
            product_ion_id: format!("product-{product}"),
            sku_id: format!("sku-{product}"),
            plan_id: format!("plan-{product}"),
            product_name: format!("Business Premium {product}"),
            sku_name: format!("Business Premium {product}"),
            plan_name: "Annual commitment, monthly billing".to_owned(),
            part_number: Some(format!("CFQ7TTC0LH{product:02}:000D:P1Y:M")),
            state,
            state_word: state_word.to_owned(),
            seats: Some(seats),
            term,
            billing,
            currency: Some("EUR".parse()?),
            cost: Some(Amount::parse(
                &format!("{}.{:02}", cents / 100, cents % 100),
                Scale::Price,
            )?),
            price: None,
            list: None,
            purchased_at: Some(now - SignedDuration::from_hours(24 * 365) + due),
            starts_at: Some(now - SignedDuration::from_hours(24 * 365) + due),
            ends_at: Some(ends_at),
            renews_at: Some(ends_at),
            cancellable_until: None,
            auto_renew: Some(mixed(53, 5) > 0),
            trial: false,
            reseller_po: format!("R-{nth}"),
            customer_po: String::new(),
            updated_at: Some(now),
        },
        hash: [1; 32],
        vendor: vendor.to_owned(),
        product: None,
        customer: None,
        customer_name,
        sale_units: Some(monthly_units * 12 / 10),
        monthly_units: Some(monthly_units),
        margin_permille: Some(i64::try_from(mixed(31, 400))?),
        order: None,
    })
}

/// Prints the table.
#[expect(
    clippy::print_stdout,
    reason = "the figures are what the person waits for"
)]
pub(crate) fn print(reports: &[Report]) {
    println!(
        "| database | what | median | p99 | bound of p99 | |\n| --- | --- | --- | --- | --- | --- |"
    );
    for of in reports {
        let row = |times: &Times, bound: Option<f64>| {
            println!(
                "| {} | {} | {:.1} ms | {:.1} ms | {} | {} |",
                of.database,
                times.what,
                times.median_ms,
                times.p99_ms,
                bound.map_or_else(String::new, |bound| format!("<= {bound} ms")),
                match bound {
                    Some(bound) if times.p99_ms <= bound => "met",
                    Some(_) => "NOT MET",
                    None => "",
                }
            );
        };
        row(&of.floor, None);
        row(&of.lists, Some(BOUND));
        row(&of.next_parts, Some(BOUND));
        row(&of.renewals, None);
        row(&of.words, None);
    }
    for of in reports {
        println!(
            "\n{}, {} subscriptions, each question:",
            of.database, of.subscriptions
        );
        for times in &of.each {
            println!(
                "  {:>6.1} {:>6.1}  {}",
                times.median_ms, times.p99_ms, times.what
            );
        }
    }
}
