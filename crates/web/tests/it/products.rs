//! Products as people see them.

use domain::access::Role;
use http::StatusCode;
use store::Backend;
use store::catalog::{self, SetAside};

use crate::house::{HOST, House};

#[tokio::test]
async fn the_list_is_searched_filtered_sorted_and_paged() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let house = House::with(backend, &format!("http://{HOST}")).await;
        let connection = house.connection("Nordics", false).await;
        let mut products: Vec<_> = (0..60)
            .map(|n| {
                house.product(
                    &format!("Backup Tier {n:02}"),
                    "Acronis",
                    &format!("{}.50", n + 1),
                )
            })
            .collect();
        products.push(house.product("Microsoft 365 Business <Standard>", "Microsoft", "18.72"));
        house.import(connection, products).await;
        let sales = house.browser(Role::Sales).await;

        let page = sales.get("/products").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text.contains("1–50 of 61 products"), "{}", page.text);
        assert!(page.text.contains("/products?after=50"));
        let second = sales.part("/products?after=50").await;
        assert!(
            second.text.contains("51–61 of 61 products") && !second.text.contains("<html"),
            "{}",
            second.text
        );

        let found = sales.part("/products?q=business").await;
        assert!(
            found
                .text
                .contains("Microsoft 365 Business &lt;Standard&gt;")
                || found
                    .text
                    .contains("Microsoft 365 Business &#60;Standard&#62;"),
            "{}",
            found.text
        );
        assert!(found.text.contains("1–1 of 1 product") && found.text.contains("18.72"));
        assert!(
            sales
                .part("/products?vendor=Acronis&sort=-cost")
                .await
                .text
                .contains("Backup Tier 59")
        );
        assert!(
            sales
                .part("/products?price_from=59&price_to=61")
                .await
                .text
                .contains("1–2 of 2 products")
        );
        let nothing = sales.part("/products?q=nothinglikethis").await;
        assert!(
            nothing.text.contains("nothinglikethis") && nothing.text.contains("Remove filters")
        );
        assert_eq!(
            sales.get("/products?sort=evil").await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
    }
}

#[tokio::test]
async fn who_may_not_see_costs_sees_none_anywhere() {
    let house = House::new().await;
    let connection = house.connection("Nordics", false).await;
    let write = house.product("Teams Phone", "Microsoft", "77.31");
    let id = write.id;
    let run = house.import(connection, vec![write]).await;
    let reader = house.browser(Role::ReadOnly).await;
    let sales = house.browser(Role::Sales).await;
    let product = format!("/products/{id}");
    let run = format!("/activity/runs/{run}");
    for path in [
        "/",
        "/products",
        "/products/changes",
        &product,
        &run,
        "/jump?q=teams",
    ] {
        let page = reader.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path} {}", page.text);
        assert!(!page.text.contains("77.31"), "{path}");
    }
    assert!(sales.get(&product).await.text.contains("77.31"));
    for path in [
        "/products/export.csv",
        &format!("{product}/raw"),
        &format!("{product}/raw.json"),
        &format!("{product}/ledger.csv"),
    ] {
        assert_eq!(
            reader.get(path).await.status,
            StatusCode::FORBIDDEN,
            "{path}"
        );
        let allowed = sales.get(path).await;
        assert_eq!(allowed.status, StatusCode::OK, "{path}");
        assert!(allowed.text.contains("77.31"), "{path} {}", allowed.text);
    }
    let program = house.program(Role::ReadOnly).await;
    let answer = program.get(&format!("/api/v1/products/{id}")).await;
    assert!(answer.json()["variants"][0]["prices"].is_null() && !answer.text.contains("77.31"));
    let list = program.get("/api/v1/products").await;
    assert!(list.json()["items"][0]["cost_from"].is_null() && !list.text.contains("77.31"));
}

#[tokio::test]
async fn a_product_shows_variants_ledger_and_its_raw_reply() {
    let house = House::new().await;
    let connection = house.connection("Nordics", true).await;
    let write = house.product("Teams Phone", "Microsoft", "811.94534500000009");
    let id = write.id;
    house.import(connection, vec![write]).await;
    let sales = house.browser(Role::Sales).await;
    let page = sales.get(&format!("/products/{id}")).await;
    assert_eq!(page.status, StatusCode::OK);
    for part in [
        "Teams Phone",
        "1 year",
        "monthly",
        "811.9453",
        "first seen",
        "Good.",
        "plot-data",
    ] {
        assert!(page.text.contains(part), "{part} is missing: {}", page.text);
    }
    assert!(
        !page.text.contains("alert(1)"),
        "the description was made safe"
    );
    let raw = sales.get(&format!("/products/{id}/raw")).await;
    assert!(
        raw.text.contains("811.94534500000009"),
        "every digit as it came"
    );
    let before = sales.get(&format!("/products/{id}?as_of=2026-11-01")).await;
    assert_eq!(before.status, StatusCode::OK);
    assert!(
        before
            .text
            .contains("Prices as they were known on 2026-11-01")
            && !before.text.contains("811.9453"),
        "no price was known then"
    );
    assert_eq!(
        sales
            .get("/products/01890000-0000-7000-8000-000000000000")
            .await
            .status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn exports_are_whole_marked_and_harmless() {
    let house = House::new().await;
    let connection = house.connection("Sandbox", true).await;
    let mut products: Vec<_> = (0..501)
        .map(|n| house.product(&format!("Tier {n:03}"), "Acronis", "1.50"))
        .collect();
    products.push(house.product("=HYPERLINK(\"http://evil\")", "@evil", "2.50"));
    house.import(connection, products).await;
    let sales = house.browser(Role::Sales).await;
    let csv = sales.get("/products/export.csv").await;
    assert!(
        csv.header("content-disposition")
            .starts_with("attachment; filename=\"TEST-products-2026-11-23.csv\"")
    );
    let lines: Vec<_> = csv.text.lines().collect();
    assert_eq!(lines.len(), 503, "a head and every product");
    assert!(
        csv.text.contains("\"'=HYPERLINK(\"\"http://evil\"\")\"") && csv.text.contains(",'@evil,"),
        "{}",
        lines[1]
    );
    assert!(lines[1].starts_with("TEST,"));
    let json = sales
        .get("/products/export.json?vendor=%40evil")
        .await
        .json();
    assert_eq!(json.as_array().unwrap().len(), 1);
    assert_eq!(json[0]["name"], "=HYPERLINK(\"http://evil\")");
    assert_eq!(json[0]["cost"], "2.50");
}

#[tokio::test]
async fn what_is_set_aside_tells_reason_and_place() {
    let house = House::new().await;
    let connection = house.connection("Nordics", false).await;
    let run = house
        .import(
            connection,
            vec![house.product("Teams Phone", "Microsoft", "7.31")],
        )
        .await;
    let id = domain::SetAsideId::new(&*house.ids);
    let raw = r#"{"skus":[{"plans":[{"recurringPrice":"cheap"}]}]}"#;
    let entry = SetAside {
        id,
        ion_id: "ion-broken".to_owned(),
        name: "Broken".to_owned(),
        json_path: "skus[0].plans[0].recurringPrice".to_owned(),
        message: "\"cheap\" is not a decimal number".to_owned(),
        raw: zstd::bulk::compress(raw.as_bytes(), 1).unwrap(),
    };
    let tx = house.store.begin().await.unwrap();
    let now = domain::Clock::now(&*house.clock);
    catalog::set_aside(&tx, connection, run, &entry, now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let sales = house.browser(Role::Sales).await;
    let list = sales.get("/products/set-aside").await;
    assert!(
        list.text.contains("ion-broken") && list.text.contains("SKU 1"),
        "{}",
        list.text
    );
    let one = sales.get(&format!("/products/set-aside/{id}")).await;
    assert!(
        one.text.contains("is not a decimal number") && one.text.contains("id=\"place\""),
        "{}",
        one.text
    );
    let reader = house.browser(Role::ReadOnly).await;
    let hidden = reader.get(&format!("/products/set-aside/{id}")).await;
    assert!(
        hidden.text.contains("which your role does not see")
            && !hidden.text.contains("id=\"place\"")
    );
    let listed = house
        .program(Role::ReadOnly)
        .await
        .get("/api/v1/set-aside")
        .await
        .json();
    assert_eq!(
        listed["items"][0]["json_path"],
        "skus[0].plans[0].recurringPrice"
    );
}

#[tokio::test]
async fn a_sandbox_wears_its_banner() {
    let house = House::new().await;
    house.connection("Sandbox", true).await;
    let sales = house.browser(Role::Sales).await;
    assert!(sales.get("/products").await.text.contains("testbar"));
    house.connection("Real Nordics", false).await;
    assert!(
        !sales.get("/products").await.text.contains("testbar"),
        "one of them is real"
    );
}
