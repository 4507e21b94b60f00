//! Syncs asked for by programs, and their plans.

use domain::access::Role;
use domain::{Clock as _, PlanId};
use http::{Method, StatusCode};
use rules::customers::decide::Action;
use rules::customers::plan::{Counts, Entry};
use rules::customers::rule::Rule;
use serde_json::{Value, json};
use store::customers::{self, PlanEntryRow, PlanRow, PlanState};

use crate::customers_api::{BOTH, NOBODY, URL, call, patch};
use crate::house::House;

#[tokio::test]
async fn a_sync_is_asked_for_once_and_its_plan_is_chosen_applied_or_let_go() {
    for backend in BOTH {
        let house = House::with(backend, URL).await;
        let connection = house.connection("Nordics", false).await;
        let sales = house.program(Role::Sales).await;
        let body = json!({"connection_id": connection, "dry_run": true});
        let asked = sales
            .post("/api/v1/customers/syncs", "one", body.clone())
            .await;
        assert_eq!(
            (asked.status, &asked.json()["kind"]),
            (StatusCode::ACCEPTED, &json!("customer_sync")),
            "{asked:?}"
        );
        let other = sales.post("/api/v1/customers/syncs", "two", body).await;
        assert_eq!(
            other.json()["id"],
            asked.json()["id"],
            "one of a connection at a time"
        );
        let nowhere = sales
            .post(
                "/api/v1/customers/syncs",
                "three",
                json!({"connection_id": NOBODY}),
            )
            .await;
        assert_eq!(nowhere.status, StatusCode::NOT_FOUND);

        let run = asked.json()["id"].as_str().unwrap().parse().unwrap();
        let entry = |name: &str, action, rule| Entry {
            local: Some(NOBODY.to_owned()),
            remote: None,
            name: name.to_owned(),
            rule,
            action,
        };
        let mut ids = Vec::new();
        for _ in 0..2 {
            let plan = PlanRow {
                id: PlanId::new(&*house.ids),
                connection,
                run,
                first: true,
                held: false,
                state: PlanState::Waiting,
                counts: Counts::default(),
                read_here: 3,
                read_in_ion: 4,
                made_at: house.clock.now(),
                decided_at: None,
                decided_by: None,
                applied_run: None,
            };
            let rows: Vec<_> = [
                ("Cup", Action::Import, Rule::C20),
                ("Kettle", Action::Offer, Rule::C23),
                ("Tea", Action::Offer, Rule::C23),
            ]
            .into_iter()
            .enumerate()
            .map(|(n, (name, action, rule))| PlanEntryRow {
                seq: n as u64 + 1,
                chosen: action == Action::Import,
                entry: entry(name, action, rule),
                blocked: None,
                outcome: None,
            })
            .collect();
            let tx = house.store.begin().await.unwrap();
            customers::insert_plan(&tx, &plan, &rows).await.unwrap();
            tx.commit().await.unwrap();
            ids.push(plan.id);
        }
        let all = sales
            .get(&format!(
                "/api/v1/customers/plans?connection_id={connection}"
            ))
            .await
            .json();
        let known: Vec<_> = all["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["state"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(
            known.iter().filter(|state| *state == "waiting").count(),
            1,
            "a later one takes its place: {known:?}"
        );
        let path = format!("/api/v1/customers/plans/{}", ids[1]);
        let shown = sales.get(&format!("{path}?limit=2")).await;
        assert_eq!(shown.json()["entries"].as_array().unwrap().len(), 2);
        let next = shown.json()["next"].as_str().unwrap().to_owned();
        let rest = sales
            .get(&format!("{path}?limit=2&cursor={next}"))
            .await
            .json();
        assert_eq!(
            (
                &rest["entries"][0]["name"],
                &rest["entries"][0]["why"],
                &rest["next"]
            ),
            (&json!("Tea"), &json!(Rule::C23.why()), &Value::Null)
        );
        let tag = shown.header("etag").to_owned();
        let chosen = patch(
            &sales,
            &path,
            &tag,
            json!({"choose_actions": ["offer"], "leave": [3]}),
        )
        .await;
        assert_eq!(chosen.status, StatusCode::OK, "{chosen:?}");
        let picked = sales.get(&format!("{path}?chosen=true")).await.json();
        let seqs: Vec<_> = picked["entries"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["seq"].as_u64().unwrap())
            .collect();
        assert_eq!(seqs, [1, 2]);
        // The sync that was asked for still waits.
        let busy = call(&sales, &format!("{path}/apply"), json!({})).await;
        assert_eq!(
            (busy.status, busy.json()["code"].as_str()),
            (StatusCode::CONFLICT, Some("running"))
        );
        let tx = house.store.begin().await.unwrap();
        store::runs::mark_running(&tx, run, house.clock.now())
            .await
            .unwrap();
        store::runs::finish(
            &tx,
            run,
            domain::run::RunStatus::Done,
            &domain::run::RunCounts::default(),
            "",
            house.clock.now(),
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        let discarded = call(&sales, &format!("{path}/discard"), json!({})).await;
        assert_eq!(discarded.json()["state"], "discarded", "{discarded:?}");
        let late = call(&sales, &format!("{path}/apply"), json!({})).await;
        assert_eq!(late.json()["code"], "settled");
        let moved = patch(&sales, &path, &tag, json!({"leave": [1]})).await;
        assert_eq!(moved.status, StatusCode::PRECONDITION_FAILED);

        let policy = format!("/api/v1/connections/{connection}/sync-policy");
        let before = sales.get(&policy).await;
        assert_eq!(
            (&before.json()["winner"], &before.json()["paused"]),
            (&json!("ask"), &json!(true)),
            "who lets a plan go pauses the sync"
        );
        let tag = before.header("etag").to_owned();
        let new = json!({"winner": "newest", "fields": {"email": "ion"}, "create_in_ion": true});
        let saved = sales
            .call(
                Method::PUT,
                &policy,
                &[("if-match", &tag)],
                Some(new.clone()),
            )
            .await;
        assert_eq!(
            (&saved.json()["fields"], &saved.json()["paused"]),
            (&json!({"email": "ion"}), &json!(false)),
            "{saved:?}"
        );
        let late = sales
            .call(Method::PUT, &policy, &[("if-match", &tag)], Some(new))
            .await;
        assert_eq!(late.status, StatusCode::PRECONDITION_FAILED);
        let tag = saved.header("etag").to_owned();
        let wrong = sales
            .call(
                Method::PUT,
                &policy,
                &[("if-match", &tag)],
                Some(json!({"fields": {"email": "loudest"}})),
            )
            .await;
        assert_eq!(wrong.json()["errors"][0]["pointer"], "/fields/email");
    }
}
