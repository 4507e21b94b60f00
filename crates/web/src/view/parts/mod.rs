//! Small parts that many pages share. Each prints itself as HTML, with its texts escaped.

mod block;

use std::borrow::Cow;
use std::fmt;

use askama::filters::{Escaper, Html as HtmlEscaper, HtmlSafe};

pub use block::{
    Button, ButtonKind, Empty, Fact, Figure, Note, Point, Share, Shares, Step, StepState, Value,
};

/// Writes a text with the letters that mean something in HTML replaced.
pub(crate) fn escaped(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    HtmlEscaper.write_escaped_str(f, text)
}

/// What a colour says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing to notice.
    #[default]
    Calm,
    /// Good.
    Ok,
    /// Going on.
    Info,
    /// Needs a person soon.
    Warn,
    /// Failed or refused.
    Bad,
    /// Outcome unknown; for nothing else.
    Unsure,
}

impl Tone {
    /// The class that carries the colour.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::Ok => "ok",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Unsure => "unsure",
        }
    }
}

impl fmt::Display for Tone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.class())
    }
}

/// An icon of the sprite.
#[derive(Debug, Clone)]
pub struct Icon {
    /// Its name, as in Tabler's outline set.
    pub name: Cow<'static, str>,
    /// More classes: `i-s`, `i-l`, a tone, `spin`.
    pub class: Cow<'static, str>,
}

impl fmt::Display for Icon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let space = if self.class.is_empty() { "" } else { " " };
        write!(
            f,
            r#"<svg class="i{space}{}" aria-hidden="true"><use href="{}#{}"/></svg>"#,
            self.class,
            sprite(),
            self.name
        )
    }
}

impl HtmlSafe for Icon {}

fn sprite() -> &'static str {
    static SPRITE: std::sync::LazyLock<String> =
        std::sync::LazyLock::new(|| crate::assets::url("icons.svg"));
    &SPRITE
}

/// An icon as a plain value, for parts that print one.
pub(crate) fn icon(name: &'static str, class: &'static str) -> Icon {
    Icon {
        name: Cow::Borrowed(name),
        class: Cow::Borrowed(class),
    }
}

/// Words that lead somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The words.
    pub label: String,
    /// Where to.
    pub href: String,
}

impl Link {
    /// A link.
    pub fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            href: href.into(),
        }
    }
}

/// A moment: short for the eye, exact on hover and for machines. Made by [`super::Times`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// `2 min ago`, `10:41`, `22 Nov, 10:41`.
    pub text: String,
    /// `23 Nov 2026, 10:41:09 CET`.
    pub exact: String,
    /// RFC 3339.
    pub iso: String,
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(r#"<time datetime=""#)?;
        escaped(f, &self.iso)?;
        f.write_str(r#"" title=""#)?;
        escaped(f, &self.exact)?;
        f.write_str(r#"">"#)?;
        escaped(f, &self.text)?;
        f.write_str("</time>")
    }
}

impl HtmlSafe for Moment {}

/// An amount with its currency, which stands small behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Money {
    /// `1,234.50`; see [`super::format::money`].
    pub amount: String,
    /// `EUR`.
    pub currency: String,
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(r#"<span class="num nw">"#)?;
        escaped(f, &self.amount)?;
        f.write_str(r#"<span class="cur">"#)?;
        escaped(f, &self.currency)?;
        f.write_str("</span></span>")
    }
}

impl HtmlSafe for Money {}

/// A move of a figure: amber up, green down, or calm words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delta {
    /// Rose by this: `3.4 %`.
    Up(String),
    /// Fell by this.
    Down(String),
    /// Did not move, or nothing to compare with: `same`, `new`.
    Words(String),
}

impl fmt::Display for Delta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (class, name, word, text) = match self {
            Self::Up(text) => ("up", "arrow-up-right", "up ", text),
            Self::Down(text) => ("down", "arrow-down-right", "down ", text),
            Self::Words(text) => {
                f.write_str(r#"<span class="t3">"#)?;
                escaped(f, text)?;
                return f.write_str("</span>");
            }
        };
        write!(
            f,
            r#"<span class="delta {class}">{}<span class="visually-hidden">{word}</span>"#,
            icon(name, "i-s")
        )?;
        escaped(f, text)?;
        f.write_str("</span>")
    }
}

impl HtmlSafe for Delta {}

/// What is left of a login's 32 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    /// Whole days left; 0 where it ended.
    pub days: u32,
    /// Days that Ion gives.
    pub total: u32,
}

impl Life {
    /// Green, amber from 14 days, red from 3.
    pub const fn tone(self) -> Tone {
        match self.days {
            0..=3 => Tone::Bad,
            4..=14 => Tone::Warn,
            _ => Tone::Ok,
        }
    }

    /// `27 days`, `1 day`.
    pub fn words(self) -> String {
        if self.days == 1 {
            "1 day".to_owned()
        } else {
            format!("{} days", self.days)
        }
    }
}

impl fmt::Display for Life {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.total.max(1);
        let at = |days: u32| days.min(total) * 1000 / total;
        let class = match self.tone() {
            Tone::Bad => "b",
            Tone::Warn => "w",
            _ => "",
        };
        write!(
            f,
            r#"<div class="life" role="img" aria-label="{} of {total} days left; warnings at 14, 7, 3 and 1 days"><svg viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true"><rect class="trk" width="1000" height="8"/><rect class="val {class}" width="{}" height="8"/>"#,
            self.days,
            at(self.days)
        )?;
        for tick in [1, 3, 7, 14] {
            write!(
                f,
                r#"<line class="tick" x1="{0}" x2="{0}" y1="0" y2="8"/>"#,
                at(tick)
            )?;
        }
        write!(
            f,
            r#"</svg><div class="life-l" aria-hidden="true"><span>0</span><span>3</span><span>7</span><span>14 days: first warning</span><span>{total}</span></div></div>"#
        )
    }
}

impl HtmlSafe for Life {}
