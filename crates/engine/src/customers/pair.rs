//! Who is who: what people decide about pairs, and links made and undone.

use domain::customer::{CustomerField, IonCustomer};
use domain::{ConnectionId, CustomerId, RunId};
use rules::customers::decide::{Merge, Side, merge};
use rules::customers::rule::Rule;
use store::audit::{self, Actor};
use store::customers::{self, ChangeKind, CustomerRow, LinkRow, PairState, SyncSetting, Way};
use store::{Tx, connections};

use super::error::MappingError;
use super::history::Step;
use super::plan::name_of;
use super::settle::{SettleError, Settled, enqueue_create, enqueue_push, enqueue_push_now, settle};
use super::sync::{of_ion, origins};
use crate::Engine;

/// Two that are to be linked.
pub(super) struct LinkWish<'a> {
    pub(super) connection: ConnectionId,
    pub(super) customer: CustomerId,
    pub(super) remote: &'a IonCustomer,
    pub(super) rule: Rule,
    pub(super) by: &'a str,
    pub(super) run: Option<RunId>,
}

/// Links two, merges them, and asks for the push of what Ion is to get: one transaction.
pub(super) async fn link_two(
    engine: &Engine,
    tx: &Tx,
    wish: &LinkWish<'_>,
    setting: &SyncSetting,
) -> Result<Settled, MappingError> {
    let now = engine.clock().now();
    let (connection, ion_id) = (wish.connection, &wish.remote.ion_id);
    let customer = customers::find(tx, wish.customer)
        .await?
        .ok_or(MappingError::NoCustomer)?;
    free(tx, connection, &customer, ion_id).await?;
    let link = LinkRow {
        customer: customer.id,
        connection,
        ion_id: ion_id.clone(),
        base: None,
        revision: 1,
        settled_version: None,
        failed: None,
        synced_at: Some(now),
        linked_at: now,
        linked_by: wish.by.to_owned(),
        rule: wish.rule,
    };
    customers::link(tx, &link).await?;
    let name = name_of(&customer.customer);
    let whose = (customer.id, name.as_str());
    crate::subscriptions::customer_linked(engine, tx, connection, ion_id, whose).await?;
    customers::drop_pairs_of(tx, connection, Some(customer.id), None).await?;
    let rivals = customers::drop_pairs_of(tx, connection, None, Some(ion_id)).await?;
    if customer.ignored {
        customers::set_ignored(tx, customer.id, false, now).await?;
    }
    customers::set_ion_ignored(tx, connection, ion_id, false).await?;
    let customer = customers::find(tx, customer.id)
        .await?
        .ok_or(MappingError::NoCustomer)?;
    let step = Step {
        customer: customer.id,
        link: Some((connection, ion_id.clone())),
        run: wish.run,
        actor: wish.by.to_owned(),
        at: now,
    };
    let mut line = step.line(engine, ChangeKind::Linked, Way::Here);
    line.rule = Some(wish.rule);
    line.after = wish
        .remote
        .fields
        .get(CustomerField::Organisation)
        .to_owned();
    customers::add_changes(tx, &[line]).await?;
    let merged = merge_new(&customer, wish.remote, setting);
    let settled = settle(engine, tx, &step, (&customer, &link), &merged).await?;
    if settled.to_ion > 0 && setting.first_applied_at.is_some() {
        enqueue_push(
            engine,
            tx,
            connection,
            &customer,
            settled.version,
            wish.run,
            now,
        )
        .await?;
    }
    customers::settle_state(tx, customer.id).await?;
    customers::settle_states(tx, &rivals).await?;
    Ok(settled)
}

fn merge_new(customer: &CustomerRow, remote: &IonCustomer, setting: &SyncSetting) -> Merge {
    let ours = Side {
        fields: &customer.customer.fields,
        changed_at: Some(customer.edited_at),
    };
    let theirs = Side {
        fields: &remote.fields,
        changed_at: remote.updated_at,
    };
    merge(None, ours, theirs, &setting.policy, &[])
}

/// Neither of the two is linked already, and ours is in use.
async fn free(
    tx: &Tx,
    connection: ConnectionId,
    customer: &CustomerRow,
    ion_id: &str,
) -> Result<(), MappingError> {
    if customer.customer.archived {
        return Err(MappingError::Refused(format!(
            "{} is archived; restore it first.",
            name_of(&customer.customer)
        )));
    }
    if let Some(link) = customers::find_link_of(tx, connection, customer.id).await? {
        return Err(MappingError::Linked(format!(
            "{} is linked with Ion's {} already; unlink it first.",
            name_of(&customer.customer),
            link.ion_id
        )));
    }
    if let Some(link) = customers::find_link(tx, connection, ion_id).await? {
        let other = customers::find(tx, link.customer).await?;
        let other = other.map_or_else(String::new, |row| name_of(&row.customer));
        return Err(MappingError::Linked(format!(
            "Ion's {ion_id} is linked with {other} already; unlink that first."
        )));
    }
    Ok(())
}

impl From<SettleError> for MappingError {
    fn from(error: SettleError) -> Self {
        match error {
            SettleError::Moved => Self::Moved,
            SettleError::Store(error) => Self::Store(error),
        }
    }
}

impl Engine {
    /// Links a pair that a person says to be one.
    pub async fn confirm_pair(
        &self,
        connection: ConnectionId,
        customer: CustomerId,
        ion_id: &str,
        actor: &Actor,
    ) -> Result<(), MappingError> {
        self.link_by_hand(connection, customer, ion_id, actor).await
    }

    /// Links two, whatever they look like.
    pub async fn link_by_hand(
        &self,
        connection: ConnectionId,
        customer: CustomerId,
        ion_id: &str,
        actor: &Actor,
    ) -> Result<(), MappingError> {
        let tx = self.store().begin().await?;
        let remote = self.shown(&tx, connection, ion_id).await?;
        let setting = customers::sync_setting(&tx, connection).await?;
        let wish = LinkWish {
            connection,
            customer,
            remote: &remote,
            rule: Rule::C28,
            by: &actor.name,
            run: None,
        };
        link_two(self, &tx, &wish, &setting).await?;
        let about = format!("customer {customer}");
        audit::append(
            &tx,
            &**self.clock(),
            actor,
            "customer.link",
            &about,
            &format!("Ion {ion_id}"),
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Remembers that two are two: they are not proposed again.
    pub async fn reject_pair(
        &self,
        connection: ConnectionId,
        customer: CustomerId,
        ion_id: &str,
        actor: &Actor,
    ) -> Result<(), MappingError> {
        let now = self.clock().now();
        let tx = self.store().begin().await?;
        let remote = self.shown(&tx, connection, ion_id).await?;
        customers::find(&tx, customer)
            .await?
            .ok_or(MappingError::NoCustomer)?;
        customers::decide_pair(
            &tx,
            connection,
            customer,
            ion_id,
            PairState::Rejected,
            &actor.name,
            now,
        )
        .await?;
        let step = self.person(customer, Some((connection, ion_id.to_owned())), actor);
        let mut line = step.line(self, ChangeKind::Rejected, Way::Here);
        line.after = remote.fields.get(CustomerField::Organisation).to_owned();
        customers::add_changes(&tx, &[line]).await?;
        customers::settle_state(&tx, customer).await?;
        // The next run looks at both again: they may be like others, or new.
        customers::forget_matching(&tx, connection).await?;
        let about = format!("customer {customer}");
        audit::append(
            &tx,
            &**self.clock(),
            actor,
            "customer.reject_pair",
            &about,
            &format!("Ion {ion_id}"),
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Ends a link. Both stay as they are, and are left alone until a person decides otherwise.
    pub async fn unlink(
        &self,
        connection: ConnectionId,
        customer: CustomerId,
        actor: &Actor,
    ) -> Result<(), MappingError> {
        let now = self.clock().now();
        let tx = self.store().begin().await?;
        customers::find(&tx, customer)
            .await?
            .ok_or(MappingError::NoCustomer)?;
        let link = customers::find_link_of(&tx, connection, customer)
            .await?
            .ok_or(MappingError::NotLinked)?;
        self.unlink_in(&tx, &link, actor).await?;
        customers::set_ignored(&tx, customer, true, now).await?;
        customers::settle_state(&tx, customer).await?;
        let about = format!("customer {customer}");
        audit::append(
            &tx,
            &**self.clock(),
            actor,
            "customer.unlink",
            &about,
            &format!("Ion {}", link.ion_id),
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Ends a link in the transaction of something larger; Ion's is left alone from now on.
    pub(super) async fn unlink_in(
        &self,
        tx: &Tx,
        link: &LinkRow,
        actor: &Actor,
    ) -> Result<(), store::StoreError> {
        let now = self.clock().now();
        customers::unlink(tx, link.connection, &link.ion_id).await?;
        crate::subscriptions::customer_unlinked(
            self,
            tx,
            link.connection,
            &link.ion_id,
            link.customer,
        )
        .await?;
        customers::set_conflicts(tx, link.connection, link.customer, &link.ion_id, &[], now)
            .await?;
        customers::clear_choices(tx, link.connection, &link.ion_id, CustomerField::ALL).await?;
        customers::set_ion_ignored(tx, link.connection, &link.ion_id, true).await?;
        let step = self.person(
            link.customer,
            Some((link.connection, link.ion_id.clone())),
            actor,
        );
        let mut line = step.line(self, ChangeKind::Unlinked, Way::Here);
        link.ion_id.clone_into(&mut line.before);
        customers::add_changes(tx, &[line]).await
    }

    /// Leaves one of ours out of sync, or takes it in again.
    pub async fn ignore_customer(
        &self,
        customer: CustomerId,
        on: bool,
        actor: &Actor,
    ) -> Result<(), MappingError> {
        let now = self.clock().now();
        let tx = self.store().begin().await?;
        let row = customers::find(&tx, customer)
            .await?
            .ok_or(MappingError::NoCustomer)?;
        if row.ignored == on {
            return Ok(());
        }
        if on && !customers::list_links(&tx, customer).await?.is_empty() {
            return Err(MappingError::Refused(format!(
                "{} is linked; unlink it, then it is left alone.",
                name_of(&row.customer)
            )));
        }
        customers::set_ignored(&tx, customer, on, now).await?;
        for connection in connections::list(&tx).await? {
            if on {
                customers::drop_pairs_of(&tx, connection.id, Some(customer), None).await?;
            }
            customers::forget_matching(&tx, connection.id).await?;
        }
        let step = self.person(customer, None, actor);
        let values = if on {
            ("in sync", "left alone")
        } else {
            ("left alone", "in sync")
        };
        let line = step.value(
            self,
            (ChangeKind::Ignored, Way::Here),
            "sync",
            values,
            on.then_some(Rule::C26),
        );
        customers::add_changes(&tx, &[line]).await?;
        customers::settle_state(&tx, customer).await?;
        let action = if on {
            "customer.ignore"
        } else {
            "customer.unignore"
        };
        audit::append(
            &tx,
            &**self.clock(),
            actor,
            action,
            &format!("customer {customer}"),
            "",
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Leaves one of Ion's out of sync, or takes it in again.
    pub async fn ignore_ion(
        &self,
        connection: ConnectionId,
        ion_id: &str,
        on: bool,
        actor: &Actor,
    ) -> Result<(), MappingError> {
        let tx = self.store().begin().await?;
        self.shown(&tx, connection, ion_id).await?;
        if on
            && customers::find_link(&tx, connection, ion_id)
                .await?
                .is_some()
        {
            return Err(MappingError::Refused(format!(
                "Ion's {ion_id} is linked; unlink it, then it is left alone."
            )));
        }
        customers::set_ion_ignored(&tx, connection, ion_id, on).await?;
        if on {
            let touched = customers::drop_pairs_of(&tx, connection, None, Some(ion_id)).await?;
            customers::settle_states(&tx, &touched).await?;
        }
        customers::forget_matching(&tx, connection).await?;
        let action = if on {
            "customer.ignore_in_ion"
        } else {
            "customer.unignore_in_ion"
        };
        audit::append(
            &tx,
            &**self.clock(),
            actor,
            action,
            &format!("Ion {ion_id}"),
            "",
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Makes one of ours of Ion's, linked from the start.
    pub async fn import_from_ion(
        &self,
        connection: ConnectionId,
        ion_id: &str,
        actor: &Actor,
    ) -> Result<CustomerId, MappingError> {
        let now = self.clock().now();
        let tx = self.store().begin().await?;
        let remote = self.shown(&tx, connection, ion_id).await?;
        if let Some(link) = customers::find_link(&tx, connection, ion_id).await? {
            return Err(MappingError::Linked(format!(
                "Ion's {ion_id} is linked with customer {} already.",
                link.customer
            )));
        }
        let id = CustomerId::new(self.ids());
        customers::insert(
            &tx,
            id,
            &of_ion(&remote),
            &origins(&remote, now),
            &actor.name,
            now,
        )
        .await?;
        let link = LinkRow {
            customer: id,
            connection,
            ion_id: ion_id.to_owned(),
            base: Some(remote.fields.clone()),
            revision: 1,
            settled_version: Some(1),
            failed: None,
            synced_at: Some(now),
            linked_at: now,
            linked_by: actor.name.clone(),
            rule: Rule::C28,
        };
        customers::link(&tx, &link).await?;
        let name = remote.fields.get(CustomerField::Organisation);
        crate::subscriptions::customer_linked(self, &tx, connection, ion_id, (id, name)).await?;
        customers::set_ion_ignored(&tx, connection, ion_id, false).await?;
        let rivals = customers::drop_pairs_of(&tx, connection, None, Some(ion_id)).await?;
        let step = self.person(id, Some((connection, ion_id.to_owned())), actor);
        let mut line = step.line(self, ChangeKind::Imported, Way::FromIon);
        line.after = remote.fields.get(CustomerField::Organisation).to_owned();
        customers::add_changes(&tx, &[line]).await?;
        customers::settle_state(&tx, id).await?;
        customers::settle_states(&tx, &rivals).await?;
        audit::append(
            &tx,
            &**self.clock(),
            actor,
            "customer.import",
            &format!("customer {id}"),
            &format!("Ion {ion_id}"),
        )
        .await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Asks for one of ours to be made in Ion. What Ion would refuse is said at once.
    pub async fn create_in_ion(
        &self,
        connection: ConnectionId,
        customer: CustomerId,
        actor: &Actor,
    ) -> Result<(), MappingError> {
        let now = self.clock().now();
        let tx = self.store().begin().await?;
        connections::find(&tx, connection)
            .await?
            .ok_or(MappingError::NoConnection)?;
        let row = customers::find(&tx, customer)
            .await?
            .ok_or(MappingError::NoCustomer)?;
        if row.customer.archived {
            return Err(MappingError::Refused(
                "It is archived; restore it first.".to_owned(),
            ));
        }
        if let Some(link) = customers::find_link_of(&tx, connection, customer).await? {
            return Err(MappingError::Linked(format!(
                "It is in Ion already, as {}.",
                link.ion_id
            )));
        }
        let problems = rules::customers::check::problems_for_ion(&row.customer.fields, None);
        if !problems.is_empty() {
            let words: Vec<String> = problems
                .into_iter()
                .map(|problem| format!("{}: {}", problem.label, problem.message))
                .collect();
            return Err(MappingError::Refused(words.join(" ")));
        }
        if row.ignored {
            customers::set_ignored(&tx, customer, false, now).await?;
        }
        enqueue_create(self, &tx, connection, customer, None, &actor.name, now).await?;
        audit::append(
            &tx,
            &**self.clock(),
            actor,
            "customer.create_in_ion",
            &format!("customer {customer}"),
            "",
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Compares and writes one linked customer now, whatever was tried before.
    pub async fn sync_customer_now(
        &self,
        connection: ConnectionId,
        customer: CustomerId,
        actor: &Actor,
    ) -> Result<(), MappingError> {
        let now = self.clock().now();
        let tx = self.store().begin().await?;
        let row = customers::find(&tx, customer)
            .await?
            .ok_or(MappingError::NoCustomer)?;
        match customers::find_link_of(&tx, connection, customer).await? {
            Some(link) => {
                customers::unsettle(&tx, connection, Some(std::slice::from_ref(&link.ion_id)))
                    .await?;
                enqueue_push_now(self, &tx, connection, &row, now).await?;
            }
            None => return Err(MappingError::NotLinked),
        }
        audit::append(
            &tx,
            &**self.clock(),
            actor,
            "customer.sync",
            &format!("customer {customer}"),
            "",
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// What Ion showed last of a customer that is not gone.
    async fn shown(
        &self,
        tx: &Tx,
        connection: ConnectionId,
        ion_id: &str,
    ) -> Result<IonCustomer, MappingError> {
        connections::find(tx, connection)
            .await?
            .ok_or(MappingError::NoConnection)?;
        customers::find_ion(tx, connection, ion_id)
            .await?
            .filter(|row| row.gone_at.is_none())
            .map(|row| row.customer)
            .ok_or(MappingError::NotInIon)
    }

    /// A step of a person.
    pub(super) fn person(
        &self,
        customer: CustomerId,
        link: Option<(ConnectionId, String)>,
        actor: &Actor,
    ) -> Step {
        Step {
            customer,
            link,
            run: None,
            actor: actor.name.clone(),
            at: self.clock().now(),
        }
    }
}
