//! Reports: list, definition, data, CSV, save, delete.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use crate::shop::{ACCOUNT, shop_with};

#[tokio::test]
async fn reports_are_listed_and_defined() {
    let client = shop_with(60).await;
    let list = client.read("reports?module=REPORTS_REPORTS_MODULE").await;
    let first = &list["reports"][0];
    assert!(first["reportId"].is_string() && first.get("specs").is_none());
    assert_eq!(
        client.read("reports?module=INVOICE_REPORTS_MODULE").await,
        json!({})
    );
    let id = first["reportId"].as_str().unwrap();
    let whole = client
        .read(&format!("reports/{id}?includeMetadata=true"))
        .await;
    let captured: Value = serde_json::from_str(include_str!(
        "../../../../fixtures/ion/get-report-metadata-real-response.json"
    ))
    .unwrap();
    for member in captured.as_object().unwrap().keys() {
        assert!(whole.get(member).is_some(), "{member}");
    }
    for part in ["allColumns", "selectedColumns"] {
        let known = captured["specs"][part][1].as_object().unwrap();
        for member in whole["specs"][part][1].as_object().unwrap().keys() {
            assert!(known.contains_key(member), "{part} {member}");
        }
    }
    let (status, body) = client
        .call("GET", &format!("{ACCOUNT}/reports/1"), None)
        .await;
    assert_eq!(
        (status, &body["message"]),
        (404, &json!("resource 'accounts/10412/reports/1' not found"))
    );
    let cache = client
        .read(&format!("providers/30/refreshCacheEnhanced?reportId={id}"))
        .await;
    assert_eq!(cache, json!({"reportIds": [id]}));
    assert_eq!(
        client
            .call(
                "GET",
                &format!("{ACCOUNT}/providers/30/refreshCacheEnhanced"),
                None
            )
            .await
            .0,
        400
    );
}

#[tokio::test]
async fn data_comes_as_values_as_csv_and_as_a_stream() {
    let client = shop_with(60).await;
    let post = async |what: &str, body: &Value| {
        client
            .call(
                "POST",
                &format!("{ACCOUNT}/reports/49038/{what}"),
                Some(body),
            )
            .await
    };
    // The smallest body that real clients send.
    let body = json!({"report_id": 49038, "report_module": "REPORTS_REPORTS_MODULE", "category": "BILLING_REPORTS", "specs": {"date_range_option": {"selected_range": {"fixed_date_range": {"start_date": "2020-01-01T00:00:00Z", "end_date": "2030-01-31T23:59:59Z"}}}}});
    let (status, csv) = post("reportDataCsv", &body).await;
    let text = csv["results"].as_str().unwrap().to_owned();
    assert_eq!((status, &csv["resultCount"]), (200, &json!("60")));
    assert_eq!(
        text.lines().next().unwrap(),
        "Customer Name,Product Name,Quantity,Seller Cost (EUR),Customer Cost (EUR)"
    );
    assert_eq!(text.lines().count(), 61);
    let (_, stream) = post("reportDataCsvStream", &body).await;
    assert_eq!(stream["contentType"], "text/csv");
    assert_eq!(
        BASE64.decode(stream["data"].as_str().unwrap()).unwrap(),
        text.as_bytes()
    );
    let (_, data) = post("data", &body).await;
    let rows = data["results"]["rows"].as_array().unwrap();
    assert_eq!(
        (rows.len(), &data["availableRowsCount"]),
        (60, &json!("60"))
    );
    assert_eq!(
        (
            &rows[0]["values"][2]["valueType"],
            &rows[0]["values"][3]["moneyValue"]["currency"]
        ),
        (&json!("INT"), &json!("EUR"))
    );
    assert!(data["report"]["specs"].is_object() && data["cacheTimestamp"].is_string());

    let chosen = json!({"specs": {"selectedColumns": [{"id": "799033"}], "dateRangeOption": {"selectedRange": {"relativeDateRange": "TODAY"}}}});
    let (_, csv) = post("reportDataCsv", &chosen).await;
    assert!(
        csv["results"]
            .as_str()
            .unwrap()
            .starts_with("Subscription ID\n")
    );
    assert_ne!(csv["resultCount"], "60");
    let (status, report) = post("report", &json!({})).await;
    assert!(status == 200 && report["report"]["specs"].is_object());
    assert_eq!(post("details", &json!({})).await.0, 200);
    let wrong = json!({"specs": {"dateRangeOption": {"selectedRange": {"relativeDateRange": "LAST_365_DAYS"}}}});
    assert_eq!(post("data", &wrong).await.0, 400);
    assert_eq!(post("dance", &json!({})).await.0, 404);
}

#[tokio::test]
async fn a_report_is_saved_and_deleted() {
    let client = shop_with(0).await;
    let path = format!("{ACCOUNT}/reports/49041");
    let body = json!({"displayName": "Renamed", "specs": {"selectedColumns": [{"id": "799013"}]}});
    assert_eq!(
        client.call("POST", &path, Some(&body)).await,
        (200, json!({"reportId": "49041"}))
    );
    let saved = client.read("reports/49041").await;
    assert_eq!(
        (
            &saved["displayName"],
            &saved["specs"]["selectedColumns"][0]["id"]
        ),
        (&json!("Renamed"), &json!("799013"))
    );
    assert_eq!(client.call("DELETE", &path, None).await, (200, json!({})));
    assert_eq!(client.call("DELETE", &path, None).await.0, 404);
}
