//! Margin rules: kept, tried before they are saved, and applied to what is sold. Cost stays cost.

mod after_import;
mod book;
mod preview;
mod reprice;
mod save;

pub use after_import::after_import;
pub use book::{MarginBook, PriceAsk, SalePrice, sale_price};
pub use preview::{MarginPreview, MarginSample};
pub(crate) use reprice::different;
pub use reprice::reprice;
pub use save::MarginDraft;
