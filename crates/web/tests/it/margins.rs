//! Margin rules as people make, try and retire them in a browser.

use domain::access::Role;
use http::StatusCode;

use crate::house::{Browser, House};
use crate::subscriptions::{Sold, shows};

const PATH: &str = "/settings/margins";

fn rule<'a>(
    name: &'a str,
    vendor: &'a str,
    value: &'a str,
    act: &'a str,
) -> Vec<(&'a str, &'a str)> {
    vec![
        ("name", name),
        ("vendor", vendor),
        ("kind", "markup"),
        ("value", value),
        ("floor", "15"),
        ("rounding", "cent"),
        ("from", "2026-01-01"),
        ("do", act),
    ]
}

async fn saved(browser: &Browser<'_>, path: &str, form: &[(&str, &str)]) -> String {
    let answer = browser.post(path, form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    answer
        .header("location")
        .split('?')
        .next()
        .unwrap()
        .to_owned()
}

async fn house() -> House {
    let house = House::new().await;
    let connection = house.connection("Nordics", false).await;
    house
        .import(
            connection,
            vec![
                house.product("Premium", "Microsoft", "17.40"),
                house.product("Premium Plus", "Microsoft", "40.00"),
                house.product("Workspace", "Google", "10.00"),
            ],
        )
        .await;
    let customer = house.somebody("Hedgehog Logistics Oy").await;
    house.somebody("Hedgehog Brothers").await;
    house
        .sells(
            connection,
            vec![
                Sold {
                    customer: Some(customer),
                    customer_name: "Hedgehog Logistics Oy",
                    product: "ion-Premium",
                    name: "Premium",
                    ..Sold::default()
                },
                Sold {
                    ion_id: "s2",
                    vendor: "Google",
                    product: "ion-Workspace",
                    name: "Workspace",
                    cost: Some("10.00"),
                    ..Sold::default()
                },
            ],
        )
        .await;
    house
}

#[tokio::test]
async fn the_preview_says_what_saving_then_does() {
    let house = house().await;
    let finance = house.browser(Role::Finance).await;
    shows(&finance.get(PATH).await, &["No rule yet", "New rule"], &[]);
    shows(
        &finance.get(&format!("{PATH}/new")).await,
        &["Nothing to work out yet", "from 23 Nov 2026"],
        &[],
    );
    let new = format!("{PATH}/new");
    // Without script the whole page answers, and nothing is saved.
    let tried = finance
        .post(&new, &rule("Microsoft", "Microsoft", "18", "preview"))
        .await;
    shows(
        &tried,
        &[
            "<html",
            "20.54",
            "15.2\u{202f}%",
            "Equals a margin of 15.2",
            "Save from 1 Jan 2026",
            "this rule",
            "value=\"18\"",
        ],
        &["aria-invalid"],
    );
    shows(&finance.get(PATH).await, &["No rule yet"], &[]);
    let path = saved(
        &finance,
        &new,
        &rule("Microsoft", "Microsoft", "18", "save"),
    )
    .await;
    shows(
        &finance.get(&format!("{path}?done=saved")).await,
        &["Rule saved", "cost + 18 %", "all products of Microsoft"],
        &[],
    );
    // What the product then says is what the preview said.
    let list = finance.get("/products?q=ion-Premium").await;
    let product = list
        .text
        .split("href=\"")
        .filter_map(|part| part.split('"').next())
        .find(|href| href.starts_with("/products/0"))
        .unwrap()
        .to_owned();
    shows(
        &finance.get(&product).await,
        &[
            "20.54 by rule “Microsoft”",
            "cost + 18 %",
            "15.2\u{202f}%",
            "15 %, kept",
        ],
        &[],
    );
    // A closer one wins; the other one is told where it does not.
    let mut closer = rule("Hedgehog", "", "25", "save");
    closer.push(("customer", "Hedgehog Logistics Oy"));
    saved(&finance, &new, &closer).await;
    let open = finance.get(&path).await;
    shows(&open, &["Where another rule wins", "Hedgehog"], &[]);
    let list = finance.get(PATH).await;
    let at = |text: &str| {
        list.text
            .find(text)
            .unwrap_or_else(|| panic!("{text}: {}", list.text))
    };
    assert!(at("Hedgehog Logistics Oy: all products") < at("all products of Microsoft"));
}

#[tokio::test]
async fn what_is_wrong_is_named_and_several_are_offered() {
    let house = house().await;
    let finance = house.browser(Role::Finance).await;
    let new = format!("{PATH}/new");
    let mut form = rule("", "Microsoft", "a <b>lot</b>", "save");
    form.push(("until", "someday"));
    let refused = finance.post(&new, &form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in [
        "2 fields are wrong",
        "Nothing was saved",
        "Give a percentage",
        "a &#60;b&#62;lot",
        "id=\"value-e\"",
        "Give a day such as 2027-12-31",
    ] {
        assert!(refused.text.contains(part), "{part}: {}", refused.text);
    }
    let unnamed = finance
        .post(&new, &rule("", "Microsoft", "18", "save"))
        .await;
    assert_eq!(unnamed.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        unnamed.text.contains("Give the rule a name"),
        "{}",
        unnamed.text
    );
    let mut form = rule("Two", "", "18", "save");
    form.extend([("product", "prem"), ("customer", "hedgehog")]);
    let several = finance.post(&new, &form).await;
    assert_eq!(several.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in [
        "Several are called that",
        "name=\"pick_product_id\" value=\"ion-Premium Plus\"",
        "Hedgehog Brothers",
    ] {
        assert!(several.text.contains(part), "{part}: {}", several.text);
    }
    form.retain(|(name, _)| *name != "do");
    form.push(("pick_product_id", "ion-Premium Plus"));
    shows(
        &finance.post(&new, &form).await,
        &[
            "name=\"product_id\" value=\"ion-Premium Plus\"",
            "value=\"Premium Plus\"",
            "Hedgehog Brothers",
        ],
        &[],
    );
    let mut fixed = rule("Fixed", "", "20.25", "save");
    fixed.retain(|(name, _)| *name != "kind");
    fixed.extend([("kind", "fixed"), ("product", "ion-Premium")]);
    let refused = finance.post(&new, &fixed).await;
    assert!(
        refused.text.contains("Give a currency code"),
        "{}",
        refused.text
    );
    fixed.push(("currency", "eur"));
    let path = saved(&finance, &new, &fixed).await;
    shows(
        &finance.get(&path).await,
        &["fixed 20.25 EUR", "value=\"Premium\""],
        &[],
    );
}

#[tokio::test]
async fn rules_are_changed_against_their_version_and_retired_by_who_may() {
    let house = house().await;
    let finance = house.browser(Role::Finance).await;
    let new = format!("{PATH}/new");
    let path = saved(
        &finance,
        &new,
        &rule("<i>Microsoft</i>", "Microsoft", "18", "save"),
    )
    .await;
    let mut form = rule("<i>Microsoft</i>", "Microsoft", "20", "save");
    form.push(("version", "1"));
    saved(&finance, &path, &form).await;
    let late = finance.post(&path, &form).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in [
        "Somebody else changed this rule",
        "name=\"version\" value=\"2\"",
    ] {
        assert!(late.text.contains(part), "{part}: {}", late.text);
    }
    let sales = house.browser(Role::Sales).await;
    shows(
        &sales.get(&path).await,
        &[
            "&#60;i&#62;Microsoft",
            "cost + 20 %",
            "Rules are changed by Finance and Admin",
            "disabled",
        ],
        &["<i>Microsoft", "New rule", "Take out of use"],
    );
    for at in [&path, &new, &format!("{path}/retire")] {
        assert_eq!(
            sales.post(at, &form).await.status,
            StatusCode::FORBIDDEN,
            "{at}"
        );
    }
    let reader = house.browser(Role::ReadOnly).await;
    assert_eq!(reader.get(PATH).await.status, StatusCode::FORBIDDEN);
    shows(
        &reader.get("/settings/integrations").await,
        &[],
        &["/settings/margins"],
    );
    let retired = finance
        .post(&format!("{path}/retire"), &[("version", "2")])
        .await;
    assert_eq!(retired.status, StatusCode::SEE_OTHER, "{}", retired.text);
    shows(
        &finance.get(retired.header("location")).await,
        &["No rule yet", "Out of use", "Taken out of use"],
        &[],
    );
    assert_eq!(finance.get(&path).await.status, StatusCode::NOT_FOUND);
}
