//! The sandbox over HTTP: each knob and fault does what its description says.
#![expect(clippy::unwrap_used, reason = "a test fails by its panic")]

mod carts;
mod control;
mod customers;
mod faults;
mod oauth;
mod order_life;
mod order_lists;
mod orders;
mod products;
mod reports;
mod shop;
mod subscription_lists;
mod subscriptions;
mod templates;

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

    /// A call of any kind below `/api/v3`; none where the connection broke.
    pub(crate) async fn try_call(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Option<(u16, String)> {
        let url = format!("{}/api/v3/{path}", self.sandbox.base_url());
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self
            .http
            .request(method, url)
            .bearer_auth(&self.credentials.access_token);
        if let Some(body) = body {
            request = request.json(body);
        }
        let reply = request.send().await.ok()?;
        Some((reply.status().as_u16(), reply.text().await.ok()?))
    }

    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> (u16, Value) {
        let (status, text) = self.try_call(method, path, body).await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or_default())
    }

    pub(crate) fn turn(&self, knob: &str, value: &str) {
        self.sandbox.set_knob(knob, value).unwrap();
    }

    /// A call of the page, with the key of these tests.
    pub(crate) async fn control(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let url = format!("{}/_sandbox/{path}", self.sandbox.base_url());
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let request = self
            .http
            .request(method, url)
            .header("x-sandbox-key", "key");
        let reply = request.json(body).send().await.unwrap();
        (
            reply.status().as_u16(),
            reply.json().await.unwrap_or_default(),
        )
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
