//! Customers: what each knob changes, what goes wrong with writes, the portal, the page's calls, cloud profiles.

use std::time::Duration;

use ion_sandbox::{
    Action, ClockMode, Fault, Ledger, SandboxConfig, similar_customers, write_faults,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::Client;

const LIST: &str = "/api/v3/accounts/10412/customers";

async fn start() -> Client {
    Client::start(SandboxConfig {
        customers: 30,
        clock: ClockMode::Driven,
        control_key: Some("key".to_owned()),
        ..SandboxConfig::default()
    })
    .await
}

fn body(email: &str) -> Value {
    json!({"customerOrganization": "A & B", "customerName": "N", "customerEmail": email, "languageCode": "EN",
        "customerAddress": {"street": "1", "city": "c", "state": "Paris", "zip": "1", "country": "FR"}})
}

impl Client {
    async fn try_write(&self, method: Method, id: &str, body: &Value) -> Option<(u16, Value)> {
        let slash = if id.is_empty() { "" } else { "/" };
        let url = format!("{}{LIST}{slash}{id}", self.sandbox.base_url());
        let request = self
            .http
            .request(method, url)
            .bearer_auth(&self.credentials.access_token)
            .json(body);
        let reply = request.send().await.ok()?;
        Some((reply.status().as_u16(), reply.json().await.ok()?))
    }

    async fn write(&self, method: Method, id: &str, body: &Value) -> (u16, Value) {
        self.try_write(method, id, body).await.unwrap()
    }

    async fn emails(&self, filter: &str) -> Vec<String> {
        let (_, page) = self.json(&format!("customers?pageSize=100{filter}")).await;
        let customers = page["customers"].as_array().cloned().unwrap_or_default();
        let email = |one: &Value| one["customerEmail"].as_str().unwrap().to_owned();
        customers.iter().map(email).collect()
    }

    fn first(&self) -> String {
        self.sandbox.portal().ids()[0].clone()
    }
}

fn code(answer: &(u16, Value)) -> (u16, &str) {
    (
        answer.0,
        answer.1["details"][0]["code"].as_str().unwrap_or_default(),
    )
}

#[tokio::test]
async fn an_e_mail_is_taken_as_the_knobs_say() {
    let client = start().await;
    client.sandbox.portal().take_email("stranger@else.example");
    let taken = (412, "CUS-CR-001");
    let post = async |email: &str| client.write(Method::POST, "", &body(email)).await;
    assert_eq!(code(&post("stranger@else.example").await), taken);
    assert_eq!(code(&post("OFFICE1@customer1.example").await), taken);
    assert!(
        client
            .emails("&filter.customerEmail=stranger@else.example")
            .await
            .is_empty()
    );
    client.turn("email-case-matters", "true");
    assert_eq!(post("OFFICE1@customer1.example").await.0, 200);
    client.turn("email-unique-in", "account");
    assert_eq!(post("stranger@else.example").await.0, 200);
    client.turn("email-unique-in", "platform");
    client.sandbox.portal().take_email("free@else.example");
    client.sandbox.portal().free_email("free@else.example");
    assert_eq!(post("free@else.example").await.0, 200);
}

#[tokio::test]
async fn writes_answer_as_the_knobs_say() {
    let client = start().await;
    client.turn("create-shows-password", "false");
    let (_, made) = client.write(Method::POST, "", &body("a@x.example")).await;
    assert!(made["user"]["userName"].is_string() && made["user"].get("password").is_none());
    client.turn("put-answers", "empty");
    client.turn("put-moves-update-time", "false");
    client.sandbox.advance(Duration::from_secs(60));
    let id = client.first();
    let before = client.sandbox.portal().customer(&id).unwrap();
    let sent = body("b@x.example");
    assert_eq!(
        client.write(Method::PUT, &id, &sent).await,
        (200, json!({}))
    );
    let after = client.sandbox.portal().customer(&id).unwrap();
    assert_eq!(after["customerEmail"], "b@x.example");
    assert_eq!(after["updateTime"], before["updateTime"]);
    client.turn("put-moves-update-time", "true");
    client.write(Method::PUT, &id, &sent).await;
    let later = client.sandbox.portal().customer(&id).unwrap();
    assert_ne!(later["updateTime"], before["updateTime"]);
}

#[tokio::test]
async fn texts_are_kept_as_the_knob_says() {
    let client = start().await;
    client.turn("values-normalised", "all");
    let mut sent = body("New@X.example");
    sent["customerAddress"]["country"] = "fr".into();
    sent["customerName"] = " Ada  Lovelace ".into();
    let (_, made) = client.write(Method::POST, "", &sent).await;
    assert_eq!(made["customerEmail"], "new@x.example");
    assert_eq!(made["customerAddress"]["country"], "FR");
    assert_eq!(made["customerName"], "Ada Lovelace");
}

#[tokio::test]
async fn the_list_has_the_order_and_the_customers_that_the_knobs_say() {
    let client = start().await;
    let made = client.emails("").await;
    client.turn("customer-order", "name");
    let named = client.emails("").await;
    assert_ne!(made, named);
    assert_eq!(named, client.emails("").await);
    client.turn("customer-order", "random");
    let random = client.emails("").await;
    assert_ne!(random, client.emails("").await);
    client.turn("customer-order", "creation");
    let id = client.first();
    assert!(client.sandbox.portal().set_active(&id, false));
    assert_eq!(client.emails("").await.len(), 30);
    client.turn("list-has-inactive", "false");
    assert_eq!(client.emails("").await.len(), 29);
    assert_eq!(
        client.emails("&filter.customerStatus=INACTIVE").await.len(),
        1
    );
    assert_eq!(client.json(&format!("customers/{id}")).await.0, 200);
}

#[tokio::test]
async fn a_list_that_lags_shows_a_customer_later_than_its_id_does() {
    let client = start().await;
    client.turn("list-lag-s", "30");
    let (_, made) = client.write(Method::POST, "", &body("new@x.example")).await;
    let id = made["name"]
        .as_str()
        .unwrap()
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned();
    assert!(
        client
            .sandbox
            .portal()
            .edit(&client.first(), "customerEmail", "other@x.example")
    );
    let listed = client.emails("").await;
    assert!(listed.len() == 30 && !listed.contains(&"other@x.example".to_owned()));
    assert_eq!(client.json(&format!("customers/{id}")).await.0, 200);
    assert!(
        client
            .emails("&filter.customerEmail=new@x.example")
            .await
            .is_empty()
    );
    client.sandbox.advance(Duration::from_secs(31));
    let listed = client.emails("").await;
    assert!(listed.len() == 31 && listed.contains(&"other@x.example".to_owned()));
}

fn made(ledger: &Ledger) -> Vec<&str> {
    let emails = ledger.creates().map(|one| one.sent.as_ref().unwrap());
    emails
        .map(|sent| sent["customerEmail"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn the_ledger_says_what_was_made_and_changed() {
    let client = start().await;
    client.write(Method::POST, "", &body("a@x.example")).await;
    client.write(Method::POST, "", &body("a@x.example")).await;
    let id = client.first();
    client.write(Method::PUT, &id, &body("b@x.example")).await;
    client
        .write(Method::PUT, "nobody", &body("c@x.example"))
        .await;
    let ledger = client.sandbox.ledger();
    assert_eq!(made(&ledger), ["a@x.example"]);
    assert_eq!(
        (ledger.updates().count(), ledger.updates_of(&id).count()),
        (1, 1)
    );
    let entry = ledger.updates_of(&id).next().unwrap();
    assert_eq!(entry.sent.as_ref().unwrap()["customerEmail"], "b@x.example");
}

#[tokio::test]
async fn each_fault_of_a_write_has_its_effect_once_or_never() {
    for (n, fault) in write_faults(&format!("POST {LIST}"), 0)
        .into_iter()
        .enumerate()
    {
        let client = start().await;
        let what = format!("{:?}", fault.action);
        let happens = matches!(
            fault.action,
            Action::StatusAfter { .. }
                | Action::CutAfter
                | Action::CutBody { .. }
                | Action::Delay { .. }
                | Action::EffectLater { .. }
        );
        client.sandbox.inject(fault);
        // A reading is no write: the rule lets it pass.
        assert_eq!(client.json("customers?pageSize=1").await.0, 200, "{what}");
        let email = format!("new{n}@x.example");
        drop(client.try_write(Method::POST, "", &body(&email)).await);
        client.sandbox.let_late_effects_happen();
        let ledger = client.sandbox.ledger();
        assert_eq!(made(&ledger).len(), usize::from(happens), "{what}");
        let held = client.sandbox.portal().customers();
        let held = held
            .iter()
            .filter(|one| one["customerEmail"] == email.as_str());
        assert_eq!(held.count(), usize::from(happens), "{what}");
    }
}

#[tokio::test]
async fn an_effect_that_comes_later_comes_before_the_answer_to_that_request() {
    let client = start().await;
    client.sandbox.inject(Fault {
        path: format!("POST {LIST}"),
        skip: 0,
        times: 1,
        every: 1,
        action: Action::EffectLater { requests: 2 },
    });
    assert!(
        client
            .try_write(Method::POST, "", &body("a@x.example"))
            .await
            .is_none()
    );
    assert_eq!(client.emails("").await.len(), 30);
    assert_eq!(client.emails("").await.len(), 31);
}

#[tokio::test]
async fn a_token_that_dies_is_renewed_by_an_exchange() {
    let mut client = start().await;
    client.sandbox.inject(Fault {
        path: format!("PUT {LIST}*"),
        skip: 0,
        times: 1,
        every: 1,
        action: Action::TokenDies,
    });
    let id = client.first();
    assert_eq!(
        client.write(Method::PUT, &id, &body("a@x.example")).await.0,
        401
    );
    assert_eq!(
        client.get("customers?pageSize=1").await.unwrap().status(),
        401
    );
    assert_eq!(client.refresh().await.0, 200);
    assert_eq!(
        client.write(Method::PUT, &id, &body("a@x.example")).await.0,
        200
    );
}

#[tokio::test]
async fn people_change_customers_on_the_page() {
    let client = start().await;
    let new = json!({"organisation": "Fresh Ltd", "email": "fresh@x.example"});
    let (_, added) = client.control("POST", "customers", &new).await;
    let id = added["id"].as_str().unwrap().to_owned();
    let path = format!("customers/{id}");
    let edit = json!({"customerPhone": "1", "customerAddress/city": "Leeds"});
    let (_, edited) = client.control("POST", &path, &edit).await;
    assert_eq!(edited["customer"]["customerAddress"]["city"], "Leeds");
    let nothing = json!({});
    let act = async |action: &str| {
        let path = format!("customers/{id}/{action}");
        client.control("POST", &path, &nothing).await.0
    };
    assert_eq!(act("deactivate").await, 200);
    assert_eq!(
        client.sandbox.portal().customer(&id).unwrap()["customerStatus"],
        "INACTIVE"
    );
    assert_eq!(act("activate").await, 200);
    let (_, found) = client
        .control("GET", "customers?text=fresh", &nothing)
        .await;
    assert_eq!(
        (
            found["found"].as_u64(),
            &found["customers"][0]["customerPhone"]
        ),
        (Some(1), &json!("1"))
    );
    assert_eq!(act("remove").await, 200);
    assert_eq!(act("remove").await, 404);
    assert_eq!(act("dance").await, 404);
    let email = json!({"email": "stranger@x.example"});
    let (_, taken) = client.control("POST", "emails/take", &email).await;
    assert_eq!(taken["strangers"], json!(["stranger@x.example"]));
    assert_eq!(
        client
            .write(Method::POST, "", &body("stranger@x.example"))
            .await
            .0,
        412
    );
}

#[tokio::test]
async fn cloud_profiles_are_the_same_whenever_they_are_asked_for() {
    let client = start().await;
    let mut tenants = 0;
    for id in client.sandbox.portal().ids() {
        let (status, all) = client.json(&format!("customers/{id}/cloudProfiles")).await;
        assert_eq!(
            (status, all["customerId"].as_str()),
            (200, Some(id.as_str()))
        );
        assert_eq!(
            client
                .json(&format!("customers/{id}/cloudProfiles"))
                .await
                .1,
            all
        );
        assert_eq!(all["customerCloudProfiles"].as_array().unwrap().len(), 3);
        let (_, microsoft) = client
            .json(&format!("customers/{id}/cloudProfiles?providerId=30"))
            .await;
        let microsoft = &microsoft["customerCloudProfiles"][0];
        assert_eq!(microsoft["providerId"], "30");
        let (_, old) = client
            .json(&format!("customers/{id}/cloudProfile?providerId=30"))
            .await;
        assert_eq!(old.get("id"), microsoft.get("customerTenantId"));
        assert_eq!(old.get("agreementStatus"), microsoft.get("agreementStatus"));
        tenants += u32::from(old.get("id").is_some());
    }
    assert!((12..30).contains(&tenants), "{tenants}");
    let id = client.first();
    assert_eq!(
        client
            .json(&format!("customers/{id}/cloudProfile?providerId=8"))
            .await
            .0,
        400
    );
    assert_eq!(client.json("customers/1/cloudProfiles").await.0, 404);
    client.turn("cloud-profiles-complete", "false");
    let (_, bare) = client.json(&format!("customers/{id}/cloudProfiles")).await;
    assert!(
        bare["customerCloudProfiles"][0]
            .get("customerTenantId")
            .is_none()
    );
    let (_, none) = client
        .json(&format!("customers/{id}/cloudProfiles?enabledOnly=true"))
        .await;
    assert!(none.get("customerCloudProfiles").is_none());
}

/// Paths of all members, those of lists once.
fn members(value: &Value, path: &str, into: &mut std::collections::BTreeSet<String>) {
    match value {
        Value::Object(inner) => {
            for (name, value) in inner {
                members(value, &format!("{path}/{name}"), into);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| members(item, path, into)),
        _ => {
            into.insert(path.to_owned());
        }
    }
}

#[tokio::test]
async fn cloud_profiles_have_the_members_that_are_described_and_no_others() {
    let client = Client::start(SandboxConfig {
        customers: 60,
        ..SandboxConfig::default()
    })
    .await;
    for (path, described) in [
        (
            "cloudProfiles",
            include_str!("../../../../fixtures/ion/get-cloud-profiles-by-description.json"),
        ),
        (
            "cloudProfile?providerId=30",
            include_str!("../../../../fixtures/ion/get-cloud-profile-by-description.json"),
        ),
    ] {
        let (mut known, mut told) = Default::default();
        members(&serde_json::from_str(described).unwrap(), "", &mut known);
        for id in client.sandbox.portal().ids() {
            members(
                &client.json(&format!("customers/{id}/{path}")).await.1,
                "",
                &mut told,
            );
        }
        assert!(told.is_subset(&known), "{:?}", told.difference(&known));
        // Members of persons that a customer of the sandbox does not have.
        let never = ["middleName", "agreements/phoneNumber", "agreementLink"];
        known.retain(|member| !never.iter().any(|part| member.contains(part)));
        assert_eq!(told, known);
    }
}

#[tokio::test]
async fn a_file_of_similar_customers_is_like_the_sandbox_of_the_same_seed() {
    let client = start().await;
    let emails: Vec<String> = client.emails("").await;
    let file = similar_customers(1, 30, 30);
    let both = emails.iter().filter(|email| file.contains(email.as_str()));
    assert!((20..30).contains(&both.count()));
}
