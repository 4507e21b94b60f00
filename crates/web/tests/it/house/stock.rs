//! What a house has in store: connections, runs, products.

use std::time::Duration;

use domain::catalog::{PricePoint, PriceSource, Product, Variant, VariantKey};
use domain::connection::{ConnectionStatus, VendorProfile};
use domain::run::{RunCounts, RunKind, RunStatus};
use domain::{
    Amount, BillingPeriod, Clock as _, ConnectionId, ProductId, RunId, Scale, Term, VariantId,
};
use rules::tokens::Login;
use store::catalog::{LedgerEntry, ProductWrite, VariantWrite, write_products};
use store::connections::{self, NewConnection};

use super::House;

impl House {
    /// A connection with a living login.
    pub(crate) async fn connection(&self, name: &str, sandbox: bool) -> ConnectionId {
        let id = ConnectionId::new(&*self.ids);
        let now = self.clock.now();
        let new = NewConnection {
            id,
            name: name.to_owned(),
            account_id: format!("104{}", name.len()),
            base_url: "http://127.0.0.1:9".to_owned(),
            sandbox,
            login: Login {
                status: ConnectionStatus::Active,
                profile: VendorProfile::Unknown,
                generation: 1,
                access_expires_at: now + Duration::from_hours(2),
                access_life: Duration::from_hours(2),
                refreshed_at: now,
                next_refresh_at: now + Duration::from_hours(1),
                refusals: 0,
                unsent: 0,
                loss: None,
                cause: None,
            },
            fingerprint: name.as_bytes().to_vec(),
            created_by: "admin@reseller.example".to_owned(),
            at: now,
        };
        let tx = self.store.begin().await.unwrap();
        connections::insert(&tx, &new).await.unwrap();
        connections::set_refresh_end(&tx, id, now + Duration::from_hours(27 * 24))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// A run that is waiting.
    pub(crate) async fn run(&self, connection: ConnectionId) -> RunId {
        let id = RunId::new(&*self.ids);
        let tx = self.store.begin().await.unwrap();
        store::runs::insert(
            &tx,
            id,
            connection,
            RunKind::CatalogImport,
            false,
            "admin@reseller.example",
            self.clock.now(),
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// Writes products as an import would, and ends its run.
    pub(crate) async fn import(
        &self,
        connection: ConnectionId,
        products: Vec<ProductWrite>,
    ) -> RunId {
        let run = self.run(connection).await;
        let (now, count) = (self.clock.now(), products.len() as u64);
        let tx = self.store.begin().await.unwrap();
        write_products(&tx, connection, run, now, &products)
            .await
            .unwrap();
        let counts = RunCounts {
            read: count,
            added: count,
            variants: count,
            ..RunCounts::default()
        };
        store::runs::mark_running(&tx, run, now).await.unwrap();
        store::runs::finish(&tx, run, RunStatus::Done, &counts, "All read.", now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        run
    }

    /// A product of one variant, new in the catalog.
    pub(crate) fn product(&self, name: &str, vendor: &str, cost: &str) -> ProductWrite {
        let eur = "EUR".parse().unwrap();
        let cost = Amount::parse(cost, Scale::Price).unwrap();
        let variant = Variant {
            key: VariantKey {
                sku_id: format!("sku-{name}"),
                plan_id: "plan".to_owned(),
                add_on: false,
            },
            sku_name: name.to_owned(),
            plan_name: format!("{name} yearly"),
            part_number: Some(format!("CFQ7TTC0{}:0001:P1Y:M", name.len())),
            external_id: None,
            term: Term::P1Y,
            billing: BillingPeriod::Monthly,
            by_use: false,
            in_price_book: true,
            disabled: false,
            prices: vec![PricePoint {
                currency: eur,
                meter: String::new(),
                cost: cost.clone(),
                list: None,
                source: PriceSource::PriceBook,
            }],
        };
        let id = VariantId::new(&*self.ids);
        let product = Product {
            ion_id: format!("ion-{name}"),
            name: name.to_owned(),
            vendor: vendor.to_owned(),
            provider_ids: vec!["1".to_owned()],
            kind: "SAAS".to_owned(),
            caption: String::new(),
            description: "<p>Good.</p><script>alert(1)</script>".to_owned(),
            categories: vec!["Productivity".to_owned()],
            billing_mode: "PREPAY".to_owned(),
            disabled: false,
            etag: None,
            ion_created_at: None,
            ion_updated_at: None,
            variants: vec![variant.clone()],
        };
        let raw = format!("{{\"name\":\"{name}\",\"price\":{}}}", cost.text());
        ProductWrite {
            id: ProductId::new(&*self.ids),
            doc_id: 0,
            product,
            before: None,
            raw_hash: vec![1; 16],
            raw_size: raw.len(),
            raw: zstd::bulk::compress(raw.as_bytes(), 1).unwrap(),
            first_seen_at: self.clock.now(),
            changed_at: self.clock.now(),
            variants: vec![VariantWrite {
                id,
                position: 0,
                variant,
                since: self.clock.now(),
                previous_units: None,
                dirty: true,
            }],
            gone: Vec::new(),
            ledger: vec![LedgerEntry {
                variant: id,
                currency: eur,
                meter: String::new(),
                cost,
                list: None,
                source: PriceSource::PriceBook,
            }],
            changes: Vec::new(),
        }
    }
}
