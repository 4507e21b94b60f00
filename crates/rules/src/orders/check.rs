//! What is wrong with a draft, by field, and what to do about it: said before anything is sent.
//!
//! A [`Problem`] holds the order back; a warning is told and may be passed by.

use std::collections::BTreeMap;

use domain::Currency;
use domain::customer::LinkState;
use domain::order::{
    AddOnLine, FieldKind, LinePrice, OrderAction, OrderContent, OrderLine, Template, TemplateField,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::attributes::{label_of, with_known_needs};
use super::draft::{AddOnView, CustomerView, DraftView, LineView, Offered, TemplateSource};
use super::money::{delta_over_term, moved};
use crate::customers::check::is_email;
use crate::subscriptions::change::{SubscriptionChange, action_of, change};

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

fn check_line(
    found: &mut Checked,
    index: usize,
    line: &OrderLine,
    view: &LineView,
    now: Timestamp,
) {
    let at = |field: &str| format!("/lines/{index}/{field}");
    match action_of(line) {
        OrderAction::Buy => check_purchase(found, index, line, view),
        _ => check_change(found, index, line, view, now),
    }
    check_quantity(found, &at("quantity"), line.quantity, view);
    for (field, label, text) in [
        ("customer_po", "Customer's PO", &line.customer_po),
        ("reseller_po", "Your PO", &line.reseller_po),
    ] {
        if text.chars().count() > LONGEST_PO {
            found.wrong(
                at(field),
                label,
                format!("longer than {LONGEST_PO} characters; Ion may cut or refuse it."),
            );
        }
        if text.chars().any(char::is_control) {
            found.wrong(
                at(field),
                label,
                "has line breaks or other signs that are not shown; take them out.",
            );
        }
    }
    check_attributes(found, index, line, view);
}

fn check_quantity(found: &mut Checked, path: &str, quantity: u32, view: &LineView) {
    let message = if quantity == 0 {
        Some("at least 1.".to_owned())
    } else if quantity > MAX_QUANTITY {
        Some("at most 100,000; check the number.".to_owned())
    } else if let Some(least) = view.least.filter(|least| quantity < *least) {
        Some(format!("at least {least} of this one."))
    } else {
        view.most
            .filter(|most| quantity > *most)
            .map(|most| format!("at most {most} of this one."))
    };
    if let Some(message) = message {
        found.wrong(path, "Quantity", message);
    }
}

fn check_purchase(found: &mut Checked, index: usize, line: &OrderLine, view: &LineView) {
    let at = |field: &str| format!("/lines/{index}/{field}");
    let name = line_name(line);
    if let Some((field, message)) = why_not_offered(view.offered) {
        found.wrong(at(field), "Product", format!("{name}: {message}"));
    }
    check_price(found, index, line, view);
    for (place, add_on) in line.add_ons.iter().enumerate() {
        check_add_on(found, index, place, add_on, view.add_ons.get(place));
    }
    if view.below_floor {
        found.warn(
            at("price"),
            "Sale price",
            format!("{name} leaves less than the floor of its margin rule."),
        );
    }
}

fn why_not_offered(offered: Offered) -> Option<(&'static str, &'static str)> {
    match offered {
        Offered::Yes => None,
        Offered::NotInCatalog => Some((
            "product",
            "is not in the catalog. Import the catalog, or choose another product.",
        )),
        Offered::Withdrawn => Some(("product", "Ion no longer lists it. Choose another product.")),
        Offered::SetAside => Some((
            "product",
            "its last reply could not be read, so its price is not certain. Nothing is ordered until it can be; see Products, set aside.",
        )),
        Offered::Disabled => Some((
            "product",
            "is disabled in Ion. Enable it there, import it again, then order.",
        )),
        Offered::VariantGone => Some((
            "plan",
            "is no longer offered with this plan. Choose another plan.",
        )),
        Offered::VariantDisabled => Some((
            "sku",
            "is disabled in Ion. Choose another one, or enable it there.",
        )),
        Offered::NotInPriceBook => Some((
            "plan",
            "is not in your price book, so Ion does not sell it to you. Ask the distributor to add it, or choose another plan.",
        )),
    }
}

fn check_price(found: &mut Checked, index: usize, line: &OrderLine, view: &LineView) {
    let path = format!("/lines/{index}/price");
    let name = line_name(line);
    if view.by_use {
        found.warn(
            path,
            "Price",
            format!("{name} is billed by use; what it will cost is not known before."),
        );
        return;
    }
    match (&line.price, &view.price) {
        (Some(seen), Some(now)) => {
            if let Some(moved) = moved(seen, now) {
                let over = delta_over_term(&moved, line)
                    .map(|delta| {
                        let more = if delta.is_sign_negative() { "less" } else { "more" };
                        format!(": {} {} {more} over the whole commitment", delta.abs(), moved.currency)
                    })
                    .unwrap_or_default();
                found.wrong(
                    path,
                    "Price",
                    format!(
                        "{name} moved from {} to {} {} since your draft{over}. Accept it to go on.",
                        moved.before.decimal(),
                        moved.now.decimal(),
                        moved.currency
                    ),
                );
            }
        }
        (None, Some(_)) => found.wrong(
            path,
            "Price",
            format!("nobody has seen the price of {name} yet. Accept it to go on."),
        ),
        (_, None) if view.offered == Offered::Yes => found.wrong(
            path,
            "Price",
            format!("no price is known for {name}. Import the catalog; nothing is ordered without a price."),
        ),
        (_, None) => {}
    }
}

fn check_add_on(
    found: &mut Checked,
    index: usize,
    place: usize,
    add_on: &AddOnLine,
    view: Option<&AddOnView>,
) {
    let at = |field: &str| format!("/lines/{index}/add_ons/{place}/{field}");
    let name = if add_on.name.is_empty() {
        &add_on.add_on_id
    } else {
        &add_on.name
    };
    let missing = AddOnView::default();
    let view = view.unwrap_or(&missing);
    if !view.fits {
        found.wrong(
            at("add_on"),
            "Add-on",
            format!("{name} is not offered with this product. Take it out."),
        );
    } else if let Some((_, message)) = why_not_offered(view.offered) {
        found.wrong(at("add_on"), "Add-on", format!("{name}: {message}"));
    } else {
        match (&add_on.price, &view.price) {
            (Some(seen), Some(now)) if moved(seen, now).is_some() => found.wrong(
                at("price"),
                "Price",
                format!(
                    "{name} moved from {} to {} {} since your draft. Accept it to go on.",
                    seen.cost.decimal(),
                    now.cost.decimal(),
                    now.currency
                ),
            ),
            (None, Some(_)) => found.wrong(
                at("price"),
                "Price",
                format!("nobody has seen the price of {name} yet. Accept it to go on."),
            ),
            (_, None) => found.wrong(
                at("price"),
                "Price",
                format!("no price is known for {name}. Import the catalog, or take it out."),
            ),
            _ => {}
        }
    }
    if add_on.quantity == 0 || add_on.quantity > MAX_QUANTITY {
        found.wrong(
            at("quantity"),
            "Quantity of the add-on",
            "at least 1, at most 100,000.",
        );
    }
}

fn check_change(
    found: &mut Checked,
    index: usize,
    line: &OrderLine,
    view: &LineView,
    now: Timestamp,
) {
    let at = |field: &str| format!("/lines/{index}/{field}");
    let Some(subscription) = &view.subscription else {
        found.wrong(
            at("subscription"),
            "Subscription",
            "the subscription that is to be changed is not known here. Read the subscriptions from Ion, then try again.",
        );
        return;
    };
    if let (Some(before), Some(seats)) = (line.quantity_before, subscription.seats)
        && before != seats
    {
        found.wrong(
            at("quantity"),
            "Seats",
            format!("it has {seats} seats by now, not {before}. Enter the new total again."),
        );
        return;
    }
    // Nothing stands in the way of a word that we do not know: the vendor decides.
    let Some(wanted) = change_of(line) else {
        return;
    };
    let field = if matches!(wanted, SubscriptionChange::Seats(_)) {
        "quantity"
    } else {
        "subscription"
    };
    if let Err(refusal) = change(subscription, wanted, &view.increases, now) {
        let label = if field == "quantity" {
            "Seats"
        } else {
            "Subscription"
        };
        found.wrong(at(field), label, refusal.words(&TimeZone::UTC));
    }
    if line.term != domain::Term::P1M
        && matches!(wanted, SubscriptionChange::Seats(total) if Some(total) > subscription.seats)
        && subscription.ends_at.is_none()
    {
        found.warn(
            at("quantity"),
            "Seats",
            "Ion does not say when the term ends, so what the new seats bind to is counted for a whole term.",
        );
    }
}

/// The change that a line makes, as far as we know its words.
pub fn change_of(line: &OrderLine) -> Option<SubscriptionChange> {
    Some(match action_of(line) {
        OrderAction::Seats => SubscriptionChange::Seats(line.quantity),
        OrderAction::Suspend => SubscriptionChange::Suspend,
        OrderAction::Resume => SubscriptionChange::Resume,
        OrderAction::Cancel => SubscriptionChange::Cancel,
        OrderAction::RenewalOn => SubscriptionChange::AutoRenew(true),
        OrderAction::RenewalOff => SubscriptionChange::AutoRenew(false),
        OrderAction::Buy | OrderAction::Other => return None,
    })
}

fn check_attributes(found: &mut Checked, index: usize, line: &OrderLine, view: &LineView) {
    let at = |name: &str| format!("/lines/{index}/attributes/{}", pointer_part(name));
    let vendor = if line.vendor.is_empty() {
        "the vendor"
    } else {
        line.vendor.as_str()
    };
    match view.template.source {
        TemplateSource::Changed => found.warn(
            format!("/lines/{index}/attributes"),
            "What the vendor needs",
            format!("{vendor}'s form changed since this draft was made. Look through it once more."),
        ),
        TemplateSource::Unavailable => found.warn(
            format!("/lines/{index}/attributes"),
            "What the vendor needs",
            format!("Ion's form for {vendor} could not be read; we go by what is known of it, and Ion may ask for more."),
        ),
        TemplateSource::Ion | TemplateSource::BuiltIn => {}
    }
    let template = with_known_needs(view.template.template.clone(), line);
    let mut times: BTreeMap<&str, u32> = BTreeMap::new();
    for attribute in &line.attributes {
        let name = attribute.name.as_str();
        let count = times.entry(name).or_default();
        *count += 1;
        if *count == 2 {
            found.wrong(at(name), &label_of(name), "is given twice; keep one.");
        }
        check_value(found, &at(name), name, &attribute.value, &template);
    }
    for field in template.fields.iter().filter(|field| field.required) {
        if line
            .attribute(&field.name)
            .unwrap_or_default()
            .trim()
            .is_empty()
        {
            let message = match field.kind {
                FieldKind::Choice => "choose one; the order is refused without it.",
                _ => "fill it in; the order is refused without it.",
            };
            found.wrong(at(&field.name), &field.label, message);
        }
    }
}

fn check_value(found: &mut Checked, path: &str, name: &str, value: &str, template: &Template) {
    let Some(field) = template.fields.iter().find(|field| field.name == name) else {
        if name.trim().is_empty() {
            found.wrong(path, "Attribute", "has no name; take it out.");
        } else if template.closed {
            found.wrong(
                path,
                &label_of(name),
                "Ion's form does not know this one and refuses it; take it out.",
            );
        }
        return;
    };
    if let Some(message) = wrong_value(field, value.trim()) {
        found.wrong(path, &field.label, message);
    }
}

/// What is wrong with a value; nothing where it can be sent. An empty one is none, and is not judged.
pub fn wrong_value(field: &TemplateField, value: &str) -> Option<String> {
    if value.is_empty() {
        return None;
    }
    if value.chars().count() > LONGEST_VALUE {
        return Some(format!("longer than {LONGEST_VALUE} characters."));
    }
    match field.kind {
        FieldKind::Text => value.chars().any(char::is_control).then(|| {
            "has line breaks or other signs that are not shown; take them out.".to_owned()
        }),
        FieldKind::Choice => {
            let known = field
                .choices
                .iter()
                .any(|(choice, _)| choice.eq_ignore_ascii_case(value));
            (!known).then(|| {
                let choices: Vec<_> = field
                    .choices
                    .iter()
                    .map(|(value, label)| {
                        if label == value {
                            value.clone()
                        } else {
                            format!("{value} ({label})")
                        }
                    })
                    .collect();
                format!("takes one of: {}.", choices.join(", "))
            })
        }
        FieldKind::Date => {
            let shaped = value.len() == 10 && value.parse::<jiff::civil::Date>().is_ok();
            (!shaped).then(|| "a day, such as 2026-11-23.".to_owned())
        }
        FieldKind::Bool => (!matches!(value.to_ascii_lowercase().as_str(), "true" | "false"))
            .then(|| "true or false.".to_owned()),
        FieldKind::Number => (value.parse::<i64>().is_err()).then(|| "a whole number.".to_owned()),
        FieldKind::Email => (!is_email(value))
            .then(|| "this is no e-mail address; it looks like name@example.com.".to_owned()),
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
