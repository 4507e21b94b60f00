use super::*;

#[tokio::test]
async fn the_list_is_searched_filtered_sorted_paged_and_taken_out() {
    let house = House::new().await;
    let sales = house.browser(Role::Sales).await;
    has(
        &sales.get("/customers").await,
        &["No customers yet", "New customer"],
    );
    for number in 0..60 {
        house
            .customer(
                &format!("Tea House {number:02}"),
                &format!("a{number}@tea.example"),
            )
            .await;
    }
    house.customer(NAME, "office@kettle.example").await;
    house.customer("=HYPERLINK(1)", "x@evil.example").await;
    let page = sales.get("/customers?size=50").await;
    has(&page, &["1–50 of 62 customers", "rel=\"next\""]);
    let next = page
        .text
        .split("href=\"")
        .filter_map(|part| part.split('"').next())
        .find(|href| href.contains("after="))
        .unwrap()
        .replace("&#38;", "&")
        .replace("&amp;", "&");
    let second = sales.part(&next).await;
    assert!(
        second.text.contains("12 more of 62 customers") && !second.text.contains("<html"),
        "{}",
        second.text
    );
    let found = sales.part("/customers?q=kettle").await;
    has(&found, &["1–1 of 1 customer", "Café"]);
    assert!(!found.text.contains("<b>\u{1f375}"), "a name is no markup");
    has(
        &sales.get("/customers?q=nobodyatall").await,
        &["Nobody is called", "Remove filters"],
    );
    has(
        &sales.get("/customers?link=linked").await,
        &["No customer fits"],
    );
    for bad in ["sort=evil", "link=evil", "connection=evil"] {
        let answer = sales.get(&format!("/customers?{bad}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
    }
    let csv = sales.get("/customers/export.csv?q=hyperlink").await;
    assert!(csv.text.contains("'=HYPERLINK(1)"), "{}", csv.text);
    assert_eq!(csv.text.lines().count(), 2);
    let json = sales.get("/customers/export.json").await.json();
    assert_eq!(json.as_array().unwrap().len(), 62);
    let reader = house.browser(Role::ReadOnly).await;
    let seen = reader.get("/customers").await;
    has(&seen, &["Tea House 00"]);
    assert!(!seen.text.contains("/customers/new") && !seen.text.contains("export.csv"));
    has(&reader.get("/jump?q=kettle").await, &["C-0061"]);
}

#[tokio::test]
async fn a_form_names_what_is_wrong_and_keeps_what_was_typed() {
    let house = House::new().await;
    let sales = house.browser(Role::Sales).await;
    let form = [
        ("organisation", ""),
        ("street", "7 <Imaginary> Row"),
        ("email", "robin@nowhere"),
        ("contact_name.0", "Pat"),
        ("contact_email.0", "no address"),
        ("notes", "one\r\ntwo"),
    ];
    let refused = sales.post("/customers/new", &form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in [
        "fields are wrong",
        "7 &#60;Imaginary&#62; Row",
        "robin@nowhere",
        "no address",
        "aria-invalid=\"true\"",
        "id=\"organisation-e\"",
        "one\ntwo",
    ] {
        assert!(refused.text.contains(part), "{part}: {}", refused.text);
    }
    let more = sales
        .post(
            "/customers/new",
            &[("organisation", "Kettle"), ("more", "contact")],
        )
        .await;
    has(&more, &["name=\"contact_name.0\"", "value=\"Kettle\""]);
    let made = sales
        .post(
            "/customers/new",
            &[
                ("organisation", NAME),
                ("country", "XK"),
                ("state", "Any text"),
                ("email", "robin@kettle.example"),
                ("tags", "gold, silver"),
                ("external_system.0", "erp"),
                ("external_id.0", "10071"),
            ],
        )
        .await;
    let to = goes_to(&made, "/customers/");
    let path = to.split('?').next().unwrap();
    has(
        &sales.get(&to).await,
        &[
            "Customer added",
            "Café &#38; Söhne &#60;b&#62;",
            "gold",
            "erp 10071",
            "Any text",
        ],
    );
    let edit = sales.get(&format!("{path}/edit")).await;
    has(
        &edit,
        &[
            "value=\"Any text\"",
            "name=\"version\" value=\"1\"",
            "Ion would not take it yet",
        ],
    );
    let fields = [
        ("version", "1"),
        ("organisation", "Kettle One"),
        ("email", "robin@kettle.example"),
    ];
    goes_to(&sales.post(&format!("{path}/edit"), &fields).await, path);
    let late = [
        ("version", "1"),
        ("organisation", "Kettle Two"),
        ("email", "robin@kettle.example"),
        ("city", "Leeds"),
    ];
    let moved = sales.post(&format!("{path}/edit"), &late).await;
    assert_eq!(moved.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in [
        "Someone else saved",
        "Kettle One",
        "Kettle Two",
        "value=\"Leeds\"",
        "name=\"version\" value=\"2\"",
    ] {
        assert!(moved.text.contains(part), "{part}: {}", moved.text);
    }
    let again = [
        ("version", "2"),
        ("organisation", "Kettle Two"),
        ("email", "robin@kettle.example"),
        ("city", "Leeds"),
    ];
    goes_to(&sales.post(&format!("{path}/edit"), &again).await, path);
    has(&sales.get(path).await, &["Kettle Two", "Leeds"]);
}

#[tokio::test]

async fn every_tab_of_a_customer_answers_and_its_buttons_act() {
    let house = House::new().await;
    let connection = house.connection("Nordics", false).await;
    let id = house
        .customer("Kettle Works", "office@kettle.example")
        .await;
    let other = house
        .customer("Kettle Workshop", "shop@kettle.example")
        .await;
    let sales = house.browser(Role::Sales).await;
    let base = format!("/customers/{id}");
    for (tab, part) in [
        ("", "Not in Ion"),
        ("/contacts", "Robin Example"),
        ("/orders", "No orders of this customer"),
        (
            "/subscriptions",
            "No subscription of this customer was read",
        ),
        ("/history", "Made here"),
        ("/settings", "Create it in Ion"),
    ] {
        has(
            &sales.get(&format!("{base}{tab}")).await,
            &["Kettle Works", part],
        );
        let missing = sales.get(&format!("/customers/{NOBODY}{tab}")).await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND, "{tab}");
    }
    goes_to(&sales.post(&format!("{base}/ignore"), &[]).await, &base);
    assert_eq!(house.state(id).await, LinkState::Ignored);
    has(
        &sales.get("/customers/mapping/ignored").await,
        &["Kettle Works", "Take in again"],
    );
    goes_to(&sales.post(&format!("{base}/notice"), &[]).await, &base);
    goes_to(&sales.post(&format!("{base}/archive"), &[]).await, &base);
    has(&sales.get(&base).await, &["It is put away", "Take it back"]);
    assert!(!sales.get("/customers").await.text.contains("Kettle Works<"));
    goes_to(&sales.post(&format!("{base}/restore"), &[]).await, &base);
    let found = sales.get(&format!("{base}/settings?other=workshop")).await;
    has(&found, &["Make one", "C-0002"]);
    let combined = sales
        .post(&format!("{base}/combine"), &[("other", &other.to_string())])
        .await;
    goes_to(&combined, &base);
    has(
        &sales.get(&format!("/customers/{other}")).await,
        &["It became a part of Kettle Works"],
    );
    let settings = sales.get(&format!("{base}/settings")).await;
    has(&settings, &["Became a part of it", "Split again"]);
    let split = settings
        .text
        .split("action=\"")
        .filter_map(|part| part.split('"').next())
        .find(|action| action.ends_with("/split"))
        .unwrap();
    goes_to(&sales.post(split, &[]).await, &base);
    house
        .in_ion(connection, "50201", "Kettle Works", "office@kettle.example")
        .await;
    house.link(connection, id, "50201").await;
    has(&sales.get(&base).await, &["50201", "Sync this customer"]);
    goes_to(
        &sales.post(&format!("{base}/sync/{connection}"), &[]).await,
        &base,
    );
    goes_to(
        &sales
            .post(&format!("{base}/unlink/{connection}"), &[])
            .await,
        &base,
    );
    assert_ne!(house.state(id).await, LinkState::Linked);
    let reader = house.browser(Role::ReadOnly).await;
    let seen = reader.get(&format!("{base}/settings")).await;
    has(&seen, &["Your role only reads"]);
    assert!(!seen.text.contains("Archive it"));
}

#[tokio::test]
async fn a_first_password_is_shown_once_to_who_asked() {
    let house = House::new().await;
    let connection = house.connection("Nordics", false).await;
    let id = house
        .customer("Kettle Works", "office@kettle.example")
        .await;
    let user = house.person("asked@reseller.example", Role::Sales).await;
    let asked = house.browser_of(user, |_| ()).await;
    let write = WriteId::new(&*house.ids);
    let now = house.clock.now();
    let row = WriteRow {
        id: write,
        connection,
        customer: id,
        ion_id: Some("50201".to_owned()),
        kind: WriteKind::Create,
        state: WriteState::Started,
        sent: whole("Kettle Works", "office@kettle.example"),
        run: None,
        requested_by: "asked@reseller.example".to_owned(),
        started_at: now,
        finished_at: None,
        outcome: String::new(),
        has_password: false,
    };
    let place = Place {
        column: "customer_write.password",
        row: &write.to_string(),
        generation: 0,
    };
    let sealed = house
        .engine
        .sealer()
        .seal(place, &SecretString::from("Tr0ub4dor-and-3"))
        .unwrap();
    let tx = house.store.begin().await.unwrap();
    customers::begin_write(&tx, &row).await.unwrap();
    customers::finish_write(&tx, write, WriteState::Done, Some("50201"), "", now)
        .await
        .unwrap();
    customers::set_write_password(&tx, write, &sealed)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let base = format!("/customers/{id}");
    let show = format!("{base}/password/{write}/show");
    let other = house.browser(Role::Admin).await;
    assert!(!other.get(&base).await.text.contains("/password/"));
    let refused = other.post(&show, &[]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(!refused.text.contains("Tr0ub4dor"));
    let card = asked.get(&base).await;
    has(&card, &["Show it once", "Forget it unseen"]);
    assert!(!card.text.contains("Tr0ub4dor"));
    has(
        &asked.post(&show, &[]).await,
        &["Tr0ub4dor-and-3", "shown this once"],
    );
    assert_eq!(asked.post(&show, &[]).await.status, StatusCode::CONFLICT);
    assert!(!asked.get(&base).await.text.contains("/password/"));
}

#[tokio::test]
async fn a_change_is_undone_from_the_history() {
    let house = House::new().await;
    let id = house
        .customer("Kettle Works", "office@kettle.example")
        .await;
    let row = customers::find(house.store.read(), id)
        .await
        .unwrap()
        .unwrap();
    let mut customer = row.customer.clone();
    customer.fields.set(Field::City, "Leeds");
    house
        .engine
        .edit_customer(id, row.version, customer, &actor())
        .await
        .unwrap();
    let sales = house.browser(Role::Sales).await;
    let page = sales.get(&format!("/customers/{id}/history")).await;
    has(&page, &["City", "Milano", "Leeds", "Undo here"]);
    let undo = page
        .text
        .split("action=\"")
        .filter_map(|part| part.split('"').next())
        .find(|action| action.ends_with("/undo"))
        .unwrap();
    goes_to(
        &sales.post(undo, &[]).await,
        &format!("/customers/{id}/history?done=undone"),
    );
    has(
        &sales.get(&format!("/customers/{id}/history")).await,
        &["undone"],
    );
    let row = customers::find(house.store.read(), id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.customer.fields.get(Field::City), "Milano");
    assert_eq!(sales.post(undo, &[]).await.status, StatusCode::CONFLICT);
    let opened: BTreeSet<&str> = page
        .text
        .split("href=\"")
        .filter_map(|part| part.split('"').next())
        .filter(|href| href.contains("open="))
        .collect();
    for href in opened {
        has(
            &sales.get(href.split('#').next().unwrap()).await,
            &["class=\"more\""],
        );
    }
}
