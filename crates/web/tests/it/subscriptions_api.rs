//! Subscriptions, renewals and margin rules as programs read and write them.

use std::collections::BTreeSet;

use domain::Clock as _;
use domain::access::Role;
use engine::subscriptions::subscription_json;
use http::{Method, StatusCode};
use jiff::SignedDuration;
use serde_json::json;

use crate::customers_api::{BOTH, NOBODY, URL};
use crate::house::House;
use crate::subscriptions::Sold;

#[tokio::test]
async fn the_list_is_read_page_by_page_and_is_what_is_exported() {
    for backend in BOTH {
        let house = House::with(backend, URL).await;
        let connection = house.connection("Nordics", false).await;
        let names: Vec<String> = (0..7).map(|number| format!("s{number}")).collect();
        let now = house.clock.now();
        let ids = house
            .sells(
                connection,
                names
                    .iter()
                    .zip(0..)
                    .map(|(name, number)| Sold {
                        ion_id: name,
                        due: Some(now + SignedDuration::from_hours(24 * (10 - number))),
                        seats: Some(u32::try_from(number).unwrap() + 1),
                        ..Sold::default()
                    })
                    .collect(),
            )
            .await;
        let sales = house.program(Role::Sales).await;
        let mut seen = Vec::new();
        let mut path = "/api/v1/subscriptions?limit=3&sort=-seats".to_owned();
        loop {
            let page = sales.get(&path).await.json();
            seen.extend(
                page["items"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|one| one["seats"].as_u64().unwrap()),
            );
            let Some(next) = page["next"].as_str() else {
                break;
            };
            path = format!("/api/v1/subscriptions?limit=3&sort=-seats&cursor={next}");
        }
        assert_eq!(seen, [7, 6, 5, 4, 3, 2, 1]);
        // A cursor of another order is none.
        let next = sales.get("/api/v1/subscriptions?limit=3").await.json()["next"]
            .as_str()
            .unwrap()
            .to_owned();
        let other = sales
            .get(&format!("/api/v1/subscriptions?sort=seats&cursor={next}"))
            .await;
        assert_eq!(
            (other.status, &other.json()["code"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("invalid"))
        );
        // One of them is the same as in the export and on the command line.
        let one = sales
            .get(&format!("/api/v1/subscriptions/{}", ids[2]))
            .await
            .json();
        let row = store::subscriptions::find(house.store.read(), ids[2])
            .await
            .unwrap()
            .unwrap();
        assert_eq!(one, subscription_json(&row, true));
        let reader = house.program(Role::ReadOnly).await;
        let told = reader
            .get(&format!("/api/v1/subscriptions/{}", ids[2]))
            .await;
        assert_eq!(told.json(), subscription_json(&row, false));
        assert!(!told.text.contains("17.4"), "{}", told.text);
        let exported = sales
            .get("/api/v1/subscriptions/export.json?q=s2")
            .await
            .json();
        assert_eq!(exported, json!([subscription_json(&row, true)]));
        for path in [
            "/api/v1/subscriptions?sort=cost",
            "/api/v1/subscriptions?state=evil",
            "/api/v1/subscriptions?limit=501",
        ] {
            assert_eq!(
                reader.get(path).await.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{path}"
            );
        }
        assert_eq!(
            sales
                .get(&format!("/api/v1/subscriptions/{NOBODY}"))
                .await
                .status,
            StatusCode::NOT_FOUND
        );
    }
}

#[tokio::test]
async fn a_change_is_a_draft_once_or_submitted_whole_or_nothing() {
    for backend in BOTH {
        let house = House::with(backend, URL).await;
        let connection = house.connection("Nordics", false).await;
        let customer = house.somebody("Hedgehog Logistics Oy").await;
        let due = house.clock.now() + SignedDuration::from_hours(24 * 26);
        let ids = house
            .sells(
                connection,
                vec![Sold {
                    customer: Some(customer),
                    seats: Some(74),
                    due: Some(due),
                    ..Sold::default()
                }],
            )
            .await;
        let path = format!("/api/v1/subscriptions/{}/changes", ids[0]);
        let sales = house.program(Role::Sales).await;
        let body = json!({"change": "seats", "seats": 80});
        let made = sales.post(&path, "one", body.clone()).await;
        assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
        let order = made.json();
        assert_eq!(
            (&order["state"], &order["lines"][0]["quantity"]),
            (&json!("draft"), &json!(80))
        );
        let again = sales.post(&path, "one", body).await;
        assert_eq!(
            (
                again.json()["id"].clone(),
                again.header("idempotency-replayed")
            ),
            (order["id"].clone(), "true")
        );
        for (key, body, code, part) in [
            ("two", json!({"change": "seats"}), "invalid", "new total"),
            (
                "three",
                json!({"change": "seats", "seats": 70}),
                "refused",
                "at the renewal",
            ),
            (
                "four",
                json!({"change": "cancel"}),
                "refused",
                "turn the renewal off",
            ),
            (
                "five",
                json!({"change": "seats", "seats": 80, "when": "someday"}),
                "invalid",
                "Give now",
            ),
        ] {
            let answer = sales.post(&path, key, body).await;
            assert_eq!(answer.json()["code"], code, "{answer:?}");
            assert!(answer.text.contains(part), "{part}: {}", answer.text);
        }
        let drafts = || async {
            store::orders::search(house.store.read(), &store::orders::OrderFilter::default())
                .await
                .unwrap()
                .total
        };
        assert_eq!(drafts().await, 1);
        // Seats of a year's commitment are submitted with their total typed, or not at all.
        let body = json!({"change": "seats", "seats": 81, "submit": true});
        let refused = sales.post(&path, "six", body).await;
        assert_eq!(
            refused.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{refused:?}"
        );
        assert_eq!(drafts().await, 1, "no draft is left behind");
        let reader = house.program(Role::ReadOnly).await;
        let answer = reader
            .post(&path, "seven", json!({"change": "suspend"}))
            .await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        let nobody = format!("/api/v1/subscriptions/{NOBODY}/changes");
        let answer = sales
            .post(&nobody, "eight", json!({"change": "suspend"}))
            .await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn renewals_are_told_by_urgency_and_as_a_calendar() {
    let house = House::new().await;
    let connection = house.connection("Nordics", false).await;
    let now = house.clock.now();
    let due = |days: i64| Some(now + SignedDuration::from_hours(24 * days));
    house
        .sells(
            connection,
            vec![
                Sold {
                    ion_id: "later",
                    due: due(50),
                    ..Sold::default()
                },
                Sold {
                    ion_id: "now",
                    due: due(3),
                    ..Sold::default()
                },
                Sold {
                    ion_id: "ends",
                    due: due(4),
                    auto_renew: Some(false),
                    ..Sold::default()
                },
                Sold {
                    ion_id: "far",
                    due: due(100),
                    ..Sold::default()
                },
            ],
        )
        .await;
    let sales = house.program(Role::Sales).await;
    let page = sales.get("/api/v1/renewals?limit=2").await.json();
    let urgency: Vec<&str> = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["urgency"].as_str().unwrap())
        .collect();
    assert_eq!(urgency, ["now", "later"]);
    assert_eq!(page["items"][0]["would_bind"], json!({"EUR": "3132.00"}));
    let next = page["next"].as_str().unwrap();
    let rest = sales
        .get(&format!("/api/v1/renewals?limit=2&cursor={next}"))
        .await
        .json();
    assert_eq!(
        (&rest["items"][0]["ends"], &rest["next"]),
        (&json!(true), &json!(null))
    );
    let reader = house.program(Role::ReadOnly).await;
    let told = reader.get("/api/v1/renewals").await;
    let keys: BTreeSet<String> = told.json()["items"][0]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    assert!(
        !keys.contains("would_bind") && !told.text.contains("3132"),
        "{}",
        told.text
    );
    let feed = reader.get("/api/v1/renewals.ics").await;
    assert!(
        feed.text.starts_with("BEGIN:VCALENDAR") && !feed.text.contains("EUR"),
        "{}",
        feed.text
    );
    for bad in [
        "from=evil",
        "until=2020-01-01T00:00:00Z",
        "until=2030-01-01T00:00:00Z",
        "limit=0",
    ] {
        let answer = sales.get(&format!("/api/v1/renewals?{bad}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
    }
    let body = json!({"connection_id": connection.to_string()});
    let run = sales
        .post("/api/v1/subscriptions/syncs", "one", body.clone())
        .await;
    assert_eq!(
        (run.status, &run.json()["kind"]),
        (StatusCode::ACCEPTED, &json!("subscription_sync"))
    );
    let same = sales.post("/api/v1/subscriptions/syncs", "two", body).await;
    assert_eq!(same.json()["id"], run.json()["id"]);
    let nobody = sales
        .post(
            "/api/v1/subscriptions/syncs",
            "three",
            json!({"connection_id": NOBODY}),
        )
        .await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_rule_is_made_once_changed_by_version_tried_and_taken_out_of_use() {
    for backend in BOTH {
        let house = House::with(backend, URL).await;
        let connection = house.connection("Nordics", false).await;
        house.sells(connection, vec![Sold::default()]).await;
        let finance = house.program(Role::Finance).await;
        let body = json!({"name": "Microsoft", "scope": {"vendor": "Microsoft"}, "kind": "markup", "value": "18", "floor": "15", "from": "2026-01-01"});
        let tried = finance
            .call(
                Method::POST,
                "/api/v1/margins/preview",
                &[],
                Some(json!({"rule": body})),
            )
            .await;
        assert_eq!(tried.status, StatusCode::OK, "{tried:?}");
        assert_eq!(
            (
                &tried.json()["samples"][0]["new_sale"],
                &tried.json()["affected"]
            ),
            (&json!("20.54"), &json!(1))
        );
        assert_eq!(
            finance.get("/api/v1/margins").await.json()["items"],
            json!([])
        );
        let made = finance.post("/api/v1/margins", "one", body.clone()).await;
        assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
        let again = finance.post("/api/v1/margins", "one", body.clone()).await;
        assert_eq!(again.json(), made.json());
        let path = format!("/api/v1/margins/{}", made.json()["id"].as_str().unwrap());
        let read = finance.get(&path).await;
        let tag = read.header("etag").to_owned();
        let mut changed = body.clone();
        changed["value"] = json!("20");
        let put = |tag: String, body: serde_json::Value| {
            let (finance, path) = (&finance, &path);
            async move {
                finance
                    .call(Method::PUT, path, &[("if-match", &tag)], Some(body))
                    .await
            }
        };
        assert_eq!(
            put("\"other\"".to_owned(), changed.clone()).await.status,
            StatusCode::PRECONDITION_FAILED
        );
        let saved = put(tag.clone(), changed.clone()).await;
        assert_eq!(
            (saved.status, &saved.json()["value"]),
            (StatusCode::OK, &json!("20"))
        );
        assert_eq!(
            put(tag, changed).await.status,
            StatusCode::PRECONDITION_FAILED
        );
        let sales = house.program(Role::Sales).await;
        assert_eq!(
            sales
                .post("/api/v1/margins", "two", body.clone())
                .await
                .status,
            StatusCode::FORBIDDEN
        );
        assert_eq!(sales.get("/api/v1/margins").await.status, StatusCode::OK);
        assert_eq!(
            house
                .program(Role::ReadOnly)
                .await
                .get("/api/v1/margins")
                .await
                .status,
            StatusCode::FORBIDDEN
        );
        for (field, value) in [
            ("kind", "evil"),
            ("value", "a lot"),
            ("from", "soon"),
            ("rounding", "evil"),
            ("floor", "x"),
            ("value", "-5"),
            ("name", ""),
        ] {
            let mut bad = body.clone();
            bad[field] = json!(value);
            let answer = finance
                .post("/api/v1/margins", &format!("bad {field} {value}"), bad)
                .await;
            assert_eq!(
                answer.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{field} {answer:?}"
            );
            assert_eq!(answer.json()["errors"][0]["field"], field, "{answer:?}");
        }
        let tag = saved.header("etag").to_owned();
        let gone = finance
            .call(Method::DELETE, &path, &[("if-match", &tag)], None)
            .await;
        assert_eq!(
            (gone.status, gone.json()["retired_at"].is_string()),
            (StatusCode::OK, true)
        );
        assert_eq!(
            finance.get("/api/v1/margins").await.json()["items"],
            json!([])
        );
        assert_eq!(
            finance.get("/api/v1/margins?retired=true").await.json()["items"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
    }
}
