//! Integrations: what is connected, the *Configure* form, one connection.

use askama::Template;

use super::Status;
use super::filters;
use super::form::Field;
use super::frame::Frame;
use super::parts::{Fact, Life, Link, Moment, Note, Point, Step, Tone};

/// `GET /settings/integrations`.
#[derive(Debug, Template)]
#[template(path = "connection/list_page.html")]
pub struct IntegrationsPage {
    /// Around it; titled `Integrations`.
    pub frame: Frame,
    /// What ends soon or needs a person.
    pub notes: Vec<Note>,
    /// What is connected.
    pub connected: Vec<ConnectedCard>,
    /// Where *Configure* leads; `None` where the reader may not.
    pub configure_href: Option<String>,
    /// The configuration allows the host of the real Ion; else says what it allows.
    pub hosts: String,
}

/// A connection in the list.
#[derive(Debug, Clone)]
pub struct ConnectedCard {
    /// Its page.
    pub href: String,
    /// Its name in Ionbridge.
    pub name: String,
    /// `Account 10412`; empty where the name says it.
    pub account: String,
    /// State.
    pub status: Status,
    /// It is a sandbox.
    pub test: bool,
    /// What is left of its login; `None` where that is not known.
    pub life: Option<Life>,
    /// `20 Dec 2026`.
    pub until: String,
    /// Three facts: products, last import, last refresh.
    pub facts: Vec<Fact>,
    /// Its runs.
    pub activity_href: String,
}

/// `GET /settings/integrations/streamone-ion/new` and `.../{connection}/credentials`.
///
/// Posts `name`, `account_id`, `access_token`, `refresh_token`, `csrf` and `action` (`test` or `save`) to `action_href`.
#[derive(Debug, Template)]
#[template(path = "connection/configure.html")]
pub struct ConfigurePage {
    /// Around it.
    pub frame: Frame,
    /// True for new credentials of a connection that exists.
    pub again: bool,
    /// The line below the heading.
    pub lead: String,
    /// What went wrong: role `alert`, takes the focus.
    pub note: Option<Note>,
    /// Name in Ionbridge.
    pub name: Field,
    /// Account ID; read-only with `again` where the connection has data.
    pub account_id: Field,
    /// Access Token.
    pub access_token: Field,
    /// Refresh Token.
    pub refresh_token: Field,
    /// Hosts that the configuration allows, the chosen one first; only shown.
    pub hosts: Vec<String>,
    /// `8 requests a second`; only shown.
    pub budget: String,
    /// Where it is posted.
    pub action_href: String,
    /// Where *Cancel* leads.
    pub cancel_href: String,
    /// What was checked; `None` before the first test.
    pub checks: Option<Checks>,
}

/// The result of a test.
#[derive(Debug, Clone)]
pub struct Checks {
    /// `1 of 4 checks failed`, `All 4 checks passed`.
    pub title: String,
    /// Passed or failed.
    pub status: Status,
    /// Line by line.
    pub steps: Vec<Step>,
    /// What became of what was pasted.
    pub foot: String,
}

/// `GET /settings/integrations/{connection}`.
#[derive(Debug, Template)]
#[template(path = "connection/detail.html")]
pub struct ConnectionPage {
    /// Around it.
    pub frame: Frame,
    /// Its name in Ionbridge.
    pub name: String,
    /// State.
    pub status: Status,
    /// It is a sandbox.
    pub test: bool,
    /// `Benelux and DACH · Account 10412 · connected by Alex Example on 18 Nov 2026, 14:05`.
    pub facts_line: String,
    /// What was just done, next steps, what needs a person.
    pub notes: Vec<Note>,
    /// Result of a test that was just made.
    pub checks: Option<Checks>,
    /// What is left of its login; `None` where that is not known.
    pub life: Option<Life>,
    /// `20 Dec 2026, 14:05`.
    pub until: String,
    /// Access token, next refresh, refreshed so far.
    pub login_facts: Vec<LoginFact>,
    /// Refreshes, re-checks, imports, the newest first.
    pub history: Vec<Point>,
    /// The last catalog import.
    pub catalog: Vec<Fact>,
    /// Its customers: linked, last and next look, where their sync is set.
    pub customers: Vec<Fact>,
    /// Id, host, role, budget, vendor profile, key.
    pub facts: Vec<Fact>,
    /// Posts and links; `None` where the reader may not.
    pub actions: Option<ConnectionActions>,
    /// Where a post imports the catalog; `None` where the reader may not or one goes on.
    pub import_href: Option<String>,
}

/// A fact about the login, with its colour.
#[derive(Debug, Clone)]
pub struct LoginFact {
    /// `Access token`.
    pub name: &'static str,
    /// Colour; calm has no icon.
    pub tone: Tone,
    /// `Alive, 1 h 23 min left`.
    pub words: String,
    /// Exact time on hover.
    pub at: Option<Moment>,
}

/// What can be done with a connection. All but `credentials` are posts.
#[derive(Debug, Clone)]
pub struct ConnectionActions {
    /// Test it; spends nothing.
    pub test: String,
    /// Refresh the login now.
    pub refresh: String,
    /// Paste new credentials; a link.
    pub credentials: String,
    /// Remove it: stops, erases secrets, keeps data read-only.
    pub remove: String,
    /// What removing means, in a sentence.
    pub remove_words: String,
    /// Its activity; a link.
    pub activity: Link,
}
