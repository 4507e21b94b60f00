//! Who wins in customer sync: for every situation one answer, with the id of the rule that chose it.
//!
//! Fields are merged three-way against the base, the last values that both sides agreed on. A side that did not change
//! never wins over one that did; where both changed differently, the policy of the field says who wins, or a person does.

use std::collections::BTreeMap;

use domain::customer::{CustomerField, CustomerFields, Winner};
use domain::text_enum;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

text_enum! {
    /// The rule behind a decision. Ids are stable: they stand in histories.
    pub enum Rule {
        /// Both sides hold the same.
        C01 = "C01",
        /// Only Ion changed it.
        C02 = "C02",
        /// Only Ionbridge changed it.
        C03 = "C03",
        /// Both changed it, to the same.
        C04 = "C04",
        /// Both changed it; Ion owns the field.
        C05 = "C05",
        /// Both changed it; Ionbridge owns the field.
        C06 = "C06",
        /// Both changed it; the later one counts.
        C07 = "C07",
        /// Both changed it; a person decides.
        C08 = "C08",
        /// A person decided.
        C09 = "C09",
        /// One side was empty when the two were linked.
        C10 = "C10",
        /// They differed when the two were linked, without a common past.
        C11 = "C11",
        /// Ion requires the field, and our change would empty it.
        C12 = "C12",
        /// New in Ion, like none of ours: imported and linked.
        C20 = "C20",
        /// New in Ion, like one of ours: proposed.
        C21 = "C21",
        /// New here, and the policy sends new customers to Ion.
        C22 = "C22",
        /// New here; it waits until the first plan was applied.
        C23 = "C23",
        /// New here; new customers are sent to Ion by hand only.
        C24 = "C24",
        /// New here, like one of Ion's: proposed.
        C25 = "C25",
        /// A person said to leave it.
        C26 = "C26",
        /// Linked, and missing in one complete list.
        C30 = "C30",
        /// Linked, and gone from Ion: two complete lists, or a 404.
        C31 = "C31",
        /// Gone from Ion, and there again.
        C32 = "C32",
        /// Missing in a list that was not complete: says nothing.
        C33 = "C33",
        /// Archived here: not synced.
        C34 = "C34",
    }
}

impl Rule {
    /// Why, in words for people.
    pub const fn why(self) -> &'static str {
        match self {
            Self::C01 => "both sides hold the same",
            Self::C02 => "only Ion changed it",
            Self::C03 => "only Ionbridge changed it",
            Self::C04 => "both sides changed it to the same",
            Self::C05 => "both sides changed it, and Ion owns this field",
            Self::C06 => "both sides changed it, and Ionbridge owns this field",
            Self::C07 => "both sides changed it, and the later change counts",
            Self::C08 => "both sides changed it differently: a person decides",
            Self::C09 => "a person decided",
            Self::C10 => "one side was empty when the two were linked",
            Self::C11 => "the two differed when they were linked: a person decides",
            Self::C12 => "Ion requires this field, so it is not emptied there",
            Self::C20 => "new in Ion, and like none of ours",
            Self::C21 => "new in Ion, and like one of ours: a person decides",
            Self::C22 => "new here, and new customers are created in Ion",
            Self::C23 => "new here; nothing is created in Ion before the first plan was applied",
            Self::C24 => "new here; customers are created in Ion by hand",
            Self::C25 => "new here, and like one of Ion's: a person decides",
            Self::C26 => "a person said to leave it",
            Self::C30 => "missing in one complete list; looked for again",
            Self::C31 => "no longer in Ion",
            Self::C32 => "in Ion again",
            Self::C33 => "the list was not complete, so a missing customer says nothing",
            Self::C34 => "archived here, so it is not synced",
        }
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(city: &str) -> CustomerFields {
        CustomerFields::default().with(CustomerField::City, city)
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn merged(
        base: Option<&str>,
        (ours, our_time): (&str, i64),
        (theirs, their_time): (&str, i64),
        winner: Winner,
    ) -> (Option<Rule>, Option<Winner>) {
        let policy = Policy {
            winner,
            ..Policy::default()
        };
        let (base, ours, theirs) = (base.map(fields), fields(ours), fields(theirs));
        let merge = merge(
            base.as_ref(),
            Side {
                fields: &ours,
                changed_at: Some(at(our_time)),
            },
            Side {
                fields: &theirs,
                changed_at: Some(at(their_time)),
            },
            &policy,
            &[],
        );
        merge
            .decisions
            .first()
            .map_or((None, None), |one| (Some(one.rule), one.winner))
    }

    #[test]
    fn each_situation_of_a_field_has_its_rule() {
        let (ion, ours) = (Some(Winner::Ion), Some(Winner::Ionbridge));
        for (base, local, remote, winner, rule, wins) in [
            (Some("a"), ("a", 0), ("a", 0), Winner::Ask, None, None),
            (
                Some("a"),
                ("a", 0),
                ("b", 0),
                Winner::Ionbridge,
                Some(Rule::C02),
                ion,
            ),
            (
                Some("a"),
                ("b", 0),
                ("a", 0),
                Winner::Ion,
                Some(Rule::C03),
                ours,
            ),
            (Some("a"), ("b", 0), ("b", 0), Winner::Ask, None, None),
            (
                Some("a"),
                ("b  c", 0),
                ("b c", 0),
                Winner::Ask,
                Some(Rule::C04),
                ion,
            ),
            (
                Some("a"),
                ("b", 0),
                ("c", 0),
                Winner::Ion,
                Some(Rule::C05),
                ion,
            ),
            (
                Some("a"),
                ("b", 0),
                ("c", 0),
                Winner::Ionbridge,
                Some(Rule::C06),
                ours,
            ),
            (
                Some("a"),
                ("b", 2),
                ("c", 1),
                Winner::Newest,
                Some(Rule::C07),
                ours,
            ),
            (
                Some("a"),
                ("b", 1),
                ("c", 2),
                Winner::Newest,
                Some(Rule::C07),
                ion,
            ),
            (
                Some("a"),
                ("b", 1),
                ("c", 1),
                Winner::Newest,
                Some(Rule::C08),
                None,
            ),
            (
                Some("a"),
                ("b", 0),
                ("c", 0),
                Winner::Ask,
                Some(Rule::C08),
                None,
            ),
            (
                Some("a"),
                ("", 0),
                ("a", 0),
                Winner::Ask,
                Some(Rule::C12),
                ion,
            ),
            (None, ("", 0), ("b", 0), Winner::Ask, Some(Rule::C10), ion),
            (None, ("b", 0), ("", 0), Winner::Ask, Some(Rule::C10), ours),
            (None, ("b", 0), ("c", 0), Winner::Ask, Some(Rule::C11), None),
            (None, ("b", 0), ("c", 0), Winner::Ion, Some(Rule::C05), ion),
        ] {
            assert_eq!(
                merged(base, local, remote, winner),
                (rule, wins),
                "{base:?} {local:?} {remote:?} {winner}"
            );
        }
    }

    #[test]
    fn a_choice_counts_for_what_the_person_saw() {
        let (base, ours, theirs) = (fields("a"), fields("b"), fields("c"));
        let choice = Choice {
            field: CustomerField::City,
            winner: Winner::Ionbridge,
            local: "b".into(),
            remote: "c".into(),
        };
        let side = |fields| Side {
            fields,
            changed_at: None,
        };
        let seen = merge(
            Some(&base),
            side(&ours),
            side(&theirs),
            &Policy::default(),
            std::slice::from_ref(&choice),
        );
        assert_eq!(
            seen.to_remote().map(|one| one.rule).collect::<Vec<_>>(),
            [Rule::C09]
        );
        let moved = fields("d");
        let unseen = merge(
            Some(&base),
            side(&ours),
            side(&moved),
            &Policy::default(),
            &[choice],
        );
        assert_eq!(unseen.conflicts().count(), 1);
        assert_eq!(unseen.base, base, "what is open keeps its base");
    }

    mod laws {
        use proptest::prelude::*;

        use super::*;

        fn any_fields() -> impl Strategy<Value = CustomerFields> {
            let text = prop::sample::select(vec!["", "a", "b", "A", "b  c", "b c"]);
            prop::collection::vec(text, CustomerField::ALL.len()).prop_map(|texts| {
                CustomerField::ALL
                    .iter()
                    .copied()
                    .zip(texts.into_iter().map(str::to_owned))
                    .collect()
            })
        }

        fn any_policy() -> impl Strategy<Value = Policy> {
            prop::sample::select(Winner::ALL.to_vec()).prop_map(|winner| Policy {
                winner,
                ..Policy::default()
            })
        }

        /// Both sides as they are when a merge was carried out.
        fn carried_out(
            merge: &Merge,
            local: &CustomerFields,
            remote: &CustomerFields,
        ) -> (CustomerFields, CustomerFields) {
            let (mut local, mut remote) = (local.clone(), remote.clone());
            for one in merge.to_local() {
                local.set(one.field, &one.remote);
            }
            for one in merge.to_remote() {
                remote.set(one.field, &one.local);
            }
            (local, remote)
        }

        proptest! {
            #[test]
            fn an_edit_on_one_side_is_never_lost(base in any_fields(), edited in any_fields(), policy in any_policy(), here: bool) {
                let side = |fields| Side { fields, changed_at: None };
                let (local, remote) = if here { (&edited, &base) } else { (&base, &edited) };
                let merge = merge(Some(&base), side(local), side(remote), &policy, &[]);
                prop_assert_eq!(merge.conflicts().count(), 0);
                let (local, remote) = carried_out(&merge, local, remote);
                prop_assert_eq!(&local, &remote);
                for (field, text) in edited.all() {
                    // What Ion requires is not emptied, wherever that was asked for.
                    let held = here && text.is_empty() && REQUIRED.contains(&field);
                    prop_assert_eq!(local.get(field), if held { base.get(field) } else { text });
                }
            }

            #[test]
            fn two_different_edits_never_overwrite_in_silence(base in any_fields(), local in any_fields(), remote in any_fields()) {
                let side = |fields| Side { fields, changed_at: None };
                let merge = merge(Some(&base), side(&local), side(&remote), &Policy::default(), &[]);
                let (local_after, remote_after) = carried_out(&merge, &local, &remote);
                for (field, before) in base.all() {
                    let (ours, theirs) = (local.get(field), remote.get(field));
                    let both = ours != before && theirs != before && !same(field, ours, theirs);
                    if both && !ours.is_empty() {
                        prop_assert_eq!((local_after.get(field), remote_after.get(field)), (ours, theirs));
                    }
                }
            }

            #[test]
            fn a_second_plan_after_the_first_was_carried_out_is_empty(base in prop::option::of(any_fields()), local in any_fields(), remote in any_fields(), policy in any_policy()) {
                let side = |fields| Side { fields, changed_at: None };
                let first = merge(base.as_ref(), side(&local), side(&remote), &policy, &[]);
                let (local, remote) = carried_out(&first, &local, &remote);
                let second = merge(Some(&first.base), side(&local), side(&remote), &policy, &[]);
                prop_assert_eq!(second.to_local().count() + second.to_remote().count(), 0);
            }
        }
    }
}
