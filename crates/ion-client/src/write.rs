//! Requests that change something at Ion: sent once, and a failure says whether the change may have happened.

use http::Method;

use crate::answer::{Success, failure, whole_object};
use crate::client::IonClient;
use crate::error::{DecodeError, Error};
use crate::http::Answer;

/// Whether a write that failed may have had its effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Proven not: nothing was sent, or Ion refused it.
    None,
    /// Nobody knows: look at Ion before anything is sent again.
    Unclear,
}

/// A write that failed.
#[derive(Debug, thiserror::Error)]
#[error("{}", match effect { Effect::None => "nothing was changed at Ion", Effect::Unclear => "whether Ion made the change is not known" })]
pub struct WriteError {
    /// What went wrong.
    #[source]
    pub error: Error,
    /// Whether the change may have happened.
    pub effect: Effect,
}

impl WriteError {
    /// Ion did what was asked, and its answer cannot be read.
    pub(crate) fn unreadable(error: DecodeError) -> Self {
        Self::unclear(error.into())
    }

    fn refused(error: Error) -> Self {
        Self {
            error,
            effect: Effect::None,
        }
    }

    fn unclear(error: Error) -> Self {
        Self {
            error,
            effect: Effect::Unclear,
        }
    }
}

impl IonClient {
    /// Sends a request that changes something, once, and gives the object that Ion answers with. Only what was refused before it was
    /// looked at is sent again: after a 401, with a newer token. What else may be repeated is the caller's to find out.
    pub(crate) async fn write(
        &self,
        method: Method,
        path: &str,
        body: Option<&str>,
    ) -> Result<Success, WriteError> {
        let answer = self.once(&method, path, body).await?;
        whole_object(answer).map_err(WriteError::unclear)
    }

    /// The same for a request whose answer says nothing: an empty body, or an empty object (Ion API notes 2.9).
    pub(crate) async fn command(
        &self,
        method: Method,
        path: &str,
        body: Option<&str>,
    ) -> Result<(), WriteError> {
        let answer = self.once(&method, path, body).await?;
        if answer.body.trim().is_empty() {
            return Ok(());
        }
        whole_object(answer).map(drop).map_err(WriteError::unclear)
    }

    /// An answer that succeeded.
    async fn once(
        &self,
        method: &Method,
        path: &str,
        body: Option<&str>,
    ) -> Result<Answer, WriteError> {
        let url = self.address(path).map_err(WriteError::refused)?;
        self.pace().await;
        let mut token = self.token().await.map_err(WriteError::refused)?;
        let mut refused_before = false;
        loop {
            let sent = self.send(method, url.clone(), &[], body, &token).await;
            let answer = match sent {
                Ok(answer) => answer,
                Err(Error::Transport(error) | Error::Timeout(error)) if error.is_connect() => {
                    return Err(WriteError::refused(Error::Transport(error)));
                }
                Err(error @ Error::Token(_)) => return Err(WriteError::refused(error)),
                Err(error) => return Err(WriteError::unclear(error)),
            };
            let status = answer.status.as_u16();
            if answer.status.is_success() {
                return Ok(answer);
            }
            if status == 401 && !refused_before {
                refused_before = true;
                token = self
                    .newer_token(&token)
                    .await
                    .map_err(WriteError::refused)?;
                self.pace().await;
                continue;
            }
            let error = failure(&answer);
            if let Error::RateLimited { after: Some(after) } = error {
                self.pause(after).await;
            }
            // A 4xx is a refusal, but for a time-out; a 5xx and a redirect prove nothing.
            return Err(match status {
                408 => WriteError::unclear(error),
                400..500 => WriteError::refused(error),
                _ => WriteError::unclear(error),
            });
        }
    }
}
