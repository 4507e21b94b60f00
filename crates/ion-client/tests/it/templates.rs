//! Provisioning templates: one or many, whatever they are wrapped in.

use ion_client::TemplateFilter;

use crate::servers::{answering, client, json, queries};

#[tokio::test]
async fn one_or_many_however_they_are_wrapped() {
    let one = r#"{"id":"t1","title":"Create","description":"d"}"#;
    for (answer, expected) in [
        (
            format!(r#"{{"provisioningReferences":{{"refs":[{one},{{"id":"t2"}}]}}}}"#),
            2,
        ),
        (format!(r#"{{"provisioningReferences":[{one}]}}"#), 1),
        (format!(r#"{{"provisioningReference":{one}}}"#), 1),
        (r#"{"provisioningReferences":{}}"#.to_owned(), 0),
        ("{}".to_owned(), 0),
    ] {
        let server = answering([json(200, answer.clone())]).await;
        let ion = client(&server.uri());
        let templates = ion
            .templates("1")
            .list(TemplateFilter::default())
            .await
            .unwrap();
        assert_eq!(templates.len(), expected, "{answer}");
        if let Some(first) = templates.first() {
            assert_eq!(first.id.as_deref(), Some("t1"));
            assert_eq!(first.title.as_deref(), Some("Create"));
            assert_eq!(first.description.as_deref(), Some("d"));
            assert_eq!(
                first.json,
                serde_json::from_str::<serde_json::Value>(one).unwrap()
            );
        }
        assert_eq!(queries(&server, "vendor").await, [None]);
    }
}

#[tokio::test]
async fn one_by_its_id() {
    for answer in [r#"{"id":"t1"}"#, r#"{"provisioningReference":{"id":"t1"}}"#] {
        let server = answering([json(200, answer)]).await;
        let ion = client(&server.uri());
        let template = ion.templates("1").get("t1").await.unwrap();
        assert_eq!(template.id.as_deref(), Some("t1"));
        let requests = server.received_requests().await.unwrap();
        assert_eq!(
            requests[0].url.path(),
            "/api/v3/accounts/1/provisionTemplates/t1"
        );
    }
}
