//! What is due by the calendar. One row for each entry; the worker that moves it on enqueues.

use croner::Cron;
use domain::connection::ConnectionStatus;
use engine::Engine;
use jiff::{Timestamp, tz::TimeZone};
use store::StoreError;
use store::audit::Actor;
use store::queue::{NewJob, Payload, enqueue};

/// A calendar entry that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{text:?} is no cron entry: {why}")]
pub struct ScheduleError {
    /// The entry.
    pub text: String,
    /// Why.
    pub why: String,
}

/// When the catalog is imported.
#[derive(Debug, Clone)]
pub(crate) struct Schedule {
    import: Option<Cron>,
    prune: Cron,
    remind: Cron,
    price: Cron,
    zone: TimeZone,
}

impl Schedule {
    /// A schedule; an empty entry never imports by itself.
    pub(crate) fn new(import: &str, zone: TimeZone) -> Result<Self, ScheduleError> {
        let parse = |text: &str| {
            text.parse::<Cron>().map_err(|error| ScheduleError {
                text: text.to_owned(),
                why: error.to_string(),
            })
        };
        Ok(Self {
            import: (!import.trim().is_empty())
                .then(|| parse(import))
                .transpose()?,
            prune: parse("17 4 * * *")?,
            remind: parse("5 7 * * *")?,
            price: parse("2 0 * * *")?,
            zone,
        })
    }

    /// Enqueues what is due.
    pub(crate) async fn look(&self, engine: &Engine) -> Result<(), StoreError> {
        let now = engine.clock().now();
        if self.due(engine, "prune", &self.prune, now).await? {
            let tx = engine.store().begin().await?;
            enqueue(
                &tx,
                engine.ids(),
                now,
                &NewJob {
                    payload: Payload::Prune,
                    run_at: now,
                    dedupe_key: Some("prune".to_owned()),
                    max_attempts: 3,
                    run: None,
                },
            )
            .await?;
            tx.commit().await?;
        }
        engine.request_due_syncs().await?;
        engine.request_due_orders().await?;
        if self.due(engine, "remind", &self.remind, now).await? {
            engine.give_due_reminders().await?;
        }
        // Margin rules begin and end with a day of UTC.
        if self
            .due_in(engine, "price", &self.price, now, &TimeZone::UTC)
            .await?
        {
            engine.request_reprice().await?;
        }
        let Some(import) = &self.import else {
            return Ok(());
        };
        for row in store::connections::list(engine.store().read()).await? {
            if row.login.status == ConnectionStatus::Active
                && self
                    .due(engine, &format!("import:{}", row.id), import, now)
                    .await?
                && let Err(error) = engine.request_import(row.id, false, &Actor::system()).await
            {
                tracing::warn!(error = %error, connection = %row.id, "the daily import could not be asked for");
            }
        }
        Ok(())
    }

    /// Whether an entry is due, and this worker is the one that found it.
    async fn due(
        &self,
        engine: &Engine,
        name: &str,
        cron: &Cron,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.due_in(engine, name, cron, now, &self.zone).await
    }

    /// The same where the calendar of another zone counts.
    async fn due_in(
        &self,
        engine: &Engine,
        name: &str,
        cron: &Cron,
        now: Timestamp,
        zone: &TimeZone,
    ) -> Result<bool, StoreError> {
        let Some(next) = next_after(cron, now, zone) else {
            return Ok(false);
        };
        // The entry is part of the name: one that was changed begins anew, and does not wait for the time of the old one.
        let name = &format!("{name} {cron}");
        match store::workers::next_due(engine.store().read(), name).await? {
            // Seen for the first time: due when the calendar says so next.
            None => store::workers::advance(engine.store().read(), name, None, next, now)
                .await
                .map(|_| false),
            Some(at) if at <= now => {
                store::workers::advance(engine.store().read(), name, Some(at), next, now).await
            }
            Some(_) => Ok(false),
        }
    }
}

fn next_after(cron: &Cron, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let local = now.to_zoned(zone.clone());
    cron.find_next_occurrence(&local, false)
        .ok()
        .map(|next| next.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Instants at which an entry is due, from this time on.
    fn due(entry: &str, from: &str, count: usize) -> Vec<String> {
        let cron: Cron = entry.parse().unwrap();
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let mut at: Timestamp = from.parse().unwrap();
        let mut found = Vec::new();
        for _ in 0..count {
            at = next_after(&cron, at, &zone).unwrap();
            found.push(at.to_string());
        }
        found
    }

    #[test]
    fn the_calendar_is_read_where_the_people_live() {
        assert_eq!(
            due("10 3 * * *", "2026-01-10T00:00:00Z", 1),
            ["2026-01-10T02:10:00Z"]
        );
        assert_eq!(
            due("10 3 * * *", "2026-07-10T00:00:00Z", 1),
            ["2026-07-10T01:10:00Z"]
        );
    }

    #[test]
    fn the_day_with_an_hour_less_and_the_day_with_an_hour_more_have_it_once() {
        // 2:30 is not on 29 March: it is due right behind the gap. It comes twice on 25 October: the first time counts.
        assert_eq!(
            due("30 2 * * *", "2026-03-28T12:00:00Z", 2),
            ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]
        );
        assert_eq!(
            due("30 2 * * *", "2026-10-24T12:00:00Z", 3),
            [
                "2026-10-25T00:30:00Z",
                "2026-10-26T01:30:00Z",
                "2026-10-27T01:30:00Z"
            ]
        );
    }
}
