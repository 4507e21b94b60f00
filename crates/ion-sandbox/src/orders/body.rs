//! The body of an order as it is read: `OrderRequest` of the official description.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::check::Faults;
use super::order::AddOn;
use crate::catalog::Offer;
use crate::json::{member, text, whole};

/// An order that may be placed.
#[derive(Debug)]
pub(crate) struct Placed {
    pub(crate) reference: Option<String>,
    pub(crate) display: Option<String>,
    pub(crate) cart: Option<u64>,
    pub(crate) items: Vec<PlacedItem>,
}

/// A line that may be placed.
#[derive(Debug)]
pub(crate) struct PlacedItem {
    pub(crate) reference: Option<String>,
    pub(crate) resource: Option<String>,
    pub(crate) offer: Arc<Offer>,
    pub(crate) quantity: i64,
    pub(crate) add_ons: Vec<AddOn>,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) customer_po: Option<String>,
    pub(crate) reseller_po: Option<String>,
    pub(crate) from_cart: Option<u64>,
}

/// A line whose form is right.
#[derive(Debug)]
pub(super) struct ReadItem {
    pub(super) reference: Option<String>,
    pub(super) update: bool,
    pub(super) product: String,
    pub(super) sku: String,
    pub(super) plan: String,
    pub(super) quantity: i64,
    pub(super) resource: Option<String>,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) add_ons: Vec<ReadAddOn>,
    pub(super) customer_po: Option<String>,
    pub(super) reseller_po: Option<String>,
}

/// An add-on whose form is right.
#[derive(Debug)]
pub(super) struct ReadAddOn {
    pub(super) id: String,
    pub(super) plan: String,
    pub(super) action: String,
    pub(super) quantity: i64,
}

const ITEM: &str = "order.orderItem";
const ADD_ON: &str = "order.orderItem.addOn";
const ACTIONS: [&str; 2] = ["CREATE", "UPDATE"];

pub(super) fn optional(members: &Map<String, Value>, name: &str) -> Option<String> {
    text(members, name).map(str::to_owned)
}

/// The lines of an order; what is wrong with their form goes to `faults`.
pub(super) fn items(body: &Map<String, Value>, faults: &mut Faults) -> Vec<ReadItem> {
    let items = member(body, "orderItems").and_then(Value::as_array);
    let Some(items) = items.filter(|items| !items.is_empty()) else {
        faults.missing("orderItems", "order");
        return Vec::new();
    };
    let objects = items.iter().map(Value::as_object);
    objects
        .filter_map(|item| match item {
            Some(item) => read_item(item, faults),
            None => {
                faults.unreadable("orderItems");
                None
            }
        })
        .collect()
}

/// None where something is missing.
fn read_item(item: &Map<String, Value>, faults: &mut Faults) -> Option<ReadItem> {
    let mut needed = |name: &str| {
        let text = optional(item, name);
        if text.is_none() {
            faults.missing(name, ITEM);
        }
        text
    };
    let action = needed("action");
    let [product, sku, plan] = ["productId", "skuId", "planId"].map(&mut needed);
    let quantity = quantity(item, ITEM, faults);
    let attributes = attributes(item, faults);
    let add_ons = add_ons(item, faults);
    let update = allowed_action(action?, ITEM, faults)? == "UPDATE";
    let resource = optional(item, "resourceId");
    if update && resource.is_none() {
        faults.no_resource();
        return None;
    }
    Some(ReadItem {
        reference: optional(item, "referenceId"),
        update,
        product: product?,
        sku: sku?,
        plan: plan?,
        quantity: quantity?,
        // A create that names one is tolerated, and it is not used: real clients send it.
        resource: resource.filter(|_| update),
        attributes: attributes?,
        add_ons,
        customer_po: optional(item, "endCustomerPO"),
        reseller_po: optional(item, "resellerPO"),
    })
}

fn allowed_action(action: String, of: &str, faults: &mut Faults) -> Option<String> {
    if ACTIONS.contains(&action.as_str()) {
        return Some(action);
    }
    faults.not_allowed(&format!("{of}.action"), &ACTIONS);
    None
}

/// Protocol buffers cannot tell 0 from nothing.
fn quantity(item: &Map<String, Value>, of: &str, faults: &mut Faults) -> Option<i64> {
    let value = member(item, "quantity");
    match value.map(whole) {
        None | Some(Some(0)) => faults.missing("quantity", of),
        Some(None) => faults.unreadable("quantity"),
        Some(Some(number)) if i32::try_from(number).is_err() => faults.unreadable("quantity"),
        Some(Some(number)) if number < 0 => faults.below_one(of),
        Some(Some(number)) => return Some(number),
    }
    None
}

/// An empty array is there.
pub(super) fn attributes(
    item: &Map<String, Value>,
    faults: &mut Faults,
) -> Option<Vec<(String, String)>> {
    let Some(all) = member(item, "attributes").and_then(Value::as_array) else {
        faults.missing("attributes", ITEM);
        return None;
    };
    let mut read = Vec::with_capacity(all.len());
    for one in all {
        let name = one.get("name").and_then(Value::as_str);
        let value = one.get("value").unwrap_or(&Value::Null);
        match (name, value) {
            (None | Some(""), _) => faults.missing("name", "order.orderItem.attributes"),
            (Some(name), Value::Null) => read.push((name.to_owned(), String::new())),
            (Some(name), Value::String(text)) => read.push((name.to_owned(), text.clone())),
            (Some(_), _) => faults.unreadable("attributes.value"),
        }
    }
    Some(read)
}

fn add_ons(item: &Map<String, Value>, faults: &mut Faults) -> Vec<ReadAddOn> {
    let all = member(item, "addOns").and_then(Value::as_array);
    let objects = all.into_iter().flatten().filter_map(Value::as_object);
    objects
        .filter_map(|one| {
            let mut needed = |name: &str| {
                let text = optional(one, name);
                if text.is_none() {
                    faults.missing(name, ADD_ON);
                }
                text
            };
            // Both are described alike, and both as required.
            let [id, add_on, plan, action] = ["id", "addOnId", "planId", "action"].map(&mut needed);
            let quantity = quantity(one, ADD_ON, faults);
            let action = allowed_action(action?, ADD_ON, faults);
            let (id, add_on) = (id?, add_on?);
            if id != add_on {
                faults.not_allowed(&format!("{ADD_ON}.addOnId"), &[&id]);
                return None;
            }
            Some(ReadAddOn {
                id,
                plan: plan?,
                action: action?,
                quantity: quantity?,
            })
        })
        .collect()
}
