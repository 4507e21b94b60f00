//! Reminders before a renewal or end: each once, marked in the transaction of the notice that tells of it.

use std::collections::{BTreeMap, HashMap};

use domain::notice::{NoticeKind, Severity};
use domain::order::Sums;
use domain::{ConnectionId, SubscriptionId};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rules::subscriptions::remind::{DueReminder, REMINDER_DAYS, due_reminders};
use store::subscriptions::{self, SubscriptionRow};
use store::{StoreError, Tx, connections};

use super::ics::sums;
use super::today::{Prices, bound_sum};
use crate::Engine;
use crate::notices::{NewNotice, raise};

/// Subscriptions that are named in a notice.
const NAMED: usize = 5;

/// A reminder that is given now.
struct Reminder {
    row: SubscriptionRow,
    due: DueReminder,
}

impl Engine {
    /// Tells people what renews or ends in 90, 60, 30 and 7 days: one notice a day and connection, each subscription once a step.
    pub async fn give_due_reminders(&self) -> Result<(), StoreError> {
        let now = self.clock().now();
        let conn = self.store().read();
        let furthest = i64::from(REMINDER_DAYS.into_iter().max().unwrap_or(0));
        let until = now + SignedDuration::from_hours(24 * (furthest + 1));
        let rows = subscriptions::renewals(conn, now, until).await?;
        if rows.is_empty() {
            return Ok(());
        }
        let mut by_connection: BTreeMap<ConnectionId, Vec<SubscriptionRow>> = BTreeMap::new();
        for row in rows {
            by_connection.entry(row.connection).or_default().push(row);
        }
        for (connection, rows) in by_connection {
            if connections::find(conn, connection).await?.is_none() {
                continue;
            }
            let given = subscriptions::given_many(conn, connection, now, until).await?;
            if due(&rows, &given, now).is_empty() {
                continue;
            }
            self.remind_of(connection, &rows, now, until).await?;
        }
        Ok(())
    }

    /// Gives what is due of one connection. Looks at the marks again under the write: another server may have given it.
    async fn remind_of(
        &self,
        connection: ConnectionId,
        rows: &[SubscriptionRow],
        now: Timestamp,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let tx = self.store().begin().await?;
        let given = subscriptions::given_many(&tx, connection, now, until).await?;
        let reminders = due(rows, &given, now);
        if reminders.is_empty() {
            return Ok(());
        }
        let marks: Vec<(SubscriptionId, Timestamp, u16)> = reminders
            .iter()
            .flat_map(|reminder| {
                let at = mark_of(&reminder.row, &reminder.due);
                let days = reminder.due.skipped.iter().chain([&reminder.due.days]);
                days.map(move |days| (reminder.row.id, at, *days))
            })
            .collect();
        subscriptions::give_reminders(&tx, &marks, now).await?;
        // One notice a day: what comes due later today is told tomorrow, and is not marked before.
        if self.tell_renewals(&tx, connection, &reminders, now).await? {
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
        let rows: Vec<SubscriptionRow> = reminders
            .iter()
            .map(|reminder| reminder.row.clone())
            .collect();
        let prices = Prices::of(tx, &rows).await?;
        let mut bound = Sums::new();
        let (mut renew, mut end) = (0, 0);
        let mut lines = Vec::new();
        for Reminder { row, due } in reminders {
            let of = &row.subscription;
            let cost = prices
                .listed(row)
                .map(|listed| listed.cost)
                .or_else(|| of.cost.clone());
            let binds = match cost {
                Some(cost) if !due.coming.ends => bound_sum(of, cost.decimal()),
                _ => Sums::new(),
            };
            if due.coming.ends {
                end += 1;
            } else {
                renew += 1;
            }
            for (currency, sum) in &binds {
                *bound.entry(*currency).or_default() += *sum;
            }
            lines.push(line(row, due, &binds));
        }
        let more = lines.len().saturating_sub(NAMED);
        lines.truncate(NAMED);
        if more > 0 {
            lines.push(format!("And {more} more under Subscriptions, Renewals."));
        }
        let days = || reminders.iter().map(|reminder| reminder.due.days);
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
            title: title(renew, end, days().max().unwrap_or(0), &bound),
            text: lines.join("\n"),
            dedupe_key: format!("renewals:{connection}:{day}"),
        };
        Ok(raise(self, tx, new).await?.is_some())
    }
}

/// The time under which reminders of a renewal or end are marked.
fn mark_of(row: &SubscriptionRow, due: &DueReminder) -> Timestamp {
    row.due_at().unwrap_or(due.coming.at)
}

/// What is due, by what was given.
fn due(
    rows: &[SubscriptionRow],
    given: &[(SubscriptionId, Timestamp, u16)],
    now: Timestamp,
) -> Vec<Reminder> {
    let mut marks: HashMap<(SubscriptionId, Timestamp), Vec<u16>> = HashMap::new();
    for (id, at, days) in given {
        marks.entry((*id, *at)).or_default().push(*days);
    }
    rows.iter()
        .filter_map(|row| {
            let at = row.due_at()?;
            let already = marks.get(&(row.id, at)).map_or(&[][..], Vec::as_slice);
            let due = due_reminders(&row.subscription, already, now)?;
            Some(Reminder {
                row: row.clone(),
                due,
            })
        })
        .collect()
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
