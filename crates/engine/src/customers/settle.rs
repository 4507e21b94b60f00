//! What a merge means here: one transaction's worth of fields, base, conflicts and history of one customer.

use domain::ConnectionId;
use domain::customer::CustomerField;
use jiff::Timestamp;
use rules::customers::decide::Action;
use rules::customers::decide::{
    FieldDecision, Link, Local, Merge, Policy, Remote, Side, Situation, decide,
};
use rules::customers::rule::Rule;
use store::customers::{self, CustomerRow, LinkRow, Origin};
use store::queue::{self, NewJob, Payload};
use store::{StoreError, Tx};

use super::history::Step;
use crate::Engine;

/// Tries of a push: about a day, since the waits between them grow to an hour.
const TRIES: u32 = 30;

/// What came of a merge here.
#[derive(Debug, Clone, Default)]
pub(super) struct Settled {
    /// Fields that we took over from Ion.
    pub(super) pulled: usize,
    /// Fields that Ion is to get.
    pub(super) to_ion: usize,
    /// Fields that are new in the queue of conflicts.
    pub(super) opened: Vec<CustomerField>,
    /// Version of our customer now.
    pub(super) version: u64,
    /// Something was written.
    pub(super) written: bool,
}

/// Somebody else changed the customer or its link since it was read: nothing of this transaction may stay.
#[derive(Debug, thiserror::Error)]
pub(super) enum SettleError {
    #[error("the customer was changed meanwhile")]
    Moved,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Writes what a merge means here. What goes to Ion stays out of the base until Ion has it.
pub(super) async fn settle(
    engine: &Engine,
    tx: &Tx,
    step: &Step,
    (customer, link): (&CustomerRow, &LinkRow),
    merge: &Merge,
) -> Result<Settled, SettleError> {
    let mut settled = Settled {
        version: customer.version,
        to_ion: merge.to_remote().count(),
        ..Settled::default()
    };
    let mut lines = Vec::new();
    let taken: Vec<&FieldDecision> = merge.to_local().collect();
    if !taken.is_empty() {
        let (mut ours, mut origins) = (customer.customer.clone(), customer.origins.clone());
        for decision in &taken {
            ours.fields.set(decision.field, &decision.remote);
            let origin = Origin {
                at: step.at,
                by: "Ion".to_owned(),
            };
            origins.insert(decision.field, origin);
            lines.push(step.came_from_ion(engine, decision));
        }
        let saved = customers::save(
            tx,
            customer.id,
            customer.version,
            &ours,
            &origins,
            false,
            step.at,
        );
        if !saved.await? {
            return Err(SettleError::Moved);
        }
        settled.version += 1;
        settled.pulled = taken.len();
        let name = ours.fields.get(CustomerField::Organisation);
        if customer.customer.fields.get(CustomerField::Organisation) != name {
            crate::subscriptions::customer_renamed(tx, customer.id, name).await?;
        }
    }
    let open = open_conflicts(tx, customer, link, merge).await?;
    settled.opened = customers::set_conflicts(
        tx,
        link.connection,
        customer.id,
        &link.ion_id,
        &open,
        step.at,
    )
    .await?;
    for decision in open
        .iter()
        .filter(|decision| settled.opened.contains(&decision.field))
    {
        lines.push(step.conflict(engine, decision));
    }
    let mut base = merge.base.clone();
    for decision in merge.to_remote() {
        base.set(decision.field, decision.base.as_deref().unwrap_or_default());
    }
    let done = settled.to_ion == 0;
    let next = LinkRow {
        base: Some(base),
        settled_version: done.then_some(settled.version),
        failed: if done { None } else { link.failed.clone() },
        synced_at: Some(step.at),
        ..link.clone()
    };
    let same = next.base == link.base
        && next.settled_version == link.settled_version
        && next.failed == link.failed;
    if !same && !customers::save_link(tx, &next, link.revision).await? {
        return Err(SettleError::Moved);
    }
    settled.written = !same || !lines.is_empty();
    customers::add_changes(tx, &lines).await?;
    if settled.written {
        customers::settle_state(tx, customer.id).await?;
    }
    Ok(settled)
}

/// The fields that a person decides. One that never had a common value keeps saying so, whatever the base holds meanwhile.
async fn open_conflicts(
    tx: &Tx,
    customer: &CustomerRow,
    link: &LinkRow,
    merge: &Merge,
) -> Result<Vec<FieldDecision>, StoreError> {
    let mut open: Vec<FieldDecision> = merge.conflicts().cloned().collect();
    if open.is_empty() {
        return Ok(open);
    }
    let known = customers::list_conflicts(tx, customer.id).await?;
    for decision in &mut open {
        let never_agreed = known.iter().any(|row| {
            row.connection == link.connection
                && row.field == decision.field
                && row.rule == Rule::C11
        });
        if never_agreed && decision.base.as_deref().is_none_or(str::is_empty) {
            decision.rule = Rule::C11;
            decision.base = None;
        }
    }
    Ok(open)
}

/// What is decided about a linked customer, from what its rows say now and what Ion shows.
pub(super) fn decide_linked(
    customer: &CustomerRow,
    link: &LinkRow,
    remote: Option<(&domain::customer::IonCustomer, bool)>,
    (missed, gone): (u32, bool),
    chosen: &[rules::customers::decide::Choice],
    policy: &Policy,
    complete: bool,
) -> (Rule, Action) {
    let situation = Situation {
        local: Some(Local {
            side: Side {
                fields: &customer.customer.fields,
                changed_at: Some(customer.edited_at),
            },
            archived: customer.customer.archived,
            ignored: customer.ignored,
            resembles: false,
        }),
        remote: remote.map(|(remote, ignored)| Remote {
            side: Side {
                fields: &remote.fields,
                changed_at: remote.updated_at,
            },
            ignored,
            resembles: false,
        }),
        link: Some(Link {
            base: link.base.as_ref(),
            missed,
            gone,
            chosen,
        }),
        complete,
        first: false,
    };
    decide(situation, policy)
}

/// Asks for a push of a customer, in the transaction of what makes it needed. One for each version waits at most.
pub(super) async fn enqueue_push(
    engine: &Engine,
    tx: &Tx,
    connection: ConnectionId,
    customer: &CustomerRow,
    version: u64,
    run: Option<domain::RunId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let job = NewJob {
        payload: Payload::PushCustomer {
            connection,
            customer: customer.id,
            run,
        },
        run_at: now,
        dedupe_key: Some(format!("push:{connection}:{}:{version}", customer.id)),
        max_attempts: TRIES,
        run: None,
    };
    queue::enqueue(tx, engine.ids(), now, &job).await.map(drop)
}

/// Asks for a push although nothing changed here: a person wants it, or decided something.
pub(super) async fn enqueue_push_now(
    engine: &Engine,
    tx: &Tx,
    connection: ConnectionId,
    customer: &CustomerRow,
    now: Timestamp,
) -> Result<(), StoreError> {
    let job = NewJob {
        payload: Payload::PushCustomer {
            connection,
            customer: customer.id,
            run: None,
        },
        run_at: now,
        dedupe_key: Some(format!(
            "push:{connection}:{}:{}",
            customer.id,
            now.as_microsecond()
        )),
        max_attempts: TRIES,
        run: None,
    };
    queue::enqueue(tx, engine.ids(), now, &job).await.map(drop)
}

/// Asks for a customer to be made in Ion.
pub(super) async fn enqueue_create(
    engine: &Engine,
    tx: &Tx,
    connection: ConnectionId,
    customer: domain::CustomerId,
    run: Option<domain::RunId>,
    requested_by: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let job = NewJob {
        payload: Payload::CreateCustomer {
            connection,
            customer,
            run,
            requested_by: requested_by.to_owned(),
        },
        run_at: now,
        dedupe_key: Some(format!("create:{connection}:{customer}")),
        max_attempts: TRIES,
        run: None,
    };
    queue::enqueue(tx, engine.ids(), now, &job).await.map(drop)
}
