//! Secrets go through the whole web side, with everything logged and with all that can go wrong: none is found anywhere afterwards but
//! in the one answer that hands it out.

use std::io;
use std::path::Path;
use std::time::Duration;

use axum::body::Body;
use domain::access::Role;
use domain::connection::ConnectionStatus;
use engine::connection::keeper::KeeperCommand;
use engine::{IonSettings, SmtpSettings, SmtpTls, WebhookSettings};
use http::{Method, StatusCode};
use ion_sandbox::{Action, BodyKind, ClockMode, Fault, Sandbox, SandboxConfig};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use store::{Backend, connections, sessions, tokens, users};
use web::routes;

use crate::house::{Answer, Browser, Plan, Program};
use crate::seen::{Log, Seen};

const PASSWORD: &str = "canary-password-4f1c-of-the-first-admin";
const NEXT_PASSWORD: &str = "canary-password-77aa-after-the-change";
const MISTYPED: &str = "canary-password-90be-mistyped-into-it";
const SMTP: &str = "canary-smtp-password-31d0";
const WEBHOOK: &str = "Y2FuYXJ5LXdlYmhvb2stc2VjcmV0LTVhOGU=";
const WRONG: [&str; 2] = [
    "canary-access-token-that-ion-refuses",
    "canary-refresh-token-that-ion-refuses",
];

/// Not a test of its own: the token keeper of the canaries. The story starts this binary with this name, as a server starts itself.
#[test]
#[ignore = "is the child process of another test"]
fn token_keeper() {
    engine::connection::keeper::main(io::stdin().lock()).unwrap();
}

/// A form of a page, with the token that its page shows.
async fn submit(browser: &Browser<'_>, page: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
    let shown = browser.get(page).await;
    let token = shown
        .text
        .split("name=\"csrf\" value=\"")
        .nth(1)
        .unwrap_or_else(|| panic!("{page}: {shown:?}"))
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let pairs = fields.iter().copied().chain([("csrf", token.as_str())]);
    let body: String = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    let request = browser
        .request(&Method::POST, path)
        .header("origin", browser.house.origin())
        .header("content-type", "application/x-www-form-urlencoded");
    browser
        .house
        .send(request.body(Body::from(body)).unwrap())
        .await
}

async fn raw(program: &Program<'_>, method: Method, path: &str, body: String) -> Answer {
    let request = http::Request::builder()
        .method(method)
        .uri(path)
        .header("host", program.house.host())
        .header("authorization", format!("Bearer {}", program.secret))
        .header("content-type", "application/json")
        .header("idempotency-key", body.len().to_string())
        .header("if-match", "*");
    program
        .house
        .send(request.body(Body::from(body)).unwrap())
        .await
}

fn fault(path: &str, action: Action) -> Fault {
    Fault {
        path: path.to_owned(),
        skip: 0,
        times: 1,
        every: 1,
        action,
    }
}

#[tokio::test]
async fn no_canary_gets_out() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    let _logging = tracing::subscriber::set_default(subscriber);

    let sandbox = Sandbox::start(SandboxConfig {
        clock: ClockMode::Driven,
        products: 3,
        ..SandboxConfig::default()
    })
    .await
    .unwrap();
    let mut plan = Plan::new(Backend::Sqlite, "https://ion.example");
    plan.ion = IonSettings {
        base_url: sandbox.base_url(),
        allowed_hosts: vec![sandbox.host()],
        plain_http_loopback: true,
        ..IonSettings::default()
    };
    plan.keeper = KeeperCommand {
        program: std::env::current_exe().unwrap(),
        args: [
            "--exact",
            "canary::token_keeper",
            "--ignored",
            "--nocapture",
        ]
        .map(str::to_owned)
        .to_vec(),
    };
    plan.notices.email = Some(SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port: 9,
        tls: SmtpTls::None,
        username: Some("robot".to_owned()),
        password: Some(SecretString::from(SMTP)),
        from: "robot@reseller.example".to_owned(),
        to: vec!["sam@reseller.example".to_owned()],
    });
    plan.notices.webhook = Some(WebhookSettings {
        url: "http://127.0.0.1:9/hook".to_owned(),
        secret: SecretString::from(WEBHOOK),
        allow_private: true,
    });
    let house = plan.build().await;
    let mut seen = Seen::default();
    for (name, secret) in [
        ("password", PASSWORD),
        ("next password", NEXT_PASSWORD),
        ("mistyped password", MISTYPED),
        ("SMTP password", SMTP),
        ("webhook secret", WEBHOOK),
        ("refused access token", WRONG[0]),
        ("refused refresh token", WRONG[1]),
    ] {
        seen.secret(name, secret);
    }

    // The first start, log-in and log-out, passwords mistyped and changed.
    let link = web::auth::setup::new_link(&house.store, &*house.clock)
        .await
        .unwrap()
        .unwrap();
    let link = link
        .expose_secret()
        .strip_prefix("/setup#")
        .unwrap()
        .to_owned();
    seen.secret("link of the first start", &link);
    let stranger = house.stranger();
    let ada = [
        ("secret", link.as_str()),
        ("name", "Ada"),
        ("email", "ada@reseller.example"),
    ];
    let with = |password: &'static str| {
        ada.into_iter()
            .chain([("password", password)])
            .collect::<Vec<_>>()
    };
    seen.answer(
        "set-up, mistyped link",
        &stranger
            .post(
                "/setup",
                &[
                    ("secret", MISTYPED),
                    ("name", "Ada"),
                    ("email", "ada@reseller.example"),
                    ("password", PASSWORD),
                ],
            )
            .await,
    );
    seen.answer(
        "set-up without a field",
        &stranger
            .post("/setup", &[("secret", &link), ("password", PASSWORD)])
            .await,
    );
    let made = stranger.post("/setup", &with(PASSWORD)).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{made:?}");
    let cookie = |answer: &Answer| {
        answer
            .header("set-cookie")
            .split(';')
            .next()
            .unwrap()
            .to_owned()
    };
    let first = cookie(&made);
    let id = |cookie: &str| cookie.split_once('=').unwrap().1.to_owned();
    seen.secret("session", &id(&first));
    seen.answer_with("set-up", &made, &id(&first));
    for fields in [
        vec![("email", "ada@reseller.example"), ("password", MISTYPED)],
        vec![("email", MISTYPED), ("password", PASSWORD)],
        vec![("password", PASSWORD)],
        vec![
            ("email", "ada@reseller.example"),
            ("password", PASSWORD),
            ("password", MISTYPED),
        ],
    ] {
        let answer = stranger.post("/login", &fields).await;
        // A password typed into the field of the e-mail address is shown there again, to the one who typed it.
        let shown = Answer {
            text: if fields[0].1 == MISTYPED {
                answer.text.replace(MISTYPED, "-")
            } else {
                answer.text.clone()
            },
            ..answer
        };
        seen.answer("log-in, mistyped", &shown);
    }
    seen.answer(
        "log-in by a link",
        &stranger
            .get(&format!("/login?email=ada&password={PASSWORD}"))
            .await,
    );
    let again = stranger
        .post(
            "/login",
            &[("email", "ada@reseller.example"), ("password", PASSWORD)],
        )
        .await;
    let second = cookie(&again);
    seen.secret("second session", &id(&second));
    seen.answer_with("log-in", &again, &id(&second));
    let admin = Browser {
        house: &house,
        cookie: Some(second),
    };
    for (current, next, again) in [
        (MISTYPED, NEXT_PASSWORD, NEXT_PASSWORD),
        (PASSWORD, NEXT_PASSWORD, MISTYPED),
        (PASSWORD, NEXT_PASSWORD, NEXT_PASSWORD),
    ] {
        seen.answer(
            "password change",
            &submit(
                &admin,
                "/profile",
                "/profile/password",
                &[("current", current), ("password", next), ("again", again)],
            )
            .await,
        );
    }
    seen.answer(
        "password again",
        &submit(
            &admin,
            "/profile",
            "/reauthenticate",
            &[("password", NEXT_PASSWORD)],
        )
        .await,
    );
    let team = [
        ("name", "Pam"),
        ("email", "pam@reseller.example"),
        ("password", PASSWORD),
    ];
    seen.answer(
        "person without a role",
        &submit(&admin, "/settings/team", "/settings/team", &team).await,
    );
    let team: Vec<_> = team.into_iter().chain([("role", PASSWORD)]).collect();
    seen.answer(
        "person with a password for a role",
        &submit(&admin, "/settings/team", "/settings/team", &team).await,
    );

    // API tokens: each is told in one answer.
    let page = submit(
        &admin,
        "/settings/api-tokens/new",
        "/settings/api-tokens",
        &[("name", "Shop"), ("role", "admin"), ("ends", "30")],
    )
    .await;
    let mut words = page
        .text
        .split(|letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '_' | '-'));
    let token = words
        .rfind(|word| word.starts_with("ib_") && word.len() > 40)
        .unwrap_or_else(|| panic!("{page:?}"))
        .to_owned();
    seen.secret("API token", &token);
    seen.answer_with("API token of a page", &page, &token);
    let program = Program {
        house: &house,
        secret: token,
    };
    let order = json!({"name": "Other shop", "role": "admin"});
    let made = program
        .post("/api/v1/api-tokens", "t1", order.clone())
        .await;
    let other = made.json()["token"].as_str().unwrap().to_owned();
    seen.secret("API token of the API", &other);
    seen.answer_with("API token of the API", &made, &other);
    seen.answer(
        "API token, replayed",
        &program.post("/api/v1/api-tokens", "t1", order).await,
    );

    // Credentials: refused, saved, refreshed, with an Ion that fails in every way.
    let given = sandbox.request_new_credentials();
    seen.secret("access token", &given.access_token);
    seen.secret("refresh token", &given.refresh_token);
    let form = "/settings/integrations/streamone-ion/new";
    let fill = |access: &str, refresh: &str, action: &str| {
        [
            ("name", "Nordics"),
            ("account_id", given.account_id.as_str()),
            ("access_token", access),
            ("refresh_token", refresh),
            ("action", action),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
    };
    let send = async |fields: [(String, String); 5]| {
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        submit(&admin, "/profile", form, &fields).await
    };
    for action in ["test", "save"] {
        seen.answer(
            "refused credentials",
            &send(fill(WRONG[0], WRONG[1], action)).await,
        );
    }
    seen.answer(
        "swapped credentials",
        &send(fill(&given.refresh_token, &given.access_token, "test")).await,
    );
    for action in [
        Action::Status {
            code: 500,
            body: BodyKind::Html,
            retry_after: None,
        },
        Action::Status {
            code: 403,
            body: BodyKind::Platform,
            retry_after: None,
        },
        Action::CutBody { bytes: 7 },
        Action::CutAfter,
        Action::Html,
        Action::Redirect {
            to: "http://127.0.0.1:9/elsewhere".to_owned(),
        },
    ] {
        sandbox.inject(fault("/oauth/validateAccess", action.clone()));
        seen.answer(
            "a test with a failing Ion",
            &send(fill(&given.access_token, &given.refresh_token, "test")).await,
        );
        sandbox.clear_faults();
    }
    seen.answer(
        "a test",
        &send(fill(&given.access_token, &given.refresh_token, "test")).await,
    );
    seen.answer("the form filled again", &admin.get(form).await);
    let saved = send(fill(&given.access_token, &given.refresh_token, "save")).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{saved:?}");
    seen.answer("saved", &saved);
    let all = connections::list_all(house.store.read()).await.unwrap();
    let connection = all
        .into_iter()
        .find(|row| row.login.status == ConnectionStatus::Active)
        .unwrap();
    let pair = async |seen: &mut Seen, name: &str| {
        let row = connections::find(house.store.read(), connection.id)
            .await
            .unwrap()
            .unwrap();
        let pair = tokens::find_pair(
            house.store.read(),
            house.engine.sealer(),
            row.id,
            row.login.generation,
        )
        .await
        .unwrap()
        .unwrap();
        seen.secret(
            &format!("{name}, access token"),
            pair.access.expose_secret(),
        );
        seen.secret(
            &format!("{name}, refresh token"),
            pair.refresh.expose_secret(),
        );
        seen.place(format!("{name}, Debug"), format!("{pair:?} {row:?}"));
        row.login.generation
    };
    let generation = pair(&mut seen, "saved pair").await;
    let page = format!("/settings/integrations/{}", connection.id);
    house.clock.advance(Duration::from_mins(70));
    sandbox.advance(Duration::from_mins(70));
    let refreshed = submit(&admin, "/profile", &format!("{page}/refresh"), &[]).await;
    seen.answer("refresh", &refreshed);
    assert!(
        pair(&mut seen, "refreshed pair").await > generation,
        "{}",
        refreshed.text.split("<main").nth(1).unwrap_or_default()
    );
    let api = format!("/api/v1/connections/{}", connection.id);
    for action in [
        Action::Status {
            code: 500,
            body: BodyKind::Oauth,
            retry_after: None,
        },
        Action::CutBefore,
        Action::Html,
    ] {
        sandbox.inject(fault("/oauth/token", action));
        seen.answer(
            "refresh with a failing Ion",
            &program
                .call(Method::POST, &format!("{api}/refresh"), &[], None)
                .await,
        );
        seen.answer(
            "test with a failing Ion",
            &program
                .call(Method::POST, &format!("{api}/test"), &[], None)
                .await,
        );
        sandbox.clear_faults();
    }
    seen.answer(
        "credentials of another",
        &program
            .call(
                Method::PUT,
                &format!("{api}/credentials"),
                &[("if-match", "*")],
                Some(json!({"access_token": WRONG[0], "refresh_token": WRONG[1]})),
            )
            .await,
    );

    // Bodies that are not what they should be, with secrets in every place.
    let secret = WRONG[1];
    for (method, path) in [
        (Method::POST, "/api/v1/connections"),
        (Method::PUT, &*format!("{api}/credentials")),
        (Method::POST, "/api/v1/users"),
        (Method::POST, "/api/v1/api-tokens"),
        (Method::POST, "/api/v1/imports"),
    ] {
        for body in [
            json!(secret),
            json!([secret]),
            json!({"access_token": [secret], "refresh_token": secret, "account_id": secret, "connection_id": secret}),
            json!({"access_token": secret, "refresh_token": {secret: secret}, "account_id": 1}),
            json!({"name": "x", "role": secret, "email": "x@y.example", "password": secret}),
            json!({"name": "x", "role": "sales", "days": secret, "email": [secret], "password": secret}),
            json!({"name": "x", "role": "sales", "email": "x@y.example", "password": {secret: 1}}),
            json!({secret: secret}),
        ] {
            let body = body.to_string();
            seen.answer(
                "a bad body",
                &raw(&program, method.clone(), path, body.clone()).await,
            );
            seen.answer(
                "half a body",
                &raw(
                    &program,
                    method.clone(),
                    path,
                    body[..body.len() - 1].to_owned(),
                )
                .await,
            );
        }
    }
    for header in ["Bearer", "Basic", "bearer  "] {
        let request = http::Request::builder()
            .uri("/api/v1/me")
            .header("host", house.host())
            .header("authorization", format!("{header} {secret}"));
        seen.answer(
            "a token that is none",
            &house.send(request.body(Body::empty()).unwrap()).await,
        );
    }

    // Messages that cannot be sent, pages, and answers of every route.
    for channel in ["email", "webhook"] {
        let answer = submit(
            &admin,
            "/profile",
            &format!("/settings/notifications/{channel}/test"),
            &[],
        )
        .await;
        assert!(
            !answer.text.is_empty() || answer.status.is_redirection(),
            "{answer:?}"
        );
        seen.answer(channel, &answer);
    }
    for route in
        routes::all().filter(|route| route.method == "get" && !route.path.ends_with("/events"))
    {
        let path = route
            .path
            .replace("{id}", &connection.id.to_string())
            .replace("{number}", "1")
            .replace("{*path}", "x.css");
        seen.answer(&path, &admin.get(&path).await);
        seen.answer(&path, &program.get(&path).await);
    }
    let people = users::list(house.store.read()).await.unwrap();
    assert!(people.iter().any(|person| person.role == Role::Admin));
    house.sql("ALTER TABLE notice RENAME TO notice_gone").await;
    seen.answer(
        "a broken database",
        &admin.get("/activity/notifications").await,
    );
    house.sql("ALTER TABLE notice_gone RENAME TO notice").await;

    // What is left: Debug texts, files, the database, the log.
    seen.place(
        "Debug of the engine",
        format!("{:?} {:?}", house.engine, house.engine.settings()),
    );
    sessions::prune(&house.store.write(), domain::Clock::now(&*house.clock))
        .await
        .unwrap();
    assert!(
        seen.folder(house.home.path()) > 0,
        "the token journal is there"
    );
    let database = house
        .database
        .url()
        .expose_secret()
        .strip_prefix("sqlite:")
        .unwrap()
        .to_owned();
    assert!(seen.folder(Path::new(&database).parent().unwrap()) > 0);
    let logged = log.0.lock().unwrap().clone();
    let text = String::from_utf8_lossy(&logged).into_owned();
    for target in ["TRACE", "hyper", "web::guard::trace", "engine::"] {
        assert!(text.contains(target), "{target} was logged");
    }
    for (number, line) in text.lines().enumerate() {
        if seen
            .secrets
            .iter()
            .any(|(_, secret)| line.contains(secret.as_str()))
        {
            seen.place(
                format!(
                    "log line {number}: {}",
                    line.split(" web")
                        .next()
                        .unwrap_or_default()
                        .chars()
                        .take(200)
                        .collect::<String>()
                ),
                line,
            );
        }
    }
    seen.place("the log", logged);
    let hits = seen.hits();
    assert!(
        hits.is_empty(),
        "{} of {} places: {hits:#?}",
        hits.len(),
        seen.places.len()
    );
    assert!(seen.places.len() > 150);
}
