//! Lists of our customers: search as you type, filters, sorts, and where a list goes on.

use std::collections::HashMap;

use domain::customer::LinkState;
use domain::{ConnectionId, CustomerId};
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::batch::{decode, encode, like, part_of, parts, places, words};
use super::{CustomerFacets, CustomerFilter, CustomerHit, CustomerPage, CustomerRow, CustomerSort};
use crate::StoreError;
use crate::sql::{Row, count, rows, values};

/// What a list is ordered by.
const KEYS: &str = "c.id, c.number, c.organisation_key, c.country, c.link_state, c.edited_at";

/// A part of the customers that match, and how many there are.
pub async fn search(
    conn: &impl ConnectionTrait,
    filter: &CustomerFilter,
) -> Result<CustomerPage, StoreError> {
    let (matching, mut bound) = matching(filter);
    let all = format!("SELECT COUNT(*) FROM customer c WHERE {matching}");
    let (first, number) = match filter.sort {
        CustomerSort::Name => ("organisation_key", false),
        CustomerSort::Number => ("number", true),
        CustomerSort::Country => ("country", false),
        CustomerSort::State => ("link_state", false),
        CustomerSort::Changed => ("edited_at", true),
    };
    let (way, sign) = if filter.descending {
        ("DESC", '<')
    } else {
        ("ASC", '>')
    };
    let with_words = !words(&filter.text).is_empty();
    // Words are looked for in every customer: once, for the list and for the number of them.
    let mut sql = if with_words {
        format!(
            "WITH found AS MATERIALIZED (SELECT {KEYS} FROM customer c WHERE {matching})
             SELECT c.*, (SELECT COUNT(*) FROM found) AS total FROM found c WHERE 1 = 1"
        )
    } else {
        format!("SELECT {KEYS} FROM customer c WHERE {matching}")
    };
    let unplaced = bound.clone();
    if let Some(after) = &filter.after {
        let [value, name, id] = decode(after)?;
        let value: Value = if number {
            part_of::<i64>(&value)?.into()
        } else {
            value.into()
        };
        bound.extend([value, name.into(), part_of::<Uuid>(&id)?.into()]);
        let at = bound.len();
        sql.push_str(&format!(
            " AND (c.{first}, c.organisation_key, c.id) {sign} (${}, ${}, ${at})",
            at - 2,
            at - 1
        ));
    }
    bound.push(i64::from(filter.limit).into());
    sql.push_str(&format!(
        " ORDER BY c.{first} {way}, c.organisation_key {way}, c.id {way} LIMIT ${}",
        bound.len()
    ));
    let found = rows(conn, sql, bound).await?;
    let total = match found.first().filter(|_| with_words) {
        Some(row) => row.count("total")?,
        None if with_words && filter.after.is_none() && filter.limit > 0 => 0,
        None => u64::try_from(count(conn, all, unplaced).await?).unwrap_or(0),
    };
    let next = match found
        .last()
        .filter(|_| found.len() == filter.limit as usize)
    {
        Some(last) => Some(place_of(last, first, number)?),
        None => None,
    };
    let ids: Vec<CustomerId> = found
        .iter()
        .map(|row| Ok(CustomerId(row.get("id")?)))
        .collect::<Result<_, StoreError>>()?;
    Ok(CustomerPage {
        customers: hits(conn, &ids).await?,
        total,
        next,
    })
}

/// Where a list goes on behind its last customer.
fn place_of(last: &Row, first: &str, number: bool) -> Result<String, StoreError> {
    let value = if number {
        last.get::<i64>(first)?.to_string()
    } else {
        last.get::<String>(first)?
    };
    let (name, id): (String, Uuid) = (last.get("organisation_key")?, last.get("id")?);
    Ok(encode(&[&value, &name, &id.to_string()]))
}

/// These customers, in this order, with their links.
async fn hits(
    conn: &impl ConnectionTrait,
    ids: &[CustomerId],
) -> Result<Vec<CustomerHit>, StoreError> {
    let mut rows: HashMap<CustomerId, CustomerRow> = super::find_many(conn, ids)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let mut links = links_of(conn, ids).await?;
    Ok(ids
        .iter()
        .filter_map(|id| {
            Some(CustomerHit {
                row: rows.remove(id)?,
                links: links.remove(id).unwrap_or_default(),
            })
        })
        .collect())
}

/// Connection and Ion's id of each link.
pub type LinkIds = Vec<(ConnectionId, String)>;

async fn links_of(
    conn: &impl ConnectionTrait,
    ids: &[CustomerId],
) -> Result<HashMap<CustomerId, LinkIds>, StoreError> {
    let mut all: HashMap<CustomerId, LinkIds> = HashMap::new();
    for part in parts(ids) {
        let sql = format!(
            "SELECT customer_id, connection_id, ion_id FROM customer_link WHERE customer_id IN ({}) ORDER BY connection_id",
            places(0, part.len())
        );
        for row in rows(conn, sql, part.iter().map(|id| Value::from(id.0)).collect()).await? {
            let link = (row.get::<Uuid>("connection_id")?.into(), row.get("ion_id")?);
            all.entry(row.get::<Uuid>("customer_id")?.into())
                .or_default()
                .push(link);
        }
    }
    Ok(all)
}

/// Values that the filters can take, for what else is asked for.
pub async fn facets(
    conn: &impl ConnectionTrait,
    filter: &CustomerFilter,
) -> Result<CustomerFacets, StoreError> {
    let without_states = CustomerFilter {
        states: Vec::new(),
        ..filter.clone()
    };
    let (sql, bound) = matching_any_state(&without_states);
    let mut facets = CustomerFacets::default();
    let states = format!(
        "SELECT c.link_state AS word, COUNT(*) AS customers FROM customer c WHERE {sql} GROUP BY c.link_state ORDER BY c.link_state"
    );
    for row in rows(conn, states, bound).await? {
        facets
            .states
            .push((row.word("customer", "word")?, row.count("customers")?));
    }
    let without_country = CustomerFilter {
        country: None,
        ..filter.clone()
    };
    let (sql, bound) = matching(&without_country);
    let countries = format!(
        "SELECT c.country AS word, COUNT(*) AS customers FROM customer c WHERE {sql} AND c.country <> '' GROUP BY c.country ORDER BY customers DESC, word LIMIT 300"
    );
    facets.countries = words_of(conn, countries, bound).await?;
    let without_tag = CustomerFilter {
        tag: None,
        ..filter.clone()
    };
    let (sql, bound) = matching(&without_tag);
    let tags = format!(
        "SELECT t.tag AS word, COUNT(*) AS customers FROM customer c CROSS JOIN customer_tag t WHERE t.customer_id = c.id AND {sql} GROUP BY t.tag ORDER BY customers DESC, word LIMIT 100"
    );
    facets.tags = words_of(conn, tags, bound).await?;
    Ok(facets)
}

async fn words_of(
    conn: &impl ConnectionTrait,
    sql: String,
    bound: Vec<Value>,
) -> Result<Vec<(String, u64)>, StoreError> {
    rows(conn, sql, bound)
        .await?
        .iter()
        .map(|row| Ok((row.get("word")?, row.count("customers")?)))
        .collect()
}

/// Every label in use.
pub async fn tags(conn: &impl ConnectionTrait) -> Result<Vec<String>, StoreError> {
    rows(
        conn,
        "SELECT DISTINCT tag FROM customer_tag ORDER BY tag LIMIT 1000",
        values![],
    )
    .await?
    .iter()
    .map(|row| row.get("tag"))
    .collect()
}

fn matching(filter: &CustomerFilter) -> (String, Vec<Value>) {
    let (mut sql, mut bound) = matching_any_state(filter);
    if filter.states.is_empty() {
        sql.push_str(" AND c.link_state <> 'archived'");
    } else {
        let before = bound.len();
        bound.extend(
            filter
                .states
                .iter()
                .map(|state: &LinkState| Value::from(state.as_str())),
        );
        sql.push_str(&format!(
            " AND c.link_state IN ({})",
            places(before, filter.states.len())
        ));
    }
    (sql, bound)
}

fn matching_any_state(filter: &CustomerFilter) -> (String, Vec<Value>) {
    let mut sql = "1 = 1".to_owned();
    let mut bound: Vec<Value> = Vec::new();
    if let Some(country) = &filter.country {
        bound.push(country.to_uppercase().into());
        sql.push_str(&format!(" AND c.country = ${}", bound.len()));
    }
    if let Some(tag) = &filter.tag {
        bound.push(tag.clone().into());
        sql.push_str(&format!(
            " AND EXISTS (SELECT 1 FROM customer_tag x WHERE x.customer_id = c.id AND x.tag = ${})",
            bound.len()
        ));
    }
    if let Some(connection) = filter.connection {
        bound.push(connection.0.into());
        sql.push_str(&format!(
            " AND EXISTS (SELECT 1 FROM customer_link x WHERE x.customer_id = c.id AND x.connection_id = ${})",
            bound.len()
        ));
    }
    for word in words(&filter.text) {
        bound.push(format!("%{}%", like(&word)).into());
        sql.push_str(&format!(" AND c.search LIKE ${} ESCAPE '!'", bound.len()));
    }
    (sql, bound)
}
