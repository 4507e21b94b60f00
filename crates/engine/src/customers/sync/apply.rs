//! What a run does itself: imports, merges, links that a plan holds, what is missing. Each batch is one transaction that reads anew and decides anew.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::customer::{Customer, CustomerField, IonCustomer};
use domain::{CustomerId, PlanId};
use jiff::Timestamp;
use rules::customers::decide::{Action, Choice};
use rules::customers::plan::{Entry, Plan};
use rules::customers::rule::Rule;
use store::Tx;
use store::customers::{
    self, ChangeKind, CustomerRow, LinkRow, Origin, PairCause, PairRow, PairState, PlanEntryRow,
    Way,
};

use super::judge::Pairs;
use super::{Scan, Sync, SyncEnd, SyncError};
use crate::customers::history::{ITSELF, Step};
use crate::customers::pair::{LinkWish, link_two};
use crate::customers::settle::{SettleError, decide_linked, enqueue_create, enqueue_push, settle};
use crate::kill_point;

/// Customers made in one transaction.
const IMPORTS: usize = 200;
/// Customers changed in one transaction.
const CHANGES: usize = 40;

/// What came of an entry of a plan.
pub(super) const DONE: &str = "done";
/// It is no longer true, and was left.
const MOVED: &str = "moved";

impl Sync<'_> {
    /// Does these entries. `Some` where the run was stopped in the middle.
    pub(super) async fn apply(
        &mut self,
        entries: Vec<Entry>,
        read: &Scan,
    ) -> Result<Option<SyncEnd>, SyncError> {
        let (mut imports, mut merges, mut misses, mut creates) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for entry in entries {
            match entry.action {
                Action::Import => imports.push(entry),
                Action::Merge(_) | Action::Return(_) => merges.push(entry),
                Action::Miss | Action::MarkGone => misses.push(entry),
                Action::Create => creates.push(entry),
                Action::Nothing | Action::Propose | Action::Offer | Action::Link(_) => {}
            }
        }
        self.say("Writing what Ion has");
        for batch in imports.chunks(IMPORTS) {
            self.import(batch, read).await?;
            kill_point::reached("sync.after-imports");
            if self.cancel.is_cancelled() {
                return self.stop_or_interrupt().await.map(Some);
            }
        }
        for batch in merges.chunks(CHANGES) {
            self.merge(batch, read).await?;
            kill_point::reached("sync.after-merges");
            if self.cancel.is_cancelled() {
                return self.stop_or_interrupt().await.map(Some);
            }
        }
        for batch in creates.chunks(CHANGES) {
            let tx = self.begin().await?;
            for entry in batch {
                self.ask_for_create(&tx, entry, ITSELF).await?;
            }
            tx.commit().await?;
        }
        for batch in misses.chunks(CHANGES) {
            self.miss(batch).await?;
        }
        self.miss_unlinked(read).await?;
        Ok(None)
    }

    /// Makes customers of ours of Ion's, linked from the start.
    async fn import(&mut self, batch: &[Entry], read: &Scan) -> Result<Vec<bool>, SyncError> {
        let now = self.engine.clock().now();
        let connection = self.run.connection;
        let ids: Vec<String> = batch
            .iter()
            .filter_map(|entry| entry.remote.clone())
            .collect();
        let tx = self.begin().await?;
        let taken: HashSet<String> = customers::list_links_many(&tx, connection, &ids)
            .await?
            .into_iter()
            .map(|link| link.ion_id)
            .collect();
        let (mut ours, mut links, mut lines, mut states, mut done) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for entry in batch {
            let remote = entry
                .remote
                .as_ref()
                .filter(|id| !taken.contains(*id))
                .and_then(|id| read.kept.get(id));
            done.push(remote.is_some());
            let Some((remote, _)) = remote else { continue };
            let id = CustomerId::new(self.engine.ids());
            ours.push((id, of_ion(remote), origins(remote, now)));
            links.push(fresh_link(self, id, remote, entry.rule, now));
            let step = self.step(id, &remote.ion_id, now);
            let mut line = step.line(self.engine, ChangeKind::Imported, Way::FromIon);
            line.rule = Some(entry.rule);
            entry.name.clone_into(&mut line.after);
            lines.push(line);
            states.push(id);
        }
        customers::insert_many(&tx, &ours, ITSELF, now).await?;
        customers::link_many(&tx, &links).await?;
        customers::add_changes(&tx, &lines).await?;
        customers::settle_states(&tx, &states).await?;
        tx.commit().await?;
        self.counts.added += states.len() as u64;
        self.changed |= !states.is_empty();
        self.say("Writing what Ion has");
        Ok(done)
    }

    /// Merges linked customers. A batch in which somebody else wrote is done again, one by one.
    async fn merge(&mut self, batch: &[Entry], read: &Scan) -> Result<Vec<bool>, SyncError> {
        match self.merge_together(batch, read, None).await {
            Err(MergeError::Moved) => {}
            Err(MergeError::Sync(error)) => return Err(error),
            Ok(done) => return Ok(done),
        }
        let mut done = Vec::new();
        for entry in batch {
            match self
                .merge_together(std::slice::from_ref(entry), read, None)
                .await
            {
                Ok(one) => done.extend(one),
                // Left to the next run, which sees what it was changed to.
                Err(MergeError::Moved) => done.push(false),
                Err(MergeError::Sync(error)) => return Err(error),
            }
        }
        Ok(done)
    }

    /// `only`: do it where the decision still is this one.
    async fn merge_together(
        &mut self,
        batch: &[Entry],
        read: &Scan,
        only: Option<&Action>,
    ) -> Result<Vec<bool>, MergeError> {
        let now = self.engine.clock().now();
        let connection = self.run.connection;
        let ids: Vec<String> = batch
            .iter()
            .filter_map(|entry| entry.remote.clone())
            .collect();
        let tx = self.begin().await?;
        let links = customers::list_links_many(&tx, connection, &ids).await?;
        let links: HashMap<&str, &LinkRow> = links
            .iter()
            .map(|link| (link.ion_id.as_str(), link))
            .collect();
        let ours: Vec<CustomerId> = links.values().map(|link| link.customer).collect();
        let ours: HashMap<CustomerId, CustomerRow> = customers::find_many(&tx, &ours)
            .await?
            .into_iter()
            .map(|row| (row.id, row))
            .collect();
        let mut counts = self.counts;
        let (mut changed, mut done) = (false, Vec::new());
        for entry in batch {
            let id = entry.remote.as_deref().unwrap_or_default();
            // Written since its remote side was read: what was read of it is old.
            let row = links
                .get(id)
                .filter(|link| self.revisions.get(id) == Some(&link.revision))
                .and_then(|link| Some((*link, ours.get(&link.customer)?)));
            let (Some((link, customer)), Some((remote, _))) = (row, read.kept.get(id)) else {
                done.push(false);
                continue;
            };
            let chosen: Vec<Choice> = customers::list_choices(&tx, connection, id)
                .await?
                .into_iter()
                .map(|row| row.choice)
                .collect();
            let was_gone = matches!(entry.action, Action::Return(_));
            let (_, action) = decide_linked(
                customer,
                link,
                Some((remote, false)),
                (0, was_gone),
                &chosen,
                &self.setting.policy,
                true,
            );
            let still = only.is_none_or(|only| *only == action);
            let (Action::Merge(merge) | Action::Return(merge), true) = (&action, still) else {
                done.push(false);
                continue;
            };
            let step = self.step(customer.id, id, now);
            let settled = settle(self.engine, &tx, &step, (customer, link), merge).await?;
            if was_gone {
                let line = step.line(self.engine, ChangeKind::Returned, Way::FromIon);
                customers::add_changes(&tx, &[line]).await?;
                customers::settle_state(&tx, customer.id).await?;
                changed = true;
            }
            if settled.to_ion > 0 && self.may_write_to_ion() {
                enqueue_push(
                    self.engine,
                    &tx,
                    connection,
                    customer,
                    settled.version,
                    Some(self.run.id),
                    now,
                )
                .await?;
                counts.pushed += 1;
                changed = true;
            }
            counts.pulled += u64::from(settled.pulled > 0);
            counts.changed += u64::from(settled.pulled > 0);
            counts.conflicts += u64::from(!settled.opened.is_empty());
            changed |= settled.pulled > 0 || !settled.opened.is_empty();
            done.push(true);
        }
        tx.commit().await.map_err(SyncError::from)?;
        self.counts = counts;
        self.changed |= changed;
        Ok(done)
    }

    /// Notes linked customers that the list did not show.
    async fn miss(&mut self, batch: &[Entry]) -> Result<Vec<bool>, SyncError> {
        let now = self.engine.clock().now();
        let connection = self.run.connection;
        let tx = self.begin().await?;
        let mut done = Vec::new();
        for entry in batch {
            let (Some(ion_id), Some(customer)) = (&entry.remote, customer_of(entry)) else {
                done.push(false);
                continue;
            };
            if entry.action == Action::Miss {
                customers::add_miss(&tx, connection, std::slice::from_ref(ion_id)).await?;
            } else {
                customers::mark_gone(&tx, connection, ion_id, now).await?;
                let mut line = self.step(customer, ion_id, now).line(
                    self.engine,
                    ChangeKind::Gone,
                    Way::FromIon,
                );
                line.rule = Some(entry.rule);
                customers::add_changes(&tx, &[line]).await?;
                customers::settle_state(&tx, customer).await?;
                self.counts.gone += 1;
                self.changed = true;
            }
            done.push(true);
        }
        tx.commit().await?;
        Ok(done)
    }

    /// Customers of Ion's that nobody is linked with and that the list no longer shows: known as gone after two lists.
    async fn miss_unlinked(&mut self, read: &Scan) -> Result<(), SyncError> {
        if !read.is_complete() {
            return Ok(());
        }
        let now = self.engine.clock().now();
        let connection = self.run.connection;
        let missing: Vec<_> = customers::list_unlinked_ion(self.engine.store().read(), connection)
            .await?
            .into_iter()
            .filter(|row| !read.seen.contains(&row.customer.ion_id))
            .collect();
        for batch in missing.chunks(IMPORTS) {
            let tx = self.begin().await?;
            let (gone, missed): (Vec<_>, Vec<_>) = batch
                .iter()
                .partition(|row| row.missed + 1 >= rules::customers::decide::MISSES);
            let mut alone = Vec::new();
            for row in gone {
                let ion_id = &row.customer.ion_id;
                customers::mark_gone(&tx, connection, ion_id, now).await?;
                alone.extend(customers::drop_pairs_of(&tx, connection, None, Some(ion_id)).await?);
            }
            // Those of ours that were alike wait for nobody any more.
            customers::settle_states(&tx, &alone).await?;
            let missed: Vec<String> = missed
                .iter()
                .map(|row| row.customer.ion_id.clone())
                .collect();
            customers::add_miss(&tx, connection, &missed).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Keeps the pairs that look alike, and forgets those that no longer do.
    pub(super) async fn propose(&mut self, pairs: &Pairs) -> Result<(), SyncError> {
        let now = self.engine.clock().now();
        let connection = self.run.connection;
        let before: HashSet<(CustomerId, String)> =
            customers::proposed_sets(self.engine.store().read(), connection)
                .await?
                .into_iter()
                .collect();
        let keep: Vec<(CustomerId, String)> = pairs
            .alike
            .iter()
            .map(|pair| (pair.customer, pair.ion_id.clone()))
            .chain(pairs.unseen.iter().cloned())
            .collect();
        let rows: Vec<PairRow> = pairs
            .alike
            .iter()
            .map(|pair| PairRow {
                connection,
                customer: pair.customer,
                ion_id: pair.ion_id.clone(),
                score: pair.score,
                signals: pair.signals.clone(),
                state: PairState::Proposed,
                cause: PairCause::Matched,
                since: now,
                decided_at: None,
                decided_by: None,
                local_name: String::new(),
                remote_name: String::new(),
            })
            .collect();
        let tx = self.begin().await?;
        customers::propose(&tx, &rows).await?;
        let dropped = customers::withdraw_pairs(&tx, connection, &keep).await?;
        customers::note_matched(&tx, connection, now).await?;
        let fresh: HashSet<CustomerId> = keep
            .iter()
            .filter(|pair| !before.contains(*pair))
            .map(|(id, _)| *id)
            .collect();
        let touched: Vec<CustomerId> = fresh.iter().copied().chain(dropped).collect();
        customers::settle_states(&tx, &touched).await?;
        tx.commit().await?;
        self.counts.proposed = fresh.len() as u64;
        self.changed |= !fresh.is_empty();
        Ok(())
    }

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

    async fn ask_for_create(
        &mut self,
        tx: &Tx,
        entry: &Entry,
        by: &str,
    ) -> Result<bool, SyncError> {
        let Some(customer) = customer_of(entry) else {
            return Ok(false);
        };
        if customers::find_link_of(tx, self.run.connection, customer)
            .await?
            .is_some()
        {
            return Ok(false);
        }
        let now = self.engine.clock().now();
        enqueue_create(
            self.engine,
            tx,
            self.run.connection,
            customer,
            Some(self.run.id),
            by,
            now,
        )
        .await?;
        self.counts.created += 1;
        self.changed = true;
        Ok(true)
    }

    fn step(&self, customer: CustomerId, ion_id: &str, at: Timestamp) -> Step {
        Step {
            customer,
            link: Some((self.run.connection, ion_id.to_owned())),
            run: Some(self.run.id),
            actor: ITSELF.to_owned(),
            at,
        }
    }
}

/// Why a batch of merges was not done.
enum MergeError {
    Moved,
    Sync(SyncError),
}

impl From<SyncError> for MergeError {
    fn from(error: SyncError) -> Self {
        Self::Sync(error)
    }
}

impl From<store::StoreError> for MergeError {
    fn from(error: store::StoreError) -> Self {
        Self::Sync(error.into())
    }
}

impl From<SettleError> for MergeError {
    fn from(error: SettleError) -> Self {
        match error {
            SettleError::Moved => Self::Moved,
            SettleError::Store(error) => Self::Sync(error.into()),
        }
    }
}

fn customer_of(entry: &Entry) -> Option<CustomerId> {
    entry.local.as_deref()?.parse().ok()
}

/// One of ours made of Ion's.
pub(in crate::customers) fn of_ion(remote: &IonCustomer) -> Customer {
    Customer {
        fields: remote.fields.clone(),
        ..Customer::default()
    }
}

/// Every field came from Ion.
pub(in crate::customers) fn origins(
    remote: &IonCustomer,
    at: Timestamp,
) -> BTreeMap<CustomerField, Origin> {
    remote
        .fields
        .all()
        .filter(|(_, text)| !text.is_empty())
        .map(|(field, _)| {
            (
                field,
                Origin {
                    at,
                    by: "Ion".to_owned(),
                },
            )
        })
        .collect()
}

fn fresh_link(
    sync: &Sync<'_>,
    customer: CustomerId,
    remote: &IonCustomer,
    rule: Rule,
    now: Timestamp,
) -> LinkRow {
    LinkRow {
        customer,
        connection: sync.run.connection,
        ion_id: remote.ion_id.clone(),
        base: Some(remote.fields.clone()),
        revision: 1,
        settled_version: Some(1),
        failed: None,
        synced_at: Some(now),
        linked_at: now,
        linked_by: ITSELF.to_owned(),
        rule,
    }
}
