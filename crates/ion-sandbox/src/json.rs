//! Members of bodies: `camelCase` or `snake_case`, as protocol buffers read JSON (Ion API notes 2).

use serde_json::{Map, Value};

/// `pageSize` as `page_size`.
pub(crate) fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for one in name.chars() {
        if one.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(one.to_ascii_lowercase());
    }
    out
}

/// A member that is not null.
pub(crate) fn member<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let value = members.get(name).or_else(|| members.get(&snake(name)))?;
    Some(value).filter(|value| !value.is_null())
}

/// A text that is not empty.
pub(crate) fn text<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    let text = member(members, name)?.as_str()?;
    Some(text).filter(|text| !text.is_empty())
}

/// A whole number, as a number or as its digits.
pub(crate) fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(digits) => digits.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_are_found_in_both_spellings() {
        let body = json!({"orderItems": 1, "product_id": "p", "skuId": "", "planId": null});
        let body = body.as_object().unwrap();
        assert!(member(body, "orderItems").is_some() && member(body, "planId").is_none());
        assert_eq!(
            (text(body, "productId"), text(body, "skuId")),
            (Some("p"), None)
        );
        assert_eq!(
            (whole(&json!(3)), whole(&json!("4")), whole(&json!(1.5))),
            (Some(3), Some(4), None)
        );
    }
}
