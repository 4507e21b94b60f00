//! Customers that the list did not show: missed, and gone after two lists.

use rules::customers::decide::Action;
use rules::customers::plan::Entry;
use store::customers::{self, ChangeKind, Way};

use super::apply::{IMPORTS, customer_of};
use super::{Scan, Sync, SyncError};

impl Sync<'_> {
    /// Notes linked customers that the list did not show.
    pub(super) async fn miss(&mut self, batch: &[Entry]) -> Result<Vec<bool>, SyncError> {
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
    pub(super) async fn miss_unlinked(&mut self, read: &Scan) -> Result<(), SyncError> {
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
}
