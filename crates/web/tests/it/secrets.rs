//! What must never leave: passwords, sessions, tokens, credentials.

use domain::access::Role;
use http::Method;
use serde_json::json;
use web::routes;

use crate::house::{House, PASSWORD};

#[tokio::test]
async fn no_page_and_no_answer_tells_a_secret() {
    let house = House::new().await;
    let connection = house.connection("Nordics", false).await;
    let write = house.product("Teams Phone", "Microsoft", "7.31");
    let product = write.id;
    let run = house.import(connection, vec![write]).await;
    let user = house.person("sam@reseller.example", Role::Admin).await;
    let admin = house.browser_of(user, |_| ()).await;
    let program = house.program(Role::Admin).await;
    let canaries = ["access-canary-7f3a", "refresh-canary-9b1c"];
    let form = "/settings/integrations/streamone-ion/new";
    let pasted = [
        ("name", "x"),
        ("account_id", "10421"),
        ("access_token", canaries[0]),
        ("refresh_token", canaries[1]),
    ];
    let mut texts = Vec::new();
    for action in ["test", "save"] {
        let mut fields = pasted.to_vec();
        fields.push(("action", action));
        texts.push(admin.post(form, &fields).await);
    }
    let body = json!({"name": "x", "account_id": "10421", "access_token": canaries[0], "refresh_token": canaries[1]});
    texts.push(
        program
            .post("/api/v1/connections", "c1", body.clone())
            .await,
    );
    texts.push(
        program
            .call(
                Method::PUT,
                &format!("/api/v1/connections/{connection}/credentials"),
                &[("if-match", "*")],
                Some(body),
            )
            .await,
    );
    texts.push(
        program
            .post(
                "/api/v1/users",
                "u1",
                json!({"email": "p@q.example", "name": "P", "role": "sales", "password": 5}),
            )
            .await,
    );
    for route in
        routes::all().filter(|route| route.method == "get" && !route.path.ends_with("/events"))
    {
        for id in [
            connection.to_string(),
            product.to_string(),
            run.to_string(),
            user.to_string(),
        ] {
            let path = route
                .path
                .replace("{id}", &id)
                .replace("{number}", "1")
                .replace("{*path}", "x.css");
            texts.push(admin.get(&path).await);
            texts.push(program.get(&path).await);
        }
    }
    let session = admin
        .cookie
        .as_deref()
        .unwrap()
        .split_once('=')
        .unwrap()
        .1
        .to_owned();
    for answer in texts {
        let all = format!("{:?} {}", answer.headers, answer.text);
        for secret in canaries.iter().copied().chain([
            PASSWORD,
            "$argon2id$",
            session.as_str(),
            program.secret.as_str(),
        ]) {
            assert!(!all.contains(secret), "{secret} in {all}");
        }
    }
}
