//! Who asks: passwords, sessions, API tokens, and the first start.

pub(crate) mod caller;
pub(crate) mod cookie;
pub(crate) mod forgery;
pub(crate) mod form;
pub mod password;
pub(crate) mod people;
pub(crate) mod session;
pub mod setup;
pub(crate) mod throttle;
pub mod token;

pub(crate) use caller::{Caller, Person, Who};
pub(crate) use form::{ProtectedForm, ProtectedUpload};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rand::Rng as _;
use sha2::{Digest as _, Sha256};

/// A secret of 256 random bits, as text that fits URLs, headers and cookies.
pub(crate) fn random_secret() -> String {
    let mut bytes = [0_u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// What is stored in place of a random secret. Its 256 bits need no slow hash.
pub(crate) fn hash_of(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}
