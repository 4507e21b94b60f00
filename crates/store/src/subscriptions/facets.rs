//! Values that the filters of a list can take, with how many there are of each.

use domain::subscription::SubscriptionState;
use domain::{BillingPeriod, Term};
use sea_orm::{ConnectionTrait, Value};

use super::columns::auto_renew_number;
use super::search::{Conditions, can_be_shown, is_picked, is_shown, is_tallied};
use super::{SubscriptionFacets, SubscriptionFilter};
use crate::StoreError;
use crate::orders::columns::vendor_column;
use crate::sql::{Row, rows};

/// Subscriptions that are alike.
#[derive(Debug)]
pub(super) struct Group {
    vendor: String,
    live: bool,
    pub(super) state: SubscriptionState,
    term: Term,
    pub(super) subscriptions: u64,
}

impl Group {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            vendor: row.get("vendor")?,
            live: row.get("live")?,
            state: row.word("subscription", "state")?,
            term: row.word("subscription", "term")?,
            subscriptions: row.count("subscriptions")?,
        })
    }

    pub(super) fn is_of_vendor(&self, filter: &SubscriptionFilter) -> bool {
        let vendor = filter.vendor.as_deref().map(vendor_column);
        vendor.is_none_or(|vendor| vendor == self.vendor)
    }

    fn is_of_term(&self, filter: &SubscriptionFilter) -> bool {
        filter.term.is_none_or(|term| term == self.term)
    }

    fn is_of_state(&self, filter: &SubscriptionFilter) -> bool {
        is_shown(filter, self.live, self.state)
    }

    /// Whether a list of this filter shows them.
    pub(super) fn is_shown(&self, filter: &SubscriptionFilter) -> bool {
        self.is_of_vendor(filter) && self.is_of_term(filter) && self.is_of_state(filter)
    }
}

/// Values that the filters can take, for what else is asked for: of each filter as if it alone were not set.
pub async fn facets(
    conn: &impl ConnectionTrait,
    filter: &SubscriptionFilter,
) -> Result<SubscriptionFacets, StoreError> {
    let all = if is_tallied(filter) {
        tallied(conn, filter).await?
    } else {
        counted(conn, filter).await?
    };
    let mut states: Vec<(SubscriptionState, u64)> = Vec::new();
    let mut vendors: Vec<(String, u64)> = Vec::new();
    let mut terms: Vec<(Term, u64)> = Vec::new();
    for group in &all {
        let number = group.subscriptions;
        let (vendor, term) = (group.is_of_vendor(filter), group.is_of_term(filter));
        if vendor && term && can_be_shown(filter, group.live, group.state) {
            add(&mut states, &group.state, number);
        }
        if !group.is_of_state(filter) {
            continue;
        }
        if term && !group.vendor.is_empty() {
            add(&mut vendors, &group.vendor, number);
        }
        if vendor {
            add(&mut terms, &group.term, number);
        }
    }
    states.sort_unstable();
    terms.sort_unstable();
    vendors.sort_unstable_by(|(one, more), (other, less)| less.cmp(more).then(one.cmp(other)));
    Ok(SubscriptionFacets {
        states,
        vendors,
        terms,
    })
}

fn add<T: Clone + PartialEq>(counts: &mut Vec<(T, u64)>, value: &T, number: u64) {
    match counts.iter_mut().find(|(known, _)| known == value) {
        Some((_, count)) => *count += number,
        None => counts.push((value.clone(), number)),
    }
}

/// How many are alike, of any vendor, term and state, by the tally.
pub(super) async fn tallied(
    conn: &impl ConnectionTrait,
    filter: &SubscriptionFilter,
) -> Result<Vec<Group>, StoreError> {
    let mut sql = "SELECT vendor, live, state, term, CAST(SUM(subscriptions) AS BIGINT) AS subscriptions FROM subscription_tally WHERE 1 = 1".to_owned();
    let mut bound: Vec<Value> = Vec::new();
    let mut and = |column: &str, value: Value| {
        bound.push(value);
        sql.push_str(&format!(" AND {column} = ${}", bound.len()));
    };
    if let Some(connection) = filter.connection {
        and("connection_id", connection.0.into());
    }
    if let Some(billing) = filter.billing.map(BillingPeriod::as_str) {
        and("billing", billing.into());
    }
    if filter.auto_renew.is_some() {
        and("auto_renew", auto_renew_number(filter.auto_renew).into());
    }
    sql.push_str(" GROUP BY vendor, live, state, term");
    rows(conn, sql, bound)
        .await?
        .iter()
        .map(Group::read)
        .collect()
}

/// The same, counted one by one.
async fn counted(
    conn: &impl ConnectionTrait,
    filter: &SubscriptionFilter,
) -> Result<Vec<Group>, StoreError> {
    let any = SubscriptionFilter {
        vendor: None,
        term: None,
        ..filter.clone()
    };
    let mut query = Conditions::default();
    query.common(&any);
    query.picked(&any);
    if !is_picked(&any) {
        // Says nothing, but leads to the index of what is due.
        query.sql.push_str(" AND s.live IN (TRUE, FALSE)");
    }
    let sql = format!(
        "SELECT s.vendor, s.live, s.state, s.term, COUNT(*) AS subscriptions FROM subscription s WHERE 1 = 1{} GROUP BY s.vendor, s.live, s.state, s.term",
        query.sql
    );
    rows(conn, sql, query.bound)
        .await?
        .iter()
        .map(Group::read)
        .collect()
}
