//! Connections: one for each account, and a login that only its own generation may change.

use domain::connection::{ConnectionStatus, VendorProfile};
use rules::tokens::{Cause, Login, Loss, Observation};
use store::connections;
use store::testing::for_both;
use store::{Store, StoreError};

use crate::make::{Make, seconds};

async fn find(store: &Store, id: domain::ConnectionId) -> connections::ConnectionRow {
    connections::find(store.read(), id).await.unwrap().unwrap()
}

#[tokio::test]
async fn an_account_has_one_live_connection() {
    for_both(|store| async move {
        let make = Make::new();
        let first = make.connection(&store, "1001").await;
        let again = connections::insert(&store.write(), &make.new_connection("1001")).await;
        assert!(
            matches!(again, Err(StoreError::Conflict { .. })),
            "{again:?}"
        );
        let mut half = make.new_connection("1001");
        half.login.status = ConnectionStatus::NotFinished;
        connections::insert(&store.write(), &half).await.unwrap();
        assert_eq!(
            connections::list(store.read()).await.unwrap().len(),
            1,
            "a set-up that is not finished is none yet"
        );
        assert_eq!(
            connections::find_by_account(store.read(), "https://ion.tdsynnex.com", "1001")
                .await
                .unwrap()
                .unwrap()
                .id,
            first
        );
        connections::mark_removed(&store.write(), first, make.now())
            .await
            .unwrap();
        let second = make.connection(&store, "1001").await;
        assert_eq!(
            connections::find_by_account(store.read(), "https://ion.tdsynnex.com", "1001")
                .await
                .unwrap()
                .unwrap()
                .id,
            second
        );
        assert_eq!(connections::list_all(store.read()).await.unwrap().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn every_field_of_a_login_comes_back() {
    for_both(|store| async move {
        let make = Make::new();
        let id = make.connection(&store, "1001").await;
        assert_eq!(find(&store, id).await.login, make.login());
        for cause in [
            None,
            Some(Cause::Refused),
            Some(Cause::ReplyLost),
            Some(Cause::Ended),
        ] {
            let now = make.now();
            let login = Login {
                status: ConnectionStatus::NeedsNewCredentials,
                profile: VendorProfile::Keeps,
                refusals: 2,
                unsent: 1,
                loss: Some(Loss {
                    at: now,
                    presented_again: true,
                    may_present: true,
                    probe_at: now + seconds(60),
                }),
                cause,
                ..make.login()
            };
            assert!(
                connections::set_login(&store.write(), id, 1, &login, now)
                    .await
                    .unwrap()
            );
            assert_eq!(find(&store, id).await.login, login);
        }
    })
    .await;
}

#[tokio::test]
async fn a_login_is_written_only_over_the_generation_it_came_from() {
    for_both(|store| async move {
        let make = Make::new();
        let id = make.connection(&store, "1001").await;
        let begun = make.now();
        let next = Login {
            generation: 2,
            ..make.login()
        };
        assert!(
            connections::set_login(&store.write(), id, 1, &next, begun)
                .await
                .unwrap()
        );
        let late = Login {
            generation: 2,
            status: ConnectionStatus::Unclear,
            ..make.login()
        };
        assert!(
            !connections::set_login(&store.write(), id, 1, &late, begun)
                .await
                .unwrap()
        );
        make.clock.advance(seconds(60));
        assert!(
            connections::set_login(
                &store.write(),
                id,
                2,
                &Login {
                    refusals: 1,
                    ..next
                },
                make.now()
            )
            .await
            .unwrap()
        );
        assert_eq!(
            find(&store, id).await.status_since,
            begun,
            "its state is the same"
        );
        let refused = Login {
            status: ConnectionStatus::Rechecking,
            ..next
        };
        assert!(
            connections::set_login(&store.write(), id, 2, &refused, make.now())
                .await
                .unwrap()
        );
        assert_eq!(find(&store, id).await.status_since, make.now());
    })
    .await;
}

#[tokio::test]
async fn what_is_learned_of_a_connection_is_kept() {
    for_both(|store| async move {
        let make = Make::new();
        let id = make.connection(&store, "1001").await;
        let write = store.write();
        let end = make.now() + seconds(32 * 86_400);
        connections::set_refresh_end(&write, id, end).await.unwrap();
        connections::set_observation(
            &write,
            id,
            Observation { kills: 2, keeps: 0 },
            VendorProfile::Kills,
            make.now(),
        )
        .await
        .unwrap();
        connections::count_refresh(&write, id).await.unwrap();
        connections::set_warned(&write, id, Some(14)).await.unwrap();
        connections::set_identity(&write, id, "Main", "1001", b"print")
            .await
            .unwrap();
        let row = find(&store, id).await;
        assert_eq!(
            (row.refresh_expires_at, row.refreshes, row.warned_days),
            (Some(end), 1, Some(14))
        );
        assert_eq!(
            (row.seen, row.login.profile, row.old_looked_at),
            (
                Observation { kills: 2, keeps: 0 },
                VendorProfile::Kills,
                Some(make.now())
            )
        );
        assert_eq!(
            connections::find_by_fingerprint(store.read(), b"print")
                .await
                .unwrap()
                .unwrap()
                .id,
            id
        );
        assert!(!connections::has_data(store.read(), id).await.unwrap());
        let tx = store.begin().await.unwrap();
        assert_eq!(
            connections::find_locked(&store, &tx, id)
                .await
                .unwrap()
                .unwrap()
                .name,
            "Main"
        );
    })
    .await;
}

#[tokio::test]
async fn whatever_was_read_of_ion_ties_a_connection_to_its_account() {
    for_both(|store| async move {
        let make = Make::new();
        let has_data = async |id| connections::has_data(store.read(), id).await.unwrap();
        let [orders, subscriptions] = [
            make.connection(&store, "1001").await,
            make.connection(&store, "1002").await,
        ];
        let mut order = crate::orders::bed::draft(&make, orders, 1);
        crate::orders::bed::insert(&store, std::slice::from_ref(&order)).await;
        assert!(!has_data(orders).await, "a draft is nothing of Ion's");
        order.ion_id = Some("o-1".to_owned());
        assert!(crate::orders::bed::save(&store, &order, 1).await);
        assert!(has_data(orders).await);
        assert!(!has_data(subscriptions).await);
        let one = crate::subscriptions::bed::new(&make, "1");
        crate::subscriptions::bed::write(&store, &make, subscriptions, &[one]).await;
        assert!(has_data(subscriptions).await);
    })
    .await;
}
