//! Subscriptions: a list by offset, and one by its id.

use futures::StreamExt as _;
use ion_client::{Error, OffsetPage, Subscription};

use crate::servers::{answering, client, count, json, queries};

fn part(ids: std::ops::Range<u32>, total: &str) -> wiremock::ResponseTemplate {
    let items: Vec<String> = ids.map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
    json(200, format!(r#"{{"items":[{}]{total}}}"#, items.join(",")))
}

fn ids(parts: &[OffsetPage<Subscription>]) -> Vec<String> {
    let items = parts.iter().flat_map(|part| &part.items);
    items
        .map(|item| item.decode().unwrap().id.unwrap())
        .collect()
}

fn texts(values: &[Option<&str>]) -> Vec<Option<String>> {
    let owned = values.iter().map(|value| value.map(str::to_owned));
    owned.collect()
}

#[tokio::test]
async fn a_list_goes_on_behind_what_came_and_ends_at_the_total() {
    const TOTAL: &str = r#","paginationResponse":{"totalSize":5}"#;
    // Ion gives two where three were asked for.
    let server = answering([part(0..2, TOTAL), part(2..4, TOTAL), part(4..5, TOTAL)]).await;
    let ion = client(&server.uri());
    let list = ion
        .subscriptions("1")
        .list()
        .limit(3)
        .status("canceled")
        .customer("7");
    let parts: Vec<_> = list.pages().map(Result::unwrap).collect().await;
    assert_eq!(ids(&parts), ["0", "1", "2", "3", "4"]);
    assert!(parts.iter().all(|part| part.total == Some(5)));
    assert_eq!(
        queries(&server, "pagination.offset").await,
        texts(&[None, Some("2"), Some("4")])
    );
    assert_eq!(
        queries(&server, "pagination.limit").await,
        texts(&[Some("3"); 3])
    );
    assert_eq!(queries(&server, "customerId").await, texts(&[Some("7"); 3]));
    // The filter knows one spelling.
    assert_eq!(
        queries(&server, "subscriptionStatus").await,
        texts(&[Some("CANCELLED"); 3])
    );
}

#[tokio::test]
async fn without_a_total_an_empty_part_is_the_end() {
    for end in [
        "{}",
        r#"{"items":[]}"#,
        r#"{"items":null,"paginationResponse":{}}"#,
    ] {
        let server = answering([part(0..2, ""), part(2..3, ""), json(200, end)]).await;
        let list = client(&server.uri());
        let list = list.subscriptions("1").list().offset(10);
        let parts: Vec<_> = list.pages().map(Result::unwrap).collect().await;
        assert_eq!(ids(&parts), ["0", "1", "2"]);
        let offsets = texts(&[Some("10"), Some("12"), Some("13")]);
        assert_eq!(queries(&server, "pagination.offset").await, offsets);
    }
}

#[tokio::test]
async fn the_total_is_a_number_or_a_text() {
    for total in [
        r#","paginationResponse":{"totalSize":"7"}"#,
        r#","pagination_response":{"total_size":7}"#,
    ] {
        let server = answering([part(0..1, total)]).await;
        let ion = client(&server.uri());
        let part = ion.subscriptions("1").list().send().await.unwrap();
        assert_eq!((part.total, part.items.len()), (Some(7), 1));
    }
}

#[tokio::test]
async fn a_server_that_does_not_know_offsets_ends_the_list() {
    let server = answering((0..5).map(|_| part(0..2, ""))).await;
    let ion = client(&server.uri());
    let parts: Vec<_> = ion.subscriptions("1").list().pages().collect().await;
    assert_eq!((parts.len(), count(&server).await), (2, 2));
    assert!(matches!(parts[1], Err(Error::PageLoop)));
}

#[tokio::test]
async fn an_error_is_the_last_that_a_list_says() {
    let missing = include_str!("../../../../fixtures/ion/error-403-RBACFailed.json");
    let server = answering([part(0..2, ""), json(403, missing), part(2..4, "")]).await;
    let ion = client(&server.uri());
    let parts: Vec<_> = ion.subscriptions("1").list().pages().collect().await;
    assert_eq!(parts.len(), 2);
    assert!(matches!(&parts[1], Err(Error::Api(error)) if error.status == 403));
}

#[tokio::test]
async fn a_list_of_another_shape_tells_the_path() {
    for (body, path) in [
        (r#"{"items":{}}"#, "$.items"),
        (
            r#"{"items":[],"paginationResponse":{"totalSize":{}}}"#,
            "$.paginationResponse.totalSize",
        ),
    ] {
        let server = answering([json(200, body)]).await;
        let ion = client(&server.uri());
        let error = ion.subscriptions("1").list().send().await.unwrap_err();
        assert!(
            matches!(&error, Error::Decode(error) if error.path == path),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn one_subscription_is_asked_for_with_or_without_the_vendor() {
    let server = answering([json(200, r#"{"id":"5"}"#), json(200, "{}"), json(200, "{}")]).await;
    let ion = client(&server.uri());
    let subscriptions = ion.subscriptions("1");
    let one = subscriptions.get("2", "5").send().await.unwrap();
    assert_eq!(one.decode().unwrap().id.as_deref(), Some("5"));
    subscriptions
        .get("2", "5")
        .refresh(true)
        .send()
        .await
        .unwrap();
    subscriptions
        .get("2", "5")
        .refresh(false)
        .send()
        .await
        .unwrap();
    assert_eq!(
        queries(&server, "refresh").await,
        texts(&[None, Some("true"), Some("false")])
    );
    let requests = server.received_requests().await.unwrap();
    assert_eq!(
        requests[0].url.path(),
        "/api/v3/accounts/1/customers/2/subscriptions/5"
    );
}

#[tokio::test]
async fn states_licences_and_dates_are_read_however_they_are_written() {
    let server = answering([json(
        200,
        r#"{"items":[
        {"subscriptionStatus":"active","subscriptionTotalLicenses":"10","subscriptionStartDate":"2024-01-08T08:50:50Z","subscriptionEndDate":"2024-02-03",
         "renewalDate":"2024-02-03T16:29:10.491Z","cancellationAllowedUntilDate":"2024-02-03T16:29:10","lastUpdatedDate":"2024-01-08T08:50:50+01:00","subscriptionPurchasedDate":"soon"},
        {"subscriptionStatus":" ACTIVE ","subscriptionTotalLicenses":10},
        {"subscriptionStatus":"canceled","subscriptionTotalLicenses":"unlimited","subscriptionStartDate":""},
        {"subscriptionStatus":"CANCELLED","subscriptionTotalLicenses":-1},
        {"subscriptionStatus":"past_due"},
        {}]}"#,
    )])
    .await;
    let ion = client(&server.uri());
    let part = ion.subscriptions("1").list().send().await.unwrap();
    let each: Vec<_> = part
        .items
        .iter()
        .map(|item| item.decode().unwrap())
        .collect();
    let states: Vec<_> = each.iter().map(Subscription::status).collect();
    assert_eq!(
        states,
        texts(&[
            Some("ACTIVE"),
            Some("ACTIVE"),
            Some("CANCELLED"),
            Some("CANCELLED"),
            Some("PAST_DUE"),
            None
        ])
    );
    assert!(each[0].is_active() && each[1].is_active() && !each[2].is_active());
    let licences: Vec<_> = each.iter().map(Subscription::licenses).collect();
    assert_eq!(licences, [Some(10), Some(10), None, None, None, None]);
    let first = &each[0];
    for (time, expected) in [
        (first.starts(), Some("2024-01-08T08:50:50Z")),
        (first.ends(), Some("2024-02-03T00:00:00Z")),
        (first.renews(), Some("2024-02-03T16:29:10.491Z")),
        (first.cancellable_until(), Some("2024-02-03T16:29:10Z")),
        (first.updated(), Some("2024-01-08T07:50:50Z")),
        (first.purchased(), None),
        (each[2].starts(), None),
        (each[5].starts(), None),
    ] {
        assert_eq!(time.map(|time| time.to_string()).as_deref(), expected);
    }
    assert_eq!(first.subscription_purchased_date.as_deref(), Some("soon"));
}
