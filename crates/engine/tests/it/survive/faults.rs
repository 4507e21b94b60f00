//! Every fault at every place where a request can meet it: carried, or told in words with nothing lost.

use std::sync::Arc;
use std::time::Duration;

use domain::connection::ConnectionStatus;
use engine::connection::{CredentialDraft, RefreshOutcome, SaveTarget};
use futures::StreamExt as _;
use ion_sandbox::{Action, Fault, SandboxConfig, all_faults};
use store::testing::{TestDatabase, for_both};

use super::bench::{Bench, End, PRODUCTS, Refusal};

/// Where a fault meets a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The question how long a token lives: *Test*, and the first step of *Save*.
    Lives,
    /// The one customer that *Test* and *Save* ask for.
    Account,
    /// An exchange of a refresh token.
    Exchange,
    /// The second page of the customers.
    Customers,
    /// The second page of the first import, and of one that follows.
    Products,
    /// The prices, where the list carries none.
    Prices,
    /// One product by id, of those that the list no longer shows.
    Product,
}

use Place::{Account, Customers, Exchange, Lives, Prices, Product, Products};

const PLACES: [Place; 7] = [
    Lives, Account, Exchange, Customers, Products, Prices, Product,
];

impl Place {
    fn path(self) -> (&'static str, u32) {
        match self {
            Lives => ("/oauth/validateAccess", 0),
            Exchange => ("/oauth/token", 0),
            Account => ("/api/v3/accounts/10412/customers", 0),
            Customers => ("/api/v3/accounts/10412/customers", 1),
            Products => ("/api/v3/accounts/10412/products", 1),
            Prices => ("/api/v3/accounts/10412/products:pricing", 0),
            Product => ("/api/v3/accounts/10412/products/*", 0),
        }
    }
}

/// What a fault comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Nobody is told: it is repeated, or it does not matter.
    Carried,
    /// The step fails in these words; the next try succeeds.
    Told(&'static str),
    /// Of an exchange: a new pair after all, by itself.
    Renewed(First),
    /// Of an exchange: the grant is gone, and new credentials go on with everything.
    Asks(First),
}

/// What is told of an exchange at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum First {
    Saved,
    Busy,
    Lost,
}

use Outcome::{Asks, Carried, Renewed, Told};

/// The one table.
fn expected(place: Place, action: &Action) -> Outcome {
    match place {
        // Asked once: a person stands before it and may press again.
        Lives => match action {
            Action::Status { code: 429, .. } => Told("Too many requests: Ion asks to come later"),
            Action::Status { code: 503, .. } | Action::StatusAfter { .. } => Told("Ion failed"),
            Action::Status { .. } | Action::Html | Action::Redirect { .. } => {
                Told("Not StreamOne Ion")
            }
            Action::CutBefore | Action::CutAfter | Action::CutBody { .. } => Told("Not reached"),
            Action::HugeBody => Told("Ion failed: the answer is larger than"),
            _ => Carried,
        },
        // No page token is sent, so those of lists do not matter.
        Account => match action {
            Action::HugeBody => Told("Ion failed: the answer is larger than"),
            Action::Redirect { .. } => Told("Not StreamOne Ion"),
            _ => Carried,
        },
        // Anything but a grant, a refusal or a 429 proves nothing. Where the exchange did not happen, the token still works.
        Exchange => match action {
            Action::Status { code: 429, .. } => Renewed(First::Busy),
            Action::Status { .. }
            | Action::CutBefore
            | Action::Html
            | Action::HugeBody
            | Action::Redirect { .. } => Renewed(First::Lost),
            Action::StatusAfter { .. } | Action::CutAfter | Action::CutBody { .. } => {
                Asks(First::Lost)
            }
            _ => Renewed(First::Saved),
        },
        Customers => match action {
            Action::HugeBody => Told("the answer is larger than"),
            Action::Redirect { .. } => Told("credentials never follow"),
            Action::ExpireToken => Told("page token is expired"),
            // The list gave a token that it had given before; whoever reads it starts again.
            Action::SameToken | Action::EmptyPage | Action::DuplicatePage => {
                Told("goes round in circles")
            }
            _ => Carried,
        },
        Products => match action {
            Action::HugeBody => Told("failed: The import ended early"),
            Action::Redirect { .. } => Told("failed: The import ended early"),
            _ => Carried,
        },
        Prices => match action {
            // Where the prices in bulk cannot be read, they are asked for one by one.
            Action::Redirect { .. } => Told("failed: Nothing was imported"),
            _ => Carried,
        },
        // Not known for certain to be gone: it stays, and a second list without it withdraws it.
        Product => Carried,
    }
}

/// An exchange that Ion carried out and whose answer we never had: the old token is presented once more, as the last hope.
fn presents_consumed(place: Place, outcome: Outcome) -> usize {
    usize::from(place == Exchange && matches!(outcome, Asks(_)))
}

#[tokio::test]
async fn every_fault_at_every_place_is_carried_or_told_and_nothing_is_lost() {
    for_both(|plain| async move {
        let backend = plain.backend();
        let bench = Bench::start(plain, SandboxConfig::default()).await;
        let connection = bench.save(&bench.draft(), SaveTarget::New).await.unwrap();
        let customers = bench.customers(connection).await.unwrap();
        bench.import(connection).await.unwrap();
        let clean = bench.end(connection, customers).await;
        let clean = Arc::new(clean);
        // What only passes through writes the same rows on both.
        let stored = |place| matches!(place, Exchange | Products | Product);
        let places = PLACES
            .into_iter()
            .filter(|place| backend == store::Backend::Sqlite || stored(*place));
        let all = places.flat_map(|place| {
            let (path, skip) = place.path();
            all_faults(path, skip)
                .into_iter()
                .map(move |fault| (place, fault))
        });
        let judged = futures::stream::iter(all).map(|(place, fault)| {
            let (clean, name) = (
                Arc::clone(&clean),
                format!("{:?} at {place:?}", fault.action),
            );
            let one = async move {
                let database = TestDatabase::migrated(backend).await;
                let bench = Bench::start(database.store().clone(), SandboxConfig::default()).await;
                judge(bench, place, fault, &clean).await;
            };
            // A task of its own, so that all that fail are named, not only the first.
            async { tokio::spawn(one).await.err().map(|_| name) }
        });
        let failed: Vec<Option<String>> = judged.buffer_unordered(12).collect().await;
        let failed: Vec<String> = failed.into_iter().flatten().collect();
        assert!(failed.is_empty(), "{failed:#?}");
    })
    .await;
}

async fn judge(bench: Bench, place: Place, fault: Fault, clean: &End) {
    let name = format!("{:?} at {place:?}", fault.action);
    let outcome = expected(place, &fault.action);
    let meet = || {
        bench.sandbox.clear_faults();
        bench.sandbox.inject(fault.clone());
    };
    let draft = bench.draft();
    if matches!(place, Lives | Account) {
        meet();
        tell(&name, outcome, bench.test(&draft).await).ok();
        meet();
        if let Err(refusal) = tell(
            &name,
            outcome,
            bench.save(&draft, SaveTarget::New).await.map(drop),
        ) {
            assert_eq!(bench.sandbox.ledger().exchanges(), 0, "{name}: {refusal:?}");
            // The same values, once more.
            go_on(&bench, &draft).await;
        }
    } else {
        go_on(&bench, &draft).await;
    }
    let connection = bench.engine.list_overviews().await.unwrap()[0].id;
    bench.pass(Duration::from_secs(60));
    if place == Exchange {
        meet();
        exchange(&bench, connection, &name, outcome).await;
    }
    if place == Customers {
        meet();
        tell(&name, outcome, bench.customers(connection).await.map(drop)).ok();
    }
    let customers = bench.customers(connection).await.unwrap();
    import(&bench, connection, place, &name, outcome, &meet).await;
    assert_eq!(&bench.end(connection, customers).await, clean, "{name}");
    assert!(met(&bench, &fault), "{name} met nothing");
    bench.assert_no_request_too_early(
        if asks_a_second(&fault.action) {
            1000
        } else {
            0
        },
        place == Prices,
        &name,
    );
    assert_eq!(
        bench.sandbox.ledger().consumed_presented(),
        presents_consumed(place, outcome),
        "{name}"
    );
    let waiting = bench.waiting().await;
    assert!(waiting.is_empty(), "{name}: {waiting:?}");
}

async fn go_on(bench: &Bench, draft: &CredentialDraft) {
    bench.sandbox.clear_faults();
    bench.save(draft, SaveTarget::New).await.unwrap();
}

/// Compares what was told with what the table says.
fn tell(name: &str, outcome: Outcome, told: Result<(), Refusal>) -> Result<(), Refusal> {
    match (outcome, &told) {
        (Carried, Ok(())) => {}
        (Told(words), Err(Refusal(text))) => assert!(text.contains(words), "{name}: {text}"),
        _ => panic!("{name}: {told:?} is not {outcome:?}"),
    }
    told
}

async fn exchange(bench: &Bench, connection: domain::ConnectionId, name: &str, outcome: Outcome) {
    let (first, status) = bench.refresh(connection).await;
    let kind = match first {
        RefreshOutcome::Saved => First::Saved,
        RefreshOutcome::Busy => First::Busy,
        RefreshOutcome::Lost(_) => First::Lost,
        other => panic!("{name}: {other:?}"),
    };
    match status {
        ConnectionStatus::Active => assert_eq!(outcome, Renewed(kind), "{name}"),
        ConnectionStatus::NeedsNewCredentials => {
            assert_eq!(outcome, Asks(kind), "{name}");
            assert_eq!(
                bench.waiting().await[0],
                "\"Bench\" needs new credentials",
                "{name}"
            );
            bench
                .save(&bench.draft(), SaveTarget::Existing(connection))
                .await
                .unwrap();
        }
        other => panic!("{name}: {other:?}"),
    }
}

/// Imports: a first time and again with the fault where that is its place, then without it: what was missed in one list is there in the
/// next.
async fn import(
    bench: &Bench,
    connection: domain::ConnectionId,
    place: Place,
    name: &str,
    outcome: Outcome,
    meet: &(impl Fn() + Sync),
) {
    let meeting = async || {
        meet();
        let told = bench.import(connection).await.map(drop);
        tell(name, outcome, told).ok();
        bench.sandbox.clear_faults();
    };
    match place {
        Products => {
            meeting().await;
            bench.import(connection).await.unwrap();
            meeting().await;
        }
        Prices => {
            bench
                .sandbox
                .set_knob("list-has-price-book", "false")
                .unwrap();
            meeting().await;
        }
        Product => {
            bench.import(connection).await.unwrap();
            // The order changes before the second page, so that some products are on none: they are asked for.
            meet();
            bench.sandbox.inject(Fault {
                path: Products.path().0.to_owned(),
                skip: 1,
                times: 1,
                every: 1,
                action: Action::Resorted,
            });
            let told = bench.import(connection).await.map(drop);
            tell(name, outcome, told).ok();
            bench.sandbox.clear_faults();
        }
        Lives | Account | Exchange | Customers => {}
    }
    bench.import(connection).await.unwrap();
    assert_eq!(
        store::catalog::count_products(bench.store().read(), connection)
            .await
            .unwrap(),
        PRODUCTS as u64,
        "{name}"
    );
}

/// The sandbox's ledger shows the fault, at its place.
fn met(bench: &Bench, fault: &Fault) -> bool {
    let ledger = bench.sandbox.ledger();
    ledger.entries.iter().any(|entry| {
        let place = fault
            .path
            .strip_suffix('*')
            .map_or(entry.path == fault.path, |start| {
                entry.path.starts_with(start)
            });
        place && entry.fault == Some(fault.action.name())
    })
}

fn asks_a_second(action: &Action) -> bool {
    matches!(
        action,
        Action::Status {
            retry_after: Some(_),
            ..
        }
    )
}
