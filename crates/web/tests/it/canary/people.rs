//! The first start, log-in and log-out, passwords mistyped and changed.

use http::StatusCode;

use super::set_up::{MISTYPED, NEXT_PASSWORD, PASSWORD};
use super::submit::submit;
use crate::house::{Answer, Browser, House};
use crate::seen::Seen;

/// The cookie that an answer sets.
fn cookie(answer: &Answer) -> String {
    answer
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap()
        .to_owned()
}

/// The session in a cookie.
fn session(cookie: &str) -> String {
    cookie.split_once('=').unwrap().1.to_owned()
}

/// The first start, with its link mistyped and with fields missing.
pub(super) async fn set_up(seen: &mut Seen, house: &House) {
    let link = house.setup_secret().await.unwrap();
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
    let first = cookie(&made);
    seen.secret("session", &session(&first));
    seen.answer_with("set-up", &made, &session(&first));
}

/// Log-in, with passwords in the wrong fields and in the address.
pub(super) async fn log_in<'a>(seen: &mut Seen, house: &'a House) -> Browser<'a> {
    let stranger = house.stranger();
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
    seen.secret("second session", &session(&second));
    seen.answer_with("log-in", &again, &session(&second));
    Browser {
        house,
        cookie: Some(second),
    }
}

/// A change of the password, mistyped in either field, and the question for it.
pub(super) async fn change_password(seen: &mut Seen, admin: &Browser<'_>) {
    for (current, next, again) in [
        (MISTYPED, NEXT_PASSWORD, NEXT_PASSWORD),
        (PASSWORD, NEXT_PASSWORD, MISTYPED),
        (PASSWORD, NEXT_PASSWORD, NEXT_PASSWORD),
    ] {
        seen.answer(
            "password change",
            &submit(
                admin,
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
            admin,
            "/profile",
            "/reauthenticate",
            &[("password", NEXT_PASSWORD)],
        )
        .await,
    );
}

/// People who cannot be added, with a password in the wrong field.
pub(super) async fn add_people(seen: &mut Seen, admin: &Browser<'_>) {
    let team = [
        ("name", "Pam"),
        ("email", "pam@reseller.example"),
        ("password", PASSWORD),
    ];
    seen.answer(
        "person without a role",
        &submit(admin, "/settings/team", "/settings/team", &team).await,
    );
    let team: Vec<_> = team.into_iter().chain([("role", PASSWORD)]).collect();
    seen.answer(
        "person with a password for a role",
        &submit(admin, "/settings/team", "/settings/team", &team).await,
    );
}
