//! Products, their search, the price ledger, changes, withdrawals and what was set aside.

use domain::catalog::{
    ChangeKind, PricePoint, PriceSource, Product, ProductState, Variant, VariantKey,
};
use domain::run::{RunCounts, RunStatus};
use domain::{
    Amount, BillingPeriod, ConnectionId, IdGen as _, ProductId, RunId, Scale, SetAsideId, Term,
    VariantId,
};
use jiff::Timestamp;
use rules::catalog::Change;
use store::catalog::{
    self, LedgerEntry, PriceSort, ProductFilter, ProductWrite, SetAside, VariantWrite, testing,
};
use store::testing::for_both;
use store::{Store, runs};

use crate::make::{Make, noon, seconds};

fn price(cost: &str) -> PricePoint {
    PricePoint {
        currency: "EUR".parse().unwrap(),
        meter: String::new(),
        cost: Amount::parse(cost, Scale::Price).unwrap(),
        list: None,
        source: PriceSource::PriceBook,
    }
}

fn variant(sku: &str, part_number: &str, term: Term, cost: &str) -> Variant {
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

fn product(ion_id: &str, name: &str, vendor: &str, variants: Vec<Variant>) -> Product {
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

struct Bed {
    make: Make,
    connection: ConnectionId,
    run: RunId,
}

impl Bed {
    async fn new(store: &Store) -> Self {
        let make = Make::new();
        let connection = make.connection(store, "10412").await;
        let run = make.run(store, connection).await;
        Self {
            make,
            connection,
            run,
        }
    }

    fn fresh(&self, product: Product) -> ProductWrite {
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

    async fn write(&self, store: &Store, now: Timestamp, products: &[ProductWrite]) {
        let tx = store.begin_import().await.unwrap();
        catalog::write_products(&tx, self.connection, self.run, now, products)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
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

async fn names(store: &Store, filter: ProductFilter) -> Vec<String> {
    let filter = ProductFilter {
        limit: 100,
        ..filter
    };
    let page = catalog::search(store.read(), &filter).await.unwrap();
    assert_eq!(page.total, page.products.len() as u64);
    page.products.into_iter().map(|hit| hit.name).collect()
}

fn text(text: &str) -> ProductFilter {
    ProductFilter {
        text: text.into(),
        ..ProductFilter::default()
    }
}

#[tokio::test]
async fn a_product_is_read_as_it_was_written() {
    for_both(|store| async move {
        let bed = Bed::new(&store).await;
        let mut whole = product(
            "A-1",
            "Mail",
            "Microsoft",
            vec![
                variant("a", "X:Y:P1Y:M", Term::P1Y, "811.94534500000009"),
                variant("b", "X:Z:P1M:M", Term::P1M, "2"),
            ],
        );
        whole.variants[1].prices.push(PricePoint {
            meter: "Compute hour".into(),
            cost: Amount::parse("5.06e-6", Scale::Rate).unwrap(),
            list: None,
            ..price("0")
        });
        let write = bed.fresh(whole.clone());
        bed.write(&store, noon(), std::slice::from_ref(&write))
            .await;
        let found = catalog::find_product(store.read(), write.id)
            .await
            .unwrap()
            .unwrap();
        let variants: Vec<_> = found
            .variants
            .iter()
            .map(|stored| stored.variant.clone())
            .collect();
        assert_eq!(
            (
                Product {
                    variants,
                    ..found.product.clone()
                },
                found.state,
                found.raw_size
            ),
            (whole, ProductState::Available, 30)
        );
        assert_eq!(
            catalog::find_raw(store.read(), write.id).await.unwrap(),
            Some(vec![1, 2, 3])
        );
        let ledger = catalog::ledger(store.read(), write.id, None).await.unwrap();
        let texts: Vec<_> = ledger
            .iter()
            .map(|row| (row.cost.text(), row.cost.units()))
            .collect();
        assert_eq!(
            texts,
            [
                ("811.94534500000009", 811_945_345),
                ("2", 2_000_000),
                ("5.06e-6", 5_060)
            ]
        );
        let loaded = catalog::load_products(store.read(), &[write.id])
            .await
            .unwrap();
        assert_eq!(loaded[&write.id].product, write.product);
    })
    .await;
}

#[tokio::test]
async fn what_a_price_was_on_a_day_is_in_the_ledger() {
    for_both(|store| async move {
        let bed = Bed::new(&store).await;
        let mut write = bed.fresh(product(
            "A",
            "Mail",
            "Microsoft",
            vec![variant("a", "X:Y:P1Y:M", Term::P1Y, "10")],
        ));
        bed.write(&store, noon(), std::slice::from_ref(&write))
            .await;
        write.before = Some(write.product.clone());
        write.doc_id = catalog::load_products(store.read(), &[write.id])
            .await
            .unwrap()[&write.id]
            .doc_id;
        let later = noon() + seconds(3600);
        write.variants[0].variant.prices[0] = price("12");
        write.variants[0].since = later;
        write.variants[0].previous_units = Some(10_000_000);
        write.product.variants[0] = write.variants[0].variant.clone();
        write.ledger = vec![entry(write.variants[0].id, &price("12"))];
        bed.write(&store, later, std::slice::from_ref(&write)).await;
        let on = async |at| {
            let ledger = catalog::ledger(store.read(), write.id, Some(at))
                .await
                .unwrap();
            ledger.last().map(|row| row.cost.text().to_owned())
        };
        assert_eq!(on(noon() - seconds(1)).await, None);
        assert_eq!(on(later - seconds(1)).await.as_deref(), Some("10"));
        assert_eq!(on(later).await.as_deref(), Some("12"));
        let hit = catalog::search(
            store.read(),
            &ProductFilter {
                limit: 1,
                ..ProductFilter::default()
            },
        )
        .await
        .unwrap()
        .products
        .remove(0);
        assert_eq!(
            (hit.cost.as_deref(), hit.previous_units, hit.cost_since),
            (Some("12"), Some(10_000_000), Some(later))
        );
    })
    .await;
}

#[tokio::test]
async fn search_finds_by_name_sku_and_part_number_the_best_first() {
    for_both(|store| async move {
        let bed = Bed::new(&store).await;
        let make = |ion_id: &str, name: &str, vendor: &str, sku: &str, part: &str| {
            bed.fresh(product(
                ion_id,
                name,
                vendor,
                vec![variant(sku, part, Term::P1Y, "10")],
            ))
        };
        bed.write(
            &store,
            noon(),
            &[
                make("p1", "Remote Exchange", "Other", "s1", "AAA:0001:P1Y:M"),
                make(
                    "p2",
                    "Exchange Online",
                    "Microsoft",
                    "s2",
                    "CFQ7TTC0LH18:0001:P1Y:M",
                ),
                make(
                    "p3",
                    "Exchange",
                    "Microsoft",
                    "s3",
                    "CFQ7TTC0LH18:0002:P1Y:M",
                ),
                make(
                    "p4",
                    "100% \"Sure\"_thing",
                    "Zürich Köbi AG",
                    "s4",
                    "B!B:0001:P1Y:M",
                ),
                make("p5", "Bookings", "Other", "exchange-sku", "CCC:0001:P1Y:M"),
            ],
        )
        .await;
        assert_eq!(
            names(&store, text("exchange")).await,
            ["Exchange", "Exchange Online", "Remote Exchange", "Bookings"]
        );
        assert_eq!(
            names(&store, text("  EXCH onl ")).await,
            ["Exchange Online"]
        );
        assert_eq!(names(&store, text("cfq7ttc0lh18:0002")).await, ["Exchange"]);
        assert_eq!(
            names(&store, text("CFQ7TTC0LH18:0001:P1Y:M")).await,
            ["Exchange Online"]
        );
        assert_eq!(names(&store, text("köbi")).await, ["100% \"Sure\"_thing"]);
        // What stands for anything elsewhere stands for itself here.
        assert_eq!(names(&store, text("100%")).await, ["100% \"Sure\"_thing"]);
        assert_eq!(
            names(&store, text("\"sure\"_t")).await,
            ["100% \"Sure\"_thing"]
        );
        assert_eq!(names(&store, text("_xchange")).await, Vec::<String>::new());
        assert_eq!(names(&store, text("b!b")).await, ["100% \"Sure\"_thing"]);
        assert_eq!(names(&store, text("AND")).await, Vec::<String>::new());
        // One or two letters look at beginnings.
        assert_eq!(
            names(&store, text("e")).await,
            ["Exchange", "Exchange Online", "Remote Exchange"]
        );
        assert_eq!(names(&store, text("bo")).await, ["Bookings"]);
        assert_eq!(names(&store, text("ex on")).await, ["Exchange Online"]);
    })
    .await;
}

#[tokio::test]
async fn filters_sorts_and_pages() {
    for_both(|store| async move {
        let bed = Bed::new(&store).await;
        let mut cheap = product(
            "p1",
            "b cheap",
            "Google",
            vec![variant("s1", "A:1:P1M:M", Term::P1M, "1.50")],
        );
        cheap.categories = vec!["Voice".into()];
        let dear = product(
            "p2",
            "A dear",
            "Microsoft",
            vec![
                variant("s2", "B:1:P1Y:M", Term::P1Y, "99"),
                variant("s3", "B:1:P3Y:M", Term::P3Y, "98"),
            ],
        );
        let mut not_ours = product(
            "p3",
            "c not ours",
            "Microsoft",
            vec![variant("s4", "C:1:P1Y:M", Term::P1Y, "5")],
        );
        not_ours.variants[0].in_price_book = false;
        let writes: Vec<_> = [cheap, dear, not_ours]
            .into_iter()
            .map(|product| bed.fresh(product))
            .collect();
        bed.write(&store, noon(), &writes).await;
        let of = |change: fn(&mut ProductFilter)| {
            let mut filter = ProductFilter::default();
            change(&mut filter);
            names(&store, filter)
        };
        assert_eq!(of(|_| ()).await, ["A dear", "b cheap", "c not ours"]);
        assert_eq!(
            of(|filter| filter.vendor = Some("Google".into())).await,
            ["b cheap"]
        );
        assert_eq!(
            of(|filter| filter.category = Some("Voice".into())).await,
            ["b cheap"]
        );
        assert_eq!(
            of(|filter| filter.term = Some("P3Y".into())).await,
            ["A dear"]
        );
        assert_eq!(
            of(|filter| filter.billing = Some("annual".into())).await,
            Vec::<String>::new()
        );
        assert_eq!(
            of(|filter| filter.currency = Some("EUR".into()))
                .await
                .len(),
            3
        );
        assert_eq!(
            of(|filter| filter.state = Some("not_in_price_book".into())).await,
            ["c not ours"]
        );
        assert_eq!(
            of(|filter| filter.price_from = Some(2_000_000)).await,
            ["A dear"]
        );
        assert_eq!(
            of(|filter| filter.price_to = Some(1_500_000)).await,
            ["b cheap"]
        );
        assert_eq!(
            of(|filter| filter.sort = Some(PriceSort::Cost)).await,
            ["b cheap", "A dear", "c not ours"]
        );
        assert_eq!(
            of(|filter| {
                filter.sort = Some(PriceSort::Cost);
                filter.descending = true;
            })
            .await,
            ["A dear", "b cheap", "c not ours"]
        );
        assert_eq!(
            of(|filter| {
                filter.sort = Some(PriceSort::Vendor);
                filter.descending = true;
            })
            .await,
            ["c not ours", "A dear", "b cheap"]
        );
        for sort in [
            PriceSort::Name,
            PriceSort::Vendor,
            PriceSort::Category,
            PriceSort::Cost,
            PriceSort::Changed,
        ] {
            for descending in [false, true] {
                let whole = names(
                    &store,
                    ProductFilter {
                        sort: Some(sort),
                        descending,
                        ..ProductFilter::default()
                    },
                )
                .await;
                let (mut parts, mut after) = (Vec::new(), None);
                loop {
                    let filter = ProductFilter {
                        sort: Some(sort),
                        descending,
                        after,
                        limit: 1,
                        ..ProductFilter::default()
                    };
                    let page = catalog::search(store.read(), &filter).await.unwrap();
                    assert_eq!(page.total, 3);
                    parts.extend(page.products.into_iter().map(|hit| hit.name));
                    after = page.next;
                    if after.is_none() {
                        break;
                    }
                }
                assert_eq!(parts, whole, "{sort:?} {descending}");
            }
        }
        let nonsense = ProductFilter {
            sort: Some(PriceSort::Name),
            after: Some("nonsense".into()),
            limit: 1,
            ..ProductFilter::default()
        };
        assert!(catalog::search(store.read(), &nonsense).await.is_err());
        let part = |offset| {
            let filter = ProductFilter {
                offset,
                limit: 2,
                ..ProductFilter::default()
            };
            let store = &store;
            async move { catalog::search(store.read(), &filter).await.unwrap() }
        };
        let (first, second) = (part(0).await, part(2).await);
        assert_eq!(
            (first.total, first.products.len(), second.products.len()),
            (3, 2, 1)
        );
        assert_eq!(second.products[0].name, "c not ours");
        let facets = catalog::facets(store.read()).await.unwrap();
        assert_eq!(
            facets.vendors,
            [("Microsoft".to_owned(), 2), ("Google".to_owned(), 1)]
        );
        assert_eq!(
            facets.categories,
            [("Mail".to_owned(), 2), ("Voice".to_owned(), 1)]
        );
        assert_eq!(facets.currencies, ["EUR"]);
        let figures = catalog::figures(store.read()).await.unwrap();
        assert_eq!(
            (figures.products, figures.variants, figures.set_aside),
            (3, 4, 0)
        );
    })
    .await;
}

#[tokio::test]
async fn the_search_follows_what_changes() {
    for_both(|store| async move {
        let bed = Bed::new(&store).await;
        let mut write = bed.fresh(product(
            "A",
            "Oldname",
            "Microsoft",
            vec![variant("a", "X:Y:P1Y:M", Term::P1Y, "10")],
        ));
        bed.write(&store, noon(), std::slice::from_ref(&write))
            .await;
        let stored = catalog::load_products(store.read(), &[write.id])
            .await
            .unwrap();
        write.before = Some(write.product.clone());
        write.doc_id = stored[&write.id].doc_id;
        write.product.name = "Freshname".into();
        bed.write(&store, noon(), std::slice::from_ref(&write))
            .await;
        assert_eq!(names(&store, text("oldname")).await, Vec::<String>::new());
        assert_eq!(names(&store, text("freshname")).await, ["Freshname"]);
    })
    .await;
}

#[tokio::test]
async fn what_is_gone_is_kept_and_can_come_back() {
    for_both(|store| async move {
        let bed = Bed::new(&store).await;
        let mut write = bed.fresh(product(
            "A",
            "Mail",
            "Microsoft",
            vec![
                variant("a", "X:Y:P1Y:M", Term::P1Y, "10"),
                variant("b", "X:Z:P1Y:M", Term::P1Y, "11"),
            ],
        ));
        bed.write(&store, noon(), std::slice::from_ref(&write))
            .await;
        let gone = write.variants.remove(1);
        write.before = Some(write.product.clone());
        write.doc_id = 1;
        write.product.variants.remove(1);
        write.variants[0].dirty = false;
        (write.gone, write.ledger) = (vec![gone.id], vec![]);
        bed.write(&store, noon(), std::slice::from_ref(&write))
            .await;
        assert_eq!(
            catalog::find_product(store.read(), write.id)
                .await
                .unwrap()
                .unwrap()
                .variants
                .len(),
            1
        );
        let stored = catalog::load_products(store.read(), &[write.id])
            .await
            .unwrap()
            .remove(&write.id)
            .unwrap();
        assert_eq!(
            (stored.product.variants.len(), stored.variants.len()),
            (1, 2)
        );
        assert!(stored.variants[&gone.variant.key].gone);
        (write.gone, write.variants) = (vec![], vec![gone]);
        bed.write(&store, noon(), std::slice::from_ref(&write))
            .await;
        assert_eq!(
            catalog::find_product(store.read(), write.id)
                .await
                .unwrap()
                .unwrap()
                .variants
                .len(),
            2
        );
    })
    .await;
}

#[tokio::test]
async fn changes_are_counted_and_listed_in_their_order() {
    for_both(|store| async move {
        let bed = Bed::new(&store).await;
        let mut write = bed.fresh(product(
            "A",
            "Mail",
            "Microsoft",
            vec![variant("a", "X:Y:P1Y:M", Term::P1Y, "10")],
        ));
        let change = |kind, delta: i64| Change {
            kind,
            variant: None,
            label: "cost".into(),
            before: "10".into(),
            after: "x".repeat(2000),
            currency: Some("EUR".parse().unwrap()),
            delta: Some(delta),
            base: Some(10_000_000),
        };
        write.changes = vec![
            (change(ChangeKind::PriceUp, 100_000), None),
            (change(ChangeKind::PriceDown, -5_000_000), None),
            (change(ChangeKind::PriceUp, 300_000), None),
        ];
        bed.write(&store, noon(), std::slice::from_ref(&write))
            .await;
        let counts = catalog::change_counts(store.read(), bed.run).await.unwrap();
        let counts: Vec<_> = counts
            .iter()
            .map(|count| (count.kind, count.count))
            .collect();
        assert_eq!(
            counts,
            [(ChangeKind::PriceDown, 1), (ChangeKind::PriceUp, 2)]
        );
        let rows = catalog::list_changes(store.read(), bed.run, Some(ChangeKind::PriceUp), 1, 10)
            .await
            .unwrap();
        assert_eq!(
            (rows.len(), rows[0].delta, rows[0].after.len()),
            (1, Some(300_000), 500)
        );
        let top = catalog::list_top_moves(store.read(), bed.run, 1)
            .await
            .unwrap();
        assert_eq!(top[0].delta, Some(-5_000_000));
    })
    .await;
}

#[tokio::test]
async fn withdrawn_products_leave_the_list_and_are_reported_once() {
    for_both(|store| async move {
        let bed = Bed::new(&store).await;
        let writes: Vec<_> = (0..5)
            .map(|n| {
                bed.fresh(product(
                    &format!("p{n}"),
                    &format!("Product {n}"),
                    "Other",
                    vec![],
                ))
            })
            .collect();
        bed.write(&store, noon(), &writes).await;
        let ids: Vec<_> = writes.iter().map(|write| write.id).collect();
        let tx = store.begin().await.unwrap();
        catalog::mark_missed(&tx, &ids[..2]).await.unwrap();
        catalog::mark_seen_again(&tx, &ids[..1]).await.unwrap();
        assert_eq!(
            catalog::withdraw(&tx, bed.run, &ids[3..], true, noon())
                .await
                .unwrap(),
            2
        );
        assert_eq!(
            catalog::withdraw(&tx, bed.run, &ids[3..], true, noon())
                .await
                .unwrap(),
            0
        );
        catalog::hold_withdrawals(&tx, bed.run, &ids[..2])
            .await
            .unwrap();
        catalog::hold_withdrawals(&tx, bed.run, &ids[1..3])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            names(&store, ProductFilter::default()).await,
            ["Product 0", "Product 1", "Product 2"]
        );
        assert_eq!(
            catalog::count_products(store.read(), bed.connection)
                .await
                .unwrap(),
            3
        );
        assert_eq!(
            catalog::list_changes(store.read(), bed.run, None, 0, 10)
                .await
                .unwrap()
                .len(),
            2
        );
        let missing = catalog::list_missing(store.read(), bed.connection, "p0", 10)
            .await
            .unwrap();
        assert_eq!(
            missing
                .iter()
                .map(|(_, ion_id, missed)| (ion_id.as_str(), *missed))
                .collect::<Vec<_>>(),
            [("p1", 1), ("p2", 0)]
        );
        assert_eq!(catalog::count_held(store.read(), bed.run).await.unwrap(), 3);
        let held = catalog::list_held(store.read(), bed.run, 1, 1)
            .await
            .unwrap();
        assert_eq!(held[0].name, "Product 1");
    })
    .await;
}

#[tokio::test]
async fn only_a_run_that_waits_for_a_decision_is_settled() {
    for_both(|store| async move {
        let bed = Bed::new(&store).await;
        let settle = async || {
            let tx = store.begin().await.unwrap();
            let settled = catalog::settle_decision(
                &tx,
                bed.run,
                RunStatus::Done,
                &RunCounts::default(),
                "decided",
            )
            .await
            .unwrap();
            tx.commit().await.unwrap();
            settled
        };
        assert!(!settle().await);
        let tx = store.begin().await.unwrap();
        runs::finish(
            &tx,
            bed.run,
            RunStatus::NeedsDecision,
            &RunCounts::default(),
            "look",
            noon(),
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            catalog::list_undecided(store.read(), bed.connection)
                .await
                .unwrap(),
            [bed.run]
        );
        assert!(settle().await);
        assert!(!settle().await);
    })
    .await;
}

#[tokio::test]
async fn what_is_set_aside_is_kept_once_until_it_reads_again() {
    for_both(|store| async move {
        let bed = Bed::new(&store).await;
        let write = bed.fresh(product(
            "A",
            "Mail",
            "Microsoft",
            vec![variant("a", "X:Y:P1Y:M", Term::P1Y, "10")],
        ));
        bed.write(&store, noon(), std::slice::from_ref(&write))
            .await;
        let entry = |message: &str| SetAside {
            id: SetAsideId(bed.make.ids.uuid()),
            ion_id: "A".into(),
            name: "Mail".into(),
            json_path: "$.x".into(),
            message: message.into(),
            raw: vec![9],
        };
        for message in ["first", "second"] {
            let tx = store.begin().await.unwrap();
            catalog::set_aside(&tx, bed.connection, bed.run, &entry(message), noon())
                .await
                .unwrap();
            tx.commit().await.unwrap();
        }
        let aside = catalog::list_set_aside(store.read()).await.unwrap();
        assert_eq!(
            (aside.len(), aside[0].message.as_str(), aside[0].product),
            (1, "second", Some(write.id))
        );
        assert_eq!(
            catalog::find_set_aside(store.read(), aside[0].id)
                .await
                .unwrap()
                .unwrap()
                .raw,
            [9]
        );
        let known = catalog::load_known(store.read(), bed.connection, &["A".into(), "B".into()])
            .await
            .unwrap();
        assert!(known["A"].set_aside && known.len() == 1);
        let versions = testing::row_versions(&store).await.unwrap();
        let tx = store.begin().await.unwrap();
        catalog::set_aside(&tx, bed.connection, bed.run, &entry("second"), noon())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            testing::row_versions(&store).await.unwrap(),
            versions,
            "the product is not written again"
        );
        let tx = store.begin().await.unwrap();
        catalog::resolve_set_aside(&tx, bed.connection, "A", noon())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert!(
            catalog::list_set_aside(store.read())
                .await
                .unwrap()
                .is_empty()
        );
    })
    .await;
}
