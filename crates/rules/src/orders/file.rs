//! An order as JSON: what `ionbridge orders create --file ORDER.json` reads, and what the REST API takes.
//!
//! ```json
//! {
//!   "customer": "C-0188",
//!   "connection": "Nordics",
//!   "note": "asked for by phone",
//!   "lines": [
//!     {
//!       "product": "Microsoft365EandFNCE-isvnlnce",
//!       "sku": "USCFQ7TTC0LCHC0002",
//!       "plan": "Monthly---Annual-Commit-n15",
//!       "quantity": 25,
//!       "customer_po": "QL-2026-118",
//!       "reseller_po": "R-12",
//!       "attributes": {"domainName": "contoso.onmicrosoft.com", "renewalSetting": "auto-on"},
//!       "add_ons": [{"add_on": "Teams-Phone", "plan": "Monthly-n1", "quantity": 25}]
//!     },
//!     {"part_number": "CFQ7TTC0LH0T:0001:P1M:M", "quantity": 10}
//!   ]
//! }
//! ```
//!
//! - `customer`: our id, our number (`C-0188`), or Ion's id of it.
//! - `connection`: our id or its name; may be left out where there is one, or where the customer is linked in one only.
//! - a line names what it wants by `product` (our id or Ion's), `sku` and `plan`; or by `part_number`, with `product` where several have it.
//! - `quantity`: a whole number from 1 to 100,000. Everything else may be left out.
//!
//! A member that is not named here is an error, so that a misspelt one is never left out in silence. Each error names its place by a JSON
//! pointer (RFC 6901), and all are told at once.

mod change;

use domain::order::Attribute;
use domain::{CustomerId, ProductId};
use serde_json::{Map, Value};

pub use change::{FileChange, read_change};

use super::check::{
    LONGEST_NOTE, LONGEST_PO, LONGEST_VALUE, MAX_LINES, MAX_QUANTITY, Problem, pointer_part,
};

/// An order as a file asks for it; names are not looked up yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderFile {
    /// For whom.
    pub customer: CustomerRef,
    /// By which connection: our id or its name.
    pub connection: Option<String>,
    /// Words of ours.
    pub note: String,
    /// What is asked for.
    pub lines: Vec<FileLine>,
}

/// How a file names a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CustomerRef {
    /// By our id.
    Id(CustomerId),
    /// By our number: 188 for `C-0188`.
    Number(u64),
    /// By Ion's id.
    IonId(String),
}

/// How a file names a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProductRef {
    /// By our id.
    Id(ProductId),
    /// By Ion's id.
    IonId(String),
}

/// What a line wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// A SKU with a plan.
    Variant {
        /// The product.
        product: ProductRef,
        /// Ion's id of the SKU.
        sku: String,
        /// Ion's id of the plan.
        plan: String,
    },
    /// A manufacturer part number.
    PartNumber {
        /// The part number.
        number: String,
        /// The product, where it is named too.
        product: Option<ProductRef>,
    },
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLine {
    /// What it wants.
    pub wanted: Wanted,
    /// How many.
    pub quantity: u32,
    /// Purchase order number of the end customer.
    pub customer_po: String,
    /// Purchase order number of the reseller.
    pub reseller_po: String,
    /// What the vendor asks for, in the order of their names.
    pub attributes: Vec<Attribute>,
    /// What comes with it.
    pub add_ons: Vec<FileAddOn>,
}

/// An add-on of a line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileAddOn {
    /// Ion's id of the add-on.
    pub add_on: String,
    /// Ion's id of its plan.
    pub plan: String,
    /// How many.
    pub quantity: u32,
}

/// The longest id or name.
const LONGEST_ID: usize = 200;

/// Reads an order; all that is wrong with it is told at once.
pub fn read(value: &Value) -> Result<OrderFile, Vec<Problem>> {
    let mut reader = Reader::default();
    let file = reader.file(value);
    match file {
        Some(file) if reader.problems.is_empty() => Ok(file),
        _ => Err(reader.problems),
    }
}

#[derive(Default)]
struct Reader {
    problems: Vec<Problem>,
}

impl Reader {
    fn file(&mut self, value: &Value) -> Option<OrderFile> {
        let members = self.object(value, "", "An order")?;
        self.known(members, "", &["customer", "connection", "note", "lines"]);
        let customer = self
            .needed(members, "", "customer")
            .and_then(|value| self.text(value, "/customer", LONGEST_ID))
            .and_then(|text| self.customer(&text));
        let connection = members
            .get("connection")
            .filter(|value| !value.is_null())
            .and_then(|value| self.text(value, "/connection", LONGEST_ID));
        let note = self.optional(members, "", "note", LONGEST_NOTE);
        let lines = self.needed(members, "", "lines").and_then(|value| {
            if value.as_array().is_some_and(Vec::is_empty) {
                self.wrong(
                    "/lines",
                    "there is nothing to order; name at least one line.",
                );
            }
            self.lines(value)
        });
        Some(OrderFile {
            customer: customer?,
            connection,
            note,
            lines: lines?,
        })
    }

    fn lines(&mut self, value: &Value) -> Option<Vec<FileLine>> {
        let lines = self.array(value, "/lines")?;
        if lines.len() > MAX_LINES {
            self.wrong(
                "/lines",
                format!("more than {MAX_LINES} lines; make two orders of it."),
            );
        }
        let lines = lines.iter().take(MAX_LINES).enumerate();
        Some(
            lines
                .filter_map(|(index, line)| self.line(line, &format!("/lines/{index}")))
                .collect(),
        )
    }

    fn customer(&mut self, text: &str) -> Option<CustomerRef> {
        if text.is_empty() {
            self.wrong(
                "/customer",
                "name a customer: our id, our number such as C-0188, or Ion's id.",
            );
            return None;
        }
        if let Ok(id) = text.parse() {
            return Some(CustomerRef::Id(id));
        }
        let number = text
            .strip_prefix("C-")
            .or_else(|| text.strip_prefix("c-"))
            .and_then(|digits| digits.parse().ok());
        Some(number.map_or_else(|| CustomerRef::IonId(text.to_owned()), CustomerRef::Number))
    }

    fn line(&mut self, value: &Value, at: &str) -> Option<FileLine> {
        let members = self.object(value, at, "A line")?;
        self.known(
            members,
            at,
            &[
                "product",
                "sku",
                "plan",
                "part_number",
                "quantity",
                "customer_po",
                "reseller_po",
                "attributes",
                "add_ons",
            ],
        );
        let wanted = self.wanted(members, at);
        let quantity = self.quantity(members, at);
        let customer_po = self.optional(members, at, "customer_po", LONGEST_PO);
        let reseller_po = self.optional(members, at, "reseller_po", LONGEST_PO);
        let attributes = self.attributes(members, at);
        let add_ons = members
            .get("add_ons")
            .filter(|value| !value.is_null())
            .and_then(|value| self.array(value, &format!("{at}/add_ons")))
            .map(|add_ons| {
                add_ons
                    .iter()
                    .take(MAX_LINES)
                    .enumerate()
                    .filter_map(|(place, add_on)| {
                        self.add_on(add_on, &format!("{at}/add_ons/{place}"))
                    })
                    .collect()
            })
            .unwrap_or_default();
        Some(FileLine {
            wanted: wanted?,
            quantity: quantity?,
            customer_po,
            reseller_po,
            attributes,
            add_ons,
        })
    }

    fn wanted(&mut self, members: &Map<String, Value>, at: &str) -> Option<Wanted> {
        let has = |name: &str| members.get(name).is_some_and(|value| !value.is_null());
        let product = if has("product") {
            let text = self.named(members, at, "product")?;
            Some(
                text.parse()
                    .map_or_else(|_| ProductRef::IonId(text.clone()), ProductRef::Id),
            )
        } else {
            None
        };
        if has("part_number") {
            let number = self.named(members, at, "part_number")?;
            for name in ["sku", "plan"] {
                if has(name) {
                    self.wrong(
                        &format!("{at}/{name}"),
                        "a part number names SKU and plan already; give one or the other.",
                    );
                }
            }
            return Some(Wanted::PartNumber { number, product });
        }
        if product.is_none() {
            self.wrong(
                at,
                "name what is wanted: product, sku and plan, or part_number.",
            );
            return None;
        }
        let sku = self.named(members, at, "sku");
        let plan = self.named(members, at, "plan");
        Some(Wanted::Variant {
            product: product?,
            sku: sku?,
            plan: plan?,
        })
    }

    fn attributes(&mut self, members: &Map<String, Value>, at: &str) -> Vec<Attribute> {
        let Some(value) = members.get("attributes").filter(|value| !value.is_null()) else {
            return Vec::new();
        };
        let at = format!("{at}/attributes");
        let Some(named) = self.object(value, &at, "The attributes") else {
            return Vec::new();
        };
        let mut attributes = Vec::new();
        for (name, value) in named {
            let path = format!("{at}/{}", pointer_part(name));
            if name.trim().is_empty() {
                self.wrong(&path, "an attribute needs a name.");
            } else if let Some(value) = self.text(value, &path, LONGEST_VALUE)
                && !value.is_empty()
            {
                attributes.push(Attribute {
                    name: name.clone(),
                    value,
                });
            }
        }
        attributes.sort_by(|one, other| one.name.cmp(&other.name));
        attributes
    }

    fn add_on(&mut self, value: &Value, at: &str) -> Option<FileAddOn> {
        let members = self.object(value, at, "An add-on")?;
        self.known(members, at, &["add_on", "plan", "quantity"]);
        let add_on = self.named(members, at, "add_on");
        let plan = self.named(members, at, "plan");
        let quantity = self.quantity(members, at);
        Some(FileAddOn {
            add_on: add_on?,
            plan: plan?,
            quantity: quantity?,
        })
    }

    fn quantity(&mut self, members: &Map<String, Value>, at: &str) -> Option<u32> {
        let value = self.needed(members, at, "quantity")?;
        let path = format!("{at}/quantity");
        let Value::Number(number) = value else {
            self.wrong(
                &path,
                format!("a whole number from 1 to 100,000, not {}.", kind(value)),
            );
            return None;
        };
        let message = match number.as_i64() {
            Some(1..) => match number
                .as_u64()
                .and_then(|number| u32::try_from(number).ok())
            {
                Some(quantity) if quantity <= MAX_QUANTITY => return Some(quantity),
                _ => "at most 100,000; check the number.",
            },
            Some(_) => "at least 1.",
            None if number.is_u64() => "at most 100,000; check the number.",
            None => "a whole number, without a fraction or an exponent.",
        };
        self.wrong(&path, message);
        None
    }

    fn named(&mut self, members: &Map<String, Value>, at: &str, name: &str) -> Option<String> {
        let value = self.needed(members, at, name)?;
        let path = format!("{at}/{name}");
        let text = self.text(value, &path, LONGEST_ID)?;
        if text.is_empty() {
            self.wrong(&path, "empty; fill it in.");
            return None;
        }
        Some(text)
    }

    fn optional(
        &mut self,
        members: &Map<String, Value>,
        at: &str,
        name: &str,
        longest: usize,
    ) -> String {
        members
            .get(name)
            .filter(|value| !value.is_null())
            .and_then(|value| self.text(value, &format!("{at}/{name}"), longest))
            .unwrap_or_default()
    }

    fn needed<'a>(
        &mut self,
        members: &'a Map<String, Value>,
        at: &str,
        name: &str,
    ) -> Option<&'a Value> {
        let value = members.get(name).filter(|value| !value.is_null());
        if value.is_none() {
            self.wrong(&format!("{at}/{name}"), "missing; fill it in.");
        }
        value
    }

    fn text(&mut self, value: &Value, at: &str, longest: usize) -> Option<String> {
        let Value::String(text) = value else {
            self.wrong(at, format!("a text in quotes, not {}.", kind(value)));
            return None;
        };
        let text = text.trim();
        if text.chars().count() > longest {
            self.wrong(at, format!("longer than {longest} characters."));
            return None;
        }
        if text.contains('\0') {
            self.wrong(at, "holds a zero byte; take it out.");
            return None;
        }
        Some(text.to_owned())
    }

    fn object<'a>(
        &mut self,
        value: &'a Value,
        at: &str,
        what: &str,
    ) -> Option<&'a Map<String, Value>> {
        let members = value.as_object();
        if members.is_none() {
            self.wrong(
                at,
                format!("{what} is an object in braces, not {}.", kind(value)),
            );
        }
        members
    }

    fn array<'a>(&mut self, value: &'a Value, at: &str) -> Option<&'a Vec<Value>> {
        let items = value.as_array();
        if items.is_none() {
            self.wrong(
                at,
                format!("a list in square brackets, not {}.", kind(value)),
            );
        }
        items
    }

    fn known(&mut self, members: &Map<String, Value>, at: &str, names: &[&str]) {
        for name in members.keys() {
            if !names.contains(&name.as_str()) {
                let near = names
                    .iter()
                    .map(|known| {
                        (
                            strsim::jaro_winkler(known, &name.to_ascii_lowercase()),
                            *known,
                        )
                    })
                    .filter(|(likeness, _)| *likeness > 0.85)
                    .max_by(|one, other| one.0.total_cmp(&other.0));
                let hint = near.map_or_else(
                    || format!("It takes: {}.", names.join(", ")),
                    |(_, known)| format!("Did you mean {known}?"),
                );
                self.wrong(
                    &format!("{at}/{}", pointer_part(name)),
                    format!("nothing of this name is known here. {hint}"),
                );
            }
        }
    }

    fn wrong(&mut self, path: &str, message: impl Into<String>) {
        self.problems.push(Problem::new(path, label(path), message));
    }
}

/// What people call a place in the file.
fn label(path: &str) -> String {
    let mut parts = path.split('/').skip(1);
    match (
        parts.next(),
        parts.next(),
        parts.next(),
        parts.next(),
        parts.next(),
    ) {
        (None | Some(""), ..) => "Order".to_owned(),
        (Some("lines"), None, ..) => "Lines".to_owned(),
        (Some("lines"), Some(line), field, place, inner) => {
            let line = line
                .parse::<usize>()
                .map_or(0, |line| line.saturating_add(1));
            match (field, place, inner) {
                (None, ..) => format!("Line {line}"),
                (Some("add_ons"), Some(place), inner) => {
                    let place = place
                        .parse::<usize>()
                        .map_or(0, |place| place.saturating_add(1));
                    let inner = inner.map(|inner| format!(", {inner}")).unwrap_or_default();
                    format!("Line {line}, add-on {place}{inner}")
                }
                (Some("attributes"), Some(name), _) => format!("Line {line}, {name}"),
                (Some(field), ..) => format!("Line {line}, {field}"),
            }
        }
        (Some(field), ..) => {
            let mut letters = field.chars();
            letters
                .next()
                .map(|first| first.to_uppercase().chain(letters).collect())
                .unwrap_or_default()
        }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "yes or no",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests;
