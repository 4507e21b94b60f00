//! The history of customers, and what a run did to them.

use domain::{ChangeId, ConnectionId, CustomerId, RunId};
use rules::customers::rule::Rule;
use store::customers::{self, ChangeKind, ChangeRow, Way};
use store::testing::for_both;

use super::bed::{insert, named};
use crate::make::{Make, seconds};

fn line(make: &Make, customer: CustomerId, kind: ChangeKind, way: Way) -> ChangeRow {
    ChangeRow {
        id: ChangeId::new(&make.ids),
        customer,
        connection: None,
        ion_id: None,
        run: None,
        at: make.now(),
        kind,
        way,
        field: None,
        before: String::new(),
        after: String::new(),
        rule: None,
        actor: "kim".into(),
        request_id: None,
        note: String::new(),
        undone_at: None,
        undone_by: None,
    }
}

fn by_ion(make: &Make, customer: CustomerId, connection: ConnectionId, run: RunId) -> ChangeRow {
    ChangeRow {
        connection: Some(connection),
        ion_id: Some("42".into()),
        run: Some(run),
        field: Some("city".into()),
        before: "it's \u{1f980} %".into(),
        after: "x".repeat(5_000),
        rule: Some(Rule::C02),
        request_id: Some("r-1".into()),
        note: "more".into(),
        ..line(make, customer, ChangeKind::Field, Way::FromIon)
    }
}

#[tokio::test]
async fn the_newest_line_comes_first_and_a_run_tells_what_it_did() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let run = make.run(&store, connection).await;
        let (id, other) = (
            insert(&store, &make, &named("Kettle", "a@b.example")).await,
            insert(&store, &make, &named("Other", "b@b.example")).await,
        );
        let mut lines: Vec<ChangeRow> = (0..700)
            .map(|_| line(&make, id, ChangeKind::Ignored, Way::Here))
            .collect();
        lines.push(by_ion(&make, id, connection, run));
        lines.push(by_ion(&make, other, connection, run));
        lines.push(ChangeRow {
            run: Some(run),
            ..line(&make, other, ChangeKind::Imported, Way::FromIon)
        });
        let tx = store.begin().await.unwrap();
        customers::add_changes(&tx, &lines).await.unwrap();
        customers::add_changes(&tx, &[]).await.unwrap();
        tx.commit().await.unwrap();
        let conn = store.read();
        let mut ordered: Vec<ChangeId> = lines
            .iter()
            .filter(|line| line.customer == id)
            .map(|line| line.id)
            .collect();
        ordered.sort();
        ordered.reverse();
        let (mut seen, mut before) = (Vec::new(), None);
        loop {
            let part = customers::list_changes(conn, id, before, 100)
                .await
                .unwrap();
            let Some(last) = part.last() else { break };
            before = Some(last.id);
            seen.extend(part.iter().map(|line| line.id));
        }
        assert_eq!(seen, ordered);
        let kept = customers::find_change(conn, lines[700].id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(format!("{kept:?}"), format!("{:?}", lines[700]));

        let did = customers::list_run_changes(conn, run, None, 2)
            .await
            .unwrap();
        assert_eq!(did.len(), 2);
        let rest = customers::list_run_changes(conn, run, Some(did[1].0.id), 2)
            .await
            .unwrap();
        assert_eq!(rest.len(), 1);
        let names: Vec<_> = did
            .iter()
            .chain(&rest)
            .filter(|(line, _)| line.customer == other)
            .map(|(_, name)| name.as_str())
            .collect();
        assert_eq!(names, ["Other", "Other"]);
        assert_eq!(
            customers::count_run_changes(conn, run).await.unwrap(),
            [
                (ChangeKind::Field, Way::FromIon, 2),
                (ChangeKind::Imported, Way::FromIon, 1)
            ]
        );

        let tx = store.begin().await.unwrap();
        customers::mark_undone(&tx, &[lines[700].id], "ada", make.now() + seconds(3))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let kept = customers::find_change(store.read(), lines[700].id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (kept.undone_at, kept.undone_by.as_deref()),
            (Some(make.now() + seconds(3)), Some("ada"))
        );
        assert_eq!(
            customers::find_change(store.read(), lines[701].id)
                .await
                .unwrap()
                .unwrap()
                .undone_at,
            None
        );
    })
    .await;
}
