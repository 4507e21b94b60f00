//! Pages that say what went wrong: what happened, what it means, what to do.

use askama::Template;

use super::filters;
use super::frame::{Frame, Plain};
use super::parts::{Button, Tone};

/// What went wrong, in the words of both pages below.
#[derive(Debug, Clone)]
pub struct Trouble {
    /// Icon: `map-off`, `lock`, `cloud-off`, `database-off`.
    pub icon: &'static str,
    /// Colour.
    pub tone: Tone,
    /// What happened: `This page does not exist`.
    pub happened: String,
    /// What it means, and that nothing is lost.
    pub means: String,
    /// What to do now.
    pub todo: String,
    /// Reference to give to who helps; empty for none.
    pub reference: String,
    /// Ways on, the best first.
    pub actions: Vec<Button>,
}

impl Trouble {
    /// 404.
    pub fn not_found(what: &str) -> Self {
        Self {
            icon: "map-off",
            tone: Tone::Calm,
            happened: format!("{what} is not here"),
            means: "The address may be mistyped, or what it named was never imported.".to_owned(),
            todo: "Look for it with Ctrl K, or go back to the dashboard.".to_owned(),
            reference: String::new(),
            actions: vec![
                Button::link("Go to the dashboard", "/").primary(),
                Button::link("Search", "/jump"),
            ],
        }
    }

    /// 403.
    pub fn forbidden(role: &str, needs: &str) -> Self {
        Self {
            icon: "lock",
            tone: Tone::Warn,
            happened: "Your role may not open this page".to_owned(),
            means: format!("You are signed in as {role}; this needs {needs}. Nothing was changed."),
            todo: "Ask an admin of your company if you need it for your work.".to_owned(),
            reference: String::new(),
            actions: vec![Button::link("Go to the dashboard", "/").primary()],
        }
    }

    /// 500 and the like.
    pub fn failed(reference: impl Into<String>) -> Self {
        Self {
            icon: "database-off",
            tone: Tone::Bad,
            happened: "This page could not be made".to_owned(),
            means: "Something failed inside the server. Imports and logins go on; nothing is lost.".to_owned(),
            todo: "Try again. If it stays, give the reference to who runs this server: it stands in the log.".to_owned(),
            reference: reference.into(),
            actions: vec![Button::link("Go to the dashboard", "/")],
        }
    }
}

/// An error for who is signed in.
#[derive(Debug, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// Around it.
    pub frame: Frame,
    /// What went wrong.
    pub trouble: Trouble,
}

/// An error before log-in.
#[derive(Debug, Template)]
#[template(path = "error_plain.html")]
pub struct PlainErrorPage {
    /// Around it.
    pub frame: Plain,
    /// What went wrong.
    pub trouble: Trouble,
}
