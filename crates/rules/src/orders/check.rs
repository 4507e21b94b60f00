//! What is wrong with a draft, by field, and what to do about it: said before anything is sent.
//!
//! A [`Problem`] holds the order back; a warning is told and may be passed by.

mod line;
mod value;

use domain::Currency;
use domain::customer::LinkState;
use domain::order::{LinePrice, OrderContent, OrderLine};
use jiff::Timestamp;

pub use line::change_of;
pub use value::wrong_value;

use super::draft::{CustomerView, DraftView, LineView, Offered};
use line::check_line;

/// The largest quantity of a line.
pub const MAX_QUANTITY: u32 = 100_000;
/// The most lines of an order.
pub const MAX_LINES: usize = 100;
/// The longest purchase order number.
pub const LONGEST_PO: usize = 64;
/// The longest value of an attribute.
pub const LONGEST_VALUE: usize = 500;
/// The longest note.
pub const LONGEST_NOTE: usize = 2_000;

/// What is wrong with one field of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where, as a JSON pointer into the order: `/lines/0/quantity`, `/lines/0/attributes/domainName`, `/customer`.
    pub path: String,
    /// What people call it.
    pub label: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl Problem {
    /// A problem with a field.
    pub fn new(
        path: impl Into<String>,
        label: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            path: path.into(),
            label: label.into(),
            message: message.into(),
        }
    }

    /// The line that it is about, counted from 0.
    pub fn line(&self) -> Option<usize> {
        self.path
            .strip_prefix("/lines/")?
            .split('/')
            .next()?
            .parse()
            .ok()
    }
}

/// What was found in a draft.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// What holds it back.
    pub problems: Vec<Problem>,
    /// What is told.
    pub warnings: Vec<Problem>,
}

impl Checked {
    fn wrong(&mut self, path: impl Into<String>, label: &str, message: impl Into<String>) {
        self.problems.push(Problem::new(path, label, message));
    }

    fn warn(&mut self, path: impl Into<String>, label: &str, message: impl Into<String>) {
        self.warnings.push(Problem::new(path, label, message));
    }
}

/// Checks a draft as it stands now.
pub fn check(draft: &DraftView, now: Timestamp) -> Checked {
    let mut found = Checked::default();
    check_customer(&mut found, &draft.customer);
    let content = &draft.content;
    if content.lines.is_empty() {
        found.wrong(
            "/lines",
            "Lines",
            "there is nothing to order yet; add a product.",
        );
    }
    if content.lines.len() > MAX_LINES {
        found.wrong(
            "/lines",
            "Lines",
            format!("more than {MAX_LINES} lines; make two orders of it."),
        );
    }
    if content.note.chars().count() > LONGEST_NOTE {
        found.wrong(
            "/note",
            "Note",
            format!("longer than {LONGEST_NOTE} characters."),
        );
    }
    let unknown = LineView {
        offered: Offered::NotInCatalog,
        ..LineView::default()
    };
    for (index, line) in content.lines.iter().enumerate() {
        let view = draft.line(index).unwrap_or(&unknown);
        check_line(&mut found, index, line, view, now);
    }
    check_currencies(&mut found, content);
    check_doubles(&mut found, content);
    found
}

fn check_customer(found: &mut Checked, customer: &CustomerView) {
    let say = |message: String| Problem::new("/customer", "Customer", message);
    let name = &customer.name;
    let problem = match customer.link {
        None => Some("choose the customer that this is for.".to_owned()),
        Some(LinkState::Linked | LinkState::Conflict) if !customer.ion_customer_id.is_empty() => {
            None
        }
        // The link holds; only our last write did not arrive.
        Some(LinkState::Failed) if !customer.ion_customer_id.is_empty() => None,
        Some(LinkState::Inactive) => Some(format!(
            "{name} is inactive in Ion, which takes no orders for it. Activate it in the Ion portal."
        )),
        Some(LinkState::Gone) => Some(format!(
            "Ion no longer shows {name}. Link it to another Ion customer, or create it in Ion, first."
        )),
        Some(LinkState::Proposed) => Some(format!(
            "{name} looks like a customer in Ion, and nobody has confirmed it. Confirm or reject that first."
        )),
        Some(LinkState::Archived) => Some(format!("{name} is archived. Take it back first.")),
        Some(LinkState::Ignored) => Some(format!(
            "{name} is left out of the sync by a decision. Link it to an Ion customer first."
        )),
        Some(_) => Some(format!(
            "{name} is not in Ion yet. Create it in Ion, or link it to a customer there, first."
        )),
    };
    found.problems.extend(problem.map(say));
    if customer.link == Some(LinkState::Failed) && !customer.ion_customer_id.is_empty() {
        found.warn(
            "/customer",
            "Customer",
            "the last change of this customer did not reach Ion; the order goes by what Ion has.",
        );
    }
}

/// Ion's order has one currency: a line in another is named with both.
fn check_currencies(found: &mut Checked, content: &OrderContent) {
    let prices = content.lines.iter().enumerate().flat_map(|(index, line)| {
        let own = (format!("/lines/{index}/price"), index, line.price.as_ref());
        let add_ons = line.add_ons.iter().enumerate().map(move |(place, add_on)| {
            (
                format!("/lines/{index}/add_ons/{place}/price"),
                index,
                add_on.price.as_ref(),
            )
        });
        std::iter::once(own).chain(add_ons)
    });
    let mut first: Option<(Currency, usize)> = None;
    for (path, index, price) in prices {
        let Some(LinePrice { currency, .. }) = price else {
            continue;
        };
        match first {
            None => first = Some((*currency, index)),
            Some((other, line)) if other != *currency => found.wrong(
                path,
                "Currency",
                format!(
                    "this is in {currency}, line {} in {other}. An order of Ion's has one currency; make two orders of it.",
                    line + 1
                ),
            ),
            Some(_) => {}
        }
    }
}

fn check_doubles(found: &mut Checked, content: &OrderContent) {
    for (index, line) in content.lines.iter().enumerate() {
        let path = format!("/lines/{index}");
        for (earlier, other) in content.lines[..index].iter().enumerate() {
            if let Some(resource) = line.resource_id.as_deref().filter(|id| !id.is_empty()) {
                if other.resource_id.as_deref() == Some(resource) {
                    found.wrong(
                        path.clone(),
                        "Line",
                        format!(
                            "changes the same subscription as line {}; take one out.",
                            earlier + 1
                        ),
                    );
                    break;
                }
                continue;
            }
            if !same_variant(line, other) {
                continue;
            }
            let all_the_same = line.customer_po == other.customer_po
                && line.reseller_po == other.reseller_po
                && line.attributes == other.attributes;
            if all_the_same {
                found.wrong(
                    path.clone(),
                    "Line",
                    format!(
                        "the same as line {}; make it one line with both quantities.",
                        earlier + 1
                    ),
                );
            } else {
                found.warn(
                    path.clone(),
                    "Line",
                    format!("the same product and plan as line {}.", earlier + 1),
                );
            }
            break;
        }
    }
}

fn same_variant(one: &OrderLine, other: &OrderLine) -> bool {
    one.resource_id.is_none()
        && other.resource_id.is_none()
        && one.product_ion_id == other.product_ion_id
        && one.sku_id == other.sku_id
        && one.plan_id == other.plan_id
}

/// A line in words: the name of its SKU, else of its product, else Ion's id.
pub fn line_name(line: &OrderLine) -> &str {
    [&line.sku_name, &line.product_name, &line.product_ion_id]
        .into_iter()
        .find(|name| !name.trim().is_empty())
        .map_or("this product", String::as_str)
}

/// A name as part of a JSON pointer (RFC 6901).
pub(super) fn pointer_part(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests;
