//! Many rows in one statement.

use sea_orm::{ConnectionTrait, Value};

use crate::StoreError;
use crate::sql::{exec, placeholders};

/// Values of one statement at most: far below what both databases bind.
const BOUND: usize = 8_000;

/// Inserts rows of one shape: `head` ends with `VALUES `, `tail` may say what happens with those that are there.
pub(super) async fn insert_rows(
    conn: &impl ConnectionTrait,
    head: &str,
    tail: &str,
    rows: Vec<Vec<Value>>,
) -> Result<(), StoreError> {
    let Some(columns) = rows.first().map(Vec::len) else {
        return Ok(());
    };
    let most = (BOUND / columns.max(1)).max(1);
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let batch: Vec<Vec<Value>> = rows.by_ref().take(most).collect();
        let sql = format!("{head}{}{tail}", placeholders(batch.len(), columns));
        exec(conn, sql, batch.into_iter().flatten().collect()).await?;
    }
    Ok(())
}

/// `$3,$4,$5`: places of `count` values behind the first `before`.
pub(super) fn places(before: usize, count: usize) -> String {
    let places: Vec<String> = (1..=count)
        .map(|place| format!("${}", before + place))
        .collect();
    places.join(",")
}

/// Ids in parts that one statement takes.
pub(super) fn parts<T>(all: &[T]) -> impl Iterator<Item = &[T]> {
    all.chunks(500)
}

/// Part of a pattern, with the signs that patterns know made plain.
pub(super) fn like(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for sign in text.chars() {
        if matches!(sign, '%' | '_' | '!') {
            plain.push('!');
        }
        plain.push(sign);
    }
    plain
}

/// The words of a search, folded; each must occur.
pub(super) fn words(text: &str) -> Vec<String> {
    rules::customers::name::fold(text)
        .split_whitespace()
        .take(8)
        .map(str::to_owned)
        .collect()
}
