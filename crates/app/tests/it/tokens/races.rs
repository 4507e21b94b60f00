//! Many callers, many expiries, several servers: one exchange each.

use std::time::Duration;

use engine::Engine;
use ion_sandbox::SandboxConfig;
use testkit::Lab;

use super::{login, repeats};
use crate::BINARY;

async fn call(
    engine: &Engine,
    connection: domain::ConnectionId,
) -> Result<(), impl std::error::Error + Send + use<>> {
    engine
        .ion(connection)
        .await
        .expect("the connection is there")
        .customers("10412")
        .list()
        .page_size(1)
        .send()
        .await
        .map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_expiry_costs_one_exchange_whoever_asks() {
    let lab = Lab::start(
        BINARY,
        SandboxConfig {
            customers: 1,
            ..SandboxConfig::default()
        },
    )
    .await;
    lab.sandbox
        .set_knob("refresh-life-s", "100000000000")
        .unwrap();
    let (one, two) = (lab.engine(None).await, lab.engine(Some("second")).await);
    let connection = lab.connect(&one).await;
    let expiries = repeats(8);
    let callers = if expiries > 100 { 100 } else { 20 };
    for _ in 0..expiries {
        lab.pass(Duration::from_secs(7200));
        let calls: Vec<_> = (0..callers * 2)
            .map(|n| {
                let engine = if n % 2 == 0 { one.clone() } else { two.clone() };
                tokio::spawn(async move { call(&engine, connection).await })
            })
            .collect();
        for done in calls {
            done.await
                .unwrap()
                .expect("every caller gets a token that works");
        }
    }
    let ledger = lab.sandbox.ledger();
    assert_eq!(
        (ledger.exchanges(), ledger.consumed_presented()),
        (expiries + 1, 0)
    );
    assert_eq!(
        login(&two, connection).await.generation,
        expiries as u64 + 2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_the_access_token_in_mid_run_refreshes_once_and_goes_on() {
    let lab = Lab::start(
        BINARY,
        SandboxConfig {
            customers: 1,
            ..SandboxConfig::default()
        },
    )
    .await;
    let engine = lab.engine(None).await;
    let connection = lab.connect(&engine).await;
    call(&engine, connection).await.unwrap();
    lab.pass(Duration::from_secs(7200));
    call(&engine, connection)
        .await
        .expect("the same call goes on with the new token");
    assert_eq!(lab.sandbox.ledger().exchanges(), 2);
    // Ion ends the new token too, seconds later: nothing is spent on it, and the caller is told.
    lab.sandbox.revoke_all();
    assert!(call(&engine, connection).await.is_err());
    assert_eq!(lab.sandbox.ledger().exchanges(), 2);
}
