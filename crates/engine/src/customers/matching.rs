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
