//! Who is who.

use serde_json::{Value, json};

use super::{Place, id_of};

#[tokio::test(flavor = "multi_thread")]
async fn who_is_who_is_decided_from_the_command_line() {
    let place = Place::start(4).await;
    let all = place.sandbox.portal().customers();
    let name = |n: usize| all[n]["customerOrganization"].as_str().unwrap().to_owned();
    for n in 0..3 {
        let made = place.customers(&["create", &format!("organisation={} Ltd", name(n))]);
        assert_eq!(made.code, Some(0), "{}", made.err);
    }
    assert_eq!(place.json(&["sync"]).0, Some(3));
    let (code, proposed) = place.json(&["mapping", "list"]);
    assert_eq!(
        (code, &proposed["total"]),
        (Some(3), &json!(3)),
        "{proposed}"
    );
    let pair = |n: usize| {
        let called = format!("{} Ltd", name(n));
        let items = proposed["items"].as_array().unwrap();
        items
            .iter()
            .find(|one| one["name"] == called.as_str())
            .unwrap()["number"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(
        place.json(&["mapping", "confirm", &pair(0)]).1["sync_state"],
        "conflict",
        "the names differ"
    );
    assert_eq!(
        place.customers(&["mapping", "reject", &pair(1)]).code,
        Some(0)
    );
    let nothing = place.customers(&["mapping", "confirm", &pair(1)]);
    assert!(
        nothing.code == Some(1) && nothing.err.contains("nothing like that is proposed"),
        "{}",
        nothing.err
    );
    let (_, all_else) = place.json(&["mapping", "confirm", "--at-least", "40"]);
    assert_eq!(
        all_else["linked"].as_array().unwrap().len(),
        1,
        "{all_else}"
    );
    // The one that was rejected: ignored here, imported from there.
    assert_eq!(
        place.customers(&["mapping", "ignore", &pair(1)]).code,
        Some(0)
    );
    let theirs = id_of(&Value::Object(all[1].clone()));
    let imported = place.json(&["mapping", "import", &theirs]).1;
    assert_eq!(
        imported["links"][0]["ion_id"],
        theirs.as_str(),
        "{imported}"
    );
    let number = imported["number"].as_str().unwrap();
    assert_eq!(
        place.customers(&["mapping", "unlink", number]).code,
        Some(0)
    );
    let (_, ignored) = place.json(&["mapping", "list", "ignored"]);
    assert_eq!(
        ignored["total"], 3,
        "who is unlinked is left alone on both sides: {ignored}"
    );
    assert_eq!(
        place.customers(&["mapping", "link", number, &theirs]).code,
        Some(0)
    );
    assert_eq!(
        place.customers(&["mapping", "unignore", &pair(1)]).code,
        Some(0)
    );
    let (_, counts) = place.json(&["mapping"]);
    assert_eq!(counts["linked"], 4, "{counts}");
    assert_eq!(place.writes("POST"), 0, "nobody was made twice");
}
