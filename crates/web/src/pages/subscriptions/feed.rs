//! Renewals as a calendar file (RFC 5545).

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use domain::access::Right;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use jiff::SignedDuration;

use crate::app::App;
use crate::auth::Caller;
use crate::fault::Fault;

/// How far the feed looks ahead.
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 400);
/// How far it looks back: a calendar keeps what it was told for some time.
const BACK: SignedDuration = SignedDuration::from_hours(24 * 31);

/// The feed.
pub(crate) async fn ics(State(app): State<App>, caller: Caller) -> Result<Response, Fault> {
    calendar(&app, &caller).await
}

/// Renewals and ends of about a year, for who asks.
pub(crate) async fn calendar(app: &App, caller: &Caller) -> Result<Response, Fault> {
    let now = app.now();
    let text = app.engine().renewals_ics(now - BACK, now + AHEAD).await?;
    let text = if caller.may(Right::SeeCost) {
        text
    } else {
        without_money(&text)
    };
    Ok((
        [
            (CONTENT_TYPE, "text/calendar; charset=utf-8"),
            (CONTENT_DISPOSITION, "attachment; filename=\"renewals.ics\""),
            (CACHE_CONTROL, "private, no-store"),
        ],
        text,
    )
        .into_response())
}

/// The same without its descriptions: they tell what a renewal binds to.
fn without_money(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut skips = false;
    for line in text.split_inclusive("\r\n") {
        let goes_on = line.starts_with([' ', '\t']);
        if !goes_on {
            skips = line.starts_with("DESCRIPTION");
        }
        if !skips {
            kept.push_str(line);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_sees_no_costs_gets_no_descriptions() {
        let text = "BEGIN:VEVENT\r\nSUMMARY:Tin\r\nDESCRIPTION:Binds to 3\\,369.\r\n 60 EUR.\r\nURL:x\r\nEND:VEVENT\r\n";
        assert_eq!(
            without_money(text),
            "BEGIN:VEVENT\r\nSUMMARY:Tin\r\nURL:x\r\nEND:VEVENT\r\n"
        );
    }
}
