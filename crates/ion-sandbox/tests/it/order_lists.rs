//! Lists of orders: filters, sort, pages, lag, and the orders that are there at the start.

use std::time::Duration;

use ion_sandbox::{Action, Fault};

use crate::Client;
use crate::shop::{ACCOUNT, last, shop, shop_with};

/// Ids of one page of a list, in its order.
async fn ids(client: &Client, path: &str) -> Vec<String> {
    let page = client.read(path).await;
    let orders = page["orders"].as_array().cloned().unwrap_or_default();
    orders.iter().map(|one| last(&one["name"])).collect()
}

#[tokio::test]
async fn the_list_of_the_account_is_filtered_sorted_and_paged() {
    let client = shop().await;
    let offers = [
        client.microsoft("P1Y"),
        client.offer(|one| one.provider == "GWS"),
    ];
    let mut placed = Vec::new();
    for n in 0..6 {
        let body = client
            .order(&client.customer(n % 3), &offers[n % 2], &format!("r{n}"))
            .await;
        placed.push(last(&body["name"]));
        client.sandbox.advance(Duration::from_secs(1));
    }
    let newest: Vec<String> = placed.iter().rev().cloned().collect();
    assert_eq!(
        client
            .call("GET", &format!("{ACCOUNT}/orders"), None)
            .await
            .0,
        400
    );
    assert_eq!(ids(&client, "orders?pageSize=10").await, newest);
    assert_eq!(
        ids(&client, "orders?pageSize=10&sortOrder=ASC").await,
        placed
    );
    let first = client.read("orders?pageSize=4").await;
    let token = first["nextPageToken"].as_str().unwrap();
    assert_eq!(
        ids(&client, &format!("orders?pageSize=4&pageToken={token}")).await,
        newest[4..]
    );
    assert_eq!(
        client
            .call(
                "GET",
                &format!("{ACCOUNT}/orders?pageSize=4&sortOrder=ASC&pageToken={token}"),
                None
            )
            .await
            .0,
        400
    );

    let (one, two) = (client.customer(0), client.customer(1));
    assert_eq!(
        ids(
            &client,
            &format!("orders?pageSize=10&filter.customerIdList={one}")
        )
        .await,
        [&*placed[3], &*placed[0]]
    );
    assert_eq!(
        ids(
            &client,
            &format!("orders?pageSize=10&filter.customer_id_list={one},{two}&sortOrder=ASC")
        )
        .await,
        [&*placed[0], &*placed[1], &*placed[3], &*placed[4]]
    );
    assert_eq!(
        ids(
            &client,
            "orders?pageSize=10&filter.providerNameList=GWS,AWS&sortOrder=ASC"
        )
        .await,
        [&*placed[1], &*placed[3], &*placed[5]]
    );
    assert_eq!(
        ids(&client, "orders?pageSize=10&status=COMPLETED")
            .await
            .len(),
        1
    );
    assert_eq!(
        client
            .call(
                "GET",
                &format!("{ACCOUNT}/orders?pageSize=10&status=DONE"),
                None
            )
            .await
            .0,
        400
    );

    // The first is changed last.
    client.wait();
    client.sandbox.portal().hold_next_order();
    let held = last(&client.order(&one, &offers[0], "held").await["name"]);
    client.sandbox.advance(Duration::from_secs(5));
    assert_eq!(
        ids(&client, "orders?pageSize=1&sortBy=updateTime").await,
        std::slice::from_ref(&held)
    );
    assert_eq!(
        ids(&client, "orders?pageSize=3&sortBy=updateTime&sortOrder=ASC").await[..1],
        [placed[0].clone()]
    );
    let mine = ids(&client, &format!("customers/{one}/orders?pageSize=10")).await;
    assert_eq!(mine, [held.clone(), placed[3].clone(), placed[0].clone()]);
    assert_eq!(
        ids(&client, "customers/-/orders?pageSize=10&status=ON_HOLD").await,
        [held]
    );

    for knob in ["order-filters-ignored", "filters-ignored"] {
        client.turn(knob, "true");
        assert_eq!(
            ids(
                &client,
                &format!("orders?pageSize=10&filter.customerIdList={one}&status=ON_HOLD")
            )
            .await
            .len(),
            7
        );
        client.turn(knob, "false");
    }
    client.turn("order-sort-ignored", "true");
    assert_eq!(
        ids(
            &client,
            "orders?pageSize=2&sortBy=updateTime&sortOrder=DESC"
        )
        .await,
        placed[..2]
    );
}

#[tokio::test]
async fn a_list_that_lags_shows_an_order_later_than_its_id_does() {
    let client = shop().await;
    client.turn("order-list-lag-s", "30");
    let (customer, offer) = (client.customer(0), client.microsoft("P1Y"));
    let id = last(&client.order(&customer, &offer, "r").await["name"]);
    let lists = [
        "orders?pageSize=9".to_owned(),
        "orders?pageSize=9&sortBy=updateTime".to_owned(),
        "orders?pageSize=9&status=COMPLETED".to_owned(),
        format!("orders?pageSize=9&filter.customerIdList={customer}"),
        format!("customers/{customer}/orders?pageSize=9"),
    ];
    client.sandbox.advance(Duration::from_secs(29));
    for list in &lists {
        assert!(ids(&client, list).await.is_empty(), "{list}");
    }
    client
        .read(&format!("customers/{customer}/orders/{id}"))
        .await;
    client.sandbox.advance(Duration::from_secs(1));
    for list in &lists {
        let shown = ids(&client, list).await;
        assert_eq!(shown, std::slice::from_ref(&id), "{list}");
    }
}

#[tokio::test]
async fn a_list_that_is_sorted_anew_is_the_other_way_round() {
    let client = shop().await;
    let offer = client.microsoft("P1Y");
    for n in 0..3 {
        client
            .order(&client.customer(n), &offer, &format!("r{n}"))
            .await;
    }
    let before = ids(&client, "orders?pageSize=9").await;
    client.sandbox.inject(Fault {
        path: "GET /api/v3/accounts/*/orders".into(),
        skip: 0,
        times: 1,
        every: 1,
        action: Action::Resorted,
    });
    let after = ids(&client, "orders?pageSize=9").await;
    assert!(before.iter().eq(after.iter().rev()) && before.len() == 3);
}

#[tokio::test]
async fn the_past_is_there_at_the_start_and_accounts_below_show_unless_they_are_excluded() {
    let client = shop_with(90).await;
    let all = client.sandbox.orders();
    assert!(all.len() > 90);
    let count =
        |fits: &dyn Fn(&ion_sandbox::OrderView) -> bool| all.iter().filter(|one| fits(one)).count();
    assert!(
        count(&|one| one.reference_id.starts_with("customers/")) > 20,
        "placed in the portal"
    );
    for status in ["COMPLETED", "ERROR", "CANCELED", "ON_HOLD"] {
        assert!(count(&|one| one.status == status) > 0, "{status}");
    }
    assert!(count(&|one| one.items[0].action == "UPDATE") > 3);
    assert!(all.iter().is_sorted_by_key(|one| one.created));
    let below = all
        .iter()
        .filter(|one| one.account_id != "10412")
        .collect::<Vec<_>>();
    assert_eq!(below.len(), 1);
    let listed = async |filter: &str| ids(&client, &format!("orders?pageSize=1000{filter}")).await;
    assert_eq!(listed("").await.len(), all.len());
    assert_eq!(
        listed("&filter.excludeSubAccounts=true").await.len(),
        all.len() - 1
    );
    assert_eq!(
        listed(&format!("&filter.accountIdList={}", below[0].account_id)).await,
        [below[0].id.clone()]
    );
    client
        .read(&format!("customers/-/orders/{}", below[0].id))
        .await;
    let path = format!(
        "{ACCOUNT}/customers/{}/orders/{}",
        below[0].customer_id, below[0].id
    );
    assert_eq!(client.call("GET", &path, None).await.0, 404);
}
