//! Lists of subscriptions: filters, sorts, and where a list goes on.

use domain::subscription::SubscriptionState as State;
use domain::{BillingPeriod, Term};
use store::StoreError;
use store::subscriptions::{self, NewSubscription, SubscriptionFilter, SubscriptionSort};
use store::testing::for_both;

use super::bed::{customer, found, gone, new, write};
use crate::make::{Make, noon, seconds};

fn any() -> SubscriptionFilter {
    SubscriptionFilter::default()
}

#[tokio::test]
async fn each_filter_leaves_out_what_it_says() {
    for_both(|store| async move {
        let make = Make::new();
        let (connection, second) = (
            make.connection(&store, "1001").await,
            make.connection(&store, "1002").await,
        );
        let tea = customer(&store, &make, "Tea").await;
        let mut all: Vec<NewSubscription> = (0..8).map(|id| new(&make, &id.to_string())).collect();
        for (nth, one) in (0_u64..).zip(&mut all) {
            one.subscription.renews_at = Some(noon() + seconds(nth * 100));
            one.customer = Some(tea);
        }
        all[1].vendor = "Acronis".to_owned();
        all[2].subscription.term = Term::P3Y;
        all[3].subscription.billing = BillingPeriod::Annual;
        all[4].subscription.auto_renew = None;
        all[5].customer = None;
        all[6].subscription.product_ion_id = "p-6".to_owned();
        all[7].subscription.customer_po = "PO-100%".to_owned();
        write(&store, &make, connection, &all).await;
        let mut elsewhere = new(&make, "elsewhere");
        elsewhere.subscription.auto_renew = Some(false);
        write(&store, &make, second, &[elsewhere]).await;
        let found = async |filter: SubscriptionFilter| found(&store, &filter).await;
        let everything = found(any()).await;
        assert_eq!(
            everything,
            ["0", "1", "2", "3", "4", "5", "6", "7", "elsewhere"]
        );
        let of = found(SubscriptionFilter {
            vendor: Some("Acronis".to_owned()),
            ..any()
        });
        assert_eq!(of.await, ["1"]);
        let of = found(SubscriptionFilter {
            term: Some(Term::P3Y),
            ..any()
        });
        assert_eq!(of.await, ["2"]);
        let of = found(SubscriptionFilter {
            billing: Some(BillingPeriod::Annual),
            ..any()
        });
        assert_eq!(of.await, ["3"]);
        let of = found(SubscriptionFilter {
            auto_renew: Some(false),
            ..any()
        });
        assert_eq!(of.await, ["elsewhere"], "what Ion does not say is neither");
        let of = found(SubscriptionFilter {
            auto_renew: Some(true),
            ..any()
        });
        assert_eq!(of.await.len(), 7);
        let of = found(SubscriptionFilter {
            unknown_customer: true,
            ..any()
        });
        assert_eq!(of.await, ["5", "elsewhere"]);
        let of = found(SubscriptionFilter {
            customer: Some(tea),
            due_from: Some(noon() + seconds(200)),
            due_until: Some(noon() + seconds(400)),
            ..any()
        });
        assert_eq!(of.await, ["2", "3"]);
        let of = found(SubscriptionFilter {
            due_until: Some(noon() + seconds(200)),
            ..any()
        });
        assert_eq!(of.await, ["0", "1"]);
        let of = found(SubscriptionFilter {
            product_ion_id: Some("p-6".to_owned()),
            ..any()
        });
        assert_eq!(of.await, ["6"]);
        let of = found(SubscriptionFilter {
            connection: Some(second),
            ..any()
        });
        assert_eq!(of.await, ["elsewhere"]);
        for (text, ids) in [
            ("100%", vec!["7"]),
            ("PREMIUM r-3", vec!["3"]),
            ("cfq7ttc0lh18 acronis", vec!["1"]),
            ("tea 6", vec!["6"]),
            ("i_n", vec![]),
            ("premium nobody", vec![]),
        ] {
            let of = found(SubscriptionFilter {
                text: text.to_owned(),
                ..any()
            });
            assert_eq!(of.await, ids, "{text}");
        }
        let of = found(SubscriptionFilter {
            vendor: Some("Microsoft".to_owned()),
            term: Some(Term::P1Y),
            billing: Some(BillingPeriod::Monthly),
            auto_renew: Some(true),
            customer: Some(tea),
            text: "premium".to_owned(),
            ..any()
        });
        assert_eq!(of.await, ["0", "6", "7"]);
    })
    .await;
}

#[tokio::test]
async fn ended_ones_are_shown_where_they_are_asked_for() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let mut all: Vec<NewSubscription> = (0..5).map(|id| new(&make, &id.to_string())).collect();
        for (nth, one) in (0_u64..).zip(&mut all) {
            one.subscription.renews_at = Some(noon() + seconds(nth * 100));
        }
        all[1].subscription.state = State::Cancelled;
        all[2].subscription.state = State::Suspended;
        all[4].subscription.term = Term::P3Y;
        write(&store, &make, connection, &all).await;
        gone(&store, &make, all[3].id).await;
        for text in ["", "premium"] {
            let of = async |states: &[State], with_ended| {
                let filter = SubscriptionFilter {
                    states: states.to_vec(),
                    with_ended,
                    text: text.to_owned(),
                    ..any()
                };
                found(&store, &filter).await
            };
            assert_eq!(of(&[], false).await, ["0", "2", "4"]);
            assert_eq!(of(&[], true).await, ["0", "1", "2", "3", "4"]);
            assert_eq!(of(&[State::Active], false).await, ["0", "4"]);
            assert_eq!(of(&[State::Active], true).await, ["0", "3", "4"]);
            assert_eq!(of(&[State::Cancelled], false).await, ["1"]);
            let both = [State::Suspended, State::Cancelled];
            assert_eq!(of(&both, false).await, ["1", "2"]);
            let facets = async |filter: SubscriptionFilter| {
                subscriptions::facets(store.read(), &filter).await.unwrap()
            };
            let filter = SubscriptionFilter {
                text: text.to_owned(),
                states: vec![State::Active],
                term: Some(Term::P1Y),
                ..any()
            };
            let told = facets(filter.clone()).await;
            assert_eq!(
                told.states,
                [
                    (State::Active, 1),
                    (State::Suspended, 1),
                    (State::Cancelled, 1)
                ],
                "of any state, of this term"
            );
            assert_eq!(told.terms, [(Term::P1Y, 1), (Term::P3Y, 1)]);
            assert_eq!(told.vendors, [("Microsoft".to_owned(), 1)]);
            let told = facets(SubscriptionFilter {
                with_ended: true,
                ..filter
            })
            .await;
            assert_eq!(told.states[0], (State::Active, 2));
            assert_eq!(told.terms, [(Term::P1Y, 2), (Term::P3Y, 1)]);
        }
    })
    .await;
}

fn mixed(make: &Make) -> Vec<NewSubscription> {
    let mut all = Vec::new();
    for nth in 0..29_u32 {
        let mut one = new(make, &format!("{nth:02}"));
        let of = &mut one.subscription;
        of.name = format!("Name {}", nth % 4);
        of.seats = (nth % 7 > 0).then_some(nth % 3);
        of.renews_at = (nth % 5 > 0).then(|| noon() + seconds(u64::from(nth % 6)));
        if nth % 9 == 0 {
            of.state = State::Expired;
        }
        one.customer_name = format!("Customer {}", nth % 5);
        one.monthly_units = (nth % 8 > 0).then(|| i64::from(nth % 5) - 2);
        one.margin_permille = (nth % 4 > 0).then(|| i64::from(nth % 6) - 3);
        all.push(one);
    }
    all
}

#[tokio::test]
async fn a_list_goes_on_where_it_stopped_in_every_order() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        write(&store, &make, connection, &mixed(&make)).await;
        for sort in SubscriptionSort::ALL {
            for (text, with_ended, total) in
                [("", false, 25), ("", true, 29), ("premium", true, 29)]
            {
                let mut ways = Vec::new();
                for descending in [false, true] {
                    let mut filter = SubscriptionFilter {
                        text: text.to_owned(),
                        sort: *sort,
                        descending,
                        with_ended,
                        ..any()
                    };
                    let at_once = found(&store, &filter).await;
                    assert_eq!(at_once.len(), total);
                    let mut by_parts = Vec::new();
                    filter.limit = 4;
                    loop {
                        let page = subscriptions::search(store.read(), &filter).await.unwrap();
                        assert_eq!(page.total, total as u64, "{sort} {descending} {text:?}");
                        let part = subscriptions::list(store.read(), &filter).await.unwrap();
                        assert_eq!(part.next, page.next);
                        assert_eq!(
                            format!("{:?}", part.subscriptions),
                            format!("{:?}", page.subscriptions)
                        );
                        let rows = page.subscriptions.into_iter();
                        by_parts.extend(rows.map(|row| row.subscription.ion_id));
                        match page.next {
                            Some(next) => filter.after = Some(next),
                            None => break,
                        }
                    }
                    assert_eq!(by_parts, at_once, "{sort} {descending} {text:?}");
                    ways.push(at_once);
                }
                ways[1].reverse();
                assert_eq!(ways[0], ways[1], "{sort}: the other way round");
            }
        }
        let first = async |sort, descending| {
            let filter = SubscriptionFilter {
                sort,
                descending,
                limit: 1,
                ..any()
            };
            let page = subscriptions::search(store.read(), &filter).await.unwrap();
            page.subscriptions.into_iter().next().unwrap()
        };
        let row = first(SubscriptionSort::Due, false).await;
        assert_eq!(row.due_at(), Some(noon()), "who is never due comes last");
        let row = first(SubscriptionSort::Cost, true).await;
        assert_eq!(row.monthly_units, Some(2));
        let row = first(SubscriptionSort::Margin, true).await;
        assert_eq!(row.margin_permille, Some(2));
        let row = first(SubscriptionSort::Seats, true).await;
        assert_eq!(row.subscription.seats, Some(2));
        assert_eq!(
            first(SubscriptionSort::Cost, false).await.monthly_units,
            None
        );
        let row = first(SubscriptionSort::Customer, true).await;
        assert_eq!(row.customer_name, "Customer 4");
    })
    .await;
}

#[tokio::test]
async fn a_place_of_another_list_is_refused() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        write(&store, &make, connection, &mixed(&make)).await;
        let filter = SubscriptionFilter { limit: 3, ..any() };
        let page = subscriptions::search(store.read(), &filter).await.unwrap();
        assert!(page.next.is_some());
        let places = [page.next, Some("nonsense".to_owned()), Some(String::new())];
        for after in places {
            for descending in [false, true] {
                let other = SubscriptionFilter {
                    sort: SubscriptionSort::Cost,
                    descending,
                    after: after.clone(),
                    ..filter.clone()
                };
                let refused = subscriptions::search(store.read(), &other).await;
                let refused = refused.unwrap_err();
                assert!(matches!(refused, StoreError::Missing(_)), "{refused:?}");
            }
        }
    })
    .await;
}
