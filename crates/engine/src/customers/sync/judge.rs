//! Every customer's decision: pure rules over what was read on both sides.

use std::collections::{HashMap, HashSet};

use domain::CustomerId;
use domain::customer::{CustomerField, IonCustomer};
use rules::customers::decide::{Action, Local, Remote, Side, Situation, decide, merge};
use rules::customers::plan::Entry;
use rules::customers::rule::Rule;
use store::customers::{self, CustomerRow, LinkRow, Unlinked};

use super::mirror::Stale;
use super::{KnownBook, Scan, Sync, SyncError, SyncMode};
use crate::customers::matching::{self, Pair};
use crate::customers::settle::decide_linked;

/// What was found.
pub(super) struct Judged {
    pub(super) entries: Vec<Entry>,
    /// Pairs that look alike, where the unlinked ones were compared anew.
    pub(super) pairs: Option<Pairs>,
}

/// Pairs that look alike.
pub(super) struct Pairs {
    pub(super) alike: Vec<Pair>,
    /// Known ones whose customer in Ion this list did not show.
    pub(super) unseen: Vec<(CustomerId, String)>,
}

/// Customers whose rows are read at once.
const BATCH: usize = 500;

impl Sync<'_> {
    pub(super) async fn judge(
        &mut self,
        known: &KnownBook,
        read: &Scan,
        stale: &Stale,
        gone: &[String],
    ) -> Result<Judged, SyncError> {
        let mut entries = self.judge_linked(known, read, stale, gone).await?;
        let pairs = self
            .judge_unlinked(known, read, stale, &mut entries)
            .await?;
        Ok(Judged { entries, pairs })
    }

    /// Linked customers that changed on a side, that are open, or that the list did not show.
    async fn judge_linked(
        &self,
        known: &KnownBook,
        read: &Scan,
        stale: &Stale,
        gone: &[String],
    ) -> Result<Vec<Entry>, SyncError> {
        let store = self.engine.store();
        let mut open: Vec<String> = known
            .values()
            .filter(|known| known.link.is_some() && !stale.contains(&known.ion_id))
            .filter(|known| {
                read.kept.contains_key(&known.ion_id) || !read.seen.contains(&known.ion_id)
            })
            .map(|known| known.ion_id.clone())
            .collect();
        open.sort();
        let chosen = customers::list_choices_many(store.read(), self.run.connection).await?;
        let complete = read.is_complete();
        let mut entries = Vec::new();
        for batch in open.chunks(BATCH) {
            let links =
                customers::list_links_many(store.read(), self.run.connection, batch).await?;
            let ours: Vec<CustomerId> = links.iter().map(|link| link.customer).collect();
            let ours: HashMap<CustomerId, CustomerRow> = customers::find_many(store.read(), &ours)
                .await?
                .into_iter()
                .map(|row| (row.id, row))
                .collect();
            for link in &links {
                let (Some(known), Some(customer)) =
                    (known.get(&link.ion_id), ours.get(&link.customer))
                else {
                    continue;
                };
                let remote = read.kept.get(&link.ion_id).map(|(remote, _)| remote);
                let proven_gone = gone.contains(&link.ion_id);
                let (rule, action) = decide_linked(
                    customer,
                    link,
                    remote.map(|remote| (remote, known.ignored)),
                    // A 404 by id is as good as the second list without it.
                    (
                        if proven_gone {
                            u32::MAX - 1
                        } else {
                            known.missed
                        },
                        known.gone,
                    ),
                    chosen.get(&link.ion_id).map_or(&[], Vec::as_slice),
                    &self.setting.policy,
                    complete,
                );
                entries.push(entry(customer, link, rule, action));
            }
        }
        Ok(entries)
    }

    /// Customers that stand alone on one side.
    async fn judge_unlinked(
        &mut self,
        known: &KnownBook,
        read: &Scan,
        stale: &Stale,
        entries: &mut Vec<Entry>,
    ) -> Result<Option<Pairs>, SyncError> {
        let store = self.engine.store();
        let mut theirs: Vec<(&IonCustomer, bool, bool)> = read
            .kept
            .values()
            .filter(|(remote, _)| !stale.contains(&remote.ion_id))
            .filter_map(|(remote, hash)| match known.get(&remote.ion_id) {
                Some(known) if known.link.is_some() => None,
                // One that comes back has lost its pairs.
                Some(known) => Some((remote, known.ignored, known.hash != *hash || known.gone)),
                None => Some((remote, false, true)),
            })
            .collect();
        theirs.sort_by(|(one, ..), (other, ..)| one.ion_id.cmp(&other.ion_id));
        let ours = customers::list_unlinked(store.read(), self.run.connection).await?;
        let fresh = theirs.iter().any(|(.., changed)| *changed)
            || self.mode != SyncMode::Auto
            // A plan that waits is made anew, and says how sure each pair is.
            || self.setting.first_applied_at.is_none()
            || self
                .setting
                .matched_at
                .is_none_or(|at| ours.iter().any(|one| one.edited_at >= at));
        let rejected: HashSet<(CustomerId, String)> =
            customers::list_rejected(store.read(), self.run.connection)
                .await?
                .into_iter()
                .collect();
        let mut unseen: Vec<(CustomerId, String)> = Vec::new();
        let (pairs, found): (Vec<Pair>, Vec<(CustomerId, String)>) = if fresh {
            let candidates: Vec<&IonCustomer> = theirs
                .iter()
                .filter(|(_, ignored, _)| !ignored)
                .map(|(remote, ..)| *remote)
                .collect();
            let pairs = matching::pairs(&ours, &candidates, &rejected);
            let mut found: Vec<(CustomerId, String)> = pairs
                .iter()
                .map(|pair| (pair.customer, pair.ion_id.clone()))
                .collect();
            // A list that moves while it is read may miss one: its pairs stay until it is seen again, or known as gone.
            let compared: HashSet<&str> =
                candidates.iter().map(|one| one.ion_id.as_str()).collect();
            unseen = customers::proposed_sets(store.read(), self.run.connection)
                .await?
                .into_iter()
                .filter(|(_, ion_id)| {
                    !compared.contains(ion_id.as_str()) && !read.seen.contains(ion_id)
                })
                .collect();
            found.extend(unseen.iter().cloned());
            (pairs, found)
        } else {
            (
                Vec::new(),
                customers::proposed_sets(store.read(), self.run.connection).await?,
            )
        };
        let alike_here: HashSet<CustomerId> = found.iter().map(|(id, _)| *id).collect();
        let mut best: HashMap<&str, CustomerId> = HashMap::new();
        for (id, ion_id) in &found {
            best.entry(ion_id.as_str()).or_insert(*id);
        }
        let first = self.setting.first_applied_at.is_none();
        let by_id: HashMap<CustomerId, &Unlinked> = ours.iter().map(|one| (one.id, one)).collect();
        let sure: HashMap<&str, CustomerId> = pairs
            .iter()
            .filter(|pair| pair.sure)
            .map(|pair| (pair.ion_id.as_str(), pair.customer))
            .collect();
        let alone = |local, remote| Situation {
            local,
            remote,
            link: None,
            complete: read.is_complete(),
            first,
        };
        for (remote, ignored, _) in &theirs {
            let side = Side {
                fields: &remote.fields,
                changed_at: remote.updated_at,
            };
            let resembles = best.contains_key(remote.ion_id.as_str());
            let (rule, action) = decide(
                alone(
                    None,
                    Some(Remote {
                        side,
                        ignored: *ignored,
                        resembles,
                    }),
                ),
                &self.setting.policy,
            );
            let local = best.get(remote.ion_id.as_str()).copied();
            let name = remote.fields.get(CustomerField::Organisation).to_owned();
            let pair = sure
                .get(remote.ion_id.as_str())
                .and_then(|id| by_id.get(id));
            let (rule, action, local) = match (&action, pair) {
                (Action::Propose, Some(ours)) if first || self.mode != SyncMode::Auto => {
                    let ours_side = Side {
                        fields: &ours.fields,
                        changed_at: Some(ours.edited_at),
                    };
                    let merged = merge(None, ours_side, side, &self.setting.policy, &[]);
                    (Rule::C27, Action::Link(merged), Some(ours.id))
                }
                _ => (rule, action, local),
            };
            entries.push(Entry {
                local: local.map(|id| id.to_string()),
                remote: Some(remote.ion_id.clone()),
                name,
                rule,
                action,
            });
        }
        for one in &ours {
            let side = Side {
                fields: &one.fields,
                changed_at: Some(one.edited_at),
            };
            let resembles = alike_here.contains(&one.id);
            let local = Local {
                side,
                archived: false,
                ignored: one.ignored,
                resembles,
            };
            let (rule, action) = decide(alone(Some(local), None), &self.setting.policy);
            let name = one.fields.get(CustomerField::Organisation).to_owned();
            entries.push(Entry {
                local: Some(one.id.to_string()),
                remote: None,
                name,
                rule,
                action,
            });
        }
        Ok(fresh.then_some(Pairs {
            alike: pairs,
            unseen,
        }))
    }
}

fn entry(customer: &CustomerRow, link: &LinkRow, rule: Rule, action: Action) -> Entry {
    Entry {
        local: Some(customer.id.to_string()),
        remote: Some(link.ion_id.clone()),
        name: customer
            .customer
            .fields
            .get(CustomerField::Organisation)
            .to_owned(),
        rule,
        action,
    }
}
