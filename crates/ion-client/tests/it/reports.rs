//! Reports: questions are repeated, numbers keep their digits, CSV is read in every way it may be sent.

use futures::StreamExt as _;
use ion_client::{Effect, Error, ReportBody, ReportQuery, ReportRange};
use wiremock::ResponseTemplate;

use crate::servers::{answering, client, count, html, json, raw};

fn asked() -> ReportBody {
    ReportBody::from_text(r#"{"reportId":"2"}"#).unwrap()
}

#[tokio::test]
async fn rows_keep_every_digit() {
    let answer = r#"{"results":{"rows":[
        {"values":[{"valueType":"MONEY","moneyValue":{"currency":"SEK","value":811.94534500000009}},{"valueType":"FLOAT","floatValue":5.06e-6},{"intValue":7}]},
        {"values":[{"conversion_rate":{"rate":11.3458576834030001}},{"boolValue":false},{"floatValue":"2.50"}]}]},"resultCount":2,"availableRowsCount":"9007199254740993"}"#;
    let server = answering([json(503, "{}"), json(200, answer)]).await;
    let ion = client(&server.uri());
    let data = ion.reports("1").data("2", &asked()).await.unwrap();
    // A question changes nothing and is asked again.
    assert_eq!(count(&server).await, 2);
    assert_eq!(
        (data.result_count, data.available_rows),
        (Some(2), Some(9_007_199_254_740_993))
    );
    let rows: Vec<_> = data
        .rows
        .iter()
        .map(|row| row.decode().unwrap().values.unwrap())
        .collect();
    let money = rows[0][0].money_value.as_ref().unwrap();
    assert_eq!(money.value.as_ref().unwrap().as_str(), "811.94534500000009");
    assert_eq!(rows[0][1].float_value.as_ref().unwrap().as_str(), "5.06e-6");
    assert_eq!(rows[0][2].int_value, Some(7));
    let rate = rows[1][0].conversion_rate.as_ref().unwrap();
    assert_eq!(rate.rate.as_ref().unwrap().as_str(), "11.3458576834030001");
    assert_eq!(rows[1][1].bool_value, Some(false));
    assert!(data.rows[0].raw().contains("811.94534500000009"));
}

#[tokio::test]
async fn one_bad_row_costs_no_report() {
    let answer =
        r#"{"results":{"rows":[{"values":[{"stringValue":7}]},{"values":[{"stringValue":"x"}]}]}}"#;
    let server = answering([json(200, answer)]).await;
    let ion = client(&server.uri());
    let data = ion.reports("1").data("2", &asked()).await.unwrap();
    assert_eq!(
        data.rows[0].decode().unwrap_err().path,
        "$.values[0].stringValue"
    );
    assert!(data.rows[1].decode().is_ok());
}

#[tokio::test]
async fn a_body_goes_out_with_the_digits_it_has() {
    let text = r#"{"specs":{"conversionRates":[{"rate":11.3458576834030001}]}}"#;
    let server = answering([json(200, r#"{"reportId":12345}"#)]).await;
    let ion = client(&server.uri());
    let body = ReportBody::from_text(text).unwrap();
    let id = ion.reports("1").save("2", &body).await.unwrap();
    assert_eq!(id.as_deref(), Some("12345"));
    assert_eq!(
        server.received_requests().await.unwrap()[0].body,
        text.as_bytes()
    );
    assert_eq!(ReportBody::from_text("{").unwrap_err().path, "$");
}

#[tokio::test]
async fn a_report_is_saved_once() {
    let server = answering([json(503, "{}"), json(200, "{}")]).await;
    let ion = client(&server.uri());
    let error = ion.reports("1").save("2", &asked()).await.unwrap_err();
    assert_eq!((error.effect, count(&server).await), (Effect::Unclear, 1));
}

#[tokio::test]
async fn a_question_about_every_column_of_a_report() {
    let published = include_str!("../../../../fixtures/ion/get-report-metadata-real-response.json");
    let server = answering([json(200, published)]).await;
    let ion = client(&server.uri());
    let report = ion.reports("1").get("49038", true).await.unwrap();
    let range = ReportRange::Relative("LAST_MONTH".into());
    let body = ReportQuery::of(&report, range).unwrap().to_json();
    let whole: serde_json::Value = serde_json::from_str(published).unwrap();
    assert_eq!(body["reportId"], "49038");
    assert_eq!(body["report_module"], "REPORTS_REPORTS_MODULE");
    assert_eq!(body["category"], "BILLING_REPORTS");
    assert_eq!(
        body["specs"]["selectedColumns"],
        whole["specs"]["allColumns"]
    );
}

#[tokio::test]
async fn a_definition_in_its_envelope_or_bare() {
    for answer in [r#"{"report":{"reportId":"2"}}"#, r#"{"reportId":"2"}"#] {
        let server = answering([json(200, answer)]).await;
        let ion = client(&server.uri());
        let report = ion.reports("1").definition("2", &asked()).await.unwrap();
        assert_eq!(report.decode().unwrap().report_id.as_deref(), Some("2"));
    }
}

#[tokio::test]
async fn csv_in_one_piece() {
    let server = answering([json(200, r#"{"results":"a,b\n1,2\n","resultCount":"1"}"#)]).await;
    let ion = client(&server.uri());
    let csv = ion.reports("1").csv("2", &asked()).await.unwrap();
    assert_eq!(
        (csv.text.as_str(), csv.result_count),
        ("a,b\n1,2\n", Some(1))
    );
}

async fn streamed(answer: ResponseTemplate) -> Result<Vec<u8>, Error> {
    let server = answering([answer]).await;
    let ion = client(&server.uri());
    let parts = ion.reports("1").csv_stream("2", &asked()).await?;
    let parts: Vec<_> = parts.collect().await;
    Ok(parts.into_iter().collect::<Result<Vec<_>, _>>()?.concat())
}

#[tokio::test]
async fn csv_while_it_arrives_in_every_way_it_may_be_sent() {
    const CSV: &str = "Customer;Seller Cost (SEK)\nKettle & Söner;63,8452759\n";
    let text = serde_json::to_string(CSV).unwrap();
    // The same in base 64, as the rules of the format have it for bytes.
    let bytes = "Q3VzdG9tZXI7U2VsbGVyIENvc3QgKFNFSykKS2V0dGxlICYgU8O2bmVyOzYzLDg0NTI3NTkK";
    for answer in [
        ResponseTemplate::new(200).set_body_raw(CSV, "text/csv"),
        ResponseTemplate::new(200).set_body_raw(CSV, "application/octet-stream"),
        json(
            200,
            format!(r#"{{"contentType":"text/csv","data":{text}}}"#),
        ),
        json(
            200,
            format!(r#"{{"contentType":"text/csv","data":"{bytes}"}}"#),
        ),
        json(
            200,
            format!(
                r#"{{"result":{{"data":"{}"}}}}{}{{"result":{{"data":"{}"}}}}"#,
                &bytes[..24],
                "\n",
                &bytes[24..]
            ),
        ),
    ] {
        assert_eq!(
            String::from_utf8(streamed(answer).await.unwrap()).unwrap(),
            CSV
        );
    }
    assert!(streamed(json(200, "{}")).await.unwrap().is_empty());
}

#[tokio::test]
async fn csv_that_breaks_off_is_told() {
    let cut = |body: &str| json(200, body);
    for answer in [
        cut(r#"{"result":{"data":"YQ=="}}{"error":{"code":13,"message":"broken"}}"#),
        cut(r#"{"result":{"data":"YQ=="}}{"result":{"da"#),
    ] {
        assert!(matches!(streamed(answer).await, Err(Error::Cut { .. })));
    }
    assert!(matches!(
        streamed(html(200)).await,
        Err(Error::NotIon { status: 200, .. })
    ));
    assert!(matches!(
        streamed(json(200, r#"{"data":7}"#)).await,
        Err(Error::Decode(_))
    ));
    let half = "HTTP/1.1 200 OK\r\ncontent-type: text/csv\r\ncontent-length: 900\r\n\r\na,b\n1,2\n";
    let (base, serving) = raw(vec![half.as_bytes().to_vec()]).await;
    let ion = client(&base);
    let parts = ion.reports("1").csv_stream("2", &asked()).await.unwrap();
    let parts: Vec<_> = parts.collect().await;
    assert!(
        matches!(parts.last(), Some(Err(Error::Transport(_)))),
        "{parts:?}"
    );
    assert_eq!(serving.await.unwrap().len(), 1);
}

#[tokio::test]
async fn csv_is_asked_for_again_before_it_began() {
    let server = answering([
        json(503, "{}"),
        json(401, r#"{"error":"UNAUTHENTICATED"}"#),
        ResponseTemplate::new(200).set_body_raw("a\n", "text/csv"),
    ])
    .await;
    let ion = client(&server.uri());
    let parts = ion.reports("1").csv_stream("2", &asked()).await.unwrap();
    let parts: Vec<_> = parts.map(Result::unwrap).collect().await;
    assert_eq!(parts.concat(), b"a\n");
    assert_eq!(count(&server).await, 3);
}

#[tokio::test]
async fn ids_of_cached_reports_are_texts() {
    let server = answering([json(200, r#"{"reportIds":["1",2]}"#)]).await;
    let ion = client(&server.uri());
    let refresh = ion_client::RefreshCache {
        report_id: "1".into(),
        ..Default::default()
    };
    let ids = ion
        .reports("9")
        .refresh_cache("30", &refresh)
        .await
        .unwrap();
    assert_eq!(ids, ["1", "2"]);
    let request = &server.received_requests().await.unwrap()[0];
    assert_eq!(
        request.url.path(),
        "/api/v3/accounts/9/providers/30/refreshCacheEnhanced"
    );
    assert_eq!(request.url.query(), Some("reportId=1"));
}
