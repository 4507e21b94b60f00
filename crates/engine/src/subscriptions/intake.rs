//! What Ion shows of subscriptions, taken in: compared with what is stored, and only differences written, in short transactions.

use std::collections::{BTreeSet, HashMap};

use domain::run::RunCounts;
use domain::subscription::{Subscription, SubscriptionEventKind};
use domain::{ConnectionId, OrderId, RunId, SubscriptionId};
use ion_client::Item;
use jiff::Timestamp;
use rules::subscriptions::diff::{SubscriptionEvent, diff, seen};
use store::queue::{self, Job};
use store::subscriptions::{self, KnownSubscription, SubscriptionEventRow, SubscriptionRow};
use store::{Tx, customers, orders};

use super::context::Context;
use super::error::SubscriptionSyncError;
use super::origin::{self, Origins};
use super::today::Prices;
use super::{map, words};
use crate::Engine;

/// Subscriptions that are written in one transaction: others wait for it on SQLite.
const BATCH: usize = 200;

/// What is compared with what is stored.
pub(super) struct Intake<'a> {
    engine: &'a Engine,
    connection: ConnectionId,
    run: Option<RunId>,
    claim: Option<Job>,
    /// There are orders that subscriptions may come of.
    has_orders: bool,
    /// By Ion's id.
    known: HashMap<String, Known>,
    pending: Vec<Found>,
    /// Shown again as they are here, though an earlier reading missed them.
    shown_again: Vec<String>,
    /// Entries that could not be read: id, and what is said of it.
    pub(super) unreadable: Vec<(String, String)>,
    pub(super) counts: RunCounts,
    /// Changed ones that an order from here explains.
    pub(super) ours: u64,
    /// Something was written that people would call a change.
    pub(super) changed: bool,
    /// Customers of Ion's that nobody was linked with when theirs was written.
    pub(super) unlinked: BTreeSet<String>,
}

/// What is known of one.
#[derive(Debug, Clone)]
struct Known {
    id: SubscriptionId,
    hash: [u8; 32],
    missed: u32,
    gone: bool,
    /// This reading showed it.
    shown: bool,
    /// First seen by this reading.
    new: bool,
}

/// One that is to be written.
pub(super) struct Found {
    pub(super) id: SubscriptionId,
    pub(super) subscription: Subscription,
    pub(super) hash: [u8; 32],
    new: bool,
    returned: bool,
}

/// What is told of one, and the orders that it comes of.
struct Origin {
    told: Vec<SubscriptionEvent>,
    /// The order that it came of.
    order: Option<OrderId>,
    /// The order that the events came of.
    cause: Option<OrderId>,
}

/// One that a complete reading did not show.
pub(super) struct Absent {
    pub(super) id: SubscriptionId,
    pub(super) ion_id: String,
    pub(super) missed: u32,
}

impl<'a> Intake<'a> {
    pub(super) async fn begin_with(
        engine: &'a Engine,
        connection: ConnectionId,
        run: Option<RunId>,
        claim: Option<Job>,
        known: Vec<KnownSubscription>,
    ) -> Result<Self, SubscriptionSyncError> {
        let counts = orders::counts(
            engine.store().read(),
            Some(connection),
            engine.clock().now(),
        )
        .await?;
        let has_orders = counts
            .states
            .iter()
            .any(|(state, count)| *count > 0 && origin::is_at_ion(*state));
        let mut intake = Self {
            engine,
            connection,
            run,
            claim,
            has_orders,
            known: HashMap::with_capacity(known.len()),
            pending: Vec::new(),
            shown_again: Vec::new(),
            unreadable: Vec::new(),
            counts: RunCounts::default(),
            ours: 0,
            changed: false,
            unlinked: BTreeSet::new(),
        };
        intake.know(known);
        Ok(intake)
    }

    /// What is stored of some more.
    pub(super) fn know(&mut self, more: Vec<KnownSubscription>) {
        for known in more {
            self.known.entry(known.ion_id).or_insert(Known {
                id: known.id,
                hash: known.hash,
                missed: known.missed,
                gone: known.gone,
                shown: false,
                new: false,
            });
        }
    }

    /// How many are stored that are not gone.
    pub(super) fn stored(&self) -> u64 {
        self.known
            .values()
            .filter(|known| !known.gone && !known.new)
            .count() as u64
    }

    /// Takes one entry in. One that cannot be read is set aside, and counts as shown.
    pub(super) fn take(&mut self, id: Option<&str>, item: &Item<ion_client::Subscription>) {
        let read = item.decode().map_err(map::Unreadable::from);
        match read.and_then(|shown| map::from_ion(&shown)) {
            Ok(subscription) => self.compare(subscription),
            Err(why) => self.set_aside(id.unwrap_or_default(), &why),
        }
    }

    fn set_aside(&mut self, id: &str, why: &map::Unreadable) {
        // An entry may come twice where the list moved.
        if !id.is_empty() && self.unreadable.iter().any(|(known, _)| known == id) {
            return;
        }
        if let Some(known) = self.known.get_mut(id)
            && !known.shown
        {
            known.shown = true;
            self.counts.read += 1;
        } else if !self.known.contains_key(id) {
            self.counts.read += 1;
        }
        self.counts.set_aside += 1;
        let message = words::unreadable(id, &why.path, &why.message);
        self.unreadable.push((id.to_owned(), message));
    }

    /// Compares one with what is stored.
    pub(super) fn compare(&mut self, subscription: Subscription) {
        let hash = map::hash(&subscription);
        let Some(known) = self.known.get_mut(&subscription.ion_id) else {
            let known = Known {
                id: SubscriptionId::new(self.engine.ids()),
                hash,
                missed: 0,
                gone: false,
                shown: true,
                new: true,
            };
            self.counts.read += 1;
            self.counts.added += 1;
            self.pending.push(Found {
                id: known.id,
                subscription: subscription.clone(),
                hash,
                new: true,
                returned: false,
            });
            self.known.insert(subscription.ion_id, known);
            return;
        };
        let first_time = !known.shown;
        if first_time {
            known.shown = true;
            self.counts.read += 1;
        }
        if known.hash == hash && !known.gone {
            if known.missed > 0 {
                known.missed = 0;
                self.shown_again.push(subscription.ion_id);
            }
            return;
        }
        // The later reading of one that moved between parts counts.
        if first_time {
            self.counts.changed += 1;
        }
        self.pending.push(Found {
            id: known.id,
            subscription,
            hash,
            new: false,
            returned: known.gone,
        });
        (known.hash, known.gone, known.missed) = (hash, false, 0);
    }

    /// Writes what waits, where it fills a transaction.
    pub(super) async fn write_full(&mut self) -> Result<bool, SubscriptionSyncError> {
        let full = self.pending.len() >= BATCH;
        while self.pending.len() >= BATCH {
            let rest = self.pending.split_off(BATCH);
            let part = std::mem::replace(&mut self.pending, rest);
            self.write(part).await?;
        }
        Ok(full)
    }

    /// Writes all that waits.
    pub(super) async fn write_all(&mut self) -> Result<(), SubscriptionSyncError> {
        self.write_full().await?;
        let rest = std::mem::take(&mut self.pending);
        if !rest.is_empty() {
            self.write(rest).await?;
        }
        if !self.shown_again.is_empty() {
            let tx = self.begin().await?;
            let now = self.engine.clock().now();
            subscriptions::touch_many(&tx, self.connection, &self.shown_again, now).await?;
            tx.commit().await?;
            self.shown_again.clear();
        }
        Ok(())
    }

    /// Those that are stored, not gone, and that this reading did not show.
    pub(super) fn absent(&self) -> Vec<Absent> {
        let mut absent: Vec<Absent> = self
            .known
            .iter()
            .filter(|(_, known)| !known.shown && !known.gone)
            .map(|(ion_id, known)| Absent {
                id: known.id,
                ion_id: ion_id.clone(),
                missed: known.missed,
            })
            .collect();
        // Those that were missed before are asked for first.
        absent.sort_by(|a, b| {
            b.missed
                .cmp(&a.missed)
                .then_with(|| a.ion_id.cmp(&b.ion_id))
        });
        absent
    }

    /// A transaction under the claim of the job.
    pub(super) async fn begin(&self) -> Result<Tx, SubscriptionSyncError> {
        let tx = self.engine.store().begin().await?;
        match &self.claim {
            Some(job) if !queue::hold(&tx, job).await? => Err(SubscriptionSyncError::Taken),
            _ => Ok(tx),
        }
    }

    async fn write(&mut self, found: Vec<Found>) -> Result<(), SubscriptionSyncError> {
        let now = self.engine.clock().now();
        let store = self.engine.store();
        let old: Vec<SubscriptionId> = found
            .iter()
            .filter(|one| !one.new)
            .map(|one| one.id)
            .collect();
        // Only this lane writes what is read here.
        let before: HashMap<SubscriptionId, SubscriptionRow> =
            subscriptions::find_many(store.read(), &old)
                .await?
                .into_iter()
                .map(|row| (row.id, row))
                .collect();
        let origins = self.origins(&found, &before, now).await?;
        let mut prices = Prices::default();
        for one in &found {
            let connection = self.connection;
            prices
                .load_one(store.read(), connection, &one.subscription)
                .await?;
        }
        let tx = self.begin().await?;
        let context = Context::load(self.engine, &tx, self.connection, &found).await?;
        let (mut rows, mut events, mut lines) = (Vec::new(), Vec::new(), Vec::new());
        for (one, origin) in found.iter().zip(origins) {
            let before = before.get(&one.id);
            self.ours += u64::from(before.is_some() && origin.cause.is_some());
            self.count_prices(&origin.told, before, &one.subscription);
            if let Some(order) = origin.cause {
                lines.push(origin::told(order, &one.subscription, &origin.told, now));
            }
            events.extend(origin.told.into_iter().map(|event| SubscriptionEventRow {
                subscription: one.id,
                at: now,
                kind: event.kind,
                before: event.before,
                after: event.after,
                run: self.run,
                order: origin.cause,
            }));
            let row = context.row(one, before, origin.order);
            if row.customer.is_none() && !one.subscription.ion_customer_id.is_empty() {
                self.unlinked
                    .insert(one.subscription.ion_customer_id.clone());
            }
            rows.push(row);
        }
        self.changed |= !events.is_empty();
        subscriptions::upsert_many(&tx, self.connection, &rows, now).await?;
        let renewals: Vec<_> = rows
            .iter()
            .map(|row| context.renewal(self.connection, row, &prices))
            .collect();
        subscriptions::set_renewals(&tx, &renewals).await?;
        subscriptions::add_events(&tx, &events).await?;
        orders::add_events(&tx, &lines).await?;
        tx.commit().await?;
        Ok(())
    }

    /// What is told of each, and the orders that it comes of.
    async fn origins(
        &self,
        found: &[Found],
        before: &HashMap<SubscriptionId, SubscriptionRow>,
        now: Timestamp,
    ) -> Result<Vec<Origin>, SubscriptionSyncError> {
        let conn = self.engine.store().read();
        let mut by_order = Origins::new(self.connection);
        let mut origins = Vec::with_capacity(found.len());
        for one in found {
            let of = &one.subscription;
            let before = before.get(&one.id);
            let mut told = match before {
                None => vec![seen(of)],
                Some(before) => diff(&before.subscription, of),
            };
            if one.returned {
                told.insert(0, origin::returned());
            }
            let mut origin = Origin {
                told,
                order: before.and_then(|row| row.order),
                cause: None,
            };
            if self.has_orders {
                if origin.order.is_none() {
                    let link = customers::find_link(conn, self.connection, &of.ion_customer_id);
                    let customer = link.await?.map(|link| link.customer);
                    origin.order = by_order.of(conn, of, customer).await?;
                }
                origin.cause = match before {
                    None => origin.order,
                    Some(_) => origin::cause(conn, one.id, &origin.told, now).await?,
                };
            }
            origins.push(origin);
        }
        Ok(origins)
    }

    fn count_prices(
        &mut self,
        told: &[SubscriptionEvent],
        before: Option<&SubscriptionRow>,
        now: &Subscription,
    ) {
        if !told
            .iter()
            .any(|event| event.kind == SubscriptionEventKind::Price)
        {
            return;
        }
        let old = before.and_then(|row| row.subscription.cost.as_ref());
        match (old, now.cost.as_ref()) {
            (Some(old), Some(new)) if new.units() > old.units() => self.counts.price_up += 1,
            (Some(old), Some(new)) if new.units() < old.units() => self.counts.price_down += 1,
            _ => {}
        }
    }
}
