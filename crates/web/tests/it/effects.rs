//! What a request leaves behind: one effect for a key, no edit over another one, lists that stay whole while they are written.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::access::Role;
use futures::StreamExt as _;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use store::{Backend, users};
use web::routes::{self, Access};

use crate::house::{House, PASSWORD, Program};

const BOTH: [Backend; 2] = [Backend::Sqlite, Backend::Postgres];
const URL: &str = "https://ion.example";
const NOBODY: &str = "01890000-0000-7000-8000-000000000000";

/// Operations that take a key, by the description.
fn keyed() -> Vec<String> {
    let description = serde_json::to_value(web::openapi()).unwrap();
    let mut paths = Vec::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        let parameters = item["post"]["parameters"].as_array().into_iter().flatten();
        if parameters.into_iter().any(|parameter| {
            parameter["name"] == "Idempotency-Key" && parameter["required"] == true
        }) {
            paths.push(path.clone());
        }
    }
    paths
}

#[tokio::test]
async fn whatever_creates_something_asks_for_a_key() {
    let house = House::new().await;
    let admin = house.program(Role::Admin).await;
    assert_eq!(
        keyed(),
        [
            "/api/v1/api-tokens",
            "/api/v1/connections",
            "/api/v1/customers",
            "/api/v1/customers/combine",
            "/api/v1/customers/files",
            "/api/v1/customers/syncs",
            "/api/v1/imports",
            "/api/v1/margins",
            "/api/v1/orders",
            "/api/v1/orders/{id}/copy",
            "/api/v1/subscriptions/syncs",
            "/api/v1/subscriptions/{id}/changes",
            "/api/v1/users"
        ]
    );
    let long = "k".repeat(201);
    for path in keyed().iter().map(|path| path.replace("{id}", NOBODY)) {
        for headers in [
            vec![],
            vec![("idempotency-key", "")],
            vec![("idempotency-key", "  ")],
            vec![("idempotency-key", long.as_str())],
        ] {
            let answer = admin
                .call(Method::POST, &path, &headers, Some(json!({})))
                .await;
            assert_eq!(
                (answer.status, answer.json()["code"].as_str().unwrap()),
                (StatusCode::BAD_REQUEST, "idempotency_key_missing"),
                "{path} {headers:?}"
            );
        }
        // A body that is refused uses no key up.
        let refused = if path.ends_with("/copy") {
            StatusCode::NOT_FOUND
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        };
        assert_eq!(
            admin.post(&path, "refused", json!({})).await.status,
            refused,
            "{path}"
        );
    }
    let connection = house.connection("Nordics", false).await;
    assert_eq!(
        admin
            .post(
                "/api/v1/imports",
                "refused",
                json!({"connection_id": connection})
            )
            .await
            .status,
        StatusCode::ACCEPTED
    );
    // The key counts for its operation and body: the same one elsewhere is another request.
    let other = admin
        .post(
            "/api/v1/api-tokens",
            "refused",
            json!({"name": "x", "role": "sales"}),
        )
        .await;
    assert_eq!(other.json()["code"], "idempotency_other_payload");
}

/// A failure between the effect and its kept answer undoes both.
#[tokio::test]
async fn an_answer_is_kept_with_its_effect_or_neither_is() {
    for backend in BOTH {
        let house = House::with(backend, URL).await;
        let admin = house.program(Role::Admin).await;
        match backend {
            Backend::Sqlite => house.sql("CREATE TRIGGER broken BEFORE UPDATE ON idempotency BEGIN SELECT RAISE(ABORT, 'broken on purpose'); END").await,
            Backend::Postgres => {
                house.sql("CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken on purpose'; END $$").await;
                house.sql("CREATE TRIGGER broken BEFORE UPDATE ON idempotency FOR EACH ROW EXECUTE FUNCTION broken()").await;
            }
        }
        let pam = json!({"email": "pam@reseller.example", "name": "Pam", "role": "sales", "password": PASSWORD});
        let shop = json!({"name": "Shop", "role": "read_only"});
        for (path, body) in [("/api/v1/users", &pam), ("/api/v1/api-tokens", &shop)] {
            let answer = admin.post(path, path, body.clone()).await;
            assert_eq!(
                answer.status,
                StatusCode::INTERNAL_SERVER_ERROR,
                "{answer:?}"
            );
            assert!(
                !answer.text.contains("on purpose"),
                "the cause stays in the log"
            );
        }
        assert_eq!(users::count_all(house.store.read()).await.unwrap(), 0);
        assert_eq!(
            users::list_api_tokens(house.store.read())
                .await
                .unwrap()
                .len(),
            1,
            "the one that asks"
        );
        house
            .sql(if backend == Backend::Sqlite {
                "DROP TRIGGER broken"
            } else {
                "DROP TRIGGER broken ON idempotency"
            })
            .await;
        for (path, body) in [("/api/v1/users", pam), ("/api/v1/api-tokens", shop)] {
            let answer = admin.post(path, path, body.clone()).await;
            assert_eq!(
                answer.status,
                StatusCode::CREATED,
                "the key is free: {answer:?}"
            );
            assert!(answer.headers.get("idempotency-replayed").is_none());
            let again = admin.post(path, path, body).await;
            assert_eq!(
                (again.status, again.header("idempotency-replayed")),
                (StatusCode::CREATED, "true")
            );
        }
        assert_eq!(users::count_all(house.store.read()).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn of_two_edits_of_one_version_one_is_refused() {
    for backend in BOTH {
        let here = House::with(backend, URL).await;
        let there = here.twin().await;
        let admin = here.program(Role::Admin).await;
        let other = Program {
            house: &there,
            secret: admin.secret.clone(),
        };
        here.person("ada@reseller.example", Role::Admin).await;
        let user = here.person("sam@reseller.example", Role::Sales).await;
        let path = format!("/api/v1/users/{user}");
        for round in 0..10 {
            let tag = admin.get(&path).await.header("etag").to_owned();
            let change = async |program: &Program<'_>, role: &str| {
                program
                    .call(
                        Method::PATCH,
                        &path,
                        &[("if-match", &tag)],
                        Some(json!({"role": role})),
                    )
                    .await
            };
            let (one, two) = if round % 2 == 0 {
                ("finance", "read_only")
            } else {
                ("sales", "admin")
            };
            let answers = tokio::join!(change(&admin, one), change(&other, two));
            let mut statuses = [answers.0.status.as_u16(), answers.1.status.as_u16()];
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 412], "{answers:?}");
        }
    }
}

/// An empty plan that waits.
async fn waiting_plan(house: &House, connection: domain::ConnectionId) -> domain::PlanId {
    let plan = store::customers::PlanRow {
        id: domain::PlanId::new(&*house.ids),
        connection,
        run: house.run(connection).await,
        first: true,
        held: false,
        state: store::customers::PlanState::Waiting,
        counts: rules::customers::plan::Counts::default(),
        read_here: 0,
        read_in_ion: 0,
        made_at: domain::Clock::now(&*house.clock),
        decided_at: None,
        decided_by: None,
        applied_run: None,
    };
    let tx = house.store.begin().await.unwrap();
    store::customers::insert_plan(&tx, &plan, &[])
        .await
        .unwrap();
    tx.commit().await.unwrap();
    plan.id
}

#[tokio::test]
async fn every_edit_asks_for_the_version() {
    let house = House::new().await;
    let admin = house.program(Role::Admin).await;
    let connection = house.connection("Nordics", false).await;
    house.person("ada@reseller.example", Role::Admin).await;
    let user = house.person("sam@reseller.example", Role::Sales).await;
    let made = admin
        .post(
            "/api/v1/customers",
            "one",
            json!({"organisation": "Kettle"}),
        )
        .await;
    let customer = made.json()["id"].as_str().unwrap().to_owned();
    let plan = waiting_plan(&house, connection).await;
    let rule = json!({"name": "Everything", "kind": "margin", "value": "18", "from": "2026-12-01"});
    let made = admin.post("/api/v1/margins", "two", rule.clone()).await;
    let margin = made.json()["id"].as_str().unwrap().to_owned();
    let actor = store::audit::Actor::cli();
    let draft = engine::orders::NewDraft::default();
    let order = house.engine.begin_order(draft, &actor).await.unwrap().id;
    let mut seen = 0;
    for route in routes::all().filter(|route| {
        matches!(route.access, Access::Program(_)) && matches!(route.method, "put" | "patch")
    }) {
        seen += 1;
        let id = if route.path.contains("users") {
            user.to_string()
        } else if route.path.contains("plans") {
            plan.to_string()
        } else if route.path.contains("customers") {
            customer.clone()
        } else if route.path.contains("margins") {
            margin.clone()
        } else if route.path.contains("orders") {
            order.to_string()
        } else {
            connection.to_string()
        };
        let path = route.path.replace("{id}", &id);
        let method = Method::from_bytes(route.method.to_uppercase().as_bytes()).unwrap();
        let body = if route.path.contains("margins") {
            rule.clone()
        } else {
            json!({"role": "finance", "access_token": "a", "refresh_token": "b"})
        };
        let blind = admin
            .call(method.clone(), &path, &[], Some(body.clone()))
            .await;
        assert_eq!(
            (
                blind.status.as_u16(),
                blind.json()["code"].as_str().unwrap()
            ),
            (428, "if_match_missing"),
            "{path}"
        );
        for wrong in ["\"0\"", "W/\"0\"", "0", ""] {
            let late = admin
                .call(
                    method.clone(),
                    &path,
                    &[("if-match", wrong)],
                    Some(body.clone()),
                )
                .await;
            assert_eq!(
                (late.status.as_u16(), late.json()["code"].as_str().unwrap()),
                (412, "changed_meanwhile"),
                "{path} {wrong}"
            );
        }
    }
    assert!(seen >= 5);
    assert_eq!(
        admin.get(&format!("/api/v1/users/{user}")).await.json()["role"],
        "sales"
    );
}

async fn walk(
    program: &Program<'_>,
    list: &str,
    mut between: impl AsyncFnMut(usize),
) -> Vec<Value> {
    let mut items = Vec::new();
    let mut path = list.to_owned();
    for page in 0.. {
        let answer = program.get(&path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path} {answer:?}");
        let body = answer.json();
        items.extend(body["items"].as_array().unwrap().iter().cloned());
        let Some(next) = body["next"].as_str() else {
            break;
        };
        if page < 3 {
            between(page).await;
        }
        path = format!("{list}&cursor={next}");
    }
    items
}

#[tokio::test]
async fn a_list_that_is_written_meanwhile_repeats_and_hides_nothing() {
    for backend in BOTH {
        let house = House::with(backend, URL).await;
        let connection = house.connection("Nordics", false).await;
        let names = |n: usize| format!("{} tier {n}", ["mail", "Backup", "ünder", "zero"][n % 4]);
        // Several of the same cost, vendor and name, so that only the last key tells them apart.
        let products: Vec<_> = (0..17)
            .map(|n| {
                house.product(
                    &names(n % 9),
                    ["Acronis", "Microsoft"][n % 2],
                    ["1.50", "2.50", "77"][n % 3],
                )
            })
            .collect();
        let known: BTreeSet<String> = products.iter().map(|write| write.id.to_string()).collect();
        let mut products: Vec<_> = products
            .into_iter()
            .enumerate()
            .map(|(n, mut write)| {
                write.product.ion_id = format!("ion-{n}");
                write
            })
            .collect();
        house
            .import(connection, std::mem::take(&mut products))
            .await;
        let sales = house.program(Role::Sales).await;
        for (n, sort) in [
            "",
            "sort=name",
            "sort=-name",
            "sort=vendor",
            "sort=-vendor",
            "sort=category",
            "sort=cost",
            "sort=-cost",
            "sort=changed",
            "sort=-changed",
        ]
        .iter()
        .enumerate()
        {
            let items = walk(
                &sales,
                &format!("/api/v1/products?limit=3&{sort}"),
                async |page| {
                    house.clock.advance(Duration::from_secs(1));
                    // One that stands before all others, whatever the order, and one behind.
                    let writes =
                        [("   first", "0.01"), ("zzz last", "99999")].map(|(name, cost)| {
                            let mut write =
                                house.product(&format!("{name} {n} {page}"), name, cost);
                            write.product.categories = vec![name.to_owned()];
                            write
                        });
                    house.import(connection, writes.into()).await;
                },
            )
            .await;
            let ids: Vec<_> = items
                .iter()
                .map(|item| item["id"].as_str().unwrap().to_owned())
                .collect();
            let unique: BTreeSet<_> = ids.iter().cloned().collect();
            assert_eq!(
                ids.len(),
                unique.len(),
                "{backend:?} {sort}: one came twice"
            );
            assert!(
                known.is_subset(&unique),
                "{backend:?} {sort}: one is missing"
            );
        }
        let runs = walk(&sales, "/api/v1/runs?limit=5", async |_| {
            house.run(connection).await;
        })
        .await;
        let numbers: Vec<_> = runs
            .iter()
            .map(|run| run["number"].as_u64().unwrap())
            .collect();
        assert!(
            numbers.windows(2).all(|pair| pair[0] == pair[1] + 1) && *numbers.last().unwrap() == 1,
            "{numbers:?}"
        );
    }
}

#[tokio::test]
async fn a_cursor_counts_for_its_list_and_order_alone() {
    use base64::Engine as _;
    let own = |text: &str| base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(text);
    for backend in BOTH {
        let house = House::with(backend, URL).await;
        let connection = house.connection("Nordics", false).await;
        house
            .import(
                connection,
                (0..4)
                    .map(|n| house.product(&format!("Tier {n}"), "Acronis", "1.50"))
                    .collect(),
            )
            .await;
        let sales = house.program(Role::Sales).await;
        let next = sales.get("/api/v1/products?limit=2&sort=name").await.json()["next"]
            .as_str()
            .unwrap()
            .to_owned();
        assert_eq!(
            sales
                .get(&format!("/api/v1/products?limit=2&sort=name&cursor={next}"))
                .await
                .json()["items"][0]["name"],
            "Tier 2"
        );
        let place = |json: &str| own(json);
        let forged = [
            own(&format!(
                "v2:Cost:{}",
                place(&format!("[\"text\",\"tier 1\",\"{NOBODY}\"]"))
            )),
            own(&format!(
                "v2:Cost:{}",
                place(&format!("[null,\"tier 1\",\"{NOBODY}\"]"))
            )),
            own("v2:Cost:"),
            own("v2:Cost"),
            own("v1:18446744073709551616"),
            "x".repeat(3000),
        ];
        for (list, cursor) in [
            ("products?sort=-name", &next),
            ("products?sort=cost", &next),
            ("products?q=tier", &next),
            ("runs?limit=2", &next),
            ("changes?limit=2", &next),
        ]
        .into_iter()
        .chain(forged.iter().map(|cursor| ("products?sort=cost", cursor)))
        {
            let answer = sales.get(&format!("/api/v1/{list}&cursor={cursor}")).await;
            assert_eq!(
                (answer.status, answer.json()["errors"][0]["field"].as_str()),
                (StatusCode::UNPROCESSABLE_ENTITY, Some("cursor")),
                "{backend:?} {list} {cursor} {answer:?}"
            );
        }
    }
}

/// Live progress ends at once with the session of the one who reads it, and shows what the role of the moment may see.
#[tokio::test]
async fn events_end_with_the_session() {
    for backend in BOTH {
        let house = House::with(backend, URL).await;
        let connection = house.connection("Nordics", false).await;
        let run = house.run(connection).await;
        let admin = house.browser(Role::Admin).await;
        let user = house.person("sam@reseller.example", Role::Sales).await;
        let open = async || {
            let sam = house.browser_of(user, |_| ()).await;
            let request = sam
                .request(&Method::GET, &format!("/activity/runs/{run}/events"))
                .body(axum::body::Body::empty())
                .unwrap();
            let mut events = tower::ServiceExt::oneshot(house.router.clone(), request)
                .await
                .unwrap()
                .into_body()
                .into_data_stream();
            let first = events.next().await.unwrap().unwrap();
            assert!(first.starts_with(b"event: progress"));
            (sam, events)
        };
        let (sam, mut events) = open().await;
        assert_eq!(sam.post("/logout", &[]).await.status, StatusCode::SEE_OTHER);
        while let Some(event) = events.next().await {
            assert!(
                !event.unwrap().starts_with(b"event"),
                "nothing more is told"
            );
        }
        let (_, mut events) = open().await;
        assert_eq!(
            admin
                .post(
                    &format!("/settings/team/{user}"),
                    &[("role", "sales"), ("disabled", "1")]
                )
                .await
                .status,
            StatusCode::SEE_OTHER
        );
        while let Some(event) = events.next().await {
            assert!(
                !event.unwrap().starts_with(b"event"),
                "nothing more is told"
            );
        }
    }
}
