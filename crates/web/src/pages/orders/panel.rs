//! What stands above an order: nobody knows whether Ion has it, it failed, how far it is, what waits for somebody.

use domain::access::Right;
use domain::order::{OrderOrigin, OrderState};
use engine::orders::{LookAlikeRow, WaitingLogin};
use jiff::Timestamp;
use rules::orders::attributes::label_of;
use rules::orders::check::line_name;
use rules::orders::follow::what_next;
use rules::orders::state::can_be_called_off;
use store::orders::{OrderEventKind as Kind, OrderEventRow, OrderRow};

use super::timeline::looks_in_all;
use super::{first_login, href, number_text};
use crate::app::App;
use crate::auth::Caller;
use crate::view::format::{counted, duration};
use crate::view::orders::money::ThreeFact;
use crate::view::orders::order::{Adopt, Asked, Failed, FailedWay, LookAlike, TheirWords, Unclear};
use crate::view::{Button, Fact, Note, Times, Tone, Value};

/// A way that is asked back.
fn asked(row: &OrderRow, id: &'static str, label: &str, path: &str) -> Asked {
    let number = number_text(row.origin, row.number, row.ion_id.as_deref());
    Asked {
        id,
        label: label.to_owned(),
        icon: "send",
        bad: false,
        question: format!("{label}: {number}?"),
        text: String::new(),
        keep: "Leave it",
        act: label.to_owned(),
        href: format!("{}/{path}", href(row.id)),
        state: row.state.as_str(),
    }
}

/// Nobody knows whether Ion has it.
pub(super) fn unclear(
    app: &App,
    row: &OrderRow,
    events: &[OrderEventRow],
    alike: &[LookAlikeRow],
    decides: Option<Timestamp>,
    (caller, times): (&Caller, &Times),
    (typed, error): (&str, &str),
) -> Option<Unclear> {
    if row.state != OrderState::Unconfirmed {
        return None;
    }
    let may = caller.may(Right::PlaceOrders);
    let not_found = row.not_found_at.is_some();
    let in_all = looks_in_all(app.engine().settings().orders.patience).max(row.looks);
    let what = events
        .iter()
        .find(|event| event.kind == Kind::Unclear)
        .map_or_else(
            || "The order was sent, and its answer did not come back.".to_owned(),
            |event| event.message.clone(),
        );
    let next = row.next_look_at.filter(|at| *at > times.now);
    let mut again = asked(row, "again", "Send again", "send-again");
    "Ion is searched once more, completely, right before it leaves. It is sent with the same reference, so that it is known again whenever Ion shows it."
        .clone_into(&mut again.text);
    let mut give_up = asked(row, "give-up", "Close it unsent", "give-up");
    give_up.bad = true;
    "It counts as cancelled here. Should Ion show it all the same within a day, it is taken over and you are told."
        .clone_into(&mut give_up.text);
    let by = decides.map(|at| times.clock(at));
    Some(Unclear {
        title: if not_found {
            "Ion does not show this order".to_owned()
        } else {
            "We do not know yet whether Ion has this order".to_owned()
        },
        text: what,
        strong: "It will not be sent again by itself.".to_owned(),
        doing: if not_found {
            "It was searched completely and past the time in which Ion lists an order. Send it again, or close it; we go on looking meanwhile."
                .to_owned()
        } else {
            "We search Ion for its reference; Ion may list it some minutes late.".to_owned()
        },
        look: look_words(row, in_all, not_found, next.is_some(), times),
        next_at: next
            .filter(|_| !not_found)
            .map(|at| at.to_string())
            .unwrap_or_default(),
        next_words: next.map(|at| times.clock_seconds(at)).unwrap_or_default(),
        bar: (!not_found).then_some((row.looks, in_all)),
        until: match (&by, not_found) {
            (Some(by), false) => format!("Until {by} you need not do anything."),
            _ => String::new(),
        },
        look_href: may.then(|| format!("{}/look", href(row.id))),
        again: may.then_some(again),
        again_not: match (&by, not_found) {
            (_, true) => String::new(),
            (Some(by), false) => format!(
                "Send again: possible once Ion has been searched completely, at {by} at the earliest."
            ),
            (None, false) => {
                "Send again: possible once Ion has been searched completely.".to_owned()
            }
        },
        give_up: (may && not_found).then_some(give_up),
        adopt: may.then(|| Adopt {
            href: format!("{}/adopt", href(row.id)),
            alike: alike.iter().map(|one| look_alike(one, times)).collect(),
            typed: typed.to_owned(),
            error: error.to_owned(),
        }),
    })
}

fn look_words(row: &OrderRow, in_all: u32, not_found: bool, waits: bool, times: &Times) -> String {
    let last = row
        .looked_at
        .map(|at| format!(", last at {}.", times.second(at).text))
        .unwrap_or_default();
    match (not_found, waits, row.looks) {
        (true, _, looks) => format!(
            "Looked {}{last}",
            counted(u64::from(looks), "time", "times")
        ),
        (false, true, 0) => "First look in".to_owned(),
        (false, true, looks) => format!("Look {looks} of {in_all}, next in"),
        (false, false, looks) => {
            format!("Look {} of {in_all} goes on now.", (looks + 1).min(in_all))
        }
    }
}

fn look_alike(one: &LookAlikeRow, times: &Times) -> LookAlike {
    let mut detail = Vec::new();
    if !one.status.is_empty() {
        detail.push(one.status.clone());
    }
    if let Some(at) = one.created_at {
        detail.push(format!("made {}", times.second(at).exact));
    }
    LookAlike {
        ion_id: one.ion_id.clone(),
        detail: detail.join(" · "),
        reasons: format!("same customer; {}", one.reasons.join(", ")),
    }
}

/// It failed: what happened, that nothing is owed, the ways on, and their words. `partly`: a subscription came of it all the same.
pub(super) fn failed(row: &OrderRow, may: bool, partly: bool) -> Option<Failed> {
    if row.state != OrderState::Failed {
        return None;
    }
    let failure = row.failure.as_ref();
    let title = failure.map_or_else(
        || "It was not carried out".to_owned(),
        |failure| failure.message.clone(),
    );
    let todo = failure.map_or("", |failure| failure.what_to_do.as_str());
    let field = failure.and_then(|failure| failure.field.as_deref());
    let mut ways = Vec::new();
    let copies = may && !row.content.lines.is_empty();
    if copies {
        let (step, title, text, label) = match field {
            Some(field) if field.contains("/attributes") => (
                "provisioning",
                "Mend it and order again",
                "A new draft with the same lines, open at what the vendor needs. This order stays as it is.",
                format!("Order again, {} to mend", field_label(field)),
            ),
            Some("/customer") | None => (
                "review",
                "Order again",
                "A new draft with the same lines, at the prices of today. This order stays as it is.",
                "Order again".to_owned(),
            ),
            Some(_) => (
                "products",
                "Mend it and order again",
                "A new draft with the same lines, open at what was refused. This order stays as it is.",
                "Order again, with the line to mend".to_owned(),
            ),
        };
        ways.push(FailedWay {
            title: title.to_owned(),
            text: text.to_owned(),
            action: Button::post(label, format!("{}/copy?to={step}", href(row.id))).primary(),
        });
    }
    if let Some(customer) = row.customer.filter(|_| may) {
        let about = field == Some("/customer")
            || field.is_some_and(|field| field.to_ascii_lowercase().contains("domain"));
        if about {
            ways.push(FailedWay {
                title: "Change the customer first".to_owned(),
                text:
                    "If it is wrong there: what you change goes to Ion by itself, then order again."
                        .to_owned(),
                action: Button::link("Open the customer", crate::pages::customers::href(customer)),
            });
        }
    }
    let faults = failure.map_or(&[][..], |failure| failure.faults.as_slice());
    let mut told = std::collections::BTreeSet::new();
    let words = faults
        .iter()
        .filter(|fault| !fault.text.trim().is_empty())
        // Ion tells the order and its item the same.
        .filter(|fault| told.insert(fault.text.trim()))
        .map(|fault| TheirWords {
            text: fault.text.trim().to_owned(),
            from: if fault.source.is_empty() {
                "Ion".to_owned()
            } else {
                format!("{}, by Ion", fault.source)
            },
        })
        .collect();
    Some(Failed {
        title,
        text: if partly {
            format!(
                "A part of it was carried out, and is owed: the subscription stands on this page. Take its line out before you order again. {todo}"
            )
        } else if row.ion_id.is_none() || row.origin == OrderOrigin::Here {
            format!("Nothing was bought and nothing is owed. {todo}")
        } else {
            todo.to_owned()
        },
        ways,
        words,
        facts: failed_facts(row, field),
    })
}

/// What a field is called: `/lines/0/attributes/domainName` to `Tenant domain`.
fn field_label(field: &str) -> String {
    let name = field.rsplit('/').next().unwrap_or(field);
    label_of(&name.replace("~1", "/").replace("~0", "~"))
}

fn failed_facts(row: &OrderRow, field: Option<&str>) -> Vec<Fact> {
    let Some(failure) = &row.failure else {
        return Vec::new();
    };
    let mut facts = Vec::new();
    let mut codes: Vec<&str> = failure
        .faults
        .iter()
        .map(|fault| fault.code.trim())
        .filter(|code| !code.is_empty())
        .collect();
    codes.dedup();
    if !codes.is_empty() {
        facts.push(Fact::new("Code", Value::Mono(codes.join(", "))));
    }
    let line = failure
        .faults
        .iter()
        .find_map(|fault| fault.line)
        .or_else(|| {
            field?
                .strip_prefix("/lines/")?
                .split('/')
                .next()?
                .parse()
                .ok()
        });
    if let Some((place, line)) = line.and_then(|at| Some((at, row.content.lines.get(at)?))) {
        facts.push(Fact::new(
            "Item",
            Value::text(format!(
                "{} of {}, {}",
                place + 1,
                row.content.lines.len(),
                line_name(line)
            )),
        ));
        if let Some(name) = field.and_then(|field| field.split("/attributes/").nth(1)) {
            let value = line.attribute(name).unwrap_or("empty");
            facts.push(Fact::new("Field", Value::Mono(format!("{name} = {value}"))));
        }
    }
    facts.push(Fact::new(
        "Our reference",
        Value::Mono(row.reference.clone()),
    ));
    if let Some(ion_id) = &row.ion_id {
        facts.push(Fact::new("Ion order", Value::Mono(ion_id.clone())));
    }
    if let Some(request) = &failure.request_id {
        facts.push(Fact::new("Ion request", Value::Mono(request.clone())));
    }
    facts
}

/// Accepted, provisioned, billed: three facts, not one state.
pub(super) fn three(row: &OrderRow, events: &[OrderEventRow], times: &Times) -> Vec<ThreeFact> {
    if row.state.is_unsent() {
        return Vec::new();
    }
    let fact = |name: String, icon, tone, value: String| ThreeFact {
        name,
        icon,
        tone,
        value,
    };
    let not = |name: String, value: &str| fact(name, "circle-dashed", Tone::Calm, value.to_owned());
    let never = |name: String| fact(name, "ban", Tone::Calm, "Never".to_owned());
    let at = |kinds: &[Kind]| {
        events
            .iter()
            .find(|event| kinds.contains(&event.kind))
            .map(|event| event.at)
    };
    let ended = row.ended_at.unwrap_or(row.state_since);
    let accepted = "Accepted by Ion".to_owned();
    let accepted = match (row.state, &row.ion_id) {
        (_, Some(_)) => {
            let when = at(&[Kind::Accepted, Kind::Found, Kind::Adopted, Kind::Seen])
                .or(row.ion.as_ref().and_then(|ion| ion.created_at))
                .unwrap_or(row.state_since);
            fact(accepted, "circle-check", Tone::Ok, times.second(when).text)
        }
        (OrderState::Unconfirmed, None) => {
            fact(accepted, "help-hexagon", Tone::Unsure, "Unknown".to_owned())
        }
        (OrderState::Failed, None) => fact(
            accepted,
            "circle-x",
            Tone::Bad,
            format!("Refused, {}", times.second(ended).text),
        ),
        (OrderState::Cancelled, None) => never(accepted),
        _ => not(accepted, "Not yet"),
    };
    let vendor = row
        .content
        .lines
        .first()
        .map(|line| line.vendor.as_str())
        .filter(|vendor| !vendor.is_empty())
        .unwrap_or("the vendor");
    let name = format!("Provisioned by {vendor}");
    let provisioned = match row.state {
        OrderState::Completed => fact(name, "circle-check", Tone::Ok, times.second(ended).text),
        OrderState::Failed if row.ion_id.is_some() => fact(
            name,
            "circle-x",
            Tone::Bad,
            format!("Refused, {}", times.second(ended).text),
        ),
        OrderState::Failed | OrderState::Cancelled => never(name),
        OrderState::InProgress => fact(name, "progress", Tone::Info, "Under way".to_owned()),
        OrderState::OnHold => fact(name, "hand-stop", Tone::Warn, "Kept back".to_owned()),
        _ => not(name, "Not yet"),
    };
    let billed = "Billed".to_owned();
    let billed = match row.state {
        OrderState::Failed | OrderState::Cancelled => never(billed),
        OrderState::Completed => not(billed, "Ion does not tell"),
        _ => not(billed, "Not yet"),
    };
    vec![accepted, provisioned, billed]
}

/// What waits for somebody, or is worth to know.
pub(super) fn notes(
    row: &OrderRow,
    logins: &[WaitingLogin],
    usual: Option<std::time::Duration>,
    (caller, times): (&Caller, &Times),
) -> Vec<Note> {
    let mut notes = Vec::new();
    let may = caller.may(Right::PlaceOrders);
    notes.extend(
        logins
            .iter()
            .map(|login| first_login::note(row, login, caller)),
    );
    if row.state == OrderState::Scheduled
        && let Some(at) = row.scheduled_for
    {
        let note = Note::new(
            Tone::Info,
            "calendar-time",
            format!("It is sent on {}", times.date_time(at)),
            "Prices are looked at again before it leaves; should one have moved, it waits for you as a draft.",
        );
        notes.push(if may {
            note.with(Button::post(
                "Take it back and change it",
                format!("{}/take-back", href(row.id)),
            ))
        } else {
            note
        });
    }
    if row.stuck_at.is_some() {
        let since = times.now.duration_since(row.state_since).unsigned_abs();
        let usual = usual.map_or_else(String::new, |usual| {
            format!(" Such orders usually take {}.", duration(usual))
        });
        notes.push(Note::new(
            Tone::Warn,
            "clock-exclamation",
            "It stands for longer than usual",
            format!(
                "It is so for {}.{usual} {}",
                duration(since),
                what_next(row.state, true)
            ),
        ));
    }
    if row.cancel_asked_at.is_some() && !row.state.is_final() {
        notes.push(Note::new(
            Tone::Info,
            "ban",
            "Ion was asked to call it off",
            "Until it answers, the order may still be carried out. What it answers stands here.",
        ));
    }
    if row.state == OrderState::OnHold && row.stuck_at.is_none() {
        notes.push(Note::new(
            Tone::Warn,
            "hand-stop",
            "Ion keeps it back",
            what_next(row.state, false),
        ));
    }
    notes
}

/// What can be done with it beside the panel, asked back each.
pub(super) fn more(row: &OrderRow, events: &[OrderEventRow], may: bool) -> Vec<Asked> {
    if !may || row.state.is_final() || row.state == OrderState::Draft {
        return Vec::new();
    }
    let mut more = Vec::new();
    let cancels = match row.state {
        OrderState::Scheduled | OrderState::AwaitingApproval => true,
        OrderState::Submitting => row.sent_at.is_none(),
        state if state.is_followed() => {
            row.cancel_asked_at.is_none()
                && can_be_called_off(row.ion.as_ref().map(|ion| ion.status))
        }
        _ => false,
    };
    if cancels {
        let mut ask = asked(row, "cancel", "Cancel the order", "cancel");
        ask.icon = "ban";
        ask.bad = true;
        ask.keep = "Keep it";
        let text = if row.state.is_followed() {
            "Ion is asked to call it off; it does so only while it has not begun. What it answers stands on this page."
        } else {
            "Nothing of it was sent, so nothing is owed. It stays here as cancelled, and can be copied."
        };
        text.clone_into(&mut ask.text);
        more.push(ask);
    }
    let vanished = row.stuck_at.is_some()
        && events
            .iter()
            .find(|event| event.kind == Kind::Stuck)
            .is_some_and(|event| event.message.contains("(404)"));
    if vanished && row.state.is_followed() {
        let mut ask = asked(row, "give-up", "Close it", "give-up");
        ask.icon = "ban";
        ask.bad = true;
        "Ion does not know it any more. Look for its subscription in the Ion portal before you order again."
            .clone_into(&mut ask.text);
        more.push(ask);
    }
    more
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_called_as_people_call_it() {
        assert_eq!(
            field_label("/lines/0/attributes/domainName"),
            "Tenant domain"
        );
        assert_eq!(field_label("/lines/0/attributes/a~1b"), "A/b");
    }
}
