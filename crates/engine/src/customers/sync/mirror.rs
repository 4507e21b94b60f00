//! What Ion showed is kept, before anything is decided by it: a link whose customer changed there is open until it was decided.

use std::collections::{HashMap, HashSet};

use domain::customer::IonCustomer;
use store::customers::{self, ChangeKind, LinkRow, Way};

use super::{KnownBook, Scan, Sync, SyncError};
use crate::customers::history::{ITSELF, Step};

/// Customers that somebody else wrote while the list was read: what was read of them is left to the next run.
pub(super) type Stale = HashSet<String>;

/// Customers in one transaction.
const BATCH: usize = 500;

impl Sync<'_> {
    /// Writes what is new or changed of what Ion showed.
    pub(super) async fn mirror(
        &mut self,
        known: &KnownBook,
        read: &Scan,
    ) -> Result<Stale, SyncError> {
        let mut stale = Stale::new();
        let mut changed: Vec<&(IonCustomer, [u8; 32])> = read
            .kept
            .values()
            .filter(|(customer, hash)| {
                known
                    .get(&customer.ion_id)
                    .is_none_or(|known| known.hash != *hash || known.missed > 0 || known.gone)
            })
            .collect();
        changed.sort_by(|(one, _), (other, _)| one.ion_id.cmp(&other.ion_id));
        for batch in changed.chunks(BATCH) {
            self.mirror_batch(known, batch, &mut stale).await?;
        }
        // What is known and unchanged may have been written by a push meanwhile, too.
        let unchanged: Vec<String> = read
            .kept
            .keys()
            .filter(|id| known.get(*id).is_some_and(|known| known.link.is_some()))
            .cloned()
            .collect();
        for batch in unchanged.chunks(BATCH) {
            let links =
                customers::list_links_many(self.engine.store().read(), self.run.connection, batch)
                    .await?;
            stale.extend(moved(known, batch.iter(), &links));
        }
        Ok(stale)
    }

    async fn mirror_batch(
        &mut self,
        known: &KnownBook,
        batch: &[&(IonCustomer, [u8; 32])],
        stale: &mut Stale,
    ) -> Result<(), SyncError> {
        let now = self.engine.clock().now();
        let ids: Vec<String> = batch
            .iter()
            .map(|(customer, _)| customer.ion_id.clone())
            .collect();
        let tx = self.begin().await?;
        let links = customers::list_links_many(&tx, self.run.connection, &ids).await?;
        stale.extend(moved(known, ids.iter(), &links));
        let fresh: Vec<(IonCustomer, [u8; 32])> = batch
            .iter()
            .filter(|(customer, _)| !stale.contains(&customer.ion_id))
            .map(|one| (*one).clone())
            .collect();
        let linked: HashMap<&str, &LinkRow> = links
            .iter()
            .filter(|link| !stale.contains(&link.ion_id))
            .map(|link| (link.ion_id.as_str(), link))
            .collect();
        let linked_ids: Vec<String> = linked.keys().map(|id| (*id).to_owned()).collect();
        let before = customers::find_ion_many(&tx, self.run.connection, &linked_ids).await?;
        customers::upsert_many(&tx, self.run.connection, &fresh, now).await?;
        if fresh.len() > linked.len() {
            // Should this run end before they are matched, the next one matches them: nobody is imported unlooked at.
            customers::forget_matching(&tx, self.run.connection).await?;
        }
        customers::unsettle(&tx, self.run.connection, Some(&linked_ids)).await?;
        let was_active: HashMap<&str, bool> = before
            .iter()
            .map(|row| (row.customer.ion_id.as_str(), row.customer.active))
            .collect();
        let (mut lines, mut touched) = (Vec::new(), Vec::new());
        for (customer, _) in &fresh {
            let Some(link) = linked.get(customer.ion_id.as_str()) else {
                continue;
            };
            if was_active.get(customer.ion_id.as_str()) != Some(&!customer.active) {
                continue;
            }
            let step = Step {
                customer: link.customer,
                link: Some((link.connection, link.ion_id.clone())),
                run: Some(self.run.id),
                actor: ITSELF.to_owned(),
                at: now,
            };
            let word = |active: bool| if active { "active" } else { "inactive" };
            let values = (word(!customer.active), word(customer.active));
            lines.push(step.value(
                self.engine,
                (ChangeKind::Status, Way::FromIon),
                "status",
                values,
                None,
            ));
            touched.push(link.customer);
            self.changed = true;
        }
        customers::add_changes(&tx, &lines).await?;
        customers::settle_states(&tx, &touched).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Those whose link is another one than before the list was read.
fn moved<'a>(
    known: &KnownBook,
    ids: impl Iterator<Item = &'a String>,
    links: &[LinkRow],
) -> Vec<String> {
    let now: HashMap<&str, u64> = links
        .iter()
        .map(|link| (link.ion_id.as_str(), link.revision))
        .collect();
    ids.filter(|id| {
        let before = known
            .get(*id)
            .and_then(|known| known.link)
            .map(|link| link.revision);
        before != now.get(id.as_str()).copied()
    })
    .cloned()
    .collect()
}
