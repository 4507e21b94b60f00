//! An order is put together: lines, customer, what Ion asks for.

use rules::subscriptions::change::SubscriptionChange;

use super::*;
use crate::subscriptions::Sold;

#[tokio::test]
async fn an_order_is_put_together_and_placed_with_forms_alone() {
    let house = House::new().await;
    let shop = house.shop().await;
    let sales = known(&house, ME, Role::Sales).await;
    // Looking writes nothing.
    has(&sales.get("/orders").await, &["No orders yet", "New order"]);
    has(
        &sales
            .get(&format!("/orders/new?variant={}", shop.year))
            .await,
        &["For whom is", "Business Premium", "Order for them"],
    );
    assert_eq!(house.all_orders().await, 0);
    let begun = sales
        .post(
            "/orders/new",
            &[
                ("customer", &shop.customer.to_string()),
                ("product", &shop.product.to_string()),
            ],
        )
        .await;
    let to = goes_to(&begun, "/orders/");
    let id = id_in(&to);
    // The product is open, its terms to choose; nothing is chosen by itself.
    let step = sales.get(&to).await;
    has(
        &step,
        &[
            "Commitment and billing",
            "18.72",
            "Billed yearly",
            "17.83",
            "not offered",
            "Add to the order",
            "no customer yet",
        ][..6],
    );
    assert!(house.order(id).await.content.lines.is_empty());
    let version = hidden(&step, "version");
    let missing = sales
        .post(
            &format!("/orders/{id}/lines"),
            &[("version", version), ("quantity", "25")],
        )
        .await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    let added = sales
        .post(
            &format!("/orders/{id}/lines"),
            &[
                ("version", version),
                ("quantity", "25"),
                ("variant", &shop.month.to_string()),
            ],
        )
        .await;
    goes_to(&added, &format!("/orders/{id}/edit/products"));
    // Other terms, more seats, a PO.
    let step = sales.get(&format!("/orders/{id}/edit/products")).await;
    has(&step, &["561.50 a month for 25 seats", "O-", "saved "]);
    let form = |version: &str, quantity: &str, act: &str| {
        vec![
            ("version", version.to_owned()),
            ("line", "0".to_owned()),
            ("variant.0", shop.year.to_string()),
            ("quantity.0", quantity.to_owned()),
            ("po.0", "QL-2026-118".to_owned()),
            ("own_po.0", String::new()),
            ("note", "Ask Robin".to_owned()),
            ("do", act.to_owned()),
        ]
    };
    let post = async |form: Vec<(&str, String)>| {
        let pairs: Vec<(&str, &str)> = form
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        sales
            .post(&format!("/orders/{id}/edit/products"), &pairs)
            .await
    };
    let version = hidden(&step, "version").to_owned();
    // What cannot be read is told at its field, kept as typed, and stops the way on; the rest is saved.
    let wrong = post(form(&version, "many", "next")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in [
        "aria-invalid=\"true\"",
        "value=\"many\"",
        "Give a whole number of 1 or more",
    ] {
        assert!(wrong.text.contains(part), "{part}: {}", wrong.text);
    }
    let row = house.order(id).await;
    assert_eq!(row.content.lines[0].quantity, 25);
    assert_eq!(row.content.lines[0].customer_po, "QL-2026-118");
    let next = post(form(hidden(&wrong, "version"), "25", "next")).await;
    let to = goes_to(&next, &format!("/orders/{id}/edit/provisioning"));
    let row = house.order(id).await;
    assert_eq!(
        (row.content.lines[0].term, row.content.note.as_str()),
        (Term::P1Y, "Ask Robin")
    );
    assert_eq!(
        row.content.lines[0].price.as_ref().unwrap().cost.text(),
        "18.72"
    );
    // What the vendor needs: what is usual, while Ion's form is on its way.
    let step = sales.get(&to).await;
    has(
        &step,
        &[
            "Microsoft asks for",
            "is being fetched",
            "Tenant domain",
            "At the end of the term",
        ],
    );
    assert_eq!(house.jobs("read-template").await, 1);
    let version = hidden(&step, "version").to_owned();
    let asked = sales
        .post(
            &to,
            &[
                ("version", &version),
                ("group.0", "0"),
                ("attr.0.domainName", "quill.onmicrosoft.example"),
                ("do", "next"),
            ],
        )
        .await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        asked.text.contains("the order is refused without it"),
        "{}",
        asked.text
    );
    let answered = sales
        .post(
            &to,
            &[
                ("version", hidden(&asked, "version")),
                ("group.0", "0"),
                ("attr.0.domainName", "quill.onmicrosoft.example"),
                ("attr.0.renewalSetting", "auto-on"),
                ("do", "next"),
            ],
        )
        .await;
    let review = goes_to(&answered, &format!("/orders/{id}/edit/review"));
    // The review says what it binds to, and wants the total typed.
    let page = sales.get(&review).await;
    has(
        &page,
        &[
            "A commitment of one year",
            "Type the total to confirm",
            "5,616.00",
            "<em>expected</em>",
            "Place order, 5,616.00 EUR",
            "Customer is linked and active in Ion",
            "QL-2026-118",
        ],
    );
    let version = hidden(&page, "version").to_owned();
    let place = async |typed: &str| {
        sales
            .post(
                &review,
                &[("version", &version), ("typed", typed), ("do", "place")],
            )
            .await
    };
    for typed in ["", "5,161.00", "5616 USD"] {
        let wrong = place(typed).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
        assert!(wrong.text.contains("id=\"typed-e\""), "{}", wrong.text);
        assert_eq!(house.order(id).await.state, OrderState::Draft);
    }
    assert_eq!(house.jobs("submit-order").await, 0);
    // Pressed twice, it is placed once.
    let (first, second) = tokio::join!(place("5.616,00 EUR"), place("5.616,00 EUR"));
    goes_to(&first, &format!("/orders/{id}"));
    goes_to(&second, &format!("/orders/{id}"));
    let third = place("5616").await;
    goes_to(&third, &format!("/orders/{id}"));
    assert_eq!(house.jobs("submit-order").await, 1);
    assert_eq!(house.all_orders().await, 1);
    let row = house.order(id).await;
    assert_eq!(row.state, OrderState::Submitting);
    assert_eq!(row.submitted_by.as_deref(), Some(ME));
    has(
        &sales.get(&format!("/orders/{id}?done=placed")).await,
        &[
            "Submitting",
            "Accepted by Ion",
            "Not yet",
            "Confirmed by sam",
            "Order placed",
            "data-poll=",
            "Look again",
        ],
    );
}

#[tokio::test]
async fn two_people_edit_a_draft_and_neither_loses_a_word() {
    let house = House::new().await;
    let shop = house.shop().await;
    let row = house.ready(&shop, shop.year, 25).await;
    let kim = known(&house, "kim@reseller.example", Role::Sales).await;
    let sam = known(&house, ME, Role::Sales).await;
    let path = format!("/orders/{}/edit/products", row.id);
    let page = sam.get(&path).await;
    let version = hidden(&page, "version").to_owned();
    let form = |version: &str, quantity: &str, po: &str| {
        vec![
            ("version".to_owned(), version.to_owned()),
            ("line".to_owned(), "0".to_owned()),
            ("variant.0".to_owned(), shop.year.to_string()),
            ("quantity.0".to_owned(), quantity.to_owned()),
            ("own_po.0".to_owned(), po.to_owned()),
            ("do".to_owned(), "save".to_owned()),
        ]
    };
    let post = async |browser: &Browser<'_>, form: Vec<(String, String)>| {
        let pairs: Vec<(&str, &str)> = form
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        browser.post(&path, &pairs).await
    };
    goes_to(&post(&kim, form(&version, "30", "")).await, &path);
    let moved = post(&sam, form(&version, "25", "R-77")).await;
    assert_eq!(moved.status, StatusCode::CONFLICT);
    for part in [
        "Someone else saved this draft at",
        "kim@reseller.example",
        "Yours is kept below; take over what you need, then save again.",
        "<bdi>30</bdi>",
        "<bdi>25</bdi>",
        "value=\"R-77\"",
    ] {
        assert!(moved.text.contains(part), "{part}: {}", moved.text);
    }
    assert_eq!(house.order(row.id).await.content.lines[0].quantity, 30);
    // Saved again, on what is there now.
    let again = hidden(&moved, "version").to_owned();
    assert_ne!(again, version);
    goes_to(&post(&sam, form(&again, "25", "R-77")).await, &path);
    let now = house.order(row.id).await;
    assert_eq!(now.content.lines[0].quantity, 25);
    assert_eq!(now.content.lines[0].reseller_po, "R-77");
    // What the vendor needs was not in this form, and is still there.
    assert!(now.content.lines[0].attribute("domainName").is_some());
    // Nobody places what they did not see.
    let review = format!("/orders/{}/edit/review", row.id);
    let stale = sam
        .post(
            &review,
            &[("version", &version), ("typed", "5616.00"), ("do", "place")],
        )
        .await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert_eq!(house.order(row.id).await.state, OrderState::Draft);
}

#[tokio::test]
async fn a_draft_saves_itself_part_by_part() {
    let house = House::new().await;
    let shop = house.shop().await;
    let row = house.ready(&shop, shop.year, 25).await;
    let sam = known(&house, ME, Role::Sales).await;
    let path = format!("/orders/{}/edit/products", row.id);
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    pairs.extend_pairs([
        ("csrf", crate::house::csrf().as_str()),
        ("version", &row.version.to_string()),
        ("line", "0"),
        ("variant.0", &shop.year.to_string()),
        ("quantity.0", "26"),
        ("do", "save"),
    ]);
    let request = sam
        .request(&http::Method::POST, &path)
        .header("origin", house.origin())
        .header("sec-fetch-site", "same-origin")
        .header("hx-request", "true")
        .header("hx-request-type", "partial")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(axum::body::Body::from(pairs.finish()))
        .unwrap();
    let part = house.send(request).await;
    has(&part, &["compose-form", "saved ", "486.72"]);
    has_not(&part, &["<!doctype", "<html"]);
    assert_eq!(house.order(row.id).await.content.lines[0].quantity, 26);
    // What was searched for comes as a part, too.
    let found = sam.part(&format!("{path}?q=premium")).await;
    has(
        &found,
        &["id=\"found-products\"", "Business Premium", "Choose"],
    );
    has(
        &sam.part(&format!("{path}?q=zzz")).await,
        &["No product of this connection is called “zzz”"],
    );
}

#[tokio::test]
async fn an_attribute_that_ions_form_does_not_know_is_told_at_its_field() {
    let house = House::new().await;
    let shop = house.shop().await;
    let row = house.ready(&shop, shop.year, 2).await;
    let now = house.clock.now();
    let field = |name: &str, label: &str| TemplateField {
        name: name.to_owned(),
        label: label.to_owned(),
        kind: FieldKind::Text,
        choices: Vec::new(),
        required: false,
        help: String::new(),
    };
    let tx = house.store.begin().await.unwrap();
    orders::save_template(
        &tx,
        &TemplateRow {
            connection: shop.connection,
            vendor: "MICROSOFT".to_owned(),
            provider: "nce".to_owned(),
            action: "CREATE".to_owned(),
            template: Some(Template {
                id: "t1".to_owned(),
                title: "nce, create".to_owned(),
                fields: vec![
                    field("domainName", "Tenant domain"),
                    TemplateField {
                        kind: FieldKind::Choice,
                        choices: vec![("auto-on".to_owned(), "Renew".to_owned())],
                        ..field("renewalSetting", "Renewal")
                    },
                    field("costCentre", HOSTILE),
                ],
                closed: true,
            }),
            hash: [0; 32],
            read_at: now,
            changed_at: now,
            failed: None,
        },
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let sam = known(&house, ME, Role::Sales).await;
    let path = format!("/orders/{}/edit/provisioning", row.id);
    let step = sam.get(&path).await;
    has(
        &step,
        &["from Ion’s form “nce, create”", "&#60;script&#62;alert(1)"],
    );
    has_not(
        &step,
        &["is being fetched", "<script>alert", "Another attribute"],
    );
    let mut content = row.content.clone();
    content.lines[0].set_attribute("partnerOnRecord", "5201118");
    house
        .engine
        .edit_order(row.id, row.version, content, row.customer, &actor(ME))
        .await
        .unwrap();
    let step = sam.get(&path).await;
    has(
        &step,
        &[
            "value=\"partnerOnRecord\"",
            "form does not know this one and refuses it; take it out.",
            "aria-invalid=\"true\"",
        ],
    );
    // Emptied, it is gone.
    let version = hidden(&step, "version").to_owned();
    let saved = sam
        .post(
            &path,
            &[
                ("version", &version),
                ("group.0", "0"),
                ("held.0", "partnerOnRecord"),
                ("attr.0.domainName", "quill.onmicrosoft.example"),
                ("attr.0.renewalSetting", "auto-on"),
                ("attr.0.costCentre", ""),
                ("name.0.0", "partnerOnRecord"),
                ("value.0.0", ""),
                ("do", "next"),
            ],
        )
        .await;
    goes_to(&saved, &format!("/orders/{}/edit/review", row.id));
    let now = house.order(row.id).await;
    assert!(now.content.lines[0].attribute("partnerOnRecord").is_none());
}

#[tokio::test]
async fn a_line_is_copied_and_taken_out() {
    let house = House::new().await;
    let shop = house.shop().await;
    let sam = known(&house, ME, Role::Sales).await;
    let row = house.ready(&shop, shop.month, 2).await;
    let path = format!("/orders/{}/edit/products", row.id);
    let send = async |version: u64, lines: &[(&str, VariantId)], act: &str| {
        let mut form = vec![("version".to_owned(), version.to_string())];
        for (place, variant) in lines {
            form.push(("line".to_owned(), (*place).to_owned()));
            form.push((format!("variant.{place}"), variant.to_string()));
            form.push((format!("quantity.{place}"), "2".to_owned()));
        }
        form.push(("do".to_owned(), act.to_owned()));
        let pairs: Vec<(&str, &str)> = form
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        sam.post(&path, &pairs).await
    };
    goes_to(
        &send(row.version, &[("0", shop.month)], "copy.0").await,
        &path,
    );
    let now = house.order(row.id).await;
    assert_eq!(now.content.lines.len(), 2);
    // The same twice is told; the other terms make it another line.
    let both = [("0", shop.month), ("1", shop.month)];
    let same = send(now.version, &both, "next").await;
    assert_eq!(same.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(same.text.contains("The same as line 1"), "{}", same.text);
    let apart = [("0", shop.month), ("1", shop.yearly)];
    goes_to(&send(now.version, &apart, "save").await, &path);
    let now = house.order(row.id).await;
    assert_eq!(now.content.lines[1].billing, BillingPeriod::Annual);
    has(&sam.get(&path).await, &["427.92", "Remove line"]);
    goes_to(&send(now.version, &apart, "remove.0").await, &path);
    let now = house.order(row.id).await;
    assert_eq!(now.content.lines.len(), 1);
    assert_eq!(now.content.lines[0].plan_id, "yearly");
    assert_eq!(
        send(now.version, &apart[1..], "explode.0").await.status,
        StatusCode::BAD_REQUEST
    );
    // Nothing at all is told once somebody wants to go on.
    goes_to(
        &send(now.version, &[("0", shop.yearly)], "remove.0").await,
        &path,
    );
    let now = house.order(row.id).await;
    let nothing = send(now.version, &[], "next").await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        nothing.text.contains("Nothing is chosen yet"),
        "{}",
        nothing.text
    );
}

#[tokio::test]
async fn an_order_that_changes_a_subscription_keeps_its_customer_wherever_one_asks() {
    let house = House::new().await;
    let shop = house.shop().await;
    let other = house.somebody("Cobblestone Robotics B.V.").await;
    let ids = house
        .sells(
            shop.connection,
            vec![Sold {
                customer: Some(shop.customer),
                ..Sold::default()
            }],
        )
        .await;
    let sam = known(&house, ME, Role::Sales).await;
    let row = house
        .engine
        .change_subscription(
            ids[0],
            SubscriptionChange::Seats(20),
            engine::subscriptions::When::Now,
            &actor(ME),
        )
        .await
        .unwrap();
    let step = format!("/orders/{}/edit/customer", row.id);
    let review = format!("/orders/{}/edit/review", row.id);
    goes_to(&sam.get(&step).await, &review);
    has_not(&sam.get(&review).await, &[&step]);
    let chosen = sam
        .post(
            &step,
            &[
                ("version", &row.version.to_string()),
                ("customer", &other.to_string()),
            ],
        )
        .await;
    assert_eq!(
        chosen.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{chosen:?}"
    );
    let refused = house
        .engine
        .edit_order(
            row.id,
            row.version,
            row.content.clone(),
            Some(other),
            &actor(ME),
        )
        .await
        .unwrap_err();
    assert!(
        refused.to_string().contains("stays with its customer"),
        "{refused}"
    );
    assert_eq!(house.order(row.id).await.customer, Some(shop.customer));
    // All else of it is changed as before.
    let mut content = row.content.clone();
    content.note = "by phone".to_owned();
    house
        .engine
        .edit_order(row.id, row.version, content, row.customer, &actor(ME))
        .await
        .unwrap();
}

#[tokio::test]
async fn what_is_to_be_typed_is_named_to_those_alone_who_may_see_costs() {
    let house = House::new().await;
    let shop = house.shop().await;
    let row = house.ready(&shop, shop.year, 25).await;
    for tells_cost in [true, false] {
        let confirmation = Confirmation {
            tells_cost,
            ..Confirmation::default()
        };
        let refused = house
            .engine
            .submit_order(row.id, row.version, confirmation, &actor(ME))
            .await
            .unwrap_err()
            .to_string();
        assert!(refused.contains("the total"), "{refused}");
        assert_eq!(refused.contains("5,616"), tells_cost, "{refused}");
    }
}
