//! Orders as people put them together, place and follow them in a browser, with forms that work without script.

mod compose;
mod follow;
mod list;
mod place;

use domain::access::Role;
use domain::catalog::Variant;
use domain::customer::{Customer, CustomerField as Field};
use domain::order::{FieldKind, OrderFault, OrderState, Template, TemplateField};
use domain::{
    Amount, BillingPeriod, Clock as _, ConnectionId, CustomerId, OrderId, Scale, Term, VariantId,
};
use engine::orders::{Confirmation, NewDraft};
use http::StatusCode;
use rules::customers::rule::Rule;
use secrecy::SecretString;
use store::audit::{Actor, Via};
use store::catalog::{LedgerEntry, ProductWrite, VariantWrite};
use store::customers::{self, LinkRow};
use store::orders::{self, OrderFailure, OrderFilter, OrderRow, SealedLogin, TemplateRow};
use store::queue;
use store::seal::Place;
use store::users::{self, ApiTokenRow};

use crate::house::{Answer, Browser, House};

const NOBODY: &str = "01890000-0000-7000-8000-000000000000";
const HOSTILE: &str = "Tom & <script>alert(1)</script> \"Jerry\"";
const ME: &str = "sam@reseller.example";

fn actor(name: &str) -> Actor {
    Actor {
        name: name.to_owned(),
        via: Via::Browser,
    }
}

/// A shop: one connection, one linked customer, one product with three variants.
pub(crate) struct Shop {
    pub(crate) connection: ConnectionId,
    pub(crate) customer: CustomerId,
    pub(crate) product: domain::ProductId,
    /// One year, billed monthly, at 18.72; one month at 22.46; one year, billed yearly, at 213.96.
    pub(crate) year: VariantId,
    pub(crate) month: VariantId,
    pub(crate) yearly: VariantId,
}

fn variant(
    write: &ProductWrite,
    plan: &str,
    term: Term,
    billing: BillingPeriod,
    cost: &str,
) -> Variant {
    let mut variant = write.product.variants[0].clone();
    plan.clone_into(&mut variant.key.plan_id);
    plan.clone_into(&mut variant.plan_name);
    variant.term = term;
    variant.billing = billing;
    variant.part_number = Some(format!(
        "CFQ7TTC0LCHC:0002:{term}:{}",
        if billing == BillingPeriod::Annual {
            "A"
        } else {
            "M"
        }
    ));
    variant.prices[0].cost = Amount::parse(cost, Scale::Price).unwrap();
    variant
}

impl House {
    /// A product of Microsoft's with three variants, as an import writes it.
    pub(crate) fn premium(&self, name: &str, year: &str) -> (ProductWrite, [VariantId; 3]) {
        let mut write = self.product(name, "Microsoft", year);
        write.product.provider_ids = vec!["30".to_owned()];
        let variants = [
            variant(&write, "year", Term::P1Y, BillingPeriod::Monthly, year),
            variant(&write, "month", Term::P1M, BillingPeriod::Monthly, "22.46"),
            variant(&write, "yearly", Term::P1Y, BillingPeriod::Annual, "213.96"),
        ];
        let mut ids = Vec::new();
        write.variants.clear();
        write.ledger.clear();
        for (position, variant) in variants.iter().enumerate() {
            let id = VariantId::new(&*self.ids);
            ids.push(id);
            write.ledger.push(LedgerEntry {
                variant: id,
                currency: variant.prices[0].currency,
                meter: String::new(),
                cost: variant.prices[0].cost.clone(),
                list: None,
                source: variant.prices[0].source,
            });
            write.variants.push(VariantWrite {
                id,
                position: u64::try_from(position).unwrap(),
                variant: variant.clone(),
                since: self.clock.now(),
                previous_units: None,
                dirty: true,
            });
        }
        write.product.variants = variants.to_vec();
        (write, [ids[0], ids[1], ids[2]])
    }

    pub(crate) async fn shop(&self) -> Shop {
        self.shop_of("Quillfeather Legal LLP", "Business Premium")
            .await
    }

    pub(crate) async fn shop_of(&self, customer: &str, product: &str) -> Shop {
        let connection = self.connection("Benelux", false).await;
        let (write, [year, month, yearly]) = self.premium(product, "18.72");
        let id = write.id;
        self.import(connection, vec![write]).await;
        let customer = self.linked(connection, customer, "49988").await;
        Shop {
            connection,
            customer,
            product: id,
            year,
            month,
            yearly,
        }
    }

    /// A customer that is linked to Ion.
    pub(crate) async fn linked(
        &self,
        connection: ConnectionId,
        name: &str,
        ion_id: &str,
    ) -> CustomerId {
        let made = Customer {
            fields: domain::customer::CustomerFields::default()
                .with(Field::Organisation, name)
                .with(Field::Country, "GB")
                .with(Field::Email, &format!("office{ion_id}@quill.example")),
            ..Customer::default()
        };
        let customer = self
            .engine
            .create_customer(made, None, &actor(ME))
            .await
            .unwrap();
        let now = self.clock.now();
        let tx = self.store.begin().await.unwrap();
        customers::link(
            &tx,
            &LinkRow {
                customer,
                connection,
                ion_id: ion_id.to_owned(),
                base: None,
                revision: 1,
                settled_version: None,
                failed: None,
                synced_at: Some(now),
                linked_at: now,
                linked_by: ME.to_owned(),
                rule: Rule::C28,
            },
        )
        .await
        .unwrap();
        customers::settle_state(&tx, customer).await.unwrap();
        tx.commit().await.unwrap();
        customer
    }

    pub(crate) async fn order(&self, id: OrderId) -> OrderRow {
        orders::find(self.store.read(), id).await.unwrap().unwrap()
    }

    async fn all_orders(&self) -> u64 {
        orders::search(self.store.read(), &OrderFilter::default())
            .await
            .unwrap()
            .total
    }

    /// A draft with everything that its review asks for.
    pub(crate) async fn ready(&self, shop: &Shop, variant: VariantId, quantity: u32) -> OrderRow {
        let me = actor(ME);
        let new = NewDraft {
            customer: Some(shop.customer),
            connection: Some(shop.connection),
            ..NewDraft::default()
        };
        let row = self.engine.begin_order(new, &me).await.unwrap();
        let row = self
            .engine
            .add_order_line(row.id, row.version, variant, quantity, &me)
            .await
            .unwrap();
        let mut content = row.content.clone();
        content.lines[0].set_attribute("domainName", "quill.onmicrosoft.example");
        content.lines[0].set_attribute("renewalSetting", "auto-on");
        self.engine
            .edit_order(row.id, row.version, content, row.customer, &me)
            .await
            .unwrap()
    }

    /// The same, placed by a person of this name.
    pub(crate) async fn placed(&self, shop: &Shop, by: &str) -> OrderRow {
        let row = self.ready(shop, shop.month, 2).await;
        self.engine
            .submit_order(row.id, row.version, Confirmation::default(), &actor(by))
            .await
            .unwrap()
    }

    /// Changes an order as the engine would after it heard of it.
    pub(crate) async fn becomes(
        &self,
        row: &OrderRow,
        change: impl FnOnce(&mut OrderRow),
    ) -> OrderRow {
        let mut row = self.order(row.id).await;
        change(&mut row);
        let tx = self.store.begin().await.unwrap();
        assert!(orders::save(&tx, &row, row.version).await.unwrap());
        tx.commit().await.unwrap();
        self.order(row.id).await
    }

    /// How many jobs of a kind wait.
    pub(crate) async fn jobs(&self, kind: &str) -> usize {
        queue::list(self.store.read(), 200)
            .await
            .unwrap()
            .iter()
            .filter(|job| {
                let payload = serde_json::to_value(&job.payload).unwrap();
                payload["kind"] == kind
            })
            .count()
    }
}

fn has(answer: &Answer, parts: &[&str]) {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    for part in parts {
        assert!(
            answer.text.contains(part),
            "{part} is missing: {}",
            answer.text
        );
    }
}

fn has_not(answer: &Answer, parts: &[&str]) {
    for part in parts {
        assert!(
            !answer.text.contains(part),
            "{part} is there: {}",
            answer.text
        );
    }
}

fn goes_to(answer: &Answer, start: &str) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let to = answer.header("location").to_owned();
    assert!(to.starts_with(start), "{to}");
    to
}

/// The value of a hidden field.
fn hidden<'a>(answer: &'a Answer, name: &str) -> &'a str {
    let start = format!("name=\"{name}\" value=\"");
    let at = answer
        .text
        .find(&start)
        .unwrap_or_else(|| panic!("no field {name}: {}", answer.text))
        + start.len();
    &answer.text[at..at + answer.text[at..].find('"').unwrap()]
}

fn id_in(path: &str) -> OrderId {
    path.trim_start_matches("/orders/")
        .split(['/', '?'])
        .next()
        .unwrap()
        .parse()
        .unwrap()
}

/// A person of this role whose name is known.
async fn known<'a>(house: &'a House, email: &str, role: Role) -> Browser<'a> {
    let user = house.person(email, role).await;
    house.browser_of(user, |_| ()).await
}
