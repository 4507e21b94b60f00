//! How far a connection was read, and when it is read next.

use domain::connection::ConnectionStatus;
use store::orders::{self, OrderSetting};
use store::testing::for_both;

use crate::make::{Make, seconds};

#[tokio::test]
async fn a_connection_is_read_when_its_time_has_come() {
    for_both(|store| async move {
        let make = Make::new();
        let (connection, paused) = (
            make.connection(&store, "1001").await,
            make.connection(&store, "1002").await,
        );
        let login = rules::tokens::Login {
            status: ConnectionStatus::Paused,
            ..make.login()
        };
        let tx = store.begin().await.unwrap();
        store::connections::set_login(&tx, paused, 1, &login, make.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let poll = seconds(60);
        let due = async |after: u64| {
            orders::due_readings(store.read(), make.now() + seconds(after), poll)
                .await
                .unwrap()
        };
        let none = orders::setting(store.read(), connection).await.unwrap();
        assert!(none.orders_until.is_none() && none.next_subscriptions_at.is_none());
        assert_eq!(due(0).await, [(connection, true, true)], "never read");
        let setting = OrderSetting {
            orders_until: Some(make.now() - seconds(5)),
            orders_read_at: Some(make.now()),
            subscriptions_read_at: Some(make.now() - seconds(1)),
            next_subscriptions_at: Some(make.now() + seconds(3600)),
        };
        let save = async |setting: &OrderSetting| {
            let tx = store.begin().await.unwrap();
            orders::save_setting(&tx, connection, setting)
                .await
                .unwrap();
            tx.commit().await.unwrap();
        };
        save(&setting).await;
        let read = orders::setting(store.read(), connection).await.unwrap();
        assert_eq!(format!("{read:?}"), format!("{setting:?}"));
        assert_eq!(due(59).await, []);
        assert_eq!(due(60).await, [(connection, true, false)]);
        assert_eq!(due(3600).await, [(connection, true, true)]);
        save(&OrderSetting {
            orders_read_at: Some(make.now() + seconds(3600)),
            ..setting
        })
        .await;
        assert_eq!(due(3600).await, [(connection, false, true)]);
    })
    .await;
}
