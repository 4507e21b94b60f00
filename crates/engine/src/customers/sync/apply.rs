//! What a run does itself: imports, merges, and pairs that look alike. Each batch is one transaction that reads anew and decides anew.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::CustomerId;
use domain::customer::{Customer, CustomerField, IonCustomer};
use jiff::Timestamp;
use rules::customers::decide::{Action, Choice};
use rules::customers::plan::Entry;
use rules::customers::rule::Rule;
use store::Tx;
use store::customers::{
    self, ChangeKind, CustomerRow, LinkRow, Origin, PairCause, PairRow, PairState, Way,
};

use super::judge::Pairs;
use super::{Scan, Sync, SyncEnd, SyncError};
use crate::customers::history::{ITSELF, Step};
use crate::customers::settle::{SettleError, decide_linked, enqueue_create, enqueue_push, settle};
use crate::kill_point;

/// Customers made in one transaction.
pub(super) const IMPORTS: usize = 200;
/// Customers changed in one transaction.
pub(super) const CHANGES: usize = 40;

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
    pub(super) async fn import(
        &mut self,
        batch: &[Entry],
        read: &Scan,
    ) -> Result<Vec<bool>, SyncError> {
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
        let mut named = Vec::new();
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
            named.push((remote.ion_id.clone(), id, entry.name.clone()));
        }
        customers::insert_many(&tx, &ours, ITSELF, now).await?;
        customers::link_many(&tx, &links).await?;
        crate::subscriptions::customers_imported(&tx, connection, &named).await?;
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
    pub(super) async fn merge_together(
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

    /// Asks for a customer of ours to be made in Ion; `false` where it is linked already.
    pub(super) async fn ask_for_create(
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

    /// What the history says of this run's doing to a customer.
    pub(super) fn step(&self, customer: CustomerId, ion_id: &str, at: Timestamp) -> Step {
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
pub(super) enum MergeError {
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

/// Our customer of an entry.
pub(super) fn customer_of(entry: &Entry) -> Option<CustomerId> {
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
