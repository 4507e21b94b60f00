//! People who log in, the link of the first start, tries that failed, and API tokens.

use domain::access::Role;
use domain::{ApiTokenId, UserId};
use jiff::Timestamp;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::StoreError;
use crate::db::{Turn, take_turn};
use crate::sql::{Row, count, exec, micros, row, rows, values};

/// A person.
#[derive(Debug, Clone)]
pub struct UserRow {
    /// Id.
    pub id: UserId,
    /// E-mail, lower case: the log-in.
    pub email: String,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Argon2id hash.
    pub password_hash: String,
    /// May not log in.
    pub disabled: bool,
    /// When made.
    pub created_at: Timestamp,
    /// When last seen.
    pub seen_at: Option<Timestamp>,
}

/// Inserts a person. A used e-mail is [`StoreError::Conflict`].
pub async fn insert(conn: &impl ConnectionTrait, user: &UserRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO person (id, email, name, role, password_hash, disabled, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let values = values![
        user.id.0,
        user.email.to_lowercase(),
        user.name.clone(),
        user.role.as_str(),
        user.password_hash.clone(),
        user.disabled,
        micros(user.created_at)
    ];
    exec(conn, sql, values).await.map(drop)
}

/// A person by e-mail.
pub async fn find_by_email(
    conn: &impl ConnectionTrait,
    email: &str,
) -> Result<Option<UserRow>, StoreError> {
    row(
        conn,
        "SELECT * FROM person WHERE email = $1",
        values![email.trim().to_lowercase()],
    )
    .await?
    .map(|row| read(&row))
    .transpose()
}

/// A person by id.
pub async fn find(conn: &impl ConnectionTrait, id: UserId) -> Result<Option<UserRow>, StoreError> {
    row(conn, "SELECT * FROM person WHERE id = $1", values![id.0])
        .await?
        .map(|row| read(&row))
        .transpose()
}

/// Everybody.
pub async fn list(conn: &impl ConnectionTrait) -> Result<Vec<UserRow>, StoreError> {
    rows(conn, "SELECT * FROM person ORDER BY name, email", vec![])
        .await?
        .iter()
        .map(read)
        .collect()
}

/// How many people there are.
pub async fn count_all(conn: &impl ConnectionTrait) -> Result<u64, StoreError> {
    Ok(u64::try_from(count(conn, "SELECT COUNT(*) FROM person", vec![]).await?).unwrap_or(0))
}

/// Waits for the turn to change people: what is read after it stays so until the transaction ends.
pub async fn begin_change(conn: &impl ConnectionTrait) -> Result<(), StoreError> {
    take_turn(conn, Turn::ChangePeople).await
}

/// Changes role and whether a person may log in. The last admin stays. Call it in a transaction.
pub async fn set_access(
    conn: &impl ConnectionTrait,
    id: UserId,
    role: Role,
    disabled: bool,
) -> Result<bool, StoreError> {
    // Two admins who take the role from each other at once must not both succeed.
    take_turn(conn, Turn::ChangePeople).await?;
    let sql = "UPDATE person SET role = $2, disabled = $3 WHERE id = $1
         AND (($2 = 'admin' AND NOT $3) OR EXISTS (SELECT 1 FROM person AS other WHERE other.id <> $1 AND other.role = 'admin' AND NOT other.disabled))";
    let changed = exec(conn, sql, values![id.0, role.as_str(), disabled]).await? == 1;
    if changed && disabled {
        exec(
            conn,
            "DELETE FROM session WHERE person_id = $1",
            values![id.0],
        )
        .await?;
    }
    Ok(changed)
}

/// Changes a password; every other session of the person ends.
pub async fn set_password(
    conn: &impl ConnectionTrait,
    id: UserId,
    hash: &str,
    keep_session: &[u8],
) -> Result<(), StoreError> {
    exec(
        conn,
        "UPDATE person SET password_hash = $2 WHERE id = $1",
        values![id.0, hash],
    )
    .await?;
    exec(
        conn,
        "DELETE FROM session WHERE person_id = $1 AND id_hash <> $2",
        values![id.0, keep_session.to_vec()],
    )
    .await
    .map(drop)
}

/// Notes that a person was here.
pub async fn mark_seen(
    conn: &impl ConnectionTrait,
    id: UserId,
    at: Timestamp,
) -> Result<(), StoreError> {
    exec(
        conn,
        "UPDATE person SET seen_at = $2 WHERE id = $1",
        values![id.0, micros(at)],
    )
    .await
    .map(drop)
}

/// Stores the hash of the link that makes the first admin.
pub async fn insert_setup_link(
    conn: &impl ConnectionTrait,
    hash: &[u8],
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    exec(conn, "DELETE FROM setup_link", vec![]).await?;
    exec(
        conn,
        "INSERT INTO setup_link (id_hash, expires_at) VALUES ($1, $2)",
        values![hash.to_vec(), micros(expires_at)],
    )
    .await
    .map(drop)
}

/// Uses up the link, where it is good and nobody exists yet. Call it in the transaction that makes the person.
pub async fn use_setup_link(
    conn: &impl ConnectionTrait,
    hash: &[u8],
    now: Timestamp,
) -> Result<bool, StoreError> {
    take_turn(conn, Turn::ChangePeople).await?;
    let sql = "UPDATE setup_link SET used_at = $2 WHERE id_hash = $1 AND used_at IS NULL AND expires_at > $2 AND NOT EXISTS (SELECT 1 FROM person)";
    Ok(exec(conn, sql, values![hash.to_vec(), micros(now)]).await? == 1)
}

/// Notes a try to log in that failed.
pub async fn insert_login_failure(
    conn: &impl ConnectionTrait,
    account: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    exec(
        conn,
        "INSERT INTO login_failure (account, at) VALUES ($1, $2)",
        values![account.trim().to_lowercase(), micros(at)],
    )
    .await
    .map(drop)
}

/// Tries that failed since this time.
pub async fn count_login_failures(
    conn: &impl ConnectionTrait,
    account: &str,
    since: Timestamp,
) -> Result<u64, StoreError> {
    let found = count(
        conn,
        "SELECT COUNT(*) FROM login_failure WHERE account = $1 AND at >= $2",
        values![account.trim().to_lowercase(), micros(since)],
    )
    .await?;
    Ok(u64::try_from(found).unwrap_or(0))
}

/// Forgets the tries of an account that has logged in.
pub async fn clear_login_failures(
    conn: &impl ConnectionTrait,
    account: &str,
) -> Result<(), StoreError> {
    exec(
        conn,
        "DELETE FROM login_failure WHERE account = $1",
        values![account.trim().to_lowercase()],
    )
    .await
    .map(drop)
}

/// A bearer token of the REST API.
#[derive(Debug, Clone)]
pub struct ApiTokenRow {
    /// Id.
    pub id: ApiTokenId,
    /// What it is for.
    pub name: String,
    /// Its first letters.
    pub prefix: String,
    /// What it may do.
    pub role: Role,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// When it was last used.
    pub used_at: Option<Timestamp>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// Inserts an API token by its hash.
pub async fn insert_api_token(
    conn: &impl ConnectionTrait,
    token: &ApiTokenRow,
    hash: &[u8],
) -> Result<(), StoreError> {
    let sql = "INSERT INTO api_token (id, name, prefix, hash, role, created_by, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let values = values![
        token.id.0,
        token.name.clone(),
        token.prefix.clone(),
        hash.to_vec(),
        token.role.as_str(),
        token.created_by.clone(),
        micros(token.created_at),
        token.expires_at.map(micros)
    ];
    exec(conn, sql, values).await.map(drop)
}

/// The living API token of this hash.
pub async fn find_api_token(
    conn: &impl ConnectionTrait,
    hash: &[u8],
    now: Timestamp,
) -> Result<Option<ApiTokenRow>, StoreError> {
    let sql = "SELECT * FROM api_token WHERE hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)";
    row(conn, sql, values![hash.to_vec(), micros(now)])
        .await?
        .map(|row| read_token(&row))
        .transpose()
}

/// All API tokens, the newest first.
pub async fn list_api_tokens(conn: &impl ConnectionTrait) -> Result<Vec<ApiTokenRow>, StoreError> {
    rows(
        conn,
        "SELECT * FROM api_token ORDER BY created_at DESC",
        vec![],
    )
    .await?
    .iter()
    .map(read_token)
    .collect()
}

/// Notes the use of an API token.
pub async fn mark_api_token_used(
    conn: &impl ConnectionTrait,
    id: ApiTokenId,
    now: Timestamp,
) -> Result<(), StoreError> {
    exec(
        conn,
        "UPDATE api_token SET used_at = $2 WHERE id = $1",
        values![id.0, micros(now)],
    )
    .await
    .map(drop)
}

/// Revokes an API token.
pub async fn revoke_api_token(
    conn: &impl ConnectionTrait,
    id: ApiTokenId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(exec(
        conn,
        "UPDATE api_token SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL",
        values![id.0, micros(now)],
    )
    .await?
        == 1)
}

fn read(row: &Row) -> Result<UserRow, StoreError> {
    Ok(UserRow {
        id: row.get::<Uuid>("id")?.into(),
        email: row.get("email")?,
        name: row.get("name")?,
        role: row.word("person", "role")?,
        password_hash: row.get("password_hash")?,
        disabled: row.get("disabled")?,
        created_at: row.time("created_at")?,
        seen_at: row.time_opt("seen_at")?,
    })
}

fn read_token(row: &Row) -> Result<ApiTokenRow, StoreError> {
    Ok(ApiTokenRow {
        id: row.get::<Uuid>("id")?.into(),
        name: row.get("name")?,
        prefix: row.get("prefix")?,
        role: row.word("api_token", "role")?,
        created_by: row.get("created_by")?,
        created_at: row.time("created_at")?,
        used_at: row.time_opt("used_at")?,
        expires_at: row.time_opt("expires_at")?,
        revoked_at: row.time_opt("revoked_at")?,
    })
}
