//! Changes of a subscription, and what cannot be changed.

use super::HOSTILE;
use super::NOBODY;
use super::Sold;
use super::shows;
use crate::house::House;
use domain::Term;
use domain::access::Role;
use domain::subscription::SubscriptionEventKind;
use domain::subscription::SubscriptionState;
use http::StatusCode;

#[tokio::test]
async fn a_change_is_previewed_refused_in_words_and_becomes_a_draft() {
    let house = House::new().await;
    let connection = house.connection("Nordics", false).await;
    let customer = house.somebody("Hedgehog Logistics Oy").await;
    let ids = house
        .sells(
            connection,
            vec![Sold {
                customer: Some(customer),
                customer_name: "Hedgehog Logistics Oy",
                seats: Some(74),
                due: Some(house.in_days(26)),
                ..Sold::default()
            }],
        )
        .await;
    let path = format!("/subscriptions/{}", ids[0]);
    let change = format!("{path}/change");
    let sales = house.browser(Role::Sales).await;
    shows(
        &sales.get(&path).await,
        &[
            "Renews by itself",
            "1,287.60",
            "74 × 17.40",
            "20.0\u{202f}%",
            "Change seats",
            "value=\"74\"",
            "Fewer only from the renewal on.",
            "Too late to cancel",
            "HL-0907",
            "name=\"what\" value=\"renewal_off\"",
            "r-s1",
        ],
        &["value=\"cancel\""],
    );
    // By script, the part alone; without it, the page with what was typed.
    let form = [
        ("what", "seats"),
        ("seats", "80"),
        ("when", "now"),
        ("do", "preview"),
    ];
    let whole = sales.post(&change, &form).await;
    shows(
        &whole,
        &[
            "<html",
            "value=\"80\"",
            "6 more seats × 17.40",
            "104.40 EUR a month",
            "Bound until",
            "Review: 80 seats now",
        ],
        &[],
    );
    // What of it the preview says; the words of what can be done stand there as well.
    for (when, there, not_there) in [
        (
            "now",
            ["No seats can be taken away now", "19 Dec 2026"],
            "4 seats fewer",
        ),
        (
            "renewal",
            ["4 seats fewer", "Review: 70 seats at the renewal"],
            "class=\"bad",
        ),
    ] {
        let fewer = [
            ("what", "seats"),
            ("seats", "70"),
            ("when", when),
            ("do", "preview"),
        ];
        let seen = sales.post(&change, &fewer).await;
        assert_eq!(seen.status, StatusCode::OK, "{}", seen.text);
        let from = seen.text.find("id=\"effect\"").unwrap();
        let to = from + seen.text[from..].find("</form>").unwrap();
        let effect = &seen.text[from..to];
        for part in there {
            assert!(effect.contains(part), "{part} is missing: {effect}");
        }
        assert!(
            !effect.contains(not_there),
            "{not_there} is there: {effect}"
        );
    }
    let nonsense = [("what", "seats"), ("seats", "<b>many</b>"), ("do", "draft")];
    let refused = sales.post(&change, &nonsense).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in [
        "whole number of seats",
        "&#60;b&#62;many",
        "Nothing was ordered",
    ] {
        assert!(refused.text.contains(part), "{part}: {}", refused.text);
    }
    let none = [("what", "seats"), ("seats", "0"), ("do", "draft")];
    let refused = sales.post(&change, &none).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text.contains("Fewer than 1 seat is a cancellation"),
        "{}",
        refused.text
    );
    let refused = sales.post(&change, &[("what", "cancel")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text.contains("You can turn the renewal off"),
        "{}",
        refused.text
    );
    let gone = sales
        .post(
            &format!("/subscriptions/{NOBODY}/change"),
            &[("what", "suspend")],
        )
        .await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    // Each of these becomes a draft that its review opens for; nothing is sent.
    for (what, seats, words, button) in [
        (
            "seats",
            "80",
            "80 seats instead of 74",
            "<span>Change to 80 seats, ",
        ),
        (
            "renewal_off",
            "",
            "turn its renewal off",
            "<span>Switch auto-renew off</span>",
        ),
        (
            "suspend",
            "",
            "suspend it",
            "<span>Suspend subscription</span>",
        ),
    ] {
        let made = sales
            .post(
                &change,
                &[("what", what), ("seats", seats), ("when", "now")],
            )
            .await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
        let to = made.header("location").to_owned();
        assert!(
            to.starts_with("/orders/") && to.ends_with("/edit/review"),
            "{to}"
        );
        // The button says what will happen, of which product and whom; no money where there is none.
        shows(
            &sales.get(&to).await,
            &[
                button,
                "Business Premium of Hedgehog Logistics Oy. Sent to Ion once",
                "What will change",
            ],
            &["Place order", ">0.00<", "0.00 EUR"],
        );
        shows(
            &sales.get(&path).await,
            &["On its way", words, "Draft"],
            &[],
        );
    }
    let later = sales
        .post(
            &change,
            &[("what", "seats"), ("seats", "70"), ("when", "renewal")],
        )
        .await;
    assert_eq!(later.status, StatusCode::SEE_OTHER, "{}", later.text);
    shows(
        &sales.get(&path).await,
        &["70 seats instead of 74, on 19 Dec 2026"],
        &[],
    );
}

#[tokio::test]
async fn what_is_not_known_is_said_and_what_is_over_is_not_changed() {
    let house = House::new().await;
    let connection = house.connection("Sandbox", true).await;
    let ids = house
        .sells(
            connection,
            vec![
                Sold {
                    ion_id: "strange",
                    customer_name: HOSTILE,
                    name: HOSTILE,
                    state: SubscriptionState::Unknown,
                    cost: None,
                    seats: None,
                    auto_renew: None,
                    term: Term::Unknown,
                    ..Sold::default()
                },
                Sold {
                    ion_id: "ended",
                    state: SubscriptionState::Expired,
                    due: Some(house.in_days(-3)),
                    ..Sold::default()
                },
                Sold {
                    ion_id: "cancelled",
                    state: SubscriptionState::Cancelled,
                    due: Some(house.in_days(20)),
                    auto_renew: Some(false),
                    ..Sold::default()
                },
            ],
        )
        .await;
    house
        .event(
            ids[0],
            SubscriptionEventKind::Details,
            "Name: <i>old</i>",
            "Name: <i>new</i>",
        )
        .await;
    let admin = house.browser(Role::Admin).await;
    // Its last day is still to come.
    shows(
        &admin.get(&format!("/subscriptions/{}", ids[2])).await,
        &["Ends on"],
        &["Ended<"],
    );
    shows(
        &admin.get(&format!("/subscriptions/{}", ids[0])).await,
        &[
            "is no customer here",
            "Ion says “unknown”",
            "not known",
            "no term",
            "any time",
            "TEST",
            "&#60;i&#62;old&#60;/i&#62; → &#60;i&#62;new",
            "Café &#38; Söhne &#60;b&#62;",
        ],
        &["<script>alert(1)", "<i>old", "Change seats"],
    );
    shows(
        &admin.get(&format!("/subscriptions/{}", ids[1])).await,
        &["Expired", "This subscription has ended"],
        &["Change seats</h2><span", "value=\"suspend\""],
    );
    assert_eq!(
        admin.get(&format!("/subscriptions/{NOBODY}")).await.status,
        StatusCode::NOT_FOUND
    );
}
