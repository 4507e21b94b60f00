//! How forms and bodies are sent.

use axum::body::Body;
use http::Method;

use crate::house::{Answer, Browser, Program};

/// A form of a page, with the token that its page shows.
pub(super) async fn submit(
    browser: &Browser<'_>,
    page: &str,
    path: &str,
    fields: &[(&str, &str)],
) -> Answer {
    let shown = browser.get(page).await;
    let token = shown
        .text
        .split("name=\"csrf\" value=\"")
        .nth(1)
        .unwrap_or_else(|| panic!("{page}: {shown:?}"))
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let pairs = fields.iter().copied().chain([("csrf", token.as_str())]);
    let body: String = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    let request = browser
        .request(&Method::POST, path)
        .header("origin", browser.house.origin())
        .header("content-type", "application/x-www-form-urlencoded");
    browser
        .house
        .send(request.body(Body::from(body)).unwrap())
        .await
}

/// A body as it is, of a program.
pub(super) async fn raw(program: &Program<'_>, method: Method, path: &str, body: String) -> Answer {
    let request = http::Request::builder()
        .method(method)
        .uri(path)
        .header("host", program.house.host())
        .header("authorization", format!("Bearer {}", program.secret))
        .header("content-type", "application/json")
        .header("idempotency-key", body.len().to_string())
        .header("if-match", "*");
    program
        .house
        .send(request.body(Body::from(body)).unwrap())
        .await
}
