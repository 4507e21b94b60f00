//! Every order, found by id, customer, reference and time without looking at all of them.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use super::order::Order;
use crate::views::OrderError;

/// The first id; six digits, as real ones have.
const FIRST: u64 = 366_959;
/// The first id of a line.
const FIRST_ITEM: u64 = 121_314;

/// What the next order that is placed meets.
#[derive(Debug, Clone)]
pub(crate) enum Fate {
    /// It fails in the end.
    Fails(OrderError),
    /// It rests on hold.
    Rests,
}

/// Every order of the account and of those below it.
#[derive(Debug)]
pub(crate) struct OrderBook {
    /// In the order in which they were placed, which is that of their `created`.
    records: Vec<Order>,
    places: HashMap<u64, usize>,
    of_customer: HashMap<String, Vec<u64>>,
    of_reference: HashMap<String, Vec<u64>>,
    by_update: BTreeSet<(Timestamp, u64)>,
    /// Customers by the domain of the tenant that an order made.
    pub(super) tenants: HashMap<String, String>,
    pub(super) fates: Vec<Fate>,
    /// The list was sorted the other way round, as by a fault.
    pub(super) reversed: bool,
    next: u64,
    next_item: u64,
}

impl OrderBook {
    pub(crate) fn new() -> Self {
        Self {
            records: Vec::new(),
            places: HashMap::new(),
            of_customer: HashMap::new(),
            of_reference: HashMap::new(),
            by_update: BTreeSet::new(),
            tenants: HashMap::new(),
            fates: Vec::new(),
            reversed: false,
            next: FIRST,
            next_item: FIRST_ITEM,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    /// In the order in which they were placed.
    pub(crate) fn all(&self) -> &[Order] {
        &self.records
    }

    pub(crate) fn get(&self, id: u64) -> Option<&Order> {
        self.places.get(&id).map(|place| &self.records[*place])
    }

    pub(super) fn next_id(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    pub(super) fn next_item_id(&mut self) -> u64 {
        self.next_item += 1;
        self.next_item - 1
    }

    /// Adds an order that is younger than all others.
    pub(super) fn push(&mut self, order: Order) -> u64 {
        let id = order.id;
        self.index(&order, self.records.len());
        self.records.push(order);
        id
    }

    fn index(&mut self, order: &Order, place: usize) {
        self.places.insert(order.id, place);
        let of_customer = self.of_customer.entry(order.customer.clone());
        of_customer.or_default().push(order.id);
        if let Some(reference) = &order.reference {
            let of_reference = self.of_reference.entry(reference.clone());
            of_reference.or_default().push(order.id);
        }
        self.by_update.insert((order.updated, order.id));
    }

    /// Changes an order at this time. None where there is no such order.
    pub(super) fn change<T>(
        &mut self,
        id: u64,
        at: Timestamp,
        change: impl FnOnce(&mut Order) -> T,
    ) -> Option<T> {
        let order = &mut self.records[*self.places.get(&id)?];
        let before = order.updated;
        let told = change(order);
        order.updated = at.max(before);
        let after = order.updated;
        self.by_update.remove(&(before, id));
        self.by_update.insert((after, id));
        Some(told)
    }

    pub(super) fn set_due(&mut self, id: u64, due: Option<Timestamp>) {
        if let Some(place) = self.places.get(&id) {
            self.records[*place].due = due;
        }
    }

    /// Takes an order out.
    pub(crate) fn remove(&mut self, id: u64) -> bool {
        let Some(place) = self.places.get(&id) else {
            return false;
        };
        self.records.remove(*place);
        self.places.clear();
        self.of_customer.clear();
        self.of_reference.clear();
        self.by_update.clear();
        let records = std::mem::take(&mut self.records);
        for (place, order) in records.iter().enumerate() {
            self.index(order, place);
        }
        self.records = records;
        true
    }

    /// The first order of a customer with this reference.
    pub(super) fn with_reference(&self, customer: &str, reference: &str) -> Option<&Order> {
        let ids = self.of_reference.get(reference)?;
        let mut orders = ids.iter().filter_map(|id| self.get(*id));
        orders.find(|order| order.customer == customer)
    }

    /// How many orders a list shows that lags behind by so much: those that were placed before.
    pub(super) fn shown(&self, until: Timestamp) -> usize {
        self.records.partition_point(|one| one.created <= until)
    }

    /// Ids of a customer's orders that were placed until then.
    pub(super) fn shown_of(&self, customer: &str, until: Timestamp) -> &[u64] {
        let ids = self
            .of_customer
            .get(customer)
            .map_or(&[][..], Vec::as_slice);
        let shown = ids.partition_point(|id| self.get(*id).is_some_and(|one| one.created <= until));
        &ids[..shown]
    }

    /// Ids by the time of the last change, the oldest first.
    pub(super) fn by_update(&self) -> impl DoubleEndedIterator<Item = u64> {
        self.by_update.iter().map(|(_, id)| *id)
    }

    /// Another order of the list, as when it was sorted anew.
    pub(crate) fn reverse(&mut self) {
        self.reversed = !self.reversed;
    }

    /// The next order that is placed meets this.
    pub(crate) fn await_fate(&mut self, fate: Fate) {
        self.fates.push(fate);
    }
}
