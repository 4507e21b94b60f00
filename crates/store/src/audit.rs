//! Who did what: append-only, each entry bound to the one before it by a hash.

use domain::{Clock, text_enum};
use jiff::Timestamp;
use sea_orm::ConnectionTrait;
use sha2::{Digest, Sha256};

use crate::sql::{Row, exec, from_micros, micros, row, rows, values};
use crate::{StoreError, Tx};

text_enum! {
    /// How somebody acted.
    pub enum Via {
        /// In a browser.
        Browser = "browser",
        /// By an API token.
        Token = "token",
        /// On the command line.
        Cli = "cli",
        /// By itself.
        System = "system",
    }
}

/// Who acts.
#[derive(Debug, Clone)]
pub struct Actor {
    /// E-mail, token name, or `Ionbridge`.
    pub name: String,
    /// How.
    pub via: Via,
}

impl Actor {
    /// Ionbridge itself.
    pub fn system() -> Self {
        Self {
            name: "Ionbridge".to_owned(),
            via: Via::System,
        }
    }

    /// The person at the command line.
    pub fn cli() -> Self {
        Self {
            name: "command line".to_owned(),
            via: Via::Cli,
        }
    }
}

/// What the first entry is bound to.
const GENESIS: [u8; 32] = [0; 32];

/// An entry of the log.
#[derive(Debug, Clone)]
pub struct AuditRow {
    /// Its place in the chain.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// How.
    pub via: String,
    /// What, as `noun.verb`.
    pub action: String,
    /// About what.
    pub about: String,
    /// More about it; never a secret.
    pub detail: String,
    /// Hash of this entry, in hex.
    pub hash: String,
}

/// Appends an entry in the transaction of what it tells, best as its last step: the end of the chain is held until it commits.
pub async fn append(
    tx: &Tx,
    clock: &dyn Clock,
    actor: &Actor,
    action: &str,
    about: &str,
    detail: &str,
) -> Result<(), StoreError> {
    // Written even where nothing changes: that holds the row, and gives what it says now.
    let sql = "INSERT INTO audit_head (one, number, hash) VALUES (1, 0, $1) ON CONFLICT (one) DO UPDATE SET number = audit_head.number RETURNING number, hash";
    let head = row(tx, sql, values![GENESIS.to_vec()])
        .await?
        .ok_or(StoreError::Missing("the end of the audit log"))?;
    let (number, previous) = (head.get::<i64>("number")? + 1, head.get::<Vec<u8>>("hash")?);
    let at = micros(clock.now());
    let hash = hash_of(
        &previous,
        number,
        at,
        [&actor.name, actor.via.as_str(), action, about, detail],
    );
    exec(
        tx,
        "INSERT INTO audit (number, at, actor_kind, actor, via, action, about, detail, previous_hash, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        values![number, at, actor.via.as_str(), actor.name.clone(), actor.via.as_str(), action, about, detail, previous, hash.clone()],
    )
    .await?;
    exec(
        tx,
        "UPDATE audit_head SET number = $1, hash = $2 WHERE one = 1",
        values![number, hash],
    )
    .await
    .map(drop)
}

/// Entries, the newest first, those before a number and with a text in actor, action or subject.
pub async fn list(
    conn: &impl ConnectionTrait,
    before: Option<u64>,
    text: &str,
    limit: u32,
) -> Result<Vec<AuditRow>, StoreError> {
    let sql = "SELECT * FROM audit WHERE number < $1 AND ($2 = '' OR LOWER(actor) LIKE $3 ESCAPE '!' OR LOWER(action) LIKE $3 ESCAPE '!' OR LOWER(about) LIKE $3 ESCAPE '!')
         ORDER BY number DESC LIMIT $4";
    let before = before.map_or(i64::MAX, crate::connections::signed);
    rows(
        conn,
        sql,
        values![before, text, part(text), i64::from(limit)],
    )
    .await?
    .iter()
    .map(read)
    .collect()
}

/// What a check of the chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chain {
    /// Every entry is there and unchanged.
    Whole(u64),
    /// From this entry on, something was changed or removed.
    Broken(u64),
}

/// Checks the whole chain, up to its end as it is now or later.
pub async fn verify(conn: &impl ConnectionTrait) -> Result<Chain, StoreError> {
    let head = match row(conn, "SELECT number, hash FROM audit_head", vec![]).await? {
        Some(head) => (head.get::<i64>("number")?, head.get::<Vec<u8>>("hash")?),
        None => (0, GENESIS.to_vec()),
    };
    let mut previous = GENESIS.to_vec();
    let mut next = 1;
    let broken = |at: i64| Ok(Chain::Broken(u64::try_from(at).unwrap_or(0)));
    loop {
        let part = rows(
            conn,
            "SELECT * FROM audit WHERE number >= $1 ORDER BY number LIMIT 1000",
            values![next],
        )
        .await?;
        if part.is_empty() {
            // Fewer entries than the end says: the last ones were cut off.
            return if next - 1 < head.0 {
                broken(next)
            } else {
                Ok(Chain::Whole(u64::try_from(next - 1).unwrap_or(0)))
            };
        }
        for row in part {
            let number: i64 = row.get("number")?;
            let text = |column| row.get::<String>(column);
            let hash = hash_of(
                &previous,
                number,
                row.get("at")?,
                [
                    &text("actor")?,
                    &text("via")?,
                    &text("action")?,
                    &text("about")?,
                    &text("detail")?,
                ],
            );
            if number != next
                || row.get::<Vec<u8>>("previous_hash")? != previous
                || row.get::<Vec<u8>>("hash")? != hash
            {
                return broken(next);
            }
            if number == head.0 && hash != head.1 {
                return broken(number);
            }
            previous = hash;
            next += 1;
        }
    }
}

/// A pattern for `LIKE` that finds a text anywhere, whatever signs it has.
fn part(text: &str) -> String {
    let text = text
        .to_lowercase()
        .replace('!', "!!")
        .replace('%', "!%")
        .replace('_', "!_");
    format!("%{text}%")
}

fn hash_of(previous: &[u8], number: i64, at: i64, texts: [&str; 5]) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(previous);
    hash.update(number.to_be_bytes());
    hash.update(at.to_be_bytes());
    for text in texts {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    hash.finalize().to_vec()
}

fn read(row: &Row) -> Result<AuditRow, StoreError> {
    Ok(AuditRow {
        number: row.count("number")?,
        at: from_micros(row.get("at")?),
        actor: row.get("actor")?,
        via: row.get("via")?,
        action: row.get("action")?,
        about: row.get("about")?,
        detail: row.get("detail")?,
        hash: row
            .get::<Vec<u8>>("hash")?
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect(),
    })
}
