//! The description of the API does not change by accident.

#[test]
fn the_description_is_the_one_that_was_agreed() {
    insta::assert_json_snapshot!("openapi", web::openapi());
}

#[test]
fn every_operation_has_a_name_and_says_how_it_fails() {
    let description = serde_json::to_value(web::openapi()).unwrap();
    assert_eq!(description["openapi"].as_str().unwrap().split('.').take(2).collect::<Vec<_>>(), ["3", "1"]);
    let mut names = std::collections::BTreeSet::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path} has no name"));
            assert!(names.insert(name.to_owned()), "{name} names two operations");
        }
    }
    assert!(names.len() > 20);
}
