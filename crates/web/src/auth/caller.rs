//! Who asks, as the guard found it, for the handlers.

use axum::extract::FromRequestParts;
use domain::access::{Right, Role};
use domain::{ApiTokenId, UserId};
use http::request::Parts;
use store::audit::{Actor, Via};

use crate::auth::session::Session;
use crate::fault::Fault;

/// Who asks. Put into the request by the guard, once the route's right was checked.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) who: Who,
    role: Role,
}

/// A person or a program.
#[derive(Debug, Clone)]
pub(crate) enum Who {
    Person(Person, Session),
    Program(ApiTokenId, String),
}

/// A person who is logged in.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) id: UserId,
    pub(crate) name: String,
    pub(crate) email: String,
}

impl Caller {
    pub(crate) fn person(person: Person, role: Role, session: Session) -> Self {
        Self {
            who: Who::Person(person, session),
            role,
        }
    }

    pub(crate) fn program(id: ApiTokenId, name: String, role: Role) -> Self {
        Self {
            who: Who::Program(id, name),
            role,
        }
    }

    /// Whether the caller has a right.
    pub(crate) fn may(&self, right: Right) -> bool {
        self.role.may(right)
    }

    pub(crate) fn role(&self) -> Role {
        self.role
    }

    /// The caller as the audit log names it.
    pub(crate) fn actor(&self) -> Actor {
        match &self.who {
            Who::Person(person, _) => Actor {
                name: person.email.clone(),
                via: Via::Browser,
            },
            Who::Program(_, name) => Actor {
                name: name.clone(),
                via: Via::Token,
            },
        }
    }

    /// The person and the session behind the request; a fault where a program asks.
    pub(crate) fn as_person(&self) -> Result<(&Person, &Session), Fault> {
        match &self.who {
            Who::Person(person, session) => Ok((person, session)),
            Who::Program(..) => Err(Fault::forbidden("this is for people, not for API tokens")),
        }
    }

    /// What idempotency keys of this caller are kept under.
    pub(crate) fn scope(&self) -> String {
        match &self.who {
            Who::Person(person, _) => format!("person:{}", person.id),
            Who::Program(id, _) => format!("token:{id}"),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(Fault::log_in_first)
    }
}

impl<S: Sync> axum::extract::OptionalFromRequestParts<S> for Caller {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned())
    }
}
