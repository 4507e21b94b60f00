//! Plans of a sync, and what people chose of them.

use domain::run::RunKind;
use domain::{ConnectionId, PlanId, RunId};
use jiff::Timestamp;
use rules::customers::name::fold;
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::batch::{insert_rows, like, parts, places, words};
use super::{PlanEntryRow, PlanRow, PlanState};
use crate::connections::signed;
use crate::sql::{Row, count, exec, json_text, micros, row, rows, values};
use crate::{StoreError, Tx, runs};

/// Which entries of a plan are meant.
#[derive(Debug, Clone, Default)]
pub struct EntryFilter {
    /// Of one action, by its word.
    pub action: Option<String>,
    /// Words of the name, the rule or the id at Ion; each must occur.
    pub text: String,
    /// Chosen, or not chosen.
    pub chosen: Option<bool>,
}

/// Keeps a plan; the one that waited before is superseded, and no run waits for it any more.
pub async fn insert_plan(
    tx: &Tx,
    plan: &PlanRow,
    entries: &[PlanEntryRow],
) -> Result<(), StoreError> {
    let sql = "UPDATE sync_plan SET state = 'superseded', decided_at = $2 WHERE connection_id = $1 AND state = 'waiting'";
    if exec(tx, sql, values![plan.connection.0, micros(plan.made_at)]).await? > 0 {
        settle_runs(tx, plan.connection).await?;
    }
    let sql = "INSERT INTO sync_plan (id, connection_id, run_id, first, held, state, counts, read_here, read_in_ion, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let bound = values![
        plan.id.0,
        plan.connection.0,
        plan.run.0,
        plan.first,
        plan.held,
        plan.state.as_str(),
        json_text(&plan.counts),
        signed(plan.read_here),
        signed(plan.read_in_ion),
        micros(plan.made_at)
    ];
    exec(tx, sql, bound).await?;
    let made = entries.iter().map(|row| {
        values![
            plan.id.0,
            signed(row.seq),
            action_word(row),
            row.entry.rule.as_str(),
            row.entry.name.clone(),
            search_words(row),
            row.entry
                .local
                .as_deref()
                .and_then(|id| id.parse::<Uuid>().ok()),
            row.entry.remote.clone(),
            json_text(&row.entry),
            row.chosen,
            row.blocked.clone(),
            row.outcome.clone()
        ]
    });
    let head = "INSERT INTO sync_plan_entry (plan_id, seq, action, rule, name, search, customer_id, ion_id, entry, chosen, blocked, outcome) VALUES ";
    insert_rows(tx, head, "", made.collect()).await
}

/// Every word by which an entry is found.
fn search_words(row: &PlanEntryRow) -> String {
    let ion_id = row.entry.remote.as_deref().unwrap_or_default();
    fold(&[&row.entry.name, row.entry.rule.as_str(), ion_id].join("\n"))
}

/// The word by which an action is stored.
fn action_word(row: &PlanEntryRow) -> String {
    serde_json::to_value(&row.entry.action)
        .ok()
        .and_then(|value| value.get("action")?.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// A plan by id.
pub async fn find_plan(
    conn: &impl ConnectionTrait,
    id: PlanId,
) -> Result<Option<PlanRow>, StoreError> {
    row(conn, "SELECT * FROM sync_plan WHERE id = $1", values![id.0])
        .await?
        .map(|row| read(&row))
        .transpose()
}

/// The plan of a connection that waits for a person.
pub async fn find_waiting_plan(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
) -> Result<Option<PlanRow>, StoreError> {
    let sql = "SELECT * FROM sync_plan WHERE connection_id = $1 AND state = 'waiting' ORDER BY made_at DESC LIMIT 1";
    row(conn, sql, values![connection.0])
        .await?
        .map(|row| read(&row))
        .transpose()
}

/// The plan that a run made, or that it carried out.
pub async fn find_plan_of_run(
    conn: &impl ConnectionTrait,
    run: RunId,
) -> Result<Option<PlanRow>, StoreError> {
    let sql = "SELECT * FROM sync_plan WHERE run_id = $1 OR applied_run = $1 ORDER BY made_at DESC LIMIT 1";
    row(conn, sql, values![run.0])
        .await?
        .map(|row| read(&row))
        .transpose()
}

/// The last plans, the newest first.
pub async fn list_plans(
    conn: &impl ConnectionTrait,
    limit: u32,
) -> Result<Vec<PlanRow>, StoreError> {
    let sql = "SELECT * FROM sync_plan ORDER BY made_at DESC, id DESC LIMIT $1";
    rows(conn, sql, values![i64::from(limit)])
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Entries of a plan in their order, behind a place; and how many there are in all.
pub async fn list_entries(
    conn: &impl ConnectionTrait,
    plan: PlanId,
    filter: &EntryFilter,
    after: Option<u64>,
    limit: u32,
) -> Result<(Vec<PlanEntryRow>, u64), StoreError> {
    let mut sql = "FROM sync_plan_entry WHERE plan_id = $1".to_owned();
    let mut bound: Vec<Value> = values![plan.0];
    if let Some(action) = &filter.action {
        bound.push(action.clone().into());
        sql.push_str(&format!(" AND action = ${}", bound.len()));
    }
    if let Some(chosen) = filter.chosen {
        bound.push(chosen.into());
        sql.push_str(&format!(" AND chosen = ${}", bound.len()));
    }
    for word in words(&filter.text) {
        bound.push(format!("%{}%", like(&word)).into());
        let at = bound.len();
        sql.push_str(&format!(" AND search LIKE ${at} ESCAPE '!'"));
    }
    let total = count(conn, format!("SELECT COUNT(*) {sql}"), bound.clone()).await?;
    bound.extend(values![after.map_or(-1, signed), i64::from(limit)]);
    let at = bound.len();
    let sql = format!(
        "SELECT * {sql} AND seq > ${} ORDER BY seq LIMIT ${at}",
        at - 1
    );
    let found = rows(conn, sql, bound).await?;
    let entries = found
        .iter()
        .map(|row| {
            Ok(PlanEntryRow {
                seq: row.count("seq")?,
                entry: row.json("sync_plan_entry", "entry")?,
                chosen: row.get("chosen")?,
                blocked: row.get("blocked")?,
                outcome: row.get("outcome")?,
            })
        })
        .collect::<Result<_, StoreError>>()?;
    Ok((entries, u64::try_from(total).unwrap_or(0)))
}

/// Entries by action: the word, how many, how many of them chosen.
pub async fn entry_counts(
    conn: &impl ConnectionTrait,
    plan: PlanId,
) -> Result<Vec<(String, u64, u64)>, StoreError> {
    let sql = "SELECT action, COUNT(*) AS entries, SUM(CASE WHEN chosen THEN 1 ELSE 0 END) AS picked FROM sync_plan_entry WHERE plan_id = $1 GROUP BY action ORDER BY MIN(seq)";
    rows(conn, sql, values![plan.0])
        .await?
        .iter()
        .map(|row| {
            Ok((
                row.get("action")?,
                row.count("entries")?,
                row.count("picked")?,
            ))
        })
        .collect()
}

/// Chooses entries, or leaves them out: the named ones, those of an action, or all. What is blocked stays out.
pub async fn set_chosen(
    tx: &Tx,
    plan: PlanId,
    seqs: Option<&[u64]>,
    action: Option<&str>,
    on: bool,
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE sync_plan_entry SET chosen = $2 WHERE plan_id = $1 AND (NOT $2 OR blocked IS NULL) AND action <> 'propose'";
    match (seqs, action) {
        (Some(seqs), _) => {
            for part in parts(seqs) {
                let mut bound = values![plan.0, on];
                bound.extend(part.iter().map(|seq| Value::from(signed(*seq))));
                exec(
                    tx,
                    format!("{SQL} AND seq IN ({})", places(2, part.len())),
                    bound,
                )
                .await?;
            }
            Ok(())
        }
        (None, Some(action)) => exec(
            tx,
            format!("{SQL} AND action = $3"),
            values![plan.0, on, action],
        )
        .await
        .map(drop),
        (None, None) => exec(tx, SQL, values![plan.0, on]).await.map(drop),
    }
}

/// Decides a plan that waits; no run waits for it any more. False where it no longer does.
pub async fn settle_plan(
    tx: &Tx,
    id: PlanId,
    state: PlanState,
    by: &str,
    run: Option<RunId>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE sync_plan SET state = $2, decided_at = $3, decided_by = $4, applied_run = $5 WHERE id = $1 AND state = 'waiting' RETURNING connection_id";
    let bound = values![id.0, state.as_str(), micros(now), by, run.map(|run| run.0)];
    let Some(settled) = row(tx, sql, bound).await? else {
        return Ok(false);
    };
    settle_runs(tx, settled.get::<Uuid>("connection_id")?.into()).await?;
    Ok(true)
}

/// A plan whose carrying out never began waits again, and with it the run that made it, unless another one does.
pub async fn reopen_plan(tx: &Tx, id: PlanId) -> Result<(), StoreError> {
    let sql = "UPDATE sync_plan SET state = 'waiting', decided_at = NULL, decided_by = NULL, applied_run = NULL WHERE id = $1 AND state = 'applied'
         AND NOT EXISTS (SELECT 1 FROM sync_plan_entry e WHERE e.plan_id = $1 AND e.outcome IS NOT NULL)
         AND NOT EXISTS (SELECT 1 FROM sync_plan other WHERE other.connection_id = sync_plan.connection_id AND other.state = 'waiting') RETURNING run_id";
    let Some(reopened) = row(tx, sql, values![id.0]).await? else {
        return Ok(());
    };
    let sql = "UPDATE run SET status = 'needs_decision' WHERE id = $1 AND kind = 'customer_sync' AND status IN ('done', 'done_set_aside')";
    exec(tx, sql, values![reopened.get::<Uuid>("run_id")?])
        .await
        .map(drop)
}

/// The plan of a connection was decided, or a later one takes its place: no run waits for it, be it that which made it or one that found
/// the same.
async fn settle_runs(tx: &Tx, connection: ConnectionId) -> Result<(), StoreError> {
    let kind = RunKind::CustomerSync;
    while let Some(run) = runs::find_undecided(tx, connection, kind).await? {
        let outcome = run.outcome.unwrap_or_default();
        if !runs::settle(tx, run.id, kind, &run.counts, &outcome).await? {
            break;
        }
    }
    Ok(())
}

/// Deletes what plans held that no person applied and that were over before this time. What was applied is kept: it is history.
pub async fn prune_plans(tx: &Tx, before: Timestamp) -> Result<u64, StoreError> {
    let sql = "DELETE FROM sync_plan_entry WHERE plan_id IN (SELECT id FROM sync_plan WHERE state IN ('superseded', 'discarded') AND decided_at < $1)";
    exec(tx, sql, values![micros(before)]).await
}

/// Notes what came of entries.
pub async fn set_outcomes(
    tx: &Tx,
    plan: PlanId,
    outcomes: &[(u64, String)],
) -> Result<(), StoreError> {
    for (seq, outcome) in outcomes {
        let sql = "UPDATE sync_plan_entry SET outcome = $3 WHERE plan_id = $1 AND seq = $2";
        exec(tx, sql, values![plan.0, signed(*seq), outcome.clone()]).await?;
    }
    Ok(())
}

fn read(row: &Row) -> Result<PlanRow, StoreError> {
    Ok(PlanRow {
        id: row.get::<Uuid>("id")?.into(),
        connection: row.get::<Uuid>("connection_id")?.into(),
        run: row.get::<Uuid>("run_id")?.into(),
        first: row.get("first")?,
        held: row.get("held")?,
        state: row.word("sync_plan", "state")?,
        counts: row.json("sync_plan", "counts")?,
        read_here: row.count("read_here")?,
        read_in_ion: row.count("read_in_ion")?,
        made_at: row.time("made_at")?,
        decided_at: row.time_opt("decided_at")?,
        decided_by: row.get("decided_by")?,
        applied_run: row.get::<Option<Uuid>>("applied_run")?.map(Into::into),
    })
}
