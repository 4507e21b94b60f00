//! What renews or ends: summed up, and put in order, from one narrow index. Only what is shown is read whole.

use std::collections::HashMap;

use domain::order::Sums;
use domain::subscription::Subscription;
use domain::{Currency, SubscriptionId};
use jiff::Timestamp;
use rules::subscriptions::remind::coming;
use rules::subscriptions::renewal::{bound, is_large};
use rust_decimal::Decimal;
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::SubscriptionRow;
use crate::connections::signed;
use crate::customers::batch::{decode, encode, part_of, parts, places};
use crate::sql::{Row, count, exec, micros, placeholders, rows, sensible, units, values};
use crate::{StoreError, Tx};

/// What is kept of a renewal, for sums and for the order of lists.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RenewalFigures {
    /// What it binds to, 10^-6; nothing where it ends, or no price is known.
    pub bound: Option<(Currency, i64)>,
    /// It binds to much, or its margin is low.
    pub weighty: bool,
}

impl RenewalFigures {
    /// By what it costs now: so it is kept until somebody looked into the catalog, see [`set_renewals`].
    pub(super) fn by_own_cost(of: &Subscription) -> Self {
        let renews = coming(of).is_some_and(|coming| !coming.ends);
        let all = of
            .cost
            .as_ref()
            .filter(|_| renews)
            .and_then(|cost| bound(of, cost.decimal()));
        Self {
            bound: all.and_then(|(currency, sum)| Some((currency, units(sum)?))),
            weighty: all.is_some_and(|(_, sum)| is_large(sum)),
        }
    }

    pub(super) fn units(&self) -> i64 {
        let units = self.bound.and_then(|(_, units)| sensible(units));
        units.unwrap_or(0)
    }

    pub(super) fn currency(&self) -> String {
        let known = self.bound.filter(|(_, units)| sensible(*units).is_some());
        known.map_or_else(String::new, |(currency, _)| currency.to_string())
    }
}

/// Those of which something else is kept.
pub async fn other_renewals(
    conn: &impl ConnectionTrait,
    renewals: &[(SubscriptionId, RenewalFigures)],
) -> Result<Vec<(SubscriptionId, RenewalFigures)>, StoreError> {
    let mut others = Vec::new();
    for part in parts(renewals) {
        let mut wanted: HashMap<Uuid, RenewalFigures> =
            part.iter().map(|(id, of)| (id.0, *of)).collect();
        let sql = format!(
            "SELECT id, bound_units, bound_currency, weighty FROM subscription WHERE id IN ({})",
            places(0, part.len())
        );
        let ids = part.iter().map(|(id, _)| Value::from(id.0)).collect();
        for row in rows(conn, sql, ids).await? {
            let id: Uuid = row.get("id")?;
            let there: (i64, String, bool) = (
                row.get("bound_units")?,
                row.get("bound_currency")?,
                row.get("weighty")?,
            );
            if let Some(of) = wanted.remove(&id)
                && there != (of.units(), of.currency(), of.weighty)
            {
                others.push((id.into(), of));
            }
        }
    }
    Ok(others)
}

/// Writes what renewals bind to; what is so already is not written.
pub async fn set_renewals(
    tx: &Tx,
    renewals: &[(SubscriptionId, RenewalFigures)],
) -> Result<(), StoreError> {
    for part in parts(&other_renewals(tx, renewals).await?) {
        let lists = part
            .iter()
            .flat_map(|(id, of)| values![id.0, of.units(), of.currency(), of.weighty]);
        let sql = format!(
            "UPDATE subscription SET bound_units = v.units, bound_currency = v.currency, weighty = v.weighty
             FROM (SELECT column1 AS id, column2 AS units, column3 AS currency, column4 AS weighty FROM (VALUES {}) AS listed) AS v WHERE subscription.id = v.id",
            placeholders(part.len(), 4)
        );
        exec(tx, sql, lists.collect()).await?;
    }
    Ok(())
}

/// Until when a renewal is how urgent: see `engine::subscriptions::Urgency`.
#[derive(Debug, Clone, Copy)]
pub struct RenewalSteps {
    /// What is due until now is decided.
    pub now: Timestamp,
    /// Due until then, it is urgent.
    pub urgent_until: Timestamp,
    /// Due until then, it is to be looked at soon, or is urgent where it is weighty.
    pub soon_until: Timestamp,
    /// What is urgent and due until then presses: it can be stopped for some days only.
    pub pressing_until: Timestamp,
}

/// From the first time on, and before the second.
pub type Span = (Timestamp, Timestamp);

/// What renews and ends in a span of time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RenewalSums {
    /// How many renew.
    pub renewals: u64,
    /// How many end.
    pub ends: u64,
    /// What the renewals bind to.
    pub bound: Sums,
    /// How many of the renewals press.
    pub pressing: u64,
    /// What those bind to.
    pub pressing_bound: Sums,
    /// When the last of those renews.
    pub last_pressing: Option<Timestamp>,
}

/// How soon a person must look at it, as a number, of `subscription s`; its places are `$1` now, `$2` urgent, `$3` soon.
const STEP: &str = "CASE WHEN s.coming <> 1 OR s.due_at <= $1 THEN 3
  WHEN s.term = 'P1M' AND NOT s.weighty THEN CASE WHEN s.due_at <= $2 THEN 1 ELSE 2 END
  WHEN s.due_at <= $2 OR (s.weighty AND s.due_at <= $3) THEN 0
  WHEN s.due_at <= $3 OR s.weighty THEN 1 ELSE 2 END";

/// It can be stopped for some days only; `$4` is until when that is so.
fn pressing() -> String {
    format!("(s.due_at <= $4 AND {STEP} = 0)")
}

impl RenewalSteps {
    fn values(&self) -> Vec<Value> {
        values![
            micros(self.now),
            micros(self.urgent_until),
            micros(self.soon_until),
            micros(self.pressing_until)
        ]
    }
}

/// Numbered spans as rows of `nth`, `since`, `until`, and their values behind those that are there.
fn listed(spans: &[Span], bound: &mut Vec<Value>) -> String {
    let mut nth = 0_i64;
    let lists: Vec<String> = spans
        .iter()
        .map(|(from, until)| {
            let place = bound.len();
            bound.extend(values![nth, micros(*from), micros(*until)]);
            nth += 1;
            format!("({})", places(place, 3))
        })
        .collect();
    format!(
        "(SELECT column1 AS nth, column2 AS since, column3 AS until FROM (VALUES {}) AS listed) AS d",
        lists.join(",")
    )
}

/// Sums of each of these spans, in their order.
pub async fn sum_renewals(
    conn: &impl ConnectionTrait,
    spans: &[Span],
    steps: &RenewalSteps,
) -> Result<Vec<RenewalSums>, StoreError> {
    let mut all = vec![RenewalSums::default(); spans.len()];
    if spans.is_empty() {
        return Ok(all);
    }
    let mut bound = steps.values();
    let spans = listed(spans, &mut bound);
    let presses = pressing();
    let sum = |what: &str, name: &str| format!("CAST(SUM({what}) AS BIGINT) AS {name}");
    // CROSS JOIN: the spans come first, and each is found in the index.
    let sql = format!(
        "SELECT d.nth, s.bound_currency, {}, {}, {}, {}, {}, MAX(CASE WHEN {presses} THEN s.due_at END) AS last
         FROM {spans} CROSS JOIN subscription s
         WHERE s.live = TRUE AND s.coming > 0 AND s.due_at >= d.since AND s.due_at < d.until GROUP BY d.nth, s.bound_currency ORDER BY d.nth, s.bound_currency",
        sum("CASE WHEN s.coming = 1 THEN 1 ELSE 0 END", "renewals"),
        sum("CASE WHEN s.coming = 2 THEN 1 ELSE 0 END", "ends"),
        sum("s.bound_units", "units"),
        sum(&format!("CASE WHEN {presses} THEN 1 ELSE 0 END"), "pressing"),
        sum(
            &format!("CASE WHEN {presses} THEN s.bound_units ELSE 0 END"),
            "pressing_units"
        ),
    );
    for row in rows(conn, sql, bound).await? {
        let nth = usize::try_from(row.count("nth")?).unwrap_or(usize::MAX);
        let Some(of) = all.get_mut(nth) else { continue };
        let pressing = row.count("pressing")?;
        of.renewals += row.count("renewals")?;
        of.ends += row.count("ends")?;
        of.pressing += pressing;
        of.last_pressing = of.last_pressing.max(row.time_opt("last")?);
        if let Some(currency) = currency(&row)? {
            let money = |column| Ok::<_, StoreError>(money(row.get(column)?));
            *of.bound.entry(currency).or_default() += money("units")?;
            if pressing > 0 {
                *of.pressing_bound.entry(currency).or_default() += money("pressing_units")?;
            }
        }
    }
    Ok(all)
}

/// Of how many customers renewals press.
pub async fn count_pressing_customers(
    conn: &impl ConnectionTrait,
    steps: &RenewalSteps,
) -> Result<u64, StoreError> {
    let sql = format!(
        "SELECT COUNT(DISTINCT s.customer_key) FROM subscription s WHERE s.live = TRUE AND s.coming > 0 AND s.due_at > $1 AND {}",
        pressing()
    );
    let found = count(conn, sql, steps.values()).await?;
    Ok(u64::try_from(found).unwrap_or(0))
}

/// The empty text is no currency.
fn currency(row: &Row) -> Result<Option<Currency>, StoreError> {
    if row.get::<String>("bound_currency")?.is_empty() {
        return Ok(None);
    }
    row.word("subscription", "bound_currency").map(Some)
}

fn money(units: i64) -> Decimal {
    Decimal::new(units, 6)
}

/// What a list of renewals is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RenewalOrder {
    /// The most urgent first, then the dearest, then by time.
    Urgency,
    /// By time.
    Due,
}

/// Which renewals and ends.
#[derive(Debug, Clone)]
pub struct RenewalFilter {
    /// Due in this span.
    pub span: Span,
    /// How urgent each is. A list that goes on keeps those of its first part.
    pub steps: RenewalSteps,
    /// Only what presses.
    pub only_pressing: bool,
    /// Order.
    pub order: RenewalOrder,
    /// Where the list goes on.
    pub after: Option<String>,
    /// How many.
    pub limit: u32,
}

/// A part of a list of renewals.
#[derive(Debug, Clone)]
pub struct RenewalPage {
    /// The subscriptions, in the order of the list.
    pub subscriptions: Vec<SubscriptionRow>,
    /// Where it goes on; nothing at the end.
    pub next: Option<String>,
}

/// A part of the renewals and ends of a span.
pub async fn list_renewals(
    conn: &impl ConnectionTrait,
    filter: &RenewalFilter,
) -> Result<RenewalPage, StoreError> {
    let place = filter.after.as_deref().map(Place::read).transpose()?;
    let mut bound = match &place {
        Some(place) => place.steps.iter().copied().map(Value::from).collect(),
        None => filter.steps.values(),
    };
    let steps = bound.clone();
    let (from, until) = filter.span;
    bound.extend(values![micros(from), micros(until)]);
    let only = if filter.only_pressing {
        format!(" AND {}", pressing())
    } else {
        // So written, every place has its value.
        " AND $4 = $4".to_owned()
    };
    let found = format!(
        "SELECT s.id, CAST({STEP} AS BIGINT) AS step, -s.bound_units AS less, s.due_at FROM subscription s WHERE s.live = TRUE AND s.coming > 0 AND s.due_at >= $5 AND s.due_at < $6{only}"
    );
    let columns = match filter.order {
        RenewalOrder::Urgency => "step, less, due_at, id",
        RenewalOrder::Due => "due_at, id",
    };
    let behind = match (&place, filter.order) {
        (None, _) => String::new(),
        (Some(place), RenewalOrder::Urgency) => {
            bound.extend(values![place.step, place.less, place.due_at, place.id]);
            format!(" WHERE ({columns}) > ({})", places(6, 4))
        }
        (Some(place), RenewalOrder::Due) => {
            bound.extend(values![place.due_at, place.id]);
            format!(" WHERE ({columns}) > ({})", places(6, 2))
        }
    };
    bound.push(signed(filter.limit.into()).into());
    let sql = format!(
        "SELECT id, step, less, due_at FROM ({found}) AS found{behind} ORDER BY {columns} LIMIT ${}",
        bound.len()
    );
    let found = rows(conn, sql, bound).await?;
    let last = found
        .last()
        .filter(|_| found.len() == filter.limit as usize);
    let next = last.map(|last| Place::of(&steps, last)).transpose()?;
    Ok(RenewalPage {
        subscriptions: whole(conn, &found).await?,
        next,
    })
}

/// What stands in each of these days, in their order: how many, and the first `each` of them - what presses, what is weighty, what ends,
/// what renews; of these the dearest first. What can last be stopped on a day stands there, though it renews when the next begins.
pub async fn list_renewals_of_days(
    conn: &impl ConnectionTrait,
    days: &[Span],
    steps: &RenewalSteps,
    each: u32,
) -> Result<Vec<(Vec<SubscriptionRow>, u64)>, StoreError> {
    let mut all = vec![(Vec::new(), 0); days.len()];
    if days.is_empty() {
        return Ok(all);
    }
    let mut bound = steps.values();
    let days = listed(days, &mut bound);
    bound.push(signed(each.into()).into());
    let presses = pressing();
    let sql = format!(
        "SELECT nth, id, number FROM (
           SELECT d.nth, s.id, COUNT(*) OVER (PARTITION BY d.nth) AS number, ROW_NUMBER() OVER (PARTITION BY d.nth
             ORDER BY CASE WHEN {presses} THEN 0 WHEN s.coming = 2 THEN 2 WHEN s.weighty THEN 1 ELSE 3 END, s.bound_units DESC, s.due_at, s.id) AS place
           FROM {days} CROSS JOIN subscription s
           WHERE s.live = TRUE AND s.coming > 0 AND s.due_at >= d.since AND s.due_at <= d.until
             AND CASE WHEN {presses} THEN s.due_at > d.since ELSE s.due_at < d.until END
         ) AS placed WHERE place <= ${} ORDER BY nth, place",
        bound.len()
    );
    let found = rows(conn, sql, bound).await?;
    let subscriptions = whole(conn, &found).await?;
    let mut by_id: HashMap<SubscriptionId, SubscriptionRow> =
        subscriptions.into_iter().map(|row| (row.id, row)).collect();
    for row in &found {
        let nth = usize::try_from(row.count("nth")?).unwrap_or(usize::MAX);
        let id = row.get::<Uuid>("id")?.into();
        if let (Some(day), Some(of)) = (all.get_mut(nth), by_id.remove(&id)) {
            day.0.push(of);
            day.1 = row.count("number")?;
        }
    }
    Ok(all)
}

/// All that is known of these, in their order.
async fn whole(
    conn: &impl ConnectionTrait,
    found: &[Row],
) -> Result<Vec<SubscriptionRow>, StoreError> {
    let ids: Vec<SubscriptionId> = found
        .iter()
        .map(|row| Ok(row.get::<Uuid>("id")?.into()))
        .collect::<Result<_, StoreError>>()?;
    let mut by_id: HashMap<SubscriptionId, SubscriptionRow> = super::find_many(conn, &ids)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    Ok(ids.iter().filter_map(|id| by_id.remove(id)).collect())
}

/// Where a list goes on, with the steps that it began with.
struct Place {
    steps: [i64; 4],
    step: i64,
    less: i64,
    due_at: i64,
    id: Uuid,
}

impl Place {
    fn read(after: &str) -> Result<Self, StoreError> {
        let [now, urgent, soon, pressing, step, less, due_at, id] = decode(after)?;
        Ok(Self {
            steps: [
                part_of(&now)?,
                part_of(&urgent)?,
                part_of(&soon)?,
                part_of(&pressing)?,
            ],
            step: part_of(&step)?,
            less: part_of(&less)?,
            due_at: part_of(&due_at)?,
            id: part_of(&id)?,
        })
    }

    fn of(steps: &[Value], last: &Row) -> Result<String, StoreError> {
        let mut parts: Vec<String> = steps
            .iter()
            .map(|value| match value {
                Value::BigInt(Some(number)) => number.to_string(),
                _ => String::new(),
            })
            .collect();
        parts.push(last.count("step")?.to_string());
        parts.push(last.get::<i64>("less")?.to_string());
        parts.push(last.get::<i64>("due_at")?.to_string());
        parts.push(last.get::<Uuid>("id")?.to_string());
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        Ok(encode(&parts))
    }
}
