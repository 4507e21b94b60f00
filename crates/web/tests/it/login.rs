//! Log-in, sessions, the first start, passwords.

use std::time::Duration;

use axum::body::Body;
use domain::Clock as _;
use domain::access::Role;
use http::{Method, StatusCode};
use store::{Backend, audit, users};

use crate::house::{Answer, Browser, HOST, House, PASSWORD};

/// What a browser keeps of an answer.
fn cookie_of(answer: &Answer) -> String {
    answer
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap()
        .to_owned()
}

/// A form that needs no session.
async fn post(
    browser: &Browser<'_>,
    path: &str,
    form: &[(&str, &str)],
    headers: &[(&str, &str)],
) -> Answer {
    let body: String = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let mut request = browser
        .request(&Method::POST, path)
        .header("origin", format!("http://{HOST}"))
        .header("content-type", "application/x-www-form-urlencoded");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    browser
        .house
        .send(request.body(Body::from(body)).unwrap())
        .await
}

async fn log_in(house: &House, email: &str, password: &str) -> Answer {
    post(
        &house.stranger(),
        "/login",
        &[
            ("email", email),
            ("password", password),
            ("next", "/products"),
        ],
        &[],
    )
    .await
}

#[tokio::test]
async fn a_session_lives_from_log_in_to_log_out() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let house = House::with(backend, &format!("http://{HOST}")).await;
        house.person("sam@reseller.example", Role::Sales).await;
        let page = house.stranger().get("/products?q=teams").await;
        assert_eq!(
            page.header("location"),
            "/login?next=%2Fproducts%3Fq%3Dteams"
        );

        let answer = log_in(&house, " Sam@Reseller.example ", PASSWORD).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (StatusCode::SEE_OTHER, "/products"),
            "{answer:?}"
        );
        let set = answer.header("set-cookie").to_owned();
        assert!(
            set.starts_with("ib_session=")
                && set.contains("HttpOnly")
                && set.contains("SameSite=Lax")
                && set.contains("Path=/"),
            "{set}"
        );
        let mut browser = house.stranger();
        browser.cookie = Some(cookie_of(&answer));
        let page = browser.get("/profile").await;
        assert_eq!(page.status, StatusCode::OK);

        // The page's own token, as a browser would send it.
        let token = page
            .text
            .split("name=\"csrf\" value=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .to_owned();
        let out = post(&browser, "/logout", &[("csrf", &token)], &[]).await;
        assert_eq!(out.header("location"), "/login?out=1", "{out:?}");
        assert!(out.header("set-cookie").contains("Max-Age=0"));
        assert_eq!(
            browser.get("/profile").await.status,
            StatusCode::SEE_OTHER,
            "the session is dead on the server too"
        );
        let actions: Vec<_> = audit::list(house.store.read(), None, "", 10)
            .await
            .unwrap()
            .into_iter()
            .map(|row| row.action)
            .collect();
        assert_eq!(actions, ["session.end", "session.begin"]);
    }
}

#[tokio::test]
async fn log_in_always_gives_a_new_id_and_ends_the_old_one() {
    let house = House::new().await;
    house.person("sam@reseller.example", Role::Sales).await;
    let first = cookie_of(&log_in(&house, "sam@reseller.example", PASSWORD).await);
    let mut fixed = house.stranger();
    fixed.cookie = Some(first.clone());
    let answer = post(
        &fixed,
        "/login",
        &[("email", "sam@reseller.example"), ("password", PASSWORD)],
        &[],
    )
    .await;
    assert_ne!(cookie_of(&answer), first);
    assert_eq!(
        fixed.get("/profile").await.status,
        StatusCode::SEE_OTHER,
        "the id from before is dead"
    );
}

#[tokio::test]
async fn a_session_ends_by_idling_and_by_age() {
    let house = House::new().await;
    house.person("sam@reseller.example", Role::Sales).await;
    let mut browser = house.stranger();
    browser.cookie = Some(cookie_of(
        &log_in(&house, "sam@reseller.example", PASSWORD).await,
    ));
    for _ in 0..15 {
        house.clock.advance(Duration::from_hours(11));
        assert_eq!(browser.get("/profile").await.status, StatusCode::OK);
    }
    house.clock.advance(Duration::from_hours(4));
    assert_eq!(
        browser.get("/profile").await.status,
        StatusCode::SEE_OTHER,
        "seven days are over"
    );

    browser.cookie = Some(cookie_of(
        &log_in(&house, "sam@reseller.example", PASSWORD).await,
    ));
    house.clock.advance(Duration::from_hours(12));
    assert_eq!(
        browser.get("/profile").await.status,
        StatusCode::SEE_OTHER,
        "idle for twelve hours"
    );
}

#[tokio::test]
async fn wrong_passwords_and_unknown_people_read_alike() {
    let house = House::new().await;
    house.person("sam@reseller.example", Role::Sales).await;
    let wrong = log_in(&house, "sam@reseller.example", "not the password").await;
    let unknown = log_in(&house, "pam@reseller.example", "not the password").await;
    assert_eq!(
        (wrong.status, unknown.status),
        (
            StatusCode::UNPROCESSABLE_ENTITY,
            StatusCode::UNPROCESSABLE_ENTITY
        )
    );
    assert_eq!(wrong.text.replace("sam@", "pam@"), unknown.text);
    assert!(wrong.headers.get("set-cookie").is_none());
}

#[tokio::test]
async fn somebody_who_is_disabled_is_out_at_once() {
    let house = House::new().await;
    let admin = house.browser(Role::Admin).await;
    let user = house.person("sam@reseller.example", Role::Admin).await;
    let sam = house.browser_of(user, |_| ()).await;
    assert_eq!(sam.get("/").await.status, StatusCode::OK);
    let answer = admin
        .post(
            &format!("/settings/team/{user}"),
            &[("role", "admin"), ("disabled", "1")],
        )
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
    assert_eq!(sam.get("/").await.status, StatusCode::SEE_OTHER);
    assert_eq!(
        log_in(&house, "sam@reseller.example", PASSWORD)
            .await
            .status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

#[tokio::test]
async fn secrets_are_touched_only_after_the_password_was_given_again() {
    let house = House::new().await;
    let user = house.person("sam@reseller.example", Role::Admin).await;
    let now = house.clock.now();
    let sam = house
        .browser_of(user, |session| {
            session.confirmed_at = now - Duration::from_mins(11)
        })
        .await;
    let form = "/settings/api-tokens/new";
    assert_eq!(
        sam.get(form).await.header("location"),
        "/reauthenticate?next=%2Fsettings%2Fapi-tokens%2Fnew"
    );
    let wrong = sam
        .post(
            "/reauthenticate",
            &[("password", "wrong wrong wrong"), ("next", form)],
        )
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(sam.get(form).await.status, StatusCode::SEE_OTHER);
    let right = sam
        .post("/reauthenticate", &[("password", PASSWORD), ("next", form)])
        .await;
    assert_eq!(right.header("location"), form);
    assert_eq!(sam.get(form).await.status, StatusCode::OK);
    house.clock.advance(Duration::from_mins(11));
    assert_eq!(sam.get(form).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_first_admin_is_made_once_by_the_link() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let house = House::with(backend, &format!("http://{HOST}")).await;
        let secret = house.setup_secret().await.unwrap();
        let stranger = house.stranger();
        assert_eq!(stranger.get("/setup").await.status, StatusCode::OK);
        let form = |secret: &str| {
            [
                ("secret", secret.to_owned()),
                ("name", "Ada".to_owned()),
                ("email", "ada@reseller.example".to_owned()),
                ("password", PASSWORD.to_owned()),
            ]
        };
        let send = async |secret: &str| {
            let form = form(secret);
            let pairs: Vec<(&str, &str)> = form
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            post(&stranger, "/setup", &pairs, &[]).await
        };
        assert_eq!(send("not-the-secret").await.status, StatusCode::GONE);
        assert_eq!(users::count_all(house.store.read()).await.unwrap(), 0);
        let made = send(&secret).await;
        assert!(
            made.status == StatusCode::SEE_OTHER
                && matches!(made.header("location"), "/" | "/#main"),
            "{made:?}"
        );
        let mut ada = house.stranger();
        ada.cookie = Some(cookie_of(&made));
        assert_eq!(ada.get("/settings/team").await.status, StatusCode::OK);
        assert_eq!(send(&secret).await.status, StatusCode::GONE, "once");
        assert_eq!(stranger.get("/setup").await.status, StatusCode::GONE);
        assert!(house.setup_secret().await.is_none());
    }
}

#[tokio::test]
async fn an_old_link_is_over_and_a_short_password_is_named() {
    let house = House::new().await;
    let secret = house.setup_secret().await.unwrap();
    let short = [
        ("secret", secret.as_str()),
        ("name", "Ada"),
        ("email", "ada@reseller.example"),
        ("password", "short"),
    ];
    let answer = post(&house.stranger(), "/setup", &short, &[]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.text.contains("12 to 256 characters"),
        "{}",
        answer.text
    );
    house.clock.advance(Duration::from_hours(24));
    let late = [
        ("secret", secret.as_str()),
        ("name", "Ada"),
        ("email", "ada@reseller.example"),
        ("password", PASSWORD),
    ];
    assert_eq!(
        post(&house.stranger(), "/setup", &late, &[]).await.status,
        StatusCode::GONE
    );
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    let house = House::new().await;
    let user = house.person("sam@reseller.example", Role::Sales).await;
    let (here, there) = (
        house.browser_of(user, |_| ()).await,
        house.browser_of(user, |_| ()).await,
    );
    let new = "another horse, another battery";
    let form = |current: &'static str, again: &'static str| {
        [("current", current), ("password", new), ("again", again)]
    };
    assert_eq!(
        here.post("/profile/password", &form("wrong wrong wrong", new))
            .await
            .status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(
        here.post("/profile/password", &form(PASSWORD, "something else"))
            .await
            .status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(
        here.post("/profile/password", &form(PASSWORD, new))
            .await
            .status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(here.get("/profile").await.status, StatusCode::OK);
    assert_eq!(there.get("/profile").await.status, StatusCode::SEE_OTHER);
    assert_eq!(
        log_in(&house, "sam@reseller.example", PASSWORD)
            .await
            .status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(
        log_in(&house, "sam@reseller.example", new).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn where_a_log_in_cannot_be_safe_the_page_says_so() {
    let house = House::with(Backend::Sqlite, "http://ion.example").await;
    house.person("sam@reseller.example", Role::Sales).await;
    let get = http::Request::builder()
        .uri("/login")
        .header("host", "ion.example")
        .body(Body::empty())
        .unwrap();
    let page = house.send(get).await;
    assert!(
        page.text.contains("Log-in cannot work") && page.text.contains("server.public_url"),
        "{}",
        page.text
    );
    let body = format!(
        "email=sam%40reseller.example&password={}",
        PASSWORD.replace(' ', "+")
    );
    let request = http::Request::builder()
        .method(Method::POST)
        .uri("/login")
        .header("host", "ion.example")
        .header("origin", "http://ion.example")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(body))
        .unwrap();
    let answer = house.send(request).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.headers.get("set-cookie").is_none());
}

#[tokio::test]
async fn the_last_admin_stays_and_nobody_changes_their_own_access() {
    let house = House::new().await;
    let ada = house.person("ada@reseller.example", Role::Admin).await;
    let browser = house.browser_of(ada, |_| ()).await;
    let own = browser
        .post(&format!("/settings/team/{ada}"), &[("role", "read_only")])
        .await;
    assert_eq!(own.status, StatusCode::CONFLICT);
    let program = house.program(Role::Admin).await;
    let path = format!("/api/v1/users/{ada}");
    let tag = program.get(&path).await.header("etag").to_owned();
    let answer = program
        .call(
            Method::PATCH,
            &path,
            &[("if-match", &tag)],
            Some(serde_json::json!({"disabled": true})),
        )
        .await;
    assert_eq!(
        (answer.status, answer.json()["code"].as_str()),
        (StatusCode::CONFLICT, Some("last_admin")),
        "{answer:?}"
    );
}
