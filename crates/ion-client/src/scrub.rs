//! Payload secrets, taken out of replies before anything can hash, store or print them.

use std::ops::Range;

use serde_json::value::RawValue;

/// Members that are secrets wherever they stand.
const SECRET_MEMBERS: [&str; 3] = ["previewAuthToken", "preview_auth_token", "password"];
/// The attribute `{name, value}` whose value is a secret (Ion API notes 2.5: Microsoft's first log-in).
const PASSWORD: [&str; 1] = ["password"];
/// The attribute that is a secret where a password stands in the same list. Elsewhere it is a name that somebody typed: orders of
/// Google's products have one.
const USER: [&str; 1] = ["userName"];

/// The text of an item with each payload secret emptied; every other byte as received.
pub(crate) fn scrub(raw: Box<RawValue>) -> Box<RawValue> {
    let text = raw.get();
    // Looked at closely only where a secret may be. A name may be written with escapes.
    let suspicious = text.contains("uthToken")
        || text.contains("auth_token")
        || text.contains("assword")
        || text.contains("\\u00");
    if !suspicious {
        return raw;
    }
    let mut secrets = Scan::new(text).secrets();
    if secrets.is_empty() {
        return raw;
    }
    secrets.sort_by_key(|secret| (secret.start, usize::MAX - secret.end));
    let mut out = String::with_capacity(text.len());
    let mut kept = 0;
    for secret in secrets {
        // One inside another is gone with it.
        if secret.start >= kept {
            out.push_str(&text[kept..secret.start]);
            out.push_str("\"\"");
            kept = secret.end;
        }
    }
    out.push_str(&text[kept..]);
    RawValue::from_string(out).expect("a value in a JSON text was replaced by another value")
}

/// What the member that is being read is called.
#[derive(Clone, Copy, PartialEq)]
enum Member {
    Plain,
    Secret,
    Name,
    Value,
}

/// An object or array that is open.
struct Open {
    start: usize,
    object: bool,
    /// The next text is a member's name.
    before_name: bool,
    member: Member,
    attribute: Attribute,
    values: Vec<Range<usize>>,
    /// Of a list of attributes: the values of users, and whether a password stands in it.
    users: Vec<Range<usize>>,
    password_beside: bool,
}

/// Which attribute an object is.
#[derive(Clone, Copy, PartialEq)]
enum Attribute {
    Other,
    Password,
    User,
}

/// A walk over a JSON text that is known to be valid. Not recursive: replies may be nested without end.
struct Scan<'a> {
    text: &'a str,
    open: Vec<Open>,
    secrets: Vec<Range<usize>>,
}

impl<'a> Scan<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            open: Vec::new(),
            secrets: Vec::new(),
        }
    }

    fn secrets(mut self) -> Vec<Range<usize>> {
        let bytes = self.text.as_bytes();
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            at = match byte {
                b'"' => {
                    let end = end_of_string(bytes, at);
                    self.string(at..end);
                    end
                }
                b'{' | b'[' => {
                    self.open.push(Open {
                        start: at,
                        object: *byte == b'{',
                        before_name: *byte == b'{',
                        member: Member::Plain,
                        attribute: Attribute::Other,
                        values: Vec::new(),
                        users: Vec::new(),
                        password_beside: false,
                    });
                    at + 1
                }
                b'}' | b']' => {
                    self.close(at + 1);
                    at + 1
                }
                b',' => {
                    if let Some(open) = self.open.last_mut() {
                        open.before_name = open.object;
                    }
                    at + 1
                }
                b':' | b' ' | b'\t' | b'\r' | b'\n' => at + 1,
                _ => {
                    let rest = &bytes[at..];
                    let length = rest
                        .iter()
                        .position(|byte| {
                            matches!(byte, b',' | b'}' | b']') || byte.is_ascii_whitespace()
                        })
                        .unwrap_or(rest.len());
                    self.value(at..at + length);
                    at + length
                }
            };
        }
        self.secrets
    }

    fn string(&mut self, range: Range<usize>) {
        let text = &self.text[range.clone()];
        match self.open.last_mut() {
            Some(open) if open.before_name => {
                open.before_name = false;
                open.member = if is_one_of(text, &SECRET_MEMBERS) {
                    Member::Secret
                } else if is_one_of(text, &["name"]) {
                    Member::Name
                } else if is_one_of(text, &["value"]) {
                    Member::Value
                } else {
                    Member::Plain
                };
            }
            _ => self.value(range),
        }
    }

    fn close(&mut self, end: usize) {
        if let Some(closed) = self.open.pop() {
            if closed.password_beside {
                self.secrets.extend(closed.users);
            }
            match (closed.attribute, self.open.last_mut()) {
                (Attribute::Password, list) => {
                    self.secrets.extend(closed.values);
                    if let Some(list) = list {
                        list.password_beside = true;
                    }
                }
                (Attribute::User, Some(list)) => list.users.extend(closed.values),
                _ => {}
            }
            self.value(closed.start..end);
        }
    }

    fn value(&mut self, range: Range<usize>) {
        let Some(open) = self.open.last_mut() else {
            return;
        };
        match open.member {
            Member::Secret => self.secrets.push(range),
            Member::Name => {
                let name = &self.text[range];
                // A name given twice is a password where one of them says so.
                if is_one_of(name, &PASSWORD) {
                    open.attribute = Attribute::Password;
                } else if is_one_of(name, &USER) && open.attribute == Attribute::Other {
                    open.attribute = Attribute::User;
                }
            }
            Member::Value => open.values.push(range),
            Member::Plain => {}
        }
    }
}

/// True where a JSON string, in its quotes, is one of these words in any case.
fn is_one_of(written: &str, words: &[&str]) -> bool {
    let is = |text: &str| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    if written.contains('\\') {
        serde_json::from_str::<String>(written).is_ok_and(|text| is(&text))
    } else {
        written
            .strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'))
            .is_some_and(is)
    }
}

/// Where the string that starts at a quote ends, behind its closing quote.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;
    use serde_json::Value;

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
        let plain = r#"{"a":1,  "b":"password policy"}"#;
        assert_eq!(scrubbed(plain), plain);
    }

    #[test]
    fn a_user_is_a_secret_beside_a_password_and_nowhere_else() {
        let of_google = r#"{"attributes":[{"name":"userName","value":"ada"},{"name":"customerDomain","value":"x"}]}"#;
        assert_eq!(scrubbed(of_google), of_google);
        assert_eq!(
            scrubbed(
                r#"{"orderItems":[{"attributes":[{"name":"userName","value":"admin@x"},{"value":"hunter2","name":"Password"}]},{"attributes":[{"name":"userName","value":"ada"}]}]}"#
            ),
            r#"{"orderItems":[{"attributes":[{"name":"userName","value":""},{"value":"","name":"Password"}]},{"attributes":[{"name":"userName","value":"ada"}]}]}"#
        );
        // What an attribute may be called is no attribute.
        let template =
            r#"{"properties":{"name":{"enum":["userName","password"]},"value":{"type":"string"}}}"#;
        assert_eq!(scrubbed(template), template);
    }

    #[test]
    fn a_text_that_is_also_a_secret_stays_elsewhere() {
        assert_eq!(
            scrubbed(r#"{"currency":"EUR","user":{"password":"EUR"},"password":"currency"}"#),
            r#"{"currency":"EUR","user":{"password":""},"password":""}"#
        );
    }

    #[test]
    fn a_secret_that_is_no_text_goes_too() {
        assert_eq!(
            scrubbed(r#"{"password": 12345 ,"a":[{"value":{"x":["s3cret"]}, "name":"password"}]}"#),
            r#"{"password": "" ,"a":[{"value":"", "name":"password"}]}"#
        );
        assert_eq!(
            scrubbed(r#"{"password":{"password":"x","deep":[1]},"b":5.06e-6}"#),
            r#"{"password":"","b":5.06e-6}"#
        );
    }

    #[test]
    fn escapes_hide_nothing_and_confuse_nothing() {
        assert_eq!(
            scrubbed(r#"{"pass\u0077ord":"hid\"den","b":"\\"}"#),
            r#"{"pass\u0077ord":"","b":"\\"}"#
        );
        assert_eq!(
            scrubbed(r#"{"user":{"password":"s\/ecret\\"},"price":811.94534500000009}"#),
            r#"{"user":{"password":""},"price":811.94534500000009}"#
        );
        assert_eq!(scrubbed(r#"{"Password":"x"}"#), r#"{"Password":""}"#);
    }

    #[test]
    fn what_cannot_be_decoded_keeps_no_secret_either() {
        let nested = format!(
            r#"{{"deep":{}1{},"huge":1e999,"password":"hunter2"}}"#,
            "[".repeat(100_000),
            "]".repeat(100_000)
        );
        assert!(!scrubbed(&nested).contains("hunter2"));
        assert!(!scrubbed(r#"{"x":"\ud800","password":"hunter2"}"#).contains("hunter2"));
    }

    /// The same by another way, for values that a tree can hold.
    fn emptied(value: &mut Value, secret_user: bool) {
        let called = |value: &Value, word: &str| {
            value["name"]
                .as_str()
                .is_some_and(|name| name.eq_ignore_ascii_case(word))
        };
        match value {
            Value::Object(_) => {
                let secret = called(value, "password") || secret_user && called(value, "userName");
                let beside = value
                    .as_object()
                    .is_some_and(|members| members.values().any(|one| called(one, "password")));
                for (name, member) in value.as_object_mut().unwrap() {
                    let is = |word: &&str| word.eq_ignore_ascii_case(name);
                    if SECRET_MEMBERS.iter().any(is) || secret && name == "value" {
                        *member = "".into();
                    } else {
                        emptied(member, beside);
                    }
                }
            }
            Value::Array(items) => {
                let beside = items.iter().any(|one| called(one, "password"));
                for one in items {
                    emptied(one, beside);
                }
            }
            _ => {}
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let words = vec![
            "password", "userName", "name", "value", "EUR", "\"", "\\", "{[,:", "\u{e4}\n",
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            select(words).prop_map(Value::from),
        ];
        let names = vec![
            "password",
            "previewAuthToken",
            "name",
            "value",
            "userName",
            "x",
            "\"y\\",
        ];
        leaf.prop_recursive(5, 60, 6, move |inner| {
            let name = select(names.clone()).prop_map(str::to_owned);
            prop_oneof![
                vec(inner.clone(), 0..5).prop_map(Value::from),
                vec((name, inner), 0..6).prop_map(|members| members.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_reply_loses_its_secrets_and_nothing_else(value in any_json(), pretty: bool) {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
            let scrubbed: Value = serde_json::from_str(&scrubbed(&text.unwrap())).unwrap();
            let mut expected = value;
            emptied(&mut expected, false);
            prop_assert_eq!(scrubbed, expected);
        }
    }
}
