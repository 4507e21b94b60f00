//! Customers as programs read and write them: versions, problems by field, made one and two again.

use std::collections::BTreeSet;

use domain::CustomerId;
use domain::access::Role;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use store::Backend;
use store::customers;

use crate::house::{Answer, House, Program};

pub(crate) const BOTH: [Backend; 2] = [Backend::Sqlite, Backend::Postgres];
pub(crate) const URL: &str = "https://ion.example";
pub(crate) const NOBODY: &str = "01890000-0000-7000-8000-000000000000";

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

pub(crate) fn id_of(customer: &Value) -> CustomerId {
    customer["id"].as_str().unwrap().parse().unwrap()
}

pub(crate) async fn patch(program: &Program<'_>, path: &str, tag: &str, body: Value) -> Answer {
    program
        .call(Method::PATCH, path, &[("if-match", tag)], Some(body))
        .await
}

pub(crate) async fn call(program: &Program<'_>, path: &str, body: Value) -> Answer {
    program.call(Method::POST, path, &[], Some(body)).await
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
