//! Programs, through the API of a running server.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::Running;

use super::Place;

/// A server with its address, and a token of its API.
struct Served {
    url: String,
    token: String,
    http: reqwest::Client,
    server: Running,
}

impl Served {
    async fn start(place: &Place) -> Self {
        let made = place
            .binary
            .run(&["--json", "token", "create", "shop", "--role", "sales"]);
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let address = format!("127.0.0.1:{port}");
        let server = place.binary.start(&["serve", "--listen", &address]);
        let served = Self {
            url: format!("http://{address}/api/v1"),
            token: made.json()["token"].as_str().unwrap().to_owned(),
            http: reqwest::Client::builder().build().unwrap(),
            server,
        };
        served
            .until("the server answers", async || {
                let ready = served
                    .http
                    .get(format!("http://{address}/readyz"))
                    .send()
                    .await;
                ready.is_ok_and(|answer| answer.status().is_success())
            })
            .await;
        served
    }

    async fn until(&self, what: &str, mut holds: impl AsyncFnMut() -> bool) {
        let begun = std::time::Instant::now();
        while !holds().await {
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "{what} ({})",
                self.server.id()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> (u16, String, Value) {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.url))
            .bearer_auth(&self.token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        let answer = request.send().await.unwrap();
        let tag = answer
            .headers()
            .get("etag")
            .map_or("", |tag| tag.to_str().unwrap())
            .to_owned();
        let (status, text) = (answer.status().as_u16(), answer.text().await.unwrap());
        (
            status,
            tag,
            serde_json::from_str(&text).unwrap_or(Value::Null),
        )
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_keep_customers_in_sync_through_a_running_server() {
    let place = Place::start(3).await;
    let mut served = Served::start(&place).await;
    let connection = served.call("GET", "/connections", &[], None).await.2["items"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let (status, _, run) = served
        .call(
            "POST",
            "/customers/syncs",
            &[("idempotency-key", "s1")],
            Some(json!({"connection_id": connection})),
        )
        .await;
    assert_eq!(status, 202, "{run}");
    let path = format!("/runs/{}", run["id"].as_str().unwrap());
    served
        .until("the sync ends", async || {
            served.call("GET", &path, &[], None).await.2["ended"] == true
        })
        .await;
    assert_eq!(
        served.call("GET", &path, &[], None).await.2["status"],
        "done"
    );
    let listed = served
        .call("GET", "/customers?sync_state=linked", &[], None)
        .await
        .2;
    assert_eq!(listed["items"].as_array().unwrap().len(), 3);

    // An edit here is in Ion within seconds.
    let one = &listed["items"][0];
    let (path, email) = (
        format!("/customers/{}", one["id"].as_str().unwrap()),
        one["email"].as_str().unwrap(),
    );
    let tag = served.call("GET", &path, &[], None).await.1;
    let (status, _, changed) = served
        .call(
            "PATCH",
            &path,
            &[("if-match", &tag)],
            Some(json!({"phone": "+44 20 5550 0111"})),
        )
        .await;
    assert_eq!(status, 200, "{changed}");
    served
        .until("the edit is in Ion", async || {
            place.in_ion(email)[0]["customerPhone"] == "+44 20 5550 0111"
        })
        .await;
    let links = served
        .call("GET", &format!("{path}/links"), &[], None)
        .await
        .2;
    assert_eq!(links["items"].as_array().unwrap().len(), 1);

    // One that is made here and there, asked for twice with one key, is there once.
    let whole = json!({"organisation": "Kettle & Söhne", "street": "Hauptstr. 1", "city": "Berlin", "state": "BE", "zip": "10115", "country": "DE", "contact_name": "Kim",
        "email": "kim@kettle.example", "language": "DE", "create_in_ion": connection});
    let (first, second) = tokio::join!(
        served.call(
            "POST",
            "/customers",
            &[("idempotency-key", "c1")],
            Some(whole.clone())
        ),
        served.call(
            "POST",
            "/customers",
            &[("idempotency-key", "c1")],
            Some(whole.clone())
        )
    );
    assert!(
        [first.0, second.0]
            .iter()
            .all(|status| matches!(status, 201 | 409)),
        "{first:?} {second:?}"
    );
    served
        .until("it is in Ion", async || {
            place.in_ion("kim@kettle.example").len() == 1
        })
        .await;
    let (_, _, again) = served
        .call(
            "POST",
            "/customers",
            &[("idempotency-key", "c1")],
            Some(whole),
        )
        .await;
    let path = format!("/customers/{}", again["id"].as_str().unwrap());
    served
        .until("it is linked", async || {
            served.call("GET", &path, &[], None).await.2["sync_state"] == "linked"
        })
        .await;
    assert_eq!(place.writes("POST"), 1);
    let history = served
        .call("GET", &format!("{path}/history"), &[], None)
        .await
        .2;
    let text = history.to_string();
    assert!(
        text.contains("created_in_ion") && !text.to_lowercase().contains("password"),
        "{text}"
    );

    // A file, applied through the server; a command beside it waits for the server's worker.
    let file = served
        .http
        .post(format!("{}/customers/files?name=a.csv", served.url))
        .bearer_auth(&served.token)
        .header("idempotency-key", "f1")
        .body(format!(
            "organisation,email,title\n\"{}\",{email},Owner\n",
            one["organisation"].as_str().unwrap()
        ))
        .send()
        .await
        .unwrap();
    let file: Value = serde_json::from_str(&file.text().await.unwrap()).unwrap();
    assert_eq!(
        file["rows"],
        json!([{"outcome": "changed", "rows": 1, "chosen": 1}]),
        "{file}"
    );
    let applied = served
        .call(
            "POST",
            &format!("/customers/files/{}/apply", file["id"].as_str().unwrap()),
            &[],
            Some(json!({})),
        )
        .await
        .2;
    assert_eq!(
        (&applied["done"], &applied["changed"]),
        (&json!(true), &json!(1)),
        "{applied}"
    );
    served
        .until("the file is in Ion", async || {
            place.in_ion(email)[0]["customerTitle"] == "Owner"
        })
        .await;
    let set = place.customers(&["set", one["number"].as_str().unwrap(), "title=Boss"]);
    assert_eq!(set.code, Some(0), "{} {}", set.out, set.err);
    assert_eq!(
        place.in_ion(email)[0]["customerTitle"],
        "Boss",
        "the command waited for the worker"
    );
    served.server.terminate();
    assert_eq!(served.server.end().code, Some(0));
}
