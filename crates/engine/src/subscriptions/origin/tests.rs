use domain::order::{IonOrder, IonOrderLine, IonOrderStatus, OrderContent, OrderOrigin};
use domain::subscription::SubscriptionState;
use domain::{BillingPeriod, Term};
use serde_json::json;
use uuid::Uuid;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn subscription(seats: u32, bought: &str) -> Subscription {
    Subscription {
        ion_id: "7".to_owned(),
        resource_id: "guid-7".to_owned(),
        name: String::new(),
        ion_customer_id: "1".to_owned(),
        ion_customer_name: String::new(),
        provider_id: String::new(),
        resource_type: String::new(),
        product_ion_id: "p".to_owned(),
        sku_id: "s".to_owned(),
        plan_id: "n".to_owned(),
        product_name: String::new(),
        sku_name: String::new(),
        plan_name: String::new(),
        part_number: None,
        state: SubscriptionState::Active,
        state_word: "active".to_owned(),
        seats: Some(seats),
        term: Term::P1M,
        billing: BillingPeriod::Monthly,
        currency: None,
        cost: None,
        price: None,
        list: None,
        purchased_at: Some(at(bought)),
        starts_at: None,
        ends_at: None,
        renews_at: None,
        cancellable_until: None,
        auto_renew: Some(true),
        trial: false,
        reseller_po: String::new(),
        customer_po: String::new(),
        updated_at: None,
    }
}

fn order(number: u64, lines: &[(&str, u32, &str)]) -> OrderRow {
    let lines = lines.iter().map(|(sku, quantity, po)| {
        serde_json::from_value(json!({
            "product_ion_id": "p", "sku_id": sku, "plan_id": "n", "term": "P1M", "billing": "monthly",
            "quantity": quantity, "reseller_po": po,
        }))
        .unwrap()
    });
    let made = at("2026-11-23T10:00:00Z");
    OrderRow {
        id: OrderId(Uuid::from_u128(u128::from(number))),
        number,
        connection: ConnectionId(Uuid::nil()),
        customer: None,
        ion_customer_id: "1".to_owned(),
        customer_name: String::new(),
        origin: OrderOrigin::Here,
        action: OrderAction::Buy,
        subscription: None,
        state: OrderState::Completed,
        state_since: made,
        version: 1,
        reference: String::new(),
        ion_id: None,
        content: OrderContent {
            lines: lines.collect(),
            note: String::new(),
        },
        totals: None,
        payload: None,
        ion: None,
        failure: None,
        created_by: String::new(),
        created_at: made,
        edited_by: String::new(),
        edited_at: made,
        submitted_by: None,
        submitted_at: Some(made),
        scheduled_for: None,
        sent_at: None,
        sends: 1,
        looks: 0,
        looked_at: None,
        looked_complete: false,
        next_look_at: None,
        not_found_at: None,
        polled_at: None,
        polls: 0,
        cancel_asked_at: None,
        stuck_at: None,
        ended_at: Some(made),
        price_moved: false,
        has_secret: false,
    }
}

fn shown_by_ion(mut order: OrderRow, resource: &str) -> OrderRow {
    order.ion = Some(IonOrder {
        ion_id: "366".to_owned(),
        ion_customer_id: "1".to_owned(),
        reference: String::new(),
        display_name: String::new(),
        status: IonOrderStatus::Completed,
        status_word: "COMPLETED".to_owned(),
        currency: None,
        total: None,
        lines: vec![IonOrderLine {
            reference: String::new(),
            action: "CREATE".to_owned(),
            product_ion_id: "p".to_owned(),
            sku_id: "s".to_owned(),
            plan_id: "n".to_owned(),
            product_name: String::new(),
            quantity: 1,
            resource_id: Some(resource.to_owned()),
            status: String::new(),
            price: None,
            attributes: Vec::new(),
        }],
        faults: Vec::new(),
        placed_by: String::new(),
        created_at: None,
        updated_at: None,
        scheduled_at: None,
    });
    order
}

#[test]
fn the_vendors_id_wins_over_purchase_orders_seats_and_time() {
    let of = Subscription {
        reseller_po: "R-1".to_owned(),
        ..subscription(5, "2026-11-23T10:05:00Z")
    };
    let by_id = closeness(&shown_by_ion(order(1, &[("s", 9, "")]), "guid-7"), &of, 0);
    let by_po = closeness(&order(2, &[("s", 9, "R-1")]), &of, 0);
    let by_seats = closeness(&order(3, &[("s", 5, "")]), &of, 0);
    let by_variant = closeness(&order(4, &[("s", 9, "")]), &of, 0);
    assert!(by_id > by_po && by_po > by_seats && by_seats > by_variant);
    assert!(by_variant.is_some());
    // Another variant, and a purchase order that says otherwise, are no match.
    assert!(closeness(&order(5, &[("t", 5, "R-1")]), &of, 0).is_none());
    assert!(closeness(&order(6, &[("s", 5, "R-2")]), &of, 0).is_none());
}

#[test]
fn each_line_has_one_subscription() {
    let of = subscription(5, "2026-11-23T10:05:00Z");
    let two = order(1, &[("s", 5, ""), ("s", 8, "")]);
    assert!(closeness(&two, &of, 0).is_some() && closeness(&two, &of, 1).is_some());
    assert!(closeness(&two, &of, 2).is_none());
    // By its id it is known whatever others were counted.
    assert!(closeness(&shown_by_ion(two, "guid-7"), &of, 2).is_some());
}

#[test]
fn a_change_is_explained_by_the_order_that_asked_for_it() {
    use SubscriptionEventKind as Kind;
    let event = |kind, after: &str| SubscriptionEvent {
        kind,
        before: String::new(),
        after: after.to_owned(),
    };
    for (action, quantity, kind, after, does) in [
        (OrderAction::Seats, 14, Kind::Seats, "14", true),
        (OrderAction::Seats, 14, Kind::Seats, "15", false),
        (OrderAction::Suspend, 14, Kind::State, "suspended", true),
        (OrderAction::Suspend, 14, Kind::State, "active", false),
        (OrderAction::Resume, 14, Kind::State, "active", true),
        (OrderAction::Resume, 14, Kind::State, "ends", true),
        (OrderAction::Cancel, 14, Kind::State, "cancelled", true),
        (OrderAction::RenewalOff, 14, Kind::Renewal, "off", true),
        (OrderAction::RenewalOn, 14, Kind::Renewal, "off", false),
        (OrderAction::Buy, 14, Kind::Seats, "14", false),
    ] {
        let explained = explains(action, Some(quantity), &event(kind, after));
        assert_eq!(explained, does, "{action} {kind} {after}");
    }
}

#[test]
fn one_that_failed_made_only_what_ion_names_in_it() {
    let of = subscription(5, "2026-11-23T10:05:00Z");
    let failed = OrderRow {
        state: OrderState::Failed,
        ..order(1, &[("s", 5, "")])
    };
    assert!(closeness(&failed, &of, 0).is_none());
    assert!(closeness(&shown_by_ion(failed, "guid-7"), &of, 0).is_some());
}
