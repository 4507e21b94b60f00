//! Every setting of every knob of the sandbox: what nobody knows of Ion makes no second customer and loses no edit.

use domain::customer::{CustomerField as Field, LinkState};
use ion_sandbox::{SandboxConfig, Setting, all_knobs};
use store::Backend;
use store::testing::TestDatabase;

use super::bed::{Bed, kim, ours};

#[tokio::test]
async fn customers_stay_in_sync_whatever_ion_is_like() {
    for Setting { knob, value, knobs } in all_knobs() {
        // A login that may not read customers cannot be connected; that is told at the set-up.
        if knob == "may-read-customers" {
            continue;
        }
        let what = format!("{knob}={value}");
        let database = TestDatabase::migrated(Backend::Sqlite).await;
        let config = SandboxConfig {
            customers: 7,
            products: 1,
            knobs,
            ..SandboxConfig::default()
        };
        let bed = Bed::with(database.store().clone(), config).await;
        bed.sync().await;
        bed.settle_down(&what).await;
        let all = bed.all().await;
        assert_eq!(all.len(), 7, "{what}");
        let (here, there) = (all[0].id, all[1].id);
        let (here_in_ion, there_in_ion) = (bed.ion_id(here).await, bed.ion_id(there).await);
        bed.edit(here, Field::Phone, "+44 1").await;
        assert!(
            bed.lab
                .sandbox
                .portal()
                .edit(&there_in_ion, "customerTitle", "Dr")
        );
        let customer = ours("New One Ltd", "office@newone.example");
        let made = bed
            .engine
            .create_customer(customer, Some(bed.connection), &kim())
            .await
            .unwrap();
        bed.settle_down(&what).await;
        bed.poll().await;
        bed.settle_down(&what).await;
        assert_eq!(
            bed.in_ion(&here_in_ion, "/customerPhone"),
            "+44 1",
            "{what}"
        );
        assert_eq!(
            bed.row(there).await.customer.fields.get(Field::Title),
            "Dr",
            "{what}"
        );
        assert_eq!(bed.row(made).await.link_state, LinkState::Linked, "{what}");
        assert_eq!(bed.with_email("office@newone.example"), 1, "{what}");
        bed.lab.sandbox.clear_ledger();
        for _ in 0..2 {
            bed.poll().await;
            bed.settle_down(&what).await;
        }
        assert_eq!(
            bed.writes("PUT") + bed.writes("POST"),
            0,
            "{what}: nothing is left to write"
        );
        assert_eq!(bed.all().await.len(), 8, "{what}");
        assert_eq!(bed.lab.sandbox.portal().ids().len(), 8, "{what}");
    }
}
