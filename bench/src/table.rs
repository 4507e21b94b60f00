//! The table of goals.

use std::io::Write as _;

use serde::Serialize;

use crate::figures::Figures;

/// Everything that one call measured.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// Processors, memory in MiB, system.
    pub(crate) machine: String,
    pub(crate) products: usize,
    pub(crate) runs: usize,
    pub(crate) goals: Vec<Goal>,
    /// What was not exact, in words; empty where everything was.
    pub(crate) inexact: Vec<String>,
    /// Each measurement, in the order in which they were made.
    pub(crate) measured: Vec<Measured>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Measured {
    pub(crate) name: String,
    pub(crate) figures: Figures,
}

/// One line of the table.
#[derive(Debug, Serialize)]
pub(crate) struct Goal {
    /// Its number, as `P1`.
    pub(crate) number: &'static str,
    pub(crate) what: String,
    pub(crate) ours: String,
    pub(crate) floor: String,
    pub(crate) ratio: Option<f64>,
    pub(crate) bound: String,
    pub(crate) met: bool,
}

impl Report {
    /// A figure beside its floor: met up to this many times the floor.
    pub(crate) fn ratio(
        &mut self,
        goal: &'static str,
        what: &str,
        ours: f64,
        floor: f64,
        unit: &str,
        most: f64,
    ) {
        let ratio = ours / floor;
        let text = |value: f64| {
            if value < 10.0 {
                format!("{value:.2} {unit}")
            } else {
                format!("{value:.1} {unit}")
            }
        };
        self.goals.push(Goal {
            number: goal,
            what: what.to_owned(),
            ours: text(ours),
            floor: text(floor),
            ratio: Some(ratio),
            bound: if most.is_finite() {
                format!("<= {most} x floor")
            } else {
                "to compare".to_owned()
            },
            met: ratio <= most,
        });
    }

    /// A figure that has a bound of its own.
    pub(crate) fn bound(
        &mut self,
        goal: &'static str,
        what: &str,
        ours: f64,
        unit: &str,
        most: f64,
    ) {
        let digits = usize::from(ours < 10.0 && ours.fract() != 0.0) * 2;
        self.goals.push(Goal {
            number: goal,
            what: what.to_owned(),
            ours: format!("{ours:.digits$} {unit}"),
            floor: String::new(),
            ratio: None,
            bound: if most.is_finite() {
                format!("<= {most} {unit}")
            } else {
                "to compare".to_owned()
            },
            met: ours <= most,
        });
    }

    /// Something that is exactly so, or an error.
    pub(crate) fn exactly<T: PartialEq + std::fmt::Debug>(
        &mut self,
        goal: &'static str,
        what: &str,
        ours: &T,
        expected: &T,
        told: String,
    ) {
        let met = ours == expected;
        if !met {
            self.inexact
                .push(format!("{goal}, {what}: {ours:?}, expected {expected:?}"));
        }
        self.goals.push(Goal {
            number: goal,
            what: what.to_owned(),
            ours: told,
            floor: String::new(),
            ratio: None,
            bound: "exactly".to_owned(),
            met,
        });
    }

    pub(crate) fn is_exact(&self) -> bool {
        self.inexact.is_empty()
    }

    pub(crate) fn print(&self) -> anyhow::Result<()> {
        let mut rows =
            vec![["goal", "what", "ours", "floor", "ratio", "bound", ""].map(str::to_owned)];
        for goal in &self.goals {
            rows.push([
                goal.number.to_owned(),
                goal.what.clone(),
                goal.ours.clone(),
                goal.floor.clone(),
                goal.ratio
                    .map(|ratio| format!("{ratio:.2}"))
                    .unwrap_or_default(),
                goal.bound.clone(),
                if goal.met { "met" } else { "NOT MET" }.to_owned(),
            ]);
        }
        let width = |column: usize| {
            rows.iter()
                .map(|row| row[column].chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..7).map(width).collect();
        let mut out = std::io::stdout().lock();
        writeln!(
            out,
            "{}; {} products, medians of {} runs\n",
            self.machine, self.products, self.runs
        )?;
        for (n, row) in rows.iter().enumerate() {
            let cells: Vec<String> = row
                .iter()
                .zip(&widths)
                .map(|(cell, width)| format!("{cell:<width$}"))
                .collect();
            writeln!(out, "| {} |", cells.join(" | "))?;
            if n == 0 {
                let lines: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
                writeln!(out, "| {} |", lines.join(" | "))?;
            }
        }
        for line in &self.inexact {
            writeln!(out, "\nNOT EXACT: {line}")?;
        }
        Ok(())
    }
}
