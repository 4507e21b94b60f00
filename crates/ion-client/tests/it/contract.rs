//! Every operation of the official description has a method here, and every parameter of its query can be set.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::StreamExt as _;
use ion_client::oauth::OAuth;
use ion_client::{
    CartDraft, CartItemDraft, Checkout, ClientRole, CloudProfileFilter, CustomerDraft, IonClient,
    OrderDraft, OrderSort, PageToken, ProviderProducts, RefreshCache, ReportBody, TemplateFilter,
};
use serde::Deserialize;
use wiremock::{Mock, MockServer, Request};

use crate::servers::{client, json, settings};

const DESCRIBED: &str = include_str!("../../../../fixtures/ion/operations-by-description.json");

#[derive(Debug, Deserialize)]
struct Operation {
    method: String,
    path: String,
    query: BTreeSet<String>,
}

impl Operation {
    /// How many segments of the path are its own, where this operation answers the request.
    fn fits(&self, request: &Request) -> Option<usize> {
        let (template, path): (Vec<_>, Vec<_>) = (
            self.path.split('/').collect(),
            request.url.path().split('/').collect(),
        );
        let fits = |(template, path): (&&str, &&str)| match template.split_once('}') {
            // `{orderId}:cancel`: the verb stands behind the id, and no id has a colon that is not escaped.
            Some((_, verb)) => path
                .strip_suffix(verb)
                .is_some_and(|id| !id.contains(':') && !id.is_empty()),
            None => template == path,
        };
        let same = self.method == request.method.as_str()
            && template.len() == path.len()
            && template.iter().zip(&path).all(fits);
        same.then(|| template.iter().filter(|one| !one.starts_with('{')).count())
    }
}

/// Everything, each parameter set.
async fn call_everything(ion: &IonClient) {
    let token = || PageToken("t".into());
    let customers = ion.customers("1");
    let list = customers.list().page_size(5).status("ACTIVE").name("n");
    let list = list.email("e").language("EN").start_at(token());
    list.send().await.unwrap();
    customers.create(&CustomerDraft::default()).await.unwrap();
    customers.get("2").await.unwrap();
    customers
        .update("2", &CustomerDraft::default())
        .await
        .unwrap();
    let filter = CloudProfileFilter {
        provider: Some("30".into()),
        enabled_only: Some(true),
    };
    customers.some_cloud_profiles("2", &filter).await.unwrap();
    customers.cloud_profile("2", "30", true).await.unwrap();
    products(ion).await;
    subscriptions(ion).await;
    orders(ion).await;
    let filter = TemplateFilter {
        vendor: Some("GOOGLE".into()),
        provider: Some("gws".into()),
        action: Some("CREATE".into()),
    };
    ion.templates("1").list(filter).await.unwrap();
    ion.templates("1").get("t").await.unwrap();
    carts(ion).await;
    reports(ion).await;
}

async fn products(ion: &IonClient) {
    let products = ion.products("1");
    let list = products.list().page_size(5).language("en").name("n");
    let list = list.sku_external_id("x").add_on_external_id("x");
    let list = list.sku_id("x").add_on_id("x").sku_display_name("x");
    let list = list.add_on_display_name("x").cloud_provider_id(30);
    let list = list.mfg_part_number("x").start_at(PageToken("t".into()));
    list.send().await.unwrap();
    products.categories().await.unwrap();
    products.verticals().await.unwrap();
    products.charges().await.unwrap();
    let mut one = products.get("p").language("en").price_book_customer(1);
    for part in [
        "Pricing",
        "Marketing",
        "Definition",
        "VersionHistory",
        "Deployment",
    ] {
        one = one.exclude(part);
    }
    let one = one.version("v").client_role(ClientRole::Owner);
    one.send().await.unwrap();
    let wanted = ProviderProducts {
        provider: "azure".into(),
        external_ids: vec!["x".into()],
    };
    products.pricing(&[wanted], Some(1)).await.unwrap();
    products.enable("p").await.unwrap();
    products.disable("p").await.unwrap();
    products.programs("p").await.unwrap();
    products
        .update_program("p", "accounts/1/programs/2", "accounts/1")
        .await
        .unwrap();
}

async fn subscriptions(ion: &IonClient) {
    let list = ion.subscriptions("1").list().limit(5).offset(5);
    let list = list.sort_by("id").descending(true).filter("f").user("u");
    let list = list.customer("2").customer_name("c").reseller("r");
    let list = list.account_name("a").provider("30").provider_name("p");
    let list = list.subscription_id("s").subscription_name("s");
    let list = list.product("p").provider_product("p").resource_type("r");
    let list = list.billing_term("P1M").billing_cycle("monthly");
    let list = list.total_license(3).customer_po("po").reseller_po("po");
    let list = list.end_date("2026-01-01").status("active");
    let list = list.started_in("TODAY").ending_in("TODAY");
    let list = list.start_date_range("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z");
    let list = list.end_date_range("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z");
    list.custom_field("f", "v").send().await.unwrap();
    let one = ion.subscriptions("1").get("2", "3").refresh(true);
    one.send().await.unwrap();
}

async fn orders(ion: &IonClient) {
    let orders = ion.orders("1");
    let list = orders.list().page_size(5).status("NEW").customers(&["2"]);
    let list = list.accounts(&["1"]).providers(&["AZURE"]);
    let list = list.exclude_sub_accounts(true).descending(true);
    let list = list.sort_by(OrderSort::UpdateTime);
    list.start_at(PageToken("t".into())).send().await.unwrap();
    let list = orders.list_of("-").page_size(5).status("NEW");
    list.start_at(PageToken("t".into())).send().await.unwrap();
    orders.get("-", "3").await.unwrap();
    orders.create("2", &OrderDraft::default()).await.unwrap();
    orders.cancel("2", "3").await.unwrap();
}

async fn carts(ion: &IonClient) {
    let carts = ion.carts("2");
    let list = carts.list("OPEN").limit(5).offset(5).sort_by("name");
    let list = list.descending(false).filter("f").user("u");
    list.send().await.unwrap();
    carts.create(&CartDraft::default()).await.unwrap();
    carts.get("3").await.unwrap();
    carts.update("3", &CartDraft::default()).await.unwrap();
    carts.delete("3").await.unwrap();
    carts.checkout("3", &Checkout::default()).await.unwrap();
    let items = carts.items("3");
    items.list().await.unwrap();
    items.create(&CartItemDraft::default()).await.unwrap();
    items.get("4").await.unwrap();
    items.update("4", &CartItemDraft::default()).await.unwrap();
    items.delete("4").await.unwrap();
}

async fn reports(ion: &IonClient) {
    let reports = ion.reports("1");
    let body = ReportBody::from_text("{}").unwrap();
    reports.list(Some("REPORTS_REPORTS_MODULE")).await.unwrap();
    reports.get("2", true).await.unwrap();
    reports.delete("2").await.unwrap();
    reports.save("2", &body).await.unwrap();
    reports.definition("2", &body).await.unwrap();
    reports.data("2", &body).await.unwrap();
    reports.details("2", &body).await.unwrap();
    reports.csv("2", &body).await.unwrap();
    let parts = reports.csv_stream("2", &body).await.unwrap();
    assert_eq!(parts.count().await, 0);
    let refresh = RefreshCache {
        report_id: "2".into(),
        billing_period_start: Some("2026-01-01T00:00:00Z".into()),
        billing_period_end: Some("2026-02-01T00:00:00Z".into()),
        event_type: Some("e".into()),
        publish_time: Some("2026-02-01T00:00:00Z".into()),
    };
    reports.refresh_cache("30", &refresh).await.unwrap();
}

#[tokio::test]
async fn every_described_operation_has_a_method_and_every_parameter_a_setting() {
    let operations: Vec<Operation> = serde_json::from_str(DESCRIBED).unwrap();
    assert_eq!(operations.len(), 48);
    let server = MockServer::start().await;
    Mock::given(wiremock::matchers::any())
        .respond_with(json(200, "{}"))
        .mount(&server)
        .await;
    let oauth = OAuth::new(&settings(&server.uri())).unwrap();
    oauth
        .refresh(&"t".into(), Duration::from_secs(20))
        .await
        .unwrap();
    // `{}` tells no life of a token, which is an error; the request went out.
    assert!(oauth.validate(&"t".into()).await.is_err());
    call_everything(&client(&server.uri())).await;

    let mut asked = vec![BTreeSet::new(); operations.len()];
    let mut met = vec![false; operations.len()];
    for request in server.received_requests().await.unwrap() {
        let fitting = operations.iter().enumerate();
        let (at, _) = fitting
            .filter_map(|(at, operation)| Some((at, operation.fits(&request)?)))
            .max_by_key(|(_, own)| *own)
            .unwrap_or_else(|| panic!("{} {} is not described", request.method, request.url));
        met[at] = true;
        asked[at].extend(request.url.query_pairs().map(|(name, _)| name.into_owned()));
    }
    for ((operation, met), asked) in operations.iter().zip(met).zip(asked) {
        assert!(met, "nothing asks for {operation:?}");
        assert_eq!(asked, operation.query, "{operation:?}");
    }
}
