//! A plan that waits for a person is kept, with what was chosen of the one before.

use std::collections::HashMap;

use domain::PlanId;
use rules::customers::check::problems_for_ion;
use rules::customers::decide::Action;
use rules::customers::plan::{Entry, Plan};
use store::customers::{self, EntryFilter, PlanEntryRow, PlanRow, PlanState};

use super::chosen::DONE;
use super::{Sync, SyncError, SyncMode};
use crate::customers::plan::Waiting;

type Key = (Option<String>, Option<String>);

impl Sync<'_> {
    /// Keeps a plan for a person. One that says the same as the one that waits takes nothing away; what was chosen of it stays chosen.
    pub(super) async fn keep_plan(
        &mut self,
        plan: &Plan,
        (read_here, read_in_ion): (u64, u64),
        first: bool,
    ) -> Result<Waiting, SyncError> {
        let store = self.engine.store();
        let connection = self.run.connection;
        let before = customers::find_waiting_plan(store.read(), connection).await?;
        let mut chosen: HashMap<Key, PlanEntryRow> = HashMap::new();
        if let Some(before) = &before {
            let mut after = None;
            loop {
                let (rows, _) = customers::list_entries(
                    store.read(),
                    before.id,
                    &EntryFilter::default(),
                    after,
                    1000,
                )
                .await?;
                let Some(last) = rows.last() else { break };
                after = Some(last.seq);
                chosen.extend(
                    rows.into_iter()
                        .map(|row| ((row.entry.local.clone(), row.entry.remote.clone()), row)),
                );
            }
        }
        let mut rows = Vec::new();
        let mut same = before
            .as_ref()
            .is_some_and(|before| before.held == plan.held && before.first == first)
            && chosen.len() == plan.entries.len();
        for (seq, entry) in (1..).zip(&plan.entries) {
            let known = chosen
                .get(&(entry.local.clone(), entry.remote.clone()))
                .filter(|known| known.entry.action == entry.action);
            same &= known.is_some();
            let blocked = self.what_blocks(entry).await?;
            rows.push(PlanEntryRow {
                seq,
                chosen: known.map_or(entry.is_chosen(), |known| known.chosen) && blocked.is_none(),
                blocked,
                // A run by itself has imported what is only in Ion already.
                outcome: (self.mode == SyncMode::Auto && entry.action == Action::Import)
                    .then(|| DONE.to_owned()),
                entry: entry.clone(),
            });
        }
        if let Some(before) = before.filter(|_| same) {
            return Ok(Waiting {
                plan: before.id,
                is_new: false,
                first,
                held: plan.held,
            });
        }
        let row = PlanRow {
            id: PlanId::new(self.engine.ids()),
            connection,
            run: self.run.id,
            first,
            held: plan.held,
            state: PlanState::Waiting,
            counts: plan.counts,
            read_here,
            read_in_ion,
            made_at: self.engine.clock().now(),
            decided_at: None,
            decided_by: None,
            applied_run: None,
        };
        let tx = self.begin().await?;
        customers::insert_plan(&tx, &row, &rows).await?;
        tx.commit().await?;
        Ok(Waiting {
            plan: row.id,
            is_new: true,
            first,
            held: plan.held,
        })
    }

    /// What Ion would refuse of a customer that is to be made there.
    async fn what_blocks(&self, entry: &Entry) -> Result<Option<String>, SyncError> {
        if !matches!(entry.action, Action::Create | Action::Offer) {
            return Ok(None);
        }
        let Some(id) = entry.local.as_deref().and_then(|id| id.parse().ok()) else {
            return Ok(None);
        };
        let row = customers::find(self.engine.store().read(), id).await?;
        Ok(row.and_then(|row| {
            let problems = problems_for_ion(&row.customer.fields, None);
            let labels: Vec<String> = problems.into_iter().map(|problem| problem.label).collect();
            (!labels.is_empty()).then(|| format!("Fix first: {}", labels.join(", ")))
        }))
    }
}
