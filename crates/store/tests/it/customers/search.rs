//! Lists of our customers.

use std::collections::{BTreeMap, HashSet};

use domain::CustomerId;
use domain::customer::{CustomerField as Field, LinkState};
use store::customers::{self, CustomerFilter, CustomerSort};
use store::testing::for_both;

use super::bed::{found, insert, link, named};
use crate::make::Make;

#[tokio::test]
async fn customers_are_found_by_what_people_type() {
    for_both(|store| async move {
        let make = Make::new();
        let long = "x".repeat(500);
        let odd = [
            "Åkerblom & Söner AB",
            "شركة المنارة",
            "100 % Tea_House!",
            "“Quoted” Works",
            "Bright 🔆 Solar",
            &long,
        ];
        for name in odd {
            insert(&store, &make, &named(name, "a@b.example")).await;
        }
        let mut tea = named("Whistling Kettle", "office@kettle.example");
        tea.tags = vec!["gold".into()];
        tea.external_ids.insert("crm".into(), "K-77".into());
        let tea = insert(&store, &make, &tea).await;
        assert_eq!(
            found(&store, "akerblom soner").await,
            ["Åkerblom & Söner AB"]
        );
        assert_eq!(found(&store, "المنارة").await, ["شركة المنارة"]);
        assert_eq!(found(&store, "100 %").await, ["100 % Tea_House!"]);
        assert_eq!(found(&store, "tea_house!").await, ["100 % Tea_House!"]);
        assert_eq!(
            found(&store, "t_a").await,
            Vec::<String>::new(),
            "an underline is no pattern"
        );
        assert_eq!(found(&store, "🔆").await, ["Bright 🔆 Solar"]);
        for text in ["KETTLE whist", "office@kettle", "C-0007", "K-77", "gold"] {
            assert_eq!(found(&store, text).await, ["Whistling Kettle"], "{text}");
        }
        assert_eq!(
            customers::find_by_external(store.read(), "crm", "K-77")
                .await
                .unwrap(),
            [tea]
        );
        assert_eq!(
            customers::find_by_email(store.read(), "OFFICE@kettle.example")
                .await
                .unwrap(),
            [tea]
        );
        assert_eq!(
            customers::find_by_number(store.read(), 7)
                .await
                .unwrap()
                .unwrap()
                .id,
            tea
        );
        let facets = customers::facets(store.read(), &CustomerFilter::default())
            .await
            .unwrap();
        assert_eq!(facets.tags, [("gold".to_owned(), 1)]);
        assert_eq!(facets.states, [(LinkState::NotInIon, 7)]);
    })
    .await;
}

#[tokio::test]
async fn a_list_goes_on_where_it_stopped_in_every_order() {
    for_both(|store| async move {
        let make = Make::new();
        let many: Vec<_> = (0..257)
            .map(|n| {
                let mut customer = named(&format!("Name {}", n % 40), &format!("{n}@a.example"));
                customer.fields.set(Field::Country, ["DE", "US", ""][n % 3]);
                (CustomerId::new(&make.ids), customer, BTreeMap::new())
            })
            .collect();
        let tx = store.begin().await.unwrap();
        customers::insert_many(&tx, &many, "kim", make.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        for sort in CustomerSort::ALL {
            for descending in [false, true] {
                let mut seen = HashSet::new();
                let mut filter = CustomerFilter {
                    sort: *sort,
                    descending,
                    limit: 20,
                    ..CustomerFilter::default()
                };
                loop {
                    let page = customers::search(store.read(), &filter).await.unwrap();
                    assert_eq!(page.total, 257);
                    for hit in &page.customers {
                        assert!(seen.insert(hit.row.id), "{sort} {descending}: twice");
                    }
                    filter.after = page.next;
                    if filter.after.is_none() {
                        break;
                    }
                }
                assert_eq!(seen.len(), 257, "{sort} {descending}");
            }
        }
        let filter = CustomerFilter {
            after: Some("nonsense".into()),
            ..CustomerFilter::default()
        };
        assert!(customers::search(store.read(), &filter).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn a_search_goes_on_over_thousands() {
    for_both(|store| async move {
        let make = Make::new();
        let many: Vec<_> = (0..5_000)
            .map(|n| {
                let name = if n % 2 == 0 { "Even %" } else { "Odd _" };
                let mut customer = named(&format!("{name} {}", n % 40), &format!("{n}@a.example"));
                customer.tags = vec![["gold", "silver"][n % 2].to_owned()];
                customer.archived = n % 100 == 0;
                (CustomerId::new(&make.ids), customer, BTreeMap::new())
            })
            .collect();
        let tx = store.begin().await.unwrap();
        customers::insert_many(&tx, &many, "kim", make.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let expected: HashSet<CustomerId> = many
            .iter()
            .filter(|(_, customer, _)| !customer.archived && customer.tags == ["gold"])
            .map(|(id, ..)| *id)
            .collect();
        for sort in CustomerSort::ALL {
            let mut filter = CustomerFilter {
                text: "EVEN %".into(),
                sort: *sort,
                descending: *sort == CustomerSort::Changed,
                limit: 700,
                ..CustomerFilter::default()
            };
            let mut seen = HashSet::new();
            loop {
                let page = customers::search(store.read(), &filter).await.unwrap();
                assert_eq!(page.total, expected.len() as u64, "{sort}: on every page");
                for hit in &page.customers {
                    assert!(seen.insert(hit.row.id), "{sort}: twice");
                }
                filter.after = page.next;
                if filter.after.is_none() {
                    break;
                }
            }
            assert_eq!(seen, expected, "{sort}");
        }
        let of = async |filter: CustomerFilter| {
            customers::search(store.read(), &filter)
                .await
                .unwrap()
                .total
        };
        let tag = CustomerFilter {
            tag: Some("silver".into()),
            ..CustomerFilter::default()
        };
        assert_eq!(of(tag.clone()).await, 2_500, "a number without a page");
        let none = CustomerFilter {
            text: "even".into(),
            ..tag
        };
        assert_eq!(of(none.clone()).await, 0);
        assert_eq!(of(CustomerFilter { limit: 5, ..none }).await, 0);
        let away = CustomerFilter {
            states: vec![LinkState::Archived],
            text: "even".into(),
            limit: 5,
            ..CustomerFilter::default()
        };
        assert_eq!(of(away).await, 50);
        let facets = customers::facets(store.read(), &CustomerFilter::default())
            .await
            .unwrap();
        assert_eq!(
            facets.tags,
            [("silver".to_owned(), 2_500), ("gold".to_owned(), 2_450)]
        );
        assert_eq!(customers::count_all(store.read()).await.unwrap(), 4_950);
    })
    .await;
}

#[tokio::test]
async fn a_list_shows_the_links_of_each_and_keeps_to_its_filters() {
    for_both(|store| async move {
        let make = Make::new();
        let (connection, other) = (
            make.connection(&store, "1001").await,
            make.connection(&store, "1002").await,
        );
        let mut ids = Vec::new();
        for (name, country) in [("B", "DE"), ("A", "us"), ("C", "DE"), ("D", "")] {
            let mut customer = named(name, "a@b.example");
            customer.fields.set(Field::Country, country);
            ids.push(insert(&store, &make, &customer).await);
        }
        let tx = store.begin().await.unwrap();
        for (id, connection) in [(ids[0], connection), (ids[0], other), (ids[2], other)] {
            customers::link(&tx, &link(id, connection, &id.to_string(), make.now()))
                .await
                .unwrap();
        }
        customers::settle_states(&tx, &ids).await.unwrap();
        tx.commit().await.unwrap();
        let names = async |filter: CustomerFilter| {
            let filter = CustomerFilter {
                limit: 50,
                ..filter
            };
            let page = customers::search(store.read(), &filter).await.unwrap();
            let links = page.customers.iter().map(|hit| hit.links.len());
            let name = page
                .customers
                .iter()
                .map(|hit| hit.row.customer.fields.get(Field::Organisation).to_owned());
            (name.collect::<Vec<_>>().concat(), links.collect::<Vec<_>>())
        };
        let all = CustomerFilter::default;
        assert_eq!(
            names(all()).await,
            ("ABCD".to_owned(), vec![0, 2, 1, 0]),
            "by name"
        );
        for (filter, expected) in [
            (
                CustomerFilter {
                    connection: Some(connection),
                    ..all()
                },
                "B",
            ),
            (
                CustomerFilter {
                    connection: Some(other),
                    ..all()
                },
                "BC",
            ),
            (
                CustomerFilter {
                    country: Some("de".into()),
                    ..all()
                },
                "BC",
            ),
            (
                CustomerFilter {
                    country: Some("US".into()),
                    ..all()
                },
                "A",
            ),
            (
                CustomerFilter {
                    states: vec![LinkState::NotInIon],
                    ..all()
                },
                "AD",
            ),
            (
                CustomerFilter {
                    sort: CustomerSort::Number,
                    descending: true,
                    ..all()
                },
                "DCAB",
            ),
            (
                CustomerFilter {
                    sort: CustomerSort::State,
                    ..all()
                },
                "BCAD",
            ),
        ] {
            assert_eq!(names(filter).await.0, expected);
        }
        let facets = customers::facets(
            store.read(),
            &CustomerFilter {
                country: Some("DE".into()),
                ..all()
            },
        )
        .await
        .unwrap();
        assert_eq!(
            facets.countries,
            [("DE".to_owned(), 2), ("US".to_owned(), 1)],
            "other countries stay on offer"
        );
        assert_eq!(facets.states, [(LinkState::Linked, 2)]);
    })
    .await;
}
