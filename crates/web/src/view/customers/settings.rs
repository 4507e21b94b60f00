//! How customers of each connection are synced.

use askama::Template;

use crate::view::Status;
use crate::view::filters;
use crate::view::form::Select;
use crate::view::frame::Frame;
use crate::view::parts::{Button, Fact, Note};

/// `GET /settings/sync`.
#[derive(Debug, Template)]
#[template(path = "customer/sync_settings.html")]
pub struct SyncSettingsPage {
    /// Around it; titled `Sync`.
    pub frame: Frame,
    /// What was just done; that nothing is connected.
    pub notes: Vec<Note>,
    /// Each connection.
    pub connections: Vec<SyncCard>,
    /// The reader may change it.
    pub edits: bool,
}

/// How one connection is synced.
#[derive(Debug, Clone)]
pub struct SyncCard {
    /// Its id, for the page.
    pub id: String,
    /// Its name.
    pub name: String,
    /// It is a sandbox.
    pub test: bool,
    /// Runs, paused, waits for the first plan.
    pub status: Status,
    /// Last look, next look, first plan.
    pub facts: Vec<Fact>,
    /// Sync now, preview.
    pub actions: Vec<Button>,
    /// Where it is posted.
    pub action_href: String,
    /// Who wins where both sides changed a field.
    pub winner: Select,
    /// The same for single fields.
    pub fields: Vec<Select>,
    /// How many of them say something else than the general one.
    pub special: usize,
    /// New customers go to Ion by themselves.
    pub create_in_ion: bool,
    /// Nothing is synced by itself.
    pub paused: bool,
    /// `every 5 minutes, every minute while something changes`.
    pub pace: String,
}
