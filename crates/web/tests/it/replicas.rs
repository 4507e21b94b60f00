//! Two servers on one database: what ends at one has ended at the other.

use domain::Clock as _;
use domain::access::Role;
use http::{Method, StatusCode};
use serde_json::json;
use store::{Backend, audit, users};

use crate::house::{Answer, Browser, House, PASSWORD, Program};

const BOTH: [Backend; 2] = [Backend::Sqlite, Backend::Postgres];
const URL: &str = "https://ion.example";

/// The same browser at the other server.
fn at<'a>(there: &'a House, browser: &Browser<'_>) -> Browser<'a> {
    Browser {
        house: there,
        cookie: browser.cookie.clone(),
    }
}

fn kept(house: &House, answer: &Answer) -> String {
    let set = answer.header("set-cookie");
    assert!(
        set.starts_with("__Host-ib_session=")
            && set.contains("; Secure")
            && set.contains("; HttpOnly")
            && set.contains("; Path=/")
            && !set.contains("Domain"),
        "{set}"
    );
    let pair = set.split(';').next().unwrap().to_owned();
    let id = pair
        .strip_prefix(house.cookie_name())
        .unwrap()
        .trim_start_matches('=');
    assert_eq!(id.len(), 43, "256 bits, written in base64");
    pair
}

#[tokio::test]
async fn a_session_begun_at_one_server_ends_at_both() {
    for backend in BOTH {
        let here = House::with(backend, URL).await;
        let there = here.twin().await;
        here.person("sam@reseller.example", Role::Sales).await;
        let answer = here
            .stranger()
            .post(
                "/login",
                &[("email", "sam@reseller.example"), ("password", PASSWORD)],
            )
            .await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
        let browser = Browser {
            house: &there,
            cookie: Some(kept(&here, &answer)),
        };
        let page = browser.get("/profile").await;
        assert_eq!(page.status, StatusCode::OK);
        let token = page
            .text
            .split("name=\"csrf\" value=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .to_owned();
        let request = browser
            .request(&Method::POST, "/logout")
            .header("origin", there.origin())
            .header("x-csrf-token", token);
        assert_eq!(
            there
                .send(request.body(axum::body::Body::empty()).unwrap())
                .await
                .header("location"),
            "/login?out=1"
        );
        for house in [&here, &there] {
            assert_eq!(
                at(house, &browser).get("/profile").await.status,
                StatusCode::SEE_OTHER
            );
        }
    }
}

#[tokio::test]
async fn a_disabled_person_and_a_lesser_role_count_at_both_at_once() {
    for backend in BOTH {
        let here = House::with(backend, URL).await;
        let there = here.twin().await;
        let admin = here.browser(Role::Admin).await;
        let user = here.person("sam@reseller.example", Role::Admin).await;
        let sam = here.browser_of(user, |_| ()).await;
        assert_eq!(
            at(&there, &sam).get("/settings/team").await.status,
            StatusCode::OK
        );
        let path = format!("/settings/team/{user}");
        assert_eq!(
            admin.post(&path, &[("role", "sales")]).await.status,
            StatusCode::SEE_OTHER
        );
        assert_eq!(
            at(&there, &sam).get("/settings/team").await.status,
            StatusCode::FORBIDDEN
        );
        assert_eq!(
            at(&there, &sam).get("/products").await.status,
            StatusCode::OK
        );
        assert_eq!(
            admin
                .post(&path, &[("role", "sales"), ("disabled", "1")])
                .await
                .status,
            StatusCode::SEE_OTHER
        );
        for house in [&here, &there] {
            assert_eq!(
                at(house, &sam).get("/products").await.status,
                StatusCode::SEE_OTHER
            );
        }
        // Who is let in again begins anew: the session from before stays dead.
        assert_eq!(
            admin.post(&path, &[("role", "sales")]).await.status,
            StatusCode::SEE_OTHER
        );
        assert_eq!(
            at(&there, &sam).get("/products").await.status,
            StatusCode::SEE_OTHER
        );
    }
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions_at_both() {
    for backend in BOTH {
        let here = House::with(backend, URL).await;
        let there = here.twin().await;
        let user = here.person("sam@reseller.example", Role::Sales).await;
        let (this, other) = (
            here.browser_of(user, |_| ()).await,
            here.browser_of(user, |_| ()).await,
        );
        let new = "another horse, another battery";
        assert_eq!(
            at(&there, &other).get("/profile").await.status,
            StatusCode::OK
        );
        assert_eq!(
            this.post(
                "/profile/password",
                &[("current", PASSWORD), ("password", new), ("again", new)]
            )
            .await
            .status,
            StatusCode::SEE_OTHER
        );
        for house in [&here, &there] {
            assert_eq!(
                at(house, &other).get("/profile").await.status,
                StatusCode::SEE_OTHER
            );
            assert_eq!(
                at(house, &this).get("/profile").await.status,
                StatusCode::OK
            );
        }
        let old = there
            .stranger()
            .post(
                "/login",
                &[("email", "sam@reseller.example"), ("password", PASSWORD)],
            )
            .await;
        assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn a_revoked_token_is_dead_at_both() {
    for backend in BOTH {
        let here = House::with(backend, URL).await;
        let there = here.twin().await;
        let admin = here.program(Role::Admin).await;
        let made = admin
            .post(
                "/api/v1/api-tokens",
                "t",
                json!({"name": "Shop", "role": "read_only"}),
            )
            .await
            .json();
        let shop = Program {
            house: &there,
            secret: made["token"].as_str().unwrap().to_owned(),
        };
        assert_eq!(shop.get("/api/v1/me").await.status, StatusCode::OK);
        let path = format!("/api/v1/api-tokens/{}", made["id"].as_str().unwrap());
        assert_eq!(
            admin.call(Method::DELETE, &path, &[], None).await.status,
            StatusCode::NO_CONTENT
        );
        assert_eq!(
            shop.get("/api/v1/me").await.status,
            StatusCode::UNAUTHORIZED
        );
    }
}

#[tokio::test]
async fn the_password_given_again_counts_at_both_and_for_this_session_alone() {
    for backend in BOTH {
        let here = House::with(backend, URL).await;
        let there = here.twin().await;
        let user = here.person("sam@reseller.example", Role::Admin).await;
        let long_ago = here.clock.now() - std::time::Duration::from_mins(11);
        let this = here
            .browser_of(user, |session| session.confirmed_at = long_ago)
            .await;
        let other = here
            .browser_of(user, |session| session.confirmed_at = long_ago)
            .await;
        for path in [
            "/settings/api-tokens/new",
            "/settings/integrations/streamone-ion/new",
        ] {
            assert_eq!(
                at(&there, &this).get(path).await.status,
                StatusCode::SEE_OTHER,
                "{path}"
            );
        }
        assert_eq!(
            this.post("/reauthenticate", &[("password", PASSWORD)])
                .await
                .status,
            StatusCode::SEE_OTHER
        );
        for path in [
            "/settings/api-tokens/new",
            "/settings/integrations/streamone-ion/new",
        ] {
            assert_eq!(
                at(&there, &this).get(path).await.status,
                StatusCode::OK,
                "{path}"
            );
            assert_eq!(
                at(&there, &other).get(path).await.status,
                StatusCode::SEE_OTHER,
                "{path}"
            );
        }
    }
}

/// Both are asked at the same time with the same link: one admin, one session, one entry in the log.
#[tokio::test]
async fn the_link_of_the_first_start_makes_one_admin_of_two_servers() {
    for backend in BOTH {
        let here = House::with(backend, URL).await;
        let there = here.twin().await;
        let secret = here.setup_secret().await.unwrap();
        let send = async |house: &House, name: &str| {
            let email = format!("{name}@reseller.example");
            house
                .stranger()
                .post(
                    "/setup",
                    &[
                        ("secret", &secret),
                        ("name", name),
                        ("email", &email),
                        ("password", PASSWORD),
                    ],
                )
                .await
        };
        let answers = tokio::join!(
            send(&here, "ada"),
            send(&there, "eve"),
            send(&here, "bob"),
            send(&there, "kim")
        );
        let mut statuses: Vec<_> = [&answers.0, &answers.1, &answers.2, &answers.3]
            .map(|answer| answer.status.as_u16())
            .to_vec();
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 410, 410, 410], "{answers:?}");
        assert_eq!(users::count_all(here.store.read()).await.unwrap(), 1);
        assert_eq!(
            audit::list(here.store.read(), None, "user.create", 10)
                .await
                .unwrap()
                .len(),
            1
        );
        // A server that starts now makes no link, and none that was made before is good.
        assert!(there.setup_secret().await.is_none());
    }
}

/// The same key at both at once: one effect, and the others hear of it.
#[tokio::test]
async fn one_key_has_one_effect_at_two_servers() {
    for backend in BOTH {
        let here = House::with(backend, URL).await;
        let there = here.twin().await;
        let admin = here.program(Role::Admin).await;
        let connection = here.connection("Nordics", false).await;
        let other = Program {
            house: &there,
            secret: admin.secret.clone(),
        };
        for (path, body) in [
            (
                "/api/v1/users",
                json!({"email": "pam@reseller.example", "name": "Pam", "role": "sales", "password": PASSWORD}),
            ),
            (
                "/api/v1/api-tokens",
                json!({"name": "Shop", "role": "read_only"}),
            ),
            ("/api/v1/imports", json!({"connection_id": connection})),
        ] {
            let answers = tokio::join!(
                admin.post(path, path, body.clone()),
                other.post(path, path, body.clone()),
                admin.post(path, path, body.clone())
            );
            let answers = [answers.0, answers.1, answers.2];
            let first: Vec<_> = answers
                .iter()
                .filter(|answer| {
                    answer.status.is_success()
                        && answer.headers.get("idempotency-replayed").is_none()
                })
                .collect();
            assert_eq!(first.len(), 1, "{path} {answers:?}");
            for answer in &answers {
                assert!(
                    answer.status.is_success() || answer.json()["code"] == "idempotency_running",
                    "{path} {answer:?}"
                );
            }
        }
        assert_eq!(users::count_all(here.store.read()).await.unwrap(), 1);
        assert_eq!(
            users::list_api_tokens(here.store.read())
                .await
                .unwrap()
                .len(),
            2
        );
        assert_eq!(
            store::queue::list(here.store.read(), 10)
                .await
                .unwrap()
                .len(),
            1
        );
    }
}
