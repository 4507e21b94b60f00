//! Sends a notice by e-mail or webhook.

use domain::NoticeId;
use engine::Engine;
use engine::notices::{DeliveryError, deliver};

use crate::Outcome;

pub(super) async fn run(engine: &Engine, notice: NoticeId, channel: &str) -> Outcome {
    match deliver(engine, notice, channel).await {
        Ok(()) => Outcome::Done,
        Err(error @ (DeliveryError::NotConfigured(_) | DeliveryError::Setting(_) | DeliveryError::PrivateTarget)) => Outcome::Failed(error.to_string()),
        Err(error) => Outcome::Retry(error.to_string()),
    }
}
