//! How many subscriptions are alike, and what they cost: counted when one is written, so that nobody counts them all.

use std::collections::BTreeMap;

use sea_orm::Value;
use uuid::Uuid;

use super::columns::tally_currency;
use super::months::{self, Life, Lived};
use crate::customers::batch::{insert_rows, places};
use crate::db::{Turn, take_turn};
use crate::sql::{Row, exec, rows, values};
use crate::{StoreError, Tx};

/// In what subscriptions of one count are alike.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Alike {
    pub(super) connection: Uuid,
    pub(super) live: bool,
    pub(super) vendor: String,
    pub(super) state: String,
    pub(super) term: String,
    pub(super) billing: String,
    pub(super) auto_renew: i64,
    pub(super) currency: String,
}

/// What a subscription costs and sells for a month.
#[derive(Debug, Clone, Copy)]
pub(super) struct Prices {
    pub(super) cost: Option<i64>,
    pub(super) sale: Option<i64>,
}

/// Sums of a month.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) subscriptions: i64,
    pub(super) cost: i64,
    pub(super) sale: i64,
    pub(super) cost_of_sold: i64,
}

impl Sums {
    /// Counts one that costs and sells for this, so many times.
    fn count(&mut self, prices: Prices, times: i64) {
        self.subscriptions += times;
        if let Some(cost) = prices.cost {
            self.cost += cost * times;
            if let Some(sale) = prices.sale {
                self.sale += sale * times;
                self.cost_of_sold += cost * times;
            }
        }
    }
}

/// What changes in the counts.
#[derive(Debug, Default)]
pub(super) struct Difference {
    alike: BTreeMap<Alike, Sums>,
    months: BTreeMap<Life, Sums>,
}

impl Difference {
    /// Begins: nobody else counts until the transaction ends, so that what is read here still holds when it is written.
    pub(super) async fn begin(tx: &Tx) -> Result<Self, StoreError> {
        take_turn(tx, Turn::TallySubscriptions).await?;
        Ok(Self::default())
    }

    /// One more of these.
    pub(super) fn add(&mut self, alike: Alike, lived: Lived, prices: Prices) {
        self.count(alike, lived, prices, 1);
    }

    /// One less of these.
    pub(super) fn take(&mut self, alike: Alike, lived: Lived, prices: Prices) {
        self.count(alike, lived, prices, -1);
    }

    fn count(&mut self, alike: Alike, lived: Lived, prices: Prices, times: i64) {
        // What has no price costs nothing that could be summed up.
        if prices.cost.is_some() {
            let life = Life {
                connection: alike.connection,
                vendor: alike.vendor.clone(),
                currency: alike.currency.clone(),
                lived,
            };
            self.months.entry(life).or_default().count(prices, times);
        }
        self.alike.entry(alike).or_default().count(prices, times);
    }

    /// Writes the counts.
    pub(super) async fn write(mut self, tx: &Tx) -> Result<(), StoreError> {
        self.alike.retain(|_, sums| *sums != Sums::default());
        self.months.retain(|_, sums| *sums != Sums::default());
        months::write(tx, self.months).await?;
        let fewer = self.alike.values().any(|sums| sums.subscriptions < 0);
        let rows = self.alike.into_iter().map(|(alike, sums)| {
            values![
                alike.connection,
                alike.live,
                alike.vendor,
                alike.state,
                alike.term,
                alike.billing,
                alike.auto_renew,
                alike.currency,
                sums.subscriptions,
                sums.cost,
                sums.sale,
                sums.cost_of_sold
            ]
        });
        let head = "INSERT INTO subscription_tally (connection_id, live, vendor, state, term, billing, auto_renew, currency, subscriptions, cost_units, sale_units, cost_of_sold_units) VALUES ";
        let tail = " ON CONFLICT (connection_id, live, vendor, state, term, billing, auto_renew, currency) DO UPDATE SET
             subscriptions = subscription_tally.subscriptions + excluded.subscriptions, cost_units = subscription_tally.cost_units + excluded.cost_units,
             sale_units = subscription_tally.sale_units + excluded.sale_units, cost_of_sold_units = subscription_tally.cost_of_sold_units + excluded.cost_of_sold_units";
        insert_rows(tx, head, tail, rows.collect()).await?;
        if fewer {
            exec(
                tx,
                "DELETE FROM subscription_tally WHERE subscriptions = 0",
                vec![],
            )
            .await?;
        }
        Ok(())
    }
}

/// A subscription as it is counted now.
#[derive(Debug)]
pub(super) struct Counted {
    pub(super) id: Uuid,
    pub(super) alike: Alike,
    pub(super) lived: Lived,
    pub(super) prices: Prices,
    pub(super) margin_permille: Option<i64>,
}

/// What [`Counted::read`] reads, of `subscription s` and `subscription_content c`.
pub(super) const COUNTED: &str = "s.id, s.connection_id, s.live, s.vendor, s.state, s.term, s.billing, s.auto_renew, c.currency, c.monthly_units, c.sale_units, c.margin_permille, c.began, c.ended";

impl Counted {
    pub(super) fn read(row: &Row) -> Result<Self, StoreError> {
        let prices = Prices {
            cost: row.get("monthly_units")?,
            sale: row.get("sale_units")?,
        };
        Ok(Self {
            id: row.get("id")?,
            alike: Alike {
                connection: row.get("connection_id")?,
                live: row.get("live")?,
                vendor: row.get("vendor")?,
                state: row.get("state")?,
                term: row.get("term")?,
                billing: row.get("billing")?,
                auto_renew: row.get("auto_renew")?,
                currency: tally_currency(
                    row.word_opt("subscription_content", "currency")?,
                    prices.cost,
                ),
            },
            lived: Lived {
                began: row.get("began")?,
                ended: row.get("ended")?,
            },
            prices,
            margin_permille: row.get("margin_permille")?,
        })
    }

    /// These, as they are counted now; no more of them than one statement takes.
    pub(super) async fn list(tx: &Tx, ids: &[Uuid]) -> Result<Vec<Self>, StoreError> {
        let sql = format!(
            "SELECT {COUNTED} FROM subscription s JOIN subscription_content c ON c.subscription_id = s.id WHERE s.id IN ({})",
            places(0, ids.len())
        );
        rows(tx, sql, ids.iter().map(|id| Value::from(*id)).collect())
            .await?
            .iter()
            .map(Self::read)
            .collect()
    }
}
