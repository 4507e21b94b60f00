use futures::StreamExt;
use ion_client::{ClientRole, Error, PageToken};
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, MockServer};

use crate::servers::{answering, client, count, json, queries};

fn page(next: &str) -> wiremock::ResponseTemplate {
    json(
        200,
        format!(
            r#"{{"products":[{{"name":"accounts/1/products/of-{next}"}}],"nextPageToken":"{next}"}}"#
        ),
    )
}

fn texts(values: &[Option<&str>]) -> Vec<Option<String>> {
    values
        .iter()
        .map(|value| value.map(str::to_owned))
        .collect()
}

#[tokio::test]
async fn size_and_filters_go_with_each_token_and_an_empty_page_is_no_end() {
    let server = answering([
        page("b"),
        json(200, r#"{"nextPageToken":"c"}"#),
        json(200, r#"{"products":[],"next_page_token":"d"}"#),
        json(
            200,
            r#"{"products":[{"name":"accounts/1/products/z"}],"nextPageToken":""}"#,
        ),
    ])
    .await;
    let ion = client(&server.uri());
    let list = ion
        .products("1")
        .list()
        .page_size(50)
        .page_size(100)
        .name("A & B")
        .cloud_provider_id(30);
    let pages: Vec<_> = list.pages().map(Result::unwrap).collect().await;
    let next: Vec<_> = pages
        .iter()
        .map(|page| page.next.as_ref().map(|token| token.0.as_str()))
        .collect();
    assert_eq!(next, [Some("b"), Some("c"), Some("d"), None]);
    let ids: Vec<_> = pages
        .iter()
        .flat_map(|page| &page.items)
        .map(|item| item.id().unwrap())
        .collect();
    assert_eq!(ids, ["of-b", "z"]);
    assert_eq!(
        queries(&server, "pageToken").await,
        texts(&[None, Some("b"), Some("c"), Some("d")])
    );
    assert_eq!(queries(&server, "pageSize").await, texts(&[Some("100"); 4]));
    assert_eq!(
        queries(&server, "filter.name").await,
        texts(&[Some("A & B"); 4])
    );
    assert_eq!(
        queries(&server, "filter.cloudProviderId").await,
        texts(&[Some("30"); 4])
    );
}

#[tokio::test]
async fn a_list_goes_on_at_a_token() {
    let server = answering([page("c"), json(200, "{}")]).await;
    let ion = client(&server.uri());
    let list = ion.products("1").list().start_at(PageToken("b".into()));
    assert_eq!(list.pages().collect::<Vec<_>>().await.len(), 2);
    assert_eq!(
        queries(&server, "pageToken").await,
        texts(&[Some("b"), Some("c")])
    );
}

#[tokio::test]
async fn a_list_that_goes_round_in_circles_ends() {
    for (circle, requests) in [(vec!["a", "a"], 2), (vec!["a", "b", "a"], 3)] {
        let server = answering(circle.into_iter().map(page)).await;
        let ion = client(&server.uri());
        let mut pages: Vec<_> = ion.products("1").list().pages().collect().await;
        assert!(matches!(pages.pop(), Some(Err(Error::PageLoop))));
        assert!(pages.iter().all(Result::is_ok));
        assert_eq!(count(&server).await, requests);
    }
}

#[tokio::test]
async fn a_page_token_that_ran_out_is_told_apart() {
    let expired = r#"{"error":"INVALID_ARGUMENT","message":"the page token is expired or invalid","code":400,"details":[]}"#;
    let server = answering([page("b"), json(400, expired)]).await;
    let ion = client(&server.uri());
    let mut pages: Vec<_> = ion.products("1").list().pages().collect().await;
    assert!(pages.pop().unwrap().unwrap_err().page_token_expired());
    assert_eq!(pages.len(), 1);

    let no_size =
        include_str!("../../../../fixtures/ion/error-400-PageSizeAndPageTokenNotPresentError.json");
    let server = answering([json(400, no_size)]).await;
    let error = client(&server.uri())
        .products("1")
        .list()
        .send()
        .await
        .unwrap_err();
    assert!(!error.page_token_expired());
}

#[tokio::test]
async fn a_page_size_is_always_sent() {
    let server = answering([json(200, "{}"), json(200, "{}")]).await;
    let ion = client(&server.uri());
    ion.products("1").list().send().await.unwrap();
    ion.customers("1").list().send().await.unwrap();
    assert!(
        queries(&server, "pageSize")
            .await
            .iter()
            .all(Option::is_some)
    );
}

#[tokio::test]
async fn one_malformed_item_costs_no_page_and_tells_where() {
    let body = r#"{"products":[{"name":"accounts/1/products/a"},
        {"name":"accounts/1/products/b","definition":{"skus":[{},{"plans":[{"pricebookPrice":"a lot"}]}]}},
        {"name":"accounts/1/products/c","definition":[]},
        {"name":7}, null, [], "x"], "categories":[{"name":"x"}]}"#;
    let server = answering([json(200, body)]).await;
    let page = client(&server.uri())
        .products("1")
        .list()
        .send()
        .await
        .unwrap();
    assert_eq!(page.bytes, body.len());
    let paths: Vec<_> = page
        .items
        .iter()
        .map(|item| item.decode().map_err(|error| error.path))
        .collect();
    let paths: Vec<_> = paths
        .iter()
        .map(|path| path.as_ref().map(|product| product.name.as_deref()))
        .collect();
    let error = |path: &str| path.to_owned();
    assert_eq!(paths[0], Ok(Some("accounts/1/products/a")));
    assert_eq!(
        paths[1],
        Err(&error("$.definition.skus[1].plans[0].pricebookPrice"))
    );
    assert_eq!(paths[2], Err(&error("$.definition")));
    assert_eq!(paths[3], Err(&error("$.name")));
    assert_eq!(
        paths[4..],
        [Err(&error("$")), Err(&error("$")), Err(&error("$"))]
    );
    let ids: Vec<_> = page.items.iter().map(ion_client::Item::id).collect();
    assert_eq!(ids[..4], texts(&[Some("a"), Some("b"), Some("c"), None]));
}

#[tokio::test]
async fn an_item_is_as_received() {
    let item = r#"{ "name" : "accounts/1/products/a",   "x":[1.50, 5.06e-6]  }"#;
    let server = answering([json(200, format!("{{\"products\":[ {item} ]}}"))]).await;
    let page = client(&server.uri())
        .products("1")
        .list()
        .send()
        .await
        .unwrap();
    assert_eq!(page.items[0].raw(), item);
}

#[tokio::test]
async fn every_filter_has_its_name_on_the_wire() {
    let server = answering([json(200, "{}"), json(200, "{}"), json(200, "{}")]).await;
    let ion = client(&server.uri());
    let products = ion
        .products("1")
        .list()
        .page_size(1)
        .language("en")
        .name("a")
        .sku_external_id("b");
    let products = products
        .add_on_external_id("c")
        .sku_id("d")
        .add_on_id("e")
        .sku_display_name("f");
    let products = products
        .add_on_display_name("g")
        .cloud_provider_id(30)
        .mfg_part_number("h:1:P1Y:Y");
    products.send().await.unwrap();
    let customers = ion
        .customers("1")
        .list()
        .page_size(1)
        .status("ACTIVE")
        .name("a")
        .email("b@c")
        .language("EN");
    customers.send().await.unwrap();
    let product = ion
        .products("1")
        .get("x")
        .price_book_customer(7)
        .client_role(ClientRole::Owner)
        .language("en");
    let product = product
        .exclude("Pricing")
        .exclude("Marketing")
        .exclude("Definition");
    product
        .exclude("VersionHistory")
        .exclude("Deployment")
        .send()
        .await
        .unwrap();

    let requests = server.received_requests().await.unwrap();
    let asked: Vec<Vec<(String, String)>> = requests
        .iter()
        .map(|request| {
            let mut pairs: Vec<_> = request.url.query_pairs().into_owned().collect();
            pairs.sort();
            pairs
        })
        .collect();
    let pairs = |text: &str| -> Vec<(String, String)> {
        let pairs = text
            .split_whitespace()
            .map(|pair| pair.split_once('=').unwrap());
        pairs
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    };
    assert_eq!(
        asked[0],
        pairs(
            "filter.addonDisplayName=g filter.addonExternalId=c filter.addonId=e filter.cloudProviderId=30 filter.mfgPartNumber=h:1:P1Y:Y filter.name=a filter.skuDisplayName=f filter.skuExternalId=b filter.skuId=d language=en pageSize=1"
        )
    );
    assert_eq!(
        asked[1],
        pairs(
            "filter.customerEmail=b@c filter.customerName=a filter.customerStatus=ACTIVE filter.languageCode=EN pageSize=1"
        )
    );
    assert_eq!(
        asked[2],
        pairs(
            "clientRole=OWNER excludeFilter.excludeDefinition=true excludeFilter.excludeDeployment=true excludeFilter.excludeMarketing=true excludeFilter.excludePricing=true excludeFilter.excludeVersionHistory=true language=en priceBookCustomerId=7"
        )
    );
}

#[tokio::test]
async fn each_call_has_its_path() {
    let server = MockServer::start().await;
    let answers = [
        ("customers", r#"{"customers":[]}"#),
        ("customers/2", r#"{"name":"accounts/10412/customers/2"}"#),
        ("products", r#"{"products":[]}"#),
        (
            "products/A%20b",
            r#"{"name":"accounts/10412/products/A b"}"#,
        ),
        (
            "products/categories",
            r#"{"categories":[{"displayName":"C","count":"12"}]}"#,
        ),
        (
            "products/verticals",
            r#"{"verticals":[{"displayName":"V"}]}"#,
        ),
        (
            "products/charges",
            r#"{"charges":[{"chargeName":"X","tiers":[{"value":0.1}]}]}"#,
        ),
    ];
    for (rest, body) in answers {
        Mock::given(method("GET"))
            .and(path(format!("/api/v3/accounts/10412/{rest}")))
            .respond_with(json(200, body))
            .expect(1)
            .mount(&server)
            .await;
    }
    let ion = client(&server.uri());
    let (customers, products) = (ion.customers("10412"), ion.products("10412"));
    customers.list().send().await.unwrap();
    assert_eq!(customers.get("2").await.unwrap().id().as_deref(), Some("2"));
    products.list().send().await.unwrap();
    assert_eq!(
        products.get("A b").send().await.unwrap().id().as_deref(),
        Some("A b")
    );
    let categories = products.categories().await.unwrap().categories.unwrap();
    assert_eq!(categories[0].count, Some(12));
    let verticals = products.verticals().await.unwrap().verticals.unwrap();
    assert_eq!(verticals[0].display_name.as_deref(), Some("V"));
    let charges = products.charges().await.unwrap().charges.unwrap();
    let tiers = charges[0].tiers.as_deref().unwrap();
    assert_eq!(tiers[0].value.as_ref().unwrap().as_str(), "0.1");
}

#[tokio::test]
async fn the_gateways_id_of_a_request_is_kept() {
    let server = MockServer::start().await;
    Mock::given(query_param("pageSize", "3"))
        .respond_with(json(200, "{}").insert_header("x-request-id", "176efaa5115cd4d84048"))
        .mount(&server)
        .await;
    let page = client(&server.uri())
        .customers("1")
        .list()
        .page_size(3)
        .send()
        .await
        .unwrap();
    assert_eq!(page.request_id.as_deref(), Some("176efaa5115cd4d84048"));
}
