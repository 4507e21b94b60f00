//! Which unlinked customers look alike.

use std::collections::{HashMap, HashSet};

use domain::CustomerId;
use domain::customer::{CustomerFields, IonCustomer};
use rules::customers::match_up::{Candidate, Signal, match_up};
use store::customers::Unlinked;

/// Two that look alike.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    pub(super) customer: CustomerId,
    pub(super) ion_id: String,
    pub(super) score: u8,
    pub(super) signals: Vec<Signal>,
    /// The same e-mail and name, and neither of the two has another like it.
    pub(super) sure: bool,
}

/// How far behind the best pair of one of Ion's another one may be.
const NEAR: u8 = 20;

/// The pairs among these, without those that a person said to be two.
pub(super) fn pairs(
    ours: &[Unlinked],
    theirs: &[&IonCustomer],
    rejected: &HashSet<(CustomerId, String)>,
) -> Vec<Pair> {
    let ours: Vec<&Unlinked> = ours.iter().filter(|one| !one.ignored).collect();
    let locals: Vec<Candidate<'_>> = ours
        .iter()
        .map(|one| Candidate {
            fields: &one.fields,
            domains: &one.domains,
        })
        .collect();
    let remotes: Vec<Candidate<'_>> = theirs
        .iter()
        .map(|one| Candidate {
            fields: &one.fields,
            domains: &[],
        })
        .collect();
    let mut found: Vec<Pair> = match_up(&locals, &remotes)
        .into_iter()
        .map(|proposal| Pair {
            customer: ours[proposal.local].id,
            ion_id: theirs[proposal.remote].ion_id.clone(),
            score: proposal.score,
            sure: is_sure(&proposal.signals),
            signals: proposal.signals,
        })
        .filter(|pair| !rejected.contains(&(pair.customer, pair.ion_id.clone())))
        .collect();
    let (mut of_ours, mut of_theirs) = (HashMap::new(), HashMap::new());
    for pair in found.iter().filter(|pair| pair.sure) {
        *of_ours.entry(pair.customer).or_insert(0) += 1;
        *of_theirs.entry(pair.ion_id.clone()).or_insert(0) += 1;
    }
    for pair in &mut found {
        pair.sure &=
            of_ours.get(&pair.customer) == Some(&1) && of_theirs.get(&pair.ion_id) == Some(&1);
    }
    // Who is known beyond doubt is nobody else, and what is far less alike than the best is noise.
    let taken: (HashSet<CustomerId>, HashSet<String>) = found
        .iter()
        .filter(|pair| pair.sure)
        .map(|pair| (pair.customer, pair.ion_id.clone()))
        .unzip();
    let mut best: HashMap<String, u8> = HashMap::new();
    for pair in &found {
        let known = best.entry(pair.ion_id.clone()).or_default();
        *known = pair.score.max(*known);
    }
    found.retain(|pair| {
        pair.sure
            || !taken.0.contains(&pair.customer)
                && !taken.1.contains(&pair.ion_id)
                && pair.score.saturating_add(NEAR) >= best[&pair.ion_id]
    });
    found
}

fn is_sure(signals: &[Signal]) -> bool {
    signals.contains(&Signal::Email)
        && (signals.contains(&Signal::Organisation) || signals.contains(&Signal::OrganisationAlike))
}

/// What one pair has in common, for a pair that somebody else found.
pub(super) fn signals_of(
    ours: &CustomerFields,
    domains: &[String],
    theirs: &CustomerFields,
) -> (u8, Vec<Signal>) {
    let found = match_up(
        &[Candidate {
            fields: ours,
            domains,
        }],
        &[Candidate {
            fields: theirs,
            domains: &[],
        }],
    );
    found
        .into_iter()
        .next()
        .map_or((0, Vec::new()), |pair| (pair.score, pair.signals))
}

#[cfg(test)]
mod tests {
    use domain::customer::CustomerField as Field;
    use domain::{IdGen as _, SeededIds};

    use super::*;

    fn fields(organisation: &str, email: &str) -> CustomerFields {
        CustomerFields::default()
            .with(Field::Organisation, organisation)
            .with(Field::Email, email)
    }

    #[test]
    fn who_is_known_beyond_doubt_is_proposed_for_nobody_else() {
        let ids = SeededIds::new(1);
        let ours: Vec<Unlinked> = [
            fields("Kettle & Sons Ltd", "office@kettle.example"),
            fields("Kettle & Sons Berlin", "berlin@kettle.example"),
            fields("Marmalade", "a@one.example"),
        ]
        .into_iter()
        .map(|fields| Unlinked {
            id: ids.uuid().into(),
            fields,
            domains: Vec::new(),
            ignored: false,
            edited_at: jiff::Timestamp::UNIX_EPOCH,
        })
        .collect();
        let theirs: Vec<IonCustomer> = [
            ("1", fields("KETTLE AND SONS", "office@kettle.example")),
            ("2", fields("Marmalade GmbH", "b@two.example")),
        ]
        .into_iter()
        .map(|(ion_id, fields)| IonCustomer {
            ion_id: ion_id.to_owned(),
            uid: String::new(),
            fields,
            active: true,
            created_at: None,
            updated_at: None,
        })
        .collect();
        let theirs: Vec<&IonCustomer> = theirs.iter().collect();
        let found = pairs(&ours, &theirs, &HashSet::new());
        let told: Vec<(CustomerId, &str, bool)> = found
            .iter()
            .map(|pair| (pair.customer, pair.ion_id.as_str(), pair.sure))
            .collect();
        assert_eq!(told, [(ours[0].id, "1", true), (ours[2].id, "2", false)]);
        let rejected = HashSet::from([(ours[2].id, "2".to_owned())]);
        assert_eq!(pairs(&ours, &theirs, &rejected).len(), 1);
    }
}
