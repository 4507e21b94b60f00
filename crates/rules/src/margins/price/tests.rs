use domain::margin::MarginScope;
use domain::{IdGen as _, SeededIds};
use jiff::civil::date;
use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::samples::{amount, currency, dec, price};

fn rule(kind: MarginKind, value: &str, rounding: Rounding) -> MarginRule {
    MarginRule {
        id: MarginRuleId(SeededIds::new(1).uuid()),
        name: "Microsoft".to_owned(),
        scope: MarginScope::default(),
        kind,
        value: dec(value),
        currency: (kind == MarginKind::Fixed).then(|| currency("EUR")),
        rounding,
        floor: Some(dec("15")),
        from: date(2026, 7, 1),
        until: None,
    }
}

#[rstest]
#[case::picture(MarginKind::Markup, "18", Rounding::Cent, "18.72", "22.09")]
#[case::margin(MarginKind::Margin, "24.7", Rounding::Cent, "10", "13.29")]
#[case::half(MarginKind::Margin, "50", Rounding::Cent, "10", "20")]
#[case::fixed(MarginKind::Fixed, "20.25", Rounding::Unit, "18.72", "20.25")]
#[case::five(MarginKind::Markup, "18", Rounding::FiveCents, "18.72", "22.1")]
#[case::ten(MarginKind::Markup, "18", Rounding::TenCents, "18.72", "22.1")]
#[case::unit(MarginKind::Markup, "18", Rounding::Unit, "18.72", "23")]
#[case::ninety_nine(MarginKind::Markup, "18", Rounding::NinetyNine, "18.72", "22.99")]
#[case::just_at(MarginKind::Markup, "0", Rounding::NinetyNine, "22.99", "22.99")]
#[case::just_above(MarginKind::Markup, "0", Rounding::NinetyNine, "22.991", "23.99")]
#[case::nothing_stays(MarginKind::Markup, "0", Rounding::Cent, "18.72", "18.72")]
#[case::free(MarginKind::Markup, "18", Rounding::NinetyNine, "0", "0")]
fn a_sale_price_is_worked_out_and_rounded_up(
    #[case] kind: MarginKind,
    #[case] value: &str,
    #[case] rounding: Rounding,
    #[case] cost: &str,
    #[case] sale: &str,
) {
    let sold = by_rule(&rule(kind, value, rounding), currency("EUR"), &amount(cost)).unwrap();
    assert_eq!(sold.price.text(), sale);
}

#[test]
fn a_step_is_never_finer_than_the_currency() {
    let up = |value: &str, rounding, code: &str| {
        round_up(dec(value), rounding, currency(code)).map(|it| it.normalize().to_string())
    };
    assert_eq!(up("100.2", Rounding::FiveCents, "JPY").unwrap(), "101");
    assert_eq!(up("100.2", Rounding::NinetyNine, "JPY").unwrap(), "101");
    assert_eq!(up("1.2341", Rounding::Cent, "KWD").unwrap(), "1.235");
    assert_eq!(up("1.2341", Rounding::FiveCents, "KWD").unwrap(), "1.25");
}

#[test]
fn rates_of_use_keep_their_digits() {
    let rate = Amount::parse("0.00000506", Scale::Rate).unwrap();
    let sold = by_rule(
        &rule(MarginKind::Markup, "18", Rounding::Cent),
        currency("EUR"),
        &rate,
    )
    .unwrap();
    assert_eq!(sold.price.text(), "0.000005971");
    assert_eq!(sold.price.scale(), Scale::Rate);
}

#[test]
fn a_margin_below_the_floor_is_seen() {
    let below = by_rule(
        &rule(MarginKind::Fixed, "20.25", Rounding::Cent),
        currency("EUR"),
        &amount("18.72"),
    )
    .unwrap();
    assert!(below.below_floor);
    assert_eq!(shown_percent(below.margin.unwrap()), dec("7.5"));
    let above = by_rule(
        &rule(MarginKind::Markup, "18", Rounding::Cent),
        currency("EUR"),
        &amount("18.72"),
    )
    .unwrap();
    assert!(!above.below_floor);
    assert!(is_below(Some(dec("15")), None), "sold for nothing");
    assert!(!is_below(None, None));
    assert!(!is_below(Some(dec("15")), Some(dec("15"))), "at the floor");
    assert_eq!(margin_percent(dec("10"), dec("0")), None);
    assert_eq!(margin_percent(dec("10"), dec("8")), Some(dec("-25")));
    // 14.99 % is not 15.0 %.
    assert_eq!(shown_percent(dec("14.99")), dec("14.9"));
    assert_eq!(shown_percent(dec("-0.01")), dec("-0.1"));
}

#[test]
fn a_line_has_the_margin_of_its_prices() {
    let mut it = price("80", "EUR");
    assert_eq!(margin_of(&it), None);
    it.sale = Some(amount("100"));
    assert_eq!(margin_of(&it), Some(dec("20")));
}

#[test]
fn no_sum_beyond_all_money() {
    let huge = rule(MarginKind::Markup, "1000", Rounding::Cent);
    let cost = amount("9000000000000");
    assert_eq!(by_rule(&huge, currency("EUR"), &cost), None);
    let never = rule(MarginKind::Margin, "100", Rounding::Cent);
    assert_eq!(by_rule(&never, currency("EUR"), &amount("1")), None);
}

#[test]
fn what_a_rule_does_in_words() {
    for (kind, value, text) in [
        (MarginKind::Markup, "18.00", "cost + 18 %"),
        (MarginKind::Margin, "24.7", "margin 24.7 %"),
        (MarginKind::Fixed, "20.25", "fixed 20.25 EUR"),
    ] {
        assert_eq!(words(&rule(kind, value, Rounding::Cent)), text);
    }
}

proptest! {
    #[test]
    fn a_price_is_never_below_what_the_rule_says_nor_a_step_above(
        units in 1_i64..1_000_000_000_000,
        tenths in 0_i64..9990,
        rounding in prop::sample::select(Rounding::ALL),
        code in prop::sample::select(&["EUR", "JPY", "KWD"][..]),
        markup: bool,
    ) {
        let cost = amount(&Decimal::new(units, 6).to_string());
        let code = currency(code);
        let kind = if markup { MarginKind::Markup } else { MarginKind::Margin };
        let value = Decimal::new(tenths, if markup { 1 } else { 2 });
        let mut it = rule(kind, "0", rounding);
        it.value = value;
        let Some(sold) = by_rule(&it, code, &cost) else { return Ok(()) };
        let sale = sold.price.decimal();
        prop_assert!(sale >= cost.decimal());
        let exact = if markup {
            cost.decimal() * (Decimal::ONE_HUNDRED + value) / Decimal::ONE_HUNDRED
        } else {
            cost.decimal() * Decimal::ONE_HUNDRED / (Decimal::ONE_HUNDRED - value)
        };
        let noise = Decimal::new(1, 12);
        prop_assert!(sale >= exact - noise, "{sale} < {exact}");
        prop_assert!(sale - exact <= Decimal::ONE + noise);
        prop_assert!(sale.normalize().scale() <= code.exponent());
        if !markup {
            prop_assert!(sold.margin.unwrap() >= value - noise);
        }
    }
}
