//! The calendar of what renews and ends, and the same by urgency.

use askama::Template;

use crate::view::customers::CountedTabs;
use crate::view::filters;
use crate::view::frame::Frame;
use crate::view::parts::{Empty, Link, Note, Tone};

/// `GET /subscriptions/renewals`.
#[derive(Debug, Template)]
#[template(path = "subscription/renewals.html")]
pub struct RenewalsPage {
    /// Around it.
    pub frame: Frame,
    /// `Next 6 weeks: 58 renewals that would bind 27,730.00 EUR. 2 of them can be stopped for 2 more days.`
    pub summary: String,
    /// List, renewals.
    pub tabs: CountedTabs,
    /// A connection whose subscriptions were never read.
    pub notes: Vec<Note>,
    /// What is shown as CSV and JSON; empty hides the button.
    pub exports: Vec<Link>,
    /// The calendar as a feed.
    pub feed_href: String,
    /// `23 November 2026 – 3 January 2027`.
    pub span: String,
    /// The span before.
    pub earlier: String,
    /// The span after.
    pub later: String,
    /// Back to today; empty where the span begins with it.
    pub today: String,
    /// Six weeks, a year.
    pub views: Vec<ViewWay>,
    /// Days, seven a week from Monday; empty in a year.
    pub days: Vec<Day>,
    /// Months; empty in weeks.
    pub months: Vec<Month>,
    /// `Amounts: EUR that would be bound`.
    pub amounts: String,
    /// Nothing renews or ends in this span.
    pub empty: Option<Empty>,
    /// What presses first.
    pub urgent: Vec<Urgent>,
    /// `EUR bound`; empty where the reader sees no costs.
    pub urgent_words: String,
    /// Where the rest of the list stands.
    pub more: Option<Link>,
}

/// A way to look at the calendar.
#[derive(Debug, Clone)]
pub struct ViewWay {
    /// `6 weeks`.
    pub label: &'static str,
    /// Its address.
    pub href: String,
    /// It is this one.
    pub here: bool,
}

/// A day of the calendar.
#[derive(Debug, Clone)]
pub struct Day {
    /// `2026-11-23`.
    pub iso: String,
    /// `23`, `1 Dec`.
    pub label: String,
    /// `Monday, 23 November 2026`, for who cannot see the grid.
    pub name: String,
    /// It is today.
    pub today: bool,
    /// Passed, or of the month behind the next: quiet.
    pub out: bool,
    /// What stands in it.
    pub entries: Vec<Entry>,
    /// The others of this day.
    pub more: Option<Link>,
}

/// What stands in a day.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What it leads to.
    pub href: String,
    /// What it is.
    pub kind: EntryKind,
    /// Whom it is about: `Tin Lantern Studios Ltd`.
    pub name: String,
    /// `3,369.60`, `ends`, `first warning`.
    pub detail: String,
    /// All of it in a sentence, on hover and read out.
    pub sentence: String,
}

/// What an entry of the calendar is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// Last day to stop it.
    LastDay,
    /// Large, or with a low margin.
    Notable,
    /// Renews by itself.
    Renews,
    /// Ends.
    Ends,
    /// The login ends soon.
    LoginSoon,
    /// The login ends.
    LoginEnds,
}

impl EntryKind {
    /// Class of the entry: red, amber, petrol, none for grey.
    pub const fn class(self) -> &'static str {
        match self {
            Self::LastDay | Self::LoginEnds => "b",
            Self::Notable | Self::LoginSoon => "w",
            Self::Ends => "a",
            Self::Renews => "",
        }
    }

    /// Its icon.
    pub const fn icon(self) -> &'static str {
        match self {
            Self::LastDay => "calendar-x",
            Self::Notable => "hourglass-low",
            Self::Renews => "refresh",
            Self::Ends => "calendar-off",
            Self::LoginSoon | Self::LoginEnds => "key",
        }
    }
}

/// A month of the year's view.
#[derive(Debug, Clone)]
pub struct Month {
    /// `December 2026`.
    pub label: String,
    /// Its six weeks.
    pub href: String,
    /// It is the current one.
    pub now: bool,
    /// How many renew.
    pub renewals: String,
    /// What they would bind, a currency each; empty where the reader sees no costs.
    pub bound: Vec<String>,
    /// Its share of the largest month, of 1000.
    pub share: u32,
    /// `2 end`; may be empty.
    pub ends: String,
    /// Colour, where something in it presses.
    pub tone: Tone,
}

/// A renewal in the list by urgency.
#[derive(Debug, Clone)]
pub struct Urgent {
    /// The subscription's page.
    pub href: String,
    /// The customer.
    pub customer: String,
    /// `15 × Microsoft 365 Business Premium, 1 year`.
    pub what: String,
    /// What it would bind; `ends`; empty where the reader sees no costs.
    pub amount: String,
    /// Currency, where the head does not say it.
    pub currency: String,
    /// `2 d to stop`, `25 d, low margin`.
    pub left: String,
    /// Colour of that.
    pub tone: Tone,
    /// At a sandbox, beside connections that are none.
    pub test: bool,
}
