//! Customers as programs read and write them: versions, problems by field, mapping, conflicts, plans, undo.

use std::collections::BTreeSet;

use domain::access::Role;
use domain::customer::{CustomerField as Field, CustomerFields, IonCustomer};
use domain::{Clock as _, ConnectionId, CustomerId, PlanId};
use http::{Method, StatusCode};
use rules::customers::decide::{Action, FieldDecision};
use rules::customers::match_up::Signal;
use rules::customers::plan::{Counts, Entry};
use rules::customers::rule::Rule;
use serde_json::{Value, json};
use store::Backend;
use store::customers::{
    self, LinkRow, PairCause, PairRow, PairState, PlanEntryRow, PlanRow, PlanState,
};

use crate::house::{Answer, House, Program};

pub(crate) const BOTH: [Backend; 2] = [Backend::Sqlite, Backend::Postgres];
const URL: &str = "https://ion.example";
const NOBODY: &str = "01890000-0000-7000-8000-000000000000";

pub(crate) async fn made(program: &Program<'_>, body: Value) -> Value {
    let key = body.to_string();
    let key: String = key
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(190)
        .collect();
    let answer = program.post("/api/v1/customers", &key, body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    answer.json()
}

fn id_of(customer: &Value) -> CustomerId {
    customer["id"].as_str().unwrap().parse().unwrap()
}

async fn patch(program: &Program<'_>, path: &str, tag: &str, body: Value) -> Answer {
    program
        .call(Method::PATCH, path, &[("if-match", tag)], Some(body))
        .await
}

async fn call(program: &Program<'_>, path: &str, body: Value) -> Answer {
    program.call(Method::POST, path, &[], Some(body)).await
}

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
async fn a_customer_is_made_once_changed_by_version_and_put_away() {
    for backend in BOTH {
        let house = House::with(backend, URL).await;
        let sales = house.program(Role::Sales).await;
        let body = json!({"organisation": " Kettle & Söhne ", "country": "DE", "email": "sam@kettle.example", "tags": ["gold", "gold"],
            "contacts": [{"name": "Ann", "email": "ann@kettle.example"}], "external_ids": {"crm": "42"}, "domains": ["Kettle.Example"]});
        let first = sales.post("/api/v1/customers", "one", body.clone()).await;
        assert_eq!(first.status, StatusCode::CREATED, "{first:?}");
        let again = sales.post("/api/v1/customers", "one", body).await;
        assert_eq!(
            (again.status, again.json()),
            (StatusCode::CREATED, first.json())
        );
        assert_eq!(again.header("idempotency-replayed"), "true");
        let customer = first.json();
        assert_eq!(customer["organisation"], "Kettle & Söhne");
        assert_eq!(
            (&customer["tags"], &customer["domains"]),
            (&json!(["gold"]), &json!(["kettle.example"]))
        );
        assert_eq!(
            (&customer["sync_state"], &customer["number"]),
            (&json!("not_in_ion"), &json!("C-0001"))
        );
        let path = format!("/api/v1/customers/{}", customer["id"].as_str().unwrap());
        let read = sales.get(&path).await;
        assert_eq!(read.header("etag"), first.header("etag"));

        let blind = sales
            .call(Method::PATCH, &path, &[], Some(json!({"city": "Berlin"})))
            .await;
        assert_eq!(blind.json()["code"], "if_match_missing");
        let tag = read.header("etag").to_owned();
        let changed = patch(
            &sales,
            &path,
            &tag,
            json!({"city": "Berlin", "tags": [], "phone": ""}),
        )
        .await;
        assert_eq!(
            (
                changed.status,
                &changed.json()["city"],
                &changed.json()["tags"]
            ),
            (StatusCode::OK, &json!("Berlin"), &json!([]))
        );
        assert_eq!(
            changed.json()["email"],
            "sam@kettle.example",
            "what is left out stays"
        );
        let late = patch(&sales, &path, &tag, json!({"city": "Bonn"})).await;
        assert_eq!(
            (late.status, late.json()["code"].as_str()),
            (StatusCode::PRECONDITION_FAILED, Some("changed_meanwhile"))
        );

        let tag = changed.header("etag").to_owned();
        let wrong = patch(
            &sales,
            &path,
            &tag,
            json!({"organisation": "", "contacts": [{"name": "Ann"}, {"email": "bob"}]}),
        )
        .await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let pointers: Vec<_> = wrong.json()["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["pointer"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(
            pointers,
            ["/organisation", "/contacts/1/email"],
            "{wrong:?}"
        );

        let history = sales.get(&format!("{path}/history?limit=2")).await.json();
        assert_eq!(history["items"][0]["actor"], "sales program");
        let next = history["next"].as_str().unwrap();
        let rest = sales
            .get(&format!("{path}/history?limit=2&cursor={next}"))
            .await
            .json();
        let kinds: BTreeSet<_> = [&history, &rest]
            .iter()
            .flat_map(|page| page["items"].as_array().unwrap().clone())
            .map(|one| {
                one["kind"].as_str().unwrap().to_owned() + one["field"].as_str().unwrap_or("")
            })
            .collect();
        assert_eq!(
            kinds.into_iter().collect::<Vec<_>>(),
            ["created", "fieldcity", "fieldtags"]
        );
        assert_eq!(
            sales.get(&format!("{path}/links")).await.json()["items"],
            json!([])
        );
        let unlinked = call(&sales, &format!("{path}/sync"), json!({})).await;
        assert_eq!(unlinked.json()["code"], "not_linked");

        let away = call(&sales, &format!("{path}/archive"), json!({})).await;
        assert_eq!(
            (&away.json()["archived"], &away.json()["sync_state"]),
            (&json!(true), &json!("archived"))
        );
        assert_eq!(
            sales.get("/api/v1/customers").await.json()["items"],
            json!([])
        );
        assert_eq!(
            sales
                .get("/api/v1/customers?sync_state=archived")
                .await
                .json()["items"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
        let back = call(&sales, &format!("{path}/restore"), json!({})).await;
        assert_eq!(back.json()["archived"], json!(false));
        let audited = store::audit::list(house.store.read(), None, "customer.edit", 9)
            .await
            .unwrap();
        assert_eq!((audited.len(), audited[0].via.as_str()), (1, "token"));
    }
}

#[tokio::test]
async fn a_customer_that_ion_would_refuse_is_not_made_and_the_fields_are_named() {
    let house = House::new().await;
    let connection = house.connection("Nordics", false).await;
    let sales = house.program(Role::Sales).await;
    let body = json!({"organisation": "Kettle", "create_in_ion": connection, "country": "Germany", "email": "sam@kettle.example"});
    let refused = sales.post("/api/v1/customers", "one", body).await;
    let fields: Vec<_> = refused.json()["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["field"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        fields,
        [
            "street",
            "city",
            "state",
            "zip",
            "contact_name",
            "language",
            "country"
        ]
    );
    let nowhere = sales
        .post(
            "/api/v1/customers",
            "two",
            json!({"organisation": "Kettle", "create_in_ion": NOBODY}),
        )
        .await;
    assert_eq!(nowhere.json()["errors"][0]["field"], "create_in_ion");
    assert_eq!(customers::count_all(house.store.read()).await.unwrap(), 0);
    let whole = json!({"organisation": "Kettle", "street": "1 High Street", "city": "London", "state": "London", "zip": "EC1", "country": "GB",
        "contact_name": "Sam", "email": "sam@kettle.example", "language": "EN", "create_in_ion": connection});
    assert_eq!(
        sales.post("/api/v1/customers", "one", whole).await.status,
        StatusCode::CREATED,
        "a refused request frees its key"
    );
    let jobs = store::queue::list(house.store.read(), 9).await.unwrap();
    assert_eq!(jobs.len(), 1, "the job that makes it in Ion: {jobs:?}");
}

#[tokio::test]
async fn customers_are_found_sorted_and_paged() {
    for backend in BOTH {
        let house = House::with(backend, URL).await;
        let sales = house.program(Role::Sales).await;
        for n in 0..7 {
            let (country, tag) = [("DE", "gold"), ("US", "edu")][n % 2];
            made(&sales, json!({"organisation": format!("Tea {n}x \u{5d0}\u{1f375}"), "country": country, "tags": [tag]})).await;
        }
        let mut names = Vec::new();
        let mut path = "/api/v1/customers?limit=3&sort=-number".to_owned();
        loop {
            let page = sales.get(&path).await.json();
            names.extend(
                page["items"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|one| one["number"].as_str().unwrap().to_owned()),
            );
            let Some(next) = page["next"].as_str() else {
                break;
            };
            path = format!("/api/v1/customers?limit=3&sort=-number&cursor={next}");
        }
        assert_eq!(
            names,
            [
                "C-0007", "C-0006", "C-0005", "C-0004", "C-0003", "C-0002", "C-0001"
            ]
        );
        let count = async |query: &str| {
            sales
                .get(&format!("/api/v1/customers?{query}"))
                .await
                .json()["items"]
                .as_array()
                .unwrap()
                .len()
        };
        assert_eq!(count("country=de").await, 4);
        assert_eq!(count("tag=edu").await, 3);
        assert_eq!(count("q=tea%203X").await, 1);
        assert_eq!(count("sync_state=linked,not_in_ion").await, 7);
        for wrong in ["sync_state=lost", "sort=colour", "cursor=x", "limit=0"] {
            let answer = sales.get(&format!("/api/v1/customers?{wrong}")).await;
            let field = wrong.split('=').next().unwrap();
            assert_eq!(
                (answer.status, answer.json()["errors"][0]["field"].as_str()),
                (StatusCode::UNPROCESSABLE_ENTITY, Some(field)),
                "{wrong} {answer:?}"
            );
        }
        let csv = sales.get("/api/v1/customers/export.csv?country=US").await;
        assert_eq!(csv.text.lines().count(), 4);
        let listed: Value = sales.get("/api/v1/customers/export.json").await.json();
        assert_eq!(listed.as_array().unwrap().len(), 7);
        let program = house.program(Role::ReadOnly).await;
        assert_eq!(
            program.get("/api/v1/customers/export.csv").await.status,
            StatusCode::FORBIDDEN
        );
        assert_eq!(
            program.get("/api/v1/customers").await.status,
            StatusCode::OK
        );
    }
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

#[tokio::test]
async fn a_sync_is_asked_for_once_and_its_plan_is_chosen_applied_or_let_go() {
    for backend in BOTH {
        let house = House::with(backend, URL).await;
        let connection = house.connection("Nordics", false).await;
        let sales = house.program(Role::Sales).await;
        let body = json!({"connection_id": connection, "dry_run": true});
        let asked = sales
            .post("/api/v1/customers/syncs", "one", body.clone())
            .await;
        assert_eq!(
            (asked.status, &asked.json()["kind"]),
            (StatusCode::ACCEPTED, &json!("customer_sync")),
            "{asked:?}"
        );
        let other = sales.post("/api/v1/customers/syncs", "two", body).await;
        assert_eq!(
            other.json()["id"],
            asked.json()["id"],
            "one of a connection at a time"
        );
        let nowhere = sales
            .post(
                "/api/v1/customers/syncs",
                "three",
                json!({"connection_id": NOBODY}),
            )
            .await;
        assert_eq!(nowhere.status, StatusCode::NOT_FOUND);

        let run = asked.json()["id"].as_str().unwrap().parse().unwrap();
        let entry = |name: &str, action, rule| Entry {
            local: Some(NOBODY.to_owned()),
            remote: None,
            name: name.to_owned(),
            rule,
            action,
        };
        let mut ids = Vec::new();
        for _ in 0..2 {
            let plan = PlanRow {
                id: PlanId::new(&*house.ids),
                connection,
                run,
                first: true,
                held: false,
                state: PlanState::Waiting,
                counts: Counts::default(),
                read_here: 3,
                read_in_ion: 4,
                made_at: house.clock.now(),
                decided_at: None,
                decided_by: None,
                applied_run: None,
            };
            let rows: Vec<_> = [
                ("Cup", Action::Import, Rule::C20),
                ("Kettle", Action::Offer, Rule::C23),
                ("Tea", Action::Offer, Rule::C23),
            ]
            .into_iter()
            .enumerate()
            .map(|(n, (name, action, rule))| PlanEntryRow {
                seq: n as u64 + 1,
                chosen: action == Action::Import,
                entry: entry(name, action, rule),
                blocked: None,
                outcome: None,
            })
            .collect();
            let tx = house.store.begin().await.unwrap();
            customers::insert_plan(&tx, &plan, &rows).await.unwrap();
            tx.commit().await.unwrap();
            ids.push(plan.id);
        }
        let all = sales
            .get(&format!(
                "/api/v1/customers/plans?connection_id={connection}"
            ))
            .await
            .json();
        let known: Vec<_> = all["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["state"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(
            known.iter().filter(|state| *state == "waiting").count(),
            1,
            "a later one takes its place: {known:?}"
        );
        let path = format!("/api/v1/customers/plans/{}", ids[1]);
        let shown = sales.get(&format!("{path}?limit=2")).await;
        assert_eq!(shown.json()["entries"].as_array().unwrap().len(), 2);
        let next = shown.json()["next"].as_str().unwrap().to_owned();
        let rest = sales
            .get(&format!("{path}?limit=2&cursor={next}"))
            .await
            .json();
        assert_eq!(
            (
                &rest["entries"][0]["name"],
                &rest["entries"][0]["why"],
                &rest["next"]
            ),
            (&json!("Tea"), &json!(Rule::C23.why()), &Value::Null)
        );
        let tag = shown.header("etag").to_owned();
        let chosen = patch(
            &sales,
            &path,
            &tag,
            json!({"choose_actions": ["offer"], "leave": [3]}),
        )
        .await;
        assert_eq!(chosen.status, StatusCode::OK, "{chosen:?}");
        let picked = sales.get(&format!("{path}?chosen=true")).await.json();
        let seqs: Vec<_> = picked["entries"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["seq"].as_u64().unwrap())
            .collect();
        assert_eq!(seqs, [1, 2]);
        // The sync that was asked for still waits.
        let busy = call(&sales, &format!("{path}/apply"), json!({})).await;
        assert_eq!(
            (busy.status, busy.json()["code"].as_str()),
            (StatusCode::CONFLICT, Some("running"))
        );
        let tx = house.store.begin().await.unwrap();
        store::runs::mark_running(&tx, run, house.clock.now())
            .await
            .unwrap();
        store::runs::finish(
            &tx,
            run,
            domain::run::RunStatus::Done,
            &domain::run::RunCounts::default(),
            "",
            house.clock.now(),
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        let discarded = call(&sales, &format!("{path}/discard"), json!({})).await;
        assert_eq!(discarded.json()["state"], "discarded", "{discarded:?}");
        let late = call(&sales, &format!("{path}/apply"), json!({})).await;
        assert_eq!(late.json()["code"], "settled");
        let moved = patch(&sales, &path, &tag, json!({"leave": [1]})).await;
        assert_eq!(moved.status, StatusCode::PRECONDITION_FAILED);

        let policy = format!("/api/v1/connections/{connection}/sync-policy");
        let before = sales.get(&policy).await;
        assert_eq!(
            (&before.json()["winner"], &before.json()["paused"]),
            (&json!("ask"), &json!(true)),
            "who lets a plan go pauses the sync"
        );
        let tag = before.header("etag").to_owned();
        let new = json!({"winner": "newest", "fields": {"email": "ion"}, "create_in_ion": true});
        let saved = sales
            .call(
                Method::PUT,
                &policy,
                &[("if-match", &tag)],
                Some(new.clone()),
            )
            .await;
        assert_eq!(
            (&saved.json()["fields"], &saved.json()["paused"]),
            (&json!({"email": "ion"}), &json!(false)),
            "{saved:?}"
        );
        let late = sales
            .call(Method::PUT, &policy, &[("if-match", &tag)], Some(new))
            .await;
        assert_eq!(late.status, StatusCode::PRECONDITION_FAILED);
        let tag = saved.header("etag").to_owned();
        let wrong = sales
            .call(
                Method::PUT,
                &policy,
                &[("if-match", &tag)],
                Some(json!({"fields": {"email": "loudest"}})),
            )
            .await;
        assert_eq!(wrong.json()["errors"][0]["pointer"], "/fields/email");
    }
}

#[tokio::test]
async fn two_are_made_one_and_two_again_and_a_change_is_taken_back() {
    for backend in BOTH {
        let house = House::with(backend, URL).await;
        let sales = house.program(Role::Sales).await;
        let one = made(&sales, json!({"organisation": "Kettle", "tags": ["a"]})).await;
        let other = made(
            &sales,
            json!({"organisation": "Kettle Ltd", "city": "Berlin", "tags": ["b"]}),
        )
        .await;
        let body = json!({"keep": one["id"], "other": other["id"]});
        let combined = sales
            .post("/api/v1/customers/combine", "one", body.clone())
            .await;
        assert_eq!(
            (combined.status, &combined.json()["customer"]["city"]),
            (StatusCode::CREATED, &json!("Berlin")),
            "{combined:?}"
        );
        let again = sales
            .post("/api/v1/customers/combine", "one", body.clone())
            .await;
        assert_eq!(again.json(), combined.json());
        assert_eq!(
            sales
                .post("/api/v1/customers/combine", "two", body)
                .await
                .json()["code"],
            "refused"
        );
        let gone = sales
            .get(&format!(
                "/api/v1/customers/{}",
                other["id"].as_str().unwrap()
            ))
            .await
            .json();
        assert_eq!(
            (&gone["archived"], &gone["merged_into"]),
            (&json!(true), &one["id"])
        );
        let split = call(
            &sales,
            "/api/v1/customers/split",
            json!({"combine_id": combined.json()["id"]}),
        )
        .await;
        assert_eq!(
            (
                &split.json()["kept"]["city"],
                &split.json()["other"]["archived"]
            ),
            (&json!(""), &json!(false)),
            "{split:?}"
        );
        assert_eq!(
            call(
                &sales,
                "/api/v1/customers/split",
                json!({"combine_id": NOBODY})
            )
            .await
            .status,
            StatusCode::NOT_FOUND
        );

        let path = format!("/api/v1/customers/{}", other["id"].as_str().unwrap());
        let tag = sales.get(&path).await.header("etag").to_owned();
        let changed = patch(&sales, &path, &tag, json!({"city": "Bonn"})).await;
        assert_eq!(changed.status, StatusCode::OK);
        let last = sales.get(&format!("{path}/history?limit=1")).await.json()["items"][0].clone();
        let undo = format!(
            "/api/v1/customers/changes/{}/undo",
            last["id"].as_str().unwrap()
        );
        let undone = call(&sales, &undo, json!({})).await;
        assert!(undone.json()["undone_at"].is_string(), "{undone:?}");
        assert_eq!(sales.get(&path).await.json()["city"], "Berlin");
        assert_eq!(
            call(&sales, &undo, json!({})).await.status,
            StatusCode::CONFLICT
        );
        let connection = house.connection("Nordics", false).await;
        let run = house.run(connection).await;
        assert_eq!(
            call(&sales, &format!("/api/v1/runs/{run}/undo"), json!({}))
                .await
                .json(),
            json!({"changes": 0, "left": 0})
        );
    }
}
