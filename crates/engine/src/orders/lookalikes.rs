//! Orders of Ion's that look like one whose answer was lost: listed for a person, never taken over by themselves.

use domain::OrderId;
use domain::order::{IonOrder, IonOrderStatus, OrderOrigin};
use jiff::Timestamp;
use rules::orders::state::OrderEvent;
use store::audit::Actor;
use store::orders::{self, OrderEventKind, OrderRow};

use super::error::OrderError;
use super::happen::{Turn, number_text};
use crate::Engine;

/// An order of Ion's that looks like one of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookAlikeRow {
    /// Ion's id of it.
    pub ion_id: String,
    /// Why it looks alike, in words.
    pub reasons: Vec<String>,
    /// When made at Ion.
    pub created_at: Option<Timestamp>,
    /// Ion's word for how it stands.
    pub status: String,
}

/// As the timeline keeps them: one a line, its parts between tabs.
pub(super) fn written(rows: &[LookAlikeRow]) -> String {
    let lines: Vec<String> = rows
        .iter()
        .map(|row| {
            let made = row.created_at.map_or_else(String::new, |at| at.to_string());
            let parts = [&row.ion_id, &row.status, &made, &row.reasons.join(", ")];
            parts.map(|part| part.replace(['\t', '\n'], " ")).join("\t")
        })
        .collect();
    lines.join("\n")
}

fn read(text: &str) -> Vec<LookAlikeRow> {
    text.lines()
        .filter_map(|line| {
            let mut parts = line.split('\t');
            Some(LookAlikeRow {
                ion_id: parts.next()?.to_owned(),
                status: parts.next()?.to_owned(),
                created_at: parts.next()?.parse().ok(),
                reasons: parts.next()?.split(", ").map(str::to_owned).collect(),
            })
        })
        .collect()
}

impl Engine {
    /// What looks like this order, as the last search that found something found it.
    pub async fn lookalikes(&self, id: OrderId) -> Result<Vec<LookAlikeRow>, OrderError> {
        let events = orders::list_events(self.store().read(), id).await?;
        let found = events
            .iter()
            .find(|event| event.kind == OrderEventKind::LookAlikes);
        Ok(found.map_or_else(Vec::new, |event| read(&event.detail)))
    }

    /// A person says that this order of Ion's is it: one of those that the last search found. A job asks Ion how it stands.
    pub async fn adopt_order(
        &self,
        id: OrderId,
        ion_id: &str,
        actor: &Actor,
    ) -> Result<OrderRow, OrderError> {
        let Some(chosen) = self
            .lookalikes(id)
            .await?
            .into_iter()
            .find(|row| row.ion_id == ion_id)
        else {
            return Err(OrderError::Refused(
                "The last search found no such order that looks alike. Search again, then choose one of those."
                    .to_owned(),
            ));
        };
        let Some(row) = orders::find(self.store().read(), id).await? else {
            return Err(OrderError::Gone);
        };
        let known = orders::find_by_ion(self.store().read(), row.connection, ion_id).await?;
        if let Some(other) = known
            && other.id != id
            && other.origin == OrderOrigin::Here
        {
            return Err(OrderError::Refused(format!(
                "Ion's {ion_id} is {} here already.",
                number_text(other.number)
            )));
        }
        self.decided(id, |row, now| {
            let order = nameless(row, &chosen);
            let mut turn = Turn::heard(row, &OrderEvent::AdoptedByPerson(&order), &order, now)?;
            let message = format!("{} says that Ion's {ion_id} is this order.", actor.name);
            turn.tell((OrderEventKind::Adopted, &actor.name), now, message);
            turn.audit = Some((actor.clone(), "order.adopt", format!("Ion's {ion_id}")));
            turn.look_at = Some(now);
            Ok(turn)
        })
        .await
    }
}

/// What the search kept of it. How it stands is asked for at once, by a job.
fn nameless(row: &OrderRow, chosen: &LookAlikeRow) -> IonOrder {
    IonOrder {
        ion_id: chosen.ion_id.clone(),
        ion_customer_id: row.ion_customer_id.clone(),
        reference: String::new(),
        display_name: String::new(),
        status: IonOrderStatus::Unknown,
        status_word: chosen.status.clone(),
        currency: None,
        total: None,
        lines: Vec::new(),
        faults: Vec::new(),
        placed_by: String::new(),
        created_at: chosen.created_at,
        updated_at: None,
        scheduled_at: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_alikes_are_read_as_they_were_written() {
        let rows = vec![
            LookAlikeRow {
                ion_id: "366959".into(),
                reasons: vec![
                    "same quantity".into(),
                    "made within an hour of the send".into(),
                ],
                created_at: Some("2026-11-23T10:00:00Z".parse().unwrap()),
                status: "ON_HOLD".into(),
            },
            LookAlikeRow {
                ion_id: "a\tb".into(),
                reasons: vec!["same product, SKU and plan".into()],
                created_at: None,
                status: String::new(),
            },
        ];
        let back = read(&written(&rows));
        assert_eq!(back[0], rows[0]);
        assert_eq!((back[1].ion_id.as_str(), back[1].created_at), ("a b", None));
        assert!(read("").is_empty());
    }
}
