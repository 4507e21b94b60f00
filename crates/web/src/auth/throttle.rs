//! Guessing passwords: ten tries for an account in fifteen minutes, from wherever they come.

use std::time::Duration;

use jiff::Timestamp;
use store::{Store, StoreError, users};

/// Tries that may fail.
pub(crate) const TRIES: u64 = 10;
/// In this time.
pub(crate) const WINDOW: Duration = Duration::from_mins(15);

/// Takes one try of an account. False where none is left; then the password is not even looked at.
///
/// The try is noted before the password is compared, so that many at once cannot pass together. Addresses play no part: an
/// attacker has many, and a proxy shows one for all.
pub(crate) async fn take_try(
    store: &Store,
    account: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let since = now - WINDOW;
    if users::count_login_failures(store.read(), account, since).await? >= TRIES {
        return Ok(false);
    }
    let tx = store.begin().await?;
    users::insert_login_failure(&tx, account, now).await?;
    tx.commit().await?;
    Ok(users::count_login_failures(store.read(), account, since).await? <= TRIES)
}
