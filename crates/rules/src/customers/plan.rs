//! What a whole run would do: sorted, counted, and held back where it would do too much.

use serde::{Deserialize, Serialize};

use super::decide::{Action, Merge};
use super::rule::Rule;
use crate::catalog::{Guard, Verdict, judge};

/// One customer of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Ours, where there is one.
    pub local: Option<String>,
    /// Ion's id, where there is one.
    pub remote: Option<String>,
    /// Its name, for people.
    pub name: String,
    /// Why.
    pub rule: Rule,
    /// What is done.
    pub action: Action,
}

impl Entry {
    /// Done unless a person takes it out. What only a person may choose is not.
    pub fn is_chosen(&self) -> bool {
        !matches!(
            self.action,
            Action::Offer | Action::Propose | Action::Nothing
        )
    }

    /// It writes to Ion.
    pub fn writes_to_ion(&self) -> bool {
        match &self.action {
            Action::Merge(merge) | Action::Return(merge) | Action::Link(merge) => {
                merge.to_remote().next().is_some()
            }
            Action::Create | Action::Offer => true,
            Action::Nothing
            | Action::Import
            | Action::Propose
            | Action::Miss
            | Action::MarkGone => false,
        }
    }
}

/// What a run would do. Entries that do nothing are counted, not listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// What would be done, in the order in which it is done: what Ion has first, then what is sent there.
    pub entries: Vec<Entry>,
    /// Counts of it.
    pub counts: Counts,
    /// It would change or lose too many customers: a person looks before it is applied.
    pub held: bool,
}

/// Counts of a plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Linked, and the same on both sides.
    pub same: u64,
    /// Taken over from Ion.
    pub pulled: u64,
    /// Sent to Ion.
    pub pushed: u64,
    /// With a field that a person decides.
    pub conflicts: u64,
    /// Imported from Ion.
    pub imported: u64,
    /// Proposed to a person.
    pub proposed: u64,
    /// Made in Ion.
    pub created: u64,
    /// Could be made in Ion, where a person chooses so.
    pub offered: u64,
    /// Linked, where a person applies the plan.
    pub linked: u64,
    /// Missing once, or found gone.
    pub missing: u64,
    /// Left as they are, by a rule.
    pub left: u64,
}

impl Plan {
    /// The plan of these decisions. `linked` is how many customers are linked now.
    pub fn new(decided: impl IntoIterator<Item = Entry>, linked: u64, guard: Guard) -> Self {
        let (mut entries, mut counts, mut touched) = (Vec::new(), Counts::default(), 0);
        for entry in decided {
            touched += u64::from(counts.add(&entry));
            if entry.action != Action::Nothing {
                entries.push(entry);
            }
        }
        entries.sort_by(|one, other| {
            let order = |entry: &Entry| place(&entry.action);
            order(one)
                .cmp(&order(other))
                .then_with(|| one.name.cmp(&other.name))
                .then_with(|| one.remote.cmp(&other.remote))
                .then_with(|| one.local.cmp(&other.local))
        });
        let too_many = touched >= guard.minimum
            && u128::from(touched) * 100 > u128::from(linked) * u128::from(guard.percent);
        let held = too_many || judge(guard, linked, counts.missing) == Verdict::Ask;
        Self {
            entries,
            counts,
            held,
        }
    }

    /// Nothing would be done, whatever a person could choose beyond it.
    pub fn is_empty(&self) -> bool {
        !self.entries.iter().any(Entry::is_chosen)
    }
}

impl Counts {
    /// Counts an entry; true where a linked customer would change or be lost.
    fn add(&mut self, entry: &Entry) -> bool {
        match &entry.action {
            Action::Nothing if entry.rule == Rule::C01 => self.same += 1,
            // The other half of a pair, which is counted there.
            Action::Nothing if entry.rule == Rule::C25 => {}
            Action::Nothing => self.left += 1,
            Action::Merge(merge) | Action::Return(merge) => return self.add_merge(merge),
            Action::Import => self.imported += 1,
            Action::Propose => self.proposed += 1,
            Action::Create => self.created += 1,
            Action::Offer => self.offered += 1,
            Action::Link(_) => self.linked += 1,
            Action::Miss | Action::MarkGone => {
                self.missing += 1;
                return true;
            }
        }
        false
    }

    fn add_merge(&mut self, merge: &Merge) -> bool {
        let (pulled, pushed) = (
            merge.to_local().next().is_some(),
            merge.to_remote().next().is_some(),
        );
        self.pulled += u64::from(pulled);
        self.pushed += u64::from(pushed);
        self.conflicts += u64::from(merge.conflicts().next().is_some());
        self.same += u64::from(merge.is_settled());
        pulled || pushed
    }
}

/// Where an action stands in a plan.
fn place(action: &Action) -> u8 {
    match action {
        Action::Import => 0,
        Action::Merge(merge) | Action::Return(merge) if merge.to_remote().next().is_none() => 1,
        Action::Merge(_) | Action::Return(_) => 2,
        Action::Link(_) => 3,
        Action::Create => 4,
        Action::Offer => 5,
        Action::Propose => 6,
        Action::Miss | Action::MarkGone => 7,
        Action::Nothing => 8,
    }
}

#[cfg(test)]
mod tests {
    use domain::customer::{CustomerField, CustomerFields};

    use super::*;
    use crate::customers::decide::{Policy, Side, merge};

    fn entry(name: &str, rule: Rule, action: Action) -> Entry {
        Entry {
            local: Some(name.into()),
            remote: None,
            name: name.into(),
            rule,
            action,
        }
    }

    fn pull() -> Action {
        let base = CustomerFields::default().with(CustomerField::City, "a");
        let remote = CustomerFields::default().with(CustomerField::City, "b");
        let side = |fields| Side {
            fields,
            changed_at: None,
        };
        Action::Merge(merge(
            Some(&base),
            side(&base),
            side(&remote),
            &Policy::default(),
            &[],
        ))
    }

    #[test]
    fn a_plan_is_sorted_and_counted() {
        let plan = Plan::new(
            [
                entry("c", Rule::C22, Action::Create),
                entry("b", Rule::C02, pull()),
                entry("a", Rule::C20, Action::Import),
                entry("d", Rule::C01, Action::Nothing),
                entry("e", Rule::C26, Action::Nothing),
            ],
            10,
            Guard {
                percent: 30,
                minimum: 20,
            },
        );
        let names: Vec<_> = plan
            .entries
            .iter()
            .map(|entry| entry.name.as_str())
            .collect();
        assert_eq!(names, ["a", "b", "c"]);
        let expected = Counts {
            same: 1,
            left: 1,
            pulled: 1,
            imported: 1,
            created: 1,
            ..Counts::default()
        };
        assert_eq!((plan.counts, plan.held), (expected, false));
    }

    #[test]
    fn a_plan_that_changes_too_many_is_held() {
        let guard = Guard {
            percent: 30,
            minimum: 20,
        };
        let changes = |count: usize| (0..count).map(|n| entry(&n.to_string(), Rule::C02, pull()));
        assert!(!Plan::new(changes(30), 100, guard).held);
        assert!(Plan::new(changes(31), 100, guard).held);
        assert!(
            !Plan::new(changes(19), 20, guard).held,
            "few may change at once"
        );
        let gone = (0..40).map(|n| entry(&n.to_string(), Rule::C31, Action::MarkGone));
        assert!(Plan::new(gone, 100, guard).held);
        let imports = (0..500).map(|n| entry(&n.to_string(), Rule::C20, Action::Import));
        assert!(
            !Plan::new(imports, 0, guard).held,
            "a first import is no loss"
        );
        assert!(
            Plan::new([entry("a", Rule::C30, Action::Miss)], 1, guard).held,
            "Ion shows none at all"
        );
        assert!(!Plan::new(changes(1), 1, guard).held);
    }
}
