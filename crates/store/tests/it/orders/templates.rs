//! What a vendor asks for is kept as Ion last said it.

use domain::order::{FieldKind, Template, TemplateField};
use store::orders::{self, TemplateRow};
use store::testing::for_both;

use crate::make::{Make, seconds};

#[tokio::test]
async fn a_template_is_kept_for_each_vendor_provider_and_action() {
    for_both(|store| async move {
        let make = Make::new();
        let connection = make.connection(&store, "1001").await;
        let mut row = TemplateRow {
            connection,
            vendor: "MICROSOFT".to_owned(),
            provider: "AZURE".to_owned(),
            action: "CREATE".to_owned(),
            template: Some(Template {
                id: "t-1".to_owned(),
                title: "Microsoft".to_owned(),
                fields: vec![TemplateField {
                    name: "domainName".to_owned(),
                    label: "Domain".to_owned(),
                    kind: FieldKind::Text,
                    choices: vec![("a".to_owned(), "A".to_owned())],
                    required: true,
                    help: String::new(),
                }],
                closed: true,
            }),
            hash: [7; 32],
            read_at: make.now(),
            changed_at: make.now(),
            failed: None,
        };
        let save = async |row: &TemplateRow| {
            let tx = store.begin().await.unwrap();
            orders::save_template(&tx, row).await.unwrap();
            tx.commit().await.unwrap();
        };
        let find = async |action: &str| {
            orders::find_template(store.read(), connection, "MICROSOFT", "AZURE", action)
                .await
                .unwrap()
        };
        assert!(find("CREATE").await.is_none());
        save(&row).await;
        assert_eq!(
            format!("{:?}", find("CREATE").await.unwrap()),
            format!("{row:?}")
        );
        assert!(find("UPDATE").await.is_none());
        make.clock.advance(seconds(60));
        row.read_at = make.now();
        row.failed = Some("Ion did not answer.".to_owned());
        row.template = None;
        row.hash = [8; 32];
        save(&row).await;
        assert_eq!(
            format!("{:?}", find("CREATE").await.unwrap()),
            format!("{row:?}")
        );
    })
    .await;
}
