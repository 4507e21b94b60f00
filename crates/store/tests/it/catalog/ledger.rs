//! Products as they were written, and what they cost when.

use domain::catalog::{PricePoint, Product, ProductState};
use domain::{Amount, Scale, Term};
use store::catalog::{self, ProductFilter};
use store::testing::for_both;

use crate::make::{noon, seconds};

use super::bed::{Bed, entry, price, product, variant};

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
