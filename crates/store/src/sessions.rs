//! Log-in sessions, by the hash of their id; credentials that were pasted and not yet saved; answers kept by idempotency key.

use domain::UserId;
use jiff::Timestamp;
use sea_orm::ConnectionTrait;
use secrecy::SecretString;
use uuid::Uuid;

use crate::StoreError;
use crate::seal::{Place, SealError, Sealer};
use crate::sql::{exec, micros, row, values};

/// A session.
#[derive(Debug, Clone)]
pub struct SessionRow {
    /// Hash of its id.
    pub id_hash: Vec<u8>,
    /// Whose it is.
    pub user: UserId,
    /// Token of its forms.
    pub csrf: String,
    /// When it was last used.
    pub seen_at: Timestamp,
    /// When it ends, whatever happens.
    pub expires_at: Timestamp,
    /// When the password was last given.
    pub confirmed_at: Timestamp,
}

/// Inserts a session.
pub async fn insert(conn: &impl ConnectionTrait, session: &SessionRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO session (id_hash, person_id, csrf, created_at, seen_at, expires_at, confirmed_at) VALUES ($1, $2, $3, $4, $4, $5, $6)";
    let values = values![
        session.id_hash.clone(),
        session.user.0,
        session.csrf.clone(),
        micros(session.seen_at),
        micros(session.expires_at),
        micros(session.confirmed_at)
    ];
    exec(conn, sql, values).await.map(drop)
}

/// The session of this hash, where it lives and its person may log in.
pub async fn find(
    conn: &impl ConnectionTrait,
    id_hash: &[u8],
    idle_since: Timestamp,
    now: Timestamp,
) -> Result<Option<SessionRow>, StoreError> {
    let sql = "SELECT session.* FROM session JOIN person ON person.id = session.person_id WHERE id_hash = $1 AND session.seen_at > $2 AND expires_at > $3 AND NOT person.disabled";
    let Some(row) = row(
        conn,
        sql,
        values![id_hash.to_vec(), micros(idle_since), micros(now)],
    )
    .await?
    else {
        return Ok(None);
    };
    Ok(Some(SessionRow {
        id_hash: row.get("id_hash")?,
        user: row.get::<Uuid>("person_id")?.into(),
        csrf: row.get("csrf")?,
        seen_at: row.time("seen_at")?,
        expires_at: row.time("expires_at")?,
        confirmed_at: row.time("confirmed_at")?,
    }))
}

/// Notes that a session was used.
pub async fn touch(
    conn: &impl ConnectionTrait,
    id_hash: &[u8],
    now: Timestamp,
) -> Result<(), StoreError> {
    exec(
        conn,
        "UPDATE session SET seen_at = $2 WHERE id_hash = $1",
        values![id_hash.to_vec(), micros(now)],
    )
    .await
    .map(drop)
}

/// Notes that the password was given again.
pub async fn confirm(
    conn: &impl ConnectionTrait,
    id_hash: &[u8],
    now: Timestamp,
) -> Result<(), StoreError> {
    exec(
        conn,
        "UPDATE session SET confirmed_at = $2 WHERE id_hash = $1",
        values![id_hash.to_vec(), micros(now)],
    )
    .await
    .map(drop)
}

/// Ends a session.
pub async fn delete(conn: &impl ConnectionTrait, id_hash: &[u8]) -> Result<(), StoreError> {
    exec(
        conn,
        "DELETE FROM session WHERE id_hash = $1",
        values![id_hash.to_vec()],
    )
    .await
    .map(drop)
}

/// Deletes what has ended: sessions, tries to log in, pasted credentials, answers.
pub async fn prune(conn: &impl ConnectionTrait, now: Timestamp) -> Result<u64, StoreError> {
    let day = 86_400_000_000;
    let mut gone = exec(
        conn,
        "DELETE FROM session WHERE expires_at < $1",
        values![micros(now)],
    )
    .await?;
    gone += exec(
        conn,
        "DELETE FROM login_failure WHERE at < $1",
        values![micros(now) - day],
    )
    .await?;
    gone += exec(
        conn,
        "DELETE FROM pasted_credentials WHERE expires_at < $1",
        values![micros(now)],
    )
    .await?;
    gone += exec(
        conn,
        "DELETE FROM idempotency WHERE created_at < $1",
        values![micros(now) - day],
    )
    .await?;
    Ok(gone)
}

/// Keeps what a person pasted, sealed, so that mending one field does not mean pasting all of them again.
pub async fn keep_pasted(
    conn: &impl ConnectionTrait,
    sealer: &Sealer,
    user: UserId,
    text: &SecretString,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    let sealed = sealer.seal(
        Place {
            column: "pasted_credentials.sealed",
            row: &user.to_string(),
            generation: 0,
        },
        text,
    )?;
    let sql = "INSERT INTO pasted_credentials (person_id, sealed, expires_at) VALUES ($1, $2, $3) ON CONFLICT (person_id) DO UPDATE SET sealed = excluded.sealed, expires_at = excluded.expires_at";
    exec(conn, sql, values![user.0, sealed, micros(expires_at)])
        .await
        .map(drop)
}

/// What a person pasted and did not save yet. None where the key was changed meanwhile: it is pasted again.
pub async fn find_pasted(
    conn: &impl ConnectionTrait,
    sealer: &Sealer,
    user: UserId,
    now: Timestamp,
) -> Result<Option<SecretString>, StoreError> {
    let Some(row) = row(
        conn,
        "SELECT sealed FROM pasted_credentials WHERE person_id = $1 AND expires_at > $2",
        values![user.0, micros(now)],
    )
    .await?
    else {
        return Ok(None);
    };
    let sealed: Vec<u8> = row.get("sealed")?;
    match sealer.open(
        Place {
            column: "pasted_credentials.sealed",
            row: &user.to_string(),
            generation: 0,
        },
        &sealed,
    ) {
        Ok(text) => Ok(Some(text)),
        Err(SealError::OtherKey(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Forgets what a person pasted.
pub async fn forget_pasted(conn: &impl ConnectionTrait, user: UserId) -> Result<(), StoreError> {
    exec(
        conn,
        "DELETE FROM pasted_credentials WHERE person_id = $1",
        values![user.0],
    )
    .await
    .map(drop)
}

/// What an idempotency key says of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Idempotency {
    /// Never seen: go on, and [`finish_idempotent`].
    Fresh,
    /// The same request is being answered.
    Running,
    /// The key was used for another request.
    OtherPayload,
    /// The same request was answered with this.
    Answered(u16, String),
}

/// Claims an idempotency key for a request.
pub async fn begin_idempotent(
    conn: &impl ConnectionTrait,
    scope: &str,
    key: &str,
    request_hash: &[u8],
    now: Timestamp,
) -> Result<Idempotency, StoreError> {
    let sql = "INSERT INTO idempotency (scope, key, request_hash, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (scope, key) DO NOTHING";
    if exec(
        conn,
        sql,
        values![scope, key, request_hash.to_vec(), micros(now)],
    )
    .await?
        == 1
    {
        return Ok(Idempotency::Fresh);
    }
    let Some(row) = row(
        conn,
        "SELECT request_hash, status, body FROM idempotency WHERE scope = $1 AND key = $2",
        values![scope, key],
    )
    .await?
    else {
        return Ok(Idempotency::Running);
    };
    if row.get::<Vec<u8>>("request_hash")? != request_hash {
        return Ok(Idempotency::OtherPayload);
    }
    Ok(match row.get::<Option<i64>>("status")? {
        None => Idempotency::Running,
        Some(status) => Idempotency::Answered(
            u16::try_from(status).unwrap_or(200),
            row.get::<Option<String>>("body")?.unwrap_or_default(),
        ),
    })
}

/// Keeps the answer to a request, or frees the key where it failed on our side.
pub async fn finish_idempotent(
    conn: &impl ConnectionTrait,
    scope: &str,
    key: &str,
    answer: Option<(u16, &str)>,
) -> Result<(), StoreError> {
    match answer {
        Some((status, body)) => exec(
            conn,
            "UPDATE idempotency SET status = $3, body = $4 WHERE scope = $1 AND key = $2",
            values![scope, key, i64::from(status), body],
        )
        .await
        .map(drop),
        None => exec(
            conn,
            "DELETE FROM idempotency WHERE scope = $1 AND key = $2",
            values![scope, key],
        )
        .await
        .map(drop),
    }
}
