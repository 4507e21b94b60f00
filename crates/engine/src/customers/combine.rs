//! Two customers of ours are made one, and one is made two again.

use domain::customer::Customer;
use domain::{CombineId, CustomerId};
use store::Tx;
use store::audit::{self, Actor};
use store::customers::{self, ChangeKind, CombineBefore, CombineRow, Way};

use super::edit::tidy;
use super::error::EditError;
use super::plan::name_of;
use super::settle::enqueue_push_now;
use crate::Engine;

impl Engine {
    /// Makes `other` a part of `keep`: its links, contacts, domains, labels and ids go over; it is archived, and kept for a split.
    pub async fn combine(
        &self,
        keep: CustomerId,
        other: CustomerId,
        actor: &Actor,
    ) -> Result<CombineId, EditError> {
        let now = self.clock().now();
        let tx = self.store().begin().await?;
        let kept = customers::find(&tx, keep).await?.ok_or(EditError::Gone)?;
        let gone = customers::find(&tx, other).await?.ok_or(EditError::Gone)?;
        if keep == other {
            return Err(EditError::Refused(
                "These are the same customer.".to_owned(),
            ));
        }
        if kept.customer.archived || gone.customer.archived {
            return Err(EditError::Refused(
                "One of the two is archived; restore it first.".to_owned(),
            ));
        }
        let (ours, theirs) = (
            customers::list_links(&tx, keep).await?,
            customers::list_links(&tx, other).await?,
        );
        if let Some(both) = theirs
            .iter()
            .find(|link| ours.iter().any(|ours| ours.connection == link.connection))
        {
            return Err(EditError::Refused(format!(
                "Both are linked in the same Ion account (Ion's {}); Ion has no way to make two customers one. Unlink one of them first.",
                both.ion_id
            )));
        }
        let merged = united(&kept.customer, &gone.customer);
        // First of all: an order that is still the other's when its link goes over loses Ion's id of its customer.
        let orders = store::orders::move_customer(&tx, other, keep).await?;
        store::subscriptions::move_customer(&tx, other, keep).await?;
        let id = CombineId::new(self.ids());
        let row = CombineRow {
            id,
            kept: keep,
            other,
            before: CombineBefore {
                kept: kept.customer.clone(),
                other: gone.customer.clone(),
                links: theirs
                    .iter()
                    .map(|link| (link.connection, link.ion_id.clone()))
                    .collect(),
                orders,
            },
            at: now,
            actor: actor.name.clone(),
            split_at: None,
        };
        customers::insert_combine(&tx, &row).await?;
        for link in &theirs {
            customers::move_link(&tx, link.connection, &link.ion_id, keep).await?;
        }
        self.settle_orders(&tx, keep, &kept.customer).await?;
        self.edit_customer_in(&tx, keep, kept.version, merged, actor)
            .await?;
        self.set_archived_in(&tx, other, true, actor).await?;
        customers::set_merged_into(&tx, other, Some(keep), now).await?;
        for (customer, name) in [
            (keep, name_of(&gone.customer)),
            (other, name_of(&kept.customer)),
        ] {
            let mut line =
                self.person(customer, None, actor)
                    .line(self, ChangeKind::Combined, Way::Here);
            line.after = name;
            customers::add_changes(&tx, &[line]).await?;
        }
        if let Some(kept) = customers::find(&tx, keep).await? {
            for link in &theirs {
                enqueue_push_now(self, &tx, link.connection, &kept, now).await?;
            }
        }
        customers::settle_states(&tx, &[keep, other]).await?;
        let about = format!("C-{:04}", kept.number);
        audit::append(
            &tx,
            &**self.clock(),
            actor,
            "customer.combine",
            &about,
            &format!("C-{:04}", gone.number),
        )
        .await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Makes two of one again: links go back, the other is taken from the archive. What was edited since stays with the one that was kept.
    pub async fn split(&self, combine: CombineId, actor: &Actor) -> Result<(), EditError> {
        let now = self.clock().now();
        let tx = self.store().begin().await?;
        let row = customers::find_combine(&tx, combine)
            .await?
            .ok_or(EditError::Gone)?;
        if row.split_at.is_some() {
            return Err(EditError::Refused(
                "These two were split already.".to_owned(),
            ));
        }
        let kept = customers::find(&tx, row.kept)
            .await?
            .ok_or(EditError::Gone)?;
        customers::set_merged_into(&tx, row.other, None, now).await?;
        self.set_archived_in(&tx, row.other, false, actor).await?;
        let moved = &row.before.orders;
        store::orders::set_customer(&tx, moved, row.kept, row.other).await?;
        for (connection, ion_id) in &row.before.links {
            let link = customers::find_link(&tx, *connection, ion_id).await?;
            if link.is_some_and(|link| link.customer == row.kept) {
                customers::move_link(&tx, *connection, ion_id, row.other).await?;
                customers::unsettle(&tx, *connection, Some(std::slice::from_ref(ion_id))).await?;
            }
        }
        self.settle_orders(&tx, row.other, &row.before.other)
            .await?;
        self.settle_orders(&tx, row.kept, &kept.customer).await?;
        let parted = parted(&kept.customer, &row.before);
        self.edit_customer_in(&tx, row.kept, kept.version, parted, actor)
            .await?;
        customers::mark_split(&tx, combine, &actor.name, now).await?;
        for (customer, name) in [
            (row.kept, name_of(&row.before.other)),
            (row.other, name_of(&row.before.kept)),
        ] {
            let mut line =
                self.person(customer, None, actor)
                    .line(self, ChangeKind::Split, Way::Here);
            line.after = name;
            customers::add_changes(&tx, &[line]).await?;
        }
        if let Some(other) = customers::find(&tx, row.other).await? {
            for (connection, _) in &row.before.links {
                enqueue_push_now(self, &tx, *connection, &other, now).await?;
            }
        }
        customers::settle_states(&tx, &[row.kept, row.other]).await?;
        audit::append(
            &tx,
            &**self.clock(),
            actor,
            "customer.split",
            &format!("C-{:04}", kept.number),
            "",
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Brings orders and subscriptions to how a customer is linked now; a draft gets or loses Ion's id of its customer.
    async fn settle_orders(
        &self,
        tx: &Tx,
        id: CustomerId,
        customer: &Customer,
    ) -> Result<(), EditError> {
        let name = name_of(customer);
        for link in customers::list_links(tx, id).await? {
            let whose = (id, name.as_str());
            crate::subscriptions::customer_linked(self, tx, link.connection, &link.ion_id, whose)
                .await?;
        }
        Ok(())
    }
}

/// What the kept one holds then: its own values first, gaps filled by the other's, lists joined.
fn united(kept: &Customer, other: &Customer) -> Customer {
    let mut merged = kept.clone();
    for (field, text) in other.fields.all() {
        if merged.fields.get(field).is_empty() {
            merged.fields.set(field, text);
        }
    }
    for (ours, theirs) in [
        (&mut merged.registration_number, &other.registration_number),
        (&mut merged.vat_number, &other.vat_number),
    ] {
        if ours.is_empty() {
            ours.clone_from(theirs);
        }
    }
    if !other.notes.is_empty() && merged.notes != other.notes {
        let both = format!("{}\n\n{}", merged.notes, other.notes);
        both.trim().clone_into(&mut merged.notes);
    }
    merged.domains.extend(other.domains.iter().cloned());
    merged.tags.extend(other.tags.iter().cloned());
    for contact in &other.contacts {
        if !merged.contacts.contains(contact) {
            merged.contacts.push(contact.clone());
        }
    }
    for (system, id) in &other.external_ids {
        merged
            .external_ids
            .entry(system.clone())
            .or_insert_with(|| id.clone());
    }
    tidy(merged)
}

/// What the kept one holds after a split: what came from the other goes, where nobody changed it since.
fn parted(now: &Customer, before: &CombineBefore) -> Customer {
    let merged = united(&before.kept, &before.other);
    let mut parted = now.clone();
    for (field, text) in before.kept.fields.all() {
        if now.fields.get(field) == merged.fields.get(field) {
            parted.fields.set(field, text);
        }
    }
    if now.registration_number == merged.registration_number {
        parted
            .registration_number
            .clone_from(&before.kept.registration_number);
    }
    if now.vat_number == merged.vat_number {
        parted.vat_number.clone_from(&before.kept.vat_number);
    }
    if now.notes == merged.notes {
        parted.notes.clone_from(&before.kept.notes);
    }
    parted
        .domains
        .retain(|one| before.kept.domains.contains(one) || !before.other.domains.contains(one));
    parted
        .tags
        .retain(|one| before.kept.tags.contains(one) || !before.other.tags.contains(one));
    parted
        .contacts
        .retain(|one| before.kept.contacts.contains(one) || !before.other.contacts.contains(one));
    parted.external_ids.retain(|system, id| {
        before.kept.external_ids.get(system) == Some(id)
            || before.other.external_ids.get(system) != Some(id)
    });
    parted
}

#[cfg(test)]
mod tests {
    use domain::customer::{Contact, CustomerField};

    use super::*;

    #[test]
    fn two_made_one_and_two_again_are_what_they_were() {
        let one = |organisation: &str, city: &str, tag: &str| {
            let mut customer = Customer::default();
            customer
                .fields
                .set(CustomerField::Organisation, organisation);
            customer.fields.set(CustomerField::City, city);
            customer.tags = vec![tag.to_owned(), "both".to_owned()];
            customer.contacts = vec![Contact {
                name: tag.to_owned(),
                ..Contact::default()
            }];
            customer
        };
        let (kept, other) = (one("Kettle", "", "a"), one("Kettle Ltd", "Berlin", "b"));
        let merged = united(&kept, &other);
        assert_eq!(merged.fields.get(CustomerField::Organisation), "Kettle");
        assert_eq!(merged.fields.get(CustomerField::City), "Berlin");
        assert_eq!(merged.tags, ["a", "both", "b"]);
        assert_eq!(merged.contacts.len(), 2);
        let before = CombineBefore {
            kept: kept.clone(),
            other,
            links: Vec::new(),
            orders: Vec::new(),
        };
        assert_eq!(parted(&merged, &before), kept);
        let mut edited = merged;
        edited.fields.set(CustomerField::City, "Hamburg");
        assert_eq!(
            parted(&edited, &before).fields.get(CustomerField::City),
            "Hamburg",
            "an edit since stays"
        );
    }
}
