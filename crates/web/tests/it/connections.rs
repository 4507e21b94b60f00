//! Integrations: what is connected, and the form to connect.

use domain::access::Role;
use http::StatusCode;
use store::connections;

use crate::house::House;

const FORM: &str = "/settings/integrations/streamone-ion/new";

#[tokio::test]
async fn a_failed_test_names_what_failed_and_keeps_what_was_pasted() {
    let house = House::new().await;
    let admin = house.browser(Role::Admin).await;
    let empty = admin.get(FORM).await;
    assert_eq!(empty.status, StatusCode::OK);
    let missing = admin
        .post(
            FORM,
            &[
                ("account_id", "10421"),
                ("access_token", "access-canary-1"),
                ("action", "test"),
            ],
        )
        .await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(missing.text.contains("This is missing"), "{}", missing.text);
    // The access token is not pasted again; nothing listens at the host.
    let test = admin
        .post(
            FORM,
            &[
                ("account_id", "10421"),
                ("refresh_token", "refresh-canary-1"),
                ("action", "test"),
            ],
        )
        .await;
    assert!(
        test.text.contains("checks failed") && !test.text.contains("This is missing"),
        "{}",
        test.text
    );
    for page in [&missing, &test, &admin.get(FORM).await] {
        assert!(
            !page.text.contains("canary"),
            "what was pasted is never shown again"
        );
    }
    assert!(
        connections::list_all(house.store.read())
            .await
            .unwrap()
            .is_empty(),
        "a test saves nothing"
    );
    let again = admin.get(FORM).await;
    assert!(
        again.text.contains("10421") && again.text.contains("kept for 30 minutes"),
        "{}",
        again.text
    );
    house.clock.advance(std::time::Duration::from_mins(31));
    let user = house.person("later@reseller.example", Role::Admin).await;
    let later = house.browser_of(user, |_| ()).await;
    assert!(
        !later.get(FORM).await.text.contains("10421"),
        "what one person pasted is not another's"
    );
}

#[tokio::test]
async fn a_connection_shows_life_state_and_what_can_be_done() {
    let house = House::new().await;
    let connection = house.connection("Nordics", false).await;
    let admin = house.browser(Role::Admin).await;
    let reader = house.browser(Role::ReadOnly).await;
    let list = admin.get("/settings/integrations").await;
    assert!(
        list.text.contains("Nordics") && list.text.contains("27 days") && list.text.contains(FORM),
        "{}",
        list.text
    );
    assert!(
        !reader
            .get("/settings/integrations")
            .await
            .text
            .contains(FORM)
    );
    let path = format!("/settings/integrations/{connection}");
    let page = admin.get(&path).await;
    assert!(
        page.text.contains("Active") && page.text.contains(&format!("{path}/remove")),
        "{}",
        page.text
    );
    assert!(
        !reader
            .get(&path)
            .await
            .text
            .contains(&format!("{path}/remove"))
    );
    let removed = admin.post(&format!("{path}/remove"), &[]).await;
    assert_eq!(
        removed.header("location"),
        "/settings/integrations?done=removed",
        "{removed:?}"
    );
    assert!(
        connections::list(house.store.read())
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        admin.get(&format!("{path}/credentials")).await.status,
        StatusCode::NOT_FOUND
    );
}
