use super::*;

async fn upload(browser: &Browser<'_>, token: &str, name: &str, text: &str) -> Answer {
    let body = format!(
        "--b\r\ncontent-disposition: form-data; name=\"csrf\"\r\n\r\n{token}\r\n--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: text/csv\r\n\r\n{text}\r\n--b--\r\n"
    );
    let request = browser
        .request(&Method::POST, "/customers/import")
        .header("origin", format!("http://{HOST}"))
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "multipart/form-data; boundary=b");
    browser
        .house
        .send(request.body(Body::from(body)).unwrap())
        .await
}

#[tokio::test]
async fn a_file_is_read_looked_at_and_applied() {
    let house = House::new().await;
    let known = house
        .customer("Moonpenny Bakery", "office@moonpenny.example")
        .await;
    let sales = house.browser(Role::Sales).await;
    has(
        &sales.get("/customers/import").await,
        &["organisation", "multipart/form-data"],
    );
    let text = "Firma;E-Mail;Tel;Rabatt\r\nVelvet Hammer;office@velvet.example;1;5\r\nMoonpenny Bakery;office@moonpenny.example;+49 30 555;5\r\n;nobody@x.example;;\r\n";
    let forged = upload(&sales, "AAAA", "a.csv", text).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    let empty = upload(&sales, &csrf(), "", "").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let unread = upload(&sales, &csrf(), "a.csv", "a;b\r\n1;2\r\n").await;
    assert_eq!(unread.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unread.text.contains("No column tells"), "{}", unread.text);
    let large = upload(&sales, &csrf(), "a.csv", &text.repeat(20_000)).await;
    assert_ne!(
        large.status,
        StatusCode::PAYLOAD_TOO_LARGE,
        "{}",
        large.text.len()
    );
    let read = upload(&sales, &csrf(), "customers.csv", text).await;
    let base = goes_to(&read, "/customers/import/");
    let page = sales.get(&base).await;
    has(
        &page,
        &[
            "customers.csv, 3 rows",
            "3 of 4 recognised",
            "not used",
            "Velvet Hammer",
            "Not readable",
            "2 of 3 rows chosen: 1 new, 1 changed",
            "Import 2 rows",
        ],
    );
    let mend = page
        .text
        .split("href=\"")
        .filter_map(|part| part.split('"').next())
        .find(|href| href.contains("/customers/new?file="))
        .unwrap()
        .replace("&#38;", "&");
    has(&sales.get(&mend).await, &["nobody@x.example", "From row 4"]);
    has(
        &sales.get(&format!("{base}?outcome=new")).await,
        &["1 of 1 row"],
    );
    goes_to(
        &sales
            .post(&format!("{base}/choose"), &[("group", "new:off")])
            .await,
        &base,
    );
    let applied = sales.post(&format!("{base}/apply"), &[]).await;
    has(&applied, &["0 customers made, 1 changed", "Applied"]);
    let row = customers::find(house.store.read(), known)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.customer.fields.get(Field::Phone), "+49 30 555");
    has(
        &sales.post(&format!("{base}/apply"), &[]).await,
        &["Nothing was imported now"],
    );
    has(
        &sales.get("/customers/import").await,
        &["customers.csv", "Brought before"],
    );
}
