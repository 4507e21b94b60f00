//! Tokens work once, die in time, and follow their knobs.

use std::time::Duration;

use ion_sandbox::{ClockMode, SandboxConfig};

use crate::Client;

fn driven() -> SandboxConfig {
    SandboxConfig {
        clock: ClockMode::Driven,
        ..SandboxConfig::default()
    }
}

#[tokio::test]
async fn a_refresh_token_works_once_and_the_old_access_token_dies() {
    let mut client = Client::start(driven()).await;
    let old = client.credentials.clone();
    let (status, body) = client.refresh().await;
    assert_eq!(
        (
            status,
            body["expires_in"].as_u64(),
            body["token_type"].as_str()
        ),
        (200, Some(7200), Some("Bearer"))
    );
    assert_eq!(body["access_token"].as_str().unwrap().len(), 48);
    let (status, body) = client
        .post(
            "/oauth/token",
            &[
                ("grant_type", "refresh_token"),
                ("refresh_token", &old.refresh_token),
            ],
        )
        .await;
    assert_eq!(
        (status, body.to_string()),
        (
            400,
            r#"{"error":"cannot validate token: redis: nil"}"#.to_owned()
        )
    );
    assert_eq!(client.lives(&old.access_token).await.0, 400);
    assert_eq!(client.lives(&client.credentials.access_token).await.0, 200);
    let ledger = client.sandbox.ledger();
    assert_eq!((ledger.exchanges(), ledger.consumed_presented()), (2, 1));
    assert!(
        !serde_json::to_string(&ledger)
            .unwrap()
            .contains(&old.refresh_token)
    );
}

#[tokio::test]
async fn the_life_of_the_refresh_token_runs_on_unless_the_knob_says_otherwise() {
    let mut client = Client::start(driven()).await;
    client.sandbox.advance(Duration::from_secs(3600));
    client.refresh().await;
    assert_eq!(
        client.lives(&client.credentials.access_token).await.1["refresh_expires_in"],
        2_764_800 - 3600
    );
    client
        .sandbox
        .set_knob("refresh-extends-life", "true")
        .unwrap();
    client
        .sandbox
        .set_knob("refresh-kills-old-access", "false")
        .unwrap();
    let old = client.credentials.access_token.clone();
    client.refresh().await;
    assert_eq!(
        client.lives(&client.credentials.access_token).await.1["refresh_expires_in"],
        2_764_800
    );
    assert_eq!(client.lives(&old).await.0, 200);
    client.sandbox.advance(Duration::from_secs(7200));
    assert_eq!(client.lives(&client.credentials.access_token).await.0, 400);
}

#[tokio::test]
async fn multipart_is_taken_and_json_is_not() {
    let client = Client::start(driven()).await;
    let url = format!("{}/oauth/token", client.sandbox.base_url());
    let json = client.http.post(&url).json(&serde_json::json!({"grant_type": "refresh_token", "refresh_token": client.credentials.refresh_token})).send().await.unwrap();
    assert_eq!(json.status(), 400);
    let body = format!(
        "--x\r\nContent-Disposition: form-data; name=\"grant_type\"\r\n\r\nrefresh_token\r\n--x\r\nContent-Disposition: form-data; name=\"refresh_token\"\r\n\r\n{}\r\n--x--\r\n",
        client.credentials.refresh_token
    );
    let multipart = client
        .http
        .post(&url)
        .header("content-type", "multipart/form-data; boundary=x")
        .body(body)
        .send()
        .await
        .unwrap();
    assert_eq!(multipart.status(), 200);
}

#[tokio::test]
async fn validate_access_also_answers_get_with_a_bearer() {
    let client = Client::start(driven()).await;
    let reply = client
        .http
        .get(format!(
            "{}/oauth/validateAccess",
            client.sandbox.base_url()
        ))
        .bearer_auth(&client.credentials.access_token)
        .send()
        .await
        .unwrap();
    assert_eq!(reply.status(), 200);
}

#[tokio::test]
async fn new_credentials_end_the_older_ones() {
    let client = Client::start(driven()).await;
    let newer = client.sandbox.request_new_credentials();
    assert_eq!(client.lives(&client.credentials.access_token).await.0, 400);
    assert_eq!(client.lives(&newer.access_token).await.0, 200);
    client
        .sandbox
        .set_knob("new-credentials-end-old", "false")
        .unwrap();
    client.sandbox.request_new_credentials();
    assert_eq!(client.lives(&newer.access_token).await.0, 200);
}

#[tokio::test]
async fn the_body_of_a_401_follows_its_knob() {
    let client = Client::start(driven()).await;
    client.sandbox.revoke_all();
    assert_eq!(
        client.json("products?pageSize=1").await.1["error"],
        "UNAUTHENTICATED"
    );
    client
        .sandbox
        .set_knob("unauthorized-body", "oauth")
        .unwrap();
    assert_eq!(
        client.json("products?pageSize=1").await,
        (
            401,
            serde_json::json!({"error": "cannot validate token: redis: nil"})
        )
    );
    client
        .sandbox
        .set_knob("unauthorized-body", "empty")
        .unwrap();
    assert_eq!(
        client
            .get("products?pageSize=1")
            .await
            .unwrap()
            .bytes()
            .await
            .unwrap()
            .len(),
        0
    );
}
