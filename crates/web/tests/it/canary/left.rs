//! What is left: Debug texts, files, the database, the log.

use std::path::Path;

use secrecy::ExposeSecret as _;
use store::sessions;

use crate::house::House;
use crate::seen::{Log, Seen};

/// What the engine tells of itself.
pub(super) fn debug_texts(seen: &mut Seen, house: &House) {
    seen.place(
        "Debug of the engine",
        format!("{:?} {:?}", house.engine, house.engine.settings()),
    );
}

/// Every file of the data folder and of the database.
pub(super) async fn files(seen: &mut Seen, house: &House) {
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
}

/// Everything that was logged, and each line of it that holds a secret.
pub(super) fn log(seen: &mut Seen, log: &Log) {
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
}

/// No secret is in any place, and there were many places.
pub(super) fn no_secret(seen: &Seen) {
    let hits = seen.hits();
    assert!(
        hits.is_empty(),
        "{} of {} places: {hits:#?}",
        hits.len(),
        seen.places.len()
    );
    assert!(seen.places.len() > 150);
}
