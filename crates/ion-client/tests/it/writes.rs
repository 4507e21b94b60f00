use ion_client::{CustomerDraft, Effect, Error, WriteError};
use secrecy::ExposeSecret as _;

use crate::servers::{Tokens, answering, client, client_with, count, html, json, raw, settings};

fn draft() -> CustomerDraft {
    CustomerDraft {
        organization: "Kettle & Sons".into(),
        street: "Main St 5".into(),
        city: "Paris".into(),
        state: "Paris".into(),
        zip: "75001".into(),
        country: "FR".into(),
        contact_name: "Ada".into(),
        email: "ada@kettle.example".into(),
        language: "EN".into(),
        ..CustomerDraft::default()
    }
}

async fn refused(answers: Vec<wiremock::ResponseTemplate>) -> (WriteError, usize) {
    let server = answering(answers).await;
    let error = client(&server.uri())
        .customers("1")
        .create(&draft())
        .await
        .unwrap_err();
    (error, count(&server).await)
}

#[tokio::test]
async fn a_customer_is_made_and_its_password_is_kept_apart() {
    let made = r#"{"name":"accounts/1/customers/7","customerEmail":"ada@kettle.example","user":{"userName":"DEFAULT ACCOUNT USER","password":"Xy9-secret"}}"#;
    let server = answering([json(200, made)]).await;
    let created = client(&server.uri())
        .customers("1")
        .create(&draft())
        .await
        .unwrap();
    assert_eq!(
        created.customer.name.as_deref(),
        Some("accounts/1/customers/7")
    );
    assert_eq!(
        created.password.as_ref().unwrap().expose_secret(),
        "Xy9-secret"
    );
    assert!(!format!("{created:?}").contains("Xy9"));
    let requests = server.received_requests().await.unwrap();
    let body: serde_json::Value = requests[0].body_json().unwrap();
    let expected = serde_json::json!({
        "customerOrganization": "Kettle & Sons", "customerName": "Ada", "customerEmail": "ada@kettle.example", "languageCode": "EN",
        "customerAddress": {"street": "Main St 5", "city": "Paris", "state": "Paris", "zip": "75001", "country": "FR"},
    });
    assert_eq!(body, expected, "empty members are not sent");
}

#[tokio::test]
async fn an_update_goes_to_the_customer() {
    let server = answering([json(200, r#"{"name":"accounts/1/customers/7"}"#)]).await;
    client(&server.uri())
        .customers("1")
        .update("7", &draft())
        .await
        .unwrap();
    let request = &server.received_requests().await.unwrap()[0];
    assert_eq!(
        (request.method.as_str(), request.url.path()),
        ("PUT", "/api/v3/accounts/1/customers/7")
    );
}

#[tokio::test]
async fn a_refusal_proves_that_nothing_happened() {
    let taken =
        include_str!("../../../../fixtures/ion/error-412-PrimaryContactEmailExistsError.json");
    let (error, sent) = refused(vec![json(412, taken)]).await;
    assert_eq!((error.effect, sent), (Effect::None, 1));
    assert!(matches!(error.error, Error::Api(api) if api.has_code("CUS-CR-001")));
    let (error, _) = refused(vec![json(429, "{}")]).await;
    assert_eq!(error.effect, Effect::None);
}

#[tokio::test]
async fn what_proves_nothing_is_unclear_and_never_repeated() {
    for answer in [
        html(502),
        json(503, "{}"),
        html(200),
        json(408, "{}"),
        json(200, "[]"),
    ] {
        let (error, sent) = refused(vec![answer]).await;
        assert_eq!((error.effect, sent), (Effect::Unclear, 1), "{error:?}");
    }
    // The request was read, and the connection ends without an answer.
    let (base, serving) = raw(vec![Vec::new()]).await;
    let error = client(&base)
        .customers("1")
        .create(&draft())
        .await
        .unwrap_err();
    assert_eq!(error.effect, Effect::Unclear);
    assert_eq!(serving.await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_server_that_is_not_there_got_nothing() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = client(&base)
        .customers("1")
        .create(&draft())
        .await
        .unwrap_err();
    assert_eq!(error.effect, Effect::None);
}

#[tokio::test]
async fn a_401_is_repeated_once_with_a_newer_token() {
    let unauthorized = r#"{"error":"UNAUTHENTICATED","message":"expired","code":401}"#;
    let server = answering([json(401, unauthorized), json(200, "{}")]).await;
    let tokens = Tokens::up_to(2);
    let ion = client_with(&settings(&server.uri()), tokens);
    ion.customers("1").create(&draft()).await.unwrap();
    assert_eq!(count(&server).await, 2);
    let (error, sent) = refused(vec![json(401, unauthorized), json(401, unauthorized)]).await;
    assert_eq!((error.effect, sent), (Effect::None, 2));
}
