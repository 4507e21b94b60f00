//! One subscription with all that is known of it.

use domain::SubscriptionId;
use domain::order::Sums;
use domain::subscription::SubscriptionEventKind;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rules::orders::cancel_window::Increase;
use rules::subscriptions::change::{Possible, possible};
use rules::subscriptions::remind::coming;
use rust_decimal::Decimal;
use store::orders::{self, OrderFilter, OrderHit, OrderRow};
use store::subscriptions::{self, SubscriptionEventRow, SubscriptionRow};
use store::{ConnectionTrait, StoreError};

use super::context::today;
use super::money;
use super::origin::came_of;
use super::today::{Prices, bound_sum, monthly_sum};
use crate::Engine;
use crate::margins::{MarginBook, SalePrice};
use crate::orders::OrderError;

/// Orders that are shown beside a subscription.
const ORDERS: u32 = 50;

/// A subscription as its page shows it. From the store alone.
#[derive(Debug, Clone)]
pub struct SubscriptionView {
    /// It.
    pub row: SubscriptionRow,
    /// What happened with it, the newest first.
    pub events: Vec<SubscriptionEventRow>,
    /// What can be done with it and until when, and why not; days in UTC.
    pub possible: Vec<Possible>,
    /// Seats that were added, as far as known: with these `rules::subscriptions::change::possible` says the same in another zone.
    pub increases: Vec<Increase>,
    /// Orders that made it or changed it, the newest first.
    pub orders: Vec<OrderHit>,
    /// What it would renew at, by today's catalog.
    pub price_next: Option<RenewalPrice>,
    /// The sale price of one by today's margin rules, at what it costs now.
    pub margin: Option<SalePrice>,
}

/// What a subscription would cost by today's catalog.
#[derive(Debug, Clone)]
pub struct RenewalPrice {
    /// Cost of one, each billing period.
    pub cost: Decimal,
    /// Since when that holds, by the price ledger.
    pub since: Timestamp,
    /// Cost of all seats a month.
    pub monthly: Sums,
    /// What a renewal binds to.
    pub bound: Sums,
    /// Sale price of one at that cost.
    pub sale: Option<SalePrice>,
}

impl Engine {
    /// A subscription with all that is known of it.
    pub async fn view_subscription(
        &self,
        subscription: SubscriptionId,
    ) -> Result<SubscriptionView, OrderError> {
        let conn = self.store().read();
        let row = subscriptions::find(conn, subscription)
            .await?
            .ok_or(OrderError::Gone)?;
        let events = subscriptions::list_events(conn, subscription).await?;
        let increases = increases(&row, &events);
        let orders = orders_of(conn, &row).await?;
        let book = MarginBook::load(conn).await?;
        let day = today(self);
        let of = &row.subscription;
        let margin =
            money::ask(of, &row.vendor, row.customer, day).and_then(|ask| book.price(&ask));
        let prices = Prices::of(conn, std::slice::from_ref(&row)).await?;
        let price_next = prices
            .listed(&row)
            .zip(of.currency)
            .map(|(listed, currency)| {
                let (cost, since) = (listed.cost, listed.since);
                let ask = money::ask_at(of, &row.vendor, row.customer, cost.clone(), currency, day);
                RenewalPrice {
                    cost: cost.decimal(),
                    since,
                    monthly: monthly_sum(of, cost.decimal()),
                    bound: bound_sum(of, cost.decimal()),
                    sale: book.price(&ask),
                }
            });
        Ok(SubscriptionView {
            possible: possible(of, &increases, self.clock().now(), &TimeZone::UTC),
            row,
            events,
            increases,
            orders,
            price_next,
            margin,
        })
    }
}

impl Engine {
    /// Subscriptions that came of an order. Of one that failed or was called off only those that Ion itself names in it.
    pub async fn subscriptions_of_order(
        &self,
        order: &OrderRow,
    ) -> Result<Vec<SubscriptionRow>, StoreError> {
        came_of(self.store().read(), order).await
    }
}

/// Orders that made a subscription or changed it, the newest first.
async fn orders_of(
    conn: &impl ConnectionTrait,
    row: &SubscriptionRow,
) -> Result<Vec<OrderHit>, StoreError> {
    let filter = OrderFilter {
        subscription: Some(row.id),
        limit: ORDERS,
        ..OrderFilter::default()
    };
    let mut hits = orders::search(conn, &filter).await?.orders;
    if let Some(origin) = row.order
        && !hits.iter().any(|hit| hit.id == origin)
    {
        hits.extend(orders::find_hits(conn, &[origin]).await?);
    }
    Ok(hits)
}

/// The same for a change that is sent at a time of its own: behind the renewal each seat is new again, and can be taken away.
pub(crate) async fn increases_at(
    conn: &impl ConnectionTrait,
    row: &SubscriptionRow,
    at: Option<Timestamp>,
    now: Timestamp,
) -> Result<Vec<Increase>, StoreError> {
    let of = &row.subscription;
    // Also where the renewal is over, and Ion's list was not read since.
    let renewed = coming(of).filter(|coming| !coming.ends);
    if let (Some(at), Some(renewed)) = (at, renewed)
        && at > renewed.at
    {
        let seats = of.seats.unwrap_or(0);
        return Ok(vec![Increase { at: now, seats }]);
    }
    let events = subscriptions::list_events(conn, row.id).await?;
    Ok(increases(row, &events))
}

/// Seats that were added at one time, the oldest first: those that its term began with, and each increase that was seen since.
///
/// An increase counts from when it was seen, at most one reading late: the vendor's own clock decides.
pub(super) fn increases(row: &SubscriptionRow, events: &[SubscriptionEventRow]) -> Vec<Increase> {
    let of = &row.subscription;
    let (Some(seats), Some(began)) = (of.seats, of.starts_at.max(of.purchased_at)) else {
        return Vec::new();
    };
    let mut later: Vec<(Timestamp, i64)> = events
        .iter()
        .filter(|event| event.kind == SubscriptionEventKind::Seats && event.at > began)
        .filter_map(|event| {
            let before: i64 = event.before.parse().ok()?;
            let after: i64 = event.after.parse().ok()?;
            Some((event.at, after - before))
        })
        .collect();
    later.sort_by_key(|(at, _)| *at);
    let moved: i64 = later.iter().map(|(_, more)| more).sum();
    let first = u32::try_from(i64::from(seats) - moved).unwrap_or(0);
    let mut all = vec![Increase {
        at: began,
        seats: first,
    }];
    all.extend(later.into_iter().filter_map(|(at, more)| {
        let seats = u32::try_from(more).ok().filter(|more| *more > 0)?;
        Some(Increase { at, seats })
    }));
    all
}
