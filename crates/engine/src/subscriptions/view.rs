//! One subscription with all that is known of it.

use domain::SubscriptionId;
use domain::order::Sums;
use jiff::Timestamp;
use rules::subscriptions::change::Possible;
use rust_decimal::Decimal;
use store::orders::OrderHit;
use store::subscriptions::{SubscriptionEventRow, SubscriptionRow};

use crate::Engine;
use crate::margins::SalePrice;
use crate::orders::OrderError;

/// A subscription as its page shows it. From the store alone.
#[derive(Debug, Clone)]
pub struct SubscriptionView {
    /// It.
    pub row: SubscriptionRow,
    /// What happened with it, the newest first.
    pub events: Vec<SubscriptionEventRow>,
    /// What can be done with it and until when, and why not.
    pub possible: Vec<Possible>,
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
        let _ = subscription;
        Err(OrderError::Refused("not written yet".to_owned()))
    }
}
