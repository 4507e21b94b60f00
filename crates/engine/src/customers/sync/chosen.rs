//! What a person chose of a plan is carried out, entry by entry, where it still is true.

use std::collections::HashMap;

use domain::PlanId;
use rules::customers::decide::Action;
use rules::customers::plan::{Entry, Plan};
use rules::customers::rule::Rule;
use store::customers::{self, LinkRow, PlanEntryRow};

use super::apply::{CHANGES, MergeError, customer_of};
use super::{Scan, Sync, SyncEnd, SyncError};
use crate::customers::history::ITSELF;
use crate::customers::pair::{LinkWish, link_two};
use crate::kill_point;

/// What came of an entry of a plan.
pub(super) const DONE: &str = "done";
/// It is no longer true, and was left.
const MOVED: &str = "moved";

impl Sync<'_> {
    /// Carries out what a person chose of a plan, where it still is true.
    pub(super) async fn carry_out_plan(
        &mut self,
        id: PlanId,
        now_true: Plan,
        read: &Scan,
    ) -> Result<SyncEnd, SyncError> {
        let store = self.engine.store();
        let plan = customers::find_plan(store.read(), id)
            .await?
            .ok_or(SyncError::NoPlan)?;
        if plan.first || self.setting.first_applied_at.is_none() {
            let tx = self.begin().await?;
            let by = plan.decided_by.clone().unwrap_or_else(|| ITSELF.to_owned());
            customers::mark_first_applied(&tx, self.run.connection, &by, self.engine.clock().now())
                .await?;
            tx.commit().await?;
            self.setting = customers::sync_setting(store.read(), self.run.connection).await?;
        }
        let current: HashMap<(Option<String>, Option<String>), Entry> = now_true
            .entries
            .into_iter()
            .map(|entry| ((entry.local.clone(), entry.remote.clone()), entry))
            .collect();
        self.say("Applying the plan");
        let mut after = None;
        loop {
            let (rows, _) = customers::list_entries(
                store.read(),
                id,
                &customers::EntryFilter::default(),
                after,
                200,
            )
            .await?;
            let Some(last) = rows.last() else { break };
            after = Some(last.seq);
            for batch in rows.chunks(CHANGES) {
                self.apply_rows(&plan, batch, &current, read).await?;
                kill_point::reached("sync.after-plan-batch");
                if self.cancel.is_cancelled() {
                    return self.stop_or_interrupt().await;
                }
            }
        }
        self.finish(None).await
    }

    async fn apply_rows(
        &mut self,
        plan: &customers::PlanRow,
        rows: &[PlanEntryRow],
        current: &HashMap<(Option<String>, Option<String>), Entry>,
        read: &Scan,
    ) -> Result<(), SyncError> {
        let mut outcomes = Vec::new();
        let requested_by = plan.decided_by.as_deref().unwrap_or(ITSELF);
        for row in rows.iter().filter(|row| row.outcome.is_none()) {
            let key = (row.entry.local.clone(), row.entry.remote.clone());
            let now_true = current
                .get(&key)
                .filter(|now| now.action == row.entry.action);
            let done = match (&row.entry.action, row.chosen) {
                (Action::Merge(_), false) if plan.first => {
                    self.leave(&row.entry).await?;
                    continue;
                }
                (_, false) => continue,
                _ if now_true.is_none() => false,
                (Action::Import, true) => {
                    self.import(std::slice::from_ref(&row.entry), read).await?[0]
                }
                (Action::Merge(_) | Action::Return(_), true) => {
                    match self
                        .merge_together(
                            std::slice::from_ref(&row.entry),
                            read,
                            Some(&row.entry.action),
                        )
                        .await
                    {
                        Ok(done) => done[0],
                        Err(MergeError::Moved) => false,
                        Err(MergeError::Sync(error)) => return Err(error),
                    }
                }
                (Action::Link(_), true) => self.link(&row.entry, read, requested_by).await?,
                (Action::Create | Action::Offer, true) => {
                    let tx = self.begin().await?;
                    let asked = self.ask_for_create(&tx, &row.entry, requested_by).await?;
                    tx.commit().await?;
                    asked
                }
                (Action::Miss | Action::MarkGone, true) => {
                    self.miss(std::slice::from_ref(&row.entry)).await?[0]
                }
                (Action::Nothing | Action::Propose, true) => continue,
            };
            self.counts.moved += u64::from(!done);
            outcomes.push((row.seq, if done { DONE } else { MOVED }.to_owned()));
        }
        let tx = self.begin().await?;
        customers::set_outcomes(&tx, plan.id, &outcomes).await?;
        tx.commit().await?;
        self.say("Applying the plan");
        Ok(())
    }

    /// Links a pair that the plan holds.
    async fn link(&mut self, entry: &Entry, read: &Scan, by: &str) -> Result<bool, SyncError> {
        let (Some(customer), Some((remote, _))) = (
            customer_of(entry),
            entry.remote.as_ref().and_then(|id| read.kept.get(id)),
        ) else {
            return Ok(false);
        };
        let wish = LinkWish {
            connection: self.run.connection,
            customer,
            remote,
            rule: Rule::C27,
            by,
            run: Some(self.run.id),
        };
        let tx = self.begin().await?;
        match link_two(self.engine, &tx, &wish, &self.setting).await {
            Ok(linked) => {
                tx.commit().await?;
                self.counts.linked += 1;
                self.counts.pulled += u64::from(linked.pulled > 0);
                self.counts.pushed += u64::from(linked.to_ion > 0);
                self.counts.conflicts += u64::from(!linked.opened.is_empty());
                self.changed = true;
                Ok(true)
            }
            Err(crate::customers::MappingError::Store(error)) => Err(error.into()),
            Err(_) => Ok(false),
        }
    }

    /// A merge that a person left out of the first plan: it rests until one of the sides changes again.
    async fn leave(&self, entry: &Entry) -> Result<(), SyncError> {
        let Some(ion_id) = &entry.remote else {
            return Ok(());
        };
        let tx = self.begin().await?;
        let Some(link) = customers::find_link(&tx, self.run.connection, ion_id).await? else {
            return Ok(());
        };
        let Some(customer) = customers::find(&tx, link.customer).await? else {
            return Ok(());
        };
        let rests = LinkRow {
            settled_version: Some(customer.version),
            ..link.clone()
        };
        customers::save_link(&tx, &rests, link.revision).await?;
        tx.commit().await?;
        Ok(())
    }
}
