//! Orders: when one is sent, what a lost answer allows, what it costs and binds to, what is wrong with it.
//!
//! - [`state`] decides what an event does to an order: the one place that says when something may be sent.
//! - [`reconcile`] decides which of Ion's orders is ours, how far Ion is searched, and when it is looked again.
//! - [`follow`] decides when Ion is asked again, and when an order stands for longer than usual.
//! - [`money`] works out what an order costs a month and over its whole commitment.
//! - [`cancel_window`] decides until when something can be called off or taken away.
//! - [`draft`] is what they judge: a draft with all that is known beside it.
//! - [`check`] names what is wrong with a draft; [`review`] what a person sees before the button.
//! - [`attributes`] knows what vendors ask for, [`template`] reads what Ion says of that.
//! - [`refusal`] turns codes of Ion and vendors into words; [`mod@file`] reads an order from JSON; [`typed`] reads amounts that people type.

pub mod attributes;
pub mod cancel_window;
pub mod check;
pub mod draft;
pub mod file;
pub mod follow;
pub mod money;
pub mod reconcile;
pub mod refusal;
pub mod review;
pub mod state;
pub mod template;
pub mod typed;

use std::time::Duration;

use jiff::Timestamp;

/// A time later than another; the end of time where it would lie beyond.
pub(crate) fn later(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// A time earlier than another; the beginning of time where it would lie before.
pub(crate) fn earlier(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_sub(by).unwrap_or(Timestamp::MIN)
}

/// How long after another a time is; nothing where it is not after it.
pub(crate) fn between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}

/// An instant as a day for people, in a zone: `22 Nov 2026`.
pub fn day_words(at: Timestamp, zone: &jiff::tz::TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%-d %b %Y").to_string()
}
