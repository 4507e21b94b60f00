//! The dashboard: before anything is connected, and afterwards.

use askama::Template;

use super::Status;
use super::filters;
use super::frame::Frame;
use super::parts::{Button, Delta, Fact, Figure, Life, Moment, Shares, Step, Tone};
use super::subscriptions::dashboard::SubscriptionTiles;

/// `GET /` before the first import.
#[derive(Debug, Template)]
#[template(path = "dashboard/first.html")]
pub struct FirstDashboard {
    /// Around it.
    pub frame: Frame,
    /// `Good morning, Alex`.
    pub greeting: String,
    /// `Ionbridge is running and empty. ...`
    pub summary: String,
    /// `0 of 3 done`.
    pub done: String,
    /// The steps.
    pub steps: Vec<FirstStep>,
    /// What step 1 needs.
    pub needs: Vec<Step>,
    /// State of the server.
    pub server: Vec<Fact>,
    /// Where people are added; `None` where the reader may not.
    pub team_href: Option<String>,
}

/// One step of the first hour.
#[derive(Debug, Clone)]
pub struct FirstStep {
    /// Its number.
    pub number: u8,
    /// What it is.
    pub title: String,
    /// What it takes and means.
    pub text: String,
    /// `5 min`.
    pub time: String,
    /// It is done.
    pub done: bool,
    /// It is the next one.
    pub next: bool,
    /// What to press; `None` while it cannot be done yet.
    pub action: Option<Button>,
}

/// `GET /`.
#[derive(Debug, Template)]
#[template(path = "dashboard/page.html")]
pub struct DashboardPage {
    /// Around it.
    pub frame: Frame,
    /// `Good morning, Sam`.
    pub greeting: String,
    /// `Monday, 23 November 2026. The catalog is as of 03:12.`
    pub summary: String,
    /// Where a post imports now; `None` where the reader may not or an import goes on.
    pub import_href: Option<String>,
    /// What waits for a person, at most 5, the worst first.
    pub needs: Vec<Need>,
    /// Subscriptions: figures, cost, what was bought, what renews; `None` where none was read yet.
    pub tiles: Option<SubscriptionTiles>,
    /// Orders by state; `None` where there is none yet.
    pub orders: Option<OrderStates>,
    /// Where an order begins; `None` where the reader may not.
    pub order_href: Option<String>,
    /// Figures of the catalog.
    pub figures: Vec<Figure>,
    /// Products by vendor.
    pub vendors: Shares,
    /// Connections, the one that ends first at the top.
    pub connections: Vec<ConnectionState>,
    /// The last runs.
    pub runs: Vec<RecentRun>,
    /// The largest price changes of the last import.
    pub moves: Vec<PriceMove>,
    /// `import of today, 03:12`.
    pub moves_words: String,
    /// The report of the last import; empty without one.
    pub moves_href: String,
    /// Whether the reader may see costs.
    pub costs: bool,
}

/// Orders by state: a bar, and a line for each.
#[derive(Debug, Clone)]
pub struct OrderStates {
    /// How many in all.
    pub all: u64,
    /// The list.
    pub href: String,
    /// States that some stand in, the most pressing first.
    pub rows: Vec<StateCount>,
}

/// How many orders stand in a state.
#[derive(Debug, Clone)]
pub struct StateCount {
    /// The state.
    pub status: Status,
    /// How many.
    pub number: u64,
    /// The list of them.
    pub href: String,
}

impl OrderStates {
    /// Parts of the bar: class, where it starts, how wide it is; of 1000.
    fn parts(&self) -> Vec<(&'static str, u64, u64)> {
        let all = self.all.max(1);
        let mut start = 0;
        let last = self.rows.len().saturating_sub(1);
        self.rows
            .iter()
            .enumerate()
            .map(|(place, row)| {
                let width = if place == last {
                    1000_u64.saturating_sub(start)
                } else {
                    row.number * 1000 / all
                };
                let at = start;
                start += width;
                // A part that is there is to be seen.
                (row.status.tone.class(), at, width.saturating_sub(3).max(3))
            })
            .collect()
    }

    /// What the bar says, as a sentence.
    fn sentence(&self) -> String {
        let rows: Vec<String> = self
            .rows
            .iter()
            .map(|row| format!("{} {}", row.status.word, row.number))
            .collect();
        format!("{} orders by state: {}", self.all, rows.join(", "))
    }
}

/// Something that waits for a person.
#[derive(Debug, Clone)]
pub struct Need {
    /// Icon.
    pub icon: &'static str,
    /// Colour.
    pub tone: Tone,
    /// What it is.
    pub title: String,
    /// What it means.
    pub text: String,
    /// What to press.
    pub action: Button,
}

/// A connection on the dashboard.
#[derive(Debug, Clone)]
pub struct ConnectionState {
    /// Its page.
    pub href: String,
    /// Its name.
    pub name: String,
    /// `Account 10412`.
    pub account: String,
    /// State.
    pub status: Status,
    /// What is left.
    pub life: Option<Life>,
    /// `20 Dec 2026`.
    pub until: String,
    /// Catalog, next refresh.
    pub facts: Vec<Fact>,
}

/// A run on the dashboard.
#[derive(Debug, Clone)]
pub struct RecentRun {
    /// Its page.
    pub href: String,
    /// `Catalog import 1184`.
    pub title: String,
    /// `214 changed`.
    pub outcome: String,
    /// State.
    pub status: Status,
    /// When.
    pub at: Moment,
}

/// A price that moved.
#[derive(Debug, Clone)]
pub struct PriceMove {
    /// The product's page.
    pub href: String,
    /// Its vendor.
    pub vendor: String,
    /// Its name.
    pub name: String,
    /// `1 year, monthly · 18.10 → 18.72 EUR`.
    pub text: String,
    /// How it moved.
    pub delta: Delta,
}
