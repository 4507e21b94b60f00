//! The one table of status words: word, icon and tone for every state, the same on every page and in the API.

use std::borrow::Cow;
use std::fmt;

use askama::filters::HtmlSafe;
use domain::catalog::ProductState;
use domain::connection::ConnectionStatus;
use domain::customer::LinkState;
use domain::order::OrderState;
use domain::run::{JobState, RunStatus};
use domain::subscription::SubscriptionState;

use store::customers::{FileOutcome, FileState, PlanState};

use super::format::count;
use super::parts::{Tone, escaped, icon};

/// A state as people see it. Prints itself as a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The word.
    pub word: Cow<'static, str>,
    /// Icon of the sprite.
    pub icon: &'static str,
    /// Colour.
    pub tone: Tone,
    /// The icon turns while something goes on.
    pub spins: bool,
}

const fn word(word: &'static str, icon: &'static str, tone: Tone) -> Status {
    Status {
        word: Cow::Borrowed(word),
        icon,
        tone,
        spins: false,
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tone = match self.tone {
            Tone::Calm => String::new(),
            tone => format!(" s-{tone}"),
        };
        let spin = if self.spins { " spin" } else { "" };
        write!(f, r#"<span class="st{tone}{spin}">{}"#, icon(self.icon, ""))?;
        escaped(f, &self.word)?;
        f.write_str("</span>")
    }
}

impl HtmlSafe for Status {}

/// A connection; `days` are the days that its login has left.
pub fn connection(status: ConnectionStatus, days: Option<i64>) -> Status {
    match status {
        ConnectionStatus::Active if days.is_some_and(|days| days <= 14) => {
            word("Expires soon", "hourglass-low", Tone::Warn)
        }
        ConnectionStatus::Active => word("Active", "circle-check", Tone::Ok),
        ConnectionStatus::NotFinished => word("Not finished", "plug", Tone::Calm),
        ConnectionStatus::Rechecking => word("Refresh refused, re-checking", "key", Tone::Warn),
        ConnectionStatus::Unclear => word("Refresh unclear, re-checking", "key", Tone::Warn),
        ConnectionStatus::NeedsNewCredentials => {
            word("Needs new credentials", "key-off", Tone::Bad)
        }
        ConnectionStatus::Paused => word("Paused", "player-pause", Tone::Calm),
        ConnectionStatus::Removed => word("Removed", "plug", Tone::Calm),
    }
}

/// A connection whose host did not answer lately.
pub const fn unreachable() -> Status {
    word("Unreachable", "cloud-off", Tone::Warn)
}

/// An integration that nobody set up.
pub const fn not_set_up() -> Status {
    word("Not set up", "plug", Tone::Calm)
}

/// Something that works.
pub const fn active() -> Status {
    word("Active", "circle-check", Tone::Ok)
}

/// Checks that all passed.
pub const fn passed() -> Status {
    word("Passed", "circle-check", Tone::Ok)
}

/// Checks of which one failed.
pub const fn failed() -> Status {
    word("Failed", "circle-x", Tone::Bad)
}

/// Checks that go on.
pub fn testing() -> Status {
    Status {
        spins: true,
        ..word("Testing", "loader-2", Tone::Info)
    }
}

/// A run; `set_aside` are the records that it could not read.
pub fn run(status: RunStatus, set_aside: u64) -> Status {
    match status {
        RunStatus::Queued => word("Queued", "clock", Tone::Calm),
        RunStatus::Running => Status {
            spins: true,
            ..word("Running", "loader-2", Tone::Info)
        },
        RunStatus::Done => word("Done", "check", Tone::Ok),
        RunStatus::DoneSetAside => Status {
            word: Cow::Owned(format!("Done, {} set aside", count(set_aside))),
            ..word("", "alert-triangle", Tone::Warn)
        },
        RunStatus::NeedsDecision => word("Needs a decision", "user-question", Tone::Warn),
        RunStatus::Interrupted => word("Interrupted", "plug-x", Tone::Warn),
        RunStatus::Failed => failed(),
        RunStatus::Stopped => word("Stopped", "player-stop", Tone::Calm),
    }
}

/// A job.
pub fn job(state: JobState) -> Status {
    match state {
        JobState::Queued => run(RunStatus::Queued, 0),
        JobState::Running => run(RunStatus::Running, 0),
        JobState::Done => run(RunStatus::Done, 0),
        JobState::Failed => failed(),
        JobState::Cancelled => run(RunStatus::Stopped, 0),
    }
}

/// A product; `new` where an import saw it first a short while ago.
pub fn product(state: ProductState, new: bool) -> Status {
    match state {
        ProductState::Available if new => word("New", "plus", Tone::Info),
        ProductState::Available => word("Available", "check", Tone::Ok),
        ProductState::NotInPriceBook => word("Not in price book", "lock", Tone::Calm),
        ProductState::SetAside => word("Set aside", "alert-triangle", Tone::Warn),
        ProductState::Withdrawn => word("Withdrawn", "archive", Tone::Calm),
    }
}

/// How a customer stands to Ion.
pub const fn customer(state: LinkState) -> Status {
    match state {
        LinkState::Linked => word("Linked", "link", Tone::Ok),
        LinkState::Proposed => word("Proposed", "arrows-left-right", Tone::Info),
        LinkState::Conflict => word("Conflict", "git-merge", Tone::Warn),
        LinkState::NotInIon => word("Not in Ion", "cloud-x", Tone::Calm),
        LinkState::OnlyInIon => word("Only in Ion", "cloud-down", Tone::Calm),
        LinkState::Inactive => word("Inactive in Ion", "user-off", Tone::Calm),
        LinkState::Gone => word("Gone from Ion", "ghost", Tone::Warn),
        LinkState::Ignored => word("Ignored", "eye-off", Tone::Calm),
        LinkState::Archived => word("Archived", "archive", Tone::Calm),
        LinkState::Failed => word("Write failed", "circle-x", Tone::Bad),
    }
}

/// An order.
pub fn order(state: OrderState) -> Status {
    match state {
        OrderState::Draft => word("Draft", "pencil", Tone::Calm),
        OrderState::AwaitingApproval => word("Awaiting approval", "user-check", Tone::Warn),
        OrderState::Scheduled => word("Scheduled", "calendar-time", Tone::Info),
        OrderState::Submitting => Status {
            spins: true,
            ..word("Submitting", "send", Tone::Info)
        },
        OrderState::Unconfirmed => word("Unconfirmed", "help-hexagon", Tone::Unsure),
        OrderState::Placed => word("Placed", "circle-dot", Tone::Info),
        OrderState::OnHold => word("On hold", "hand-stop", Tone::Warn),
        OrderState::InProgress => word("In progress", "progress", Tone::Info),
        OrderState::Completed => word("Completed", "circle-check", Tone::Ok),
        OrderState::Failed => failed(),
        OrderState::Cancelled => word("Cancelled", "ban", Tone::Calm),
    }
}

/// A subscription.
pub const fn subscription(state: SubscriptionState) -> Status {
    match state {
        SubscriptionState::Active => active(),
        SubscriptionState::Pending => word("Pending", "clock", Tone::Info),
        SubscriptionState::Trial => word("Trial", "flask", Tone::Info),
        SubscriptionState::Ends => word("Ends", "calendar-x", Tone::Warn),
        SubscriptionState::Suspended => word("Suspended", "player-pause", Tone::Warn),
        SubscriptionState::Cancelled => word("Cancelled", "ban", Tone::Calm),
        SubscriptionState::Expired => word("Expired", "calendar-off", Tone::Calm),
        SubscriptionState::Unknown => word("Unknown", "help-circle", Tone::Warn),
    }
}

/// A subscription that Ion no longer shows.
pub const fn gone() -> Status {
    word("Gone from Ion", "ghost", Tone::Warn)
}

/// A row of a file of customers.
pub const fn file_row(outcome: FileOutcome) -> Status {
    match outcome {
        FileOutcome::New => word("New", "plus", Tone::Info),
        FileOutcome::Changed => word("Ready", "check", Tone::Ok),
        FileOutcome::Same => word("Same", "equal", Tone::Calm),
        FileOutcome::Look => word("Look", "eye", Tone::Warn),
        FileOutcome::NotReadable => word("Not readable", "file-x", Tone::Bad),
    }
}

/// A plan of a sync.
pub const fn plan(state: PlanState) -> Status {
    match state {
        PlanState::Waiting => word("Needs a decision", "user-question", Tone::Warn),
        PlanState::Applied => word("Applied", "check", Tone::Ok),
        PlanState::Discarded => word("Left as it was", "ban", Tone::Calm),
        PlanState::Superseded => word("A later one took its place", "history", Tone::Calm),
    }
}

/// What became of a file of customers.
pub const fn file(state: FileState) -> Status {
    match state {
        FileState::Read => word("Read, not applied", "eye", Tone::Info),
        FileState::Applied => word("Applied", "check", Tone::Ok),
        FileState::Discarded => word("Left", "ban", Tone::Calm),
    }
}

/// A person.
pub fn person(disabled: bool) -> Status {
    if disabled {
        word("Disabled", "user-off", Tone::Calm)
    } else {
        active()
    }
}

/// Where an API token stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenState {
    /// Works.
    Active,
    /// Works, and ends within 14 days.
    ExpiresSoon,
    /// Works, and was never used.
    NotUsed,
    /// Ended by itself.
    Expired,
    /// Ended by a person.
    Revoked,
}

/// An API token.
pub const fn token(state: TokenState) -> Status {
    match state {
        TokenState::Active => active(),
        TokenState::ExpiresSoon => word("Expires soon", "hourglass-low", Tone::Warn),
        TokenState::NotUsed => word("Not used", "circle-dashed", Tone::Calm),
        TokenState::Expired => word("Expired", "calendar-off", Tone::Calm),
        TokenState::Revoked => word("Revoked", "ban", Tone::Calm),
    }
}

/// How the sending of a message went; `state` as the store has it.
pub fn delivery(state: &str) -> Status {
    match state {
        "sent" | "delivered" => word("Delivered", "check", Tone::Ok),
        "failed" => failed(),
        "retrying" => word("Retrying", "refresh-alert", Tone::Warn),
        _ => word("Queued", "clock", Tone::Calm),
    }
}

/// A thing that the configuration turns on.
pub const fn configured(on: bool) -> Status {
    if on { active() } else { not_set_up() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_says_its_word_and_hides_its_icon() {
        let html = run(RunStatus::DoneSetAside, 12).to_string();
        assert!(
            html.starts_with(r#"<span class="st s-warn"><svg class="i" aria-hidden="true">"#),
            "{html}"
        );
        assert!(html.ends_with("Done, 12 set aside</span>"), "{html}");
    }

    #[test]
    fn a_login_that_ends_within_14_days_is_not_simply_active() {
        assert_eq!(
            connection(ConnectionStatus::Active, Some(15)).word,
            "Active"
        );
        assert_eq!(
            connection(ConnectionStatus::Active, Some(14)).word,
            "Expires soon"
        );
        assert_eq!(
            connection(ConnectionStatus::NeedsNewCredentials, Some(20)).tone,
            Tone::Bad
        );
    }
}
