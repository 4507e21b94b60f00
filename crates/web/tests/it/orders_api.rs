//! Orders as programs begin, change, submit and follow them.

use domain::access::Role;
use domain::order::OrderState;
use domain::{Amount, Clock as _, Scale};
use engine::orders::order_json;
use http::{Method, StatusCode};
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::audit::{Actor, Via};
use store::orders::{OrderEventKind, OrderEventRow, OrderFilter, OrderRow};

use crate::customers_api::{BOTH, NOBODY, URL, call, patch};
use crate::house::{Answer, House, Program};
use crate::orders::Shop;
use crate::subscriptions::Sold;

const MONTH: &str = "CFQ7TTC0LCHC:0002:P1M:M";
const YEAR: &str = "CFQ7TTC0LCHC:0002:P1Y:M";

fn line(part_number: &str, quantity: u32) -> Value {
    json!({"part_number": part_number, "quantity": quantity, "customer_po": "QL-118",
        "attributes": {"domainName": "quill.onmicrosoft.example", "renewalSetting": "auto-on"}})
}

fn body(shop: &Shop, lines: &[Value]) -> Value {
    json!({"customer": shop.customer.to_string(), "note": "by phone", "lines": lines})
}

async fn begun(house: &House, program: &Program<'_>, body: Value) -> (String, OrderRow) {
    let key = format!("{}", body.to_string().len() + house.total().await);
    let made = program.post("/api/v1/orders", &key, body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let row = house.order(id.parse().unwrap()).await;
    (format!("/api/v1/orders/{id}"), row)
}

/// Submits an order at the version that it has now.
async fn submit(program: &Program<'_>, path: &str, body: Value) -> Answer {
    let tag = program.get(path).await.header("etag").to_owned();
    program
        .call(
            Method::POST,
            &format!("{path}/submit"),
            &[("if-match", &tag)],
            Some(body),
        )
        .await
}

fn fields(answer: &Answer) -> Vec<String> {
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (StatusCode::UNPROCESSABLE_ENTITY, "application/problem+json"),
        "{answer:?}"
    );
    answer.json()["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["field"].as_str().unwrap().to_owned())
        .collect()
}

fn refused(answer: &Answer, part: &str) {
    assert_eq!(
        (answer.status, &answer.json()["code"]),
        (StatusCode::CONFLICT, &json!("refused")),
        "{answer:?}"
    );
    assert!(answer.text.contains(part), "{part}: {}", answer.text);
}

impl House {
    async fn total(&self) -> usize {
        let all = store::orders::search(self.store.read(), &OrderFilter::default()).await;
        usize::try_from(all.unwrap().total).unwrap()
    }
}

#[tokio::test]
async fn an_order_is_begun_once_and_all_that_is_wrong_is_told_by_its_place() {
    for backend in BOTH {
        let house = House::with(backend, URL).await;
        let shop = house.shop().await;
        let sales = house.program(Role::Sales).await;
        let whole = body(&shop, &[line(YEAR, 25)]);
        let made = sales.post("/api/v1/orders", "one", whole.clone()).await;
        assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
        let order = made.json();
        assert_eq!(
            (&order["state"], &order["lines"][0]["price"]["cost"]),
            (&json!("draft"), &json!("18.72"))
        );
        let again = sales.post("/api/v1/orders", "one", whole.clone()).await;
        assert_eq!(
            (again.json(), again.header("idempotency-replayed")),
            (order.clone(), "true")
        );
        assert_eq!(house.total().await, 1);
        let other = sales
            .post("/api/v1/orders", "one", body(&shop, &[line(YEAR, 26)]))
            .await;
        assert_eq!(other.json()["code"], "idempotency_other_payload");
        let keyless = call(&sales, "/api/v1/orders", whole.clone()).await;
        assert_eq!(keyless.json()["code"], "idempotency_key_missing");
        // One of them is the same everywhere.
        let path = format!("/api/v1/orders/{}", order["id"].as_str().unwrap());
        let row = house
            .order(order["id"].as_str().unwrap().parse().unwrap())
            .await;
        assert_eq!(order, order_json(&row, true));
        assert_eq!(sales.get(&path).await.json(), order);
        let exported = sales.get("/api/v1/orders/export.json").await;
        assert_eq!(exported.json(), json!([order]));
        assert!(
            sales
                .get("/api/v1/orders/export.csv")
                .await
                .text
                .starts_with("number,state,")
        );

        // What the JSON says wrong, all at once; then what is not there.
        let bad = json!({"customer": 7, "lines": [{"part_number": YEAR, "quantity": 0, "qantity": 1}], "state": "placed"});
        let answer = sales.post("/api/v1/orders", "bad", bad).await;
        assert_eq!(
            fields(&answer),
            ["state", "customer", "lines[0].qantity", "lines[0].quantity"]
        );
        assert_eq!(answer.json()["errors"][3]["pointer"], "/lines/0/quantity");
        assert!(
            answer.text.contains("Did you mean quantity?\""),
            "{}",
            answer.text
        );
        let unknown = body(&shop, &[line(YEAR, 1), line("no such part", 1)]);
        let answer = sales.post("/api/v1/orders", "unknown", unknown).await;
        assert_eq!(fields(&answer), ["lines[1].part_number"]);
        let mut nobody = whole.clone();
        nobody["customer"] = json!("C-9999");
        let answer = sales.post("/api/v1/orders", "nobody", nobody).await;
        assert_eq!(fields(&answer), ["customer"]);
        // What was refused may be mended under the same key.
        let mended = sales.post("/api/v1/orders", "bad", whole).await;
        assert_eq!(mended.status, StatusCode::CREATED, "{mended:?}");
        assert_eq!(house.total().await, 2);
        assert_eq!(
            sales.get(&format!("/api/v1/orders/{NOBODY}")).await.status,
            StatusCode::NOT_FOUND
        );
    }
}

#[tokio::test]
async fn a_draft_is_changed_by_version_and_only_in_what_is_given() {
    for backend in BOTH {
        let house = House::with(backend, URL).await;
        let shop = house.shop().await;
        let sales = house.program(Role::Sales).await;
        let (path, row) = begun(&house, &sales, body(&shop, &[line(MONTH, 2)])).await;
        let read = sales.get(&path).await;
        let tag = read.header("etag").to_owned();
        let blind = sales
            .call(Method::PATCH, &path, &[], Some(json!({"note": "x"})))
            .await;
        assert_eq!(blind.json()["code"], "if_match_missing");
        let noted = patch(&sales, &path, &tag, json!({"note": "by mail"})).await;
        assert_eq!(noted.status, StatusCode::OK, "{noted:?}");
        let now = noted.json();
        assert_eq!(
            (&now["note"], &now["lines"], &now["customer_id"]),
            (
                &json!("by mail"),
                &read.json()["lines"],
                &read.json()["customer_id"]
            )
        );
        let stale = patch(&sales, &path, &tag, json!({"note": "mine"})).await;
        assert_eq!(
            (stale.status, &stale.json()["code"]),
            (StatusCode::PRECONDITION_FAILED, &json!("changed_meanwhile"))
        );
        assert_eq!(house.order(row.id).await.content.note, "by mail");
        // Nothing given, nothing changes.
        let tag = noted.header("etag").to_owned();
        let same = patch(&sales, &path, &tag, json!({})).await;
        assert_eq!((same.header("etag"), same.json()), (tag.as_str(), now));
        // A price that was seen stays seen, whoever gives the line again; another line has that of today.
        house
            .becomes(&row, |row| {
                row.content.lines[0].price.as_mut().unwrap().cost =
                    Amount::parse("20.00", Scale::Price).unwrap();
            })
            .await;
        let tag = sales.get(&path).await.header("etag").to_owned();
        let lines = json!({"lines": [line(MONTH, 3), line(YEAR, 1)]});
        let changed = patch(&sales, &path, &tag, lines).await;
        assert_eq!(changed.status, StatusCode::OK, "{changed:?}");
        let order = changed.json();
        let costs: Vec<&Value> = order["lines"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| &line["price"]["cost"])
            .collect();
        assert_eq!(costs, [&json!("20"), &json!("18.72")]);
        assert_eq!(
            (&order["price_moved"], &order["lines"][0]["quantity"]),
            (&json!(true), &json!(3))
        );
        let tag = changed.header("etag").to_owned();
        for (bad, at) in [
            (json!({"connection": "Benelux"}), "connection"),
            (json!({"customer": "C-9999"}), "customer"),
            (
                json!({"lines": [{"part_number": MONTH, "quantity": 1.5}]}),
                "lines[0].quantity",
            ),
            (json!({"lines": "none"}), "lines"),
            (json!({"lnes": []}), "lnes"),
        ] {
            let answer = patch(&sales, &path, &tag, bad).await;
            assert!(
                fields(&answer).iter().any(|field| field == at),
                "{at}: {answer:?}"
            );
        }
        let stale = sales
            .call(Method::DELETE, &path, &[("if-match", "\"old\"")], None)
            .await;
        assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
        let gone = sales
            .call(Method::DELETE, &path, &[("if-match", &tag)], None)
            .await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT, "{gone:?}");
        assert_eq!(sales.get(&path).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn an_order_that_changes_a_subscription_keeps_its_line_and_its_customer() {
    let house = House::new().await;
    let shop = house.shop().await;
    let other = house.somebody("Hedgehog Logistics Oy").await;
    let sales = house.program(Role::Sales).await;
    let ids = house
        .sells(
            shop.connection,
            vec![Sold {
                customer: Some(shop.customer),
                due: Some(house.clock.now() + SignedDuration::from_hours(24 * 26)),
                ..Sold::default()
            }],
        )
        .await;
    let made = sales
        .post(
            &format!("/api/v1/subscriptions/{}/changes", ids[0]),
            "one",
            json!({"change": "seats", "seats": 20}),
        )
        .await;
    let path = format!("/api/v1/orders/{}", made.json()["id"].as_str().unwrap());
    assert_eq!(sales.get(&path).await.json(), made.json());
    let tag = sales.get(&path).await.header("etag").to_owned();
    let lines = patch(&sales, &path, &tag, json!({"lines": [line(MONTH, 1)]})).await;
    assert_eq!(fields(&lines), ["lines"]);
    let whose = patch(&sales, &path, &tag, json!({"customer": other.to_string()})).await;
    assert_eq!(fields(&whose), ["customer"]);
    let noted = patch(
        &sales,
        &path,
        &tag,
        json!({"note": "asked for", "customer": shop.customer.to_string()}),
    )
    .await;
    assert_eq!(noted.status, StatusCode::OK, "{noted:?}");
    assert_eq!(noted.json()["lines"], made.json()["lines"]);
}

#[tokio::test]
async fn an_order_is_submitted_once_with_what_it_binds_to_confirmed() {
    for backend in BOTH {
        let house = House::with(backend, URL).await;
        let shop = house.shop().await;
        let sales = house.program(Role::Sales).await;
        let (path, row) = begun(&house, &sales, body(&shop, &[line(YEAR, 25)])).await;
        let review = sales.get(&format!("{path}/review")).await;
        let reviewed = review.json();
        assert_eq!(
            reviewed["confirmation"],
            json!({"total_needed": true, "total": "5616.00", "currency": "EUR"})
        );
        assert_eq!(
            (
                &reviewed["problems"],
                &reviewed["lines"][0]["cost"],
                &reviewed["totals"]["bound"]
            ),
            (&json!([]), &json!("18.72"), &json!({"EUR": "5616.00"}))
        );
        assert_eq!(review.header("etag"), sales.get(&path).await.header("etag"));
        // What the vendor asks for, so that a program can fill it in.
        let form = &reviewed["lines"][0]["vendor_form"];
        assert_eq!(form["source"], "waiting");
        let renewal = form["fields"]
            .as_array()
            .unwrap()
            .iter()
            .find(|field| field["name"] == "renewalSetting")
            .unwrap();
        assert_eq!(
            (&renewal["kind"], &renewal["required"]),
            (&json!("choice"), &json!(true))
        );
        assert!(
            renewal["choices"]
                .as_array()
                .unwrap()
                .iter()
                .any(|choice| choice["value"] == "auto-on"),
            "{form}"
        );
        let there = format!("{path}/submit");
        let blind = call(&sales, &there, json!({})).await;
        assert_eq!(blind.json()["code"], "if_match_missing");
        let stale = sales
            .call(
                Method::POST,
                &there,
                &[("if-match", "\"old\"")],
                Some(json!({"confirm_total": "5616.00"})),
            )
            .await;
        assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
        for (wrong, at, part) in [
            (json!({}), "confirm_total", "5,616.00 EUR"),
            (json!({"confirm_total": "5615"}), "confirm_total", "5,616"),
            (
                json!({"confirm_total": "5616", "at": "soon"}),
                "at",
                "Give now",
            ),
            (
                json!({"confirm_total": "5616", "at": "2026-01-01T00:00:00Z"}),
                "at",
                "has passed",
            ),
        ] {
            let answer = submit(&sales, &path, wrong).await;
            assert_eq!(fields(&answer), [at]);
            assert!(answer.text.contains(part), "{part}: {}", answer.text);
        }
        // A misspelt member confirms nothing in silence.
        let misspelt = submit(&sales, &path, json!({"accept_price": true})).await;
        assert_eq!(
            misspelt.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{misspelt:?}"
        );
        assert_eq!(house.order(row.id).await.state, OrderState::Draft);
        let sent = submit(&sales, &path, json!({"confirm_total": "5616"})).await;
        assert_eq!(
            (sent.status, &sent.json()["state"]),
            (StatusCode::OK, &json!("submitting")),
            "{sent:?}"
        );
        // Sent twice, there is one order on its way, and the second is told so.
        let again = submit(&sales, &path, json!({"confirm_total": "5616"})).await;
        refused(&again, "only a draft");
        let tag = again.header("etag").to_owned();
        let edit = sales.get(&path).await.header("etag").to_owned();
        refused(
            &patch(&sales, &path, &edit, json!({"note": "late"})).await,
            "only a draft",
        );
        assert_eq!(tag, "");
        refused(&sales.get(&format!("{path}/review")).await, "timeline");
    }
}

#[tokio::test]
async fn a_price_that_moved_is_accepted_or_the_order_stays() {
    let house = House::new().await;
    let shop = house.shop().await;
    let sales = house.program(Role::Sales).await;
    let (path, row) = begun(&house, &sales, body(&shop, &[line(MONTH, 2)])).await;
    house
        .becomes(&row, |row| {
            row.content.lines[0].price.as_mut().unwrap().cost =
                Amount::parse("20.00", Scale::Price).unwrap();
        })
        .await;
    let review = sales.get(&format!("{path}/review")).await.json();
    assert_eq!(review["problems"][0]["field"], "lines[0].price");
    assert_eq!(
        (
            &review["lines"][0]["moved"]["before"],
            &review["lines"][0]["moved"]["now"]
        ),
        (&json!("20"), &json!("22.46"))
    );
    let held = submit(&sales, &path, json!({})).await;
    assert_eq!(fields(&held), ["lines[0].price"]);
    assert!(held.text.contains("accept_prices"), "{}", held.text);
    let at = house.clock.now() + SignedDuration::from_hours(48);
    let sent = submit(
        &sales,
        &path,
        json!({"accept_prices": true, "at": at.to_string()}),
    )
    .await;
    let order = sent.json();
    assert_eq!(
        (
            &order["state"],
            &order["scheduled_for"],
            &order["lines"][0]["price"]["cost"]
        ),
        (&json!("scheduled"), &json!(at.to_string()), &json!("22.46")),
        "{sent:?}"
    );
    let back = call(&sales, &format!("{path}/take-back"), json!({})).await;
    assert_eq!(back.json()["state"], "draft", "{back:?}");
    refused(
        &call(&sales, &format!("{path}/take-back"), json!({})).await,
        "",
    );
}

#[tokio::test]
async fn who_sees_no_cost_is_told_none() {
    for backend in BOTH {
        let house = House::with(backend, URL).await;
        let shop = house.shop().await;
        let sales = house.program(Role::Sales).await;
        let (draft, row) = begun(&house, &sales, body(&shop, &[line(YEAR, 25)])).await;
        let moved = |row: &mut OrderRow| {
            row.content.lines[0].price.as_mut().unwrap().cost =
                Amount::parse("17.93", Scale::Price).unwrap();
        };
        house.becomes(&row, moved).await;
        let (placed, placed_row) = begun(&house, &sales, body(&shop, &[line(YEAR, 24)])).await;
        let sent = submit(&sales, &placed, json!({"confirm_total": "5391.36"})).await;
        assert_eq!(sent.status, StatusCode::OK, "{sent:?}");
        let placed_row = house.order(placed_row.id).await;
        let reader = house.program(Role::ReadOnly).await;
        for path in [
            "/api/v1/orders".to_owned(),
            draft.clone(),
            format!("{draft}/review"),
            format!("{draft}/timeline"),
            format!("{draft}/look-alikes"),
            placed.clone(),
            format!("{placed}/timeline"),
        ] {
            let told = reader.get(&path).await;
            assert_eq!(told.status, StatusCode::OK, "{path} {told:?}");
            for cost in [
                "18.72",
                "17.93",
                "0.79",
                "5616",
                "5,616",
                "5391",
                "5,391",
                "449.28",
                "468",
                "\"bound\"",
                "\"cost\"",
                "\"monthly\":",
                "\"detail\"",
                "margin_percent",
            ] {
                assert!(!told.text.contains(cost), "{path} {cost}: {}", told.text);
            }
            // With the right, each of them tells it.
            let dear = sales.get(&path).await;
            assert!(
                path.ends_with("look-alikes") || dear.text.len() > told.text.len(),
                "{path}"
            );
        }
        assert_eq!(
            reader.get(&placed).await.json(),
            order_json(&placed_row, false)
        );
        let review = reader.get(&format!("{draft}/review")).await.json();
        assert_eq!(
            review["confirmation"],
            json!({"total_needed": true, "currency": "EUR"})
        );
        assert_eq!(review["problems"][0]["field"], "lines[0].price");
        let told = sales.get(&format!("{placed}/timeline")).await.json();
        assert!(
            told["items"].as_array().unwrap().iter().any(|event| {
                event["kind"] == "confirmed"
                    && event["detail"].as_str().unwrap().contains("5,391.36 EUR")
            }),
            "{told}"
        );
        assert_eq!(
            fields(&reader.get("/api/v1/orders?sort=-bound").await),
            ["sort"]
        );
        for path in ["csv", "json"] {
            let file = reader.get(&format!("/api/v1/orders/export.{path}")).await;
            assert_eq!(file.status, StatusCode::FORBIDDEN);
        }
        let tag = reader.get(&draft).await.header("etag").to_owned();
        for (method, path) in [
            (Method::PATCH, draft.clone()),
            (Method::DELETE, draft.clone()),
            (Method::POST, format!("{draft}/submit")),
            (Method::POST, format!("{placed}/cancel")),
        ] {
            let answer = reader
                .call(method, &path, &[("if-match", &tag)], Some(json!({})))
                .await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        }
    }
}

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
