//! What an order needs to know of a variant.

use domain::Term;
use domain::catalog::ProductState;
use store::catalog;
use store::testing::for_both;

use super::bed::{Bed, product, variant};
use crate::make::noon;

#[tokio::test]
async fn a_variant_is_found_as_an_order_names_it() {
    for_both(|store| async move {
        let bed = Bed::new(&store).await;
        let mut extra = variant("s1", "", Term::P1M, "1.00");
        extra.key.add_on = true;
        let variants = vec![
            variant("s1", "CFQ7:0001:P1Y:M", Term::P1Y, "10.00"),
            variant("s2", "CFQ7:0001:P1M:M", Term::P1M, "12.00"),
            extra,
        ];
        let first = bed.fresh(product("p-1", "Premium", "Microsoft", variants));
        let same = vec![variant("s1", "CFQ7:0001:P1Y:M", Term::P1Y, "9.00")];
        let second = bed.fresh(product("p-2", "Other", "Microsoft", same));
        let id = first.variants[1].id;
        bed.write(&store, noon(), &[first.clone(), second]).await;
        let find = async |product: &str, sku: &str, add_on| {
            catalog::find_offer(store.read(), bed.connection, product, (sku, "p", add_on))
                .await
                .unwrap()
        };
        let offer = find("p-1", "s1", false).await.unwrap();
        assert_eq!(offer.product, first.id);
        assert_eq!(
            (&*offer.product_ion_id, &*offer.product_name, &*offer.vendor),
            ("p-1", "Premium", "Microsoft")
        );
        assert_eq!(offer.provider_ids, ["30"]);
        assert!(!offer.disabled && !offer.gone);
        assert_eq!(offer.variant.variant.term, Term::P1Y);
        let offer = find("p-1", "s1", true).await.unwrap();
        assert_eq!(
            offer.variant.variant.term,
            Term::P1M,
            "the add-on of this id"
        );
        assert!(find("p-1", "s9", false).await.is_none());
        assert!(find("p-9", "s1", false).await.is_none());
        let offer = catalog::find_offer_of(store.read(), id).await.unwrap();
        assert_eq!(offer.unwrap().variant.variant.key.sku_id, "s2");
        let part = async |number: &str| {
            let offers = catalog::list_offers_of_part(store.read(), bed.connection, number).await;
            let ids = offers
                .unwrap()
                .into_iter()
                .map(|offer| offer.product_ion_id);
            ids.collect::<Vec<_>>()
        };
        assert_eq!(part("CFQ7:0001:P1Y:M").await, ["p-1", "p-2"]);
        assert_eq!(part("CFQ7:0001:P1M:M").await, ["p-1"]);
        assert_eq!(part("cfq7:0001:p1m:m").await, [""; 0], "as Ion writes it");
        let state = catalog::find_product_state(store.read(), bed.connection, "p-1").await;
        let (product, state) = state.unwrap().unwrap();
        assert_eq!(product, first.id);
        assert_ne!(state, ProductState::Withdrawn);
    })
    .await;
}
