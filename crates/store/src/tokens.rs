//! Token pairs, sealed, and the exchanges that made them.

use domain::{AttemptId, ConnectionId};
use jiff::Timestamp;
use sea_orm::ConnectionTrait;
use secrecy::SecretString;
use uuid::Uuid;

use crate::StoreError;
use crate::connections::signed;
use crate::seal::{Place, Sealer};
use crate::sql::{Row, exec, micros, row, rows, values};

/// An access and a refresh token that belong together.
#[derive(Debug, Clone)]
pub struct TokenPair {
    /// Access token.
    pub access: SecretString,
    /// Refresh token.
    pub refresh: SecretString,
}

/// An exchange of a refresh token, as stored.
#[derive(Debug, Clone)]
pub struct AttemptRow {
    /// Its id.
    pub id: AttemptId,
    /// The connection.
    pub connection: ConnectionId,
    /// Generation of the token that was presented.
    pub from_generation: u64,
    /// Why it was made.
    pub why: String,
    /// Data directory whose journal has the outcome.
    pub node: String,
    /// Host, for people.
    pub host: String,
    /// When it was started.
    pub started_at: Timestamp,
    /// When its outcome was stored.
    pub finished_at: Option<Timestamp>,
    /// `saved`, `late_saved`, `superseded`, `refused`, `busy`, `not_sent`, `lost` or `adopted`.
    pub outcome: Option<String>,
    /// More about it.
    pub detail: Option<String>,
}

/// An exchange to start.
#[derive(Debug, Clone)]
pub struct NewAttempt {
    /// Its id.
    pub id: AttemptId,
    /// The connection.
    pub connection: ConnectionId,
    /// Generation of the token that will be presented.
    pub from_generation: u64,
    /// Why.
    pub why: &'static str,
    /// Data directory whose journal will have the outcome.
    pub node: String,
    /// Host, for people.
    pub host: String,
    /// Now.
    pub at: Timestamp,
    /// Until when nobody else may start one.
    pub lease_until: Timestamp,
}

/// Wins the lease of a connection and records that an exchange was started. False where another one holds it, or the generation moved.
///
/// The commit of this also proves that the store can be written before a token is spent.
pub async fn start_attempt(
    conn: &impl ConnectionTrait,
    new: &NewAttempt,
) -> Result<bool, StoreError> {
    let won = exec(
        conn,
        "UPDATE connection SET lease_owner = $3, lease_until = $4 WHERE id = $1 AND generation = $2 AND status <> 'removed' AND (lease_owner IS NULL OR lease_until < $5)
           AND NOT EXISTS (SELECT 1 FROM token_attempt WHERE connection_id = $1 AND finished_at IS NULL)",
        values![new.connection.0, signed(new.from_generation), new.id.to_string(), micros(new.lease_until), micros(new.at)],
    )
    .await?;
    if won == 0 {
        return Ok(false);
    }
    exec(
        conn,
        "INSERT INTO token_attempt (id, connection_id, from_generation, why, node, host, started_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        values![new.id.0, new.connection.0, signed(new.from_generation), new.why, new.node.clone(), new.host.clone(), micros(new.at)],
    )
    .await?;
    Ok(true)
}

/// Records what became of an exchange, and gives its lease back.
pub async fn finish_attempt(
    conn: &impl ConnectionTrait,
    attempt: &AttemptRow,
    outcome: &str,
    detail: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    exec(
        conn,
        "UPDATE token_attempt SET finished_at = $2, outcome = $3, detail = $4 WHERE id = $1",
        values![attempt.id.0, micros(at), outcome, detail],
    )
    .await?;
    exec(conn, "UPDATE connection SET lease_owner = NULL, lease_until = NULL WHERE id = $1 AND lease_owner = $2", values![attempt.connection.0, attempt.id.to_string()]).await?;
    Ok(())
}

/// Records an exchange that only the journal knew: the store is a restored copy.
pub async fn insert_adopted(
    conn: &impl ConnectionTrait,
    new: &NewAttempt,
) -> Result<(), StoreError> {
    exec(
        conn,
        "INSERT INTO token_attempt (id, connection_id, from_generation, why, node, host, started_at, finished_at, outcome, detail) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, 'adopted', 'known from the journal alone')",
        values![new.id.0, new.connection.0, signed(new.from_generation), new.why, new.node.clone(), new.host.clone(), micros(new.at)],
    )
    .await
    .map(drop)
}

/// An exchange by id.
pub async fn find_attempt(
    conn: &impl ConnectionTrait,
    id: AttemptId,
) -> Result<Option<AttemptRow>, StoreError> {
    row(
        conn,
        "SELECT * FROM token_attempt WHERE id = $1",
        values![id.0],
    )
    .await?
    .map(|row| read_attempt(&row))
    .transpose()
}

/// Exchanges without an outcome.
pub async fn list_open_attempts(
    conn: &impl ConnectionTrait,
) -> Result<Vec<AttemptRow>, StoreError> {
    rows(
        conn,
        "SELECT * FROM token_attempt WHERE finished_at IS NULL ORDER BY started_at",
        vec![],
    )
    .await?
    .iter()
    .map(read_attempt)
    .collect()
}

/// The last exchanges of a connection, the newest first.
pub async fn list_attempts(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    limit: u32,
) -> Result<Vec<AttemptRow>, StoreError> {
    let sql =
        "SELECT * FROM token_attempt WHERE connection_id = $1 ORDER BY started_at DESC LIMIT $2";
    rows(conn, sql, values![connection.0, i64::from(limit)])
        .await?
        .iter()
        .map(read_attempt)
        .collect()
}

/// Stores a pair under its generation. The pair before it is kept until the one after; older ones are erased.
pub async fn insert_pair(
    conn: &impl ConnectionTrait,
    sealer: &Sealer,
    connection: ConnectionId,
    generation: u64,
    pair: &TokenPair,
    at: Timestamp,
) -> Result<(), StoreError> {
    let row = connection.to_string();
    let access = sealer.seal(
        Place {
            column: "connection_token.access",
            row: &row,
            generation,
        },
        &pair.access,
    )?;
    let refresh = sealer.seal(
        Place {
            column: "connection_token.refresh",
            row: &row,
            generation,
        },
        &pair.refresh,
    )?;
    exec(
        conn,
        "INSERT INTO connection_token (connection_id, generation, access_sealed, refresh_sealed, obtained_at) VALUES ($1, $2, $3, $4, $5)",
        values![connection.0, signed(generation), access, refresh, micros(at)],
    )
    .await?;
    exec(
        conn,
        "DELETE FROM connection_token WHERE connection_id = $1 AND generation < $2",
        values![connection.0, signed(generation) - 1],
    )
    .await?;
    Ok(())
}

/// The pair of a generation.
pub async fn find_pair(
    conn: &impl ConnectionTrait,
    sealer: &Sealer,
    connection: ConnectionId,
    generation: u64,
) -> Result<Option<TokenPair>, StoreError> {
    let sql = "SELECT access_sealed, refresh_sealed FROM connection_token WHERE connection_id = $1 AND generation = $2";
    let Some(found) = row(conn, sql, values![connection.0, signed(generation)]).await? else {
        return Ok(None);
    };
    let row = connection.to_string();
    Ok(Some(TokenPair {
        access: sealer.open(
            Place {
                column: "connection_token.access",
                row: &row,
                generation,
            },
            &found.get::<Vec<u8>>("access_sealed")?,
        )?,
        refresh: sealer.open(
            Place {
                column: "connection_token.refresh",
                row: &row,
                generation,
            },
            &found.get::<Vec<u8>>("refresh_sealed")?,
        )?,
    }))
}

/// Erases every secret of a connection.
pub async fn erase(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
) -> Result<(), StoreError> {
    exec(
        conn,
        "DELETE FROM connection_token WHERE connection_id = $1",
        values![connection.0],
    )
    .await
    .map(drop)
}

/// Seals every stored pair again with the newest key. Gives how many there were.
pub async fn reseal(conn: &impl ConnectionTrait, sealer: &Sealer) -> Result<u64, StoreError> {
    let mut done = 0;
    for found in rows(
        conn,
        "SELECT connection_id, generation, obtained_at FROM connection_token",
        vec![],
    )
    .await?
    {
        let connection = ConnectionId(found.get::<Uuid>("connection_id")?);
        let generation = found.count("generation")?;
        let Some(pair) = find_pair(conn, sealer, connection, generation).await? else {
            continue;
        };
        let row = connection.to_string();
        let access = sealer.seal(
            Place {
                column: "connection_token.access",
                row: &row,
                generation,
            },
            &pair.access,
        )?;
        let refresh = sealer.seal(
            Place {
                column: "connection_token.refresh",
                row: &row,
                generation,
            },
            &pair.refresh,
        )?;
        let sql = "UPDATE connection_token SET access_sealed = $3, refresh_sealed = $4 WHERE connection_id = $1 AND generation = $2";
        done += exec(
            conn,
            sql,
            values![connection.0, signed(generation), access, refresh],
        )
        .await?;
    }
    Ok(done)
}

fn read_attempt(row: &Row) -> Result<AttemptRow, StoreError> {
    Ok(AttemptRow {
        id: row.get::<Uuid>("id")?.into(),
        connection: row.get::<Uuid>("connection_id")?.into(),
        from_generation: row.count("from_generation")?,
        why: row.get("why")?,
        node: row.get("node")?,
        host: row.get("host")?,
        started_at: row.time("started_at")?,
        finished_at: row.time_opt("finished_at")?,
        outcome: row.get("outcome")?,
        detail: row.get("detail")?,
    })
}
