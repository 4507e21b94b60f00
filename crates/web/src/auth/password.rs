//! Passwords: argon2id, a few at a time, so that a flood of log-ins neither fills the memory nor starves the pages.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Semaphore;

/// Shortest password that is taken.
pub const SHORTEST: usize = 12;
/// Longest password that is taken; more would only cost time.
pub const LONGEST: usize = 256;

/// Log-ins that may wait for their turn.
const WAITING: usize = 32;
/// Hashes at a time: each takes 19 MiB and a core.
const AT_ONCE: usize = 2;

/// What an unknown person's password is compared with, so that it costs as much as a known one's.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// More log-ins wait than are let in; try again in two seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many log-ins at this moment")]
pub struct Busy;

/// Why a password was not hashed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Not as long as it must be, or longer than it may be.
    #[error("a password has {SHORTEST} to {LONGEST} characters")]
    Length,
    /// The hash could not be computed: out of memory, or no randomness.
    #[error("the password could not be hashed: {0}")]
    Hash(String),
}

/// The queue in which passwords are hashed and compared.
#[derive(Debug)]
pub(crate) struct Passwords {
    waiting: Arc<Semaphore>,
    at_once: Arc<Semaphore>,
}

impl Passwords {
    pub(crate) fn new() -> Self {
        Self {
            waiting: Arc::new(Semaphore::new(WAITING)),
            at_once: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    async fn turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let place = Arc::clone(&self.waiting)
            .try_acquire_owned()
            .map_err(|_| Busy)?;
        metrics::counter!("ionbridge_password_hashings_total").increment(1);
        let turn = Arc::clone(&self.at_once)
            .acquire_owned()
            .await
            .map_err(|_| Busy)?;
        // The permits go with the work: a caller that went away must not let more of it run at once.
        tokio::task::spawn_blocking(move || {
            let result = work();
            drop((place, turn));
            result
        })
        .await
        .map_err(|_| Busy)
    }

    /// Whether the password is the one of this hash; without a hash, takes as long and says no.
    pub(crate) async fn verify(
        &self,
        password: SecretString,
        hash: Option<String>,
    ) -> Result<bool, Busy> {
        self.turn(move || {
            let known = hash.is_some();
            let text = hash.unwrap_or_else(|| NOBODY.to_owned());
            let right = PasswordHash::new(&text).is_ok_and(|hash| {
                hasher()
                    .verify_password(password.expose_secret().as_bytes(), &hash)
                    .is_ok()
            });
            known && right
        })
        .await
    }

    /// The hash of a new password.
    pub(crate) async fn hash(
        &self,
        password: SecretString,
    ) -> Result<Result<String, PasswordError>, Busy> {
        self.turn(move || hash(&password)).await
    }
}

fn hasher() -> Argon2<'static> {
    Argon2::new(
        Algorithm::Argon2id,
        Version::V0x13,
        Params::new(19_456, 2, 1, None).unwrap_or_default(),
    )
}

/// The hash of a new password, as it is stored. Blocks for some ten milliseconds.
pub fn hash(password: &SecretString) -> Result<String, PasswordError> {
    let length = password.expose_secret().chars().count();
    if !(SHORTEST..=LONGEST).contains(&length) {
        return Err(PasswordError::Length);
    }
    hasher()
        .hash_password(password.expose_secret().as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| PasswordError::Hash(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn knows_the_right_password_and_nobody_else() {
        let passwords = Passwords::new();
        let right = SecretString::from("correct horse battery");
        let stored = passwords.hash(right.clone()).await.unwrap().unwrap();
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );
        assert!(passwords.verify(right, Some(stored.clone())).await.unwrap());
        let wrong = SecretString::from("correct horse batterz");
        assert!(!passwords.verify(wrong.clone(), Some(stored)).await.unwrap());
        assert!(!passwords.verify(wrong, None).await.unwrap());
    }

    #[test]
    fn the_hash_of_nobody_is_read_and_costs_the_same() {
        let nobody = PasswordHash::new(NOBODY).unwrap();
        assert_eq!(nobody.params.get("m").unwrap().as_str(), "19456");
        assert_eq!(nobody.params.get("t").unwrap().as_str(), "2");
        assert!(nobody.hash.is_some());
    }

    #[test]
    fn short_and_endless_passwords_are_refused() {
        assert_eq!(
            hash(&SecretString::from("elevenchars")),
            Err(PasswordError::Length)
        );
        assert_eq!(
            hash(&SecretString::from("x".repeat(257))),
            Err(PasswordError::Length)
        );
    }

    #[tokio::test]
    async fn a_flood_is_turned_away() {
        let passwords = Passwords::new();
        let all = Arc::clone(&passwords.waiting)
            .acquire_many_owned(u32::try_from(WAITING).unwrap())
            .await
            .unwrap();
        assert_eq!(
            passwords.verify(SecretString::from("any"), None).await,
            Err(Busy)
        );
        drop(all);
        assert!(
            !passwords
                .verify(SecretString::from("any"), None)
                .await
                .unwrap()
        );
    }
}
