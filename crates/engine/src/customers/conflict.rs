//! Conflicts: fields that both sides changed differently, and what people choose.

use domain::customer::{CustomerField, Winner};
use domain::{ConnectionId, CustomerId};
use rules::customers::decide::Choice;
use rules::customers::rule::Rule;
use store::audit::{self, Actor};
use store::customers::{self, ChangeKind, ChoiceRow, Way};

use super::error::MappingError;
use super::settle::enqueue_push_now;
use crate::Engine;

impl Engine {
    /// Decides fields of a customer that are in conflict. A choice counts for the values that are shown now: where one of the sides
    /// changes before it is carried out, the field is asked about again.
    pub async fn decide_conflict(
        &self,
        connection: ConnectionId,
        customer: CustomerId,
        choices: &[(CustomerField, Winner)],
        actor: &Actor,
    ) -> Result<(), MappingError> {
        let now = self.clock().now();
        let tx = self.store().begin().await?;
        let row = customers::find(&tx, customer)
            .await?
            .ok_or(MappingError::NoCustomer)?;
        let link = customers::find_link_of(&tx, connection, customer)
            .await?
            .ok_or(MappingError::NotLinked)?;
        let open = customers::list_conflicts(&tx, customer).await?;
        let mut lines = Vec::new();
        for (field, winner) in choices {
            if !matches!(winner, Winner::Ion | Winner::Ionbridge) {
                return Err(MappingError::Refused(
                    "Choose Ion's value or ours.".to_owned(),
                ));
            }
            let Some(conflict) = open
                .iter()
                .find(|row| row.connection == connection && row.field == *field)
            else {
                return Err(MappingError::Refused(format!(
                    "{} is no longer in conflict: somebody decided it, or both sides agree again.",
                    field.label()
                )));
            };
            let choice = Choice {
                field: *field,
                winner: *winner,
                local: conflict.local.clone(),
                remote: conflict.remote.clone(),
            };
            let decided = ChoiceRow {
                choice,
                decided_at: now,
                decided_by: actor.name.clone(),
            };
            customers::choose(&tx, connection, &link.ion_id, &decided).await?;
            let step = self.person(customer, Some((connection, link.ion_id.clone())), actor);
            let (from, to) = match winner {
                Winner::Ion => (&conflict.local, &conflict.remote),
                _ => (&conflict.remote, &conflict.local),
            };
            let mut line = step.value(
                self,
                (ChangeKind::Decided, Way::Here),
                field.as_str(),
                (from, to),
                Some(Rule::C09),
            );
            winner.as_str().clone_into(&mut line.note);
            lines.push(line);
        }
        customers::add_changes(&tx, &lines).await?;
        customers::unsettle(&tx, connection, Some(std::slice::from_ref(&link.ion_id))).await?;
        enqueue_push_now(self, &tx, connection, &row, now).await?;
        let fields: Vec<&str> = choices.iter().map(|(field, _)| field.as_str()).collect();
        audit::append(
            &tx,
            &**self.clock(),
            actor,
            "customer.decide_conflict",
            &format!("C-{:04}", row.number),
            &fields.join(", "),
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Decides every open field of these customers for one side; one that fails stops no other.
    pub async fn decide_conflicts_in_bulk(
        &self,
        which: &[(ConnectionId, CustomerId)],
        winner: Winner,
        actor: &Actor,
    ) -> Vec<Result<(), MappingError>> {
        let mut outcomes = Vec::with_capacity(which.len());
        for (connection, customer) in which {
            let open = match customers::list_conflicts(self.store().read(), *customer).await {
                Ok(open) => open,
                Err(error) => {
                    outcomes.push(Err(error.into()));
                    continue;
                }
            };
            let choices: Vec<(CustomerField, Winner)> = open
                .iter()
                .filter(|row| row.connection == *connection)
                .map(|row| (row.field, winner))
                .collect();
            outcomes.push(
                self.decide_conflict(*connection, *customer, &choices, actor)
                    .await,
            );
        }
        outcomes
    }
}
