//! One exchange of a single-use token: what is proven when no answer comes.

use std::time::Duration;

use ion_client::oauth::{ExchangeError, OAuth, RawReply, TokenReply, Validation, parse_reply};
use ion_client::{Class, Error, HttpSettings};
use secrecy::{ExposeSecret, SecretString};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use crate::servers::{answering, count, html, json, raw, request, settings};

const PATIENCE: Duration = Duration::from_secs(20);
const GRANT: &str = include_str!("../../../../fixtures/ion/oauth-token-200-response.json");

fn oauth(base: &str) -> OAuth {
    OAuth::new(&settings(base)).unwrap()
}

fn token() -> SecretString {
    "MGFKYWE3 MTYT&YJJKNS01".into()
}

async fn exchange(settings: &HttpSettings, patience: Duration) -> Result<RawReply, ExchangeError> {
    OAuth::new(settings)
        .unwrap()
        .refresh(&token(), patience)
        .await
}

#[tokio::test]
async fn the_token_goes_as_a_form_and_nothing_else_goes() {
    let server = answering([json(200, GRANT)]).await;
    let reply = oauth(&server.uri())
        .refresh(&token(), PATIENCE)
        .await
        .unwrap();
    assert_eq!((reply.status, reply.body.expose_secret()), (200, GRANT));
    let TokenReply::Granted {
        access,
        refresh,
        expires_in,
    } = parse_reply(reply.status, &reply.body)
    else {
        panic!("not granted");
    };
    assert_eq!(
        access.expose_secret(),
        "ZMM4MGEZMZGTYWFKYY0ZNZBKLWE0NZETODZMN2IYYMM1NJA5"
    );
    assert_eq!(
        refresh.expose_secret(),
        "MGFKYWE3MTYTYJJKNS01YMRILWFJNJGTMJQ2ZDM2OWEZZWE3"
    );
    assert_eq!(expires_in, Duration::from_hours(2));
    let request = &server.received_requests().await.unwrap()[0];
    assert_eq!(
        (
            request.method.as_str(),
            request.url.path(),
            request.url.query()
        ),
        ("POST", "/oauth/token", None)
    );
    assert_eq!(
        request.headers["content-type"],
        "application/x-www-form-urlencoded"
    );
    assert!(!request.headers.contains_key("authorization"));
    let body = String::from_utf8(request.body.clone()).unwrap();
    assert_eq!(
        body,
        "grant_type=refresh_token&refresh_token=MGFKYWE3+MTYT%26YJJKNS01"
    );
}

#[tokio::test]
async fn a_refusal_is_read() {
    let refusal = include_str!("../../../../fixtures/ion/oauth-token-400-response.json");
    let server = answering([json(400, refusal)]).await;
    let reply = oauth(&server.uri())
        .refresh(&token(), PATIENCE)
        .await
        .unwrap();
    assert!(
        matches!(parse_reply(reply.status, &reply.body), TokenReply::Refused { message } if message == "cannot validate token: redis: nil")
    );
}

#[tokio::test]
async fn whatever_comes_is_handed_over_and_nothing_is_repeated() {
    let elsewhere = answering([json(200, GRANT)]).await;
    let away = wiremock::ResponseTemplate::new(307).insert_header("location", elsewhere.uri());
    for (answer, status) in [
        (html(200), 200),
        (html(502), 502),
        (json(500, "{}"), 500),
        (away, 307),
    ] {
        let server = answering([answer]).await;
        let reply = oauth(&server.uri())
            .refresh(&token(), PATIENCE)
            .await
            .unwrap();
        assert!(
            matches!(parse_reply(reply.status, &reply.body), TokenReply::NotUnderstood { status: told, .. } if told == status)
        );
        assert_eq!(count(&server).await, 1);
    }
    assert_eq!(count(&elsewhere).await, 0);
}

#[tokio::test]
async fn a_host_that_is_not_reached_proves_that_nothing_was_sent() {
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    // A label longer than names may have: refused by the resolver itself, without asking anybody.
    let no_name = format!("{}.invalid", "a".repeat(70));
    for base in [
        format!("http://{closed}"),
        format!("https://{closed}"),
        format!("https://{no_name}"),
    ] {
        let error = exchange(&settings(&base), PATIENCE).await.unwrap_err();
        assert!(
            matches!(error, ExchangeError::NotSent(_)),
            "{base}: {error:?}"
        );
        assert!(!format!("{error:?}").contains("MGFKYWE3"));
    }
}

#[tokio::test]
async fn a_tls_greeting_that_fails_proves_that_nothing_was_sent() {
    // One that speaks no TLS, and one that never answers the greeting.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("https://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        socket
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .await
            .unwrap();
        let silent = listener.accept().await.unwrap();
        (socket, silent)
    });
    let error = exchange(&settings(&base), PATIENCE).await.unwrap_err();
    assert!(matches!(error, ExchangeError::NotSent(_)), "{error:?}");
    let mut impatient = settings(&base);
    impatient.connect_timeout = Duration::from_millis(100);
    let error = exchange(&impatient, PATIENCE).await.unwrap_err();
    assert!(matches!(error, ExchangeError::NotSent(_)), "{error:?}");
    drop(serving.await.unwrap());
}

#[tokio::test]
async fn an_answer_that_breaks_off_proves_nothing() {
    for cut in [
        "",
        "HTTP/1.1 200",
        "HTTP/1.1 200 OK\r\ncontent-length: 191\r\n\r\n{\"access_token\":\"ZMM4",
        "HTTP/1.1 400 Bad Request\r\ncontent-length: 50\r\n\r\n{\"error\":",
    ] {
        let (base, serving) = raw(vec![cut.into()]).await;
        let error = exchange(&settings(&base), PATIENCE).await.unwrap_err();
        assert!(
            matches!(error, ExchangeError::Ambiguous(Error::Transport(_))),
            "{cut}: {error:?}"
        );
        // The server took one connection and is gone: a second try would have been "not sent".
        assert_eq!(serving.await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_server_that_never_answers_proves_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        (request(&mut socket).await, socket)
    });
    let error = exchange(&settings(&base), Duration::from_millis(300))
        .await
        .unwrap_err();
    assert!(
        matches!(error, ExchangeError::Ambiguous(Error::Timeout(_))),
        "{error:?}"
    );
    let (request, _socket) = serving.await.unwrap();
    assert!(request.contains("refresh_token="), "{request}");
}

#[tokio::test]
async fn each_exchange_has_a_connection_of_its_own() {
    // The server would keep the connection; a second exchange on it could end without proof of whether it was sent.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{GRANT}",
        GRANT.len()
    );
    let serving = tokio::spawn(async move {
        let mut kept = Vec::new();
        for _ in 0..2 {
            let (mut socket, _) = listener.accept().await.unwrap();
            request(&mut socket).await;
            socket.write_all(answer.as_bytes()).await.unwrap();
            kept.push(socket);
        }
        kept.len()
    });
    let oauth = oauth(&base);
    for _ in 0..2 {
        assert_eq!(oauth.refresh(&token(), PATIENCE).await.unwrap().status, 200);
    }
    assert_eq!(serving.await.unwrap(), 2);
}

#[tokio::test]
async fn an_access_token_lives_or_is_dead_or_nobody_knows() {
    let access = SecretString::from("ZMM4MGEZ");
    for (file, refresh_left) in [
        (
            include_str!("../../../../fixtures/ion/oauth-validateAccess-200-response.json"),
            2_764_273,
        ),
        (
            include_str!("../../../../fixtures/ion/validateAccess-get-real-response.json"),
            2_764_774,
        ),
    ] {
        let server = answering([json(200, file)]).await;
        let validation = oauth(&server.uri()).validate(&access).await.unwrap();
        assert!(
            matches!(validation, Validation::Alive { refresh_expires_in, .. } if refresh_expires_in.as_secs() == refresh_left)
        );
        let request = &server.received_requests().await.unwrap()[0];
        assert_eq!(request.url.path(), "/oauth/validateAccess");
        assert_eq!(request.body, b"access_token=ZMM4MGEZ");
    }
    let dead = include_str!("../../../../fixtures/ion/oauth-validateAccess-400-response.json");
    let server = answering([json(400, dead)]).await;
    assert!(matches!(
        oauth(&server.uri()).validate(&access).await.unwrap(),
        Validation::Dead { .. }
    ));

    let trouble = r#"{"error":"cannot validate token: dial tcp: i/o timeout"}"#;
    for (answer, class) in [
        (json(400, trouble), Class::Transient { after: None }),
        (html(502), Class::Transient { after: None }),
        (html(200), Class::Config),
        (html(400), Class::Config),
    ] {
        let server = answering([answer]).await;
        let error = oauth(&server.uri()).validate(&access).await.unwrap_err();
        assert_eq!(error.class(), class, "{error}");
    }
}

#[tokio::test]
async fn nothing_printed_holds_a_token() {
    let server = answering([json(200, GRANT)]).await;
    let oauth = oauth(&server.uri());
    let reply = oauth.refresh(&token(), PATIENCE).await.unwrap();
    let parsed = parse_reply(reply.status, &reply.body);
    for told in [
        format!("{oauth:?}"),
        format!("{reply:?}"),
        format!("{parsed:?}"),
    ] {
        assert!(
            !told.contains("ZMM4") && !told.contains("MGFKYWE3"),
            "{told}"
        );
    }
}
