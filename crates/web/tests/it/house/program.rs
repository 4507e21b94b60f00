//! A program that calls the API with its token.

use axum::body::Body;
use http::{Method, Request};

use super::{Answer, House};

/// A program.
pub(crate) struct Program<'a> {
    pub(crate) house: &'a House,
    pub(crate) secret: String,
}

impl Program<'_> {
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<serde_json::Value>,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", self.house.host())
            .header("authorization", format!("Bearer {}", self.secret));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = match body {
            Some(body) => {
                request = request.header("content-type", "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        self.house.send(request.body(body).unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, &[], None).await
    }

    pub(crate) async fn post(&self, path: &str, key: &str, body: serde_json::Value) -> Answer {
        self.call(Method::POST, path, &[("idempotency-key", key)], Some(body))
            .await
    }
}
