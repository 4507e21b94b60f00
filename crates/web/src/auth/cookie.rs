//! The cookies: the session, and the theme.

use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use http::{HeaderMap, HeaderValue};

use crate::app::WebSettings;

/// Cookie of the theme, set by script; nothing secret.
pub(crate) const THEME: &str = "ib_theme";

/// Name of the session's cookie. `__Host-` binds it to this host and to https; only a loopback address does without.
pub(crate) fn session_name(settings: &WebSettings) -> &'static str {
    if settings.is_https() {
        "__Host-ib_session"
    } else {
        "ib_session"
    }
}

/// The value of a cookie.
pub(crate) fn value(headers: &HeaderMap, name: &str) -> Option<String> {
    CookieJar::from_headers(headers)
        .get(name)
        .map(|cookie| cookie.value().to_owned())
}

/// The header that hands out a session. The browser forgets it when it is closed; the server forgets it sooner.
pub(crate) fn hand_out(settings: &WebSettings, id: &str) -> HeaderValue {
    header(
        &Cookie::build((session_name(settings), id))
            .path("/")
            .http_only(true)
            .secure(settings.is_https())
            .same_site(SameSite::Lax)
            .build(),
    )
}

/// The header that takes a session back.
pub(crate) fn take_back(settings: &WebSettings) -> HeaderValue {
    let mut cookie = Cookie::build((session_name(settings), ""))
        .path("/")
        .http_only(true)
        .secure(settings.is_https())
        .same_site(SameSite::Lax)
        .build();
    cookie.make_removal();
    header(&cookie)
}

fn header(cookie: &Cookie<'_>) -> HeaderValue {
    // A cookie of ours is ASCII: its value is base64.
    HeaderValue::try_from(cookie.to_string()).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// Why a log-in cannot work at this address, and how to mend it.
pub(crate) fn trouble(settings: &WebSettings) -> Option<String> {
    (!settings.is_https() && !settings.is_loopback()).then(|| {
        format!(
            "Log-in cannot work here: {} is plain http on another machine, where a password and the session could be read on the way. \
             Put a proxy that speaks https in front, and set server.public_url to its https address; or open this page on the machine itself by http://127.0.0.1.",
            settings.public_url
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(url: &str) -> WebSettings {
        WebSettings::at(url.parse().unwrap())
    }

    #[test]
    fn https_gets_the_bound_cookie_and_loopback_a_plain_one() {
        let https = settings("https://ion.example");
        assert_eq!(
            hand_out(&https, "abc"),
            "__Host-ib_session=abc; HttpOnly; SameSite=Lax; Secure; Path=/"
        );
        let loopback = settings("http://127.0.0.1:8080");
        assert_eq!(
            hand_out(&loopback, "abc"),
            "ib_session=abc; HttpOnly; SameSite=Lax; Path=/"
        );
    }

    #[test]
    fn plain_http_elsewhere_is_told() {
        assert!(trouble(&settings("http://ion.example")).is_some());
        assert!(trouble(&settings("http://localhost:8080")).is_none());
        assert!(trouble(&settings("https://ion.example")).is_none());
    }
}
