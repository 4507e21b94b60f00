//! Between Ion's orders and ours (Ion API notes 2.5): Ion's types stop here.

use domain::order::{
    Attribute, IonOrder, IonOrderLine, IonOrderStatus, OrderContent, OrderFault, OrderLine,
};
use domain::{Amount, Scale};
use ion_client::{AddOnDraft, ExactDecimal, Order, OrderDraft, OrderItem, OrderLineDraft};
use rules::orders::reconcile::line_reference;

/// Longest text that is kept of one member, in characters.
const LONGEST: usize = 2000;

/// Ion's order in our words. Nothing where it carries no id or no customer: it could be asked for by neither.
pub(super) fn from_ion(order: &Order) -> Option<IonOrder> {
    let items = order.order_items.as_deref().unwrap_or_default();
    let mut faults: Vec<OrderFault> = faults(order.errors.as_deref(), None);
    for (line, item) in items.iter().enumerate() {
        faults.extend(self::faults(item.errors.as_deref(), Some(line)));
    }
    let placed_by = [order.user_email.as_ref(), order.user_name.as_ref()]
        .into_iter()
        .map(text)
        .find(|name| !name.is_empty());
    Some(IonOrder {
        ion_id: clean(order.id()?),
        ion_customer_id: clean(order.customer_id()?),
        reference: text(order.reference_id.as_ref()),
        display_name: text(order.display_name.as_ref()),
        status: status(order.status.as_deref().unwrap_or_default()),
        status_word: text(order.status.as_ref()),
        currency: order
            .currency_code
            .as_deref()
            .and_then(|code| code.parse().ok()),
        total: amount(order.total.as_ref()),
        lines: items.iter().map(line).collect(),
        faults,
        placed_by: placed_by.unwrap_or_default(),
        created_at: order.created(),
        updated_at: order.updated(),
        scheduled_at: order.scheduled(),
    })
}

/// Ion's word for how an order stands; in replies it is free text.
pub(super) fn status(word: &str) -> IonOrderStatus {
    let word = word.trim().to_ascii_uppercase();
    match word.as_str() {
        "CANCELLED" => IonOrderStatus::Canceled,
        "FAILED" => IonOrderStatus::Error,
        word => word.parse().unwrap_or(IonOrderStatus::Unknown),
    }
}

fn line(item: &OrderItem) -> IonOrderLine {
    let attributes = item.attributes.iter().flatten();
    IonOrderLine {
        reference: text(item.reference_id.as_ref()),
        action: text(item.action.as_ref()),
        product_ion_id: text(item.product_id.as_ref()),
        sku_id: text(item.sku_id.as_ref()),
        plan_id: text(item.plan_id.as_ref()),
        product_name: text(item.product_name.as_ref()),
        quantity: item
            .quantity
            .and_then(|quantity| u32::try_from(quantity).ok())
            .unwrap_or_default(),
        resource_id: Some(text(item.resource_id.as_ref())).filter(|id| !id.is_empty()),
        status: text(item.status.as_ref()),
        price: amount(item.cost.as_ref()).or_else(|| amount(item.price.as_ref())),
        attributes: attributes
            .map(|attribute| Attribute {
                name: text(attribute.name.as_ref()),
                value: text(attribute.value.as_ref()),
            })
            // Taken out when it was decoded; what Ion may call it elsewhere is not kept either.
            .filter(|attribute| !attribute.name.to_ascii_lowercase().contains("password"))
            .collect(),
    }
}

fn faults(errors: Option<&[ion_client::OrderError]>, line: Option<usize>) -> Vec<OrderFault> {
    let errors = errors.unwrap_or_default().iter();
    errors
        .map(|error| OrderFault {
            code: text(error.code.as_ref()),
            text: text(error.detail.as_ref()),
            source: text(error.source_name.as_ref()),
            line,
        })
        .collect()
}

fn amount(value: Option<&ExactDecimal>) -> Option<Amount> {
    Amount::parse(value?.as_str(), Scale::Price).ok()
}

fn text(member: Option<&String>) -> String {
    member.map(|text| clean(text)).unwrap_or_default()
}

/// PostgreSQL keeps no text with a zero byte.
fn clean(text: &str) -> String {
    text.trim()
        .chars()
        .filter(|letter| *letter != '\0')
        .take(LONGEST)
        .collect()
}

/// What is sent to place an order.
pub(super) fn draft(content: &OrderContent, reference: &str, display_name: String) -> OrderDraft {
    OrderDraft {
        reference_id: reference.to_owned(),
        display_name,
        lines: content
            .lines
            .iter()
            .enumerate()
            .map(|(index, line)| line_draft(line, line_reference(reference, index)))
            .collect(),
    }
}

fn line_draft(line: &OrderLine, reference_id: String) -> OrderLineDraft {
    let word = if line.resource_id.is_some() {
        ion_client::OrderAction::Update
    } else {
        ion_client::OrderAction::Create
    };
    let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    OrderLineDraft {
        reference_id,
        action: word,
        product_id: line.product_ion_id.clone(),
        sku_id: line.sku_id.clone(),
        plan_id: line.plan_id.clone(),
        quantity: line.quantity,
        resource_id: line.resource_id.clone(),
        attributes: line
            .attributes
            .iter()
            .map(|attribute| (attribute.name.clone(), attribute.value.clone()))
            .collect(),
        provider_name: None,
        end_customer_po: some(&line.customer_po),
        reseller_po: some(&line.reseller_po),
        add_ons: line
            .add_ons
            .iter()
            .map(|add_on| AddOnDraft {
                add_on_id: add_on.add_on_id.clone(),
                plan_id: add_on.plan_id.clone(),
                action: word,
                quantity: add_on.quantity,
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_of_ions_in_our_words() {
        let json = r#"{"name":"accounts/1/customers/42/orders/366959","referenceId":"ib-x","status":"on_hold","currencyCode":"EUR","total":98.5,
            "orderItems":[{"action":"CREATE","productId":"p","skuId":"s","planId":"n","quantity":5,"price":19.7,
              "attributes":[{"name":"domainName","value":"a.example"},{"name":"adminPassword","value":"secret"}],
              "errors":[{"code":"MSFT_CR_033 ","detail":"renewalSetting is missing"}]}],
            "errors":[{"detail":"Failed"}],"createTime":"2026-01-02T03:04:05.678Z","updateTime":"nonsense"}"#;
        let order = from_ion(&serde_json::from_str(json).unwrap()).unwrap();
        assert_eq!(
            (order.ion_id.as_str(), order.ion_customer_id.as_str()),
            ("366959", "42")
        );
        assert_eq!(order.status, IonOrderStatus::OnHold);
        assert_eq!(order.total.unwrap().text(), "98.5");
        assert_eq!(order.updated_at, None);
        let names: Vec<_> = order.lines[0]
            .attributes
            .iter()
            .map(|attribute| attribute.name.as_str())
            .collect();
        assert_eq!(names, ["domainName"]);
        let told: Vec<_> = order
            .faults
            .iter()
            .map(|fault| (fault.code.as_str(), fault.line))
            .collect();
        assert_eq!(told, [("", None), ("MSFT_CR_033", Some(0))]);
    }

    #[test]
    fn what_cannot_be_asked_for_is_no_order() {
        for json in [
            "{}",
            r#"{"name":"accounts/1/customers//orders/3"}"#,
            r#"{"name":"customers/2"}"#,
        ] {
            assert!(
                from_ion(&serde_json::from_str(json).unwrap()).is_none(),
                "{json}"
            );
        }
    }

    #[test]
    fn words_of_ion_are_free() {
        assert_eq!(status(" Cancelled"), IonOrderStatus::Canceled);
        assert_eq!(status("WAITING_FOR_GODOT"), IonOrderStatus::Unknown);
        assert_eq!(status(""), IonOrderStatus::Unknown);
    }
}
