//! The list of orders, and who sees what of it.

use super::*;

#[tokio::test]
async fn who_only_reads_sees_orders_and_no_costs() {
    let house = House::new().await;
    let shop = house.shop().await;
    let row = house.placed(&shop, ME).await;
    house.ready(&shop, shop.year, 25).await;
    let reader = house.browser(Role::ReadOnly).await;
    let list = reader.get("/orders?columns=customer,month,bound").await;
    has(&list, &["Quillfeather Legal LLP", "Submitting"]);
    has_not(&list, &["44.92", "New order", "Per month", "Read Ion now"]);
    assert_eq!(
        reader.get("/orders?sort=bound").await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let page = reader.get(&format!("/orders/{}", row.id)).await;
    has(
        &page,
        &[
            "Your role does not show costs.",
            "2 seats, 1 month, monthly",
        ],
    );
    has_not(
        &page,
        &["22.46", "44.92", "Copy to new", "Cancel the order"],
    );
    // A draft is shown as it is, and not to be changed.
    let drafts = orders::search(
        house.store.read(),
        &OrderFilter {
            states: vec![OrderState::Draft],
            ..OrderFilter::default()
        },
    )
    .await
    .unwrap();
    let draft = drafts.orders[0].id;
    let page = reader.get(&format!("/orders/{draft}")).await;
    has(&page, &["Draft", "25 seats, 1 year, monthly"]);
    has_not(&page, &["18.72", "468.00"]);
    assert_eq!(
        reader
            .get(&format!("/orders/{draft}/edit/review"))
            .await
            .status,
        StatusCode::FORBIDDEN
    );
    // Finance sees the money and places nothing.
    let finance = house.browser(Role::Finance).await;
    let page = finance.get(&format!("/orders/{}", row.id)).await;
    has(&page, &["44.92"]);
    has_not(&page, &["Copy to new"]);
}

#[tokio::test]
async fn the_list_is_parted_searched_filtered_and_taken_out() {
    let house = House::new().await;
    let shop = house.shop().await;
    let placed = house.placed(&shop, ME).await;
    let failed = house.placed(&shop, ME).await;
    let now = house.clock.now();
    house
        .becomes(&failed, |row| {
            row.state = OrderState::Failed;
            row.ended_at = Some(now);
        })
        .await;
    house.ready(&shop, shop.year, 25).await;
    let sam = known(&house, ME, Role::Sales).await;
    let list = sam.get("/orders").await;
    has(
        &list,
        &[
            "3 orders, from here and from the Ion portal.",
            "Bound (EUR)",
            "5,616.00",
            "1–3 of 3 orders",
            "Need you",
            "On its way to Ion",
            "Review and place it",
        ],
    );
    let number = |row: &OrderRow| format!("O-{}", row.number);
    let part = async |query: &str| sam.part(&format!("/orders?{query}")).await;
    let needs = part("show=needs-you").await;
    has(&needs, &[&number(&failed)]);
    has_not(&needs, &[&number(&placed), "<!doctype"]);
    has(&part("show=under-way").await, &[&number(&placed)]);
    has(&part("show=ion").await, &["No order fits these filters"]);
    has(&part("q=zzz").await, &["No order has “zzz” in it"]);
    has(&part("state=attention").await, &[&number(&failed)]);
    has(
        &part(&format!("customer={}&sort=-bound", shop.customer)).await,
        &["3 orders"],
    );
    // A word that is none is left out: an old address shows the list.
    has(&part("show=everything").await, &["3 orders"]);
    has(&part("state=drafts").await, &["3 orders"]);
    // Columns are chosen in the address.
    let few = part("columns=reference").await;
    has(&few, &["Reference", &placed.reference]);
    has_not(&few, &["What is next", "Bound"]);
    let csv = sam.get("/orders/export.csv?show=failed").await;
    has(&csv, &[&number(&failed)]);
    has_not(&csv, &[&number(&placed)]);
    assert!(
        csv.header("content-disposition")
            .contains("orders-2026-11-23.csv"),
        "{csv:?}"
    );
    let json = sam.get("/orders/export.json").await;
    assert_eq!(json.json().as_array().unwrap().len(), 3);
    // What other pages tell of them.
    let home = sam.get("/").await;
    has(
        &home,
        &[
            &format!("Order {} failed", number(&failed)),
            "would have been bound. Nothing is owed.",
            "Orders by state",
            "New order",
        ],
    );
    has(
        &sam.get(&format!("/customers/{}/orders", shop.customer))
            .await,
        &[&number(&placed), "New order"],
    );
    has(
        &sam.get(&format!("/jump?q={}", number(&placed))).await,
        &[&format!("{} · ", number(&placed))],
    );
    has(
        &sam.get(&format!("/products/{}", shop.product)).await,
        &[
            "Order this",
            &format!("/orders/new?product={}", shop.product),
        ],
    );
    assert_eq!(
        sam.get(&format!("/orders/{NOBODY}")).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn an_old_address_of_the_list_still_leads_to_it() {
    let house = House::new().await;
    let shop = house.shop().await;
    let sam = known(&house, ME, Role::Sales).await;
    for quantity in 1..=2 {
        house.ready(&shop, shop.month, quantity).await;
    }
    for path in ["/orders", "/subscriptions"] {
        let old = format!("{path}?after=of-another-sort&size=25");
        goes_to(&sam.get(&old).await, &format!("{path}?size=25"));
    }
    // A mistyped word shows more, on the page and in the file that it links.
    let file = sam
        .get("/orders/export.json?show=everything&state=lost")
        .await;
    assert_eq!(file.status, StatusCode::OK, "{}", file.text);
    assert_eq!(file.json().as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn reading_is_asked_only_of_connections_that_have_a_login() {
    let house = House::new().await;
    let sam = known(&house, ME, Role::Sales).await;
    let none = sam.post("/orders/read", &[]).await;
    assert_eq!(none.status, StatusCode::CONFLICT);
    assert!(
        none.text
            .contains("No connection has a login to read with."),
        "{}",
        none.text
    );
    house.connection("Benelux", false).await;
    goes_to(&sam.post("/orders/read", &[]).await, "/orders?done=reading");
    assert_eq!(house.jobs("read-orders").await, 1);
}
