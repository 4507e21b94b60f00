//! What the statements of customers have in common: many rows at once, words that are looked for, places where lists go on.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rules::customers::name::{email_key, fold};
use sea_orm::{ConnectionTrait, Value};

use crate::StoreError;
use crate::sql::{exec, json_text, placeholders};

/// Rows of one statement, the largest first. Few shapes, so that each is prepared once; and few values in each, since SQLite looks
/// for the name of every one among all before it.
const SHAPES: [usize; 3] = [32, 8, 1];

/// Inserts rows of one shape: `head` ends with `VALUES `, `tail` may say what happens with those that are there.
pub(crate) async fn insert_rows(
    conn: &impl ConnectionTrait,
    head: &str,
    tail: &str,
    rows: Vec<Vec<Value>>,
) -> Result<(), StoreError> {
    let Some(columns) = rows.first().map(Vec::len) else {
        return Ok(());
    };
    let mut left = rows.len();
    let mut rows = rows.into_iter();
    for shape in SHAPES {
        let sql = format!("{head}{}{tail}", placeholders(shape, columns));
        while left >= shape {
            let batch = rows.by_ref().take(shape).flatten().collect();
            exec(conn, sql.as_str(), batch).await?;
            left -= shape;
        }
    }
    Ok(())
}

/// `$3,$4,$5`: places of `count` values behind the first `before`.
pub(crate) fn places(before: usize, count: usize) -> String {
    let places: Vec<String> = (1..=count)
        .map(|place| format!("${}", before + place))
        .collect();
    places.join(",")
}

/// Ids in parts that one statement takes.
pub(crate) fn parts<T>(all: &[T]) -> impl Iterator<Item = &[T]> {
    all.chunks(100)
}

/// Part of a pattern, with the signs that patterns know made plain.
pub(crate) fn like(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for sign in text.chars() {
        if matches!(sign, '%' | '_' | '!') {
            plain.push('!');
        }
        plain.push(sign);
    }
    plain
}

/// The words of a search, folded; each must occur. Of a word that is longer than a name can be, its beginning counts: SQLite takes no
/// pattern of any length.
pub(crate) fn words(text: &str) -> Vec<String> {
    fold(text)
        .split_whitespace()
        .take(8)
        .map(|word| beginning(word, 500))
        .collect()
}

/// Signs of a column that is in an index: PostgreSQL refuses an index row of more than 2704 bytes, and a folded sign has up to four.
const INDEXED: usize = 500;

/// A name as its column keeps it for sorting and looking up.
pub(crate) fn name_column(name: &str) -> String {
    beginning(&fold(name), INDEXED)
}

/// An e-mail as its column keeps it for looking up; empty where it is none.
pub(crate) fn email_column(email: &str) -> String {
    email_key(email).map_or_else(String::new, |email| beginning(&email, INDEXED))
}

fn beginning(text: &str, signs: usize) -> String {
    text.chars().take(signs).collect()
}

/// A place in a list, as one opaque text.
pub(crate) fn encode(parts: &[&str]) -> String {
    URL_SAFE_NO_PAD.encode(json_text(&parts))
}

/// The parts of a place in a list. One that is none is an error: a list that began anew would never end.
pub(crate) fn decode<const N: usize>(text: &str) -> Result<[String; N], StoreError> {
    URL_SAFE_NO_PAD
        .decode(text)
        .ok()
        .and_then(|bytes| serde_json::from_slice::<Vec<String>>(&bytes).ok())
        .and_then(|parts| parts.try_into().ok())
        .ok_or(NO_PLACE)
}

/// A part of a place in a list.
pub(crate) fn part_of<T: std::str::FromStr>(text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|_| NO_PLACE)
}

const NO_PLACE: StoreError = StoreError::Missing("the place where the list goes on");
