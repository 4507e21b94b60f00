//! A template as Ion answers it: like JSON Schema, with `defs` for `$defs` and references as bare texts (official description, `ProvisioningReference`).
//!
//! The description stops at the list of allowed names. Which of them must be there and which values they take is written here as JSON
//! Schema writes it: `contains` below the array of attributes, and `oneOf` with a `const` name below one attribute.

use serde_json::{Value, json};

use super::table::{Attribute, Template};

pub(super) fn document(template: &Template, changed: bool) -> Value {
    let attributes = template.attributes(changed);
    let names: Vec<&str> = attributes.iter().map(|one| one.name).collect();
    let needed: Vec<Value> = attributes
        .iter()
        .filter(|one| one.must)
        .map(|one| json!({"contains": {"properties": {"name": {"const": one.name}}, "required": ["name"]}}))
        .collect();
    let each: Vec<Value> = attributes.iter().map(value).collect();
    let text = |what: &str| json!({"type": "string", "description": what});
    let mut items = json!({
        "referenceId": text("User-defined reference Id of the order item"),
        "productId": text("Fetch from the product catalog <<product.id>>"),
        "skuId": text("Fetch from the product catalog <<product.sku.id>>"),
        "planId": text("Fetch from the product catalog <<product.plan.id>>"),
        "action": text(&template.action.to_lowercase()),
        "quantity": {"type": "integer", "description": "Provide required license quantity"},
        "vendor": text(&format!("Vendor name of the product: {}", template.vendor.to_lowercase())),
        "providerName": text("Provide product category as a provider"),
        "endCustomerPO": text("User-defined End customer purchase order reference"),
        "resellerPO": text("User-defined Reseller purchase order reference"),
        "attributes": {
            "type": "array",
            "description": "Product specific attributes are represented as name value pair",
            "items": {"ref": "#/$defs/attributes"},
        },
    });
    let mut required = vec![
        "productId",
        "skuId",
        "planId",
        "action",
        "quantity",
        "vendor",
        "providerName",
        "attributes",
    ];
    if template.action == "UPDATE" {
        items["resourceId"] = text("Subscription id of the provider");
        required.push("resourceId");
    }
    if !needed.is_empty() {
        items["attributes"]["allOf"] = needed.into();
    }
    json!({
        "id": template.id,
        "schema": "http://json-schema.org/draft-07/schema#",
        "title": template.title,
        "description": format!("Attributes of an order: vendor {}, provider {}, action {}", template.vendor, template.provider, template.action),
        "type": "object",
        "properties": {
            "referenceId": text("User-defined reference Id of the order"),
            "displayName": text("User-defined name of the order"),
            "orderItems": {"type": "array", "items": "#/$defs/orderItems"},
        },
        "defs": {
            "orderItems": {
                "type": "object",
                "description": "OrderItem details required for placing create order",
                "required": required,
                "properties": items,
            },
            "attributes": {
                "type": "object",
                "description": "Product specific attributes are represented as name-value pairs",
                "required": ["name", "value"],
                "properties": {
                    "name": {"type": "string", "enum": names},
                    "value": {"type": "string", "description": "Required value for the above key"},
                },
                "oneOf": each,
            },
        },
    })
}

fn value(attribute: &Attribute) -> Value {
    let mut value = json!({"type": "string", "description": attribute.what});
    if !attribute.choices.is_empty() {
        value["enum"] = json!(attribute.choices);
    }
    for (name, text) in [("format", attribute.format), ("pattern", attribute.pattern)] {
        if let Some(text) = text {
            value[name] = text.into();
        }
    }
    json!({"properties": {"name": {"const": attribute.name}, "value": value}})
}
