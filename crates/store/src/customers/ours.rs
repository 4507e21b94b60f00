//! Our customers: made, numbered and saved.

use std::collections::BTreeMap;

use domain::CustomerId;
use domain::customer::{Contact, Customer, CustomerField, LinkState};
use jiff::Timestamp;
use rules::customers::name::fold;
use sea_orm::Value;
use serde::{Deserialize, Serialize};

use super::Origin;
use super::batch::{email_column, insert_rows, name_column};
use crate::connections::signed;
use crate::db::{Turn, take_turn};
use crate::sql::{count, exec, json_text, micros, row, values};
use crate::{StoreError, Tx};

/// What only we hold of a customer, as its column keeps it.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Own {
    pub(super) registration_number: String,
    pub(super) vat_number: String,
    pub(super) domains: Vec<String>,
    pub(super) contacts: Vec<Contact>,
    pub(super) notes: String,
    pub(super) tags: Vec<String>,
    pub(super) external_ids: BTreeMap<String, String>,
}

impl Own {
    fn of(customer: &Customer) -> Self {
        Self {
            registration_number: customer.registration_number.clone(),
            vat_number: customer.vat_number.clone(),
            domains: customer.domains.clone(),
            contacts: customer.contacts.clone(),
            notes: customer.notes.clone(),
            tags: customer.tags.clone(),
            external_ids: customer.external_ids.clone(),
        }
    }
}

/// Where each field came from.
pub type Origins = BTreeMap<CustomerField, Origin>;

/// Makes a customer. Gives its number.
pub async fn insert(
    tx: &Tx,
    id: CustomerId,
    customer: &Customer,
    origins: &Origins,
    created_by: &str,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let first = next_number(tx).await?;
    insert_numbered(
        tx,
        first,
        &[(id, customer.clone(), origins.clone())],
        created_by,
        now,
    )
    .await?;
    Ok(first)
}

/// Makes customers, numbered in this order.
pub async fn insert_many(
    tx: &Tx,
    customers: &[(CustomerId, Customer, Origins)],
    created_by: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    if customers.is_empty() {
        return Ok(());
    }
    let first = next_number(tx).await?;
    insert_numbered(tx, first, customers, created_by, now).await
}

async fn next_number(tx: &Tx) -> Result<u64, StoreError> {
    take_turn(tx, Turn::NumberCustomer).await?;
    let next = count(
        tx,
        "SELECT COALESCE(MAX(number), 0) + 1 FROM customer",
        vec![],
    )
    .await?;
    Ok(u64::try_from(next).unwrap_or(1))
}

async fn insert_numbered(
    tx: &Tx,
    first: u64,
    customers: &[(CustomerId, Customer, Origins)],
    created_by: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let made = (first..).zip(customers).map(|(number, (id, customer, _))| {
        let state = if customer.archived {
            LinkState::Archived
        } else {
            LinkState::NotInIon
        };
        let mut row = values![id.0, signed(number)];
        row.extend(looked_up_by(number, customer));
        row.extend(values![
            state.as_str(),
            1_i64,
            micros(now),
            micros(now),
            created_by,
            customer.archived.then(|| micros(now))
        ]);
        row
    });
    let head = "INSERT INTO customer (id, number, organisation, organisation_key, email_key, country, search, link_state, version, edited_at, created_at, created_by, archived_at) VALUES ";
    insert_rows(tx, head, "", made.collect()).await?;
    let contents = customers.iter().map(|(id, customer, origins)| {
        let mut row = values![id.0];
        row.extend(content(customer, origins));
        row
    });
    let head = "INSERT INTO customer_content (customer_id, fields, own, origins) VALUES ";
    insert_rows(tx, head, "", contents.collect()).await?;
    write_lists(
        tx,
        customers.iter().map(|(id, customer, _)| (*id, customer)),
    )
    .await
}

/// `fields`, `own` and `origins`.
fn content(customer: &Customer, origins: &Origins) -> Vec<Value> {
    values![
        json_text(&customer.fields),
        json_text(&Own::of(customer)),
        json_text(origins)
    ]
}

/// The columns by which a customer is found and sorted: from `organisation` to `search`.
fn looked_up_by(number: u64, customer: &Customer) -> Vec<Value> {
    let get = |field| customer.fields.get(field);
    values![
        get(CustomerField::Organisation),
        name_column(get(CustomerField::Organisation)),
        email_column(get(CustomerField::Email)),
        get(CustomerField::Country).to_uppercase(),
        search_words(number, customer)
    ]
}

/// Every word by which a customer is found.
fn search_words(number: u64, customer: &Customer) -> String {
    let own = Own::of(customer);
    let number = format!("C-{number:04}");
    let mut words: Vec<&str> = vec![&number, &own.registration_number, &own.vat_number];
    words.extend(customer.fields.all().map(|(_, text)| text));
    words.extend(
        own.domains
            .iter()
            .chain(&own.tags)
            .chain(own.external_ids.values())
            .map(String::as_str),
    );
    words.extend(
        own.contacts
            .iter()
            .flat_map(|contact| [contact.name.as_str(), contact.email.as_str()]),
    );
    words.retain(|word| !word.is_empty());
    fold(&words.join("\n"))
}

/// Tags and ids elsewhere, which are looked up by.
async fn write_lists<'a>(
    tx: &Tx,
    customers: impl Iterator<Item = (CustomerId, &'a Customer)>,
) -> Result<(), StoreError> {
    let (mut tags, mut externals) = (Vec::new(), Vec::new());
    for (id, customer) in customers {
        tags.extend(customer.tags.iter().map(|tag| values![id.0, tag.clone()]));
        let ids = customer.external_ids.iter();
        externals
            .extend(ids.map(|(system, external)| values![id.0, system.clone(), external.clone()]));
    }
    let skip = " ON CONFLICT DO NOTHING";
    insert_rows(
        tx,
        "INSERT INTO customer_tag (customer_id, tag) VALUES ",
        skip,
        tags,
    )
    .await?;
    insert_rows(
        tx,
        "INSERT INTO customer_external (customer_id, system, external_id) VALUES ",
        skip,
        externals,
    )
    .await
}

/// Writes what a customer holds, where it still is of this version. `edited`: a field changed that Ion holds too, and not by a sync.
pub async fn save(
    tx: &Tx,
    id: CustomerId,
    expected_version: u64,
    customer: &Customer,
    origins: &Origins,
    edited: bool,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Some(known) = row(
        tx,
        "SELECT number FROM customer WHERE id = $1",
        values![id.0],
    )
    .await?
    else {
        return Ok(false);
    };
    let sql = "UPDATE customer SET organisation = $3, organisation_key = $4, email_key = $5, country = $6, search = $7,
           version = version + 1, edited_at = CASE WHEN $8 THEN $9 ELSE edited_at END,
           archived_at = CASE WHEN NOT $10 THEN NULL ELSE COALESCE(archived_at, $9) END
         WHERE id = $1 AND version = $2";
    let mut bound = values![id.0, signed(expected_version)];
    bound.extend(looked_up_by(known.count("number")?, customer));
    bound.extend(values![edited, micros(now), customer.archived]);
    if exec(tx, sql, bound).await? != 1 {
        return Ok(false);
    }
    let sql =
        "UPDATE customer_content SET fields = $2, own = $3, origins = $4 WHERE customer_id = $1";
    let mut bound = values![id.0];
    bound.extend(content(customer, origins));
    exec(tx, sql, bound).await?;
    exec(
        tx,
        "DELETE FROM customer_tag WHERE customer_id = $1",
        values![id.0],
    )
    .await?;
    exec(
        tx,
        "DELETE FROM customer_external WHERE customer_id = $1",
        values![id.0],
    )
    .await?;
    write_lists(tx, std::iter::once((id, customer))).await?;
    Ok(true)
}

/// Leaves a customer out of sync, or takes it in again.
pub async fn set_ignored(
    tx: &Tx,
    id: CustomerId,
    ignored: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    // Somebody said something new of it: it is matched anew.
    let sql = "UPDATE customer SET ignored = $2, edited_at = CASE WHEN $2 THEN edited_at ELSE $3 END WHERE id = $1 AND ignored <> $2";
    exec(tx, sql, values![id.0, ignored, micros(now)])
        .await
        .map(drop)
}

/// Notes that a customer became a part of another, or no longer is one.
pub async fn set_merged_into(
    tx: &Tx,
    id: CustomerId,
    into: Option<CustomerId>,
    _now: Timestamp,
) -> Result<(), StoreError> {
    exec(
        tx,
        "UPDATE customer SET merged_into = $2 WHERE id = $1",
        values![id.0, into.map(|into| into.0)],
    )
    .await
    .map(drop)
}
