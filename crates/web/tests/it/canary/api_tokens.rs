//! API tokens: each is told in one answer.

use serde_json::json;

use super::submit::submit;
use crate::house::{Browser, Program};
use crate::seen::Seen;

/// A token of the page and one of the API; the program has the first.
pub(super) async fn make<'a>(seen: &mut Seen, admin: &Browser<'a>) -> Program<'a> {
    let page = submit(
        admin,
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
        house: admin.house,
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
    program
}
