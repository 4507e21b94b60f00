//! Lists, filters, errors and the customer rules.

use ion_sandbox::{Action, Corruption, Fault, SandboxConfig};
use serde_json::{Value, json};

use crate::Client;

async fn start() -> Client {
    Client::start(SandboxConfig {
        products: 250,
        customers: 30,
        ..SandboxConfig::default()
    })
    .await
}

async fn walk(client: &Client, filter: &str) -> Vec<Value> {
    let (mut all, mut token) = (Vec::new(), String::new());
    loop {
        let (status, page) = client
            .json(&format!("products?pageSize=100{filter}{token}"))
            .await;
        assert_eq!(status, 200, "{page}");
        all.extend(page["products"].as_array().cloned().unwrap_or_default());
        match page["nextPageToken"].as_str() {
            Some(next) => token = format!("&pageToken={next}"),
            None => return all,
        }
    }
}

#[tokio::test]
async fn a_list_needs_a_size_or_a_token_and_ends_without_one() {
    let client = start().await;
    let (status, body) = client.json("products").await;
    assert_eq!(
        (status, body["message"].as_str()),
        (
            400,
            Some("At least one of page_size and page_token must be present")
        )
    );
    assert_eq!(body["details"][0]["requestId"].as_str().unwrap().len(), 20);
    assert_eq!(walk(&client, "").await.len(), 250);
    assert_eq!(
        client.json("products?page_size=10").await.1["products"]
            .as_array()
            .unwrap()
            .len(),
        10
    );
}

#[tokio::test]
async fn the_page_size_is_cut_and_tokens_are_bound_to_filters() {
    let client = start().await;
    client.sandbox.set_knob("max-page-size", "7").unwrap();
    let (_, page) = client.json("products?pageSize=1000").await;
    assert_eq!(page["products"].as_array().unwrap().len(), 7);
    let token = page["nextPageToken"].as_str().unwrap();
    assert_eq!(
        client
            .json(&format!(
                "products?pageSize=7&filter.name=IBM&pageToken={token}"
            ))
            .await
            .0,
        400
    );
    client
        .sandbox
        .set_knob("page-token-binds-filters", "false")
        .unwrap();
    assert_eq!(
        client
            .json(&format!(
                "products?pageSize=7&filter.name=IBM&pageToken={token}"
            ))
            .await
            .0,
        200
    );
}

#[tokio::test]
async fn filters_find_and_are_ignored_by_their_knob() {
    let client = start().await;
    let all = walk(&client, "").await;
    let microsoft = walk(&client, "&filter.cloudProviderId=30").await;
    assert!(!microsoft.is_empty() && microsoft.len() < all.len());
    let part = microsoft[0]["definition"]["skus"][0]["plans"][0]["mpnId"]
        .as_str()
        .unwrap();
    assert_eq!(
        walk(&client, &format!("&filter.mfgPartNumber={part}"))
            .await
            .len(),
        1
    );
    assert_eq!(walk(&client, "&filter.name=").await.len(), all.len());
    client.sandbox.set_knob("filters-ignored", "true").unwrap();
    assert_eq!(
        walk(&client, "&filter.cloudProviderId=30").await.len(),
        all.len()
    );
}

#[tokio::test]
async fn a_product_is_read_whole_or_without_parts() {
    let client = start().await;
    let id = client.sandbox.catalog().ids()[4].clone();
    let (status, product) = client.json(&format!("products/{id}")).await;
    assert_eq!(
        (status, product["name"].as_str()),
        (200, Some(format!("accounts/10412/products/{id}").as_str()))
    );
    let (_, lean) = client
        .json(&format!(
            "products/{id}?excludeFilter.excludeMarketing=True"
        ))
        .await;
    assert!(lean.get("marketing").is_none() && lean.get("definition").is_some());
    assert!(
        !client
            .json(&format!("products/{id}?clientRole=OWNER"))
            .await
            .1
            .to_string()
            .contains("pricebookPrice")
    );
    assert_eq!(
        client.json("products/nothing").await.1["message"],
        "listing nothing not found"
    );
    assert!(
        client.json("products/categories").await.1["categories"]
            .as_array()
            .unwrap()
            .len()
            > 5
    );
}

#[tokio::test]
async fn prices_come_by_the_pricing_call_where_the_list_has_none() {
    let client = start().await;
    client
        .sandbox
        .set_knob("list-has-price-book", "false")
        .unwrap();
    let products = walk(&client, "&filter.cloudProviderId=30").await;
    assert!(
        products
            .iter()
            .all(|product| !product.to_string().contains("pricebookPrice"))
    );
    let part = products[0]["definition"]["skus"][0]["plans"][0]["mpnId"]
        .as_str()
        .unwrap();
    let ask = |provider: &'static str| {
        let body = json!({"externalProductWithProvider": [{"provider": provider, "externalProducts": [part, "unknown"]}]});
        let request = client
            .http
            .post(format!(
                "{}/api/v3/accounts/10412/products:pricing",
                client.sandbox.base_url()
            ))
            .bearer_auth(&client.credentials.access_token)
            .json(&body);
        async move { request.send().await.unwrap().json::<Value>().await.unwrap() }
    };
    assert_eq!(ask("AZURE").await["plans"][0]["productId"], part);
    client
        .sandbox
        .set_knob("pricing-provider", "number")
        .unwrap();
    assert_eq!(ask("azure").await, json!({}));
    assert_eq!(ask("30").await["plans"][0]["productId"], part);
}

#[tokio::test]
async fn other_accounts_and_missing_rights_are_refused_in_their_words() {
    let client = start().await;
    let reply = client
        .http
        .get(format!(
            "{}/api/v3/accounts/999/products?pageSize=1",
            client.sandbox.base_url()
        ))
        .bearer_auth(&client.credentials.access_token)
        .send()
        .await
        .unwrap();
    assert_eq!(reply.status(), 403);
    assert_eq!(
        reply.json::<Value>().await.unwrap()["message"],
        "permission denied to access accounts/999"
    );
    client
        .sandbox
        .set_knob("may-read-customers", "false")
        .unwrap();
    let (status, body) = client.json("customers?pageSize=1").await;
    assert_eq!(
        (status, body["message"].as_str()),
        (403, Some("User does not have access to this resource."))
    );
}

#[tokio::test]
async fn the_throttle_answers_429_with_or_without_a_wait() {
    let client = start().await;
    client.sandbox.set_knob("requests-per-second", "1").unwrap();
    client.get("products?pageSize=1").await.unwrap();
    let second = client.get("products?pageSize=1").await.unwrap();
    assert_eq!(
        (
            second.status().as_u16(),
            second
                .headers()
                .get("retry-after")
                .map(|value| value.to_str().unwrap())
        ),
        (429, Some("1"))
    );
    client.sandbox.set_knob("retry-after-s", "0").unwrap();
    client.get("products?pageSize=1").await.unwrap();
    assert!(
        client
            .get("products?pageSize=1")
            .await
            .unwrap()
            .headers()
            .get("retry-after")
            .is_none()
    );
}

#[tokio::test]
async fn a_fault_waits_for_a_request_that_the_throttle_lets_in() {
    let client = start().await;
    client.sandbox.set_knob("requests-per-second", "1").unwrap();
    client.get("products?pageSize=1").await.unwrap();
    client.sandbox.inject(Fault {
        path: "GET /api/v3/accounts/*/products".to_owned(),
        skip: 0,
        times: 1,
        every: 1,
        action: Action::CutAfter,
    });
    let refused = client.get("products?pageSize=1").await.unwrap();
    assert_eq!(refused.status().as_u16(), 429, "an answer, not a cut");
    client.sandbox.set_knob("requests-per-second", "0").unwrap();
    client.get("products?pageSize=1").await.unwrap_err();
    client.get("products?pageSize=1").await.unwrap();
}

#[tokio::test]
async fn the_catalog_moves_as_it_is_told() {
    let client = start().await;
    let before = walk(&client, "").await;
    let moved = client.sandbox.catalog().move_prices(20, false);
    assert_eq!(moved.len(), 5);
    let after = walk(&client, "").await;
    let differing: Vec<_> = before
        .iter()
        .zip(&after)
        .filter(|(old, new)| old != new)
        .collect();
    assert_eq!(differing.len(), 5);
    assert!(
        differing
            .iter()
            .all(|(old, new)| old["etag"] == new["etag"] && old["updateTime"] == new["updateTime"])
    );
    let gone = client.sandbox.catalog().withdraw(10);
    client.sandbox.catalog().add(3);
    assert_eq!((gone.len(), walk(&client, "").await.len()), (10, 243));
    let id = client.sandbox.catalog().ids()[0].clone();
    assert!(
        client
            .sandbox
            .catalog()
            .corrupt(&id, Some(Corruption::SkusIsObject))
            && client.sandbox.catalog().rename(&id, "Renamed")
    );
    assert!(client.json(&format!("products/{id}")).await.1["definition"]["skus"].is_object());
}

#[tokio::test]
async fn customers_are_created_and_replaced_by_ions_rules() {
    let client = start().await;
    let url = format!(
        "{}/api/v3/accounts/10412/customers",
        client.sandbox.base_url()
    );
    let body = |email: &str, language: &str, phone: Option<&str>| {
        let mut body = json!({"customerOrganization": "A & B", "customerName": "N", "customerEmail": email, "languageCode": language, "customerAddress": {"street": "1", "city": "c", "state": "Paris", "zip": "1", "country": "FR"}});
        if let Some(phone) = phone {
            body["customerPhone"] = phone.into();
        }
        body
    };
    let send = |method: reqwest::Method, url: String, body: Value| {
        let request = client
            .http
            .request(method, url)
            .bearer_auth(&client.credentials.access_token)
            .json(&body);
        async move {
            let reply = request.send().await.unwrap();
            (
                reply.status().as_u16(),
                reply.json::<Value>().await.unwrap(),
            )
        }
    };
    let (status, created) = send(
        reqwest::Method::POST,
        url.clone(),
        body("new@x.example", "EN", Some("1")),
    )
    .await;
    assert_eq!(
        (status, created["user"]["userName"].as_str()),
        (200, Some("DEFAULT ACCOUNT USER"))
    );
    assert!(created["user"]["password"].is_string());
    assert_eq!(
        send(
            reqwest::Method::POST,
            url.clone(),
            body("NEW@x.example", "EN", None)
        )
        .await
        .1["details"][0]["code"],
        "CUS-CR-001"
    );
    assert_eq!(
        send(
            reqwest::Method::POST,
            url.clone(),
            body("b@x.example", "english", None)
        )
        .await
        .1["details"][0]["code"],
        "CUS-CR-002"
    );
    assert_eq!(
        send(reqwest::Method::POST, url.clone(), json!({})).await.1["message"],
        "must have required property 'orgName'"
    );
    let id = created["name"]
        .as_str()
        .unwrap()
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned();
    let replaced = send(
        reqwest::Method::PUT,
        format!("{url}/{id}"),
        body("new@x.example", "EN", None),
    )
    .await
    .1;
    assert!(replaced.get("customerPhone").is_none() && replaced["uid"] == created["uid"]);
    client.sandbox.set_knob("put-keeps-unsent", "true").unwrap();
    send(
        reqwest::Method::PUT,
        format!("{url}/{id}"),
        body("new@x.example", "EN", Some("2")),
    )
    .await;
    assert_eq!(
        send(
            reqwest::Method::PUT,
            format!("{url}/{id}"),
            body("new@x.example", "EN", None)
        )
        .await
        .1["customerPhone"],
        "2"
    );
    let (_, found) = client
        .json("customers?pageSize=50&filter.customerEmail=new@x.example")
        .await;
    assert_eq!(found["customers"].as_array().unwrap().len(), 1);
}
