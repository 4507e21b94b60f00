//! What subscriptions would cost by today's catalog.

use std::collections::HashMap;

use domain::order::Sums;
use domain::subscription::Subscription;
use domain::{Amount, ConnectionId};
use jiff::Timestamp;
use rules::orders::money::{a_month, round};
use rules::subscriptions::renewal::bound;
use rust_decimal::Decimal;
use store::catalog::{self, Offer};
use store::subscriptions::SubscriptionRow;
use store::{ConnectionTrait, StoreError};

/// Connection, product, SKU and plan.
type Key = (ConnectionId, String, String, String);

/// Prices of what some subscriptions are of, each read once.
#[derive(Default)]
pub(crate) struct Prices {
    offers: HashMap<Key, Option<Offer>>,
}

/// What the catalog says of one.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    /// What one costs each billing period, in the currency of the subscription.
    pub(crate) cost: Amount,
    /// Since when.
    pub(crate) since: Timestamp,
    /// What it cost before, 10^-6.
    pub(crate) before_units: Option<i64>,
}

impl Prices {
    /// Prices of what these subscriptions are of.
    pub(crate) async fn of(
        conn: &impl ConnectionTrait,
        rows: &[SubscriptionRow],
    ) -> Result<Self, StoreError> {
        let mut prices = Self::default();
        prices.load(conn, rows).await?;
        Ok(prices)
    }

    /// Those of more subscriptions.
    pub(crate) async fn load(
        &mut self,
        conn: &impl ConnectionTrait,
        rows: &[SubscriptionRow],
    ) -> Result<(), StoreError> {
        for row in rows {
            self.load_one(conn, row.connection, &row.subscription)
                .await?;
        }
        Ok(())
    }

    /// That of one more.
    pub(super) async fn load_one(
        &mut self,
        conn: &impl ConnectionTrait,
        connection: ConnectionId,
        of: &Subscription,
    ) -> Result<(), StoreError> {
        let key = key(connection, of);
        if key.1.is_empty() || self.offers.contains_key(&key) {
            return Ok(());
        }
        let variant = (key.2.as_str(), key.3.as_str(), false);
        let offer = catalog::find_offer(conn, key.0, &key.1, variant).await?;
        self.offers.insert(key, offer);
        Ok(())
    }

    /// What one costs; nothing where the catalog does not say.
    pub(crate) fn listed(&self, row: &SubscriptionRow) -> Option<Listed> {
        self.listed_of(row.connection, &row.subscription)
    }

    /// The same by what Ion shows of it.
    pub(super) fn listed_of(&self, connection: ConnectionId, of: &Subscription) -> Option<Listed> {
        let offer = self.offers.get(&key(connection, of))?.as_ref()?;
        let variant = &offer.variant.variant;
        if offer.gone || variant.by_use {
            return None;
        }
        let mut prices = variant.prices.iter();
        let price =
            prices.find(|price| Some(price.currency) == of.currency && price.meter.is_empty())?;
        // The price before is kept of the first one only, which lists show.
        let is_first = variant.prices.first().is_some_and(|first| first == price);
        Some(Listed {
            cost: price.cost.clone(),
            since: offer.variant.since,
            before_units: offer.variant.previous_units.filter(|_| is_first),
        })
    }
}

fn key(connection: ConnectionId, of: &Subscription) -> Key {
    (
        connection,
        of.product_ion_id.clone(),
        of.sku_id.clone(),
        of.plan_id.clone(),
    )
}

/// What all seats cost a month.
pub(super) fn monthly_sum(of: &Subscription, cost: Decimal) -> Sums {
    sum(of, a_month(cost, of.billing))
}

/// What a renewal binds to: all seats over one more term.
pub(super) fn bound_sum(of: &Subscription, cost: Decimal) -> Sums {
    bound(of, cost).into_iter().collect()
}

fn sum(of: &Subscription, each: Option<Decimal>) -> Sums {
    let seats = Decimal::from(of.seats.unwrap_or(1));
    let all = each.and_then(|each| each.checked_mul(seats));
    of.currency
        .zip(all)
        .map(|(currency, all)| (currency, round(all, currency)))
        .into_iter()
        .collect()
}
