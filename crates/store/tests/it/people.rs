//! People, the link of the first start, failed log-ins, API tokens.

use domain::ApiTokenId;
use domain::access::Role;
use store::sessions::{self, SessionRow};
use store::testing::for_both;
use store::users::{self, ApiTokenRow};
use store::{Store, StoreError};

use crate::make::{Make, seconds};

#[tokio::test]
async fn an_email_is_one_person_in_any_letter_case() {
    for_both(|store| async move {
        let make = Make::new();
        let id = make.person(&store, "Ada@Example.com", Role::Admin).await;
        assert_eq!(
            users::find_by_email(store.read(), " ADA@example.com ")
                .await
                .unwrap()
                .unwrap()
                .id,
            id
        );
        let mut twin = users::find(store.read(), id).await.unwrap().unwrap();
        twin.id = domain::UserId::new(&make.ids);
        assert!(matches!(
            users::insert(&store.write(), &twin).await,
            Err(StoreError::Conflict { .. })
        ));
        assert_eq!(users::count_all(store.read()).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_last_admin_stays() {
    for_both(|store| async move {
        let make = Make::new();
        let ada = make.person(&store, "ada@example.com", Role::Admin).await;
        assert!(
            !users::set_access(&store.write(), ada, Role::Sales, false)
                .await
                .unwrap()
        );
        assert!(
            !users::set_access(&store.write(), ada, Role::Admin, true)
                .await
                .unwrap()
        );
        let bob = make.person(&store, "bob@example.com", Role::Admin).await;
        // Each takes the role from the other at once: one of them stays an admin.
        let both = [(ada, store.clone()), (bob, store.clone())].map(|(person, store)| {
            tokio::spawn(async move {
                let tx = store.begin().await.unwrap();
                let changed = users::set_access(&tx, person, Role::ReadOnly, false)
                    .await
                    .unwrap();
                tx.commit().await.unwrap();
                changed
            })
        });
        let changed = futures::future::join_all(both)
            .await
            .into_iter()
            .filter(|changed| *changed.as_ref().unwrap())
            .count();
        assert_eq!(changed, 1);
        let admins = users::list(store.read())
            .await
            .unwrap()
            .iter()
            .filter(|user| user.role == Role::Admin)
            .count();
        assert_eq!(admins, 1);
    })
    .await;
}

#[tokio::test]
async fn the_setup_link_works_once_in_its_day_and_only_where_nobody_is() {
    for_both(|store| async move {
        let make = Make::new();
        let end = make.now() + seconds(86_400);
        users::insert_setup_link(&store.write(), b"first", end)
            .await
            .unwrap();
        users::insert_setup_link(&store.write(), b"second", end)
            .await
            .unwrap();
        assert!(
            !users::use_setup_link(&store.write(), b"first", make.now())
                .await
                .unwrap(),
            "a newer one took its place"
        );
        assert!(
            !users::use_setup_link(&store.write(), b"second", end)
                .await
                .unwrap(),
            "too late"
        );
        let both = [store.clone(), store.clone()].map(|store| {
            let now = make.now();
            tokio::spawn(async move {
                let tx = store.begin().await.unwrap();
                let used = users::use_setup_link(&tx, b"second", now).await.unwrap();
                tx.commit().await.unwrap();
                used
            })
        });
        let used = futures::future::join_all(both)
            .await
            .into_iter()
            .filter(|used| *used.as_ref().unwrap())
            .count();
        assert_eq!(used, 1);
        users::insert_setup_link(&store.write(), b"third", end)
            .await
            .unwrap();
        make.person(&store, "ada@example.com", Role::Admin).await;
        assert!(
            !users::use_setup_link(&store.write(), b"third", make.now())
                .await
                .unwrap(),
            "somebody is there"
        );
    })
    .await;
}

#[tokio::test]
async fn failed_logins_count_for_one_account_in_one_window() {
    for_both(|store| async move {
        let make = Make::new();
        let write = store.write();
        for _ in 0..3 {
            users::insert_login_failure(&write, "Ada@example.com", make.now())
                .await
                .unwrap();
            make.clock.advance(seconds(60));
        }
        users::insert_login_failure(&write, "bob@example.com", make.now())
            .await
            .unwrap();
        let count = async |since| {
            users::count_login_failures(store.read(), "ada@example.com ", since)
                .await
                .unwrap()
        };
        assert_eq!(count(make.now() - seconds(180)).await, 3);
        assert_eq!(count(make.now() - seconds(120)).await, 2);
        users::clear_login_failures(&write, "ada@example.com")
            .await
            .unwrap();
        assert_eq!(count(make.now() - seconds(180)).await, 0);
    })
    .await;
}

fn token(make: &Make, ends_in: Option<u64>) -> ApiTokenRow {
    ApiTokenRow {
        id: ApiTokenId::new(&make.ids),
        name: "billing".to_owned(),
        prefix: "ib_abcdef".to_owned(),
        role: Role::Finance,
        created_by: "ada@example.com".to_owned(),
        created_at: make.now(),
        used_at: None,
        expires_at: ends_in.map(|count| make.now() + seconds(count)),
        revoked_at: None,
    }
}

#[tokio::test]
async fn an_api_token_lives_until_it_ends_or_is_revoked() {
    for_both(|store| async move {
        let make = Make::new();
        let (short, long) = (token(&make, Some(60)), token(&make, None));
        users::insert_api_token(&store.write(), &short, b"short")
            .await
            .unwrap();
        users::insert_api_token(&store.write(), &long, b"long")
            .await
            .unwrap();
        let find = async |store: &Store, hash: &[u8]| {
            users::find_api_token(store.read(), hash, make.now())
                .await
                .unwrap()
                .map(|row| row.id)
        };
        assert_eq!(find(&store, b"short").await, Some(short.id));
        assert_eq!(find(&store, b"other").await, None);
        make.clock.advance(seconds(60));
        assert_eq!(find(&store, b"short").await, None);
        users::mark_api_token_used(&store.write(), long.id, make.now())
            .await
            .unwrap();
        assert!(
            users::revoke_api_token(&store.write(), long.id, make.now())
                .await
                .unwrap()
        );
        assert!(
            !users::revoke_api_token(&store.write(), long.id, make.now())
                .await
                .unwrap()
        );
        assert_eq!(find(&store, b"long").await, None);
        let listed = users::list_api_tokens(store.read()).await.unwrap();
        assert_eq!(listed.len(), 2);
        assert_eq!(
            listed.iter().find(|row| row.id == long.id).unwrap().used_at,
            Some(make.now())
        );
    })
    .await;
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions_and_a_disabled_person_has_none() {
    for_both(|store| async move {
        let make = Make::new();
        make.person(&store, "admin@example.com", Role::Admin).await;
        let ada = make.person(&store, "ada@example.com", Role::Sales).await;
        let open = async |id: &[u8]| {
            let session = SessionRow {
                id_hash: id.to_vec(),
                user: ada,
                csrf: "csrf".to_owned(),
                seen_at: make.now(),
                expires_at: make.now() + seconds(3600),
                confirmed_at: make.now(),
            };
            sessions::insert(&store.write(), &session).await.unwrap();
        };
        let lives = async |id: &[u8]| {
            sessions::find(store.read(), id, make.now() - seconds(60), make.now())
                .await
                .unwrap()
                .is_some()
        };
        open(b"desk").await;
        open(b"phone").await;
        users::set_password(&store.write(), ada, "new", b"desk")
            .await
            .unwrap();
        assert!(lives(b"desk").await);
        assert!(!lives(b"phone").await);
        assert!(
            users::set_access(&store.write(), ada, Role::Sales, true)
                .await
                .unwrap()
        );
        assert!(!lives(b"desk").await);
        open(b"stolen").await;
        assert!(
            !lives(b"stolen").await,
            "not even one that was made afterwards"
        );
    })
    .await;
}
