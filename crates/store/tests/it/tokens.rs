//! Token pairs and exchanges: one exchange at a time, no pair lost, nothing readable without the key.

use domain::{AttemptId, ConnectionId};
use secrecy::ExposeSecret as _;
use store::seal::{MasterKey, SealError, Sealer};
use store::testing::for_both;
use store::tokens::{self, NewAttempt, TokenPair};
use store::{ConnectionTrait as _, Store, StoreError, connections};

use crate::make::{Make, seconds};

fn attempt(make: &Make, connection: ConnectionId, from_generation: u64) -> NewAttempt {
    NewAttempt {
        id: AttemptId::new(&make.ids),
        connection,
        from_generation,
        why: "due",
        node: "node".to_owned(),
        host: "host".to_owned(),
        at: make.now(),
        lease_until: make.now() + seconds(150),
    }
}

fn pair(number: u64) -> TokenPair {
    TokenPair {
        access: format!("access-{number}").into(),
        refresh: format!("refresh-{number}").into(),
    }
}

async fn start(store: &Store, new: &NewAttempt) -> bool {
    let tx = store.begin().await.unwrap();
    let won = tokens::start_attempt(&tx, new).await.unwrap();
    tx.commit().await.unwrap();
    won
}

#[tokio::test]
async fn of_many_who_want_to_refresh_one_wins() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let rivals = (0..8).map(|_| {
            let (store, new) = (store.clone(), attempt(&make, connection, 1));
            tokio::spawn(async move { start(&store, &new).await })
        });
        let won = futures::future::join_all(rivals)
            .await
            .into_iter()
            .filter(|won| *won.as_ref().unwrap())
            .count();
        assert_eq!(won, 1);
        assert_eq!(
            tokens::list_open_attempts(store.read())
                .await
                .unwrap()
                .len(),
            1
        );
    })
    .await;
}

#[tokio::test]
async fn an_open_exchange_blocks_the_next_even_after_its_lease() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let first = attempt(&make, connection, 1);
        assert!(start(&store, &first).await);
        make.clock.advance(seconds(200));
        assert!(
            !start(&store, &attempt(&make, connection, 1)).await,
            "its outcome is not known yet"
        );
        let row = tokens::find_attempt(store.read(), first.id)
            .await
            .unwrap()
            .unwrap();
        let tx = store.begin().await.unwrap();
        tokens::finish_attempt(&tx, &row, "not_sent", "no route", make.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert!(
            !start(&store, &attempt(&make, connection, 2)).await,
            "of another generation"
        );
        assert!(start(&store, &attempt(&make, connection, 1)).await);
        let listed = tokens::list_attempts(store.read(), connection, 10)
            .await
            .unwrap();
        assert_eq!(
            listed
                .iter()
                .map(|row| row.outcome.as_deref())
                .collect::<Vec<_>>(),
            [None, Some("not_sent")]
        );
        connections::mark_removed(&store.write(), connection, make.now())
            .await
            .unwrap();
        assert!(!start(&store, &attempt(&make, connection, 1)).await);
    })
    .await;
}

#[tokio::test]
async fn a_pair_is_kept_with_the_one_before_it_and_only_the_key_opens_it() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let master = MasterKey::generate();
        let sealer = Sealer::new(&master);
        assert!(!connections::any_sealed(store.read()).await.unwrap());
        for generation in 1..=3 {
            let tx = store.begin().await.unwrap();
            tokens::insert_pair(
                &tx,
                &sealer,
                connection,
                generation,
                &pair(generation),
                make.now(),
            )
            .await
            .unwrap();
            tx.commit().await.unwrap();
        }
        assert!(connections::any_sealed(store.read()).await.unwrap());
        let find = async |sealer: &Sealer, generation| {
            tokens::find_pair(store.read(), sealer, connection, generation).await
        };
        assert_eq!(
            find(&sealer, 3)
                .await
                .unwrap()
                .unwrap()
                .refresh
                .expose_secret(),
            "refresh-3"
        );
        assert_eq!(
            find(&sealer, 2)
                .await
                .unwrap()
                .unwrap()
                .access
                .expose_secret(),
            "access-2"
        );
        assert!(
            find(&sealer, 1).await.unwrap().is_none(),
            "older ones are erased"
        );
        let stranger = Sealer::new(&MasterKey::generate());
        assert!(matches!(
            find(&stranger, 3).await,
            Err(StoreError::Sealed(SealError::OtherKey(_)))
        ));

        // Swapped between columns or generations, nothing opens.
        store
            .write()
            .execute_unprepared(
                "UPDATE connection_token SET access_sealed = refresh_sealed WHERE generation = 3",
            )
            .await
            .unwrap();
        assert!(matches!(
            find(&sealer, 3).await,
            Err(StoreError::Sealed(SealError::Tampered))
        ));
        tokens::erase(&store.write(), connection).await.unwrap();
        assert!(!connections::any_sealed(store.read()).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn after_a_rotation_the_old_key_is_not_needed() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let old = MasterKey::generate();
        tokens::insert_pair(
            &store.write(),
            &Sealer::new(&old),
            connection,
            1,
            &pair(1),
            make.now(),
        )
        .await
        .unwrap();
        let both = old.rotated();
        let tx = store.begin().await.unwrap();
        assert_eq!(tokens::reseal(&tx, &Sealer::new(&both)).await.unwrap(), 1);
        tx.commit().await.unwrap();
        let newest = both
            .as_text()
            .expose_secret()
            .lines()
            .next()
            .unwrap()
            .to_owned();
        let only_new = Sealer::new(&MasterKey::from_text(&newest.into()).unwrap());
        let found = tokens::find_pair(store.read(), &only_new, connection, 1)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.refresh.expose_secret(), "refresh-1");
    })
    .await;
}
