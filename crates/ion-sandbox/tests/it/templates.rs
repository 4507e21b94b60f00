//! Provisioning templates: lists, single ones, their shape, and that orders are checked by them.

use serde_json::{Value, json};

use crate::shop::{ACCOUNT, new, refusals, shop};

fn names(template: &Value) -> Vec<&str> {
    let names = &template["defs"]["attributes"]["properties"]["name"]["enum"];
    names
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one.as_str().unwrap())
        .collect()
}

fn needed(template: &Value) -> Vec<&str> {
    let rules = &template["defs"]["orderItems"]["properties"]["attributes"]["allOf"];
    let rules = rules.as_array().into_iter().flatten();
    rules
        .map(|one| {
            one["contains"]["properties"]["name"]["const"]
                .as_str()
                .unwrap()
        })
        .collect()
}

#[tokio::test]
async fn one_template_is_an_object_and_several_are_an_array() {
    let client = shop().await;
    let all = client.read("provisionTemplates").await;
    assert_eq!(
        all["provisioningReferences"]["refs"]
            .as_array()
            .unwrap()
            .len(),
        11
    );
    let one = client
        .read("provisionTemplates?vendor=MICROSOFT&provider=nce&action=CREATE")
        .await;
    let template = &one["provisioningReference"];
    let microsoft = client
        .read("provisionTemplates?vendor=MICROSOFT&action=ACTION_NOT_SPECIFIED")
        .await;
    assert_eq!(
        microsoft["provisioningReferences"]["refs"]
            .as_array()
            .unwrap()
            .len(),
        4
    );
    assert_eq!(
        client.read("provisionTemplates?vendor=NOT_SPECIFIED").await,
        all
    );
    let id = template["id"].as_str().unwrap();
    assert_eq!(
        &client.read(&format!("provisionTemplates/{id}")).await,
        template
    );
    assert_eq!(
        &client
            .read("provisionTemplates/provisioningtemplate01")
            .await,
        template
    );
    for (path, status) in [
        ("provisionTemplates/nothing", 404),
        ("provisionTemplates?vendor=DELL", 400),
    ] {
        assert_eq!(
            client
                .call("GET", &format!("{ACCOUNT}/{path}"), None)
                .await
                .0,
            status
        );
    }
}

#[tokio::test]
async fn a_template_has_the_described_shape() {
    let client = shop().await;
    let all = client.read("provisionTemplates").await;
    for template in all["provisioningReferences"]["refs"].as_array().unwrap() {
        for member in [
            "id",
            "schema",
            "title",
            "description",
            "type",
            "properties",
            "defs",
        ] {
            assert!(template.get(member).is_some(), "{member}");
        }
        assert_eq!(
            template["properties"]["orderItems"]["items"],
            "#/$defs/orderItems"
        );
        let items = &template["defs"]["orderItems"];
        assert_eq!(
            items["properties"]["attributes"]["items"]["ref"],
            "#/$defs/attributes"
        );
        assert!(
            items["required"]
                .as_array()
                .unwrap()
                .contains(&json!("providerName"))
        );
        let known = names(template);
        assert!(needed(template).iter().all(|name| known.contains(name)));
        let each = template["defs"]["attributes"]["oneOf"].as_array().unwrap();
        let described: Vec<&str> = each
            .iter()
            .map(|one| one["properties"]["name"]["const"].as_str().unwrap())
            .collect();
        assert_eq!(described, known);
    }
}

#[tokio::test]
async fn an_order_is_checked_by_the_template_of_its_vendor() {
    let client = shop().await;
    let customer = client.customer(0);
    for (provider, template) in [
        ("GWS", "provisioningTemplate05"),
        ("GCP", "provisioningTemplate07"),
        ("IBM", "provisioningTemplate08"),
        ("SOPHOS", "provisioningTemplate10"),
    ] {
        let offer = client.offer(|one| one.provider == provider);
        let template = client.read(&format!("provisionTemplates/{template}")).await;
        let mut order = new(&offer, provider);
        order["orderItems"][0]["attributes"] = json!([]);
        let (status, told) = client.place(&customer, &order).await;
        assert_eq!(status, 400, "{provider}");
        let told = refusals(&told);
        assert_eq!(told.len(), needed(&template).len());
        for (told, name) in told.iter().zip(needed(&template)) {
            assert!(
                told.0 == "COMM-VL-004" && told.1.contains(&format!("'{name}'")),
                "{told:?}"
            );
        }
    }
}

#[tokio::test]
async fn templates_change_and_fail_by_their_knob() {
    let client = shop().await;
    let (customer, offer) = (client.customer(0), client.microsoft("P1Y"));
    let template = async || {
        client
            .read("provisionTemplates/provisioningTemplate01")
            .await
    };
    assert_eq!(needed(&template().await), ["domainName", "renewalSetting"]);
    client.turn("templates", "changed");
    let changed = template().await;
    assert_eq!(
        needed(&changed),
        ["domainName", "renewalSetting", "companyRegistrationId"]
    );
    let mut order = new(&offer, "r");
    let (status, told) = client.place(&customer, &order).await;
    assert_eq!((status, refusals(&told)[0].0), (400, "COMM-VL-004"));
    let attributes = order["orderItems"][0]["attributes"].as_array_mut().unwrap();
    attributes.push(json!({"name": "companyRegistrationId", "value": "HRB 1"}));
    assert_eq!(client.place(&customer, &order).await.0, 200);
    client.turn("templates", "unavailable");
    let (status, told) = client
        .call("GET", &format!("{ACCOUNT}/provisionTemplates"), None)
        .await;
    assert_eq!((status, &told["error"]), (503, &json!("UNAVAILABLE")));
}
