//! The engine: what every flow shares.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::{AttemptId, Clock, ConnectionId, IdGen};
use store::Store;
use store::seal::Sealer;

use crate::connection::{BudgetRow, Refresher};
use crate::settings::EngineSettings;

/// What an engine is made of.
#[derive(Debug)]
pub struct EngineParts {
    /// The store, migrated.
    pub store: Store,
    /// Opens and closes secrets.
    pub sealer: Sealer,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Ids.
    pub ids: Arc<dyn IdGen>,
    /// Settings.
    pub settings: EngineSettings,
}

/// The engine. Cheap to clone; all clones share one refresher for each connection.
#[derive(Debug, Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    parts: EngineParts,
    refreshers: Mutex<HashMap<ConnectionId, Arc<Refresher>>>,
    budgets: Mutex<HashMap<ConnectionId, Arc<BudgetRow>>>,
    progress: crate::catalog::ProgressHub,
    exchanges: tokio_util::task::TaskTracker,
    journal_length: std::sync::atomic::AtomicU64,
    open_since: Mutex<HashMap<AttemptId, Duration>>,
    watch: crate::orders::Watch,
}

impl Engine {
    /// An engine of these parts. Starts nothing.
    pub fn new(parts: EngineParts) -> Self {
        Self {
            inner: Arc::new(Inner {
                parts,
                refreshers: Mutex::default(),
                budgets: Mutex::default(),
                progress: crate::catalog::ProgressHub::default(),
                exchanges: tokio_util::task::TaskTracker::new(),
                journal_length: std::sync::atomic::AtomicU64::new(u64::MAX),
                open_since: Mutex::default(),
                watch: crate::orders::Watch::default(),
            }),
        }
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.inner.parts.store
    }

    /// What opens and closes secrets.
    pub fn sealer(&self) -> &Sealer {
        &self.inner.parts.sealer
    }

    /// Time.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.inner.parts.clock
    }

    /// Ids.
    pub fn ids(&self) -> &dyn IdGen {
        &*self.inner.parts.ids
    }

    /// Settings.
    pub fn settings(&self) -> &EngineSettings {
        &self.inner.parts.settings
    }

    /// Live progress of the runs in this process.
    pub fn progress_hub(&self) -> &crate::catalog::ProgressHub {
        &self.inner.progress
    }

    /// How long this process has watched orders that were sent.
    pub(crate) fn watch(&self) -> &crate::orders::Watch {
        &self.inner.watch
    }

    /// Exchanges of refresh tokens under way; a graceful stop waits for them.
    pub(crate) fn exchanges(&self) -> &tokio_util::task::TaskTracker {
        &self.inner.exchanges
    }

    /// Waits until no exchange of a refresh token is under way. No new one may be started meanwhile.
    pub async fn settle_exchanges(&self) {
        self.inner.exchanges.close();
        self.inner.exchanges.wait().await;
    }

    /// True where the token journal has another length than at the last look.
    pub(crate) fn journal_moved(&self, length: u64) -> bool {
        self.inner
            .journal_length
            .swap(length, std::sync::atomic::Ordering::SeqCst)
            != length
    }

    /// How long this process has seen an exchange of another server open, by the steady clock.
    pub(crate) fn seen_open_for(&self, attempt: AttemptId) -> Duration {
        let steady = self.clock().steady();
        let mut since = self
            .inner
            .open_since
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // Attempts of other servers are few and short; those of an hour ago have long been settled.
        since.retain(|id, first| {
            *id == attempt || steady.saturating_sub(*first) < Duration::from_secs(3600)
        });
        steady.saturating_sub(*since.entry(attempt).or_insert(steady))
    }

    /// The one refresher of a connection in this process.
    pub(crate) fn refresher(&self, connection: ConnectionId) -> Arc<Refresher> {
        let mut refreshers = self
            .inner
            .refreshers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Arc::clone(
            refreshers
                .entry(connection)
                .or_insert_with(|| Arc::new(Refresher::new(connection))),
        )
    }

    /// This process' view of a connection's request budget.
    pub(crate) fn budget(&self, connection: ConnectionId) -> Arc<BudgetRow> {
        let mut budgets = self
            .inner
            .budgets
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Arc::clone(budgets.entry(connection).or_insert_with(|| {
            Arc::new(BudgetRow::new(
                self.store().clone(),
                Arc::clone(self.clock()),
                connection,
                self.settings().ion.requests_per_second,
            ))
        }))
    }
}
