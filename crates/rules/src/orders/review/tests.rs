use domain::BillingPeriod;
use domain::customer::LinkState;
use domain::order::{AddOnLine, OrderContent};
use rstest::rstest;

use super::*;
use crate::orders::cancel_window::Increase;
use crate::orders::draft::{CustomerView, TemplateView};
use crate::samples::{amount, currency, dec, line, monthly_line, point, price, subscription, time};
use crate::subscriptions::change::{SubscriptionChange, line as change_line};

const NOW: &str = "2026-11-23T10:41:00Z";

fn draft(lines: Vec<OrderLine>) -> DraftView {
    let views = lines
        .iter()
        .map(|line| LineView {
            price: line
                .price
                .as_ref()
                .map(|price| point(price.cost.text(), price.currency.as_str())),
            template: TemplateView::default(),
            ..LineView::default()
        })
        .collect();
    DraftView {
        content: OrderContent {
            lines,
            note: String::new(),
        },
        customer: CustomerView {
            name: "Quillfeather Legal LLP".to_owned(),
            link: Some(LinkState::Linked),
            ion_customer_id: "49988".to_owned(),
        },
        lines: views,
    }
}

fn reviewed(draft: &DraftView) -> Review {
    review(draft, time(NOW))
}

fn eur(sums: &Sums) -> Decimal {
    sums.get(&currency("EUR")).copied().unwrap_or_default()
}

#[test]
fn the_review_of_the_pictures() {
    let mut premium = line();
    premium.price.as_mut().unwrap().sale = Some(amount("22.09"));
    let mut phone = monthly_line(10, "7.41");
    phone.price.as_mut().unwrap().sale = Some(amount("8.74"));
    let review = reviewed(&draft(vec![premium, phone]));
    assert_eq!(review.problems, []);
    assert_eq!(eur(&review.totals.bound), dec("5690.10"));
    assert_eq!(
        review.confirmation,
        Confirmation::TypeTotal {
            total: dec("5690.10"),
            text: "5,690.10".to_owned(),
            currency: currency("EUR")
        }
    );
    assert!(confirmation_ok(&review, "5.690,10 EUR"));
    assert!(!confirmation_ok(&review, "5616"));
    let [commitment] = review.commitments.as_slice() else {
        panic!("the month is none: {:?}", review.commitments);
    };
    assert_eq!(commitment.words, "1 year, monthly");
    assert_eq!(
        commitment.last_day_to_cancel,
        Some(LastDay {
            at: time("2026-11-30T10:41:00Z"),
            expected: true
        })
    );
    assert_eq!(
        commitment.bound_until,
        Some(LastDay {
            at: time("2027-11-23T10:41:00Z"),
            expected: true
        })
    );
    assert_eq!(eur(&commitment.owed_after), dec("5616.00"));
    let [(_, margin)] = review.margins.as_slice() else {
        panic!("one currency");
    };
    assert_eq!(margin.round_dp(1), dec("15.3"), "97.55 of 639.65");
    let first = &review.lines[0];
    assert_eq!(first.unit, Some(dec("18.72")));
    assert_eq!(first.margin.unwrap().round_dp(1), dec("15.3"));
    assert!(!review.approval_needed);
}

#[test]
fn a_month_needs_the_button_only() {
    let review = reviewed(&draft(vec![monthly_line(10, "7.41")]));
    assert_eq!(review.confirmation, Confirmation::Button);
    assert_eq!(review.commitments, []);
    assert!(confirmation_ok(&review, ""));
    let until = review.lines[0].bound_until.unwrap();
    assert_eq!(until.at, time("2026-12-23T10:41:00Z"));
}

#[test]
fn a_year_without_a_known_price_is_confirmed_by_how_many() {
    let mut unpriced = line();
    unpriced.price = None;
    unpriced.quantity = 1250;
    let review = reviewed(&draft(vec![unpriced.clone()]));
    assert_eq!(
        review.confirmation,
        Confirmation::TypeQuantity { quantity: 1250 }
    );
    for typed in ["1250", " 1,250 ", "1.250", "1 250"] {
        assert!(confirmation_ok(&review, typed), "{typed}");
    }
    for typed in ["", "125", "12.50", "1250 EUR", "yes"] {
        assert!(!confirmation_ok(&review, typed), "{typed}");
    }
    // What is known to cost nothing needs the button only.
    let mut free = line();
    free.price = Some(price("0", "EUR"));
    let review = reviewed(&draft(vec![free]));
    assert_eq!(review.confirmation, Confirmation::Button);
    // With another line that has a price, its total is typed.
    let review = reviewed(&draft(vec![unpriced, line()]));
    assert!(matches!(
        review.confirmation,
        Confirmation::TypeTotal { .. }
    ));
}

#[test]
fn an_unknown_term_is_confirmed_as_a_long_one_and_said_to_be_open() {
    let mut unknown = line();
    unknown.term = Term::Unknown;
    unknown.part_number = None;
    unknown.vendor = "Acronis".to_owned();
    unknown.provider_id = String::new();
    let review = reviewed(&draft(vec![unknown]));
    let commitment = &review.commitments[0];
    assert!(commitment.open_ended);
    assert_eq!(commitment.bound_until, None);
    assert_eq!(commitment.last_day_to_cancel, None, "no policy is known");
    assert!(matches!(
        review.confirmation,
        Confirmation::TypeTotal { .. }
    ));
    assert!(
        review
            .warnings
            .iter()
            .any(|warning| warning.label == "Commitment")
    );
}

#[test]
fn what_is_billed_by_use_binds_to_nothing() {
    let mut azure = line();
    azure.term = Term::Unknown;
    azure.price = None;
    let mut it = draft(vec![azure]);
    it.lines[0].by_use = true;
    let review = reviewed(&it);
    assert_eq!(review.commitments, []);
    assert_eq!(review.confirmation, Confirmation::Button);
}

#[test]
fn an_add_on_of_a_year_makes_a_month_long() {
    let mut phone = monthly_line(10, "7.41");
    phone.add_ons = vec![AddOnLine {
        add_on_id: "a".to_owned(),
        plan_id: "p".to_owned(),
        name: String::new(),
        plan_name: String::new(),
        term: Term::P1Y,
        billing: BillingPeriod::Annual,
        quantity: 1,
        price: Some(price("120", "EUR")),
    }];
    let review = reviewed(&draft(vec![phone]));
    assert!(matches!(
        review.confirmation,
        Confirmation::TypeTotal { total, .. } if total == dec("194.10")
    ));
}

#[test]
fn a_moved_price_is_told_with_its_difference() {
    let mut it = draft(vec![line()]);
    it.lines[0].price = Some(point("18.10", "EUR"));
    let review = reviewed(&it);
    let first = &review.lines[0];
    assert!(!first.moved.as_ref().unwrap().is_rise());
    assert_eq!(first.moved_over_term, Some(dec("-186.00")));
    assert!(
        review
            .problems
            .iter()
            .any(|problem| problem.path == "/lines/0/price")
    );
}

#[test]
fn what_the_customer_has_already_is_offered_instead() {
    let mut it = draft(vec![line()]);
    let mut gone = subscription();
    gone.state = domain::subscription::SubscriptionState::Expired;
    it.lines[0].has = vec![subscription(), gone];
    let review = reviewed(&it);
    let [duplicate] = review.duplicates.as_slice() else {
        panic!("the one that runs");
    };
    assert_eq!(duplicate.seats_together, Some(99));
    assert!(
        review
            .warnings
            .iter()
            .any(|warning| warning.label == "Already there")
    );
    assert_eq!(review.problems, reviewed(&draft(vec![line()])).problems);
}

#[test]
fn added_seats_bind_until_the_end_of_the_running_term() {
    let mut it = draft(vec![change_line(
        &subscription(),
        SubscriptionChange::Seats(80),
    )]);
    it.lines[0].subscription = Some(subscription());
    let review = reviewed(&it);
    let first = &review.lines[0];
    assert_eq!(eur(&first.monthly), dec("104.40"));
    assert_eq!(
        first.bound_until,
        Some(LastDay {
            at: time("2026-12-19T10:00:00Z"),
            expected: false
        })
    );
    // Of 104.40 a month, for the 25 days and 23 hours that are left.
    assert_eq!(eur(&first.bound), dec("89.10"));
    assert_eq!(eur(&review.totals.bound), dec("89.10"));
    assert!(matches!(
        review.confirmation,
        Confirmation::TypeTotal { total, .. } if total == dec("89.10")
    ));
    let last = review.commitments[0].last_day_to_cancel.unwrap();
    assert_eq!(
        last.at,
        time("2026-11-30T10:41:00Z"),
        "their own seven days"
    );
}

#[test]
fn what_takes_away_binds_to_nothing() {
    for wanted in [
        SubscriptionChange::Seats(70),
        SubscriptionChange::Suspend,
        SubscriptionChange::AutoRenew(false),
        SubscriptionChange::Cancel,
    ] {
        let mut it = draft(vec![change_line(&subscription(), wanted)]);
        it.lines[0].subscription = Some(subscription());
        it.lines[0].increases = vec![Increase {
            at: time(NOW),
            seats: 10,
        }];
        let review = reviewed(&it);
        assert_eq!(review.confirmation, Confirmation::Button, "{wanted:?}");
        assert_eq!(review.lines[0].bound_until, None);
        assert!(review.totals.bound.is_empty());
    }
}

#[rstest]
#[case(Term::P1M, "2026-01-31T10:00:00Z", Some("2026-02-28T10:00:00Z"))]
#[case(Term::P1Y, "2028-02-29T10:00:00Z", Some("2029-02-28T10:00:00Z"))]
#[case(Term::P3Y, "2026-11-23T10:00:00Z", Some("2029-11-23T10:00:00Z"))]
#[case(Term::Unknown, "2026-11-23T10:00:00Z", None)]
fn a_term_ends_on_its_day(#[case] term: Term, #[case] now: &str, #[case] end: Option<&str>) {
    assert_eq!(after_term(term, time(now)), end.map(time));
}

#[test]
fn a_day_that_the_order_sets_ends_the_first_term() {
    let mut it = line();
    it.set_attribute("customTermEndDate", "2026-12-14");
    let review = reviewed(&draft(vec![it]));
    assert_eq!(
        review.lines[0].bound_until.unwrap().at,
        time("2026-12-14T00:00:00Z")
    );
}
