//! Step 2: what the vendor needs.

use askama::Template;
use askama::filters::HtmlSafe;

use super::compose::ComposeHead;
use super::money::OrderSummary;
use crate::view::filters;
use crate::view::form::Choice;
use crate::view::frame::Frame;
use crate::view::parts::Note;

/// `GET /orders/{id}/edit/provisioning`.
#[derive(Debug, Template)]
#[template(path = "order/step_page.html")]
pub struct ProvisioningPage {
    /// Around it.
    pub frame: Frame,
    /// The step.
    pub body: ProvisioningStep,
}

/// The step: the partial that saving answers with.
#[derive(Debug, Template)]
#[template(path = "order/provisioning.html")]
pub struct ProvisioningStep {
    /// Token of the forms.
    pub csrf: String,
    /// What stands above.
    pub head: ComposeHead,
    /// Where it is posted.
    pub action_href: String,
    /// Where the step goes back to.
    pub back_href: String,
    /// What is asked for, by vendor.
    pub groups: Vec<AskGroup>,
    /// Ion's form is on its way: the page asks again by itself.
    pub waiting: bool,
    /// One card for all lines of a vendor, or one for each line: the other way.
    pub each: Option<EachLink>,
    /// The money beside it.
    pub summary: OrderSummary,
}

impl HtmlSafe for ProvisioningStep {}

/// The way to answer for each line on its own, or for all at once.
#[derive(Debug, Clone)]
pub struct EachLink {
    /// The words.
    pub label: &'static str,
    /// Its address.
    pub href: String,
}

/// What a vendor asks for, of one line or of several that are asked the same.
#[derive(Debug, Clone)]
pub struct AskGroup {
    /// Ids of the page start with it.
    pub id: String,
    /// Lines that it answers for, as the form says it: `0,1`.
    pub lines: String,
    /// Vendor.
    pub vendor: String,
    /// `Microsoft asks for`.
    pub title: String,
    /// `for both lines; from Ion's form “nce, create”`.
    pub words: String,
    /// `5 of 6 ready`.
    pub ready: String,
    /// Where the form comes from, where that matters.
    pub notes: Vec<Note>,
    /// The fields.
    pub fields: Vec<AskField>,
    /// Attributes that Ion's form does not name.
    pub others: Vec<OtherAttribute>,
    /// An empty row for one more; nothing where the form takes no other.
    pub blank: Option<OtherAttribute>,
}

impl AskGroup {
    /// The number in its id.
    fn number(&self) -> &str {
        self.id.rsplit('.').next().unwrap_or_default()
    }
}

/// How a field is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskKind {
    /// One line.
    Text,
    /// An e-mail address.
    Email,
    /// A whole number.
    Number,
    /// A day.
    Date,
    /// One of some.
    Select,
    /// One of a few, each with room for a word.
    Picks,
}

/// One thing that a vendor asks for. Prints itself.
#[derive(Debug, Clone, Template)]
#[template(path = "order/ask_field.html")]
pub struct AskField {
    /// Name in the form, and id.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// How it is answered.
    pub kind: AskKind,
    /// The answer.
    pub value: String,
    /// Answers to choose from.
    pub choices: Vec<Choice>,
    /// May stay empty.
    pub optional: bool,
    /// What it is for.
    pub hint: String,
    /// What is wrong; empty for nothing.
    pub error: String,
    /// Few answers that would be right, as buttons.
    pub offers: Vec<Choice>,
    /// In the fixed-width type.
    pub mono: bool,
}

impl HtmlSafe for AskField {}

impl AskField {
    fn input_type(&self) -> &'static str {
        match self.kind {
            AskKind::Email => "email",
            AskKind::Date => "date",
            _ => "text",
        }
    }
}

/// An attribute that Ion's form does not name.
#[derive(Debug, Clone)]
pub struct OtherAttribute {
    /// Name of both fields in the form end with it.
    pub suffix: String,
    /// Ion's name of it.
    pub name: String,
    /// The value.
    pub value: String,
    /// What is wrong; empty for nothing.
    pub error: String,
}
