//! People: the team, and the own profile.

use askama::Template;

use super::Status;
use super::filters;
use super::form::{Choice, Field, Select};
use super::frame::Frame;
use super::parts::{Fact, Note};
use super::table::Pager;

/// `GET /settings/team`. Posts `name`, `email`, `role`, `password` to `/settings/team`; `role`, `disabled` to
/// `/settings/team/{id}`.
#[derive(Debug, Template)]
#[template(path = "person/team.html")]
pub struct TeamPage {
    /// Around it; titled `Team`.
    pub frame: Frame,
    /// What happened.
    pub notes: Vec<Note>,
    /// People.
    pub people: Vec<PersonRow>,
    /// Foot.
    pub pager: Pager,
    /// Form for another person.
    pub add: AddPerson,
    /// What each role may do: the right in words, then one answer a role, in the order Admin, Finance, Sales, Read-only.
    pub roles: Vec<(&'static str, [bool; 4])>,
}

/// The form for another person.
#[derive(Debug, Clone)]
pub struct AddPerson {
    /// Name.
    pub name: Field,
    /// E-mail.
    pub email: Field,
    /// Role.
    pub role: Select,
    /// First password, passed on by hand and changed at the first log-in.
    pub password: Field,
}

/// One person.
#[derive(Debug, Clone)]
pub struct PersonRow {
    /// An id for the page, unique in the list.
    pub id: String,
    /// `SS`.
    pub initials: String,
    /// Name.
    pub name: String,
    /// E-mail.
    pub email: String,
    /// Role.
    pub role: &'static str,
    /// Last seen; `never`.
    pub seen: super::Value,
    /// State.
    pub status: Status,
    /// Where changes are posted; `None` for oneself.
    pub edit_href: Option<String>,
    /// Roles to choose.
    pub roles: Vec<Choice>,
    /// Cannot sign in.
    pub disabled: bool,
}

/// `GET /profile`. Posts `current`, `password`, `again` to `/profile/password`.
#[derive(Debug, Template)]
#[template(path = "person/profile.html")]
pub struct ProfilePage {
    /// Around it; titled `Own profile`.
    pub frame: Frame,
    /// What happened.
    pub notes: Vec<Note>,
    /// Role, e-mail, since when, sessions.
    pub facts: Vec<Fact>,
    /// Password now.
    pub current: Field,
    /// New one.
    pub password: Field,
    /// The same again.
    pub again: Field,
}
