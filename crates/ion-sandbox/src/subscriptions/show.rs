//! A subscription as replies show it: members, order and omissions of the captured ones (Ion API notes 2.6).

use serde::Serialize;

use super::subscription::{Activity, Subscription};
use crate::catalog::CURRENCY;
use crate::generate::VENDORS;
use crate::money::Money;
use crate::stamp::Stamp;
use crate::state::State;

/// Whom the portal's distributor account is.
const ISV: &str = "15718";
const PARTNER: &str = "Reseller of the sandbox";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Shown<'a> {
    id: String,
    customer_id: &'a str,
    reseller_id: &'a str,
    isv_id: &'static str,
    cloud_provider_id: String,
    subscription_id: &'a str,
    subscription_name: &'a str,
    resource_type: &'static str,
    ccp_product_id: &'a str,
    ccp_sku_id: &'a str,
    ccp_plan_id: &'a str,
    subscription_product_id: &'a str,
    subscription_sku_id: &'a str,
    subscription_offer_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    subscription_total_licenses: Option<String>,
    unit_type: &'static str,
    subscription_status: String,
    subscription_purchased_date: Stamp,
    subscription_start_date: Stamp,
    subscription_end_date: Stamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancellation_allowed_until_date: Option<Stamp>,
    subscription_billing_type: &'static str,
    subscription_billing_cycle: &'static str,
    subscription_billing_term: &'a str,
    subscription_renew_status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) activity_logs: Option<Logs<'a>>,
    #[serde(rename = "resellerPO", skip_serializing_if = "Option::is_none")]
    reseller_po: Option<&'a str>,
    #[serde(rename = "customerPO", skip_serializing_if = "Option::is_none")]
    customer_po: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ccp_product_info: Option<ProductInfo<'a>>,
    is_trial: bool,
    auto_renew: bool,
    customer_name: &'a str,
    partner_name: &'static str,
    last_updated_date: Stamp,
    price: Money,
    cost: Money,
    currency: &'static str,
    margin: u8,
    total: Money,
    msrp: Money,
    #[serde(skip_serializing_if = "Option::is_none")]
    renewal_date: Option<Stamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mfg_part_number: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProductInfo<'a> {
    product_id: &'a str,
    product_display_name: &'a str,
    sku_id: &'a str,
    sku_display_name: &'a str,
    plan_id: &'a str,
    plan_display_name: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Logs<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    total_count: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    items: Vec<Log<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log<'a> {
    id: &'a str,
    action_type: &'static str,
    action_date: Stamp,
    action_status: &'static str,
    product_id: &'a str,
    sku_id: &'a str,
    action_details: &'a str,
    ccp_user_id: &'static str,
    ccp_user_name: &'static str,
    ccp_user_email: &'static str,
}

/// Product and SKU at the vendor: the parts of the external id.
fn external(one: &Subscription) -> (&str, &str) {
    let id = one.offer.external_id.as_str();
    id.split_once(':').unwrap_or((id, "0001"))
}

pub(super) fn shown<'a>(state: &'a State, one: &'a Subscription) -> Shown<'a> {
    let offer = &*one.offer;
    let (product, sku) = external(one);
    // Both forms of the offer's id were seen side by side; with the second, the product is the country.
    let by_country = offer.microsoft() && one.id.is_multiple_of(7);
    let term = one.shown_term();
    let listed = state.listings.find(&offer.product).is_some();
    Shown {
        id: one.id.to_string(),
        customer_id: &one.customer,
        reseller_id: &state.account,
        isv_id: ISV,
        cloud_provider_id: VENDORS[offer.vendor].provider.to_string(),
        subscription_id: &one.guid,
        subscription_name: &one.name,
        resource_type: offer.resource_type(),
        ccp_product_id: &offer.product,
        ccp_sku_id: &offer.sku,
        ccp_plan_id: &offer.plan,
        subscription_product_id: if by_country { "NL" } else { product },
        subscription_sku_id: if by_country { product } else { sku },
        subscription_offer_id: if by_country {
            format!("NL,{product},{sku}")
        } else {
            format!("{product}:{sku}:CFQ7TTC0RN98")
        },
        // Azure plans say 1, others by use say nothing.
        subscription_total_licenses: (offer.microsoft() || !offer.by_use)
            .then(|| one.quantity.to_string()),
        unit_type: "Licenses",
        subscription_status: if state.knobs.subscription_status_case == "upper" {
            one.status.to_uppercase()
        } else {
            one.status.clone()
        },
        subscription_purchased_date: Stamp(one.purchased),
        subscription_start_date: Stamp(term.start),
        subscription_end_date: Stamp(term.end),
        cancellation_allowed_until_date: term.cancel_until.map(Stamp),
        subscription_billing_type: "license",
        subscription_billing_cycle: billing_cycle(one),
        subscription_billing_term: offer.term(),
        subscription_renew_status: if one.auto_renew {
            "ENABLED"
        } else {
            "DISABLED"
        },
        activity_logs: None,
        reseller_po: one.reseller_po.as_deref(),
        customer_po: one.customer_po.as_deref(),
        ccp_product_info: listed.then(|| ProductInfo {
            product_id: &offer.product,
            product_display_name: &offer.product_name,
            sku_id: &offer.sku,
            sku_display_name: &offer.sku_name,
            plan_id: &offer.plan,
            plan_display_name: &offer.plan_name,
        }),
        is_trial: one.trial,
        auto_renew: one.auto_renew,
        customer_name: &one.customer_name,
        partner_name: PARTNER,
        last_updated_date: Stamp(one.updated),
        price: offer.price,
        cost: offer.price,
        currency: CURRENCY,
        margin: 0,
        total: offer.price.times(one.quantity),
        msrp: offer.list,
        renewal_date: one.alive().then_some(Stamp(term.end)),
        mfg_part_number: offer.mpn.as_deref(),
    }
}

pub(super) fn billing_cycle(one: &Subscription) -> &'static str {
    match one.offer.billing {
        "ANNUAL" => "annual",
        "ONE_TIME" => "one_time",
        _ => "monthly",
    }
}

/// What happened to it, the newest first; `{}` where the vendor does not tell.
pub(super) fn logs<'a>(one: &'a Subscription) -> Logs<'a> {
    let (product, sku) = external(one);
    let log = |activity: &'a Activity| Log {
        id: &activity.id,
        action_type: activity.kind,
        action_date: Stamp(activity.at),
        action_status: "succeeded",
        product_id: product,
        sku_id: sku,
        action_details: &activity.details,
        ccp_user_id: "5432",
        ccp_user_name: "API Order Account",
        ccp_user_email: "api@reseller.example",
    };
    let told = match one.offer.provider() {
        "UNSPECIFIED" => &[][..],
        _ => &one.activities,
    };
    Logs {
        total_count: (!told.is_empty()).then(|| told.len().to_string()),
        items: told.iter().map(log).collect(),
    }
}
