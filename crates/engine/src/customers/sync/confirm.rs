//! Ion's list may lag behind Ion: what was read by id or written by us a moment ago may still stand there as it was before. Where a
//! list contradicts what is that young, the customer is asked for by id, so that an edit that Ion has is not taken back here.

use std::collections::HashSet;

use domain::customer::IonCustomer;
use futures::StreamExt as _;
use ion_client::Class;
use jiff::Timestamp;
use store::customers;

use super::{KnownBook, Scan, Sync, SyncError};
use crate::customers::map;

/// How long a list may show what was before. Nothing is known of it (Ion API notes 5): as long as a create waits for its customer.
const LAG: std::time::Duration = std::time::Duration::from_secs(900);
/// Customers that one run asks for; others are left to the next one.
const MOST: usize = 500;
/// Requests under way at a time.
const IN_FLIGHT: usize = 4;
/// Customers whose rows are read at once.
const BATCH: usize = 500;

/// What asking by id told.
enum Told {
    Shown(Box<IonCustomer>),
    Gone,
    Nothing,
}

impl Sync<'_> {
    /// Puts what Ion shows by id in the place of what its list shows, for linked customers that changed a moment ago.
    pub(super) async fn confirm_young(
        &mut self,
        known: &KnownBook,
        read: &mut Scan,
    ) -> Result<(), SyncError> {
        let young = self.young(known, read).await?;
        for id in young.iter().skip(MOST) {
            read.kept.remove(id);
        }
        let asked = futures::stream::iter(young.into_iter().take(MOST)).map(|id| {
            let customers = self.ion.customers(&self.account);
            async move {
                let told = match customers.get(&id).await {
                    Ok(item) => item
                        .decode()
                        .ok()
                        .and_then(|one| map::from_ion(&one))
                        .map_or(Told::Nothing, |one| Told::Shown(Box::new(one))),
                    Err(error) if error.class() == Class::NotFound => Told::Gone,
                    Err(error) => {
                        tracing::debug!(error = %error, "a customer could not be asked for");
                        Told::Nothing
                    }
                };
                (id, told)
            }
        });
        let told: Vec<(String, Told)> = asked.buffer_unordered(IN_FLIGHT).collect().await;
        for (id, told) in told {
            self.counts.requests += 1;
            match told {
                Told::Shown(mut customer) => {
                    // It was asked for by this id, whatever it calls itself.
                    id.clone_into(&mut customer.ion_id);
                    let hash = map::hash(&customer);
                    read.kept.insert(id, (*customer, hash));
                }
                // As if the list had not shown it.
                Told::Gone => {
                    read.kept.remove(&id);
                    read.seen.remove(&id);
                }
                // Left to the next run.
                Told::Nothing => {
                    read.kept.remove(&id);
                }
            }
        }
        Ok(())
    }

    /// Linked customers of which the list shows something new, and we something young.
    async fn young(&self, known: &KnownBook, read: &Scan) -> Result<Vec<String>, SyncError> {
        let since = self
            .engine
            .clock()
            .now()
            .checked_sub(LAG)
            .unwrap_or(Timestamp::MIN);
        let mut linked: Vec<String> = read
            .kept
            .keys()
            .filter(|id| known.get(*id).is_some_and(|known| known.link.is_some()))
            .cloned()
            .collect();
        linked.sort();
        let (conn, connection) = (self.engine.store().read(), self.run.connection);
        let mut young = Vec::new();
        for batch in linked.chunks(BATCH) {
            let written: HashSet<String> = customers::list_links_many(conn, connection, batch)
                .await?
                .into_iter()
                .filter(|link| link.synced_at.is_some_and(|at| at > since))
                .map(|link| link.ion_id)
                .collect();
            for row in customers::find_ion_many(conn, connection, batch).await? {
                let id = row.customer.ion_id;
                if row.changed_at > since || written.contains(&id) {
                    young.push(id);
                }
            }
        }
        Ok(young)
    }
}
