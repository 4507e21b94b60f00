use proptest::prelude::*;
use rstest::rstest;
use serde_json::json;

use super::*;
use crate::samples::attribute;

fn whole() -> Value {
    json!({
        "customer": "C-0188",
        "connection": "Nordics",
        "note": "asked for by phone",
        "lines": [
            {
                "product": "Microsoft365EandFNCE-isvnlnce",
                "sku": "USCFQ7TTC0LCHC0002",
                "plan": "Monthly---Annual-Commit-n15",
                "quantity": 25,
                "customer_po": "QL-2026-118",
                "reseller_po": "R-12",
                "attributes": {"renewalSetting": "auto-on", "domainName": " contoso.onmicrosoft.com "},
                "add_ons": [{"add_on": "Teams-Phone", "plan": "Monthly-n1", "quantity": 5}]
            },
            {"part_number": "CFQ7TTC0LH0T:0001:P1M:M", "quantity": 10}
        ]
    })
}

fn with(path: &str, value: Value) -> Value {
    let mut file = whole();
    *file.pointer_mut(path).unwrap() = value;
    file
}

fn wrong(file: &Value) -> Vec<String> {
    read(file)
        .unwrap_err()
        .into_iter()
        .map(|problem| problem.path)
        .collect()
}

#[test]
fn the_order_of_the_documentation_is_read() {
    let file = read(&whole()).unwrap();
    assert_eq!(file.customer, CustomerRef::Number(188));
    assert_eq!(file.connection.as_deref(), Some("Nordics"));
    let first = &file.lines[0];
    assert_eq!(
        first.wanted,
        Wanted::Variant {
            product: ProductRef::IonId("Microsoft365EandFNCE-isvnlnce".to_owned()),
            sku: "USCFQ7TTC0LCHC0002".to_owned(),
            plan: "Monthly---Annual-Commit-n15".to_owned()
        }
    );
    assert_eq!(first.quantity, 25);
    assert_eq!(
        first.attributes,
        [
            attribute("domainName", "contoso.onmicrosoft.com"),
            attribute("renewalSetting", "auto-on")
        ]
    );
    assert_eq!(first.add_ons[0].quantity, 5);
    let second = &file.lines[1];
    assert_eq!(
        second.wanted,
        Wanted::PartNumber {
            number: "CFQ7TTC0LH0T:0001:P1M:M".to_owned(),
            product: None
        }
    );
    assert_eq!((second.customer_po.as_str(), second.add_ons.len()), ("", 0));
}

#[rstest]
#[case("C-0188", CustomerRef::Number(188))]
#[case("c-7", CustomerRef::Number(7))]
#[case("49988", CustomerRef::IonId("49988".to_owned()))]
#[case("C-x", CustomerRef::IonId("C-x".to_owned()))]
fn a_customer_is_named_in_three_ways(#[case] text: &str, #[case] customer: CustomerRef) {
    assert_eq!(
        read(&with("/customer", json!(text))).unwrap().customer,
        customer
    );
    let id = "019347a1-b2c3-7d4e-8f5a-6b7c8d9e0f1a";
    assert_eq!(
        read(&with("/customer", json!(id))).unwrap().customer,
        CustomerRef::Id(id.parse().unwrap())
    );
}

#[rstest]
#[case(json!(1.5))]
#[case(json!(25.0))]
#[case(json!(0))]
#[case(json!(-3))]
#[case(json!(100_001))]
#[case(json!(1_000_000_000))]
#[case(json!(18_446_744_073_709_551_615_u64))]
#[case(json!(1e300))]
#[case(json!("25"))]
#[case(json!(true))]
#[case(json!([25]))]
#[case(Value::Null)]
fn a_quantity_is_a_whole_number_that_can_be_meant(#[case] quantity: Value) {
    assert_eq!(
        wrong(&with("/lines/0/quantity", quantity)),
        ["/lines/0/quantity"]
    );
}

#[rstest]
#[case("/customer", json!(188))]
#[case("/customer", json!(""))]
#[case("/connection", json!([]))]
#[case("/note", json!(7))]
#[case("/note", json!("n".repeat(LONGEST_NOTE + 1)))]
#[case("/lines", json!({}))]
#[case("/lines", json!([]))]
#[case("/lines/0", json!("Business Premium"))]
#[case("/lines/0/sku", json!("  "))]
#[case("/lines/0/plan", json!(null))]
#[case("/lines/0/customer_po", json!("p".repeat(65)))]
#[case("/lines/0/attributes", json!(["domainName"]))]
#[case("/lines/0/attributes/domainName", json!(true))]
#[case("/lines/0/attributes/domainName", json!("a\u{0}b"))]
#[case("/lines/0/add_ons", json!("Teams"))]
#[case("/lines/0/add_ons/0", json!(null))]
#[case("/lines/0/add_ons/0/quantity", json!(0.5))]
#[case("/lines/1/part_number", json!(7))]
fn each_error_names_its_place(#[case] path: &str, #[case] value: Value) {
    let problems = read(&with(path, value)).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].path, path);
    assert!(problems[0].message.ends_with('.'));
    assert!(!problems[0].label.is_empty());
}

#[test]
fn a_misspelt_member_is_an_error_with_a_hint() {
    let mut file = whole();
    file["lines"][0]["quantitiy"] = json!(3);
    file["lines"][0]["a/b"] = json!(3);
    let problems = read(&file).unwrap_err();
    let told: Vec<_> = problems
        .iter()
        .map(|problem| problem.path.as_str())
        .collect();
    assert_eq!(told, ["/lines/0/a~1b", "/lines/0/quantitiy"]);
    assert!(problems[1].message.contains("Did you mean quantity?"));
    assert!(problems[0].message.contains("It takes: product, sku"));
    let mut price = whole();
    price["lines"][0]["price"] = json!("1.00");
    assert_eq!(wrong(&price), ["/lines/0/price"], "nobody sets a price");
}

#[test]
fn what_is_wanted_is_named_in_one_way() {
    let mut both = whole();
    both["lines"][1]["sku"] = json!("s");
    assert_eq!(wrong(&both), ["/lines/1/sku"]);
    let mut none = whole();
    none["lines"][1] = json!({"quantity": 1});
    assert_eq!(wrong(&none), ["/lines/1"]);
    let mut half = whole();
    half["lines"][1] = json!({"quantity": 1, "product": "p"});
    assert_eq!(wrong(&half), ["/lines/1/sku", "/lines/1/plan"]);
    let mut narrowed = whole();
    narrowed["lines"][1]["product"] = json!("p");
    assert!(read(&narrowed).is_ok());
}

#[test]
fn all_errors_are_told_at_once() {
    let file = json!({"lines": [{"part_number": "", "quantity": 0}, 7], "extra": 1});
    assert_eq!(
        wrong(&file),
        [
            "/extra",
            "/customer",
            "/lines/0/part_number",
            "/lines/0/quantity",
            "/lines/1"
        ]
    );
    for nothing in [json!(null), json!([]), json!("order"), json!(1)] {
        assert_eq!(wrong(&nothing), [""]);
    }
    let many: Vec<_> = (0..=MAX_LINES)
        .map(|_| json!({"part_number": "p", "quantity": 1}))
        .collect();
    assert_eq!(wrong(&json!({"customer": "1", "lines": many})), ["/lines"]);
}

fn any_json() -> impl Strategy<Value = Value> {
    let names = prop::sample::select(
        &[
            "customer",
            "connection",
            "note",
            "lines",
            "product",
            "sku",
            "plan",
            "part_number",
            "quantity",
            "attributes",
            "add_ons",
            "add_on",
            "other",
            "a/~b",
        ][..],
    );
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (1_u32..9).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((names.clone(), inner), 0..8).prop_map(|members| {
                members
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect::<Map<_, _>>()
                    .into()
            }),
        ]
    })
}

proptest! {
    #[test]
    fn anything_is_read_or_told_at_a_place_that_is_there_or_missing(file in any_json()) {
        if let Err(problems) = read(&file) {
            prop_assert!(!problems.is_empty());
            for problem in problems {
                let parent = problem.path.rsplit_once('/').map_or("", |(parent, _)| parent);
                prop_assert!(file.pointer(parent).is_some(), "{}", problem.path);
            }
        }
    }
}

#[test]
fn a_change_names_only_what_it_changes() {
    assert_eq!(read_change(&json!({})).unwrap(), FileChange::default());
    let nothing = json!({"customer": null, "note": null, "lines": null});
    assert_eq!(read_change(&nothing).unwrap(), FileChange::default());
    let note = read_change(&json!({"note": " "})).unwrap();
    assert_eq!((note.note.as_deref(), note.lines), (Some(""), None));
    let lines = read_change(&json!({"lines": whole()["lines"]})).unwrap();
    assert_eq!(lines.lines, Some(read(&whole()).unwrap().lines));
    assert_eq!((lines.customer, lines.note), (None, None));
    // A draft may be emptied; an order that is made may not be empty.
    let emptied = read_change(&json!({"lines": []})).unwrap();
    assert_eq!(emptied.lines, Some(Vec::new()));
    assert_eq!(wrong(&with("/lines", json!([]))), ["/lines"]);
}

#[test]
fn what_is_wrong_with_a_change_is_told_by_the_same_places_all_at_once() {
    let change = json!({
        "customer": "", "connection": "Nordics", "note": 7, "lines": [{"part_number": "x", "quantity": 0, "amount": 1}], "state": "placed"
    });
    let paths: Vec<String> = read_change(&change)
        .unwrap_err()
        .into_iter()
        .map(|problem| problem.path)
        .collect();
    assert_eq!(
        paths,
        [
            "/connection",
            "/state",
            "/customer",
            "/note",
            "/lines/0/amount",
            "/lines/0/quantity"
        ]
    );
    assert!(read_change(&json!([])).is_err());
}
