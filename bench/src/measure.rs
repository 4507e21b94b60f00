//! The order of the measurements: floor and ours in turn, so that a machine whose speed drifts wrongs neither.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use tempfile::TempDir;

use crate::Args;
use crate::exact;
use crate::figures::{Figures, median};
use crate::floor::PAGE;
use crate::job::{self, Job};
use crate::postgres;
use crate::sandbox::{Ion, Source};
use crate::table::{Measured, Report};

const MIB: f64 = 1024.0;

/// Every measurement of one call.
pub(crate) async fn all(args: &Args) -> anyhow::Result<Report> {
    let mut bench = Bench {
        folder: tempfile::tempdir()?,
        report: Report {
            machine: machine()?,
            products: args.products,
            runs: args.runs,
            ..Report::default()
        },
    };
    let mut ion = Ion::start(args.products).await?;
    // The sandbox renders each page once; that is no part of any figure.
    bench
        .run(
            "warm-up",
            &Job::Wire {
                source: ion.source.clone(),
            },
        )
        .await?;
    let small = bench.full(&mut ion, args.runs, "P1").await?;
    bench.unchanged(&mut ion, &small, args.runs, "P2").await?;
    bench.changed(&mut ion, &small, args.runs).await?;
    if args.latency > 0 {
        bench.slow(&mut ion, args.latency).await?;
    }
    if args.postgres {
        postgres::measure(&mut bench, &mut ion, args.runs).await?;
    }
    bench.report.bound(
        "P4",
        "peak memory of a full import",
        small.peak_kib / MIB,
        "MiB",
        96.0,
    );
    drop(ion);
    if args.large > 0 {
        let mut ion = Ion::start(args.large).await?;
        bench
            .run(
                "warm-up",
                &Job::Wire {
                    source: ion.source.clone(),
                },
            )
            .await?;
        let large = bench.full(&mut ion, 1, "P7").await?;
        bench.unchanged(&mut ion, &large, 1, "P7").await?;
        let what = format!(
            "peak memory, {} against {} products",
            args.large, args.products
        );
        bench.report.ratio(
            "P4",
            &what,
            large.peak_kib / MIB,
            small.peak_kib / MIB,
            "MiB",
            1.15,
        );
        if let Some(server) = crate::server::find(args.server.as_deref())? {
            bench.start(&server, &large, args.runs).await?;
        }
    }
    Ok(bench.report)
}

/// What the measurements share.
pub(crate) struct Bench {
    folder: TempDir,
    pub(crate) report: Report,
}

/// What a full import left behind.
struct Imported {
    ours: PathBuf,
    floor: PathBuf,
    peak_kib: f64,
}

impl Bench {
    /// Does one job, and keeps its figures.
    pub(crate) async fn run(&mut self, name: &str, job: &Job) -> anyhow::Result<Figures> {
        let figures = job::run(job).await.with_context(|| name.to_owned())?;
        let mut err = std::io::stderr().lock();
        writeln!(
            err,
            "{name}: {:.2} s wall, {:.2} s processor, peak {:.0} MiB, {:.1} MiB written",
            figures.wall_s,
            figures.cpu_s,
            kib(figures.peak_kib) / MIB,
            kib(figures.written_kib) / MIB
        )?;
        self.report.measured.push(Measured {
            name: name.to_owned(),
            figures: figures.clone(),
        });
        Ok(figures)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// P1, P4, P6: the first import, against floors A and B.
    async fn full(
        &mut self,
        ion: &mut Ion,
        runs: usize,
        goal: &'static str,
    ) -> anyhow::Result<Imported> {
        let (ours, floor, rows) = (
            self.path("ours.db"),
            self.path("floor.db"),
            self.path("rows.db"),
        );
        let (mut a, mut b, mut our) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..runs {
            for file in [&ours, &floor, &rows] {
                remove(file)?;
            }
            let source = || ion.source.clone();
            a.push(
                self.run(
                    "floor A",
                    &Job::Rows {
                        source: source(),
                        file: rows.clone(),
                    },
                )
                .await?,
            );
            b.push(
                self.run(
                    "floor B",
                    &Job::Whole {
                        source: source(),
                        file: floor.clone(),
                    },
                )
                .await?,
            );
            ion.requests().await?;
            our.push(self.run("full import", &import(&ion.source, &ours)).await?);
        }
        remove(&rows)?;
        let wall = |figures: &[Figures]| median(figures.iter().map(|one| one.wall_s).collect());
        self.report.ratio(
            goal,
            "full import against floor B",
            wall(&our),
            wall(&b),
            "s",
            2.0,
        );
        self.report.ratio(
            goal,
            "(the same against floor A)",
            wall(&our),
            wall(&a),
            "s",
            f64::INFINITY,
        );
        let products = our.iter().map(|one| one.products).next().unwrap_or(0);
        ensure!(
            b.iter().all(|one| one.products == products),
            "floor and import read different lists"
        );
        if goal == "P1" {
            self.requests(ion, products, "full import").await?;
        }
        // Of all runs the one that needed most.
        let peak_kib = kib(our.iter().map(|one| one.peak_kib).max().unwrap_or(0));
        Ok(Imported {
            ours,
            floor,
            peak_kib,
        })
    }

    /// P6: one request a page, and no other.
    async fn requests(&mut self, ion: &mut Ion, products: u64, what: &str) -> anyhow::Result<()> {
        let requests = ion.requests().await?;
        let list = format!("GET /api/v3/accounts/{}/products", ion.source.account);
        let pages = products.div_ceil(u64::from(PAGE));
        let told = requests
            .iter()
            .map(|(request, count)| format!("{count} x {request}"))
            .collect::<Vec<_>>()
            .join(", ");
        let expected = [(list, pages)].into();
        self.report.exactly(
            "P6",
            &format!("requests of a {what}"),
            &requests,
            &expected,
            told,
        );
        Ok(())
    }

    /// P2: the same catalog once more.
    async fn unchanged(
        &mut self,
        ion: &mut Ion,
        done: &Imported,
        runs: usize,
        goal: &'static str,
    ) -> anyhow::Result<()> {
        let (mut floor, mut our) = (Vec::new(), Vec::new());
        for _ in 0..runs {
            floor.push(
                self.run(
                    "parse-and-hash floor",
                    &Job::Hash {
                        source: ion.source.clone(),
                        file: done.floor.clone(),
                    },
                )
                .await?,
            );
            ion.requests().await?;
            our.push(
                self.run("unchanged re-import", &import(&ion.source, &done.ours))
                    .await?,
            );
        }
        let wall = |figures: &[Figures]| median(figures.iter().map(|one| one.wall_s).collect());
        self.report.ratio(
            goal,
            "unchanged re-import against parse-and-hash",
            wall(&our),
            wall(&floor),
            "s",
            2.5,
        );
        if goal != "P2" {
            return Ok(());
        }
        self.requests(ion, our[0].products, "unchanged re-import")
            .await?;
        let most = |value: fn(&Figures) -> u64| kib(our.iter().map(value).max().unwrap_or(0));
        self.report.bound(
            "P2",
            "written to disk",
            most(|one| one.written_kib),
            "KiB",
            256.0,
        );
        self.report.bound(
            "P2",
            "write-ahead log",
            most(|one| one.log_kib),
            "KiB",
            1024.0,
        );
        exact::watch(&done.ours)?;
        self.run(
            "unchanged re-import, rows counted",
            &import(&ion.source, &done.ours),
        )
        .await?;
        let written = exact::unwatch(&done.ours)?;
        let rows: u64 = written.values().sum();
        self.report.exactly(
            "P2",
            "product, price and search rows written",
            &written,
            &[].into(),
            format!("{rows} rows"),
        );
        Ok(())
    }

    /// P3: one price of one product in a hundred.
    async fn changed(&mut self, ion: &mut Ion, done: &Imported, runs: usize) -> anyhow::Result<()> {
        let mut our = Vec::new();
        for _ in 0..runs {
            ion.move_prices(false).await?;
            our.push(
                self.run("re-import, 1 % changed", &import(&ion.source, &done.ours))
                    .await?,
            );
        }
        self.report.bound(
            "P3",
            "re-import after 1 % changed",
            median(our.iter().map(|one| one.wall_s).collect()),
            "s",
            1.0,
        );
        let written = kib(our.iter().map(|one| one.written_kib).max().unwrap_or(0));
        self.report
            .bound("P3", "written to disk", written / MIB, "MiB", 4.0);
        for touch_etag in [false, true] {
            let moved = ion.move_prices(touch_etag).await?;
            exact::watch(&done.ours)?;
            self.run(
                "re-import, 1 % changed, rows counted",
                &import(&ion.source, &done.ours),
            )
            .await?;
            let written = exact::unwatch(&done.ours)?;
            let how = if touch_etag {
                "etag and updateTime move"
            } else {
                "neither etag nor updateTime moves"
            };
            let told = written
                .iter()
                .map(|(at, count)| format!("{count} {at}"))
                .collect::<Vec<_>>()
                .join(", ");
            self.report.exactly(
                "P3",
                &format!("rows written, {how}"),
                &written,
                &exact::expected(&moved),
                told,
            );
            let (entries, wanted) = (
                exact::last_entries(&done.ours)?,
                exact::wanted_entries(&moved),
            );
            let told = format!("{} entries", entries.len());
            self.report.exactly(
                "P3",
                &format!("price ledger, {how}"),
                &entries,
                &wanted,
                told,
            );
        }
        Ok(())
    }

    /// P5: a distributor that takes its time over each page.
    async fn slow(&mut self, ion: &mut Ion, latency: u64) -> anyhow::Result<()> {
        ion.set_latency(latency).await?;
        let file = self.path("slow.db");
        let (mut wire, mut our) = (Vec::new(), Vec::new());
        for _ in 0..2 {
            remove(&file)?;
            wire.push(
                self.run(
                    "pages alone, slow",
                    &Job::Wire {
                        source: ion.source.clone(),
                    },
                )
                .await?
                .wall_s,
            );
            our.push(
                self.run("full import, slow", &import(&ion.source, &file))
                    .await?
                    .wall_s,
            );
        }
        remove(&file)?;
        ion.set_latency(0).await?;
        let what = format!("full import, {latency} ms a page, against the wire alone");
        self.report
            .ratio("P5", &what, median(our), median(wire), "s", 1.1);
        Ok(())
    }

    /// P10: how long the server takes until it is ready, and what it needs when nothing is asked of it.
    async fn start(&mut self, server: &Path, done: &Imported, runs: usize) -> anyhow::Result<()> {
        let data = self.path("data");
        std::fs::create_dir_all(&data)?;
        std::fs::copy(&done.ours, data.join("ionbridge.db"))?;
        let (mut ready, mut idle) = (Vec::new(), Vec::new());
        for _ in 0..=runs {
            let (took, resident) = crate::server::start(server, &data).await?;
            ready.push(took.as_secs_f64() * 1000.0);
            idle.push(kib(resident) / MIB);
        }
        // The first start makes the key.
        ready.remove(0);
        self.report
            .bound("P10", "start to ready", median(ready).round(), "ms", 250.0);
        self.report
            .bound("P10", "idle memory", median(idle), "MiB", 64.0);
        Ok(())
    }
}

fn import(source: &Source, file: &Path) -> Job {
    Job::Import {
        source: source.clone(),
        database: format!("sqlite:{}", file.display()),
    }
}

/// Removes a database with its log.
fn remove(file: &Path) -> anyhow::Result<()> {
    for end in ["", "-wal", "-shm"] {
        let path = PathBuf::from(format!("{}{end}", file.display()));
        if path.exists() {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}

fn kib(value: u64) -> f64 {
    f64::from(u32::try_from(value).unwrap_or(u32::MAX))
}

fn machine() -> anyhow::Result<String> {
    let processors = std::thread::available_parallelism()?;
    let info = rustix::system::uname();
    let memory = std::fs::read_to_string("/proc/meminfo")?;
    let total = memory
        .lines()
        .next()
        .and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    Ok(format!(
        "{processors} processors, {} GiB, {} {}",
        total.unwrap_or(0) / 1024 / 1024,
        info.sysname().to_string_lossy(),
        info.machine().to_string_lossy()
    ))
}
