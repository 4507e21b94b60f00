//! The first start: a link that makes the first admin, once.

use std::time::Duration;

use domain::access::Role;
use domain::{Clock, IdGen, UserId};
use secrecy::{ExposeSecret as _, SecretString};
use store::audit::{self, Actor, Via};
use store::users::UserRow;
use store::{Store, StoreError, users};

use crate::auth::{hash_of, random_secret};

/// How long a link is good.
pub const LINK_LIFE: Duration = Duration::from_hours(24);

/// Makes a link where nobody exists yet, and gives its path with the secret in the fragment: `/setup#...`. An older link ends.
///
/// Print it to a terminal or put it into a file of mode 0600, never into a log.
pub async fn new_link(
    store: &Store,
    clock: &dyn Clock,
) -> Result<Option<SecretString>, StoreError> {
    if users::count_all(store.read()).await? > 0 {
        return Ok(None);
    }
    let secret = random_secret();
    let tx = store.begin().await?;
    users::insert_setup_link(&tx, &hash_of(&secret), clock.now() + LINK_LIFE).await?;
    tx.commit().await?;
    Ok(Some(SecretString::from(format!("/setup#{secret}"))))
}

/// Who the first admin is.
#[derive(Debug)]
pub(crate) struct FirstAdmin {
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) password_hash: String,
}

/// Uses the link up and makes the first admin, in one transaction. `None` where the link is not good.
pub(crate) async fn use_link(
    store: &Store,
    clock: &dyn Clock,
    ids: &dyn IdGen,
    secret: &SecretString,
    admin: FirstAdmin,
) -> Result<Option<UserRow>, StoreError> {
    let tx = store.begin().await?;
    let now = clock.now();
    if !users::use_setup_link(&tx, &hash_of(secret.expose_secret()), now).await? {
        return Ok(None);
    }
    let user = UserRow {
        id: UserId::new(ids),
        email: admin.email,
        name: admin.name,
        role: Role::Admin,
        password_hash: admin.password_hash,
        disabled: false,
        created_at: now,
        seen_at: None,
    };
    users::insert(&tx, &user).await?;
    let actor = Actor {
        name: user.email.clone(),
        via: Via::Browser,
    };
    audit::append(
        &tx,
        clock,
        &actor,
        "user.create",
        &user.email,
        "the first admin, by the link of the first start",
    )
    .await?;
    tx.commit().await?;
    Ok(Some(user))
}
