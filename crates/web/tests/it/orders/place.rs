//! An order is reviewed and placed, now or later.

use super::*;

#[tokio::test]
async fn a_price_that_moved_is_accepted_before_anything_is_placed() {
    let house = House::new().await;
    let shop = house.shop().await;
    let row = house.ready(&shop, shop.year, 25).await;
    // The next import finds another price.
    let found = store::catalog::find_product(house.store.read(), shop.product)
        .await
        .unwrap()
        .unwrap();
    let (mut write, _) = house.premium("Business Premium", "19.00");
    write.id = shop.product;
    write.before = Some(found.product.clone());
    for (write, stored) in write.variants.iter_mut().zip(&found.variants) {
        write.id = stored.id;
    }
    for (entry, stored) in write.ledger.iter_mut().zip(&found.variants) {
        entry.variant = stored.id;
    }
    house.import(shop.connection, vec![write]).await;
    let sam = known(&house, ME, Role::Sales).await;
    let review = format!("/orders/{}/edit/review", row.id);
    let page = sam.get(&review).await;
    has(
        &page,
        &[
            "A price moved since this draft was made",
            "18.72 → 19.00 EUR a seat.",
            "84.00 EUR more",
            "Accept 19.00 EUR",
        ],
    );
    let version = hidden(&page, "version").to_owned();
    let early = sam
        .post(
            &review,
            &[("version", &version), ("typed", "5616.00"), ("do", "place")],
        )
        .await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(early.text.contains("Accept it to go on"), "{}", early.text);
    assert_eq!(house.order(row.id).await.state, OrderState::Draft);
    let accepted = sam
        .post(&review, &[("version", &version), ("do", "accept")])
        .await;
    goes_to(&accepted, &review);
    let page = sam.get(&review).await;
    has(&page, &["Place order, 5,700.00 EUR"]);
    has_not(&page, &["A price moved since"]);
    let version = hidden(&page, "version").to_owned();
    // The total that was seen before is none any more.
    let old = sam
        .post(
            &review,
            &[("version", &version), ("typed", "5616.00"), ("do", "place")],
        )
        .await;
    assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY);
    let placed = sam
        .post(
            &review,
            &[("version", &version), ("typed", "5700"), ("do", "place")],
        )
        .await;
    goes_to(&placed, &format!("/orders/{}", row.id));
}

#[tokio::test]
async fn an_order_is_sent_later_taken_back_and_called_off() {
    let house = House::new().await;
    let shop = house.shop().await;
    let row = house.ready(&shop, shop.month, 2).await;
    let sam = known(&house, ME, Role::Sales).await;
    let review = format!("/orders/{}/edit/review", row.id);
    let place = async |version: &str, day: &str, time: &str| {
        sam.post(
            &review,
            &[
                ("version", version),
                ("day", day),
                ("time", time),
                ("do", "place"),
            ],
        )
        .await
    };
    let version = row.version.to_string();
    for (day, time, why) in [
        ("2026-11-20", "", "This time has passed"),
        ("", "09:00", "Choose the day, too"),
        ("soon", "", "Give a day such as"),
        ("2026-12-01", "noon", "Give a time such as"),
    ] {
        let wrong = place(&version, day, time).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text.contains(why), "{day} {time}: {}", wrong.text);
    }
    let to = goes_to(
        &place(&version, "2026-12-01", "7:30").await,
        &format!("/orders/{}?done=scheduled", row.id),
    );
    let now = house.order(row.id).await;
    assert_eq!(now.state, OrderState::Scheduled);
    assert_eq!(
        now.scheduled_for.unwrap().to_string(),
        "2026-12-01T07:30:00Z"
    );
    has(
        &sam.get(&to).await,
        &[
            "It is sent on 1 Dec 2026, 07:30",
            "Take it back",
            "Cancel the order",
        ],
    );
    let back = sam
        .post(
            &format!("/orders/{}/take-back", row.id),
            &[("state", "scheduled")],
        )
        .await;
    goes_to(&back, &format!("/orders/{}", row.id));
    assert_eq!(house.order(row.id).await.state, OrderState::Draft);
    // Emptied, it is sent at once, whatever stood there before.
    let page = sam.get(&review).await;
    let version = hidden(&page, "version").to_owned();
    goes_to(&place(&version, "2026-12-01", "").await, "/orders/");
    // Seen scheduled, it is called off as that and nothing else.
    let stale = sam
        .post(
            &format!("/orders/{}/cancel", row.id),
            &[("state", "placed")],
        )
        .await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(stale.text.contains("Nothing was done"), "{}", stale.text);
    let off = sam
        .post(
            &format!("/orders/{}/cancel", row.id),
            &[("state", "scheduled")],
        )
        .await;
    goes_to(&off, &format!("/orders/{}?done=cancelled", row.id));
    let page = sam.get(&format!("/orders/{}", row.id)).await;
    has(&page, &["Cancelled", "Copy to new"]);
    let copy = sam.post(&format!("/orders/{}/copy", row.id), &[]).await;
    let other = id_in(&goes_to(&copy, "/orders/"));
    assert_ne!(other, row.id);
    let copied = house.order(other).await;
    assert_eq!(copied.content.lines.len(), 1);
    let gone = sam
        .post(
            &format!("/orders/{other}/discard"),
            &[("version", &copied.version.to_string())],
        )
        .await;
    goes_to(&gone, "/orders?done=discarded");
    assert_eq!(
        sam.get(&format!("/orders/{other}")).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn another_customer_is_chosen_and_one_who_is_not_in_ion_holds_the_order_back() {
    let house = House::new().await;
    let shop = house.shop().await;
    let sam = known(&house, ME, Role::Sales).await;
    let row = house.ready(&shop, shop.month, 2).await;
    let elsewhere = house
        .engine
        .create_customer(
            Customer {
                fields: domain::customer::CustomerFields::default()
                    .with(Field::Organisation, "Cobblestone Robotics B.V."),
                ..Customer::default()
            },
            None,
            &actor(ME),
        )
        .await
        .unwrap();
    let path = format!("/orders/{}/edit/customer", row.id);
    has(
        &sam.get(&path).await,
        &["For whom is", "Quillfeather Legal LLP", "Cobblestone"],
    );
    has(
        &sam.part(&format!("{path}?q=cobble")).await,
        &["id=\"found\"", "Cobblestone"],
    );
    let chosen = sam
        .post(
            &path,
            &[
                ("version", &row.version.to_string()),
                ("customer", &elsewhere.to_string()),
            ],
        )
        .await;
    let to = goes_to(&chosen, &format!("/orders/{}/edit/review", row.id));
    let page = sam.get(&to).await;
    has(
        &page,
        &[
            "Cobblestone Robotics B.V. is not in Ion yet.",
            "Create Cobblestone Robotics B.V. in Ion",
        ],
    );
    let version = hidden(&page, "version").to_owned();
    let held = sam
        .post(
            &format!("/orders/{}/edit/review", row.id),
            &[("version", &version), ("do", "place")],
        )
        .await;
    assert_eq!(held.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        held.text
            .contains("It was not placed: one thing stands against it"),
        "{}",
        held.text
    );
    assert_eq!(house.jobs("submit-order").await, 0);
}
