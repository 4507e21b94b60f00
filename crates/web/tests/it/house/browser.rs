//! A person's browser: it asks for pages and sends forms.

use axum::body::Body;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::{Method, Request};

use super::{Answer, House};

/// Token of every session's forms.
pub(super) const CSRF: &str = "the-csrf-token-of-a-session-in-tests-0123456";

/// A browser.
pub(crate) struct Browser<'a> {
    pub(crate) house: &'a House,
    pub(crate) cookie: Option<String>,
}

/// The token of a session as a form sends it; the mask is all zeros.
pub(crate) fn csrf() -> String {
    let mut bytes = vec![0_u8; CSRF.len()];
    bytes.extend_from_slice(CSRF.as_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

impl Browser<'_> {
    pub(crate) fn request(&self, method: &Method, path: &str) -> http::request::Builder {
        let builder = Request::builder()
            .method(method)
            .uri(path)
            .header("host", self.house.host());
        match &self.cookie {
            Some(cookie) => builder.header("cookie", cookie),
            None => builder,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.house
            .send(
                self.request(&Method::GET, path)
                    .body(Body::empty())
                    .unwrap(),
            )
            .await
    }

    /// The part of a page that htmx asks for.
    pub(crate) async fn part(&self, path: &str) -> Answer {
        let request = self
            .request(&Method::GET, path)
            .header("hx-request", "true")
            .header("hx-request-type", "partial");
        self.house.send(request.body(Body::empty()).unwrap()).await
    }

    /// A form of one of our pages, sent as a browser sends it.
    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let mut pairs = vec![("csrf", csrf())];
        pairs.extend(
            form.iter()
                .map(|(name, value)| (*name, (*value).to_owned())),
        );
        let body: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        let request = self
            .request(&Method::POST, path)
            .header("origin", self.house.origin())
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded");
        self.house
            .send(request.body(Body::from(body)).unwrap())
            .await
    }
}
