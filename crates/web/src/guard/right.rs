//! Who asks and whether they may: the one check of every route, by [`crate::routes`].

use std::net::SocketAddr;

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use domain::access::Right;
use engine::customers::LARGEST_FILE;
use http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use url::form_urlencoded;

use crate::app::App;
use crate::auth::form::{Checked, fields, holds_zero};
use crate::auth::{Caller, Who, forgery, session, token};
use crate::fault::Fault;
use crate::guard::answer::Asker;
use crate::routes::{self, Access};

/// Forms of our pages are small.
const LARGEST_FORM: usize = 256 * 1024;

/// Lets a request through to its handler, or answers why not. The handler finds the [`Caller`] in the request.
pub(crate) async fn check(State(app): State<App>, mut request: Request, next: Next) -> Response {
    if request
        .uri()
        .path_and_query()
        .is_some_and(|asked| holds_zero(asked.as_str().as_bytes()))
    {
        return Fault::zero_byte().into_response();
    }
    let Some(path) = request.extensions().get::<MatchedPath>().cloned() else {
        // No route has this path: the fallback says so, in the frame of who asks.
        return match session::find(&app, request.headers()).await {
            Ok(Some(caller)) => asked_by(caller, next.run(request).await),
            _ => next.run(request).await,
        };
    };
    let Some(route) = routes::find(request.method(), path.as_str()) else {
        // The path exists, this method of it does not: axum answers 405 with what is allowed.
        return next.run(request).await;
    };
    let found = match route.access {
        Access::Public => public(&app, &mut request).await,
        Access::Person(right) => person(&app, &mut request, right, false).await,
        Access::PersonConfirmed(right) => person(&app, &mut request, right, true).await,
        Access::Program(right) => program(&app, request.headers(), right).await.map(Some),
        Access::Scrape if may_scrape(&app, &request) => Ok(None),
        Access::Scrape => program(&app, request.headers(), Right::ManageSettings)
            .await
            .map(Some),
    };
    match found {
        Ok(Some(caller)) => {
            request.extensions_mut().insert(caller.clone());
            asked_by(caller, next.run(request).await)
        }
        Ok(None) => next.run(request).await,
        Err(refusal) => *refusal,
    }
}

type Found = Result<Option<Caller>, Box<Response>>;

#[expect(
    clippy::unnecessary_box_returns,
    reason = "a refusal is carried as an error, which must be small"
)]
fn refuse(fault: impl IntoResponse) -> Box<Response> {
    Box::new(fault.into_response())
}

fn asked_by(caller: Caller, mut response: Response) -> Response {
    response.extensions_mut().insert(Asker(caller));
    response
}

/// Anybody; but a browser on another site's errand only reads.
async fn public(app: &App, request: &mut Request) -> Found {
    let caller = session::find(app, request.headers())
        .await
        .map_err(|error| refuse(Fault::from(error)))?;
    if !forgery::is_safe(request.method()) {
        if !forgery::is_from_here(request.headers(), app.settings()) {
            return Err(refuse(Fault::forged()));
        }
        request.extensions_mut().insert(Checked);
    }
    Ok(caller)
}

async fn person(app: &App, request: &mut Request, right: Right, confirmed: bool) -> Found {
    let found = session::find(app, request.headers())
        .await
        .map_err(|error| refuse(Fault::from(error)))?;
    let Some(caller) = found else {
        return Err(Box::new(send_to(request, "/login")));
    };
    let refuse_as = |fault: Fault| Box::new(asked_by(caller.clone(), fault.into_response()));
    let Who::Person(_, session) = &caller.who else {
        return Err(refuse_as(Fault::log_in_first()));
    };
    if !forgery::is_safe(request.method()) {
        // Before anything else is told: another site's request learns nothing.
        if !forgery::is_from_here(request.headers(), app.settings()) {
            return Err(refuse_as(Fault::forged()));
        }
        let token = session.csrf.clone();
        let sent = sent_token(request).await.map_err(&refuse_as)?;
        if !sent.is_some_and(|sent| forgery::matches(&sent, &token)) {
            return Err(refuse_as(Fault::forged()));
        }
        request.extensions_mut().insert(Checked);
    }
    if !caller.may(right) {
        return Err(refuse_as(Fault::forbidden(format!(
            "Your role does not include this ({right}). An admin can change roles under Settings, Team."
        ))));
    }
    if confirmed && !session.is_confirmed(app.now(), app.settings().confirmed_for) {
        return Err(Box::new(asked_by(
            caller.clone(),
            send_to(request, "/reauthenticate"),
        )));
    }
    Ok(Some(caller))
}

/// The token of a form or script. A form's body is read here and put back for the handler.
async fn sent_token(request: &mut Request) -> Result<Option<String>, Fault> {
    if let Some(value) = request.headers().get(forgery::HEADER) {
        return Ok(value.to_str().ok().map(str::to_owned));
    }
    let kind = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let brings_file = kind.starts_with("multipart/form-data")
        && request
            .extensions()
            .get::<MatchedPath>()
            .is_some_and(|path| routes::takes_file(path.as_str()));
    if !brings_file && !kind.starts_with("application/x-www-form-urlencoded") {
        return Ok(None);
    }
    let largest = if brings_file {
        LARGEST_FILE + LARGEST_FORM
    } else {
        LARGEST_FORM
    };
    let body = std::mem::replace(request.body_mut(), Body::empty());
    let bytes = to_bytes(body, largest).await.map_err(|_| {
        Fault::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "The form is too large",
            "Nothing was saved.",
        )
    })?;
    if brings_file {
        let mut copy = Request::new(Body::from(bytes.clone()));
        if let Some(kind) = request.headers().get(CONTENT_TYPE) {
            copy.headers_mut().insert(CONTENT_TYPE, kind.clone());
        }
        *request.body_mut() = Body::from(bytes);
        let parts = fields(copy, &()).await?;
        return Ok(parts
            .into_iter()
            .find(|part| part.name == forgery::FIELD)
            .and_then(|part| String::from_utf8(part.bytes.to_vec()).ok()));
    }
    let token = form_urlencoded::parse(&bytes)
        .find(|(name, _)| name == forgery::FIELD)
        .map(|(_, value)| value.into_owned());
    *request.body_mut() = Body::from(bytes);
    Ok(token)
}

async fn program(app: &App, headers: &HeaderMap, right: Right) -> Result<Caller, Box<Response>> {
    let found = token::find(app.store(), headers, app.now())
        .await
        .map_err(|error| refuse(Fault::from(error)))?;
    let Some(caller) = found else {
        let mut response = Fault::log_in_first().into_response();
        response.headers_mut().insert(
            WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer realm=\"ionbridge\""),
        );
        return Err(Box::new(response));
    };
    if caller.may(right) {
        Ok(caller)
    } else {
        Err(refuse(Fault::forbidden(format!(
            "This API token does not include the scope {right}."
        ))))
    }
}

/// Metrics need no token where who asks is this machine itself and not a proxy on it, or where they are open to everybody.
fn may_scrape(app: &App, request: &Request) -> bool {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let forwarded = ["x-forwarded-for", "forwarded", "x-real-ip"]
        .iter()
        .any(|name| request.headers().contains_key(*name));
    let local = peer.is_some_and(|peer| peer.0.ip().is_loopback())
        && !forwarded
        && !app.settings().behind_proxy;
    local || app.settings().metrics_open
}

/// Sends a browser to a page that lets it in, and back afterwards.
fn send_to(request: &Request, page: &str) -> Response {
    let headers = request.headers();
    let back = if headers.contains_key("hx-request") {
        headers
            .get("hx-current-url")
            .and_then(|value| value.to_str().ok())
            .and_then(|url| url::Url::parse(url).ok())
            .map(|url| path_of(url.path(), url.query()))
    } else if forgery::is_safe(request.method()) {
        Some(path_of(request.uri().path(), request.uri().query()))
    } else {
        referring_page(headers)
    };
    let to = match back.filter(|back| back != "/") {
        Some(back) => {
            let query: String = form_urlencoded::Serializer::new(String::new())
                .append_pair("next", &back)
                .finish();
            format!("{page}?{query}")
        }
        None => page.to_owned(),
    };
    if headers.contains_key("hx-request") {
        let mut response = StatusCode::NO_CONTENT.into_response();
        if let Ok(value) = HeaderValue::try_from(to) {
            response.headers_mut().insert("hx-redirect", value);
        }
        return response;
    }
    if request.method() == Method::HEAD {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    Redirect::to(&to).into_response()
}

fn referring_page(headers: &HeaderMap) -> Option<String> {
    let referer = headers.get(http::header::REFERER)?.to_str().ok()?;
    let url = url::Url::parse(referer).ok()?;
    Some(path_of(url.path(), url.query()))
}

fn path_of(path: &str, query: Option<&str>) -> String {
    match query {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    }
}

/// Where to go on after a log-in: a path of ours, or the first page.
pub(crate) fn next_page(next: Option<&str>) -> String {
    match next {
        // `//host` and `/\host` are addresses of other sites to a browser.
        Some(next)
            if next.starts_with('/')
                && !next.starts_with("//")
                && !next.contains('\\')
                && !next.chars().any(char::is_control) =>
        {
            next.to_owned()
        }
        _ => "/".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::next_page;

    #[test]
    fn the_way_back_never_leaves_us() {
        assert_eq!(next_page(Some("/products?q=a")), "/products?q=a");
        for bad in [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "javascript:1",
            "",
            "/a\r\nb",
        ] {
            assert_eq!(next_page(Some(bad)), "/", "{bad}");
        }
        assert_eq!(next_page(None), "/");
    }
}
