//! The catalog: products with their variants, the price ledger, changes, and what was set aside.

mod read;
mod search;
mod write;

pub use read::{
    CatalogFigures, ChangeCount, ChangeRow, LedgerRow, ProductDetail, SetAsideRow, StoredVariant, VendorCount, change_counts, figures, find_product, find_raw, find_set_aside, ledger, list_changes,
    list_missing, list_set_aside, list_top_moves,
};
pub use search::{Facets, PriceSort, ProductFilter, ProductHit, ProductPage, facets, search};
pub use write::{KnownProduct, StoredProduct, LedgerEntry, ProductWrite, SetAside, VariantWrite, count_products, load_known, load_products, mark_seen_again, next_doc_id, resolve_set_aside, set_aside, withdraw, write_products};
