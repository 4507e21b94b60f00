//! Every customer, with what its list showed before.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use jiff::Timestamp;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::{Map, Value};

use super::people;
use crate::knobs::Knobs;

/// Members as Ion names them.
pub(crate) type Members = Map<String, Value>;

/// Earlier states of a customer that are kept for a list that lags.
const REMEMBERED: usize = 16;

#[derive(Debug)]
struct Record {
    id: String,
    members: Members,
    /// What it was, each until when; none where it was not there.
    before: Vec<(Timestamp, Option<Members>)>,
}

impl Record {
    /// What a list shows that stands at this time.
    fn at(&self, time: Timestamp) -> Option<&Members> {
        self.before
            .iter()
            .find(|(until, _)| *until > time)
            .map_or(Some(&self.members), |(_, then)| then.as_ref())
    }
}

/// Every customer of the account, and the e-mails that strangers have.
#[derive(Debug)]
pub(crate) struct CustomerBook {
    records: Vec<Record>,
    places: HashMap<String, usize>,
    /// E-mails that customers of other resellers log in with.
    strangers: BTreeSet<String>,
    next: u64,
    pub(super) seed: u64,
}

impl CustomerBook {
    pub(crate) fn new(account: &str, seed: u64, count: usize) -> Self {
        let mut book = Self {
            records: Vec::with_capacity(count),
            places: HashMap::with_capacity(count),
            strangers: BTreeSet::new(),
            next: 49_900,
            seed,
        };
        for person in people::people(seed, count) {
            book.insert(account, person.members(), people::MADE, None);
        }
        book
    }

    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    /// Every customer as it is now, in the order in which they were made.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Members> {
        self.records.iter().map(|record| &record.members)
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Members> {
        self.places
            .get(id)
            .map(|place| &self.records[*place].members)
    }

    /// The customers as a list shows them, in its order. `request` is the chance of an order by chance.
    pub(super) fn shown(&self, knobs: &Knobs, now: Timestamp, request: u64) -> Vec<&Members> {
        let time = now
            .checked_sub(Duration::from_secs(knobs.list_lag_s))
            .unwrap_or(Timestamp::MIN);
        let mut shown: Vec<&Members> = match knobs.list_lag_s {
            0 => self.all().collect(),
            _ => self
                .records
                .iter()
                .filter_map(|record| record.at(time))
                .collect(),
        };
        match knobs.customer_order.as_str() {
            "name" => {
                shown.sort_by_cached_key(|one| text(one, "customerOrganization").to_lowercase())
            }
            "random" => shown.shuffle(&mut ChaCha8Rng::seed_from_u64(self.seed ^ request)),
            _ => {}
        }
        shown
    }

    /// Adds a customer. `since`: not there before this time, for a list that lags.
    pub(crate) fn insert(
        &mut self,
        account: &str,
        sent: Members,
        now: &str,
        since: Option<Timestamp>,
    ) -> &Members {
        self.next += 1;
        let id = self.next.to_string();
        let mut members = kept(sent);
        members.insert(
            "name".into(),
            format!("accounts/{account}/customers/{id}").into(),
        );
        let uid = format!("u{:012x}", u128::from(self.next) * 0x9e37_79b9 % (1 << 48));
        members.insert("uid".into(), uid.into());
        members.insert("customerStatus".into(), "ACTIVE".into());
        members.insert("createTime".into(), now.into());
        members.insert("updateTime".into(), now.into());
        self.push(id, members, since)
    }

    fn push(&mut self, id: String, members: Members, since: Option<Timestamp>) -> &Members {
        let place = self.records.len();
        self.places.insert(id.clone(), place);
        let before = since.into_iter().map(|since| (since, None)).collect();
        self.records.push(Record {
            id,
            members,
            before,
        });
        &self.records[place].members
    }

    /// Changes a customer. None where there is no such customer.
    pub(crate) fn change<T>(
        &mut self,
        id: &str,
        now: Timestamp,
        change: impl FnOnce(&mut Members) -> T,
    ) -> Option<T> {
        let record = &mut self.records[*self.places.get(id)?];
        let before = record.members.clone();
        let told = change(&mut record.members);
        record.before.push((now, Some(before)));
        if record.before.len() > REMEMBERED {
            record.before.remove(0);
        }
        Some(told)
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<Members> {
        let record = self.records.remove(*self.places.get(id)?);
        self.place();
        Some(record.members)
    }

    /// Puts a customer back that was taken out.
    pub(crate) fn put_back(&mut self, members: Members) {
        let id = id_of(&members);
        self.push(id, members, None);
    }

    /// Another order, as when a list was sorted anew.
    pub(crate) fn reverse(&mut self) {
        self.records.reverse();
        self.place();
    }

    fn place(&mut self) {
        self.places = self
            .records
            .iter()
            .enumerate()
            .map(|(place, record)| (record.id.clone(), place))
            .collect();
    }

    /// A stranger has this e-mail, or no longer.
    pub(crate) fn set_stranger(&mut self, email: &str, has_it: bool) {
        if has_it {
            self.strangers.insert(email.to_owned());
        } else {
            self.strangers.remove(email);
        }
    }

    /// E-mails that strangers have.
    pub(crate) fn strangers(&self) -> impl Iterator<Item = &String> {
        self.strangers.iter()
    }

    pub(super) fn email_taken(
        &self,
        email: &str,
        by_other_than: Option<&str>,
        knobs: &Knobs,
    ) -> bool {
        let same = |known: &str| {
            if knobs.email_case_matters {
                known == email
            } else {
                known.eq_ignore_ascii_case(email)
            }
        };
        let here = self.records.iter().any(|record| {
            same(text(&record.members, "customerEmail"))
                && by_other_than.is_none_or(|id| record.id != id)
        });
        here || knobs.email_unique_in == "platform"
            && self.strangers.iter().any(|known| same(known))
    }

    /// Chance of this customer's own, the same whenever it is asked for.
    pub(super) fn chance_of(&self, id: &str) -> ChaCha8Rng {
        let number: u64 = id.parse().unwrap_or_default();
        let mut chance =
            ChaCha8Rng::seed_from_u64(self.seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        // The first number after a seed that differs in few bits is thrown away.
        let _: u64 = chance.random();
        chance
    }
}

/// A text member; empty where there is none.
pub(super) fn text<'a>(members: &'a Members, name: &str) -> &'a str {
    members
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The last part of a customer's name.
pub(crate) fn id_of(members: &Members) -> String {
    let name = text(members, "name");
    name.rsplit('/').next().unwrap_or_default().to_owned()
}

/// What Ion keeps of what it is sent, without empty members.
pub(super) fn kept(mut sent: Members) -> Members {
    const MEMBERS: [&str; 7] = [
        "customerOrganization",
        "customerAddress",
        "customerName",
        "customerEmail",
        "customerTitle",
        "customerPhone",
        "languageCode",
    ];
    sent.retain(|name, value| {
        MEMBERS.contains(&name.as_str()) && !value.is_null() && value.as_str() != Some("")
    });
    sent
}

/// What Ion makes of texts before it keeps them: `trim` takes white space away, `case` writes country and language in capitals and
/// e-mails in small letters, `all` does both.
pub(super) fn normalised(mut members: Members, how: &str) -> Members {
    let (trims, cases) = (matches!(how, "trim" | "all"), matches!(how, "case" | "all"));
    let write = |name: &str, value: &mut Value| {
        let Value::String(text) = value else { return };
        if trims {
            *text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        }
        if cases {
            match name {
                "customerEmail" => *text = text.to_lowercase(),
                "country" | "languageCode" => *text = text.to_uppercase(),
                _ => {}
            }
        }
    };
    for (name, value) in &mut members {
        if let Value::Object(inner) = value {
            inner
                .iter_mut()
                .for_each(|(name, value)| write(name, value));
        } else {
            write(name, value);
        }
    }
    members
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn members(value: &Value) -> Members {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn a_list_that_lags_shows_what_was() {
        let at = |second| Timestamp::constant(second, 0);
        let mut book = CustomerBook::new("1", 1, 1);
        let id = id_of(book.all().next().unwrap());
        book.change(&id, at(100), |one| {
            one.insert("customerTitle".into(), "Dr".into())
        });
        book.insert(
            "1",
            members(&json!({"customerName": "New"})),
            "x",
            Some(at(120)),
        );
        let shown = |now, lag| {
            let knobs = Knobs {
                list_lag_s: lag,
                ..Knobs::default()
            };
            let shown = book.shown(&knobs, at(now), 1);
            (shown.len(), text(shown[0], "customerTitle").to_owned())
        };
        assert_eq!(shown(121, 0), (2, "Dr".to_owned()));
        assert_eq!(shown(121, 30), (1, String::new()));
        assert_eq!(shown(140, 30), (1, "Dr".to_owned()));
        assert_eq!(shown(150, 30), (2, "Dr".to_owned()));
    }

    #[test]
    fn texts_are_written_as_the_knob_says() {
        let sent = || {
            members(
                &json!({"customerEmail": " A@B.example", "customerAddress": {"country": "gb", "city": "New  York "}}),
            )
        };
        assert_eq!(normalised(sent(), "none"), sent());
        assert_eq!(
            Value::from(normalised(sent(), "all")),
            json!({"customerEmail": "a@b.example", "customerAddress": {"country": "GB", "city": "New York"}})
        );
        assert_eq!(normalised(sent(), "trim")["customerEmail"], "A@B.example");
        assert_eq!(normalised(sent(), "case")["customerEmail"], " a@b.example");
    }
}
