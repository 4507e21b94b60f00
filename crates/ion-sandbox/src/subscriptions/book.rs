//! Every subscription, found by either id, by customer and by its place in the list.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::subscription::Subscription;

/// The first number.
const FIRST: u64 = 3_362_921;

/// Places that a list found, kept for its next page.
#[derive(Debug, Default)]
struct Found {
    key: String,
    places: Arc<Vec<u32>>,
}

/// Every subscription of the account.
#[derive(Debug)]
pub(crate) struct SubscriptionBook {
    /// In the order in which they were made.
    records: Vec<Subscription>,
    places: HashMap<u64, u32>,
    of_guid: HashMap<String, u64>,
    of_customer: HashMap<String, Vec<u64>>,
    /// Places of those that lists show, in the order of the list.
    listed: Vec<u32>,
    /// Counts changes, so that what was found is known to be stale.
    version: u64,
    found: Mutex<Found>,
    pub(super) seed: u64,
    pub(super) reversed: bool,
    next: u64,
}

impl SubscriptionBook {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            records: Vec::new(),
            places: HashMap::new(),
            of_guid: HashMap::new(),
            of_customer: HashMap::new(),
            listed: Vec::new(),
            version: 0,
            found: Mutex::default(),
            seed,
            reversed: false,
            next: FIRST,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    pub(crate) fn all(&self) -> &[Subscription] {
        &self.records
    }

    pub(super) fn next_id(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    pub(super) fn at(&self, place: u32) -> &Subscription {
        &self.records[place as usize]
    }

    pub(crate) fn get(&self, id: u64) -> Option<&Subscription> {
        self.places.get(&id).map(|place| self.at(*place))
    }

    /// By the vendor's id or Ion's.
    pub(crate) fn find(&self, id: &str) -> Option<&Subscription> {
        let by_guid = self.of_guid.get(id).copied();
        self.get(by_guid.or_else(|| id.parse().ok())?)
    }

    pub(crate) fn of_customer(&self, customer: &str) -> impl Iterator<Item = &Subscription> {
        let ids = self.of_customer.get(customer).into_iter().flatten();
        ids.filter_map(|id| self.get(*id))
    }

    /// Adds a subscription.
    pub(super) fn push(&mut self, subscription: Subscription) {
        let place = self.index(&subscription, self.records.len());
        let shows = subscription.shows;
        self.records.push(subscription);
        if shows {
            self.list(place);
        }
        self.version += 1;
    }

    /// Adds many, none of which anybody has seen.
    pub(super) fn fill(&mut self, all: Vec<Subscription>) {
        for one in all {
            self.index(&one, self.records.len());
            self.records.push(one);
        }
        self.relist();
    }

    fn index(&mut self, one: &Subscription, place: usize) -> u32 {
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        self.places.insert(one.id, place);
        self.of_guid.insert(one.guid.clone(), one.id);
        let of_customer = self.of_customer.entry(one.customer.clone());
        of_customer.or_default().push(one.id);
        place
    }

    fn list(&mut self, place: u32) {
        let key = self.at(place).place();
        let behind = self
            .listed
            .partition_point(|one| self.at(*one).place() < key);
        self.listed.insert(behind, place);
    }

    fn relist(&mut self) {
        let shown = |place: &u32| self.at(*place).shows;
        let count = u32::try_from(self.records.len()).unwrap_or(u32::MAX);
        let mut listed: Vec<u32> = (0..count).filter(shown).collect();
        listed.sort_by(|one, other| self.at(*one).place().cmp(&self.at(*other).place()));
        self.listed = listed;
        self.version += 1;
    }

    /// Lists show a subscription from now on.
    pub(crate) fn show(&mut self, id: u64) {
        let Some(place) = self.places.get(&id).copied() else {
            return;
        };
        let one = &mut self.records[place as usize];
        if !std::mem::replace(&mut one.shows, true) {
            self.list(place);
            self.version += 1;
        }
    }

    /// Changes a subscription. `at` is the time of the change, where it is one that `lastUpdatedDate` tells.
    pub(super) fn change<T>(
        &mut self,
        id: u64,
        at: Option<Timestamp>,
        change: impl FnOnce(&mut Subscription) -> T,
    ) -> Option<T> {
        let place = *self.places.get(&id)?;
        let one = &mut self.records[place as usize];
        let told = change(one);
        if let Some(at) = at {
            one.updated = at.max(one.updated);
        }
        self.version += 1;
        Some(told)
    }

    /// The order that a subscription came of.
    pub(crate) fn set_order(&mut self, id: u64, order: u64) {
        self.change(id, None, |one| one.order = Some(order));
    }

    /// Takes a subscription out.
    pub(crate) fn remove(&mut self, id: u64) -> bool {
        let Some(place) = self.places.get(&id) else {
            return false;
        };
        self.records.remove(*place as usize);
        self.places.clear();
        self.of_guid.clear();
        self.of_customer.clear();
        let records = std::mem::take(&mut self.records);
        for (place, one) in records.iter().enumerate() {
            self.index(one, place);
        }
        self.records = records;
        self.relist();
        true
    }

    /// Another order of the list, as when it was sorted anew.
    pub(crate) fn reverse(&mut self) {
        self.reversed = !self.reversed;
        self.version += 1;
    }

    /// Places of those that lists show, in the list's order.
    pub(super) fn listed(&self) -> &[u32] {
        &self.listed
    }

    /// Of one customer.
    pub(super) fn listed_of(&self, customer: &str) -> impl Iterator<Item = u32> {
        let ids = self.of_customer.get(customer).into_iter().flatten();
        let places = ids.filter_map(|id| self.places.get(id).copied());
        places.filter(|place| self.at(*place).shows)
    }

    /// What a list of this key found, worked out only where it is not known since the last change.
    pub(super) fn found(&self, key: &str, find: impl FnOnce() -> Vec<u32>) -> Arc<Vec<u32>> {
        let key = format!("{}|{key}", self.version);
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if found.key != key {
            *found = Found {
                key,
                places: Arc::new(find()),
            };
        }
        Arc::clone(&found.places)
    }
}
