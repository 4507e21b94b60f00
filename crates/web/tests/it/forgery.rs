//! Requests that another site makes a browser send.

use axum::body::Body;
use domain::access::Role;
use http::{Method, StatusCode};
use store::{Backend, audit, users};
use web::routes::{self, Access, Route};

use crate::house::{Browser, House, csrf};

const FORM: &str = "application/x-www-form-urlencoded";

fn path_of(route: &Route) -> String {
    route
        .path
        .replace("{id}", "01890000-0000-7000-8000-000000000000")
        .replace("{channel}", "email")
}

fn method_of(route: &Route) -> Method {
    Method::from_bytes(route.method.to_uppercase().as_bytes()).unwrap()
}

/// What a foreign page can make a browser send: headers and body.
struct Errand {
    what: &'static str,
    headers: Vec<(&'static str, String)>,
    body: String,
}

/// Every way in which a request can fail to come from our own page, with the session's true token unless that is what is missing.
fn errands(house: &House) -> Vec<Errand> {
    let ours = house.origin();
    let (token, wrong) = (
        format!("csrf={}", csrf()),
        format!("csrf={}", csrf().replace('A', "B")),
    );
    let multipart = format!(
        "--b\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{}\r\n--b--\r\n",
        csrf()
    );
    let from = |origin: &str, site: &str, kind: &str| {
        vec![
            ("origin", origin.to_owned()),
            ("sec-fetch-site", site.to_owned()),
            ("content-type", kind.to_owned()),
        ]
    };
    let one = |what, headers, body: &str| Errand {
        what,
        headers,
        body: body.to_owned(),
    };
    vec![
        one("no token", from(&ours, "same-origin", FORM), ""),
        one("an empty token", from(&ours, "same-origin", FORM), "csrf="),
        one("another token", from(&ours, "same-origin", FORM), &wrong),
        one(
            "another site",
            from("https://evil.example", "cross-site", FORM),
            &token,
        ),
        one(
            "another site that says nothing of where it stands",
            vec![
                ("origin", "https://evil.example".to_owned()),
                ("content-type", FORM.to_owned()),
            ],
            &token,
        ),
        one(
            "another port of this machine",
            vec![
                ("origin", "http://127.0.0.1:9999".to_owned()),
                ("content-type", FORM.to_owned()),
            ],
            &token,
        ),
        one(
            "a sister site",
            vec![
                ("sec-fetch-site", "same-site".to_owned()),
                ("content-type", FORM.to_owned()),
            ],
            &token,
        ),
        one(
            "an address that was typed or a bookmark",
            vec![
                ("sec-fetch-site", "none".to_owned()),
                ("content-type", FORM.to_owned()),
            ],
            &token,
        ),
        one(
            "nothing said",
            vec![("content-type", FORM.to_owned())],
            &token,
        ),
        one(
            "an opaque origin",
            vec![
                ("origin", "null".to_owned()),
                ("content-type", FORM.to_owned()),
            ],
            &token,
        ),
        // What a form or a script may send elsewhere without asking first; our pages send none of it.
        one(
            "plain text",
            from(&ours, "same-origin", "text/plain"),
            &token,
        ),
        one(
            "a form of parts",
            from(&ours, "same-origin", "multipart/form-data; boundary=b"),
            &multipart,
        ),
        one(
            "no kind of body",
            vec![
                ("origin", ours.clone()),
                ("sec-fetch-site", "same-origin".to_owned()),
            ],
            &token,
        ),
        one(
            "JSON",
            from(&ours, "same-origin", "application/json"),
            &format!("{{\"csrf\":\"{}\"}}", csrf()),
        ),
    ]
}

async fn run(
    house: &House,
    browser: &Browser<'_>,
    method: &Method,
    path: &str,
    errand: &Errand,
) -> crate::house::Answer {
    let mut request = browser.request(method, path);
    for (name, value) in &errand.headers {
        request = request.header(*name, value);
    }
    house
        .send(request.body(Body::from(errand.body.clone())).unwrap())
        .await
}

#[tokio::test]
async fn every_route_that_changes_something_needs_our_page_and_its_token() {
    for url in ["http://127.0.0.1:8080", "https://ion.example"] {
        let house = House::with(Backend::Sqlite, url).await;
        let admin = house.browser(Role::Admin).await;
        let mut seen = 0;
        for route in routes::all().filter(|route| route.method != "get") {
            let expected = match route.access {
                // The API knows no cookies: the browser's session is nobody there, whatever the page says.
                Access::Program(_) => StatusCode::UNAUTHORIZED,
                Access::Person(_) | Access::PersonConfirmed(_) => StatusCode::FORBIDDEN,
                // No session, no token: only where the request comes from counts. Checked below.
                Access::Public => continue,
                Access::Scrape => panic!("{route:?} changes something"),
            };
            seen += 1;
            for errand in errands(&house) {
                // The one form that brings a file; a wrong token in its parts is refused, too, as its own test says.
                if errand.what == "a form of parts" && route.path == "/customers/import" {
                    continue;
                }
                let answer = run(&house, &admin, &method_of(route), &path_of(route), &errand).await;
                assert_eq!(
                    answer.status, expected,
                    "{} {route:?} {answer:?}",
                    errand.what
                );
            }
        }
        assert!(seen > 25, "{seen}");
        assert_eq!(
            admin.get("/profile").await.status,
            StatusCode::OK,
            "still logged in"
        );
        assert!(
            audit::list(house.store.read(), None, "", 10)
                .await
                .unwrap()
                .is_empty(),
            "nothing was done"
        );
        // The same request from our own page is let in: what was refused was not refused for another reason.
        assert_eq!(
            admin.post("/logout", &[]).await.status,
            StatusCode::SEE_OTHER
        );
    }
}

#[tokio::test]
async fn log_in_and_set_up_cannot_be_sent_from_elsewhere() {
    let house = House::new().await;
    let public: Vec<_> = routes::all()
        .filter(|route| route.access == Access::Public && route.method != "get")
        .collect();
    assert_eq!(
        public.iter().map(|route| route.path).collect::<Vec<_>>(),
        ["/login", "/setup"]
    );
    for route in public {
        for errand in errands(&house).into_iter().filter(|errand| {
            !errand
                .headers
                .iter()
                .any(|(name, value)| *name == "origin" && *value == house.origin())
        }) {
            let answer = run(
                &house,
                &house.stranger(),
                &Method::POST,
                route.path,
                &errand,
            )
            .await;
            assert_eq!(
                answer.status,
                StatusCode::FORBIDDEN,
                "{} {route:?}",
                errand.what
            );
            assert!(answer.headers.get("set-cookie").is_none());
        }
    }
    assert_eq!(users::count_all(house.store.read()).await.unwrap(), 0);
}

#[tokio::test]
async fn looking_changes_nothing() {
    let house = House::new().await;
    let connection = house.connection("Nordics", false).await;
    let run = house.run(connection).await;
    let admin = house.browser(Role::Admin).await;
    for route in
        routes::all().filter(|route| route.method == "get" && !route.path.ends_with("/events"))
    {
        for id in [connection.to_string(), run.to_string()] {
            let path = route
                .path
                .replace("{id}", &id)
                .replace("{number}", "1")
                .replace("{*path}", "x.css");
            for method in [Method::GET, Method::HEAD] {
                let answer = house
                    .send(admin.request(&method, &path).body(Body::empty()).unwrap())
                    .await;
                assert!(!answer.status.is_server_error(), "{path} {answer:?}");
            }
        }
    }
    assert!(
        audit::list(house.store.read(), None, "", 10)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        !store::runs::stop_requested(house.store.read(), run)
            .await
            .unwrap()
    );
    // A method that a link cannot have does not become one by a header or a field.
    let request = admin
        .request(&Method::GET, "/logout")
        .header("x-http-method-override", "POST")
        .body(Body::empty())
        .unwrap();
    assert_eq!(
        house.send(request).await.status,
        StatusCode::METHOD_NOT_ALLOWED
    );
    assert_eq!(
        admin.get("/logout?_method=post").await.status,
        StatusCode::METHOD_NOT_ALLOWED
    );
}

#[tokio::test]
async fn a_script_of_ours_sends_the_token_in_a_header() {
    let house = House::new().await;
    let admin = house.browser(Role::Admin).await;
    let send = async |token: String| {
        let request = admin
            .request(&Method::POST, "/logout")
            .header("origin", house.origin())
            .header("x-csrf-token", token);
        house.send(request.body(Body::empty()).unwrap()).await
    };
    assert_eq!(
        send(csrf().replace('A', "B")).await.status,
        StatusCode::FORBIDDEN
    );
    let answer = send(csrf()).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
}

#[tokio::test]
async fn no_answer_lets_another_origin_read_it() {
    let house = House::new().await;
    let program = house.program(Role::Admin).await;
    for path in ["/api/v1/me", "/api/v1/openapi.json", "/login", "/healthz"] {
        for method in [Method::GET, Method::OPTIONS] {
            let answer = program
                .call(
                    method,
                    path,
                    &[
                        ("origin", "https://evil.example"),
                        ("access-control-request-method", "POST"),
                    ],
                    None,
                )
                .await;
            assert!(
                !answer
                    .headers
                    .keys()
                    .any(|name| name.as_str().starts_with("access-control-")),
                "{path} {answer:?}"
            );
        }
    }
}
