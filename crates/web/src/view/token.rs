//! API tokens: the list, a new one, and its secret, shown once.

use askama::Template;
use secrecy::{ExposeSecret, SecretString};

use super::Status;
use super::filters;
use super::form::{Field, Select};
use super::frame::Frame;
use super::parts::{Fact, Note, Value};
use super::table::Pager;

/// `GET /settings/api-tokens`, with `/new` open and, right after it was made, with the secret.
#[derive(Debug, Template)]
#[template(path = "token/list_page.html")]
pub struct TokensPage {
    /// Around it; titled `API tokens`.
    pub frame: Frame,
    /// What ends soon; what happened.
    pub notes: Vec<Note>,
    /// Tokens.
    pub rows: Vec<TokenRow>,
    /// Foot.
    pub pager: Pager,
    /// The form for a new one, open.
    pub new: Option<NewToken>,
    /// A token that was just made.
    pub made: Option<MadeToken>,
}

/// One token.
#[derive(Debug, Clone)]
pub struct TokenRow {
    /// An id for the page, unique in the list.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// First letters.
    pub prefix: String,
    /// Role.
    pub role: &'static str,
    /// Who made it, and when.
    pub by: String,
    /// Last use.
    pub used: Value,
    /// Until when it works.
    pub ends: String,
    /// State.
    pub status: Status,
    /// Where a post revokes it; `None` where it does not work any more.
    pub revoke_href: Option<String>,
}

/// The form for a new token; posts `name`, `role`, `ends` to `/settings/api-tokens`.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// What it is for.
    pub name: Field,
    /// Role: what it may do.
    pub role: Select,
    /// Until when it works.
    pub ends: Select,
}

/// A token that was just made. Its secret is on this page and nowhere else.
#[derive(Debug)]
pub struct MadeToken {
    /// The secret.
    pub secret: SecretString,
    /// Name, role, end.
    pub facts: Vec<Fact>,
}

impl MadeToken {
    fn shown(&self) -> &str {
        self.secret.expose_secret()
    }
}
