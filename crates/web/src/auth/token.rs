//! API tokens: `ib_` and 256 random bits, shown once, kept as a hash.

use std::time::Duration;

use domain::ApiTokenId;
use domain::access::Role;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use jiff::Timestamp;
use secrecy::SecretString;
use store::users::{self, ApiTokenRow};
use store::{Store, StoreError, Tx, audit};

use crate::app::App;
use crate::auth::{Caller, hash_of, random_secret};
use crate::fault::Fault;

/// A new API token.
#[derive(Debug)]
pub struct NewToken {
    /// The token itself, for the one who asked; nobody sees it again.
    pub secret: SecretString,
    /// Its first letters, by which people know it.
    pub prefix: String,
    /// What is stored.
    pub hash: Vec<u8>,
}

/// A new API token.
pub fn new_token() -> NewToken {
    let text = format!("ib_{}", random_secret());
    NewToken {
        prefix: text.chars().take(9).collect(),
        hash: hash_of(&text),
        secret: SecretString::from(text),
    }
}

/// The program behind the `Authorization: Bearer` header, where its token lives.
pub(crate) async fn find(
    store: &Store,
    headers: &HeaderMap,
    now: Timestamp,
) -> Result<Option<Caller>, StoreError> {
    let bearer = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    let Some(bearer) = bearer else {
        return Ok(None);
    };
    let Some(token) = users::find_api_token(store.read(), &hash_of(bearer), now).await? else {
        return Ok(None);
    };
    if is_stale(&token, now) {
        let tx = store.begin().await?;
        users::mark_api_token_used(&tx, token.id, now).await?;
        tx.commit().await?;
    }
    Ok(Some(Caller::program(token.id, token.name, token.role)))
}

/// The use of a token is noted once a minute.
fn is_stale(token: &ApiTokenRow, now: Timestamp) -> bool {
    token
        .used_at
        .is_none_or(|used| now.duration_since(used).as_secs() >= 60)
}

/// An API token to make.
#[derive(Debug)]
pub(crate) struct TokenOrder {
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) days: Option<u16>,
}

/// Makes an API token, with its entry in the audit log.
pub(crate) async fn issue(
    app: &App,
    tx: &Tx,
    caller: &Caller,
    order: TokenOrder,
) -> Result<(ApiTokenRow, SecretString), Fault> {
    let name = order.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 100 {
        return Err(Fault::field(
            "name",
            "Say what the token is for, in up to 100 characters.",
        ));
    }
    if order.days.is_some_and(|days| days == 0 || days > 3650) {
        return Err(Fault::field("days", "Give 1 to 3650 days."));
    }
    let made = new_token();
    let now = app.now();
    let row = ApiTokenRow {
        id: ApiTokenId::new(app.engine().ids()),
        name,
        prefix: made.prefix,
        role: order.role,
        created_by: caller.actor().name,
        created_at: now,
        used_at: None,
        expires_at: order
            .days
            .map(|days| now + Duration::from_hours(24 * u64::from(days))),
        revoked_at: None,
    };
    users::insert_api_token(tx, &row, &made.hash).await?;
    let detail = format!("scope {}, {}", row.role, row.prefix);
    audit::append(
        tx,
        &**app.engine().clock(),
        &caller.actor(),
        "api_token.create",
        &row.name,
        &detail,
    )
    .await?;
    Ok((row, made.secret))
}

/// Revokes an API token; one that is revoked stays so.
pub(crate) async fn revoke(app: &App, caller: &Caller, id: ApiTokenId) -> Result<(), Fault> {
    let tx = app.store().begin().await?;
    let row = users::list_api_tokens(&tx)
        .await?
        .into_iter()
        .find(|row| row.id == id)
        .ok_or_else(|| Fault::not_found("API token"))?;
    if users::revoke_api_token(&tx, id, app.now()).await? {
        audit::append(
            &tx,
            &**app.engine().clock(),
            &caller.actor(),
            "api_token.revoke",
            &row.name,
            &row.prefix,
        )
        .await?;
        tx.commit().await?;
    }
    Ok(())
}
