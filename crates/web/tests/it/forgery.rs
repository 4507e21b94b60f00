//! Requests that another site makes a browser send.

use axum::body::Body;
use domain::access::Role;
use http::{Method, StatusCode};
use web::routes::{self, Access};

use crate::house::{HOST, House, csrf};

#[tokio::test]
async fn every_post_of_a_person_needs_our_page_and_its_token() {
    let house = House::new().await;
    let admin = house.browser(Role::Admin).await;
    let ours = format!("http://{HOST}");
    let token = format!("csrf={}", csrf());
    let wrong = format!("csrf={}", csrf().replace('A', "B"));
    let form = "application/x-www-form-urlencoded";
    let cases: [(&str, &[(&str, &str)], &str); 7] = [
        ("no token", &[("origin", &ours), ("sec-fetch-site", "same-origin"), ("content-type", form)], ""),
        ("another token", &[("origin", &ours), ("sec-fetch-site", "same-origin"), ("content-type", form)], &wrong),
        ("another site", &[("origin", "https://evil.example"), ("sec-fetch-site", "cross-site"), ("content-type", form)], &token),
        ("a sister site", &[("sec-fetch-site", "same-site"), ("content-type", form)], &token),
        ("nothing said", &[("content-type", form)], &token),
        ("an opaque origin", &[("origin", "null"), ("content-type", form)], &token),
        ("plain text", &[("origin", &ours), ("sec-fetch-site", "same-origin"), ("content-type", "text/plain")], &token),
    ];
    let mut seen = 0;
    for route in routes::all().filter(|route| route.method != "get") {
        if !matches!(route.access, Access::Person(_) | Access::PersonConfirmed(_)) {
            continue;
        }
        seen += 1;
        let path = route.path.replace("{id}", "01890000-0000-7000-8000-000000000000").replace("{channel}", "email");
        for (what, headers, body) in &cases {
            let mut request = admin.request(&Method::POST, &path);
            for (name, value) in *headers {
                request = request.header(*name, *value);
            }
            let answer = house.send(request.body(Body::from((*body).to_owned())).unwrap()).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{what} {path} {answer:?}");
        }
    }
    assert!(seen > 10);
    assert_eq!(admin.get("/profile").await.status, StatusCode::OK, "still logged in: nothing was done");
}

#[tokio::test]
async fn the_log_in_itself_cannot_be_sent_from_elsewhere() {
    let house = House::new().await;
    house.person("sam@reseller.example", Role::Admin).await;
    for (origin, site) in [("https://evil.example", "cross-site"), ("null", "cross-site")] {
        let request = house
            .stranger()
            .request(&Method::POST, "/login")
            .header("origin", origin)
            .header("sec-fetch-site", site)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from("email=sam%40reseller.example&password=x"))
            .unwrap();
        assert_eq!(house.send(request).await.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn a_script_sends_the_token_in_a_header() {
    let house = House::new().await;
    let admin = house.browser(Role::Admin).await;
    let request = admin
        .request(&Method::POST, "/logout")
        .header("origin", format!("http://{HOST}"))
        .header("x-csrf-token", csrf())
        .body(Body::empty())
        .unwrap();
    let answer = house.send(request).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
}
