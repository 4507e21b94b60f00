//! Subscriptions that a complete reading did not show: asked for by id, noted, or called gone.

use domain::SubscriptionId;
use domain::subscription::{Subscription, SubscriptionEventKind};
use ion_client::{Class, IonClient};
use rules::catalog::{Guard, Verdict};
use rules::subscriptions::diff::{Reading, presence};
use store::runs::RunRow;
use store::subscriptions::{self, SubscriptionEventRow, SubscriptionRow};
use store::{StoreError, Tx};

use super::intake::Absent;
use super::map;
use crate::Engine;

/// Subscriptions that are asked for by id in one run; the others wait for a second reading.
const ASKED: usize = 50;
/// The same where a person decides.
const ASKED_BY_A_PERSON: usize = 1000;
/// More than this share is unusual, above this number.
const GUARD: Guard = Guard {
    percent: 30,
    minimum: 20,
};

/// What is to become of what was not shown. Written in one transaction, so that an interruption counts no reading twice.
#[derive(Debug, Default)]
pub(super) struct Missing {
    /// Gone now.
    pub(super) gone: Vec<SubscriptionId>,
    /// Noted: another reading without them makes them gone.
    pub(super) missed: Vec<String>,
    /// Shown when asked for by id, though the list lacks them.
    pub(super) shown: Vec<Subscription>,
    /// Missing, as far as is known, and so many that a person decides whether they are gone.
    pub(super) held_back: u64,
    /// Requests that this took.
    pub(super) requests: u64,
}

/// What Ion says of one.
enum Answer {
    Shown(Box<Subscription>),
    /// It is there, and cannot be read.
    There,
    Gone,
    Unknown,
}

/// What a list that lacks some proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// What it lacks twice is gone.
    List,
    /// It lacks unusually many: nothing. What Ion does not know by id is gone where Ion could be asked for all of them, and these are
    /// not unusually many too.
    ById,
    /// A person saw how many are missing and said that they are gone: what Ion does not know by id is, up to so many.
    Decided(u64),
}

/// Whether so many are missing that it looks like a fault.
pub(super) fn is_unusual(known: u64, missing: u64) -> bool {
    rules::catalog::judge(GUARD, known, missing) == Verdict::Ask
}

/// Judges what the list did not show. Sends the requests that this takes, and writes nothing.
pub(super) async fn judge(
    engine: &Engine,
    ion: &IonClient,
    account: &str,
    absent: Vec<Absent>,
    proof: Proof,
) -> Result<Missing, StoreError> {
    let asked = match proof {
        Proof::Decided(_) => ASKED_BY_A_PERSON,
        Proof::List | Proof::ById => ASKED,
    };
    let ids: Vec<SubscriptionId> = absent.iter().take(asked).map(|one| one.id).collect();
    let rows = subscriptions::find_many(engine.store().read(), &ids).await?;
    let mut missing = Missing::default();
    let (mut silent, mut unknown) = (false, 0);
    for one in absent {
        let row = rows.iter().find(|row| row.id == one.id);
        let answer = match row.filter(|_| !silent) {
            Some(row) => ask(ion, account, row, &mut missing.requests).await,
            None => Answer::Unknown,
        };
        match answer {
            Answer::Shown(subscription) => missing.shown.push(*subscription),
            Answer::There => {}
            Answer::Gone => missing.gone.push(one.id),
            Answer::Unknown => {
                // Where Ion does not answer one, it is not asked for the others.
                silent |= row.is_some();
                unknown += 1;
                let reading = match proof {
                    Proof::List => Reading::MissedByCompleteScan,
                    Proof::ById | Proof::Decided(_) => Reading::MissedByBrokenScan,
                };
                let presence = presence(one.missed, false, reading);
                if presence.gone {
                    missing.gone.push(one.id);
                } else if presence.missed > one.missed {
                    missing.missed.push(one.ion_id);
                }
            }
        }
    }
    let gone = missing.gone.len() as u64;
    // Beside a list that proves nothing: perhaps the account's rights were narrowed. Some today and some tomorrow are many too.
    let too_many = match proof {
        Proof::List => false,
        Proof::ById => gone > GUARD.minimum || unknown > 0,
        Proof::Decided(up_to) => gone > up_to,
    };
    if too_many && gone > 0 {
        missing.gone.clear();
        missing.held_back = gone + unknown;
    }
    Ok(missing)
}

/// Asks for one by Ion's id, and where Ion does not know that, by the vendor's: which of the two it takes is not known (Ion API notes 3, no. 31).
async fn ask(ion: &IonClient, account: &str, row: &SubscriptionRow, requests: &mut u64) -> Answer {
    let of = &row.subscription;
    if of.ion_customer_id.is_empty() {
        return Answer::Unknown;
    }
    for id in [&of.ion_id, &of.resource_id] {
        if id.is_empty() {
            continue;
        }
        *requests += 1;
        let asked = ion.subscriptions(account);
        match asked.get(&of.ion_customer_id, id).send().await {
            Ok(item) => {
                let read = item.decode().map_err(map::Unreadable::from);
                return match read.and_then(|shown| map::from_ion(&shown)) {
                    Ok(shown) if shown.ion_id == of.ion_id => Answer::Shown(Box::new(shown)),
                    Ok(_) => Answer::Unknown,
                    Err(_) => Answer::There,
                };
            }
            Err(error) if error.class() == Class::NotFound => {}
            Err(error) => {
                tracing::info!(error = %error, "a missing subscription could not be asked for; it waits for a second reading");
                return Answer::Unknown;
            }
        }
    }
    Answer::Gone
}

/// Writes what became of what was not shown.
pub(super) async fn write(
    engine: &Engine,
    tx: &Tx,
    run: &RunRow,
    missing: &Missing,
) -> Result<(), StoreError> {
    let now = engine.clock().now();
    subscriptions::add_missed(tx, run.connection, &missing.missed).await?;
    subscriptions::set_gone(tx, &missing.gone, now).await?;
    let events: Vec<SubscriptionEventRow> = missing
        .gone
        .iter()
        .map(|id| SubscriptionEventRow {
            subscription: *id,
            at: now,
            kind: SubscriptionEventKind::Gone,
            before: String::new(),
            after: String::new(),
            run: Some(run.id),
            order: None,
        })
        .collect();
    subscriptions::add_events(tx, &events).await
}
