//! Plans that wait for a person.

use domain::PlanId;
use domain::customer::CustomerField;
use store::audit::{self, Actor};
use store::customers::{self, PlanState};

use super::error::SyncError;
use crate::Engine;

/// A plan that a run left for a person.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    pub(super) plan: PlanId,
    /// It says something that the one before did not.
    pub(super) is_new: bool,
    pub(super) first: bool,
    pub(super) held: bool,
}

/// Entries that somebody chooses, or leaves out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chosen {
    /// These, by their places.
    Entries(Vec<u64>),
    /// All of one action, by its word.
    Action(String),
    /// All.
    All,
}

impl Engine {
    /// Chooses entries of a plan that waits, or leaves them out. What cannot be done stays out.
    pub async fn choose_entries(
        &self,
        plan: PlanId,
        which: &Chosen,
        on: bool,
    ) -> Result<(), SyncError> {
        let tx = self.store().begin().await?;
        let row = customers::find_plan(&tx, plan)
            .await?
            .ok_or(SyncError::NoPlan)?;
        if row.state != PlanState::Waiting {
            return Err(SyncError::PlanSettled);
        }
        match which {
            Chosen::Entries(seqs) => {
                customers::set_chosen(&tx, plan, Some(seqs.as_slice()), None, on).await?
            }
            Chosen::Action(action) => {
                customers::set_chosen(&tx, plan, None, Some(action.as_str()), on).await?
            }
            Chosen::All => customers::set_chosen(&tx, plan, None, None, on).await?,
        }
        Ok(tx.commit().await?)
    }

    /// Lets a plan go: everything stays as it is, and the sync of its connection pauses, so that it does not come again by itself.
    pub async fn discard_plan(&self, plan: PlanId, actor: &Actor) -> Result<(), SyncError> {
        let now = self.clock().now();
        let tx = self.store().begin().await?;
        let row = customers::find_plan(&tx, plan)
            .await?
            .ok_or(SyncError::NoPlan)?;
        if !customers::settle_plan(&tx, plan, PlanState::Discarded, &actor.name, None, now).await? {
            return Err(SyncError::PlanSettled);
        }
        let setting = customers::sync_setting(&tx, row.connection).await?;
        customers::save_policy(&tx, row.connection, &setting.policy, true).await?;
        super::notice::plan_settled(&tx, row.connection, now).await?;
        audit::append(
            &tx,
            &**self.clock(),
            actor,
            "customers.plan_discard",
            &format!("plan {plan}"),
            "",
        )
        .await?;
        Ok(tx.commit().await?)
    }
}

/// Name of a customer, for people.
pub(super) fn name_of(customer: &domain::customer::Customer) -> String {
    customer.fields.get(CustomerField::Organisation).to_owned()
}
