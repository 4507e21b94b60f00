//! The name by which we are asked: another one is another site's, or an attack by a rebound name.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::StatusCode;
use http::header::HOST;

use crate::app::{App, WebSettings};
use crate::auth::forgery::authority;
use crate::fault::Fault;

/// Refuses requests for another host than the public URL's. Probes come by address and are let through.
pub(crate) async fn check(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Result<Response, Fault> {
    let named = request
        .headers()
        .get(HOST)
        .and_then(|value| value.to_str().ok())
        .or_else(|| request.uri().authority().map(http::uri::Authority::as_str));
    let probe = matches!(request.uri().path(), "/healthz" | "/readyz" | "/metrics");
    if probe || named.is_some_and(|host| is_ours(host, app.settings())) {
        return Ok(next.run(request).await);
    }
    Err(Fault::new(
        StatusCode::MISDIRECTED_REQUEST,
        "wrong_host",
        "This address is not the one that Ionbridge is set up for",
        format!(
            "Open {} instead, or set server.public_url in the configuration to the address that people use.",
            app.settings().public_url
        ),
    ))
}

/// Whether a Host header names us. The loopback addresses stand for each other: no other site can own them.
fn is_ours(host: &str, settings: &WebSettings) -> bool {
    let ours = authority(&settings.public_url);
    if host.eq_ignore_ascii_case(&ours) {
        return true;
    }
    if !settings.is_loopback() {
        return false;
    }
    let port = settings
        .public_url
        .port()
        .map_or_else(String::new, |port| format!(":{port}"));
    ["127.0.0.1", "localhost", "[::1]"]
        .iter()
        .any(|name| host.eq_ignore_ascii_case(&format!("{name}{port}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_name_and_its_loopback_twins() {
        let public = WebSettings::at("https://ion.example".parse().unwrap());
        assert!(is_ours("ion.example", &public) && is_ours("ION.example", &public));
        assert!(
            !is_ours("evil.example", &public)
                && !is_ours("ion.example:8443", &public)
                && !is_ours("127.0.0.1", &public)
        );
        let local = WebSettings::at("http://127.0.0.1:8080".parse().unwrap());
        assert!(
            is_ours("127.0.0.1:8080", &local)
                && is_ours("localhost:8080", &local)
                && is_ours("[::1]:8080", &local)
        );
        assert!(!is_ours("127.0.0.1:9090", &local) && !is_ours("rebound.example:8080", &local));
    }
}
