//! Lists of subscriptions: search as you type, filters, sorts, and where a list goes on.
//!
//! With a hundred thousand of them, a part of a list is found by walking one index in the order of the list: behind what it is sorted by
//! stands all that it can be filtered by. Live ones and others are walked apart. How many match is told by the tally.

use std::collections::HashMap;

use domain::SubscriptionId;
use domain::subscription::SubscriptionState;
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::columns::{auto_renew_number, patterns};
use super::facets::{Group, tallied};
use super::{
    SubscriptionFilter, SubscriptionPage, SubscriptionPart, SubscriptionRow, SubscriptionSort,
};
use crate::StoreError;
use crate::connections::signed;
use crate::customers::batch::{decode, encode, part_of, places};
use crate::orders::columns::vendor_column;
use crate::sql::{Row, count, micros, rows};

/// A part of the subscriptions that match, and how many there are.
pub async fn search(
    conn: &impl ConnectionTrait,
    filter: &SubscriptionFilter,
) -> Result<SubscriptionPage, StoreError> {
    let (part, total) = part(conn, filter, true).await?;
    Ok(SubscriptionPage {
        subscriptions: part.subscriptions,
        total,
        next: part.next,
    })
}

/// A part of the subscriptions that match; how many there are is not counted.
pub async fn list(
    conn: &impl ConnectionTrait,
    filter: &SubscriptionFilter,
) -> Result<SubscriptionPart, StoreError> {
    Ok(part(conn, filter, false).await?.0)
}

/// The part, and how many match; that may be anything where it is not to be counted.
async fn part(
    conn: &impl ConnectionTrait,
    filter: &SubscriptionFilter,
    counted: bool,
) -> Result<(SubscriptionPart, u64), StoreError> {
    let place = filter
        .after
        .as_deref()
        .map(|after| Place::read(filter, after))
        .transpose()?;
    let (found, total) = match way(conn, filter).await? {
        Way::Nothing => (Vec::new(), 0),
        Way::Gather(by) => gather(conn, filter, by, place).await?,
        Way::Walk(total) => {
            let total = total.or((!counted).then_some(0));
            walk(conn, filter, place, total).await?
        }
    };
    let last = found
        .last()
        .filter(|_| found.len() == filter.limit as usize);
    let next = last.map(|last| place_of(filter, last)).transpose()?;
    let ids: Vec<SubscriptionId> = found
        .iter()
        .map(|row| Ok(row.get::<Uuid>("id")?.into()))
        .collect::<Result<_, StoreError>>()?;
    let mut whole: HashMap<SubscriptionId, SubscriptionRow> = super::find_many(conn, &ids)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let part = SubscriptionPart {
        subscriptions: ids.iter().filter_map(|id| whole.remove(id)).collect(),
        next,
    };
    Ok((part, total))
}

/// True where the filter names what is found by itself: a customer, a product, words.
pub(super) fn is_picked(filter: &SubscriptionFilter) -> bool {
    filter.customer.is_some()
        || filter.product_ion_id.is_some()
        || !patterns(&filter.text).is_empty()
}

/// So many are gathered and sorted for each part of a list; of more, one is soon met that matches.
const FEW: u64 = 3000;

/// How a part of a list is found.
enum Way {
    /// Nothing matches.
    Nothing,
    /// All that match are looked up and sorted.
    Gather(By),
    /// The index of the sort is walked; how many match, where the tally knows it.
    Walk(Option<u64>),
}

/// By what few are looked up.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// What the filter picks.
    Picked,
    Vendor,
    States,
    UnknownCustomer,
    /// When they are due.
    Due,
}

async fn way(conn: &impl ConnectionTrait, filter: &SubscriptionFilter) -> Result<Way, StoreError> {
    if is_picked(filter) {
        return Ok(Way::Gather(By::Picked));
    }
    if filter.unknown_customer {
        let unknown = "s.customer_id IS NULL";
        if are_few(conn, unknown, Vec::new()).await? {
            return Ok(Way::Gather(By::UnknownCustomer));
        }
    }
    let all = tallied(conn, filter).await?;
    let sum = |of: &dyn Fn(&Group) -> bool| -> u64 {
        let of = all.iter().filter(|group| of(group));
        of.map(|group| group.subscriptions).sum()
    };
    let total = sum(&|group| group.is_shown(filter));
    if total == 0 {
        return Ok(Way::Nothing);
    }
    if filter.vendor.is_some() && sum(&|group| group.is_of_vendor(filter)) <= FEW {
        return Ok(Way::Gather(By::Vendor));
    }
    if !filter.states.is_empty() && sum(&|group| filter.states.contains(&group.state)) <= FEW {
        return Ok(Way::Gather(By::States));
    }
    if filter.sort != SubscriptionSort::Due && is_of_span(filter) {
        let due = SubscriptionFilter {
            due_from: filter.due_from,
            due_until: filter.due_until,
            ..SubscriptionFilter::default()
        };
        let mut query = Conditions::default();
        query.common(&due);
        let these = format!("s.live IN (TRUE, FALSE){}", query.sql);
        if are_few(conn, &these, query.bound).await? {
            return Ok(Way::Gather(By::Due));
        }
    }
    Ok(Way::Walk(is_tallied(filter).then_some(total)))
}

/// Whether so few are of these that they are gathered; no more are counted.
async fn are_few(
    conn: &impl ConnectionTrait,
    these: &str,
    mut bound: Vec<Value>,
) -> Result<bool, StoreError> {
    bound.push(signed(FEW + 1).into());
    let sql = format!(
        "SELECT COUNT(*) FROM (SELECT 1 FROM subscription s WHERE {these} LIMIT ${}) AS some_of_them",
        bound.len()
    );
    Ok(count(conn, sql, bound).await? <= signed(FEW))
}

fn is_of_span(filter: &SubscriptionFilter) -> bool {
    filter.due_from.is_some() || filter.due_until.is_some()
}

/// Walks the index of the sort.
async fn walk(
    conn: &impl ConnectionTrait,
    filter: &SubscriptionFilter,
    place: Option<Place>,
    total: Option<u64>,
) -> Result<(Vec<Row>, u64), StoreError> {
    let sides = sides(filter);
    let key = key_of(filter.sort);
    let (way, sign) = direction(filter);
    let mut query = Conditions::default();
    query.common(filter);
    if filter.unknown_customer {
        // So written, it is read in the index that is walked.
        query
            .sql
            .push_str(" AND COALESCE(s.customer_id, s.id) = s.id");
    }
    let shared = query.sql.clone();
    let wheres: Vec<String> = sides
        .iter()
        .map(|side| {
            // So written, it is found in the index.
            let live = if side.live { "TRUE" } else { "FALSE" };
            format!("s.live = {live}{}{shared}", query.states(&side.states))
        })
        .collect();
    // So written, a span is looked for in the index that is walked: of very many that are due in it all would be read, and sorted.
    let is_due = filter.sort == SubscriptionSort::Due;
    let walked = |of: &str| {
        if is_due {
            of.to_owned()
        } else {
            of.replace("s.due_at ", "s.due_at + 0 ")
        }
    };
    let unplaced = query.bound.clone();
    let behind = place.map_or(String::new(), |place| query.behind(key, sign, place));
    let limit = query.bind(i64::from(filter.limit));
    let parts: Vec<String> = wheres
        .iter()
        .map(|of| {
            let of = walked(of);
            format!(
                "SELECT s.id, s.{key} AS first FROM subscription s WHERE {of}{behind} ORDER BY s.{key} {way}, s.id {way} LIMIT {limit}"
            )
        })
        .collect();
    let sql = match parts.as_slice() {
        [one] => one.clone(),
        several => {
            let several: Vec<String> = several
                .iter()
                .enumerate()
                .map(|(number, part)| format!("SELECT id, first FROM ({part}) AS part_{number}"))
                .collect();
            format!(
                "SELECT id, first FROM ({}) AS both_sides ORDER BY first {way}, id {way} LIMIT {limit}",
                several.join(" UNION ALL ")
            )
        }
    };
    let found = rows(conn, sql, query.bound).await?;
    let total = match total {
        Some(total) => total,
        None => {
            let mut total = 0;
            for of in wheres {
                let sql = format!("SELECT COUNT(*) FROM subscription s WHERE {of}");
                total += count(conn, sql, unplaced.clone()).await?;
            }
            u64::try_from(total).unwrap_or(0)
        }
    };
    Ok((found, total))
}

/// Gathers all that match, once for the list and for the number of them, and sorts them.
async fn gather(
    conn: &impl ConnectionTrait,
    filter: &SubscriptionFilter,
    by: By,
    place: Option<Place>,
) -> Result<(Vec<Row>, u64), StoreError> {
    let key = key_of(filter.sort);
    let (way, sign) = direction(filter);
    let mut query = Conditions::default();
    query.common(filter);
    query.picked(filter);
    query.looked_up(filter, by);
    let of_sides: Vec<String> = sides(filter)
        .iter()
        .map(|side| {
            // So written, no index of all that are live is walked for it, but for those of a span.
            let live = match (by, side.live) {
                (By::Due, true) => "s.live = TRUE",
                (By::Due, false) => "s.live = FALSE",
                (_, true) => "s.live",
                (_, false) => "NOT s.live",
            };
            format!("({live}{})", query.states(&side.states))
        })
        .collect();
    let matching = format!("({}){}", of_sides.join(" OR "), query.sql);
    let found = format!("SELECT s.id, s.{key} FROM subscription s WHERE {matching}");
    let unplaced = query.bound.clone();
    let behind = place.map_or(String::new(), |place| query.behind(key, sign, place));
    let limit = query.bind(i64::from(filter.limit));
    let sql = format!(
        "WITH found AS MATERIALIZED ({found})
         SELECT s.id, s.{key} AS first, (SELECT COUNT(*) FROM found) AS total FROM found s WHERE 1 = 1{behind} ORDER BY s.{key} {way}, s.id {way} LIMIT {limit}"
    );
    let found_rows = rows(conn, sql, query.bound).await?;
    let total = match found_rows.first() {
        Some(row) => row.count("total")?,
        None if filter.after.is_none() && filter.limit > 0 => 0,
        None => {
            let sql = format!("SELECT COUNT(*) FROM ({found}) AS found");
            u64::try_from(count(conn, sql, unplaced).await?).unwrap_or(0)
        }
    };
    Ok((found_rows, total))
}

/// Live subscriptions, or the others, in some states; in any where none is named.
struct Side {
    live: bool,
    states: Vec<SubscriptionState>,
}

/// What a filter shows: of a state that is named, live ones, and those that are gone where ended ones are shown too.
fn sides(filter: &SubscriptionFilter) -> Vec<Side> {
    let mut sides = Vec::new();
    for live in [true, false] {
        let states: Vec<SubscriptionState> = filter
            .states
            .iter()
            .copied()
            .filter(|state| is_shown(filter, live, *state))
            .collect();
        let any = filter.states.is_empty() && (live || filter.with_ended);
        if any || !states.is_empty() {
            sides.push(Side { live, states });
        }
    }
    sides
}

/// Whether a filter shows what is live or not, and of this state.
pub(super) fn is_shown(filter: &SubscriptionFilter, live: bool, state: SubscriptionState) -> bool {
    if filter.states.is_empty() {
        return live || filter.with_ended;
    }
    filter.states.contains(&state) && can_be_shown(filter, live, state)
}

/// The same, were this state named.
pub(super) fn can_be_shown(
    filter: &SubscriptionFilter,
    live: bool,
    state: SubscriptionState,
) -> bool {
    match (live, state.is_live()) {
        (true, of_live) => of_live,
        // One that is gone still is in the state in which Ion showed it last.
        (false, of_live) => filter.with_ended || !of_live,
    }
}

/// True where the tally knows all that the filter names.
pub(super) fn is_tallied(filter: &SubscriptionFilter) -> bool {
    !is_picked(filter)
        && !filter.unknown_customer
        && filter.due_from.is_none()
        && filter.due_until.is_none()
}

/// Conditions on `subscription s`, and their values.
#[derive(Default)]
pub(super) struct Conditions {
    pub(super) sql: String,
    pub(super) bound: Vec<Value>,
}

impl Conditions {
    /// Adds a value, and gives its place.
    fn bind(&mut self, value: impl Into<Value>) -> String {
        self.bound.push(value.into());
        format!("${}", self.bound.len())
    }

    fn and(&mut self, condition: &str, value: impl Into<Value>) {
        let place = self.bind(value);
        self.sql.push_str(" AND ");
        self.sql.push_str(&condition.replace("{}", &place));
    }

    /// All but state, customer, product and words.
    pub(super) fn common(&mut self, filter: &SubscriptionFilter) {
        if let Some(connection) = filter.connection {
            self.and("s.connection_id = {}", connection.0);
        }
        if let Some(vendor) = &filter.vendor {
            self.and("s.vendor = {}", vendor_column(vendor));
        }
        if let Some(term) = filter.term {
            self.and("s.term = {}", term.as_str());
        }
        if let Some(billing) = filter.billing {
            self.and("s.billing = {}", billing.as_str());
        }
        if filter.auto_renew.is_some() {
            self.and("s.auto_renew = {}", auto_renew_number(filter.auto_renew));
        }
        if let Some(from) = filter.due_from {
            self.and("s.due_at >= {}", micros(from));
        }
        if let Some(until) = filter.due_until {
            self.and("s.due_at < {}", micros(until));
        }
    }

    /// What few are looked up by, in its index: see the schema.
    fn looked_up(&mut self, filter: &SubscriptionFilter, by: By) {
        match (by, &filter.vendor) {
            (By::Vendor, Some(vendor)) => self.and("s.vendor || '' = {}", vendor_column(vendor)),
            (By::States, _) => {
                let states = self.states(&filter.states);
                self.sql
                    .push_str(&states.replace("s.state IN", "s.state || '' IN"));
            }
            _ => {}
        }
    }

    /// Customer, product and words, and that there is no customer.
    pub(super) fn picked(&mut self, filter: &SubscriptionFilter) {
        if filter.unknown_customer {
            self.sql.push_str(" AND s.customer_id IS NULL");
        }
        if let Some(customer) = filter.customer {
            self.and("s.customer_id = {}", customer.0);
        }
        if let Some(product) = &filter.product_ion_id {
            let condition = "s.id IN (SELECT c.subscription_id FROM subscription_content c WHERE c.product_ion_id = {})";
            self.and(condition, product.as_str());
        }
        for pattern in patterns(&filter.text) {
            let condition = "(s.customer_key LIKE {} ESCAPE '!' OR s.search LIKE {} ESCAPE '!')";
            self.and(condition, pattern);
        }
    }

    /// ` AND s.state IN (...)`; nothing where there is none.
    fn states(&mut self, states: &[SubscriptionState]) -> String {
        if states.is_empty() {
            return String::new();
        }
        let before = self.bound.len();
        self.bound
            .extend(states.iter().map(|state| Value::from(state.as_str())));
        format!(" AND s.state IN ({})", places(before, states.len()))
    }

    /// ` AND (s.due_at, s.id) > ($1, $2)`.
    fn behind(&mut self, key: &str, sign: char, place: Place) -> String {
        let (first, id) = (self.bind(place.first), self.bind(place.id));
        format!(" AND (s.{key}, s.id) {sign} ({first}, {id})")
    }
}

fn key_of(sort: SubscriptionSort) -> &'static str {
    match sort {
        SubscriptionSort::Due => "due_at",
        SubscriptionSort::Customer => "customer_key",
        SubscriptionSort::Name => "name_key",
        SubscriptionSort::Seats => "seats",
        SubscriptionSort::Cost => "cost_key",
        SubscriptionSort::Margin => "margin_key",
    }
}

fn is_number(sort: SubscriptionSort) -> bool {
    !matches!(sort, SubscriptionSort::Customer | SubscriptionSort::Name)
}

fn direction(filter: &SubscriptionFilter) -> (&'static str, char) {
    if filter.descending {
        ("DESC", '<')
    } else {
        ("ASC", '>')
    }
}

/// Where a list goes on; good for its sort alone.
struct Place {
    first: Value,
    id: Uuid,
}

impl Place {
    fn read(filter: &SubscriptionFilter, after: &str) -> Result<Self, StoreError> {
        let [sort, first, id] = decode(after)?;
        if sort != sort_word(filter) {
            return Err(StoreError::Missing("the place where the list goes on"));
        }
        let first = if is_number(filter.sort) {
            part_of::<i64>(&first)?.into()
        } else {
            first.into()
        };
        Ok(Self {
            first,
            id: part_of(&id)?,
        })
    }
}

fn place_of(filter: &SubscriptionFilter, last: &Row) -> Result<String, StoreError> {
    let first = if is_number(filter.sort) {
        last.get::<i64>("first")?.to_string()
    } else {
        last.get::<String>("first")?
    };
    let id: Uuid = last.get("id")?;
    Ok(encode(&[&sort_word(filter), &first, &id.to_string()]))
}

fn sort_word(filter: &SubscriptionFilter) -> String {
    let way = if filter.descending { "down" } else { "up" };
    format!("{} {way}", filter.sort)
}
