//! Lines, subscriptions and prices for tests.

use domain::catalog::{PricePoint, PriceSource};
use domain::order::{Attribute, IonOrder, IonOrderLine, IonOrderStatus, LinePrice, OrderLine};
use domain::subscription::{Subscription, SubscriptionState};
use domain::{Amount, BillingPeriod, Currency, Scale, Term};
use jiff::Timestamp;

pub(crate) fn amount(text: &str) -> Amount {
    Amount::parse(text, Scale::Price).expect("a sample is an amount")
}

pub(crate) fn currency(code: &str) -> Currency {
    code.parse().expect("a sample is a currency")
}

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().expect("a sample is a time")
}

pub(crate) fn dec(text: &str) -> rust_decimal::Decimal {
    text.parse().expect("a sample is a number")
}

pub(crate) fn price(cost: &str, code: &str) -> LinePrice {
    LinePrice {
        currency: currency(code),
        cost: amount(cost),
        sale: None,
        sale_rule: None,
        since: time("2026-11-01T00:00:00Z"),
    }
}

pub(crate) fn point(cost: &str, code: &str) -> PricePoint {
    PricePoint {
        currency: currency(code),
        meter: String::new(),
        cost: amount(cost),
        list: None,
        source: PriceSource::PriceBook,
    }
}

/// 25 seats of Business Premium at 18.72 EUR, a year, billed monthly; complete.
pub(crate) fn line() -> OrderLine {
    OrderLine {
        product: None,
        product_ion_id: "Microsoft365EandFNCE-isvnlnce".to_owned(),
        sku_id: "USCFQ7TTC0LCHC0002".to_owned(),
        plan_id: "Monthly---Annual-Commit-n15".to_owned(),
        vendor: "Microsoft".to_owned(),
        provider_id: "30".to_owned(),
        product_name: "Microsoft 365".to_owned(),
        sku_name: "Business Premium".to_owned(),
        plan_name: "Monthly, annual commitment".to_owned(),
        part_number: Some("CFQ7TTC0LCHC:0002:P1Y:M".to_owned()),
        term: Term::P1Y,
        billing: BillingPeriod::Monthly,
        quantity: 25,
        quantity_before: None,
        resource_id: None,
        customer_po: String::new(),
        reseller_po: String::new(),
        add_ons: Vec::new(),
        attributes: vec![
            attribute("domainName", "quillfeather.onmicrosoft.example"),
            attribute("renewalSetting", "auto-on"),
        ],
        price: Some(price("18.72", "EUR")),
    }
}

/// The same by the month.
pub(crate) fn monthly_line(quantity: u32, cost: &str) -> OrderLine {
    OrderLine {
        sku_id: "Teams-Phone".to_owned(),
        plan_id: "Monthly-n1".to_owned(),
        sku_name: "Teams Phone".to_owned(),
        part_number: Some("CFQ7TTC0LH0T:0001:P1M:M".to_owned()),
        term: Term::P1M,
        quantity,
        price: Some(price(cost, "EUR")),
        ..line()
    }
}

pub(crate) fn attribute(name: &str, value: &str) -> Attribute {
    Attribute {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

/// 74 seats, bought two years ago, renewed last December, renews on 19 December 2026.
pub(crate) fn subscription() -> Subscription {
    Subscription {
        ion_id: "2277242".to_owned(),
        resource_id: "b9bd9b30-6ae3-4d15-c438-f3cde89888ea".to_owned(),
        name: "Business Premium".to_owned(),
        ion_customer_id: "49988".to_owned(),
        ion_customer_name: "Hedgehog Logistics Oy".to_owned(),
        provider_id: "30".to_owned(),
        resource_type: "AZURE::Subscription".to_owned(),
        product_ion_id: "Microsoft365EandFNCE-isvnlnce".to_owned(),
        sku_id: "USCFQ7TTC0LCHC0002".to_owned(),
        plan_id: "Monthly---Annual-Commit-n15".to_owned(),
        product_name: "Microsoft 365".to_owned(),
        sku_name: "Business Premium".to_owned(),
        plan_name: "Monthly, annual commitment".to_owned(),
        part_number: Some("CFQ7TTC0LCHC:0002:P1Y:M".to_owned()),
        state: SubscriptionState::Active,
        state_word: "active".to_owned(),
        seats: Some(74),
        term: Term::P1Y,
        billing: BillingPeriod::Monthly,
        currency: Some(currency("EUR")),
        cost: Some(amount("17.40")),
        price: None,
        list: None,
        purchased_at: Some(time("2024-12-19T10:00:00Z")),
        starts_at: Some(time("2025-12-19T10:00:00Z")),
        ends_at: Some(time("2026-12-19T10:00:00Z")),
        renews_at: Some(time("2026-12-19T10:00:00Z")),
        cancellable_until: Some(time("2025-12-26T10:00:00Z")),
        auto_renew: Some(true),
        trial: false,
        reseller_po: String::new(),
        customer_po: String::new(),
        updated_at: None,
    }
}

/// An order of Ion's for [`line`], without a reference.
pub(crate) fn ion_order(id: &str, made: &str) -> IonOrder {
    let line = line();
    IonOrder {
        ion_id: id.to_owned(),
        ion_customer_id: "49988".to_owned(),
        reference: String::new(),
        display_name: String::new(),
        status: IonOrderStatus::New,
        status_word: "NEW".to_owned(),
        currency: None,
        total: None,
        lines: vec![IonOrderLine {
            reference: String::new(),
            action: "CREATE".to_owned(),
            product_ion_id: line.product_ion_id,
            sku_id: line.sku_id,
            plan_id: line.plan_id,
            product_name: String::new(),
            quantity: line.quantity,
            resource_id: None,
            status: String::new(),
            price: None,
            attributes: Vec::new(),
        }],
        faults: Vec::new(),
        placed_by: String::new(),
        created_at: Some(time(made)),
        updated_at: None,
        scheduled_at: None,
    }
}
