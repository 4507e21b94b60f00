//! An order that was placed is followed.

use super::*;
use crate::subscriptions::Sold;

#[tokio::test]
async fn an_unconfirmed_order_says_what_is_done_and_is_sent_again_only_when_it_may() {
    let house = House::new().await;
    let shop = house.shop().await;
    let row = house.placed(&shop, ME).await;
    let now = house.clock.now();
    let second = jiff::SignedDuration::from_secs(1);
    let row = house
        .becomes(&row, |row| {
            row.state = OrderState::Unconfirmed;
            row.sent_at = Some(now - second * 60);
            row.sends = 1;
            row.looks = 3;
            row.looked_at = Some(now - second * 20);
            row.next_look_at = Some(now + second * 24);
        })
        .await;
    let sam = known(&house, ME, Role::Sales).await;
    let path = format!("/orders/{}", row.id);
    let page = sam.get(&path).await;
    has(
        &page,
        &[
            "We do not know yet whether Ion has this order",
            "It will not be sent again by itself.",
            "Look 3 of 11, next in",
            "Until 10:56 you need not do anything.",
            "possible once Ion has been searched completely, at 10:56 at the earliest",
            "Look now",
            "I see it in the Ion portal",
            "not known yet",
            "If it is not found by 10:56",
        ],
    );
    let button = &page.text[..page.text.find(">Send again</button>").unwrap()];
    assert!(
        button[button.rfind("<button").unwrap()..].contains("disabled"),
        "Send again is no button that can be pressed"
    );
    // Pressed all the same, nothing is done.
    let early = sam
        .post(&format!("{path}/send-again"), &[("state", "unconfirmed")])
        .await;
    assert_eq!(early.status, StatusCode::CONFLICT);
    assert_eq!(house.order(row.id).await.state, OrderState::Unconfirmed);
    goes_to(
        &sam.post(&format!("{path}/look"), &[("state", "unconfirmed")])
            .await,
        &path,
    );
    // What no search has shown is not taken over.
    let wrong = sam
        .post(&format!("{path}/adopt"), &[("typed_id", "99\"><b>")])
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.text.contains("id=\"typed_id-e\"") && wrong.text.contains("99&#34;&#62;&#60;b&#62;"),
        "{}",
        wrong.text
    );
    // Past patience it is a person's to say.
    house
        .becomes(&row, |row| {
            row.not_found_at = Some(now);
            row.looked_complete = true;
        })
        .await;
    has(
        &sam.get(&path).await,
        &[
            "Ion does not show this order",
            "Close it unsent",
            "Looked 3 times",
        ],
    );
    let again = sam
        .post(&format!("{path}/send-again"), &[("state", "unconfirmed")])
        .await;
    goes_to(&again, &format!("{path}?done=again"));
    assert_eq!(house.order(row.id).await.state, OrderState::Submitting);
    // The same button on a page that was not loaded anew does nothing more.
    let stale = sam
        .post(&format!("{path}/send-again"), &[("state", "unconfirmed")])
        .await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn the_page_of_an_order_moves_only_where_the_order_did() {
    let house = House::new().await;
    let shop = house.shop().await;
    let row = house.placed(&shop, ME).await;
    let sam = known(&house, ME, Role::Sales).await;
    let path = format!("/orders/{}/body", row.id);
    let first = sam.part(&path).await;
    has(&first, &["Submitting", "data-say"]);
    has_not(&first, &["<!doctype", "data-over"]);
    let tag = first.header("etag").to_owned();
    let ask = async || {
        let request = sam
            .request(&http::Method::GET, &path)
            .header("if-none-match", tag.as_str())
            .body(axum::body::Body::empty())
            .unwrap();
        house.send(request).await
    };
    assert_eq!(ask().await.status, StatusCode::NOT_MODIFIED);
    let now = house.clock.now();
    house
        .becomes(&row, |row| {
            row.state = OrderState::Completed;
            row.ion_id = Some("88097".to_owned());
            row.ended_at = Some(now - jiff::SignedDuration::from_mins(3));
            row.next_look_at = None;
        })
        .await;
    let moved = ask().await;
    has(
        &moved,
        &["Completed", "88097", "data-over", "Ion does not tell"],
    );
}

#[tokio::test]
async fn a_failed_order_says_what_to_mend_and_shows_their_words_as_words() {
    let house = House::new().await;
    let shop = house.shop_of(HOSTILE, HOSTILE).await;
    let row = house.placed(&shop, ME).await;
    let now = house.clock.now();
    let row = house
        .becomes(&row, |row| {
            row.state = OrderState::Failed;
            row.ion_id = Some("88119".to_owned());
            row.ended_at = Some(now);
            row.content.note = HOSTILE.to_owned();
            row.failure = Some(OrderFailure {
                message: format!("The vendor knows this domain already: {HOSTILE}"),
                what_to_do: "Check the domain.".to_owned(),
                faults: vec![OrderFault {
                    code: "DOMAIN_EXISTS".to_owned(),
                    text: HOSTILE.to_owned(),
                    source: "Microsoft".to_owned(),
                    line: Some(0),
                }],
                field: Some("/lines/0/attributes/domainName".to_owned()),
                request_id: Some("e71c22a".to_owned()),
            });
        })
        .await;
    let sam = known(&house, ME, Role::Sales).await;
    let page = sam.get(&format!("/orders/{}", row.id)).await;
    has(
        &page,
        &[
            "Nothing was bought and nothing is owed.",
            "Order again, Tenant domain to mend",
            "Open the customer",
            "DOMAIN_EXISTS",
            "domainName = quill.onmicrosoft.example",
            "e71c22a",
            "Copy for a ticket",
            "Would have bound",
            "Never",
        ],
    );
    for path in [
        format!("/orders/{}", row.id),
        "/orders".to_owned(),
        "/".to_owned(),
        format!("/customers/{}/orders", shop.customer),
        "/jump?q=tom".to_owned(),
    ] {
        let page = sam.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(!page.text.contains("<script>alert"), "{path}");
    }
    let again = sam
        .post(&format!("/orders/{}/copy?to=provisioning", row.id), &[])
        .await;
    let to = goes_to(&again, "/orders/");
    assert!(to.contains("/edit/provisioning?done=copied&mend=1"), "{to}");
    let step = sam.get(&to).await;
    has(&step, &["Tenant domain", "&#60;script&#62;alert(1)"]);
    has_not(&step, &["<script>alert"]);
    let copy = id_in(&to);
    for step in ["products", "review", "customer"] {
        let page = sam.get(&format!("/orders/{copy}/edit/{step}")).await;
        assert_eq!(page.status, StatusCode::OK, "{step}");
        assert!(!page.text.contains("<script>alert"), "{step}");
    }
}

#[tokio::test]
async fn an_order_that_failed_shows_no_subscription_but_what_ion_names_in_it() {
    let house = House::new().await;
    let shop = house.shop().await;
    let row = house.placed(&shop, ME).await;
    let row = house
        .becomes(&row, |row| {
            row.state = OrderState::InProgress;
            row.ion_id = Some("88119".to_owned());
        })
        .await;
    let made = house
        .sells(
            shop.connection,
            vec![Sold {
                ion_id: "s9",
                name: "Lantern Suite",
                customer: Some(shop.customer),
                ..Sold::default()
            }],
        )
        .await;
    // It looked like this order's while the order was under way.
    let tx = house.store.begin().await.unwrap();
    store::subscriptions::link_order(&tx, made[0], row.id)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let sam = known(&house, ME, Role::Sales).await;
    let path = format!("/orders/{}", row.id);
    has(
        &sam.get(&path).await,
        &["Open subscription", "Lantern Suite"],
    );
    let row = house
        .becomes(&row, |row| row.state = OrderState::Failed)
        .await;
    has_not(
        &sam.get(&path).await,
        &["Open subscription", "Lantern Suite"],
    );
    // A part of it was carried out: Ion says so by the vendor's id.
    house
        .becomes(&row, |row| {
            row.ion = Some(
                serde_json::from_value(serde_json::json!({
                    "ion_id": "88119", "ion_customer_id": "49988", "reference": "", "display_name": "",
                    "status": "ERROR", "status_word": "ERROR", "currency": null, "total": null, "faults": [],
                    "placed_by": "", "created_at": null, "updated_at": null, "scheduled_at": null,
                    "lines": [{"reference": "", "action": "CREATE", "product_ion_id": "p", "sku_id": "s", "plan_id": "n",
                        "product_name": "", "quantity": 2, "resource_id": "r-s9", "status": "", "price": null, "attributes": []}],
                }))
                .unwrap(),
            );
        })
        .await;
    let partly = sam.get(&path).await;
    has(
        &partly,
        &[
            "Open subscription",
            "Lantern Suite",
            "A part of it was carried out, and is owed",
        ],
    );
    has_not(
        &partly,
        &["Nothing was bought and nothing is owed", "Would have bound"],
    );
}

/// A first log-in of the first line, as it is kept for who placed the order.
async fn keep_login(house: &House, row: &OrderRow, for_whom: &str) {
    let place = format!("{}/0", row.id);
    let seal = |column: &'static str, text: &str| {
        house
            .engine
            .sealer()
            .seal(
                Place {
                    column,
                    row: &place,
                    generation: 0,
                },
                &SecretString::from(text),
            )
            .unwrap()
    };
    let sealed = SealedLogin {
        line: 0,
        user_name: seal("order_secret.user_name", "admin@quill.onms.example"),
        password: seal("order_secret.password", "Tr0ub4dor-and-3"),
        for_whom: for_whom.to_owned(),
    };
    let tx = house.store.begin().await.unwrap();
    orders::keep_logins(
        &tx,
        row.id,
        std::slice::from_ref(&sealed),
        house.clock.now(),
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_first_login_of_an_order_of_a_program_waits_for_a_person() {
    let house = House::new().await;
    let shop = house.shop().await;
    let now = house.clock.now();
    let token = |name: &str, by: &str| ApiTokenRow {
        id: domain::ApiTokenId::new(&*house.ids),
        name: name.to_owned(),
        prefix: "ib_abc".to_owned(),
        role: Role::Sales,
        created_by: by.to_owned(),
        created_at: now,
        used_at: None,
        expires_at: None,
        revoked_at: None,
    };
    let kim = known(&house, "kim@reseller.example", Role::Admin).await;
    let sam = known(&house, ME, Role::Sales).await;
    let tom = known(&house, "tom@reseller.example", Role::ReadOnly).await;
    for (hash, row) in [
        (1, token("shop", ME)),
        (2, token("two", ME)),
        (3, token("two", "kim@reseller.example")),
        // Its maker may not order any more.
        (4, token("old", "tom@reseller.example")),
    ] {
        users::insert_api_token(house.store.read(), &row, &[hash; 32])
            .await
            .unwrap();
    }
    // Of a token: who made it, alone.
    let row = house.placed(&shop, "shop").await;
    keep_login(&house, &row, "shop").await;
    let path = format!("/orders/{}", row.id);
    let theirs = kim.get(&path).await;
    has(
        &theirs,
        &["It waits for sam@reseller.example; nobody else can see it."],
    );
    has_not(&theirs, &["Show it once"]);
    let refused = kim.post(&format!("{path}/login/0/show"), &[]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let mine = sam.get(&path).await;
    has(
        &mine,
        &["who made the API token “shop” that placed the order"],
    );
    let shown = sam.post(&format!("{path}/login/0/show"), &[]).await;
    has(&shown, &["Tr0ub4dor-and-3"]);
    // Where that is nobody, and for the command line: who may place orders, whoever comes first.
    for by in ["command line", "two", "old"] {
        let row = house.placed(&shop, by).await;
        keep_login(&house, &row, by).await;
        let path = format!("/orders/{}", row.id);
        let reads = tom.get(&path).await;
        has(&reads, &["It waits for somebody who may place orders."]);
        has_not(&reads, &["Show it once"]);
        has(
            &sam.get(&path).await,
            &["whoever may place orders can see it", "Show it once"],
        );
        let shown = kim.post(&format!("{path}/login/0/show"), &[]).await;
        has(&shown, &["Tr0ub4dor-and-3"]);
        let again = sam.post(&format!("{path}/login/0/show"), &[]).await;
        goes_to(&again, &path);
    }
}

#[tokio::test]
async fn a_first_login_is_shown_once_and_to_nobody_else() {
    let house = House::new().await;
    let shop = house.shop().await;
    let row = house.placed(&shop, ME).await;
    keep_login(&house, &row, ME).await;
    let sam = known(&house, ME, Role::Sales).await;
    let kim = known(&house, "kim@reseller.example", Role::Admin).await;
    let path = format!("/orders/{}", row.id);
    let theirs = kim.get(&path).await;
    has(&theirs, &["It waits for sam@reseller.example"]);
    has_not(&theirs, &["Show it once", "Forget it unseen"]);
    for what in ["show", "forget"] {
        let refused = kim.post(&format!("{path}/login/0/{what}"), &[]).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(!refused.text.contains("Tr0ub4dor"));
    }
    let mine = sam.get(&path).await;
    has(&mine, &["Show it once", "Forget it unseen"]);
    has_not(&mine, &["Tr0ub4dor", "admin@quill.onms.example"]);
    let shown = sam.post(&format!("{path}/login/0/show"), &[]).await;
    has(
        &shown,
        &[
            "First log-in, shown this once",
            "Tr0ub4dor-and-3",
            "admin@quill.onms.example",
        ],
    );
    assert_eq!(shown.header("cache-control"), "no-store");
    let again = sam.post(&format!("{path}/login/0/show"), &[]).await;
    let to = goes_to(&again, &path);
    let after = sam.get(&to).await;
    has(&after, &["There is no log-in any more"]);
    has_not(&after, &["Tr0ub4dor", "Show it once"]);
}

#[tokio::test]
async fn an_order_of_the_portal_is_called_the_same_on_its_subscription() {
    let house = House::new().await;
    let shop = house.shop().await;
    let row = house.placed(&shop, ME).await;
    let row = house
        .becomes(&row, |row| {
            row.origin = domain::order::OrderOrigin::Ion;
            row.state = OrderState::Completed;
            row.ion_id = Some("88121".to_owned());
        })
        .await;
    let made = house
        .sells(
            shop.connection,
            vec![Sold {
                customer: Some(shop.customer),
                ..Sold::default()
            }],
        )
        .await;
    let tx = house.store.begin().await.unwrap();
    store::subscriptions::link_order(&tx, made[0], row.id)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let sam = known(&house, ME, Role::Sales).await;
    has(
        &sam.get(&format!("/orders/{}", row.id)).await,
        &["Order ION-88121"],
    );
    let page = sam.get(&format!("/subscriptions/{}", made[0])).await;
    has(&page, &[">ION-88121<"]);
    has_not(&page, &[&format!(">O-{}<", row.number)]);
}
