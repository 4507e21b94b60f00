//! Which rows an import touched, told by the database itself, and whether they are exactly those that had to be.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rusqlite::Connection;

use crate::sandbox::Moved;

/// Tables that an unchanged import leaves alone, and whether a moved price writes one row into them.
const TABLES: [&str; 5] = [
    "product",
    "product_raw",
    "variant",
    "price_entry",
    "catalog_change",
];

/// Has the database note each row that is written, also to the same values.
pub(crate) fn watch(file: &Path) -> anyhow::Result<()> {
    let db = Connection::open(file)?;
    db.execute_batch("CREATE TABLE bench_write (at TEXT NOT NULL); CREATE TABLE bench_search AS SELECT id, block FROM product_search_data;")?;
    for table in TABLES {
        for event in ["INSERT", "UPDATE", "DELETE"] {
            db.execute_batch(&format!(
                "CREATE TRIGGER bench_{table}_{event} AFTER {event} ON {table} BEGIN INSERT INTO bench_write VALUES ('{event} {table}'); END"
            ))?;
        }
    }
    Ok(())
}

/// What was noted since, and in how many parts the search index differs. The database is left as it was.
pub(crate) fn unwatch(file: &Path) -> anyhow::Result<BTreeMap<String, u64>> {
    let db = Connection::open(file)?;
    let mut written = BTreeMap::new();
    let mut rows = db.prepare("SELECT at, COUNT(*) FROM bench_write GROUP BY at")?;
    for row in rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))? {
        let (at, count): (String, u64) = row?;
        written.insert(at, count);
    }
    drop(rows);
    let search = "SELECT COUNT(*) FROM (SELECT id, block FROM product_search_data EXCEPT SELECT id, block FROM bench_search)";
    let parts: u64 = db.query_row(search, [], |row| row.get(0))?;
    if parts > 0 {
        written.insert("product_search".to_owned(), parts);
    }
    for table in TABLES {
        for event in ["INSERT", "UPDATE", "DELETE"] {
            db.execute_batch(&format!("DROP TRIGGER bench_{table}_{event}"))?;
        }
    }
    db.execute_batch("DROP TABLE bench_write; DROP TABLE bench_search")?;
    Ok(written)
}

/// What one import had to write after these prices moved: nothing else, and nothing twice.
pub(crate) fn expected(moved: &[Moved]) -> BTreeMap<String, u64> {
    let changed = moved.iter().filter(|moved| moved.before != moved.after);
    let products = changed
        .clone()
        .map(|moved| &moved.product)
        .collect::<BTreeSet<_>>()
        .len() as u64;
    let prices = changed.count() as u64;
    [
        ("UPDATE product", products),
        ("UPDATE product_raw", products),
        ("UPDATE variant", prices),
        ("INSERT price_entry", prices),
        ("INSERT catalog_change", prices),
    ]
    .into_iter()
    .map(|(at, count)| (at.to_owned(), count))
    .collect()
}

/// The price ledger's entries of the last run: product, SKU, plan, price as received.
pub(crate) fn last_entries(
    file: &Path,
) -> anyhow::Result<BTreeSet<(String, String, String, String)>> {
    let db = Connection::open(file)?;
    let mut rows = db.prepare(
        "SELECT p.ion_id, v.sku_id, v.plan_id, e.cost_text FROM price_entry e
         JOIN variant v ON v.id = e.variant_id JOIN product p ON p.id = v.product_id
         WHERE e.run_id = (SELECT id FROM run ORDER BY number DESC LIMIT 1)",
    )?;
    let rows = rows.query_map([], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The same, as the moved prices demand it.
pub(crate) fn wanted_entries(moved: &[Moved]) -> BTreeSet<(String, String, String, String)> {
    let changed = moved.iter().filter(|moved| moved.before != moved.after);
    changed
        .map(|moved| {
            (
                moved.product.clone(),
                moved.sku.clone(),
                moved.plan.clone(),
                moved.after.clone(),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_that_moved_to_itself_demands_nothing() {
        let moved = |product: &str, plan: &str, after: &str| Moved {
            product: product.to_owned(),
            sku: "s".to_owned(),
            plan: plan.to_owned(),
            before: "1".to_owned(),
            after: after.to_owned(),
        };
        let moved = [
            moved("a", "p", "2"),
            moved("a", "q", "3"),
            moved("b", "p", "1"),
        ];
        let expected = expected(&moved);
        assert_eq!(
            (expected["UPDATE product"], expected["INSERT price_entry"]),
            (1, 2)
        );
        assert_eq!(wanted_entries(&moved).len(), 2);
    }
}
