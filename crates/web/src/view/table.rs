//! What stands above and below a table: filters, search, columns, pages.

use askama::Template;
use askama::filters::HtmlSafe;

use super::filters;

/// A value that a filter can take.
#[derive(Debug, Clone)]
pub struct ChipOption {
    /// As shown.
    pub label: String,
    /// How many rows; may be empty.
    pub count: String,
    /// The list with this value.
    pub href: String,
    /// It is the value now.
    pub on: bool,
}

/// A pair of fields for a range, sent by GET with everything else that is set.
#[derive(Debug, Clone)]
pub struct Range {
    /// Where it is sent.
    pub action: String,
    /// Everything else that is set.
    pub keep: Vec<(String, String)>,
    /// Name of the lower end.
    pub from_name: &'static str,
    /// Its value.
    pub from: String,
    /// Name of the upper end.
    pub to_name: &'static str,
    /// Its value.
    pub to: String,
    /// Unit of both.
    pub unit: String,
    /// Fields of type date instead of figures.
    pub dates: bool,
}

/// A filter: dashed while it is off, filled with its value and an x while it is on.
#[derive(Debug, Clone)]
pub struct Chip {
    /// A word that names it on the page, such as `vendor`.
    pub id: &'static str,
    /// Label.
    pub label: &'static str,
    /// Its value; `None` while it is off.
    pub value: Option<String>,
    /// The list without it.
    pub clear: String,
    /// Values that it can take.
    pub options: Vec<ChipOption>,
    /// Or a range.
    pub range: Option<Range>,
}

/// All filters of a list. Prints itself; `oob` where it travels beside the rows.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/chips.html")]
pub struct Chips {
    /// The filters.
    pub chips: Vec<Chip>,
    /// Sent beside the rows: replaces the filters on the page.
    pub oob: bool,
}

impl HtmlSafe for Chips {}

impl Chips {
    /// The filters of a page.
    pub const fn new(chips: Vec<Chip>) -> Self {
        Self { chips, oob: false }
    }
}

/// The search field of a list: answers while one types, and by Enter without script. Prints itself.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/search.html")]
pub struct Search {
    /// Where it is sent.
    pub action: String,
    /// What is looked for now.
    pub value: String,
    /// What can be looked for: `Name, SKU or part number`.
    pub placeholder: &'static str,
    /// Everything else that is set.
    pub keep: Vec<(String, String)>,
}

impl HtmlSafe for Search {}

/// How a column is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sorted {
    /// Smallest first.
    Up,
    /// Largest first.
    Down,
}

/// The head of a column. Prints itself.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/column.html")]
pub struct Column {
    /// Label.
    pub label: String,
    /// More classes: `n` for figures, `t-hide`, `w0`.
    pub class: &'static str,
    /// The list sorted by it; empty where it cannot be sorted.
    pub href: String,
    /// How it is sorted now.
    pub sorted: Option<Sorted>,
}

impl HtmlSafe for Column {}

impl Column {
    /// A column that cannot be sorted.
    pub fn plain(label: impl Into<String>, class: &'static str) -> Self {
        Self {
            label: label.into(),
            class,
            href: String::new(),
            sorted: None,
        }
    }

    /// A column that can be sorted.
    pub fn sortable(
        label: impl Into<String>,
        class: &'static str,
        href: impl Into<String>,
        sorted: Option<Sorted>,
    ) -> Self {
        Self {
            label: label.into(),
            class,
            href: href.into(),
            sorted,
        }
    }
}

impl Column {
    fn aria_sort(&self) -> Option<&'static str> {
        self.sorted.map(|sorted| match sorted {
            Sorted::Up => "ascending",
            Sorted::Down => "descending",
        })
    }

    fn arrow(&self) -> Option<&'static str> {
        self.sorted.map(|sorted| match sorted {
            Sorted::Up => "arrow-up",
            Sorted::Down => "arrow-down",
        })
    }
}

/// The foot of a table. Prints itself.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/pager.html")]
pub struct Pager {
    /// `1–50 of 3,982 products`.
    pub words: String,
    /// A note beside it: `found in 6 ms`; may be empty.
    pub note: String,
    /// The page before.
    pub previous: Option<String>,
    /// The page after.
    pub next: Option<String>,
    /// Page sizes.
    pub sizes: Vec<ChipOption>,
}

impl HtmlSafe for Pager {}

impl Pager {
    /// The foot of a list that has one page.
    pub fn single(words: impl Into<String>) -> Self {
        Self {
            words: words.into(),
            note: String::new(),
            previous: None,
            next: None,
            sizes: Vec::new(),
        }
    }

    fn size(&self) -> &str {
        self.sizes
            .iter()
            .find(|size| size.on)
            .map_or("", |size| size.label.as_str())
    }
}
