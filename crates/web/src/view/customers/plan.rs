//! A plan of a sync: what would be done, entry by entry, before anything is written.

use askama::Template;
use askama::filters::HtmlSafe;

use super::RuleTag;
use crate::view::Status;
use crate::view::filters;
use crate::view::frame::Frame;
use crate::view::parts::{Button, Empty, Figure, Link, Note, Tone};
use crate::view::table::{Chips, Pager, Search};

/// `GET /customers/sync/plans/{plan}`.
#[derive(Debug, Template)]
#[template(path = "customer/plan_page.html")]
pub struct PlanPage {
    /// Around it.
    pub frame: Frame,
    /// `First sync: preview`.
    pub heading: String,
    /// State.
    pub status: Status,
    /// `Read at 10:31 from Ion (500 customers) and here (480).`
    pub summary: String,
    /// The part of it in bold: `Nothing has been written to Ion.`
    pub promise: String,
    /// Why it was held back, what became of it.
    pub notes: Vec<Note>,
    /// Read again, the plan as a file.
    pub actions: Vec<Button>,
    /// Counts by what is done.
    pub figures: Vec<Figure>,
    /// Filters.
    pub chips: Chips,
    /// Search in the plan.
    pub search: Search,
    /// The entries.
    pub body: PlanBody,
}

/// The entries with the bar that applies them: the partial.
#[derive(Debug, Template)]
#[template(path = "customer/plan.html")]
pub struct PlanBody {
    /// Where a choice is posted.
    pub choose_href: String,
    /// Where the plan is applied; `None` where it is decided, or the reader may not.
    pub apply_href: Option<String>,
    /// Where it is let go.
    pub discard_href: String,
    /// Token for the posts.
    pub csrf: String,
    /// This page with its filters, to come back to.
    pub back: String,
    /// By action.
    pub groups: Vec<PlanGroup>,
    /// Why there are none.
    pub empty: Option<Empty>,
    /// Foot.
    pub pager: Pager,
    /// `459 of 578 actions chosen: 361 links, 98 new here, 0 new in Ion`.
    pub bar_title: String,
    /// `Writes to Ion: 24 field updates at 12 customers. ...`
    pub bar_text: String,
    /// `Apply 459 actions`.
    pub bar_button: String,
}

impl HtmlSafe for PlanBody {}

/// How many of a group are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chosen {
    /// All of them.
    All,
    /// Some.
    Some,
    /// None.
    None,
    /// They cannot be chosen.
    Fixed,
}

impl Chosen {
    /// As ARIA says it.
    pub const fn checked(self) -> &'static str {
        match self {
            Self::All => "true",
            Self::Some => "mixed",
            Self::None | Self::Fixed => "false",
        }
    }
}

/// Entries of one action.
#[derive(Debug, Clone)]
pub struct PlanGroup {
    /// Word of the action, as sent.
    pub action: String,
    /// `Create in Ion`.
    pub title: &'static str,
    /// How many there are in all.
    pub count: String,
    /// `Ion has no delete: look at these first. Off until you choose them.`
    pub text: &'static str,
    /// How many are chosen.
    pub chosen: Chosen,
    /// The first of them, or this page of them.
    pub rows: Vec<PlanRow>,
    /// `Show the other 358`.
    pub more: Option<Link>,
}

/// One entry.
#[derive(Debug, Clone)]
pub struct PlanRow {
    /// Its place, as sent.
    pub seq: u64,
    /// Chosen; `None` where it cannot be.
    pub chosen: Option<bool>,
    /// Ours; empty for none.
    pub name: String,
    /// Its page; empty for none.
    pub href: String,
    /// Ion's; empty for none.
    pub remote: String,
    /// Ion's id; empty for none.
    pub ion_id: String,
    /// Why.
    pub why: String,
    /// The rule.
    pub rule: RuleTag,
    /// Icon, colour and words of what it does.
    pub effect: (&'static str, Tone, String),
    /// Where the effect leads; empty for nowhere.
    pub effect_href: String,
    /// Field by field what a merge does; may be empty.
    pub fields: Vec<PlanField>,
    /// What came of it, once applied.
    pub outcome: Option<Status>,
}

/// A field that a merge moves.
#[derive(Debug, Clone)]
pub struct PlanField {
    /// The field.
    pub label: &'static str,
    /// What the losing side holds.
    pub before: String,
    /// What both will hold.
    pub after: String,
    /// Icon, colour and words of its way: `to Ion`.
    pub way: (&'static str, Tone, &'static str),
    /// The rule.
    pub rule: RuleTag,
}
