//! Headers that harden every answer.

use axum::body::Body;
use domain::access::Role;
use http::{Method, Request, StatusCode};
use store::Backend;
use web::routes;

use crate::house::{Answer, HOST, House};

fn hardened(answer: &Answer, what: &str) {
    let policy = answer.header("content-security-policy");
    for part in [
        "default-src 'none'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "img-src 'self' data:",
    ] {
        assert!(policy.contains(part), "{what}: {part} is missing from {policy:?}");
    }
    assert!(!policy.contains("unsafe"), "{what}: {policy}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(answer.header("referrer-policy"), "same-origin", "{what}");
    assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{what}");
    assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{what}");
    assert!(!answer.header("x-request-id").is_empty(), "{what}");
    assert!(!answer.header("cache-control").is_empty(), "{what}");
}

#[tokio::test]
async fn every_answer_is_hardened() {
    let house = House::new().await;
    let admin = house.browser(Role::Admin).await;
    for route in routes::all().filter(|route| route.method == "get") {
        let path = route.path.replace("{id}", "01890000-0000-7000-8000-000000000000").replace("{number}", "7").replace("{*path}", "x.css");
        hardened(&admin.get(&path).await, &path);
        hardened(&house.stranger().get(&path).await, &path);
    }
    let asset = house.stranger().get(&web::assets::url("app.css")).await;
    assert_eq!(asset.status, StatusCode::OK);
    hardened(&asset, "the style");
    for (what, answer) in [
        ("not found", admin.get("/nothing/here").await),
        ("not found, API", admin.get("/api/v1/nothing").await),
        ("wrong method", admin.post("/products", &[]).await),
        ("bad id", admin.get("/products/no-uuid").await),
        ("too large", admin.post("/theme", &[("x", &"x".repeat(2_000_000))]).await),
    ] {
        assert!(answer.status.is_client_error(), "{what}: {answer:?}");
        hardened(&answer, what);
    }
    let foreign = Request::builder().uri("/login").header("host", "evil.example").body(Body::empty()).unwrap();
    let answer = house.send(foreign).await;
    assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST);
    hardened(&answer, "another host");
}

#[tokio::test]
async fn pages_are_kept_by_no_cache_and_https_binds() {
    let house = House::with(Backend::Sqlite, "https://ion.example").await;
    let request = Request::builder().uri("/login").header("host", "ion.example").body(Body::empty()).unwrap();
    let page = house.send(request).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(page.header("strict-transport-security").starts_with("max-age=63072000"));
    let local = House::new().await.stranger().get("/login").await;
    assert_eq!(local.header("strict-transport-security"), "");
}

#[tokio::test]
async fn probes_answer_by_any_name_and_say_how_it_is() {
    let house = House::new().await;
    let probe = async |path: &str| house.send(Request::builder().uri(path).header("host", "10.0.0.7:80").body(Body::empty()).unwrap()).await;
    assert_eq!(probe("/healthz").await.text, "ok\n");
    let ready = probe("/readyz").await;
    assert_eq!(ready.status, StatusCode::OK);
    assert_eq!(ready.json()["schema"], "current");
    assert_eq!(ready.json()["workers"], 0);
    let metrics = probe("/metrics").await;
    assert_eq!(metrics.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_page_that_is_not_there_says_so_in_the_readers_frame() {
    let house = House::new().await;
    let admin = house.browser(Role::Admin).await;
    let framed = admin.get("/nothing/here").await;
    assert_eq!(framed.status, StatusCode::NOT_FOUND);
    assert!(framed.text.contains("Not found") && framed.text.contains("/settings/integrations"), "{}", framed.text);
    let plain = house.stranger().get("/nothing/here").await;
    assert_eq!(plain.status, StatusCode::NOT_FOUND);
    assert!(!plain.text.contains("/settings/integrations"));
    let head = house.send(admin.request(&Method::HEAD, "/nothing/here").body(Body::empty()).unwrap()).await;
    assert_eq!((head.status, head.text.as_str()), (StatusCode::NOT_FOUND, ""));
    let host = format!("http://{HOST}/nothing");
    let absolute = house.send(Request::builder().uri(host).body(Body::empty()).unwrap()).await;
    assert_eq!(absolute.status, StatusCode::NOT_FOUND);
}
