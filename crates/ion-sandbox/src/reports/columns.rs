//! Columns of reports: what each shows of a subscription. Names are those of a captured report.

use crate::catalog::CURRENCY;
use crate::money::Money;
use crate::stamp::Stamp;
use crate::subscriptions::Subscription;

/// A value in a row.
#[derive(Debug)]
pub(super) enum Cell {
    Text(String),
    Count(i64),
    Amount(Money),
    Day(Stamp),
}

/// A column.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) template: &'static str,
    /// `STRING`, `INT`, `MONEY` or `DATE`.
    pub(super) kind: &'static str,
    pub(super) value: fn(&Subscription) -> Cell,
}

impl Column {
    /// The heading says the currency of money.
    pub(super) fn heading(&self) -> String {
        match self.kind {
            "MONEY" => format!("{} ({CURRENCY})", self.name),
            _ => self.name.to_owned(),
        }
    }

    pub(super) fn groupable(&self) -> bool {
        self.kind != "MONEY"
    }
}

const fn column(
    id: &'static str,
    name: &'static str,
    template: &'static str,
    kind: &'static str,
    value: fn(&Subscription) -> Cell,
) -> Column {
    Column {
        id,
        name,
        template,
        kind,
        value,
    }
}

fn cost(one: &Subscription) -> Money {
    one.offer.price.times(one.quantity)
}

/// Every column.
pub(super) const COLUMNS: &[Column] = &[
    column(
        "799013",
        "Customer ID",
        "azure_plan_billing.customer_id",
        "STRING",
        |one| Cell::Text(one.customer.clone()),
    ),
    column(
        "799014",
        "Customer Name",
        "azure_plan_billing.unique_name",
        "STRING",
        |one| Cell::Text(one.customer_name.clone()),
    ),
    column(
        "799032",
        "Cloud Account Name",
        "azure_plan_billing.cloud_account_name",
        "STRING",
        |one| Cell::Text(one.name.clone()),
    ),
    column(
        "799033",
        "Subscription ID",
        "azure_plan_billing.subscription_id",
        "STRING",
        |one| Cell::Text(one.guid.clone()),
    ),
    column(
        "799055",
        "Product Name",
        "azure_plan_billing.product_name",
        "STRING",
        |one| Cell::Text(one.offer.product_name.clone()),
    ),
    column(
        "799057",
        "SKU Name",
        "azure_plan_billing.sku_name",
        "STRING",
        |one| Cell::Text(one.offer.sku_name.clone()),
    ),
    column(
        "799051",
        "MPN ID",
        "azure_plan_billing.mpn_id",
        "STRING",
        |one| Cell::Text(one.offer.mpn.clone().unwrap_or_default()),
    ),
    column(
        "799059",
        "Quantity",
        "azure_plan_billing.quantity",
        "INT",
        |one| Cell::Count(one.quantity),
    ),
    column(
        "799069",
        "Charge StartDate",
        "azure_plan_billing.usage_starttime",
        "DATE",
        |one| Cell::Day(Stamp(one.term.start)),
    ),
    column(
        "799070",
        "Charge EndDate",
        "azure_plan_billing.usage_endtime",
        "DATE",
        |one| Cell::Day(Stamp(one.term.end)),
    ),
    column(
        "799020",
        "Seller Cost",
        "azure_plan_billing.seller_cost",
        "MONEY",
        |one| Cell::Amount(cost(one)),
    ),
    column(
        "799023",
        "Customer Cost",
        "azure_plan_billing.customer_cost",
        "MONEY",
        |one| Cell::Amount(cost(one)),
    ),
    column(
        "799024",
        "Margin",
        "azure_plan_billing.margin",
        "MONEY",
        |_| Cell::Amount(Money::default()),
    ),
    column(
        "799087",
        "MSRP",
        "azure_plan_billing.msrp_cost",
        "MONEY",
        |one| Cell::Amount(one.offer.list.times(one.quantity)),
    ),
];

/// A column by its id.
pub(super) fn find(id: &str) -> Option<&'static Column> {
    COLUMNS.iter().find(|column| column.id == id)
}
