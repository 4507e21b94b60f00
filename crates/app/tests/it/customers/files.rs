//! Files of customers.

use serde_json::json;

use super::Place;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_exported_is_imported_as_it_was() {
    let place = Place::start(0).await;
    let odd = "organisation==cmd|' \u{5e9}\u{1f375} ; \"x\"";
    assert_eq!(
        place
            .customers(&[
                "create",
                odd,
                "phone=+49 30",
                "tags=a\\;b;-",
                "contacts=Ann | ann@kettle.example; bob@tea.example",
                "external:crm=007"
            ])
            .code,
        Some(0)
    );
    assert_eq!(
        place.customers(&["create", "organisation=Plain"]).code,
        Some(0)
    );
    let csv = place.customers(&["export"]);
    let listed = place.binary.run(&["--json", "customers", "export"]);
    assert_eq!(listed.json().as_array().unwrap().len(), 2);
    for (name, text) in [("out.csv", &csv.out), ("out.json", &listed.out)] {
        let file = place.file(name, text);
        let (code, read) = place.json(&["import", &file, "--dry-run"]);
        let outcomes: Vec<_> = read["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["outcome"].as_str().unwrap())
            .collect();
        assert_eq!((code, outcomes), (Some(0), vec!["same", "same"]), "{read}");
    }
    let file = place.file("more.csv", "number,organisation,city,email\nC-0002,Plain,Rome,\nC-0077,Lost,,\n,Wrong,,mail\n,New,,new@new.example\n,New,,new@new.example\n");
    let looked = place.customers(&["import", &file, "--dry-run"]);
    assert!(
        looked.code == Some(3)
            && looked.out.contains("City: nothing becomes “Rome”")
            && looked.out.contains("Row 5"),
        "{}",
        looked.out
    );
    let (code, applied) = place.json(&["import", &file, "--yes", "--except", "5", "--also", "6"]);
    assert_eq!(
        (code, &applied["new"], &applied["changed"]),
        (Some(3), &json!(1), &json!(1)),
        "{applied}"
    );
    assert_eq!(place.json(&["list"]).1["total"], 3);
    let spreadsheet = place.file("a.xlsx", "PK\u{3}\u{4}rest");
    let refused = place.customers(&["import", &spreadsheet, "--dry-run"]);
    assert!(
        refused.code == Some(1) && refused.err.contains("save it as CSV"),
        "{}",
        refused.err
    );
}
