//! A subscription as programs read it.

use domain::subscription::SubscriptionState;
use domain::{Amount, BillingPeriod, Term};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Serialize;
use store::subscriptions::SubscriptionRow;
use utoipa::ToSchema;
use uuid::Uuid;

/// A subscription, as Ion shows it. Money is text, exact. What it costs and its margin are told only where the API token's scope includes `see_cost`.
#[expect(
    clippy::option_option,
    reason = "left out, unknown and known are three answers"
)]
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Subscription {
    /// Id.
    id: Uuid,
    /// The connection.
    connection_id: Uuid,
    /// Ion's own id; opaque.
    ion_id: String,
    /// The vendor's id, by which changes are ordered; empty where Ion gives none.
    resource_id: String,
    /// Name.
    name: String,
    /// Our customer; null where its Ion customer is none of ours.
    customer_id: Option<Uuid>,
    /// The customer's name.
    #[schema(example = "Kettle & Sons")]
    customer_name: String,
    /// Ion's id of the customer.
    ion_customer_id: String,
    /// Vendor.
    #[schema(example = "Microsoft")]
    vendor: String,
    /// Ion's number of the provider.
    provider_id: String,
    /// The product of the catalog; null where it is not there.
    product_id: Option<Uuid>,
    /// Ion's id of the product.
    product_ion_id: String,
    /// Name of the product.
    product_name: String,
    /// Ion's id of the SKU.
    sku_id: String,
    /// Name of the SKU.
    sku_name: String,
    /// Ion's id of the plan.
    plan_id: String,
    /// Name of the plan.
    plan_name: String,
    /// Manufacturer part number.
    part_number: Option<String>,
    /// Ion's word of its kind, such as `AZURE::Subscription`.
    resource_type: String,
    /// `active`, `pending`, `trial`, `ends`, `suspended`, `cancelled`, `expired` or `unknown`.
    #[schema(value_type = String, example = "active")]
    state: SubscriptionState,
    /// Ion's own word for that.
    state_word: String,
    /// Seats; null where it has none.
    seats: Option<u32>,
    /// Commitment: `P1M`, `P1Y`, `P3Y` or `unknown`.
    #[schema(value_type = String, example = "P1Y")]
    term: Term,
    /// Billing, such as `monthly`.
    #[schema(value_type = String, example = "monthly")]
    billing: BillingPeriod,
    /// Currency of all amounts.
    #[schema(example = "EUR")]
    currency: Option<String>,
    /// What the customer pays for all seats a month by the margin rules; null where no rule gives a price.
    #[schema(example = "330.5")]
    sale_per_month: Option<String>,
    /// When bought.
    #[schema(value_type = Option<String>, format = DateTime)]
    purchased_at: Option<Timestamp>,
    /// When its term began.
    #[schema(value_type = Option<String>, format = DateTime)]
    starts_at: Option<Timestamp>,
    /// When its term ends.
    #[schema(value_type = Option<String>, format = DateTime)]
    ends_at: Option<Timestamp>,
    /// When it renews.
    #[schema(value_type = Option<String>, format = DateTime)]
    renews_at: Option<Timestamp>,
    /// When it renews or ends, whichever comes.
    #[schema(value_type = Option<String>, format = DateTime)]
    due_at: Option<Timestamp>,
    /// Until when it can be cancelled, where Ion says so.
    #[schema(value_type = Option<String>, format = DateTime)]
    cancellable_until: Option<Timestamp>,
    /// Whether it renews by itself; null where Ion does not say.
    auto_renew: Option<bool>,
    /// On trial.
    trial: bool,
    /// Purchase order number of the reseller.
    reseller_po: String,
    /// Purchase order number of the customer.
    customer_po: String,
    /// The order that it came of, where it is known.
    order_id: Option<Uuid>,
    /// When Ion was found to show it no longer; null where it does.
    #[schema(value_type = Option<String>, format = DateTime)]
    gone_at: Option<Timestamp>,
    /// When first seen here.
    #[schema(value_type = String, format = DateTime)]
    first_seen_at: Timestamp,
    /// When last found different.
    #[schema(value_type = String, format = DateTime)]
    changed_at: Timestamp,
    /// When it last changed at Ion.
    #[schema(value_type = Option<String>, format = DateTime)]
    changed_in_ion_at: Option<Timestamp>,
    /// What the reseller pays for one, each billing period. Left out without the scope `see_cost`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "18.72")]
    cost: Option<Option<String>>,
    /// What the customer pays for one by Ion's own price. Left out without the scope `see_cost`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    price_in_ion: Option<Option<String>>,
    /// The vendor's list price of one. Left out without the scope `see_cost`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    list_price: Option<Option<String>>,
    /// What all seats cost a month. Left out without the scope `see_cost`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "280.8")]
    cost_per_month: Option<Option<String>>,
    /// Share of the sale price that is margin, in percent. Left out without the scope `see_cost`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "15.3")]
    margin_percent: Option<Option<String>>,
}

impl Subscription {
    /// As a program reads it; `costs`: with what it costs.
    pub(crate) fn of(row: &SubscriptionRow, costs: bool) -> Self {
        let of = &row.subscription;
        let units =
            |units: Option<i64>| units.map(|units| Decimal::new(units, 6).normalize().to_string());
        let amount =
            |amount: &Option<Amount>| amount.as_ref().map(|amount| amount.decimal().to_string());
        let told = |value: Option<String>| costs.then_some(value);
        Self {
            id: row.id.into(),
            connection_id: row.connection.into(),
            ion_id: of.ion_id.clone(),
            resource_id: of.resource_id.clone(),
            name: of.name.clone(),
            customer_id: row.customer.map(Into::into),
            customer_name: row.customer_name.clone(),
            ion_customer_id: of.ion_customer_id.clone(),
            vendor: row.vendor.clone(),
            provider_id: of.provider_id.clone(),
            product_id: row.product.map(Into::into),
            product_ion_id: of.product_ion_id.clone(),
            product_name: of.product_name.clone(),
            sku_id: of.sku_id.clone(),
            sku_name: of.sku_name.clone(),
            plan_id: of.plan_id.clone(),
            plan_name: of.plan_name.clone(),
            part_number: of.part_number.clone(),
            resource_type: of.resource_type.clone(),
            state: of.state,
            state_word: of.state_word.clone(),
            seats: of.seats,
            term: of.term,
            billing: of.billing,
            currency: of.currency.map(|currency| currency.to_string()),
            sale_per_month: units(row.sale_units),
            purchased_at: of.purchased_at,
            starts_at: of.starts_at,
            ends_at: of.ends_at,
            renews_at: of.renews_at,
            due_at: row.due_at(),
            cancellable_until: of.cancellable_until,
            auto_renew: of.auto_renew,
            trial: of.trial,
            reseller_po: of.reseller_po.clone(),
            customer_po: of.customer_po.clone(),
            order_id: row.order.map(Into::into),
            gone_at: row.gone_at,
            first_seen_at: row.first_seen_at,
            changed_at: row.changed_at,
            changed_in_ion_at: of.updated_at,
            cost: told(amount(&of.cost)),
            price_in_ion: told(amount(&of.price)),
            list_price: told(amount(&of.list)),
            cost_per_month: told(units(row.monthly_units)),
            margin_percent: told(
                row.margin_permille
                    .map(|permille| Decimal::new(permille, 1).to_string()),
            ),
        }
    }
}
