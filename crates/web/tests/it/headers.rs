//! Headers that harden every answer, errors, files and refusals included.

use axum::body::Body;
use domain::access::Role;
use http::{Method, Request, StatusCode};
use serde_json::json;
use store::Backend;
use web::Metrics;
use web::routes;

use crate::house::{Answer, House, Plan};

fn hardened(house: &House, answer: &Answer, what: &str) {
    let policy = answer.header("content-security-policy");
    let parts: Vec<_> = policy.split(';').map(str::trim).collect();
    for part in [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "img-src 'self' data:",
    ] {
        assert!(
            parts.contains(&part),
            "{what}: {part} is missing from {policy:?}"
        );
    }
    assert!(
        !policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http"),
        "{what}: {policy}"
    );
    assert_eq!(
        answer
            .headers
            .get_all("content-security-policy")
            .iter()
            .count(),
        1,
        "{what}"
    );
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(answer.header("referrer-policy"), "same-origin", "{what}");
    assert_eq!(answer.header("x-frame-options"), "DENY", "{what}");
    assert_eq!(
        answer.header("cross-origin-opener-policy"),
        "same-origin",
        "{what}"
    );
    assert_eq!(
        answer.header("cross-origin-resource-policy"),
        "same-origin",
        "{what}"
    );
    assert!(!answer.header("permissions-policy").is_empty(), "{what}");
    assert!(!answer.header("x-request-id").is_empty(), "{what}");
    assert!(!answer.header("cache-control").is_empty(), "{what}");
    assert!(
        answer.headers.get("server").is_none() && answer.headers.get("x-powered-by").is_none(),
        "{what}"
    );
    let bound = answer.header("strict-transport-security");
    if house.public_url.scheme() == "https" {
        assert_eq!(bound, "max-age=63072000; includeSubDomains", "{what}");
    } else {
        assert_eq!(bound, "", "{what}: a loopback address is no host to bind");
    }
    for cookie in answer.headers.get_all("set-cookie") {
        let cookie = cookie.to_str().unwrap();
        assert!(
            cookie.starts_with(house.cookie_name())
                && cookie.contains("HttpOnly")
                && cookie.contains("SameSite=Lax")
                && cookie.contains("Path=/"),
            "{what}: {cookie}"
        );
        assert!(
            !cookie.to_lowercase().contains("domain="),
            "{what}: {cookie}"
        );
        assert_eq!(
            cookie.contains("Secure"),
            house.public_url.scheme() == "https",
            "{what}: {cookie}"
        );
    }
}

#[tokio::test]
async fn every_answer_of_every_route_is_hardened() {
    for url in ["http://127.0.0.1:8080", "https://ion.example"] {
        let house = House::with(Backend::Sqlite, url).await;
        let user = house.person("sam@reseller.example", Role::Admin).await;
        let program = house.program(Role::Admin).await;
        for route in routes::all() {
            let path = route
                .path
                .replace("{id}", "01890000-0000-7000-8000-000000000000")
                .replace("{number}", "7")
                .replace("{*path}", "x.css")
                .replace("{channel}", "email");
            let method = Method::from_bytes(route.method.to_uppercase().as_bytes()).unwrap();
            let admin = house.browser_of(user, |_| ()).await;
            let as_person = if method == Method::GET {
                admin.get(&path).await
            } else {
                admin.post(&path, &[]).await
            };
            hardened(&house, &as_person, &format!("{route:?}, a person"));
            for other in [
                &Method::GET,
                &Method::HEAD,
                &Method::OPTIONS,
                &Method::DELETE,
                &Method::PUT,
                &method,
            ] {
                let answer = house
                    .send(
                        house
                            .stranger()
                            .request(other, &path)
                            .body(Body::empty())
                            .unwrap(),
                    )
                    .await;
                hardened(&house, &answer, &format!("{other} {path}, a stranger"));
            }
            let as_program = program
                .call(method, &path, &[("idempotency-key", "k")], Some(json!({})))
                .await;
            hardened(&house, &as_program, &format!("{route:?}, a program"));
        }
    }
}

#[tokio::test]
async fn refusals_errors_and_files_are_hardened_too() {
    for url in ["http://127.0.0.1:8080", "https://ion.example"] {
        let mut plan = Plan::new(Backend::Sqlite, url);
        plan.settings.metrics_open = true;
        plan.metrics = Some(Metrics::new(|| panic!("canary-in-a-panic")));
        let house = plan.build().await;
        let admin = house.browser(Role::Admin).await;
        let program = house.program(Role::Admin).await;
        let asset = house.stranger().get(&web::assets::url("app.css")).await;
        assert_eq!(asset.status, StatusCode::OK);
        let long = "x".repeat(2_000_000);
        let foreign = Request::builder()
            .uri("/login")
            .header("host", "evil.example")
            .body(Body::empty())
            .unwrap();
        let plain = program
            .call(
                Method::POST,
                "/api/v1/users",
                &[("idempotency-key", "k"), ("content-type", "text/plain")],
                None,
            )
            .await;
        let strange = Request::builder()
            .method(Method::from_bytes(b"BREW").unwrap())
            .uri("/")
            .header("host", house.host())
            .body(Body::empty())
            .unwrap();
        let panicked = house.stranger().get("/metrics").await;
        assert!(!panicked.text.contains("canary"), "{}", panicked.text);
        assert_eq!(panicked.json()["code"], "internal");
        for (what, status, answer) in [
            ("a file", 200, asset),
            ("not found", 404, admin.get("/nothing/here").await),
            ("not found, API", 404, admin.get("/api/v1/nothing").await),
            (
                "no such file",
                404,
                admin.get("/assets/../Cargo.toml").await,
            ),
            (
                "a path above the root",
                404,
                admin.get("/assets/%2e%2e/%2e%2e/etc/passwd").await,
            ),
            ("wrong method", 405, admin.post("/products", &[]).await),
            ("unknown method", 405, house.send(strange).await),
            ("bad id", 400, admin.get("/products/no-uuid").await),
            (
                "form of a page too large",
                413,
                admin.post("/reauthenticate", &[("password", &long)]).await,
            ),
            (
                "public form too large",
                413,
                house
                    .stranger()
                    .post("/login", &[("password", &long), ("email", "x")])
                    .await,
            ),
            (
                "body too large, keyed",
                413,
                program
                    .post("/api/v1/users", "k", json!({"name": long}))
                    .await,
            ),
            (
                "body too large",
                413,
                program
                    .call(
                        Method::PATCH,
                        "/api/v1/users/01890000-0000-7000-8000-000000000000",
                        &[],
                        Some(json!({"name": long})),
                    )
                    .await,
            ),
            ("wrong kind", 415, plain),
            ("another host", 421, house.send(foreign).await),
            ("a panic", 500, panicked),
        ] {
            assert_eq!(answer.status.as_u16(), status, "{what}: {answer:?}");
            hardened(&house, &answer, what);
        }
        house.sql("DROP TABLE notice_delivery").await;
        house.sql("DROP TABLE notice").await;
        for answer in [
            admin.get("/activity/notifications").await,
            program.get("/api/v1/notices").await,
        ] {
            assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
            assert!(
                !answer.text.to_lowercase().contains("no such table")
                    && !answer.text.contains("SELECT"),
                "{}",
                answer.text
            );
            hardened(&house, &answer, "a broken database");
        }
    }
}

#[tokio::test]
async fn only_files_that_never_change_are_kept() {
    let house = House::with(Backend::Sqlite, "https://ion.example").await;
    let admin = house.browser(Role::Admin).await;
    for path in [
        "/login",
        "/",
        "/settings/team",
        "/api/v1/docs",
        "/api/v1/me",
        "/nothing",
    ] {
        assert_eq!(
            admin.get(path).await.header("cache-control"),
            "no-store",
            "{path}"
        );
    }
    let asset = admin.get(&web::assets::url("app.css")).await;
    assert!(
        asset.header("cache-control").contains("immutable") || !web::assets::bundled(),
        "{asset:?}"
    );
}

#[tokio::test]
async fn probes_answer_by_any_name_and_say_how_it_is() {
    let house = House::new().await;
    let probe = async |path: &str| {
        house
            .send(
                Request::builder()
                    .uri(path)
                    .header("host", "10.0.0.7:80")
                    .body(Body::empty())
                    .unwrap(),
            )
            .await
    };
    assert_eq!(probe("/healthz").await.text, "ok\n");
    let ready = probe("/readyz").await;
    assert_eq!(ready.status, StatusCode::OK);
    assert_eq!(ready.json()["schema"], "current");
    assert_eq!(ready.json()["workers"], 0);
    let metrics = probe("/metrics").await;
    assert_eq!(metrics.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_page_asked_for_by_another_name_is_refused() {
    let house = House::with(Backend::Sqlite, "https://ion.example").await;
    let admin = house.browser(Role::Admin).await;
    let cookie = admin.cookie.clone().unwrap();
    for (host, status) in [
        ("ion.example", 200),
        ("ION.example", 200),
        ("ion.example:8443", 421),
        ("ion.example.evil.example", 421),
        ("127.0.0.1", 421),
        ("", 421),
    ] {
        let request = Request::builder()
            .uri("/profile")
            .header("host", host)
            .header("cookie", &cookie)
            .body(Body::empty())
            .unwrap();
        assert_eq!(
            house.send(request).await.status.as_u16(),
            status,
            "{host:?}"
        );
    }
    // What a proxy or a client adds about the name plays no part.
    let request = Request::builder()
        .uri("/profile")
        .header("host", "evil.example")
        .header("x-forwarded-host", "ion.example")
        .header("cookie", &cookie);
    assert_eq!(
        house
            .send(request.body(Body::empty()).unwrap())
            .await
            .status
            .as_u16(),
        421
    );
}

#[tokio::test]
async fn a_page_that_is_not_there_says_so_in_the_readers_frame() {
    let house = House::new().await;
    let admin = house.browser(Role::Admin).await;
    let framed = admin.get("/nothing/here").await;
    assert_eq!(framed.status, StatusCode::NOT_FOUND);
    assert!(
        framed.text.contains("Not found") && framed.text.contains("/settings/integrations"),
        "{}",
        framed.text
    );
    let plain = house.stranger().get("/nothing/here").await;
    assert_eq!(plain.status, StatusCode::NOT_FOUND);
    assert!(!plain.text.contains("/settings/integrations"));
    let head = house
        .send(
            admin
                .request(&Method::HEAD, "/nothing/here")
                .body(Body::empty())
                .unwrap(),
        )
        .await;
    assert_eq!(
        (head.status, head.text.as_str()),
        (StatusCode::NOT_FOUND, "")
    );
    let absolute = house
        .send(
            Request::builder()
                .uri(format!("{}/nothing", house.origin()))
                .body(Body::empty())
                .unwrap(),
        )
        .await;
    assert_eq!(absolute.status, StatusCode::NOT_FOUND);
}
