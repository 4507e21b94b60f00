//! Search as you type over the whole catalog, with filters.

use domain::catalog::ProductState;
use domain::{ConnectionId, ProductId};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, DbBackend, Value};
use uuid::Uuid;

use crate::StoreError;
use crate::connections::signed;
use crate::sql::{Row, count, rows};

/// What to look for. Everything that is set must hold.
#[derive(Debug, Clone, Default)]
pub struct ProductFilter {
    /// Words of name, SKU or part number; each must occur.
    pub text: String,
    /// Of one connection.
    pub connection: Option<ConnectionId>,
    /// Of one vendor.
    pub vendor: Option<String>,
    /// Of one category.
    pub category: Option<String>,
    /// With a variant of this commitment.
    pub term: Option<String>,
    /// With a variant billed like this.
    pub billing: Option<String>,
    /// With a price in this currency.
    pub currency: Option<String>,
    /// Of this state; withdrawn ones are left out where none is named.
    pub state: Option<String>,
    /// Cheapest price at least this, in units of 10^-6.
    pub price_from: Option<i64>,
    /// Cheapest price at most this, in units of 10^-6.
    pub price_to: Option<i64>,
    /// Order; by fitness of the match, then name, where none is named.
    pub sort: Option<PriceSort>,
    /// Descending.
    pub descending: bool,
    /// Products to skip.
    pub offset: u64,
    /// Products to give.
    pub limit: u32,
}

/// By what the list is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PriceSort {
    /// Name.
    Name,
    /// Vendor, then name.
    Vendor,
    /// Category, then name.
    Category,
    /// Cheapest price.
    Cost,
    /// When it last changed.
    Changed,
}

/// One product of a list.
#[derive(Debug, Clone)]
pub struct ProductHit {
    /// Our id.
    pub id: ProductId,
    /// Ion's id.
    pub ion_id: String,
    /// Name.
    pub name: String,
    /// Vendor.
    pub vendor: String,
    /// First category.
    pub category: String,
    /// Part number without commitment and billing.
    pub part_number: String,
    /// Commitments, as words.
    pub terms: Vec<String>,
    /// Billing periods, as words.
    pub billings: Vec<String>,
    /// Number of variants.
    pub variants: u64,
    /// Billed by use alone.
    pub by_use: bool,
    /// Cheapest price as received.
    pub cost: Option<String>,
    /// The same in units of 10^-6.
    pub cost_units: Option<i64>,
    /// Its currency.
    pub currency: Option<String>,
    /// The price before, in units of 10^-6.
    pub previous_units: Option<i64>,
    /// Since when the price holds.
    pub cost_since: Option<Timestamp>,
    /// State.
    pub state: ProductState,
    /// When it was first seen.
    pub first_seen_at: Timestamp,
    /// When it last changed.
    pub changed_at: Timestamp,
}

/// A part of a list.
#[derive(Debug, Clone)]
pub struct ProductPage {
    /// The products.
    pub products: Vec<ProductHit>,
    /// How many there are in all.
    pub total: u64,
}

/// Values that filters can take.
#[derive(Debug, Clone, Default)]
pub struct Facets {
    /// Vendors with their number of products.
    pub vendors: Vec<(String, u64)>,
    /// Categories with their number of products.
    pub categories: Vec<(String, u64)>,
    /// Currencies.
    pub currencies: Vec<String>,
}

struct Where {
    sql: String,
    values: Vec<Value>,
}

impl Where {
    fn and(&mut self, condition: &str, value: impl Into<Value>) {
        self.values.push(value.into());
        self.sql.push_str(" AND ");
        self.sql
            .push_str(&condition.replace("{}", &format!("${}", self.values.len())));
    }
}

/// Products that fit the filter, with their number.
pub async fn search(
    conn: &impl ConnectionTrait,
    filter: &ProductFilter,
) -> Result<ProductPage, StoreError> {
    let mut conditions = conditions(conn.get_database_backend(), filter);
    let total = count(
        conn,
        format!("SELECT COUNT(*) FROM product p WHERE {}", conditions.sql),
        conditions.values.clone(),
    )
    .await?;
    let direction = if filter.descending { "DESC" } else { "ASC" };
    let text = filter.text.trim().to_lowercase();
    let order = match filter.sort {
        Some(PriceSort::Vendor) => format!("p.vendor {direction}, p.name, p.id"),
        Some(PriceSort::Category) => format!("p.category {direction}, p.name, p.id"),
        Some(PriceSort::Cost) => {
            format!("p.cost_units IS NULL, p.cost_units {direction}, p.name, p.id")
        }
        Some(PriceSort::Changed) => format!("p.changed_at {direction}, p.name, p.id"),
        Some(PriceSort::Name) => format!("p.name {direction}, p.id"),
        None if text.is_empty() => "p.name, p.id".to_owned(),
        // Exact first, then beginnings of name or part number, then a word's beginning, then anything.
        None => {
            let first = conditions.values.len() + 1;
            conditions.values.extend([
                Value::from(text.clone()),
                Value::from(format!("{}%", like(&text))),
                Value::from(format!("% {}%", like(&text))),
            ]);
            format!(
                "CASE WHEN LOWER(p.name) = ${first} OR LOWER(p.part_number) = ${first} OR LOWER(p.ion_id) = ${first} THEN 0 WHEN LOWER(p.name) LIKE ${second} ESCAPE '!' OR LOWER(p.part_number) LIKE ${second} ESCAPE '!' THEN 1 WHEN LOWER(p.name) LIKE ${third} ESCAPE '!' THEN 2 ELSE 3 END, p.name, p.id",
                second = first + 1,
                third = first + 2,
            )
        }
    };
    conditions.values.extend([
        Value::from(i64::from(filter.limit)),
        Value::from(signed(filter.offset)),
    ]);
    let n = conditions.values.len();
    let sql = format!(
        "SELECT p.* FROM product p WHERE {} ORDER BY {order} LIMIT ${} OFFSET ${n}",
        conditions.sql,
        n - 1
    );
    let products = rows(conn, sql, conditions.values)
        .await?
        .iter()
        .map(read)
        .collect::<Result<_, _>>()?;
    Ok(ProductPage {
        products,
        total: u64::try_from(total).unwrap_or(0),
    })
}

fn conditions(backend: DbBackend, filter: &ProductFilter) -> Where {
    let mut conditions = Where {
        sql: "1 = 1".to_owned(),
        values: Vec::new(),
    };
    match &filter.state {
        Some(state) => conditions.and("p.state = {}", state.clone()),
        None => conditions.sql.push_str(" AND p.state <> 'withdrawn'"),
    }
    if let Some(connection) = filter.connection {
        conditions.and("p.connection_id = {}", connection.0);
    }
    for (column, value) in [("vendor", &filter.vendor), ("category", &filter.category)] {
        if let Some(value) = value {
            conditions.and(&format!("p.{column} = {{}}"), value.clone());
        }
    }
    for (column, value) in [
        ("terms", &filter.term),
        ("billings", &filter.billing),
        ("currencies", &filter.currency),
    ] {
        if let Some(value) = value {
            conditions.and(
                &format!("p.{column} LIKE {{}} ESCAPE '!'"),
                format!("%|{}|%", like(value)),
            );
        }
    }
    if let Some(from) = filter.price_from {
        conditions.and("p.cost_units >= {}", from);
    }
    if let Some(to) = filter.price_to {
        conditions.and("p.cost_units <= {}", to);
    }
    let text = filter.text.to_lowercase();
    let words: Vec<&str> = text.split_whitespace().take(8).collect();
    // The trigram index needs three letters; shorter words are looked for in the name alone.
    let (long, short): (Vec<&str>, Vec<&str>) = words
        .into_iter()
        .partition(|word| word.chars().count() >= 3);
    for word in short {
        conditions.and(
            "(LOWER(p.name) LIKE {} ESCAPE '!' OR LOWER(p.part_number) LIKE {} ESCAPE '!')",
            format!("%{}%", like(word)),
        );
    }
    if backend == DbBackend::Sqlite {
        if !long.is_empty() {
            let query = long
                .iter()
                .map(|word| format!("\"{}\"", word.replace('"', "\"\"")))
                .collect::<Vec<_>>()
                .join(" AND ");
            conditions.and(
                "p.doc_id IN (SELECT rowid FROM product_search WHERE product_search MATCH {})",
                query,
            );
        }
    } else {
        for word in long {
            conditions.and(
                "p.doc_id IN (SELECT doc_id FROM product_search WHERE doc LIKE {} ESCAPE '!')",
                format!("%{}%", like(word)),
            );
        }
    }
    conditions
}

/// A text in which `LIKE` finds no wildcard.
fn like(text: &str) -> String {
    text.replace('!', "!!")
        .replace('%', "!%")
        .replace('_', "!_")
}

/// Values that filters can take, with counts.
pub async fn facets(conn: &impl ConnectionTrait) -> Result<Facets, StoreError> {
    let mut facets = Facets::default();
    for (column, into) in [
        ("vendor", &mut facets.vendors),
        ("category", &mut facets.categories),
    ] {
        let sql = format!(
            "SELECT {column} AS word, COUNT(*) AS found FROM product WHERE state <> 'withdrawn' AND {column} <> '' GROUP BY {column} ORDER BY found DESC, {column} LIMIT 100"
        );
        for row in rows(conn, sql, vec![]).await? {
            into.push((row.get("word")?, row.count("found")?));
        }
    }
    let sql = "SELECT DISTINCT cost_currency AS word FROM product WHERE cost_currency IS NOT NULL ORDER BY cost_currency";
    facets.currencies = rows(conn, sql, vec![])
        .await?
        .iter()
        .map(|row| row.get("word"))
        .collect::<Result<_, _>>()?;
    Ok(facets)
}

fn read(row: &Row) -> Result<ProductHit, StoreError> {
    let set = |column| {
        row.get::<String>(column).map(|text| {
            text.split('|')
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
                .collect()
        })
    };
    Ok(ProductHit {
        id: row.get::<Uuid>("id")?.into(),
        ion_id: row.get("ion_id")?,
        name: row.get("name")?,
        vendor: row.get("vendor")?,
        category: row.get("category")?,
        part_number: row.get("part_number")?,
        terms: set("terms")?,
        billings: set("billings")?,
        variants: row.count("variants")?,
        by_use: row.get("by_use")?,
        cost: row.get("cost_text")?,
        cost_units: row.get("cost_units")?,
        currency: row.get("cost_currency")?,
        previous_units: row.get("cost_previous")?,
        cost_since: row.time_opt("cost_since")?,
        state: row.word("product", "state")?,
        first_seen_at: row.time("first_seen_at")?,
        changed_at: row.time("changed_at")?,
    })
}
