use domain::margin::Rounding;
use domain::{IdGen as _, MarginRuleId, SeededIds};
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::samples::{currency, dec};

fn rule(name: &str, scope: MarginScope) -> MarginRule {
    let number: u32 = name.bytes().map(u32::from).sum();
    MarginRule {
        id: MarginRuleId(SeededIds::new(number).uuid()),
        name: name.to_owned(),
        scope,
        kind: MarginKind::Markup,
        value: dec("18"),
        currency: None,
        rounding: Rounding::Cent,
        floor: None,
        from: date(2026, 7, 1),
        until: None,
    }
}

fn customer(number: u32) -> CustomerId {
    CustomerId(SeededIds::new(number).uuid())
}

fn scope(customer_too: bool, part: u8) -> MarginScope {
    let text = |text: &str| Some(text.to_owned());
    MarginScope {
        vendor: (part == 1).then(|| text("Microsoft")).flatten(),
        product_ion_id: (part >= 2).then(|| text("m365")).flatten(),
        sku_id: (part == 3).then(|| text("premium")).flatten(),
        customer: customer_too.then(|| customer(1)),
    }
}

fn sold() -> Sold<'static> {
    Sold {
        vendor: "Microsoft",
        product_ion_id: "m365",
        sku_id: "premium",
        customer: Some(customer(1)),
        currency: currency("EUR"),
    }
}

const TODAY: Date = date(2026, 11, 23);

/// Closest first.
fn all() -> Vec<MarginRule> {
    [
        ("customer and sku", true, 3),
        ("customer and product", true, 2),
        ("customer and vendor", true, 1),
        ("customer", true, 0),
        ("sku", false, 3),
        ("product", false, 2),
        ("vendor", false, 1),
        ("everything", false, 0),
    ]
    .map(|(name, customer, part)| rule(name, scope(customer, part)))
    .to_vec()
}

#[test]
fn the_closest_rule_wins() {
    let mut rules = all();
    while !rules.is_empty() {
        let first = rules[0].name.clone();
        let mut mixed = rules.clone();
        mixed.reverse();
        let chosen = choose(&mixed, &sold(), TODAY).unwrap();
        assert_eq!(chosen.rule.name, first);
        assert!(
            chosen
                .beaten
                .iter()
                .all(|(_, why)| *why == WhyNot::LessSpecific)
        );
        assert_eq!(chosen.beaten.len(), rules.len() - 1);
        rules.remove(0);
    }
    assert_eq!(choose(&[], &sold(), TODAY), None);
}

#[test]
fn of_equals_the_newer_wins() {
    let older = rule("a", MarginScope::default());
    let mut newer = rule("b", MarginScope::default());
    newer.from = date(2026, 11, 23);
    let rules = [newer.clone(), older.clone()];
    let chosen = choose(&rules, &sold(), TODAY).unwrap();
    assert_eq!(chosen.rule.name, "b");
    assert_eq!(chosen.beaten, [(&older, WhyNot::Older)]);
    let before = choose(&rules, &sold(), date(2026, 11, 22)).unwrap();
    assert_eq!(before.rule.name, "a");
    assert_eq!(
        before.beaten,
        [(&newer, WhyNot::NotYet(date(2026, 11, 23)))]
    );
    newer.from = older.from;
    newer.id = MarginRuleId(SeededIds::new(9999).uuid());
    let rules = [older, newer];
    assert_eq!(winner(&rules, &sold(), TODAY).unwrap().name, "b");
}

#[test]
fn what_does_not_apply_says_why() {
    let mut over = rule("over", MarginScope::default());
    over.until = Some(date(2026, 11, 22));
    let mut last_day = over.clone();
    last_day.until = Some(TODAY);
    let mut dollars = rule("dollars", MarginScope::default());
    dollars.kind = MarginKind::Fixed;
    dollars.currency = Some(currency("USD"));
    let mut euros = dollars.clone();
    euros.currency = Some(currency("EUR"));
    let other = |change: fn(&mut MarginScope)| {
        let mut it = scope(true, 3);
        it.vendor = Some("Microsoft".to_owned());
        change(&mut it);
        rule("other", it)
    };
    for (rule, why) in [
        (&over, Some(WhyNot::Over(date(2026, 11, 22)))),
        (&last_day, None),
        (&dollars, Some(WhyNot::OtherCurrency(Some(currency("USD"))))),
        (&euros, None),
        (
            &other(|it| it.customer = Some(customer(2))),
            Some(WhyNot::OtherCustomer),
        ),
        (
            &other(|it| it.vendor = Some("Google".to_owned())),
            Some(WhyNot::OtherVendor),
        ),
        (&other(|it| it.vendor = Some(" microsoft".to_owned())), None),
        (
            &other(|it| it.product_ion_id = Some("M365".to_owned())),
            Some(WhyNot::OtherProduct),
        ),
        (
            &other(|it| it.sku_id = Some("basic".to_owned())),
            Some(WhyNot::OtherSku),
        ),
    ] {
        assert_eq!(why_not(rule, &sold(), TODAY), why);
    }
    let nobody = Sold {
        customer: None,
        ..sold()
    };
    let of_customer = rule("of a customer", scope(true, 0));
    assert_eq!(
        why_not(&of_customer, &nobody, TODAY),
        Some(WhyNot::OtherCustomer)
    );
}

#[test]
fn a_fixed_price_in_another_currency_leaves_it_to_the_next_rule() {
    let mut fixed = rule("fixed", scope(true, 3));
    fixed.kind = MarginKind::Fixed;
    fixed.currency = Some(currency("USD"));
    let rules = [fixed, rule("vendor", scope(false, 1))];
    let chosen = choose(&rules, &sold(), TODAY).unwrap();
    assert_eq!(chosen.rule.name, "vendor");
    assert!(!chosen.beaten[0].1.was_beaten());
}

proptest! {
    #[test]
    fn the_order_of_the_rules_makes_no_difference(
        picks in prop::collection::vec((any::<bool>(), 0_u8..4, 1_i8..28, any::<bool>()), 0..12),
        turn in 0_usize..12,
    ) {
        let rules: Vec<_> = picks.iter().enumerate().map(|(number, (customer, part, day, over))| {
            let mut it = rule("x", scope(*customer, *part));
            it.id = MarginRuleId(SeededIds::new(u32::try_from(number).unwrap()).uuid());
            it.from = date(2026, 11, *day);
            it.until = over.then_some(date(2026, 11, 22));
            it
        }).collect();
        let mut turned = rules.clone();
        if !turned.is_empty() {
            let by = turn % turned.len();
            turned.rotate_left(by);
        }
        let won = winner(&rules, &sold(), TODAY).map(|rule| rule.id);
        prop_assert_eq!(won, winner(&turned, &sold(), TODAY).map(|rule| rule.id));
        // The list that people see has the winner before all that it beat.
        in_order(&mut turned);
        let first = turned.iter().find(|rule| why_not(rule, &sold(), TODAY).is_none());
        prop_assert_eq!(won, first.map(|rule| rule.id));
        if let Some(chosen) = choose(&rules, &sold(), TODAY) {
            prop_assert_eq!(chosen.beaten.len(), rules.len() - 1);
        }
    }
}
