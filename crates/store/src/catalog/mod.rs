//! The catalog: products with their variants, the price ledger, changes, and what was set aside.

mod document;
mod known;
mod offer;
mod read;
mod search;
mod set_aside;
#[cfg(feature = "testing")]
pub mod testing;
mod withdraw;
mod write;

pub use known::{
    KnownProduct, KnownVariant, StoredProduct, count_products, load_known, load_products,
};
pub use offer::{Offer, find_offer, find_offer_of, find_product_state, list_offers_of_part};
pub use read::{
    CatalogFigures, ChangeCount, ChangeRow, LedgerRow, ProductDetail, SetAsideRow, StoredVariant,
    VendorCount, change_counts, figures, find_product, find_raw, find_set_aside, ledger,
    list_changes, list_missing, list_set_aside, list_top_moves,
};
pub use search::{Facets, PriceSort, ProductFilter, ProductHit, ProductPage, facets, search};
pub use set_aside::{SetAside, list_set_aside_ids, resolve_not_seen, resolve_set_aside, set_aside};
pub use withdraw::{
    HeldProduct, clear_held, count_held, hold_withdrawals, list_held, list_held_ids,
    list_undecided, mark_missed, mark_seen_again, settle_decision, withdraw,
};
pub use write::{
    LedgerEntry, ProductWrite, ReadyProduct, VariantWrite, write_products, write_ready,
};
