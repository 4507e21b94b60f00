//! One line of a draft, to be changed.

use domain::order::OrderLine;
use engine::orders::OrderView;
use rules::orders::check::{MAX_QUANTITY, Problem, line_name};
use rules::orders::money::commitment_words;
use store::catalog::ProductDetail;

use super::duplicates;
use crate::app::App;
use crate::fault::Fault;
use crate::pages::orders::catalog::Catalog;
use crate::pages::orders::compose::{Draft, wrong};
use crate::pages::orders::matrix::{Asked, is_sold, matrix, price_of};
use crate::pages::orders::{find, money};
use crate::view::format::{amount, counted, within};
use crate::view::orders::products::{AddOnEdit, LineEdit, Matrix, Quantity};
use crate::view::{Field, FieldKind, Note, Tone};

/// Add-ons of a product that are offered.
const ADD_ONS: usize = 60;

/// What is asked of one line of the form.
pub(super) struct LineAsked<'a> {
    pub(super) place: usize,
    pub(super) alone: bool,
    pub(super) problems: &'a [Problem],
    pub(super) raw: &'a std::collections::BTreeMap<String, String>,
}

impl LineAsked<'_> {
    pub(super) fn wrong(&self, field: &str) -> String {
        wrong(self.problems, &format!("/lines/{}/{field}", self.place))
    }

    fn is_wrong(&self) -> bool {
        let start = format!("/lines/{}", self.place);
        self.problems.iter().any(|problem| {
            (problem.path == start || problem.path.starts_with(&format!("{start}/")))
                && !problem.path.contains("/attributes")
        })
    }
}

pub(super) async fn line_edit(
    app: &App,
    view: &OrderView,
    line: &OrderLine,
    catalog: &Catalog,
    asked: &LineAsked<'_>,
    draft: &Draft,
) -> Result<LineEdit, Fault> {
    let place = asked.place;
    let times = &draft.around.times;
    let product = catalog.product_of(line);
    let name = line_name(line).to_owned();
    let chosen_wrong = ["product", "sku", "plan"]
        .iter()
        .map(|field| asked.wrong(field))
        .find(|text| !text.is_empty())
        .unwrap_or_default();
    let mut notes = duplicates(app, view, place, draft).await?;
    let own = wrong(asked.problems, &format!("/lines/{place}"));
    if !own.is_empty() {
        notes.push(Note::new(
            Tone::Bad,
            "alert-circle",
            "This line cannot be ordered as it is",
            own,
        ));
    }
    if product.is_none() && !chosen_wrong.is_empty() {
        notes.push(Note::new(
            Tone::Bad,
            "alert-circle",
            "This product cannot be ordered any more",
            chosen_wrong.clone(),
        ));
    }
    let only = money::only_currency(&view.row.content);
    let amount_words = match money::line_amount(line) {
        Some((sum, currency)) => money::sum_text(sum, currency),
        None => String::new(),
    };
    Ok(LineEdit {
        place,
        vendor: line.vendor.clone(),
        sku: if within(&line.product_name, &name) == name && line.product_name != name {
            line.product_name.clone()
        } else {
            String::new()
        },
        words: closed_words(line),
        amount: amount_words,
        open: asked.alone || asked.is_wrong() || place + 1 == view.row.content.lines.len(),
        alone: asked.alone,
        notes,
        matrix: matrix_of(line, product, only, asked, chosen_wrong, times),
        quantity: quantity(asked, line),
        customer_po: po(format!("po.{place}"), "Customer’s PO", &line.customer_po)
            .error(asked.wrong("customer_po")),
        reseller_po: po(format!("own_po.{place}"), "Your PO", &line.reseller_po)
            .error(asked.wrong("reseller_po")),
        add_ons: product
            .map(|product| add_ons(line, product, asked))
            .unwrap_or_default(),
        name,
    })
}

/// `10 seats · 1 month, monthly · 7.41 EUR`.
fn closed_words(line: &OrderLine) -> String {
    let mut words = vec![
        counted(u64::from(line.quantity), "seat", "seats"),
        commitment_words(line.term, line.billing),
    ];
    if let Some(price) = &line.price {
        words.push(format!(
            "{} {}",
            amount(&price.cost, price.currency),
            price.currency
        ));
    }
    words.join(" · ")
}

fn matrix_of(
    line: &OrderLine,
    product: Option<&ProductDetail>,
    currency: Option<domain::Currency>,
    asked: &LineAsked<'_>,
    error: String,
    times: &crate::view::Times,
) -> Matrix {
    match product {
        Some(product) => matrix(
            &Asked {
                name: format!("variant.{}", asked.place),
                product,
                sku: &line.sku_id,
                plan: Some(&line.plan_id),
                quantity: line.quantity,
                currency,
                error,
            },
            times,
        ),
        None => Matrix {
            name: format!("variant.{}", asked.place),
            words: "the catalog no longer has it".to_owned(),
            columns: Vec::new(),
            rows: Vec::new(),
            hint: String::new(),
            error: String::new(),
        },
    }
}

pub(super) fn quantity(asked: &LineAsked<'_>, line: &OrderLine) -> Quantity {
    let name = format!("quantity.{}", asked.place);
    Quantity {
        value: asked
            .raw
            .get(&name)
            .cloned()
            .unwrap_or_else(|| line.quantity.to_string()),
        name,
        label: "Seats".to_owned(),
        hint: String::new(),
        min: Some(1),
        max: Some(MAX_QUANTITY),
        error: asked.wrong("quantity"),
    }
}

pub(super) fn po(name: String, label: &str, held: &str) -> Field {
    Field::new(name, label, FieldKind::Text)
        .optional()
        .value(held)
        .placeholder("none")
        .autocomplete("off")
}

fn add_ons(line: &OrderLine, product: &ProductDetail, asked: &LineAsked<'_>) -> Vec<AddOnEdit> {
    let currency = line.price.as_ref().map(|price| price.currency);
    let held = |sku: &str, plan: &str| {
        line.add_ons
            .iter()
            .position(|one| one.add_on_id == sku && one.plan_id == plan)
    };
    product
        .variants
        .iter()
        .filter(|stored| stored.variant.key.add_on)
        .filter(|stored| {
            let key = &stored.variant.key;
            is_sold(product, stored) || held(&key.sku_id, &key.plan_id).is_some()
        })
        .take(ADD_ONS)
        .map(|stored| {
            let variant = &stored.variant;
            let name = format!("addon.{}.{}", asked.place, stored.id);
            let there = held(&variant.key.sku_id, &variant.key.plan_id);
            let typed_wrong = asked.wrong(&format!("add_ons/{}", stored.id));
            let error = match there {
                Some(at) if typed_wrong.is_empty() => ["", "/quantity", "/plan", "/product"]
                    .iter()
                    .map(|field| asked.wrong(&format!("add_ons/{at}{field}")))
                    .find(|text| !text.is_empty())
                    .unwrap_or_default(),
                _ => typed_wrong,
            };
            AddOnEdit {
                label: variant.sku_name.clone(),
                terms: find::terms(variant),
                price: match price_of(stored, currency) {
                    Some(point) => {
                        format!("{} {}", amount(&point.cost, point.currency), point.currency)
                    }
                    None if variant.by_use => "by use".to_owned(),
                    None => "no price".to_owned(),
                },
                quantity: asked.raw.get(&name).cloned().unwrap_or_else(|| {
                    there.map_or_else(String::new, |at| line.add_ons[at].quantity.to_string())
                }),
                on: there.is_some(),
                name,
                error,
            }
        })
        .collect()
}
