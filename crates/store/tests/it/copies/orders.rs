//! Orders, subscriptions and margin rules, in every table that there is of them.

use domain::customer::CloudProfile;
use domain::margin::{MarginKind, MarginRule, MarginScope, Rounding};
use domain::order::{OrderState, Template};
use domain::subscription::SubscriptionEventKind;
use domain::{ConnectionId, MarginRuleId};
use store::Store;
use store::customers::{self, CloudProfilesRow};
use store::margins::{self, MarginRow};
use store::orders::{
    self, OrderEventKind, OrderEventRow, OrderFilter, OrderSetting, SealedLogin, TemplateRow,
};
use store::subscriptions::{self, SubscriptionEventRow, SubscriptionFilter};

use crate::make::Make;
use crate::orders::bed as order;
use crate::subscriptions::bed as subscription;

/// Every table of them; a new one is added here, and filled below.
pub(super) const TABLES: [&str; 16] = [
    "order_head",
    "order_body",
    "order_line",
    "order_event",
    "order_secret",
    "subscription",
    "subscription_content",
    "subscription_reading",
    "subscription_month",
    "subscription_tally",
    "subscription_event",
    "subscription_reminder",
    "margin_rule",
    "provision_template",
    "cloud_profiles",
    "order_setting",
];

/// A row in every table, odd texts in some.
pub(super) async fn fill(store: &Store, make: &Make, connection: ConnectionId) {
    let (run, now) = (make.run(store, connection).await, make.now());
    let customer = subscription::customer(store, make, "Copper \"Kite\" \u{1f980}").await;
    let mut one = subscription::new(make, "it's");
    one.customer = Some(customer);
    one.subscription.renews_at = Some(now);
    let tx = store.begin().await.unwrap();
    let number = orders::next_number(&tx).await.unwrap();
    let mut placed = order::in_state(
        order::draft(make, connection, number),
        OrderState::Placed,
        make,
    );
    placed.customer = Some(customer);
    placed.subscription = Some(one.id);
    placed.ion = Some(order::at_ion("o-1", &placed.reference));
    placed.ion_id = Some("o-1".to_owned());
    one.order = Some(placed.id);
    orders::insert(&tx, &placed).await.unwrap();
    let event = OrderEventRow {
        order: placed.id,
        at: now,
        kind: OrderEventKind::Accepted,
        actor: "Ion".to_owned(),
        message: "it's there".to_owned(),
        detail: String::new(),
        request_id: None,
    };
    orders::add_events(&tx, &[event]).await.unwrap();
    let login = SealedLogin {
        line: 0,
        user_name: vec![0, 39],
        password: vec![255, 0],
        for_whom: "kim".to_owned(),
    };
    orders::keep_logins(&tx, placed.id, &[login], now)
        .await
        .unwrap();
    subscriptions::upsert_many(&tx, connection, &[one.clone()], now)
        .await
        .unwrap();
    let event = SubscriptionEventRow {
        subscription: one.id,
        at: now,
        kind: SubscriptionEventKind::Seen,
        before: String::new(),
        after: "it's".to_owned(),
        run: Some(run),
        order: Some(placed.id),
    };
    subscriptions::add_events(&tx, &[event]).await.unwrap();
    subscriptions::give_reminders(&tx, &[(one.id, now, 30)], now)
        .await
        .unwrap();
    let rule = MarginRow {
        rule: MarginRule {
            id: MarginRuleId::new(&make.ids),
            name: "it's".to_owned(),
            scope: MarginScope::default(),
            kind: MarginKind::Margin,
            value: "12.50".parse().unwrap(),
            currency: None,
            rounding: Rounding::NinetyNine,
            floor: None,
            from: "2026-01-01".parse().unwrap(),
            until: None,
        },
        version: 3,
        created_by: "kim".to_owned(),
        created_at: now,
        edited_by: "kim".to_owned(),
        edited_at: now,
        retired_at: None,
    };
    margins::insert(&tx, &rule).await.unwrap();
    let template = TemplateRow {
        connection,
        vendor: "MICROSOFT".to_owned(),
        provider: "AZURE".to_owned(),
        action: "CREATE".to_owned(),
        template: Some(Template::default()),
        hash: [255; 32],
        read_at: now,
        changed_at: now,
        failed: None,
    };
    orders::save_template(&tx, &template).await.unwrap();
    let profiles = CloudProfilesRow {
        connection,
        ion_customer_id: "49957".to_owned(),
        profiles: vec![CloudProfile {
            domain: "it's.onmicrosoft.com".to_owned(),
            ..CloudProfile::default()
        }],
        read_at: now,
        changed_at: now,
        failed: None,
    };
    customers::save_cloud_profiles(&tx, &profiles)
        .await
        .unwrap();
    let setting = OrderSetting {
        orders_until: Some(now),
        ..OrderSetting::default()
    };
    orders::save_setting(&tx, connection, &setting)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// What is told of them, and what waits to be seen.
pub(super) async fn holds(store: &Store) {
    let filter = OrderFilter {
        text: "premium o-1".to_owned(),
        ..OrderFilter::default()
    };
    let page = orders::search(store.read(), &filter).await.unwrap();
    let placed = orders::find(store.read(), page.orders[0].id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(placed.reference, "IB-1");
    let all = SubscriptionFilter::default();
    let page = subscriptions::search(store.read(), &all).await.unwrap();
    assert_eq!(page.total, 1);
    assert_eq!(page.subscriptions[0].order, Some(placed.id));
    assert_eq!(page.subscriptions[0].customer, placed.customer);
    let costs = subscriptions::cost_by_vendor(store.read()).await.unwrap();
    assert_eq!(costs[0].cost_units, 100_000_000);
    let rules = margins::list(store.read(), false).await.unwrap();
    assert_eq!(rules[0].rule.value.to_string(), "12.50");
    let tx = store.begin().await.unwrap();
    assert_eq!(orders::next_number(&tx).await.unwrap(), 2);
    let login = orders::take_login(&tx, placed.id, 0).await.unwrap();
    assert_eq!(login.unwrap().password, [255, 0]);
    drop(tx);
}
