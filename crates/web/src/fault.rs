//! What went wrong with a request, once for pages and API: the guard prints it as a page or as a problem (RFC 9457).

use std::error::Error;

use axum::response::{IntoResponse, Response};
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use store::StoreError;
use utoipa::ToSchema;

use crate::auth::password::Busy;

/// Why a request was not done. Travels in the response's extensions until it is printed.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    pub(crate) status: StatusCode,
    /// Stable word for programs.
    pub(crate) code: &'static str,
    /// One line for people.
    pub(crate) title: String,
    /// What it means and what to do.
    pub(crate) detail: String,
    pub(crate) fields: Vec<FieldFault>,
    pub(crate) retry_after: Option<u32>,
}

/// A field that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFault {
    /// Path of the field in the request's body; a name with signs that part steps stands in quotes: `attributes["a.b"]`.
    pub field: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl Fault {
    pub(crate) fn new(
        status: StatusCode,
        code: &'static str,
        title: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code,
            title: title.into(),
            detail: detail.into(),
            fields: Vec::new(),
            retry_after: None,
        }
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "Not found",
            format!("There is no {what} at this address. It may have been removed."),
        )
    }

    pub(crate) fn forbidden(why: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "Not allowed", why)
    }

    pub(crate) fn log_in_first() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
            "Log in first",
            "This needs a log-in (pages) or a living API token (Authorization: Bearer).",
        )
    }

    pub(crate) fn forged() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "cross_site",
            "This did not come from our own page",
            "Nothing was changed. Open the page again from here and repeat it there.",
        )
    }

    pub(crate) fn unreadable(why: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "unreadable",
            "The request cannot be read",
            why,
        )
    }

    pub(crate) fn zero_byte() -> Self {
        Self::unreadable("It holds a zero byte, which belongs into no text.")
    }

    pub(crate) fn invalid(fields: Vec<FieldFault>) -> Self {
        let detail = fields
            .iter()
            .map(|fault| format!("{}: {}", fault.field, fault.message))
            .collect::<Vec<_>>()
            .join(" ");
        Self {
            fields,
            ..Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "invalid",
                "A field is wrong",
                detail,
            )
        }
    }

    pub(crate) fn field(field: &str, message: impl Into<String>) -> Self {
        Self::invalid(vec![FieldFault {
            field: field.to_owned(),
            message: message.into(),
        }])
    }

    pub(crate) fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::CONFLICT,
            code,
            "Something else stands against it",
            detail,
        )
    }

    /// An edit of a version that is no longer there.
    pub(crate) fn changed_meanwhile() -> Self {
        Self::new(
            StatusCode::PRECONDITION_FAILED,
            "changed_meanwhile",
            "Changed meanwhile",
            "Somebody changed this since you read it. Read it again, and repeat the edit on what is there now.",
        )
    }

    /// Something of ours failed. The cause goes into the log, not to the one who asked.
    pub(crate) fn internal(cause: &(dyn Error + 'static)) -> Self {
        tracing::error!(error = %chain(cause), "a request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Something of ours failed",
            "Nothing more is known here; the server's log has the cause under this request's number.",
        )
    }

    pub(crate) fn unavailable(detail: impl Into<String>, seconds: u32) -> Self {
        Self {
            retry_after: Some(seconds),
            ..Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "Not possible right now",
                detail,
            )
        }
    }
}

/// An error with all that caused it, for a log line.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Locked(_)
            | StoreError::Full(_)
            | StoreError::ReadOnly(_)
            | StoreError::Gone(_) => {
                tracing::warn!(error = %chain(&error), "the database is not available");
                Self::unavailable(sentence(&error.to_string()), 5)
            }
            StoreError::Conflict { .. } => {
                tracing::info!(%error, "a value is taken");
                Self::conflict("taken", "Something with this name or key exists already.")
            }
            StoreError::Missing(what) => Self::not_found(what),
            _ => Self::internal(&error),
        }
    }
}

impl From<Busy> for Fault {
    fn from(_: Busy) -> Self {
        Self::unavailable(
            "Too many people log in at this moment. Try again in two seconds.",
            2,
        )
    }
}

/// Words of an error as a sentence for people.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => {
            let rest = letters.as_str().trim_end_matches('.');
            let end = if rest.ends_with('?') { "" } else { "." };
            format!("{}{rest}{end}", first.to_uppercase())
        }
        None => String::new(),
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if let Some(seconds) = self.retry_after {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// A problem as the API tells it (RFC 9457, `application/problem+json`).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`: `code` is what tells problems apart.
    #[serde(rename = "type")]
    #[schema(example = "about:blank")]
    pub kind: &'static str,
    /// One line for people.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What it means and what to do.
    pub detail: String,
    /// Stable word for programs.
    #[schema(example = "not_found")]
    pub code: &'static str,
    /// Number of this request, as in the server's log.
    pub request_id: String,
    /// Fields that are wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<WrongField>,
}

/// A field that is wrong, as the API tells it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WrongField {
    /// Path of the field in the request's body.
    #[schema(example = "contacts[0].email")]
    pub field: String,
    /// The same as a JSON Pointer (RFC 6901).
    #[schema(example = "/contacts/0/email")]
    pub pointer: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl From<&FieldFault> for WrongField {
    fn from(fault: &FieldFault) -> Self {
        let pointer = steps(&fault.field)
            .iter()
            .map(|step| format!("/{}", step.replace('~', "~0").replace('/', "~1")))
            .collect();
        Self {
            field: fault.field.clone(),
            pointer,
            message: fault.message.clone(),
        }
    }
}

/// The steps of a field: `contacts[0].email`, or `attributes["a.b"]` where a name has signs that part steps.
fn steps(field: &str) -> Vec<String> {
    let mut steps = Vec::new();
    let mut step = String::new();
    let mut signs = field.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '[' if signs.next_if_eq(&'"').is_some() => {
                if !step.is_empty() {
                    steps.push(std::mem::take(&mut step));
                }
                let mut name = String::new();
                while let Some(sign) = signs.next().filter(|sign| *sign != '"') {
                    name.extend(if sign == '\\' {
                        signs.next()
                    } else {
                        Some(sign)
                    });
                }
                steps.push(name);
            }
            '.' | '[' | ']' => {
                if !step.is_empty() {
                    steps.push(std::mem::take(&mut step));
                }
            }
            sign => step.push(sign),
        }
    }
    if !step.is_empty() {
        steps.push(step);
    }
    steps
}

impl Problem {
    pub(crate) fn of(fault: &Fault, request_id: &str) -> Self {
        Self {
            kind: "about:blank",
            title: fault.title.clone(),
            status: fault.status.as_u16(),
            detail: fault.detail.clone(),
            code: fault.code,
            request_id: request_id.to_owned(),
            errors: fault.fields.iter().map(WrongField::from).collect(),
        }
    }
}
