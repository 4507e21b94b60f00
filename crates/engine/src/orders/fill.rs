//! What is filled into the form of a draft: what the customer is known by here and at the vendor's cloud.

use domain::customer::CloudProfile;
use domain::order::{Attribute, OrderAction, OrderLine};
use jiff::Timestamp;
use rules::orders::attributes::{KnownCustomer, Vendor, prefill, profile_for};
use rules::subscriptions::change::action_of;
use store::customers::{self, CustomerRow};
use store::orders::OrderRow;
use store::{ConnectionTrait, StoreError};

use super::buyer;
use super::draft::same_line;

/// What a customer of an order is known by.
struct Known {
    customer: CustomerRow,
    uid: String,
    profiles: Vec<CloudProfile>,
    /// When the profiles last changed.
    profiles_at: Option<Timestamp>,
}

impl Known {
    async fn read(
        conn: &impl ConnectionTrait,
        row: &OrderRow,
        customer: &CustomerRow,
    ) -> Result<Self, StoreError> {
        let theirs = customers::find_ion(conn, row.connection, &row.ion_customer_id).await?;
        let told =
            customers::find_cloud_profiles(conn, row.connection, &row.ion_customer_id).await?;
        Ok(Self {
            customer: customer.clone(),
            uid: theirs.map_or_else(String::new, |theirs| theirs.customer.uid),
            profiles_at: told.as_ref().map(|told| told.changed_at),
            profiles: told.map_or_else(Vec::new, |told| told.profiles),
        })
    }

    fn answers(&self, line: &OrderLine) -> Vec<Attribute> {
        let ours = &self.customer.customer;
        let known = KnownCustomer {
            fields: &ours.fields,
            uid: &self.uid,
            registration_number: &ours.registration_number,
            domain: ours.domains.first().map_or("", String::as_str),
            profile: profile_for(&self.profiles, line),
        };
        prefill(Vendor::of(&line.provider_id, &line.vendor), &known)
    }
}

/// Fills in what is known of the customer and was not typed: into new lines, and where the customer's profile at the vendor came after the
/// last edit. What was filled in from another customer, whom the draft was for before, goes.
pub(super) async fn fill_in(
    conn: &impl ConnectionTrait,
    row: &mut OrderRow,
    customer: Option<&CustomerRow>,
    before: Option<&OrderRow>,
) -> Result<(), StoreError> {
    let known = match customer {
        Some(customer) => Some(Known::read(conn, row, customer).await?),
        None => None,
    };
    let former = match before {
        Some(before) if before.customer != row.customer => former(conn, before).await?,
        _ => None,
    };
    let arrived = known
        .as_ref()
        .and_then(|known| known.profiles_at)
        .is_some_and(|at| at > row.edited_at);
    for line in &mut row.content.lines {
        if action_of(line) != OrderAction::Buy {
            continue;
        }
        if let Some(former) = &former {
            let theirs = former.answers(line);
            line.attributes.retain(|held| !theirs.contains(held));
        }
        let is_new = !before.is_some_and(|before| {
            let mut old = before.content.lines.iter();
            old.any(|old| same_line(old, line))
        });
        if !is_new && !arrived && former.is_none() {
            continue;
        }
        let answers = known
            .as_ref()
            .map_or_else(Vec::new, |known| known.answers(line));
        for answer in answers {
            if line.attribute(&answer.name).is_none() {
                line.attributes.push(answer);
            }
        }
    }
    Ok(())
}

/// What the customer was known by whom the draft was for before.
async fn former(
    conn: &impl ConnectionTrait,
    before: &OrderRow,
) -> Result<Option<Known>, StoreError> {
    match buyer::find(conn, before.customer).await? {
        Some(customer) => Known::read(conn, before, &customer).await.map(Some),
        None => Ok(None),
    }
}
