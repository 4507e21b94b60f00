//! `customers create`, `set`, `archive`, `restore`, `combine`, `split`.

use anyhow::{Context as _, bail};
use domain::customer::Customer;
use domain::{CustomerId, WriteId};
use engine::customers::customer_json;
use rules::customers::table::{Column, Row, Said, columns};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use store::audit::Actor;
use store::customers::{self, CustomerRow};

use super::On;
use super::find::called;
use super::list::hit;
use super::settle::Whose;
use crate::output::Exit;

/// What `field=value` says, by the names of the columns of a file.
fn read(values: &[String]) -> anyhow::Result<Row> {
    let mut said = Vec::new();
    for value in values {
        let (name, text) = value
            .split_once('=')
            .with_context(|| format!("{value:?} is no field=value"))?;
        let column = Column::recognise(name)
            .filter(|column| *column != Column::Number)
            .with_context(|| {
                let known: Vec<String> = columns(&std::collections::BTreeSet::new())
                    .iter()
                    .skip(1)
                    .map(Column::header)
                    .collect();
                format!(
                    "{name:?} is no field; fields are: {}, external:NAME",
                    known.join(", ")
                )
            })?;
        let text = text.trim();
        said.push(if text.is_empty() {
            (column, Said::Empty)
        } else {
            (column, Said::Text(text.to_owned()))
        });
    }
    Ok(Row::new(said))
}

/// A customer after these values; what is wrong with them as one error.
fn after(row: &Row, before: &Customer) -> anyhow::Result<Customer> {
    let (after, problems) = row.applied_to(before);
    if problems.is_empty() {
        return Ok(after);
    }
    let words: Vec<String> = problems
        .iter()
        .map(|problem| format!("{}: {}", problem.label, problem.message))
        .collect();
    bail!("{}", words.join(" "))
}

pub(super) async fn create(
    at: &On<'_>,
    values: &[String],
    in_ion: bool,
    connection: Option<&str>,
) -> anyhow::Result<Exit> {
    let customer = after(&read(values)?, &Customer::default())?;
    let send_to = if in_ion {
        Some(at.connection(connection).await?)
    } else {
        None
    };
    let id = at
        .engine
        .create_customer(customer, send_to, &Actor::cli())
        .await?;
    let settled = finish(at, id).await?;
    let password = first_password(at, id).await?;
    let mut value = settled.value;
    if let (Some(object), Some(password)) = (value.as_object_mut(), &password) {
        object.insert("first_password".to_owned(), json!(password));
    }
    at.out.answer(&value, |out| {
        out.line(&format!("{} was made.{}", settled.name, settled.told));
        if let Some(password) = &password {
            out.line(&format!("First password of its user in the Ion portal: {password}\nIt is shown once, and kept nowhere."));
        }
    });
    Ok(settled.exit)
}

/// The first password of the portal user that Ion made, once, for who asked for the customer.
async fn first_password(at: &On<'_>, id: CustomerId) -> anyhow::Result<Option<String>> {
    let writes = customers::list_writes(at.engine.store().read(), id, 20).await?;
    let of: Vec<WriteId> = writes
        .iter()
        .filter(|write| write.has_password)
        .map(|write| write.id)
        .collect();
    for write in of {
        if let Some(password) = at.engine.take_first_password(write, &Actor::cli()).await? {
            return Ok(Some(password.expose_secret().to_owned()));
        }
    }
    Ok(None)
}

pub(super) async fn set(at: &On<'_>, id: &str, values: &[String]) -> anyhow::Result<Exit> {
    let row = at.customer(id).await?;
    let customer = after(&read(values)?, &row.customer)?;
    let edited = at
        .engine
        .edit_customer(row.id, row.version, customer, &Actor::cli())
        .await?;
    let settled = finish(at, row.id).await?;
    at.out.answer(&settled.value, |out| {
        let words = if edited.version == row.version {
            "holds that already"
        } else {
            "was changed"
        };
        out.line(&format!("{} {words}.{}", settled.name, settled.told));
    });
    Ok(settled.exit)
}

pub(super) async fn archive(at: &On<'_>, id: &str) -> anyhow::Result<Exit> {
    let row = at.customer(id).await?;
    at.engine.archive_customer(row.id, &Actor::cli()).await?;
    tell(at, row.id, "was archived; nothing changed in Ion").await
}

pub(super) async fn restore(at: &On<'_>, id: &str) -> anyhow::Result<Exit> {
    let row = at.customer(id).await?;
    at.engine.restore_customer(row.id, &Actor::cli()).await?;
    tell(at, row.id, "is no longer archived").await
}

async fn tell(at: &On<'_>, id: CustomerId, words: &str) -> anyhow::Result<Exit> {
    let settled = finish(at, id).await?;
    at.out.answer(&settled.value, |out| {
        out.line(&format!("{} {words}.{}", settled.name, settled.told));
    });
    Ok(settled.exit)
}

pub(super) async fn combine(at: &On<'_>, keep: &str, other: &str) -> anyhow::Result<Exit> {
    let (keep, other) = (at.customer(keep).await?, at.customer(other).await?);
    let id = at.engine.combine(keep.id, other.id, &Actor::cli()).await?;
    let settled = finish(at, keep.id).await?;
    at.out.answer(
        &json!({"combine_id": id, "customer": settled.value}),
        |out| {
            out.line(&format!(
                "{} is a part of {} now.{} To part them again: ionbridge customers split {}",
                called(&other),
                called(&keep),
                settled.told,
                rules::customers::table::number_text(keep.number)
            ));
        },
    );
    Ok(settled.exit)
}

pub(super) async fn split(at: &On<'_>, id: &str) -> anyhow::Result<Exit> {
    let row = at.customer(id).await?;
    let kept = row.merged_into.unwrap_or(row.id);
    let open: Vec<_> = customers::list_combines(at.engine.store().read(), kept)
        .await?
        .into_iter()
        .filter(|one| one.kept == kept && one.split_at.is_none())
        .filter(|one| row.merged_into.is_none() || one.other == row.id)
        .collect();
    let one = match open.as_slice() {
        [] => bail!("{} was not made of two", called(&row)),
        [one] => one,
        more => bail!(
            "{} others are a part of {}; name one of them",
            more.len(),
            called(&row)
        ),
    };
    at.engine.split(one.id, &Actor::cli()).await?;
    at.settle(Whose::One(one.other)).await?;
    tell(at, one.kept, "and the other are two again").await
}

/// A customer after what was asked for reached Ion, or did not.
pub(super) struct Settled {
    pub(super) name: String,
    pub(super) value: Value,
    /// What is to be said of Ion; begins with a space.
    pub(super) told: String,
    pub(super) exit: Exit,
}

/// Sees to it that what was asked for reaches Ion, and tells what came of it.
pub(super) async fn finish(at: &On<'_>, id: CustomerId) -> anyhow::Result<Settled> {
    let waits = at.settle(Whose::One(id)).await?;
    let conn = at.engine.store().read();
    let row: CustomerRow = customers::find(conn, id)
        .await?
        .context("the customer is gone")?;
    let links = customers::list_links(conn, id).await?;
    let failed = links.iter().find_map(|link| link.failed.as_ref());
    let conflicts = customers::list_conflicts(conn, id).await?.len();
    let proposed = customers::list_pairs_of(conn, id)
        .await?
        .iter()
        .any(|pair| pair.state == customers::PairState::Proposed);
    let (told, exit) = if let Some(failed) = failed {
        (
            format!(" Ion did not take it: {}", failed.message),
            Exit::Awaiting,
        )
    } else if conflicts > 0 {
        (
            format!(" {conflicts} fields wait for a decision: ionbridge customers conflicts"),
            Exit::Awaiting,
        )
    } else if proposed {
        (
            " It resembles one of Ion's: ionbridge customers mapping list".to_owned(),
            Exit::Awaiting,
        )
    } else if waits {
        (
            " Ion gets it later: a job waits.".to_owned(),
            Exit::Awaiting,
        )
    } else {
        (String::new(), Exit::Done)
    };
    let name = called(&row);
    Ok(Settled {
        name,
        value: customer_json(&hit(at, row).await?),
        told,
        exit,
    })
}
