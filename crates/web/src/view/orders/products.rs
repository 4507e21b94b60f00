//! Step 1: products and terms.

use askama::Template;
use askama::filters::HtmlSafe;

use super::compose::ComposeHead;
use super::money::OrderSummary;
use crate::view::filters;
use crate::view::form::Field;
use crate::view::frame::Frame;
use crate::view::parts::{Link, Note};

/// `GET /orders/{id}/edit/products`.
#[derive(Debug, Template)]
#[template(path = "order/step_page.html")]
pub struct ProductsPage {
    /// Around it.
    pub frame: Frame,
    /// The step.
    pub body: ProductsStep,
}

/// The step: the partial that saving answers with.
#[derive(Debug, Template)]
#[template(path = "order/products.html")]
pub struct ProductsStep {
    /// Token of the forms.
    pub csrf: String,
    /// What stands above.
    pub head: ComposeHead,
    /// Where it is posted.
    pub action_href: String,
    /// New lines.
    pub lines: Vec<LineEdit>,
    /// A change of a subscription instead of new lines.
    pub change: Option<ChangeEdit>,
    /// Looking for another product; `None` where no line can be added.
    pub find: Option<FindProduct>,
    /// A product that is being chosen.
    pub adding: Option<Adding>,
    /// Words of ours; never sent.
    pub note: String,
    /// What is wrong with them; empty for nothing.
    pub note_error: String,
    /// The money beside it.
    pub summary: OrderSummary,
}

impl HtmlSafe for ProductsStep {}

/// A line that is put together.
#[derive(Debug, Clone)]
pub struct LineEdit {
    /// Which line, counted from 0.
    pub place: usize,
    /// Vendor.
    pub vendor: String,
    /// Name of the product.
    pub name: String,
    /// Name of the SKU, where it says more.
    pub sku: String,
    /// `10 seats · 1 month, monthly · 7.41 EUR`, while it is closed.
    pub words: String,
    /// What it costs in its billing period.
    pub amount: String,
    /// Its parts are shown.
    pub open: bool,
    /// It is the only one, so closing it makes no sense.
    pub alone: bool,
    /// What needs a look: a subscription of the same product, a product that is gone.
    pub notes: Vec<Note>,
    /// Commitment and billing.
    pub matrix: Matrix,
    /// How many.
    pub quantity: Quantity,
    /// Purchase order number of the customer.
    pub customer_po: Field,
    /// Purchase order number of the reseller.
    pub reseller_po: Field,
    /// What can come with it.
    pub add_ons: Vec<AddOnEdit>,
}

impl LineEdit {
    fn chosen_add_ons(&self) -> usize {
        self.add_ons.iter().filter(|one| one.on).count()
    }
}

/// A quantity with its bounds.
#[derive(Debug, Clone)]
pub struct Quantity {
    /// Name in the form, and id.
    pub name: String,
    /// `Seats`.
    pub label: String,
    /// How many.
    pub value: String,
    /// `1 to 300`; may be empty.
    pub hint: String,
    /// Least and most, where they are known.
    pub min: Option<u32>,
    /// Most.
    pub max: Option<u32>,
    /// What is wrong; empty for nothing.
    pub error: String,
}

/// Commitment down, billing across. Prints itself.
#[derive(Debug, Clone, Template)]
#[template(path = "order/matrix.html")]
pub struct Matrix {
    /// Name of the choice in the form, and start of its ids.
    pub name: String,
    /// `cost per seat and month, EUR`.
    pub words: String,
    /// `Billed monthly`.
    pub columns: Vec<String>,
    /// The commitments.
    pub rows: Vec<MatrixRow>,
    /// What the chosen one means; may be empty.
    pub hint: String,
    /// What is wrong; empty for nothing.
    pub error: String,
}

impl HtmlSafe for Matrix {}

impl Matrix {
    fn beside<'a>(&'a self, row: &'a MatrixRow) -> impl Iterator<Item = (&'a str, &'a MatrixCell)> {
        self.columns.iter().map(String::as_str).zip(&row.cells)
    }
}

/// A commitment.
#[derive(Debug, Clone)]
pub struct MatrixRow {
    /// `1 year`.
    pub term: String,
    /// `bound until 22 Nov 2027`.
    pub detail: String,
    /// One for each column.
    pub cells: Vec<MatrixCell>,
}

/// What stands where a commitment and a billing meet.
#[derive(Debug, Clone)]
pub enum MatrixCell {
    /// Can be chosen; more than one where plans differ in something else.
    Offered(Vec<MatrixOption>),
    /// `not offered`, `not in your price book`.
    Not(&'static str),
}

/// A variant to choose.
#[derive(Debug, Clone)]
pub struct MatrixOption {
    /// As sent: the variant's id.
    pub value: String,
    /// What one costs a month; a word where no price is known.
    pub price: String,
    /// Currency, where the head does not say it.
    pub currency: String,
    /// Name of the plan, where several stand in one cell.
    pub plan: String,
    /// `468.00 a month, 5,616.00 in all`.
    pub total: String,
    /// Chosen.
    pub on: bool,
}

/// Something that can come with a line.
#[derive(Debug, Clone)]
pub struct AddOnEdit {
    /// Name of its quantity in the form, and id.
    pub name: String,
    /// What it is.
    pub label: String,
    /// `1 year, monthly`.
    pub terms: String,
    /// What one costs.
    pub price: String,
    /// How many; empty for none.
    pub quantity: String,
    /// It is on the order.
    pub on: bool,
    /// What is wrong; empty for nothing.
    pub error: String,
}

/// The change of a subscription.
#[derive(Debug, Clone)]
pub struct ChangeEdit {
    /// `More seats of Microsoft 365 Business Premium`.
    pub title: String,
    /// Vendor.
    pub vendor: String,
    /// What will happen.
    pub text: String,
    /// Its page.
    pub subscription: Option<Link>,
    /// The new total; `None` where the change has none.
    pub quantity: Option<Quantity>,
    /// `now 12`.
    pub now: String,
    /// Purchase order number of the customer.
    pub customer_po: Field,
    /// Purchase order number of the reseller.
    pub reseller_po: Field,
}

/// Looking for a product.
#[derive(Debug, Clone)]
pub struct FindProduct {
    /// Where it is looked for.
    pub action_href: String,
    /// What is looked for.
    pub query: String,
    /// What was found.
    pub list: ProductsFound,
}

/// Products to add: the partial. Prints itself.
#[derive(Debug, Clone, Template)]
#[template(path = "order/products_found.html")]
pub struct ProductsFound {
    /// The products.
    pub rows: Vec<ProductFound>,
    /// Why there are none; may be empty.
    pub nothing: String,
    /// `The first 8 of 120. Type more letters.`; may be empty.
    pub more: String,
}

impl HtmlSafe for ProductsFound {}

/// A product to add.
#[derive(Debug, Clone)]
pub struct ProductFound {
    /// Where its terms are chosen.
    pub href: String,
    /// Vendor.
    pub vendor: String,
    /// Name.
    pub name: String,
    /// `Microsoft · CFQ7TTC0LCHC:0002 · 3 variants`.
    pub detail: String,
    /// `from 18.72`; may be empty.
    pub price: String,
    /// Currency of the price.
    pub currency: String,
    /// Why it cannot be ordered; empty where it can.
    pub not: String,
}

/// A product whose terms are being chosen.
#[derive(Debug, Clone)]
pub struct Adding {
    /// Vendor.
    pub vendor: String,
    /// Name of the product.
    pub name: String,
    /// The step without it.
    pub back_href: String,
    /// Its SKUs, where it has several.
    pub skus: Vec<SkuChoice>,
    /// How many SKUs are not shown.
    pub hidden: usize,
    /// Commitment and billing of the SKU; `None` until one is chosen.
    pub matrix: Option<Matrix>,
    /// How many.
    pub quantity: Quantity,
    /// Where it is posted.
    pub action_href: String,
    /// The version that is shown.
    pub version: u64,
}

/// One SKU of a product.
#[derive(Debug, Clone)]
pub struct SkuChoice {
    /// Name.
    pub label: String,
    /// Part number, number of variants.
    pub detail: String,
    /// Where choosing it leads.
    pub href: String,
    /// It is chosen.
    pub on: bool,
}
