//! One journalled exchange of a refresh token.
//!
//! 1. The attempt's lock and the lease are taken, *refresh started* is committed: the store can be written, so a token may be spent.
//! 2. A token keeper posts, and writes the journal. It needs nobody of us.
//! 3. What the journal says is carried into the store. The lease guards starting, never saving: a late reply may be the only live pair.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::connection::ConnectionStatus;
use domain::notice::NoticeKind;
use domain::{AttemptId, ConnectionId};
use ion_client::AccessToken;
use ion_client::oauth::{TokenReply, Validation, parse_reply};
use jiff::Timestamp;
use rand::RngExt as _;
use rules::tokens::settle::{may_start, settle};
use rules::tokens::state::may_be_asked_for;
use rules::tokens::{
    Attempt, Exchange, Login, Observation, Settled, Sight, Why, observe, should_look_at_old, tells,
    warning_due,
};
use store::Tx;
use store::connections::ConnectionRow;
use store::tokens::{AttemptRow, NewAttempt, TokenPair};

use super::journal::{Exchange as JournalEntry, Finding, Journal};
use super::keeper::{AttemptLock, exchange};
use super::{ConnectionError, keep};
use crate::Engine;
use crate::kill_point;

/// The one refresher of a connection in this process.
pub struct Refresher {
    connection: ConnectionId,
    single: tokio::sync::Mutex<()>,
    cached: Mutex<Option<AccessToken>>,
    sight: Mutex<Sight>,
}

impl fmt::Debug for Refresher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Refresher({})", self.connection)
    }
}

impl Refresher {
    /// The refresher of a connection.
    pub fn new(connection: ConnectionId) -> Self {
        Self {
            connection,
            single: tokio::sync::Mutex::new(()),
            cached: Mutex::new(None),
            sight: Mutex::default(),
        }
    }

    pub(super) fn cached(&self) -> Option<AccessToken> {
        self.cached
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn remember(&self, token: &AccessToken) {
        let mut cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        if cached
            .as_ref()
            .is_none_or(|known| known.serial() < token.serial())
        {
            *cached = Some(token.clone());
        }
    }

    /// How long this process has known the login as it is, by the steady clock.
    pub(super) fn known_for(&self, login: &Login, clock: &dyn domain::Clock) -> Duration {
        self.sight
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .look(login, clock.now(), clock.steady())
    }

    pub(super) fn forget(&self) {
        *self.cached.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// What came of an exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefreshOutcome {
    /// A new pair is in use.
    Saved,
    /// A newer pair exists already.
    Superseded,
    /// Ion refused the refresh token.
    Refused(String),
    /// Ion asked to come later.
    Busy,
    /// Nothing was sent.
    NotSent(String),
    /// The answer was lost.
    Lost(String),
    /// Somebody else is at it.
    Elsewhere,
}

impl fmt::Display for RefreshOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Saved => f.write_str("a new pair is in use"),
            Self::Superseded => f.write_str("a newer pair exists already"),
            Self::Refused(words) => write!(f, "Ion refused the refresh token ({words})"),
            Self::Busy => f.write_str("Ion asks to come later"),
            Self::NotSent(why) => write!(f, "Ion was not reached, nothing was sent ({why})"),
            Self::Lost(why) => write!(f, "Ion's answer was lost ({why})"),
            Self::Elsewhere => f.write_str("another server is refreshing it"),
        }
    }
}

/// How long after the call's own time-out a lease still holds.
const LEASE_SLACK: Duration = Duration::from_secs(60);

impl Engine {
    /// Refreshes now, because a person asked.
    pub async fn refresh_now(
        &self,
        connection: ConnectionId,
        actor: &store::audit::Actor,
    ) -> Result<RefreshOutcome, ConnectionError> {
        let row = self.connection_row(connection).await?;
        if !matches!(
            row.login.status,
            ConnectionStatus::Active | ConnectionStatus::Rechecking
        ) {
            return Err(ConnectionError::Unusable(
                "this login cannot be refreshed now; its state says why".to_owned(),
            ));
        }
        if !may_be_asked_for(&row.login, self.known_for(connection, &row.login)) {
            return Err(ConnectionError::Unusable(
                "it was refreshed only seconds ago; wait half a minute".to_owned(),
            ));
        }
        let tx = self.store().begin().await?;
        store::audit::append(
            &tx,
            &**self.clock(),
            actor,
            "connection.refresh",
            &row.name,
            "asked for",
        )
        .await?;
        tx.commit().await?;
        self.refresh_shared(connection, row.login, Why::Asked).await
    }

    /// How long this process has known a login as it is.
    pub(super) fn known_for(&self, connection: ConnectionId, login: &Login) -> Duration {
        self.refresher(connection).known_for(login, &**self.clock())
    }

    /// Refreshes once for all who ask at the same time. Its caller may go away; the exchange goes on.
    ///
    /// `decided` is the login that the decision was made on. Who had to wait for another exchange, which was refused or lost, does
    /// not present the same token after it: that is another decision.
    pub(crate) async fn refresh_shared(
        &self,
        connection: ConnectionId,
        decided: Login,
        why: Why,
    ) -> Result<RefreshOutcome, ConnectionError> {
        let engine = self.clone();
        let task = self.exchanges().spawn(async move {
            let refresher = engine.refresher(connection);
            let _single = refresher.single.lock().await;
            let row = engine.connection_row(connection).await?;
            if row.login.generation > decided.generation {
                return Ok(RefreshOutcome::Saved);
            }
            if row.login != decided {
                return Ok(RefreshOutcome::Elsewhere);
            }
            engine.exchange_once(&row, why).await
        });
        task.await.unwrap_or_else(|error| {
            Err(ConnectionError::Unusable(format!(
                "the refresh ended early: {error}"
            )))
        })
    }

    /// One exchange of the token of this row's generation. Call it under the refresher's lock.
    pub(super) async fn exchange_once(
        &self,
        row: &ConnectionRow,
        why: Why,
    ) -> Result<RefreshOutcome, ConnectionError> {
        if self.exchanges().is_closed() {
            return Err(ConnectionError::Unusable(
                "the server is stopping; nothing new is started".to_owned(),
            ));
        }
        let generation = row.login.generation;
        let Some(pair) =
            store::tokens::find_pair(self.store().read(), self.sealer(), row.id, generation)
                .await?
        else {
            return Err(ConnectionError::Unusable(
                "the connection has no token".to_owned(),
            ));
        };
        let ion = self.settings().ion.at(&row.base_url);
        let attempt = AttemptId::new(self.ids());
        let Some(lock) = AttemptLock::try_take(&self.settings().data_dir, attempt)? else {
            return Ok(RefreshOutcome::Elsewhere);
        };
        kill_point::reached("token.after-lock");
        let now = self.clock().now();
        let lease_until = now
            .checked_add(Duration::from_secs(ion.token_timeout_s) + LEASE_SLACK)
            .unwrap_or(Timestamp::MAX);
        let new = NewAttempt {
            id: attempt,
            connection: row.id,
            from_generation: generation,
            why: word(why),
            node: self.node()?,
            host: self.settings().host.clone(),
            at: now,
            lease_until,
        };
        let tx = self.store().begin().await?;
        let stored = store::connections::find_locked(self.store(), &tx, row.id).await?;
        if !stored.is_some_and(|stored| may_start(&row.login, &stored.login))
            || !store::tokens::start_attempt(&tx, &new).await?
        {
            drop(tx);
            lock.settle();
            return self.wait_for_other(row.id, generation).await;
        }
        tx.commit().await?;
        kill_point::reached("token.after-start-committed");

        let old_tells = tells(&row.login, self.known_for(row.id, &row.login));
        let entry = JournalEntry {
            attempt,
            connection: row.id,
            generation,
        };
        let journal = self.journal();
        let key = self.sealer().journal_key();
        let posted = exchange(
            &self.settings().keeper,
            &ion,
            &journal,
            key.as_slice(),
            entry,
            &pair.refresh,
            &lock,
        )
        .await;
        kill_point::reached("token.after-keeper");
        if let Err(error) = posted {
            tracing::warn!(error = %error, connection = %row.id, "the token keeper failed");
        }
        let finding = journal.finding(attempt)?;
        let stored = store::tokens::find_attempt(self.store().read(), attempt)
            .await?
            .ok_or(ConnectionError::NotFound)?;
        let outcome = self.resolve(&stored, &finding).await?;
        lock.settle();
        if outcome == RefreshOutcome::Saved {
            self.after_refresh(row.id, Some(&pair).filter(|_| old_tells))
                .await;
        }
        Ok(outcome)
    }

    /// Waits while another process holds the lease, and tells whether it brought a newer pair.
    async fn wait_for_other(
        &self,
        connection: ConnectionId,
        generation: u64,
    ) -> Result<RefreshOutcome, ConnectionError> {
        let deadline = self.clock().steady() + Duration::from_secs(30);
        loop {
            let row = self.connection_row(connection).await?;
            if row.login.generation > generation {
                return Ok(RefreshOutcome::Saved);
            }
            if row.lease_owner.is_none() || self.clock().steady() > deadline {
                return Ok(RefreshOutcome::Elsewhere);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Carries what the journal says of an exchange into the store.
    pub(super) async fn resolve(
        &self,
        attempt: &AttemptRow,
        finding: &Finding,
    ) -> Result<RefreshOutcome, ConnectionError> {
        let now = self.clock().now();
        let (result, pair, outcome) = read(finding, attempt.started_at);
        kill_point::reached("token.before-current");
        let tx = self.store().begin().await?;
        let row = store::connections::find_locked(self.store(), &tx, attempt.connection)
            .await?
            .ok_or(ConnectionError::NotFound)?;
        // As it is now: another server may have settled it since it was read.
        let late = store::tokens::find_attempt(&tx, attempt.id)
            .await?
            .is_none_or(|stored| stored.finished_at.is_some());
        let facts = Attempt {
            from_generation: attempt.from_generation,
            started_at: attempt.started_at,
            settled: late,
        };
        let next = match settle(&row.login, facts, result, row.refresh_expires_at, now) {
            Settled::Changed(next) => next,
            Settled::Known => return Ok(outcome),
            Settled::Superseded => {
                if !late {
                    store::tokens::finish_attempt(
                        &tx,
                        attempt,
                        "superseded",
                        "a newer pair exists",
                        now,
                    )
                    .await?;
                    tx.commit().await?;
                }
                return Ok(RefreshOutcome::Superseded);
            }
        };
        let held = matches!(
            row.login.status,
            ConnectionStatus::NotFinished | ConnectionStatus::Paused
        );
        if let Some(pair) = &pair {
            store::tokens::insert_pair(
                &tx,
                self.sealer(),
                row.id,
                next.generation,
                pair,
                next.refreshed_at,
            )
            .await?;
            store::connections::count_refresh(&tx, row.id).await?;
        }
        store::connections::set_login(&tx, row.id, row.login.generation, &next, now).await?;
        let word = match &outcome {
            RefreshOutcome::Saved if late => "late_saved",
            RefreshOutcome::Saved => "saved",
            RefreshOutcome::Refused(_) => "refused",
            RefreshOutcome::Busy => "busy",
            RefreshOutcome::NotSent(_) => "not_sent",
            _ => "lost",
        };
        store::tokens::finish_attempt(&tx, attempt, word, &outcome.to_string(), now).await?;
        if !held {
            self.tell(&tx, &row, &next).await?;
        }
        tx.commit().await?;
        kill_point::reached("token.after-current");
        self.refresher(row.id).forget();
        self.known_for(row.id, &next);
        tracing::info!(connection = %row.id, generation = next.generation, outcome = word, "token exchange");
        Ok(outcome)
    }

    /// Notices of a change of state, in its transaction.
    pub(super) async fn tell(
        &self,
        tx: &Tx,
        row: &ConnectionRow,
        next: &Login,
    ) -> Result<(), ConnectionError> {
        if row.login.status != next.status {
            keep::notice_of_change(self, tx, row, next).await?;
        }
        Ok(())
    }

    /// What follows a refresh: how long the new credential lives, and now and then whether the old access token still does.
    pub(super) async fn after_refresh(&self, connection: ConnectionId, old: Option<&TokenPair>) {
        if let Err(error) = self.look_at_lives(connection, old).await {
            tracing::info!(error = %error, connection = %connection, "the lives of the tokens could not be asked for");
        }
    }

    /// Asks Ion how long the tokens live. Spends nothing.
    pub(super) async fn look_at_lives(
        &self,
        connection: ConnectionId,
        old: Option<&TokenPair>,
    ) -> Result<(), ConnectionError> {
        let row = self.connection_row(connection).await?;
        let oauth = self.settings().ion.at(&row.base_url).oauth()?;
        let Some(pair) = store::tokens::find_pair(
            self.store().read(),
            self.sealer(),
            connection,
            row.login.generation,
        )
        .await?
        else {
            return Ok(());
        };
        let lives = oauth.validate(&pair.access).await;
        let now = self.clock().now();
        let days = row
            .old_looked_at
            .map(|at| -rules::tokens::days_left(at, now));
        let look = match old {
            Some(old) if should_look_at_old(row.refreshes, days) => {
                match oauth.validate(&old.access).await {
                    Ok(Validation::Alive { .. }) => Some(true),
                    Ok(Validation::Dead { .. }) => Some(false),
                    // Ion could not be asked: nothing was learned.
                    Err(_) => None,
                }
            }
            _ => None,
        };
        let tx = self.store().begin().await?;
        if let Ok(Validation::Alive {
            refresh_expires_in, ..
        }) = lives
            && !refresh_expires_in.is_zero()
            && let Ok(ends_at) = now.checked_add(refresh_expires_in)
        {
            store::connections::set_refresh_end(&tx, connection, ends_at).await?;
            if row.warned_days.is_some() && warning_due(ends_at, now, None).is_none() {
                // Ion gave it more time: what was warned of is off, and is warned of again when it comes near.
                let (kind, scope) = (NoticeKind::LoginEndsSoon, store::notices::Scope::Only);
                store::connections::set_warned(&tx, connection, None).await?;
                store::notices::resolve_kind(&tx, connection, kind, scope, now).await?;
            }
        }
        if let Some(alive) = look {
            let (seen, profile) = observe(Observation { ..row.seen }, alive);
            store::connections::set_observation(&tx, connection, seen, profile, now).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    pub(crate) fn journal(&self) -> Journal {
        Journal::new(&self.settings().data_dir, self.sealer().journal())
    }

    /// Name of this data directory: only here can its journal be read.
    pub(super) fn node(&self) -> Result<String, ConnectionError> {
        let path = self.settings().data_dir.join("node-id");
        if let Ok(text) = std::fs::read_to_string(&path)
            && !text.trim().is_empty()
        {
            return Ok(text.trim().to_owned());
        }
        let text = self.ids().uuid().to_string();
        std::fs::write(&path, &text)
            .map_err(|source| super::keeper::KeeperError::Lock { path, source })?;
        Ok(text)
    }
}

/// What an outcome means; `started_at` is when its exchange was started.
fn read(finding: &Finding, started_at: Timestamp) -> (Exchange, Option<TokenPair>, RefreshOutcome) {
    let lost = |why: String| {
        (
            Exchange::Lost { started_at },
            None,
            RefreshOutcome::Lost(why),
        )
    };
    match finding {
        Finding::NotSent(why) => (
            Exchange::NotSent,
            None,
            RefreshOutcome::NotSent(why.clone()),
        ),
        Finding::Lost(why) => lost(why.clone()),
        Finding::Reply { status, body, at } => match parse_reply(*status, body) {
            TokenReply::Granted {
                access,
                refresh,
                expires_in,
            } => {
                let jitter = rand::rng().random_range(0..=1000);
                (
                    Exchange::Granted {
                        obtained_at: *at,
                        access_life: expires_in,
                        jitter,
                    },
                    Some(TokenPair { access, refresh }),
                    RefreshOutcome::Saved,
                )
            }
            TokenReply::Refused { message } => {
                (Exchange::Refused, None, RefreshOutcome::Refused(message))
            }
            TokenReply::Busy { .. } => (Exchange::Busy { wait: None }, None, RefreshOutcome::Busy),
            TokenReply::NotUnderstood { status, excerpt } => {
                lost(format!("HTTP {status}: {excerpt}"))
            }
        },
    }
}

/// What the journal says of an exchange that the store does not know.
pub(super) fn read_unknown(finding: &Finding, now: Timestamp) -> (Exchange, Option<TokenPair>) {
    let (result, pair, _) = read(finding, now);
    (result, pair)
}

fn word(why: Why) -> &'static str {
    match why {
        Why::Due => "due",
        Why::Recheck => "recheck",
        Why::Unsent => "unsent",
        Why::AfterLoss => "after_loss",
        Why::Asked => "asked",
    }
}
