//! The key is changed, as people call it: every secret opens with the new one alone, and none is lost with the old one.

use domain::customer::{Customer, CustomerField};
use domain::order::OrderState;
use engine::customers::PushError;
use engine::orders::{Confirmation, OrderError};
use secrecy::ExposeSecret as _;
use store::audit::Actor;
use store::customers;
use testkit::TestBinary;

use crate::BINARY;
use crate::orders_scene::{Scene, kim};

/// A customer made in Ion, whose portal user has a first password.
async fn new_customer(scene: &Scene) -> domain::WriteId {
    let mut customer = Customer::default();
    for (field, text) in [
        (CustomerField::Organisation, "Kettle & Sons"),
        (CustomerField::ContactName, "Ada Kettle"),
        (CustomerField::Email, "ada@kettle.example"),
        (CustomerField::Street, "1 High Street"),
        (CustomerField::City, "London"),
        (CustomerField::State, "London"),
        (CustomerField::Zip, "EC1A 1BB"),
        (CustomerField::Country, "GB"),
        (CustomerField::Language, "EN"),
    ] {
        customer.fields.set(field, text);
    }
    let id = scene
        .engine
        .create_customer(customer, Some(scene.connection), &kim())
        .await
        .unwrap();
    scene.worker.drain().await.unwrap();
    let writes = customers::list_writes(scene.engine.store().read(), id, 5);
    let writes = writes.await.unwrap();
    assert!(writes[0].has_password, "{:?}", writes[0]);
    writes[0].id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_key_opens_every_secret_and_the_old_one_loses_none() {
    let mut scene = Scene::start().await;
    let write = new_customer(&scene).await;
    // A tenant that does not exist yet: the vendor makes it, with a first log-in.
    let draft = scene.draft().await;
    let mut content = draft.content.clone();
    content.lines[0].set_attribute("domainName", "newtenant2026");
    let draft = scene
        .engine
        .edit_order(draft.id, draft.version, content, draft.customer, &kim())
        .await
        .unwrap();
    scene
        .engine
        .submit_order(draft.id, draft.version, Confirmation::default(), &kim())
        .await
        .unwrap();
    scene.go_on(draft.id, "an order with a log-in").await;
    let row = scene.row(draft.id).await;
    assert!(row.state == OrderState::Completed && row.has_secret);

    let binary = TestBinary::new(BINARY, scene.lab.environment());
    let rotated = binary.run(&["--json", "key", "rotate"]);
    assert_eq!(rotated.code, Some(0), "{} {}", rotated.out, rotated.err);
    assert_eq!(
        rotated.json()["sealed"],
        4,
        "two pairs of tokens, a log-in, a password"
    );

    // A server that was not restarted has the old key alone: it opens nothing, and loses nothing.
    let engine = &scene.engine;
    let taken = engine.take_first_password(write, &kim()).await;
    assert!(matches!(taken, Err(PushError::Sealed(_))), "{taken:?}");
    let taken = engine.take_login(draft.id, 0, &kim()).await;
    assert!(matches!(taken, Err(OrderError::Refused(_))));

    // The new key alone opens all of it.
    let file = scene.lab.data_dir().join("key");
    let keys = std::fs::read_to_string(&file).unwrap();
    let mut lines = keys.lines();
    let newest = lines.next().unwrap();
    assert_eq!(lines.count(), 1, "the old one is kept for older backups");
    std::fs::write(&file, format!("{newest}\n")).unwrap();
    scene.lab.reload_key();
    let engine = scene.lab.engine(None).await;
    let password = engine.take_first_password(write, &kim()).await.unwrap();
    assert!(!password.unwrap().expose_secret().is_empty());
    let login = engine.take_login(draft.id, 0, &kim()).await.unwrap();
    assert!(!login.unwrap().password.expose_secret().is_empty());
    let nobody = Actor::system();
    let refreshed = engine.refresh_now(scene.connection, &nobody).await;
    assert!(refreshed.is_ok(), "the login goes on");
    assert_eq!(scene.lab.sandbox.ledger().consumed_presented(), 0);
}
