//! The sandbox over HTTP: each knob and fault does what its description says.
#![expect(clippy::unwrap_used, reason = "a test fails by its panic")]

mod control;
mod customers;
mod faults;
mod oauth;
mod products;

use ion_sandbox::{Credentials, Sandbox, SandboxConfig};
use serde_json::Value;

pub(crate) struct Client {
    pub(crate) http: reqwest::Client,
    pub(crate) sandbox: Sandbox,
    pub(crate) credentials: Credentials,
}

impl Client {
    pub(crate) async fn start(config: SandboxConfig) -> Self {
        let sandbox = Sandbox::start(config).await.unwrap();
        let credentials = sandbox.request_new_credentials();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        Self {
            http,
            sandbox,
            credentials,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Result<reqwest::Response, reqwest::Error> {
        let account = self.sandbox.account_id();
        self.http
            .get(format!(
                "{}/api/v3/accounts/{account}/{path}",
                self.sandbox.base_url()
            ))
            .bearer_auth(&self.credentials.access_token)
            .send()
            .await
    }

    pub(crate) async fn json(&self, path: &str) -> (u16, Value) {
        let reply = self.get(path).await.unwrap();
        (reply.status().as_u16(), reply.json().await.unwrap())
    }

    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
        let reply = self
            .http
            .post(format!("{}{path}", self.sandbox.base_url()))
            .form(form)
            .send()
            .await
            .unwrap();
        (reply.status().as_u16(), reply.json().await.unwrap())
    }

    pub(crate) async fn refresh(&mut self) -> (u16, Value) {
        let refresh_token = self.credentials.refresh_token.clone();
        let (status, body) = self
            .post(
                "/oauth/token",
                &[
                    ("grant_type", "refresh_token"),
                    ("refresh_token", &refresh_token),
                ],
            )
            .await;
        if status == 200 {
            let text = body["access_token"].as_str().unwrap();
            text.clone_into(&mut self.credentials.access_token);
            let text = body["refresh_token"].as_str().unwrap();
            text.clone_into(&mut self.credentials.refresh_token);
        }
        (status, body)
    }

    pub(crate) async fn lives(&self, access: &str) -> (u16, Value) {
        self.post("/oauth/validateAccess", &[("access_token", access)])
            .await
    }
}
