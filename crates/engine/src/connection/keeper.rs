//! The token keeper: a short-lived child of the same binary that makes one exchange and writes the journal.
//!
//! It has its own process session and needs neither database nor parent, so that killing, upgrading or crashing the server in the
//! middle of a refresh loses nothing. It reads its order from standard input, and holds the attempt's lock as its standard output:
//! while it lives, nobody can take that lock, whatever became of the parent.

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use domain::{AttemptId, Clock, SystemClock};
use ion_client::oauth::{ExchangeError, OAuth};
use rules::tokens::pace::START_WITHIN;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use store::seal::JournalSealer;
use tokio::io::AsyncWriteExt;

use super::journal::{Exchange, Journal, JournalError};
use crate::settings::IonSettings;

/// What a keeper needs of its parent's environment: the way to Ion. Nothing else is handed on, since secrets may stand there.
const INHERITED: [&str; 10] = [
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "NO_PROXY",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    crate::kill_point::VARIABLE,
];

/// How to start the child: the program and the arguments before its order.
#[derive(Debug, Clone)]
pub struct KeeperCommand {
    /// The binary, normally this one.
    pub program: PathBuf,
    /// Its arguments, normally `token-keeper`.
    pub args: Vec<String>,
}

/// Why an exchange could not be handed to a keeper, or a keeper could not do it.
#[derive(Debug, thiserror::Error)]
pub enum KeeperError {
    /// The child did not start: nothing was sent.
    #[error("the token keeper {} did not start", program.display())]
    Start {
        /// The binary.
        program: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The attempt's lock.
    #[error("the lock of a token exchange, {}, cannot be taken", path.display())]
    Lock {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The order on standard input is not one.
    #[error("the token keeper was given no readable order")]
    Order(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The journal.
    #[error("the token keeper could not write its journal")]
    Journal(#[from] JournalError),
}

/// What the parent writes to the child's standard input.
#[derive(Serialize, Deserialize)]
struct Order {
    exchange: Exchange,
    journal: PathBuf,
    journal_key: String,
    ion: IonSettings,
    refresh_token: String,
    /// Time since this machine started, after which the request is not started any more.
    start_before: Duration,
}

/// The lock that is held while an exchange may still be under way, by its parent and its keeper.
#[derive(Debug)]
pub(super) struct AttemptLock {
    file: File,
    path: PathBuf,
    /// A keeper that was stopped and goes on after others gave it up must not post: the token may have been presented meanwhile.
    start_before: Duration,
}

impl AttemptLock {
    /// Takes the lock of an attempt, or `None` where its keeper (or its parent) still lives.
    pub(super) fn try_take(
        data_dir: &Path,
        attempt: AttemptId,
    ) -> Result<Option<Self>, KeeperError> {
        let folder = data_dir.join("token-exchanges");
        let path = folder.join(attempt.to_string());
        let failed = |source| KeeperError::Lock {
            path: path.clone(),
            source,
        };
        std::fs::create_dir_all(&folder).map_err(failed)?;
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self {
                file,
                path,
                start_before: uptime() + START_WITHIN,
            })),
            Err(std::fs::TryLockError::WouldBlock) => Ok(None),
            Err(std::fs::TryLockError::Error(source)) => Err(failed(source)),
        }
    }

    /// Forgets the attempt: its outcome is in the store.
    pub(super) fn settle(self) {
        // A file that stays behind only costs a directory entry.
        drop(std::fs::remove_file(&self.path));
    }
}

/// Whether an exchange of this data directory is still under way.
pub(super) fn any_under_way(data_dir: &Path) -> Result<bool, KeeperError> {
    let Ok(entries) = std::fs::read_dir(data_dir.join("token-exchanges")) else {
        return Ok(false);
    };
    for entry in entries.flatten() {
        let Some(attempt) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        if AttemptLock::try_take(data_dir, attempt)?.is_none() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Starts a keeper for one exchange and waits until it has ended. The journal then says what happened.
///
/// The child is never killed: dropping this future leaves it running.
pub(super) async fn exchange(
    command: &KeeperCommand,
    ion: &IonSettings,
    journal: &Journal,
    journal_key: &[u8],
    exchange: Exchange,
    refresh_token: &SecretString,
    lock: &AttemptLock,
) -> Result<(), KeeperError> {
    let held = lock.file.try_clone().map_err(|source| KeeperError::Lock {
        path: lock.path.clone(),
        source,
    })?;
    let start = |source| KeeperError::Start {
        program: command.program.clone(),
        source,
    };
    let mut child = tokio::process::Command::new(&command.program)
        .args(&command.args)
        .env_clear()
        .envs(
            std::env::vars_os()
                .filter(|(name, _)| name.to_str().is_some_and(|name| INHERITED.contains(&name))),
        )
        .stdin(Stdio::piped())
        .stdout(Stdio::from(held))
        .stderr(Stdio::null())
        .kill_on_drop(false)
        .spawn()
        .map_err(start)?;
    let order = Order {
        exchange,
        journal: journal.path().to_owned(),
        journal_key: BASE64.encode(journal_key),
        ion: ion.clone(),
        refresh_token: refresh_token.expose_secret().to_owned(),
        start_before: lock.start_before,
    };
    let text = zeroize::Zeroizing::new(
        serde_json::to_vec(&order).map_err(|error| KeeperError::Order(error.into()))?,
    );
    if let Some(mut stdin) = child.stdin.take() {
        // A child that is gone already shows in the journal: it sent nothing.
        drop(stdin.write_all(&text).await);
        drop(stdin.shutdown().await);
    }
    child.wait().await.map_err(start)?;
    Ok(())
}

/// The child's whole life: reads its order, makes the exchange, writes the journal.
///
/// Body of the hidden subcommand `token-keeper`. Writes nothing but the journal, since its standard output is a lock.
pub fn main(mut stdin: impl Read) -> Result<(), KeeperError> {
    // Its own session: a signal to the server's terminal or process group is not for us.
    let _ = rustix::process::setsid();
    // No core dump may hold a token; a kernel that cannot do this is no reason to fail.
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
    // The kernel should take another process first when memory ends; needs a privilege that we may not have.
    drop(std::fs::write("/proc/self/oom_score_adj", "-900"));

    let mut text = zeroize::Zeroizing::new(Vec::new());
    stdin
        .read_to_end(&mut text)
        .map_err(|error| KeeperError::Order(error.into()))?;
    let order: Order =
        serde_json::from_slice(&text).map_err(|error| KeeperError::Order(error.into()))?;
    let key = zeroize::Zeroizing::new(
        BASE64
            .decode(&order.journal_key)
            .map_err(|error| KeeperError::Order(error.into()))?,
    );
    let sealer = JournalSealer::from_key(&key).map_err(|error| KeeperError::Order(error.into()))?;
    let journal = Journal::at(order.journal.clone(), sealer);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| KeeperError::Order(error.into()))?;
    runtime.block_on(async {
        ignore_termination();
        post(&order, &journal).await
    })
}

async fn post(order: &Order, journal: &Journal) -> Result<(), KeeperError> {
    let clock = SystemClock::new();
    let token = SecretString::from(order.refresh_token.clone());
    let oauth = match order.ion.oauth() {
        Ok(oauth) => oauth,
        Err(error) => {
            return Ok(journal.not_sent(order.exchange, &error.to_string(), clock.now())?);
        }
    };
    crate::kill_point::reached("token.before-sending-record");
    if let Err(error) = journal.sending(order.exchange, clock.now()) {
        // Best effort: a journal that cannot be written proves by its silence that nothing was sent.
        drop(journal.not_sent(order.exchange, &error.to_string(), clock.now()));
        return Err(error.into());
    }
    crate::kill_point::reached("token.before-post");
    if uptime() > order.start_before {
        return Ok(journal.not_sent(
            order.exchange,
            "this process was stopped for too long before the request",
            clock.now(),
        )?);
    }
    answer(order, journal, &oauth, &token, &clock).await
}

async fn answer(
    order: &Order,
    journal: &Journal,
    oauth: &OAuth,
    token: &SecretString,
    clock: &SystemClock,
) -> Result<(), KeeperError> {
    let outcome = oauth
        .refresh(token, Duration::from_secs(order.ion.token_timeout_s))
        .await;
    crate::kill_point::reached("token.before-reply-record");
    match outcome {
        Ok(reply) => journal.reply(order.exchange, reply.status, &reply.body, clock.now())?,
        Err(ExchangeError::NotSent(source)) => {
            journal.not_sent(order.exchange, &chain(&source), clock.now())?
        }
        Err(ExchangeError::Ambiguous(source)) => {
            journal.lost(order.exchange, &chain(&source), clock.now())?
        }
    }
    crate::kill_point::reached("token.after-reply-record");
    Ok(())
}

/// A stop of the service sends every process of it a SIGTERM; the exchange is finished all the same.
fn ignore_termination() {
    use tokio::signal::unix::{SignalKind, signal};
    for kind in [
        SignalKind::terminate(),
        SignalKind::interrupt(),
        SignalKind::hangup(),
    ] {
        // Once a stream exists, the signal does not end the process any more; nobody needs to read it.
        drop(signal(kind));
    }
}

/// Time since this machine started: the same for all of its processes, and steps with no clock. Zero where it is not known.
fn uptime() -> Duration {
    let text = std::fs::read_to_string("/proc/uptime").unwrap_or_default();
    let seconds = text
        .split_whitespace()
        .next()
        .and_then(|text| text.parse().ok())
        .unwrap_or(0.0);
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        source = inner.source();
    }
    text
}
