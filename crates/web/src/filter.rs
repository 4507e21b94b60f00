//! The filters of the product list, the same for page, export and API.

use domain::catalog::ProductState;
use domain::{Amount, BillingPeriod, Currency, Scale, Term};
use store::catalog::{PriceSort, ProductFilter};

use crate::fault::{Fault, FieldFault};

/// Names of the filters, as they stand in addresses.
pub(crate) const NAMES: [&str; 9] = [
    "q",
    "vendor",
    "category",
    "term",
    "billing",
    "currency",
    "state",
    "price_from",
    "price_to",
];

/// Reads a filter. Who may not see costs can neither filter nor sort by them: that would tell them too.
pub(crate) fn read<'a>(
    get: impl Fn(&str) -> Option<&'a str>,
    costs: bool,
) -> Result<ProductFilter, Fault> {
    let mut faults = Vec::new();
    let text = |name: &str| {
        get(name)
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let mut filter = ProductFilter {
        text: text("q").unwrap_or_default().chars().take(200).collect(),
        vendor: text("vendor"),
        category: text("category"),
        term: word::<Term>("term", text("term"), &mut faults),
        billing: word::<BillingPeriod>("billing", text("billing"), &mut faults),
        currency: text("currency"),
        state: word::<ProductState>("state", text("state"), &mut faults),
        ..ProductFilter::default()
    };
    if filter
        .currency
        .as_deref()
        .is_some_and(|code| code.parse::<Currency>().is_err())
    {
        faults.push(wrong(
            "currency",
            "Give a currency code of three letters, such as EUR.",
        ));
    }
    filter.currency = filter.currency.map(|code| code.to_uppercase());
    if costs {
        filter.price_from = price("price_from", text("price_from"), &mut faults);
        filter.price_to = price("price_to", text("price_to"), &mut faults);
    }
    if let Some(sort) = text("sort") {
        let (name, descending) = match sort.strip_prefix('-') {
            Some(name) => (name, true),
            None => (sort.as_str(), false),
        };
        filter.descending = descending;
        filter.sort = match name {
            "name" => Some(PriceSort::Name),
            "vendor" => Some(PriceSort::Vendor),
            "category" => Some(PriceSort::Category),
            "cost" if costs => Some(PriceSort::Cost),
            "changed" => Some(PriceSort::Changed),
            _ => {
                faults.push(wrong("sort", "Sort by name, vendor, category, cost or changed; with - before it for the other way."));
                None
            }
        };
    }
    if faults.is_empty() {
        Ok(filter)
    } else {
        Err(Fault::invalid(faults))
    }
}

fn wrong(field: &str, message: &str) -> FieldFault {
    FieldFault {
        field: field.to_owned(),
        message: message.to_owned(),
    }
}

fn word<T: std::str::FromStr>(
    name: &str,
    text: Option<String>,
    faults: &mut Vec<FieldFault>,
) -> Option<String> {
    let text = text?;
    if text.parse::<T>().is_err() {
        faults.push(wrong(name, "This word is none that Ionbridge knows here."));
        return None;
    }
    Some(text)
}

fn price(name: &str, text: Option<String>, faults: &mut Vec<FieldFault>) -> Option<i64> {
    let text = text?;
    match Amount::parse(&text, Scale::Price) {
        Ok(amount) => Some(amount.units()),
        Err(error) => {
            faults.push(wrong(name, &crate::fault::sentence(&error.to_string())));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &'static str)], costs: bool) -> Result<ProductFilter, Fault> {
        let pairs: Vec<(String, &'static str)> = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), *value))
            .collect();
        read(
            |name| {
                pairs
                    .iter()
                    .find(|(key, _)| key == name)
                    .map(|(_, value)| *value)
            },
            costs,
        )
    }

    #[test]
    fn filters_are_read_by_their_words() {
        let filter = of(
            &[
                ("q", " teams "),
                ("term", "P1Y"),
                ("price_from", "10.50"),
                ("sort", "-cost"),
            ],
            true,
        )
        .unwrap();
        assert_eq!(
            (filter.text.as_str(), filter.term.as_deref()),
            ("teams", Some("P1Y"))
        );
        assert_eq!(
            (filter.price_from, filter.descending),
            (Some(10_500_000), true)
        );
        assert!(of(&[("term", "P2Y")], true).is_err());
        assert!(of(&[("price_from", "cheap")], true).is_err());
    }

    #[test]
    fn who_sees_no_cost_learns_none_by_filters() {
        let filter = of(&[("price_from", "10"), ("price_to", "20")], false).unwrap();
        assert_eq!((filter.price_from, filter.price_to), (None, None));
        assert!(of(&[("sort", "cost")], false).is_err());
    }
}
