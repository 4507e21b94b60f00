//! What Ion tells of a customer is filled into the form of an order, and what a person says stands above it.

use domain::CustomerId;
use domain::order::OrderContent;
use engine::orders::NewDraft;
use ion_sandbox::{Action, BodyKind, Fault, Knobs, SandboxConfig};
use store::customers;
use store::orders::OrderRow;
use store::testing::for_both;

use super::bed::{Bed, config, content, kim};

/// Customers that have a tenant at Microsoft, each with its domain there; and one that has none.
struct Cast {
    has: Vec<(CustomerId, String)>,
    has_none: CustomerId,
}

async fn bed_and_cast(store: store::Store) -> (Bed, Cast) {
    let many = SandboxConfig {
        customers: 12,
        ..config(Knobs::default())
    };
    let bed = Bed::with(store, many).await;
    let portal = bed.lab.sandbox.portal();
    let (mut has, mut has_none) = (Vec::new(), None);
    for id in portal.ids() {
        let link = customers::find_link(bed.store.read(), bed.connection, &id)
            .await
            .unwrap();
        let customer = link.expect("every one of Ion's is linked").customer;
        match portal.microsoft_domain(&id) {
            Some(domain) => has.push((customer, domain)),
            None => has_none = Some(customer),
        }
    }
    let has_none = has_none.expect("not every one of twelve has a tenant");
    (bed, Cast { has, has_none })
}

/// Five seats of a thing of Microsoft's, and not a word of what it needs.
fn bare(bed: &Bed) -> OrderContent {
    let mut content = content(&bed.offer("P1M"), 5);
    content.lines[0].attributes.clear();
    content
}

async fn begin(bed: &Bed, customer: CustomerId) -> OrderRow {
    let new = NewDraft {
        customer: Some(customer),
        connection: Some(bed.connection),
        content: bare(bed),
    };
    bed.engine.begin_order(new, &kim()).await.unwrap()
}

/// The draft with another number of seats, another domain where one is said, and this customer.
async fn edit(
    bed: &Bed,
    row: &OrderRow,
    customer: impl Into<Option<CustomerId>>,
    domain: Option<&str>,
) -> OrderRow {
    let mut content = row.content.clone();
    content.lines[0].quantity += 1;
    if let Some(domain) = domain {
        content.lines[0].set_attribute("domainName", domain);
    }
    bed.engine
        .edit_order(row.id, row.version, content, customer.into(), &kim())
        .await
        .unwrap()
}

fn domain_of(row: &OrderRow) -> Option<&str> {
    row.content.lines[0].attribute("domainName")
}

#[tokio::test]
async fn the_domain_that_ion_tells_of_is_filled_in_and_what_a_person_says_stands() {
    for_both(|store| async move {
        let (bed, cast) = bed_and_cast(store).await;
        let [(customer, domain), (other, others_domain), ..] = cast.has.as_slice() else {
            panic!("two of twelve have a tenant");
        };
        // The line was there first: it is filled in at the next edit.
        let row = begin(&bed, *customer).await;
        assert_eq!(domain_of(&row), None, "nobody asked Ion yet");
        bed.lab.pass(std::time::Duration::from_secs(1));
        bed.work().await;
        let row = edit(&bed, &row, *customer, None).await;
        assert_eq!(domain_of(&row), Some(domain.as_str()));
        // What a person takes out or types stands.
        bed.lab.pass(std::time::Duration::from_secs(1));
        let row = edit(&bed, &row, *customer, Some("")).await;
        assert_eq!(domain_of(&row), None);
        let row = edit(&bed, &row, *customer, None).await;
        assert_eq!(domain_of(&row), None, "it was taken out");
        let row = edit(&bed, &row, *customer, Some("typed.example")).await;
        assert_eq!(domain_of(&row), Some("typed.example"));
        // The next draft has it at once, and gives it up with the customer.
        let row = begin(&bed, *customer).await;
        assert_eq!(domain_of(&row), Some(domain.as_str()));
        let row = edit(&bed, &row, *other, None).await;
        assert_eq!(domain_of(&row), None, "it is the former customer's");
        bed.lab.pass(std::time::Duration::from_secs(1));
        bed.work().await;
        let row = edit(&bed, &row, *other, None).await;
        assert_eq!(domain_of(&row), Some(others_domain.as_str()));
        let row = edit(&bed, &row, cast.has_none, None).await;
        assert_eq!(domain_of(&row), None);
        bed.work().await;
        let row = edit(&bed, &row, cast.has_none, None).await;
        assert_eq!(domain_of(&row), None, "it has no tenant");
        let row = edit(&bed, &row, *customer, None).await;
        assert_eq!(domain_of(&row), Some(domain.as_str()));
        let row = edit(&bed, &row, None, None).await;
        assert_eq!(domain_of(&row), None, "it is for nobody");
    })
    .await;
}

#[tokio::test]
async fn profiles_that_cannot_be_read_hold_nothing_up_and_are_asked_for_again() {
    for_both(|store| async move {
        let (bed, cast) = bed_and_cast(store).await;
        let (customer, domain) = &cast.has[0];
        bed.lab.sandbox.inject(Fault {
            path: "GET /api/v3/accounts/*/customers/*/cloudProfiles".to_owned(),
            skip: 0,
            times: 0,
            every: 1,
            action: Action::Status {
                code: 403,
                body: BodyKind::Platform,
                retry_after: None,
            },
        });
        let row = begin(&bed, *customer).await;
        bed.work().await;
        let row = edit(&bed, &row, *customer, None).await;
        assert_eq!(domain_of(&row), None);
        let view = bed.engine.view_order(row.id).await.unwrap();
        let why = view.profiles_failed.expect("it could not be read");
        assert!(why.contains("403"), "{why}");
        bed.lab.sandbox.clear_faults();
        bed.lab.pass(std::time::Duration::from_secs(1));
        bed.work().await;
        let row = edit(&bed, &row, *customer, None).await;
        assert_eq!(domain_of(&row), Some(domain.as_str()));
        let view = bed.engine.view_order(row.id).await.unwrap();
        assert_eq!(view.profiles_failed, None);
    })
    .await;
}
