//! A raw reply as people read it: opened, indented line by line with every digit as it came, and the place that is meant.

use std::io::Read as _;

use crate::view::product::RawLine;

/// Most that a raw reply is opened to.
const LARGEST: u64 = 8 * 1024 * 1024;
/// Lines that a page shows.
const MOST_LINES: usize = 4000;

/// The text of a stored reply. `None` where it does not open, or is larger than any reply.
pub(crate) fn open(compressed: &[u8]) -> Option<String> {
    let mut text = String::new();
    let mut reader = zstd::stream::read::Decoder::new(compressed).ok()?.take(LARGEST);
    reader.read_to_string(&mut text).ok()?;
    (text.len() as u64 != LARGEST).then_some(text)
}

/// A reply line by line, with the line of a JSON path marked; and how many lines are left out.
pub(crate) fn lines(text: &str, path: &str) -> (Vec<RawLine>, u64) {
    let path = path.trim_start_matches('$').trim_start_matches('.');
    let mut all = indent(text, path);
    let here = all.iter().position(|line| line.here);
    // Where the place itself is missing from the reply, the nearest part around it is meant.
    if here.is_none() && !path.is_empty() {
        let mut around = path;
        while let Some(cut) = around.rfind(['.', '[']) {
            around = &around[..cut];
            let again = indent(text, around);
            if again.iter().any(|line| line.here) {
                all = again;
                break;
            }
        }
    }
    let start = all.iter().position(|line| line.here).map_or(0, |place| place.saturating_sub(MOST_LINES / 2));
    let total = all.len();
    let shown: Vec<RawLine> = all.into_iter().skip(start).take(MOST_LINES).collect();
    let left = total.saturating_sub(shown.len());
    (shown, left as u64)
}

/// Where the writing is: names and positions from the outside in.
#[derive(Debug)]
enum Step {
    Name(String),
    Position(usize),
}

struct Writer<'a> {
    lines: Vec<RawLine>,
    line: String,
    here: bool,
    depth: usize,
    steps: Vec<Step>,
    path: &'a str,
    found: bool,
}

/// Indents JSON without reading it into values: numbers keep their digits.
fn indent(text: &str, path: &str) -> Vec<RawLine> {
    let mut writer = Writer { lines: Vec::new(), line: String::new(), here: false, depth: 0, steps: Vec::new(), path, found: path.is_empty() };
    let mut letters = text.char_indices().peekable();
    let mut name_next = false;
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => {
                let end = string_end(text, at);
                while letters.peek().is_some_and(|(next, _)| *next < end) {
                    letters.next();
                }
                let whole = &text[at..end];
                if name_next && let Some(Step::Name(name)) = writer.steps.last_mut() {
                    whole.trim_matches('"').clone_into(name);
                    name_next = false;
                    writer.look();
                }
                writer.line.push_str(whole);
            }
            '{' | '[' => {
                writer.line.push(letter);
                let close = if letter == '{' { '}' } else { ']' };
                if let Some((next, _)) = text[at + 1..].char_indices().find(|(_, c)| !c.is_whitespace()).filter(|(_, c)| *c == close) {
                    writer.line.push(close);
                    while letters.peek().is_some_and(|(position, _)| *position <= at + 1 + next) {
                        letters.next();
                    }
                    continue;
                }
                writer.depth += 1;
                writer.steps.push(if letter == '{' { Step::Name(String::new()) } else { Step::Position(0) });
                name_next = letter == '{';
                writer.end_line();
                if letter == '[' {
                    writer.look();
                }
            }
            '}' | ']' => {
                writer.depth = writer.depth.saturating_sub(1);
                writer.steps.pop();
                writer.end_line();
                writer.line.push(letter);
                name_next = false;
            }
            ',' => {
                writer.line.push(',');
                writer.end_line();
                match writer.steps.last_mut() {
                    Some(Step::Name(_)) => name_next = true,
                    Some(Step::Position(position)) => {
                        *position += 1;
                        writer.look();
                    }
                    None => {}
                }
            }
            ':' => writer.line.push_str(": "),
            letter if letter.is_whitespace() => {}
            letter => writer.line.push(letter),
        }
    }
    writer.end_line();
    writer.lines
}

/// Where a string that begins at `at` ends, its closing quote included.
fn string_end(text: &str, at: usize) -> usize {
    let mut escaped = false;
    for (offset, letter) in text[at + 1..].char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1 + offset + 1,
            _ => {}
        }
    }
    text.len()
}

impl Writer<'_> {
    fn end_line(&mut self) {
        if !self.line.trim().is_empty() {
            let number = self.lines.len() as u64 + 1;
            self.lines.push(RawLine { number, text: std::mem::take(&mut self.line), here: self.here });
        }
        self.line = "  ".repeat(self.depth);
        self.here = false;
    }

    /// Marks the line that is being written where it is the place that is meant.
    fn look(&mut self) {
        if self.found {
            return;
        }
        let mut here = String::new();
        for step in &self.steps {
            match step {
                Step::Name(name) => {
                    if !here.is_empty() {
                        here.push('.');
                    }
                    here.push_str(name);
                }
                Step::Position(position) => here.push_str(&format!("[{position}]")),
            }
        }
        if here == self.path {
            self.here = true;
            self.found = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stay_and_the_place_is_found() {
        let text = r#"{"a":811.94534500000009,"skus":[{"x":[]},{"plans":[{"price":"N,a:{N}"}]}],"e":{ }}"#;
        let (lines, left) = lines(text, "$.skus[1].plans[0].price");
        assert_eq!(left, 0);
        assert!(lines.iter().any(|line| line.text == "  \"a\": 811.94534500000009,"), "{lines:?}");
        let here: Vec<_> = lines.iter().filter(|line| line.here).map(|line| line.text.trim()).collect();
        assert_eq!(here, [r#""price": "N,a:{N}""#]);
        let joined: String = lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&joined).unwrap(),
            serde_json::from_str::<serde_json::Value>(text).unwrap()
        );
    }

    #[test]
    fn a_missing_member_marks_what_should_hold_it() {
        let (lines, _) = lines(r#"{"skus":[{"id":"1"}]}"#, "skus[0].plans[2].price");
        assert_eq!(lines.iter().filter(|line| line.here).map(|line| line.text.trim()).collect::<Vec<_>>(), ["{"]);
    }

    #[test]
    fn what_is_no_json_is_still_shown() {
        let (lines, _) = lines("<html>\"", "");
        assert_eq!(lines.len(), 1);
    }

    #[test]
    fn stored_replies_open() {
        let stored = zstd::bulk::compress(b"{}", 3).unwrap();
        assert_eq!(open(&stored).as_deref(), Some("{}"));
        assert_eq!(open(b"no zstd"), None);
    }
}
