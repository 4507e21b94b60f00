//! The three error envelopes (Ion API notes 2.10), as they were published.

use ion_client::{ApiError, Error};

use wiremock::matchers::path;
use wiremock::{Mock, MockServer};

use crate::servers::{answering, client, json};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/ion");

fn published(file: &str) -> (u16, String) {
    let status = file.split('-').nth(1).unwrap().parse().unwrap();
    let text = std::fs::read_to_string(format!("{FOLDER}/{file}")).unwrap();
    (status, text)
}

/// What the client says of each of these files.
async fn refusals(files: &[String]) -> Vec<ApiError> {
    let server = MockServer::start().await;
    for file in files {
        let (status, body) = published(file);
        Mock::given(path(format!("/api/v3/accounts/1/customers/{file}")))
            .respond_with(json(status, body))
            .mount(&server)
            .await;
    }
    let ion = client(&server.uri());
    let mut refusals = Vec::new();
    for file in files {
        match ion.customers("1").get(file).await.unwrap_err() {
            Error::Api(error) => refusals.push(*error),
            other => panic!("{file}: {other}"),
        }
    }
    refusals
}

async fn refusal(file: &str) -> ApiError {
    refusals(&[file.to_owned()]).await.remove(0)
}

#[tokio::test]
async fn every_published_error_is_understood() {
    let names = std::fs::read_dir(FOLDER).unwrap();
    let names = names.map(|file| file.unwrap().file_name().into_string().unwrap());
    let files: Vec<String> = names.filter(|name| name.starts_with("error-")).collect();
    assert!(files.len() >= 40, "{files:?}");
    for (file, error) in files.iter().zip(refusals(&files).await) {
        let (status, text) = published(file);
        let published: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(error.status, status, "{file}");
        assert_eq!(error.error, published["error"], "{file}");
        assert_eq!(error.message, published["message"], "{file}");
        assert_eq!(error.code, published["code"].as_i64(), "{file}");
        let request = published["details"][0]["requestId"].as_str();
        assert!(request.is_some(), "{file}");
        assert_eq!(error.request_id.as_deref(), request, "{file}");
    }
}

#[tokio::test]
async fn an_order_that_is_refused_tells_every_code() {
    let error = refusal("error-400-RequiredAttributesNotPresent.json").await;
    // The published code has a space behind it, and the code of the body is gRPC's.
    assert!(error.has_code("COMM-VL-001"), "{error:?}");
    assert_eq!((error.status, error.code), (400, Some(3)));
    assert!(error.details[0].contains("productId"), "{error:?}");
}

#[tokio::test]
async fn an_e_mail_in_use_tells_code_and_member() {
    let error = refusal("error-412-PrimaryContactEmailExistsError.json").await;
    assert_eq!(error.codes, ["CUS-CR-001"]);
    assert_eq!(error.entities, ["primaryContactEmail"]);
    assert_eq!(error.request_id.as_deref(), Some("176efaa5115cd4d84048"));
}

#[tokio::test]
async fn the_envelope_of_oauth_is_understood_everywhere() {
    let body = include_str!("../../../../fixtures/ion/oauth-token-400-response.json");
    let server = answering([json(400, body).insert_header("x-request-id", "abc")]).await;
    let error = client(&server.uri())
        .customers("1")
        .list()
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.request_id(), Some("abc"));
    assert!(!error.page_token_expired());
    assert!(matches!(error, Error::Api(error) if error.message.contains("redis: nil")));
}
