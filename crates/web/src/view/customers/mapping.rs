//! Who is who: pairs to confirm side by side, customers that only one side has, what failed, what is ignored or linked.

use askama::Template;
use askama::filters::HtmlSafe;

use super::{CountedTabs, Marked, RuleTag};
use crate::view::Status;
use crate::view::filters;
use crate::view::frame::Frame;
use crate::view::parts::{Empty, Link, Moment, Note, Tone};
use crate::view::table::{Pager, Search};

/// `GET /customers/mapping/to-confirm`.
#[derive(Debug, Template)]
#[template(path = "customer/mapping_pairs.html")]
pub struct PairsPage {
    /// Around it.
    pub frame: Frame,
    /// States, each with its count.
    pub tabs: CountedTabs,
    /// What was just done, what did not work.
    pub notes: Vec<Note>,
    /// Search in the pairs.
    pub search: Search,
    /// Pairs, the best first.
    pub pairs: Vec<PairEntry>,
    /// `8 of 38`.
    pub foot: String,
    /// More of them.
    pub more: Option<String>,
    /// The one that is open.
    pub open: Option<PairPanel>,
    /// A person asked for this one: a phone shows it alone.
    pub chosen: bool,
    /// The queue on a phone.
    pub all_href: String,
    /// Why there are none.
    pub empty: Option<Empty>,
    /// The reader may decide.
    pub edits: bool,
}

/// One of the queue.
#[derive(Debug, Clone)]
pub struct PairEntry {
    /// As sent where it is chosen: connection, ours, Ion's.
    pub key: String,
    /// Its page.
    pub href: String,
    /// Ours.
    pub local: String,
    /// Ion's.
    pub remote: String,
    /// 0 to 100.
    pub score: u8,
    /// What they have in common.
    pub signals: String,
    /// It is open.
    pub open: bool,
}

/// One pair side by side: the partial that htmx gets.
#[derive(Debug, Template)]
#[template(path = "customer/pair.html")]
pub struct PairPanel {
    /// As sent: connection, ours, Ion's.
    pub key: String,
    /// Where a decision is posted.
    pub action_href: String,
    /// Token for it.
    pub csrf: String,
    /// The page to come back to.
    pub back: String,
    /// Where to go on afterwards.
    pub next_key: String,
    /// `1 of 38`; may be empty.
    pub place: String,
    /// The pair before.
    pub previous: Option<String>,
    /// The pair after.
    pub next: Option<String>,
    /// State.
    pub status: Status,
    /// `Are these one customer?`.
    pub title: String,
    /// Ours.
    pub local: Link,
    /// Ion's id.
    pub ion_id: String,
    /// Name of the connection, where there are several; may be empty.
    pub connection: String,
    /// Field by field.
    pub rows: Vec<CompareRow>,
    /// 0 to 100; `None` for a pair that a person put together.
    pub score: Option<u8>,
    /// By signal: what, how much, of how much at most.
    pub signals: Vec<SignalBar>,
    /// What the score leaves out of account.
    pub score_words: String,
    /// Why it is proposed.
    pub rule: RuleTag,
    /// What linking does.
    pub effects: Vec<Effect>,
    /// The reader may decide.
    pub edits: bool,
    /// It was put together by hand: it can be linked, nothing else.
    pub by_hand: bool,
}

impl HtmlSafe for PairPanel {}

/// One field on both sides.
#[derive(Debug, Clone)]
pub struct CompareRow {
    /// The field.
    pub label: String,
    /// Ours.
    pub local: Marked,
    /// Said where ours is empty.
    pub local_none: &'static str,
    /// Ion's.
    pub remote: Marked,
    /// Said where Ion's is empty.
    pub remote_none: &'static str,
    /// They differ.
    pub differs: bool,
    /// Colour, icon and word of what it says of the pair.
    pub signal: (Tone, &'static str, &'static str),
}

/// One signal of a score.
#[derive(Debug, Clone)]
pub struct SignalBar {
    /// What.
    pub label: &'static str,
    /// What it adds.
    pub points: u8,
    /// What it adds at most.
    pub most: u8,
}

/// What linking does.
#[derive(Debug, Clone)]
pub struct Effect {
    /// Icon.
    pub icon: &'static str,
    /// Its colour.
    pub tone: Tone,
    /// What happens.
    pub title: String,
    /// Why, or what then.
    pub text: String,
}

/// `GET /customers/mapping/{state}` of every other state.
#[derive(Debug, Template)]
#[template(path = "customer/mapping_list.html")]
pub struct MappingPage {
    /// Around it.
    pub frame: Frame,
    /// States, each with its count.
    pub tabs: CountedTabs,
    /// What was just done, what did not work.
    pub notes: Vec<Note>,
    /// What this state means.
    pub lead: &'static str,
    /// Search.
    pub search: Search,
    /// Heads: the fixed order is ours, other side, why, since.
    pub heads: [&'static str; 4],
    /// Rows.
    pub rows: Vec<MappingRow>,
    /// What can be done with the chosen ones: word as sent, label, icon.
    pub bulk: Vec<BulkAction>,
    /// Where everything is posted.
    pub action_href: String,
    /// This page, to come back to.
    pub back: String,
    /// Why there are none.
    pub empty: Option<Empty>,
    /// Foot.
    pub pager: Pager,
    /// The reader may decide.
    pub edits: bool,
}

/// One row.
#[derive(Debug, Clone)]
pub struct MappingRow {
    /// As sent where it is chosen: connection, ours, Ion's; empty where it cannot be chosen.
    pub key: String,
    /// Its name, leading to it where it is ours.
    pub name: String,
    /// Its page; empty for one that only Ion has.
    pub href: String,
    /// What tells it apart.
    pub detail: String,
    /// Name on the other side; may be empty.
    pub other: String,
    /// What tells that apart.
    pub other_detail: String,
    /// Why it stands here.
    pub why: String,
    /// The reason is a fault.
    pub bad: bool,
    /// The rule behind it.
    pub rule: Option<RuleTag>,
    /// Since when.
    pub at: Option<Moment>,
    /// What can be done with it alone: a post of this word, or a link.
    pub actions: Vec<RowAction>,
}

/// What can be done with one row.
#[derive(Debug, Clone)]
pub enum RowAction {
    /// Posts this step.
    Step {
        /// As sent.
        value: String,
        /// Words.
        label: &'static str,
    },
    /// Goes there.
    Go(Link),
}

/// What can be done with the chosen rows.
#[derive(Debug, Clone)]
pub struct BulkAction {
    /// A word that names it on the page.
    pub id: String,
    /// As sent.
    pub value: String,
    /// Words.
    pub label: String,
    /// Icon.
    pub icon: &'static str,
    /// It is the usual one.
    pub primary: bool,
    /// What is asked back; empty for nothing.
    pub ask: &'static str,
}

/// `GET /customers/mapping/by-hand`.
#[derive(Debug, Template)]
#[template(path = "customer/by_hand.html")]
pub struct ByHandPage {
    /// Around it.
    pub frame: Frame,
    /// What did not work.
    pub notes: Vec<Note>,
    /// Ours, then Ion's.
    pub sides: [HandSide; 2],
    /// Both, side by side, once both are chosen.
    pub pair: Option<PairPanel>,
}

/// One side of linking by hand.
#[derive(Debug, Clone)]
pub struct HandSide {
    /// `In Ionbridge`.
    pub title: &'static str,
    /// Where the search is sent.
    pub action: &'static str,
    /// Name of its field.
    pub name: &'static str,
    /// What is looked for.
    pub query: String,
    /// Everything else that is set.
    pub keep: Vec<(String, String)>,
    /// Found, and not linked.
    pub found: Vec<super::card::Candidate>,
    /// `12 not linked; the first 8`.
    pub words: String,
}
