//! Orders as programs follow them: lost and found, called off, copied, listed.

use domain::Clock as _;
use domain::access::Role;
use domain::order::OrderState;
use http::{Method, StatusCode};
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::audit::{Actor, Via};
use store::orders::{OrderEventKind, OrderEventRow};

use crate::customers_api::{BOTH, NOBODY, URL, call};
use crate::house::House;
use crate::orders_api::{MONTH, begun, body, fields, line, refused, submit};

#[tokio::test]
async fn an_order_whose_answer_was_lost_is_looked_for_adopted_sent_again_or_given_up() {
    for backend in BOTH {
        let house = House::with(backend, URL).await;
        let shop = house.shop().await;
        let sales = house.program(Role::Sales).await;
        let now = house.clock.now();
        let lost = async |ion_id: Option<&str>| {
            let row = Box::pin(house.placed(&shop, "sam@reseller.example")).await;
            let unconfirmed = house.becomes(&row, |row| {
                row.state = OrderState::Unconfirmed;
                row.sent_at = Some(now - SignedDuration::from_secs(60));
                row.sends = 1;
                row.looks = 1;
            });
            let row = Box::pin(unconfirmed).await;
            if let Some(ion_id) = ion_id {
                let tx = house.store.begin().await.unwrap();
                let event = OrderEventRow {
                    order: row.id,
                    at: now,
                    kind: OrderEventKind::LookAlikes,
                    actor: "Ionbridge".to_owned(),
                    message: "1 order of Ion's looks like it, without its reference.".to_owned(),
                    detail: format!("{ion_id}\tNEW\t{now}\tsame quantity, same product"),
                    request_id: None,
                };
                store::orders::add_events(&tx, &[event]).await.unwrap();
                tx.commit().await.unwrap();
            }
            (format!("/api/v1/orders/{}", row.id), row)
        };
        let post = async |path: &str, what: &str, body: Value| {
            call(&sales, &format!("{path}/{what}"), body).await
        };
        let (path, row) = lost(None).await;
        let listed = sales.get("/api/v1/orders?show=unconfirmed").await.json();
        assert_eq!(listed["items"][0]["id"], json!(row.id.to_string()));
        // Not known yet: nothing is sent again, and nothing is closed.
        for what in ["send-again", "give-up"] {
            refused(&post(&path, what, json!({})).await, "");
            assert_eq!(house.order(row.id).await.state, OrderState::Unconfirmed);
        }
        let looking = post(&path, "look", json!({})).await;
        assert_eq!(looking.status, StatusCode::OK, "{looking:?}");
        assert_eq!(looking.json()["next_look_at"], json!(now.to_string()));
        refused(
            &post(&path, "adopt", json!({"ion_id": "366959"})).await,
            "no such order",
        );
        house
            .becomes(&row, |row| {
                row.not_found_at = Some(now);
                row.looked_complete = true;
            })
            .await;
        let again = post(&path, "send-again", json!({})).await;
        assert_eq!(again.json()["state"], "submitting", "{again:?}");
        refused(&post(&path, "send-again", json!({})).await, "");

        let (path, row) = lost(None).await;
        house
            .becomes(&row, |row| {
                row.not_found_at = Some(now);
                row.looked_complete = true;
            })
            .await;
        let closed = post(&path, "give-up", json!({})).await;
        assert_eq!(closed.json()["state"], "cancelled", "{closed:?}");

        let (path, _) = lost(Some("366959")).await;
        let alike = sales.get(&format!("{path}/look-alikes")).await.json();
        assert_eq!(
            alike["items"],
            json!([{"ion_id": "366959", "reasons": ["same quantity", "same product"], "created_at": now.to_string(), "status_word": "NEW"}])
        );
        let timeline = sales.get(&format!("{path}/timeline")).await.json();
        assert_eq!(
            (
                &timeline["items"][0]["kind"],
                &timeline["items"][0]["detail"]
            ),
            (&json!("look_alikes"), &json!(""))
        );
        assert_eq!(fields(&post(&path, "adopt", json!({})).await), ["ion_id"]);
        let adopted = post(&path, "adopt", json!({"ion_id": "366959"})).await;
        assert_eq!(adopted.json()["ion_id"], "366959", "{adopted:?}");
        for what in [
            "submit",
            "cancel",
            "take-back",
            "look",
            "send-again",
            "give-up",
        ] {
            let nobody = post(&format!("/api/v1/orders/{NOBODY}"), what, json!({})).await;
            assert_eq!(nobody.status, StatusCode::NOT_FOUND, "{what}");
        }
    }
}

#[tokio::test]
async fn an_order_is_called_off_and_copied_once() {
    for backend in BOTH {
        let house = House::with(backend, URL).await;
        let shop = house.shop().await;
        let sales = house.program(Role::Sales).await;
        let (path, _) = begun(&house, &sales, body(&shop, &[line(MONTH, 2)])).await;
        let sent = submit(&sales, &path, json!({"at": "now"})).await;
        assert_eq!(sent.json()["state"], "submitting", "{sent:?}");
        let off = call(&sales, &format!("{path}/cancel"), json!({})).await;
        assert_eq!(
            (off.status, &off.json()["state"], &off.json()["sends"]),
            (StatusCode::OK, &json!("cancelled"), &json!(0)),
            "{off:?}"
        );
        let there = format!("{path}/copy");
        let bare = sales.call(Method::POST, &there, &[], None).await;
        assert_eq!(bare.json()["code"], "idempotency_key_missing");
        let copy = async || {
            sales
                .call(Method::POST, &there, &[("idempotency-key", "one")], None)
                .await
        };
        let (first, again) = (copy().await, copy().await);
        assert_eq!(first.status, StatusCode::CREATED, "{first:?}");
        assert_eq!(
            (again.json(), again.header("idempotency-replayed")),
            (first.json(), "true")
        );
        assert_eq!(
            (
                &first.json()["state"],
                &first.json()["lines"][0]["quantity"]
            ),
            (&json!("draft"), &json!(2))
        );
        assert_eq!(house.total().await, 2);
        // The timeline goes page by page, the newest first.
        let whole = sales.get(&format!("{path}/timeline")).await.json();
        assert_eq!(whole["items"][0]["kind"], "cancelled");
        let mut seen = Vec::new();
        let mut next = format!("{path}/timeline?limit=2");
        loop {
            let page = sales.get(&next).await.json();
            seen.extend(page["items"].as_array().unwrap().clone());
            let Some(cursor) = page["next"].as_str() else {
                break;
            };
            next = format!("{path}/timeline?limit=2&cursor={cursor}");
        }
        assert_eq!(json!(seen), whole["items"]);
        assert!(seen.len() > 2);
    }
}

#[tokio::test]
async fn the_list_is_read_page_by_page_and_filtered_as_its_page_is() {
    for backend in BOTH {
        let house = House::with(backend, URL).await;
        let shop = house.shop().await;
        let me = Actor {
            name: "sam@reseller.example".to_owned(),
            via: Via::Browser,
        };
        let mut rows = Vec::new();
        for quantity in 1..=5 {
            rows.push(house.ready(&shop, shop.month, quantity).await);
        }
        house
            .engine
            .submit_order(
                rows[4].id,
                rows[4].version,
                engine::orders::Confirmation::default(),
                &me,
            )
            .await
            .unwrap();
        let sales = house.program(Role::Sales).await;
        for (query, first) in [("", 5), ("&sort=number", 1), ("&sort=-bound", 5)] {
            let mut seen = Vec::new();
            let mut next = format!("/api/v1/orders?limit=2{query}");
            loop {
                let page = sales.get(&next).await.json();
                let items = page["items"].as_array().unwrap().clone();
                seen.extend(items.iter().map(|one| one["number"].clone()));
                let Some(cursor) = page["next"].as_str() else {
                    break;
                };
                next = format!("/api/v1/orders?limit=2{query}&cursor={cursor}");
            }
            assert_eq!(seen.len(), 5, "{query}");
            assert_eq!(
                seen[0],
                json!(format!("O-{}", rows[first - 1].number)),
                "{query}"
            );
        }
        let of = async |query: &str| {
            sales.get(&format!("/api/v1/orders?{query}")).await.json()["items"]
                .as_array()
                .unwrap()
                .len()
        };
        assert_eq!(of("show=drafts").await, 4);
        assert_eq!(of("state=submitting").await, 1);
        assert_eq!(of("q=quillfeather&vendor=Microsoft").await, 5);
        assert_eq!(of(&format!("customer={NOBODY}")).await, 0);
        assert_eq!(of("origin=ion").await, 0);
        let there = "/api/v1/orders/read";
        let nowhere = call(&sales, there, json!({"connection_id": NOBODY})).await;
        assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
        let whose = json!({"connection_id": shop.connection.to_string()});
        assert_eq!(
            call(&sales, there, whose).await.status,
            StatusCode::NO_CONTENT
        );
        assert_eq!(house.jobs("read-orders").await, 1);
        let one = sales.get("/api/v1/orders?limit=1").await.json();
        assert_eq!(
            (&one["items"][0]["monthly"], &one["items"][0]["currency"]),
            (&json!("112.3"), &json!("EUR"))
        );
        // A cursor of another order is none.
        let cursor = one["next"].as_str().unwrap();
        for bad in [
            format!("sort=number&cursor={cursor}"),
            "cursor=evil".to_owned(),
            "state=evil".to_owned(),
            "show=evil".to_owned(),
            "limit=0".to_owned(),
            "sort=evil".to_owned(),
        ] {
            let answer = sales.get(&format!("/api/v1/orders?{bad}")).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        }
    }
}
