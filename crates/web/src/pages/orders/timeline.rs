//! The timeline of an order: what comes, then what happened, the newest first.

use std::time::Duration;

use domain::order::{OrderOrigin, OrderState};
use jiff::{SignedDuration, Timestamp};
use store::orders::{OrderEventKind as Kind, OrderEventRow, OrderRow};

use super::words::person;
use crate::view::orders::order::TimelinePoint;
use crate::view::{Times, Tone};

/// What the timeline needs to know beside the order.
pub(super) struct Known {
    /// When people are told that it is not found.
    pub(super) decides: Option<Timestamp>,
    /// Until when what came of it can be cancelled, and what is owed after that.
    pub(super) cancel_until: Option<(Timestamp, bool, String)>,
}

/// Everything, what comes on top.
pub(super) fn points(
    row: &OrderRow,
    events: &[OrderEventRow],
    known: &Known,
    times: &Times,
) -> Vec<TimelinePoint> {
    let mut points = coming(row, known, times);
    let mut before: Option<&OrderEventRow> = None;
    let mut edits = 1;
    for event in events {
        // Somebody who saves a draft ten times did one thing.
        let again = before.is_some_and(|before| {
            before.kind == Kind::Edited && event.kind == Kind::Edited && before.actor == event.actor
        });
        if again {
            edits += 1;
            if let Some(last) = points.last_mut() {
                last.title = format!("Draft changed {edits} times by {}", person(&event.actor));
            }
            continue;
        }
        edits = 1;
        before = Some(event);
        points.push(point(event, times));
    }
    points
}

fn next(icon: &'static str, title: String, detail: &str) -> TimelinePoint {
    TimelinePoint {
        next: true,
        tone: Tone::Calm,
        icon,
        title,
        detail: detail.to_owned(),
        request: String::new(),
        at: None,
        when: "then".to_owned(),
    }
}

/// What comes, the furthest first.
fn coming(row: &OrderRow, known: &Known, times: &Times) -> Vec<TimelinePoint> {
    let mut points = Vec::new();
    match row.state {
        OrderState::Draft | OrderState::AwaitingApproval => {}
        OrderState::Scheduled => {
            let mut sent = next(
                "send",
                "Sent to Ion".to_owned(),
                "Prices are looked at again before. Until then it can be taken back.",
            );
            if let Some(at) = row.scheduled_for {
                sent.when = times.date_time(at);
            }
            points.push(sent);
        }
        OrderState::Submitting => points.push(next(
            "circle-dot",
            "Ion answers".to_owned(),
            "Then it is placed and followed to the end. Should the answer get lost, Ion is searched before anything is done.",
        )),
        OrderState::Unconfirmed => {
            points.push(next(
                "player-skip-forward",
                "If it is found".to_owned(),
                "It becomes Placed and we follow it to the end.",
            ));
            match known.decides.filter(|_| row.not_found_at.is_none()) {
                Some(at) => {
                    let mut point = next(
                        "arrow-back-up",
                        format!("If it is not found by {}", times.clock(at)),
                        "You may send it again, with the same reference. Nothing happens by itself.",
                    );
                    point.when = times.clock(at);
                    points.push(point);
                }
                None => points.push(next(
                    "arrow-back-up",
                    "If you send it again".to_owned(),
                    "Ion is searched once more, completely, right before it leaves with the same reference.",
                )),
            }
        }
        OrderState::Placed | OrderState::OnHold | OrderState::InProgress => {
            points.push(next(
                "circle-check",
                "Completed".to_owned(),
                "Then the subscriptions that came of it are read, and stand here.",
            ));
            if let Some(at) = row.next_look_at.filter(|at| *at > times.now) {
                let mut point = next("refresh", "Ion is asked again".to_owned(), "");
                point.at = Some(times.second(at));
                points.push(point);
            }
        }
        OrderState::Completed => {
            if let Some((at, expected, owed)) = &known.cancel_until
                && *at > times.now
            {
                let mut point = next(
                    "calendar-x",
                    if *expected {
                        "Last day to cancel, expected".to_owned()
                    } else {
                        "Last day to cancel".to_owned()
                    },
                    owed,
                );
                point.when = times.date_time(*at);
                points.push(point);
            }
        }
        OrderState::Failed => points.push(next(
            "copy",
            "If you order again".to_owned(),
            "A new order with its own reference; this one stays as it is.",
        )),
        OrderState::Cancelled => {
            if row.sends > 0 && row.ion_id.is_none() && row.next_look_at.is_some() {
                points.push(next(
                    "player-skip-forward",
                    "If Ion shows it all the same".to_owned(),
                    "It is taken over, followed to its end, and you are told.",
                ));
            }
        }
    }
    points
}

fn point(event: &OrderEventRow, times: &Times) -> TimelinePoint {
    let who = person(&event.actor);
    let (tone, icon, title) = match event.kind {
        Kind::Created => (Tone::Calm, "pencil", format!("Draft, begun by {who}")),
        Kind::Edited => (Tone::Calm, "pencil", format!("Draft changed by {who}")),
        Kind::Confirmed => (Tone::Ok, "user-check", format!("Confirmed by {who}")),
        Kind::Scheduled => (Tone::Info, "calendar-time", "Scheduled".to_owned()),
        Kind::TakenBack => (Tone::Calm, "arrow-back-up", "Taken back".to_owned()),
        Kind::Intent => (Tone::Ok, "device-floppy", "Intent saved".to_owned()),
        Kind::Sending => (Tone::Info, "send", "Submitting".to_owned()),
        Kind::Accepted => (Tone::Info, "circle-dot", "Placed".to_owned()),
        Kind::Postponed => (Tone::Warn, "clock", "Not sent yet".to_owned()),
        Kind::Unclear => (Tone::Unsure, "plug-x", "Unconfirmed".to_owned()),
        Kind::Looked => (
            Tone::Unsure,
            "search",
            "Looked at Ion: not there".to_owned(),
        ),
        Kind::Found => (Tone::Ok, "circle-dot", "Found in Ion".to_owned()),
        Kind::LookAlikes => (Tone::Unsure, "arrows-diff", "Others look alike".to_owned()),
        Kind::NotFound => (Tone::Unsure, "search-off", "Not found".to_owned()),
        Kind::SentAgain => (Tone::Info, "send", format!("Sent again by {who}")),
        Kind::Adopted => (Tone::Ok, "link", format!("Taken over by {who}")),
        Kind::State => (Tone::Info, "progress", "Ion says another state".to_owned()),
        Kind::Refused => (Tone::Bad, "circle-x", "Refused by Ion".to_owned()),
        Kind::Failed => (Tone::Bad, "circle-x", "Failed".to_owned()),
        Kind::Stuck => (
            Tone::Warn,
            "clock-exclamation",
            "Longer than usual".to_owned(),
        ),
        Kind::CancelAsked => (Tone::Calm, "ban", format!("{who} wants it called off")),
        Kind::CancelRefused => (Tone::Warn, "ban", "Ion does not call it off".to_owned()),
        Kind::Cancelled => (Tone::Calm, "ban", "Cancelled".to_owned()),
        Kind::Completed => (Tone::Ok, "circle-check", "Completed".to_owned()),
        Kind::Subscription => (Tone::Ok, "refresh-dot", "Subscription seen".to_owned()),
        Kind::Secret => (Tone::Info, "key", "First log-in".to_owned()),
        Kind::Seen => (Tone::Calm, "eye", "Seen in Ion".to_owned()),
    };
    TimelinePoint {
        next: false,
        tone,
        icon,
        title,
        detail: detail(event),
        request: event.request_id.clone().unwrap_or_default(),
        at: Some(times.second(event.at)),
        when: String::new(),
    }
}

/// What a person reads below the title: what some kinds keep in their detail is for the program.
fn detail(event: &OrderEventRow) -> String {
    let said = match event.kind {
        Kind::LookAlikes | Kind::Secret | Kind::Created => "",
        _ => event.detail.trim(),
    };
    // Ion tells the order and its item the same: once is enough.
    let mut told = std::collections::BTreeSet::new();
    let said = said
        .lines()
        .filter(|line| told.insert(*line))
        .collect::<Vec<_>>()
        .join("\n");
    let message = match event.kind {
        // The title says it.
        Kind::Created | Kind::Edited | Kind::Confirmed => "",
        _ => event.message.trim(),
    };
    match (message.is_empty(), said.is_empty()) {
        (true, _) => said,
        (false, true) => message.to_owned(),
        (false, false) => format!("{message}\n{said}"),
    }
}

/// When people are told that an order is not found: after patience.
pub(super) fn decides(row: &OrderRow, patience: Duration) -> Option<Timestamp> {
    let patience = SignedDuration::try_from(patience).ok()?;
    (row.origin == OrderOrigin::Here)
        .then_some(row.sent_at?)
        .and_then(|sent| sent.checked_add(patience).ok())
}

/// How many looks there are until people are told, by the pace of the rules.
pub(super) fn looks_in_all(patience: Duration) -> u32 {
    let sent = Timestamp::UNIX_EPOCH;
    let Some(end) = SignedDuration::try_from(patience)
        .ok()
        .and_then(|patience| sent.checked_add(patience).ok())
    else {
        return 1;
    };
    let (mut at, mut looks) = (sent, 0);
    while at < end && looks < 10_000 {
        match rules::orders::reconcile::next_look(looks, sent, patience, at) {
            Some(next) if next > at => {
                at = next;
                looks += 1;
            }
            _ => break,
        }
    }
    looks.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_are_counted_by_the_pace_of_the_search() {
        // 10, 20, 40, 80, then each 120 s, the last one at the end.
        assert_eq!(looks_in_all(Duration::from_secs(900)), 11);
        assert_eq!(looks_in_all(Duration::from_secs(10)), 1);
        assert_eq!(looks_in_all(Duration::ZERO), 1);
    }

    fn event(kind: Kind, detail: &str) -> OrderEventRow {
        OrderEventRow {
            order: domain::OrderId(uuid::Uuid::nil()),
            at: Timestamp::UNIX_EPOCH,
            kind,
            actor: "sam@reseller.example".to_owned(),
            message: "A message.".to_owned(),
            detail: detail.to_owned(),
            request_id: None,
        }
    }

    #[test]
    fn a_wish_to_call_it_off_is_not_told_as_done() {
        let times = Times::new(Timestamp::UNIX_EPOCH, jiff::tz::TimeZone::UTC);
        let asked = point(&event(Kind::CancelAsked, ""), &times);
        assert_eq!(asked.title, "sam wants it called off");
    }

    #[test]
    fn what_the_program_keeps_is_not_read_out() {
        assert_eq!(
            detail(&event(Kind::LookAlikes, "366959\tNEW")),
            "A message."
        );
        assert_eq!(
            detail(&event(Kind::Confirmed, "25 x Premium")),
            "25 x Premium"
        );
        assert_eq!(
            detail(&event(Kind::Failed, "A1: taken\nA1: taken\nA2: gone")),
            "A message.\nA1: taken\nA2: gone"
        );
        assert_eq!(
            detail(&event(Kind::Looked, "Not sorted.")),
            "A message.\nNot sorted."
        );
    }
}
