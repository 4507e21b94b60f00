//! Guessing passwords: what it costs, what it tells, and when it ends.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use domain::access::Role;
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use http::{Method, Request, StatusCode};
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use store::{Backend, users};

use crate::house::{Answer, House, PASSWORD, Plan};

/// A log-in from an address, with further headers.
fn request(
    house: &House,
    email: &str,
    password: &str,
    peer: &str,
    headers: &[(&str, &str)],
) -> Request<Body> {
    let body: String = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("email", email), ("password", password)])
        .finish();
    let mut request = Request::builder()
        .method(Method::POST)
        .uri("/login")
        .header("host", house.host())
        .header("origin", house.origin())
        .header("content-type", "application/x-www-form-urlencoded")
        .extension(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 40_000)));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body)).unwrap()
}

async fn log_in(
    house: &House,
    email: &str,
    password: &str,
    peer: &str,
    headers: &[(&str, &str)],
) -> Answer {
    house
        .send(request(house, email, password, peer, headers))
        .await
}

#[tokio::test]
async fn ten_tries_and_the_account_rests_wherever_they_come_from() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let house = Plan::new(backend, "https://ion.example").build().await;
        let user = house.person("sam@reseller.example", Role::Sales).await;
        house.person("pam@reseller.example", Role::Sales).await;
        let open = house.browser_of(user, |_| ()).await;
        for number in 0..10 {
            let (peer, claimed) = (
                format!("203.0.113.{number}"),
                format!("198.51.100.{number}"),
            );
            // The same account, however it is written.
            let name = if number % 2 == 0 {
                " SAM@reseller.example "
            } else {
                "sam@reseller.example"
            };
            let answer = log_in(
                &house,
                name,
                "wrong wrong wrong",
                &peer,
                &[
                    ("x-forwarded-for", &claimed),
                    ("x-real-ip", &claimed),
                    ("forwarded", &format!("for={claimed}")),
                ],
            )
            .await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{number}");
        }
        let right = log_in(
            &house,
            "sam@reseller.example",
            PASSWORD,
            "203.0.113.200",
            &[("x-forwarded-for", "192.0.2.1")],
        )
        .await;
        assert_eq!(
            (right.status, right.header("retry-after")),
            (StatusCode::TOO_MANY_REQUESTS, "900")
        );
        assert!(right.headers.get("set-cookie").is_none());
        assert_eq!(
            log_in(&house, "pam@reseller.example", PASSWORD, "203.0.113.1", &[])
                .await
                .status,
            StatusCode::SEE_OTHER,
            "others are not touched"
        );
        assert_eq!(
            open.get("/profile").await.status,
            StatusCode::OK,
            "an open session survives"
        );
        let there = house.twin().await;
        assert_eq!(
            log_in(&there, "sam@reseller.example", PASSWORD, "203.0.113.9", &[])
                .await
                .status,
            StatusCode::TOO_MANY_REQUESTS,
            "another server counts the same"
        );
        house
            .clock
            .advance(Duration::from_mins(15) + Duration::from_secs(1));
        assert_eq!(
            log_in(&house, "sam@reseller.example", PASSWORD, "203.0.113.1", &[])
                .await
                .status,
            StatusCode::SEE_OTHER
        );
    }
}

#[tokio::test]
async fn many_at_once_get_no_more_tries_than_one_after_the_other() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let house = Plan::new(backend, "https://ion.example").build().await;
        house.person("sam@reseller.example", Role::Sales).await;
        let tries = (0..24).map(|number| {
            log_in(
                &house,
                "sam@reseller.example",
                "wrong wrong wrong",
                Box::leak(format!("203.0.113.{number}").into_boxed_str()),
                &[],
            )
        });
        let answers = futures::future::join_all(tries).await;
        let compared = answers
            .iter()
            .filter(|answer| answer.status == StatusCode::UNPROCESSABLE_ENTITY)
            .count();
        assert!(compared <= 10, "{compared} passwords were compared");
        assert!(
            answers
                .iter()
                .all(|answer| matches!(answer.status.as_u16(), 422 | 429)),
            "{answers:?}"
        );
    }
}

#[tokio::test]
async fn one_place_cannot_try_one_password_on_everybody() {
    for (behind_proxy, what) in [(false, "in the open"), (true, "behind a proxy")] {
        let mut plan = Plan::new(Backend::Sqlite, "https://ion.example");
        plan.settings.behind_proxy = behind_proxy;
        let house = plan.build().await;
        house.person("sam@reseller.example", Role::Sales).await;
        // Each try claims another address; the true one is the peer, or what the proxy put behind the claims.
        let from = |place: &str, number: u32| {
            let claimed = format!("198.51.100.{}", number % 250);
            if behind_proxy {
                ("127.0.0.1".to_owned(), format!("{claimed}, {place}"))
            } else {
                (place.to_owned(), claimed)
            }
        };
        for number in 0..50 {
            let (peer, forwarded) = from("203.0.113.7", number);
            let answer = log_in(
                &house,
                &format!("guess-{number}@reseller.example"),
                "wrong wrong wrong",
                &peer,
                &[("x-forwarded-for", &forwarded)],
            )
            .await;
            assert_eq!(
                answer.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{what} {number}"
            );
        }
        let (peer, forwarded) = from("203.0.113.7", 51);
        let spent = log_in(
            &house,
            "sam@reseller.example",
            PASSWORD,
            &peer,
            &[("x-forwarded-for", &forwarded)],
        )
        .await;
        assert_eq!(
            (spent.status, spent.header("retry-after")),
            (StatusCode::TOO_MANY_REQUESTS, "900"),
            "{what}"
        );
        let (peer, forwarded) = from("203.0.113.8", 1);
        let elsewhere = log_in(
            &house,
            "sam@reseller.example",
            PASSWORD,
            &peer,
            &[("x-forwarded-for", &forwarded)],
        )
        .await;
        assert_eq!(
            elsewhere.status,
            StatusCode::SEE_OTHER,
            "{what}: the next house is not touched"
        );
    }
}

#[tokio::test]
async fn nobody_can_make_another_place_rest() {
    let house = Plan::new(Backend::Sqlite, "https://ion.example")
        .build()
        .await;
    house.person("sam@reseller.example", Role::Sales).await;
    for number in 0..60 {
        // The place as an e-mail address, and as what a client claims.
        let peer = format!("192.0.2.{number}");
        let answer = log_in(
            &house,
            &format!("log-in from 203.0.113.{}", number % 8),
            "wrong wrong wrong",
            &peer,
            &[("x-forwarded-for", "203.0.113.7")],
        )
        .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(
        log_in(&house, "sam@reseller.example", PASSWORD, "203.0.113.7", &[])
            .await
            .status,
        StatusCode::SEE_OTHER
    );
}

/// Counts how often a password is hashed.
#[derive(Clone, Default)]
struct Hashings(Arc<AtomicU64>);

impl Hashings {
    fn take(&self) -> u64 {
        self.0.swap(0, Ordering::SeqCst)
    }
}

impl Recorder for Hashings {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        if key.name() == "ionbridge_password_hashings_total" {
            Counter::from_arc(Arc::clone(&self.0))
        } else {
            Counter::noop()
        }
    }
    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }
    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

#[tokio::test]
async fn known_unknown_and_disabled_people_cost_and_read_alike() {
    let house = Plan::new(Backend::Sqlite, "https://ion.example")
        .build()
        .await;
    house.person("sam@reseller.example", Role::Sales).await;
    house.person("ada@reseller.example", Role::Admin).await;
    let gone = house.person("tom@reseller.example", Role::Sales).await;
    let tx = house.store.begin().await.unwrap();
    assert!(
        users::set_access(&tx, gone, Role::Sales, true)
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    let hashings = Hashings::default();
    let mut texts = Vec::new();
    for (name, password) in [
        ("sam", "wrong wrong wrong"),
        ("pam", "wrong wrong wrong"),
        ("tom", "wrong wrong wrong"),
        ("tom", PASSWORD),
    ] {
        let email = format!("{name}@reseller.example");
        let answer = {
            let _counting = metrics::set_default_local_recorder(&hashings);
            log_in(&house, &email, password, "203.0.113.7", &[]).await
        };
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(hashings.take(), 1, "{name}: the same work, once");
        let mut headers = answer.headers.clone();
        headers.remove("x-request-id");
        texts.push((
            format!("{headers:?}"),
            answer.text.replace(&email, "somebody"),
        ));
    }
    assert!(texts.windows(2).all(|pair| pair[0] == pair[1]), "{texts:?}");
}

/// The queue is filled for certain: the only thread that hashes is held until the rest was turned away.
#[test]
fn a_flood_is_turned_away_with_a_time_to_come_back() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(1)
        .build()
        .unwrap();
    runtime.block_on(async {
        let house = Plan::new(Backend::Sqlite, "https://ion.example")
            .build()
            .await;
        house.person("sam@reseller.example", Role::Sales).await;
        let user = house.person("pam@reseller.example", Role::Sales).await;
        let open = house.browser_of(user, |_| ()).await;
        let (release, held) = std::sync::mpsc::channel::<()>();
        let holder = tokio::task::spawn_blocking(move || held.recv());
        let mut flood: FuturesUnordered<_> = (0..100)
            .map(|number| {
                house.send(request(
                    &house,
                    &format!("guess-{number}@reseller.example"),
                    "wrong wrong wrong",
                    &format!("203.0.113.{number}"),
                    &[],
                ))
            })
            .collect();
        for _ in 0..68 {
            let refused = flood.next().await.unwrap();
            assert_eq!(
                (refused.status, refused.header("retry-after")),
                (StatusCode::SERVICE_UNAVAILABLE, "2"),
                "{refused:?}"
            );
        }
        assert_eq!(
            open.get("/profile").await.status,
            StatusCode::OK,
            "who is logged in reads on"
        );
        release.send(()).unwrap();
        holder.await.unwrap().unwrap();
        let waited: Vec<_> = flood.collect().await;
        assert_eq!(waited.len(), 32, "as many as may wait");
        assert!(
            waited
                .iter()
                .all(|answer| answer.status == StatusCode::UNPROCESSABLE_ENTITY),
            "{waited:?}"
        );
        assert_eq!(
            log_in(&house, "sam@reseller.example", PASSWORD, "203.0.113.7", &[])
                .await
                .status,
            StatusCode::SEE_OTHER
        );
    });
}
