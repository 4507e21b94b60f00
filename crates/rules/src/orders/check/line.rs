//! What is wrong with one line: what it wants, its price, what it changes.

use domain::order::{AddOnLine, OrderAction, OrderLine};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::value::check_attributes;
use super::{Checked, LONGEST_PO, MAX_QUANTITY, line_name};
use crate::orders::draft::{AddOnView, LineView, Offered};
use crate::orders::money::{delta_over_term, moved};
use crate::subscriptions::change::{SubscriptionChange, action_of, change};

pub(super) fn check_line(
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
