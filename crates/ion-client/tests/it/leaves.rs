//! Whether a typed value holds all that stands in the text it was read from.

use std::fmt::Debug;

use serde_json::Value;

/// Each leaf of the text, in the ways in which a typed value prints it: as a text, as an exact decimal, as a whole number.
fn leaves(value: &Value, but: &[&str], path: &str, into: &mut Vec<Vec<String>>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let path = format!("{path}/{name}");
                if !but.iter().any(|one| *one == name || *one == path) {
                    leaves(member, but, &path, into);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| leaves(item, but, path, into)),
        Value::Null => {}
        Value::String(text) => into.push(vec![format!("{text:?}"), format!("({text})")]),
        Value::Number(number) => into.push(vec![
            format!("(\"{number}\")"),
            format!("({number})"),
            format!("\"{number}\""),
        ]),
        Value::Bool(bool) => into.push(vec![format!("Some({bool})")]),
    }
}

/// Fails where a leaf of the text is not in the value as often as in the text. `but` are members that no type claims, by name or by path.
pub(crate) fn assert_keeps_all_but(but: &[&str], text: &str, decoded: &impl Debug) {
    let printed = format!("{decoded:?}").replace("Some(\"", "\"");
    let mut expected = Vec::new();
    leaves(&serde_json::from_str(text).unwrap(), but, "", &mut expected);
    assert!(!expected.is_empty());
    for leaf in &expected {
        let wanted = expected.iter().filter(|other| *other == leaf).count();
        let found: usize = leaf.iter().map(|form| printed.matches(form).count()).sum();
        assert!(found >= wanted, "{leaf:?} is lost in {printed}");
    }
}

/// The same where every member is claimed.
pub(crate) fn assert_keeps_all(text: &str, decoded: &impl Debug) {
    assert_keeps_all_but(&[], text, decoded);
}
