//! Fields of forms: label, control, what is wrong or right, help.

use std::borrow::Cow;

use askama::Template;
use askama::filters::HtmlSafe;

use super::filters;

/// What a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// One line.
    Text,
    /// An e-mail address.
    Email,
    /// A password or token; an eye shows it while typing.
    Secret,
    /// Digits.
    Number,
    /// A day.
    Date,
    /// Several lines.
    Long,
}

impl FieldKind {
    fn input_type(self) -> &'static str {
        match self {
            Self::Text | Self::Number | Self::Long => "text",
            Self::Email => "email",
            Self::Secret => "password",
            Self::Date => "date",
        }
    }
}

/// One field. Prints itself.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/field.html")]
pub struct Field {
    /// Name in the form, and id.
    pub name: Cow<'static, str>,
    /// Label.
    pub label: String,
    /// What it takes.
    pub kind: FieldKind,
    /// What it holds; never a secret that was saved.
    pub value: String,
    /// Shown while it is empty.
    pub placeholder: String,
    /// Help below it.
    pub hint: String,
    /// What is wrong and what to do; empty for nothing.
    pub error: String,
    /// What was found right; empty for nothing.
    pub good: String,
    /// For password managers: `username`, `current-password`, `off`.
    pub autocomplete: &'static str,
    /// May stay empty.
    pub optional: bool,
    /// Cannot be changed now.
    pub read_only: bool,
    /// In the fixed-width type.
    pub mono: bool,
    /// Takes the focus when the page opens.
    pub focus: bool,
    /// Values that are offered while typing; any other may be typed too. Value and what it means.
    pub offers: Vec<(String, String)>,
}

impl HtmlSafe for Field {}

impl Field {
    /// An empty field that must be filled.
    pub fn new(
        name: impl Into<Cow<'static, str>>,
        label: impl Into<String>,
        kind: FieldKind,
    ) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            kind,
            value: String::new(),
            placeholder: String::new(),
            hint: String::new(),
            error: String::new(),
            good: String::new(),
            autocomplete: if kind == FieldKind::Secret { "off" } else { "" },
            optional: false,
            read_only: false,
            mono: false,
            focus: false,
            offers: Vec::new(),
        }
    }

    /// With this value.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    /// With this help.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// With this example.
    #[must_use]
    pub fn placeholder(mut self, placeholder: impl Into<String>) -> Self {
        self.placeholder = placeholder.into();
        self
    }

    /// With what is wrong.
    #[must_use]
    pub fn error(mut self, error: impl Into<String>) -> Self {
        self.error = error.into();
        self
    }

    /// With what was found right.
    #[must_use]
    pub fn good(mut self, good: impl Into<String>) -> Self {
        self.good = good.into();
        self
    }

    /// For password managers.
    #[must_use]
    pub const fn autocomplete(mut self, autocomplete: &'static str) -> Self {
        self.autocomplete = autocomplete;
        self
    }

    /// In the fixed-width type.
    #[must_use]
    pub const fn mono(mut self) -> Self {
        self.mono = true;
        self
    }

    /// May stay empty.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// With values that are offered.
    #[must_use]
    pub fn offering(mut self, offers: Vec<(String, String)>) -> Self {
        self.offers = offers;
        self
    }

    /// Takes the focus when the page opens.
    #[must_use]
    pub const fn focused(mut self) -> Self {
        self.focus = true;
        self
    }

    fn state(&self) -> &'static str {
        if !self.error.is_empty() {
            " is-bad"
        } else if !self.good.is_empty() {
            " is-good"
        } else {
            ""
        }
    }

    fn input_type(&self) -> &'static str {
        self.kind.input_type()
    }

    fn is_secret(&self) -> bool {
        self.kind == FieldKind::Secret
    }

    fn is_long(&self) -> bool {
        self.kind == FieldKind::Long
    }

    fn is_number(&self) -> bool {
        self.kind == FieldKind::Number
    }
}

/// One value of a choice.
#[derive(Debug, Clone)]
pub struct Choice {
    /// As sent.
    pub value: String,
    /// As shown.
    pub label: String,
    /// Chosen.
    pub on: bool,
}

impl Choice {
    /// A choice.
    pub fn new(value: impl Into<String>, label: impl Into<String>, on: bool) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
            on,
        }
    }
}

/// A field with few answers. Prints itself.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/select.html")]
pub struct Select {
    /// Name in the form, and id.
    pub name: &'static str,
    /// Label.
    pub label: String,
    /// Its answers.
    pub choices: Vec<Choice>,
    /// Help below it.
    pub hint: String,
    /// What is wrong; empty for nothing.
    pub error: String,
}

impl HtmlSafe for Select {}

/// A box to tick.
#[derive(Debug, Clone)]
pub struct Check {
    /// Name in the form.
    pub name: String,
    /// As sent when ticked.
    pub value: String,
    /// Label.
    pub label: String,
    /// A line below.
    pub detail: String,
    /// Ticked.
    pub on: bool,
}
