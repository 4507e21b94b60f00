//! Log-in sessions: a random id in a cookie, its hash in the database.

use std::time::Duration;

use http::HeaderMap;
use jiff::Timestamp;
use store::sessions::SessionRow;
use store::users::UserRow;
use store::{StoreError, Tx, sessions, users};

use crate::app::App;
use crate::auth::{Caller, Person, cookie, hash_of, random_secret};

/// A living session.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) id_hash: Vec<u8>,
    /// Token of its forms, unmasked.
    pub(crate) csrf: String,
    /// When the password was last given.
    pub(crate) confirmed_at: Timestamp,
}

impl Session {
    /// Whether the password was given so lately that credentials may be touched.
    pub(crate) fn is_confirmed(&self, now: Timestamp, within: Duration) -> bool {
        now.duration_since(self.confirmed_at).unsigned_abs() <= within && now >= self.confirmed_at
    }
}

/// Begins a session, always under a new id, and gives the id for the cookie.
pub(crate) async fn begin(app: &App, tx: &Tx, user: &UserRow) -> Result<String, StoreError> {
    let id = random_secret();
    let now = app.now();
    let session = SessionRow {
        id_hash: hash_of(&id),
        user: user.id,
        csrf: random_secret(),
        seen_at: now,
        expires_at: now + app.settings().session_life,
        confirmed_at: now,
    };
    sessions::insert(tx, &session).await?;
    users::mark_seen(tx, user.id, now).await?;
    Ok(id)
}

/// Who the session in the cookie belongs to, where it lives and its person may log in.
pub(crate) async fn find(app: &App, headers: &HeaderMap) -> Result<Option<Caller>, StoreError> {
    let Some(id) = cookie::value(headers, cookie::session_name(app.settings())) else {
        return Ok(None);
    };
    let (store, now) = (app.store(), app.now());
    let idle_since = now - app.settings().session_idle;
    let Some(row) = sessions::find(store.read(), &hash_of(&id), idle_since, now).await? else {
        return Ok(None);
    };
    let Some(user) = users::find(store.read(), row.user).await? else {
        return Ok(None);
    };
    if user.disabled {
        return Ok(None);
    }
    if now.duration_since(row.seen_at).unsigned_abs() >= Duration::from_mins(1) {
        let tx = store.begin().await?;
        sessions::touch(&tx, &row.id_hash, now).await?;
        users::mark_seen(&tx, user.id, now).await?;
        tx.commit().await?;
    }
    let session = Session {
        id_hash: row.id_hash,
        csrf: row.csrf,
        confirmed_at: row.confirmed_at,
    };
    let person = Person {
        id: user.id,
        name: user.name,
        email: user.email,
    };
    Ok(Some(Caller::person(person, user.role, session)))
}
