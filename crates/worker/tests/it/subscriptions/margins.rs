//! What things are sold for: by which rule, in money, and what follows when costs or rules move.

use domain::margin::{MarginKind, MarginScope, Rounding};
use domain::notice::NoticeKind;
use domain::{CustomerId, MarginRuleId};
use engine::margins::MarginDraft;
use engine::orders::{NewDraft, OrderError};
use rust_decimal::Decimal;
use store::margins::MarginRow;
use store::subscriptions::{self, RenewalFigures};
use store::testing::for_both;

use super::bed::{Bed, content, kim, on_sqlite};

fn draft(name: &str, scope: MarginScope, kind: MarginKind, value: &str) -> MarginDraft {
    MarginDraft {
        name: name.to_owned(),
        scope,
        kind,
        value: value.parse().unwrap(),
        currency: None,
        rounding: Rounding::Cent,
        floor: None,
        from: "2026-01-01".parse().unwrap(),
        until: None,
    }
}

fn everything() -> MarginScope {
    MarginScope::default()
}

fn vendor(name: &str) -> MarginScope {
    MarginScope {
        vendor: Some(name.to_owned()),
        ..MarginScope::default()
    }
}

fn customer(id: CustomerId) -> MarginScope {
    MarginScope {
        customer: Some(id),
        ..MarginScope::default()
    }
}

/// What one is sold for a month, worked out here.
fn marked_up(cost_units: i64, seats: i64, percent: i64) -> i64 {
    let cents = (cost_units * (100 + percent)).div_euclid(1_000_000)
        + i64::from((cost_units * (100 + percent)).rem_euclid(1_000_000) > 0);
    cents * 10_000 * seats
}

impl Bed {
    /// Saves a rule, and lets what follows happen.
    async fn rule(&self, draft: MarginDraft) -> MarginRow {
        let row = self
            .engine
            .save_margin_rule(draft, None, &kim())
            .await
            .unwrap();
        self.worker.drain().await.unwrap();
        row
    }

    async fn sale(&self, ion_id: &str) -> Option<i64> {
        self.row(ion_id).await.sale_units
    }
}

#[tokio::test]
async fn the_closest_rule_gives_the_price_and_a_retired_one_gives_none() {
    for_both(|store| async move {
        let bed = Bed::start(store, 0).await;
        let (ours, ion_customer) = bed.customer(0).await;
        let theirs = bed.buy(&bed.offer("P1Y"), &ion_customer, 10);
        bed.read().await;
        let cost = bed.row(&theirs).await.subscription.cost.unwrap().units();
        assert_eq!(bed.sale(&theirs).await, None);

        let all = bed
            .rule(draft(
                "Everything else",
                everything(),
                MarginKind::Markup,
                "10",
            ))
            .await;
        assert_eq!(bed.sale(&theirs).await, Some(marked_up(cost, 10, 10)));
        let microsoft = bed
            .rule(draft(
                "Microsoft",
                vendor("Microsoft"),
                MarginKind::Markup,
                "18",
            ))
            .await;
        assert_eq!(bed.sale(&theirs).await, Some(marked_up(cost, 10, 18)));
        let own = bed
            .rule(draft("Friends", customer(ours), MarginKind::Markup, "5"))
            .await;
        assert_eq!(bed.sale(&theirs).await, Some(marked_up(cost, 10, 5)));
        let view = bed
            .engine
            .view_subscription(bed.row(&theirs).await.id)
            .await
            .unwrap();
        let sale = view.margin.unwrap();
        assert_eq!(sale.rule_name, "Friends");
        assert!(
            sale.why.contains("this customer") && sale.why.contains("\"Microsoft\""),
            "{}",
            sale.why
        );

        // Another customer's price is another one.
        let (_, second) = bed.customer(1).await;
        let other = bed.buy(&bed.offer("P1Y"), &second, 2);
        bed.read().await;
        assert_eq!(bed.sale(&other).await, Some(marked_up(cost, 2, 18)));

        bed.engine
            .retire_margin_rule(own.rule.id, own.version, &kim())
            .await
            .unwrap();
        bed.worker.drain().await.unwrap();
        assert_eq!(bed.sale(&theirs).await, Some(marked_up(cost, 10, 18)));
        for rule in [microsoft, all] {
            bed.engine
                .retire_margin_rule(rule.rule.id, rule.version, &kim())
                .await
                .unwrap();
        }
        bed.worker.drain().await.unwrap();
        assert_eq!(bed.sale(&theirs).await, None);
        assert_eq!(
            bed.row(&theirs).await.subscription.cost.unwrap().units(),
            cost,
            "cost stays cost"
        );
    })
    .await;
}

#[tokio::test]
async fn a_rule_is_checked_kept_and_told_in_the_audit_log() {
    for_both(|store| async move {
        let bed = Bed::start(store, 0).await;
        let wrong = draft("", everything(), MarginKind::Margin, "120");
        let Err(OrderError::Invalid(problems)) =
            bed.engine.save_margin_rule(wrong, None, &kim()).await
        else {
            panic!("a rule without a name and with an impossible margin is refused");
        };
        let paths: Vec<&str> = problems
            .iter()
            .map(|problem| problem.path.as_str())
            .collect();
        assert_eq!(paths, ["name", "value"]);
        let nobody = draft(
            "Nobody",
            customer(CustomerId::new(bed.engine.ids())),
            MarginKind::Markup,
            "5",
        );
        assert!(matches!(
            bed.engine.save_margin_rule(nobody, None, &kim()).await,
            Err(OrderError::Invalid(problems)) if problems[0].path == "scope.customer"
        ));

        let first = bed
            .rule(draft(
                "Microsoft",
                vendor(" Microsoft "),
                MarginKind::Markup,
                "18",
            ))
            .await;
        assert_eq!(
            (first.version, first.created_by.as_str()),
            (1, "kim@reseller.example")
        );
        assert_eq!(first.rule.scope.vendor.as_deref(), Some("Microsoft"));
        let change = draft("Microsoft", vendor("Microsoft"), MarginKind::Markup, "20");
        let second = bed
            .engine
            .save_margin_rule(change.clone(), Some((first.rule.id, 1)), &kim())
            .await
            .unwrap();
        assert_eq!(second.version, 2);
        // Against an old version nothing is overwritten.
        let late = bed
            .engine
            .save_margin_rule(change.clone(), Some((first.rule.id, 1)), &kim())
            .await;
        assert!(matches!(late, Err(OrderError::Refused(words)) if words.contains("meanwhile")));
        let unknown = MarginRuleId::new(bed.engine.ids());
        assert!(matches!(
            bed.engine
                .save_margin_rule(change.clone(), Some((unknown, 1)), &kim())
                .await,
            Err(OrderError::Gone)
        ));
        bed.engine
            .retire_margin_rule(first.rule.id, 2, &kim())
            .await
            .unwrap();
        let late = bed
            .engine
            .save_margin_rule(change, Some((first.rule.id, 3)), &kim())
            .await;
        assert!(matches!(late, Err(OrderError::Refused(words)) if words.contains("out of use")));
        let log = store::audit::list(bed.store.read(), None, "margin.", 50)
            .await
            .unwrap();
        let actions: Vec<&str> = log
            .iter()
            .map(|entry| entry.action.as_str())
            .filter(|action| action.starts_with("margin."))
            .collect();
        assert_eq!(actions, ["margin.retire", "margin.change", "margin.create"]);
    })
    .await;
}

#[tokio::test]
async fn a_rule_is_tried_before_it_is_saved() {
    on_sqlite(|store| async move {
        let bed = Bed::start(store, 0).await;
        let (ours, ion_customer) = bed.customer(0).await;
        let (_, second) = bed.customer(1).await;
        let offer = bed.offer("P1Y");
        let first = bed.buy(&offer, &ion_customer, 10);
        let other = bed.buy(&offer, &second, 4);
        bed.read().await;
        let cost = bed.row(&first).await.subscription.cost.unwrap().units();
        let saved = bed
            .rule(draft(
                "Microsoft",
                vendor("Microsoft"),
                MarginKind::Markup,
                "18",
            ))
            .await;
        bed.rule(
            draft("Friends", customer(ours), MarginKind::Fixed, "1")
                .with_currency("EUR")
                .with_floor("15"),
        )
        .await;

        let tried = draft("Microsoft", vendor("Microsoft"), MarginKind::Markup, "20");
        let preview = bed
            .engine
            .preview_margin(&tried, Some(saved.rule.id))
            .await
            .unwrap();
        assert_eq!(preview.affected, 1, "the friend has its own rule");
        let sum = |sums: &domain::order::Sums| sums.values().copied().sum::<Decimal>();
        let before = Decimal::new(marked_up(cost, 4, 18), 6) + Decimal::from(10);
        let after = Decimal::new(marked_up(cost, 4, 20), 6) + Decimal::from(10);
        assert_eq!(sum(&preview.monthly_before), before);
        assert_eq!(sum(&preview.monthly_after), after);
        assert_eq!(preview.below_floor, 1, "1 EUR is below any cost");
        assert_eq!(preview.beaten_by.len(), 1);
        assert_eq!(preview.beaten_by[0].0, "Friends");
        let touched = preview
            .samples
            .iter()
            .find(|sample| sample.old_sale != sample.new_sale && sample.customer.is_some())
            .unwrap();
        assert_eq!(
            touched.new_sale,
            Some(Decimal::new(marked_up(cost, 1, 20), 6))
        );
        assert_eq!(touched.why, "this rule");
        assert!(
            preview
                .samples
                .iter()
                .any(|sample| sample.why.contains("\"Friends\""))
        );
        // Nothing of it holds before it is saved.
        assert_eq!(bed.sale(&other).await, Some(marked_up(cost, 4, 18)));

        // A rule for nothing that runs shows what the catalog sells.
        let google = draft("Google", vendor("Google"), MarginKind::Margin, "25");
        let preview = bed.engine.preview_margin(&google, None).await.unwrap();
        assert_eq!(preview.affected, 0);
        assert!(
            preview
                .samples
                .iter()
                .all(|sample| sample.customer.is_none())
        );
        let wrong = draft("", everything(), MarginKind::Markup, "5");
        assert!(matches!(
            bed.engine.preview_margin(&wrong, None).await,
            Err(OrderError::Invalid(_))
        ));
    })
    .await;
}

#[tokio::test]
async fn a_rule_holds_from_its_day_and_until_its_day() {
    on_sqlite(|store| async move {
        let bed = Bed::start(store, 0).await;
        let (_, ion_customer) = bed.customer(0).await;
        let theirs = bed.buy(&bed.offer("P1Y"), &ion_customer, 10);
        bed.read().await;
        let cost = bed.row(&theirs).await.subscription.cost.unwrap().units();
        bed.rule(draft("Now", everything(), MarginKind::Markup, "10"))
            .await;
        let mut later = draft("From December", everything(), MarginKind::Markup, "12");
        later.from = "2026-12-01".parse().unwrap();
        later.until = Some("2026-12-31".parse().unwrap());
        bed.rule(later).await;
        assert_eq!(bed.sale(&theirs).await, Some(marked_up(cost, 10, 10)));
        for (at, percent) in [("2026-12-01T00:05:00Z", 12), ("2027-01-01T00:05:00Z", 10)] {
            let at: jiff::Timestamp = at.parse().unwrap();
            // The calendar of the worker finds the day.
            bed.worker.beat().await;
            bed.lab.pass(at.duration_since(bed.now()).unsigned_abs());
            bed.worker.beat().await;
            bed.engine.look_at_logins().await.unwrap();
            bed.worker.drain().await.unwrap();
            assert_eq!(bed.sale(&theirs).await, Some(marked_up(cost, 10, percent)));
        }
    })
    .await;
}

#[tokio::test]
async fn a_price_that_moves_marks_drafts_and_tells_of_floors() {
    for_both(|store| async move {
        let bed = Bed::start(store, 0).await;
        let (ours, ion_customer) = bed.customer(0).await;
        let offer = bed.offer("P1Y");
        let theirs = bed.buy(&offer, &ion_customer, 10);
        bed.read().await;
        let cost = bed.row(&theirs).await.subscription.cost.unwrap().decimal();
        // A price that is fixed at a fifth above the cost, with a floor of 15 % of it.
        let fixed = (cost * Decimal::new(12, 1)).round_dp(2);
        let rule = draft(
            "Fixed",
            customer(ours),
            MarginKind::Fixed,
            &fixed.to_string(),
        );
        bed.rule(rule.with_currency("EUR").with_floor("15")).await;
        let order = bed
            .engine
            .begin_order(
                NewDraft {
                    customer: Some(ours),
                    connection: None,
                    content: content(&offer, 3),
                },
                &kim(),
            )
            .await
            .unwrap();
        assert!(!order.price_moved);
        let floors = |notices: Vec<store::notices::NoticeRow>| -> Vec<String> {
            notices
                .into_iter()
                .filter(|notice| notice.kind == NoticeKind::MarginFloor)
                .map(|notice| notice.title)
                .collect()
        };
        bed.import().await;
        assert!(floors(bed.notices().await).is_empty());
        // What is kept of its renewal: seats over twelve months at this price, and whether a person must look.
        let kept = async |price: Decimal, seats: i64, weighty: bool| {
            let row = bed.row(&theirs).await;
            let units = (price * Decimal::from(seats * 12)).round_dp(2) * Decimal::from(1_000_000);
            let figures = RenewalFigures {
                bound: Some(("EUR".parse().unwrap(), units.try_into().unwrap())),
                weighty,
            };
            let kept = [(row.id, figures)];
            let others = subscriptions::other_renewals(bed.store.read(), &kept).await;
            assert!(others.unwrap().is_empty(), "{price} {seats}");
            let due = row.due_at().unwrap();
            let span = (due, due + jiff::SignedDuration::from_secs(1));
            let sums = bed.engine.renewal_sums(&[span], due).await.unwrap();
            let told = bed.engine.renewals(span, None, 2).await.unwrap();
            assert_eq!(sums[0].bound, told.rows[0].cost_of_renewal);
        };
        kept(cost, 10, false).await;

        let dearer = (cost * Decimal::new(115, 2)).round_dp(2).to_string();
        bed.lab.pass(std::time::Duration::from_secs(60));
        assert!(bed.lab.sandbox.catalog().set_price(
            &offer.product_id,
            &offer.sku_id,
            &offer.plan_id,
            &dearer
        ));
        bed.import().await;
        let now = store::orders::find(bed.store.read(), order.id)
            .await
            .unwrap()
            .unwrap();
        assert!(
            now.price_moved,
            "the draft shows a price that no longer holds"
        );
        assert_eq!(
            floors(bed.notices().await),
            ["Prices moved: 1 subscription would renew below the margin floor"]
        );
        // The subscription costs what it cost until it renews; its page says what comes then.
        let view = bed
            .engine
            .view_subscription(bed.row(&theirs).await.id)
            .await
            .unwrap();
        let next = view.price_next.unwrap();
        assert_eq!(next.cost, dearer.parse::<Decimal>().unwrap().normalize());
        assert!(next.sale.unwrap().below_floor && !view.margin.unwrap().below_floor);
        let dearer: Decimal = dearer.parse().unwrap();
        kept(dearer, 10, true).await;
        // The next import has nothing to tell.
        bed.import().await;
        assert_eq!(floors(bed.notices().await).len(), 1);
        // Read anew, it still renews by the catalog.
        bed.lab.sandbox.portal().set_seats(&theirs, 11);
        bed.read().await;
        kept(dearer, 11, true).await;
    })
    .await;
}

trait With {
    fn with_currency(self, currency: &str) -> Self;
    fn with_floor(self, floor: &str) -> Self;
}

impl With for MarginDraft {
    fn with_currency(self, currency: &str) -> Self {
        Self {
            currency: Some(currency.parse().unwrap()),
            ..self
        }
    }

    fn with_floor(self, floor: &str) -> Self {
        Self {
            floor: Some(floor.parse().unwrap()),
            ..self
        }
    }
}
