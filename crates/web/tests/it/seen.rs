//! Everything that was seen, and the search for secrets in it.

use std::fmt::Write as _;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use tracing_subscriber::fmt::MakeWriter;

use crate::house::Answer;

/// Everything that was logged.
#[derive(Clone, Default)]
pub(crate) struct Log(pub(crate) Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// What was seen, to be searched at the end.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) secrets: Vec<(String, String)>,
    pub(crate) places: Vec<(String, Vec<u8>)>,
}

impl Seen {
    pub(crate) fn secret(&mut self, name: &str, value: &str) {
        assert!(value.len() >= 16, "{name} is too short to be searched for");
        self.secrets.push((name.to_owned(), value.to_owned()));
    }

    pub(crate) fn place(&mut self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.places.push((name.into(), bytes.into()));
    }

    pub(crate) fn answer(&mut self, name: &str, answer: &Answer) {
        self.place(name, format!("{:?}\n{}", answer.headers, answer.text));
    }

    /// An answer that hands out a secret: everything but that one.
    pub(crate) fn answer_with(&mut self, name: &str, answer: &Answer, handed_out: &str) {
        let text = format!("{:?}\n{}", answer.headers, answer.text);
        assert!(
            text.contains(handed_out),
            "{name} hands out what was made: {text}"
        );
        self.place(name, text.replace(handed_out, "-"));
    }

    pub(crate) fn folder(&mut self, folder: &Path) -> usize {
        let mut files = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files += self.folder(&path);
            } else {
                files += 1;
                self.place(path.display().to_string(), std::fs::read(&path).unwrap());
            }
        }
        files
    }

    /// Every secret in every place, plain and as it would be written otherwise.
    pub(crate) fn hits(&self) -> Vec<String> {
        let mut hits = Vec::new();
        for (name, secret) in &self.secrets {
            let hex: String = secret.bytes().fold(String::new(), |mut text, byte| {
                write!(text, "{byte:02x}").unwrap();
                text
            });
            let bytes = format!("{:?}", secret.as_bytes());
            let forms = [
                secret.clone(),
                BASE64_STANDARD
                    .encode(secret)
                    .trim_end_matches('=')
                    .to_owned(),
                BASE64_URL_SAFE_NO_PAD.encode(secret),
                url::form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
                hex,
                bytes.trim_matches(['[', ']']).to_owned(),
            ];
            for (place, text) in &self.places {
                if forms.iter().any(|form| find(text, form.as_bytes())) {
                    hits.push(format!("{name} in {place}"));
                }
            }
        }
        hits
    }
}

fn find(text: &[u8], part: &[u8]) -> bool {
    let first = part[0];
    let mut at = 0;
    while let Some(next) = text[at..].iter().position(|byte| *byte == first) {
        at += next;
        if text[at..].starts_with(part) {
            return true;
        }
        at += 1;
    }
    false
}

#[test]
fn the_search_finds_what_is_there() {
    let mut seen = Seen::default();
    seen.secret("one", "canary-of-this-very-test");
    seen.place("plain", "a canary-of-this-very-test b");
    seen.place("coded", BASE64_STANDARD.encode("canary-of-this-very-test"));
    seen.place("bytes", format!("{:?}", b"canary-of-this-very-test"));
    seen.place("clean", "canary-of-this-very-tes");
    assert_eq!(
        seen.hits(),
        ["one in plain", "one in coded", "one in bytes"]
    );
}
