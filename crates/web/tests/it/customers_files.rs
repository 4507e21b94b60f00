//! Files of customers: brought, compared, applied row by row; and what is exported comes back as it was.

use axum::body::Body;
use domain::access::Role;
use http::{Request, StatusCode};
use serde_json::{Value, json};
use store::customers;

use crate::customers_api::{BOTH, URL, made};
use crate::house::{Answer, House, Program};

async fn send(
    program: &Program<'_>,
    key: &str,
    kind: &str,
    name: &str,
    bytes: impl Into<Vec<u8>>,
) -> Answer {
    let request = Request::builder()
        .method("POST")
        .uri(format!("/api/v1/customers/files?name={name}"))
        .header("host", program.house.host())
        .header("authorization", format!("Bearer {}", program.secret))
        .header("idempotency-key", key)
        .header("content-type", kind)
        .body(Body::from(bytes.into()))
        .unwrap();
    program.house.send(request).await
}

async fn bring(program: &Program<'_>, key: &str, text: &str) -> Value {
    let answer = send(program, key, "text/csv", "a.csv", text).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    answer.json()
}

async fn rows(program: &Program<'_>, file: &Value) -> Vec<Value> {
    let path = format!(
        "/api/v1/customers/files/{}/rows?limit=500",
        file["id"].as_str().unwrap()
    );
    program.get(&path).await.json()["items"]
        .as_array()
        .unwrap()
        .clone()
}

async fn outcomes(program: &Program<'_>, file: &Value) -> Vec<String> {
    let rows = rows(program, file).await;
    rows.iter()
        .map(|row| row["outcome"].as_str().unwrap().to_owned())
        .collect()
}

async fn apply(program: &Program<'_>, file: &Value, body: Value) -> Answer {
    let path = format!(
        "/api/v1/customers/files/{}/apply",
        file["id"].as_str().unwrap()
    );
    program
        .call(http::Method::POST, &path, &[], Some(body))
        .await
}

#[tokio::test]
async fn each_row_says_what_it_would_do_and_nothing_is_done_before() {
    for backend in BOTH {
        let house = House::with(backend, URL).await;
        let sales = house.program(Role::Sales).await;
        for body in [
            json!({"organisation": "Kettle", "email": "sam@kettle.example", "city": "Bonn", "external_ids": {"CRM": "1"}}),
            json!({"organisation": "Tea & Sons", "email": "office@tea.example"}),
            json!({"organisation": "Cup"}),
            json!({"organisation": "Cup", "city": "Rome"}),
            json!({"organisation": "Old", "email": "old@old.example"}),
        ] {
            made(&sales, body).await;
        }
        let old = sales.get("/api/v1/customers?q=old").await.json()["items"][0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        sales
            .call(
                http::Method::POST,
                &format!("/api/v1/customers/{old}/archive"),
                &[],
                Some(json!({})),
            )
            .await;
        let text = "number;Firma;Mail;Ort;Land;external:crm;Umsatz\n\
            ;Kettle GmbH;sam@kettle.example;Berlin;;1;9\n\
            ;TEA & sons;Office@Tea.example;;;;\n\
            ;Neu;neu@neu.example;Paris;France;77;\n\
            ;Kettle;other@kettle.example;;;;\n\
            ;Other;sam@kettle.example;;;;\n\
            ;Cup;;;;;\n\
            ;Old;old@old.example;;;;\n\
            C-0002;;;Oslo;;;\n\
            C-0099;Lost;;;;;\n\
            ;Wrong;mail;;Germny;;\n\
            ;Neu;neu2@neu.example;;;;\n\
            7;Seven;;;;;\n";
        let before = sales
            .get("/api/v1/customers/export.json?sync_state=archived,not_in_ion")
            .await
            .text;
        let file = bring(&sales, "one", text).await;
        assert_eq!(
            file["columns"][1],
            json!({"header": "Firma", "read_as": "organisation"})
        );
        assert_eq!(file["columns"][6]["read_as"], Value::Null);
        let rows = rows(&sales, &file).await;
        let shown: Vec<_> = rows
            .iter()
            .map(|row| {
                (
                    row["line"].as_u64().unwrap(),
                    row["outcome"].as_str().unwrap(),
                    row["chosen"].as_bool().unwrap(),
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                (2, "changed", true),
                // Capitals alone are a difference in the name that a person wrote.
                (3, "changed", true),
                (4, "new", true),
                (5, "look", false),
                (6, "look", false),
                (7, "look", false),
                (8, "look", false),
                (9, "look", false),
                (10, "look", false),
                (11, "not_readable", false),
                (12, "look", false),
                (13, "not_readable", false),
            ],
            "{rows:#?}"
        );
        assert!(
            rows[0]["message"]
                .as_str()
                .unwrap()
                .contains("City: “Bonn” becomes “Berlin”"),
            "{}",
            rows[0]
        );
        assert!(
            rows[3]["message"]
                .as_str()
                .unwrap()
                .contains("C-0001 Kettle"),
            "{}",
            rows[3]
        );
        assert!(
            rows[5]["message"]
                .as_str()
                .unwrap()
                .contains("C-0003 Cup and C-0004 Cup"),
            "{}",
            rows[5]
        );
        assert!(
            rows[6]["message"].as_str().unwrap().contains("archived"),
            "{}",
            rows[6]
        );
        assert!(
            rows[7]["message"].as_str().unwrap().contains("Row 3"),
            "{}",
            rows[7]
        );
        assert!(
            rows[9]["message"].as_str().unwrap().contains("“Germny”"),
            "{}",
            rows[9]
        );
        assert_eq!(rows[9]["field"], "email");
        assert!(
            rows[10]["message"].as_str().unwrap().contains("Row 4"),
            "{}",
            rows[10]
        );
        assert_eq!(
            sales
                .get("/api/v1/customers/export.json?sync_state=archived,not_in_ion")
                .await
                .text,
            before,
            "nothing was written"
        );

        let applied = apply(&sales, &file, json!({"also": [5, 11], "except": [3]})).await;
        assert_eq!(applied.status, StatusCode::OK, "{applied:?}");
        let counts =
            ["new", "changed", "failed"].map(|name| applied.json()[name].as_u64().unwrap());
        // Row 5 was compared with the customer that row 2 changed.
        assert_eq!(
            (counts, &applied.json()["file"]["state"]),
            ([1, 1, 1], &json!("applied")),
            "{applied:?}"
        );
        let failed = outcomes_failed(&sales, &file).await;
        assert!(
            failed.len() == 1 && failed[0].contains("Bring the file again"),
            "{failed:?}"
        );
        assert_eq!(
            apply(&sales, &file, json!({})).await.json()["code"],
            "settled"
        );
        let kettle = sales.get("/api/v1/customers?q=berlin").await.json()["items"][0].clone();
        assert_eq!(
            (&kettle["organisation"], &kettle["external_ids"]["CRM"]),
            (&json!("Kettle GmbH"), &json!("1")),
            "{kettle}"
        );
        let new = sales.get("/api/v1/customers?q=neu").await.json()["items"].clone();
        assert_eq!(
            (new.as_array().unwrap().len(), &new[0]["country"]),
            (1, &json!("FR"))
        );
    }
}

async fn outcomes_failed(program: &Program<'_>, file: &Value) -> Vec<String> {
    let rows = rows(program, file).await;
    rows.iter()
        .filter_map(|row| row["failed"].as_str().map(str::to_owned))
        .collect()
}

#[tokio::test]
async fn what_is_exported_comes_back_as_it_was() {
    for backend in BOTH {
        let house = House::with(backend, URL).await;
        let sales = house.program(Role::Sales).await;
        let odd = "=cmd|' /C calc'!A0 \u{202e}\u{5e9}\u{1f375} \"q\"; a|b\\ , % _";
        made(&sales, json!({"organisation": odd, "street": "-1", "suite": "'=x", "city": "@x", "state": "+1", "zip": "00123", "country": "DE",
            "contact_name": "\t=1", "email": "a.b+c@kettle.example", "language": "DE", "phone": "+49 30 1", "title": "-",
            "tags": ["a;b", "-", "=c", "d, e"], "domains": ["kettle.example", "tea.example"], "notes": "=1\nline two\r\n; |\\",
            "contacts": [{"name": "A|n;n", "email": "ann@kettle.example", "title": "", "phone": "+1"}, {"name": "bob@home", "email": ""}, {"email": "cy@kettle.example"}],
            "external_ids": {"crm": "=1+1", "erp; x": "-"}})).await;
        made(
            &sales,
            json!({"organisation": "x".repeat(500), "notes": "ü".repeat(5000)}),
        )
        .await;
        made(&sales, json!({"organisation": "Plain"})).await;
        for (kind, name) in [("text/csv", "csv"), ("application/json", "json")] {
            let exported = sales.get(&format!("/api/v1/customers/export.{name}")).await;
            assert!(
                exported
                    .header("content-disposition")
                    .contains(&format!(".{name}")),
                "{exported:?}"
            );
            if name == "csv" {
                let mut reader = csv::ReaderBuilder::new().from_reader(exported.text.as_bytes());
                for record in reader.records() {
                    assert!(
                        record
                            .unwrap()
                            .iter()
                            .all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t']))
                    );
                }
            }
            let again = send(
                &sales,
                name,
                kind,
                &format!("a.{name}"),
                exported.text.clone(),
            )
            .await
            .json();
            assert_eq!(
                outcomes(&sales, &again).await,
                ["same", "same", "same"],
                "{:#?}",
                rows(&sales, &again).await
            );
            // Into an empty house, they are made as they were.
            let other = House::with(backend, URL).await;
            let there = other.program(Role::Sales).await;
            let text = exported
                .text
                .replace("C-000", if name == "csv" { "" } else { "C-000" });
            let text = if name == "csv" {
                without_numbers(&text)
            } else {
                without_json_numbers(&text)
            };
            let file = send(&there, name, kind, &format!("a.{name}"), text)
                .await
                .json();
            assert_eq!(
                outcomes(&there, &file).await,
                ["new", "new", "new"],
                "{:#?}",
                rows(&there, &file).await
            );
            let applied = apply(&there, &file, json!({})).await.json();
            assert_eq!(applied["new"], 3, "{applied}");
            let strip = |mut list: Value| {
                for one in list.as_array_mut().unwrap() {
                    for member in [
                        "id",
                        "created_at",
                        "edited_at",
                        "created_by",
                        "version",
                        "number",
                    ] {
                        one.as_object_mut().unwrap().remove(member);
                    }
                }
                list
            };
            let (here, made) = (
                sales.get("/api/v1/customers/export.json").await.json(),
                there.get("/api/v1/customers/export.json").await.json(),
            );
            assert_eq!(strip(made), strip(here));
        }
    }
}

fn without_numbers(text: &str) -> String {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut writer = csv::Writer::from_writer(Vec::new());
    for record in reader.records() {
        writer.write_record(record.unwrap().iter().skip(1)).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

fn without_json_numbers(text: &str) -> String {
    let mut list: Value = serde_json::from_str(text).unwrap();
    for one in list.as_array_mut().unwrap() {
        one.as_object_mut().unwrap().remove("number");
    }
    list.to_string()
}

#[tokio::test]
async fn a_file_is_taken_as_it_is_or_as_a_part_of_a_form_once() {
    let house = House::new().await;
    let sales = house.program(Role::Sales).await;
    let text = "Company,City\r\nKettle,Berlin\r\n";
    let form = format!(
        "--line\r\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\\\x\\\\our customers.csv\"\r\nContent-Type: text/csv\r\n\r\n{text}\r\n--line--\r\n"
    );
    let sent = send(
        &sales,
        "form",
        "multipart/form-data; boundary=line",
        "",
        form.clone(),
    )
    .await;
    assert_eq!(
        (sent.status, &sent.json()["name"]),
        (StatusCode::CREATED, &json!("our customers.csv")),
        "{sent:?}"
    );
    let again = send(
        &sales,
        "form",
        "multipart/form-data; boundary=line",
        "",
        form,
    )
    .await;
    assert_eq!(
        (again.header("idempotency-replayed"), again.json()),
        ("true", sent.json())
    );
    let mut bytes = vec![0xff, 0xfe];
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    let wide = send(&sales, "wide", "text/csv", "wide.csv", bytes).await;
    assert_eq!(
        wide.json()["rows"][0],
        json!({"outcome": "new", "rows": 1, "chosen": 1}),
        "{wide:?}"
    );
    assert_eq!(
        sales.get("/api/v1/customers/files").await.json()["items"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    for (key, bytes, words) in [
        ("a", b"PK\x03\x04".to_vec(), "save it as CSV"),
        ("b", b"Foo,Bar\n1,2\n".to_vec(), "found were Foo, Bar"),
        ("c", b"".to_vec(), "no rows"),
        ("d", b"[{]".to_vec(), "line 1"),
        ("e", b"a\0b".to_vec(), "no text"),
    ] {
        let refused = send(&sales, key, "text/csv", "x", bytes).await;
        assert_eq!(
            (refused.status, refused.json()["code"].as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, Some("unreadable_file")),
            "{refused:?}"
        );
        assert!(
            refused.json()["detail"].as_str().unwrap().contains(words),
            "{refused:?}"
        );
    }
    let large = send(
        &sales,
        "large",
        "text/csv",
        "x",
        vec![b'x'; 21 * 1024 * 1024],
    )
    .await;
    assert_eq!(
        (large.status, large.json()["code"].as_str()),
        (StatusCode::PAYLOAD_TOO_LARGE, Some("too_large"))
    );
    let gone = sales
        .call(
            http::Method::POST,
            &format!(
                "/api/v1/customers/files/{}/discard",
                wide.json()["id"].as_str().unwrap()
            ),
            &[],
            None,
        )
        .await;
    assert_eq!(gone.json()["state"], "discarded", "{gone:?}");
    assert_eq!(customers::count_all(house.store.read()).await.unwrap(), 0);
}

#[tokio::test]
async fn a_file_that_is_applied_twice_at_once_or_goes_on_after_a_stop_makes_nobody_twice() {
    for backend in BOTH {
        let house = House::with(backend, URL).await;
        let twin = house.twin().await;
        let sales = house.program(Role::Sales).await;
        let other = Program {
            house: &twin,
            secret: sales.secret.clone(),
        };
        let text: String = std::iter::once("Company,Mail\n".to_owned())
            .chain((0..60).map(|n| format!("Kettle {n},office@kettle{n}.example\n")))
            .collect();
        let file = bring(&sales, "one", &text).await;
        // As a server left it that was killed in the middle: some rows are applied, the file still waits.
        let id = file["id"].as_str().unwrap().parse().unwrap();
        let (lines, _) = customers::list_lines(house.store.read(), id, None, None, 5)
            .await
            .unwrap();
        for line in lines {
            let tx = house.store.begin().await.unwrap();
            assert!(
                customers::mark_line(&tx, id, line.line, None, domain::Clock::now(&*house.clock))
                    .await
                    .unwrap()
            );
            house
                .engine
                .create_customer_in(
                    &tx,
                    line.content.unwrap(),
                    None,
                    &store::audit::Actor::system(),
                )
                .await
                .unwrap();
            tx.commit().await.unwrap();
        }
        let (one, two) = tokio::join!(
            apply(&sales, &file, json!({})),
            apply(&other, &file, json!({}))
        );
        let done = [&one, &two]
            .iter()
            .filter(|answer| answer.status == StatusCode::OK)
            .count();
        assert!(done >= 1, "{one:?} {two:?}");
        let late = [&one, &two]
            .iter()
            .all(|answer| matches!(answer.status, StatusCode::OK | StatusCode::CONFLICT));
        assert!(late, "{one:?} {two:?}");
        assert_eq!(
            customers::count_all(house.store.read()).await.unwrap(),
            60,
            "{one:?} {two:?}"
        );
        let again = bring(&sales, "two", &text).await;
        assert!(
            outcomes(&sales, &again)
                .await
                .iter()
                .all(|outcome| outcome == "same")
        );
    }
}
