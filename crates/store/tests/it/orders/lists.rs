//! Lists of orders: filters, sorts, and where a list goes on.

use domain::CustomerId;
use domain::order::{OrderOrigin, OrderState};
use store::StoreError;
use store::orders::{self, OrderFilter, OrderSort};
use store::testing::for_both;

use super::bed::{at_ion, attribute, draft, in_state, insert, line, numbers};
use crate::make::{Make, seconds};

fn text(text: &str) -> OrderFilter {
    OrderFilter {
        text: text.to_owned(),
        ..OrderFilter::default()
    }
}

#[tokio::test]
async fn orders_are_found_by_what_people_type() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let mut order = draft(&make, connection, 2041);
        order.customer_name = "Åkerblom & Söner AB".to_owned();
        order.ion_id = Some("8817723".to_owned());
        order.content.note = "for the new office".to_owned();
        let of = &mut order.content.lines[0];
        of.sku_name = "Business Premium".to_owned();
        of.part_number = Some("CFQ7TTC0LH18:000D".to_owned());
        of.customer_po = "PO-77".to_owned();
        of.reseller_po = "R-12 100%".to_owned();
        of.attributes = vec![
            attribute("domainName", "akerblom.onmicrosoft.com"),
            attribute("password", "hunter2"),
        ];
        let mut elsewhere = draft(&make, connection, 7);
        elsewhere.origin = OrderOrigin::Ion;
        elsewhere.ion = Some(at_ion("9", "walk-in"));
        insert(&store, &[order, elsewhere]).await;
        for typed in [
            "O-2041",
            "ib-2041",
            "akerblom SONER",
            "business prem",
            "8817723",
            "cfq7ttc0lh18",
            "po-77",
            "100%",
            "onmicrosoft",
            "akerblom premium",
            "new office",
        ] {
            assert_eq!(numbers(&store, &text(typed)).await, [2041], "{typed}");
        }
        assert_eq!(numbers(&store, &text("walk-in")).await, [7]);
        assert_eq!(numbers(&store, &text("portal@example")).await, [7]);
        assert_eq!(numbers(&store, &text("microsoft")).await, [2041, 7]);
        for typed in ["hunter2", "i%0", "b_-2041", "premium nobody"] {
            let page = orders::search(store.read(), &text(typed)).await.unwrap();
            assert_eq!((page.orders.len(), page.total), (0, 0), "{typed}");
        }
    })
    .await;
}

#[tokio::test]
async fn each_filter_leaves_out_what_it_says() {
    for_both(|store| async move {
        let make = Make::new();
        let (connection, second) = (
            make.connection(&store, "1001").await,
            make.connection(&store, "1002").await,
        );
        let customer = CustomerId::new(&make.ids);
        let tx = store.begin().await.unwrap();
        let ours = domain::customer::Customer::default();
        store::customers::insert(
            &tx,
            customer,
            &ours,
            &store::customers::Origins::new(),
            "kim",
            make.now(),
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        let subscription = domain::SubscriptionId::new(&make.ids);
        let mut all: Vec<_> = (1..=6)
            .map(|number| draft(&make, connection, number))
            .collect();
        all[1].customer = Some(customer);
        all[2].connection = second;
        all[3].origin = OrderOrigin::Ion;
        all[3].subscription = Some(subscription);
        all[4].content.lines.push(line("Acronis", "Backup"));
        all[5] = in_state(all[5].clone(), OrderState::Placed, &make);
        insert(&store, &all).await;
        let any = OrderFilter::default();
        let found = async |filter: OrderFilter| numbers(&store, &filter).await;
        assert_eq!(found(any.clone()).await, [6, 5, 4, 3, 2, 1]);
        let filter = OrderFilter {
            customer: Some(customer),
            ..any.clone()
        };
        assert_eq!(found(filter).await, [2]);
        let filter = OrderFilter {
            connection: Some(second),
            ..any.clone()
        };
        assert_eq!(found(filter).await, [3]);
        let filter = OrderFilter {
            origin: Some(OrderOrigin::Ion),
            ..any.clone()
        };
        assert_eq!(found(filter).await, [4]);
        let filter = OrderFilter {
            subscription: Some(subscription),
            ..any.clone()
        };
        assert_eq!(found(filter).await, [4]);
        let filter = OrderFilter {
            vendor: Some("Acronis".to_owned()),
            ..any.clone()
        };
        assert_eq!(found(filter).await, [5], "of whichever line");
        let filter = OrderFilter {
            states: vec![OrderState::Placed, OrderState::Completed],
            ..any.clone()
        };
        assert_eq!(found(filter).await, [6]);
        let filter = OrderFilter {
            states: vec![OrderState::Draft],
            vendor: Some("Microsoft".to_owned()),
            text: "customer 1".to_owned(),
            ..any
        };
        assert_eq!(found(filter).await, [1]);
    })
    .await;
}

#[tokio::test]
async fn a_list_goes_on_where_it_stopped_in_every_order() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let states = [
            OrderState::Draft,
            OrderState::Placed,
            OrderState::Completed,
            OrderState::Failed,
        ];
        let mut all = Vec::new();
        for number in 1..=23 {
            let nth = usize::try_from(number).unwrap();
            let mut order = draft(&make, connection, number);
            make.clock.advance(seconds(number % 3));
            order = in_state(order, states[nth % 4], &make);
            order.customer_name = format!("Customer {}", number % 5);
            order.content.lines[0].quantity = u32::try_from(number % 4 + 1).unwrap();
            super::bed::add_up(&mut order);
            if number % 6 == 0 {
                order.totals = None;
            }
            all.push(order);
        }
        insert(&store, &all).await;
        for sort in OrderSort::ALL {
            let mut whole = Vec::new();
            for descending in [false, true] {
                for text in ["", "premium"] {
                    let all = OrderFilter {
                        text: text.to_owned(),
                        sort: *sort,
                        descending,
                        ..OrderFilter::default()
                    };
                    let at_once = numbers(&store, &all).await;
                    let mut filter = OrderFilter {
                        limit: 4,
                        ..all.clone()
                    };
                    let mut by_parts = Vec::new();
                    loop {
                        let page = orders::search(store.read(), &filter).await.unwrap();
                        assert_eq!(page.total, 23, "{sort} {descending}");
                        by_parts.extend(page.orders.iter().map(|hit| hit.number));
                        match page.next {
                            Some(next) => filter.after = Some(next),
                            None => break,
                        }
                    }
                    assert_eq!(by_parts, at_once, "{sort} {descending} {text:?}");
                    whole.push(at_once);
                }
            }
            assert_eq!(whole[0].len(), 23);
            let mut turned = whole[2].clone();
            turned.reverse();
            assert_eq!(whole[0], turned, "{sort}: the other way round");
        }
        let by = async |sort| {
            let filter = OrderFilter {
                sort,
                limit: 3,
                descending: false,
                ..OrderFilter::default()
            };
            numbers(&store, &filter).await
        };
        assert_eq!(by(OrderSort::Number).await, [1, 2, 3]);
        assert_eq!(by(OrderSort::Customer).await, [5, 10, 15]);
        assert_eq!(
            by(OrderSort::Bound).await,
            [6, 12, 18],
            "unknown comes first"
        );
        assert_eq!(by(OrderSort::State).await, [2, 6, 10], "completed");
    })
    .await;
}

#[tokio::test]
async fn orders_placed_elsewhere_stand_where_they_were_placed_and_not_where_they_were_read() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let now = make.now();
        let hours_ago = |hours: i64| now - jiff::SignedDuration::from_hours(hours);
        let mut all: Vec<_> = (1..=5)
            .map(|number| draft(&make, connection, number))
            .collect();
        // Ours, confirmed yesterday; a draft, begun two days ago.
        all[0] = in_state(all[0].clone(), OrderState::Placed, &make);
        all[0].submitted_at = Some(hours_ago(24));
        all[1].created_at = hours_ago(48);
        // Ion's list is read from its newest on: the oldest gets the last number.
        for (nth, hours) in [(2, 1), (3, 30), (4, 90)] {
            all[nth] = in_state(all[nth].clone(), OrderState::Completed, &make);
            let order = &mut all[nth];
            order.origin = OrderOrigin::Ion;
            order.submitted_at = None;
            order.ion = Some(domain::order::IonOrder {
                created_at: Some(hours_ago(hours)),
                ..at_ion("88121", "")
            });
            order.ion_id = Some(format!("8812{nth}"));
        }
        insert(&store, &all).await;
        let any = OrderFilter::default();
        assert_eq!(numbers(&store, &any).await, [3, 1, 4, 2, 5]);
        let first = OrderFilter {
            limit: 2,
            ..any.clone()
        };
        let page = orders::search(store.read(), &first).await.unwrap();
        let placed: Vec<_> = page.orders.iter().map(|hit| hit.placed_at).collect();
        assert_eq!(placed, [Some(hours_ago(1)), Some(hours_ago(24))]);
        let rest = OrderFilter {
            after: page.next,
            limit: 50,
            ..any
        };
        assert_eq!(numbers(&store, &rest).await, [4, 2, 5]);
    })
    .await;
}

#[tokio::test]
async fn a_place_of_another_list_is_refused() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let all: Vec<_> = (1..4)
            .map(|number| draft(&make, connection, number))
            .collect();
        insert(&store, &all).await;
        let filter = OrderFilter {
            limit: 1,
            ..OrderFilter::default()
        };
        let next = orders::search(store.read(), &filter).await.unwrap().next;
        assert!(next.is_some());
        for after in [
            next.clone(),
            Some("nonsense".to_owned()),
            Some(String::new()),
        ] {
            let other = OrderFilter {
                sort: OrderSort::Bound,
                after,
                ..filter.clone()
            };
            let refused = orders::search(store.read(), &other).await.unwrap_err();
            assert!(matches!(refused, StoreError::Missing(_)), "{refused:?}");
        }
        let other = OrderFilter {
            descending: false,
            after: next,
            ..filter
        };
        assert!(orders::search(store.read(), &other).await.is_err());
    })
    .await;
}
