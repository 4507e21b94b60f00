//! Renewals as a calendar file (RFC 5545).

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use domain::access::Right;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use jiff::SignedDuration;
use store::StoreError;

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
#[expect(
    clippy::unused_async,
    reason = "handlers are async, and this is all that two of them do"
)]
pub(crate) async fn calendar(app: &App, caller: &Caller) -> Result<Response, Fault> {
    let now = app.now();
    let costs = caller.may(Right::SeeCost);
    let span = (now - BACK, now + AHEAD);
    let parts = app.engine().renewals_ics(span, costs);
    let text = futures::stream::try_unfold(parts, async |mut parts| {
        let part = parts.next().await?;
        Ok::<_, StoreError>(part.map(|part| (part, parts)))
    });
    Ok((
        [
            (CONTENT_TYPE, "text/calendar; charset=utf-8"),
            (CONTENT_DISPOSITION, "attachment; filename=\"renewals.ics\""),
            (CACHE_CONTROL, "private, no-store"),
        ],
        Body::from_stream(text),
    )
        .into_response())
}
