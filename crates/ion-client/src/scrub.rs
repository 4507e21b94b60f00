//! Payload secrets, taken out of replies before anything can hash, store or print them.

use serde_json::Value;
use serde_json::value::RawValue;

/// Members that are secrets wherever they stand.
const SECRET_MEMBERS: [&str; 2] = ["previewAuthToken", "password"];
/// Attributes `{name, value}` whose value is a secret (Ion API notes 2.5: Microsoft's first login).
const SECRET_ATTRIBUTES: [&str; 2] = ["password", "userName"];

/// The text of an item without payload secrets. Keeps the bytes as received where there are none.
pub(crate) fn scrub(raw: Box<RawValue>) -> Box<RawValue> {
    let text = raw.get();
    // A member name may be written with escapes; then it is looked at closely too.
    let suspicious = text.contains("previewAuthToken")
        || text.contains("assword")
        || text.contains("\"userName\"")
        || text.contains("\\u00");
    if !suspicious {
        return raw;
    }
    let Ok(mut value) = serde_json::from_str::<Value>(text) else {
        return raw;
    };
    if !remove(&mut value) {
        return raw;
    }
    // Numbers of the whole item would go by a float here, so the secret texts alone are cut out.
    cut(text, &secrets(text))
        .unwrap_or_else(|| serde_json::value::to_raw_value(&value).unwrap_or(raw))
}

fn remove(value: &mut Value) -> bool {
    match value {
        Value::Object(members) => {
            let before = members.len();
            members.retain(|name, _| !SECRET_MEMBERS.contains(&name.as_str()));
            let mut found = before != members.len();
            if members
                .get("name")
                .and_then(Value::as_str)
                .is_some_and(|name| SECRET_ATTRIBUTES.contains(&name))
            {
                found |= members.remove("value").is_some();
            }
            for member in members.values_mut() {
                found |= remove(member);
            }
            found
        }
        Value::Array(items) => items
            .iter_mut()
            .fold(false, |found, item| remove(item) | found),
        _ => false,
    }
}

/// Every secret text of an item.
fn secrets(text: &str) -> Vec<String> {
    fn collect(value: &Value, into: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                let attribute = members
                    .get("name")
                    .and_then(Value::as_str)
                    .is_some_and(|name| SECRET_ATTRIBUTES.contains(&name));
                for (name, member) in members {
                    match member {
                        Value::String(secret)
                            if SECRET_MEMBERS.contains(&name.as_str())
                                || attribute && name == "value" =>
                        {
                            into.push(secret.clone())
                        }
                        other => collect(other, into),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| collect(item, into)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    if let Ok(value) = serde_json::from_str(text) {
        collect(&value, &mut found);
    }
    found
}

/// The text with each secret string emptied, every other byte kept. `None` where one is not found as it is written.
fn cut(text: &str, secrets: &[String]) -> Option<Box<RawValue>> {
    let mut out = text.to_owned();
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        let written = serde_json::to_string(secret).ok()?;
        if !out.contains(&written) {
            return None;
        }
        out = out.replace(&written, "\"\"");
    }
    RawValue::from_string(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scrubbed(text: &str) -> String {
        scrub(RawValue::from_string(text.to_owned()).unwrap())
            .get()
            .to_owned()
    }

    #[test]
    fn secrets_go_and_every_other_byte_stays() {
        let text = r#"{"name":"p", "previewAuthToken":"abc/+=", "price":811.94534500000009}"#;
        assert_eq!(
            scrubbed(text),
            r#"{"name":"p", "previewAuthToken":"", "price":811.94534500000009}"#
        );
        let attributes =
            r#"[{"name":"password","value":"hunter2"},{"name":"domainName","value":"x"}]"#;
        assert_eq!(
            scrubbed(attributes),
            r#"[{"name":"password","value":""},{"name":"domainName","value":"x"}]"#
        );
        assert!(!scrubbed(r#"{"user":{"password":"s\/ecret"}}"#).contains("ecret"));
        let plain = r#"{"a":1,  "b":"password policy"}"#;
        assert_eq!(scrubbed(plain), plain);
    }

    #[test]
    fn an_escaped_member_name_hides_nothing() {
        assert!(!scrubbed(r#"{"pass\u0077ord":"hidden"}"#).contains("hidden"));
    }
}
