//! Who wins in customer sync: for every situation one answer, with the id of the rule that chose it.
//!
//! Fields are merged three-way against the base, the last values that both sides agreed on. A side that did not change
//! never wins over one that did; where both changed differently, the policy of the field says who wins, or a person does.

use std::collections::BTreeMap;

use domain::customer::{CustomerField, CustomerFields, Winner};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::rule::Rule;

/// Fields without which Ion takes no customer (Ion API notes 2.2).
pub const REQUIRED: [CustomerField; 9] = [
    CustomerField::Organisation,
    CustomerField::Street,
    CustomerField::City,
    CustomerField::State,
    CustomerField::Zip,
    CustomerField::Country,
    CustomerField::ContactName,
    CustomerField::Email,
    CustomerField::Language,
];

/// How sync treats customers of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Who wins where both sides changed a field differently, unless `fields` says otherwise.
    pub winner: Winner,
    /// Owners of single fields.
    pub fields: BTreeMap<CustomerField, Winner>,
    /// New customers here are created in Ion.
    pub create_in_ion: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            winner: Winner::Ask,
            fields: BTreeMap::new(),
            create_in_ion: false,
        }
    }
}

impl Policy {
    /// Who wins a field.
    pub fn winner_of(&self, field: CustomerField) -> Winner {
        self.fields.get(&field).copied().unwrap_or(self.winner)
    }
}

/// One side of a linked customer.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// What it holds.
    pub fields: &'a CustomerFields,
    /// When it was last changed, by that side's clock.
    pub changed_at: Option<Timestamp>,
}

/// What becomes of one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldDecision {
    /// The field.
    pub field: CustomerField,
    /// Why.
    pub rule: Rule,
    /// What we hold.
    pub local: String,
    /// What Ion holds.
    pub remote: String,
    /// What both agreed on last; none where they never did.
    pub base: Option<String>,
    /// Which side's value counts; none where a person decides.
    pub winner: Option<Winner>,
}

/// What becomes of a linked customer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merge {
    /// Fields that differ, each with its decision. Fields that are the same are not named.
    pub decisions: Vec<FieldDecision>,
    /// What both sides agree on after this, where nothing is left to decide; the base of open conflicts stays.
    pub base: CustomerFields,
}

impl Merge {
    /// Fields that Ionbridge takes from Ion.
    pub fn to_local(&self) -> impl Iterator<Item = &FieldDecision> {
        self.won_by(Winner::Ion)
    }

    /// Fields that Ion gets from Ionbridge.
    pub fn to_remote(&self) -> impl Iterator<Item = &FieldDecision> {
        self.won_by(Winner::Ionbridge)
    }

    /// Fields that a person decides.
    pub fn conflicts(&self) -> impl Iterator<Item = &FieldDecision> {
        self.decisions
            .iter()
            .filter(|decision| decision.winner.is_none())
    }

    /// Nothing differs.
    pub fn is_settled(&self) -> bool {
        self.decisions.is_empty()
    }

    fn won_by(&self, side: Winner) -> impl Iterator<Item = &FieldDecision> {
        self.decisions
            .iter()
            .filter(move |decision| decision.winner == Some(side))
    }
}

/// Merges the two sides of a linked customer.
///
/// `base` is what both agreed on last; none at the first time. `chosen` holds what a person decided, and for which values:
/// a choice counts only while both sides still hold what the person saw.
pub fn merge(
    base: Option<&CustomerFields>,
    local: Side<'_>,
    remote: Side<'_>,
    policy: &Policy,
    chosen: &[Choice],
) -> Merge {
    let mut merge = Merge {
        decisions: Vec::new(),
        base: base.cloned().unwrap_or_default(),
    };
    for &field in CustomerField::ALL {
        let (ours, theirs) = (local.fields.get(field), remote.fields.get(field));
        if ours == theirs {
            merge.base.set(field, theirs);
            continue;
        }
        let before = base.map(|base| base.get(field));
        let (rule, winner) = chosen
            .iter()
            .find(|choice| choice.field == field && choice.local == ours && choice.remote == theirs)
            .map_or_else(
                || {
                    decide_field(
                        field,
                        before,
                        (ours, local.changed_at),
                        (theirs, remote.changed_at),
                        policy,
                    )
                },
                |choice| (Rule::C09, Some(choice.winner)),
            );
        if same(field, ours, theirs) && winner.is_none() {
            // Written differently, meaning the same: Ion's way of writing is kept, so that no echo comes back.
            merge.decisions.push(decision(
                field,
                Rule::C04,
                (ours, theirs),
                before,
                Some(Winner::Ion),
            ));
            merge.base.set(field, theirs);
            continue;
        }
        match winner {
            Some(Winner::Ion) => merge.base.set(field, theirs),
            Some(_) => merge.base.set(field, ours),
            None => {}
        }
        merge
            .decisions
            .push(decision(field, rule, (ours, theirs), before, winner));
    }
    merge
}

/// What a person decided on a field, and what both sides held when they did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The field.
    pub field: CustomerField,
    /// Whose value counts: [`Winner::Ion`] or [`Winner::Ionbridge`].
    pub winner: Winner,
    /// What we held.
    pub local: String,
    /// What Ion held.
    pub remote: String,
}

fn decision(
    field: CustomerField,
    rule: Rule,
    (ours, theirs): (&str, &str),
    before: Option<&str>,
    winner: Option<Winner>,
) -> FieldDecision {
    FieldDecision {
        field,
        rule,
        local: ours.to_owned(),
        remote: theirs.to_owned(),
        base: before.map(str::to_owned),
        winner,
    }
}

type Held<'a> = (&'a str, Option<Timestamp>);

/// Which side's value of a field counts, where the two differ. `None`: a person decides.
fn decide_field(
    field: CustomerField,
    base: Option<&str>,
    (ours, our_time): Held<'_>,
    (theirs, their_time): Held<'_>,
    policy: &Policy,
) -> (Rule, Option<Winner>) {
    // Ion refuses a customer without it, so the empty side is the one that gives way.
    if ours.is_empty() && REQUIRED.contains(&field) {
        let rule = if base.is_none() { Rule::C10 } else { Rule::C12 };
        return (rule, Some(Winner::Ion));
    }
    let Some(base) = base else {
        return match (ours.is_empty(), theirs.is_empty()) {
            (true, _) => (Rule::C10, Some(Winner::Ion)),
            (_, true) => (Rule::C10, Some(Winner::Ionbridge)),
            _ => match policy.winner_of(field) {
                Winner::Ion => (Rule::C05, Some(Winner::Ion)),
                Winner::Ionbridge => (Rule::C06, Some(Winner::Ionbridge)),
                Winner::Newest | Winner::Ask => (Rule::C11, None),
            },
        };
    };
    if ours == base {
        return (Rule::C02, Some(Winner::Ion));
    }
    if theirs == base {
        return (Rule::C03, Some(Winner::Ionbridge));
    }
    match policy.winner_of(field) {
        Winner::Ion => (Rule::C05, Some(Winner::Ion)),
        Winner::Ionbridge => (Rule::C06, Some(Winner::Ionbridge)),
        Winner::Newest => match our_time.zip(their_time) {
            Some((ours, theirs)) if ours > theirs => (Rule::C07, Some(Winner::Ionbridge)),
            Some((ours, theirs)) if ours < theirs => (Rule::C07, Some(Winner::Ion)),
            _ => (Rule::C08, None),
        },
        Winner::Ask => (Rule::C08, None),
    }
}

/// Whether two texts of a field mean the same.
fn same(field: CustomerField, one: &str, other: &str) -> bool {
    one == other
        || match field {
            CustomerField::Email | CustomerField::Country | CustomerField::Language => {
                one.to_lowercase() == other.to_lowercase()
            }
            _ => one.split_whitespace().eq(other.split_whitespace()),
        }
}

/// What is known of one pair, or of one side that stands alone.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// Ours.
    pub local: Option<Local<'a>>,
    /// Ion's, as the list showed it.
    pub remote: Option<Remote<'a>>,
    /// Set where the two are linked.
    pub link: Option<Link<'a>>,
    /// Every page of Ion's list was read.
    pub complete: bool,
    /// No plan was applied for this connection yet.
    pub first: bool,
}

/// One of ours.
#[derive(Debug, Clone, Copy)]
pub struct Local<'a> {
    /// What it holds.
    pub side: Side<'a>,
    /// Put away.
    pub archived: bool,
    /// A person said to leave it.
    pub ignored: bool,
    /// It looks like one of Ion's that is not linked, and nobody said that they differ.
    pub resembles: bool,
}

/// One of Ion's.
#[derive(Debug, Clone, Copy)]
pub struct Remote<'a> {
    /// What it holds.
    pub side: Side<'a>,
    /// A person said to leave it.
    pub ignored: bool,
    /// It looks like one of ours that is not linked, and nobody said that they differ.
    pub resembles: bool,
}

/// What is known of a link.
#[derive(Debug, Clone, Copy)]
pub struct Link<'a> {
    /// What both sides agreed on last.
    pub base: Option<&'a CustomerFields>,
    /// Complete lists in a row in which it was missing.
    pub missed: u32,
    /// It was found to be gone from Ion.
    pub gone: bool,
    /// What a person decided on its fields.
    pub chosen: &'a [Choice],
}

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Action {
    /// Nothing.
    Nothing,
    /// Fields are taken over, pushed, or left to a person.
    Merge(Merge),
    /// Ours is made of Ion's, and the two are linked.
    Import,
    /// A person is asked whether the two are one.
    Propose,
    /// Ion's is made of ours, and the two are linked.
    Create,
    /// Ion's can be made of ours, where a person chooses so.
    Offer,
    /// The two are linked and merged, where a person chooses so.
    Link(Merge),
    /// One more complete list without it is noted.
    Miss,
    /// It is marked as gone from Ion. Ours stays.
    MarkGone,
    /// It is there again, and merged.
    Return(Merge),
}

/// What happens to one customer, and by which rule. A merge names a rule for each field; its own is that of the most careful one.
pub fn decide(situation: Situation<'_>, policy: &Policy) -> (Rule, Action) {
    match (situation.link, situation.local, situation.remote) {
        (_, Some(local), _) if local.archived => (Rule::C34, Action::Nothing),
        (Some(link), Some(local), Some(remote)) => {
            let merge = merge(link.base, local.side, remote.side, policy, link.chosen);
            if link.gone {
                return (Rule::C32, Action::Return(merge));
            }
            match rule_of(&merge) {
                Rule::C01 if link.missed == 0 && link.base.is_some() => {
                    (Rule::C01, Action::Nothing)
                }
                rule => (rule, Action::Merge(merge)),
            }
        }
        (Some(link), _, None) if link.gone => (Rule::C31, Action::Nothing),
        (Some(_), _, None) if !situation.complete => (Rule::C33, Action::Nothing),
        (Some(link), _, None) if link.missed + 1 < MISSES => (Rule::C30, Action::Miss),
        (Some(_), _, None) => (Rule::C31, Action::MarkGone),
        (_, None, Some(remote)) if remote.ignored => (Rule::C26, Action::Nothing),
        (_, None, Some(remote)) if remote.resembles => (Rule::C21, Action::Propose),
        (_, None, Some(_)) => (Rule::C20, Action::Import),
        (None, Some(local), _) if local.ignored => (Rule::C26, Action::Nothing),
        (None, Some(local), _) if local.resembles => (Rule::C25, Action::Nothing),
        (None, Some(_), _) if situation.first => (Rule::C23, Action::Offer),
        (None, Some(_), _) if policy.create_in_ion => (Rule::C22, Action::Create),
        (None, Some(_), _) => (Rule::C24, Action::Offer),
        (None, None, None) => (Rule::C01, Action::Nothing),
    }
}

/// Complete lists in a row without a customer, after which it counts as gone.
pub const MISSES: u32 = 2;

/// The rule by which people know a whole merge: an open conflict before all others.
fn rule_of(merge: &Merge) -> Rule {
    let first = merge.conflicts().chain(&merge.decisions).next();
    first.map_or(Rule::C01, |decision| decision.rule)
}

#[cfg(test)]
mod tests;
