//! Pages before the menu: log-in, first start, and the question for the password before a secret is touched.

use askama::Template;

use super::filters;
use super::form::Field;
use super::frame::{Frame, Plain};
use super::parts::{Note, Step};

/// `GET /login`; posts `email`, `password`, `keep`, `next` and `csrf` to `/login`.
#[derive(Debug, Template)]
#[template(path = "entry/login.html")]
pub struct LoginPage {
    /// Around it.
    pub frame: Plain,
    /// Why it did not work, or that somebody signed out; cookies that cannot work say so here.
    pub notes: Vec<Note>,
    /// E-mail.
    pub email: Field,
    /// Password.
    pub password: Field,
    /// Where to go afterwards.
    pub next: String,
}

/// `GET /setup`: makes the first admin by a one-time link.
///
/// The secret stands in the fragment of the address, which no server sees; script puts it into the field `secret`. Posts `secret`,
/// `name`, `email`, `password` and `csrf` to `/setup`.
#[derive(Debug, Template)]
#[template(path = "entry/setup.html")]
pub struct SetupPage {
    /// Around it.
    pub frame: Plain,
    /// What went wrong.
    pub notes: Vec<Note>,
    /// Name.
    pub name: Field,
    /// E-mail.
    pub email: Field,
    /// Password.
    pub password: Field,
    /// Checks of the server itself; the card is left out where there are none.
    pub checks: Vec<Step>,
}

/// The link was used, is old, or there is an admin already.
#[derive(Debug, Template)]
#[template(path = "entry/setup_over.html")]
pub struct SetupOverPage {
    /// Around it.
    pub frame: Plain,
    /// What is the case, and how to get another link.
    pub note: Note,
}

/// Asks for the password again before credentials, people or tokens are touched; posts `password`, `next` and `csrf` to
/// `/reauthenticate`.
#[derive(Debug, Template)]
#[template(path = "entry/reauthenticate.html")]
pub struct ReauthenticatePage {
    /// Around it.
    pub frame: Frame,
    /// What was to be done: `Make an API token`.
    pub purpose: String,
    /// Password.
    pub password: Field,
    /// Where to go afterwards.
    pub next: String,
}
