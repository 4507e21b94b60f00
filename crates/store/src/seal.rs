//! Secrets at rest: XChaCha20-Poly1305, bound to where they stand, under a key that never lies in the database.
//!
//! A sealed value is `version, key id, nonce, ciphertext`. What it is bound to (table, row, column, generation) is authenticated but
//! not stored: a value that was moved, swapped or replayed from an older generation does not open.

use std::fmt;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use rand::Rng as _;
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use zeroize::Zeroizing;

const VERSION: u8 = 1;
const NONCE: usize = 24;
const HEADER: usize = 1 + 4 + NONCE;

/// Why a value cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The key file cannot be used.
    #[error("the key file {} cannot be {what}", path.display())]
    File {
        /// What was tried.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The key is not 32 bytes in base64.
    #[error("the key is not 32 bytes written in base64")]
    BadKey,
    /// The value was sealed with a key that is not here.
    #[error("it was sealed with key {0}, which is not the key in use; put that key back")]
    OtherKey(String),
    /// The value was changed, moved, or is none.
    #[error("it was changed after it was sealed, or stands in another place")]
    Tampered,
}

/// The key from which all others are made. Several may be in use while values are moved to the newest.
pub struct MasterKey {
    keys: Vec<Zeroizing<[u8; 32]>>,
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({} keys)", self.keys.len())
    }
}

impl MasterKey {
    /// Keys in base64, one a line, the newest first; `#` starts a comment.
    pub fn from_text(text: &SecretString) -> Result<Self, SealError> {
        let keys = text
            .expose_secret()
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(|line| {
                let bytes = Zeroizing::new(BASE64.decode(line).map_err(|_| SealError::BadKey)?);
                Ok(Zeroizing::new(
                    <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| SealError::BadKey)?,
                ))
            })
            .collect::<Result<Vec<_>, SealError>>()?;
        if keys.is_empty() {
            return Err(SealError::BadKey);
        }
        Ok(Self { keys })
    }

    /// The keys of a file.
    pub fn from_file(path: &Path) -> Result<Self, SealError> {
        let text = std::fs::read_to_string(path).map_err(|source| SealError::File {
            what: "read",
            path: path.to_owned(),
            source,
        })?;
        Self::from_text(&text.into())
    }

    /// Makes a key and writes it to a new file that only its owner may read.
    pub fn generate_file(path: &Path) -> Result<Self, SealError> {
        let failed = |source| SealError::File {
            what: "written",
            path: path.to_owned(),
            source,
        };
        let key = Self::generate();
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .map_err(failed)?;
        file.write_all(key.as_text().expose_secret().as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(failed)?;
        Ok(key)
    }

    /// A new random key.
    pub fn generate() -> Self {
        let mut key = Zeroizing::new([0; 32]);
        rand::rng().fill_bytes(key.as_mut());
        Self { keys: vec![key] }
    }

    /// This key with a new one before it, for a rotation.
    #[must_use]
    pub fn rotated(mut self) -> Self {
        self.keys.splice(0..0, Self::generate().keys);
        self
    }

    /// The text of a key file.
    pub fn as_text(&self) -> SecretString {
        self.keys
            .iter()
            .map(|key| BASE64.encode(key.as_slice()) + "\n")
            .collect::<String>()
            .into()
    }
}

/// Where a sealed value stands. It opens nowhere else.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Table and column.
    pub column: &'a str,
    /// Row.
    pub row: &'a str,
    /// Generation, 0 where there is none.
    pub generation: u64,
}

impl Place<'_> {
    fn bytes(&self) -> Vec<u8> {
        format!("{}\u{1f}{}\u{1f}{}", self.column, self.row, self.generation).into_bytes()
    }
}

/// Opens and closes secrets. Cheap to clone.
#[derive(Clone)]
pub struct Sealer {
    keys: std::sync::Arc<Vec<Keys>>,
}

struct Keys {
    id: [u8; 4],
    seal: Zeroizing<[u8; 32]>,
    fingerprint: Zeroizing<[u8; 32]>,
    journal: Zeroizing<[u8; 32]>,
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealer(key {})", self.key_id())
    }
}

impl Sealer {
    /// A sealer of these keys; the first one seals, all of them open.
    pub fn new(master: &MasterKey) -> Self {
        let keys = master
            .keys
            .iter()
            .map(|key| {
                let id = derive(key, b"id");
                Keys {
                    id: [id[0], id[1], id[2], id[3]],
                    seal: derive(key, b"seal"),
                    fingerprint: derive(key, b"fingerprint"),
                    journal: derive(key, b"journal"),
                }
            })
            .collect();
        Self {
            keys: std::sync::Arc::new(keys),
        }
    }

    /// Short name of the key that seals; says nothing of the key.
    pub fn key_id(&self) -> String {
        hex(&self.keys[0].id)
    }

    /// Seals a secret for one place.
    pub fn seal(&self, place: Place<'_>, secret: &SecretString) -> Result<Vec<u8>, SealError> {
        seal(
            &self.keys[0].seal,
            self.keys[0].id,
            &place.bytes(),
            secret.expose_secret().as_bytes(),
        )
    }

    /// Opens a secret that was sealed for this place.
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<SecretString, SealError> {
        let id: [u8; 4] = sealed
            .get(1..5)
            .and_then(|id| id.try_into().ok())
            .ok_or(SealError::Tampered)?;
        let keys = self
            .keys
            .iter()
            .find(|keys| keys.id == id)
            .ok_or_else(|| SealError::OtherKey(hex(&id)))?;
        let text = open(&keys.seal, &place.bytes(), sealed)?;
        String::from_utf8(text.to_vec())
            .map(SecretString::from)
            .map_err(|_| SealError::Tampered)
    }

    /// A keyed hash of a secret, by which the same one is recognised.
    pub fn fingerprint(&self, secret: &SecretString) -> Vec<u8> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.keys[0].fingerprint.as_slice())
            .expect("a key of any length will do");
        mac.update(secret.expose_secret().as_bytes());
        mac.finalize().into_bytes().to_vec()
    }

    /// The key of the token journal, handed to the keeper. It opens nothing else.
    pub fn journal_key(&self) -> Zeroizing<[u8; 32]> {
        self.keys[0].journal.clone()
    }

    /// Seals and opens records of the token journal, also those of older keys.
    pub fn journal(&self) -> JournalSealer {
        JournalSealer {
            keys: self.keys.iter().map(|keys| keys.journal.clone()).collect(),
        }
    }
}

/// Seals and opens records of the token journal.
pub struct JournalSealer {
    keys: Vec<Zeroizing<[u8; 32]>>,
}

impl fmt::Debug for JournalSealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JournalSealer")
    }
}

impl JournalSealer {
    /// A sealer of one key, as [`Sealer::journal_key`] gave it.
    pub fn from_key(key: &[u8]) -> Result<Self, SealError> {
        Ok(Self {
            keys: vec![Zeroizing::new(
                key.try_into().map_err(|_| SealError::BadKey)?,
            )],
        })
    }

    /// Seals bytes, bound to a text.
    pub fn seal(&self, binding: &str, bytes: &[u8]) -> Result<Vec<u8>, SealError> {
        seal(&self.keys[0], [0; 4], binding.as_bytes(), bytes)
    }

    /// Opens bytes that were bound to this text.
    pub fn open(&self, binding: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        self.keys
            .iter()
            .find_map(|key| open(key, binding.as_bytes(), sealed).ok())
            .ok_or(SealError::Tampered)
    }
}

fn derive(key: &Zeroizing<[u8; 32]>, purpose: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut out = Zeroizing::new([0; 32]);
    hkdf::Hkdf::<Sha256>::new(Some(b"ionbridge"), key.as_slice())
        .expand(purpose, out.as_mut())
        .expect("32 bytes are a fit length for SHA-256");
    out
}

fn seal(
    key: &Zeroizing<[u8; 32]>,
    id: [u8; 4],
    binding: &[u8],
    bytes: &[u8],
) -> Result<Vec<u8>, SealError> {
    let mut nonce = [0; NONCE];
    rand::rng().fill_bytes(&mut nonce);
    let cipher =
        XChaCha20Poly1305::new_from_slice(key.as_slice()).map_err(|_| SealError::BadKey)?;
    let sealed = cipher
        .encrypt(
            &XNonce::from(nonce),
            Payload {
                msg: bytes,
                aad: binding,
            },
        )
        .map_err(|_| SealError::Tampered)?;
    Ok([&[VERSION][..], &id, &nonce, &sealed].concat())
}

fn open(
    key: &Zeroizing<[u8; 32]>,
    binding: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    if sealed.len() < HEADER || sealed[0] != VERSION {
        return Err(SealError::Tampered);
    }
    let nonce: [u8; NONCE] = sealed[5..HEADER]
        .try_into()
        .map_err(|_| SealError::Tampered)?;
    let cipher =
        XChaCha20Poly1305::new_from_slice(key.as_slice()).map_err(|_| SealError::BadKey)?;
    cipher
        .decrypt(
            &XNonce::from(nonce),
            Payload {
                msg: &sealed[HEADER..],
                aad: binding,
            },
        )
        .map(Zeroizing::new)
        .map_err(|_| SealError::Tampered)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use rand::{Rng as _, RngExt as _};

    use super::*;

    const PLACE: Place<'static> = Place {
        column: "connection_token.refresh",
        row: "r1",
        generation: 3,
    };

    #[test]
    fn opens_only_where_it_was_sealed() {
        let sealer = Sealer::new(&MasterKey::generate());
        let sealed = sealer.seal(PLACE, &"secret".into()).unwrap();
        assert_eq!(
            sealer.open(PLACE, &sealed).unwrap().expose_secret(),
            "secret"
        );
        for other in [
            Place {
                generation: 4,
                ..PLACE
            },
            Place { row: "r2", ..PLACE },
            Place {
                column: "connection_token.access",
                ..PLACE
            },
        ] {
            assert!(matches!(
                sealer.open(other, &sealed),
                Err(SealError::Tampered)
            ));
        }
        assert!(matches!(
            Sealer::new(&MasterKey::generate()).open(PLACE, &sealed),
            Err(SealError::OtherKey(_))
        ));
    }

    #[test]
    fn a_thousand_mutations_are_refused() {
        let sealer = Sealer::new(&MasterKey::generate());
        let sealed = sealer.seal(PLACE, &"another secret".into()).unwrap();
        let mut random = rand::rng();
        for _ in 0..1000 {
            let mut changed = sealed.clone();
            let at = random.random_range(0..changed.len());
            changed[at] ^= 1 << (random.next_u32() % 8);
            assert!(sealer.open(PLACE, &changed).is_err());
        }
        assert!(sealer.open(PLACE, &sealed[..10]).is_err());
    }

    #[test]
    fn a_rotated_key_opens_what_the_old_one_sealed() {
        let old = MasterKey::generate();
        let sealed = Sealer::new(&old).seal(PLACE, &"secret".into()).unwrap();
        let rotated = old.rotated();
        let text = rotated.as_text();
        let sealer = Sealer::new(&MasterKey::from_text(&text).unwrap());
        assert_eq!(
            sealer.open(PLACE, &sealed).unwrap().expose_secret(),
            "secret"
        );
        assert!(MasterKey::from_text(&"nonsense".into()).is_err());
    }
}
