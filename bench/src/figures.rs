//! What one process used.

use std::path::Path;
use std::time::Instant;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

/// What one measured process used between the start of its work and its end.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Figures {
    /// Seconds.
    pub(crate) wall_s: f64,
    /// Seconds of processor, all threads, the process's own alone.
    pub(crate) cpu_s: f64,
    /// Largest resident size in KiB, of the whole life of the process.
    pub(crate) peak_kib: u64,
    /// KiB that the process gave the kernel to write to disk.
    pub(crate) written_kib: u64,
    /// KiB of the database's write-ahead log at the end.
    pub(crate) log_kib: u64,
    /// Products read.
    pub(crate) products: u64,
    /// Rows written by a floor.
    pub(crate) rows: u64,
    /// Pages read.
    pub(crate) pages: u64,
    /// What the import says of itself.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) outcome: String,
}

/// A measurement under way.
pub(crate) struct Meter {
    started: Instant,
    cpu_s: f64,
    written_kib: u64,
}

impl Meter {
    pub(crate) fn start() -> anyhow::Result<Self> {
        Ok(Self {
            cpu_s: cpu()?,
            written_kib: written()?,
            started: Instant::now(),
        })
    }

    pub(crate) fn stop(self) -> anyhow::Result<Figures> {
        let wall_s = self.started.elapsed().as_secs_f64();
        Ok(Figures {
            wall_s,
            cpu_s: cpu()? - self.cpu_s,
            peak_kib: status("VmHWM:")?,
            written_kib: written()? - self.written_kib,
            ..Figures::default()
        })
    }
}

/// KiB of a file; 0 where it is not there.
pub(crate) fn size_kib(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |data| data.len() / 1024)
}

/// Resident size of another process in KiB.
pub(crate) fn resident_kib(pid: u32) -> anyhow::Result<u64> {
    number(&format!("/proc/{pid}/status"), "VmRSS:")
}

fn status(name: &str) -> anyhow::Result<u64> {
    number("/proc/self/status", name)
}

fn written() -> anyhow::Result<u64> {
    Ok(number("/proc/self/io", "write_bytes:")? / 1024)
}

fn number(file: &str, name: &str) -> anyhow::Result<u64> {
    let text = std::fs::read_to_string(file)?;
    let line = text
        .lines()
        .find(|line| line.starts_with(name))
        .with_context(|| format!("{file} has no {name}"))?;
    Ok(line
        .split_whitespace()
        .nth(1)
        .context("a number")?
        .parse()?)
}

/// Seconds of processor of this process: user and system, in hundredths.
fn cpu() -> anyhow::Result<f64> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    // The name of the program stands in brackets and may hold blanks.
    let (_, rest) = text.rsplit_once(')').context("the program's name")?;
    let mut fields = rest.split_whitespace().skip(11);
    let mut ticks = || -> anyhow::Result<f64> { Ok(fields.next().context("a time")?.parse()?) };
    Ok((ticks()? + ticks()?) / 100.0)
}

/// The middle one.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_and_the_meter_counts_this_process() {
        assert!((median(vec![3.0, 1.0, 2.0]) - 2.0).abs() < 1e-9);
        assert!((median(vec![4.0, 1.0]) - 2.5).abs() < 1e-9);
        let figures = Meter::start().unwrap().stop().unwrap();
        assert!(figures.peak_kib > 0 && figures.wall_s >= 0.0 && figures.cpu_s >= 0.0);
    }
}
