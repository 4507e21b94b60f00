//! Connections: one row for each Ion account, with the state of its login.

use std::time::Duration;

use domain::ConnectionId;
use domain::connection::{ConnectionStatus, VendorProfile};
use jiff::Timestamp;
use rules::tokens::{Cause, Login, Loss, Observation};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::sql::{Row, count, exec, from_micros, micros, row, rows, values};
use crate::{Backend, Store, StoreError};

/// One connection as stored. Nothing secret.
#[derive(Debug, Clone)]
pub struct ConnectionRow {
    /// Our id.
    pub id: ConnectionId,
    /// Name that people gave it.
    pub name: String,
    /// Ion's account.
    pub account_id: String,
    /// Fixed address of its Ion.
    pub base_url: String,
    /// A sandbox: wears the TEST banner.
    pub sandbox: bool,
    /// Since when it is in its state.
    pub status_since: Timestamp,
    /// The state of the login.
    pub login: Login,
    /// How often old access tokens were seen dead or alive.
    pub seen: Observation,
    /// Refreshes that succeeded.
    pub refreshes: u64,
    /// When an old access token was last looked at.
    pub old_looked_at: Option<Timestamp>,
    /// Keyed hash of the refresh token that a person pasted.
    pub fingerprint: Option<Vec<u8>>,
    /// When the credential ends, as far as Ion told.
    pub refresh_expires_at: Option<Timestamp>,
    /// Days of the last warning.
    pub warned_days: Option<i64>,
    /// Who exchanges the token now.
    pub lease_owner: Option<String>,
    /// Until when.
    pub lease_until: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: String,
}

/// A connection to insert.
#[derive(Debug, Clone)]
pub struct NewConnection {
    /// Our id.
    pub id: ConnectionId,
    /// Name.
    pub name: String,
    /// Ion's account.
    pub account_id: String,
    /// Address.
    pub base_url: String,
    /// A sandbox.
    pub sandbox: bool,
    /// State of its login.
    pub login: Login,
    /// Keyed hash of the pasted refresh token.
    pub fingerprint: Vec<u8>,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub at: Timestamp,
}

/// Inserts a connection.
pub async fn insert(conn: &impl ConnectionTrait, new: &NewConnection) -> Result<(), StoreError> {
    let login = &new.login;
    exec(
        conn,
        "INSERT INTO connection (id, name, account_id, base_url, sandbox, status, status_since, profile, generation, fingerprint, access_expires_at, access_life_s, refreshed_at, next_refresh_at, created_at, created_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $7, $15)",
        values![
            new.id.0,
            new.name.clone(),
            new.account_id.clone(),
            new.base_url.clone(),
            new.sandbox,
            login.status.as_str(),
            micros(new.at),
            login.profile.as_str(),
            signed(login.generation),
            new.fingerprint.clone(),
            micros(login.access_expires_at),
            signed(login.access_life.as_secs()),
            micros(login.refreshed_at),
            micros(login.next_refresh_at),
            new.created_by.clone()
        ],
    )
    .await
    .map(drop)
}

/// A connection by id.
pub async fn find(
    conn: &impl ConnectionTrait,
    id: ConnectionId,
) -> Result<Option<ConnectionRow>, StoreError> {
    row(
        conn,
        "SELECT * FROM connection WHERE id = $1",
        values![id.0],
    )
    .await?
    .map(|row| read(&row))
    .transpose()
}

/// A connection by id, its row held until the transaction ends.
pub async fn find_locked(
    store: &Store,
    conn: &impl ConnectionTrait,
    id: ConnectionId,
) -> Result<Option<ConnectionRow>, StoreError> {
    // An SQLite write transaction holds the whole database already.
    let lock = if store.backend() == Backend::Postgres {
        " FOR UPDATE"
    } else {
        ""
    };
    row(
        conn,
        format!("SELECT * FROM connection WHERE id = $1{lock}"),
        values![id.0],
    )
    .await?
    .map(|row| read(&row))
    .transpose()
}

/// Every connection that is set up and not removed, the oldest first.
pub async fn list(conn: &impl ConnectionTrait) -> Result<Vec<ConnectionRow>, StoreError> {
    rows(conn, "SELECT * FROM connection WHERE status NOT IN ('removed', 'not_finished') ORDER BY created_at, id", vec![]).await?.iter().map(read).collect()
}

/// Every connection, whatever its state.
pub async fn list_all(conn: &impl ConnectionTrait) -> Result<Vec<ConnectionRow>, StoreError> {
    rows(
        conn,
        "SELECT * FROM connection ORDER BY created_at, id",
        vec![],
    )
    .await?
    .iter()
    .map(read)
    .collect()
}

/// The live connection of an account.
pub async fn find_by_account(
    conn: &impl ConnectionTrait,
    base_url: &str,
    account_id: &str,
) -> Result<Option<ConnectionRow>, StoreError> {
    let sql = "SELECT * FROM connection WHERE base_url = $1 AND account_id = $2 AND status NOT IN ('removed', 'not_finished')";
    row(conn, sql, values![base_url, account_id])
        .await?
        .map(|row| read(&row))
        .transpose()
}

/// The newest connection, finished or not, for which this refresh token was pasted.
pub async fn find_by_fingerprint(
    conn: &impl ConnectionTrait,
    fingerprint: &[u8],
) -> Result<Option<ConnectionRow>, StoreError> {
    let sql = "SELECT * FROM connection WHERE fingerprint = $1 AND status <> 'removed' ORDER BY created_at DESC, id DESC LIMIT 1";
    row(conn, sql, values![fingerprint.to_vec()])
        .await?
        .map(|row| read(&row))
        .transpose()
}

/// Writes the state of a login, where the stored generation still is `expected`. False where another one was faster.
pub async fn set_login(
    conn: &impl ConnectionTrait,
    id: ConnectionId,
    expected: u64,
    login: &Login,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let loss = login.loss;
    let changed = exec(
        conn,
        "UPDATE connection SET status_since = CASE WHEN status = $3 THEN status_since ELSE $4 END, status = $3, cause = $5, profile = $6, generation = $7, access_expires_at = $8,
           access_life_s = $9, refreshed_at = $10, next_refresh_at = $11, refusals = $12, unsent = $13, lost_at = $14, lost_presented_again = $15, lost_may_present = $16, lost_probe_at = $17
         WHERE id = $1 AND generation = $2",
        values![
            id.0,
            signed(expected),
            login.status.as_str(),
            micros(at),
            login.cause.map(cause_word),
            login.profile.as_str(),
            signed(login.generation),
            micros(login.access_expires_at),
            signed(login.access_life.as_secs()),
            micros(login.refreshed_at),
            micros(login.next_refresh_at),
            i64::from(login.refusals),
            i64::from(login.unsent),
            loss.map(|loss| micros(loss.at)),
            loss.is_some_and(|loss| loss.presented_again),
            loss.is_some_and(|loss| loss.may_present),
            loss.map(|loss| micros(loss.probe_at))
        ],
    )
    .await?;
    Ok(changed == 1)
}

/// Notes what `validateAccess` told of the credential's end.
pub async fn set_refresh_end(
    conn: &impl ConnectionTrait,
    id: ConnectionId,
    ends_at: Timestamp,
) -> Result<(), StoreError> {
    exec(
        conn,
        "UPDATE connection SET refresh_expires_at = $2 WHERE id = $1",
        values![id.0, micros(ends_at)],
    )
    .await
    .map(drop)
}

/// Notes what was learned of the vendor, and counts a refresh.
pub async fn set_observation(
    conn: &impl ConnectionTrait,
    id: ConnectionId,
    seen: Observation,
    profile: VendorProfile,
    looked_at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "UPDATE connection SET seen_kills = $2, seen_keeps = $3, profile = $4, old_looked_at = $5 WHERE id = $1";
    exec(
        conn,
        sql,
        values![
            id.0,
            i64::from(seen.kills),
            i64::from(seen.keeps),
            profile.as_str(),
            micros(looked_at)
        ],
    )
    .await
    .map(drop)
}

/// Counts a refresh that succeeded.
pub async fn count_refresh(
    conn: &impl ConnectionTrait,
    id: ConnectionId,
) -> Result<(), StoreError> {
    exec(
        conn,
        "UPDATE connection SET refreshes = refreshes + 1 WHERE id = $1",
        values![id.0],
    )
    .await
    .map(drop)
}

/// Notes the warning that was raised last; `None` after new credentials.
pub async fn set_warned(
    conn: &impl ConnectionTrait,
    id: ConnectionId,
    days: Option<i64>,
) -> Result<(), StoreError> {
    exec(
        conn,
        "UPDATE connection SET warned_days = $2 WHERE id = $1",
        values![id.0, days],
    )
    .await
    .map(drop)
}

/// Names the connection, its account and the credential that it stands on.
pub async fn set_identity(
    conn: &impl ConnectionTrait,
    id: ConnectionId,
    name: &str,
    account_id: &str,
    fingerprint: &[u8],
) -> Result<(), StoreError> {
    let sql = "UPDATE connection SET name = $2, account_id = $3, fingerprint = $4 WHERE id = $1";
    exec(
        conn,
        sql,
        values![id.0, name, account_id, fingerprint.to_vec()],
    )
    .await
    .map(drop)
}

/// Marks a connection as removed. Its data stay, its secrets are erased by [`crate::tokens::erase`].
pub async fn mark_removed(
    conn: &impl ConnectionTrait,
    id: ConnectionId,
    at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "UPDATE connection SET status = 'removed', status_since = $2, removed_at = $2, fingerprint = NULL, lease_owner = NULL WHERE id = $1";
    exec(conn, sql, values![id.0, micros(at)]).await.map(drop)
}

/// Whether anything of Ion's was read by it, products, orders or subscriptions: then its Account ID cannot change.
pub async fn has_data(conn: &impl ConnectionTrait, id: ConnectionId) -> Result<bool, StoreError> {
    let sql = "SELECT CASE WHEN EXISTS (SELECT 1 FROM product WHERE connection_id = $1)
           OR EXISTS (SELECT 1 FROM order_head WHERE connection_id = $1 AND ion_id IS NOT NULL)
           OR EXISTS (SELECT 1 FROM subscription_reading WHERE connection_id = $1) THEN 1 ELSE 0 END";
    // A number of four bytes in one database, of eight in the other.
    let sql = format!("SELECT CAST(({sql}) AS BIGINT)");
    Ok(count(conn, sql, values![id.0]).await? > 0)
}

/// Whether any sealed value exists: then a missing key must never be replaced by a new one.
pub async fn any_sealed(conn: &impl ConnectionTrait) -> Result<bool, StoreError> {
    let sql =
        "SELECT (SELECT COUNT(*) FROM connection_token) + (SELECT COUNT(*) FROM order_secret)";
    Ok(count(conn, sql, vec![]).await? > 0)
}

pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn cause_word(cause: Cause) -> &'static str {
    match cause {
        Cause::Refused => "refused",
        Cause::ReplyLost => "reply_lost",
        Cause::Ended => "ended",
        Cause::Restored => "restored",
    }
}

fn read(row: &Row) -> Result<ConnectionRow, StoreError> {
    let cause = match row.get::<Option<String>>("cause")?.as_deref() {
        None => None,
        Some("refused") => Some(Cause::Refused),
        Some("reply_lost") => Some(Cause::ReplyLost),
        Some("ended") => Some(Cause::Ended),
        Some("restored") => Some(Cause::Restored),
        Some(other) => {
            return Err(StoreError::Corrupt {
                table: "connection",
                column: "cause",
                value: other.to_owned(),
            });
        }
    };
    let loss = match row.time_opt("lost_at")? {
        Some(at) => Some(Loss {
            at,
            presented_again: row.get("lost_presented_again")?,
            may_present: row.get("lost_may_present")?,
            probe_at: row
                .get::<Option<i64>>("lost_probe_at")?
                .map_or(at, from_micros),
        }),
        None => None,
    };
    Ok(ConnectionRow {
        id: row.get::<Uuid>("id")?.into(),
        name: row.get("name")?,
        account_id: row.get("account_id")?,
        base_url: row.get("base_url")?,
        sandbox: row.get("sandbox")?,
        status_since: row.time("status_since")?,
        login: Login {
            status: row.word::<ConnectionStatus>("connection", "status")?,
            profile: row.word("connection", "profile")?,
            generation: row.count("generation")?,
            access_expires_at: row.time("access_expires_at")?,
            access_life: Duration::from_secs(row.count("access_life_s")?),
            refreshed_at: row.time("refreshed_at")?,
            next_refresh_at: row.time("next_refresh_at")?,
            refusals: u32::try_from(row.count("refusals")?).unwrap_or(u32::MAX),
            unsent: u32::try_from(row.count("unsent")?).unwrap_or(u32::MAX),
            loss,
            cause,
        },
        seen: Observation {
            kills: u32::try_from(row.count("seen_kills")?).unwrap_or(0),
            keeps: u32::try_from(row.count("seen_keeps")?).unwrap_or(0),
        },
        refreshes: row.count("refreshes")?,
        old_looked_at: row.time_opt("old_looked_at")?,
        fingerprint: row.get("fingerprint")?,
        refresh_expires_at: row.time_opt("refresh_expires_at")?,
        warned_days: row.get("warned_days")?,
        lease_owner: row.get("lease_owner")?,
        lease_until: row.time_opt("lease_until")?,
        created_at: row.time("created_at")?,
        created_by: row.get("created_by")?,
    })
}
