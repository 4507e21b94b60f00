//! The catalog as we keep it: product, variant (SKU x plan), price point. Made by `engine`'s mapping from Ion's listing.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Amount, BillingPeriod, Currency, Term, text_enum};

text_enum! {
    /// Whether a product can be bought, as people see it.
    pub enum ProductState {
        /// Sellable.
        Available = "available",
        /// Known to Ion, but no variant of it is in the reseller's price book.
        NotInPriceBook = "not_in_price_book",
        /// Its last reply could not be read; what was known before is kept.
        SetAside = "set_aside",
        /// No longer in Ion's catalog; never deleted here.
        Withdrawn = "withdrawn",
    }
}

text_enum! {
    /// Where a price was read from.
    pub enum PriceSource {
        /// `pricebookPrice`: what the reseller pays by its price book.
        PriceBook = "price_book",
        /// `pricebookMasterPrice`: the upstream list.
        Master = "master",
        /// The plan's own `recurringPrice` or `fixedPrice`.
        Plan = "plan",
        /// A usage rate of the plan.
        Usage = "usage",
    }
}

/// One product, normalised. Equal values mean that nothing of interest changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Last segment of Ion's `name`; opaque.
    pub ion_id: String,
    /// Display name.
    pub name: String,
    /// Vendor as people know it: Microsoft, Google, AWS...
    pub vendor: String,
    /// Ion's provider numbers, from the SKUs.
    pub provider_ids: Vec<String>,
    /// Ion's product type word.
    pub kind: String,
    /// First line below the name.
    pub caption: String,
    /// Description, HTML made safe.
    pub description: String,
    /// Category names, in Ion's order.
    pub categories: Vec<String>,
    /// `PREPAY` or `POSTPAY`, as received.
    pub billing_mode: String,
    /// Ion says that it is disabled.
    pub disabled: bool,
    /// Ion's etag, as received; never proof that nothing changed.
    pub etag: Option<String>,
    /// When Ion made it.
    pub ion_created_at: Option<Timestamp>,
    /// When Ion last changed it; prices may move without it.
    pub ion_updated_at: Option<Timestamp>,
    /// What is sold.
    pub variants: Vec<Variant>,
}

/// What names a variant inside its product.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct VariantKey {
    /// SKU id, or the add-on's id.
    pub sku_id: String,
    /// Plan id.
    pub plan_id: String,
    /// True where `sku_id` names an add-on.
    pub add_on: bool,
}

/// One SKU (or add-on) under one billing plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// Its name inside the product.
    pub key: VariantKey,
    /// Display name of the SKU.
    pub sku_name: String,
    /// Display name of the plan.
    pub plan_name: String,
    /// Manufacturer part number (`mpnId`), where Ion has one.
    pub part_number: Option<String>,
    /// The vendor's id of the SKU (`sku.productId`), by which `products:pricing` asks.
    pub external_id: Option<String>,
    /// Commitment.
    pub term: Term,
    /// Billing.
    pub billing: BillingPeriod,
    /// Billed by use: the recurring price says nothing.
    pub by_use: bool,
    /// False where Ion knows the id but the price book lacks it.
    pub in_price_book: bool,
    /// The SKU is disabled in Ion.
    pub disabled: bool,
    /// Prices, one for each currency, and for each meter of a usage plan. The first is the one shown in lists.
    pub prices: Vec<PricePoint>,
}

/// What a variant costs in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PricePoint {
    /// Currency of both amounts.
    pub currency: Currency,
    /// Name of the meter, for usage rates; empty otherwise.
    pub meter: String,
    /// What the reseller pays.
    pub cost: Amount,
    /// The upstream list price, where Ion tells it.
    pub list: Option<Amount>,
    /// Where `cost` was read from.
    pub source: PriceSource,
}

text_enum! {
    /// What an import found different in one product or variant.
    pub enum ChangeKind {
        /// Not there before.
        New = "new",
        /// No longer offered.
        Withdrawn = "withdrawn",
        /// Offered again.
        Returned = "returned",
        /// Costs more.
        PriceUp = "price_up",
        /// Costs less.
        PriceDown = "price_down",
        /// A price in a currency or meter that had none, or one that is gone.
        PriceSet = "price_set",
        /// A variant that was not there before.
        VariantNew = "variant_new",
        /// A variant that is gone.
        VariantGone = "variant_gone",
        /// Availability in the price book or in Ion changed.
        Availability = "availability",
        /// Name, text, category or another detail changed.
        Details = "details",
    }
}
