//! Where an import goes on after an interruption.

use serde::{Deserialize, Serialize};

/// Where an import goes on. Written in the transaction of the rows that it covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Checkpoint {
    /// The page token behind everything that is written.
    pub(super) token: String,
}

impl Checkpoint {
    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// A stored checkpoint; one that cannot be read is none, and the list is read from its beginning.
    pub(super) fn read(text: Option<&str>) -> Option<Self> {
        serde_json::from_str(text?).ok()
    }
}
