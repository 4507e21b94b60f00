//! Files of customers that somebody brought.

use domain::FileId;
use store::customers::{self, FileLine, FileOutcome, FileRow, FileState};
use store::testing::for_both;

use super::bed::{insert, named};
use crate::make::Make;

fn line(line: u64, outcome: FileOutcome) -> FileLine {
    FileLine {
        line,
        outcome,
        name: format!("Name \"{line}\", 100 %"),
        customer: None,
        version: None,
        content: (outcome != FileOutcome::NotReadable).then(|| named("Name", "a@b.example")),
        message: "said \u{1f980}".into(),
        field: None,
        chosen: matches!(outcome, FileOutcome::New | FileOutcome::Changed),
        applied_at: None,
        result: None,
    }
}

#[tokio::test]
async fn a_file_is_compared_chosen_from_and_applied_once() {
    for_both(|store| async move {
        let make = Make::new();
        let id = insert(&store, &make, &named("Kettle", "a@b.example")).await;
        let file = FileRow {
            id: FileId::new(&make.ids),
            name: "März, \"neu\".csv".into(),
            format: "csv".into(),
            columns: vec![
                ("Firma".into(), Some("organisation".into())),
                ("?".into(), None),
            ],
            state: FileState::Read,
            brought_at: make.now(),
            brought_by: "kim".into(),
            applied_at: None,
        };
        let mut lines: Vec<FileLine> = (2..1_202)
            .map(|number| line(number, FileOutcome::New))
            .collect();
        lines.push(FileLine {
            customer: Some(id),
            version: Some(3),
            field: Some("email".into()),
            ..line(1_300, FileOutcome::Changed)
        });
        lines.push(line(1_301, FileOutcome::NotReadable));
        lines.push(line(1_302, FileOutcome::Look));
        let tx = store.begin().await.unwrap();
        customers::insert_file(&tx, &file, &lines).await.unwrap();
        tx.commit().await.unwrap();
        let conn = store.read();
        let kept = customers::find_file(conn, file.id).await.unwrap().unwrap();
        assert_eq!(format!("{kept:?}"), format!("{file:?}"));
        assert_eq!(customers::list_files(conn, 5).await.unwrap().len(), 1);
        let (all, total) = customers::list_lines(conn, file.id, None, None, 5_000)
            .await
            .unwrap();
        assert_eq!((format!("{all:?}"), total), (format!("{lines:?}"), 1_203));
        let (page, total) =
            customers::list_lines(conn, file.id, Some(FileOutcome::New), Some(1_200), 10)
                .await
                .unwrap();
        assert_eq!((page.len(), page[0].line, total), (1, 1_201, 1_200));

        let counts = async || customers::line_counts(store.read(), file.id).await.unwrap();
        let choose = async |lines: Option<&[u64]>, outcome, on| {
            let tx = store.begin().await.unwrap();
            customers::set_line_chosen(&tx, file.id, lines, outcome, on)
                .await
                .unwrap();
            tx.commit().await.unwrap();
        };
        assert_eq!(
            counts().await,
            [
                (FileOutcome::Changed, 1, 1),
                (FileOutcome::Look, 1, 0),
                (FileOutcome::New, 1_200, 1_200),
                (FileOutcome::NotReadable, 1, 0)
            ]
        );
        let some: Vec<u64> = (2..602).collect();
        choose(Some(&some), None, false).await;
        choose(None, Some(FileOutcome::Look), true).await;
        assert_eq!(
            counts().await,
            [
                (FileOutcome::Changed, 1, 1),
                (FileOutcome::Look, 1, 1),
                (FileOutcome::New, 1_200, 600),
                (FileOutcome::NotReadable, 1, 0)
            ]
        );
        choose(None, None, true).await;
        assert_eq!(
            counts().await[3],
            (FileOutcome::NotReadable, 1, 0),
            "what cannot be read stays out"
        );

        let tx = store.begin().await.unwrap();
        assert!(
            customers::mark_line(&tx, file.id, 2, None, make.now())
                .await
                .unwrap()
        );
        assert!(
            customers::mark_line(&tx, file.id, 3, Some("no"), make.now())
                .await
                .unwrap()
        );
        assert!(
            !customers::mark_line(&tx, file.id, 3, None, make.now())
                .await
                .unwrap(),
            "once"
        );
        tx.commit().await.unwrap();
        choose(None, None, false).await;
        let (applied, _) = customers::list_lines(store.read(), file.id, None, None, 2)
            .await
            .unwrap();
        assert_eq!(
            applied
                .iter()
                .map(|line| (line.chosen, line.applied_at, line.result.as_deref()))
                .collect::<Vec<_>>(),
            [
                (true, Some(make.now()), None),
                (true, Some(make.now()), Some("no"))
            ],
            "what was applied is no longer chosen from"
        );
        let tx = store.begin().await.unwrap();
        customers::settle_file(&tx, file.id, FileState::Applied, make.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let kept = customers::find_file(store.read(), file.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (kept.state, kept.applied_at),
            (FileState::Applied, Some(make.now()))
        );
    })
    .await;
}
