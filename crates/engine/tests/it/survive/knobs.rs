//! What nobody knows of Ion for sure, turned each way: connect, refresh, read customers, import, and import again.

use std::time::Duration;

use domain::connection::{ConnectionStatus, VendorProfile};
use engine::connection::{RefreshOutcome, SaveTarget};
use futures::StreamExt as _;
use ion_sandbox::{
    Action, Area, BodyKind, Fault, KNOBS, Knobs, Ledger, SandboxConfig, Setting, all_knobs,
};
use store::connections::ConnectionRow;
use store::testing::for_both;

use super::bench::{Bench, CUSTOMERS, End, PRODUCTS, Refusal};

const CUSTOMER_LIST: &str = "/api/v3/accounts/10412/customers";
const PRODUCT_LIST: &str = "/api/v3/accounts/10412/products";
const PRICING: &str = "/api/v3/accounts/10412/products:pricing";

/// What a setting is expected to come to.
struct Case {
    /// Other knobs without which it would show nowhere.
    with: &'static [(&'static str, &'static str)],
    /// A 429 that asks for a second, as a date, meets a page of the list.
    paused: bool,
    outcome: Outcome,
    /// It was really turned: this was seen of it.
    seen: fn(&Seen) -> bool,
}

enum Outcome {
    /// All goes as with the defaults, and nothing waits for a person.
    Same,
    /// All goes as with the defaults, and a person is warned in these words.
    Warned(&'static str),
    /// *Test* and *Save* refuse in these words; nothing is used up, and the same values work when it is turned back.
    Refused(&'static str),
}

struct Seen {
    ledger: Ledger,
    row: ConnectionRow,
    /// Days that the credential still has by what we store.
    days: i64,
}

impl Seen {
    fn any(&self, status: u16) -> bool {
        self.ledger
            .entries
            .iter()
            .any(|entry| entry.status == status)
    }

    fn pages(&self) -> usize {
        let entries = self.ledger.entries.iter();
        entries
            .filter(|entry| entry.path == PRODUCT_LIST && entry.status == 200)
            .count()
    }
}

const FREE: Case = Case {
    with: &[],
    paused: false,
    outcome: Outcome::Same,
    seen: |_| true,
};

fn is_about(knob: &str, areas: &[Area]) -> bool {
    KNOBS
        .iter()
        .any(|doc| doc.name == knob && areas.contains(&doc.area))
}

/// The one table. A setting that is not in it fails the test.
fn case(knob: &str, value: &str) -> Case {
    match (knob, value) {
        ("refresh-kills-old-access", "false") => Case {
            seen: |seen| seen.row.login.profile == VendorProfile::Keeps,
            ..FREE
        },
        ("refresh-extends-life", "true") => Case {
            seen: |seen| seen.days == 31,
            ..FREE
        },
        // Nothing presents a token a second time, so nothing shows of it.
        ("refresh-single-use", "false") => FREE,
        ("access-life-s", "60") => Case {
            seen: |seen| seen.row.login.access_life.as_secs() == 60,
            ..FREE
        },
        ("access-life-s", "10") => Case {
            seen: |seen| seen.row.login.access_life.as_secs() == 10,
            ..FREE
        },
        ("access-life-s", "86400") => Case {
            seen: |seen| seen.row.login.access_life.as_secs() == 86_400,
            ..FREE
        },
        ("refresh-life-s", "86400") => Case {
            outcome: Outcome::Warned("The login to \"Bench\" ends in a day"),
            ..FREE
        },
        ("refresh-life-s", "1209600") => Case {
            outcome: Outcome::Warned("The login to \"Bench\" ends in 14 days"),
            ..FREE
        },
        // Only a second set of credentials shows it; `new_credentials_replace_the_old_ones` asks for one.
        ("new-credentials-end-old", "false") => FREE,
        ("unauthorized-body", "oauth" | "empty") => Case {
            seen: |seen| seen.any(401),
            ..FREE
        },
        ("max-page-size", "100") => FREE,
        ("max-page-size", "3") => Case {
            seen: |seen| seen.pages() == 2 * PRODUCTS.div_ceil(3),
            ..FREE
        },
        ("page-token-binds-filters", "false") => FREE,
        ("list-has-price-book", "false") => Case {
            seen: |seen| seen.ledger.count(PRICING) > 0,
            ..FREE
        },
        ("pricing-provider", "name" | "number") => Case {
            with: &[("list-has-price-book", "false")],
            seen: |seen| seen.ledger.count(PRICING) > 0,
            ..FREE
        },
        ("filters-ignored", "true") => FREE,
        // Nothing writes to customers on this way; their sync has its own journey through every knob.
        (
            "put-keeps-unsent"
            | "put-moves-update-time"
            | "put-answers"
            | "create-shows-password"
            | "email-case-matters"
            | "email-unique-in"
            | "values-normalised"
            | "list-lag-s"
            | "list-has-inactive"
            | "cloud-profiles-complete",
            _,
        ) => FREE,
        // Nothing is ordered on this way, and no subscription is read; their journeys are those of the worker.
        _ if is_about(knob, &[Area::Orders, Area::Subscriptions]) => FREE,
        ("may-read-customers", "false") => Case {
            outcome: Outcome::Refused(
                "This login may not read customers: In Ion, give its user the role Account Admin",
            ),
            ..FREE
        },
        ("requests-per-second", "5") => Case {
            seen: |seen| seen.any(429),
            ..FREE
        },
        ("retry-after-s", "0" | "2") => Case {
            with: &[("requests-per-second", "5")],
            seen: |seen| seen.any(429),
            ..FREE
        },
        ("latency-ms", "20") => FREE,
        ("clock-skew-s", "86400" | "-86400") => Case {
            paused: true,
            seen: |seen| seen.any(429),
            ..FREE
        },
        _ => panic!("the knob {knob}={value} has no case here: what is to come of it?"),
    }
}

/// The whole way. An `Err` is what a person is told at *Test* and *Save*.
async fn travel(bench: &Bench) -> Result<(End, Seen), Refusal> {
    let draft = bench.draft();
    let tested = bench.test(&draft).await;
    assert_eq!(
        bench.sandbox.ledger().exchanges(),
        0,
        "a test spends nothing"
    );
    let saved = bench.save(&draft, SaveTarget::New).await;
    if let Err(refusal) = &tested {
        assert_eq!(saved.as_ref().unwrap_err(), refusal);
        assert_eq!(
            bench.sandbox.ledger().exchanges(),
            0,
            "a refused save spends nothing"
        );
        return Err(refusal.clone());
    }
    let connection = saved?;
    bench.pass(Duration::from_secs(61));
    let (outcome, status) = bench.refresh(connection).await;
    assert_eq!(
        (outcome, status),
        (RefreshOutcome::Saved, ConnectionStatus::Active)
    );
    // The access token dies between two calls: one refresh, and the call goes on.
    bench.pass(bench.row(connection).await.login.access_life);
    let customers = bench.customers(connection).await.unwrap();
    assert_eq!(customers.len(), CUSTOMERS);
    bench.import(connection).await.unwrap();
    let first = bench.end(connection, customers.clone()).await;
    let versions = store::catalog::testing::row_versions(bench.store())
        .await
        .unwrap();
    bench.import(connection).await.unwrap();
    assert_eq!(
        store::catalog::testing::row_versions(bench.store())
            .await
            .unwrap(),
        versions,
        "an unchanged catalog writes no row"
    );
    let end = bench.end(connection, customers).await;
    assert_eq!(end, first);
    bench.engine.look_at_logins().await.unwrap();
    let row = bench.row(connection).await;
    let ends_at = row.refresh_expires_at.unwrap();
    let seen = Seen {
        ledger: bench.sandbox.ledger(),
        days: rules::tokens::days_left(ends_at, bench.engine.clock().now()),
        row,
    };
    let exchanges = seen.ledger.exchanges();
    assert!(
        exchanges == 3 || exchanges > 3 && seen.row.login.access_life.as_secs() <= 60,
        "{exchanges} exchanges"
    );
    assert_eq!(seen.ledger.consumed_presented(), 0);
    Ok((end, seen))
}

fn config(knobs: Knobs, case: &Case) -> SandboxConfig {
    let mut knobs = knobs;
    for (knob, value) in case.with {
        knobs.set(knob, value).unwrap();
    }
    let pause = Fault {
        path: PRODUCT_LIST.to_owned(),
        skip: 1,
        times: 1,
        every: 1,
        action: Action::Status {
            code: 429,
            body: BodyKind::Platform,
            retry_after: Some("date:2".to_owned()),
        },
    };
    SandboxConfig {
        knobs,
        faults: if case.paused { vec![pause] } else { Vec::new() },
        ..SandboxConfig::default()
    }
}

#[tokio::test]
async fn every_setting_of_every_knob_comes_to_the_same_end_or_says_why_not() {
    for_both(|plain| async move {
        let backend = plain.backend();
        let bench = Bench::start(plain, SandboxConfig::default()).await;
        let (expected, _) = travel(&bench).await.unwrap();
        assert!(bench.waiting().await.is_empty());
        let expected = &expected;
        // Another order for each page loses customers by its nature: what the sync makes of that, its own tests say.
        let settings = all_knobs().filter(|setting| setting.knob != "customer-order");
        futures::stream::iter(settings)
            .for_each_concurrent(8, |setting| async move {
                let database = store::testing::TestDatabase::migrated(backend).await;
                judge(database.store().clone(), setting, expected).await;
            })
            .await;
    })
    .await;
}

async fn judge(store: store::Store, setting: Setting, expected: &End) {
    let Setting { knob, value, knobs } = setting;
    let name = format!("{knob}={value}");
    let case = case(knob, value);
    let pause_ms = knobs.retry_after_s * 1000;
    let bench = Bench::start(store, config(knobs, &case)).await;
    let travelled = travel(&bench).await;
    match (&case.outcome, travelled) {
        (Outcome::Refused(words), Err(Refusal(told))) => {
            assert!(told.contains(words), "{name}: {told}");
            let default = serde_json::to_value(Knobs::default()).unwrap()[knob].to_string();
            bench
                .sandbox
                .set_knob(knob, default.trim_matches('"'))
                .unwrap();
            let (end, _) = travel(&bench).await.unwrap();
            assert_eq!(&end, expected, "{name}, turned back");
        }
        (Outcome::Same | Outcome::Warned(_), Ok((end, seen))) => {
            assert_eq!(&end, expected, "{name}");
            assert!(
                (case.seen)(&seen),
                "{name} shows nowhere: {:?} {} days",
                seen.row.login,
                seen.days
            );
            let waiting = bench.waiting().await;
            match case.outcome {
                Outcome::Warned(words) => assert_eq!(waiting, [words], "{name}"),
                _ => assert!(waiting.is_empty(), "{name}: {waiting:?}"),
            }
            // A date tells whole seconds: of two, more than one is left.
            let pause_ms = if case.paused { 1000 } else { pause_ms };
            bench.assert_no_request_too_early(pause_ms, false, &name);
        }
        (_, other) => panic!("{name}: {:?}", other.map(|(end, _)| end)),
    }
}

#[test]
fn every_word_that_a_knob_takes_is_tried() {
    for knob in KNOBS {
        let default = serde_json::to_value(Knobs::default()).unwrap()[knob.name].to_string();
        let words = knob
            .values
            .split(", ")
            .filter(|word| Knobs::default().set(knob.name, word).is_ok());
        for word in words.filter(|word| *word != default.trim_matches('"')) {
            assert!(knob.others.contains(&word), "{}={word}", knob.name);
        }
    }
}

#[tokio::test]
async fn new_credentials_replace_the_old_ones_whether_or_not_ion_ends_those() {
    for_both(|store| async move {
        for ends in ["true", "false"] {
            let database = store::testing::TestDatabase::migrated(store.backend()).await;
            let bench = Bench::start(database.store().clone(), SandboxConfig::default()).await;
            bench
                .sandbox
                .set_knob("new-credentials-end-old", ends)
                .unwrap();
            let connection = bench.save(&bench.draft(), SaveTarget::New).await.unwrap();
            let again = bench
                .save(&bench.draft(), SaveTarget::Existing(connection))
                .await
                .unwrap();
            assert_eq!(again, connection, "{ends}");
            assert_eq!(
                bench.customers(connection).await.unwrap().len(),
                CUSTOMERS,
                "{ends}"
            );
            let ledger = bench.sandbox.ledger();
            assert_eq!(
                (ledger.exchanges(), ledger.consumed_presented()),
                (2, 0),
                "{ends}"
            );
            assert_eq!(
                ledger
                    .of(CUSTOMER_LIST)
                    .filter(|entry| entry.status == 401)
                    .count(),
                0,
                "{ends}"
            );
        }
    })
    .await;
}
