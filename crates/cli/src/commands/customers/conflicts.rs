//! `customers conflicts`.

use anyhow::{Context as _, bail};
use domain::customer::{CustomerField, Winner};
use rules::customers::table::number_text;
use serde_json::{Value, json};
use store::audit::Actor;
use store::customers::{self, ConflictRow};

use super::On;
use super::edit::finish;
use super::history::short;
use super::list::{conflict_json, word};
use crate::args::ConflictsCommand;
use crate::output::Exit;

pub(super) async fn run(at: &On<'_>, command: Option<ConflictsCommand>) -> anyhow::Result<Exit> {
    match command.unwrap_or(ConflictsCommand::List) {
        ConflictsCommand::List => list(at).await,
        ConflictsCommand::Decide {
            id,
            choices,
            at: on,
        } => decide(at, &id, &choices, on.connection.as_deref()).await,
    }
}

async fn list(at: &On<'_>) -> anyhow::Result<Exit> {
    let conn = at.engine.store().read();
    let (mut values, mut lines): (Vec<Value>, Vec<Vec<String>>) = Default::default();
    for row in customers::list_conflicted(conn).await? {
        let fields: Vec<ConflictRow> = customers::list_conflicts(conn, row.customer)
            .await?
            .into_iter()
            .filter(|one| one.connection == row.connection)
            .collect();
        for one in &fields {
            lines.push(vec![
                number_text(row.number),
                row.name.clone(),
                one.field.label().to_owned(),
                one.base.as_deref().map_or_else(|| "-".to_owned(), short),
                short(&one.local),
                short(&one.remote),
                one.since.strftime("%Y-%m-%d %H:%M").to_string(),
            ]);
        }
        values.push(json!({"customer_id": row.customer, "number": number_text(row.number), "name": row.name, "connection_id": row.connection, "ion_id": row.ion_id,
            "since": row.since.to_string(), "fields": fields.iter().map(conflict_json).collect::<Vec<_>>()}));
    }
    let none = values.is_empty();
    at.out.answer(&json!(values), |out| {
        if none {
            return out.line("No customer has a conflict.");
        }
        out.table(
            &["number", "customer", "field", "before", "here", "in Ion", "since"],
            lines,
        );
        out.line("\nDecide: ionbridge customers conflicts decide NUMBER ion|ionbridge, or field by field: city=ion phone=ionbridge");
    });
    Ok(if none { Exit::Done } else { Exit::Awaiting })
}

async fn decide(
    at: &On<'_>,
    id: &str,
    choices: &[String],
    connection: Option<&str>,
) -> anyhow::Result<Exit> {
    let row = at.customer(id).await?;
    let open = customers::list_conflicts(at.engine.store().read(), row.id).await?;
    let connection = match (at.named_connection(connection).await?, open.as_slice()) {
        (Some(connection), _) => connection,
        (None, [first, rest @ ..]) if rest.iter().all(|one| one.connection == first.connection) => {
            first.connection
        }
        (None, []) => bail!("this customer has no conflict"),
        (None, _) => bail!("it has conflicts at several connections; name one with --connection"),
    };
    let mut decided: Vec<(CustomerField, Winner)> = Vec::new();
    for choice in choices {
        match choice.split_once('=') {
            Some((name, text)) => {
                let all = CustomerField::ALL.iter().map(|field| field.as_str());
                decided.push((word(name, all)?, side(text)?));
            }
            None => {
                let winner = side(choice)?;
                for one in open.iter().filter(|one| one.connection == connection) {
                    if !decided.iter().any(|(field, _)| *field == one.field) {
                        decided.push((one.field, winner));
                    }
                }
            }
        }
    }
    at.engine
        .decide_conflict(connection, row.id, &decided, &Actor::cli())
        .await
        .context("the conflict was not decided")?;
    let settled = finish(at, row.id).await?;
    at.out.answer(&settled.value, |out| {
        out.line(&format!(
            "{}: {} fields were decided.{}",
            settled.name,
            decided.len(),
            settled.told
        ));
    });
    Ok(settled.exit)
}

fn side(text: &str) -> anyhow::Result<Winner> {
    match text {
        "ion" => Ok(Winner::Ion),
        "ionbridge" => Ok(Winner::Ionbridge),
        _ => bail!("{text:?} is no side: say ion or ionbridge"),
    }
}
