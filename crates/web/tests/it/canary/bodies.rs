//! Bodies that are not what they should be, with secrets in every place.

use axum::body::Body;
use domain::ConnectionId;
use http::Method;
use serde_json::json;

use super::set_up::WRONG;
use super::submit::raw;
use crate::house::{House, Program};
use crate::seen::Seen;

/// Bodies of every shape, whole and cut.
pub(super) async fn bad(seen: &mut Seen, program: &Program<'_>, connection: ConnectionId) {
    let secret = WRONG[1];
    let credentials = format!("/api/v1/connections/{connection}/credentials");
    for (method, path) in [
        (Method::POST, "/api/v1/connections"),
        (Method::PUT, credentials.as_str()),
        (Method::POST, "/api/v1/users"),
        (Method::POST, "/api/v1/api-tokens"),
        (Method::POST, "/api/v1/imports"),
    ] {
        for body in [
            json!(secret),
            json!([secret]),
            json!({"access_token": [secret], "refresh_token": secret, "account_id": secret, "connection_id": secret}),
            json!({"access_token": secret, "refresh_token": {secret: secret}, "account_id": 1}),
            json!({"name": "x", "role": secret, "email": "x@y.example", "password": secret}),
            json!({"name": "x", "role": "sales", "days": secret, "email": [secret], "password": secret}),
            json!({"name": "x", "role": "sales", "email": "x@y.example", "password": {secret: 1}}),
            json!({secret: secret}),
        ] {
            let body = body.to_string();
            seen.answer(
                "a bad body",
                &raw(program, method.clone(), path, body.clone()).await,
            );
            seen.answer(
                "half a body",
                &raw(
                    program,
                    method.clone(),
                    path,
                    body[..body.len() - 1].to_owned(),
                )
                .await,
            );
        }
    }
}

/// A token where another one belongs.
pub(super) async fn bad_tokens(seen: &mut Seen, house: &House) {
    let secret = WRONG[1];
    for header in ["Bearer", "Basic", "bearer  "] {
        let request = http::Request::builder()
            .uri("/api/v1/me")
            .header("host", house.host())
            .header("authorization", format!("{header} {secret}"));
        seen.answer(
            "a token that is none",
            &house.send(request.body(Body::empty()).unwrap()).await,
        );
    }
}
