//! Orders follow their customer: made one with another, and two again.

use domain::OrderId;
use domain::customer::{Customer, CustomerField};
use engine::orders::NewDraft;
use store::testing::for_both;

use super::bed::{Bed, content, kim};

/// A customer that is here alone.
async fn alone(bed: &Bed) -> domain::CustomerId {
    let mut customer = Customer::default();
    for (field, text) in [
        (CustomerField::Organisation, "Kettle & Sons"),
        (CustomerField::ContactName, "Ada Kettle"),
        (CustomerField::Email, "ada@kettle.example"),
    ] {
        customer.fields.set(field, text);
    }
    bed.engine
        .create_customer(customer, None, &kim())
        .await
        .unwrap()
}

async fn draft_of(bed: &Bed, customer: domain::CustomerId) -> OrderId {
    let new = NewDraft {
        customer: Some(customer),
        connection: Some(bed.connection),
        content: content(&bed.offer("P1M"), 5),
    };
    bed.engine.begin_order(new, &kim()).await.unwrap().id
}

#[tokio::test]
async fn drafts_go_with_a_customer_that_becomes_a_part_of_another_and_come_back() {
    for_both(|store| async move {
        let bed = Bed::start(store).await;
        bed.work().await;
        let (keep, other) = (alone(&bed).await, bed.customer);
        let (placed, waits) = (draft_of(&bed, other).await, draft_of(&bed, other).await);
        let kept = draft_of(&bed, keep).await;
        let combine = bed.engine.combine(keep, other, &kim()).await.unwrap();
        let stand = async |order| {
            let row = bed.row(order).await;
            (row.customer, row.ion_customer_id)
        };
        for order in [placed, waits, kept] {
            let wanted = (Some(keep), bed.ion_customer.clone());
            assert_eq!(
                stand(order).await,
                wanted,
                "it is for the same customer of Ion's"
            );
        }
        let row = bed.row(placed).await;
        bed.place(&row).await.unwrap();
        bed.work().await;
        assert_eq!(bed.ion_order(placed).await.customer_id, bed.ion_customer);

        bed.engine.split(combine, &kim()).await.unwrap();
        let theirs = (Some(other), bed.ion_customer.clone());
        assert_eq!(
            stand(placed).await,
            theirs,
            "what was sent goes with the link"
        );
        assert_eq!(stand(waits).await, theirs);
        assert_eq!(stand(kept).await, (Some(keep), String::new()));
        let row = bed.row(kept).await;
        assert!(bed.place(&row).await.is_err(), "its customer is not in Ion");
    })
    .await;
}

#[tokio::test]
async fn a_draft_of_a_customer_that_is_here_alone_is_never_left_with_the_others_account() {
    for_both(|store| async move {
        let bed = Bed::start(store).await;
        let (keep, other) = (bed.customer, alone(&bed).await);
        let order = draft_of(&bed, other).await;
        let combine = bed.engine.combine(keep, other, &kim()).await.unwrap();
        let row = bed.row(order).await;
        let wanted = (Some(keep), bed.ion_customer.clone());
        assert_eq!((row.customer, row.ion_customer_id), wanted);
        bed.engine.split(combine, &kim()).await.unwrap();
        let row = bed.row(order).await;
        assert_eq!(
            (row.customer, row.ion_customer_id.as_str()),
            (Some(other), "")
        );
        assert_eq!(row.customer_name, "Kettle & Sons");
    })
    .await;
}
