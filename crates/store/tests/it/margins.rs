//! Margin rules: saved over nobody's change, and kept when they are out of use.

use domain::MarginRuleId;
use domain::margin::{MarginKind, MarginRule, MarginScope, Rounding};
use store::margins::{self, MarginRow};
use store::testing::for_both;

use crate::make::{Make, seconds};

fn rule(make: &Make, name: &str) -> MarginRow {
    MarginRow {
        rule: MarginRule {
            id: MarginRuleId::new(&make.ids),
            name: name.to_owned(),
            scope: MarginScope {
                vendor: Some("Microsoft".to_owned()),
                ..MarginScope::default()
            },
            kind: MarginKind::Markup,
            value: "12.5".parse().unwrap(),
            currency: None,
            rounding: Rounding::Cent,
            floor: Some("3".parse().unwrap()),
            from: "2026-01-01".parse().unwrap(),
            until: None,
        },
        version: 1,
        created_by: "kim".to_owned(),
        created_at: make.now(),
        edited_by: "kim".to_owned(),
        edited_at: make.now(),
        retired_at: None,
    }
}

#[tokio::test]
async fn a_rule_is_saved_by_one_and_kept_when_it_is_out_of_use() {
    for_both(|store| async move {
        let make = Make::new();
        let (mut first, second) = (rule(&make, "first"), rule(&make, "second"));
        let tx = store.begin().await.unwrap();
        margins::insert(&tx, &first).await.unwrap();
        make.clock.advance(seconds(1));
        margins::insert(
            &tx,
            &MarginRow {
                created_at: make.now(),
                ..second.clone()
            },
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        let id = first.rule.id;
        let find = async || margins::find(store.read(), id).await.unwrap().unwrap();
        assert_eq!(format!("{:?}", find().await), format!("{first:?}"));

        let save = async |row: &MarginRow, expected| {
            let tx = store.begin().await.unwrap();
            let saved = margins::save(&tx, row, expected).await.unwrap();
            tx.commit().await.unwrap();
            saved
        };
        let (mut one, mut other) = (first.clone(), first.clone());
        one.rule.value = "10".parse().unwrap();
        one.edited_by = "one".to_owned();
        other.rule.value = "20".parse().unwrap();
        other.edited_by = "other".to_owned();
        let (won, lost) = tokio::join!(save(&one, 1), save(&other, 1));
        assert!(won != lost);
        first = if won { one } else { other };
        first.version = 2;
        assert_eq!(format!("{:?}", find().await), format!("{first:?}"));

        let retire = async |expected| {
            let tx = store.begin().await.unwrap();
            let done = margins::retire(&tx, id, expected, "lee", make.now())
                .await
                .unwrap();
            tx.commit().await.unwrap();
            done
        };
        assert!(!retire(1).await);
        assert!(retire(2).await);
        assert!(!retire(3).await, "once");
        assert!(!save(&first, 3).await, "what is out of use is not changed");
        let names = async |with_retired| {
            let rules = margins::list(store.read(), with_retired).await.unwrap();
            rules
                .iter()
                .map(|row| row.rule.name.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(names(false).await, ["second"]);
        assert_eq!(names(true).await, ["first", "second"]);
        let retired = find().await;
        assert_eq!((retired.version, retired.edited_by.as_str()), (3, "lee"));
        assert_eq!(retired.retired_at, Some(make.now()));
        let none = MarginRuleId::new(&make.ids);
        assert!(margins::find(store.read(), none).await.unwrap().is_none());
    })
    .await;
}
