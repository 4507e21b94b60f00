//! The import on PostgreSQL, and its floor: `COPY` of the same rows into the same indexes.

use anyhow::{Context as _, ensure};
use futures::TryStreamExt as _;
use secrecy::ExposeSecret as _;
use sqlx::postgres::{PgConnection, PgPoolCopyExt as _};
use sqlx::{AssertSqlSafe, Connection as _};
use std::time::Instant;
use store::Backend;
use store::testing::TestDatabase;

use crate::figures::{Figures, median};
use crate::job::Job;
use crate::measure::Bench;
use crate::sandbox::Ion;
use crate::table::Measured;

/// Tables that an import fills; those that others refer to come first.
const TABLES: [&str; 5] = [
    "product",
    "product_raw",
    "variant",
    "price_entry",
    "product_search",
];
/// What these refer to.
const BEFORE: [&str; 2] = ["connection", "run"];

/// P1 and P2 on PostgreSQL.
pub(crate) async fn measure(bench: &mut Bench, ion: &mut Ion, runs: usize) -> anyhow::Result<()> {
    let (mut our, mut copied, mut again, mut logged) = (Vec::new(), Vec::new(), Vec::new(), 0_i64);
    for _ in 0..runs {
        let database = TestDatabase::migrated(Backend::Postgres).await;
        let url = database.url().expose_secret().to_owned();
        let import = Job::Import {
            source: ion.source.clone(),
            database: url.clone(),
        };
        our.push(bench.run("full import, PostgreSQL", &import).await?.wall_s);
        copied.push(copy(bench, &url).await?);
        let before = log_position(&url).await?;
        let figures = bench
            .run("unchanged re-import, PostgreSQL", &import)
            .await?;
        logged = logged.max(log_position(&url).await? - before);
        again.push(figures.wall_s);
    }
    bench.report.ratio(
        "P1",
        "full import, PostgreSQL, against COPY",
        median(our),
        median(copied),
        "s",
        3.0,
    );
    let kib = f64::from(i32::try_from(logged / 1024).unwrap_or(i32::MAX));
    bench.report.bound(
        "P2",
        "unchanged re-import, PostgreSQL: write-ahead log",
        kib,
        "KiB",
        1024.0,
    );
    bench.report.bound(
        "P2",
        "unchanged re-import, PostgreSQL",
        median(again),
        "s",
        f64::INFINITY,
    );
    Ok(())
}

/// Seconds that `COPY` needs for the rows of this database, in a second one that has the same tables and indexes.
async fn copy(bench: &mut Bench, url: &str) -> anyhow::Result<f64> {
    let target = TestDatabase::migrated(Backend::Postgres).await;
    let from = sqlx::PgPool::connect(url).await?;
    let to = sqlx::PgPool::connect(target.url().expose_secret()).await?;
    for table in BEFORE {
        let rows = read(&from, table).await?;
        write(&to, table, &rows).await?;
    }
    let mut rows = Vec::new();
    for table in TABLES {
        rows.push(read(&from, table).await?);
    }
    let started = Instant::now();
    let mut count = 0;
    for (table, rows) in TABLES.iter().zip(&rows) {
        count += write(&to, table, rows).await?;
    }
    let wall_s = started.elapsed().as_secs_f64();
    ensure!(count > 0, "nothing was copied");
    from.close().await;
    to.close().await;
    let figures = Figures {
        wall_s,
        rows: count,
        ..Figures::default()
    };
    bench.report.measured.push(Measured {
        name: "COPY, PostgreSQL".to_owned(),
        figures,
    });
    Ok(wall_s)
}

async fn read(pool: &sqlx::PgPool, table: &str) -> anyhow::Result<Vec<u8>> {
    let mut stream = pool
        .copy_out_raw(&format!("COPY {table} TO STDOUT (FORMAT binary)"))
        .await?;
    let mut rows = Vec::new();
    while let Some(part) = stream.try_next().await? {
        rows.extend_from_slice(&part);
    }
    Ok(rows)
}

async fn write(pool: &sqlx::PgPool, table: &str, rows: &[u8]) -> anyhow::Result<u64> {
    let mut copy = pool
        .copy_in_raw(&format!("COPY {table} FROM STDIN (FORMAT binary)"))
        .await?;
    for part in rows.chunks(1 << 20) {
        copy.send(part).await?;
    }
    copy.finish()
        .await
        .with_context(|| format!("{table} cannot be copied"))
}

/// How many bytes of write-ahead log there were.
async fn log_position(url: &str) -> anyhow::Result<i64> {
    let mut db = PgConnection::connect(url).await?;
    let sql = AssertSqlSafe(
        "SELECT CAST(pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') AS BIGINT)".to_owned(),
    );
    let position = sqlx::query_scalar(sql).fetch_one(&mut db).await?;
    db.close().await?;
    Ok(position)
}
