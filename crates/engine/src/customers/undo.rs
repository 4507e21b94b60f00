//! What a run or a person changed here is taken back. Ion gets a value back as it gets any edit of ours: by the next push.

use domain::customer::CustomerField;
use domain::{ChangeId, RunId};
use rules::customers::rule::Rule;
use store::Tx;
use store::audit::{self, Actor};
use store::customers::{self, ChangeKind, ChangeRow, Way};

use super::error::EditError;
use crate::Engine;

/// What was taken back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Undone {
    /// Changes that were taken back.
    pub changes: u64,
    /// Changes that stay: something was changed since, or there is nothing to take back.
    pub left: u64,
}

impl Engine {
    /// Takes one change back.
    pub async fn undo_change(&self, change: ChangeId, actor: &Actor) -> Result<(), EditError> {
        let tx = self.store().begin().await?;
        let row = customers::find_change(&tx, change)
            .await?
            .ok_or(EditError::Gone)?;
        self.undo_in(&tx, &row, actor).await?;
        audit::append(
            &tx,
            &**self.clock(),
            actor,
            "customer.undo",
            &format!("change {change}"),
            "",
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes back what a run changed here, the last change first. What was changed since stays, and is counted.
    pub async fn undo_run(&self, run: RunId, actor: &Actor) -> Result<Undone, EditError> {
        let mut changes = Vec::new();
        let mut after = None;
        loop {
            let rows = customers::list_run_changes(self.store().read(), run, after, 500).await?;
            let Some((last, _)) = rows.last() else { break };
            after = Some(last.id);
            changes.extend(rows.into_iter().map(|(row, _)| row));
        }
        let mut undone = Undone::default();
        for row in changes.iter().rev().filter(|row| is_local(row)) {
            let tx = self.store().begin().await?;
            match self.undo_in(&tx, row, actor).await {
                Ok(()) => {
                    tx.commit().await?;
                    undone.changes += 1;
                }
                Err(EditError::Store(error)) => return Err(error.into()),
                Err(_) => undone.left += 1,
            }
        }
        let tx = self.store().begin().await?;
        let detail = format!("{} taken back, {} left", undone.changes, undone.left);
        audit::append(
            &tx,
            &**self.clock(),
            actor,
            "customer.undo_run",
            &format!("run {run}"),
            &detail,
        )
        .await?;
        tx.commit().await?;
        Ok(undone)
    }

    async fn undo_in(&self, tx: &Tx, change: &ChangeRow, actor: &Actor) -> Result<(), EditError> {
        if change.undone_at.is_some() {
            return Err(EditError::Refused(
                "This was taken back already.".to_owned(),
            ));
        }
        let now = self.clock().now();
        let row = customers::find(tx, change.customer)
            .await?
            .ok_or(EditError::Gone)?;
        match change.kind {
            ChangeKind::Field if change.way != Way::ToIon => {
                let field: CustomerField = change
                    .field
                    .as_deref()
                    .and_then(|field| field.parse().ok())
                    .ok_or_else(|| {
                        EditError::Refused(
                            "Only fields that Ion holds too can be taken back; edit the customer."
                                .to_owned(),
                        )
                    })?;
                if row.customer.fields.get(field) != change.after {
                    return Err(EditError::Refused(format!(
                        "{} was changed since; edit the customer.",
                        field.label()
                    )));
                }
                let mut customer = row.customer.clone();
                customer.fields.set(field, &change.before);
                self.edit_customer_in(tx, row.id, row.version, customer, actor)
                    .await?;
            }
            ChangeKind::Imported => {
                for link in customers::list_links(tx, row.id).await? {
                    self.unlink_in(tx, &link, actor).await?;
                }
                self.set_archived_in(tx, row.id, true, actor).await?;
            }
            ChangeKind::Linked => {
                let link = change.connection.zip(change.ion_id.as_deref());
                let link = match link {
                    Some((connection, ion_id)) => {
                        customers::find_link(tx, connection, ion_id).await?
                    }
                    None => None,
                };
                let link = link.filter(|link| link.customer == row.id).ok_or_else(|| {
                    EditError::Refused("The two are not linked any more.".to_owned())
                })?;
                self.unlink_in(tx, &link, actor).await?;
                customers::set_ignored(tx, row.id, true, now).await?;
                customers::settle_state(tx, row.id).await?;
            }
            ChangeKind::Archived => self.set_archived_in(tx, row.id, false, actor).await?,
            ChangeKind::Restored => self.set_archived_in(tx, row.id, true, actor).await?,
            _ => {
                return Err(EditError::Refused(
                    "There is nothing of this to take back here; what Ion has received stays in its history.".to_owned(),
                ));
            }
        }
        customers::mark_undone(tx, &[change.id], &actor.name, now).await?;
        Ok(())
    }
}

/// It changed something here that can be taken back.
fn is_local(change: &ChangeRow) -> bool {
    let undoable = matches!(change.kind, ChangeKind::Imported | ChangeKind::Linked)
        || change.kind == ChangeKind::Field
            && change.way == Way::FromIon
            && change.rule != Some(Rule::C04);
    undoable && change.undone_at.is_none()
}
