//! Reminders before a renewal or end: each once.
//!
//! One notice tells of all that are due. The first of them are marked in its transaction, the others behind it, in short ones: a first look
//! may find very many. Who dies in between has told them all; the next look knows by the time of the marks which those were.

use std::collections::HashMap;

use domain::notice::{NoticeKind, Severity};
use domain::order::Sums;
use domain::{ConnectionId, SubscriptionId};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rules::subscriptions::remind::{DueReminder, REMINDER_DAYS, due_reminders};
use store::subscriptions::{self, SubscriptionFilter, SubscriptionRow};
use store::{StoreError, Tx, connections};

use super::ics::sums;
use super::today::{Prices, bound_sum};
use crate::Engine;
use crate::notices::{NewNotice, raise};

/// Subscriptions that are named in a notice: those that come first.
const NAMED: usize = 5;
/// Subscriptions that are read at a time.
const PART: u32 = 200;
/// Reminders that are marked in one transaction.
const BATCH: usize = 500;
/// A subscription that was written so shortly before a look may have been written behind its back.
const BEHIND: SignedDuration = SignedDuration::from_secs(10);

/// Reminders by subscription and end, in days before it.
type Marks = HashMap<(SubscriptionId, Timestamp), Vec<u16>>;

/// A reminder that is due: what is said and marked of it.
struct Reminder {
    id: SubscriptionId,
    /// The end under which it is marked.
    at: Timestamp,
    /// Days before that.
    days: u16,
    /// Since when it is due as it stands: a look before did not know it.
    since: Timestamp,
    /// Those whose time is over, which are marked with it.
    skipped: Vec<u16>,
    ends: bool,
    binds: Sums,
    line: String,
}

impl Engine {
    /// Tells people what renews or ends in 90, 60, 30 and 7 days: one notice a day and connection, each subscription once a step.
    pub async fn give_due_reminders(&self) -> Result<(), StoreError> {
        let now = self.clock().now();
        for connection in connections::list(self.store().read()).await? {
            let reminders = self.due_of(connection.id, now).await?;
            if !reminders.is_empty() {
                self.remind_of(connection.id, reminders, now).await?;
            }
        }
        Ok(())
    }

    /// What is due of one connection, the first end in front.
    async fn due_of(
        &self,
        connection: ConnectionId,
        now: Timestamp,
    ) -> Result<Vec<Reminder>, StoreError> {
        let conn = self.store().read();
        let until = furthest(now);
        let marks = marks(subscriptions::given_many(conn, connection, now, until).await?);
        let mut filter = SubscriptionFilter {
            connection: Some(connection),
            due_from: Some(now),
            due_until: Some(until),
            limit: PART,
            ..SubscriptionFilter::default()
        };
        let mut prices = Prices::default();
        let mut reminders = Vec::new();
        loop {
            let page = subscriptions::list(conn, &filter).await?;
            let (rows, due): (Vec<SubscriptionRow>, Vec<DueReminder>) = page
                .subscriptions
                .into_iter()
                .filter_map(|row| {
                    let already = given(&marks, row.id, row.due_at()?);
                    let due = due_reminders(&row.subscription, already, now)?;
                    Some((row, due))
                })
                .unzip();
            // A slice: an iterator with a closure that lives across the wait makes a future that no task can take.
            prices.load(conn, &rows).await?;
            let each = rows.iter().zip(&due);
            reminders.extend(each.map(|(row, due)| reminder(row, due, &prices)));
            match page.next {
                Some(next) => filter.after = Some(next),
                None => return Ok(reminders),
            }
        }
    }

    /// Gives what is due of one connection.
    async fn remind_of(
        &self,
        connection: ConnectionId,
        reminders: Vec<Reminder>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (store, until) = (self.store(), furthest(now));
        let last = subscriptions::last_given(store.read(), connection, now, until).await?;
        let (told, mut new): (Vec<Reminder>, Vec<Reminder>) = reminders
            .into_iter()
            .partition(|one| last.is_some_and(|last| one.since <= last));
        for batch in told.chunks(BATCH) {
            let tx = store.begin().await?;
            subscriptions::give_reminders(&tx, &marks_of(batch), last.unwrap_or(now)).await?;
            tx.commit().await?;
        }
        if new.is_empty() {
            return Ok(());
        }
        let tx = store.begin().await?;
        // Another server may have told them meanwhile. One notice a day: what comes due later today is told tomorrow, and is not marked
        // before.
        if subscriptions::last_given(&tx, connection, now, until).await? != last
            || !self.tell_renewals(&tx, connection, &new, now).await?
        {
            return Ok(());
        }
        // The last end in front: as long as any of them is ahead, it tells when these were told.
        new.reverse();
        let mut batches = new.chunks(BATCH);
        let first = batches.next().unwrap_or_default();
        subscriptions::give_reminders(&tx, &marks_of(first), now).await?;
        tx.commit().await?;
        for batch in batches {
            let tx = store.begin().await?;
            subscriptions::give_reminders(&tx, &marks_of(batch), now).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Raises the notice of the day; false where one was raised today already.
    async fn tell_renewals(
        &self,
        tx: &Tx,
        connection: ConnectionId,
        reminders: &[Reminder],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut bound = Sums::new();
        for (currency, sum) in reminders.iter().flat_map(|one| &one.binds) {
            *bound.entry(*currency).or_default() += *sum;
        }
        let end = reminders.iter().filter(|one| one.ends).count();
        let mut lines: Vec<String> = reminders
            .iter()
            .take(NAMED)
            .map(|one| one.line.clone())
            .collect();
        let more = reminders.len() - lines.len();
        if more > 0 {
            lines.push(format!("And {more} more under Subscriptions, Renewals."));
        }
        let days = || reminders.iter().map(|one| one.days);
        let severity = match days().min() {
            Some(days) if days <= 30 => Severity::Warn,
            _ => Severity::Info,
        };
        let day = now.to_zoned(TimeZone::UTC).date();
        let new = NewNotice {
            kind: NoticeKind::RenewalSoon,
            severity,
            connection: Some(connection),
            run: None,
            title: title(
                reminders.len() - end,
                end,
                days().max().unwrap_or(0),
                &bound,
            ),
            text: lines.join("\n"),
            dedupe_key: format!("renewals:{connection}:{day}"),
        };
        Ok(raise(self, tx, new).await?.is_some())
    }
}

/// Ends behind this are not reminded of yet.
fn furthest(now: Timestamp) -> Timestamp {
    let days = i64::from(REMINDER_DAYS.into_iter().max().unwrap_or(0));
    now + SignedDuration::from_hours(24 * (days + 1))
}

fn marks(all: Vec<(SubscriptionId, Timestamp, u16)>) -> Marks {
    let mut marks = Marks::new();
    for (id, at, days) in all {
        marks.entry((id, at)).or_default().push(days);
    }
    marks
}

/// What is marked with these: they, and those whose time is over.
fn marks_of(reminders: &[Reminder]) -> Vec<(SubscriptionId, Timestamp, u16)> {
    reminders
        .iter()
        .flat_map(|one| {
            let days = one.skipped.iter().chain([&one.days]);
            days.map(|days| (one.id, one.at, *days))
        })
        .collect()
}

fn given(marks: &Marks, id: SubscriptionId, at: Timestamp) -> &[u16] {
    marks.get(&(id, at)).map_or(&[], Vec::as_slice)
}

fn reminder(row: &SubscriptionRow, due: &DueReminder, prices: &Prices) -> Reminder {
    let of = &row.subscription;
    let cost = prices
        .listed(row)
        .map(|listed| listed.cost)
        .or_else(|| of.cost.clone());
    let binds = match cost {
        Some(cost) if !due.coming.ends => bound_sum(of, cost.decimal()),
        _ => Sums::new(),
    };
    Reminder {
        id: row.id,
        at: row.due_at().unwrap_or(due.coming.at),
        days: due.days,
        since: (due.coming.at - SignedDuration::from_hours(24 * i64::from(due.days)))
            .max(row.changed_at + BEHIND),
        skipped: due.skipped.clone(),
        ends: due.coming.ends,
        line: line(row, due, &binds),
        binds,
    }
}

/// "3 subscriptions renew within 30 days for 3,369.60 EUR, 1 ends".
fn title(renew: usize, end: usize, days: u16, bound: &Sums) -> String {
    let many = |count: usize| {
        if count == 1 {
            "1 subscription".to_owned()
        } else {
            format!("{count} subscriptions")
        }
    };
    let money = if bound.is_empty() {
        String::new()
    } else {
        format!(" for {}", sums(bound))
    };
    let s = |count: usize| if count == 1 { "s" } else { "" };
    match (renew, end) {
        (0, end) => format!("{} end{} within {days} days", many(end), s(end)),
        (renew, end) => {
            let ends = if end > 0 {
                format!(", {end} end{}", s(end))
            } else {
                String::new()
            };
            format!(
                "{} renew{} within {days} days{money}{ends}",
                many(renew),
                s(renew)
            )
        }
    }
}

/// "Tin Lantern: 15 × Business Premium renews on 26 Nov 2026 for 3,369.60 EUR."
fn line(row: &SubscriptionRow, due: &DueReminder, binds: &Sums) -> String {
    let of = &row.subscription;
    let name = if of.sku_name.is_empty() {
        &of.name
    } else {
        &of.sku_name
    };
    let seats = of
        .seats
        .map_or_else(String::new, |seats| format!("{seats} × "));
    let day = due.coming.at.to_zoned(TimeZone::UTC).strftime("%-d %b %Y");
    let what = if due.coming.ends { "ends" } else { "renews" };
    let money = if binds.is_empty() {
        String::new()
    } else {
        format!(" for {}", sums(binds))
    };
    format!(
        "{}: {seats}{name} {what} on {day}{money}.",
        row.customer_name
    )
}
