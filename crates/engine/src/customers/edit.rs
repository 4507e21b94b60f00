//! Our customers, as people and programs change them. What Ion is to get is asked for in the transaction of the change.

use std::collections::BTreeMap;

use domain::customer::{Customer, CustomerField};
use domain::{ConnectionId, CustomerId};
use jiff::Timestamp;
use rules::customers::check::{problems_for_ion, problems_here};
use store::audit::{self, Actor};
use store::customers::{self, ChangeKind, ChangeRow, CustomerRow, Origin, Way};
use store::{Tx, connections};

use super::error::EditError;
use super::history::Step;
use super::plan::name_of;
use super::settle::{enqueue_create, enqueue_push};
use crate::Engine;

/// An edit that was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edited {
    /// Version of the customer now.
    pub version: u64,
    /// Connections to whose Ion the edit goes.
    pub pushed_to: usize,
}

impl Engine {
    /// Makes a customer here; with a connection, it is made in its Ion too.
    pub async fn create_customer(
        &self,
        customer: Customer,
        send_to: Option<ConnectionId>,
        actor: &Actor,
    ) -> Result<CustomerId, EditError> {
        let tx = self.store().begin().await?;
        let id = self
            .create_customer_in(&tx, customer, send_to, actor)
            .await?;
        tx.commit().await?;
        Ok(id)
    }

    /// The same in the transaction of something larger.
    pub async fn create_customer_in(
        &self,
        tx: &Tx,
        customer: Customer,
        send_to: Option<ConnectionId>,
        actor: &Actor,
    ) -> Result<CustomerId, EditError> {
        let now = self.clock().now();
        let customer = tidy(customer);
        let mut problems = problems_here(&customer);
        if send_to.is_some() {
            problems.extend(problems_for_ion(&customer.fields, None));
        }
        if !problems.is_empty() {
            return Err(EditError::Invalid(problems));
        }
        let id = CustomerId::new(self.ids());
        let origins: BTreeMap<CustomerField, Origin> = customer
            .fields
            .all()
            .filter(|(_, text)| !text.is_empty())
            .map(|(field, _)| (field, here(actor, now)))
            .collect();
        let number = customers::insert(tx, id, &customer, &origins, &actor.name, now).await?;
        let mut line = self
            .person(id, None, actor)
            .line(self, ChangeKind::Created, Way::Here);
        line.after = name_of(&customer);
        customers::add_changes(tx, &[line]).await?;
        if let Some(connection) = send_to {
            connections::find(tx, connection)
                .await?
                .ok_or_else(|| EditError::Refused("There is no such connection.".to_owned()))?;
            enqueue_create(self, tx, connection, id, None, &actor.name, now).await?;
        }
        audit::append(
            tx,
            &**self.clock(),
            actor,
            "customer.create",
            &format!("C-{number:04}"),
            &name_of(&customer),
        )
        .await?;
        Ok(id)
    }

    /// Replaces what a customer holds, where it still is the version that was edited.
    pub async fn edit_customer(
        &self,
        id: CustomerId,
        expected_version: u64,
        customer: Customer,
        actor: &Actor,
    ) -> Result<Edited, EditError> {
        let tx = self.store().begin().await?;
        let edited = self
            .edit_customer_in(&tx, id, expected_version, customer, actor)
            .await?;
        tx.commit().await?;
        Ok(edited)
    }

    /// The same in the transaction of something larger.
    pub async fn edit_customer_in(
        &self,
        tx: &Tx,
        id: CustomerId,
        expected_version: u64,
        customer: Customer,
        actor: &Actor,
    ) -> Result<Edited, EditError> {
        let now = self.clock().now();
        let row = customers::find(tx, id).await?.ok_or(EditError::Gone)?;
        if row.version != expected_version {
            return Err(EditError::Moved { now: Box::new(row) });
        }
        let customer = tidy(customer);
        let problems = problems_here(&customer);
        if !problems.is_empty() {
            return Err(EditError::Invalid(problems));
        }
        let step = self.person(id, None, actor);
        let lines = differences(self, &step, &row.customer, &customer);
        if lines.is_empty() {
            return Ok(Edited {
                version: row.version,
                pushed_to: 0,
            });
        }
        let shared = row.customer.fields != customer.fields;
        let mut origins = row.origins.clone();
        for (field, text) in customer.fields.all() {
            if row.customer.fields.get(field) != text {
                origins.insert(field, here(actor, now));
            }
        }
        if !customers::save(tx, id, row.version, &customer, &origins, shared, now).await? {
            let row = customers::find(tx, id).await?.ok_or(EditError::Gone)?;
            return Err(EditError::Moved { now: Box::new(row) });
        }
        let version = row.version + 1;
        let name = customer.fields.get(CustomerField::Organisation);
        if row.customer.fields.get(CustomerField::Organisation) != name {
            crate::subscriptions::customer_renamed(tx, id, name).await?;
        }
        customers::add_changes(tx, &lines).await?;
        let mut pushed_to = 0;
        for link in customers::list_links(tx, id).await? {
            if shared && !customer.archived {
                let ours = CustomerRow {
                    version,
                    customer: customer.clone(),
                    ..row.clone()
                };
                enqueue_push(self, tx, link.connection, &ours, version, None, now).await?;
                pushed_to += 1;
            } else if link.settled_version == Some(row.version) {
                // What only we hold is no reason to look at Ion.
                let rests = customers::LinkRow {
                    settled_version: Some(version),
                    ..link.clone()
                };
                customers::save_link(tx, &rests, link.revision).await?;
            }
        }
        customers::settle_state(tx, id).await?;
        let detail: Vec<&str> = lines
            .iter()
            .filter_map(|line| line.field.as_deref())
            .collect();
        audit::append(
            tx,
            &**self.clock(),
            actor,
            "customer.edit",
            &format!("C-{:04}", row.number),
            &detail.join(", "),
        )
        .await?;
        Ok(Edited { version, pushed_to })
    }

    /// Puts a customer away: kept, in no list by default, no longer synced. Nothing is changed in Ion.
    pub async fn archive_customer(&self, id: CustomerId, actor: &Actor) -> Result<(), EditError> {
        self.set_archived(id, true, actor).await
    }

    /// Takes a customer back from the archive.
    pub async fn restore_customer(&self, id: CustomerId, actor: &Actor) -> Result<(), EditError> {
        self.set_archived(id, false, actor).await
    }

    async fn set_archived(
        &self,
        id: CustomerId,
        archived: bool,
        actor: &Actor,
    ) -> Result<(), EditError> {
        let tx = self.store().begin().await?;
        self.set_archived_in(&tx, id, archived, actor).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(super) async fn set_archived_in(
        &self,
        tx: &Tx,
        id: CustomerId,
        archived: bool,
        actor: &Actor,
    ) -> Result<(), EditError> {
        let now = self.clock().now();
        let row = customers::find(tx, id).await?.ok_or(EditError::Gone)?;
        if row.customer.archived == archived {
            return Ok(());
        }
        if !archived && let Some(kept) = row.merged_into {
            let kept = customers::find(tx, kept).await?;
            let name = kept.map_or_else(String::new, |kept| name_of(&kept.customer));
            return Err(EditError::Refused(format!(
                "It became a part of {name}; split the two there."
            )));
        }
        let customer = Customer {
            archived,
            ..row.customer.clone()
        };
        if !customers::save(tx, id, row.version, &customer, &row.origins, false, now).await? {
            return Err(EditError::Moved { now: Box::new(row) });
        }
        for connection in connections::list(tx).await? {
            if archived {
                let touched = customers::drop_pairs_of(tx, connection.id, Some(id), None).await?;
                customers::settle_states(tx, &touched).await?;
            }
            customers::forget_matching(tx, connection.id).await?;
        }
        let (kind, action) = if archived {
            (ChangeKind::Archived, "customer.archive")
        } else {
            (ChangeKind::Restored, "customer.restore")
        };
        customers::add_changes(
            tx,
            &[self.person(id, None, actor).line(self, kind, Way::Here)],
        )
        .await?;
        customers::settle_state(tx, id).await?;
        audit::append(
            tx,
            &**self.clock(),
            actor,
            action,
            &format!("C-{:04}", row.number),
            &name_of(&row.customer),
        )
        .await?;
        Ok(())
    }
}

fn here(actor: &Actor, at: Timestamp) -> Origin {
    Origin {
        at,
        by: actor.name.clone(),
    }
}

/// White space around values, empty contacts and doubled labels are dropped.
pub(super) fn tidy(mut customer: Customer) -> Customer {
    for text in [
        &mut customer.registration_number,
        &mut customer.vat_number,
        &mut customer.notes,
    ] {
        *text = text.trim().to_owned();
    }
    customer.contacts.retain_mut(|contact| {
        for text in [
            &mut contact.name,
            &mut contact.email,
            &mut contact.title,
            &mut contact.phone,
        ] {
            *text = text.trim().to_owned();
        }
        [
            &contact.name,
            &contact.email,
            &contact.title,
            &contact.phone,
        ]
        .iter()
        .any(|text| !text.is_empty())
    });
    let words = |texts: &[String], fold: fn(&str) -> String| {
        let mut kept: Vec<String> = Vec::new();
        for text in texts {
            let text = fold(text.trim());
            if !text.is_empty() && !kept.contains(&text) {
                kept.push(text);
            }
        }
        kept
    };
    customer.domains = words(&customer.domains, str::to_lowercase);
    customer.tags = words(&customer.tags, str::to_owned);
    customer.external_ids = customer
        .external_ids
        .into_iter()
        .map(|(system, id)| (system.trim().to_owned(), id.trim().to_owned()))
        .filter(|(system, id)| !system.is_empty() && !id.is_empty())
        .collect();
    customer
}

/// One line for each value that differs.
fn differences(
    engine: &Engine,
    step: &Step,
    before: &Customer,
    after: &Customer,
) -> Vec<ChangeRow> {
    let mut lines = Vec::new();
    let mut note = |field: &str, old: &str, new: &str| {
        if old != new {
            lines.push(step.value(
                engine,
                (ChangeKind::Field, Way::Here),
                field,
                (old, new),
                None,
            ));
        }
    };
    for (field, text) in after.fields.all() {
        note(field.as_str(), before.fields.get(field), text);
    }
    note(
        "registration_number",
        &before.registration_number,
        &after.registration_number,
    );
    note("vat_number", &before.vat_number, &after.vat_number);
    note("notes", &before.notes, &after.notes);
    note(
        "domains",
        &before.domains.join(", "),
        &after.domains.join(", "),
    );
    note("tags", &before.tags.join(", "), &after.tags.join(", "));
    note("contacts", &contacts(before), &contacts(after));
    note("external_ids", &externals(before), &externals(after));
    lines
}

fn contacts(customer: &Customer) -> String {
    let words: Vec<String> = customer
        .contacts
        .iter()
        .map(|contact| {
            [
                &contact.name,
                &contact.email,
                &contact.title,
                &contact.phone,
            ]
            .into_iter()
            .filter(|text| !text.is_empty())
            .cloned()
            .collect::<Vec<_>>()
            .join(", ")
        })
        .collect();
    words.join("; ")
}

fn externals(customer: &Customer) -> String {
    let words: Vec<String> = customer
        .external_ids
        .iter()
        .map(|(system, id)| format!("{system}: {id}"))
        .collect();
    words.join(", ")
}
