//! Sends a notice by e-mail or webhook.

use domain::NoticeId;
use engine::Engine;
use engine::notices::deliver;
use store::queue::Job;

use crate::Outcome;

pub(super) async fn run(engine: &Engine, job: &Job, notice: NoticeId, channel: &str) -> Outcome {
    match deliver(engine, notice, channel, job.attempt >= job.max_attempts).await {
        Ok(()) => Outcome::Done,
        Err(error) if error.is_final() => Outcome::Failed(error.to_string()),
        Err(error) => Outcome::Retry(error.to_string()),
    }
}
