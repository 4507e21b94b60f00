//! Live progress of a run: one event for each change, until it ends.

use std::convert::Infallible;
use std::time::Duration;

use askama::Template as _;
use axum::extract::{Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use domain::RunId;
use domain::access::Right;
use futures::stream::{self, Stream};
use http::{HeaderMap, HeaderValue};
use store::runs;
use uuid::Uuid;

use crate::app::App;
use crate::auth::session;
use crate::fault::{Fault, chain};
use crate::pages::run_body::body;

/// How often the run is looked at, and whether the reader may still see it.
const LOOK: Duration = Duration::from_millis(500);

struct Follow {
    app: App,
    run: RunId,
    headers: HeaderMap,
    last: String,
    looked: bool,
    ended: bool,
}

/// The events of a run.
pub(crate) async fn events(
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Result<Response, Fault> {
    let run = RunId::from(id);
    runs::find(app.store().read(), run)
        .await?
        .ok_or_else(|| Fault::not_found("run"))?;
    let follow = Follow {
        app,
        run,
        headers,
        last: String::new(),
        looked: false,
        ended: false,
    };
    let mut response = Sse::new(stream(follow))
        .keep_alive(KeepAlive::new().interval(Duration::from_secs(10)))
        .into_response();
    // A proxy that collects answers would make this a surprise at the end.
    response
        .headers_mut()
        .insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

fn stream(follow: Follow) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(follow, |mut follow| async move {
        if follow.ended {
            return None;
        }
        loop {
            if follow.looked {
                tokio::time::sleep(LOOK).await;
            }
            match follow.look().await {
                Ok(Some(html)) => {
                    return Some((Ok(Event::default().event("progress").data(html)), follow));
                }
                Ok(None) if follow.ended => return None,
                Ok(None) => {}
                Err(fault) => {
                    // The browser connects again by itself.
                    tracing::debug!(code = fault.code, "a stream of events broke off");
                    return None;
                }
            }
        }
    })
}

impl Follow {
    /// The part that moves, where it moved since the last look.
    async fn look(&mut self) -> Result<Option<String>, Fault> {
        // Log-out and a disabled account end the stream at once; another role changes what it shows.
        let Some(reader) = session::find(&self.app, &self.headers).await? else {
            self.ended = true;
            return Ok(None);
        };
        let costs = reader.may(Right::SeeCost);
        self.looked = true;
        let row = runs::find(self.app.store().read(), self.run)
            .await?
            .ok_or_else(|| Fault::not_found("run"))?;
        let body = body(&self.app, &row, costs).await?;
        self.ended = body.finished && row.status.is_final();
        let html = body.render().map_err(|error| {
            tracing::error!(error = %chain(&error), "progress could not be rendered");
            Fault::internal(&error)
        })?;
        // One line: an event's data must not depend on how line ends are split.
        let html = html.replace(['\r', '\n'], " ");
        if html == self.last && !self.ended {
            return Ok(None);
        }
        self.last.clone_from(&html);
        Ok(Some(html))
    }
}
