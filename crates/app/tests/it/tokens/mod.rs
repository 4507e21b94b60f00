//! The token protocol against the sandbox, judged by its ledger: a grant is never lost but with its keeper, never presented twice.

pub(crate) mod kills;
mod races;
mod setup;
mod troubles;

use std::time::Duration;

use domain::ConnectionId;
use engine::Engine;
use ion_sandbox::{Action, Fault};

/// A fault that meets the next exchanges of refresh tokens.
pub(crate) fn at_token(times: u32, action: Action) -> Fault {
    Fault {
        path: "/oauth/token".to_owned(),
        skip: 0,
        times,
        every: 1,
        action,
    }
}

/// Waits until no exchange is under way on this data directory.
pub(crate) async fn settle(engine: &Engine) {
    while engine
        .recover()
        .await
        .expect("the store and the journal can be read")
        > 0
    {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// State of a connection's login, as the store has it.
pub(crate) async fn login(engine: &Engine, connection: ConnectionId) -> rules::tokens::Login {
    store::connections::find(engine.store().read(), connection)
        .await
        .expect("the store can be read")
        .expect("the connection is there")
        .login
}

/// How often a test repeats what happens at random instants: few in every check, many in the sweep.
pub(crate) fn repeats(few: usize) -> usize {
    #[expect(
        clippy::disallowed_methods,
        reason = "the sweep asks for more by this variable"
    )]
    let wanted = std::env::var("IONBRIDGE_SWEEP")
        .ok()
        .and_then(|text| text.parse().ok());
    wanted.unwrap_or(few)
}
