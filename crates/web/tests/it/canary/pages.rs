//! Messages that cannot be sent, pages, and answers of every route.

use domain::ConnectionId;
use domain::access::Role;
use store::users;
use web::routes;

use super::submit::submit;
use crate::house::{Browser, Program};
use crate::seen::Seen;

/// A message to every channel; nobody listens there.
pub(super) async fn messages(seen: &mut Seen, admin: &Browser<'_>) {
    for channel in ["email", "webhook"] {
        let answer = submit(
            admin,
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
}

/// Every page and every answer of the API, as a person and as a program.
pub(super) async fn every_route(
    seen: &mut Seen,
    admin: &Browser<'_>,
    program: &Program<'_>,
    connection: ConnectionId,
) {
    for route in
        routes::all().filter(|route| route.method == "get" && !route.path.ends_with("/events"))
    {
        let path = route
            .path
            .replace("{id}", &connection.to_string())
            .replace("{number}", "1")
            .replace("{*path}", "x.css");
        seen.answer(&path, &admin.get(&path).await);
        seen.answer(&path, &program.get(&path).await);
    }
    let people = users::list(admin.house.store.read()).await.unwrap();
    assert!(people.iter().any(|person| person.role == Role::Admin));
}

/// A page whose table is gone.
pub(super) async fn broken_database(seen: &mut Seen, admin: &Browser<'_>) {
    let house = admin.house;
    house.sql("ALTER TABLE notice RENAME TO notice_gone").await;
    seen.answer(
        "a broken database",
        &admin.get("/activity/notifications").await,
    );
    house.sql("ALTER TABLE notice_gone RENAME TO notice").await;
}
