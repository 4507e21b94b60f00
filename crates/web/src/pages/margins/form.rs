//! What is typed into the form of a rule, and the rule that it means.

use domain::margin::{MarginKind, MarginRule, MarginScope, Rounding};
use domain::{Currency, CustomerId};
use engine::margins::MarginDraft;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Deserialize;
use store::catalog::ProductDetail;

use super::lookup::{Meant, customer_of, product_of};
use crate::app::App;
use crate::fault::Fault;

/// The fields, as they are sent.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    pub(super) name: String,
    pub(super) vendor: String,
    pub(super) product: String,
    pub(super) product_id: String,
    pub(super) pick_product_id: String,
    pub(super) sku: String,
    pub(super) customer: String,
    pub(super) customer_id: String,
    pub(super) pick_customer_id: String,
    pub(super) kind: String,
    pub(super) value: String,
    pub(super) currency: String,
    pub(super) floor: String,
    pub(super) rounding: String,
    pub(super) from: String,
    pub(super) until: String,
    pub(super) version: String,
    /// `save`, `preview`.
    #[serde(rename = "do")]
    pub(super) act: String,
}

/// What the fields mean.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) product: Meant<ProductDetail>,
    pub(super) customer: Meant<(CustomerId, String)>,
    pub(super) kind: MarginKind,
    /// Day from which it holds, where one is given.
    pub(super) from: Option<Date>,
    /// The rule, or what is wrong: field and words.
    pub(super) draft: Result<MarginDraft, Vec<(&'static str, String)>>,
}

impl Typed {
    /// A new rule: for everything, from today.
    pub(super) fn fresh(app: &App) -> Self {
        let today = app.now().to_zoned(app.settings().zone.clone()).date();
        Self {
            kind: MarginKind::Markup.as_str().to_owned(),
            rounding: Rounding::Cent.as_str().to_owned(),
            from: today.to_string(),
            ..Self::default()
        }
    }

    /// The fields of a rule; names of product and customer come with [`super::editor()`].
    pub(super) fn of(rule: &MarginRule) -> Self {
        let scope = &rule.scope;
        let product = scope.product_ion_id.clone().unwrap_or_default();
        Self {
            name: rule.name.clone(),
            vendor: scope.vendor.clone().unwrap_or_default(),
            product: product.clone(),
            product_id: product,
            sku: scope.sku_id.clone().unwrap_or_default(),
            customer_id: scope.customer.map(|id| id.to_string()).unwrap_or_default(),
            pick_customer_id: scope.customer.map(|id| id.to_string()).unwrap_or_default(),
            kind: rule.kind.as_str().to_owned(),
            value: rule.value.normalize().to_string(),
            currency: rule
                .currency
                .map(|code| code.to_string())
                .unwrap_or_default(),
            floor: rule
                .floor
                .map(|floor| floor.normalize().to_string())
                .unwrap_or_default(),
            rounding: rule.rounding.as_str().to_owned(),
            from: rule.from.to_string(),
            until: rule
                .until
                .map(|until| until.to_string())
                .unwrap_or_default(),
            ..Self::default()
        }
    }

    /// A button was pressed that chooses one of several.
    pub(super) fn picks(&self) -> bool {
        !self.pick_product_id.is_empty() || !self.pick_customer_id.is_empty()
    }

    /// What the fields mean.
    pub(super) async fn read(&self, app: &App) -> Result<Read, Fault> {
        let product = if self.pick_product_id.is_empty() {
            product_of(app, &self.product, &self.product_id).await?
        } else {
            product_of(app, &self.pick_product_id, &self.pick_product_id).await?
        };
        let customer = match self.pick_customer_id.parse::<CustomerId>() {
            Ok(id) => match store::customers::find(app.store().read(), id).await? {
                Some(row) => Meant::One((id, crate::pages::customers::name(&row).to_owned())),
                None => Meant::Unknown,
            },
            Err(_) => customer_of(app, &self.customer, &self.customer_id).await?,
        };
        let mut wrong = Vec::new();
        let mut say = |field: &'static str, words: &str| wrong.push((field, words.to_owned()));
        let kind = self.kind.parse().unwrap_or(MarginKind::Markup);
        let value = number(&self.value);
        if value.is_none() {
            say(
                "value",
                match kind {
                    MarginKind::Fixed => "Give an amount, such as 20.25.",
                    _ => "Give a percentage, such as 18 or 18.5.",
                },
            );
        }
        let floor = number(&self.floor);
        if floor.is_none() && !self.floor.trim().is_empty() {
            say("floor", "Give a percentage, such as 15, or leave it empty.");
        }
        let from = self.from.trim().parse::<Date>().ok();
        if from.is_none() {
            say("from", "Give a day such as 2027-01-01.");
        }
        let until = self.until.trim().parse::<Date>().ok();
        if until.is_none() && !self.until.trim().is_empty() {
            say("until", "Give a day such as 2027-12-31, or leave it empty.");
        }
        let currency = self.currency.trim().parse::<Currency>().ok();
        if kind == MarginKind::Fixed && currency.is_none() {
            say(
                "currency",
                "Give a currency code of three letters, such as EUR.",
            );
        }
        match &product {
            Meant::Several(_) => say(
                "product",
                "Several are called that. Choose one, or type more of it.",
            ),
            Meant::Unknown => say("product", "Nothing in the catalog is called that."),
            Meant::Nobody | Meant::One(_) => {}
        }
        match &customer {
            Meant::Several(_) => say(
                "customer",
                "Several are called that. Choose one, or type more of it.",
            ),
            Meant::Unknown => say("customer", "Nobody is called that."),
            Meant::Nobody | Meant::One(_) => {}
        }
        let scope = MarginScope {
            vendor: some(&self.vendor),
            product_ion_id: match &product {
                Meant::One(found) => Some(found.product.ion_id.clone()),
                _ => None,
            },
            sku_id: match &product {
                Meant::One(found) => some(&self.sku).filter(|sku| {
                    found
                        .variants
                        .iter()
                        .any(|stored| stored.variant.key.sku_id == *sku)
                }),
                _ => None,
            },
            customer: match &customer {
                Meant::One((id, _)) => Some(*id),
                _ => None,
            },
        };
        let draft = match (value, from, wrong.is_empty()) {
            (Some(value), Some(from), true) => Ok(MarginDraft {
                name: self.name.trim().to_owned(),
                scope,
                kind,
                value,
                currency: currency.filter(|_| kind == MarginKind::Fixed),
                rounding: self.rounding.parse().unwrap_or(Rounding::Cent),
                floor,
                from,
                until,
            }),
            _ => Err(wrong),
        };
        Ok(Read {
            product,
            customer,
            kind,
            from,
            draft,
        })
    }
}

fn some(text: &str) -> Option<String> {
    Some(text.trim())
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

/// A number as people write it: `18`, `18.5 %`, `18,5`, `1,234.50`.
pub(super) fn number(text: &str) -> Option<Decimal> {
    let text: String = text
        .trim()
        .trim_end_matches('%')
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .collect();
    let plain = match (text.find(','), text.find('.')) {
        (Some(_), Some(_)) => text.replace(',', ""),
        // One comma with a group of three behind it parts thousands, any other is a point.
        (Some(place), None) if text.len() - place != 4 && text.matches(',').count() == 1 => {
            text.replace(',', ".")
        }
        (Some(_), None) => text.replace(',', ""),
        _ => text,
    };
    let digits = plain.strip_prefix('-').unwrap_or(&plain);
    let well = !digits.is_empty()
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.bytes().any(|byte| byte.is_ascii_digit());
    plain.parse().ok().filter(|_| well)
}

/// The field of the form that a problem of a rule is about.
pub(super) fn field_of(path: &str) -> &'static str {
    match path {
        "name" => "name",
        "value" => "value",
        "currency" => "currency",
        "floor" => "floor",
        "until" => "until",
        "scope.vendor" => "vendor",
        "scope.product_ion_id" => "product",
        "scope.sku_id" => "sku",
        "scope.customer" => "customer",
        _ => "from",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let read = |text: &str| number(text).map(|number| number.to_string());
        for (text, number) in [
            ("18", "18"),
            (" 18.5 % ", "18.5"),
            ("18,5", "18.5"),
            ("1,234.50", "1234.50"),
            ("1,234", "1234"),
            ("20,25", "20.25"),
            ("-1", "-1"),
        ] {
            assert_eq!(read(text).as_deref(), Some(number), "{text}");
        }
        for bad in ["", "%", "abc", "1e3", "1.2.3", "--1", "."] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
