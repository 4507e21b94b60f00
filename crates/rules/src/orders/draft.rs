//! A draft with all that is known beside it: what [`super::check`] and [`super::review`] judge. Filled in from the store; nothing here decides.

use domain::catalog::PricePoint;
use domain::customer::LinkState;
use domain::order::{OrderContent, Template};
use domain::subscription::Subscription;

use super::cancel_window::Increase;

/// A draft as it is judged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DraftView {
    /// What is asked for. The price of a line is the one that the person saw and took.
    pub content: OrderContent,
    /// For whom.
    pub customer: CustomerView,
    /// What is known beside each line, in the order of the lines. A line without one is judged by itself.
    pub lines: Vec<LineView>,
}

impl DraftView {
    /// What is known beside a line.
    pub fn line(&self, index: usize) -> Option<&LineView> {
        self.lines.get(index)
    }
}

/// For whom a draft is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomerView {
    /// The name; empty where nobody was chosen.
    pub name: String,
    /// How the customer stands to Ion in the order's connection; nothing where nobody was chosen.
    pub link: Option<LinkState>,
    /// Ion's id of it; empty where it is not linked.
    pub ion_customer_id: String,
}

/// Whether something can be bought now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Offered {
    /// It can.
    #[default]
    Yes,
    /// The catalog has no such product.
    NotInCatalog,
    /// Ion no longer lists the product.
    Withdrawn,
    /// The product's last reply could not be read.
    SetAside,
    /// Ion says that the product is disabled.
    Disabled,
    /// The product no longer has this SKU with this plan.
    VariantGone,
    /// The SKU is disabled.
    VariantDisabled,
    /// The price book lacks it.
    NotInPriceBook,
}

/// What is known beside a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineView {
    /// Whether it can be bought now.
    pub offered: Offered,
    /// What one costs now, in the line's currency where there is a price in it, else the first; nothing where no price is known.
    pub price: Option<PricePoint>,
    /// Billed by use: there is no price of one.
    pub by_use: bool,
    /// The least quantity, where the catalog says one.
    pub least: Option<u32>,
    /// The largest quantity, where the catalog says one.
    pub most: Option<u32>,
    /// What is known of each add-on of the line, in their order.
    pub add_ons: Vec<AddOnView>,
    /// What the vendor asks for.
    pub template: TemplateView,
    /// Live subscriptions of the same customer to the same product and SKU.
    pub has: Vec<Subscription>,
    /// The subscription that the line changes.
    pub subscription: Option<Subscription>,
    /// Seats that were added to it, as far as known, oldest first.
    pub increases: Vec<Increase>,
    /// The sale price leaves less than the floor of its margin rule.
    pub below_floor: bool,
}

/// What is known of an add-on of a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddOnView {
    /// Whether it can be bought now.
    pub offered: Offered,
    /// The SKU of the line lists it (Ion API notes 4.1).
    pub fits: bool,
    /// What one costs now.
    pub price: Option<PricePoint>,
}

/// Where a template comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TemplateSource {
    /// Ion's, and it has not changed since the draft was made.
    Ion,
    /// Ion's; it changed since the draft was made.
    Changed,
    /// Ion's could not be read: our own knowledge of the vendor.
    Unavailable,
    /// Ion has none for this vendor: our own knowledge.
    #[default]
    BuiltIn,
}

/// What a vendor asks for, and where that is known from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TemplateView {
    /// The fields.
    pub template: Template,
    /// Where they come from.
    pub source: TemplateSource,
}
