use domain::margin::{MarginScope, Rounding};
use domain::{IdGen as _, MarginRuleId, SeededIds};
use jiff::civil::date;
use rstest::rstest;

use super::*;
use crate::samples::{currency, dec};

fn good() -> MarginRule {
    MarginRule {
        id: MarginRuleId(SeededIds::new(1).uuid()),
        name: "Microsoft".to_owned(),
        scope: MarginScope::default(),
        kind: MarginKind::Markup,
        value: dec("18"),
        currency: None,
        rounding: Rounding::Cent,
        floor: Some(dec("15")),
        from: date(2026, 7, 1),
        until: Some(date(2026, 7, 1)),
    }
}

fn kind(kind: MarginKind, value: &str) -> MarginRule {
    MarginRule {
        kind,
        value: dec(value),
        currency: (kind == MarginKind::Fixed).then(|| currency("EUR")),
        floor: None,
        ..good()
    }
}

#[rstest]
#[case::good(good(), &[])]
#[case::nameless(MarginRule { name: "  ".to_owned(), ..good() }, &["name"])]
#[case::long(MarginRule { name: "n".repeat(101), ..good() }, &["name"])]
#[case::at_cost(kind(MarginKind::Markup, "0"), &[])]
#[case::below_cost(kind(MarginKind::Markup, "-1"), &["value"])]
#[case::too_much(kind(MarginKind::Markup, "1001"), &["value"])]
#[case::margin(kind(MarginKind::Margin, "99.9"), &[])]
#[case::whole(kind(MarginKind::Margin, "100"), &["value"])]
#[case::negative(kind(MarginKind::Margin, "-0.1"), &["value"])]
#[case::fixed(kind(MarginKind::Fixed, "0"), &[])]
#[case::fixed_below(kind(MarginKind::Fixed, "-1"), &["value"])]
#[case::fixed_fine(kind(MarginKind::Fixed, "1.0000001"), &["value"])]
#[case::fixed_huge(kind(MarginKind::Fixed, "1000000000"), &["value"])]
#[case::no_currency(MarginRule { currency: None, ..kind(MarginKind::Fixed, "1") }, &["currency"])]
#[case::currency(MarginRule { currency: Some(currency("EUR")), ..good() }, &["currency"])]
#[case::floor(MarginRule { floor: Some(dec("100")), ..good() }, &["floor"])]
#[case::floor_below(MarginRule { floor: Some(dec("-1")), ..good() }, &["floor"])]
#[case::floor_above_margin(MarginRule { floor: Some(dec("21")), ..kind(MarginKind::Margin, "20") }, &["floor"])]
#[case::over_before_it_begins(MarginRule { until: Some(date(2026, 6, 30)), ..good() }, &["until"])]
fn what_makes_no_sense_is_named_by_field(#[case] rule: MarginRule, #[case] fields: &[&str]) {
    let found = problems(&rule);
    let named: Vec<_> = found.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(named, fields);
    for problem in found {
        assert!(problem.message.ends_with(['.', '?']), "{problem:?}");
        assert!(!problem.label.is_empty());
    }
}

#[test]
fn a_scope_names_what_there_is() {
    let of = |scope: MarginScope| {
        problems(&MarginRule { scope, ..good() })
            .into_iter()
            .map(|problem| problem.field)
            .collect::<Vec<_>>()
    };
    let text = |text: &str| Some(text.to_owned());
    let lone = MarginScope {
        sku_id: text("premium"),
        ..MarginScope::default()
    };
    assert_eq!(of(lone), ["scope.sku_id"]);
    let blank = MarginScope {
        vendor: text(" "),
        product_ion_id: text(""),
        ..MarginScope::default()
    };
    assert_eq!(of(blank), ["scope.vendor", "scope.product_ion_id"]);
    let whole = MarginScope {
        sku_id: text("premium"),
        product_ion_id: text("m365"),
        ..MarginScope::default()
    };
    assert_eq!(of(whole), <Vec<String>>::new());
}
