//! Requests held back until a test says so.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

#[derive(Debug)]
pub(crate) struct GateState {
    pub(crate) arrived: tokio::sync::watch::Sender<usize>,
    pub(crate) open: CancellationToken,
}

impl GateState {
    pub(crate) fn new() -> Self {
        Self {
            arrived: tokio::sync::watch::Sender::new(0),
            open: CancellationToken::new(),
        }
    }
}

/// Requests that wait.
pub struct Gate(pub(crate) Arc<GateState>);

impl std::fmt::Debug for Gate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Gate")
    }
}

impl Gate {
    /// Returns when so many requests wait or have waited.
    pub async fn arrived(&self, count: usize) {
        let mut seen = self.0.arrived.subscribe();
        // The sender lives as long as this gate.
        drop(seen.wait_for(|arrived| *arrived >= count).await);
    }

    /// Lets all of them go on, and all that come later.
    pub fn release(&self) {
        self.0.open.cancel();
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.release();
    }
}
