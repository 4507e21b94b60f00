//! Orders to start from.

use domain::order::{
    AddOnLine, Attribute, IonOrder, IonOrderStatus, LinePrice, OrderAction, OrderContent,
    OrderLine, OrderOrigin, OrderState, OrderTotals,
};
use domain::{Amount, BillingPeriod, ConnectionId, Currency, OrderId, Scale, Term};
use store::Store;
use store::orders::{self, OrderFilter, OrderRow};

use crate::make::Make;

pub(crate) fn euro() -> Currency {
    "EUR".parse().unwrap()
}

pub(crate) fn price(cost: &str, sale: Option<&str>) -> LinePrice {
    let amount = |text: &str| Amount::parse(text, Scale::Price).unwrap();
    LinePrice {
        currency: euro(),
        cost: amount(cost),
        sale: sale.map(amount),
        sale_rule: None,
        since: crate::make::noon(),
    }
}

/// A line of ten seats for a year, billed monthly, at 10.00 each.
pub(crate) fn line(vendor: &str, product: &str) -> OrderLine {
    OrderLine {
        product: None,
        product_ion_id: format!("p-{product}"),
        sku_id: format!("s-{product}"),
        plan_id: format!("n-{product}"),
        vendor: vendor.to_owned(),
        provider_id: "30".to_owned(),
        product_name: product.to_owned(),
        sku_name: String::new(),
        plan_name: "Annual".to_owned(),
        part_number: None,
        term: Term::P1Y,
        billing: BillingPeriod::Monthly,
        quantity: 10,
        quantity_before: None,
        resource_id: None,
        customer_po: String::new(),
        reseller_po: String::new(),
        add_ons: Vec::new(),
        attributes: Vec::new(),
        price: Some(price("10", Some("12"))),
    }
}

pub(crate) fn add_on(name: &str) -> AddOnLine {
    AddOnLine {
        add_on_id: format!("a-{name}"),
        plan_id: format!("n-{name}"),
        name: name.to_owned(),
        plan_name: String::new(),
        term: Term::P1Y,
        billing: BillingPeriod::Monthly,
        quantity: 1,
        price: Some(price("1", Some("2"))),
    }
}

/// A draft of ours with the number and one line, totals worked out.
pub(crate) fn draft(make: &Make, connection: ConnectionId, number: u64) -> OrderRow {
    let content = OrderContent {
        lines: vec![line("Microsoft", "Premium")],
        note: String::new(),
    };
    let mut order = OrderRow {
        id: OrderId::new(&make.ids),
        number,
        connection,
        customer: None,
        ion_customer_id: String::new(),
        customer_name: format!("Customer {number}"),
        origin: OrderOrigin::Here,
        action: OrderAction::Buy,
        subscription: None,
        state: OrderState::Draft,
        state_since: make.now(),
        version: 1,
        reference: format!("IB-{number}"),
        ion_id: None,
        content,
        totals: None,
        payload: None,
        ion: None,
        failure: None,
        created_by: "kim".to_owned(),
        created_at: make.now(),
        edited_by: "kim".to_owned(),
        edited_at: make.now(),
        submitted_by: None,
        submitted_at: None,
        scheduled_for: None,
        sent_at: None,
        sends: 0,
        looks: 0,
        looked_at: None,
        looked_complete: false,
        next_look_at: None,
        not_found_at: None,
        polled_at: None,
        polls: 0,
        cancel_asked_at: None,
        stuck_at: None,
        ended_at: None,
        price_moved: false,
        has_secret: false,
    };
    add_up(&mut order);
    order
}

pub(crate) fn add_up(order: &mut OrderRow) {
    order.totals = Some(rules::orders::money::totals(&order.content));
}

pub(crate) fn totals(order: &OrderRow) -> &OrderTotals {
    order.totals.as_ref().unwrap()
}

/// The same in another state, since now.
pub(crate) fn in_state(mut order: OrderRow, state: OrderState, make: &Make) -> OrderRow {
    order.state = state;
    order.state_since = make.now();
    if !matches!(state, OrderState::Draft) {
        order.submitted_at = Some(make.now());
        order.submitted_by = Some("kim".to_owned());
    }
    if state.is_final() {
        order.ended_at = Some(make.now());
    }
    order
}

pub(crate) fn at_ion(ion_id: &str, reference: &str) -> IonOrder {
    IonOrder {
        ion_id: ion_id.to_owned(),
        ion_customer_id: "42".to_owned(),
        reference: reference.to_owned(),
        display_name: format!("Order {ion_id}"),
        status: IonOrderStatus::New,
        status_word: "NEW".to_owned(),
        currency: None,
        total: None,
        lines: Vec::new(),
        faults: Vec::new(),
        placed_by: "portal@example.com".to_owned(),
        created_at: None,
        updated_at: None,
        scheduled_at: None,
    }
}

pub(crate) fn attribute(name: &str, value: &str) -> Attribute {
    Attribute {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

pub(crate) async fn insert(store: &Store, orders: &[OrderRow]) {
    let tx = store.begin().await.unwrap();
    orders::insert_many(&tx, orders).await.unwrap();
    tx.commit().await.unwrap();
}

pub(crate) async fn save(store: &Store, order: &OrderRow, expected: u64) -> bool {
    let tx = store.begin().await.unwrap();
    let saved = orders::save(&tx, order, expected).await.unwrap();
    tx.commit().await.unwrap();
    saved
}

pub(crate) async fn read(store: &Store, id: OrderId) -> OrderRow {
    orders::find(store.read(), id).await.unwrap().unwrap()
}

/// Numbers of the orders that a filter finds.
pub(crate) async fn numbers(store: &Store, filter: &OrderFilter) -> Vec<u64> {
    let page = orders::search(store.read(), filter).await.unwrap();
    assert!(page.total >= page.orders.len() as u64);
    page.orders.iter().map(|hit| hit.number).collect()
}
