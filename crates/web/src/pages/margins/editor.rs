//! The form of a rule, with what is wrong and what it would do.

use domain::margin::{MarginKind, Rounding};
use rust_decimal::Decimal;
use store::catalog;
use store::margins::MarginRow;

use super::PATH;
use super::effect;
use super::form::{Read, Typed};
use super::lookup::Meant;
use super::table::day;
use crate::app::App;
use crate::fault::Fault;
use crate::pages::Around;
use crate::pages::subscriptions::product::{rounding, rule_href};
use crate::pages::subscriptions::row::percent_of;
use crate::view::form::Select;
use crate::view::margins::{Lookup, Measured, Retire, RuleEditor};
use crate::view::{Choice, Field, FieldKind, Note, Tone};

/// A rule that is open.
#[derive(Debug)]
pub(super) struct Editing {
    /// The rule as it is saved; nothing for a new one.
    pub(super) row: Option<MarginRow>,
    pub(super) typed: Typed,
    pub(super) trouble: Option<Note>,
    /// What is wrong: field and words.
    pub(super) faults: Vec<(&'static str, String)>,
}

impl Editing {
    /// A rule that is made.
    pub(super) fn new_rule(typed: Typed) -> Self {
        Self {
            row: None,
            typed,
            trouble: None,
            faults: Vec::new(),
        }
    }

    /// A rule that is there.
    pub(super) fn rule(row: MarginRow, mut typed: Typed) -> Self {
        if typed.version.is_empty() {
            typed.version = row.version.to_string();
        }
        Self {
            row: Some(row),
            ..Self::new_rule(typed)
        }
    }

    /// Notes what words meant: the next time they are known.
    pub(super) fn take(&mut self, read: &Read) {
        if let Meant::One(found) = &read.product {
            self.typed.product.clone_from(&found.product.name);
            self.typed.product_id.clone_from(&found.product.ion_id);
        }
        if let Meant::One((id, name)) = &read.customer {
            self.typed.customer.clone_from(name);
            self.typed.customer_id = id.to_string();
        }
        self.typed.pick_product_id.clear();
        self.typed.pick_customer_id.clear();
    }

    fn fault(&self, field: &str) -> String {
        self.faults
            .iter()
            .find(|(name, _)| *name == field)
            .map(|(_, words)| words.clone())
            .unwrap_or_default()
    }
}

/// The editor.
pub(super) async fn editor(
    app: &App,
    mut editing: Editing,
    around: &Around,
    edits: bool,
) -> Result<RuleEditor, Fault> {
    let read = editing.typed.read(app).await?;
    editing.take(&read);
    // A choice among several is asked for at once, saved or not.
    if let Err(wrong) = &read.draft {
        for (field, words) in wrong {
            let asks = matches!(*field, "product" | "customer");
            if asks && editing.fault(field).is_empty() {
                editing.faults.push((field, words.clone()));
            }
        }
    }
    let replaced = editing.row.as_ref().map(|row| row.rule.id);
    let effect =
        effect::effect(app, &read, replaced, editing.typed.value.trim().is_empty()).await?;
    let typed = &editing.typed;
    let name = |row: &MarginRow| row.rule.name.clone();
    let action = editing
        .row
        .as_ref()
        .map_or_else(|| format!("{PATH}/new"), |row| rule_href(row.rule.id));
    let trouble = editing.trouble.clone().or_else(|| {
        let number = editing.faults.len();
        (number > 0 && typed.act == "save").then(|| {
            let title = match number {
                1 => "A field is wrong".to_owned(),
                number => format!("{number} fields are wrong"),
            };
            Note::new(Tone::Bad, "alert-circle", title, "Nothing was saved.")
        })
    });
    Ok(RuleEditor {
        title: editing
            .row
            .as_ref()
            .map_or_else(|| "New rule".to_owned(), |row| format!("Rule “{}”", name(row))),
        action: action.clone(),
        csrf: around.frame.csrf.clone(),
        version: if editing.row.is_some() {
            typed.version.clone()
        } else {
            String::new()
        },
        edits,
        trouble,
        name: Field::new("name", "Name", FieldKind::Text)
            .value(typed.name.clone())
            .placeholder("such as Microsoft, charity price")
            .error(editing.fault("name")),
        vendor: vendors(app, &editing).await?,
        product: product(&editing, &read),
        sku: sku(&editing, &read),
        customer: customer(&editing, &read),
        kinds: [
            (MarginKind::Markup, "Markup on cost"),
            (MarginKind::Margin, "Margin of sale"),
            (MarginKind::Fixed, "Fixed price"),
        ]
        .into_iter()
        .map(|(kind, label)| Choice::new(kind.as_str(), label, kind == read.kind))
        .collect(),
        value: value(&editing, &read),
        currency: Field::new("currency", "Currency", FieldKind::Text)
            .value(typed.currency.clone())
            .optional()
            .placeholder("EUR")
            .hint("Of a fixed price; it holds for costs in this currency only.")
            .error(editing.fault("currency")),
        floor: Measured {
            name: "floor",
            label: "Floor".to_owned(),
            value: typed.floor.clone(),
            unit: "% margin".to_owned(),
            hint: "Below it you are told.".to_owned(),
            error: editing.fault("floor"),
            optional: true,
        },
        rounding: Select {
            name: "rounding",
            label: "Round".to_owned(),
            choices: Rounding::ALL
                .iter()
                .map(|one| Choice::new(one.as_str(), rounding(*one), one.as_str() == typed.rounding))
                .collect(),
            hint: String::new(),
            error: String::new(),
        },
        from: Field::new("from", "From", FieldKind::Date)
            .value(typed.from.clone())
            .error(editing.fault("from")),
        until: Field::new("until", "Until", FieldKind::Date)
            .value(typed.until.clone())
            .optional()
            .error(editing.fault("until")),
        save: save_words(&read),
        back: editing.row.as_ref().map(|_| action.clone()).unwrap_or_default(),
        retire: editing.row.as_ref().filter(|_| edits).map(|row| Retire {
            action: format!("{action}/retire"),
            title: format!("Take “{}” out of use?", name(row)),
            text: "Sale prices are then given by the next closest rule. It is kept below the list, since prices were worked out by it; submitted orders keep theirs.".to_owned(),
        }),
        effect,
    })
}

/// `Save from 1 Jan 2027`.
pub(super) fn save_words(read: &Read) -> String {
    read.from.map_or_else(
        || "Save".to_owned(),
        |from| format!("Save from {}", day(from)),
    )
}

/// What a percentage comes to in the other measure: `Equals a margin of 16.7 %.`
pub(super) fn equals(read: &Read) -> String {
    let hundred = Decimal::ONE_HUNDRED;
    let Ok(draft) = &read.draft else {
        return String::new();
    };
    let percent = match draft.kind {
        MarginKind::Fixed => None,
        MarginKind::Markup => draft
            .value
            .checked_mul(hundred)
            .and_then(|value| value.checked_div(draft.value + hundred)),
        MarginKind::Margin if draft.value < hundred => draft
            .value
            .checked_mul(hundred)
            .and_then(|value| value.checked_div(hundred - draft.value)),
        MarginKind::Margin => None,
    };
    match (percent, draft.kind) {
        (Some(percent), MarginKind::Markup) => {
            format!("Equals a margin of {}.", percent_of(percent))
        }
        (Some(percent), _) => format!("Equals a markup of {}.", percent_of(percent)),
        (None, MarginKind::Fixed) => "For one, each billing period.".to_owned(),
        (None, _) => String::new(),
    }
}

/// Unit of the value.
pub(super) fn unit(read: &Read, typed_currency: &str) -> String {
    match read.kind {
        MarginKind::Fixed => typed_currency.trim().to_uppercase(),
        _ => "%".to_owned(),
    }
}

fn value(editing: &Editing, read: &Read) -> Measured {
    Measured {
        name: "value",
        label: "Value".to_owned(),
        value: editing.typed.value.clone(),
        unit: unit(read, &editing.typed.currency),
        hint: equals(read),
        error: editing.fault("value"),
        optional: false,
    }
}

async fn vendors(app: &App, editing: &Editing) -> Result<Select, Fault> {
    let conn = app.store().read();
    let mut names: Vec<String> = catalog::figures(conn)
        .await?
        .vendors
        .into_iter()
        .map(|vendor| vendor.vendor)
        .collect();
    for row in store::subscriptions::cost_by_vendor(conn).await? {
        if !names.contains(&row.vendor) {
            names.push(row.vendor);
        }
    }
    let chosen = editing.typed.vendor.trim();
    if !chosen.is_empty() && !names.iter().any(|name| name == chosen) {
        names.push(chosen.to_owned());
    }
    names.sort();
    let all = Choice::new("", "All vendors", chosen.is_empty());
    Ok(Select {
        name: "vendor",
        label: "Vendor".to_owned(),
        choices: std::iter::once(all)
            .chain(names.into_iter().map(|name| {
                let on = name == chosen;
                Choice::new(name.clone(), name, on)
            }))
            .collect(),
        hint: String::new(),
        error: editing.fault("vendor"),
    })
}

fn product(editing: &Editing, read: &Read) -> Lookup {
    Lookup {
        field: Field::new("product", "Product", FieldKind::Text)
            .optional()
            .value(editing.typed.product.clone())
            .placeholder("all; or name, part number, id")
            .error(editing.fault("product")),
        id_name: "product_id",
        id: match &read.product {
            Meant::One(found) => found.product.ion_id.clone(),
            _ => String::new(),
        },
        offers: match &read.product {
            Meant::Several(offers) => offers.clone(),
            _ => Vec::new(),
        },
    }
}

fn customer(editing: &Editing, read: &Read) -> Lookup {
    Lookup {
        field: Field::new("customer", "Customer", FieldKind::Text)
            .optional()
            .value(editing.typed.customer.clone())
            .placeholder("all; or name, number")
            .error(editing.fault("customer")),
        id_name: "customer_id",
        id: match &read.customer {
            Meant::One((id, _)) => id.to_string(),
            _ => String::new(),
        },
        offers: match &read.customer {
            Meant::Several(offers) => offers.clone(),
            _ => Vec::new(),
        },
    }
}

/// The SKUs of the product, where it has several.
fn sku(editing: &Editing, read: &Read) -> Option<Select> {
    let Meant::One(found) = &read.product else {
        return None;
    };
    let mut skus: Vec<(String, String)> = Vec::new();
    for stored in &found.variants {
        let key = &stored.variant.key;
        if !key.add_on && !skus.iter().any(|(id, _)| *id == key.sku_id) {
            skus.push((key.sku_id.clone(), stored.variant.sku_name.clone()));
        }
    }
    let chosen = editing.typed.sku.trim();
    if skus.len() < 2 && chosen.is_empty() {
        return None;
    }
    let all = Choice::new("", "All SKUs", chosen.is_empty());
    Some(Select {
        name: "sku",
        label: "SKU".to_owned(),
        choices: std::iter::once(all)
            .chain(skus.into_iter().map(|(id, name)| {
                let on = id == chosen;
                Choice::new(id, name, on)
            }))
            .collect(),
        hint: String::new(),
        error: editing.fault("sku"),
    })
}
