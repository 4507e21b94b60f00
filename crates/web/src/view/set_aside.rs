//! Products that could not be read: the list, and one with its reason and place.

use askama::Template;

use super::Status;
use super::filters;
use super::frame::Frame;
use super::parts::{Button, Empty, Figure, Link};
use super::product::RawLine;

/// `GET /products/set-aside` and `/products/set-aside/{id}`.
#[derive(Debug, Template)]
#[template(path = "set_aside/page.html")]
pub struct SetAsidePage {
    /// Around it.
    pub frame: Frame,
    /// `12 products had a value that could not be read. The other 20,102 are up to date; these keep what was known before.`
    pub summary: String,
    /// Try again, by an import.
    pub action: Option<Button>,
    /// All of them.
    pub entries: Vec<SetAsideEntry>,
    /// `12 of 12`.
    pub foot: String,
    /// The one that is open.
    pub open: Option<SetAsideDetail>,
    /// Why there are none.
    pub empty: Option<Empty>,
}

/// One of the list.
#[derive(Debug, Clone)]
pub struct SetAsideEntry {
    /// Its page.
    pub href: String,
    /// Ion's id.
    pub ion_id: String,
    /// The reason in some words.
    pub reason: String,
    /// Where: `SKU 3 of 4`; may be empty.
    pub place: String,
    /// It is open.
    pub open: bool,
}

/// The one that is open.
#[derive(Debug, Clone)]
pub struct SetAsideDetail {
    /// Name.
    pub name: String,
    /// Ion's id.
    pub ion_id: String,
    /// Set aside, or read since.
    pub status: Status,
    /// `A price is not a number`.
    pub title: String,
    /// The reason in a sentence, and what is kept.
    pub sentence: String,
    /// JSON path of the place.
    pub path: String,
    /// Since when, seen how often, what is kept.
    pub facts: Vec<Figure>,
    /// Ways on.
    pub actions: Vec<Button>,
    /// `23 Nov, 03:12:19, 41 kB, secrets taken out`.
    pub raw_words: String,
    /// The raw reply around the place.
    pub lines: Vec<RawLine>,
    /// The whole reply as a file.
    pub download: String,
    /// The product as it was known before.
    pub product: Option<Link>,
}
