//! Every route for everybody, as the table declares it.

use std::time::Duration;

use axum::body::Body;
use domain::Clock as _;
use domain::access::{Right, Role};
use http::{Method, StatusCode};
use store::users;
use web::routes::{self, Access, Route};

use crate::house::{Answer, Browser, HOST, House, Program, csrf};

const NOBODY: &str = "01890000-0000-7000-8000-000000000000";

fn path_of(route: &Route) -> String {
    route
        .path
        .replace("{id}", NOBODY)
        .replace("{connection}", NOBODY)
        .replace("{write}", NOBODY)
        .replace("{what}", "show")
        .replace("{line}", "0")
        .replace("{state}", "to-confirm")
        .replace("{number}", "999999")
        .replace("{channel}", "pigeon")
        .replace("{*path}", "nothing.css")
}

fn method_of(route: &Route) -> Method {
    Method::from_bytes(route.method.to_uppercase().as_bytes()).unwrap()
}

async fn by_browser(browser: &Browser<'_>, route: &Route) -> Answer {
    let method = method_of(route);
    let mut request = browser
        .request(&method, &path_of(route))
        .header("origin", format!("http://{HOST}"))
        .header("sec-fetch-site", "same-origin");
    let mut body = Body::empty();
    if method != Method::GET {
        request = request.header("content-type", "application/x-www-form-urlencoded");
        body = Body::from(format!("csrf={}", csrf()));
    }
    browser.house.send(request.body(body).unwrap()).await
}

async fn by_program(program: &Program<'_>, route: &Route) -> Answer {
    program
        .call(
            method_of(route),
            &path_of(route),
            &[("idempotency-key", "matrix")],
            Some(serde_json::json!({})),
        )
        .await
}

/// What an answer says of the one who asked.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    LetIn,
    LogIn,
    PasswordAgain,
    NotAllowed,
}

fn verdict(answer: &Answer) -> Verdict {
    let to = answer.header("location");
    match answer.status {
        StatusCode::UNAUTHORIZED => Verdict::LogIn,
        StatusCode::FORBIDDEN => Verdict::NotAllowed,
        StatusCode::SEE_OTHER if to.starts_with("/login") && !to.starts_with("/login?out") => {
            Verdict::LogIn
        }
        StatusCode::SEE_OTHER if to.starts_with("/reauthenticate") => Verdict::PasswordAgain,
        status => {
            assert!(!status.is_server_error(), "{answer:?}");
            Verdict::LetIn
        }
    }
}

fn right_of(access: Access) -> Option<Right> {
    match access {
        Access::Public => None,
        Access::Person(right) | Access::PersonConfirmed(right) | Access::Program(right) => {
            Some(right)
        }
        Access::Scrape => Some(Right::ManageSettings),
    }
}

#[tokio::test]
async fn nobody_gets_further_than_the_public_routes() {
    let house = House::new().await;
    let user = house.person("sam@reseller.example", Role::Admin).await;
    let gone = house.person("gone@reseller.example", Role::Admin).await;
    let now = house.clock.now();
    let idle = house
        .browser_of(user, |session| {
            session.seen_at = now - Duration::from_hours(13)
        })
        .await;
    let over = house
        .browser_of(user, |session| session.expires_at = now)
        .await;
    let disabled = house.browser_of(gone, |_| ()).await;
    house.person("other@reseller.example", Role::Admin).await;
    let tx = house.store.begin().await.unwrap();
    assert!(
        users::set_access(&tx, gone, Role::Admin, true)
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    let mut forged = house.stranger();
    forged.cookie = Some("ib_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned());
    let stranger = house.stranger();
    for route in routes::all() {
        let expected = if route.access == Access::Public {
            Verdict::LetIn
        } else {
            Verdict::LogIn
        };
        for (who, browser) in [
            ("stranger", &stranger),
            ("idle", &idle),
            ("over", &over),
            ("disabled", &disabled),
            ("forged", &forged),
        ] {
            let answer = by_browser(browser, route).await;
            assert_eq!(verdict(&answer), expected, "{who} {route:?} {answer:?}");
        }
    }
}

#[tokio::test]
async fn every_role_gets_what_the_table_says() {
    let house = House::new().await;
    house
        .person("another-admin@reseller.example", Role::Admin)
        .await;
    for role in Role::ALL.iter().copied() {
        let user = house
            .person(&format!("{role}@reseller.example"), role)
            .await;
        let now = house.clock.now();
        for route in routes::all() {
            // A session of its own for each: one of the routes logs out.
            let fresh = house.browser_of(user, |_| ()).await;
            let earlier = house
                .browser_of(user, |session| {
                    session.confirmed_at = now - Duration::from_mins(11)
                })
                .await;
            let may = right_of(route.access).is_none_or(|right| role.may(right));
            let expected = match route.access {
                Access::Program(_) | Access::Scrape => Verdict::LogIn,
                _ if may => Verdict::LetIn,
                _ => Verdict::NotAllowed,
            };
            let answer = by_browser(&fresh, route).await;
            assert_eq!(verdict(&answer), expected, "{role} {route:?} {answer:?}");
            let expected = match route.access {
                Access::PersonConfirmed(_) if may => Verdict::PasswordAgain,
                _ => expected,
            };
            let answer = by_browser(&earlier, route).await;
            assert_eq!(
                verdict(&answer),
                expected,
                "{role}, password long ago, {route:?} {answer:?}"
            );
        }
    }
}

#[tokio::test]
async fn every_program_gets_what_its_scope_says() {
    let house = House::new().await;
    house.person("admin@reseller.example", Role::Admin).await;
    let now = house.clock.now();
    for role in Role::ALL.iter().copied() {
        let program = house.program(role).await;
        let revoked = house
            .program_of(role, |token| token.revoked_at = Some(now))
            .await;
        let expired = house
            .program_of(role, |token| token.expires_at = Some(now))
            .await;
        for route in routes::all() {
            let may = right_of(route.access).is_none_or(|right| role.may(right));
            let expected = match route.access {
                Access::Public => None,
                Access::Program(_) | Access::Scrape if may => Some(Verdict::LetIn),
                Access::Program(_) | Access::Scrape => Some(Verdict::NotAllowed),
                Access::Person(_) | Access::PersonConfirmed(_) => Some(Verdict::LogIn),
            };
            if let Some(expected) = expected {
                let answer = by_program(&program, route).await;
                assert_eq!(verdict(&answer), expected, "{role} {route:?} {answer:?}");
                for (who, dead) in [("revoked", &revoked), ("expired", &expired)] {
                    let answer = by_program(dead, route).await;
                    assert_eq!(
                        verdict(&answer),
                        Verdict::LogIn,
                        "{who} {route:?} {answer:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn the_description_and_the_table_know_the_same_routes() {
    let description = serde_json::to_value(web::openapi()).unwrap();
    let mut described = Vec::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            described.push((method.clone(), path.clone()));
        }
    }
    let mut listed: Vec<_> = routes::all()
        .filter(|route| matches!(route.access, Access::Program(_)))
        .map(|route| (route.method.to_owned(), route.path.to_owned()))
        .collect();
    described.sort();
    listed.sort();
    assert_eq!(described, listed);
}
