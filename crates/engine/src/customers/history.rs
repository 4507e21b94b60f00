//! Lines of a customer's history.

use domain::customer::CustomerField;
use domain::{ChangeId, ConnectionId, CustomerId, RunId};
use jiff::Timestamp;
use rules::customers::decide::FieldDecision;
use rules::customers::rule::Rule;
use store::customers::{ChangeKind, ChangeRow, Way};

use crate::Engine;

/// What the lines of one step have in common.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) customer: CustomerId,
    pub(super) link: Option<(ConnectionId, String)>,
    pub(super) run: Option<RunId>,
    pub(super) actor: String,
    pub(super) at: Timestamp,
}

/// What Ionbridge does by itself.
pub(super) const ITSELF: &str = "Ionbridge";

impl Step {
    /// A line without values.
    pub(super) fn line(&self, engine: &Engine, kind: ChangeKind, way: Way) -> ChangeRow {
        ChangeRow {
            id: ChangeId::new(engine.ids()),
            customer: self.customer,
            connection: self.link.as_ref().map(|(connection, _)| *connection),
            ion_id: self.link.as_ref().map(|(_, ion_id)| ion_id.clone()),
            run: self.run,
            at: self.at,
            kind,
            way,
            field: None,
            before: String::new(),
            after: String::new(),
            rule: None,
            actor: self.actor.clone(),
            request_id: None,
            note: String::new(),
            undone_at: None,
            undone_by: None,
        }
    }

    /// A line about one value.
    pub(super) fn value(
        &self,
        engine: &Engine,
        (kind, way): (ChangeKind, Way),
        field: &str,
        (before, after): (&str, &str),
        rule: Option<Rule>,
    ) -> ChangeRow {
        ChangeRow {
            field: Some(field.to_owned()),
            before: before.to_owned(),
            after: after.to_owned(),
            rule,
            ..self.line(engine, kind, way)
        }
    }

    /// A field that came from Ion.
    pub(super) fn came_from_ion(&self, engine: &Engine, decision: &FieldDecision) -> ChangeRow {
        self.value(
            engine,
            (ChangeKind::Field, Way::FromIon),
            decision.field.as_str(),
            (&decision.local, &decision.remote),
            Some(decision.rule),
        )
    }

    /// A field that went to Ion.
    pub(super) fn went_to_ion(
        &self,
        engine: &Engine,
        field: CustomerField,
        values: (&str, &str),
        rule: Rule,
    ) -> ChangeRow {
        self.value(
            engine,
            (ChangeKind::Field, Way::ToIon),
            field.as_str(),
            values,
            Some(rule),
        )
    }

    /// A field that a person must decide.
    pub(super) fn conflict(&self, engine: &Engine, decision: &FieldDecision) -> ChangeRow {
        self.value(
            engine,
            (ChangeKind::Conflict, Way::FromIon),
            decision.field.as_str(),
            (&decision.local, &decision.remote),
            Some(decision.rule),
        )
    }
}
