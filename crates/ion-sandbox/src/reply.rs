//! Answers in Ion's shapes (Ion API notes 2.10).

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::json;

/// An answer before it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) kind: &'static str,
    pub(crate) body: Vec<u8>,
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Reply {
    pub(crate) fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            kind: "application/json;charset=UTF-8",
            body: body.into(),
            headers: Vec::new(),
        }
    }

    pub(crate) fn ok(value: &serde_json::Value) -> Self {
        Self::json(200, value.to_string())
    }

    /// The OAuth shape.
    pub(crate) fn oauth_error() -> Self {
        Self::json(400, r#"{"error":"cannot validate token: redis: nil"}"#)
    }

    /// The platform's shape.
    pub(crate) fn error(status: u16, error: &str, message: &str, request: u64) -> Self {
        Self::coded(status, error, message, request, None)
    }

    /// The platform's shape with a code of the business.
    pub(crate) fn coded(
        status: u16,
        error: &str,
        message: &str,
        request: u64,
        code: Option<(&str, &str)>,
    ) -> Self {
        let mut detail = json!({"@type": "type.googleapis.com/google.rpc.RequestInfo", "requestId": request_id(request)});
        if let Some((code, entity)) = code {
            detail["referenceEntity"] = entity.into();
            detail["code"] = code.into();
            detail["detail"] = message.into();
        }
        Self::json(
            status,
            json!({"error": error, "message": message, "code": status, "details": [detail]})
                .to_string(),
        )
    }

    /// The shape in which orders are refused: the code is gRPC's, not that of HTTP.
    pub(crate) fn invalid_order(errors: &[serde_json::Value], request: u64) -> Self {
        let words = "BAD_REQUEST: Invalid provisioning data";
        let detail = json!({"@type": "type.googleapis.com/v3orberrors.ErrorBody", "requestId": request_id(request), "errors": errors});
        let body = json!({"error": words, "message": words, "code": 3, "details": [detail]});
        Self::json(400, body.to_string())
    }

    pub(crate) fn html(status: u16) -> Self {
        Self { status, kind: "text/html", body: b"<!doctype html><html><head><title>One moment</title></head><body><h1>We will be back soon</h1></body></html>".to_vec(), headers: Vec::new() }
    }

    pub(crate) fn with(mut self, header: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((header, value.into()));
        self
    }

    pub(crate) fn send(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static(self.kind));
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

/// Twenty digits that are one request's own.
fn request_id(request: u64) -> String {
    let number = u128::from(request) * 0x9e37_79b9_7f4a_7c15 % (1 << 80);
    format!("{number:020x}")
}
