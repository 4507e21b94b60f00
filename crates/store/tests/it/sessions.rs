//! Sessions, pasted credentials, and answers by idempotency key.

use domain::access::Role;
use secrecy::ExposeSecret as _;
use store::seal::{MasterKey, Sealer};
use store::sessions::{self, Idempotency, SessionRow, begin_idempotent, finish_idempotent};
use store::testing::for_both;

use crate::make::{Make, seconds};

#[tokio::test]
async fn a_session_ends_by_idleness_by_age_and_by_logging_out() {
    for_both(|store| async move {
        let make = Make::new();
        let user = make.person(&store, "ada@example.com", Role::Sales).await;
        let begun = make.now();
        let session = SessionRow {
            id_hash: b"hash".to_vec(),
            user,
            csrf: "csrf".to_owned(),
            seen_at: begun,
            expires_at: begun + seconds(1000),
            confirmed_at: begun,
        };
        sessions::insert(&store.write(), &session).await.unwrap();
        let find = async |at: u64| {
            sessions::find(
                store.read(),
                b"hash",
                begun + seconds(at) - seconds(300),
                begun + seconds(at),
            )
            .await
            .unwrap()
        };
        assert!(find(299).await.is_some());
        assert!(find(301).await.is_none(), "idle");
        sessions::touch(&store.write(), b"hash", begun + seconds(900))
            .await
            .unwrap();
        sessions::confirm(&store.write(), b"hash", begun + seconds(900))
            .await
            .unwrap();
        assert_eq!(find(999).await.unwrap().confirmed_at, begun + seconds(900));
        assert!(find(1000).await.is_none(), "its life is over");
        assert_eq!(
            sessions::prune(&store.write(), begun + seconds(999))
                .await
                .unwrap(),
            0
        );
        sessions::delete(&store.write(), b"hash").await.unwrap();
        assert!(find(999).await.is_none());
        sessions::insert(&store.write(), &session).await.unwrap();
        assert_eq!(
            sessions::prune(&store.write(), begun + seconds(1001))
                .await
                .unwrap(),
            1
        );
    })
    .await;
}

#[tokio::test]
async fn pasted_credentials_wait_sealed_and_end() {
    for_both(|store| async move {
        let make = Make::new();
        let user = make.person(&store, "ada@example.com", Role::Admin).await;
        let sealer = Sealer::new(&MasterKey::generate());
        let end = make.now() + seconds(600);
        for text in ["first", "second"] {
            sessions::keep_pasted(&store.write(), &sealer, user, &text.into(), end)
                .await
                .unwrap();
        }
        let found = async |sealer: &Sealer, now| {
            sessions::find_pasted(store.read(), sealer, user, now)
                .await
                .unwrap()
        };
        assert_eq!(
            found(&sealer, make.now()).await.unwrap().expose_secret(),
            "second"
        );
        assert!(found(&sealer, end).await.is_none());
        assert!(
            found(&Sealer::new(&MasterKey::generate()), make.now())
                .await
                .is_none(),
            "the key was changed meanwhile: paste again"
        );
        sessions::forget_pasted(&store.write(), user).await.unwrap();
        assert!(found(&sealer, make.now()).await.is_none());
    })
    .await;
}

#[tokio::test]
async fn a_key_gives_one_answer_to_one_request() {
    for_both(|store| async move {
        let make = Make::new();
        let begin = async |hash: &[u8]| {
            begin_idempotent(&store.write(), "ada", "key", hash, make.now())
                .await
                .unwrap()
        };
        assert_eq!(begin(b"a").await, Idempotency::Fresh);
        assert_eq!(begin(b"a").await, Idempotency::Running);
        assert_eq!(begin(b"b").await, Idempotency::OtherPayload);
        finish_idempotent(&store.write(), "ada", "key", Some((201, "{}")))
            .await
            .unwrap();
        assert_eq!(
            begin(b"a").await,
            Idempotency::Answered(201, "{}".to_owned())
        );
        assert_eq!(begin(b"b").await, Idempotency::OtherPayload);
        assert_eq!(
            begin_idempotent(&store.write(), "bob", "key", b"b", make.now())
                .await
                .unwrap(),
            Idempotency::Fresh,
            "of somebody else"
        );
        finish_idempotent(&store.write(), "bob", "key", None)
            .await
            .unwrap();
        assert_eq!(
            begin_idempotent(&store.write(), "bob", "key", b"c", make.now())
                .await
                .unwrap(),
            Idempotency::Fresh,
            "it failed on our side"
        );
    })
    .await;
}

#[tokio::test]
async fn of_many_with_one_key_one_goes_on() {
    for_both(|store| async move {
        let now = Make::new().now();
        let asked = (0..8).map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                begin_idempotent(&store.write(), "ada", "key", b"a", now)
                    .await
                    .unwrap()
            })
        });
        let fresh = futures::future::join_all(asked)
            .await
            .into_iter()
            .filter(|answer| *answer.as_ref().unwrap() == Idempotency::Fresh)
            .count();
        assert_eq!(fresh, 1);
    })
    .await;
}
