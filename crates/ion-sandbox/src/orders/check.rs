//! What Ion refuses of an order at once (Ion API notes 2.10): the form, the catalog, the attributes that the provider needs.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::body::{Placed, PlacedItem, ReadAddOn, ReadItem, items, optional};
use super::order::{AddOn, Status};
use crate::api::Call;
use crate::catalog::{Missing, Offer};
use crate::json::text;
use crate::reply::Reply;
use crate::state::State;
use crate::templates::{attributes_of, takes};

/// What is wrong with an order, each with its code.
#[derive(Debug, Default)]
pub(super) struct Faults {
    coded: Vec<(&'static str, String)>,
    /// A member of a wrong type: nothing else is looked at.
    unreadable: Option<String>,
}

impl Faults {
    /// The code has a space at its end.
    pub(super) fn missing(&mut self, name: &str, of: &str) {
        let words = format!("The '{name}' attribute must be present in the '{of}' object.");
        self.coded.push(("COMM-VL-001 ", words));
    }

    pub(super) fn not_allowed(&mut self, what: &str, allowed: &[&str]) {
        let allowed: Vec<String> = allowed.iter().map(|one| format!("'{one}'")).collect();
        let allowed = allowed.join(", ");
        let words =
            format!("The '{what}' must be equal to one of the allowed values: [{allowed}].");
        self.coded.push(("COMM-VL-002", words));
    }

    pub(super) fn below_one(&mut self, of: &str) {
        let words = format!("The '{of}.quantity' must be greater than or equal to 1.");
        self.coded.push(("COMM-VL-002", words));
    }

    pub(super) fn no_resource(&mut self) {
        let words = "The 'resourceId' attribute must be present in the 'order.orderItem' object when 'action' is 'UPDATE'.";
        self.coded.push(("COMM-VL-003", words.to_owned()));
    }

    fn not_for_provider(&mut self, name: &str, provider: &str, action: &str) {
        let words = format!(
            "The '{name}' attribute must be present in the 'Order.orderItem.attributes' array when the provider is '{provider}' and the action is '{action}'."
        );
        self.coded.push(("COMM-VL-004", words));
    }

    fn no_renewal(&mut self) {
        self.coded.push((NO_RENEWAL, NO_RENEWAL_WORDS.to_owned()));
    }

    /// Type errors come from the gateway before anybody validates.
    pub(super) fn unreadable(&mut self, member: &str) {
        let words = format!("proto: (line 1:1): invalid value for field {member}");
        self.unreadable.get_or_insert(words);
    }

    fn is_empty(&self) -> bool {
        self.coded.is_empty() && self.unreadable.is_none()
    }

    fn reply(&self, call: &Call<'_>) -> Reply {
        if let Some(words) = &self.unreadable {
            return call.error(400, "INVALID_ARGUMENT", words);
        }
        let errors: Vec<Value> = self
            .coded
            .iter()
            .map(|(code, detail)| json!({"code": code, "detail": detail}))
            .collect();
        Reply::invalid_order(&errors, call.number)
    }
}

/// Code of a Microsoft subscription without `renewalSetting`; the words are the sandbox's.
pub(super) const NO_RENEWAL: &str = "MSFT_CR_033";
pub(super) const NO_RENEWAL_WORDS: &str =
    "renewalSetting is required for a new commerce subscription.";

/// The order that a body asks for, or why Ion does not take it.
pub(super) fn check(state: &State, call: &Call<'_>, customer: &str) -> Result<Placed, Reply> {
    let Ok(Value::Object(body)) = serde_json::from_slice(call.body) else {
        return Err(call.error(400, "INVALID_REQUEST", "the body is no JSON object"));
    };
    let mut faults = Faults::default();
    status(&body, &mut faults);
    let items = items(&body, &mut faults);
    if !faults.is_empty() {
        return Err(faults.reply(call));
    }
    let mut placed = Vec::with_capacity(items.len());
    for item in items {
        placed.extend(complete(state, call, customer, item, &mut faults)?);
    }
    if !faults.is_empty() {
        return Err(faults.reply(call));
    }
    Ok(Placed {
        reference: optional(&body, "referenceId"),
        display: optional(&body, "displayName"),
        cart: None,
        items: placed,
    })
}

/// Nobody needs to send it; who does is told which values there are. The published list lacks `IN_PROGRESS`.
fn status(body: &Map<String, Value>, faults: &mut Faults) {
    let wrong = text(body, "status").is_some_and(|text| Status::read(text).is_none());
    if wrong {
        let allowed = [
            "NEW",
            "CONFIRMED",
            "ON_HOLD",
            "COMPLETED",
            "ERROR",
            "CANCELED",
        ];
        faults.not_allowed("order.status", &allowed);
    }
}

/// A line with its offer. None where `faults` says why not.
fn complete(
    state: &State,
    call: &Call<'_>,
    customer: &str,
    item: ReadItem,
    faults: &mut Faults,
) -> Result<Option<PlacedItem>, Reply> {
    let found = if item.update {
        Some(of_subscription(state, call, customer, &item, faults)?)
    } else {
        match state.listings.offer(&item.product, &item.sku, &item.plan) {
            Ok(offer) => Some(Arc::new(offer)),
            Err(Missing::Product) => {
                let words = format!("listing {} not found", item.product);
                return Err(call.error(404, "NOT_FOUND", &words));
            }
            Err(missing) => {
                not_in_catalog(missing, &item, faults);
                None
            }
        }
    };
    let Some(offer) = found else {
        return Ok(None);
    };
    let add_ons: Vec<AddOn> = item
        .add_ons
        .iter()
        .filter_map(|one| add_on(state, &item, one, faults))
        .collect();
    let (sent, update) = (item.attributes.as_slice(), item.update);
    check_attributes(state, customer, sent, update, &offer, faults);
    Ok(Some(PlacedItem {
        reference: item.reference,
        resource: item.resource,
        offer,
        quantity: item.quantity,
        add_ons,
        attributes: item.attributes,
        customer_po: item.customer_po,
        reseller_po: item.reseller_po,
        from_cart: None,
    }))
}

fn not_in_catalog(missing: Missing, item: &ReadItem, faults: &mut Faults) {
    let (what, value) = match missing {
        Missing::Product => ("productId", &item.product),
        Missing::Sku => ("skuId", &item.sku),
        Missing::Plan | Missing::NotForSale => ("planId", &item.plan),
    };
    let words = match missing {
        Missing::NotForSale => format!("The {what} '{value}' is not available for purchase."),
        _ => format!("The {what} '{value}' is not found in the product catalog."),
    };
    faults.coded.push(("COMM-VL-002", words));
}

/// The offer of the subscription that an update names. Its product may be gone from the catalog, and it can still be changed.
fn of_subscription(
    state: &State,
    call: &Call<'_>,
    customer: &str,
    item: &ReadItem,
    faults: &mut Faults,
) -> Result<Arc<Offer>, Reply> {
    let id = item.resource.as_deref().unwrap_or_default();
    let found = state.subscriptions.find(id);
    let Some(found) = found.filter(|one| one.customer == customer) else {
        return Err(call.error(404, "NOT_FOUND", &format!("Subscription {id} not found")));
    };
    let offer = &found.offer;
    for (what, sent, held) in [
        ("productId", &item.product, &offer.product),
        ("skuId", &item.sku, &offer.sku),
        ("planId", &item.plan, &offer.plan),
    ] {
        if sent != held {
            faults.not_allowed(&format!("order.orderItem.{what}"), &[held]);
        }
    }
    Ok(Arc::clone(offer))
}

fn add_on(
    state: &State,
    item: &ReadItem,
    wanted: &ReadAddOn,
    faults: &mut Faults,
) -> Option<AddOn> {
    let (product, sku) = (&item.product, &item.sku);
    let found = state
        .listings
        .add_on(product, sku, &wanted.id, &wanted.plan);
    match found {
        Ok(offer) => Some(AddOn {
            offer: Arc::new(offer),
            action: wanted.action.clone(),
            quantity: wanted.quantity,
        }),
        Err(missing) => {
            let words = match missing {
                Missing::Plan => {
                    format!("The add-on '{}' has no plan '{}'.", wanted.id, wanted.plan)
                }
                Missing::NotForSale => {
                    format!("The add-on '{}' is not available for purchase.", wanted.id)
                }
                Missing::Product | Missing::Sku => format!(
                    "The add-on '{}' is not available with the sku '{sku}'.",
                    wanted.id
                ),
            };
            faults.coded.push(("COMM-VL-002", words));
            None
        }
    }
}

/// Names that the provider needs, and values that it takes. Names that nobody knows are tolerated.
fn check_attributes(
    state: &State,
    customer: &str,
    attributes: &[(String, String)],
    update: bool,
    offer: &Offer,
    faults: &mut Faults,
) {
    let knobs = &state.knobs;
    let changed = knobs.templates == "changed";
    let action = if update { "UPDATE" } else { "CREATE" };
    let sent = |name: &str| {
        let mut all = attributes.iter();
        let found = all.find(|(known, text)| known == name && !text.is_empty());
        found.map(|(_, text)| text.as_str())
    };
    for attribute in attributes_of(offer, update, changed) {
        match sent(attribute.name) {
            Some(value) if takes(&attribute, value) => {}
            Some(_) => {
                let what = format!("order.orderItem.attributes.{}", attribute.name);
                faults.not_allowed(&what, attribute.choices);
            }
            None if !attribute.must => {}
            None if attribute.name == "renewalSetting" => {
                if knobs.missing_renewal_setting != "async" {
                    faults.no_renewal();
                }
            }
            None if attribute.name == "domainName"
                && knobs.domain_name_needed == "new-tenant"
                && crate::customers::microsoft_domain(state, customer).is_some() => {}
            None => faults.not_for_provider(attribute.name, offer.provider(), action),
        }
    }
}

/// What Ion refuses of lines that come from a cart: the catalog was asked when they were put in.
pub(crate) fn refuse_items(
    state: &State,
    call: &Call<'_>,
    customer: &str,
    items: &[PlacedItem],
) -> Option<Reply> {
    let mut faults = Faults::default();
    for item in items {
        check_attributes(
            state,
            customer,
            &item.attributes,
            false,
            &item.offer,
            &mut faults,
        );
    }
    (!faults.is_empty()).then(|| faults.reply(call))
}
