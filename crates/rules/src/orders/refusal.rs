//! What Ion or a vendor refused, in our words: what is wrong, in which field, and what to do. A code that we do not know keeps their words.

use domain::order::{OrderContent, OrderFault};

use super::attributes::label_of;
use super::check::pointer_part;

/// A refusal in words for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What happened.
    pub text: String,
    /// The field that is wrong, as a JSON pointer into the order, where it is known.
    pub field: Option<String>,
    /// What to do.
    pub what_to_do: String,
}

/// Explains each fault; where Ion named none, one refusal says so.
pub fn explain_all(faults: &[OrderFault], content: &OrderContent) -> Vec<Refusal> {
    if faults.is_empty() {
        return vec![Refusal {
            text: "Ion ended this order as failed and gave no reason.".to_owned(),
            field: None,
            what_to_do:
                "Ask the distributor with the number of the order at Ion, then order again."
                    .to_owned(),
        }];
    }
    faults.iter().map(|fault| explain(fault, content)).collect()
}

/// Explains one fault.
pub fn explain(fault: &OrderFault, content: &OrderContent) -> Refusal {
    let about = About {
        line: line_of(fault, content),
        fault,
    };
    // `COMM-VL-001 ` ends with a space in the wild (Ion API notes 2.10).
    match fault.code.trim().to_ascii_uppercase().as_str() {
        "COMM-VL-001" => about.missing(),
        "COMM-VL-002" => about.not_allowed(),
        "COMM-VL-003" => about.say(
            "Ion needs the vendor's id of the subscription that is to be changed.",
            "subscription",
            "Read the subscriptions from Ion, then start the change from the subscription's page.",
        ),
        "COMM-VL-004" => about.missing(),
        "MSFT_CR_033" => about.say(
            "Microsoft needs to know what happens at the end of the term.",
            "attributes/renewalSetting",
            "Choose whether it renews by itself, then order again.",
        ),
        "CUS-CR-001" => customer(
            "Ion knows the customer's e-mail from another customer.",
            "Give the customer another e-mail, or link it to the one in Ion.",
        ),
        "CUS-CR-002" => customer(
            "Ion does not take the customer's language.",
            "Choose another language on the customer, then order again.",
        ),
        code if code.starts_with("CUS") => customer(
            "Ion refuses the customer of this order.",
            "Look at the customer's page, mend what Ion names, then order again.",
        ),
        "NOT_FOUND" => about.not_found(),
        "PERMISSION_DENIED" => Refusal {
            text: "The login may not place orders at Ion.".to_owned(),
            field: None,
            what_to_do: "In Ion, give its user the role Account Admin, then order again. The tokens stay valid.".to_owned(),
        },
        "FAILED_PRECONDITION" => about.theirs("Ion refuses this as things stand"),
        _ => about.by_their_words(),
    }
}

fn customer(text: &str, what_to_do: &str) -> Refusal {
    Refusal {
        text: text.to_owned(),
        field: Some("/customer".to_owned()),
        what_to_do: what_to_do.to_owned(),
    }
}

struct About<'a> {
    line: Option<usize>,
    fault: &'a OrderFault,
}

impl About<'_> {
    fn path(&self, field: &str) -> Option<String> {
        self.line.map(|line| format!("/lines/{line}/{field}"))
    }

    /// A field of the line, else the line.
    fn place(&self, field: Option<String>) -> Option<String> {
        match field {
            Some(field) => self.path(&field),
            None => self.line.map(|line| format!("/lines/{line}")),
        }
    }

    fn say(&self, text: &str, field: &str, what_to_do: &str) -> Refusal {
        Refusal {
            text: text.to_owned(),
            field: self.path(field),
            what_to_do: what_to_do.to_owned(),
        }
    }

    fn missing(&self) -> Refusal {
        let quoted = quoted(&self.fault.text);
        let Some(name) = quoted.first() else {
            return self.theirs("Ion misses something in this order");
        };
        let (field, label) = field_of(name);
        Refusal {
            text: format!("Ion misses this in the order: {label}."),
            field: self.place(field),
            what_to_do: "Fill it in, then order again.".to_owned(),
        }
    }

    fn not_allowed(&self) -> Refusal {
        let quoted = quoted(&self.fault.text);
        let Some((name, allowed)) = quoted.split_first() else {
            return self.theirs("Ion does not take a value of this order");
        };
        let (field, label) = field_of(name);
        Refusal {
            text: format!("Ion does not take this value: {label}."),
            field: self.place(field),
            what_to_do: if allowed.is_empty() {
                "Choose another value, then order again.".to_owned()
            } else {
                format!(
                    "It takes one of: {}. Choose one, then order again.",
                    allowed.join(", ")
                )
            },
        }
    }

    /// `resource 'accounts/1/customers/2' not found`, `listing X not found` (Ion API notes 2.10).
    fn not_found(&self) -> Refusal {
        let text = self.fault.text.as_str();
        let resource = quoted(text).into_iter().next().unwrap_or_default();
        let kind = resource.rsplit('/').nth(1).unwrap_or_default();
        if text.to_ascii_lowercase().contains("subscription") || kind == "subscriptions" {
            return self.say(
                "Ion does not know the subscription any more.",
                "subscription",
                "Read the subscriptions from Ion; it may have ended.",
            );
        }
        if text.to_ascii_lowercase().starts_with("listing") || kind == "products" {
            return self.say(
                "Ion does not list the product any more.",
                "product",
                "Import the catalog, choose another product, then order again.",
            );
        }
        match kind {
            "customers" => customer(
                "Ion does not know the customer of this order.",
                "Run a customer sync; link the customer anew if Ion has lost it.",
            ),
            "orders" => Refusal {
                text: "Ion does not know this order any more.".to_owned(),
                field: None,
                what_to_do: "Look for it in the Ion portal, then ask the distributor.".to_owned(),
            },
            _ => self.theirs("Ion does not find something that this order names"),
        }
    }

    fn by_their_words(&self) -> Refusal {
        let text = self.fault.text.to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().all(|word| text.contains(word));
        if has(&["domain", "already"]) || has(&["domain", "exists"]) {
            let field = if text.contains("google") || text.contains("transfer") {
                "attributes/customerDomain"
            } else {
                "attributes/domainName"
            };
            return Refusal {
                what_to_do: "Check the domain. If it is right, the customer or another reseller has an account with it: have it transferred, or give the existing one's domain where the vendor takes that. Then order again.".to_owned(),
                ..self.theirs_in("The vendor knows this domain already", Some(field))
            };
        }
        if has(&["agreement"]) {
            return Refusal {
                what_to_do: "Fill in who accepted the vendor's agreement and when, or have the customer accept it, then order again.".to_owned(),
                ..self.theirs_in("The customer has not accepted the vendor's agreement", Some("attributes/agreementDateAgreed"))
            };
        }
        if has(&["credit"]) {
            return Refusal {
                what_to_do: "Ask the distributor about your credit; then order again.".to_owned(),
                ..self.theirs("The distributor holds your credit against this order")
            };
        }
        if has(&["quantity"]) || has(&["seat"]) {
            return Refusal {
                what_to_do: "Change the quantity to what the vendor takes, then order again."
                    .to_owned(),
                ..self.theirs_in("The vendor does not take this quantity", Some("quantity"))
            };
        }
        self.theirs("Ion or the vendor refused this order")
    }

    /// Ours in front, theirs in quotes with the code.
    fn theirs(&self, ours: &str) -> Refusal {
        self.theirs_in(ours, None)
    }

    fn theirs_in(&self, ours: &str, field: Option<&str>) -> Refusal {
        let words = self.fault.text.trim();
        let code = self.fault.code.trim();
        let text = match (words.is_empty(), code.is_empty()) {
            (true, true) => format!("{ours}, and gave no reason."),
            (true, false) => format!("{ours} ({code})."),
            (false, true) => format!("{ours}: “{words}”"),
            (false, false) => format!("{ours}: “{words}” ({code})"),
        };
        Refusal {
            text,
            field: field
                .and_then(|field| self.path(field))
                .or_else(|| self.line.map(|line| format!("/lines/{line}"))),
            what_to_do: "Mend what is named and order again. If it is not clear, ask the distributor with the code and the id of the request.".to_owned(),
        }
    }
}

/// The line that a fault is about: as Ion says, else as its source names an item, else the only one there is.
fn line_of(fault: &OrderFault, content: &OrderContent) -> Option<usize> {
    let count = content.lines.len();
    fault
        .line
        .or_else(|| index_after(&fault.source, "orderItems"))
        .or_else(|| index_after(&fault.text, "orderItems"))
        .filter(|line| *line < count)
        .or_else(|| (count == 1).then_some(0))
}

/// The number after a word: `/orderItems/0/attributes`, `orderItems[0]`.
fn index_after(text: &str, word: &str) -> Option<usize> {
    let (_, rest) = text.split_once(word)?;
    let rest = rest.trim_start_matches(['/', '[', '.']);
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// The texts between single quotes.
fn quoted(text: &str) -> Vec<String> {
    text.split('\'')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

/// The field of ours for a name of Ion's, and what people call it. A bare name that is no member of a line is an attribute; one with a path
/// in front, such as `order.status`, is a member of Ion's that no field of ours stands for.
fn field_of(name: &str) -> (Option<String>, String) {
    let last = name.rsplit(['.', '/']).next().unwrap_or(name);
    let (field, label) = match last {
        "productId" => ("product", "Product"),
        "skuId" => ("sku", "SKU"),
        "planId" => ("plan", "Plan"),
        "quantity" => ("quantity", "Quantity"),
        "resourceId" => ("subscription", "Subscription"),
        "endCustomerPO" => ("customer_po", "Customer's PO"),
        "resellerPO" => ("reseller_po", "Your PO"),
        "addOns" | "addOnId" => ("add_ons", "Add-ons"),
        "attributes" => ("attributes", "What the vendor needs"),
        other => {
            let attribute = other == name || name.contains("attributes");
            let field = attribute.then(|| format!("attributes/{}", pointer_part(other)));
            return (field, label_of(other));
        }
    };
    (Some(field.to_owned()), label.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;
    use crate::samples::{line, monthly_line};

    fn fault(code: &str, text: &str) -> OrderFault {
        OrderFault {
            code: code.to_owned(),
            text: text.to_owned(),
            source: String::new(),
            line: None,
        }
    }

    fn one_line() -> OrderContent {
        OrderContent {
            lines: vec![line()],
            note: String::new(),
        }
    }

    fn two_lines() -> OrderContent {
        OrderContent {
            lines: vec![line(), monthly_line(1, "1")],
            note: String::new(),
        }
    }

    /// The official examples of order validation, and what clients met.
    #[rstest]
    #[case(
        "COMM-VL-001 ",
        "The 'productId' attribute must be present in the 'order.orderItem' object.",
        Some("/lines/0/product"),
        "Ion misses this in the order: Product."
    )]
    #[case(
        "COMM-VL-002",
        "The 'order.orderItem.action' must be equal to one of the allowed values: ['CREATE', 'UPDATE'].",
        Some("/lines/0"),
        "Ion does not take this value: Action."
    )]
    #[case(
        "COMM-VL-003",
        "The 'resourceId' attribute must be present in the 'order.orderItem' object when 'action' is 'UPDATE'.",
        Some("/lines/0/subscription"),
        "Ion needs the vendor's id of the subscription that is to be changed."
    )]
    #[case(
        "COMM-VL-004",
        "The 'domainName' attribute must be present in the 'Order.orderItem.attributes' array when the provider is 'AZURE' and the action is 'CREATE'.",
        Some("/lines/0/attributes/domainName"),
        "Ion misses this in the order: Tenant domain."
    )]
    #[case(
        "MSFT_CR_033",
        "renewalSetting is mandatory",
        Some("/lines/0/attributes/renewalSetting"),
        "Microsoft needs to know what happens at the end of the term."
    )]
    #[case(
        "NOT_FOUND",
        "resource 'accounts/10001/customers/10991' not found",
        Some("/customer"),
        "Ion does not know the customer of this order."
    )]
    #[case(
        "NOT_FOUND",
        "listing AWS-EC not found",
        Some("/lines/0/product"),
        "Ion does not list the product any more."
    )]
    #[case(
        "NOT_FOUND",
        "Subscription * not found",
        Some("/lines/0/subscription"),
        "Ion does not know the subscription any more."
    )]
    #[case(
        "NOT_FOUND",
        "resource 'accounts/10001/customers/10991/orders/1899' not found",
        None,
        "Ion does not know this order any more."
    )]
    #[case(
        "PERMISSION_DENIED",
        "User does not have access to this resource.",
        None,
        "The login may not place orders at Ion."
    )]
    #[case(
        "CUS-CR-001",
        "in use",
        Some("/customer"),
        "Ion knows the customer's e-mail from another customer."
    )]
    #[case(
        "CUS-XX-9",
        "?",
        Some("/customer"),
        "Ion refuses the customer of this order."
    )]
    #[case(
        "GOOGLE_DOMAIN_EXISTS",
        "Domain marmalade.example already exists in another customer account. Provide a valid transfer token.",
        Some("/lines/0/attributes/customerDomain"),
        "The vendor knows this domain already: “Domain marmalade.example already exists in another customer account. Provide a valid transfer token.” (GOOGLE_DOMAIN_EXISTS)"
    )]
    #[case(
        "4711",
        "Something that nobody has met.",
        Some("/lines/0"),
        "Ion or the vendor refused this order: “Something that nobody has met.” (4711)"
    )]
    #[case(
        "",
        "",
        Some("/lines/0"),
        "Ion or the vendor refused this order, and gave no reason."
    )]
    fn codes_become_words(
        #[case] code: &str,
        #[case] text: &str,
        #[case] field: Option<&str>,
        #[case] words: &str,
    ) {
        let refusal = explain(&fault(code, text), &one_line());
        assert_eq!(refusal.text, words);
        assert_eq!(refusal.field.as_deref(), field);
        assert!(refusal.what_to_do.ends_with('.'));
    }

    /// The official examples as they were published.
    #[test]
    fn what_ion_publishes_is_understood() {
        for (reply, field) in [
            (
                include_str!(
                    "../../../../fixtures/ion/error-400-RequiredAttributesNotPresent.json"
                ),
                "/lines/0/product",
            ),
            (
                include_str!("../../../../fixtures/ion/error-400-AttributeValueNotAllowed.json"),
                "/lines/0",
            ),
            (
                include_str!(
                    "../../../../fixtures/ion/error-400-ResourceIdRequiredForUpdateAction.json"
                ),
                "/lines/0/subscription",
            ),
            (
                include_str!(
                    "../../../../fixtures/ion/error-400-AzureProviderCreateActionAttributes.json"
                ),
                "/lines/0/attributes/domainName",
            ),
        ] {
            let reply: serde_json::Value = serde_json::from_str(reply).unwrap();
            let error = &reply["details"][0]["errors"][0];
            let text = |name: &str| error[name].as_str().unwrap();
            let refusal = explain(&fault(text("code"), text("detail")), &one_line());
            assert_eq!(refusal.field.as_deref(), Some(field));
            assert!(
                !refusal.text.contains('“'),
                "in our words: {}",
                refusal.text
            );
        }
    }

    #[test]
    fn allowed_values_are_offered() {
        let fault = fault(
            "COMM-VL-002",
            "The 'renewalSetting' must be equal to one of the allowed values: ['auto-on', 'auto-off'].",
        );
        let refusal = explain(&fault, &one_line());
        assert!(refusal.what_to_do.contains("auto-on, auto-off"));
    }

    #[rstest]
    #[case(Some(1), "", Some("/lines/1/attributes/domainName"))]
    #[case(
        None,
        "/orderItems/1/attributes/0",
        Some("/lines/1/attributes/domainName")
    )]
    #[case(
        None,
        "orderItems[0].attributes",
        Some("/lines/0/attributes/domainName")
    )]
    #[case(None, "", None)]
    #[case(Some(7), "", None)]
    fn of_several_lines_the_one_is_named_that_ion_names(
        #[case] at: Option<usize>,
        #[case] source: &str,
        #[case] field: Option<&str>,
    ) {
        let fault = OrderFault {
            source: source.to_owned(),
            line: at,
            ..fault("COMM-VL-004", "The 'domainName' attribute must be present")
        };
        assert_eq!(explain(&fault, &two_lines()).field.as_deref(), field);
    }

    #[test]
    fn a_failure_without_a_word_says_so() {
        let all = explain_all(&[], &one_line());
        assert_eq!(all.len(), 1);
        assert!(all[0].text.contains("gave no reason"));
    }

    proptest! {
        #[test]
        fn no_fault_panics_and_each_says_what_to_do(code: String, text: String, source: String, at in proptest::option::of(0_usize..4)) {
            let fault = OrderFault { code, text, source, line: at };
            for content in [one_line(), two_lines(), OrderContent::default()] {
                let refusal = explain(&fault, &content);
                prop_assert!(!refusal.text.is_empty() && !refusal.what_to_do.is_empty());
            }
        }
    }
}
