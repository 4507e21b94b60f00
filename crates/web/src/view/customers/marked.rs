//! Two texts side by side, with the letters that differ marked.

use std::fmt;

use askama::filters::HtmlSafe;

use crate::view::parts::escaped;

/// Longer texts are compared by their beginnings and ends only.
const MOST_WORDS: usize = 160;

/// A text of which some letters differ from another. Prints itself, isolated from the direction of the text around it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marked {
    parts: Vec<(bool, String)>,
}

impl Marked {
    /// A text without marks.
    pub fn plain(text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            parts: if text.is_empty() {
                Vec::new()
            } else {
                vec![(false, text)]
            },
        }
    }

    /// Nothing is written here.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The text without its marks.
    pub fn text(&self) -> String {
        self.parts.iter().map(|(_, part)| part.as_str()).collect()
    }

    fn push(&mut self, marked: bool, text: &str) {
        if text.is_empty() {
            return;
        }
        match self.parts.last_mut() {
            Some((last, kept)) if *last == marked => kept.push_str(text),
            _ => self.parts.push((marked, text.to_owned())),
        }
    }
}

impl fmt::Display for Marked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<bdi>")?;
        for (marked, part) in &self.parts {
            if *marked {
                f.write_str("<mark>")?;
            }
            escaped(f, part)?;
            if *marked {
                f.write_str("</mark>")?;
            }
        }
        f.write_str("</bdi>")
    }
}

impl HtmlSafe for Marked {}

/// Both texts, with what differs marked in each. Where one is empty nothing is marked: there is nothing to compare.
pub fn compare(one: &str, other: &str) -> (Marked, Marked) {
    if one == other || one.is_empty() || other.is_empty() {
        return (Marked::plain(one), Marked::plain(other));
    }
    let (ours, theirs) = (words(one), words(other));
    let mut marked = (Marked::default(), Marked::default());
    let (mut from, mut to) = (0, 0);
    for (at, beside, length) in common_runs(&ours, &theirs) {
        differ(&mut marked, &ours[from..at], &theirs[to..beside]);
        let kept = ours[at..at + length].concat();
        marked.0.push(false, &kept);
        marked
            .1
            .push(false, &theirs[to.max(beside)..beside + length].concat());
        (from, to) = (at + length, beside + length);
    }
    differ(&mut marked, &ours[from..], &theirs[to..]);
    marked
}

/// Two runs of words of which nothing is common: their letters at both ends may be.
fn differ(marked: &mut (Marked, Marked), ours: &[&str], theirs: &[&str]) {
    let (ours, theirs) = (ours.concat(), theirs.concat());
    let (one, other): (Vec<char>, Vec<char>) = (ours.chars().collect(), theirs.chars().collect());
    let mut start = one
        .iter()
        .zip(&other)
        .take_while(|(one, other)| one == other)
        .count();
    // A sign that joins the letter before it is not torn off.
    while start > 0
        && [&one, &other]
            .iter()
            .any(|side| side.get(start).is_some_and(|sign| joins(*sign)))
    {
        start -= 1;
    }
    let end = one[start..]
        .iter()
        .rev()
        .zip(other[start..].iter().rev())
        .take_while(|(one, other)| one == other && !joins(**one))
        .count();
    for (side, letters) in [(&mut marked.0, &one), (&mut marked.1, &other)] {
        let text = |part: &[char]| part.iter().collect::<String>();
        let last = letters.len() - end;
        side.push(false, &text(&letters[..start]));
        side.push(true, &text(&letters[start..last]));
        side.push(false, &text(&letters[last..]));
    }
}

fn joins(sign: char) -> bool {
    matches!(u32::from(sign), 0x300..=0x36f | 0x200d | 0xfe0f | 0x1f3fb..=0x1f3ff)
}

/// Words, and what stands between them, in their order.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut before: Option<bool> = None;
    for (at, sign) in text.char_indices() {
        let letter = sign.is_alphanumeric() || joins(sign);
        if before.is_some_and(|before| before != letter || !letter) {
            words.push(&text[start..at]);
            start = at;
        }
        before = Some(letter);
    }
    if start < text.len() {
        words.push(&text[start..]);
    }
    words
}

/// Runs of words that both have, in order: place here, place there, length. Runs of nothing but spaces and signs between
/// two differences are none: they would tear one mark into many.
fn common_runs(one: &[&str], other: &[&str]) -> Vec<(usize, usize, usize)> {
    if one.len() > MOST_WORDS || other.len() > MOST_WORDS {
        return Vec::new();
    }
    let width = other.len() + 1;
    let mut longest = vec![0_u16; (one.len() + 1) * width];
    for (row, word) in one.iter().enumerate().rev() {
        for (column, beside) in other.iter().enumerate().rev() {
            longest[row * width + column] = if word == beside {
                longest[(row + 1) * width + column + 1] + 1
            } else {
                longest[(row + 1) * width + column].max(longest[row * width + column + 1])
            };
        }
    }
    let mut runs: Vec<(usize, usize, usize)> = Vec::new();
    let (mut row, mut column) = (0, 0);
    while row < one.len() && column < other.len() {
        if one[row] == other[column] {
            match runs.last_mut() {
                Some((at, beside, length))
                    if *at + *length == row && *beside + *length == column =>
                {
                    *length += 1;
                }
                _ => runs.push((row, column, 1)),
            }
            (row, column) = (row + 1, column + 1);
        } else if longest[(row + 1) * width + column] >= longest[row * width + column + 1] {
            row += 1;
        } else {
            column += 1;
        }
    }
    runs.retain(|(at, _, length)| {
        one[*at..*at + *length]
            .iter()
            .any(|word| word.chars().any(char::is_alphanumeric))
    });
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(one: &str, other: &str) -> (String, String) {
        let (one, other) = compare(one, other);
        let bare = |side: Marked| side.to_string().replace("<bdi>", "").replace("</bdi>", "");
        (bare(one), bare(other))
    }

    #[test]
    fn what_differs_is_marked_to_the_letter() {
        let pair = |one: &str, other: &str| (one.to_owned(), other.to_owned());
        assert_eq!(
            html("Whistling Kettle Café Srl", "Whistling Kettle Cafe"),
            pair(
                "Whistling Kettle Caf<mark>é Srl</mark>",
                "Whistling Kettle Caf<mark>e</mark>"
            )
        );
        assert_eq!(
            html("office@kettle.example", "it@kettle.example"),
            pair(
                "<mark>office</mark>@kettle.example",
                "<mark>it</mark>@kettle.example"
            )
        );
        assert_eq!(
            html("+39 02 5550 0100", "+39 02 5550 0199"),
            pair(
                "+39 02 5550 01<mark>00</mark>",
                "+39 02 5550 01<mark>99</mark>"
            )
        );
        assert_eq!(
            html("3 Toast Lane, Unit B", "14 Butter Street"),
            pair(
                "<mark>3 Toast Lane, Unit B</mark>",
                "<mark>14 Butter Street</mark>"
            )
        );
        assert_eq!(html("", "Berlin"), pair("", "Berlin"));
        assert_eq!(html("same", "same"), pair("same", "same"));
    }

    #[test]
    fn no_text_is_lost_or_torn() {
        let long = "word ".repeat(400);
        for (one, other) in [
            ("<b>&amp;", "<i>&amp;"),
            ("e\u{301}clair", "eclair"),
            ("מאפיית ירח בע״מ", "מאפיית ירח"),
            ("\u{1f469}\u{200d}\u{1f373} Tea", "\u{1f469} Tea"),
            (long.as_str(), "word other"),
            ("a b c a b c", "c b a c b a"),
        ] {
            let (left, right) = compare(one, other);
            assert_eq!((left.text(), right.text()), (one.into(), other.into()));
        }
        assert_eq!(
            html("e\u{301}", "e"),
            ("<mark>e\u{301}</mark>".into(), "<mark>e</mark>".into())
        );
        assert!(!html("<b>x", "<i>x").0.contains("<b>"));
    }
}
