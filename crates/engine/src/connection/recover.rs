//! Exchanges whose server went away: their outcome is carried from the journal into the store, or learned to be lost.

use std::time::Duration;

use rules::tokens::settle::{self, Record, Stored, on_record};
use rules::tokens::{Login, long_over, tells};
use store::tokens::{AttemptRow, NewAttempt};

use super::ConnectionError;
use super::journal::Finding;
use super::keeper::AttemptLock;
use crate::Engine;

impl Engine {
    /// Settles every exchange that has no outcome, as far as its owner is proven dead. Gives how many are still under way.
    ///
    /// Here: nobody holds the attempt's lock, so its keeper has ended, and the journal is the whole truth. Elsewhere: the call's
    /// time-out is long over, and no reply has come.
    pub async fn recover(&self) -> Result<usize, ConnectionError> {
        let node = self.node()?;
        let mut under_way = 0;
        for attempt in store::tokens::list_open_attempts(self.store().read()).await? {
            if attempt.node == node {
                match AttemptLock::try_take(&self.settings().data_dir, attempt.id)? {
                    Some(lock) => {
                        self.carry_over(&attempt).await?;
                        lock.settle();
                    }
                    None => under_way += 1,
                }
            } else if self.is_long_over(&attempt) {
                self.resolve(
                    &attempt,
                    &Finding::Lost(format!("the server {} went away", attempt.host)),
                )
                .await?;
            } else {
                under_way += 1;
            }
        }
        self.recover_late_replies().await?;
        Ok(under_way)
    }

    async fn carry_over(&self, attempt: &AttemptRow) -> Result<(), ConnectionError> {
        // Its owner may have settled it between our reading and our lock.
        let Some(attempt) = store::tokens::find_attempt(self.store().read(), attempt.id)
            .await?
            .filter(|attempt| attempt.finished_at.is_none())
        else {
            return Ok(());
        };
        let finding = self.journal().finding(attempt.id)?;
        let old = store::tokens::find_pair(
            self.store().read(),
            self.sealer(),
            attempt.connection,
            attempt.from_generation,
        )
        .await?;
        let before = store::connections::find(self.store().read(), attempt.connection)
            .await?
            .map(|row| row.login);
        let old = old.filter(|_| {
            before.is_some_and(|login: Login| {
                tells(&login, self.known_for(attempt.connection, &login))
            })
        });
        let outcome = self.resolve(&attempt, &finding).await?;
        tracing::info!(connection = %attempt.connection, outcome = %outcome, "an exchange of an earlier process was settled from the journal");
        if outcome == super::RefreshOutcome::Saved {
            self.after_refresh(attempt.connection, old.as_ref()).await;
        }
        Ok(())
    }

    /// Replies that the journal holds and the store does not: the exchange was given up too early, or the store is an older copy.
    async fn recover_late_replies(&self) -> Result<(), ConnectionError> {
        let journal = self.journal();
        // Nothing was written since the last look.
        if !self.journal_moved(std::fs::metadata(journal.path()).map_or(0, |file| file.len())) {
            return Ok(());
        }
        let mut settled = Vec::new();
        for exchange in journal.exchanges()? {
            let stored = store::tokens::find_attempt(self.store().read(), exchange.attempt).await?;
            let Some(row) =
                store::connections::find(self.store().read(), exchange.connection).await?
            else {
                continue;
            };
            let known = match &stored {
                None => Stored::Unknown,
                Some(attempt) if attempt.finished_at.is_none() => Stored::Open,
                Some(attempt) if attempt.outcome.as_deref() == Some("lost") => Stored::Lost,
                Some(_) => Stored::Done,
            };
            match (on_record(&row.login, exchange.generation, known), stored) {
                (Record::Settle, Some(attempt)) => {
                    self.resolve(&attempt, &journal.finding(exchange.attempt)?)
                        .await?;
                }
                (Record::Adopt, _) => {
                    match AttemptLock::try_take(&self.settings().data_dir, exchange.attempt)? {
                        Some(lock) => {
                            self.adopt(exchange, &journal).await?;
                            lock.settle();
                        }
                        // Its keeper outlived the store that it was started from: its answer is still to come.
                        None => drop(self.journal_moved(u64::MAX)),
                    }
                }
                (Record::Forget, _) => settled.push(exchange.attempt),
                (Record::Settle | Record::Keep, _) => {}
            }
        }
        journal.compact(|attempt| settled.contains(&attempt))?;
        Ok(())
    }

    /// Takes over what only the journal has, so that a restored store never presents a stale token.
    async fn adopt(
        &self,
        exchange: super::journal::Exchange,
        journal: &super::journal::Journal,
    ) -> Result<(), ConnectionError> {
        let now = self.clock().now();
        let (result, pair) = super::refresh::read_unknown(&journal.finding(exchange.attempt)?, now);
        let tx = self.store().begin().await?;
        let Some(row) =
            store::connections::find_locked(self.store(), &tx, exchange.connection).await?
        else {
            return Ok(());
        };
        // Looked at once; from now on the store knows it.
        let known = NewAttempt {
            id: exchange.attempt,
            connection: row.id,
            from_generation: exchange.generation,
            why: "adopted",
            node: self.node()?,
            host: self.settings().host.clone(),
            at: now,
            lease_until: now,
        };
        store::tokens::insert_adopted(&tx, &known).await?;
        let next = settle::adopt(&row.login, exchange.generation, result, now)
            .unwrap_or_else(|| row.login.clone());
        if next == row.login {
            return Ok(tx.commit().await?);
        }
        if let Some(pair) = &pair {
            store::tokens::insert_pair(
                &tx,
                self.sealer(),
                row.id,
                next.generation,
                pair,
                next.refreshed_at,
            )
            .await?;
        }
        store::connections::set_login(&tx, row.id, row.login.generation, &next, now).await?;
        self.tell(&tx, &row, &next).await?;
        tx.commit().await?;
        tracing::warn!(connection = %exchange.connection, generation = next.generation, "the store was older than the token journal; what the journal knows was taken over");
        Ok(())
    }

    /// Whether an exchange of another server is over. Measured here, by a clock that never steps.
    fn is_long_over(&self, attempt: &AttemptRow) -> bool {
        long_over(
            self.seen_open_for(attempt.id),
            Duration::from_secs(self.settings().ion.token_timeout_s),
        )
    }
}
