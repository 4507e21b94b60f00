//! Lists of subscriptions: search as you type, filters, sorts, and where a list goes on.

use sea_orm::ConnectionTrait;

use super::{SubscriptionFacets, SubscriptionFilter, SubscriptionPage};
use crate::StoreError;

/// A part of the subscriptions that match, and how many there are.
pub async fn search(
    conn: &impl ConnectionTrait,
    filter: &SubscriptionFilter,
) -> Result<SubscriptionPage, StoreError> {
    let _ = (conn, filter);
    Err(StoreError::Missing("this query is not written yet; it"))
}

/// Values that the filters can take, for what else is asked for.
pub async fn facets(
    conn: &impl ConnectionTrait,
    filter: &SubscriptionFilter,
) -> Result<SubscriptionFacets, StoreError> {
    let _ = (conn, filter);
    Err(StoreError::Missing("this query is not written yet; it"))
}
