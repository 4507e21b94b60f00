//! From a product as Ion shows it and as it is stored: the rows that differ.

use std::collections::HashSet;

use domain::catalog::{ChangeKind, PricePoint, Product, Variant};
use domain::{IdGen, ProductId, VariantId};
use jiff::Timestamp;
use rules::catalog::{Change, diff, main_price};
use store::catalog::{
    KnownProduct, KnownVariant, LedgerEntry, ProductWrite, StoredProduct, VariantWrite,
};

/// What a product was read from.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) hash: Vec<u8>,
    /// Compressed.
    pub(super) raw: Vec<u8>,
    pub(super) raw_size: usize,
}

/// A product to write, and what that means for the counts.
#[derive(Debug)]
pub(super) struct Compared {
    pub(super) write: ProductWrite,
    /// Something that people see differs.
    pub(super) differs: bool,
    pub(super) price_up: u64,
    pub(super) price_down: u64,
}

/// A product that was not there before.
pub(super) fn fresh(
    ids: &dyn IdGen,
    product: Product,
    source: Source,
    now: Timestamp,
    report: bool,
) -> Compared {
    let id = ProductId::new(ids);
    let mut ledger = Vec::new();
    let mut variants = Vec::with_capacity(product.variants.len());
    for (position, variant) in (0..).zip(&product.variants) {
        let row = new_variant(ids, variant, position, now);
        ledger.extend(variant.prices.iter().map(|price| entry(row.id, price)));
        variants.push(row);
    }
    let changes = if report {
        vec![(of_product(ChangeKind::New, "", &product.name), None)]
    } else {
        Vec::new()
    };
    let write = ProductWrite {
        id,
        doc_id: 0,
        before: None,
        raw_hash: source.hash,
        raw: source.raw,
        raw_size: source.raw_size,
        first_seen_at: now,
        changed_at: now,
        variants,
        gone: Vec::new(),
        ledger,
        changes,
        product,
    };
    Compared {
        write,
        differs: true,
        price_up: 0,
        price_down: 0,
    }
}

/// A product that was there before. `None` where not even what it was read from differs.
pub(super) fn again(
    ids: &dyn IdGen,
    known: &KnownProduct,
    stored: StoredProduct,
    product: Product,
    source: Source,
    now: Timestamp,
) -> Option<Compared> {
    let mut changes = diff(&stored.product, &product);
    if known.withdrawn {
        changes.insert(
            0,
            of_product(ChangeKind::Returned, "withdrawn", "available"),
        );
    }
    let mut ledger = Vec::new();
    let mut variants = Vec::with_capacity(product.variants.len());
    for (position, variant) in (0..).zip(&product.variants) {
        variants.push(match stored.variants.get(&variant.key) {
            Some(old) => old_variant(old, variant, position, now, &mut ledger),
            None => {
                let row = new_variant(ids, variant, position, now);
                ledger.extend(variant.prices.iter().map(|price| entry(row.id, price)));
                row
            }
        });
    }
    let keys: HashSet<_> = product
        .variants
        .iter()
        .map(|variant| &variant.key)
        .collect();
    let gone: Vec<VariantId> = stored
        .variants
        .values()
        .filter(|old| !old.gone && !keys.contains(&old.variant.key))
        .map(|old| old.id)
        .collect();
    let same_rows = gone.is_empty()
        && ledger.is_empty()
        && variants.iter().all(|row| !row.dirty)
        && same_details(&stored.product, &product);
    if same_rows
        && changes.is_empty()
        && known.raw_hash == source.hash
        && !known.set_aside
        && known.missed_scans == 0
    {
        return None;
    }
    let differs = !changes.is_empty();
    let count = |kind| changes.iter().filter(|change| change.kind == kind).count() as u64;
    let (price_up, price_down) = (count(ChangeKind::PriceUp), count(ChangeKind::PriceDown));
    let id_of = |change: &Change| {
        let key = change.variant.as_ref()?;
        let written = variants
            .iter()
            .find(|row| row.variant.key == *key)
            .map(|row| row.id);
        written.or_else(|| stored.variants.get(key).map(|old| old.id))
    };
    let changes = changes
        .iter()
        .map(|change| (change.clone(), id_of(change)))
        .collect();
    let write = ProductWrite {
        id: known.id,
        doc_id: stored.doc_id,
        raw_hash: source.hash,
        raw: source.raw,
        raw_size: source.raw_size,
        first_seen_at: stored.first_seen_at,
        changed_at: if differs { now } else { stored.changed_at },
        variants,
        gone,
        ledger,
        changes,
        before: Some(stored.product),
        product,
    };
    Some(Compared {
        write,
        differs,
        price_up,
        price_down,
    })
}

fn new_variant(ids: &dyn IdGen, variant: &Variant, position: u64, now: Timestamp) -> VariantWrite {
    VariantWrite {
        id: VariantId::new(ids),
        position,
        variant: variant.clone(),
        since: now,
        previous_units: None,
        dirty: true,
    }
}

fn old_variant(
    old: &KnownVariant,
    variant: &Variant,
    position: u64,
    now: Timestamp,
    ledger: &mut Vec<LedgerEntry>,
) -> VariantWrite {
    let moved = |price: &&PricePoint| {
        let mut before = old.variant.prices.iter();
        let before =
            before.find(|known| known.currency == price.currency && known.meter == price.meter);
        before.is_none_or(|before| !same_amounts(before, price))
    };
    ledger.extend(
        variant
            .prices
            .iter()
            .filter(moved)
            .map(|price| entry(old.id, price)),
    );
    let (before, after) = (main_price(&old.variant), main_price(variant));
    let (since, previous_units) = match (before, after) {
        (Some(before), Some(after))
            if before.currency == after.currency && before.cost.same_price(&after.cost) =>
        {
            (old.since, old.previous_units)
        }
        (Some(before), Some(after)) if before.currency == after.currency => {
            (now, Some(before.cost.units()))
        }
        (None, None) => (old.since, old.previous_units),
        _ => (now, None),
    };
    let dirty = old.gone || old.position != position || old.variant != *variant;
    VariantWrite {
        id: old.id,
        position,
        variant: variant.clone(),
        since,
        previous_units,
        dirty,
    }
}

fn same_amounts(before: &PricePoint, now: &PricePoint) -> bool {
    let same_list = match (&before.list, &now.list) {
        (Some(before), Some(now)) => before.same_price(now),
        (before, now) => before.is_none() && now.is_none(),
    };
    same_list && before.cost.same_price(&now.cost)
}

fn same_details(before: &Product, now: &Product) -> bool {
    let Product {
        ion_id,
        name,
        vendor,
        provider_ids,
        kind,
        caption,
        description,
        categories,
        billing_mode,
        disabled,
        etag,
        ion_created_at,
        ion_updated_at,
        variants: _,
    } = before;
    (
        ion_id,
        name,
        vendor,
        provider_ids,
        kind,
        caption,
        description,
    ) == (
        &now.ion_id,
        &now.name,
        &now.vendor,
        &now.provider_ids,
        &now.kind,
        &now.caption,
        &now.description,
    ) && (
        categories,
        billing_mode,
        disabled,
        etag,
        ion_created_at,
        ion_updated_at,
    ) == (
        &now.categories,
        &now.billing_mode,
        &now.disabled,
        &now.etag,
        &now.ion_created_at,
        &now.ion_updated_at,
    )
}

fn entry(variant: VariantId, price: &PricePoint) -> LedgerEntry {
    LedgerEntry {
        variant,
        currency: price.currency,
        meter: price.meter.clone(),
        cost: price.cost.clone(),
        list: price.list.clone(),
        source: price.source,
    }
}

fn of_product(kind: ChangeKind, before: &str, after: &str) -> Change {
    Change {
        kind,
        variant: None,
        label: "product".to_owned(),
        before: before.to_owned(),
        after: after.to_owned(),
        currency: None,
        delta: None,
        base: None,
    }
}
