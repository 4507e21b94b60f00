//! Margin rules: in the order in which they win, with an editor and what it would do.

use askama::Template;
use askama::filters::HtmlSafe;

use super::filters;
use super::form::{Choice, Field, Select};
use super::frame::Frame;
use super::parts::{Figure, Note, Tone};

/// `GET /settings/margins`, and with one rule open.
#[derive(Debug, Template)]
#[template(path = "margin/page.html")]
pub struct MarginsPage {
    /// Around it.
    pub frame: Frame,
    /// The reader may change rules.
    pub edits: bool,
    /// What is known of rules as a whole: there is none.
    pub notes: Vec<Note>,
    /// Rules, the one that wins first.
    pub rules: Vec<RuleRow>,
    /// Rules out of use, the latest first.
    pub retired: Vec<RetiredRow>,
    /// The editor; `None` where no rule is open.
    pub editor: Option<RuleEditor>,
}

/// A rule of the table.
#[derive(Debug, Clone)]
pub struct RuleRow {
    /// Its place in the order.
    pub place: String,
    /// Its page.
    pub href: String,
    /// Its name.
    pub name: String,
    /// What it applies to, and until when: `Microsoft, all products; until 31 Dec 2027`.
    pub scope: String,
    /// `cost + 18 %`, `margin 24.7 %`, `fixed 20.25 EUR`.
    pub how: String,
    /// `15 %`; empty for none.
    pub floor: String,
    /// `1 Jul 2026`.
    pub from: String,
    /// Holds later, or no longer; empty where it holds.
    pub when: String,
    /// It is open.
    pub open: bool,
}

/// A rule out of use.
#[derive(Debug, Clone)]
pub struct RetiredRow {
    /// Its name.
    pub name: String,
    /// What it applied to and how.
    pub text: String,
    /// `retired 3 Nov 2026 by sam@reseller.example`.
    pub when: String,
}

/// The form of a rule, and what it would do beside it.
#[derive(Debug, Clone)]
pub struct RuleEditor {
    /// `Rule “Microsoft”`, `New rule`.
    pub title: String,
    /// Where it is sent.
    pub action: String,
    /// Token.
    pub csrf: String,
    /// The version that is edited; empty for a new one.
    pub version: String,
    /// The reader may change it; else the fields say what holds.
    pub edits: bool,
    /// What is wrong as a whole; `None` for nothing.
    pub trouble: Option<Note>,
    /// Its name.
    pub name: Field,
    /// Vendors.
    pub vendor: Select,
    /// The product, by name, part number or id.
    pub product: Lookup,
    /// A SKU of the product; `None` where no product is chosen.
    pub sku: Option<Select>,
    /// The customer, by name or number.
    pub customer: Lookup,
    /// Markup, margin, fixed.
    pub kinds: Vec<Choice>,
    /// Percent or amount.
    pub value: Measured,
    /// Currency of a fixed price.
    pub currency: Field,
    /// Floor.
    pub floor: Measured,
    /// Rounding.
    pub rounding: Select,
    /// First day.
    pub from: Field,
    /// Last day; may be empty.
    pub until: Field,
    /// `Save from 1 Jan 2027`.
    pub save: String,
    /// Where the rule as it is saved stands; empty for a new one.
    pub back: String,
    /// Takes it out of use; `None` for a new one or where the reader may not.
    pub retire: Option<Retire>,
    /// What it does.
    pub effect: RuleEffect,
}

impl RuleEditor {
    /// Product and customer.
    pub fn lookups(&self) -> [&Lookup; 2] {
        [&self.product, &self.customer]
    }

    /// Value and floor.
    pub fn measured(&self) -> [&Measured; 2] {
        [&self.value, &self.floor]
    }
}

/// A thing that is named by words and remembered by its id.
#[derive(Debug, Clone)]
pub struct Lookup {
    /// The field with the words.
    pub field: Field,
    /// Name of the field with the id.
    pub id_name: &'static str,
    /// The id that the words mean.
    pub id: String,
    /// Those that the words may mean, where they are several: id, name, what tells it apart.
    pub offers: Vec<(String, String, String)>,
}

/// A field with a unit behind it.
#[derive(Debug, Clone)]
pub struct Measured {
    /// Name in the form, and id.
    pub name: &'static str,
    /// Label.
    pub label: String,
    /// What is typed.
    pub value: String,
    /// Unit: `%`, `% margin`, `EUR`.
    pub unit: String,
    /// Help.
    pub hint: String,
    /// What is wrong; empty for nothing.
    pub error: String,
    /// May stay empty.
    pub optional: bool,
}

/// Taking a rule out of use: asked first.
#[derive(Debug, Clone)]
pub struct Retire {
    /// Where it is sent.
    pub action: String,
    /// `Take “Microsoft” out of use?`
    pub title: String,
    /// What holds then.
    pub text: String,
}

/// What a rule does: the partial, answered while one types.
#[derive(Debug, Clone, Template)]
#[template(path = "margin/effect.html")]
pub struct RuleEffect {
    /// `at today’s cost, for one and billing period`.
    pub words: String,
    /// Sales a month, margin, below the floor.
    pub figures: Vec<Figure>,
    /// Samples.
    pub samples: Vec<SampleRow>,
    /// Rules that win where this one does not.
    pub beaten: Vec<Beaten>,
    /// What is missing or wrong; said instead of figures.
    pub note: Option<Note>,
    /// Below the samples.
    pub foot: String,
    /// `Save from 1 Jan 2027`, where it travels to the button that is on the page.
    pub save: Option<String>,
    /// `Equals a margin of 16.7 %.`, where it travels to the field that is on the page.
    pub hint: Option<String>,
    /// Unit of the value, which travels with the hint.
    pub unit: String,
}

impl HtmlSafe for RuleEffect {}

/// A price before and after.
#[derive(Debug, Clone)]
pub struct SampleRow {
    /// Vendor.
    pub vendor: String,
    /// Product.
    pub name: String,
    /// `1 year, monthly`, `for Hedgehog Logistics`.
    pub detail: String,
    /// Cost with its currency.
    pub cost: String,
    /// Currency.
    pub currency: String,
    /// Sale price before; empty where there was none.
    pub old_sale: String,
    /// Sale price after; empty where there is none.
    pub new_sale: String,
    /// Margin before.
    pub old_margin: String,
    /// Margin after.
    pub new_margin: String,
    /// Colour of the margin after.
    pub tone: Tone,
    /// This rule gives the price.
    pub wins: bool,
    /// `rule “Hedgehog” is closer: not touched`.
    pub which: String,
}

/// A rule that wins where the open one does not.
#[derive(Debug, Clone)]
pub struct Beaten {
    /// Its name.
    pub name: String,
    /// Why it is closer.
    pub why: String,
}
