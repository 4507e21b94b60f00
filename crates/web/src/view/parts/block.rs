//! Parts that take a line or more: facts, figures, steps, buttons, notes, empty states.

use std::fmt;

use askama::filters::HtmlSafe;

use super::{Link, Moment, Money, Tone, escaped, icon};
use crate::view::Status;

/// A part of a whole, for the bar of shares; see [`Shares`].
#[derive(Debug, Clone)]
pub struct Share {
    /// Its name.
    pub label: String,
    /// How many, for the bar.
    pub value: u64,
    /// How many, as words.
    pub text: String,
    /// Its share: `59.9 %`.
    pub percent: String,
    /// Where its rows are.
    pub href: String,
}

/// Parts of a whole as one bar, with the largest five in colours of their own.
#[derive(Debug, Clone)]
pub struct Shares {
    /// What the bar says, as a sentence.
    pub label: String,
    /// The largest first.
    pub parts: Vec<Share>,
}

impl fmt::Display for Shares {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total: u64 = self.parts.iter().map(|part| part.value).sum::<u64>().max(1);
        f.write_str(r#"<svg class="segbar" role="img" aria-label=""#)?;
        escaped(f, &self.label)?;
        f.write_str(r#"" viewBox="0 0 1000 8" preserveAspectRatio="none">"#)?;
        let mut start = 0;
        for (position, part) in self.parts.iter().enumerate() {
            let width = part.value * 1000 / total;
            let series = (position + 1).min(5);
            write!(
                f,
                r#"<rect class="f{series}" x="{start}" width="{}" height="8"/>"#,
                // What dividing left over goes to the last part, so that the bar is full.
                if position + 1 == self.parts.len() {
                    1000_u64.saturating_sub(start)
                } else {
                    width.saturating_sub(3).max(2)
                }
            )?;
            start += width;
        }
        f.write_str("</svg>")
    }
}

impl HtmlSafe for Shares {}

/// What stands beside a name in a list of facts, or in a cell.
#[derive(Debug, Clone)]
pub enum Value {
    /// Words.
    Text(String),
    /// An id, a part number, a token's first letters.
    Mono(String),
    /// Nothing known: a word such as `never`.
    Absent(String),
    /// Words with a state's colour and icon.
    Toned(Tone, &'static str, String),
    /// A link.
    Link(Link),
    /// A state.
    Status(Status),
    /// A time.
    Moment(Moment),
    /// An amount.
    Money(Money),
}

impl Value {
    /// Words.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spanned = |f: &mut fmt::Formatter<'_>, class: &str, text: &str| {
            write!(f, r#"<span class="{class}">"#)?;
            escaped(f, text)?;
            f.write_str("</span>")
        };
        match self {
            Self::Text(text) => escaped(f, text),
            Self::Mono(text) => spanned(f, "mono", text),
            Self::Absent(text) => spanned(f, "t3", text),
            Self::Toned(tone, name, text) => {
                write!(f, r#"<span class="{tone} nw">{} "#, icon(name, "i-s"))?;
                escaped(f, text)?;
                f.write_str("</span>")
            }
            Self::Link(link) => {
                f.write_str(r#"<a href=""#)?;
                escaped(f, &link.href)?;
                f.write_str(r#"">"#)?;
                escaped(f, &link.label)?;
                f.write_str("</a>")
            }
            Self::Status(status) => status.fmt(f),
            Self::Moment(moment) => moment.fmt(f),
            Self::Money(money) => money.fmt(f),
        }
    }
}

impl HtmlSafe for Value {}

/// A name and what is known for it.
#[derive(Debug, Clone)]
pub struct Fact {
    /// The name.
    pub name: String,
    /// What is known.
    pub value: Value,
}

impl Fact {
    /// A fact.
    pub fn new(name: impl Into<String>, value: Value) -> Self {
        Self {
            name: name.into(),
            value,
        }
    }
}

/// A key figure.
#[derive(Debug, Clone)]
pub struct Figure {
    /// What it counts.
    pub name: String,
    /// Icon before the name, with its tone.
    pub icon: Option<(&'static str, Tone)>,
    /// The figure.
    pub value: String,
    /// Colour of the figure.
    pub tone: Tone,
    /// Unit or currency, small behind the figure.
    pub unit: String,
    /// A line below.
    pub detail: String,
    /// Where the figure leads; empty for nowhere.
    pub href: String,
}

impl Figure {
    /// A figure with a line below it.
    pub fn new(
        name: impl Into<String>,
        value: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            icon: None,
            value: value.into(),
            tone: Tone::Calm,
            unit: String::new(),
            detail: detail.into(),
            href: String::new(),
        }
    }

    /// The same, in a unit or currency.
    #[must_use]
    pub fn of(mut self, unit: impl Into<String>) -> Self {
        self.unit = unit.into();
        self
    }

    /// The same, in a colour.
    #[must_use]
    pub fn toned(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }

    /// The same, leading somewhere.
    #[must_use]
    pub fn to(mut self, href: impl Into<String>) -> Self {
        self.href = href.into();
        self
    }

    /// The same, with an icon.
    #[must_use]
    pub fn with_icon(mut self, name: &'static str, tone: Tone) -> Self {
        self.icon = Some((name, tone));
        self
    }
}

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// Done and good.
    Ok,
    /// Going on.
    Running,
    /// Comes later.
    Waiting,
    /// Done, but a person should look.
    Warn,
    /// Failed.
    Bad,
    /// Something that a person has to bring.
    Todo,
}

/// A line of a list of checks or steps.
#[derive(Debug, Clone)]
pub struct Step {
    /// Where it stands.
    pub state: StepState,
    /// What it is.
    pub title: String,
    /// What it proves, or where it is.
    pub detail: String,
    /// How long it took; may be empty.
    pub time: String,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, class, word) = match self.state {
            StepState::Ok => ("circle-check", "ok", "done: "),
            StepState::Running => ("loader-2", "info spin", "now: "),
            StepState::Waiting => ("circle-dashed", "", "later: "),
            StepState::Warn => ("alert-triangle", "warn", "look: "),
            StepState::Bad => ("circle-x", "bad", "failed: "),
            StepState::Todo => ("circle-dashed", "t3", ""),
        };
        let wait = if self.state == StepState::Waiting {
            r#" class="wait""#
        } else {
            ""
        };
        write!(
            f,
            r#"<li{wait}>{}<div><span class="b"><span class="visually-hidden">{word}</span>"#,
            icon(name, class)
        )?;
        escaped(f, &self.title)?;
        f.write_str("</span>")?;
        if !self.detail.is_empty() {
            f.write_str(r#"<span class="two">"#)?;
            escaped(f, &self.detail)?;
            f.write_str("</span>")?;
        }
        f.write_str(r#"</div><span class="tm">"#)?;
        escaped(f, &self.time)?;
        f.write_str("</span></li>")
    }
}

impl HtmlSafe for Step {}

/// One event of a timeline.
#[derive(Debug, Clone)]
pub struct Point {
    /// Colour.
    pub tone: Tone,
    /// Icon.
    pub icon: &'static str,
    /// What happened.
    pub title: String,
    /// More; may be empty.
    pub detail: String,
    /// When.
    pub at: Moment,
}

/// How a button looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one next step.
    Primary,
    /// Another step.
    Line,
    /// A step back.
    Quiet,
    /// Takes something away.
    Bad,
}

/// A link or a post that looks like a button.
#[derive(Debug, Clone)]
pub struct Button {
    /// Verb with an object.
    pub label: String,
    /// Icon before it; empty for none.
    pub icon: &'static str,
    /// Where to.
    pub href: String,
    /// How it looks.
    pub kind: ButtonKind,
    /// Posts instead of going there.
    pub post: bool,
}

impl Button {
    /// A link to a next step.
    pub fn link(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            icon: "",
            href: href.into(),
            kind: ButtonKind::Line,
            post: false,
        }
    }

    /// A post.
    pub fn post(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            post: true,
            ..Self::link(label, href)
        }
    }

    /// The same as the primary one.
    #[must_use]
    pub fn primary(mut self) -> Self {
        self.kind = ButtonKind::Primary;
        self
    }

    /// The same with an icon.
    #[must_use]
    pub fn with_icon(mut self, icon: &'static str) -> Self {
        self.icon = icon;
        self
    }

    /// Its classes.
    pub fn class(&self) -> &'static str {
        match self.kind {
            ButtonKind::Primary => "btn btn-primary",
            ButtonKind::Line => "btn btn-line",
            ButtonKind::Quiet => "btn btn-quiet",
            ButtonKind::Bad => "btn btn-bad",
        }
    }
}

/// A framed message in the page.
#[derive(Debug, Clone)]
pub struct Note {
    /// Colour.
    pub tone: Tone,
    /// Icon.
    pub icon: &'static str,
    /// What happened.
    pub title: String,
    /// What it means and what to do.
    pub text: String,
    /// What can be done.
    pub actions: Vec<Button>,
}

impl Note {
    /// A message without actions.
    pub fn new(
        tone: Tone,
        icon: &'static str,
        title: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        Self {
            tone,
            icon,
            title: title.into(),
            text: text.into(),
            actions: Vec::new(),
        }
    }

    /// The same with a thing to do.
    #[must_use]
    pub fn with(mut self, action: Button) -> Self {
        self.actions.push(action);
        self
    }
}

/// A list that has no rows: why, and the next step.
#[derive(Debug, Clone)]
pub struct Empty {
    /// Icon.
    pub icon: &'static str,
    /// True where something failed.
    pub failed: bool,
    /// One sentence.
    pub title: String,
    /// What to do.
    pub text: String,
    /// A reference to give to who helps; empty for none.
    pub reference: String,
    /// The one button.
    pub action: Option<Button>,
}

impl Empty {
    /// Nothing there yet.
    pub fn new(icon: &'static str, title: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            icon,
            failed: false,
            title: title.into(),
            text: text.into(),
            reference: String::new(),
            action: None,
        }
    }

    /// The same with a next step.
    #[must_use]
    pub fn with(mut self, action: Button) -> Self {
        self.action = Some(action);
        self
    }

    /// The list could not be read.
    pub fn failed(
        title: impl Into<String>,
        text: impl Into<String>,
        reference: impl Into<String>,
    ) -> Self {
        Self {
            failed: true,
            reference: reference.into(),
            ..Self::new("database-off", title, text)
        }
    }
}
