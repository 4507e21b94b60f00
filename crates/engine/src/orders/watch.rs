//! How long this process has watched orders that were sent: a wall clock that steps must not end anybody's patience.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::OrderId;
use jiff::Timestamp;

/// Orders that are watched, each with the send that it is about and the steady count at which that was first seen.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    seen: Mutex<HashMap<OrderId, (Timestamp, Duration)>>,
}

/// Longer than anybody's patience: entries of this age say no more than that it is over.
const KEPT: Duration = Duration::from_secs(48 * 3600);

impl Watch {
    /// The steady count at which this send of an order was first seen here.
    pub(super) fn first_seen(
        &self,
        order: OrderId,
        sent_at: Timestamp,
        steady: Duration,
    ) -> Duration {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() > 10_000 {
            seen.retain(|_, (_, first)| steady.saturating_sub(*first) < KEPT);
        }
        let entry = seen.entry(order).or_insert((sent_at, steady));
        if entry.0 != sent_at {
            *entry = (sent_at, steady);
        }
        entry.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_send_is_watched_anew() {
        let (watch, order) = (Watch::default(), OrderId(uuid::Uuid::from_u128(7)));
        let (first, second): (Timestamp, Timestamp) = (
            "2026-01-01T00:00:00Z".parse().unwrap(),
            "2026-01-01T01:00:00Z".parse().unwrap(),
        );
        let at = Duration::from_secs;
        assert_eq!(watch.first_seen(order, first, at(5)), at(5));
        assert_eq!(watch.first_seen(order, first, at(9)), at(5));
        assert_eq!(watch.first_seen(order, second, at(9)), at(9));
    }
}
