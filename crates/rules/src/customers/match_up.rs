//! Who may be who: pairs of unlinked customers that look alike, each with its score and its reasons. A person decides.

use std::collections::{HashMap, HashSet};

use domain::customer::{CustomerField, CustomerFields};
use domain::text_enum;
use serde::{Deserialize, Serialize};

use super::name::{address_key, domain_key, email_key, organisation_words};

text_enum! {
    /// Something that two customers have in common.
    pub enum Signal {
        /// The same e-mail.
        Email = "email",
        /// The same name of organisation, whatever its legal form and spelling.
        Organisation = "organisation",
        /// The same domain, not one of a mailbox for everybody.
        Domain = "domain",
        /// Nearly the same name of organisation.
        OrganisationAlike = "organisation_alike",
        /// The same street and postal code.
        Address = "address",
    }
}

impl Signal {
    /// How much it counts, of 100.
    pub const fn weight(self) -> u8 {
        match self {
            Self::Email => 60,
            Self::Organisation => 50,
            Self::Domain => 35,
            Self::OrganisationAlike => 30,
            Self::Address => 20,
        }
    }

    /// In words for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Email => "same e-mail",
            Self::Organisation => "same organisation",
            Self::Domain => "same domain",
            Self::OrganisationAlike => "similar organisation",
            Self::Address => "same address",
        }
    }
}

/// A pair with fewer points is no proposal: an address alone is a house with many tenants.
pub const THRESHOLD: u8 = 30;
/// Proposals that are kept for one of Ion's customers, best first.
pub const MOST: usize = 5;
/// A word of more organisations than this tells none of them apart.
const COMMON: usize = 60;
/// Names at least this alike are called similar.
const ALIKE: f64 = 0.86;

/// A customer to be matched.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// What both sides hold.
    pub fields: &'a CustomerFields,
    /// Domains that are known of it, beside the one of its e-mail.
    pub domains: &'a [String],
}

/// Two that look alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Place of ours in the list that was given.
    pub local: usize,
    /// Place of Ion's in the list that was given.
    pub remote: usize,
    /// 0 to 100.
    pub score: u8,
    /// What they have in common, the weightiest first.
    pub signals: Vec<Signal>,
}

/// The keys by which one customer is found.
struct Keys {
    email: Option<String>,
    domains: HashSet<String>,
    words: Vec<String>,
    name: String,
    address: Option<String>,
}

impl Keys {
    fn of(candidate: Candidate<'_>) -> Self {
        let get = |field| candidate.fields.get(field);
        let words = organisation_words(get(CustomerField::Organisation));
        Self {
            email: email_key(get(CustomerField::Email)),
            domains: candidate
                .domains
                .iter()
                .map(String::as_str)
                .chain([get(CustomerField::Email)])
                .filter_map(domain_key)
                .collect(),
            name: words.join(" "),
            words,
            address: address_key(
                get(CustomerField::Street),
                get(CustomerField::Zip),
                get(CustomerField::Country),
            ),
        }
    }

    fn signals(&self, other: &Self) -> Vec<Signal> {
        let mut signals = Vec::new();
        if self.email.is_some() && self.email == other.email {
            signals.push(Signal::Email);
        }
        if !self.name.is_empty() && self.name == other.name {
            signals.push(Signal::Organisation);
        }
        if !self.domains.is_disjoint(&other.domains) {
            signals.push(Signal::Domain);
        }
        if !self.name.is_empty()
            && self.name != other.name
            && strsim::normalized_damerau_levenshtein(&self.name, &other.name) >= ALIKE
        {
            signals.push(Signal::OrganisationAlike);
        }
        if self.address.is_some() && self.address == other.address {
            signals.push(Signal::Address);
        }
        signals
    }

    /// The texts under which this one is looked up: whoever shares none of them is not compared.
    fn buckets(&self) -> impl Iterator<Item = String> + '_ {
        let start: String = self.name.chars().take(5).collect();
        let email = self.email.iter().map(|email| format!("e{email}"));
        let domains = self.domains.iter().map(|domain| format!("d{domain}"));
        let words = self.words.iter().map(|word| format!("w{word}"));
        let address = self.address.iter().map(|address| format!("a{address}"));
        let whole =
            (!self.name.is_empty()).then(|| [format!("n{}", self.name), format!("s{start}")]);
        email
            .chain(domains)
            .chain(words)
            .chain(address)
            .chain(whole.into_iter().flatten())
    }
}

/// Which of ours each of Ion's may be, best first, at most [`MOST`] for each of Ion's.
///
/// Takes time in proportion to the customers that share a key, not to all pairs; memory in proportion to both lists.
pub fn match_up(locals: &[Candidate<'_>], remotes: &[Candidate<'_>]) -> Vec<Proposal> {
    let ours: Vec<Keys> = locals.iter().map(|one| Keys::of(*one)).collect();
    let mut index: HashMap<String, Vec<usize>> = HashMap::new();
    for (place, keys) in ours.iter().enumerate() {
        for bucket in keys.buckets() {
            index.entry(bucket).or_default().push(place);
        }
    }
    let mut proposals = Vec::new();
    for (remote, candidate) in remotes.iter().enumerate() {
        let keys = Keys::of(*candidate);
        let exact = |bucket: &str| !bucket.starts_with(['w', 's']);
        let near: HashSet<usize> = keys
            .buckets()
            .filter_map(|bucket| {
                index
                    .get(&bucket)
                    .filter(|places| exact(&bucket) || places.len() <= COMMON)
            })
            .flatten()
            .copied()
            .collect();
        let mut found: Vec<Proposal> = near
            .into_iter()
            .filter_map(|local| propose(local, remote, &ours[local], &keys))
            .collect();
        found.sort_unstable_by(|one, other| {
            other
                .score
                .cmp(&one.score)
                .then(one.local.cmp(&other.local))
        });
        found.truncate(MOST);
        proposals.extend(found);
    }
    proposals
}

fn propose(local: usize, remote: usize, ours: &Keys, theirs: &Keys) -> Option<Proposal> {
    let signals = ours.signals(theirs);
    let score = signals
        .iter()
        .map(|signal| u32::from(signal.weight()))
        .sum::<u32>()
        .min(100);
    let score = u8::try_from(score).unwrap_or(100);
    (score >= THRESHOLD).then_some(Proposal {
        local,
        remote,
        score,
        signals,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn customer(organisation: &str, email: &str, street: &str, zip: &str) -> CustomerFields {
        CustomerFields::default()
            .with(CustomerField::Organisation, organisation)
            .with(CustomerField::Email, email)
            .with(CustomerField::Street, street)
            .with(CustomerField::Zip, zip)
            .with(CustomerField::Country, "DE")
    }

    fn one(fields: &CustomerFields) -> Candidate<'_> {
        Candidate {
            fields,
            domains: &[],
        }
    }

    fn signals(local: &CustomerFields, remote: &CustomerFields) -> Vec<Signal> {
        match_up(&[one(local)], &[one(remote)])
            .pop()
            .map(|proposal| proposal.signals)
            .unwrap_or_default()
    }

    #[test]
    fn each_signal_is_told() {
        let local = customer(
            "Kettle & Sons Ltd",
            "office@kettle.example",
            "Main St. 5",
            "10115",
        );
        let twin = customer(
            "KETTLE AND SONS",
            "Office@kettle.example",
            "Main Street 5",
            "10115",
        );
        assert_eq!(
            signals(&local, &twin),
            [
                Signal::Email,
                Signal::Organisation,
                Signal::Domain,
                Signal::Address
            ]
        );
        assert_eq!(
            signals(
                &local,
                &customer("Kettel & Sons", "x@other.example", "Elsewhere 1", "2")
            ),
            [Signal::OrganisationAlike]
        );
        assert_eq!(
            signals(
                &local,
                &customer("Quite another", "sales@kettle.example", "Elsewhere 1", "2")
            ),
            [Signal::Domain]
        );
        assert_eq!(
            signals(
                &local,
                &customer("Quite another", "x@other.example", "Main St 5", "10115")
            ),
            [],
            "a house has many tenants"
        );
        assert_eq!(
            signals(&local, &customer("Sons of Tea", "x@other.example", "", "")),
            []
        );
    }

    #[test]
    fn nothing_resembles_what_says_nothing() {
        let empty = CustomerFields::default();
        assert_eq!(match_up(&[one(&empty)], &[one(&empty)]), []);
    }

    #[test]
    fn the_best_comes_first_and_few_are_kept() {
        let locals: Vec<_> = (0..20)
            .map(|n| customer("Acme GmbH", &format!("{n}@acme.example"), "", ""))
            .collect();
        let remote = customer("ACME", "7@acme.example", "", "");
        let candidates: Vec<_> = locals.iter().map(one).collect();
        let found = match_up(&candidates, &[one(&remote)]);
        assert_eq!(
            (found.len(), found[0].local, found[0].score),
            (MOST, 7, 100)
        );
        assert!(found[1].score < 100);
    }

    #[test]
    fn thousands_are_matched_without_comparing_all_pairs() {
        let name = |n: usize| {
            format!(
                "{} {} Trading {}",
                ["North", "South", "East", "West"][n % 4],
                ["Tea", "Steel", "Wood"][n % 3],
                n * 7919
            )
        };
        let locals: Vec<_> = (0..5000)
            .map(|n| customer(&name(n), &format!("a{n}@c{n}.example"), "", ""))
            .collect();
        let remotes: Vec<_> = (0..5000)
            .map(|n| {
                customer(
                    &format!("{} Ltd", name(n).to_uppercase()),
                    &format!("b{n}@d{n}.example"),
                    "",
                    "",
                )
            })
            .collect();
        let (locals, remotes): (Vec<_>, Vec<_>) = (
            locals.iter().map(one).collect(),
            remotes.iter().map(one).collect(),
        );
        let found = match_up(&locals, &remotes);
        let right = found
            .iter()
            .filter(|pair| {
                pair.local == pair.remote && pair.signals.contains(&Signal::Organisation)
            })
            .count();
        assert_eq!(right, 5000);
    }
}
