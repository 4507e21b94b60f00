//! Search as you type over the whole catalog, with filters.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::catalog::ProductState;
use domain::{ConnectionId, ProductId};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, DbBackend, Value};
use uuid::Uuid;

use crate::StoreError;
use crate::connections::signed;
use crate::sql::{Row, count, json_text, rows};

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
    /// Goes on behind this: [`ProductPage::next`] of the part before, with the same sort.
    pub after: Option<String>,
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
    /// Where the list goes on, whatever is written meanwhile; only where a sort is named.
    pub next: Option<String>,
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

/// So many matches are ranked by fitness; of more, those whose name begins with the text come first.
const RANKED: i64 = 500;
/// Words of a search that count.
const WORDS: usize = 8;
/// Letters that the trigram index needs.
const TRIGRAM: usize = 3;

/// A part of a statement, and its values so far.
struct Where {
    from: &'static str,
    sql: String,
    values: Vec<Value>,
}

impl Where {
    fn and(&mut self, condition: &str, value: impl Into<Value>) {
        let place = self.bind(value);
        self.sql.push_str(" AND ");
        self.sql.push_str(&condition.replace("{}", &place));
    }

    /// Adds a value, and gives its place.
    fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    fn select(&self, what: &str) -> String {
        format!("SELECT {what} FROM {} WHERE {}", self.from, self.sql)
    }
}

/// Products that fit the filter, with their number.
pub async fn search(
    conn: &impl ConnectionTrait,
    filter: &ProductFilter,
) -> Result<ProductPage, StoreError> {
    let mut matching = matching(conn.get_database_backend(), filter);
    let total = count(conn, matching.select("COUNT(*)"), matching.values.clone()).await?;
    let text = normal(&filter.text);
    let keys = filter.sort.map(|sort| sort_keys(sort, filter.descending));
    if let (Some(keys), Some(after)) = (&keys, &filter.after) {
        let number = matches!(filter.sort, Some(PriceSort::Cost | PriceSort::Changed));
        behind(&mut matching, keys, number, filter.descending, after)?;
    }
    let order = match &keys {
        Some(keys) => {
            let direction = if filter.descending { " DESC" } else { "" };
            keys.each_ref()
                .map(|key| format!("{key}{direction}"))
                .join(", ")
        }
        None if text.is_empty() => "p.name_key, p.id".to_owned(),
        None if total <= RANKED => format!("{}, p.name_key, p.id", fitness(&mut matching, &text)),
        None => {
            let begins = matching.bind(format!("{}%", like(&text)));
            format!(
                "CASE WHEN p.name_key LIKE {begins} ESCAPE '!' THEN 0 ELSE 1 END, p.name_key, p.id"
            )
        }
    };
    let limit = matching.bind(i64::from(filter.limit));
    let offset = matching.bind(signed(filter.offset));
    let sql = format!(
        "{} ORDER BY {order} LIMIT {limit} OFFSET {offset}",
        matching.select("p.*")
    );
    let rows = rows(conn, sql, matching.values).await?;
    let products: Vec<ProductHit> = rows.iter().map(read).collect::<Result<_, _>>()?;
    let full = products.len() as u64 == u64::from(filter.limit);
    let last = products.last().filter(|_| full);
    let next = filter
        .sort
        .zip(last)
        .map(|(sort, last)| cursor(sort, filter.descending, last));
    Ok(ProductPage {
        products,
        total: u64::try_from(total).unwrap_or(0),
        next,
    })
}

/// How well a product fits: exactly, at the beginning of its name or part number, of a word, inside the name, elsewhere.
fn fitness(matching: &mut Where, text: &str) -> String {
    let exact = matching.bind(text);
    let begins = matching.bind(format!("{}%", like(text)));
    let word = matching.bind(format!("% {}%", like(text)));
    let inside = matching.bind(format!("%{}%", like(text)));
    format!(
        "CASE WHEN p.name_key = {exact} OR LOWER(p.part_number) = {exact} OR LOWER(p.ion_id) = {exact}
           OR EXISTS (SELECT 1 FROM variant v WHERE v.product_id = p.id
             AND (LOWER(v.sku_id) = {exact} OR LOWER(v.part_number) = {exact} OR LOWER(v.external_id) = {exact})) THEN 0
         WHEN p.name_key LIKE {begins} ESCAPE '!' OR LOWER(p.part_number) LIKE {begins} ESCAPE '!' THEN 1
         WHEN p.name_key LIKE {word} ESCAPE '!' THEN 2
         WHEN p.name_key LIKE {inside} ESCAPE '!' THEN 3 ELSE 4 END"
    )
}

/// What a list is ordered by; the last one tells all products apart.
fn sort_keys(sort: PriceSort, descending: bool) -> [String; 3] {
    let first = match sort {
        PriceSort::Name => "p.name_key",
        PriceSort::Vendor => "p.vendor",
        PriceSort::Category => "p.category",
        // Products without a price come last, whatever the direction.
        PriceSort::Cost if descending => "COALESCE(p.cost_units, -1)",
        PriceSort::Cost => "COALESCE(p.cost_units, 9223372036854775807)",
        PriceSort::Changed => "p.changed_at",
    };
    [first.to_owned(), "p.name_key".to_owned(), "p.id".to_owned()]
}

/// Where a list goes on behind its last product.
fn cursor(sort: PriceSort, descending: bool, last: &ProductHit) -> String {
    let first = match sort {
        PriceSort::Name => last.name.to_lowercase().into(),
        PriceSort::Vendor => last.vendor.clone().into(),
        PriceSort::Category => last.category.clone().into(),
        PriceSort::Cost => last
            .cost_units
            .unwrap_or(if descending { -1 } else { i64::MAX })
            .into(),
        PriceSort::Changed => crate::sql::micros(last.changed_at).into(),
    };
    let parts: (serde_json::Value, String, Uuid) = (first, last.name.to_lowercase(), last.id.0);
    URL_SAFE_NO_PAD.encode(json_text(&parts))
}

/// Adds the condition that a product stands behind the cursor.
fn behind(
    matching: &mut Where,
    keys: &[String; 3],
    number: bool,
    descending: bool,
    after: &str,
) -> Result<(), StoreError> {
    let unknown = || StoreError::Missing("the place where the list goes on");
    let bytes = URL_SAFE_NO_PAD.decode(after).map_err(|_| unknown())?;
    let (first, name, id): (serde_json::Value, String, Uuid) =
        serde_json::from_slice(&bytes).map_err(|_| unknown())?;
    let first = match first {
        serde_json::Value::String(text) if !number => Value::from(text),
        serde_json::Value::Number(first) if number => {
            Value::from(first.as_i64().ok_or_else(unknown)?)
        }
        _ => return Err(unknown()),
    };
    let places = [matching.bind(first), matching.bind(name), matching.bind(id)];
    let direction = if descending { '<' } else { '>' };
    let condition = format!(
        " AND ({}) {direction} ({})",
        keys.join(", "),
        places.join(", ")
    );
    matching.sql.push_str(&condition);
    Ok(())
}

fn matching(backend: DbBackend, filter: &ProductFilter) -> Where {
    let mut matching = Where {
        from: "product p",
        sql: "1 = 1".to_owned(),
        values: Vec::new(),
    };
    match &filter.state {
        Some(state) => matching.and("p.state = {}", state.clone()),
        None => matching.sql.push_str(" AND p.state <> 'withdrawn'"),
    }
    if let Some(connection) = filter.connection {
        matching.and("p.connection_id = {}", connection.0);
    }
    for (column, value) in [("vendor", &filter.vendor), ("category", &filter.category)] {
        if let Some(value) = value {
            matching.and(&format!("p.{column} = {{}}"), value.clone());
        }
    }
    for (column, value) in [
        ("terms", &filter.term),
        ("billings", &filter.billing),
        ("currencies", &filter.currency),
    ] {
        if let Some(value) = value {
            let condition = format!("p.{column} LIKE {{}} ESCAPE '!'");
            matching.and(&condition, format!("%|{}|%", like(value)));
        }
    }
    if let Some(from) = filter.price_from {
        matching.and("p.cost_units >= {}", from);
    }
    if let Some(to) = filter.price_to {
        matching.and("p.cost_units <= {}", to);
    }
    match_text(&mut matching, backend, &normal(&filter.text));
    matching
}

/// Every word must occur: long ones anywhere in the search document, short ones at the beginning of a word of the name.
fn match_text(matching: &mut Where, backend: DbBackend, text: &str) {
    let words = text.split(' ').filter(|word| !word.is_empty()).take(WORDS);
    let (long, short): (Vec<&str>, Vec<&str>) =
        words.partition(|word| word.chars().count() >= TRIGRAM);
    for word in short {
        let begins = matching.bind(format!("{}%", like(word)));
        let inside = matching.bind(format!("% {}%", like(word)));
        let condition = format!(
            " AND (p.name_key LIKE {begins} ESCAPE '!' OR p.name_key LIKE {inside} ESCAPE '!' OR LOWER(p.part_number) LIKE {begins} ESCAPE '!')"
        );
        matching.sql.push_str(&condition);
    }
    if long.is_empty() {
        return;
    }
    if backend == DbBackend::Sqlite {
        // The search comes first: what it finds is looked up, one row each.
        matching.from = "product_search s CROSS JOIN product p ON p.doc_id = s.rowid";
        let quoted = long
            .iter()
            .map(|word| format!("\"{}\"", word.replace('"', "\"\"")));
        let query = quoted.collect::<Vec<_>>().join(" AND ");
        matching.and("s.product_search MATCH {}", query);
    } else {
        matching.from = "product_search s JOIN product p ON p.doc_id = s.doc_id";
        for word in long {
            matching.and("s.doc LIKE {} ESCAPE '!'", format!("%{}%", like(word)));
        }
    }
}

/// The text in lower case, its words one blank apart.
fn normal(text: &str) -> String {
    text.to_lowercase()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
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
