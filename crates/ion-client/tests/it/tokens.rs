use std::sync::atomic::Ordering;

use futures::{StreamExt, pin_mut};
use ion_client::{AccessToken, Class, Error, FixedToken, IonClient, PacedBudget, TokenUnavailable};

use crate::servers::{
    Tokens, answering, authorizations, client_with, count, html, json, queries, settings,
};

const PAGE: &str = r#"{"customers":[{"name":"accounts/1/customers/2"}],"nextPageToken":"p2"}"#;
const LAST: &str = r#"{"customers":[]}"#;
const REFUSED: &str =
    r#"{"error":"UNAUTHENTICATED","message":"token expired","code":401,"details":[]}"#;

#[tokio::test]
async fn the_token_is_asked_for_at_each_sending() {
    let server = answering([json(200, PAGE), json(200, LAST)]).await;
    let tokens = Tokens::up_to(9);
    let ion = client_with(&settings(&server.uri()), tokens.clone());
    let pages = ion.customers("1").list().pages();
    pin_mut!(pages);
    pages.next().await.unwrap().unwrap();
    tokens.serial.store(5, Ordering::SeqCst);
    pages.next().await.unwrap().unwrap();
    assert_eq!(
        authorizations(&server).await,
        ["Bearer token-1", "Bearer token-5"]
    );
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_and_the_same_page_asked_again() {
    for refusal in [
        json(401, REFUSED),
        json(401, r#"{"error":"cannot validate token: redis: nil"}"#),
        json(401, ""),
        html(401),
    ] {
        let server = answering([json(200, PAGE), refusal, json(200, LAST)]).await;
        let tokens = Tokens::up_to(9);
        let mut settings = settings(&server.uri());
        // A renewal is no try: it happens even where nothing may be repeated.
        settings.retry.attempts = 1;
        let ion = client_with(&settings, tokens.clone());
        let pages: Vec<_> = ion
            .customers("1")
            .list()
            .page_size(7)
            .pages()
            .collect()
            .await;
        assert!(pages.iter().all(Result::is_ok), "{pages:?}");
        assert_eq!(pages.len(), 2);
        assert_eq!(
            authorizations(&server).await,
            ["Bearer token-1", "Bearer token-1", "Bearer token-2"]
        );
        let second = Some("p2".to_owned());
        assert_eq!(
            queries(&server, "pageToken").await,
            [None, second.clone(), second]
        );
        assert_eq!(
            queries(&server, "pageSize").await,
            vec![Some("7".to_owned()); 3]
        );
        assert_eq!(*tokens.refused.lock().unwrap(), [1]);
    }
}

#[tokio::test]
async fn a_second_refusal_is_the_answer() {
    let server = answering([json(401, REFUSED), json(401, REFUSED)]).await;
    let tokens = Tokens::up_to(9);
    let ion = client_with(&settings(&server.uri()), tokens.clone());
    let error = ion.customers("1").list().send().await.unwrap_err();
    assert!(
        matches!(&error, Error::Api(error) if error.status == 401),
        "{error}"
    );
    assert_eq!(error.class(), Class::Config);
    assert!(!error.page_token_expired());
    assert_eq!(count(&server).await, 2);
    assert_eq!(*tokens.refused.lock().unwrap(), [1]);
}

#[tokio::test]
async fn without_a_newer_token_the_reason_is_told() {
    let server = answering([json(401, REFUSED)]).await;
    let ion = client_with(&settings(&server.uri()), Tokens::up_to(1));
    let error = ion.customers("1").list().send().await.unwrap_err();
    assert!(
        matches!(&error, Error::Token(TokenUnavailable::NeedsPerson(why)) if why == "new credentials"),
        "{error}"
    );
    assert_eq!(count(&server).await, 1);
}

#[tokio::test]
async fn a_token_that_cannot_stand_in_a_header_is_named_and_not_sent() {
    let server = answering([]).await;
    let token = FixedToken::new(AccessToken::new("SECRET\nSECRET".into(), 1));
    let budget = std::sync::Arc::new(PacedBudget::per_second(5));
    let ion = IonClient::new(&settings(&server.uri()), std::sync::Arc::new(token), budget).unwrap();
    let error = ion.customers("1").list().send().await.unwrap_err();
    assert!(
        matches!(error, Error::Token(TokenUnavailable::NeedsPerson(_))),
        "{error}"
    );
    assert_eq!(error.class(), Class::Config);
    assert_eq!(count(&server).await, 0);
    for told in [format!("{error:?}"), format!("{ion:?}")] {
        assert!(!told.contains("SECRET"), "{told}");
    }
}

#[tokio::test]
async fn no_token_stands_in_what_is_printed() {
    // A server that repeats what it was sent.
    let echo = r#"{"error":"BAD_REQUEST","message":"header Bearer ZMM4MGEZMZGTYWFKYY0ZNZBKLWE0NZETODZMN2IYYMM1NJA5 is bad"}"#;
    let page = "<p>ZMM4MGEZMZGTYWFKYY0ZNZBKLWE0NZETODZMN2IYYMM1NJA5</p>";
    for answer in [json(400, echo), json(404, page)] {
        let server = answering([answer]).await;
        let secret = "ZMM4MGEZMZGTYWFKYY0ZNZBKLWE0NZETODZMN2IYYMM1NJA5";
        let token = std::sync::Arc::new(FixedToken::new(AccessToken::new(secret.into(), 1)));
        let budget = std::sync::Arc::new(PacedBudget::per_second(5));
        let ion = IonClient::new(&settings(&server.uri()), token, budget).unwrap();
        let error = ion.customers("1").list().send().await.unwrap_err();
        assert!(error.to_string().contains("[removed]"), "{error}");
        for told in [format!("{error:?}"), error.to_string(), format!("{ion:?}")] {
            assert!(!told.contains("ZMM4"), "{told}");
        }
    }
}
