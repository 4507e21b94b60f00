//! What is stored of customers, as the queries of this module give and take it.

use std::collections::BTreeMap;

use domain::customer::{
    CloudProfile, Customer, CustomerField, CustomerFields, IonCustomer, LinkState,
};
use domain::text_enum;
use domain::{ChangeId, ConnectionId, CustomerId, RunId, WriteId};
use jiff::Timestamp;
use rules::customers::decide::Choice;
use rules::customers::match_up::Signal;
use rules::customers::rule::Rule;
use serde::{Deserialize, Serialize};

/// One of our customers as stored.
#[derive(Debug, Clone)]
pub struct CustomerRow {
    /// Its id.
    pub id: CustomerId,
    /// Its number, for people: shown as `C-0188`.
    pub number: u64,
    /// What it holds. `archived` says the same as `archived_at`.
    pub customer: Customer,
    /// When and from where each field came that Ion holds too.
    pub origins: BTreeMap<CustomerField, Origin>,
    /// How it stands to Ion, of all its links the one that needs a person most.
    pub link_state: LinkState,
    /// A person said to leave it out of sync.
    pub ignored: bool,
    /// Counts every change: an edit names the one it was made against.
    pub version: u64,
    /// When a person or program last changed a field that Ion holds too.
    pub edited_at: Timestamp,
    /// When made here.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
    /// When put away.
    pub archived_at: Option<Timestamp>,
    /// The customer that this one became a part of.
    pub merged_into: Option<CustomerId>,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// When.
    pub at: Timestamp,
    /// Who: a person, a program, or `Ion`.
    pub by: String,
}

/// One of Ion's customers as it was last shown.
#[derive(Debug, Clone)]
pub struct IonRow {
    /// The connection.
    pub connection: ConnectionId,
    /// What Ion showed.
    pub customer: IonCustomer,
    /// Of what Ion showed: another one means that something changed.
    pub hash: [u8; 32],
    /// Complete lists in a row without it.
    pub missed: u32,
    /// When it was found to be gone.
    pub gone_at: Option<Timestamp>,
    /// A person said to leave it.
    pub ignored: bool,
    /// When it was first seen.
    pub first_seen_at: Timestamp,
    /// When it last changed, by our clock.
    pub changed_at: Timestamp,
}

/// What a sync compares first, for each of Ion's customers: small, so that all fit into memory.
#[derive(Debug, Clone)]
pub struct Known {
    /// Ion's id.
    pub ion_id: String,
    /// Of what Ion showed last.
    pub hash: [u8; 32],
    /// Complete lists in a row without it.
    pub missed: u32,
    /// It was found to be gone.
    pub gone: bool,
    /// A person said to leave it.
    pub ignored: bool,
    /// Its link, where it has one.
    pub link: Option<KnownLink>,
}

/// What a sync compares first of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownLink {
    /// Ours.
    pub customer: CustomerId,
    /// Revision of the link.
    pub revision: u64,
    /// Nothing was left to do with the customer as it is here.
    pub settled: bool,
    /// Ours is put away.
    pub archived: bool,
}

/// One of ours and one of Ion's are the same.
#[derive(Debug, Clone)]
pub struct LinkRow {
    /// Ours.
    pub customer: CustomerId,
    /// The connection.
    pub connection: ConnectionId,
    /// Ion's id.
    pub ion_id: String,
    /// What both sides agreed on last.
    pub base: Option<CustomerFields>,
    /// Counts every change of the link.
    pub revision: u64,
    /// Version of ours at which nothing was left to do.
    pub settled_version: Option<u64>,
    /// Why the last write to Ion failed.
    pub failed: Option<WriteFailure>,
    /// When both sides were last compared or written.
    pub synced_at: Option<Timestamp>,
    /// When linked.
    pub linked_at: Timestamp,
    /// By whom.
    pub linked_by: String,
    /// By which rule.
    pub rule: Rule,
}

/// Why a write to Ion failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteFailure {
    /// In words for people: what is wrong and what to do.
    pub message: String,
    /// The field that is wrong, where one is.
    pub field: Option<CustomerField>,
    /// When.
    pub at: Timestamp,
}

text_enum! {
    /// What became of a pair that looks alike.
    pub enum PairState {
        /// Waits for a person.
        Proposed = "proposed",
        /// A person said that they are two.
        Rejected = "rejected",
    }
}

text_enum! {
    /// Why a pair is proposed.
    pub enum PairCause {
        /// They look alike.
        Matched = "matched",
        /// Ion refused to make ours: its e-mail is taken by the other.
        Refused = "refused",
    }
}

/// A pair that may be one customer.
#[derive(Debug, Clone)]
pub struct PairRow {
    /// The connection.
    pub connection: ConnectionId,
    /// Ours.
    pub customer: CustomerId,
    /// Ion's id.
    pub ion_id: String,
    /// 0 to 100.
    pub score: u8,
    /// What they have in common.
    pub signals: Vec<Signal>,
    /// What became of it.
    pub state: PairState,
    /// Why it is proposed.
    pub cause: PairCause,
    /// Since when.
    pub since: Timestamp,
    /// When decided.
    pub decided_at: Option<Timestamp>,
    /// By whom.
    pub decided_by: Option<String>,
    /// Name of ours; only read.
    pub local_name: String,
    /// Name of Ion's; only read.
    pub remote_name: String,
}

/// A field that both sides changed differently, and that a person decides.
#[derive(Debug, Clone)]
pub struct ConflictRow {
    /// The connection.
    pub connection: ConnectionId,
    /// Ours.
    pub customer: CustomerId,
    /// Ion's id.
    pub ion_id: String,
    /// The field.
    pub field: CustomerField,
    /// What both held last.
    pub base: Option<String>,
    /// What we hold.
    pub local: String,
    /// What Ion holds.
    pub remote: String,
    /// Why a person decides.
    pub rule: Rule,
    /// Since when.
    pub since: Timestamp,
}

/// A customer with conflicts, for the queue.
#[derive(Debug, Clone)]
pub struct ConflictedRow {
    /// The connection.
    pub connection: ConnectionId,
    /// Ours.
    pub customer: CustomerId,
    /// Its number.
    pub number: u64,
    /// Ion's id.
    pub ion_id: String,
    /// Its name.
    pub name: String,
    /// How many fields.
    pub fields: u64,
    /// Since when the oldest.
    pub since: Timestamp,
}

/// What a person decided on a field of a link.
#[derive(Debug, Clone)]
pub struct ChoiceRow {
    /// The choice, and the values that it counts for.
    pub choice: Choice,
    /// When.
    pub decided_at: Timestamp,
    /// By whom.
    pub decided_by: String,
}

text_enum! {
    /// What a line of a history tells.
    pub enum ChangeKind {
        /// A field changed.
        Field = "field",
        /// Made here by a person or a file.
        Created = "created",
        /// Made here of one of Ion's.
        Imported = "imported",
        /// Made in Ion of ours.
        CreatedInIon = "created_in_ion",
        /// Linked with one of Ion's.
        Linked = "linked",
        /// No longer linked.
        Unlinked = "unlinked",
        /// Said to be another one than one of Ion's.
        Rejected = "rejected",
        /// Left out of sync, or taken in again.
        Ignored = "ignored",
        /// Both sides changed a field differently.
        Conflict = "conflict",
        /// A person decided a conflict.
        Decided = "decided",
        /// A write to Ion failed.
        Failed = "failed",
        /// Put away.
        Archived = "archived",
        /// Taken back from the archive.
        Restored = "restored",
        /// No longer in Ion.
        Gone = "gone",
        /// In Ion again.
        Returned = "returned",
        /// Ion says inactive, or active again.
        Status = "status",
        /// Another customer of ours became a part of it, or it became a part of another.
        Combined = "combined",
        /// Two that were made one are two again.
        Split = "split",
    }
}

text_enum! {
    /// Which way a change went.
    pub enum Way {
        /// It was made here.
        Here = "here",
        /// It came from Ion.
        FromIon = "from_ion",
        /// It went to Ion.
        ToIon = "to_ion",
    }
}

/// One line of a customer's history.
#[derive(Debug, Clone)]
pub struct ChangeRow {
    /// Its id; later ones sort behind.
    pub id: ChangeId,
    /// Ours.
    pub customer: CustomerId,
    /// The connection, where Ion has to do with it.
    pub connection: Option<ConnectionId>,
    /// Ion's id, where Ion has to do with it.
    pub ion_id: Option<String>,
    /// The run that did it.
    pub run: Option<RunId>,
    /// When.
    pub at: Timestamp,
    /// What it tells.
    pub kind: ChangeKind,
    /// Which way it went.
    pub way: Way,
    /// The field: a [`CustomerField`], or one of our own such as `vat_number`.
    pub field: Option<String>,
    /// Value before.
    pub before: String,
    /// Value after.
    pub after: String,
    /// Why, where a rule decided.
    pub rule: Option<Rule>,
    /// Who: a person, a program, or `Ionbridge`.
    pub actor: String,
    /// Ion's id of the request, for support.
    pub request_id: Option<String>,
    /// More about it.
    pub note: String,
    /// When it was undone.
    pub undone_at: Option<Timestamp>,
    /// By whom.
    pub undone_by: Option<String>,
}

text_enum! {
    /// What a write to Ion does.
    pub enum WriteKind {
        /// Makes a customer.
        Create = "create",
        /// Replaces a customer.
        Update = "update",
    }
}

text_enum! {
    /// What is known of a write to Ion.
    pub enum WriteState {
        /// The intent is stored; whether it had its effect is not known yet.
        Started = "started",
        /// Ion said that it is done, or it was seen to be.
        Done = "done",
        /// Ion refused it, or it never left.
        Refused = "refused",
        /// A create of which no answer came, found at Ion and linked.
        Adopted = "adopted",
        /// A create whose e-mail is at Ion with other values: a person decides.
        GivenUp = "given_up",
    }
}

/// A write to Ion: its intent, and what came of it.
#[derive(Debug, Clone)]
pub struct WriteRow {
    /// Its id.
    pub id: WriteId,
    /// The connection.
    pub connection: ConnectionId,
    /// Ours.
    pub customer: CustomerId,
    /// Ion's id, where known.
    pub ion_id: Option<String>,
    /// What it does.
    pub kind: WriteKind,
    /// What is known of it.
    pub state: WriteState,
    /// What is sent.
    pub sent: CustomerFields,
    /// The run that asked for it.
    pub run: Option<RunId>,
    /// Who asked for it.
    pub requested_by: String,
    /// When the intent was stored.
    pub started_at: Timestamp,
    /// When the outcome was known.
    pub finished_at: Option<Timestamp>,
    /// The outcome in words.
    pub outcome: String,
    /// A first password waits for the eyes of who asked.
    pub has_password: bool,
}

/// A customer that is linked with nobody, for matching.
#[derive(Debug, Clone)]
pub struct Unlinked {
    /// Ours.
    pub id: CustomerId,
    /// What it holds.
    pub fields: CustomerFields,
    /// Domains of it.
    pub domains: Vec<String>,
    /// A person said to leave it.
    pub ignored: bool,
    /// When last edited.
    pub edited_at: Timestamp,
}

/// What a list of customers shows of one.
#[derive(Debug, Clone)]
pub struct CustomerHit {
    /// The customer.
    pub row: CustomerRow,
    /// Its links: connection and Ion's id.
    pub links: Vec<(ConnectionId, String)>,
}

/// What to look for. Everything that is set must hold.
#[derive(Debug, Clone, Default)]
pub struct CustomerFilter {
    /// Words; each must occur.
    pub text: String,
    /// In one of these states; archived ones are left out where none is named.
    pub states: Vec<LinkState>,
    /// ISO code.
    pub country: Option<String>,
    /// Label.
    pub tag: Option<String>,
    /// Linked at this connection.
    pub connection: Option<ConnectionId>,
    /// Order.
    pub sort: CustomerSort,
    /// Descending.
    pub descending: bool,
    /// Goes on behind this: [`CustomerPage::next`] of the part before.
    pub after: Option<String>,
    /// Customers to give.
    pub limit: u32,
}

text_enum! {
    /// By what a list of customers is ordered.
    pub enum CustomerSort {
        /// Organisation.
        Name = "name",
        /// Number.
        Number = "number",
        /// Country, then organisation.
        Country = "country",
        /// State, then organisation.
        State = "state",
        /// When last edited.
        Changed = "changed",
    }
}

#[expect(
    clippy::derivable_impls,
    reason = "the macro gives no place for an attribute on a value"
)]
impl Default for CustomerSort {
    fn default() -> Self {
        Self::Name
    }
}

/// A part of a list.
#[derive(Debug, Clone)]
pub struct CustomerPage {
    /// The customers.
    pub customers: Vec<CustomerHit>,
    /// How many there are in all.
    pub total: u64,
    /// Where the list goes on.
    pub next: Option<String>,
}

/// Values that filters can take, with their number of customers.
#[derive(Debug, Clone, Default)]
pub struct CustomerFacets {
    /// States.
    pub states: Vec<(LinkState, u64)>,
    /// Countries.
    pub countries: Vec<(String, u64)>,
    /// Labels.
    pub tags: Vec<(String, u64)>,
}

/// Counts for the tabs of the mapping.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MappingCounts {
    /// Pairs that wait for a person.
    pub to_confirm: u64,
    /// Customers with conflicts.
    pub conflicts: u64,
    /// Ours without one in Ion; archived and ignored ones left out, and those with a proposal.
    pub not_in_ion: u64,
    /// Ion's without one of ours; ignored, gone, and those with a proposal left out.
    pub only_in_ion: u64,
    /// Links whose last write to Ion failed; a create that was refused is told on its customer.
    pub failed: u64,
    /// Ignored on either side.
    pub ignored: u64,
    /// Links of customers that are not archived.
    pub linked: u64,
}

/// What a customer of Ion has at the vendors' clouds, as Ion last said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudProfilesRow {
    /// The connection.
    pub connection: ConnectionId,
    /// Ion's id of the customer.
    pub ion_customer_id: String,
    /// One for each vendor that Ion told of.
    pub profiles: Vec<CloudProfile>,
    /// When it was last read.
    pub read_at: Timestamp,
    /// When it last changed.
    pub changed_at: Timestamp,
    /// Why the last reading failed.
    pub failed: Option<String>,
}
