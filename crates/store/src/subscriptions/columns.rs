//! What lists find and sort subscriptions by, worked out from what Ion shows of one.

use domain::Currency;
use domain::subscription::Subscription;
use rules::customers::name::fold;
use rules::subscriptions::remind::coming;
use sea_orm::Value;

use super::rows::due_at;
use super::{NewSubscription, RenewalFigures};
use crate::customers::batch::{like, name_column, words};
use crate::orders::columns::vendor_column;
use crate::sql::{micros, sensible, values};

/// Signs of a name that count for sorting: it stands in indexes with much else.
const NAME: usize = 200;

/// A name as its column keeps it for sorting.
pub(super) fn name_key(name: &str) -> String {
    name_column(name).chars().take(NAME).collect()
}

/// Columns of `subscription`, in the order of [`list_values`].
pub(super) const LIST: [&str; 20] = [
    "id",
    "connection_id",
    "customer_id",
    "live",
    "vendor",
    "state",
    "term",
    "billing",
    "auto_renew",
    "due_at",
    "customer_key",
    "name_key",
    "seats",
    "cost_key",
    "margin_key",
    "coming",
    "bound_units",
    "bound_currency",
    "weighty",
    "search",
];

/// Values of [`LIST`].
pub(super) fn list_values(
    id: uuid::Uuid,
    connection: uuid::Uuid,
    new: &NewSubscription,
) -> Vec<Value> {
    let of = &new.subscription;
    let renewal = RenewalFigures::by_own_cost(of);
    values![
        id,
        connection,
        new.customer.map(|id| id.0),
        of.state.is_live(),
        vendor_column(&new.vendor),
        of.state.as_str(),
        of.term.as_str(),
        of.billing.as_str(),
        auto_renew_number(of.auto_renew),
        due_at(of).map_or(i64::MAX, micros),
        name_key(&new.customer_name),
        name_key(&of.name),
        of.seats.map_or(-1, i64::from),
        sort_key(new.monthly_units.and_then(sensible)),
        sort_key(new.margin_permille),
        coming_number(of),
        renewal.units(),
        renewal.currency(),
        renewal.weighty,
        search_words(new)
    ]
}

/// Whether it renews by itself, as its column keeps it.
pub(super) fn auto_renew_number(auto_renew: Option<bool>) -> i64 {
    match auto_renew {
        None => -1,
        Some(false) => 0,
        Some(true) => 1,
    }
}

/// What comes for a subscription by itself, as its column keeps it.
fn coming_number(of: &Subscription) -> i64 {
    coming(of).map_or(0, |coming| if coming.ends { 2 } else { 1 })
}

/// An amount for sorting: what is not known comes first, or last where the list is the other way round.
pub(super) fn sort_key(amount: Option<i64>) -> i64 {
    amount.unwrap_or(i64::MIN)
}

/// Every word by which a subscription is found, but for our customer's name: that has its own column, for it changes.
fn search_words(new: &NewSubscription) -> String {
    let of = &new.subscription;
    let mut words: Vec<&str> = vec![
        &of.name,
        &of.product_name,
        &of.sku_name,
        &of.plan_name,
        &new.vendor,
        &of.ion_id,
        &of.resource_id,
        &of.ion_customer_name,
        &of.reseller_po,
        &of.customer_po,
    ];
    words.extend(of.part_number.as_deref());
    words.retain(|word| !word.is_empty());
    words.sort_unstable();
    words.dedup();
    fold(&words.join("\n"))
}

/// Conditions on `subscription s` for the words of a search, each with a pattern.
pub(super) fn patterns(text: &str) -> Vec<String> {
    words(text)
        .iter()
        .map(|word| format!("%{}%", like(word)))
        .collect()
}

/// A currency as the tally keeps it: empty where no price is known.
pub(super) fn tally_currency(currency: Option<Currency>, monthly: Option<i64>) -> String {
    match (currency, monthly) {
        (Some(currency), Some(_)) => currency.to_string(),
        _ => String::new(),
    }
}
