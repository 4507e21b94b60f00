//! Reminders before a renewal or end, and the calendar of them.

use std::time::Duration;

use domain::SubscriptionId;
use domain::notice::{NoticeKind, Severity};
use engine::subscriptions::Urgency;
use jiff::{SignedDuration, Timestamp};
use store::notices::NoticeRow;
use store::subscriptions::{self, NewSubscription};
use store::testing::for_both;

use super::bed::{Bed, on_sqlite};

const DAY: Duration = Duration::from_secs(86_400);

impl Bed {
    /// Reminders that were given, the oldest first.
    async fn reminders(&self) -> Vec<NoticeRow> {
        let mut all = self.notices().await;
        all.retain(|notice| notice.kind == NoticeKind::RenewalSoon);
        all.reverse();
        all
    }

    /// Lets days pass, and looks each day as the calendar does, several times.
    async fn days(&self, days: u32) {
        for _ in 0..days {
            self.lab.pass(DAY);
            for _ in 0..3 {
                self.engine.give_due_reminders().await.unwrap();
            }
        }
    }

    /// A year of this, bought now. Gives Ion's id, and when it renews.
    async fn year(&self, nth: usize, seats: i64) -> (String, Timestamp) {
        let (_, ion_customer) = self.customer(nth).await;
        let theirs = self.buy(&self.offer("P1Y"), &ion_customer, seats);
        self.read().await;
        let due = self.row(&theirs).await.due_at().unwrap();
        (theirs, due)
    }
}

#[tokio::test]
async fn each_step_is_told_once_also_where_it_renews_by_itself() {
    for_both(|store| async move {
        let bed = Bed::start(store, 0).await;
        let (theirs, due) = bed.year(0, 10).await;
        let row = bed.row(&theirs).await;
        assert_eq!(row.subscription.auto_renew, Some(true));
        bed.days(364).await;
        let given = bed.reminders().await;
        let days_before: Vec<i64> = given
            .iter()
            .map(|notice| due.duration_since(notice.created_at).as_secs() / 86_400)
            .collect();
        assert_eq!(days_before, [90, 60, 30, 7]);
        let severities: Vec<Severity> = given.iter().map(|notice| notice.severity).collect();
        assert_eq!(
            severities,
            [
                Severity::Info,
                Severity::Info,
                Severity::Warn,
                Severity::Warn
            ]
        );
        assert!(
            given[0]
                .title
                .starts_with("1 subscription renews within 90 days for "),
            "{}",
            given[0].title
        );
        assert!(
            given[0].text.contains(&row.customer_name),
            "{}",
            given[0].text
        );
        let marks = subscriptions::reminders_given(bed.store.read(), row.id, due)
            .await
            .unwrap();
        assert_eq!(marks.len(), 4);
        // The term rolled over: the next one is reminded of anew.
        bed.lab.pass(2 * DAY);
        bed.engine.look_at_logins().await.unwrap();
        bed.read().await;
        let next = bed.row(&theirs).await.due_at().unwrap();
        assert!(next > due);
        bed.days(276).await;
        assert_eq!(bed.reminders().await.len(), 5);
    })
    .await;
}

#[tokio::test]
async fn one_notice_a_day_names_how_many_and_the_money() {
    on_sqlite(|store| async move {
        let bed = Bed::start(store, 0).await;
        let mut months = Vec::new();
        for nth in 0..3 {
            let (theirs, _) = bed.year(nth, 10 + i64::try_from(nth).unwrap()).await;
            months.push(bed.row(&theirs).await);
        }
        let (off, _) = bed.year(3, 4).await;
        bed.lab.sandbox.portal().set_auto_renew(&off, false);
        bed.read().await;
        bed.days(280).await;
        let given = bed.reminders().await;
        assert_eq!(given.len(), 1, "{given:?}");
        // Twelve months of what all seats of the three cost.
        let year: rust_decimal::Decimal = months
            .iter()
            .map(|row| rust_decimal::Decimal::new(row.monthly_units.unwrap() * 12, 6))
            .sum();
        let title = &given[0].title;
        assert!(
            title.starts_with("3 subscriptions renew within 90 days for "),
            "{title}"
        );
        assert!(title.ends_with(", 1 ends"), "{title}");
        let money = title.split(" for ").nth(1).unwrap();
        let money = money.split(" EUR").next().unwrap().replace(',', "");
        let told: rust_decimal::Decimal = money.parse().unwrap();
        assert_eq!(told, year.round_dp(2), "{title}");
        assert_eq!(given[0].text.lines().count(), 4);
    })
    .await;
}

#[tokio::test]
async fn restarts_and_second_servers_give_none_twice() {
    on_sqlite(|store| async move {
        let bed = Bed::start(store, 0).await;
        bed.year(0, 10).await;
        bed.lab.pass(280 * DAY);
        let second = bed.lab.engine_on(bed.store.clone(), Some("second"));
        let (one, two) = tokio::join!(bed.engine.give_due_reminders(), second.give_due_reminders());
        one.unwrap();
        two.unwrap();
        let restarted = bed.lab.engine_on(bed.store.clone(), None);
        restarted.give_due_reminders().await.unwrap();
        assert_eq!(bed.reminders().await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_first_look_that_dies_in_between_tells_its_many_once() {
    const MANY: usize = 700;
    for_both(|store| async move {
        let bed = Bed::start(store, 0).await;
        let (theirs, due) = bed.year(0, 10).await;
        let row = bed.row(&theirs).await;
        let all: Vec<NewSubscription> = (0..MANY)
            .map(|nth| {
                let mut of = row.subscription.clone();
                of.ion_id = format!("many-{nth}");
                NewSubscription {
                    id: SubscriptionId::new(bed.engine.ids()),
                    subscription: of,
                    hash: row.hash,
                    vendor: row.vendor.clone(),
                    product: row.product,
                    customer: row.customer,
                    customer_name: row.customer_name.clone(),
                    sale_units: row.sale_units,
                    monthly_units: row.monthly_units,
                    margin_permille: row.margin_permille,
                    order: None,
                }
            })
            .collect();
        let tx = bed.store.begin().await.unwrap();
        subscriptions::upsert_many(&tx, bed.connection, &all, bed.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        bed.lab.pass(280 * DAY);
        let marked = async || {
            let (from, until) = (bed.now(), due + SignedDuration::from_hours(1));
            let marks = subscriptions::given_many(bed.store.read(), bed.connection, from, until);
            marks.await.unwrap().len()
        };
        // Ends as soon as the notice is there, like a server that is killed then.
        {
            let mut look = std::pin::pin!(bed.engine.give_due_reminders());
            while futures::poll!(look.as_mut()).is_pending() && bed.reminders().await.is_empty() {
                tokio::task::yield_now().await;
            }
        }
        let first = marked().await;
        assert!((1..=MANY).contains(&first), "{first}");
        // The others were told with them: they are marked, and nobody hears of them again.
        for _ in 0..3 {
            bed.engine.give_due_reminders().await.unwrap();
            assert_eq!(marked().await, MANY + 1);
            bed.lab.pass(DAY);
        }
        let given = bed.reminders().await;
        assert_eq!(given.len(), 1, "{given:?}");
        assert!(
            given[0].title.starts_with("701 subscriptions renew"),
            "{}",
            given[0].title
        );
        // The next step is told as any other.
        bed.days(30).await;
        assert_eq!(bed.reminders().await.len(), 2);
        assert_eq!(marked().await, 2 * (MANY + 1));
    })
    .await;
}

#[tokio::test]
async fn what_comes_due_later_on_a_day_is_told_the_next_day_and_not_lost() {
    on_sqlite(|store| async move {
        let bed = Bed::start(store, 0).await;
        let (first, due) = bed.year(0, 10).await;
        bed.lab.pass(Duration::from_secs(4 * 3600));
        let (second, _) = bed.year(1, 10).await;
        // An hour behind the reminder of the first, on the same day of UTC.
        let wanted = due - SignedDuration::from_hours(24 * 90 - 1);
        bed.lab
            .pass(wanted.duration_since(bed.now()).unsigned_abs());
        bed.engine.give_due_reminders().await.unwrap();
        bed.lab.pass(Duration::from_secs(4 * 3600));
        bed.engine.give_due_reminders().await.unwrap();
        assert_eq!(bed.reminders().await.len(), 1);
        bed.lab.pass(DAY);
        bed.engine.give_due_reminders().await.unwrap();
        let given = bed.reminders().await;
        assert_eq!(given.len(), 2);
        let name = |row: subscriptions::SubscriptionRow| row.customer_name;
        assert!(given[0].text.contains(&name(bed.row(&first).await)));
        assert!(given[1].text.contains(&name(bed.row(&second).await)));
    })
    .await;
}

#[tokio::test]
async fn the_calendar_of_the_worker_gives_them_every_day_across_a_change_of_the_clocks() {
    on_sqlite(|store| async move {
        let bed = Bed::start(store, 0).await;
        let settings = worker::WorkerSettings {
            import_schedule: String::new(),
            // The clocks go forward on 28 March 2027, between the reminder of 60 and the one of 30 days before 1 May.
            time_zone: jiff::tz::TimeZone::get("Europe/Berlin").unwrap(),
            ..worker::WorkerSettings::default()
        };
        let worker = worker::Worker::new(bed.engine.clone(), settings).unwrap();
        let wanted: Timestamp = "2027-05-01T10:00:00Z".parse().unwrap();
        let (_, ion_customer) = bed.customer(0).await;
        // A year that ends then: bought before the lab's time began.
        let theirs = bed.buy(&bed.offer("P1Y"), &ion_customer, 10);
        bed.read().await;
        let due = bed.row(&theirs).await.due_at().unwrap();
        let until_hours = due.duration_since(bed.now()).as_hours();
        assert!(due > wanted);
        for _ in 0..until_hours / 6 {
            bed.lab.pass(Duration::from_secs(6 * 3600));
            // Only the calendar: nothing is read meanwhile.
            worker.beat().await;
        }
        assert_eq!(bed.reminders().await.len(), 4);
    })
    .await;
}

#[tokio::test]
async fn renewals_stand_by_urgency_and_money_and_in_the_calendar() {
    on_sqlite(|store| async move {
        let bed = Bed::start(store, 0).await;
        let (small, due) = bed.year(0, 2).await;
        let (large, _) = bed.year(1, 40).await;
        let (ends, _) = bed.year(2, 5).await;
        bed.lab.sandbox.portal().set_auto_renew(&ends, false);
        bed.read().await;
        bed.lab.pass(360 * DAY);
        let (from, until) = (bed.now(), bed.now() + SignedDuration::from_hours(24 * 42));
        let rows = bed
            .engine
            .renewals((from, until), None, 50)
            .await
            .unwrap()
            .rows;
        let order: Vec<&str> = rows
            .iter()
            .map(|row| row.row.subscription.ion_id.as_str())
            .collect();
        assert_eq!(order, [large.as_str(), &small, &ends]);
        assert_eq!(rows[0].urgency, Urgency::Now);
        assert_eq!(rows[2].urgency, Urgency::Decided);
        assert!(rows[2].ends && rows[2].cost_of_renewal.is_empty());
        assert_eq!(rows[1].last_day_to_stop, Some(due));
        let price = bed.row(&small).await.monthly_units.unwrap() * 12;
        let bound = rows[1].cost_of_renewal.values().next().unwrap();
        assert_eq!(*bound, rust_decimal::Decimal::new(price, 6).round_dp(2));

        let text = bed
            .engine
            .renewals_ics((from, until), true)
            .whole()
            .await
            .unwrap();
        assert!(text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"));
        assert!(text.ends_with("END:VCALENDAR\r\n"));
        assert_eq!(text.matches("BEGIN:VEVENT").count(), 3);
        assert!(text.split("\r\n").all(|line| line.len() <= 75));
        let start = due
            .to_zoned(jiff::tz::TimeZone::UTC)
            .strftime("%Y%m%dT%H%M%SZ");
        assert!(text.contains(&format!("DTSTART:{start}")), "{text}");
        // The same event keeps its name whatever of it changes.
        let uid = |text: &str| {
            let mut all: Vec<String> = text
                .replace("\r\n ", "")
                .lines()
                .filter(|line| line.starts_with("UID:"))
                .map(str::to_owned)
                .collect();
            all.sort();
            all
        };
        let before = uid(&text);
        bed.engine.look_at_logins().await.unwrap();
        bed.lab.sandbox.portal().set_seats(&small, 3);
        bed.read().await;
        let text = bed
            .engine
            .renewals_ics((from, until), true)
            .whole()
            .await
            .unwrap();
        assert_eq!(uid(&text), before);
    })
    .await;
}
