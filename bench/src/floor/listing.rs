//! As much of a listing as the floors store, borrowed from the page.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow, default)]
    products: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Listing<'a> {
    #[serde(borrow)]
    pub(super) name: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) marketing: Marketing<'a>,
    #[serde(borrow)]
    pub(super) definition: Definition<'a>,
    #[serde(borrow, default)]
    pub(super) categories: Vec<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) etag: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) update_time: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Marketing<'a> {
    #[serde(borrow)]
    pub(super) display_name: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) caption: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) description: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Definition<'a> {
    #[serde(borrow, default)]
    pub(super) skus: Vec<Sku<'a>>,
    #[serde(borrow, default)]
    pub(super) add_ons: Vec<Sku<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sku<'a> {
    #[serde(borrow)]
    pub(super) id: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) display_name: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) product_id: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) plans: Vec<Plan<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Plan<'a> {
    #[serde(borrow)]
    pub(super) id: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) display_name: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) billing_period: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) mpn_id: Option<Cow<'a, str>>,
    /// Digits as received: no float comes near a price.
    #[serde(borrow)]
    pub(super) pricebook_price: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) pricebook_currency: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) pricebook_master_price: Option<&'a RawValue>,
}

/// The listings of a page, each as its text.
pub(super) fn items(page: &[u8]) -> serde_json::Result<Vec<&RawValue>> {
    Ok(serde_json::from_slice::<Page<'_>>(page)?.products)
}

/// The name of a listing; the rest is skipped.
pub(super) fn name(item: &RawValue) -> serde_json::Result<Cow<'_, str>> {
    #[derive(Deserialize)]
    struct Named<'a> {
        #[serde(borrow)]
        name: Cow<'a, str>,
    }
    Ok(serde_json::from_str::<Named<'_>>(item.get())?.name)
}

pub(super) fn listing(item: &RawValue) -> serde_json::Result<Listing<'_>> {
    serde_json::from_str(item.get())
}
