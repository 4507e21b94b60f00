//! `customers list`, `show`, `export`.

use anyhow::Context as _;
use domain::customer::{CustomerField as Field, LinkState};
use engine::customers::customer_json;
use rules::customers::table::{Column, columns, number_text, text_of};
use serde_json::{Value, json};
use store::customers::{
    self, ConflictRow, CustomerFilter, CustomerHit, CustomerRow, CustomerSort, LinkRow,
};

use super::On;
use super::find::called;
use super::history::{change_json, change_line};
use crate::args::ListArgs;
use crate::commands::table::{table_format, write_table};
use crate::output::Exit;

/// Changes that `show` tells.
const LAST: u32 = 8;

pub(super) async fn list(at: &On<'_>, args: ListArgs) -> anyhow::Result<Exit> {
    let sort = args.sort.trim_start_matches('-');
    let filter = CustomerFilter {
        text: args.text.join(" "),
        states: args
            .state
            .iter()
            .map(|state| word(state, LinkState::ALL.iter().map(|one| one.as_str())))
            .collect::<anyhow::Result<_>>()?,
        country: args.country.map(|code| code.to_uppercase()),
        tag: args.tag,
        connection: at.named_connection(args.connection.as_deref()).await?,
        sort: word(sort, CustomerSort::ALL.iter().map(|one| one.as_str()))?,
        descending: args.sort.starts_with('-'),
        after: None,
        limit: args.limit.clamp(1, 1000),
    };
    let page = customers::search(at.engine.store().read(), &filter).await?;
    let all: Vec<Value> = page.customers.iter().map(customer_json).collect();
    at.out
        .answer(&json!({"total": page.total, "customers": all}), |out| {
            if page.customers.is_empty() {
                return out.line("Nothing was found.");
            }
            let rows = page.customers.iter().map(|hit| {
                let field = |field| hit.row.customer.fields.get(field).to_owned();
                vec![
                    number_text(hit.row.number),
                    field(Field::Organisation),
                    field(Field::City),
                    field(Field::Country),
                    field(Field::Email),
                    hit.row.link_state.as_str().replace('_', " "),
                    ions(hit),
                ]
            });
            out.table(
                &[
                    "number",
                    "organisation",
                    "city",
                    "",
                    "e-mail",
                    "state",
                    "ion",
                ],
                rows.collect(),
            );
            out.line(&format!(
                "\n{} of {} customers",
                page.customers.len(),
                page.total
            ));
        });
    Ok(Exit::Done)
}

/// A word of a closed list.
pub(super) fn word<T: std::str::FromStr>(
    text: &str,
    all: impl Iterator<Item = &'static str>,
) -> anyhow::Result<T> {
    text.parse().ok().with_context(|| {
        format!(
            "{text:?} is none of: {}",
            all.collect::<Vec<_>>().join(", ")
        )
    })
}

fn ions(hit: &CustomerHit) -> String {
    let ids: Vec<&str> = hit
        .links
        .iter()
        .map(|(_, ion_id)| ion_id.as_str())
        .collect();
    ids.join(" ")
}

/// A customer with its links.
pub(super) async fn hit(at: &On<'_>, row: CustomerRow) -> anyhow::Result<CustomerHit> {
    let links = customers::list_links(at.engine.store().read(), row.id).await?;
    Ok(CustomerHit {
        links: links
            .into_iter()
            .map(|link| (link.connection, link.ion_id))
            .collect(),
        row,
    })
}

pub(super) async fn show(at: &On<'_>, id: &str) -> anyhow::Result<Exit> {
    let conn = at.engine.store().read();
    let row = at.customer(id).await?;
    let links = customers::list_links(conn, row.id).await?;
    let conflicts = customers::list_conflicts(conn, row.id).await?;
    let changes = customers::list_changes(conn, row.id, None, LAST).await?;
    let hit = hit(at, row).await?;
    let mut value = customer_json(&hit);
    if let Some(object) = value.as_object_mut() {
        object.insert("links".to_owned(), links.iter().map(link_json).collect());
        object.insert(
            "conflicts".to_owned(),
            conflicts.iter().map(conflict_json).collect(),
        );
        object.insert(
            "history".to_owned(),
            changes.iter().map(change_json).collect(),
        );
    }
    at.out.answer(&value, |out| {
        let row = &hit.row;
        out.line(&format!(
            "{}  ({})\n",
            called(row),
            row.link_state.as_str().replace('_', " ")
        ));
        let systems = row.customer.external_ids.keys().cloned().collect();
        for column in columns(&systems) {
            let text = text_of(&column, &row.customer);
            if !text.is_empty() && column != Column::Field(Field::Organisation) {
                out.line(&format!("{:<20} {text}", column.label()));
            }
        }
        for link in &links {
            let failed = link.failed.as_ref().map_or_else(String::new, |failed| {
                format!("; the last write failed: {}", failed.message)
            });
            out.line(&format!("{:<20} {}{failed}", "Ion", link.ion_id));
        }
        for one in &conflicts {
            out.line(&format!(
                "{:<20} {}: here {:?}, in Ion {:?}",
                "Conflict",
                one.field.label(),
                one.local,
                one.remote
            ));
        }
        out.line("");
        out.table(
            &["when", "what", "before", "after", "why", "who"],
            changes.iter().map(|row| change_line(row, false)).collect(),
        );
    });
    Ok(Exit::Done)
}

fn link_json(link: &LinkRow) -> Value {
    json!({"connection_id": link.connection, "ion_id": link.ion_id, "linked_at": link.linked_at.to_string(), "linked_by": link.linked_by, "rule": link.rule,
        "synced_at": link.synced_at.map(|at| at.to_string()), "failed": link.failed.as_ref().map(|failed| json!({"message": failed.message, "field": failed.field, "at": failed.at.to_string()}))})
}

pub(super) fn conflict_json(row: &ConflictRow) -> Value {
    json!({"connection_id": row.connection, "field": row.field, "base": row.base, "local": row.local, "remote": row.remote, "rule": row.rule, "why": row.rule.why(), "since": row.since.to_string()})
}

pub(super) async fn export(at: &On<'_>, text: &[String], archived: bool) -> anyhow::Result<Exit> {
    let filter = CustomerFilter {
        text: text.join(" "),
        states: if archived {
            LinkState::ALL.to_vec()
        } else {
            Vec::new()
        },
        ..CustomerFilter::default()
    };
    let table = at.engine.customer_table(filter, table_format(at)).await?;
    write_table(table).await
}
