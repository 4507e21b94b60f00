//! What was typed into the steps of an order, read into a draft. What cannot be read stays as it was, is told, and is shown as typed.

use std::collections::{BTreeMap, BTreeSet};

use domain::VariantId;
use domain::order::{AddOnLine, OrderAction, OrderContent, OrderLine};
use rules::orders::check::Problem;
use rules::subscriptions::change::action_of;
use store::catalog::{ProductDetail, StoredVariant};

use super::catalog::Catalog;

/// Fields of a form, in their order.
pub(super) type Form = [(String, String)];

/// The value of a field; empty where it is not there.
pub(super) fn value<'a>(form: &'a Form, name: &str) -> &'a str {
    form.iter()
        .find(|(key, _)| key == name)
        .map_or("", |(_, value)| value.as_str())
}

/// A variant that was chosen, with its product.
type Chosen<'a> = (&'a ProductDetail, &'a StoredVariant);

/// A form read into a draft.
#[derive(Debug, Default, Clone)]
pub(super) struct Typed {
    /// What is asked for now.
    pub(super) content: OrderContent,
    /// What could not be read, by its path in the order.
    pub(super) problems: Vec<Problem>,
    /// What was typed there, by the name of the field.
    pub(super) raw: BTreeMap<String, String>,
}

/// A whole number as people write it: `1,250`.
fn number(text: &str) -> Option<u32> {
    let digits: String = text
        .chars()
        .filter(|sign| !matches!(sign, ',' | '\'' | ' ' | '\u{a0}' | '\u{202f}'))
        .collect();
    digits.parse().ok()
}

/// The variants that a form names as those of its lines.
pub(super) fn named_variants(form: &Form) -> Vec<VariantId> {
    form.iter()
        .filter(|(name, _)| name.starts_with("variant."))
        .filter_map(|(_, value)| value.parse().ok())
        .collect()
}

/// Step 1. `catalog` knows the products of the draft and of the variants that the form names.
pub(super) fn products(form: &Form, base: &OrderContent, catalog: &Catalog) -> Typed {
    let mut typed = Typed::default();
    typed.content.note = match form.iter().find(|(name, _)| name == "note") {
        Some((_, note)) => note.replace("\r\n", "\n").trim().to_owned(),
        None => base.note.clone(),
    };
    let mut used = BTreeSet::new();
    for (_, place) in form.iter().filter(|(name, _)| name == "line") {
        let chosen = value(form, &format!("variant.{place}"))
            .parse()
            .ok()
            .and_then(|id| catalog.variant(id));
        let Some(mut line) = base_line(place, chosen, base, &mut used) else {
            continue;
        };
        if let Some((_, stored)) = chosen {
            choose(&mut line, stored);
        }
        fields(form, place, &mut line, &mut typed);
        add_ons(form, place, catalog, &mut line, &mut typed);
        typed.content.lines.push(line);
    }
    // A change of a subscription has no line to choose.
    if let Some(line) = base.lines.iter().find(|line| is_change(line)) {
        let mut line = line.clone();
        fields(form, "0", &mut line, &mut typed);
        typed.content.lines.push(line);
    }
    typed
}

pub(super) fn is_change(line: &OrderLine) -> bool {
    action_of(line) != OrderAction::Buy
}

/// The line of the draft that a line of the form means: at the same place, else another one of the same product. Somebody else may have
/// changed the draft while the form was open.
fn base_line(
    place: &str,
    chosen: Option<Chosen<'_>>,
    base: &OrderContent,
    used: &mut BTreeSet<usize>,
) -> Option<OrderLine> {
    let fits = |line: &OrderLine| {
        chosen.is_none_or(|(product, stored)| {
            line.product_ion_id == product.product.ion_id
                && line.sku_id == stored.variant.key.sku_id
        })
    };
    let here = place
        .parse::<usize>()
        .ok()
        .filter(|place| base.lines.get(*place).is_some_and(fits));
    let found = here.filter(|place| !used.contains(place)).or_else(|| {
        (0..base.lines.len())
            .find(|other| chosen.is_some() && !used.contains(other) && fits(&base.lines[*other]))
    });
    match found {
        Some(place) => {
            used.insert(place);
            base.lines.get(place).cloned()
        }
        None => chosen.map(|(product, stored)| new_line(product, stored)),
    }
}

/// A new line of a variant; the engine fills in what the catalog knows of it.
fn new_line(product: &ProductDetail, stored: &StoredVariant) -> OrderLine {
    let variant = &stored.variant;
    OrderLine {
        product: Some(product.id),
        product_ion_id: product.product.ion_id.clone(),
        sku_id: variant.key.sku_id.clone(),
        plan_id: variant.key.plan_id.clone(),
        vendor: product.product.vendor.clone(),
        provider_id: String::new(),
        product_name: product.product.name.clone(),
        sku_name: variant.sku_name.clone(),
        plan_name: variant.plan_name.clone(),
        part_number: variant.part_number.clone(),
        term: variant.term,
        billing: variant.billing,
        quantity: 1,
        quantity_before: None,
        resource_id: None,
        customer_po: String::new(),
        reseller_po: String::new(),
        add_ons: Vec::new(),
        attributes: Vec::new(),
        price: None,
    }
}

/// Another plan has another price: that of today.
fn choose(line: &mut OrderLine, stored: &StoredVariant) {
    let key = &stored.variant.key;
    if line.plan_id != key.plan_id {
        line.plan_id.clone_from(&key.plan_id);
        line.term = stored.variant.term;
        line.billing = stored.variant.billing;
        line.price = None;
    }
}

fn fields(form: &Form, place: &str, line: &mut OrderLine, typed: &mut Typed) {
    let at = typed.content.lines.len();
    let text = |name: &str| {
        let name = format!("{name}.{place}");
        form.iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.trim().to_owned())
    };
    if let Some(quantity) = text("quantity") {
        match number(&quantity).filter(|number| *number > 0) {
            Some(number) => line.quantity = number,
            None => {
                typed.problems.push(Problem::new(
                    format!("/lines/{at}/quantity"),
                    "Quantity",
                    "give a whole number of 1 or more, such as 25.",
                ));
                typed.raw.insert(format!("quantity.{at}"), quantity);
            }
        }
    }
    if let Some(po) = text("po") {
        line.customer_po = po;
    }
    if let Some(po) = text("own_po") {
        line.reseller_po = po;
    }
}

fn add_ons(form: &Form, place: &str, catalog: &Catalog, line: &mut OrderLine, typed: &mut Typed) {
    let at = typed.content.lines.len();
    let start = format!("addon.{place}.");
    let named = form.iter().filter_map(|(name, text)| {
        let id: VariantId = name.strip_prefix(&start)?.parse().ok()?;
        Some((id, catalog.variant(id)?.1, text.trim()))
    });
    for (id, stored, text) in named {
        let variant = &stored.variant;
        let there = line.add_ons.iter().position(|one| {
            one.add_on_id == variant.key.sku_id && one.plan_id == variant.key.plan_id
        });
        let quantity = if text.is_empty() {
            Some(0)
        } else {
            number(text)
        };
        match (quantity, there) {
            (Some(0), Some(there)) => {
                line.add_ons.remove(there);
            }
            (Some(0), None) => {}
            (Some(quantity), Some(there)) => line.add_ons[there].quantity = quantity,
            (Some(quantity), None) => line.add_ons.push(AddOnLine {
                add_on_id: variant.key.sku_id.clone(),
                plan_id: variant.key.plan_id.clone(),
                name: variant.sku_name.clone(),
                plan_name: variant.plan_name.clone(),
                term: variant.term,
                billing: variant.billing,
                quantity,
                price: None,
            }),
            (None, _) => {
                typed.problems.push(Problem::new(
                    format!("/lines/{at}/add_ons/{id}"),
                    "Add-on",
                    "give a number of 1 or more, or leave it empty.",
                ));
                typed
                    .raw
                    .insert(format!("addon.{at}.{id}"), text.to_owned());
            }
        }
    }
}

/// Step 2: what the vendor needs. Each group names the lines that it answers for.
pub(super) fn provisioning(form: &Form, base: &OrderContent) -> OrderContent {
    let mut content = base.clone();
    for (group, lines) in form
        .iter()
        .filter_map(|(name, lines)| Some((name.strip_prefix("group.")?, lines)))
    {
        let places: Vec<usize> = lines
            .split(',')
            .filter_map(|place| place.parse().ok())
            .collect();
        let asked = format!("attr.{group}.");
        let answers: Vec<(&str, &str)> = form
            .iter()
            .filter_map(|(name, value)| Some((name.strip_prefix(&asked)?, value.as_str())))
            .collect();
        let others = others(form, group);
        for place in places {
            let Some(line) = content.lines.get_mut(place) else {
                continue;
            };
            let before = line.attributes.clone();
            for (name, value) in &answers {
                set(line, name, value);
            }
            // What is neither asked for nor typed below was taken out there.
            if form
                .iter()
                .any(|(name, _)| name.starts_with(&format!("name.{group}.")))
            {
                line.attributes.retain(|one| {
                    answers.iter().any(|(name, _)| *name == one.name)
                        || others.iter().any(|(name, _)| *name == one.name)
                        || !is_shown(form, group, &one.name)
                });
                for (name, value) in &others {
                    set(line, name, value);
                }
            }
            // The same answers in another order are no change.
            let same = before.len() == line.attributes.len()
                && before.iter().all(|one| line.attributes.contains(one));
            if same {
                line.attributes = before;
            }
        }
    }
    content
}

/// Names and values of attributes that the form does not ask for.
fn others<'a>(form: &'a Form, group: &str) -> Vec<(&'a str, &'a str)> {
    let start = format!("name.{group}.");
    form.iter()
        .filter_map(|(field, name)| {
            let suffix = field.strip_prefix(&start)?;
            let value = value(form, &format!("value.{group}.{suffix}"));
            (!name.trim().is_empty()).then(|| (name.trim(), value.trim()))
        })
        .collect()
}

/// Whether an attribute stood among those that may be taken out.
fn is_shown(form: &Form, group: &str, name: &str) -> bool {
    form.iter()
        .any(|(field, held)| *field == format!("held.{group}") && held == name)
}

/// Sets an attribute where it stands, so that their order stays; an empty value takes it away.
fn set(line: &mut OrderLine, name: &str, value: &str) {
    let value = value.trim();
    match line.attributes.iter_mut().find(|one| one.name == name) {
        Some(one) if !value.is_empty() => value.clone_into(&mut one.value),
        _ => line.set_attribute(name, value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> OrderContent {
        let line: OrderLine = serde_json::from_value(serde_json::json!({
            "product_ion_id": "p", "sku_id": "s", "plan_id": "n", "term": "P1Y", "billing": "monthly", "quantity": 5,
            "attributes": [{"name": "domainName", "value": "a.example"}, {"name": "old", "value": "x"}]
        }))
        .unwrap();
        OrderContent {
            lines: vec![line],
            note: "keep".to_owned(),
        }
    }

    fn form(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn what_cannot_be_read_stays_as_it_was_and_is_told() {
        let typed = products(
            &form(&[
                ("line", "0"),
                ("quantity.0", "many"),
                ("po.0", " PO-1 "),
                ("note", "a\r\nb"),
            ]),
            &base(),
            &Catalog::from(Vec::new()),
        );
        assert_eq!(typed.content.lines[0].quantity, 5);
        assert_eq!(typed.content.lines[0].customer_po, "PO-1");
        assert_eq!(typed.content.note, "a\nb");
        assert_eq!(typed.problems[0].path, "/lines/0/quantity");
        assert_eq!(typed.raw["quantity.0"], "many");
    }

    #[test]
    fn a_quantity_is_read_with_its_separators_and_never_zero() {
        let read = |text: &str| {
            products(
                &form(&[("line", "0"), ("quantity.0", text)]),
                &base(),
                &Catalog::from(Vec::new()),
            )
        };
        assert_eq!(read("1,250").content.lines[0].quantity, 1250);
        for wrong in ["0", "-3", "1.5", "", "99999999999"] {
            assert_eq!(read(wrong).problems.len(), 1, "{wrong:?}");
        }
    }

    #[test]
    fn a_form_without_a_line_takes_it_out_and_keeps_the_note() {
        let typed = products(&form(&[]), &base(), &Catalog::from(Vec::new()));
        assert!(typed.content.lines.is_empty());
        assert_eq!(typed.content.note, "keep");
    }

    #[test]
    fn answers_go_to_the_lines_of_their_group() {
        let mut two = base();
        two.lines.push(two.lines[0].clone());
        let typed = provisioning(
            &form(&[
                ("group.0", "0,1"),
                ("attr.0.domainName", "b.example"),
                ("attr.0.renewalSetting", ""),
            ]),
            &two,
        );
        for line in &typed.lines {
            assert_eq!(line.attribute("domainName"), Some("b.example"));
            assert_eq!(line.attribute("renewalSetting"), None);
            assert_eq!(line.attribute("old"), Some("x"));
        }
    }

    #[test]
    fn an_attribute_that_was_emptied_or_renamed_is_taken_out() {
        let typed = provisioning(
            &form(&[
                ("group.0", "0"),
                ("attr.0.domainName", "a.example"),
                ("held.0", "old"),
                ("name.0.0", "new"),
                ("value.0.0", "y"),
            ]),
            &base(),
        );
        assert_eq!(typed.lines[0].attribute("old"), None);
        assert_eq!(typed.lines[0].attribute("new"), Some("y"));
    }

    #[test]
    fn the_same_answers_are_no_change() {
        let same = provisioning(
            &form(&[("group.0", "0"), ("attr.0.domainName", " a.example ")]),
            &base(),
        );
        assert_eq!(same, base());
    }
}
