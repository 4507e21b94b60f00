//! By which index the databases find what lists show: asked of the databases themselves, statement by statement.

use std::sync::Mutex;

use domain::order::OrderState;
use domain::subscription::SubscriptionState;
use domain::{ConnectionId, CustomerId, SubscriptionId, Term};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement,
    TransactionTrait as _,
};
use store::orders::{self, OrderFilter, OrderSort};
use store::subscriptions::{
    self, RenewalFilter, RenewalOrder, RenewalSteps, SubscriptionFilter, SubscriptionSort,
};
use store::testing::for_both;
use store::{Store, catalog};

use crate::make::{Make, noon, seconds};
use crate::orders::bed::{draft, insert};
use crate::subscriptions::bed::{customer, new, write};

/// A connection that asks for the plan of each query before it runs it.
struct Explained {
    tx: DatabaseTransaction,
    plans: Mutex<Vec<Plan>>,
}

struct Plan {
    sql: String,
    plan: String,
}

impl Explained {
    #[expect(
        clippy::disallowed_methods,
        reason = "nothing is written in it: SQLite needs no IMMEDIATE"
    )]
    async fn new(store: &Store) -> Self {
        let tx = store.read().begin().await.unwrap();
        if tx.get_database_backend() == DbBackend::Postgres {
            // Of the few rows of a test it would read all, and sort them.
            for way in ["seqscan", "sort", "bitmapscan"] {
                tx.execute_unprepared(&format!("SET LOCAL enable_{way} = off"))
                    .await
                    .unwrap();
            }
        }
        Self {
            tx,
            plans: Mutex::default(),
        }
    }

    async fn explain(&self, stmt: &Statement) -> Result<(), DbErr> {
        let (ask, column) = match self.get_database_backend() {
            DbBackend::Postgres => ("EXPLAIN (COSTS OFF)", "QUERY PLAN"),
            _ => ("EXPLAIN QUERY PLAN", "detail"),
        };
        let mut question = stmt.clone();
        question.sql = format!("{ask} {}", stmt.sql);
        let lines = self.tx.query_all_raw(question).await?;
        let lines: Vec<String> = lines
            .iter()
            .map(|line| line.try_get("", column))
            .collect::<Result<_, _>>()?;
        self.plans.lock().unwrap().push(Plan {
            sql: stmt.sql.clone(),
            plan: lines.join("\n"),
        });
        Ok(())
    }

    fn is_sqlite(&self) -> bool {
        self.get_database_backend() == DbBackend::Sqlite
    }

    fn take(&self) -> Vec<Plan> {
        std::mem::take(&mut *self.plans.lock().unwrap())
    }

    /// The first query since this was last asked uses this index, and sorts nothing where it shows a list in the index's order.
    fn first_uses(&self, index: &str, sorted: bool, what: &str) {
        let plans = self.take();
        let first = plans
            .iter()
            .find(|one| one.sql.contains("ORDER BY") && !one.sql.contains("subscription_tally"))
            .unwrap_or_else(|| panic!("{what}: no list was asked for"));
        let (sql, plan) = (&first.sql, &first.plan);
        assert!(
            plan.contains(index),
            "{what}: not by {index}\n{plan}\n{sql}"
        );
        let sorts = if self.is_sqlite() {
            plan.contains("TEMP B-TREE FOR ORDER BY")
        } else {
            plan.contains("Sort")
        };
        assert!(!sorted || !sorts, "{what}: sorted\n{plan}\n{sql}");
        for one in plans.iter().filter(|one| !one.sql.starts_with("WITH")) {
            let scans = if self.is_sqlite() {
                let mut lines = one.plan.lines();
                lines.any(|line| {
                    let of_table = ["SCAN s", "SCAN c", "SCAN h", "SCAN l", "SCAN variant"];
                    of_table.iter().any(|scan| {
                        line.strip_prefix(scan).is_some_and(|rest| {
                            rest.is_empty() || rest.starts_with(' ') && !rest.contains("USING")
                        })
                    })
                })
            } else {
                one.plan.contains("Seq Scan on subscription ")
                    || one.plan.contains("Seq Scan on order_head ")
                    || one.plan.contains("Seq Scan on variant ")
            };
            assert!(
                !scans,
                "{what}: a table is read whole\n{}\n{}",
                one.plan, one.sql
            );
        }
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Explained {
    fn get_database_backend(&self) -> DbBackend {
        self.tx.get_database_backend()
    }

    async fn execute_raw(&self, stmt: Statement) -> Result<ExecResult, DbErr> {
        self.tx.execute_raw(stmt).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.tx.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, stmt: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.explain(&stmt).await?;
        self.tx.query_one_raw(stmt).await
    }

    async fn query_all_raw(&self, stmt: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.explain(&stmt).await?;
        self.tx.query_all_raw(stmt).await
    }
}

/// Nine subscriptions of one connection, due a day apart.
async fn nine(store: &Store) -> (ConnectionId, CustomerId, SubscriptionId) {
    let make = Make::new();
    let connection = make.connection(store, "1001").await;
    let tea = customer(store, &make, "Tea").await;
    let mut all: Vec<_> = (0..9).map(|id| new(&make, &id.to_string())).collect();
    for (nth, one) in (1_u64..).zip(&mut all) {
        one.subscription.renews_at = Some(noon() + seconds(nth * 86_400));
        one.customer = Some(tea).filter(|_| nth > 2);
    }
    write(store, &make, connection, &all).await;
    (connection, tea, all[0].id)
}

#[tokio::test]
async fn every_list_of_subscriptions_walks_the_index_of_its_order() {
    for_both(|store| async move {
        let (connection, ..) = nine(&store).await;
        let explained = Explained::new(&store).await;
        let any = SubscriptionFilter {
            limit: 2,
            ..SubscriptionFilter::default()
        };
        let filters = [
            any.clone(),
            SubscriptionFilter {
                connection: Some(connection),
                term: Some(Term::P1Y),
                auto_renew: Some(true),
                ..any.clone()
            },
            SubscriptionFilter {
                due_from: Some(noon()),
                due_until: Some(noon() + seconds(9 * 86_400)),
                ..any.clone()
            },
        ];
        // Of few that are due in a span, all are looked up and sorted.
        let filter = SubscriptionFilter {
            sort: SubscriptionSort::Customer,
            due_from: Some(noon()),
            due_until: Some(noon() + seconds(9 * 86_400)),
            ..any.clone()
        };
        subscriptions::search(&explained, &filter).await.unwrap();
        explained.first_uses("subscription_due", false, "few of a span");
        for (sort, index) in [
            (SubscriptionSort::Due, "subscription_due"),
            (SubscriptionSort::Customer, "subscription_by_customer"),
            (SubscriptionSort::Name, "subscription_name"),
            (SubscriptionSort::Seats, "subscription_seats"),
            (SubscriptionSort::Cost, "subscription_cost"),
            (SubscriptionSort::Margin, "subscription_margin"),
        ] {
            for (nth, filter) in filters.iter().enumerate() {
                for descending in [false, true] {
                    let mut filter = SubscriptionFilter {
                        sort,
                        descending,
                        ..filter.clone()
                    };
                    if nth == 2 && sort != SubscriptionSort::Due {
                        continue;
                    }
                    for part in 1..=2 {
                        let page = subscriptions::search(&explained, &filter).await.unwrap();
                        let what = format!("{sort}, down {descending}, filter {nth}, part {part}");
                        explained.first_uses(index, true, &what);
                        filter.after = page.next;
                    }
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn few_subscriptions_are_looked_up_by_what_they_are_asked_for() {
    for_both(|store| async move {
        let (_, tea, _) = nine(&store).await;
        let explained = Explained::new(&store).await;
        let any = SubscriptionFilter::default;
        for (index, filter) in [
            (
                "subscription_customer",
                SubscriptionFilter {
                    customer: Some(tea),
                    ..any()
                },
            ),
            (
                "subscription_content_product",
                SubscriptionFilter {
                    product_ion_id: Some("p-Premium".to_owned()),
                    ..any()
                },
            ),
            (
                "subscription_vendor",
                SubscriptionFilter {
                    vendor: Some("Microsoft".to_owned()),
                    ..any()
                },
            ),
            (
                "subscription_state",
                SubscriptionFilter {
                    states: vec![SubscriptionState::Active],
                    ..any()
                },
            ),
            (
                "subscription_unknown",
                SubscriptionFilter {
                    unknown_customer: true,
                    ..any()
                },
            ),
        ] {
            let page = subscriptions::search(&explained, &filter).await.unwrap();
            assert!(page.total > 0, "{index}");
            explained.first_uses(index, false, index);
        }
    })
    .await;
}

#[tokio::test]
async fn renewals_are_found_in_their_index_alone() {
    for_both(|store| async move {
        nine(&store).await;
        let explained = Explained::new(&store).await;
        let at = |days: u64| noon() + seconds(days * 86_400);
        let steps = RenewalSteps {
            now: noon(),
            urgent_until: at(7),
            soon_until: at(30),
            pressing_until: at(8),
        };
        let spans = [(at(0), at(4)), (at(4), at(20))];
        subscriptions::sum_renewals(&explained, &spans, &steps)
            .await
            .unwrap();
        explained.first_uses("subscription_renewal", false, "sums");
        subscriptions::list_renewals_of_days(&explained, &spans, &steps, 3)
            .await
            .unwrap();
        explained.first_uses("subscription_renewal", false, "days");
        let mut filter = RenewalFilter {
            span: (at(0), at(20)),
            steps,
            only_pressing: false,
            order: RenewalOrder::Urgency,
            after: None,
            limit: 2,
        };
        for order in [RenewalOrder::Urgency, RenewalOrder::Due] {
            (filter.order, filter.after) = (order, None);
            for _ in 0..2 {
                let page = subscriptions::list_renewals(&explained, &filter)
                    .await
                    .unwrap();
                let sorted = order == RenewalOrder::Due;
                explained.first_uses("subscription_renewal", sorted, &format!("{order:?}"));
                filter.after = page.next;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn every_list_of_orders_walks_an_index() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let all: Vec<_> = (1..8).map(|nth| draft(&make, connection, nth)).collect();
        insert(&store, &all).await;
        let explained = Explained::new(&store).await;
        let number = if explained.is_sqlite() {
            "sqlite_autoindex_order_head"
        } else {
            "order_head_number_key"
        };
        for (sort, index) in [
            (OrderSort::Placed, "order_head_listed"),
            (OrderSort::Number, number),
            (OrderSort::Customer, "order_head_name"),
            (OrderSort::Changed, "order_head_changed"),
        ] {
            for descending in [false, true] {
                let mut filter = OrderFilter {
                    sort,
                    descending,
                    limit: 2,
                    ..OrderFilter::default()
                };
                for part in 1..=2 {
                    let page = orders::search(&explained, &filter).await.unwrap();
                    let what = format!("{sort}, down {descending}, part {part}");
                    explained.first_uses(index, true, &what);
                    filter.after = page.next;
                }
            }
        }
        if !explained.is_sqlite() {
            // It decides by how many there are.
            return;
        }
        let any = OrderFilter::default;
        for (index, filter) in [
            (
                "order_head_customer",
                OrderFilter {
                    customer: Some(CustomerId::new(&make.ids)),
                    ..any()
                },
            ),
            (
                "order_head_state",
                OrderFilter {
                    states: vec![OrderState::Draft],
                    ..any()
                },
            ),
            (
                "order_head_subscription",
                OrderFilter {
                    subscription: Some(SubscriptionId::new(&make.ids)),
                    ..any()
                },
            ),
            (
                "order_head_attention",
                OrderFilter {
                    attention: true,
                    ..any()
                },
            ),
        ] {
            orders::search(&explained, &filter).await.unwrap();
            explained.first_uses(index, false, index);
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_sold_under_a_part_number_is_found_by_it() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let explained = Explained::new(&store).await;
        catalog::list_offers_of_part(&explained, connection, "CFQ7:0001:P1Y:M")
            .await
            .unwrap();
        explained.first_uses("variant_part_number", false, "offers");
    })
    .await;
}
