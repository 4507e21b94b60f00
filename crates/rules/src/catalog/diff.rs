//! What differs between two readings of one product.

use std::collections::{BTreeMap, HashMap};

use domain::catalog::{ChangeKind, PricePoint, Product, Variant, VariantKey};
use domain::{Amount, Currency};

/// One difference, as the change report shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What kind.
    pub kind: ChangeKind,
    /// In which variant; none where the product itself differs.
    pub variant: Option<VariantKey>,
    /// Which detail: a word such as `cost`, or the variant's names.
    pub label: String,
    /// What it was.
    pub before: String,
    /// What it is.
    pub after: String,
    /// Currency of both, for prices.
    pub currency: Option<Currency>,
    /// New less old price in units of 10^-6, for prices.
    pub delta: Option<i64>,
    /// The old price in units of 10^-6.
    pub base: Option<i64>,
}

/// Every difference between two readings of the same product, those of the product first, then by variant in the new order.
///
/// Equal readings differ in nothing. A difference of a price below its scale, or of the etag and Ion's own times, is none.
pub fn diff(before: &Product, now: &Product) -> Vec<Change> {
    let mut changes = Vec::new();
    for (label, old, new) in [
        ("name", &before.name, &now.name),
        ("vendor", &before.vendor, &now.vendor),
        ("type", &before.kind, &now.kind),
        ("caption", &before.caption, &now.caption),
        ("description", &before.description, &now.description),
        ("billing mode", &before.billing_mode, &now.billing_mode),
        (
            "categories",
            &before.categories.join(", "),
            &now.categories.join(", "),
        ),
    ] {
        if old != new {
            changes.push(plain(ChangeKind::Details, None, label, old, new));
        }
    }
    if before.disabled != now.disabled {
        changes.push(plain(
            ChangeKind::Availability,
            None,
            "product",
            enabled(before.disabled),
            enabled(now.disabled),
        ));
    }
    let old: HashMap<&VariantKey, &Variant> = before
        .variants
        .iter()
        .map(|variant| (&variant.key, variant))
        .collect();
    let new: HashMap<&VariantKey, &Variant> = now
        .variants
        .iter()
        .map(|variant| (&variant.key, variant))
        .collect();
    for variant in &now.variants {
        match old.get(&variant.key) {
            None => changes.push(plain(
                ChangeKind::VariantNew,
                Some(&variant.key),
                &names(variant),
                "",
                &price_text(variant),
            )),
            Some(old) => diff_variant(old, variant, &mut changes),
        }
    }
    for variant in before
        .variants
        .iter()
        .filter(|variant| !new.contains_key(&variant.key))
    {
        changes.push(plain(
            ChangeKind::VariantGone,
            Some(&variant.key),
            &names(variant),
            &price_text(variant),
            "",
        ));
    }
    changes
}

/// The price that stands for a variant in lists: the first one that is no usage rate.
pub fn main_price(variant: &Variant) -> Option<&PricePoint> {
    variant.prices.iter().find(|price| price.meter.is_empty())
}

fn diff_variant(old: &Variant, new: &Variant, changes: &mut Vec<Change>) {
    let key = Some(&new.key);
    if old.in_price_book != new.in_price_book {
        let word = |in_book: bool| {
            if in_book {
                "in the price book"
            } else {
                "not in the price book"
            }
        };
        changes.push(plain(
            ChangeKind::Availability,
            key,
            &names(new),
            word(old.in_price_book),
            word(new.in_price_book),
        ));
    }
    if old.disabled != new.disabled {
        changes.push(plain(
            ChangeKind::Availability,
            key,
            &names(new),
            enabled(old.disabled),
            enabled(new.disabled),
        ));
    }
    let facts = |variant: &Variant| {
        [
            variant.sku_name.clone(),
            variant.plan_name.clone(),
            variant.part_number.clone().unwrap_or_default(),
            variant.external_id.clone().unwrap_or_default(),
            variant.term.to_string(),
            variant.billing.to_string(),
            variant.by_use.to_string(),
        ]
    };
    for (label, (before, after)) in [
        "SKU name",
        "plan name",
        "part number",
        "external id",
        "commitment",
        "billing",
        "by use",
    ]
    .iter()
    .zip(facts(old).into_iter().zip(facts(new)))
    {
        if before != after {
            changes.push(plain(ChangeKind::Details, key, label, &before, &after));
        }
    }
    diff_prices(old, new, changes);
}

fn diff_prices(old: &Variant, new: &Variant, changes: &mut Vec<Change>) {
    let by_place = |variant: &Variant| {
        variant
            .prices
            .iter()
            .map(|price| ((price.currency, price.meter.clone()), price.clone()))
            .collect::<BTreeMap<_, _>>()
    };
    let (before, after) = (by_place(old), by_place(new));
    for (place, price) in &after {
        match before.get(place) {
            None => changes.push(price_change(
                ChangeKind::PriceSet,
                new,
                price,
                None,
                Some(&price.cost),
            )),
            Some(known) if !known.cost.same_price(&price.cost) => {
                let kind = if price.cost.units() > known.cost.units() {
                    ChangeKind::PriceUp
                } else {
                    ChangeKind::PriceDown
                };
                changes.push(price_change(
                    kind,
                    new,
                    price,
                    Some(&known.cost),
                    Some(&price.cost),
                ));
            }
            Some(known) if !same_list(known, price) || known.source != price.source => {
                let text = |price: &PricePoint| {
                    format!(
                        "{} ({})",
                        price.list.as_ref().map_or("no list price", Amount::text),
                        price.source
                    )
                };
                changes.push(plain(
                    ChangeKind::Details,
                    Some(&new.key),
                    "list price",
                    &text(known),
                    &text(price),
                ));
            }
            Some(_) => {}
        }
    }
    for (place, price) in &before {
        if !after.contains_key(place) {
            changes.push(price_change(
                ChangeKind::PriceSet,
                new,
                price,
                Some(&price.cost),
                None,
            ));
        }
    }
}

fn same_list(old: &PricePoint, new: &PricePoint) -> bool {
    match (&old.list, &new.list) {
        (None, None) => true,
        (Some(old), Some(new)) => old.same_price(new),
        _ => false,
    }
}

fn price_change(
    kind: ChangeKind,
    variant: &Variant,
    price: &PricePoint,
    before: Option<&Amount>,
    after: Option<&Amount>,
) -> Change {
    let units = |amount: Option<&Amount>| {
        amount.map(|amount| {
            amount.units()
                / if amount.scale() == domain::Scale::Rate {
                    1000
                } else {
                    1
                }
        })
    };
    Change {
        kind,
        variant: Some(variant.key.clone()),
        label: if price.meter.is_empty() {
            names(variant)
        } else {
            format!("{}, {}", names(variant), price.meter)
        },
        before: before
            .map(|amount| amount.text().to_owned())
            .unwrap_or_default(),
        after: after
            .map(|amount| amount.text().to_owned())
            .unwrap_or_default(),
        currency: Some(price.currency),
        delta: before
            .and(after)
            .and_then(|_| units(after)?.checked_sub(units(before)?)),
        base: units(before),
    }
}

fn plain(
    kind: ChangeKind,
    variant: Option<&VariantKey>,
    label: &str,
    before: &str,
    after: &str,
) -> Change {
    Change {
        kind,
        variant: variant.cloned(),
        label: label.to_owned(),
        before: before.to_owned(),
        after: after.to_owned(),
        currency: None,
        delta: None,
        base: None,
    }
}

fn names(variant: &Variant) -> String {
    if variant.sku_name == variant.plan_name {
        variant.sku_name.clone()
    } else {
        format!("{}, {}", variant.sku_name, variant.plan_name)
    }
}

fn price_text(variant: &Variant) -> String {
    main_price(variant)
        .map(|price| format!("{} {}", price.cost.text(), price.currency))
        .unwrap_or_default()
}

const fn enabled(disabled: bool) -> &'static str {
    if disabled { "disabled" } else { "enabled" }
}

#[cfg(test)]
pub(super) mod tests {
    use domain::catalog::PriceSource;
    use domain::{BillingPeriod, Scale, Term};
    use proptest::prelude::*;

    use super::*;

    pub(crate) fn variant(sku: &str, cost: &str) -> Variant {
        Variant {
            key: VariantKey {
                sku_id: sku.into(),
                plan_id: "p".into(),
                add_on: false,
            },
            sku_name: sku.into(),
            plan_name: "Monthly".into(),
            part_number: None,
            external_id: None,
            term: Term::P1Y,
            billing: BillingPeriod::Monthly,
            by_use: false,
            in_price_book: true,
            disabled: false,
            prices: vec![PricePoint {
                currency: "EUR".parse().unwrap(),
                meter: String::new(),
                cost: Amount::parse(cost, Scale::Price).unwrap(),
                list: None,
                source: PriceSource::PriceBook,
            }],
        }
    }

    pub(crate) fn product(variants: Vec<Variant>) -> Product {
        Product {
            ion_id: "x".into(),
            name: "X".into(),
            vendor: "V".into(),
            provider_ids: vec![],
            kind: String::new(),
            caption: String::new(),
            description: String::new(),
            categories: vec![],
            billing_mode: String::new(),
            disabled: false,
            etag: None,
            ion_created_at: None,
            ion_updated_at: None,
            variants,
        }
    }

    #[test]
    fn a_moved_price_is_one_change_with_its_difference() {
        let changes = diff(
            &product(vec![variant("a", "18.10"), variant("b", "1")]),
            &product(vec![variant("a", "18.72"), variant("b", "1")]),
        );
        assert_eq!(changes.len(), 1);
        assert_eq!(
            (changes[0].kind, changes[0].delta, changes[0].base),
            (ChangeKind::PriceUp, Some(620_000), Some(18_100_000))
        );
    }

    #[test]
    fn noise_below_the_scale_and_etags_are_no_change() {
        let before = product(vec![variant("a", "811.945345")]);
        let mut now = product(vec![variant("a", "811.94534500000009")]);
        now.etag = Some("other".into());
        assert_eq!(diff(&before, &now), []);
    }

    #[test]
    fn variants_come_and_go_and_change_availability() {
        let mut moved = variant("b", "1");
        moved.in_price_book = false;
        let kinds: Vec<_> = diff(
            &product(vec![variant("a", "1"), variant("b", "1")]),
            &product(vec![moved, variant("c", "1")]),
        )
        .into_iter()
        .map(|change| change.kind)
        .collect();
        assert_eq!(
            kinds,
            [
                ChangeKind::Availability,
                ChangeKind::VariantNew,
                ChangeKind::VariantGone
            ]
        );
    }

    proptest! {
        #[test]
        fn equal_readings_differ_in_nothing_whatever_their_order(costs in proptest::collection::vec(0u32..100, 0..6), turn in 0usize..6) {
            let variants: Vec<_> = costs.iter().enumerate().map(|(n, cost)| variant(&n.to_string(), &cost.to_string())).collect();
            let mut turned = variants.clone();
            let by = if turned.is_empty() { 0 } else { turn % turned.len() };
            turned.rotate_left(by);
            prop_assert_eq!(diff(&product(variants), &product(turned)), vec![]);
        }

        #[test]
        fn each_moved_price_is_told_once(costs in proptest::collection::vec((1u32..100, 1u32..100), 1..6)) {
            let make = |pick: fn(&(u32, u32)) -> u32| product(costs.iter().enumerate().map(|(n, pair)| variant(&n.to_string(), &pick(pair).to_string())).collect());
            let moved = costs.iter().filter(|(old, new)| old != new).count();
            prop_assert_eq!(diff(&make(|pair| pair.0), &make(|pair| pair.1)).len(), moved);
        }
    }
}
