//! Credentials: refused, saved, refreshed, with an Ion that fails in every way.

use std::time::Duration;

use domain::ConnectionId;
use domain::connection::ConnectionStatus;
use http::{Method, StatusCode};
use ion_sandbox::{Action, BodyKind, Fault, Sandbox};
use secrecy::ExposeSecret as _;
use serde_json::json;
use store::{connections, tokens};

use super::set_up::WRONG;
use super::submit::submit;
use crate::house::{Answer, Browser, House, Program};
use crate::seen::Seen;

/// Page on which a person writes credentials.
const FORM: &str = "/settings/integrations/streamone-ion/new";

fn fault(path: &str, action: Action) -> Fault {
    Fault {
        path: path.to_owned(),
        skip: 0,
        times: 1,
        every: 1,
        action,
    }
}

/// The form of credentials, filled and sent.
async fn send(
    admin: &Browser<'_>,
    account: &str,
    access: &str,
    refresh: &str,
    action: &str,
) -> Answer {
    let fields = [
        ("name", "Nordics"),
        ("account_id", account),
        ("access_token", access),
        ("refresh_token", refresh),
        ("action", action),
    ];
    submit(admin, "/profile", FORM, &fields).await
}

/// Marks the pair of tokens that a connection has now as secret; its generation.
async fn pair(seen: &mut Seen, house: &House, connection: ConnectionId, name: &str) -> u64 {
    let row = connections::find(house.store.read(), connection)
        .await
        .unwrap()
        .unwrap();
    let pair = tokens::find_pair(
        house.store.read(),
        house.engine.sealer(),
        row.id,
        row.login.generation,
    )
    .await
    .unwrap()
    .unwrap();
    seen.secret(
        &format!("{name}, access token"),
        pair.access.expose_secret(),
    );
    seen.secret(
        &format!("{name}, refresh token"),
        pair.refresh.expose_secret(),
    );
    seen.place(format!("{name}, Debug"), format!("{pair:?} {row:?}"));
    row.login.generation
}

/// Credentials that Ion refuses, tests that fail, and the pair that is saved at last.
pub(super) async fn save(seen: &mut Seen, sandbox: &Sandbox, admin: &Browser<'_>) -> ConnectionId {
    let house = admin.house;
    let given = sandbox.request_new_credentials();
    let send = async |access: &str, refresh: &str, action: &str| {
        send(admin, &given.account_id, access, refresh, action).await
    };
    seen.secret("access token", &given.access_token);
    seen.secret("refresh token", &given.refresh_token);
    for action in ["test", "save"] {
        seen.answer(
            "refused credentials",
            &send(WRONG[0], WRONG[1], action).await,
        );
    }
    seen.answer(
        "swapped credentials",
        &send(&given.refresh_token, &given.access_token, "test").await,
    );
    for action in [
        Action::Status {
            code: 500,
            body: BodyKind::Html,
            retry_after: None,
        },
        Action::Status {
            code: 403,
            body: BodyKind::Platform,
            retry_after: None,
        },
        Action::CutBody { bytes: 7 },
        Action::CutAfter,
        Action::Html,
        Action::Redirect {
            to: "http://127.0.0.1:9/elsewhere".to_owned(),
        },
    ] {
        sandbox.inject(fault("/oauth/validateAccess", action.clone()));
        seen.answer(
            "a test with a failing Ion",
            &send(&given.access_token, &given.refresh_token, "test").await,
        );
        sandbox.clear_faults();
    }
    seen.answer(
        "a test",
        &send(&given.access_token, &given.refresh_token, "test").await,
    );
    seen.answer("the form filled again", &admin.get(FORM).await);
    let saved = send(&given.access_token, &given.refresh_token, "save").await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{saved:?}");
    seen.answer("saved", &saved);
    let all = connections::list_all(house.store.read()).await.unwrap();
    let connection = all
        .into_iter()
        .find(|row| row.login.status == ConnectionStatus::Active)
        .unwrap();
    connection.id
}

/// A refresh, when the pair is old.
pub(super) async fn refresh(
    seen: &mut Seen,
    sandbox: &Sandbox,
    admin: &Browser<'_>,
    connection: ConnectionId,
) {
    let house = admin.house;
    let generation = pair(seen, house, connection, "saved pair").await;
    let page = format!("/settings/integrations/{connection}");
    house.clock.advance(Duration::from_mins(70));
    sandbox.advance(Duration::from_mins(70));
    let refreshed = submit(admin, "/profile", &format!("{page}/refresh"), &[]).await;
    seen.answer("refresh", &refreshed);
    assert!(
        pair(seen, house, connection, "refreshed pair").await > generation,
        "{}",
        refreshed.text.split("<main").nth(1).unwrap_or_default()
    );
}

/// A refresh and a test while Ion fails, and credentials of somebody else.
pub(super) async fn fail(
    seen: &mut Seen,
    sandbox: &Sandbox,
    program: &Program<'_>,
    connection: ConnectionId,
) {
    let api = format!("/api/v1/connections/{connection}");
    for action in [
        Action::Status {
            code: 500,
            body: BodyKind::Oauth,
            retry_after: None,
        },
        Action::CutBefore,
        Action::Html,
    ] {
        sandbox.inject(fault("/oauth/token", action));
        seen.answer(
            "refresh with a failing Ion",
            &program
                .call(Method::POST, &format!("{api}/refresh"), &[], None)
                .await,
        );
        seen.answer(
            "test with a failing Ion",
            &program
                .call(Method::POST, &format!("{api}/test"), &[], None)
                .await,
        );
        sandbox.clear_faults();
    }
    seen.answer(
        "credentials of another",
        &program
            .call(
                Method::PUT,
                &format!("{api}/credentials"),
                &[("if-match", "*")],
                Some(json!({"access_token": WRONG[0], "refresh_token": WRONG[1]})),
            )
            .await,
    );
}
