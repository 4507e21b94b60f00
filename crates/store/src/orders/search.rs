//! Lists of orders: search as you type, filters, sorts, counts, and where a list goes on.

use std::collections::HashMap;

use domain::order::OrderState;
use domain::{ConnectionId, CustomerId, OrderId};
use jiff::{SignedDuration, Timestamp};
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::columns::vendor_column;
use super::{OrderCounts, OrderFilter, OrderHit, OrderPage, OrderSort};
use crate::StoreError;
use crate::customers::batch::{decode, encode, like, part_of, parts, places, words};
use crate::sql::{Row, count, micros, row, rows, values};

/// So long an order that failed waits for a person.
const FAILED_FOR: SignedDuration = SignedDuration::from_hours(14 * 24);

/// What a list is ordered by.
const KEYS: &str =
    "h.id, h.number, h.customer_key, h.bound_units, h.state, h.changed_at, h.listed_at";

/// A part of the orders that match, and how many there are.
pub async fn search(
    conn: &impl ConnectionTrait,
    filter: &OrderFilter,
) -> Result<OrderPage, StoreError> {
    let (matching, mut bound) = matching(filter);
    let all = format!("SELECT COUNT(*) FROM order_head h WHERE {matching}");
    let unplaced = bound.clone();
    let key = sort_key(filter.sort);
    let (way, sign) = if filter.descending {
        ("DESC", '<')
    } else {
        ("ASC", '>')
    };
    let with_words = !words(&filter.text).is_empty();
    // Words are looked for in every order: once, for the list and for the number of them.
    let mut sql = if with_words {
        format!(
            "WITH found AS MATERIALIZED (SELECT {KEYS} FROM order_head h WHERE {matching})
             SELECT h.id, h.number, {key} AS first, (SELECT COUNT(*) FROM found) AS total FROM found h WHERE 1 = 1"
        )
    } else {
        format!("SELECT h.id, h.number, {key} AS first FROM order_head h WHERE {matching}")
    };
    if let Some(after) = &filter.after {
        let (first, number) = place(filter, after)?;
        if filter.sort == OrderSort::Number {
            // A number is there once: by it alone a list is found without looking further.
            bound.push(number.into());
            sql.push_str(&format!(" AND h.number {sign} ${}", bound.len()));
        } else {
            bound.extend([first, number.into()]);
            let at = bound.len();
            sql.push_str(&format!(
                " AND ({key}, h.number) {sign} (${}, ${at})",
                at - 1
            ));
        }
    }
    bound.push(i64::from(filter.limit).into());
    let order = match filter.sort {
        OrderSort::Number => format!("h.number {way}"),
        _ => format!("{key} {way}, h.number {way}"),
    };
    sql.push_str(&format!(" ORDER BY {order} LIMIT ${}", bound.len()));
    let found = rows(conn, sql, bound).await?;
    let total = match found.first().filter(|_| with_words) {
        Some(row) => row.count("total")?,
        None if with_words && filter.after.is_none() && filter.limit > 0 => 0,
        None => u64::try_from(count(conn, all, unplaced).await?).unwrap_or(0),
    };
    let last = found
        .last()
        .filter(|_| found.len() == filter.limit as usize);
    let next = last.map(|last| place_of(filter, last)).transpose()?;
    let ids: Vec<OrderId> = found
        .iter()
        .map(|row| Ok(OrderId(row.get("id")?)))
        .collect::<Result<_, StoreError>>()?;
    Ok(OrderPage {
        orders: find_hits(conn, &ids).await?,
        total,
        next,
    })
}

fn sort_key(sort: OrderSort) -> &'static str {
    match sort {
        OrderSort::Placed => "h.listed_at",
        OrderSort::Number => "h.number",
        OrderSort::Customer => "h.customer_key",
        // An order that binds to nothing known comes below one that binds to nothing.
        OrderSort::Bound => "COALESCE(h.bound_units, -1)",
        OrderSort::State => "h.state",
        OrderSort::Changed => "h.changed_at",
    }
}

fn is_number(sort: OrderSort) -> bool {
    match sort {
        OrderSort::Placed | OrderSort::Number | OrderSort::Bound | OrderSort::Changed => true,
        OrderSort::Customer | OrderSort::State => false,
    }
}

/// Where a list goes on behind its last order; good for this sort alone.
fn place_of(filter: &OrderFilter, last: &Row) -> Result<String, StoreError> {
    let first = if is_number(filter.sort) {
        last.get::<i64>("first")?.to_string()
    } else {
        last.get::<String>("first")?
    };
    let number = last.get::<i64>("number")?.to_string();
    Ok(encode(&[&sort_word(filter), &first, &number]))
}

fn place(filter: &OrderFilter, after: &str) -> Result<(Value, i64), StoreError> {
    let [sort, first, number] = decode(after)?;
    if sort != sort_word(filter) {
        return Err(StoreError::Missing("the place where the list goes on"));
    }
    let first = if is_number(filter.sort) {
        part_of::<i64>(&first)?.into()
    } else {
        first.into()
    };
    Ok((first, part_of(&number)?))
}

fn sort_word(filter: &OrderFilter) -> String {
    let way = if filter.descending { "down" } else { "up" };
    format!("{} {way}", filter.sort)
}

/// Conditions on `order_head h`, and their values.
fn matching(filter: &OrderFilter) -> (String, Vec<Value>) {
    let mut sql = "1 = 1".to_owned();
    let mut bound: Vec<Value> = Vec::new();
    let mut and = |condition: &str, value: Value| {
        bound.push(value);
        let place = format!("${}", bound.len());
        sql.push_str(" AND ");
        sql.push_str(&condition.replace("{}", &place));
    };
    if let Some(origin) = filter.origin {
        and("h.origin = {}", origin.as_str().into());
    }
    if let Some(customer) = filter.customer {
        and("h.customer_id = {}", customer.0.into());
    }
    if let Some(connection) = filter.connection {
        and("h.connection_id = {}", connection.0.into());
    }
    if let Some(subscription) = filter.subscription {
        and("h.subscription_id = {}", subscription.0.into());
    }
    if let Some(vendor) = &filter.vendor {
        let condition = "EXISTS (SELECT 1 FROM order_line l WHERE l.vendor = {} AND l.order_id = h.id AND l.add_on = 0)";
        and(condition, vendor_column(vendor).into());
    }
    for word in words(&filter.text) {
        let condition = "(h.search LIKE {} ESCAPE '!' OR h.customer_key LIKE {} ESCAPE '!')";
        and(condition, format!("%{}%", like(&word)).into());
    }
    if filter.attention {
        sql.push_str(" AND h.attention");
        if let Some(now) = filter.now {
            bound.push(failed_since(now));
            sql.push_str(&format!(" AND {}", not_failed_before(bound.len())));
        }
    }
    if !filter.states.is_empty() {
        let before = bound.len();
        bound.extend(
            filter
                .states
                .iter()
                .map(|state| Value::from(state.as_str())),
        );
        let states = places(before, filter.states.len());
        sql.push_str(&format!(" AND h.state IN ({states})"));
    }
    (sql, bound)
}

fn failed_since(now: Timestamp) -> Value {
    micros(now.checked_sub(FAILED_FOR).unwrap_or(Timestamp::MIN)).into()
}

fn not_failed_before(place: usize) -> String {
    format!(
        "(h.state <> '{}' OR COALESCE(h.ended_at, h.state_since) >= ${place})",
        OrderState::Failed
    )
}

/// How many orders stand how, and how many wait for a person at this time.
pub async fn counts(
    conn: &impl ConnectionTrait,
    connection: Option<ConnectionId>,
    now: Timestamp,
) -> Result<OrderCounts, StoreError> {
    let (of, bound) = match connection {
        Some(connection) => (" AND h.connection_id = $1", values![connection.0]),
        None => ("", values![]),
    };
    let mut counts = OrderCounts {
        attention: count_attention(conn, connection, now).await?,
        ..OrderCounts::default()
    };
    let sql = format!(
        "SELECT h.state, COUNT(*) AS orders FROM order_head h WHERE 1 = 1{of} GROUP BY h.state ORDER BY h.state"
    );
    for row in rows(conn, sql, bound.clone()).await? {
        let state = row.word("order_head", "state")?;
        counts.states.push((state, row.count("orders")?));
    }
    let from = match connection {
        Some(_) => "order_head h JOIN order_line l ON l.order_id = h.id",
        None => "order_line l",
    };
    let sql = format!(
        "SELECT l.vendor, COUNT(DISTINCT l.order_id) AS orders FROM {from} WHERE l.add_on = 0 AND l.vendor <> ''{of} GROUP BY l.vendor ORDER BY orders DESC, l.vendor LIMIT 100"
    );
    for row in rows(conn, sql, bound).await? {
        counts
            .vendors
            .push((row.get("vendor")?, row.count("orders")?));
    }
    Ok(counts)
}

/// How many orders wait for a person at this time; cheap, for every page.
pub async fn count_attention(
    conn: &impl ConnectionTrait,
    connection: Option<ConnectionId>,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let mut bound = vec![failed_since(now)];
    let mut sql = format!(
        "SELECT COUNT(*) AS orders FROM order_head h WHERE h.attention AND {}",
        not_failed_before(1)
    );
    if let Some(connection) = connection {
        bound.push(connection.0.into());
        sql.push_str(" AND h.connection_id = $2");
    }
    match row(conn, sql, bound).await? {
        Some(row) => row.count("orders"),
        None => Ok(0),
    }
}

/// Orders as lists show them, in the order of these ids; those that are not there are left out.
pub async fn find_hits(
    conn: &impl ConnectionTrait,
    ids: &[OrderId],
) -> Result<Vec<OrderHit>, StoreError> {
    let mut found: HashMap<OrderId, OrderHit> = HashMap::new();
    for part in parts(ids) {
        let sql = format!(
            "SELECT * FROM order_head WHERE id IN ({})",
            places(0, part.len())
        );
        let bound = part.iter().map(|id| Value::from(id.0)).collect();
        for row in rows(conn, sql, bound).await? {
            let hit = read(&row)?;
            found.insert(hit.id, hit);
        }
    }
    Ok(ids.iter().filter_map(|id| found.get(id).cloned()).collect())
}

fn read(row: &Row) -> Result<OrderHit, StoreError> {
    Ok(OrderHit {
        id: row.get::<Uuid>("id")?.into(),
        number: row.count("number")?,
        connection: row.get::<Uuid>("connection_id")?.into(),
        customer: row.get::<Option<Uuid>>("customer_id")?.map(CustomerId),
        customer_name: row.get("customer_name")?,
        origin: row.word("order_head", "origin")?,
        action: row.word("order_head", "action")?,
        state: row.word("order_head", "state")?,
        state_since: row.time("state_since")?,
        reference: row.get("reference")?,
        ion_id: row.get("ion_id")?,
        vendor: row.get("vendor")?,
        title: row.get("title")?,
        lines: row.count("lines")?,
        currency: row.word_opt("order_head", "currency")?,
        monthly_units: row.get("monthly_units")?,
        bound_units: row.get("bound_units")?,
        created_at: row.time("created_at")?,
        submitted_at: row.time_opt("submitted_at")?,
        placed_at: row.time_opt("placed_at")?,
        scheduled_for: row.time_opt("scheduled_for")?,
        next_look_at: row.time_opt("next_look_at")?,
        not_found_at: row.time_opt("not_found_at")?,
        stuck_at: row.time_opt("stuck_at")?,
        price_moved: row.get("price_moved")?,
    })
}
