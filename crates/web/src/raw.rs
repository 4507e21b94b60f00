//! A raw reply as people read it: opened, indented line by line with every digit as it came, and the place that is meant.

use std::collections::VecDeque;
use std::io::Read as _;

use crate::view::product::RawLine;

/// Most that a raw reply is opened to.
const LARGEST: u64 = 8 * 1024 * 1024;
/// Lines that a page shows.
const MOST_LINES: usize = 4000;
/// Longest line of a page, in bytes.
const LONGEST_LINE: usize = 4096;
/// Levels that are drawn one inside the other.
const DEEPEST: usize = 40;
/// Steps that are gone back from a place that is missing.
const MOST_STEPS: usize = 16;

/// The text of a stored reply. `None` where it does not open, or is larger than any reply.
pub(crate) fn open(compressed: &[u8]) -> Option<String> {
    let mut text = String::new();
    let mut reader = zstd::stream::read::Decoder::new(compressed)
        .ok()?
        .take(LARGEST);
    reader.read_to_string(&mut text).ok()?;
    (text.len() as u64 != LARGEST).then_some(text)
}

/// A reply line by line, with the line of a JSON path marked; and how many lines are left out.
pub(crate) fn lines(text: &str, path: &str) -> (Vec<RawLine>, u64) {
    let path = path.trim_start_matches('$').trim_start_matches('.');
    let mut all = indent(text, path);
    // Where the place itself is missing from the reply, the nearest part around it is meant.
    let mut around = path;
    for _ in 0..MOST_STEPS {
        let Some(cut) = around.rfind(['.', '[']).filter(|_| !all.marked) else {
            break;
        };
        around = &around[..cut];
        if !around.is_empty() {
            all = indent(text, around);
        }
    }
    if !all.marked && !path.is_empty() {
        all = indent(text, "");
    }
    let left = all.total.saturating_sub(all.lines.len() as u64);
    (all.lines.into(), left)
}

/// Where the writing is: names and positions from the outside in.
#[derive(Debug)]
enum Step {
    Name(String),
    Position(usize),
}

struct Writer<'a> {
    lines: VecDeque<RawLine>,
    /// Lines that were written, kept or not.
    total: u64,
    /// The marked line is among those that are kept.
    marked: bool,
    /// Lines that are kept behind it.
    behind: usize,
    line: String,
    here: bool,
    depth: usize,
    steps: Vec<Step>,
    path: &'a str,
    /// How deep the path leads.
    reach: usize,
    found: bool,
}

/// Indents JSON without reading it into values: numbers keep their digits.
fn indent<'a>(text: &str, path: &'a str) -> Writer<'a> {
    let mut writer = Writer {
        lines: VecDeque::new(),
        total: 0,
        marked: false,
        behind: 0,
        line: String::new(),
        here: false,
        depth: 0,
        steps: Vec::new(),
        path,
        reach: path.matches(['.', '[']).count() + 1,
        found: path.is_empty(),
    };
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
                if let Some((next, _)) = text[at + 1..]
                    .char_indices()
                    .find(|(_, c)| !c.is_whitespace())
                    .filter(|(_, c)| *c == close)
                {
                    writer.line.push(close);
                    while letters
                        .peek()
                        .is_some_and(|(position, _)| *position <= at + 1 + next)
                    {
                        letters.next();
                    }
                    continue;
                }
                writer.depth += 1;
                writer.steps.push(if letter == '{' {
                    Step::Name(String::new())
                } else {
                    Step::Position(0)
                });
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
    writer
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

/// A line as far as a page shows it.
fn cut(mut line: String) -> String {
    if line.len() > LONGEST_LINE {
        let more = line.len() - LONGEST_LINE;
        line.truncate(line.floor_char_boundary(LONGEST_LINE));
        line.push_str(&format!(" … {more} more bytes are in the download"));
    }
    line
}

impl Writer<'_> {
    fn end_line(&mut self) {
        if !self.line.trim().is_empty() {
            self.total += 1;
            let line = RawLine {
                number: self.total,
                text: cut(std::mem::take(&mut self.line)),
                here: self.here,
            };
            self.keep(line);
        }
        self.line = "  ".repeat(self.depth.min(DEEPEST));
        self.here = false;
    }

    /// Keeps what a page can show, whatever was sent: the lines around the marked one, or the first ones where none is asked for.
    fn keep(&mut self, line: RawLine) {
        if self.path.is_empty() {
            if self.lines.len() < MOST_LINES {
                self.lines.push_back(line);
            }
        } else if !self.marked {
            self.marked = line.here;
            self.lines.push_back(line);
            if self.lines.len() > MOST_LINES / 2 {
                self.lines.pop_front();
            }
        } else if self.behind < MOST_LINES / 2 {
            self.behind += 1;
            self.lines.push_back(line);
        }
    }

    /// Marks the line that is being written where it is the place that is meant.
    fn look(&mut self) {
        if self.found || self.steps.len() > self.reach {
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
        let text =
            r#"{"a":811.94534500000009,"skus":[{"x":[]},{"plans":[{"price":"N,a:{N}"}]}],"e":{ }}"#;
        let (lines, left) = lines(text, "$.skus[1].plans[0].price");
        assert_eq!(left, 0);
        assert!(
            lines
                .iter()
                .any(|line| line.text == "  \"a\": 811.94534500000009,"),
            "{lines:?}"
        );
        let here: Vec<_> = lines
            .iter()
            .filter(|line| line.here)
            .map(|line| line.text.trim())
            .collect();
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
        assert_eq!(
            lines
                .iter()
                .filter(|line| line.here)
                .map(|line| line.text.trim())
                .collect::<Vec<_>>(),
            ["{"]
        );
    }

    #[test]
    fn what_is_no_json_is_still_shown() {
        let (lines, _) = lines("<html>\"", "");
        assert_eq!(lines.len(), 1);
    }

    #[test]
    fn a_hostile_reply_stays_as_small_as_a_page() {
        let deep = format!("{}{}", "[1,".repeat(20_000), "]".repeat(20_000));
        let long = format!("{{\"a\":\"{}\"}}", "ü".repeat(300_000));
        let many = format!("[{}0]", "[],".repeat(50_000));
        for text in [&deep, &long, &many] {
            for path in ["", "[0]", "[5][7].x", "a"] {
                let (lines, left) = lines(text, path);
                assert!(lines.len() <= MOST_LINES, "{}", lines.len());
                assert!(
                    lines
                        .iter()
                        .all(|line| line.text.len() < LONGEST_LINE + 100)
                );
                assert!(left > 0 || text == &long);
            }
        }
        let (lines, left) = lines(&many, "[40000]");
        let here = lines.iter().position(|line| line.here).unwrap();
        assert_eq!(
            (lines[here].number, lines[here].text.as_str()),
            (40_002, "  [],")
        );
        assert_eq!(
            (lines.len(), left),
            (MOST_LINES, 50_003 - MOST_LINES as u64)
        );
    }

    #[test]
    fn stored_replies_open() {
        let stored = zstd::bulk::compress(b"{}", 3).unwrap();
        assert_eq!(open(&stored).as_deref(), Some("{}"));
        assert_eq!(open(b"no zstd"), None);
    }
}
