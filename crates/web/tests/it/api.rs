//! The REST API: problems, pages, idempotency, versions.

use domain::access::Role;
use http::{Method, StatusCode};
use serde_json::json;
use store::{Backend, users};

use crate::house::{HOST, House};

#[tokio::test]
async fn what_goes_wrong_is_a_problem_with_a_code() {
    let house = House::new().await;
    let admin = house.program(Role::Admin).await;
    let id = "01890000-0000-7000-8000-000000000000";
    let cases = [
        (
            house.stranger().get("/api/v1/me").await,
            401,
            "unauthenticated",
        ),
        (admin.get("/api/v1/nothing").await, 404, "not_found"),
        (
            admin.get(&format!("/api/v1/products/{id}")).await,
            404,
            "not_found",
        ),
        (
            admin.get("/api/v1/products/no-uuid").await,
            400,
            "unreadable",
        ),
        (
            admin.get("/api/v1/products?limit=9999").await,
            422,
            "invalid",
        ),
        (
            admin.get("/api/v1/products?limit=many").await,
            400,
            "unreadable",
        ),
        (
            admin.get("/api/v1/products?cursor=50").await,
            422,
            "invalid",
        ),
        (
            admin.call(Method::DELETE, "/api/v1/me", &[], None).await,
            405,
            "method_not_allowed",
        ),
        (
            admin
                .call(Method::POST, "/api/v1/users", &[], Some(json!({})))
                .await,
            400,
            "idempotency_key_missing",
        ),
        (
            admin.post("/api/v1/users", "k1", json!({"email": 5})).await,
            422,
            "invalid",
        ),
        (
            admin
                .call(
                    Method::POST,
                    "/api/v1/users",
                    &[("idempotency-key", "k2"), ("content-type", "text/plain")],
                    None,
                )
                .await,
            415,
            "unsupported_media_type",
        ),
        (
            admin
                .call(
                    Method::PATCH,
                    &format!("/api/v1/users/{id}"),
                    &[],
                    Some(json!({})),
                )
                .await,
            404,
            "not_found",
        ),
    ];
    for (answer, status, code) in cases {
        let body = answer.json();
        assert_eq!(
            (answer.status.as_u16(), body["code"].as_str().unwrap()),
            (status, code),
            "{answer:?}"
        );
        assert_eq!(
            answer.header("content-type"),
            "application/problem+json",
            "{answer:?}"
        );
        assert_eq!(body["status"], status);
        assert_eq!(body["type"], "about:blank");
        assert_eq!(
            body["request_id"].as_str().unwrap(),
            answer.header("x-request-id")
        );
        assert!(!body["title"].as_str().unwrap().is_empty());
    }
    let refused = house.stranger().get("/api/v1/me").await;
    assert!(refused.header("www-authenticate").starts_with("Bearer"));
}

#[tokio::test]
async fn a_repeated_request_has_one_effect_and_one_answer() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let house = House::with(backend, &format!("http://{HOST}")).await;
        let admin = house.program(Role::Admin).await;
        let pam = json!({"email": "pam@reseller.example", "name": "Pam", "role": "sales", "password": "twelve letters at least"});
        let first = admin.post("/api/v1/users", "key-1", pam.clone()).await;
        assert_eq!(first.status, StatusCode::CREATED, "{first:?}");
        let again = admin.post("/api/v1/users", "key-1", pam.clone()).await;
        assert_eq!(
            (again.status, again.json()),
            (StatusCode::CREATED, first.json())
        );
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!(users::count_all(house.store.read()).await.unwrap(), 1);
        let other = json!({"email": "tom@reseller.example", "name": "Tom", "role": "sales", "password": "twelve letters at least"});
        let reused = admin.post("/api/v1/users", "key-1", other.clone()).await;
        assert_eq!(reused.json()["code"], "idempotency_other_payload");
        assert_eq!(reused.status, StatusCode::UNPROCESSABLE_ENTITY);
        // Another token's keys are its own.
        let second = house.program(Role::Admin).await;
        assert_eq!(
            second.post("/api/v1/users", "key-1", other).await.status,
            StatusCode::CREATED
        );
        // A refused request frees its key.
        let taken = admin.post("/api/v1/users", "key-2", pam).await;
        assert_eq!(taken.json()["errors"][0]["field"], "email", "{taken:?}");
        let free = json!({"email": "kim@reseller.example", "name": "Kim", "role": "finance", "password": "twelve letters at least"});
        assert_eq!(
            admin.post("/api/v1/users", "key-2", free).await.status,
            StatusCode::CREATED
        );
    }
}

#[tokio::test]
async fn a_request_that_is_being_answered_is_not_begun_again() {
    let house = House::new().await;
    let admin = house.program(Role::Admin).await;
    let connection = house.connection("Nordics", false).await;
    let body = json!({"connection_id": connection, "full": false});
    let started = admin.post("/api/v1/imports", "imp", body.clone()).await;
    assert_eq!(started.status, StatusCode::ACCEPTED, "{started:?}");
    assert_eq!(started.json()["status"], "queued");
    // As another server left it that is still at it.
    let tx = house.store.begin().await.unwrap();
    store::sessions::finish_idempotent(&tx, &scope(&house).await, "imp", None)
        .await
        .unwrap();
    let text = secrecy::SecretString::from(format!("POST /api/v1/imports\n{body}"));
    let hash = house.engine.sealer().fingerprint(&text);
    let now = domain::Clock::now(&*house.clock);
    store::sessions::begin_idempotent(&tx, &scope(&house).await, "imp", &hash, now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let running = admin.post("/api/v1/imports", "imp", body).await;
    assert_eq!(
        (running.status, running.json()["code"].as_str().unwrap()),
        (StatusCode::CONFLICT, "idempotency_running"),
        "{running:?}"
    );
    assert_eq!(running.header("retry-after"), "2");
}

async fn scope(house: &House) -> String {
    let tokens = users::list_api_tokens(house.store.read()).await.unwrap();
    format!("token:{}", tokens[0].id)
}

#[tokio::test]
async fn a_new_token_is_told_once() {
    let house = House::new().await;
    let admin = house.program(Role::Admin).await;
    let order = json!({"name": "Web shop", "role": "read_only", "days": 30});
    let made = admin.post("/api/v1/api-tokens", "t1", order.clone()).await;
    let secret = made.json()["token"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("ib_") && secret.len() > 40);
    let again = admin.post("/api/v1/api-tokens", "t1", order).await;
    assert!(
        again.json()["token"].is_null(),
        "the kept answer has no secret: {again:?}"
    );
    assert!(!admin.get("/api/v1/api-tokens").await.text.contains(&secret));
    let shop = crate::house::Program {
        house: &house,
        secret,
    };
    let me = shop.get("/api/v1/me").await.json();
    assert_eq!(
        (me["name"].as_str().unwrap(), me["role"].as_str().unwrap()),
        ("Web shop", "read_only")
    );
    assert_eq!(me["rights"], json!(["read"]));
    assert_eq!(
        shop.get("/api/v1/users").await.status,
        StatusCode::FORBIDDEN
    );
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(
        admin
            .call(
                Method::DELETE,
                &format!("/api/v1/api-tokens/{id}"),
                &[],
                None
            )
            .await
            .status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        shop.get("/api/v1/me").await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn an_edit_names_the_version_it_was_made_on() {
    let house = House::new().await;
    let admin = house.program(Role::Admin).await;
    house.person("other@reseller.example", Role::Admin).await;
    let user = house.person("sam@reseller.example", Role::Sales).await;
    let path = format!("/api/v1/users/{user}");
    let change = Some(json!({"role": "finance"}));
    let blind = admin.call(Method::PATCH, &path, &[], change.clone()).await;
    assert_eq!(
        (
            blind.status.as_u16(),
            blind.json()["code"].as_str().unwrap()
        ),
        (428, "if_match_missing")
    );
    let tag = admin.get(&path).await.header("etag").to_owned();
    let changed = admin
        .call(Method::PATCH, &path, &[("if-match", &tag)], change)
        .await;
    assert_eq!(
        (changed.status, changed.json()["role"].as_str().unwrap()),
        (StatusCode::OK, "finance")
    );
    let late = admin
        .call(
            Method::PATCH,
            &path,
            &[("if-match", &tag)],
            Some(json!({"disabled": true})),
        )
        .await;
    assert_eq!(
        (late.status, late.json()["code"].as_str().unwrap()),
        (StatusCode::PRECONDITION_FAILED, "changed_meanwhile")
    );
    let last = &store::audit::list(house.store.read(), None, "user.access", 1)
        .await
        .unwrap()[0];
    assert_eq!(
        (last.actor.as_str(), last.via.as_str(), last.detail.as_str()),
        ("admin program", "token", "sales -> finance")
    );
}

#[tokio::test]
async fn products_are_paged_by_cursor_and_prices_are_exact() {
    let house = House::new().await;
    let connection = house.connection("Nordics", false).await;
    let noisy = house.product("Noisy", "Microsoft", "811.94534500000009");
    let id = noisy.id;
    let mut products: Vec<_> = (0..7)
        .map(|n| house.product(&format!("Tier {n}"), "Acronis", "1.50"))
        .collect();
    products.push(noisy);
    let run = house.import(connection, products).await;
    let program = house.program(Role::Sales).await;
    let mut names = Vec::new();
    let mut path = "/api/v1/products?limit=3&sort=name".to_owned();
    loop {
        let page = program.get(&path).await.json();
        names.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["name"].as_str().unwrap().to_owned()),
        );
        match page["next"].as_str() {
            Some(next) => path = format!("/api/v1/products?limit=3&sort=name&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(
        names,
        [
            "Noisy", "Tier 0", "Tier 1", "Tier 2", "Tier 3", "Tier 4", "Tier 5", "Tier 6"
        ]
    );
    let one = program.get(&format!("/api/v1/products/{id}")).await.json();
    assert_eq!(
        one["variants"][0]["prices"][0]["cost"],
        "811.94534500000009"
    );
    let history = program
        .get(&format!("/api/v1/products/{id}/prices"))
        .await
        .json();
    assert_eq!(history["items"][0]["cost"], "811.94534500000009");
    let before = program
        .get(&format!(
            "/api/v1/products/{id}/prices?as_of=2026-01-01T00:00:00Z"
        ))
        .await
        .json();
    assert_eq!(before["items"], json!([]));
    let listed = program.get("/api/v1/runs").await.json();
    assert_eq!(listed["items"][0]["id"].as_str().unwrap(), run.to_string());
    assert_eq!(
        program
            .get(&format!("/api/v1/changes?run_id={run}"))
            .await
            .json()["items"],
        json!([])
    );
}
