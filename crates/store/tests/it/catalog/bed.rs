//! A connection with a run, and products to write.

use domain::catalog::{PricePoint, PriceSource, Product, Variant, VariantKey};
use domain::{
    Amount, BillingPeriod, ConnectionId, IdGen as _, ProductId, RunId, Scale, Term, VariantId,
};
use jiff::Timestamp;
use store::Store;
use store::catalog::{self, LedgerEntry, ProductFilter, ProductWrite, VariantWrite};

use crate::make::{Make, noon};

pub(super) fn price(cost: &str) -> PricePoint {
    PricePoint {
        currency: "EUR".parse().unwrap(),
        meter: String::new(),
        cost: Amount::parse(cost, Scale::Price).unwrap(),
        list: None,
        source: PriceSource::PriceBook,
    }
}

pub(super) fn variant(sku: &str, part_number: &str, term: Term, cost: &str) -> Variant {
    Variant {
        key: VariantKey {
            sku_id: sku.into(),
            plan_id: "p".into(),
            add_on: false,
        },
        sku_name: format!("SKU {sku}"),
        plan_name: "Monthly".into(),
        part_number: Some(part_number.into()),
        external_id: None,
        term,
        billing: BillingPeriod::Monthly,
        by_use: false,
        in_price_book: true,
        disabled: false,
        prices: vec![price(cost)],
    }
}

pub(super) fn product(ion_id: &str, name: &str, vendor: &str, variants: Vec<Variant>) -> Product {
    Product {
        ion_id: ion_id.into(),
        name: name.into(),
        vendor: vendor.into(),
        provider_ids: vec!["30".into()],
        kind: "SUBSCRIPTION_PRODUCT".into(),
        caption: "A caption".into(),
        description: "<p>Text</p>".into(),
        categories: vec!["Mail".into(), "Office".into()],
        billing_mode: "PREPAY".into(),
        disabled: false,
        etag: Some("e".into()),
        ion_created_at: Some(noon()),
        ion_updated_at: None,
        variants,
    }
}

pub(super) struct Bed {
    pub(super) make: Make,
    pub(super) connection: ConnectionId,
    pub(super) run: RunId,
}

impl Bed {
    pub(super) async fn new(store: &Store) -> Self {
        let make = Make::new();
        let connection = make.connection(store, "10412").await;
        let run = make.run(store, connection).await;
        Self {
            make,
            connection,
            run,
        }
    }

    pub(super) fn fresh(&self, product: Product) -> ProductWrite {
        let variants: Vec<_> = (0..)
            .zip(&product.variants)
            .map(|(position, variant)| VariantWrite {
                id: VariantId(self.make.ids.uuid()),
                position,
                variant: variant.clone(),
                since: noon(),
                previous_units: None,
                dirty: true,
            })
            .collect();
        let ledger = variants
            .iter()
            .flat_map(|row| row.variant.prices.iter().map(|price| entry(row.id, price)))
            .collect();
        ProductWrite {
            id: ProductId(self.make.ids.uuid()),
            doc_id: 0,
            before: None,
            raw_hash: vec![1; 16],
            raw: vec![1, 2, 3],
            raw_size: 30,
            first_seen_at: noon(),
            changed_at: noon(),
            variants,
            gone: vec![],
            ledger,
            changes: vec![],
            product,
        }
    }

    pub(super) async fn write(&self, store: &Store, now: Timestamp, products: &[ProductWrite]) {
        let tx = store.begin_import().await.unwrap();
        catalog::write_products(&tx, self.connection, self.run, now, products)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
}

pub(super) fn entry(variant: VariantId, price: &PricePoint) -> LedgerEntry {
    LedgerEntry {
        variant,
        currency: price.currency,
        meter: price.meter.clone(),
        cost: price.cost.clone(),
        list: price.list.clone(),
        source: price.source,
    }
}

pub(super) async fn names(store: &Store, filter: ProductFilter) -> Vec<String> {
    let filter = ProductFilter {
        limit: 100,
        ..filter
    };
    let page = catalog::search(store.read(), &filter).await.unwrap();
    assert_eq!(page.total, page.products.len() as u64);
    page.products.into_iter().map(|hit| hit.name).collect()
}

pub(super) fn text(text: &str) -> ProductFilter {
    ProductFilter {
        text: text.into(),
        ..ProductFilter::default()
    }
}
