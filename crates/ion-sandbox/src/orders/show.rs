//! An order as replies show it, by the knobs (Ion API notes 2.5).

use serde::Serialize;

use super::order::{AddOn, Item, Order, Status};
use crate::catalog::CURRENCY;
use crate::knobs::Knobs;
use crate::money::Money;
use crate::stamp::Stamp;
use crate::views::OrderError;

/// The user of the API, and the one in the portal.
const API_USER: User = ("5432", "API Order Account", "api@reseller.example");
const PORTAL_USER: User = ("5433", "Pat Portal", "pat@reseller.example");
type User = (&'static str, &'static str, &'static str);

/// Letters of a displayName that is cut.
const CUT: usize = 32;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    user_id: &'static str,
    user_name: &'static str,
    user_email: &'static str,
    status: &'static str,
    currency_code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cart_id: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ShownError<'a>>,
    order_items: Vec<ShownItem<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    create_time: Option<Stamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    update_time: Option<Stamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scheduled_at: Option<Stamp>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownError<'a> {
    code: &'a str,
    detail: &'a str,
    source_name: &'static str,
    instance_path: String,
}

#[derive(Serialize)]
struct Pair<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    value: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownAddOn<'a> {
    id: &'a str,
    add_on_id: &'a str,
    plan_id: &'a str,
    action: &'a str,
    quantity: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProvisioningInfo {
    process_id: String,
    process_name: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownItem<'a> {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference_id: Option<String>,
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_id: Option<&'a str>,
    product_id: &'a str,
    sku_id: &'a str,
    plan_id: &'a str,
    quantity: i64,
    provider_name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    price: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency_code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_total: Option<Money>,
    #[serde(rename = "endCustomerPO", skip_serializing_if = "Option::is_none")]
    end_customer_po: Option<&'a str>,
    #[serde(rename = "resellerPO", skip_serializing_if = "Option::is_none")]
    reseller_po: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    add_ons: Vec<ShownAddOn<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attributes: Vec<Pair<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cart_item_id: Option<String>,
    status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ShownError<'a>>,
    provisioning_info: ProvisioningInfo,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_information: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    create_time: Option<Stamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    update_time: Option<Stamp>,
    product_name: &'a str,
    sku_name: &'a str,
    plan_name: &'a str,
}

/// The JSON of an order.
pub(crate) fn json(order: &Order, knobs: &Knobs) -> String {
    let echo = knobs.reference_id_echo.as_str();
    let times = |time| (!knobs.order_times_missing).then_some(Stamp(time));
    let priced = knobs.order_item_price != "absent";
    let (user_id, user_name, user_email) = if order.by_portal() {
        PORTAL_USER
    } else {
        API_USER
    };
    let reference = order.reference.as_deref();
    let shown = Shown {
        name: order.name(),
        reference_id: reference
            .filter(|_| matches!(echo, "both" | "order"))
            .map(|text| cut(text, knobs.reference_id_cut)),
        display_name: match knobs.display_name_echo.as_str() {
            "none" => None,
            "cut" => order.display.as_deref().map(|text| cut(text, CUT)),
            _ => order.display.clone(),
        },
        user_id,
        user_name,
        user_email,
        status: order.status.text(),
        currency_code: CURRENCY,
        total: priced.then(|| order.total()),
        cart_id: order.cart.map(|id| id.to_string()),
        errors: errors(&order.errors, "/orderItems"),
        order_items: order
            .items
            .iter()
            .map(|one| item(order, one, knobs))
            .collect(),
        create_time: times(order.created),
        update_time: times(order.updated),
        scheduled_at: match order.status {
            Status::OnHold => times(order.updated),
            _ => None,
        },
    };
    serde_json::to_string(&shown).unwrap_or_default()
}

fn item<'a>(order: &'a Order, item: &'a Item, knobs: &Knobs) -> ShownItem<'a> {
    let offer = &item.offer;
    let echoes = matches!(knobs.reference_id_echo.as_str(), "both" | "items");
    let times = |time| (!knobs.order_times_missing).then_some(Stamp(time));
    let priced = knobs.order_item_price != "absent";
    let pairs = item.attributes.iter();
    let mut attributes: Vec<Pair<'_>> = pairs.map(|(name, value)| Pair { name, value }).collect();
    if let Some((user, password)) = item.login.as_ref().filter(|_| knobs.order_shows_password) {
        for (name, value) in [("userName", user), ("password", password)] {
            attributes.push(Pair { name, value });
        }
    }
    ShownItem {
        name: format!("{}/orderItems/{}", order.name(), item.id),
        reference_id: item
            .reference
            .as_deref()
            .filter(|_| echoes)
            .map(|text| cut(text, knobs.reference_id_cut)),
        action: item.action(),
        resource_id: item.resource.as_deref(),
        product_id: &offer.product,
        sku_id: &offer.sku,
        plan_id: &offer.plan,
        quantity: item.quantity,
        provider_name: offer.provider(),
        price: priced.then_some(offer.price),
        cost: priced.then_some(offer.price),
        currency_code: priced.then_some(CURRENCY),
        sub_total: priced.then(|| item.sub_total()),
        end_customer_po: item.customer_po.as_deref(),
        reseller_po: item.reseller_po.as_deref(),
        add_ons: item.add_ons.iter().map(add_on).collect(),
        attributes,
        cart_item_id: item.from_cart.map(|id| id.to_string()),
        status: item_status(item.status),
        errors: errors(&item.errors, "/attributes"),
        provisioning_info: ProvisioningInfo {
            process_id: format!("process-{}", item.id),
            process_name: "OrderItemProvisioning",
        },
        additional_information: item.from_cart.map(|_| "new_system"),
        create_time: times(order.created),
        update_time: times(order.updated),
        product_name: &offer.product_name,
        sku_name: &offer.sku_name,
        plan_name: &offer.plan_name,
    }
}

fn add_on(add_on: &AddOn) -> ShownAddOn<'_> {
    ShownAddOn {
        id: &add_on.offer.sku,
        add_on_id: &add_on.offer.sku,
        plan_id: &add_on.offer.plan,
        action: &add_on.action,
        quantity: add_on.quantity,
    }
}

/// Lines have words of their own: an order on hold was seen with a line that is `ACTIVE` (Ion API notes 2.5).
const fn item_status(status: Status) -> &'static str {
    match status {
        Status::OnHold => "ACTIVE",
        other => other.text(),
    }
}

fn errors<'a>(errors: &'a [OrderError], path: &str) -> Vec<ShownError<'a>> {
    let shown = |error: &'a OrderError| ShownError {
        code: &error.code,
        detail: &error.detail,
        source_name: "provider",
        instance_path: path.to_owned(),
    };
    errors.iter().map(shown).collect()
}

fn cut(text: &str, letters: usize) -> String {
    match letters {
        0 => text.to_owned(),
        letters => text.chars().take(letters).collect(),
    }
}
