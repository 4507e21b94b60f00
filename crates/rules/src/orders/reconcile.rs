//! Which of Ion's orders is ours, how far Ion is searched for it, and when it is looked again.
//!
//! Ion gives no key against doubles (Ion API notes 4.4), so each order carries a reference of ours, in three places that Ion may or may not
//! give back: the order's `referenceId`, its `displayName`, and each item's `referenceId`. Only a match by it is taken over by itself.
//! Orders that only look alike are listed for a person.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::OrderId;
use domain::order::{IonOrder, OrderContent};
use jiff::Timestamp;

use super::state::OrderFacts;
use super::{between, earlier, later};

/// What every reference begins with.
const PREFIX: &str = "ib-";
/// The reference without it: 80 bits in base 32.
const DIGITS: usize = 16;
/// The alphabet of Crockford's base 32, which has no letters that are taken for others.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// How far before the intent Ion is searched. Our clock may have been a day ahead of Ion's when the intent was noted, or may be a day
/// behind now; a search that trusts it too far ends before the order.
const BEFORE_INTENT: Duration = Duration::from_secs(72 * 3600);
/// How long beyond patience Ion is still searched, now and then.
const SLOW_FOR: Duration = Duration::from_secs(24 * 3600);
/// The longest pause between two searches within patience.
const LONGEST_PAUSE: Duration = Duration::from_secs(120);
/// The shortest.
const FIRST_PAUSE: Duration = Duration::from_secs(10);
/// The pause beyond patience.
const SLOW_PAUSE: Duration = Duration::from_secs(3600);
/// An order made within this time of the send looks like it.
const ALIKE_WITHIN: Duration = Duration::from_secs(3600);
/// Orders that must have come newest first before a list is taken to be sorted: fewer may stand so by chance, one always does.
const SORTED_AFTER: usize = 10;
/// Pages that bring nothing new, in a row, after which a list is taken to run in a circle.
const EMPTY_TURNS: u32 = 3;

/// The reference of an order: `ib-` and 16 digits of base 32, from the time and the chance in its id. 19 characters, so that it survives
/// being cut to 32 (Ion API notes 7).
pub fn reference(order: OrderId) -> String {
    let bytes = order.0.as_bytes();
    let mut bits: u128 = 0;
    // The first six bytes of a version 7 id are its time, the last four are chance.
    for byte in bytes[..6].iter().chain(&bytes[12..]) {
        bits = bits << 8 | u128::from(*byte);
    }
    let digits = (0..DIGITS).rev().map(|digit| {
        let index = usize::try_from(bits >> (5 * digit) & 31).unwrap_or(0);
        char::from(ALPHABET[index])
    });
    PREFIX.chars().chain(digits).collect()
}

/// The reference of a line, counted from 0: that of the order, and the line's number. At most 32 characters up to a billion lines.
pub fn line_reference(reference: &str, line: usize) -> String {
    format!("{reference}-{}", line + 1)
}

/// The name that an order gets at Ion: the reference first, so that it survives being cut, then words for people.
pub fn display_name(reference: &str, words: &str) -> String {
    let words = words.trim();
    if words.is_empty() {
        return reference.to_owned();
    }
    let words: String = words.chars().take(80).collect();
    format!("{reference} {}", words.trim_end())
}

/// The reference of ours that a text holds, whichever order it is of.
pub fn reference_in(text: &str) -> Option<String> {
    let text = text.to_ascii_lowercase();
    text.match_indices(PREFIX).find_map(|(at, _)| {
        let before = text[..at].chars().next_back();
        let digits = text.get(at + PREFIX.len()..at + PREFIX.len() + DIGITS)?;
        let after = text[at + PREFIX.len() + DIGITS..].chars().next();
        let whole = digits.bytes().all(|digit| ALPHABET.contains(&digit))
            && before.is_none_or(|sign| !sign.is_alphanumeric())
            && after.is_none_or(|sign| !sign.is_alphanumeric());
        whole.then(|| format!("{PREFIX}{digits}"))
    })
}

/// Where an order showed our reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchedBy {
    /// In its `referenceId`.
    Reference,
    /// In its `displayName`.
    DisplayName,
    /// In the `referenceId` of an item.
    ItemReference,
}

impl MatchedBy {
    /// In words, for the timeline.
    pub fn words(self) -> &'static str {
        match self {
            Self::Reference => "by its reference",
            Self::DisplayName => "by the reference in its name",
            Self::ItemReference => "by the reference of a line",
        }
    }
}

/// Whether an order of Ion's is the one with this reference.
pub fn match_order(reference: &str, order: &IonOrder) -> Option<MatchedBy> {
    let ours = |text: &str| reference_in(text).as_deref() == Some(reference);
    if ours(&order.reference) {
        Some(MatchedBy::Reference)
    } else if ours(&order.display_name) {
        Some(MatchedBy::DisplayName)
    } else if order.lines.iter().any(|line| ours(&line.reference)) {
        Some(MatchedBy::ItemReference)
    } else {
        None
    }
}

/// Whether an order of Ion's carries a reference of ours at all, and which.
pub fn any_reference(order: &IonOrder) -> Option<String> {
    reference_in(&order.reference)
        .or_else(|| reference_in(&order.display_name))
        .or_else(|| {
            order
                .lines
                .iter()
                .find_map(|line| reference_in(&line.reference))
        })
}

/// What is searched for: account orders of one customer, newest first, back to `since` (Ion API notes 2.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchPlan {
    /// Our reference.
    pub reference: String,
    /// Ion's id of the customer, by which the list is filtered.
    pub ion_customer_id: String,
    /// Orders made before this cannot be it.
    pub since: Timestamp,
    /// The list is walked to its end, however it is sorted.
    pub whole: bool,
}

impl SearchPlan {
    /// The search for an order whose intent was stored at this time.
    pub fn new(reference: &str, ion_customer_id: &str, intent_at: Timestamp) -> Self {
        Self {
            reference: reference.to_owned(),
            ion_customer_id: ion_customer_id.to_owned(),
            since: earlier(intent_at, BEFORE_INTENT),
            whole: true,
        }
    }

    /// The same, left once a list that has shown to be sorted is older than the order can be.
    ///
    /// For a look that cannot decide ([`super::state::may_decide`]): how a list goes on is never certain, and nothing may be sent again
    /// because of a list that was not read.
    #[must_use]
    pub fn newest_only(mut self) -> Self {
        self.whole = false;
        self
    }
}

/// What a page came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageVerdict {
    /// This order of the page is it.
    Found {
        /// Its place in the page.
        index: usize,
        /// How it was known.
        by: MatchedBy,
    },
    /// The next page must be read.
    WalkOn,
    /// Read completely, and not there.
    NotThere,
    /// The list runs in a circle: nothing can be said.
    Incomplete,
}

/// A walk through the pages of a search.
#[derive(Debug, Clone)]
pub struct Walk {
    plan: SearchPlan,
    seen: BTreeSet<String>,
    oldest: Option<Timestamp>,
    idle: u32,
    /// Orders read, doubles not counted.
    pub read: usize,
    /// Why the order of the list, and so an early end, is not trusted.
    pub distrust: Option<Distrust>,
}

/// Why a list is walked to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distrust {
    /// It is not sorted by time, newest first.
    NotDescending,
    /// It holds orders of other customers: the filter, and perhaps the sort, was ignored.
    FilterIgnored,
    /// An order has no time.
    TimesMissing,
}

impl Walk {
    /// A walk that has read nothing yet.
    pub fn new(plan: SearchPlan) -> Self {
        Self {
            plan,
            seen: BTreeSet::new(),
            oldest: None,
            idle: 0,
            read: 0,
            distrust: None,
        }
    }

    /// Judges a page; `more` where Ion gave a token for another.
    ///
    /// Where only the newest are looked at, a list that has shown to be sorted and filtered as asked is left once it is older than the
    /// search goes back; any other is walked to its end.
    pub fn judge_page(&mut self, page: &[IonOrder], more: bool) -> PageVerdict {
        let found = page
            .iter()
            .enumerate()
            .find_map(|(index, order)| Some((index, match_order(&self.plan.reference, order)?)));
        if let Some((index, by)) = found {
            return PageVerdict::Found { index, by };
        }
        let known = self.seen.len();
        for order in page {
            // What moved from one page to the next says nothing of the sort.
            if self.seen.insert(order.ion_id.clone()) {
                self.weigh(order);
            }
        }
        self.read = self.seen.len();
        self.idle = if self.seen.len() > known {
            0
        } else {
            self.idle + 1
        };
        let sorted = !self.plan.whole && self.distrust.is_none() && self.seen.len() >= SORTED_AFTER;
        let old_enough = sorted && self.oldest.is_some_and(|oldest| oldest < self.plan.since);
        if !more || old_enough {
            PageVerdict::NotThere
        } else if self.idle >= EMPTY_TURNS {
            PageVerdict::Incomplete
        } else {
            PageVerdict::WalkOn
        }
    }

    fn weigh(&mut self, order: &IonOrder) {
        if order.ion_customer_id != self.plan.ion_customer_id {
            self.distrust.get_or_insert(Distrust::FilterIgnored);
        }
        let Some(made) = order.created_at else {
            self.distrust.get_or_insert(Distrust::TimesMissing);
            return;
        };
        if self.oldest.is_some_and(|oldest| made > oldest) {
            self.distrust.get_or_insert(Distrust::NotDescending);
        }
        self.oldest = Some(self.oldest.map_or(made, |oldest| oldest.min(made)));
    }
}

/// Why an order of Ion's looks like ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// The same products, SKUs and plans.
    Variants,
    /// The same products; another plan or SKU.
    Products,
    /// The same quantities.
    Quantities,
    /// It changes the same subscription.
    Subscription,
    /// Made within an hour of the send.
    Time,
}

impl Likeness {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Variants => "same product, SKU and plan",
            Self::Products => "same product, another SKU or plan",
            Self::Quantities => "same quantity",
            Self::Subscription => "changes the same subscription",
            Self::Time => "made within an hour of the send",
        }
    }
}

/// An order of Ion's that looks like ours, without our reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookAlike {
    /// Its place in the list that was judged.
    pub index: usize,
    /// Ion's id of it.
    pub ion_id: String,
    /// Why it looks alike; the customer is the same in any case.
    pub reasons: Vec<Likeness>,
}

/// Orders of the customer that look like what was asked for and carry no reference of ours, most alike first.
pub fn lookalikes(
    content: &OrderContent,
    ion_customer_id: &str,
    sent_at: Timestamp,
    orders: &[IonOrder],
) -> Vec<LookAlike> {
    let mut found: Vec<_> = orders
        .iter()
        .enumerate()
        .filter(|(_, order)| {
            order.ion_customer_id == ion_customer_id
                && any_reference(order).is_none()
                && order
                    .created_at
                    .is_none_or(|made| made >= earlier(sent_at, BEFORE_INTENT))
        })
        .filter_map(|(index, order)| {
            let reasons = likeness(content, sent_at, order);
            let same_thing = reasons.iter().any(|reason| {
                matches!(
                    reason,
                    Likeness::Variants | Likeness::Products | Likeness::Subscription
                )
            });
            same_thing.then(|| LookAlike {
                index,
                ion_id: order.ion_id.clone(),
                reasons,
            })
        })
        .collect();
    found.sort_by_key(|alike| {
        let weight: u32 = alike.reasons.iter().map(|reason| weight(*reason)).sum();
        (std::cmp::Reverse(weight), alike.index)
    });
    found
}

fn weight(reason: Likeness) -> u32 {
    match reason {
        Likeness::Subscription => 5,
        Likeness::Variants => 4,
        Likeness::Products => 2,
        Likeness::Quantities | Likeness::Time => 2,
    }
}

fn likeness(content: &OrderContent, sent_at: Timestamp, order: &IonOrder) -> Vec<Likeness> {
    let sorted = |mut keys: Vec<String>| {
        keys.sort();
        keys
    };
    let ours = |key: fn(&domain::order::OrderLine) -> String| {
        sorted(content.lines.iter().map(key).collect())
    };
    let theirs = |key: fn(&domain::order::IonOrderLine) -> String| {
        sorted(order.lines.iter().map(key).collect())
    };
    let mut reasons = Vec::new();
    let changed: BTreeSet<_> = content
        .lines
        .iter()
        .filter_map(|line| line.resource_id.as_deref())
        .collect();
    if order
        .lines
        .iter()
        .filter_map(|line| line.resource_id.as_deref())
        .any(|id| changed.contains(id))
    {
        reasons.push(Likeness::Subscription);
    }
    if content.lines.is_empty() || order.lines.is_empty() {
        return reasons;
    }
    let variant = |product: &str, sku: &str, plan: &str| [product, sku, plan].join("\u{1f}");
    let our_variants = sorted(
        content
            .lines
            .iter()
            .map(|line| variant(&line.product_ion_id, &line.sku_id, &line.plan_id))
            .collect(),
    );
    let their_variants = sorted(
        order
            .lines
            .iter()
            .map(|line| variant(&line.product_ion_id, &line.sku_id, &line.plan_id))
            .collect(),
    );
    if our_variants == their_variants {
        reasons.push(Likeness::Variants);
    } else if ours(|line| line.product_ion_id.clone()) == theirs(|line| line.product_ion_id.clone())
    {
        reasons.push(Likeness::Products);
    }
    if ours(|line| line.quantity.to_string()) == theirs(|line| line.quantity.to_string()) {
        reasons.push(Likeness::Quantities);
    }
    let near = order.created_at.is_some_and(|made| {
        between(made, sent_at) <= ALIKE_WITHIN && between(sent_at, made) <= ALIKE_WITHIN
    });
    if near {
        reasons.push(Likeness::Time);
    }
    reasons
}

/// When Ion is searched next, after so many looks since the send; nothing where it is no longer searched by itself.
///
/// 10 s, 20 s, 40 s and so on, at most 2 min apart; one look falls on the end of patience, since that one decides. Then once an hour for a day.
pub fn next_look(
    looks: u32,
    sent_at: Timestamp,
    patience: Duration,
    now: Timestamp,
) -> Option<Timestamp> {
    let decides = later(sent_at, patience);
    if now < decides {
        // Not from the send: a clock that stood ahead when it was noted would make us wait for it.
        return Some(later(now, pause(looks)).min(decides));
    }
    let next = later(now, SLOW_PAUSE);
    (next <= later(decides, SLOW_FOR)).then_some(next)
}

/// The same from all that is known of an order: it is not left to the slow pace before a search has decided, whatever the clocks said.
///
/// `intent_at`: when the order was confirmed. `watched_for`: how long this process knows the order to be sent, by a clock that never steps.
pub fn next_look_of(
    order: &OrderFacts,
    intent_at: Timestamp,
    patience: Duration,
    watched_for: Duration,
    now: Timestamp,
) -> Option<Timestamp> {
    if let Some(decided_at) = order.not_found_at {
        let next = later(now, SLOW_PAUSE);
        return (next <= later(decided_at, SLOW_FOR)).then_some(next);
    }
    let sent_at = order.sent_at.unwrap_or(intent_at);
    if order.state.is_final() || now < later(sent_at, patience) {
        return next_look(order.looks, sent_at, patience, now);
    }
    // Past patience by the wall clock, and undecided: this process has not watched for long enough, or no search came to its end.
    let missing = patience.saturating_sub(watched_for);
    let pause = if missing.is_zero() {
        pause(order.looks)
    } else {
        pause(order.looks).min(missing.max(FIRST_PAUSE))
    };
    Some(later(now, pause))
}

fn pause(looks: u32) -> Duration {
    FIRST_PAUSE
        .saturating_mul(1 << looks.min(4))
        .min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests;
