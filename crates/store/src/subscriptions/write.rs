//! Subscriptions as Ion shows them, written.

use std::collections::HashMap;

use domain::{ConnectionId, SubscriptionId};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::columns::{LIST, auto_renew_number, list_values, sort_key, tally_currency};
use super::months::{Lived, month_of};
use super::tally::{Alike, COUNTED, Counted, Difference, Prices};
use super::{KnownSubscription, NewSubscription};
use crate::customers::batch::{insert_rows, parts, places};
use crate::orders::columns::vendor_column;
use crate::sql::{exec, hash_of, json_text, micros, placeholders, rows, sensible, values};
use crate::{StoreError, Tx};

/// What a reading compares with: every subscription of a connection, small.
pub async fn known(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
) -> Result<Vec<KnownSubscription>, StoreError> {
    let sql = "SELECT subscription_id, ion_id, hash, missed, gone_at FROM subscription_reading WHERE connection_id = $1";
    rows(conn, sql, values![connection.0])
        .await?
        .iter()
        .map(|row| {
            Ok(KnownSubscription {
                id: row.get::<Uuid>("subscription_id")?.into(),
                ion_id: row.get("ion_id")?,
                hash: hash_of(row, "subscription_reading")?,
                missed: u32::try_from(row.count("missed")?).unwrap_or(u32::MAX),
                gone: row.get::<Option<i64>>("gone_at")?.is_some(),
            })
        })
        .collect()
}

/// One that is there already.
struct There {
    counted: Counted,
    hash: Vec<u8>,
    gone: bool,
    changed_at: i64,
}

/// Writes what Ion shows. One that is there keeps its id, its order and when it was first seen; it is neither missed nor gone then.
///
/// It counts as changed now where its hash is another one, or it was gone.
pub async fn upsert_many(
    tx: &Tx,
    connection: ConnectionId,
    subscriptions: &[NewSubscription],
    now: Timestamp,
) -> Result<(), StoreError> {
    // Of one that is there twice, the last counts: a list may shift while it is read.
    let mut last: HashMap<&str, usize> = HashMap::new();
    for (place, new) in subscriptions.iter().enumerate() {
        last.insert(new.subscription.ion_id.as_str(), place);
    }
    let once: Vec<&NewSubscription> = subscriptions
        .iter()
        .enumerate()
        .filter(|(place, new)| last.get(new.subscription.ion_id.as_str()) == Some(place))
        .map(|(_, new)| new)
        .collect();
    let mut difference = Difference::begin(tx).await?;
    for part in parts(&once) {
        write_part(tx, connection, part, now, &mut difference).await?;
    }
    difference.write(tx).await
}

async fn write_part(
    tx: &Tx,
    connection: ConnectionId,
    part: &[&NewSubscription],
    now: Timestamp,
    difference: &mut Difference,
) -> Result<(), StoreError> {
    let mut there = those_there(tx, connection, part).await?;
    let (mut lists, mut contents, mut readings) = (Vec::new(), Vec::new(), Vec::new());
    for new in part {
        let found = there.remove(&new.subscription.ion_id);
        let id = found.as_ref().map_or(new.id.0, |found| found.counted.id);
        let changed_at = match &found {
            Some(found) if found.hash == new.hash && !found.gone => found.changed_at,
            _ => micros(now),
        };
        if let Some(found) = found {
            difference.take(
                found.counted.alike,
                found.counted.lived,
                found.counted.prices,
            );
        }
        let (alike, prices) = counted_as(connection, new);
        difference.add(alike, Lived::of(&new.subscription), prices);
        lists.push(list_values(id, connection.0, new));
        contents.push(content_values(id, connection, new, now, changed_at));
        readings.push(values![
            id,
            connection.0,
            new.subscription.ion_id.clone(),
            new.hash.to_vec(),
            micros(now)
        ]);
    }
    insert_rows(
        tx,
        &format!("INSERT INTO subscription ({}) VALUES ", LIST.join(", ")),
        &format!(" ON CONFLICT (id) DO UPDATE SET {}", taken_over(&LIST[2..])),
        lists,
    )
    .await?;
    insert_rows(
        tx,
        &format!(
            "INSERT INTO subscription_content ({}) VALUES ",
            CONTENT.join(", ")
        ),
        &format!(
            " ON CONFLICT (subscription_id) DO UPDATE SET order_id = COALESCE(subscription_content.order_id, excluded.order_id), {}",
            taken_over(&CONTENT[4..])
        ),
        contents,
    )
    .await?;
    let head = "INSERT INTO subscription_reading (subscription_id, connection_id, ion_id, hash, read_at) VALUES ";
    let tail = " ON CONFLICT (subscription_id) DO UPDATE SET hash = excluded.hash, missed = 0, gone_at = NULL, read_at = excluded.read_at";
    insert_rows(tx, head, tail, readings).await
}

/// Of these, those that are there already, by Ion's id.
async fn those_there(
    tx: &Tx,
    connection: ConnectionId,
    part: &[&NewSubscription],
) -> Result<HashMap<String, There>, StoreError> {
    let sql = format!(
        "SELECT {COUNTED}, c.changed_at, r.ion_id, r.hash, r.gone_at FROM subscription_reading r
         JOIN subscription s ON s.id = r.subscription_id JOIN subscription_content c ON c.subscription_id = r.subscription_id
         WHERE r.connection_id = $1 AND r.ion_id IN ({})",
        places(1, part.len())
    );
    let mut bound = values![connection.0];
    bound.extend(
        part.iter()
            .map(|new| Value::from(new.subscription.ion_id.as_str())),
    );
    let mut there = HashMap::new();
    for row in rows(tx, sql, bound).await? {
        let found = There {
            counted: Counted::read(&row)?,
            hash: row.get("hash")?,
            gone: row.get::<Option<i64>>("gone_at")?.is_some(),
            changed_at: row.get("changed_at")?,
        };
        there.insert(row.get("ion_id")?, found);
    }
    Ok(there)
}

/// How one is counted as it is to be written.
fn counted_as(connection: ConnectionId, new: &NewSubscription) -> (Alike, Prices) {
    let of = &new.subscription;
    let prices = Prices {
        cost: new.monthly_units.and_then(sensible),
        sale: new.sale_units.and_then(sensible),
    };
    let alike = Alike {
        connection: connection.0,
        live: of.state.is_live(),
        vendor: vendor_column(&new.vendor),
        state: of.state.to_string(),
        term: of.term.to_string(),
        billing: of.billing.to_string(),
        auto_renew: auto_renew_number(of.auto_renew),
        currency: tally_currency(of.currency, prices.cost),
    };
    (alike, prices)
}

/// Columns of `subscription_content`, in the order of [`content_values`]; the first four stay as they were first written.
const CONTENT: [&str; 18] = [
    "subscription_id",
    "connection_id",
    "first_seen_at",
    "order_id",
    "ion_customer_id",
    "customer_name",
    "resource_id",
    "product_ion_id",
    "sku_id",
    "product_id",
    "currency",
    "monthly_units",
    "sale_units",
    "margin_permille",
    "began",
    "ended",
    "changed_at",
    "content",
];

fn content_values(
    id: Uuid,
    connection: ConnectionId,
    new: &NewSubscription,
    now: Timestamp,
    changed_at: i64,
) -> Vec<Value> {
    let of = &new.subscription;
    let lived = Lived::of(of);
    values![
        id,
        connection.0,
        micros(now),
        new.order.map(|id| id.0),
        of.ion_customer_id.clone(),
        new.customer_name.clone(),
        of.resource_id.clone(),
        of.product_ion_id.clone(),
        of.sku_id.clone(),
        new.product.map(|id| id.0),
        of.currency.map(|of| of.to_string()),
        new.monthly_units.and_then(sensible),
        new.sale_units.and_then(sensible),
        new.margin_permille,
        lived.began,
        lived.ended,
        changed_at,
        json_text(of)
    ]
}

/// `a = excluded.a, b = excluded.b`.
fn taken_over(columns: &[&str]) -> String {
    let set: Vec<String> = columns
        .iter()
        .map(|column| format!("{column} = excluded.{column}"))
        .collect();
    set.join(", ")
}

/// Notes that these were read, and were as they are here: they are not missed.
pub async fn touch_many(
    tx: &Tx,
    connection: ConnectionId,
    ion_ids: &[String],
    now: Timestamp,
) -> Result<(), StoreError> {
    for part in parts(ion_ids) {
        let sql = format!(
            "UPDATE subscription_reading SET read_at = $2, missed = 0 WHERE connection_id = $1 AND ion_id IN ({})",
            places(2, part.len())
        );
        let mut bound = values![connection.0, micros(now)];
        bound.extend(part.iter().map(|id| Value::from(id.as_str())));
        exec(tx, sql, bound).await?;
    }
    Ok(())
}

/// Notes that a complete reading did not show these.
pub async fn add_missed(
    tx: &Tx,
    connection: ConnectionId,
    ion_ids: &[String],
) -> Result<(), StoreError> {
    for part in parts(ion_ids) {
        let sql = format!(
            "UPDATE subscription_reading SET missed = missed + 1 WHERE connection_id = $1 AND ion_id IN ({})",
            places(1, part.len())
        );
        let mut bound = values![connection.0];
        bound.extend(part.iter().map(|id| Value::from(id.as_str())));
        exec(tx, sql, bound).await?;
    }
    Ok(())
}

/// Notes that these are gone from Ion; of one that was gone before, since then.
pub async fn set_gone(tx: &Tx, ids: &[SubscriptionId], now: Timestamp) -> Result<(), StoreError> {
    let mut difference = Difference::begin(tx).await?;
    for part in parts(ids) {
        let ids: Vec<Uuid> = part.iter().map(|id| id.0).collect();
        let mut ended_now = Vec::new();
        for counted in Counted::list(tx, &ids).await? {
            let gone = Alike {
                live: false,
                ..counted.alike.clone()
            };
            let ended = counted.lived.ended_by(now);
            difference.take(counted.alike, counted.lived, counted.prices);
            difference.add(gone, ended, counted.prices);
            if ended != counted.lived {
                ended_now.push(counted.id);
            }
        }
        let sql = format!(
            "UPDATE subscription_reading SET gone_at = COALESCE(gone_at, $1) WHERE subscription_id IN ({})",
            places(1, part.len())
        );
        let mut bound = values![micros(now)];
        bound.extend(ids.iter().map(|id| Value::from(*id)));
        exec(tx, sql, bound).await?;
        if !ended_now.is_empty() {
            let sql = format!(
                "UPDATE subscription_content SET ended = $1 WHERE subscription_id IN ({})",
                places(1, ended_now.len())
            );
            let mut bound = values![month_of(now)];
            bound.extend(ended_now.into_iter().map(Value::from));
            exec(tx, sql, bound).await?;
        }
        let sql = format!(
            "UPDATE subscription SET live = FALSE WHERE live = TRUE AND id IN ({})",
            places(0, part.len())
        );
        exec(tx, sql, ids.into_iter().map(Value::from).collect()).await?;
    }
    difference.write(tx).await
}

/// Writes sale price and margin, for when margin rules change: sale of all seats a month in 10^-6, margin in thousandths. What is so
/// already is not written.
pub async fn set_sale_many(
    tx: &Tx,
    sales: &[(SubscriptionId, Option<i64>, Option<i64>)],
) -> Result<(), StoreError> {
    let mut difference = Difference::begin(tx).await?;
    for part in parts(sales) {
        let ids: Vec<Uuid> = part.iter().map(|(id, ..)| id.0).collect();
        let mut wanted: HashMap<Uuid, (Option<i64>, Option<i64>)> = part
            .iter()
            .map(|(id, sale, margin)| (id.0, (sale.and_then(sensible), *margin)))
            .collect();
        let (mut contents, mut lists) = (Vec::new(), Vec::new());
        for counted in Counted::list(tx, &ids).await? {
            let Some((sale, margin)) = wanted.remove(&counted.id) else {
                continue;
            };
            if (counted.prices.sale, counted.margin_permille) == (sale, margin) {
                continue;
            }
            let prices = Prices {
                sale,
                ..counted.prices
            };
            difference.take(counted.alike.clone(), counted.lived, counted.prices);
            difference.add(counted.alike, counted.lived, prices);
            contents.extend(values![counted.id, sale, margin]);
            lists.extend(values![counted.id, sort_key(margin)]);
        }
        if contents.is_empty() {
            continue;
        }
        let rows = contents.len() / 3;
        let sql = format!(
            "UPDATE subscription_content SET sale_units = v.sale, margin_permille = v.margin
             FROM (SELECT column1 AS id, column2 AS sale, column3 AS margin FROM (VALUES {}) AS listed) AS v WHERE subscription_id = v.id",
            placeholders(rows, 3)
        );
        exec(tx, sql, contents).await?;
        let sql = format!(
            "UPDATE subscription SET margin_key = v.margin
             FROM (SELECT column1 AS id, column2 AS margin FROM (VALUES {}) AS listed) AS v WHERE subscription.id = v.id",
            placeholders(rows, 2)
        );
        exec(tx, sql, lists).await?;
    }
    difference.write(tx).await
}
