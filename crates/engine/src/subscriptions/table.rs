//! Subscriptions as a file: everything that a filter finds, part by part, so that none must fit into memory at once.

use std::collections::BTreeMap;

use domain::ConnectionId;
use domain::subscription::Subscription;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use store::subscriptions::{self, SubscriptionFilter, SubscriptionRow};
use store::{StoreError, connections};

use crate::Engine;
use crate::table::{Table, TableFormat, TableWriter};

/// Subscriptions that are read at a time.
const PART: u32 = 500;

/// Columns of the file; the last ones only where cost is told.
const COLUMNS: [&str; 26] = [
    "customer",
    "product",
    "sku",
    "plan",
    "name",
    "state",
    "seats",
    "term",
    "billing",
    "currency",
    "sale_per_month",
    "starts_at",
    "ends_at",
    "renews_at",
    "cancellable_until",
    "auto_renew",
    "customer_po",
    "reseller_po",
    "vendor",
    "part_number",
    "connection",
    "ion_customer_id",
    "ion_id",
    "resource_id",
    "gone_at",
    "id",
];
/// Ion's own price to the customer stands among them: where the reseller set none in Ion, it is the cost.
const COST_COLUMNS: [&str; 5] = [
    "cost",
    "price_in_ion",
    "list_price",
    "cost_per_month",
    "margin_percent",
];

/// Subscriptions that are being written.
#[derive(Debug)]
pub struct SubscriptionTable {
    engine: Engine,
    filter: SubscriptionFilter,
    writer: TableWriter,
    with_cost: bool,
    connections: BTreeMap<ConnectionId, String>,
}

impl Engine {
    /// What a filter finds, as a file. Its place and limit do not count. `with_cost`: cost and margin too.
    pub async fn subscription_table(
        &self,
        filter: SubscriptionFilter,
        format: TableFormat,
        with_cost: bool,
    ) -> Result<SubscriptionTable, StoreError> {
        let all = connections::list_all(self.store().read()).await?;
        Ok(SubscriptionTable {
            engine: self.clone(),
            filter: SubscriptionFilter {
                after: None,
                limit: PART,
                ..filter
            },
            writer: TableWriter::new(format),
            with_cost,
            connections: all.into_iter().map(|row| (row.id, row.name)).collect(),
        })
    }
}

impl Table for SubscriptionTable {
    fn format(&self) -> TableFormat {
        self.writer.format()
    }

    async fn next(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        if self.writer.is_done() {
            return Ok(None);
        }
        let page = subscriptions::list(self.engine.store().read(), &self.filter).await?;
        let (found, last) = (&page.subscriptions, page.next.is_none());
        let text = match self.format() {
            TableFormat::Csv => {
                let rows: Vec<_> = found.iter().map(|row| self.cells(row)).collect();
                self.writer.cells(self.head(), rows, last)
            }
            TableFormat::Json => {
                let costs = self.with_cost;
                let objects = found
                    .iter()
                    .map(|row| subscription_json(row, costs).to_string());
                self.writer.objects(objects, last)
            }
        };
        self.filter.after = page.next;
        Ok(Some(text))
    }
}

impl SubscriptionTable {
    fn head(&self) -> Vec<String> {
        let behind = COST_COLUMNS.iter().filter(|_| self.with_cost);
        COLUMNS
            .iter()
            .chain(behind)
            .map(|name| (*name).to_owned())
            .collect()
    }

    fn cells(&self, row: &SubscriptionRow) -> Vec<String> {
        let of = &row.subscription;
        let connection = self.connections.get(&row.connection).cloned();
        let mut cells = vec![
            row.customer_name.clone(),
            of.product_name.clone(),
            of.sku_name.clone(),
            of.plan_name.clone(),
            of.name.clone(),
            of.state.to_string(),
            of.seats.map_or_else(String::new, |seats| seats.to_string()),
            of.term.to_string(),
            of.billing.to_string(),
            currency(of),
            units(row.sale_units),
            time(of.starts_at),
            time(of.ends_at),
            time(of.renews_at),
            time(of.cancellable_until),
            of.auto_renew.map_or_else(String::new, |on| on.to_string()),
            of.customer_po.clone(),
            of.reseller_po.clone(),
            row.vendor.clone(),
            of.part_number.clone().unwrap_or_default(),
            connection.unwrap_or_default(),
            of.ion_customer_id.clone(),
            of.ion_id.clone(),
            of.resource_id.clone(),
            time(row.gone_at),
            row.id.to_string(),
        ];
        if self.with_cost {
            cells.extend(cost_cells(row));
        }
        cells
    }
}

fn cost_cells(row: &SubscriptionRow) -> [String; 5] {
    let of = &row.subscription;
    let amount = |amount: &Option<domain::Amount>| {
        amount
            .as_ref()
            .map_or_else(String::new, |amount| amount.decimal().to_string())
    };
    [
        amount(&of.cost),
        amount(&of.price),
        amount(&of.list),
        units(row.monthly_units),
        row.margin_permille
            .map_or_else(String::new, |permille| percent(permille).to_string()),
    ]
}

/// A subscription as JSON, for the command line, programs and files. Without `with_cost`, no cost, no margin and nothing they could be
/// worked out from. Money is text, exact.
pub fn subscription_json(row: &SubscriptionRow, with_cost: bool) -> Value {
    let of = &row.subscription;
    let amount = |amount: &Option<domain::Amount>| {
        amount.as_ref().map(|amount| amount.decimal().to_string())
    };
    let mut all = json!({
        "id": row.id,
        "connection_id": row.connection,
        "ion_id": of.ion_id,
        "resource_id": of.resource_id,
        "name": of.name,
        "customer_id": row.customer,
        "customer_name": row.customer_name,
        "ion_customer_id": of.ion_customer_id,
        "vendor": row.vendor,
        "provider_id": of.provider_id,
        "product_id": row.product,
        "product_ion_id": of.product_ion_id,
        "product_name": of.product_name,
        "sku_id": of.sku_id,
        "sku_name": of.sku_name,
        "plan_id": of.plan_id,
        "plan_name": of.plan_name,
        "part_number": of.part_number,
        "resource_type": of.resource_type,
        "state": of.state,
        "state_word": of.state_word,
        "seats": of.seats,
        "term": of.term,
        "billing": of.billing,
        "currency": of.currency,
        "sale_per_month": row.sale_units.map(|units| decimal(units).to_string()),
        "purchased_at": of.purchased_at,
        "starts_at": of.starts_at,
        "ends_at": of.ends_at,
        "renews_at": of.renews_at,
        "due_at": row.due_at(),
        "cancellable_until": of.cancellable_until,
        "auto_renew": of.auto_renew,
        "trial": of.trial,
        "reseller_po": of.reseller_po,
        "customer_po": of.customer_po,
        "order_id": row.order,
        "gone_at": row.gone_at,
        "first_seen_at": row.first_seen_at,
        "changed_at": row.changed_at,
        "changed_in_ion_at": of.updated_at,
    });
    if with_cost && let Some(members) = all.as_object_mut() {
        members.insert("cost".to_owned(), json!(amount(&of.cost)));
        members.insert("price_in_ion".to_owned(), json!(amount(&of.price)));
        members.insert("list_price".to_owned(), json!(amount(&of.list)));
        members.insert(
            "cost_per_month".to_owned(),
            json!(row.monthly_units.map(|units| decimal(units).to_string())),
        );
        members.insert(
            "margin_percent".to_owned(),
            json!(
                row.margin_permille
                    .map(|permille| percent(permille).to_string())
            ),
        );
    }
    all
}

fn decimal(units: i64) -> Decimal {
    Decimal::new(units, 6).normalize()
}

fn percent(permille: i64) -> Decimal {
    Decimal::new(permille, 1)
}

fn units(units: Option<i64>) -> String {
    units.map_or_else(String::new, |units| decimal(units).to_string())
}

fn currency(of: &Subscription) -> String {
    of.currency
        .map_or_else(String::new, |currency| currency.to_string())
}

fn time(at: Option<Timestamp>) -> String {
    at.map_or_else(String::new, |at| at.to_string())
}
