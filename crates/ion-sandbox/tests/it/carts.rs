//! Carts and their checkout, programs, and products that are enabled and disabled.

use serde_json::{Value, json};

use crate::Client;
use crate::shop::{ACCOUNT, last, refusals, shop};

impl Client {
    async fn cart(
        &self,
        method: &str,
        customer: &str,
        rest: &str,
        body: Option<&Value>,
    ) -> (u16, Value) {
        self.call(method, &format!("customers/{customer}/carts{rest}"), body)
            .await
    }

    /// An open cart. Gives its id.
    async fn open(&self, customer: &str) -> String {
        let body = json!({"cartDisplayName": "Cart 1", "status": "OPEN", "payment": {"paymentType": "OFFLINE"}, "currencyCode": "EUR"});
        let (status, cart) = self.cart("POST", customer, "", Some(&body)).await;
        assert_eq!(status, 201, "{cart}");
        last(&cart["name"])
    }
}

#[tokio::test]
async fn a_cart_is_made_changed_listed_and_deleted() {
    let client = shop().await;
    let customer = client.customer(0);
    let id = client.open(&customer).await;
    let (status, cart) = client.cart("GET", &customer, &format!("/{id}"), None).await;
    assert_eq!(
        (status, &cart["name"]),
        (200, &json!(format!("customers/{customer}/carts/{id}")))
    );
    assert_eq!(
        (&cart["payment"], cart.get("totalItems")),
        (&json!({"paymentType": "OFFLINE"}), None)
    );
    assert_eq!(
        client
            .cart(
                "POST",
                &customer,
                "",
                Some(&json!({"cartDisplayName": "x"}))
            )
            .await
            .0,
        400
    );
    assert_eq!(
        client
            .cart("POST", &customer, "", Some(&json!({"status": "BROKEN"})))
            .await
            .0,
        400
    );
    assert_eq!(client.cart("GET", &customer, "", None).await.0, 400);
    let body = json!({"status": "QUOTE"});
    assert_eq!(
        client
            .cart("PUT", &customer, &format!("/{id}"), Some(&body))
            .await
            .1["status"],
        "QUOTE"
    );
    let (_, quotes) = client.cart("GET", &customer, "?status=QUOTE", None).await;
    assert_eq!(quotes["carts"].as_array().unwrap().len(), 1);
    assert_eq!(
        client.cart("GET", &customer, "?status=OPEN", None).await,
        (200, json!({}))
    );
    let (status, body) = client
        .try_call("DELETE", &format!("customers/{customer}/carts/{id}"), None)
        .await
        .unwrap();
    assert_eq!((status, body.as_str()), (204, ""));
    assert_eq!(
        client
            .cart("GET", &customer, &format!("/{id}"), None)
            .await
            .0,
        404
    );
    assert_eq!(client.cart("GET", "99", "?status=OPEN", None).await.0, 404);
    client.turn("may-place-orders", "false");
    assert_eq!(
        client.cart("GET", &customer, "?status=OPEN", None).await.0,
        403
    );
}

#[tokio::test]
async fn items_go_into_a_cart_by_the_name_of_their_plan() {
    let client = shop().await;
    let (customer, offer) = (client.customer(0), client.microsoft("P1Y"));
    let id = client.open(&customer).await;
    let name = format!(
        "accounts/10412/products/{}/skus/{}/plans/{}",
        offer.product_id, offer.sku_id, offer.plan_id
    );
    let items = format!("/{id}/cartItems");
    let body = json!({"planName": name, "quantity": 5, "payment": {"paymentType": "OFFLINE"}});
    let path = format!("customers/{customer}/carts{items}");
    let (status, text) = client.try_call("POST", &path, Some(&body)).await.unwrap();
    assert_eq!(status, 200, "{text}");
    assert!(
        text.contains(&format!(
            r#""recurringPrice":{{"currency":"EUR","value":{}}}"#,
            offer.price
        )),
        "{text}"
    );
    let item: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&item["period"], &item["upfrontPrice"], &item["planName"]),
        (&json!("MONTH"), &json!({"currency": "EUR"}), &json!(name))
    );
    let number = last(&item["name"]);
    let bare = json!({"planName": offer.plan_id});
    let (status, other) = client.cart("POST", &customer, &items, Some(&bare)).await;
    assert_eq!((status, &other["quantity"]), (200, &json!(1)));
    for wrong in [
        json!({"quantity": 1}),
        json!({"planName": "nothing"}),
        json!({"planName": name, "quantity": -1}),
    ] {
        assert_eq!(
            client.cart("POST", &customer, &items, Some(&wrong)).await.0,
            400,
            "{wrong}"
        );
    }
    let (_, listed) = client.cart("GET", &customer, &items, None).await;
    assert_eq!(listed["cartitems"].as_array().unwrap().len(), 2);
    client.turn("cart-items-key", "cartItems");
    assert!(client.cart("GET", &customer, &items, None).await.1["cartItems"].is_array());
    assert_eq!(
        client
            .cart("GET", &customer, &format!("/{id}"), None)
            .await
            .1["totalItems"],
        2
    );
    let one = format!("{items}/{number}");
    let (_, changed) = client
        .cart("PUT", &customer, &one, Some(&json!({"quantity": 8})))
        .await;
    assert_eq!(
        (&changed["quantity"], &changed["planName"]),
        (&json!(8), &json!(name))
    );
    assert_eq!(client.cart("GET", &customer, &one, None).await.1, changed);
    assert_eq!(client.cart("DELETE", &customer, &one, None).await.0, 204);
    assert_eq!(client.cart("GET", &customer, &one, None).await.0, 404);
}

#[tokio::test]
async fn a_checkout_makes_an_order_of_a_cart() {
    let client = shop().await;
    let (customer, offer) = (client.customer(0), client.microsoft("P1Y"));
    client
        .sandbox
        .catalog()
        .set_price(&offer.product_id, &offer.sku_id, &offer.plan_id, "19.7");
    let id = client.open(&customer).await;
    let checkout = format!("/{id}:checkout");
    assert_eq!(
        client
            .cart("POST", &customer, &checkout, Some(&json!({})))
            .await
            .0,
        400
    );
    let name = format!("products/{}/plans/{}", offer.product_id, offer.plan_id);
    let body = json!({"planName": name, "quantity": 5});
    let (_, item) = client
        .cart("POST", &customer, &format!("/{id}/cartItems"), Some(&body))
        .await;
    let number: u64 = last(&item["name"]).parse().unwrap();
    let provision = |attributes: Value, total: i64| json!({"totalCalculatedValue": total, "provisionData": [{"cartItemId": number, "attributes": attributes}]});
    let (status, told) = client
        .cart(
            "POST",
            &customer,
            &checkout,
            Some(&provision(json!([]), 98)),
        )
        .await;
    let codes: Vec<&str> = refusals(&told).iter().map(|one| one.0).collect();
    assert_eq!((status, codes), (400, vec!["COMM-VL-004", "MSFT_CR_033"]));
    let attributes = json!([{"name": "domainName", "value": "contoso.example"}, {"name": "renewalSetting", "value": "auto-on"}]);
    client.turn("checkout-total-mismatch", "refused");
    assert_eq!(
        client
            .cart(
                "POST",
                &customer,
                &checkout,
                Some(&provision(attributes.clone(), 99))
            )
            .await
            .0,
        412
    );
    let (status, order) = client
        .cart(
            "POST",
            &customer,
            &checkout,
            Some(&provision(attributes.clone(), 98)),
        )
        .await;
    assert_eq!(status, 200, "{order}");
    assert_eq!(
        order["referenceId"],
        format!("customers/{customer}/carts/{id}")
    );
    assert_eq!(order["cartId"], id);
    assert!(
        order["displayName"]
            .as_str()
            .unwrap()
            .starts_with("Cart - ")
    );
    let line = &order["orderItems"][0];
    assert_eq!(
        line["referenceId"],
        format!("customers/{customer}/cartItems/{number}")
    );
    assert_eq!(
        (&line["cartItemId"], &order["total"], &line["subTotal"]),
        (&json!(number.to_string()), &json!(98.5), &json!(98.5))
    );
    assert_eq!(
        client
            .cart("GET", &customer, &format!("/{id}"), None)
            .await
            .1["status"],
        "CHECKED_OUT"
    );
    assert_eq!(
        client
            .cart(
                "POST",
                &customer,
                &checkout,
                Some(&provision(attributes, 98))
            )
            .await
            .0,
        412
    );
    assert_eq!(
        client
            .cart(
                "PUT",
                &customer,
                &format!("/{id}"),
                Some(&json!({"status": "OPEN"}))
            )
            .await
            .0,
        412
    );
    let ledger = client.sandbox.ledger();
    assert_eq!(
        (ledger.order_posts().count(), ledger.orders().count()),
        (5, 1)
    );
    client.wait();
    assert_eq!(client.sandbox.subscriptions().pop().unwrap().quantity, 5);
}

#[tokio::test]
async fn products_are_enabled_and_disabled_once() {
    let client = shop().await;
    let offer = client.microsoft("P1Y");
    let act = async |action: &str| {
        let path = format!("{ACCOUNT}/products/{}:{action}", offer.product_id);
        client.call("POST", &path, None).await
    };
    let message = |(status, body): (u16, Value)| {
        (
            status,
            body["message"].as_str().unwrap_or_default().to_owned(),
        )
    };
    assert_eq!(
        message(act("enable").await),
        (400, "cannot enable already enabled product".to_owned())
    );
    assert_eq!(act("disable").await, (200, json!({})));
    assert_eq!(
        message(act("disable").await),
        (400, "cannot disable already disabled product".to_owned())
    );
    assert_eq!(
        client.read(&format!("products/{}", offer.product_id)).await["disabled"],
        true
    );
    assert_eq!(act("enable").await.0, 200);
    let (status, body) = client
        .call("POST", &format!("{ACCOUNT}/products/AWS-EC:enable"), None)
        .await;
    assert_eq!(
        (status, &body["message"]),
        (404, &json!("listing AWS-EC not found"))
    );
}

#[tokio::test]
async fn products_are_added_to_programs() {
    let client = shop().await;
    let product = client.microsoft("P1Y").product_id;
    let programs = client
        .read(&format!("products_programs?productName={product}"))
        .await;
    let first = programs["programs"][0].clone();
    assert!(
        first["programName"]
            .as_str()
            .unwrap()
            .starts_with("accounts/10412/programs/")
    );
    assert!(first.get("productWasAdded").is_none());
    let body = json!({"product_programs": {"programName": first["programName"], "partnerName": "accounts/10412"}});
    let path = format!("{ACCOUNT}/products_programs/{product}:batchUpdate");
    let (status, told) = client.call("PUT", &path, Some(&body)).await;
    assert_eq!(
        (status, &told["programs"][0]["productWasAdded"]),
        (200, &json!(true))
    );
    let programs = client
        .read(&format!("products_programs?productName={product}"))
        .await;
    assert_eq!(programs["programs"][0]["productWasAdded"], true);
    let wrong = json!({"product_programs": {"programName": "accounts/1/programs/9"}});
    assert_eq!(client.call("PUT", &path, Some(&wrong)).await.0, 400);
}
