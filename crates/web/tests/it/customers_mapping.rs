//! Who is who, and whose value counts: decided by programs, step by step.

use domain::access::Role;
use domain::customer::{CustomerField as Field, CustomerFields, IonCustomer};
use domain::{Clock as _, ConnectionId, CustomerId};
use http::StatusCode;
use rules::customers::decide::FieldDecision;
use rules::customers::match_up::Signal;
use rules::customers::rule::Rule;
use serde_json::{Value, json};
use store::customers::{self, LinkRow, PairCause, PairRow, PairState};

use crate::customers_api::{BOTH, NOBODY, URL, call, id_of, made};
use crate::house::{House, Program};

/// One of Ion's, as a sync would have read it.
async fn in_ion(house: &House, connection: ConnectionId, ion_id: &str, name: &str) {
    let customer = IonCustomer {
        ion_id: ion_id.to_owned(),
        uid: format!("uid{ion_id}"),
        fields: CustomerFields::default()
            .with(Field::Organisation, name)
            .with(Field::Street, "1 High Street")
            .with(Field::City, "London")
            .with(Field::State, "London")
            .with(Field::Zip, "EC1")
            .with(Field::Country, "GB")
            .with(Field::ContactName, "Sam Sample")
            .with(Field::Email, &format!("office{ion_id}@kettle.example"))
            .with(Field::Language, "EN"),
        active: true,
        created_at: None,
        updated_at: None,
    };
    let tx = house.store.begin().await.unwrap();
    customers::upsert_many(&tx, connection, &[(customer, [1; 32])], house.clock.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn propose(
    house: &House,
    connection: ConnectionId,
    customer: CustomerId,
    ion_id: &str,
    score: u8,
) {
    let pair = PairRow {
        connection,
        customer,
        ion_id: ion_id.to_owned(),
        score,
        signals: vec![Signal::Organisation],
        state: PairState::Proposed,
        cause: PairCause::Matched,
        since: house.clock.now(),
        decided_at: None,
        decided_by: None,
        local_name: String::new(),
        remote_name: String::new(),
    };
    let tx = house.store.begin().await.unwrap();
    customers::propose(&tx, &[pair]).await.unwrap();
    customers::settle_states(&tx, &[customer]).await.unwrap();
    tx.commit().await.unwrap();
}

async fn states(program: &Program<'_>, list: &str) -> Vec<Value> {
    let answer = program
        .get(&format!("/api/v1/customers/mapping/{list}"))
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.json()["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn who_is_who_is_decided_step_by_step() {
    for backend in BOTH {
        let house = House::with(backend, URL).await;
        let connection = house.connection("Nordics", false).await;
        let sales = house.program(Role::Sales).await;
        let mut ours = Vec::new();
        for (n, name) in ["Kettle Ltd", "Tea Ltd", "Cup Ltd"].iter().enumerate() {
            in_ion(
                &house,
                connection,
                &format!("{n}"),
                name.trim_end_matches(" Ltd"),
            )
            .await;
            ours.push(id_of(&made(&sales, json!({"organisation": name})).await));
        }
        in_ion(&house, connection, "3", "Saucer").await;
        in_ion(&house, connection, "4", "Spoon").await;
        propose(&house, connection, ours[0], "0", 50).await;
        propose(&house, connection, ours[1], "1", 85).await;
        let proposed = states(&sales, "proposed").await;
        assert_eq!(proposed[0]["score"], 85);
        assert_eq!(
            (
                &proposed[1]["customer"]["name"],
                &proposed[1]["ion"]["name"]
            ),
            (&json!("Kettle Ltd"), &json!("Kettle"))
        );
        assert_eq!(
            states(&sales, "only_in_ion").await.len(),
            3,
            "without those that are proposed"
        );
        assert_eq!(states(&sales, "not_in_ion").await.len(), 1);

        let steps = |steps: Value| json!({"steps": steps});
        let mistake = call(&sales, "/api/v1/customers/mapping", steps(json!([
            {"do": "confirm", "connection_id": connection, "customer_id": ours[0], "ion_id": "0"},
            {"do": "confirm", "connection_id": connection, "ion_id": "1"},
        ]))).await;
        assert_eq!(
            (mistake.status, &mistake.json()["errors"][0]["pointer"]),
            (
                StatusCode::UNPROCESSABLE_ENTITY,
                &json!("/steps/1/customer_id")
            )
        );
        assert_eq!(
            states(&sales, "proposed").await.len(),
            2,
            "a request with a mistake does nothing"
        );

        let results = call(&sales, "/api/v1/customers/mapping", steps(json!([
            {"do": "confirm", "connection_id": connection, "customer_id": ours[0], "ion_id": "0"},
            {"do": "reject", "connection_id": connection, "customer_id": ours[1], "ion_id": "1"},
            {"do": "link", "connection_id": connection, "customer_id": ours[2], "ion_id": "0"},
            {"do": "import", "connection_id": connection, "ion_id": "3"},
            {"do": "ignore", "connection_id": connection, "ion_id": "4"},
            {"do": "ignore", "customer_id": ours[2]},
            {"do": "create", "connection_id": connection, "customer_id": ours[1]},
            {"do": "import", "connection_id": connection, "ion_id": "99"},
            {"do": "unlink", "connection_id": connection, "customer_id": NOBODY},
        ]))).await.json();
        let done: Vec<_> = results["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                one["code"].as_str().map_or_else(
                    || if one["done"] == true { "done" } else { "?" }.to_owned(),
                    str::to_owned,
                )
            })
            .collect();
        assert_eq!(
            done,
            [
                "done",
                "done",
                "linked",
                "done",
                "done",
                "done",
                "refused",
                "not_in_ion",
                "not_found"
            ],
            "{results}"
        );
        let imported: CustomerId = results["results"][3]["customer_id"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        assert_eq!(
            sales
                .get(&format!("/api/v1/customers/{imported}"))
                .await
                .json()["sync_state"],
            "linked"
        );
        let linked = states(&sales, "linked").await;
        assert_eq!(linked.len(), 2, "{linked:?}");
        assert_eq!(
            states(&sales, "ignored").await.len() + {
                let first = sales.get("/api/v1/customers/mapping/ignored").await.json();
                let next = first["next"].as_str().unwrap().to_owned();
                let answer = sales
                    .get(&format!("/api/v1/customers/mapping/ignored?cursor={next}"))
                    .await
                    .json();
                assert_eq!(answer["next"], Value::Null);
                answer["items"].as_array().unwrap().len()
            },
            2,
            "one of ours, one of Ion's"
        );
        let links = sales
            .get(&format!("/api/v1/customers/{}/links", ours[0]))
            .await
            .json();
        assert_eq!(
            (&links["items"][0]["ion_id"], &links["items"][0]["rule"]),
            (&json!("0"), &json!("C28"))
        );
        let undone = call(
            &sales,
            "/api/v1/customers/mapping",
            steps(json!([
                {"do": "unlink", "connection_id": connection, "customer_id": ours[0]},
                {"do": "unignore", "connection_id": connection, "ion_id": "4"},
                {"do": "unignore", "customer_id": ours[2]},
            ])),
        )
        .await
        .json();
        assert!(
            undone["results"]
                .as_array()
                .unwrap()
                .iter()
                .all(|one| one["done"] == true),
            "{undone}"
        );
        assert_eq!(
            sales.get("/api/v1/customers/mapping/friends").await.json()["errors"][0]["field"],
            "state"
        );
    }
}

#[tokio::test]
async fn a_conflict_is_decided_by_field_or_by_side() {
    let house = House::new().await;
    let connection = house.connection("Nordics", false).await;
    let sales = house.program(Role::Sales).await;
    let mut ours = Vec::new();
    for n in 0..2 {
        in_ion(&house, connection, &format!("{n}"), &format!("Kettle {n}")).await;
        let customer = id_of(
            &made(
                &sales,
                json!({"organisation": format!("Kettle {n}"), "city": "Berlin", "zip": "10115"}),
            )
            .await,
        );
        let at = house.clock.now();
        let link = LinkRow {
            customer,
            connection,
            ion_id: n.to_string(),
            base: None,
            revision: 1,
            settled_version: None,
            failed: None,
            synced_at: None,
            linked_at: at,
            linked_by: "test".into(),
            rule: Rule::C28,
        };
        let open = |field, local: &str, remote: &str| FieldDecision {
            field,
            rule: Rule::C11,
            local: local.into(),
            remote: remote.into(),
            base: None,
            winner: None,
        };
        let tx = house.store.begin().await.unwrap();
        customers::link(&tx, &link).await.unwrap();
        customers::set_conflicts(
            &tx,
            connection,
            customer,
            &n.to_string(),
            &[
                open(Field::City, "Berlin", "London"),
                open(Field::Zip, "10115", "EC1"),
            ],
            at,
        )
        .await
        .unwrap();
        customers::settle_states(&tx, &[customer]).await.unwrap();
        tx.commit().await.unwrap();
        ours.push(customer);
    }
    let listed = sales.get("/api/v1/customers/conflicts").await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
    assert_eq!(
        listed["items"][0]["fields"][0],
        json!({"field": "city", "base": null, "local": "Berlin", "remote": "London", "rule": "C11",
        "why": "the two differed when they were linked: a person decides", "since": listed["items"][0]["since"], "decided": null})
    );
    let page = sales
        .get("/api/v1/customers/conflicts?limit=1")
        .await
        .json();
    assert!(page["next"].is_string());
    for (wrong, place) in [
        (
            json!({"connection_id": connection, "customer_id": ours[0]}),
            "/decisions/0/fields",
        ),
        (
            json!({"connection_id": connection, "customer_id": ours[0], "fields": {"city": "newest"}}),
            "/decisions/0/fields/city",
        ),
        (
            json!({"connection_id": connection, "customer_id": ours[0], "fields": {"colour": "ion"}}),
            "/decisions/0/fields",
        ),
        (
            json!({"connection_id": connection, "customer_id": ours[0], "all": "me"}),
            "/decisions/0/all",
        ),
    ] {
        let answer = call(
            &sales,
            "/api/v1/customers/conflicts/decide",
            json!({"decisions": [wrong]}),
        )
        .await;
        assert_eq!(
            (answer.status, &answer.json()["errors"][0]["pointer"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!(place)),
            "{answer:?}"
        );
    }
    let decided = call(&sales, "/api/v1/customers/conflicts/decide", json!({"decisions": [
        {"connection_id": connection, "customer_id": ours[0], "fields": {"city": "ion"}, "all": "ionbridge"},
        {"connection_id": connection, "customer_id": ours[1], "fields": {"city": "ion"}},
        {"connection_id": connection, "customer_id": NOBODY, "all": "ion"},
    ]})).await.json();
    let done: Vec<_> = decided["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["done"] == true)
        .collect();
    assert_eq!(done, [true, true, false], "{decided}");
    let left = sales.get("/api/v1/customers/conflicts").await.json();
    let chosen: Vec<_> = left["items"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|one| one["fields"].as_array().unwrap())
        .map(|field| field["decided"].clone())
        .collect();
    assert_eq!(
        chosen,
        [json!("ion"), json!("ionbridge"), json!("ion"), Value::Null],
        "{left}"
    );
    let jobs = store::queue::list(house.store.read(), 9).await.unwrap();
    assert_eq!(jobs.len(), 2, "what was decided is carried out: {jobs:?}");
}
