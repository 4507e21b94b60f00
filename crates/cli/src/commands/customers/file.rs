//! `customers import`.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use anyhow::{Context as _, bail};
use domain::FileId;
use engine::customers::{ChosenLines, LARGEST_FILE};
use serde_json::{Value, json};
use store::audit::Actor;
use store::customers::{self, FileLine, FileOutcome};

use super::On;
use super::history::short;
use super::settle::Whose;
use crate::args::ImportArgs;
use crate::output::Exit;

/// Rows that are read at a time.
const PART: u32 = 500;
/// Rows of an outcome that are shown to eyes.
const SHOWN: usize = 20;

pub(super) async fn import(at: &On<'_>, args: ImportArgs) -> anyhow::Result<Exit> {
    if !args.yes && !args.dry_run && (at.out.json || !std::io::stdin().is_terminal()) {
        bail!("say --yes to apply what can be applied, or --dry-run to only look");
    }
    let told = || format!("the file {} cannot be read", args.file.display());
    let size = std::fs::metadata(&args.file).with_context(told)?.len();
    if size > LARGEST_FILE as u64 {
        bail!("the file is larger than 20 MB; bring it in parts");
    }
    let bytes = std::fs::read(&args.file).with_context(told)?;
    let name = args.file.display().to_string();
    let actor = Actor::cli();
    let file = at.engine.read_file(&name, &bytes, &actor).await?;
    for (lines, on) in [(&args.also, true), (&args.except, false)] {
        if !lines.is_empty() {
            at.engine
                .choose_lines(file, &ChosenLines::Lines(lines.clone()), on)
                .await?;
        }
    }
    let counts = customers::line_counts(at.engine.store().read(), file).await?;
    let count = |wanted: FileOutcome| {
        let found = counts.iter().find(|(outcome, ..)| *outcome == wanted);
        found.map_or(0, |(_, rows, _)| *rows)
    };
    let chosen: u64 = counts.iter().map(|(_, _, chosen)| chosen).sum();
    let open = count(FileOutcome::NotReadable)
        + counts
            .iter()
            .filter(|(outcome, ..)| *outcome == FileOutcome::Look)
            .map(|(_, rows, chosen)| rows - chosen)
            .sum::<u64>();
    let rows = if at.out.json {
        every(at, file).await?
    } else {
        show(at, file).await?;
        at.out.line(&format!(
            "{} new, {} changed, {} the same, {} to look at, {} not readable; {chosen} would be applied.",
            count(FileOutcome::New),
            count(FileOutcome::Changed),
            count(FileOutcome::Same),
            count(FileOutcome::Look),
            count(FileOutcome::NotReadable)
        ));
        Vec::new()
    };
    let done = if open > 0 { Exit::Awaiting } else { Exit::Done };
    if args.dry_run {
        at.engine.discard_file(file, &actor).await?;
        if at.out.json {
            at.out
                .line(&json!({"dry_run": true, "rows": rows}).to_string());
        } else {
            at.out.line("Nothing was changed.");
        }
        return Ok(done);
    }
    if chosen > 0 && !args.yes && !agreed(chosen)? {
        at.engine.discard_file(file, &actor).await?;
        at.out.line("Nothing was changed.");
        return Ok(Exit::Failed);
    }
    let applied = at.engine.apply_file(file, &actor).await?;
    let waits = at.settle(Whose::All).await?;
    if at.out.json {
        let rows = every(at, file).await?;
        at.out.line(&json!({"file": file, "new": applied.new, "changed": applied.changed, "failed": applied.failed, "rows": rows}).to_string());
    } else {
        for line in failed(at, file).await? {
            at.out.line(&format!(
                "line {}: {}",
                line.line,
                line.result.unwrap_or_default()
            ));
        }
        at.out.line(&format!(
            "{} customers were made, {} changed, {} rows failed.",
            applied.new, applied.changed, applied.failed
        ));
    }
    Ok(if applied.failed > 0 || waits {
        Exit::Awaiting
    } else {
        done
    })
}

/// Asks whoever sits there.
fn agreed(rows: u64) -> anyhow::Result<bool> {
    write!(std::io::stderr(), "Apply {rows} rows? [y/N] ")?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(matches!(line.trim(), "y" | "Y" | "yes"))
}

fn row_json(line: &FileLine) -> Value {
    json!({"line": line.line, "outcome": line.outcome, "name": line.name, "customer_id": line.customer, "message": line.message, "field": line.field, "chosen": line.chosen,
        "applied": line.applied_at.is_some() && line.result.is_none(), "failed": line.result})
}

async fn every(at: &On<'_>, file: FileId) -> anyhow::Result<Vec<Value>> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let conn = at.engine.store().read();
        let (lines, _) = customers::list_lines(conn, file, None, after, PART).await?;
        let Some(last) = lines.last() else {
            return Ok(all);
        };
        after = Some(last.line);
        all.extend(lines.iter().map(row_json));
    }
}

async fn failed(at: &On<'_>, file: FileId) -> anyhow::Result<Vec<FileLine>> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let conn = at.engine.store().read();
        let (lines, _) = customers::list_lines(conn, file, None, after, PART).await?;
        let Some(last) = lines.last() else {
            return Ok(all);
        };
        after = Some(last.line);
        all.extend(lines.into_iter().filter(|line| line.result.is_some()));
    }
}

/// What the rows would do, those first that somebody should look at.
async fn show(at: &On<'_>, file: FileId) -> anyhow::Result<()> {
    let conn = at.engine.store().read();
    for outcome in [
        FileOutcome::NotReadable,
        FileOutcome::Look,
        FileOutcome::Changed,
        FileOutcome::New,
    ] {
        let shown = u32::try_from(SHOWN).unwrap_or(u32::MAX);
        let (lines, total) = customers::list_lines(conn, file, Some(outcome), None, shown).await?;
        if lines.is_empty() {
            continue;
        }
        let rows = lines.iter().map(|line| {
            let mark = if line.chosen { "x" } else { "" };
            vec![
                line.line.to_string(),
                mark.to_owned(),
                outcome.as_str().replace('_', " "),
                short(&line.name),
                line.message.clone(),
            ]
        });
        at.out
            .table(&["line", "does", "row", "customer", "what"], rows.collect());
        let more = total.saturating_sub(lines.len() as u64);
        if more > 0 {
            at.out.line(&format!(
                "… and {more} more {}",
                outcome.as_str().replace('_', " ")
            ));
        }
        at.out.line("");
    }
    Ok(())
}
