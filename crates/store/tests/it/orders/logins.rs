//! First log-ins are seen once.

use store::orders::{self, SealedLogin};
use store::testing::for_both;

use super::bed::{draft, insert, read, save};
use crate::make::Make;

#[tokio::test]
async fn a_login_is_taken_once() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let order = draft(&make, connection, 1);
        insert(&store, std::slice::from_ref(&order)).await;
        let login = |line, byte| SealedLogin {
            line,
            user_name: vec![0, byte],
            password: vec![255, byte],
            for_whom: "kim".to_owned(),
        };
        let tx = store.begin().await.unwrap();
        orders::keep_logins(&tx, order.id, &[login(0, 1), login(2, 2)], make.now())
            .await
            .unwrap();
        orders::keep_logins(&tx, order.id, &[login(2, 3)], make.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let kept = read(&store, order.id).await;
        assert!(kept.has_secret);
        assert_eq!(kept.version, 1, "in the way of nobody's change");
        let listed = orders::list_logins(store.read(), order.id).await.unwrap();
        let who = |line| (line, "kim".to_owned(), make.now());
        assert_eq!(listed, [who(0), who(2)]);
        // A job that read the order before knows nothing of them, and takes nothing away.
        assert!(save(&store, &order, 1).await);
        assert!(read(&store, order.id).await.has_secret);

        let take = async |line| {
            let tx = store.begin().await.unwrap();
            let taken = orders::take_login(&tx, order.id, line).await.unwrap();
            tx.commit().await.unwrap();
            taken.map(|login| (login.line, login.user_name, login.password, login.for_whom))
        };
        let (first, second) = tokio::join!(take(2), take(2));
        let taken = first.clone().or(second.clone()).unwrap();
        assert!(first.is_none() || second.is_none(), "one of two sees it");
        assert_eq!(taken, (2, vec![0, 3], vec![255, 3], "kim".to_owned()));
        assert!(read(&store, order.id).await.has_secret, "one waits still");
        assert!(take(0).await.is_some());
        assert!(!read(&store, order.id).await.has_secret);
        assert!(take(0).await.is_none());
    })
    .await;
}
