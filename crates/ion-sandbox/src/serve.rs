//! One request from its arrival to its answer: gates, faults, effect, ledger.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State as Shared};
use axum::http::header;
use axum::response::Response;
use futures::StreamExt as _;

use crate::api::{Call, answer, parse_query};
use crate::fault::{Action, BodyKind, fits};
use crate::ledger::Entry;
use crate::reply::Reply;
use crate::server::Inner;
use crate::state::{Late, State};
use crate::wire::Wire;

/// Answers a request.
pub(crate) async fn serve(
    Shared(inner): Shared<Arc<Inner>>,
    ConnectInfo(wire): ConnectInfo<Wire>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let (method, path) = (
        parts.method.as_str().to_owned(),
        parts.uri.path().to_owned(),
    );
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let body = axum::body::to_bytes(body, 8 * 1024 * 1024)
        .await
        .unwrap_or_default();
    let access = parts
        .headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .map(str::to_owned);
    let kind = parts
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned();

    let held: Vec<_> = inner
        .gates
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .iter()
        .filter(|(pattern, _)| fits(pattern, &method, plain(&path)))
        .map(|(_, gate)| Arc::clone(gate))
        .collect();
    for gate in held {
        gate.arrived.send_modify(|arrived| *arrived += 1);
        gate.open.cancelled().await;
    }
    let received = Received {
        method,
        path,
        query,
        body,
        access,
        kind,
    };
    let (reply, action, skew, delay) = handle(&inner, &received);
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    match action {
        Some(Action::CutBefore | Action::CutAfter | Action::EffectLater { .. }) => {
            wire.cut_after(0)
        }
        Some(Action::CutBody { bytes }) => wire.cut_after(bytes),
        Some(Action::HugeBody) => return huge(),
        _ => {}
    }
    let mut response = reply.send();
    // Its own time, also where that is driven: a Retry-After that is a date is read against it.
    let date = inner
        .state()
        .clock
        .now()
        .checked_add(jiff::SignedDuration::from_secs(skew))
        .unwrap_or_default();
    if let Ok(text) = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&date)
        && let Ok(value) = text.parse()
    {
        response.headers_mut().insert(header::DATE, value);
    }
    response
}

/// What every address of the platform begins with.
const API: &str = "/api/v3/";

/// A path without the slash that some clients put at its end.
fn plain(path: &str) -> &str {
    path.strip_suffix('/').unwrap_or(path)
}

/// A request, read whole.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    method: String,
    path: String,
    query: String,
    body: Bytes,
    access: Option<String>,
    kind: String,
}

/// Answers a request and writes the ledger, in one step under the lock.
fn handle(inner: &Inner, received: &Received) -> (Reply, Option<Action>, i64, Duration) {
    let mut state = inner.state();
    state.settle();
    state.requests += 1;
    let number = state.requests;
    carry_out_late(&mut state, number);
    // One too many is turned away before any fault can happen to it: a fault waits for a request that is let in.
    let throttled = received.path.starts_with(API) && state.throttled();
    let action = if throttled {
        None
    } else {
        state.rules.meet(&received.method, plain(&received.path))
    };
    let refresh = presented(&state, received);
    let access_number = received
        .access
        .as_deref()
        .map(|token| state.tokens.access_number(token));
    let skips_effect = matches!(
        action,
        Some(
            Action::Status { .. }
                | Action::CutBefore
                | Action::EffectLater { .. }
                | Action::Html
                | Action::HugeBody
                | Action::Redirect { .. }
        )
    );
    if action == Some(Action::Resorted) {
        state.listings.resort(number);
        state.customers.reverse();
        state.orders.reverse();
        state.subscriptions.reverse();
    }
    if let (Some(Action::TokenDies), Some(token)) = (&action, &received.access) {
        state.tokens.end_access(token);
    }
    if let Some(Action::EffectLater { requests }) = action {
        state.late.push(Late {
            due: number.saturating_add(requests),
            number,
            received: received.clone(),
        });
    }
    let (mut reply, outcome) = if skips_effect {
        (Reply::json(200, "{}"), Outcome::default())
    } else {
        dispatch(&mut state, received, (number, throttled), action.as_ref())
    };
    let mut delay = Duration::from_millis(state.knobs.latency_ms);
    match &action {
        Some(Action::Status {
            code,
            body,
            retry_after,
        }) => {
            reply = match body {
                BodyKind::Platform => {
                    Reply::error(*code, "UNAVAILABLE", "a fault of the sandbox", number)
                }
                BodyKind::Oauth => Reply {
                    status: *code,
                    ..Reply::oauth_error()
                },
                BodyKind::Html => Reply::html(*code),
                BodyKind::Empty => Reply::json(*code, ""),
            };
            if let Some(wait) = retry_after {
                reply = reply.with("retry-after", retry_after_text(&state, wait));
            }
        }
        Some(Action::StatusAfter { code }) => {
            reply = Reply::error(*code, "INTERNAL_ERROR", "Internal Server Error", number)
        }
        Some(Action::Html) => reply = Reply::html(200),
        Some(Action::Redirect { to }) => reply = Reply::json(302, "").with("location", to.clone()),
        Some(Action::Delay { ms }) => delay += Duration::from_millis(*ms),
        _ => {}
    }
    let cut = matches!(
        action,
        Some(Action::CutBefore | Action::CutAfter | Action::EffectLater { .. })
    );
    let entry = Entry {
        n: number,
        at_ms: state.clock.real_ms(),
        method: received.method.clone(),
        path: received.path.clone(),
        query: received.query.clone(),
        access: access_number,
        refresh,
        status: if cut { 0 } else { reply.status },
        effect: outcome.effect,
        fault: action.as_ref().map(Action::name),
        bytes: reply.body.len(),
        customer: outcome.customer,
        order: outcome.order,
        sent: sent(received),
    };
    state.ledger.entries.push(entry);
    let skew = state.knobs.clock_skew_s;
    (reply, action, skew, delay)
}

/// What a request did.
#[derive(Debug, Default)]
struct Outcome {
    effect: bool,
    /// The customer that it made or changed.
    customer: Option<String>,
    /// The order that it made, changed or cancelled.
    order: Option<String>,
}

/// Effects that were put off until this request.
pub(crate) fn carry_out_late(state: &mut State, number: u64) {
    let (due, later) = std::mem::take(&mut state.late)
        .into_iter()
        .partition(|late| late.due <= number);
    state.late = later;
    let due: Vec<Late> = due;
    for late in due {
        let (_, outcome) = dispatch(state, &late.received, (late.number, false), None);
        let entries = &mut state.ledger.entries;
        if let Some(entry) = entries.iter_mut().find(|entry| entry.n == late.number) {
            entry.effect = outcome.effect;
            entry.customer = outcome.customer;
            entry.order = outcome.order;
        }
    }
}

/// The body of a request that makes or changes a customer, an order or a cart.
fn sent(received: &Received) -> Option<serde_json::Value> {
    let writes = matches!(received.method.as_str(), "POST" | "PUT");
    (writes && received.path.contains("/customers"))
        .then(|| serde_json::from_slice(&received.body).ok())
        .flatten()
}

fn retry_after_text(state: &State, wait: &str) -> String {
    let Some(seconds) = wait
        .strip_prefix("date:")
        .and_then(|seconds| seconds.parse::<u64>().ok())
    else {
        return wait.to_owned();
    };
    let skew = jiff::SignedDuration::from_secs(state.knobs.clock_skew_s);
    let until = state
        .clock
        .now()
        .checked_add(Duration::from_secs(seconds))
        .unwrap_or_default()
        .checked_add(skew)
        .unwrap_or_default();
    jiff::fmt::rfc2822::DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&until)
        .unwrap_or_default()
}

fn form(received: &Received) -> std::collections::HashMap<String, String> {
    if received
        .kind
        .starts_with("application/x-www-form-urlencoded")
    {
        return parse_query(&String::from_utf8_lossy(&received.body));
    }
    let Some(boundary) = received
        .kind
        .strip_prefix("multipart/form-data")
        .and_then(|rest| rest.split("boundary=").nth(1))
    else {
        return std::collections::HashMap::new();
    };
    let text = String::from_utf8_lossy(&received.body);
    text.split(&format!("--{}", boundary.trim_matches('"')))
        .filter_map(|part| {
            let (head, value) = part.split_once("\r\n\r\n")?;
            let name = head.split("name=\"").nth(1)?.split('"').next()?;
            Some((name.to_owned(), value.trim_end_matches("\r\n").to_owned()))
        })
        .collect()
}

fn presented(state: &State, received: &Received) -> Option<crate::ledger::TokenUse> {
    (received.path == "/oauth/token")
        .then(|| {
            form(received)
                .get("refresh_token")
                .map(|token| state.tokens.used(token))
        })
        .flatten()
}

fn dispatch(
    state: &mut State,
    received: &Received,
    (number, throttled): (u64, bool),
    fault: Option<&Action>,
) -> (Reply, Outcome) {
    let (knobs, now) = (state.knobs.clone(), state.clock.now());
    match (received.method.as_str(), received.path.as_str()) {
        ("POST", "/oauth/token") => {
            let form = form(received);
            let (reply, effect) = state.tokens.exchange(
                form.get("grant_type").map(String::as_str),
                form.get("refresh_token").map(String::as_str),
                &knobs,
                now,
            );
            let outcome = Outcome {
                effect,
                ..Outcome::default()
            };
            (reply, outcome)
        }
        ("POST" | "GET", "/oauth/validateAccess") => {
            let form = form(received);
            (
                state.tokens.validate(
                    form.get("access_token")
                        .or(received.access.as_ref())
                        .map(String::as_str),
                    now,
                ),
                Outcome::default(),
            )
        }
        (_, path) if path.starts_with(API) => {
            let call = Call {
                number,
                method: &received.method,
                path: plain(path),
                query: parse_query(&received.query),
                access: received.access.clone(),
                body: &received.body,
                fault,
                throttled,
            };
            let answered = answer(state, &call);
            let outcome = Outcome {
                effect: answered.effect,
                customer: answered.customer,
                order: answered.order,
            };
            (answered.reply, outcome)
        }
        _ => (Reply::html(404), Outcome::default()),
    }
}

/// Gigabytes of JSON that never end.
fn huge() -> Response {
    let part = Bytes::from(vec![b' '; 1024 * 1024]);
    let stream =
        futures::stream::iter(0..10_240).map(move |_| Ok::<_, std::io::Error>(part.clone()));
    let mut response = Response::new(Body::from_stream(stream));
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("application/json"),
    );
    response
}
