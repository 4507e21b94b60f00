//! The request budget of a connection: slices drawn from one row, so that all replicas together keep the pace.

use std::time::Duration;

use async_trait::async_trait;
use domain::{Clock, ConnectionId};
use ion_client::RequestBudget;
use store::budget::Slice;
use store::{Backend, Store};
use tokio::sync::Mutex;

/// This process' view of a connection's budget.
#[derive(Debug)]
pub struct BudgetRow {
    store: Store,
    clock: std::sync::Arc<dyn Clock>,
    connection: ConnectionId,
    per_second: u32,
    local: ion_client::PacedBudget,
    left: Mutex<(u32, Duration)>,
}

/// How long a slice may be used.
const SLICE_LIFE: Duration = Duration::from_secs(1);
/// Requests drawn at once.
const SLICE: u32 = 10;

impl BudgetRow {
    /// The budget of a connection.
    pub fn new(
        store: Store,
        clock: std::sync::Arc<dyn Clock>,
        connection: ConnectionId,
        per_second: u32,
    ) -> Self {
        Self {
            store,
            clock,
            connection,
            per_second,
            local: ion_client::PacedBudget::per_second(per_second),
            left: Mutex::new((0, Duration::ZERO)),
        }
    }
}

#[async_trait]
impl RequestBudget for BudgetRow {
    async fn acquire(&self) {
        // With SQLite there is one server on the data; its own pace is the whole budget.
        if self.store.backend() == Backend::Sqlite {
            return self.local.acquire().await;
        }
        loop {
            let wait = {
                let mut left = self.left.lock().await;
                if left.0 > 0 && self.clock.steady() < left.1 + SLICE_LIFE {
                    left.0 -= 1;
                    return;
                }
                match store::budget::take(
                    self.store.read(),
                    self.connection,
                    self.per_second,
                    SLICE,
                    self.clock.now(),
                )
                .await
                {
                    Ok(Slice::Granted(requests)) => {
                        *left = (requests - 1, self.clock.steady());
                        return;
                    }
                    Ok(Slice::Wait(wait)) => wait,
                    Err(error) => {
                        // Without the row, the pace of this process is still kept.
                        tracing::warn!(error = %error, "the request budget cannot be drawn");
                        return self.local.acquire().await;
                    }
                }
            };
            tokio::time::sleep(wait).await;
        }
    }

    async fn pause(&self, wait: Duration) {
        self.local.pause(wait).await;
        self.left.lock().await.0 = 0;
        if self.store.backend() == Backend::Postgres
            && let Ok(until) = self.clock.now().checked_add(wait)
            && let Err(error) =
                store::budget::set_not_before(self.store.read(), self.connection, until).await
        {
            tracing::warn!(error = %error, "other replicas could not be told to wait");
        }
    }
}
