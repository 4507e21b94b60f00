//! The part of a run's page that moves while it runs.

use domain::run::{RunCounts, RunKind, RunStatus};
use engine::catalog::RunProgress as Progress;
use store::catalog;
use store::runs::{self, LogLine, RunRow};

use crate::app::App;
use crate::fault::Fault;
use crate::pages::customers::run as sync_run;
use crate::pages::set_aside::reason;
use crate::pages::subscriptions::run as reading;
use crate::view::format::{self, count, counted};
use crate::view::parts::{Figure, Step, StepState};
use crate::view::run::{self, RunBody, RunProgress, RunRecord};
use crate::view::{Delta, Times, Tone, status};
use crate::words;

/// Records of a run that its page shows.
const RECORDS: u32 = 8;
/// Vendors of which a live run tells how many products it read.
const VENDORS: usize = 6;

/// The part of a run's page that moves.
pub(crate) async fn body(app: &App, row: &RunRow, costs: bool) -> Result<RunBody, Fault> {
    let progress = app
        .engine()
        .run_progress(row.id)
        .await?
        .ok_or_else(|| Fault::not_found("run"))?;
    let conn = app.store().read();
    let times = Times::new(app.now(), app.settings().zone.clone());
    let finished = progress.status.is_final();
    let counts = progress.counts;
    let from = row.started_at.unwrap_or(row.requested_at);
    let until = row.finished_at.unwrap_or(times.now);
    let mut changes = Vec::new();
    let mut set_aside = Vec::new();
    let mut changed = None;
    if finished && row.kind == RunKind::SubscriptionSync {
        let (records, total) = reading::changed(app, row, costs).await?;
        changes = records;
        changed = Some(total);
    }
    if finished && row.kind == RunKind::CatalogImport {
        if costs {
            let moves = catalog::list_top_moves(conn, row.id, RECORDS).await?;
            changes = moves.iter().map(moved).collect();
        }
        if counts.set_aside > 0 {
            let rows = catalog::list_set_aside(conn).await?;
            // What was set aside by a later run is told there.
            set_aside = rows
                .iter()
                .filter(|one| one.first_seen_at <= until)
                .take(RECORDS as usize)
                .map(unread)
                .collect();
        }
    }
    let log = if progress.live && !finished {
        progress.log.clone()
    } else {
        runs::list_log(conn, row.id).await?
    };
    let moved_in_all = counts.price_up + counts.price_down;
    Ok(RunBody {
        status: status::run(progress.status, counts.set_aside),
        finished,
        progress: (!finished).then(|| so_far(&progress, row.kind)),
        figures: match row.kind {
            RunKind::CustomerSync => sync_run::figures(&counts),
            RunKind::SubscriptionSync => reading::figures(&counts),
            RunKind::CatalogImport => figures(&counts, finished),
        },
        steps: match row.kind {
            RunKind::CustomerSync => sync_run::steps(&progress),
            RunKind::SubscriptionSync => reading::steps(&progress),
            RunKind::CatalogImport => steps(&progress, row),
        },
        took: if row.started_at.is_some() {
            format::duration(until.duration_since(from).unsigned_abs())
        } else {
            String::new()
        },
        remark: if finished {
            row.outcome.clone().unwrap_or_default()
        } else {
            String::new()
        },
        log: log
            .iter()
            .rev()
            .take(100)
            .map(|line| log_line(line, &times))
            .collect(),
        set_aside,
        set_aside_total: count(counts.set_aside),
        changes_title: if changed.is_some() {
            "What changed"
        } else {
            "Largest changes"
        },
        changes_of: if changed.is_some() {
            "Subscription"
        } else {
            "Product"
        },
        changes,
        changes_total: count(changed.unwrap_or(moved_in_all)),
        changes_href: if row.baseline || row.kind != RunKind::CatalogImport {
            String::new()
        } else {
            format!("/products/changes?run={}", row.number)
        },
    })
}

fn so_far(progress: &Progress, kind: RunKind) -> RunProgress {
    let (one, many) = match kind {
        RunKind::CatalogImport => ("product", "products"),
        RunKind::CustomerSync => ("customer", "customers"),
        RunKind::SubscriptionSync => ("subscription", "subscriptions"),
    };
    let counts = &progress.counts;
    let known = counts.expected > 0;
    let most = counts.expected.max(counts.read);
    RunProgress {
        done: count(counts.read),
        of: if known {
            format!("of about {}", counted(most, one, many))
        } else {
            format!("{many} so far")
        },
        rate: progress
            .rate_per_s
            .map(|rate| format!("{} {many} a second", count(rate)))
            .unwrap_or_default(),
        left: progress
            .eta
            .map(|eta| format!("{} left", format::about(eta)))
            .unwrap_or_default(),
        bar: known.then_some((counts.read, most)),
        percent: if known {
            format::share(counts.read, most)
        } else {
            String::new()
        },
        vendors: progress.vendors.iter().take(VENDORS).cloned().collect(),
    }
}

fn figures(counts: &RunCounts, finished: bool) -> Vec<Figure> {
    vec![
        Figure::new(
            "Read",
            count(counts.read),
            counted(counts.variants, "variant", "variants"),
        ),
        Figure::new("New", count(counts.added), "").with_icon("plus", Tone::Info),
        Figure::new(
            "Changed",
            count(counts.changed),
            format!(
                "{} up, {} down in price",
                count(counts.price_up),
                count(counts.price_down)
            ),
        ),
        Figure::new("Unchanged", count(counts.unchanged), ""),
        if finished {
            Figure::new("Withdrawn", count(counts.withdrawn), "")
        } else {
            Figure::new("Withdrawn", "later", "only after a whole scan")
        },
        Figure::new("Set aside", count(counts.set_aside), "")
            .with_icon(
                "alert-triangle",
                if counts.set_aside > 0 {
                    Tone::Warn
                } else {
                    Tone::Calm
                },
            )
            .to(if counts.set_aside > 0 {
                "/products/set-aside"
            } else {
                ""
            }),
    ]
}

fn steps(progress: &Progress, row: &RunRow) -> Vec<Step> {
    let counts = &progress.counts;
    let reading = Step {
        state: match progress.status {
            RunStatus::Queued => StepState::Waiting,
            RunStatus::Running | RunStatus::Interrupted => StepState::Running,
            RunStatus::Failed => StepState::Bad,
            RunStatus::Stopped => StepState::Warn,
            _ => StepState::Ok,
        },
        title: "Read the catalog".to_owned(),
        detail: format!(
            "{}, {}, {}",
            counted(counts.pages, "page", "pages"),
            counted(counts.requests, "request", "requests"),
            format::bytes(counts.bytes)
        ),
        time: String::new(),
    };
    let done = progress.status.is_final()
        && !matches!(progress.status, RunStatus::Failed | RunStatus::Stopped);
    let after = |title: &str, detail: String| Step {
        state: if done {
            StepState::Ok
        } else {
            StepState::Waiting
        },
        title: title.to_owned(),
        detail,
        time: String::new(),
    };
    let mut withdraw = after(
        "Mark what is gone",
        counted(counts.withdrawn, "product withdrawn", "products withdrawn"),
    );
    if progress.status == RunStatus::NeedsDecision {
        withdraw.state = StepState::Warn;
        "waits for a person".clone_into(&mut withdraw.detail);
    }
    let mut steps = vec![
        reading,
        after(
            "Write what differs",
            format!(
                "{} written",
                counted(counts.added + counts.changed, "product", "products")
            ),
        ),
        withdraw,
    ];
    if !matches!(progress.step.as_str(), "" | "Reading the catalog") && !progress.status.is_final()
    {
        steps.insert(
            1,
            Step {
                state: StepState::Running,
                title: progress.step.clone(),
                detail: String::new(),
                time: String::new(),
            },
        );
    }
    if row.full {
        steps.push(Step {
            state: StepState::Ok,
            title: "Every row was compared".to_owned(),
            detail: "as asked for".to_owned(),
            time: String::new(),
        });
    }
    steps
}

fn log_line(line: &LogLine, times: &Times) -> run::LogLine {
    run::LogLine {
        at: times.clock_seconds(line.at),
        tone: match line.level.as_str() {
            "warn" => Tone::Warn,
            "bad" => Tone::Bad,
            _ => Tone::Calm,
        },
        text: line.message.clone(),
    }
}

fn moved(row: &catalog::ChangeRow) -> RunRecord {
    let up = row.delta.unwrap_or(0) > 0;
    let (before, after) = (
        row.base,
        row.base
            .zip(row.delta)
            .map(|(base, delta)| base.saturating_add(delta)),
    );
    let by = match (before, after) {
        (Some(before), Some(after)) => row
            .currency
            .as_deref()
            .and_then(words::currency)
            .map_or_else(String::new, |currency| {
                let by = format!("{} {currency}", format::difference(before, after, currency));
                match format::moved(Some(before), Some(after)) {
                    Delta::Up(share) | Delta::Down(share) => format!("{by}, {share}"),
                    Delta::Words(_) => by,
                }
            }),
        _ => String::new(),
    };
    RunRecord {
        href: format!("/products/{}", row.product),
        icon: if up {
            "arrow-up-right"
        } else {
            "arrow-down-right"
        },
        tone: if up { Tone::Warn } else { Tone::Ok },
        name: row.product_name.clone(),
        what: format::within(&row.product_name, &row.label).to_owned(),
        why: by,
    }
}

fn unread(row: &catalog::SetAsideRow) -> RunRecord {
    RunRecord {
        href: format!("/products/set-aside/{}", row.id),
        icon: "alert-triangle",
        tone: Tone::Warn,
        name: row.name.clone(),
        what: row.json_path.clone(),
        why: reason(&row.json_path, &row.message).title,
    }
}
