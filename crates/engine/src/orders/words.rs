//! What happened with an order, in words for people.

use std::time::Duration;

use domain::order::{IonOrder, OrderContent, OrderFault, OrderState, Sums};
use ion_client::{Error, TokenUnavailable};
use jiff::Timestamp;
use rules::orders::check::line_name;
use rules::orders::follow::what_next;
use rules::orders::money::commitment_words;
use rules::orders::reconcile::Distrust;
use rules::orders::refusal::explain_all;
use rules::orders::review::Review;
use rules::orders::state::spoken;
use rules::orders::typed::shown;
use store::orders::{OrderEventKind, OrderFailure, OrderRow};

use super::happen::{ION, ITSELF, Turn};
use super::lookalikes;
use super::search::InVain;

pub(super) const NO_LOGIN: &str = "The connection has no login that works. The order keeps its place and is sent once there is one.";
pub(super) const RESTORED: &str = "This installation was restored from a backup. Ion's orders are read first: this one may have been sent before.";
pub(super) const NO_ANSWER: &str =
    "Ion did not answer in time. Nobody knows whether it has the order; it is searched for.";
pub(super) const HELD_UP: &str = "The server was held up before the order could leave. Nothing was sent; it is sent in a moment.";
pub(super) const UNREADABLE: &str =
    "Ion took the order, and its answer cannot be read. The order is searched for.";
pub(super) const BEGUN_BEFORE: &str = "The server stopped while the order was being sent. Nobody knows whether Ion has it; it is searched for.";

pub(super) const SHOWN_AGAIN: &str = "Ion shows the order again.";
pub(super) const VANISHED: &str =
    "Ion answers that it does not know this order (404). It is asked again.";
pub(super) const NO_SUBSCRIPTION: &str = "Ion carried the order out, and no subscription of it is to be seen yet. Ask the distributor with the order's number.";
pub(super) const PRICE_MOVED: &str =
    "A price moved since the order was confirmed. Look at it and place it again.";

/// For how long it stands, and what to do.
pub(super) fn stuck(state: OrderState, usual: Option<Duration>) -> String {
    let usual = usual.map_or_else(String::new, |usual| {
        format!(" Orders of this vendor usually take {}.", rough(usual))
    });
    format!("{}{usual}", what_next(state, true))
}

/// A duration as people say it.
fn rough(time: Duration) -> String {
    let seconds = time.as_secs();
    let (number, unit) = match seconds {
        0..120 => (seconds.max(1), "second"),
        120..7200 => (seconds / 60, "minute"),
        7200..172_800 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{plural}")
}

/// Why a request to Ion failed, as one sentence.
pub(super) fn cause(error: &Error) -> String {
    match error {
        Error::Transport(_) => "Ion could not be reached, or the connection broke.".to_owned(),
        Error::Timeout(_) => "Ion did not answer in time.".to_owned(),
        Error::Token(TokenUnavailable::Later(why) | TokenUnavailable::NeedsPerson(why)) => {
            format!("There is no access token: {why}.")
        }
        Error::RateLimited { after: Some(after) } => {
            format!("Ion asks for a pause of {} s.", after.as_secs().max(1))
        }
        Error::RateLimited { after: None } => "Ion asks for fewer requests.".to_owned(),
        Error::Api(error) => format!(
            "Ion answered {} ({}).",
            error.status,
            if error.message.is_empty() {
                &error.error
            } else {
                &error.message
            }
        ),
        Error::NotIon { status, .. } => {
            format!("The answer (HTTP {status}) was a web page, not Ion's.")
        }
        Error::Cut { .. } => "Ion's answer broke off.".to_owned(),
        other => format!("{other}."),
    }
}

/// Why nobody knows whether Ion has it.
pub(super) fn unclear(error: &Error) -> String {
    format!(
        "{} Nobody knows whether it has the order; it is searched for.",
        cause(error)
    )
}

/// Why it is sent again by itself.
pub(super) fn postponed(error: &Error) -> String {
    format!(
        "{} Ion did not look at the order. It keeps its place and is sent again.",
        cause(error)
    )
}

/// Ion's words for how it stands.
pub(super) fn ion_status(order: &IonOrder) -> String {
    if order.status_word.is_empty() {
        return "Ion does not say how it stands.".to_owned();
    }
    format!("Ion says {}.", order.status_word)
}

/// Faults, one a line.
pub(super) fn faults(faults: &[OrderFault]) -> String {
    let lines: Vec<String> = faults
        .iter()
        .map(|fault| match fault.code.as_str() {
            "" => fault.text.clone(),
            code => format!("{code}: {}", fault.text),
        })
        .collect();
    lines.join("\n")
}

/// What came of a search that did not find it.
pub(super) fn looked(turn: &mut Turn, before: &OrderRow, look: &InVain, now: Timestamp) {
    let read = match look.read {
        1 => "1 order was read".to_owned(),
        read => format!("{read} orders were read"),
    };
    let message = if look.complete {
        format!("Ion was searched completely: {read}, and it is not among them.")
    } else {
        format!("Ion was searched, not completely: {read}, and it is not among them.")
    };
    let detail = match look.distrust {
        Some(Distrust::NotDescending) => "Ion's list was not sorted by time; all of it was read.",
        Some(Distrust::FilterIgnored) => {
            "Ion's list held orders of other customers; all of it was read."
        }
        Some(Distrust::TimesMissing) => "Ion's list told no times; all of it was read.",
        None => "",
    };
    turn.tell((OrderEventKind::Looked, ITSELF), now, message)
        .detail
        .push_str(detail);
    if !look.alike.is_empty() {
        let message = match look.alike.len() {
            1 => "1 order of Ion's looks like it, without its reference.".to_owned(),
            many => format!("{many} orders of Ion's look like it, without its reference."),
        };
        turn.tell((OrderEventKind::LookAlikes, ITSELF), now, message)
            .detail = lookalikes::written(&look.alike);
    }
    if before.not_found_at.is_none() && turn.row.not_found_at.is_some() {
        let message = "It was not found within the time in which Ion's lists show an order. Send it again or close it; until then it is looked for now and then.";
        turn.tell((OrderEventKind::NotFound, ITSELF), now, message);
    }
}

/// What Ion said of an order that it has: where it ended, how, and why.
pub(super) fn end(turn: &mut Turn, order: &IonOrder, now: Timestamp) {
    match turn.row.state {
        OrderState::Completed => {
            turn.tell((OrderEventKind::Completed, ION), now, "Carried out.");
        }
        OrderState::Cancelled => {
            turn.tell((OrderEventKind::Cancelled, ION), now, "Called off in Ion.");
        }
        OrderState::Failed => {
            let failure = vendor_failure(order, &turn.row.content);
            let line = turn.tell((OrderEventKind::Failed, ION), now, failure.message.clone());
            line.detail = faults(&failure.faults);
            turn.row.failure = Some(failure);
        }
        _ => turn.row.failure = None,
    }
}

/// How the state changed.
pub(super) fn state(before: OrderState, after: OrderState) -> String {
    format!("It is {} now; it was {}.", spoken(after), spoken(before))
}

/// Ion refused an order: what is wrong, in which field, and what to do.
pub(super) fn failure(error: &Error, content: &OrderContent) -> OrderFailure {
    let request_id = error.request_id().map(str::to_owned);
    let Error::Api(api) = error else {
        return OrderFailure {
            message: cause(error),
            what_to_do: "Nothing was ordered. Ask the administrator to look at the connection."
                .to_owned(),
            faults: Vec::new(),
            field: None,
            request_id,
        };
    };
    let mut faults: Vec<OrderFault> = api
        .problems()
        .iter()
        .map(|problem| fault(&problem.code, &problem.detail))
        .collect();
    if faults.is_empty() {
        let code = match api.status {
            403 => "PERMISSION_DENIED",
            404 => "NOT_FOUND",
            _ => &api.error,
        };
        faults.push(fault(code, &api.message));
    }
    explained(faults, content, request_id)
}

fn fault(code: &str, text: &str) -> OrderFault {
    OrderFault {
        code: code.to_owned(),
        text: text.to_owned(),
        source: String::new(),
        line: None,
    }
}

fn explained(
    faults: Vec<OrderFault>,
    content: &OrderContent,
    request_id: Option<String>,
) -> OrderFailure {
    let told = explain_all(&faults, content);
    let mut texts: Vec<&str> = told.iter().map(|one| one.text.as_str()).collect();
    texts.dedup();
    let mut advice: Vec<&str> = told.iter().map(|one| one.what_to_do.as_str()).collect();
    advice.dedup();
    OrderFailure {
        message: texts.join(" "),
        what_to_do: advice.join(" "),
        field: told.iter().find_map(|one| one.field.clone()),
        faults,
        request_id,
    }
}

/// The first line in words: what the order is called at Ion, beside its reference.
pub(super) fn title(content: &OrderContent) -> String {
    let Some(first) = content.lines.first() else {
        return String::new();
    };
    let name = format!("{} x {}", first.quantity, line_name(first));
    match content.lines.len() {
        1 => name,
        more => format!("{name} and {} more", more - 1),
    }
}

/// What a person saw when they placed an order, one line for each of its lines, and what it binds to.
pub(super) fn saw(content: &OrderContent, review: &Review) -> String {
    let mut lines: Vec<String> = content
        .lines
        .iter()
        .map(|line| {
            let price = line.price.as_ref().map_or_else(
                || "no price".to_owned(),
                |price| {
                    let unit = shown(price.cost.decimal(), price.currency);
                    format!("{unit} {} each", price.currency)
                },
            );
            let term = commitment_words(line.term, line.billing);
            format!("{} x {} ({term}): {price}", line.quantity, line_name(line))
        })
        .collect();
    lines.push(bound(review));
    lines.join("\n")
}

/// What an order costs a month and binds to, in words.
pub(super) fn bound(review: &Review) -> String {
    let sums = |sums: &Sums| -> String {
        let parts: Vec<String> = sums
            .iter()
            .map(|(currency, sum)| format!("{} {currency}", shown(*sum, *currency)))
            .collect();
        if parts.is_empty() {
            "nothing".to_owned()
        } else {
            parts.join(" and ")
        }
    };
    let totals = &review.totals;
    let open = if totals.open_ended { " at least" } else { "" };
    format!(
        "A month: {}. Over the whole commitment: {}{open}.",
        sums(&totals.monthly),
        sums(&totals.bound)
    )
}

/// A time in words, UTC.
pub(super) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// What is to be sent is missing.
pub(super) fn broken() -> OrderFailure {
    OrderFailure {
        message: "What was to be sent is missing in the database.".to_owned(),
        what_to_do: "Nothing was ordered. Copy the order and place the copy.".to_owned(),
        faults: Vec::new(),
        field: None,
        request_id: None,
    }
}

/// Ion or the vendor failed.
fn vendor_failure(order: &IonOrder, content: &OrderContent) -> OrderFailure {
    explained(order.faults.clone(), content, None)
}
