//! An order as programs write it: the members of an order file. `rules::orders::file` reads them, so that all that is wrong is told at once,
//! by the place where it stands; what follows describes them.

#![expect(
    dead_code,
    reason = "these describe the body; the rules of order files read it"
)]

use std::collections::BTreeMap;

use utoipa::ToSchema;

/// An order to begin: the same JSON as an order file of the command line. A member of another name is refused.
#[derive(ToSchema)]
pub(crate) struct NewOrder {
    /// For whom: our id, our number, or Ion's id of it.
    #[schema(example = "C-0188")]
    customer: String,
    /// By which connection: its id or name. May be left out where there is one, or where the customer is linked in one only.
    connection: Option<String>,
    /// Words of yours; never sent.
    note: Option<String>,
    /// What is asked for, one line at least.
    lines: Vec<NewOrderLine>,
}

/// What to change of a draft: what is left out stays. An order keeps its connection.
#[derive(ToSchema)]
pub(crate) struct OrderChange {
    /// For whom: our id, our number, or Ion's id of it.
    customer: Option<String>,
    /// Words of yours; never sent.
    note: Option<String>,
    /// What is asked for: all lines. A line that is given again keeps the price that was seen.
    lines: Option<Vec<NewOrderLine>>,
}

/// A line: `product`, `sku` and `plan`, or a `part_number`, with `product` too where several have it.
#[derive(ToSchema)]
pub(crate) struct NewOrderLine {
    /// The product: our id, or Ion's.
    product: Option<String>,
    /// Ion's id of the SKU.
    sku: Option<String>,
    /// Ion's id of the plan.
    plan: Option<String>,
    /// Manufacturer part number.
    #[schema(example = "CFQ7TTC0LCHC:0002:P1Y:M")]
    part_number: Option<String>,
    /// How many: 1 to 100,000.
    #[schema(example = 25)]
    quantity: u32,
    /// Purchase order number of the customer.
    customer_po: Option<String>,
    /// Purchase order number of the reseller.
    reseller_po: Option<String>,
    /// What the vendor asks for, by its names.
    #[schema(example = json!({"domainName": "kettle.onmicrosoft.com"}))]
    attributes: Option<BTreeMap<String, String>>,
    /// What comes with it.
    add_ons: Option<Vec<NewOrderAddOn>>,
}

/// An add-on of a line.
#[derive(ToSchema)]
pub(crate) struct NewOrderAddOn {
    /// Ion's id of the add-on.
    add_on: String,
    /// Ion's id of its plan.
    plan: String,
    /// How many: 1 to 100,000.
    quantity: u32,
}
