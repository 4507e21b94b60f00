//! The token journal: a sealed, append-only file in the data directory of the server that posts.
//!
//! The keeper writes it without any database: first *sending*, made durable before a byte of the request can leave, then what came of
//! it, made durable before anything reads the reply. So the journal of a dead keeper proves what happened: no *sending* record means
//! that nothing was sent; a *reply* record holds the only live pair.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use domain::{AttemptId, ConnectionId};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use store::seal::JournalSealer;

/// Bytes kept free for the record of the reply before a token is spent.
const RESERVED: u64 = 16 * 1024;

/// Above this size the journal is rewritten at start without the records that the store has.
const COMPACT_ABOVE: u64 = 256 * 1024;

/// One exchange, as the journal names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// The attempt of the store.
    pub attempt: AttemptId,
    /// The connection.
    pub connection: ConnectionId,
    /// Generation of the pair whose refresh token is presented.
    pub generation: u64,
}

/// What the journal says of an exchange whose keeper has ended.
#[derive(Debug)]
pub enum Finding {
    /// Proven: no byte of the request left. The text says why, where the keeper could still say it.
    NotSent(String),
    /// A reply came.
    Reply {
        /// HTTP status.
        status: u16,
        /// Body as received.
        body: SecretString,
        /// When it came.
        at: Timestamp,
    },
    /// The request may have reached Ion, and no reply is here.
    Lost(String),
}

/// Why the journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file or its folder.
    #[error("the token journal {} cannot be {what}", path.display())]
    File {
        /// What was tried.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A sealed reply does not open: another key, or a changed file.
    #[error("a record of the token journal does not open with this key")]
    Sealed(#[source] store::seal::SealError),
}

#[derive(Debug, Serialize, Deserialize)]
struct Line {
    #[serde(flatten)]
    exchange: Exchange,
    at: Timestamp,
    #[serde(flatten)]
    event: Event,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Event {
    Sending,
    NotSent { detail: String },
    Reply { status: u16, sealed: String },
    Lost { detail: String },
}

/// The journal of one data directory.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    sealer: JournalSealer,
}

impl Journal {
    /// The journal of this data directory. Opens nothing yet.
    pub fn new(data_dir: &Path, sealer: JournalSealer) -> Self {
        Self::at(data_dir.join("token-journal"), sealer)
    }

    /// The journal in this file.
    pub fn at(path: PathBuf, sealer: JournalSealer) -> Self {
        Self { path, sealer }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Records that the request is about to leave, and reserves the room for its reply. Durable when this returns.
    pub fn sending(&self, exchange: Exchange, at: Timestamp) -> Result<(), JournalError> {
        let file = self.append(&Line {
            exchange,
            at,
            event: Event::Sending,
        })?;
        let end = file
            .metadata()
            .map_err(|source| self.file("measured", source))?
            .len();
        // Not every file system can reserve; a full one says so here, before the token is spent.
        match rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::KEEP_SIZE, end, RESERVED) {
            Ok(()) | Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) => Ok(()),
            Err(errno) => Err(self.file("given room for a reply", errno.into())),
        }
    }

    /// Records the reply as it came. Durable when this returns.
    pub fn reply(
        &self,
        exchange: Exchange,
        status: u16,
        body: &SecretString,
        at: Timestamp,
    ) -> Result<(), JournalError> {
        let sealed = self
            .sealer
            .seal(&binding(exchange, status), body.expose_secret().as_bytes())
            .map_err(JournalError::Sealed)?;
        self.append(&Line {
            exchange,
            at,
            event: Event::Reply {
                status,
                sealed: BASE64.encode(sealed),
            },
        })
        .map(drop)
    }

    /// Records that nothing was sent.
    pub fn not_sent(
        &self,
        exchange: Exchange,
        detail: &str,
        at: Timestamp,
    ) -> Result<(), JournalError> {
        self.append(&Line {
            exchange,
            at,
            event: Event::NotSent {
                detail: detail.to_owned(),
            },
        })
        .map(drop)
    }

    /// Records that the outcome is unknown.
    pub fn lost(
        &self,
        exchange: Exchange,
        detail: &str,
        at: Timestamp,
    ) -> Result<(), JournalError> {
        self.append(&Line {
            exchange,
            at,
            event: Event::Lost {
                detail: detail.to_owned(),
            },
        })
        .map(drop)
    }

    /// What became of an exchange whose keeper has ended. A reply wins over any other record.
    pub fn finding(&self, attempt: AttemptId) -> Result<Finding, JournalError> {
        let mut finding =
            Finding::NotSent("the process ended before the request was started".to_owned());
        for line in self
            .lines()?
            .into_iter()
            .filter(|line| line.exchange.attempt == attempt)
        {
            match line.event {
                Event::Sending => {
                    finding = Finding::Lost("the process ended before Ion answered".to_owned())
                }
                Event::NotSent { detail } => finding = Finding::NotSent(detail),
                Event::Lost { detail } => finding = Finding::Lost(detail),
                Event::Reply { status, sealed } => {
                    let sealed = BASE64.decode(sealed).unwrap_or_default();
                    let body = self
                        .sealer
                        .open(&binding(line.exchange, status), &sealed)
                        .map_err(JournalError::Sealed)?;
                    return Ok(Finding::Reply {
                        status,
                        body: String::from_utf8_lossy(&body).into_owned().into(),
                        at: line.at,
                    });
                }
            }
        }
        Ok(finding)
    }

    /// Every exchange that the journal knows, the oldest first, each once.
    pub fn exchanges(&self) -> Result<Vec<Exchange>, JournalError> {
        let mut seen = Vec::new();
        for line in self.lines()? {
            if !seen.contains(&line.exchange) {
                seen.push(line.exchange);
            }
        }
        Ok(seen)
    }

    /// Rewrites a large journal without the exchanges that `settled` knows to be in the store.
    pub fn compact(&self, settled: impl Fn(AttemptId) -> bool) -> Result<(), JournalError> {
        let Some(mut file) = self.open_locked(false)? else {
            return Ok(());
        };
        if file
            .metadata()
            .map_err(|source| self.file("measured", source))?
            .len()
            < COMPACT_ABOVE
        {
            return Ok(());
        }
        let kept: String = read_lines(&mut file)
            .map_err(|source| self.file("read", source))?
            .into_iter()
            .filter(|(_, line)| !settled(line.exchange.attempt))
            .map(|(text, _)| text + "\n")
            .collect();
        // The same file is kept, so that a keeper which has it open goes on writing to the journal that is read.
        file.set_len(0)
            .and_then(|()| file.write_all(kept.as_bytes()))
            .and_then(|()| file.sync_data())
            .map_err(|source| self.file("rewritten", source))
    }

    fn lines(&self) -> Result<Vec<Line>, JournalError> {
        let Some(mut file) = self.open_locked(false)? else {
            return Ok(Vec::new());
        };
        Ok(read_lines(&mut file)
            .map_err(|source| self.file("read", source))?
            .into_iter()
            .map(|(_, line)| line)
            .collect())
    }

    fn append(&self, line: &Line) -> Result<File, JournalError> {
        let Some(mut file) = self.open_locked(true)? else {
            return Err(self.file("opened", std::io::ErrorKind::NotFound.into()));
        };
        let mut text =
            serde_json::to_string(line).map_err(|error| self.file("written", error.into()))?;
        text.push('\n');
        if ends_torn(&mut file).map_err(|source| self.file("read", source))? {
            text.insert(0, '\n');
        }
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_data())
            .map_err(|source| self.file("written", source))?;
        Ok(file)
    }

    /// The file under an exclusive lock, which ends with the handle. `None` where it is not there and must not be made.
    fn open_locked(&self, create: bool) -> Result<Option<File>, JournalError> {
        let fresh = create && !self.path.exists();
        let file = match OpenOptions::new()
            .read(true)
            .append(true)
            .create(create)
            .mode(0o600)
            .open(&self.path)
        {
            Ok(file) => file,
            Err(error) if !create && error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(None);
            }
            Err(source) => return Err(self.file("opened", source)),
        };
        file.lock().map_err(|source| self.file("locked", source))?;
        if fresh {
            // A new file is only durable once its folder is.
            let folder = self.path.parent().unwrap_or(Path::new("."));
            File::open(folder)
                .and_then(|folder| folder.sync_all())
                .map_err(|source| self.file("made durable", source))?;
        }
        Ok(Some(file))
    }

    fn file(&self, what: &'static str, source: std::io::Error) -> JournalError {
        JournalError::File {
            what,
            path: self.path.clone(),
            source,
        }
    }
}

/// Readable lines with their text; a torn last line of a killed process is passed over.
fn read_lines(file: &mut File) -> std::io::Result<Vec<(String, Line)>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes)
        .lines()
        .filter_map(|text| {
            serde_json::from_str(text)
                .ok()
                .map(|line| (text.to_owned(), line))
        })
        .collect())
}

fn ends_torn(file: &mut File) -> std::io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

fn binding(exchange: Exchange, status: u16) -> String {
    format!(
        "token-journal/{}/{}/{}/{status}",
        exchange.connection, exchange.generation, exchange.attempt
    )
}
