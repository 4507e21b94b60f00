//! Requests that another site made a browser send: told by `Sec-Fetch-Site` or `Origin`, and by a token that only our pages know.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::{HeaderMap, Method};
use rand::Rng as _;
use subtle::ConstantTimeEq as _;
use url::Url;

use crate::app::WebSettings;

/// Header by which a script sends the token.
pub(crate) const HEADER: &str = "x-csrf-token";
/// Field by which a form sends the token.
pub(crate) const FIELD: &str = "csrf";

/// Whether a method changes nothing.
pub(crate) fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Whether the browser says that one of our own pages sent this. Where it says nothing at all, no.
pub(crate) fn is_from_here(headers: &HeaderMap, settings: &WebSettings) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site")
        && site != "same-origin"
    {
        return false;
    }
    match text("origin") {
        Some(origin) => Url::parse(origin).is_ok_and(|origin| {
            origin.scheme() == settings.public_url.scheme()
                && text("host").is_some_and(|host| host.eq_ignore_ascii_case(&authority(&origin)))
        }),
        None => text("sec-fetch-site") == Some("same-origin"),
    }
}

/// `host` or `host:port` of an address, as a browser writes it into the Host header.
pub(crate) fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// The token as a page shows it: different each time, so that compressing the page tells nobody its letters.
pub(crate) fn mask(token: &str) -> String {
    let mut bytes = vec![0_u8; token.len()];
    rand::rng().fill_bytes(&mut bytes);
    let hidden: Vec<u8> = token.bytes().zip(&bytes).map(|(a, b)| a ^ b).collect();
    bytes.extend(hidden);
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Whether what was sent is the token of the session.
pub(crate) fn matches(sent: &str, token: &str) -> bool {
    let Ok(bytes) = BASE64_URL_SAFE_NO_PAD.decode(sent) else {
        return false;
    };
    if bytes.len() != token.len() * 2 || token.is_empty() {
        return false;
    }
    let (pad, hidden) = bytes.split_at(token.len());
    let plain: Vec<u8> = pad.iter().zip(hidden).map(|(a, b)| a ^ b).collect();
    plain.ct_eq(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect::<Vec<(http::HeaderName, http::HeaderValue)>>()
            .into_iter()
            .collect()
    }

    #[test]
    fn only_our_own_pages_count() {
        let settings = WebSettings::at("https://ion.example".parse().unwrap());
        let ok = |pairs: &[(&'static str, &str)]| is_from_here(&headers(pairs), &settings);
        let host = ("host", "ion.example");
        assert!(ok(&[host, ("sec-fetch-site", "same-origin")]));
        assert!(ok(&[host, ("origin", "https://ion.example")]));
        assert!(!ok(&[host]), "a request that says nothing");
        assert!(!ok(&[host, ("sec-fetch-site", "none")]));
        assert!(!ok(&[host, ("sec-fetch-site", "same-site")]));
        assert!(!ok(&[
            host,
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://ion.example")
        ]));
        assert!(!ok(&[host, ("origin", "https://evil.example")]));
        assert!(!ok(&[host, ("origin", "http://ion.example")]), "downgraded");
        assert!(!ok(&[
            host,
            ("origin", "null"),
            ("sec-fetch-site", "same-origin")
        ]));
    }

    #[test]
    fn a_token_is_masked_anew_and_known_again() {
        let (first, second) = (mask("secret-token"), mask("secret-token"));
        assert_ne!(first, second);
        assert!(matches(&first, "secret-token") && matches(&second, "secret-token"));
        assert!(!matches(&first, "other-token!"));
        assert!(
            !matches("", "")
                && !matches("@@", "secret-token")
                && !matches("secret-token", "secret-token")
        );
    }
}
