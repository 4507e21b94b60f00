//! Each fault, as a client meets it.

use ion_sandbox::{Action, BodyKind, Fault, SandboxConfig};

use crate::Client;

async fn meet(action: Action) -> (Client, Result<reqwest::Response, reqwest::Error>) {
    let client = Client::start(SandboxConfig {
        products: 50,
        ..SandboxConfig::default()
    })
    .await;
    client.sandbox.inject(Fault {
        path: "/api/*".into(),
        skip: 0,
        times: 1,
        every: 1,
        action,
    });
    let reply = client.get("products?pageSize=10").await;
    (client, reply)
}

#[tokio::test]
async fn statuses_come_in_each_shape() {
    for (body, start) in [
        (BodyKind::Platform, "{\"code\""),
        (BodyKind::Oauth, "{\"error\""),
        (BodyKind::Html, "<!doctype"),
        (BodyKind::Empty, ""),
    ] {
        let (client, reply) = meet(Action::Status {
            code: 503,
            body,
            retry_after: Some("7".into()),
        })
        .await;
        let reply = reply.unwrap();
        assert_eq!(
            (
                reply.status().as_u16(),
                reply.headers()["retry-after"].to_str().unwrap()
            ),
            (503, "7")
        );
        assert!(reply.text().await.unwrap().starts_with(start), "{body:?}");
        assert_eq!(
            client.get("products?pageSize=10").await.unwrap().status(),
            200
        );
        assert!(!client.sandbox.ledger().entries[0].effect);
    }
}

#[tokio::test]
async fn a_connection_is_cut_before_after_or_inside() {
    for action in [Action::CutBefore, Action::CutAfter] {
        assert!(meet(action).await.1.is_err());
    }
    let (_client, reply) = meet(Action::CutBody { bytes: 600 }).await;
    assert!(reply.unwrap().bytes().await.is_err());
}

#[tokio::test]
async fn a_refresh_whose_reply_is_lost_has_its_effect() {
    let mut client = Client::start(SandboxConfig::default()).await;
    client.sandbox.inject(Fault {
        path: "/oauth/token".into(),
        skip: 0,
        times: 1,
        every: 1,
        action: Action::CutAfter,
    });
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", client.credentials.refresh_token.as_str()),
    ];
    assert!(
        client
            .http
            .post(format!("{}/oauth/token", client.sandbox.base_url()))
            .form(&form)
            .send()
            .await
            .is_err()
    );
    assert!(client.sandbox.ledger().entries[0].effect);
    assert_eq!(client.refresh().await.0, 400);
}

#[tokio::test]
async fn pages_go_wrong_in_each_way() {
    let page = |action| async move {
        let (client, reply) = meet(action).await;
        let page: serde_json::Value = reply.unwrap().json().await.unwrap();
        drop(client);
        (
            page["products"].as_array().map_or(0, Vec::len),
            page["nextPageToken"].is_string(),
        )
    };
    assert_eq!(page(Action::ShortPage).await, (1, true));
    assert_eq!(page(Action::EmptyPage).await, (0, true));
    assert_eq!(page(Action::SameToken).await, (10, true));
    assert_eq!(page(Action::DuplicatePage).await, (10, true));
    assert_eq!(page(Action::MovedItems).await, (10, true));
    let client = Client::start(SandboxConfig {
        products: 50,
        ..SandboxConfig::default()
    })
    .await;
    let token = client.json("products?pageSize=10").await.1["nextPageToken"]
        .as_str()
        .unwrap()
        .to_owned();
    client.sandbox.inject(Fault {
        path: "/api/*".into(),
        skip: 0,
        times: 1,
        every: 1,
        action: Action::ExpireToken,
    });
    assert_eq!(
        client
            .json(&format!("products?pageSize=10&pageToken={token}"))
            .await
            .0,
        400
    );
    assert_eq!(
        client
            .json(&format!("products?pageSize=10&pageToken={token}"))
            .await
            .0,
        200
    );
}

#[tokio::test]
async fn web_pages_redirects_late_and_endless_answers() {
    assert!(
        meet(Action::Html)
            .await
            .1
            .unwrap()
            .text()
            .await
            .unwrap()
            .contains("<html>")
    );
    let (_client, reply) = meet(Action::Redirect {
        to: "http://169.254.169.254/".into(),
    })
    .await;
    assert_eq!(reply.unwrap().status(), 302);
    assert_eq!(meet(Action::Delay { ms: 1 }).await.1.unwrap().status(), 200);
    assert_eq!(
        meet(Action::StatusAfter { code: 500 })
            .await
            .1
            .unwrap()
            .status(),
        500
    );
    let (_client, reply) = meet(Action::HugeBody).await;
    let mut reply = reply.unwrap();
    let mut seen = 0;
    while seen < 3_000_000 {
        seen += reply.chunk().await.unwrap().unwrap().len();
    }
}

#[tokio::test]
async fn a_gate_holds_requests_until_it_is_opened() {
    let client = Client::start(SandboxConfig {
        products: 5,
        ..SandboxConfig::default()
    })
    .await;
    let gate = client.sandbox.hold("/api/*");
    let request = tokio::spawn(
        client
            .http
            .get(format!(
                "{}/api/v3/accounts/10412/products?pageSize=1",
                client.sandbox.base_url()
            ))
            .bearer_auth(&client.credentials.access_token)
            .send(),
    );
    gate.arrived(1).await;
    assert!(client.sandbox.ledger().entries.is_empty());
    gate.release();
    assert_eq!(request.await.unwrap().unwrap().status(), 200);
}

#[tokio::test]
async fn the_clock_skew_shows_in_the_date() {
    let client = Client::start(SandboxConfig {
        products: 5,
        ..SandboxConfig::default()
    })
    .await;
    client.sandbox.set_knob("clock-skew-s", "86400").unwrap();
    let reply = client.get("products?pageSize=1").await.unwrap();
    let date = jiff::fmt::rfc2822::parse(reply.headers()["date"].to_str().unwrap())
        .unwrap()
        .timestamp();
    client.sandbox.set_knob("clock-skew-s", "0").unwrap();
    let now = jiff::fmt::rfc2822::parse(
        client.get("products?pageSize=1").await.unwrap().headers()["date"]
            .to_str()
            .unwrap(),
    )
    .unwrap()
    .timestamp();
    assert!((date.as_second() - now.as_second() - 86_400).abs() <= 5);
}
