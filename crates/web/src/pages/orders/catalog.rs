//! The products of an order's lines, each read once: what can be chosen, and what a variant that was typed is.

use domain::order::{OrderContent, OrderLine};
use domain::{ProductId, VariantId};
use store::catalog::{self, ProductDetail, StoredVariant};

use crate::app::App;
use crate::fault::Fault;

/// Products with their variants.
#[derive(Debug, Default)]
pub(super) struct Catalog {
    products: Vec<ProductDetail>,
}

impl Catalog {
    /// Those of an order's lines.
    pub(super) async fn of(app: &App, content: &OrderContent) -> Result<Self, Fault> {
        let mut catalog = Self::default();
        for line in &content.lines {
            if let Some(id) = line.product {
                catalog.add(app, id).await?;
            }
        }
        Ok(catalog)
    }

    /// One more.
    pub(super) async fn add(&mut self, app: &App, id: ProductId) -> Result<(), Fault> {
        if self.products.iter().any(|known| known.id == id) {
            return Ok(());
        }
        self.products
            .extend(catalog::find_product(app.store().read(), id).await?);
        Ok(())
    }

    /// Those of variants that were typed and are not known yet: somebody else may have changed the draft meanwhile.
    pub(super) async fn add_typed(&mut self, app: &App, ids: &[VariantId]) -> Result<(), Fault> {
        for id in ids {
            if self.variant(*id).is_none()
                && let Some(offer) = catalog::find_offer_of(app.store().read(), *id).await?
            {
                self.add(app, offer.product).await?;
            }
        }
        Ok(())
    }

    /// The product of a line.
    pub(super) fn product_of(&self, line: &OrderLine) -> Option<&ProductDetail> {
        self.products
            .iter()
            .find(|known| Some(known.id) == line.product)
    }

    /// A product.
    pub(super) fn product(&self, id: ProductId) -> Option<&ProductDetail> {
        self.products.iter().find(|known| known.id == id)
    }

    /// A variant with its product.
    pub(super) fn variant(&self, id: VariantId) -> Option<(&ProductDetail, &StoredVariant)> {
        self.products.iter().find_map(|product| {
            let stored = product.variants.iter().find(|stored| stored.id == id)?;
            Some((product, stored))
        })
    }

    /// For tests.
    #[cfg(test)]
    pub(super) fn from(products: Vec<ProductDetail>) -> Self {
        Self { products }
    }
}
