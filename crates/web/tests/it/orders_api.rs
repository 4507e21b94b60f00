//! Orders as programs begin, change, submit and follow them.

use domain::access::Role;
use domain::order::OrderState;
use domain::{Amount, Clock as _, Scale};
use engine::orders::order_json;
use http::{Method, StatusCode};
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::orders::{OrderFilter, OrderRow};

use crate::customers_api::{BOTH, NOBODY, URL, call, patch};
use crate::house::{Answer, House, Program};
use crate::orders::Shop;
use crate::subscriptions::Sold;

pub(crate) const MONTH: &str = "CFQ7TTC0LCHC:0002:P1M:M";
const YEAR: &str = "CFQ7TTC0LCHC:0002:P1Y:M";

pub(crate) fn line(part_number: &str, quantity: u32) -> Value {
    json!({"part_number": part_number, "quantity": quantity, "customer_po": "QL-118",
        "attributes": {"domainName": "quill.onmicrosoft.example", "renewalSetting": "auto-on"}})
}

pub(crate) fn body(shop: &Shop, lines: &[Value]) -> Value {
    json!({"customer": shop.customer.to_string(), "note": "by phone", "lines": lines})
}

pub(crate) async fn begun(house: &House, program: &Program<'_>, body: Value) -> (String, OrderRow) {
    let key = format!("{}", body.to_string().len() + house.total().await);
    let made = program.post("/api/v1/orders", &key, body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let row = house.order(id.parse().unwrap()).await;
    (format!("/api/v1/orders/{id}"), row)
}

/// Submits an order at the version that it has now.
pub(crate) async fn submit(program: &Program<'_>, path: &str, body: Value) -> Answer {
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

pub(crate) fn fields(answer: &Answer) -> Vec<String> {
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

pub(crate) fn refused(answer: &Answer, part: &str) {
    assert_eq!(
        (answer.status, &answer.json()["code"]),
        (StatusCode::CONFLICT, &json!("refused")),
        "{answer:?}"
    );
    assert!(answer.text.contains(part), "{part}: {}", answer.text);
}

impl House {
    pub(crate) async fn total(&self) -> usize {
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
        // Its version comes with it, also where it is told again: the next edit names it.
        let of = format!("/api/v1/orders/{}", order["id"].as_str().unwrap());
        let tag = sales.get(&of).await.header("etag").to_owned();
        assert!(!tag.is_empty());
        assert_eq!(made.header("etag"), tag);
        assert_eq!(again.header("etag"), tag);
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
