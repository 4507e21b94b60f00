//! Edits on either side, told and taken back.

use std::fs;

use serde_json::json;

use super::{Place, id_of};

#[tokio::test(flavor = "multi_thread")]
async fn edits_go_both_ways_and_are_told_and_taken_back() {
    let place = Place::start(3).await;
    assert_eq!(place.json(&["sync"]).0, Some(0));
    let email = "office1@customer1.example";
    let (_, found) = place.json(&["list", email]);
    let number = found["customers"][0]["number"].as_str().unwrap().to_owned();
    let changed = place.customers(&[
        "set",
        &number,
        "phone=+44 20 5550 0110",
        "tags=gold;edu",
        "external:crm=7",
    ]);
    assert_eq!(changed.code, Some(0), "{} {}", changed.out, changed.err);
    assert_eq!(place.in_ion(email)[0]["customerPhone"], "+44 20 5550 0110");
    assert_eq!(place.writes("PUT"), 1);
    // Without a worker, a private value is no reason to write to Ion.
    assert_eq!(
        place.customers(&["set", &number, "notes=ours"]).code,
        Some(0)
    );
    assert_eq!(place.writes("PUT"), 1);
    for (wrong, words) in [
        (vec!["set", &number, "colour=red"], "is no field"),
        (vec!["set", &number, "country=Germny"], "no country"),
        (vec!["set", &number, "organisation="], "needs a name"),
        (vec!["set", &number, "phone"], "no field=value"),
        (vec!["show", "C-9999"], "there is no customer"),
        (vec!["list", "--state", "lost"], "none of"),
        (vec!["create", "city=Rome"], "needs a name"),
        (
            vec!["create", "organisation=Half", "--in-ion"],
            "Ion needs it",
        ),
    ] {
        let ended = place.customers(&wrong);
        assert!(
            ended.code == Some(1) && ended.err.contains(words),
            "{wrong:?}: {:?} {}",
            ended.code,
            ended.err
        );
    }
    assert_eq!(place.customers(&["set", &number]).code, Some(2));
    assert_eq!(place.customers(&["undo"]).code, Some(2));

    // Both sides change one field.
    let ion_id = id_of(&place.in_ion(email)[0]);
    assert!(
        place
            .sandbox
            .portal()
            .edit(&ion_id, "customerAddress/city", "Porto")
    );
    let both = place.customers(&["set", &number, "city=Lisboa"]);
    assert!(
        both.code == Some(3) && both.out.contains("wait for a decision"),
        "{} {}",
        both.out,
        both.err
    );
    assert_eq!(place.customers(&["conflicts"]).code, Some(3));
    assert_eq!(
        place
            .customers(&["conflicts", "decide", &number, "city=ion"])
            .code,
        Some(0)
    );
    let (_, shown) = place.json(&["show", &number]);
    assert_eq!(
        (&shown["city"], &shown["tags"], &shown["conflicts"]),
        (&json!("Porto"), &json!(["gold", "edu"]), &json!([]))
    );

    // What came from Ion is taken back here, and so goes to Ion.
    assert!(
        place
            .sandbox
            .portal()
            .edit(&ion_id, "customerTitle", "Owner")
    );
    let (code, run) = place.json(&["sync"]);
    assert_eq!(
        (code, run["counts"]["pulled"].as_u64()),
        (Some(0), Some(1)),
        "{run}"
    );
    let history = place.json(&["history", &number]).1;
    assert_eq!(
        (
            &history[0]["field"],
            &history[0]["way"],
            &history[0]["rule"]
        ),
        (&json!("title"), &json!("from_ion"), &json!("C02")),
        "{history}"
    );
    let undone = place.customers(&["undo", history[0]["id"].as_str().unwrap()]);
    assert_eq!(undone.code, Some(0), "{} {}", undone.out, undone.err);
    assert!(
        place.json(&["show", &number]).1["title"] == ""
            && place.in_ion(email)[0]["customerTitle"].is_null()
    );
    let eyes = place.customers(&["history", &number]);
    assert!(
        eyes.out.contains("only Ion changed it") && eyes.out.contains("taken back"),
        "{}",
        eyes.out
    );

    // Two are made one and two again; one goes to the archive and back.
    assert_eq!(
        place
            .customers(&["create", "organisation=Twin", "city=Rome"])
            .code,
        Some(0)
    );
    let combined = place.customers(&["combine", &number, "Twin"]);
    assert_eq!(combined.code, Some(0), "{} {}", combined.out, combined.err);
    assert_eq!(place.json(&["list"]).1["total"], 3);
    assert_eq!(place.customers(&["split", &number]).code, Some(0));
    assert_eq!(place.json(&["list"]).1["total"], 4);
    assert_eq!(place.customers(&["archive", "Twin"]).code, Some(0));
    assert_eq!(place.json(&["list", "--state", "archived"]).1["total"], 1);
    let (_, archived) = place.json(&["list", "--state", "archived"]);
    assert_eq!(
        place
            .customers(&[
                "restore",
                archived["customers"][0]["number"].as_str().unwrap()
            ])
            .code,
        Some(0)
    );

    // One is made in Ion, its first password told once.
    let (code, made) = place.json(&[
        "create",
        "--in-ion",
        "organisation=Über & Söhne",
        "street=Hauptstr. 1",
        "city=Berlin",
        "state=BE",
        "zip=10115",
        "country=Germany",
        "contact_name=Kim",
        "email=kim@uber.example",
        "language=de",
    ]);
    assert_eq!(
        (code, &made["sync_state"]),
        (Some(0), &json!("linked")),
        "{made}"
    );
    assert!(
        made["first_password"]
            .as_str()
            .is_some_and(|password| !password.is_empty()),
        "{made}"
    );
    assert_eq!(place.in_ion("kim@uber.example").len(), 1);
    let log = fs::read(place.folder.path().join("data/ionbridge.db")).unwrap();
    let password = made["first_password"].as_str().unwrap().as_bytes();
    assert!(
        !log.windows(password.len()).any(|bytes| bytes == password),
        "it is kept nowhere"
    );
}
