//! What is stored of plans, settings of a sync, customers made one, and files.

use domain::customer::Customer;
use domain::{CombineId, ConnectionId, CustomerId, FileId, OrderId, PlanId, RunId, text_enum};
use jiff::Timestamp;
use rules::customers::decide::Policy;
use rules::customers::plan::{Counts, Entry};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What became of a plan.
    pub enum PlanState {
        /// Waits for a person.
        Waiting = "waiting",
        /// Applied, wholly or in part.
        Applied = "applied",
        /// A person let it go.
        Discarded = "discarded",
        /// A later plan took its place.
        Superseded = "superseded",
    }
}

/// A plan of a sync.
#[derive(Debug, Clone)]
pub struct PlanRow {
    /// Its id.
    pub id: PlanId,
    /// The connection.
    pub connection: ConnectionId,
    /// The run that made it.
    pub run: RunId,
    /// The first one of its connection.
    pub first: bool,
    /// It would change or lose too many.
    pub held: bool,
    /// What became of it.
    pub state: PlanState,
    /// Counts of it.
    pub counts: Counts,
    /// How many of ours were compared.
    pub read_here: u64,
    /// How many of Ion's were read.
    pub read_in_ion: u64,
    /// When made.
    pub made_at: Timestamp,
    /// When decided.
    pub decided_at: Option<Timestamp>,
    /// By whom.
    pub decided_by: Option<String>,
    /// The run that carried it out.
    pub applied_run: Option<RunId>,
}

/// One entry of a plan.
#[derive(Debug, Clone)]
pub struct PlanEntryRow {
    /// Its place.
    pub seq: u64,
    /// What would be done, and why. `entry.local` is a [`CustomerId`], `entry.remote` an id of Ion.
    pub entry: Entry,
    /// It is carried out where the plan is applied.
    pub chosen: bool,
    /// What stands in its way.
    pub blocked: Option<String>,
    /// What came of it: `done`, `moved` (no longer true, left), or why it failed. None before.
    pub outcome: Option<String>,
}

/// How a connection's customers are synced.
#[derive(Debug, Clone, Default)]
pub struct SyncSetting {
    /// Who wins, and whether new customers go to Ion by themselves.
    pub policy: Policy,
    /// Nothing is synced by itself.
    pub paused: bool,
    /// When a person applied the first plan; before, nothing goes to Ion.
    pub first_applied_at: Option<Timestamp>,
    /// By whom.
    pub first_applied_by: Option<String>,
    /// When unlinked customers were last matched.
    pub matched_at: Option<Timestamp>,
    /// When both sides were last compared.
    pub last_run_at: Option<Timestamp>,
    /// When a run last found a change.
    pub last_change_at: Option<Timestamp>,
    /// When the next poll is due.
    pub next_run_at: Option<Timestamp>,
}

/// Two of ours made one.
#[derive(Debug, Clone)]
pub struct CombineRow {
    /// Its id.
    pub id: CombineId,
    /// The one that stays.
    pub kept: CustomerId,
    /// The one that became a part of it.
    pub other: CustomerId,
    /// What each was before.
    pub before: CombineBefore,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: String,
    /// When they were made two again.
    pub split_at: Option<Timestamp>,
}

/// What two customers were before they were made one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CombineBefore {
    /// The one that stays.
    pub kept: Customer,
    /// The other.
    pub other: Customer,
    /// Links that went from the other to the one that stays: connection and Ion's id.
    pub links: Vec<(ConnectionId, String)>,
    /// Orders that went with them.
    #[serde(default)]
    pub orders: Vec<OrderId>,
}

text_enum! {
    /// What a row of a file would do.
    pub enum FileOutcome {
        /// Makes a customer.
        New = "new",
        /// Changes a customer.
        Changed = "changed",
        /// Says what is known.
        Same = "same",
        /// A person looks first.
        Look = "look",
        /// Cannot be read.
        NotReadable = "not_readable",
    }
}

text_enum! {
    /// What became of a file.
    pub enum FileState {
        /// Read and compared.
        Read = "read",
        /// Applied.
        Applied = "applied",
        /// Let go.
        Discarded = "discarded",
    }
}

/// A file of customers that somebody brought.
#[derive(Debug, Clone)]
pub struct FileRow {
    /// Its id.
    pub id: FileId,
    /// Its name.
    pub name: String,
    /// `csv` or `json`.
    pub format: String,
    /// Columns of the file, and what each is read as; `None` is not read.
    pub columns: Vec<(String, Option<String>)>,
    /// What became of it.
    pub state: FileState,
    /// When brought.
    pub brought_at: Timestamp,
    /// By whom.
    pub brought_by: String,
    /// When applied.
    pub applied_at: Option<Timestamp>,
}

/// One row of a file.
#[derive(Debug, Clone)]
pub struct FileLine {
    /// Line of the file.
    pub line: u64,
    /// What it would do.
    pub outcome: FileOutcome,
    /// Its name, as far as it could be read.
    pub name: String,
    /// The customer that it changes or looks like.
    pub customer: Option<CustomerId>,
    /// Version of that customer when the file was compared with it: another one means that the row no longer counts.
    pub version: Option<u64>,
    /// What it says of the customer: the whole of it as it would be.
    pub content: Option<Customer>,
    /// What it would do or what is wrong, in words for people.
    pub message: String,
    /// The field that is wrong.
    pub field: Option<String>,
    /// It is applied with the file.
    pub chosen: bool,
    /// When applied.
    pub applied_at: Option<Timestamp>,
    /// What came of it, where it failed.
    pub result: Option<String>,
}
