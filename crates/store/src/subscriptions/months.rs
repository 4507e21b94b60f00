//! What subscriptions cost by month: counted by the month in which they began and ended, as they are written.

use std::collections::BTreeMap;

use domain::Currency;
use domain::subscription::Subscription;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::MonthlyCost;
use super::tally::Sums;
use crate::customers::batch::insert_rows;
use crate::sql::{exec, rows, values};
use crate::{StoreError, Tx};

/// The month in which a subscription began and the one in which it ended, in UTC: months since January of the year 0.
///
/// 0 where it is not known when it began: it then counts as having been there always. 0 where it has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Lived {
    pub(super) began: i64,
    pub(super) ended: i64,
}

impl Lived {
    /// As Ion shows it. When one ended Ion does not say: by when it last changed, and not after its term.
    pub(super) fn of(of: &Subscription) -> Self {
        let began = of.purchased_at.or(of.starts_at);
        let ended = match (of.updated_at, of.ends_at) {
            (Some(updated), Some(ends)) => Some(updated.min(ends)),
            (updated, ends) => updated.or(ends),
        };
        let began = began.map_or(0, month_of);
        Self {
            began,
            ended: if of.state.is_live() {
                0
            } else {
                ended.map_or(began.max(1), month_of)
            },
        }
    }

    /// Ended now, where it had not ended before.
    pub(super) fn ended_by(self, now: Timestamp) -> Self {
        match self.ended {
            0 => Self {
                ended: month_of(now),
                ..self
            },
            _ => self,
        }
    }
}

pub(super) fn month_of(at: Timestamp) -> i64 {
    number_of(at.to_zoned(TimeZone::UTC).date())
}

fn number_of(date: Date) -> i64 {
    i64::from(date.year()) * 12 + i64::from(date.month()) - 1
}

/// In what subscriptions of one sum are alike.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Life {
    pub(super) connection: Uuid,
    pub(super) vendor: String,
    pub(super) currency: String,
    pub(super) lived: Lived,
}

/// Adds to the sums.
pub(super) async fn write(tx: &Tx, sums: BTreeMap<Life, Sums>) -> Result<(), StoreError> {
    let fewer = sums.values().any(|sums| sums.subscriptions < 0);
    let rows = sums.into_iter().map(|(life, sums)| {
        values![
            life.connection,
            life.vendor,
            life.currency,
            life.lived.began,
            life.lived.ended,
            sums.subscriptions,
            sums.cost,
            sums.sale,
            sums.cost_of_sold
        ]
    });
    let head = "INSERT INTO subscription_month (connection_id, vendor, currency, began, ended, subscriptions, cost_units, sale_units, cost_of_sold_units) VALUES ";
    let tail = " ON CONFLICT (connection_id, vendor, currency, began, ended) DO UPDATE SET
         subscriptions = subscription_month.subscriptions + excluded.subscriptions, cost_units = subscription_month.cost_units + excluded.cost_units,
         sale_units = subscription_month.sale_units + excluded.sale_units, cost_of_sold_units = subscription_month.cost_of_sold_units + excluded.cost_of_sold_units";
    insert_rows(tx, head, tail, rows.collect()).await?;
    if fewer {
        exec(
            tx,
            "DELETE FROM subscription_month WHERE subscriptions = 0",
            vec![],
        )
        .await?;
    }
    Ok(())
}

/// What the subscriptions cost that there were in each month from that of `from` to that of `until`, by vendor and currency; the first
/// month first. By the seats and prices that they have now: what they had then Ion does not tell. Those without a known price are left
/// out.
pub async fn cost_by_month(
    conn: &impl ConnectionTrait,
    from: Date,
    until: Date,
) -> Result<Vec<MonthlyCost>, StoreError> {
    let sql = "SELECT vendor, currency, began, ended, CAST(SUM(cost_units) AS BIGINT) AS cost, CAST(SUM(sale_units) AS BIGINT) AS sale,
           CAST(SUM(cost_of_sold_units) AS BIGINT) AS sold
         FROM subscription_month WHERE began <= $1 AND (ended = 0 OR ended >= $2) GROUP BY vendor, currency, began, ended";
    let (first, last) = (number_of(from), number_of(until));
    let mut months: BTreeMap<(i64, String, Currency), Sums> = BTreeMap::new();
    for row in rows(conn, sql, values![last, first]).await? {
        let (began, ended): (i64, i64) = (row.get("began")?, row.get("ended")?);
        let vendor: String = row.get("vendor")?;
        let currency: Currency = row.word("subscription_month", "currency")?;
        let (cost, sale, sold): (i64, i64, i64) =
            (row.get("cost")?, row.get("sale")?, row.get("sold")?);
        // Of the month in which it ended it was there for a part: that month counts no more.
        let there_until = if ended == 0 {
            last
        } else {
            last.min(ended - 1)
        };
        for month in first.max(began)..=there_until {
            let sums = months.entry((month, vendor.clone(), currency)).or_default();
            sums.cost = sums.cost.saturating_add(cost);
            sums.sale = sums.sale.saturating_add(sale);
            sums.cost_of_sold = sums.cost_of_sold.saturating_add(sold);
        }
    }
    let first_day = from.first_of_month();
    Ok(months
        .into_iter()
        .map(|((month, vendor, currency), sums)| MonthlyCost {
            month: first_day
                .checked_add(Span::new().months(month - first))
                .unwrap_or(first_day),
            vendor,
            currency,
            cost_units: sums.cost,
            sale_units: sums.sale,
            cost_of_sold_units: sums.cost_of_sold,
        })
        .collect())
}
