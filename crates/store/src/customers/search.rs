//! Lists of our customers: search as you type, filters, sorts, and where a list goes on.

use std::collections::HashMap;

use domain::customer::LinkState;
use domain::{ConnectionId, CustomerId};
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::batch::{decode, encode, like, part_of, parts, places, words};
use super::{CustomerFacets, CustomerFilter, CustomerHit, CustomerPage, CustomerSort};
use crate::StoreError;
use crate::sql::{Row, count, rows, values};

/// A part of the customers that match, and how many there are.
pub async fn search(
    conn: &impl ConnectionTrait,
    filter: &CustomerFilter,
) -> Result<CustomerPage, StoreError> {
    let (mut sql, mut bound) = matching(filter);
    let total = count(
        conn,
        format!("SELECT COUNT(*) FROM customer c WHERE {sql}"),
        bound.clone(),
    )
    .await?;
    let (first, number) = match filter.sort {
        CustomerSort::Name => ("c.organisation_key", false),
        CustomerSort::Number => ("c.number", true),
        CustomerSort::Country => ("c.country", false),
        CustomerSort::State => ("c.link_state", false),
        CustomerSort::Changed => ("c.edited_at", true),
    };
    let (way, sign) = if filter.descending {
        ("DESC", '<')
    } else {
        ("ASC", '>')
    };
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
            " AND ({first}, c.organisation_key, c.id) {sign} (${}, ${}, ${at})",
            at - 2,
            at - 1
        ));
    }
    bound.push(i64::from(filter.limit).into());
    let sql = format!(
        "SELECT c.* FROM customer c WHERE {sql} ORDER BY {first} {way}, c.organisation_key {way}, c.id {way} LIMIT ${}",
        bound.len()
    );
    let found = rows(conn, sql, bound).await?;
    let next = match found
        .last()
        .filter(|_| found.len() == filter.limit as usize)
    {
        Some(last) => Some(cursor(last, first, number)?),
        None => None,
    };
    let mut customers = Vec::with_capacity(found.len());
    for row in &found {
        customers.push(CustomerHit {
            row: super::ours::read(row)?,
            links: Vec::new(),
        });
    }
    let ids: Vec<CustomerId> = customers.iter().map(|hit| hit.row.id).collect();
    let mut links = links_of(conn, &ids).await?;
    for hit in &mut customers {
        hit.links = links.remove(&hit.row.id).unwrap_or_default();
    }
    Ok(CustomerPage {
        customers,
        total: u64::try_from(total).unwrap_or(0),
        next,
    })
}

fn cursor(last: &Row, first: &str, number: bool) -> Result<String, StoreError> {
    let column = first.trim_start_matches("c.");
    let value = if number {
        last.get::<i64>(column)?.to_string()
    } else {
        last.get::<String>(column)?
    };
    let (name, id): (String, Uuid) = (last.get("organisation_key")?, last.get("id")?);
    Ok(encode(&[&value, &name, &id.to_string()]))
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
        "SELECT t.tag AS word, COUNT(*) AS customers FROM customer_tag t JOIN customer c ON c.id = t.customer_id WHERE {sql} GROUP BY t.tag ORDER BY customers DESC, word LIMIT 100"
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
