use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::samples::{amount, currency, dec, line, monthly_line, point, price, time};

fn content(lines: Vec<OrderLine>) -> OrderContent {
    OrderContent {
        lines,
        note: String::new(),
    }
}

fn eur(sums: &Sums) -> Decimal {
    assert!(sums.keys().all(|key| *key == currency("EUR")), "{sums:?}");
    sums.get(&currency("EUR")).copied().unwrap_or_default()
}

fn add_on(quantity: u32, cost: &str, term: Term, billing: BillingPeriod) -> AddOnLine {
    AddOnLine {
        add_on_id: "a".to_owned(),
        plan_id: "p".to_owned(),
        name: String::new(),
        plan_name: String::new(),
        term,
        billing,
        quantity,
        price: Some(price(cost, "EUR")),
    }
}

#[test]
fn the_order_of_the_pictures() {
    let mut premium = line();
    premium.price.as_mut().unwrap().sale = Some(amount("22.09"));
    let mut phone = monthly_line(10, "7.41");
    phone.price.as_mut().unwrap().sale = Some(amount("8.74"));
    let sums = totals(&content(vec![premium, phone]));
    assert_eq!(eur(&sums.monthly), dec("542.10"));
    assert_eq!(eur(&sums.bound), dec("5690.10"));
    assert_eq!(eur(sums.monthly_sale.as_ref().unwrap()), dec("639.65"));
    assert!(!sums.open_ended && !sums.unpriced);
}

#[rstest]
#[case::month(Term::P1M, BillingPeriod::Monthly, 1)]
#[case::year(Term::P1Y, BillingPeriod::Monthly, 12)]
#[case::year_at_once(Term::P1Y, BillingPeriod::Annual, 1)]
#[case::three_years(Term::P3Y, BillingPeriod::Monthly, 36)]
#[case::three_years_yearly(Term::P3Y, BillingPeriod::Annual, 3)]
#[case::quarters(Term::P1Y, BillingPeriod::Quarterly, 4)]
#[case::halves(Term::P3Y, BillingPeriod::Biannual, 6)]
#[case::month_of_a_year(Term::P1M, BillingPeriod::Annual, 1)]
#[case::weeks(Term::P1M, BillingPeriod::Weekly, 5)]
#[case::weeks_of_a_year(Term::P1Y, BillingPeriod::Weekly, 52)]
#[case::once(Term::P3Y, BillingPeriod::OneTime, 1)]
#[case::unknown(Term::Unknown, BillingPeriod::Monthly, 1)]
#[case::unknown_billing(Term::P1Y, BillingPeriod::Unspecified, 1)]
fn a_price_is_owed_as_often_as_it_is_billed(
    #[case] term: Term,
    #[case] billing: BillingPeriod,
    #[case] times: u32,
) {
    assert_eq!(periods_owed(term, billing), times);
}

#[rstest]
#[case(BillingPeriod::Monthly, "12", Some("12"))]
#[case(BillingPeriod::Annual, "12", Some("1"))]
#[case(BillingPeriod::Quarterly, "12", Some("4"))]
#[case(BillingPeriod::Biannual, "12", Some("2"))]
#[case(BillingPeriod::Weekly, "12", Some("52"))]
#[case(BillingPeriod::OneTime, "12", Some("0"))]
#[case(BillingPeriod::Unspecified, "12", None)]
fn a_price_of_a_period_is_a_price_a_month(
    #[case] billing: BillingPeriod,
    #[case] each: &str,
    #[case] month: Option<&str>,
) {
    assert_eq!(a_month(dec(each), billing), month.map(dec));
}

#[test]
fn rounding_comes_once_and_last() {
    // 3 x 100.00 a year, a third of a cent each month: 25.00, not 24.99.
    let lines: Vec<_> = (0..3)
        .map(|_| OrderLine {
            quantity: 1,
            billing: BillingPeriod::Annual,
            price: Some(price("100", "EUR")),
            ..line()
        })
        .collect();
    assert_eq!(eur(&totals(&content(lines)).monthly), dec("25.00"));
    // 811.94534500000009 is a price of six digits behind the point.
    let noisy = OrderLine {
        quantity: 3,
        price: Some(price("811.94534500000009", "EUR")),
        ..monthly_line(3, "1")
    };
    assert_eq!(eur(&totals(&content(vec![noisy])).bound), dec("2435.84"));
    assert_eq!(round(dec("0.005"), currency("EUR")), dec("0.01"));
    assert_eq!(round(dec("-0.005"), currency("EUR")), dec("-0.01"));
    assert_eq!(round(dec("18.5"), currency("JPY")), dec("19"));
    assert_eq!(round(dec("1.2345"), currency("KWD")), dec("1.235"));
}

#[test]
fn what_is_not_known_is_said() {
    let unknown = OrderLine {
        term: Term::Unknown,
        ..line()
    };
    let sums = totals(&content(vec![unknown]));
    assert!(sums.open_ended && !sums.unpriced);
    assert_eq!(eur(&sums.bound), dec("468.00"), "one period is certain");

    let unpriced = OrderLine {
        price: None,
        ..line()
    };
    let sums = totals(&content(vec![unpriced, monthly_line(1, "7.41")]));
    assert!(sums.unpriced && sums.monthly_sale.is_none());
    assert_eq!(eur(&sums.monthly), dec("7.41"));

    let odd = OrderLine {
        billing: BillingPeriod::Unspecified,
        ..line()
    };
    let sums = totals(&content(vec![odd]));
    assert!(sums.open_ended && sums.unpriced);
    assert!(sums.monthly.is_empty());
    assert_eq!(eur(&sums.bound), dec("468.00"));

    let once = OrderLine {
        term: Term::Unknown,
        billing: BillingPeriod::OneTime,
        ..line()
    };
    let sums = totals(&content(vec![once]));
    assert!(!sums.open_ended && !sums.unpriced, "paid once is paid");
    assert_eq!(eur(&sums.monthly), dec("0"));
    assert_eq!(eur(&sums.bound), dec("468.00"));
    assert_eq!(totals(&OrderContent::default()), OrderTotals::default());
}

#[test]
fn add_ons_count_with_their_own_terms_and_currencies_stay_apart() {
    let mut with = line();
    with.add_ons = vec![
        add_on(25, "2", Term::P1M, BillingPeriod::Monthly),
        add_on(1, "120", Term::P1Y, BillingPeriod::Annual),
    ];
    let sums = totals(&content(vec![with]));
    assert_eq!(eur(&sums.monthly), dec("528.00"));
    assert_eq!(eur(&sums.bound), dec("5786.00"));
    let mut dollars = monthly_line(2, "5");
    dollars.price = Some(price("5", "USD"));
    let sums = totals(&content(vec![line(), dollars]));
    assert_eq!(sums.monthly[&currency("USD")], dec("10"));
    assert_eq!(sums.monthly[&currency("EUR")], dec("468"));
}

#[test]
fn a_change_costs_the_difference() {
    let change = |before: Option<u32>, quantity: u32, extra: Option<(&str, &str)>| {
        let mut change = OrderLine {
            resource_id: Some("b9bd".to_owned()),
            quantity_before: before,
            quantity,
            attributes: vec![],
            ..line()
        };
        change.set_attribute("operations", "updateSubscription");
        if let Some((name, value)) = extra {
            change.set_attribute(name, value);
        }
        totals(&content(vec![change]))
    };
    let more = change(Some(74), 80, None);
    assert_eq!(eur(&more.monthly), dec("112.32"));
    assert_eq!(eur(&more.bound), dec("1347.84"));
    let fewer = change(Some(74), 70, None);
    assert_eq!(eur(&fewer.monthly), dec("-74.88"));
    // What takes away leaves nothing open, whatever the term.
    let mut open = OrderLine {
        term: Term::Unknown,
        resource_id: Some("b9bd".to_owned()),
        quantity_before: Some(74),
        quantity: 70,
        ..line()
    };
    assert!(!totals(&content(vec![open.clone()])).open_ended);
    open.quantity = 80;
    assert!(totals(&content(vec![open])).open_ended);
    assert!(fewer.bound.is_empty());
    let off = change(None, 74, Some(("renewalSetting", "auto-off")));
    assert_eq!(off, OrderTotals::default());
    let suspended = change(None, 74, Some(("statusUpdate", "suspended")));
    assert_eq!(suspended, OrderTotals::default());
    let ended = change(None, 10, Some(("statusUpdate", "deleted")));
    assert_eq!(eur(&ended.monthly), dec("-187.20"));
    assert!(ended.bound.is_empty());
}

#[test]
fn a_moved_price_is_told_with_what_it_makes() {
    let seen = price("18.10", "EUR");
    assert_eq!(moved(&seen, &point("18.10000000001", "EUR")), None);
    let rise = moved(&seen, &point("18.72", "EUR")).unwrap();
    assert!(rise.is_rise());
    // 25 seats, 0.62 more, twelve months: the picture's 186.00.
    assert_eq!(delta_over_term(&rise, &line()), Some(dec("186.00")));
    let fall = moved(&seen, &point("18.00", "EUR")).unwrap();
    assert!(!fall.is_rise());
    assert_eq!(delta_over_term(&fall, &line()), Some(dec("-30.00")));
    let other = moved(&seen, &point("18.10", "USD")).unwrap();
    assert!(!other.is_rise());
    assert_eq!(delta_over_term(&other, &line()), None);
}

#[test]
fn added_seats_are_owed_until_the_end_of_the_term() {
    let seats = price("17.40", "EUR");
    let rest = rest_of_term(
        6,
        &seats,
        BillingPeriod::Monthly,
        time("2026-11-23T10:00:00Z"),
        time("2026-12-19T10:00:00Z"),
    )
    .unwrap();
    // 26 of 365 days, twelve periods a year.
    assert_eq!((rest.periods, rest.bound), (dec("0.85"), dec("89.24")));
    let over = rest_of_term(
        6,
        &seats,
        BillingPeriod::Monthly,
        time("2026-12-19T10:00:00Z"),
        time("2026-12-19T10:00:00Z"),
    );
    assert_eq!(over, None);
    let once = rest_of_term(
        6,
        &seats,
        BillingPeriod::OneTime,
        time("2026-11-23T10:00:00Z"),
        time("2026-12-19T10:00:00Z"),
    );
    assert_eq!(once, None);
}

fn any_line() -> impl Strategy<Value = OrderLine> {
    let term = prop::sample::select(Term::ALL);
    let billing = prop::sample::select(BillingPeriod::ALL);
    (
        term,
        billing,
        1_u32..=100_000,
        0_i64..1_000_000_000_000,
        any::<bool>(),
    )
        .prop_map(|(term, billing, quantity, units, euros)| OrderLine {
            term,
            billing,
            quantity,
            price: Some(price(
                &Decimal::new(units, 6).to_string(),
                if euros { "EUR" } else { "JPY" },
            )),
            ..line()
        })
}

proptest! {
    #[test]
    fn a_sum_is_the_sum_of_its_lines_to_the_last_digit(lines in prop::collection::vec(any_line(), 1..6)) {
        let whole = totals(&content(lines.clone()));
        for (name, pick) in [
            ("monthly", (|sums: &OrderTotals| sums.monthly.clone()) as fn(&OrderTotals) -> Sums),
            ("bound", |sums| sums.bound.clone()),
        ] {
            for (code, sum) in pick(&whole) {
                let parts: Decimal = lines.iter().map(|line| {
                    pick(&line_totals(line)).get(&code).copied().unwrap_or_default()
                }).sum();
                // Each part was rounded once, the whole once: half a digit for each.
                let most = Decimal::new(5, code.exponent() + 1) * Decimal::from(lines.len() + 1);
                prop_assert!((sum - parts).abs() <= most, "{name}: {sum} and {parts}");
                prop_assert!(sum.normalize().scale() <= code.exponent());
            }
        }
        // The order of the lines makes no difference.
        let mut turned = lines;
        turned.reverse();
        prop_assert_eq!(totals(&content(turned)), whole);
    }

    #[test]
    fn one_period_at_least_is_bound_and_more_seats_never_cost_less(line in any_line(), more in 0_u32..1000) {
        let sums = line_totals(&line);
        let price = line.price.clone().unwrap();
        let one = round(price.cost.decimal() * Decimal::from(line.quantity), price.currency);
        prop_assert!(sums.bound[&price.currency] >= one);
        let larger = OrderLine { quantity: line.quantity + more, ..line };
        let larger = line_totals(&larger);
        prop_assert!(larger.bound[&price.currency] >= sums.bound[&price.currency]);
        prop_assert_eq!(larger.open_ended, sums.open_ended);
    }
}
