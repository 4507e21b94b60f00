//! What is found, in which order.

use domain::Term;
use store::catalog::{self, PriceSort, ProductFilter};
use store::testing::for_both;

use crate::make::noon;

use super::bed::{Bed, names, product, text, variant};

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
