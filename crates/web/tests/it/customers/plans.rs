use super::*;

fn entry(
    seq: u64,
    name: &str,
    local: Option<CustomerId>,
    remote: Option<&str>,
    rule: Rule,
    action: Action,
) -> PlanEntryRow {
    let entry = Entry {
        local: local.map(|id| id.to_string()),
        remote: remote.map(str::to_owned),
        name: name.to_owned(),
        rule,
        action,
    };
    PlanEntryRow {
        seq,
        chosen: entry.is_chosen(),
        entry,
        blocked: None,
        outcome: None,
    }
}

#[tokio::test]
async fn a_plan_is_looked_at_chosen_from_and_left() {
    let house = House::new().await;
    let connection = house.connection("Nordics", true).await;
    let run = house.run(connection).await;
    let id = house
        .customer("Biscuit Factory", "office@biscuit.example")
        .await;
    let plan = PlanId::new(&*house.ids);
    let merge = Merge {
        decisions: vec![FieldDecision {
            field: Field::Title,
            rule: Rule::C10,
            local: "Owner".to_owned(),
            remote: String::new(),
            base: None,
            winner: Some(Winner::Ionbridge),
        }],
        base: CustomerFields::default(),
    };
    let row = PlanRow {
        id: plan,
        connection,
        run,
        first: true,
        held: false,
        state: PlanState::Waiting,
        counts: Counts {
            linked: 1,
            offered: 1,
            imported: 1,
            ..Counts::default()
        },
        read_here: 480,
        read_in_ion: 500,
        made_at: house.clock.now(),
        decided_at: None,
        decided_by: None,
        applied_run: None,
    };
    let mut blocked = entry(4, "Snowglobe", Some(id), None, Rule::C23, Action::Offer);
    blocked.blocked = Some("Fix first: State".to_owned());
    let entries = [
        entry(
            1,
            "=Copper Kite",
            None,
            Some("50112"),
            Rule::C20,
            Action::Import,
        ),
        entry(
            2,
            "Biscuit Factory",
            Some(id),
            Some("49957"),
            Rule::C27,
            Action::Link(merge),
        ),
        entry(
            3,
            "Biscuit Factory",
            Some(id),
            None,
            Rule::C23,
            Action::Offer,
        ),
        blocked,
        entry(5, "Kettle", None, Some("50201"), Rule::C21, Action::Propose),
    ];
    let tx = house.store.begin().await.unwrap();
    customers::insert_plan(&tx, &row, &entries).await.unwrap();
    tx.commit().await.unwrap();
    let sales = house.browser(Role::Sales).await;
    let base = format!("/customers/sync/plans/{plan}");
    let page = sales.get(&base).await;
    has(
        &page,
        &[
            "First sync: preview",
            "500 customers",
            "Nothing has been written on either side.",
            "2 of 4 actions chosen: 1 link, 1 new here, none new in Ion",
            "Writes to Ion: 1 field of 1 customer.",
            "Fix first: State",
            "Apply 2 actions",
        ],
    );
    has(
        &sales.get(&format!("{base}?action=offer&q=biscuit")).await,
        &["1 of 1 entry"],
    );
    let chosen = sales
        .post(
            &format!("{base}/choose"),
            &[
                ("shown", "1"),
                ("shown", "2"),
                ("shown", "3"),
                ("on", "2"),
                ("on", "3"),
            ],
        )
        .await;
    goes_to(&chosen, &base);
    has(
        &sales.get(&base).await,
        &["2 of 4 actions chosen: 1 link, 1 new in Ion"],
    );
    goes_to(
        &sales
            .post(&format!("{base}/choose"), &[("group", "offer:off")])
            .await,
        &base,
    );
    has(&sales.get(&base).await, &["1 of 4 actions chosen"]);
    let csv = sales.get(&format!("{base}/plan.csv")).await;
    assert_eq!(csv.text.lines().count(), 6, "{}", csv.text);
    assert!(
        csv.text.contains("'=Copper Kite")
            && csv.header("content-disposition").contains("TEST-sync-plan")
    );
    has(
        &sales.get("/customers").await,
        &["A plan of “Nordics” waits for you"],
    );
    let reader = house.browser(Role::ReadOnly).await;
    assert!(!reader.get(&base).await.text.contains("applybar"));
    goes_to(
        &sales.post(&format!("{base}/discard"), &[]).await,
        "/customers?done=left",
    );
    has(&sales.get(&base).await, &["left everything as it is"]);
    let late = sales.post(&format!("{base}/apply"), &[]).await;
    has(&late, &["The plan was not applied"]);
    assert_eq!(
        sales
            .get(&format!("/customers/sync/plans/{NOBODY}"))
            .await
            .status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn how_sync_decides_is_set_for_each_connection() {
    let house = House::new().await;
    let sales = house.browser(Role::Sales).await;
    has(
        &sales.get("/settings/sync").await,
        &["Nothing is connected yet"],
    );
    let connection = house.connection("Nordics", false).await;
    has(
        &sales.get("/settings/sync").await,
        &[
            "Nordics",
            "Who wins",
            "Preview (dry run)",
            "not applied: nothing goes to Ion",
        ],
    );
    let path = format!("/settings/sync/{connection}");
    let bad = sales.post(&path, &[("winner", "evil")]).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    let form = [
        ("winner", "ion"),
        ("phone", "newest"),
        ("street", ""),
        ("create_in_ion", "1"),
        ("paused", "1"),
    ];
    goes_to(
        &sales.post(&path, &form).await,
        "/settings/sync?done=policy",
    );
    let setting = customers::sync_setting(house.store.read(), connection)
        .await
        .unwrap();
    assert_eq!(
        (
            setting.policy.winner,
            setting.paused,
            setting.policy.create_in_ion
        ),
        (Winner::Ion, true, true)
    );
    assert_eq!(setting.policy.fields.len(), 1);
    has(&sales.get("/settings/sync").await, &["Paused"]);
    let run = goes_to(
        &sales
            .post(&format!("/customers/sync/{connection}/preview"), &[])
            .await,
        "/activity/runs/",
    );
    has(
        &sales.get(&run).await,
        &["Customer sync", "Read Ion’s customers", "Stop sync"],
    );
    has(
        &sales.get("/activity/jobs").await,
        &["Preview the customers"],
    );
}
