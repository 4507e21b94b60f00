//! Customers: the list, one customer, who is who in Ion, conflicts, plans of a sync, files, and how sync decides.

pub mod card;
pub mod conflict;
pub mod file;
pub mod form;
pub mod history;
pub mod list;
pub mod mapping;
pub mod marked;
pub mod plan;
pub mod settings;

use askama::Template;
use askama::filters::HtmlSafe;

use super::Tone;

pub use marked::Marked;

/// A tab with a counter, a URL of its own.
#[derive(Debug, Clone)]
pub struct CountedTab {
    /// The word.
    pub label: &'static str,
    /// Its address.
    pub href: String,
    /// How many; empty for no counter.
    pub count: String,
    /// Colour of the counter.
    pub tone: Tone,
    /// This is the page.
    pub here: bool,
}

/// Tabs with counters. Prints themselves.
#[derive(Debug, Clone, Template)]
#[template(path = "customer/tabs.html")]
pub struct CountedTabs {
    /// What they are tabs of.
    pub name: &'static str,
    /// The tabs.
    pub tabs: Vec<CountedTab>,
}

impl HtmlSafe for CountedTabs {}

/// The id of a rule; its reason stands on hover and is read out. Prints itself.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(
    source = r#"<span class="rule" title="{{ why }}">{{ id }}</span>"#,
    ext = "html"
)]
pub struct RuleTag {
    /// `C09`.
    pub id: &'static str,
    /// `a person decided`.
    pub why: &'static str,
}

impl HtmlSafe for RuleTag {}

impl From<rules::customers::rule::Rule> for RuleTag {
    fn from(rule: rules::customers::rule::Rule) -> Self {
        Self {
            id: rule.as_str(),
            why: rule.why(),
        }
    }
}
