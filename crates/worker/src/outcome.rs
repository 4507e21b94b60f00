//! How a job ended, and what that means for the queue.

use std::time::Duration;

/// How a job ended.
#[derive(Debug)]
pub enum Outcome {
    /// Done.
    Done,
    /// Stopped by a person.
    Cancelled,
    /// The process stops; the job goes on in the next one. Counts as no try.
    Interrupted,
    /// To go on after this time, for as long as it takes: counts as no try. Why it did not come to its end, where something failed.
    Again(Duration, Option<String>),
    /// To be tried again.
    Retry(String),
    /// Never to be tried again.
    Failed(String),
}

/// The wait before the next try: doubles from 5 s to an hour, with up to a quarter of jitter (`chance` in thousandths).
pub(crate) fn backoff(attempt: u32, chance: u16) -> Duration {
    let wait = Duration::from_secs(5)
        .saturating_mul(2_u32.saturating_pow(attempt.saturating_sub(1).min(12)))
        .min(Duration::from_secs(3600));
    wait + wait / 4 * u32::from(chance.min(1000)) / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_an_hour() {
        assert_eq!(backoff(1, 0), Duration::from_secs(5));
        assert_eq!(backoff(3, 0), Duration::from_secs(20));
        assert_eq!(backoff(50, 0), Duration::from_secs(3600));
        assert_eq!(backoff(1, 1000), Duration::from_millis(6250));
    }
}
