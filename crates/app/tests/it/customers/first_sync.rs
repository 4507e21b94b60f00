//! The first sync: seen, chosen, applied.

use serde_json::{Value, json};

use super::Place;

const FILE: &str = "Firma;Strasse;PLZ;Ort;Bundesland;Land;Ansprechpartner;Mail;Sprache\n\
    Quiet Lantern Ltd;Elsewhere 9;EC1;London;London;United Kingdom;Sam;office0@customer0.example;EN\n\
    Nobody Knows AG;Hauptstr. 1;10115;Berlin;BE;Germany;Kim;kim@nobody.example;German\n\
    Half Known;;;;;;;half@known.example;\n";

#[tokio::test(flavor = "multi_thread")]
async fn the_first_sync_is_seen_chosen_and_applied_from_the_command_line() {
    let place = Place::start(4).await;
    let organisation = place.sandbox.portal().customers()[0]["customerOrganization"]
        .as_str()
        .unwrap()
        .to_owned();
    let file = place.file(
        "ours.csv",
        &FILE.replace("Quiet Lantern Ltd", &organisation),
    );
    let (code, read) = place.json(&["import", &file, "--dry-run"]);
    assert_eq!(
        (code, read["rows"].as_array().unwrap().len()),
        (Some(0), 3),
        "{read}"
    );
    assert_eq!(
        place.json(&["list"]).1["total"],
        0,
        "a dry run changes nothing"
    );
    let unasked = place.customers(&["import", &file]);
    assert!(
        unasked.code == Some(1) && unasked.err.contains("--yes"),
        "{}",
        unasked.err
    );
    let (code, applied) = place.json(&["import", &file, "--yes"]);
    assert_eq!((code, &applied["new"]), (Some(0), &json!(3)), "{applied}");

    // A preview writes nothing on either side.
    let (code, preview) = place.json(&["sync", "--dry-run"]);
    assert_eq!(code, Some(3), "{preview}");
    let plan = preview["plan"]["id"].as_str().unwrap().to_owned();
    assert_eq!(place.json(&["list"]).1["total"], 3);
    assert_eq!((place.writes("POST"), place.writes("PUT")), (0, 0));
    let shown = place.customers(&["plan", "show", &plan]);
    assert!(
        shown.code == Some(3)
            && shown.out.contains("Nobody Knows AG")
            && shown.out.contains("import"),
        "{}",
        shown.out
    );

    // The sync imports what resembles none of ours, and leaves the rest to a person.
    let (code, synced) = place.json(&["sync"]);
    assert_eq!(code, Some(3), "{synced}");
    assert_eq!(
        place.json(&["list"]).1["total"],
        6,
        "three of four were imported"
    );
    assert_eq!(
        (place.writes("POST"), place.writes("PUT")),
        (0, 0),
        "nothing goes to Ion before a plan was applied"
    );
    let entries = place.json(&["plan", "show", "waiting"]).1;
    let by = |action: &str| -> Vec<Value> {
        let all = entries["entries"].as_array().unwrap().iter();
        all.filter(|one| one["action"] == action).cloned().collect()
    };
    assert_eq!((by("link").len(), by("offer").len()), (1, 2), "{entries}");
    let blocked = by("offer")
        .into_iter()
        .find(|one| one["name"] == "Half Known")
        .unwrap();
    assert!(
        blocked["blocked"].as_str().unwrap().contains("Street"),
        "{blocked}"
    );
    let (code, chosen) = place.json(&["plan", "choose", "waiting", "--add", "offer,link"]);
    assert_eq!(code, Some(0), "{chosen}");
    let (_, done) = place.json(&["sync", "--apply", "waiting"]);
    assert_eq!(done["counts"]["linked"], 1, "{done}");
    assert_eq!(place.writes("POST"), 1, "one was made in Ion: {done}");
    let made = place.in_ion("kim@nobody.example");
    assert_eq!(
        (made.len(), &made[0]["customerAddress"]["country"]),
        (1, &json!("DE"))
    );

    // The pair that was linked differs where neither side knows the past: a person decides.
    let (code, conflicts) = place.json(&["conflicts"]);
    assert_eq!(code, Some(3), "{conflicts}");
    let number = conflicts[0]["number"].as_str().unwrap().to_owned();
    let fields: Vec<_> = conflicts[0]["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["field"].as_str().unwrap().to_owned())
        .collect();
    assert!(fields.contains(&"street".to_owned()), "{fields:?}");
    let (code, decided) = place.json(&["conflicts", "decide", &number, "ion", "street=ionbridge"]);
    assert_eq!(code, Some(0), "{decided}");
    assert_eq!(
        place.in_ion("office0@customer0.example")[0]["customerAddress"]["street"],
        "Elsewhere 9"
    );
    assert_eq!(place.json(&["conflicts"]), (Some(0), json!([])));

    // What is left: one that Ion would refuse.
    let (_, mapping) = place.json(&["mapping"]);
    assert_eq!(
        (&mapping["linked"], &mapping["not_in_ion"]),
        (&json!(5), &json!(1)),
        "{mapping}"
    );
    let refused = place.customers(&["mapping", "create", "Half Known"]);
    assert!(
        refused.code == Some(1) && refused.err.contains("Street"),
        "{}",
        refused.err
    );
    let (code, quiet) = place.json(&["sync"]);
    assert_eq!(
        (code, quiet["counts"]["pushed"].as_u64()),
        (Some(0), Some(0)),
        "no echo: {quiet}"
    );
    assert_eq!(
        place.json(&["sync", "--dry-run"]).0,
        Some(3),
        "the one that is not in Ion could be made there"
    );
    // Whoever lets a plan go is not asked again before they say so.
    assert_eq!(
        place.customers(&["plan", "discard", "waiting"]).code,
        Some(0)
    );
    let (_, policy) = place.json(&["policy"]);
    assert_eq!(
        (&policy["paused"], &policy["winner"]),
        (&json!(true), &json!("ask")),
        "{policy}"
    );
    let (_, policy) = place.json(&[
        "policy",
        "--resume",
        "--winner",
        "newest",
        "--owner",
        "email=ion",
    ]);
    assert_eq!(
        (&policy["paused"], &policy["fields"]),
        (&json!(false), &json!({"email": "ion"})),
        "{policy}"
    );
    assert!(
        place
            .customers(&["policy", "--owner", "email="])
            .out
            .contains("the later change wins")
    );
}
