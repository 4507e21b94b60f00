//! The endpoints of the partner API: who may call, which part answers, lists by page token.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

use crate::catalog;
use crate::fault::Action;
use crate::json::snake;
use crate::reply::Reply;
use crate::state::State;

/// A request, taken apart.
pub(crate) struct Call<'a> {
    pub(crate) number: u64,
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: HashMap<String, String>,
    pub(crate) access: Option<String>,
    pub(crate) body: &'a [u8],
    pub(crate) fault: Option<&'a Action>,
    /// It is one too many in its second.
    pub(crate) throttled: bool,
}

impl Call<'_> {
    /// A parameter by its name as `pageSize`; `page_size` is taken too, and an empty one is none.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.query
            .get(name)
            .or_else(|| self.query.get(&snake(name)))
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    pub(crate) fn error(&self, status: u16, error: &str, message: &str) -> Reply {
        Reply::error(status, error, message, self.number)
    }
}

/// Query parameters, decoded.
pub(crate) fn parse_query(query: &str) -> HashMap<String, String> {
    query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

fn decode(text: &str) -> String {
    let bytes = text.replace('+', " ").into_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%')
            .then(|| bytes.get(at + 1..at + 3))
            .flatten()
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(hex.unwrap_or(bytes[at]));
        at += if hex.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// An answer, and what the request did.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) reply: Reply,
    /// Something changed.
    pub(crate) effect: bool,
    /// Id of the customer that was made or changed.
    pub(crate) customer: Option<String>,
    /// Id of the order that was made, changed or cancelled.
    pub(crate) order: Option<String>,
}

impl From<Reply> for Answered {
    /// Nothing changed.
    fn from(reply: Reply) -> Self {
        Self {
            reply,
            effect: false,
            customer: None,
            order: None,
        }
    }
}

impl Answered {
    pub(crate) fn changed(reply: Reply) -> Self {
        Self {
            effect: true,
            ..reply.into()
        }
    }

    pub(crate) fn of_customer(reply: Reply, id: String) -> Self {
        Self {
            customer: Some(id),
            ..Self::changed(reply)
        }
    }

    pub(crate) fn of_order(reply: Reply, id: u64) -> Self {
        Self {
            order: Some(id.to_string()),
            ..Self::changed(reply)
        }
    }
}

/// Answers a call of `/api/v3`.
pub(crate) fn answer(state: &mut State, call: &Call<'_>) -> Answered {
    if let Some(refusal) = refuse(state, call) {
        return refusal.into();
    }
    if let Some(rest) = call.path.strip_prefix("/api/v3/customers/")
        && let Some((customer, rest)) = below(rest, "carts")
    {
        return crate::carts::answer(state, call, customer, rest);
    }
    let Some(rest) = call.path.strip_prefix("/api/v3/accounts/") else {
        return nowhere(call);
    };
    let (account, rest) = rest.split_once('/').unwrap_or((rest, ""));
    if account != state.account {
        let words = format!("permission denied to access accounts/{account}");
        return call.error(403, "PERMISSION_DENIED", &words).into();
    }
    let (noun, id) = rest.split_once('/').unwrap_or((rest, ""));
    match (call.method, noun, id) {
        (_, "customers", rest) => of_customers(state, call, rest),
        ("GET", "orders", "") => crate::orders::of_account(state, call).into(),
        ("GET", "subscriptions", "") => crate::subscriptions::list(state, call).into(),
        ("GET", "provisionTemplates", id) => crate::templates::answer(state, call, id).into(),
        (_, "products", rest) => catalog::answer(state, call, rest),
        ("POST", "products:pricing", "") => catalog::pricing(state, call).into(),
        (_, "products_programs", rest) => crate::programs::answer(state, call, rest),
        (_, "reports", rest) => crate::reports::answer(state, call, rest),
        ("GET", "providers", rest) => crate::reports::refresh_cache(state, call, rest).into(),
        _ => nowhere(call),
    }
}

fn of_customers(state: &mut State, call: &Call<'_>, rest: &str) -> Answered {
    if let Some((customer, rest)) = below(rest, "orders") {
        return crate::orders::answer(state, call, customer, rest);
    }
    match below(rest, "subscriptions") {
        Some((customer, id)) if call.method == "GET" && !id.is_empty() => {
            crate::subscriptions::get(state, call, customer, id).into()
        }
        Some(_) => nowhere(call),
        None => crate::customers::answer(state, call, rest),
    }
}

/// `{customer}/{noun}/{rest}`.
fn below<'a>(rest: &'a str, noun: &str) -> Option<(&'a str, &'a str)> {
    let (customer, rest) = rest.split_once('/')?;
    let (found, rest) = rest.split_once('/').unwrap_or((rest, ""));
    (found == noun).then_some((customer, rest))
}

fn nowhere(call: &Call<'_>) -> Answered {
    call.error(404, "NOT_FOUND", "no such resource").into()
}

/// Who calls too often, or without a token that lives.
fn refuse(state: &mut State, call: &Call<'_>) -> Option<Reply> {
    if call.throttled {
        let reply = call.error(429, "RESOURCE_EXHAUSTED", "too many requests");
        return Some(match state.knobs.retry_after_s {
            0 => reply,
            wait => reply.with("retry-after", wait.to_string()),
        });
    }
    let now = state.clock.now();
    let token = call.access.as_deref();
    if token.is_some_and(|token| state.tokens.accepts(token, now)) {
        return None;
    }
    let words = "the access token is expired or unknown";
    Some(match state.knobs.unauthorized_body.as_str() {
        "oauth" => Reply {
            status: 401,
            ..Reply::oauth_error()
        },
        "empty" => Reply::json(401, ""),
        _ => call.error(401, "UNAUTHENTICATED", words),
    })
}

/// One page of a list: which of its items, and the token behind them.
pub(crate) fn page(
    state: &State,
    call: &Call<'_>,
    total: usize,
) -> Result<(std::ops::Range<usize>, Option<String>), Reply> {
    let (size, token) = (call.param("pageSize"), call.param("pageToken"));
    if size.is_none() && token.is_none() {
        return Err(call.error(
            400,
            "INVALID_REQUEST",
            "At least one of page_size and page_token must be present",
        ));
    }
    let size = match size.map(str::parse::<usize>) {
        Some(Ok(0) | Err(_)) => {
            return Err(call.error(
                400,
                "INVALID_REQUEST",
                "page_size must be a positive number",
            ));
        }
        Some(Ok(size)) => size.min(state.knobs.max_page_size),
        None => 100,
    };
    let filters = filters(call);
    let start = match token {
        None => 0,
        Some(token) => {
            if call.fault == Some(&Action::ExpireToken) {
                return Err(call.error(
                    400,
                    "INVALID_ARGUMENT",
                    "the page token is expired or invalid",
                ));
            }
            let text = BASE64
                .decode(token)
                .ok()
                .and_then(|bytes| String::from_utf8(bytes).ok())
                .unwrap_or_default();
            match text
                .split_once('|')
                .and_then(|(offset, filter)| Some((offset.parse::<usize>().ok()?, filter)))
            {
                Some((offset, bound))
                    if bound == filters || !state.knobs.page_token_binds_filters =>
                {
                    offset
                }
                _ => {
                    return Err(call.error(
                        400,
                        "INVALID_ARGUMENT",
                        "the page token is invalid for these filters",
                    ));
                }
            }
        }
    };
    let start = start.min(total);
    let make = |offset: usize| BASE64.encode(format!("{offset}|{filters}"));
    let end = (start + size).min(total);
    let next = |end: usize| (end < total).then(|| make(end));
    Ok(match call.fault {
        Some(Action::ShortPage) if end > start => (start..start + 1, next(start + 1)),
        Some(Action::EmptyPage) => (start..start, Some(make(start))),
        Some(Action::DuplicatePage) => (
            start.saturating_sub(size)..start.max(end.min(size)),
            next(start.max(end.min(size))),
        ),
        Some(Action::MovedItems) => (start.saturating_sub(size / 2)..end, next(end)),
        Some(Action::SameToken) => (start..end, Some(make(start))),
        _ => (start..end, next(end)),
    })
}

/// Parameters without `filter` in their names that a page token is bound to.
const BINDING: [&str; 5] = ["status", "sortBy", "sort_by", "sortOrder", "sort_order"];

/// What a page token is bound to.
pub(crate) fn filters(call: &Call<'_>) -> String {
    let mut filters: Vec<_> = call
        .query
        .iter()
        .filter(|(name, value)| {
            let narrows = name.starts_with("filter") || BINDING.contains(&name.as_str());
            narrows && !value.is_empty()
        })
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    filters.sort();
    filters.join("&")
}
