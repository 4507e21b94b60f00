use super::*;

#[tokio::test]
async fn pairs_are_seen_side_by_side_and_decided_one_by_one_or_together() {
    let house = House::new().await;
    let connection = house.connection("Nordics", false).await;
    let mut ids = Vec::new();
    for (place, name) in ["Whistling Kettle Café Srl", "Velvet Hammer", "Pocket Watch"]
        .iter()
        .enumerate()
    {
        let id = house
            .customer(name, &format!("office@kettle{place}.example"))
            .await;
        let ion = format!("5020{place}");
        house
            .in_ion(
                connection,
                &ion,
                &name.replace("Café Srl", "Cafe"),
                &format!("it@kettle{place}.example"),
            )
            .await;
        house
            .propose(connection, id, &ion, 90 - u8::try_from(place).unwrap())
            .await;
        ids.push(id);
    }
    let sales = house.browser(Role::Sales).await;
    let page = sales.get("/customers/mapping/to-confirm").await;
    has(
        &page,
        &[
            "3 of 3",
            "Caf<mark>é Srl</mark>",
            "<mark>office</mark>@kettle0.example",
            "+35",
            "If you link them",
            "1 of 3",
            "title=\"3 wait for a person\"",
        ],
    );
    let key = |place: usize| format!("{connection}~{}~5020{place}", ids[place]);
    let part = sales
        .part(&format!("/customers/mapping/to-confirm?pair={}", key(1)))
        .await;
    assert!(
        part.text.starts_with("<section") && part.text.contains("Velvet Hammer"),
        "{}",
        part.text
    );
    let linked = sales
        .post(
            "/customers/mapping/steps",
            &[
                ("do", "confirm"),
                ("pick", &key(0)),
                ("back", "/customers/mapping/to-confirm"),
                ("next", &key(1)),
            ],
        )
        .await;
    let to = goes_to(&linked, "/customers/mapping/to-confirm?pair=");
    assert!(to.ends_with("done=linked"), "{to}");
    has(&sales.get(&to).await, &["Linked", "Velvet Hammer"]);
    // Linked; that their e-mails differ is asked next.
    assert_eq!(house.state(ids[0]).await, LinkState::Conflict);
    let many = sales
        .post(
            "/customers/mapping/steps",
            &[
                ("do", "reject"),
                ("pick", &key(1)),
                ("pick", &key(2)),
                ("back", "/customers/mapping/to-confirm"),
            ],
        )
        .await;
    goes_to(&many, "/customers/mapping/to-confirm?done=apart");
    has(
        &sales.get("/customers/mapping/to-confirm").await,
        &["No pair waits"],
    );
    // One of two cannot be done: the other is, and the first says why.
    let half = sales
        .post(
            "/customers/mapping/steps",
            &[
                ("do", "import"),
                ("pick", &format!("{connection}~~50200")),
                ("pick", &format!("{connection}~~50201")),
                ("back", "/customers/mapping/only-in-ion"),
            ],
        )
        .await;
    has(&half, &["One was not done", "1 done"]);
    has(
        &sales.get("/customers/mapping/linked").await,
        &["Whistling Kettle Café Srl", "Unlink"],
    );
    let unlinked = sales
        .post(
            "/customers/mapping/steps",
            &[
                ("one", &format!("unlink~{}", key(0))),
                ("back", "//evil.example"),
            ],
        )
        .await;
    goes_to(&unlinked, "/customers/mapping/to-confirm?done=unlinked");
    for state in ["not-in-ion", "only-in-ion", "failed", "ignored"] {
        let page = sales.get(&format!("/customers/mapping/{state}")).await;
        assert_eq!(page.status, StatusCode::OK, "{state} {}", page.text);
    }
    let unknown = sales.get("/customers/mapping/evil").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    let by_hand = format!(
        "/customers/mapping/by-hand?customer={}&ion={connection}~~50200",
        ids[0]
    );
    has(
        &sales.get(&by_hand).await,
        &["Link these two?", "Whistling Kettle Cafe", "In Ion"],
    );
}

#[tokio::test]
async fn a_conflict_shows_both_values_and_takes_a_choice() {
    let house = House::new().await;
    let connection = house.connection("Nordics", false).await;
    let id = house
        .customer("Marmalade & Sons Ltd", "office@marmalade.example")
        .await;
    house
        .in_ion(
            connection,
            "49961",
            "Marmalade & Sons Ltd",
            "office@marmalade.example",
        )
        .await;
    house.link(connection, id, "49961").await;
    let decision = |field, local: &str, remote: &str| FieldDecision {
        field,
        rule: Rule::C08,
        local: local.to_owned(),
        remote: remote.to_owned(),
        base: Some("3 Toast Lane".to_owned()),
        winner: None,
    };
    let open = [
        decision(Field::Street, "Via Finta 12", "14 Butter Street"),
        decision(Field::Zip, "20100", "ZZ2"),
    ];
    let tx = house.store.begin().await.unwrap();
    customers::set_conflicts(&tx, connection, id, "49961", &open, house.clock.now())
        .await
        .unwrap();
    customers::settle_state(&tx, id).await.unwrap();
    tx.commit().await.unwrap();
    let sales = house.browser(Role::Sales).await;
    let page = sales.get("/customers/conflicts").await;
    has(
        &page,
        &[
            "Marmalade",
            "<mark>14 Butter Street</mark>",
            "3 Toast Lane",
            "name=\"f.street\"",
            "10 other fields agree",
        ],
    );
    let nothing = sales
        .post(
            &format!("/customers/conflicts/{id}"),
            &[("connection", &connection.to_string())],
        )
        .await;
    has(&nothing, &["Nothing was chosen"]);
    let decided = sales
        .post(
            &format!("/customers/conflicts/{id}"),
            &[
                ("connection", &connection.to_string()),
                ("f.street", "ion"),
                ("f.zip", "evil"),
                ("always", "1"),
            ],
        )
        .await;
    goes_to(&decided, "/customers/conflicts");
    let setting = customers::sync_setting(house.store.read(), connection)
        .await
        .unwrap();
    assert_eq!(
        setting.policy.fields.get(&Field::Street),
        Some(&Winner::Ion)
    );
    let choices = customers::list_choices(house.store.read(), connection, "49961")
        .await
        .unwrap();
    assert_eq!(choices[0].choice.winner, Winner::Ion);
    goes_to(
        &sales
            .post(
                "/customers/conflicts",
                &[("side", "ionbridge"), ("all", "1")],
            )
            .await,
        "/customers/conflicts?done=",
    );
    let missing = sales.get(&format!("/customers/conflicts/{NOBODY}")).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}
