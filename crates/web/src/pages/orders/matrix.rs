//! Commitment and billing of one SKU as a table: the price of one a month in each cell, below it what the quantity comes to.

use domain::catalog::{PricePoint, ProductState};
use domain::{BillingPeriod, Currency, Term};
use jiff::Timestamp;
use rules::orders::money::{a_month, billing_words, is_open_ended, periods_owed, term_words};
use rules::orders::review::after_term;
use rust_decimal::Decimal;
use store::catalog::{ProductDetail, StoredVariant};

use super::money::sum_text;
use crate::view::Times;
use crate::view::format::{count, price, within};
use crate::view::orders::products::{Matrix, MatrixCell, MatrixOption, MatrixRow};

/// Columns that a page has room for.
const WIDEST: usize = 4;

/// What a matrix is drawn for.
pub(super) struct Asked<'a> {
    /// Name of the choice in the form.
    pub(super) name: String,
    /// The product.
    pub(super) product: &'a ProductDetail,
    /// The SKU.
    pub(super) sku: &'a str,
    /// The plan that is chosen.
    pub(super) plan: Option<&'a str>,
    /// How many.
    pub(super) quantity: u32,
    /// The currency that the order has.
    pub(super) currency: Option<Currency>,
    /// What is wrong; empty for nothing.
    pub(super) error: String,
}

/// Draws it.
pub(super) fn matrix(asked: &Asked<'_>, times: &Times) -> Matrix {
    let variants: Vec<&StoredVariant> = asked
        .product
        .variants
        .iter()
        .filter(|stored| !stored.variant.key.add_on && stored.variant.key.sku_id == asked.sku)
        .collect();
    let mut terms: Vec<Term> = variants.iter().map(|one| one.variant.term).collect();
    terms.sort_by_key(|term| months_for_sort(*term));
    terms.dedup();
    let mut billings: Vec<BillingPeriod> = variants.iter().map(|one| one.variant.billing).collect();
    billings.sort_by_key(|billing| order_of(*billing));
    billings.dedup();
    let parted = columns(&billings);
    let currency = asked.currency.or_else(|| {
        variants
            .iter()
            .find_map(|one| Some(price_of(one, None)?.currency))
    });
    let rows = terms
        .iter()
        .map(|term| MatrixRow {
            term: row_term(*term).to_owned(),
            detail: row_detail(*term, times),
            cells: parted
                .iter()
                .map(|(_, periods)| {
                    let here: Vec<&StoredVariant> = variants
                        .iter()
                        .copied()
                        .filter(|one| {
                            one.variant.term == *term && periods.contains(&one.variant.billing)
                        })
                        .collect();
                    cell(&here, asked, currency)
                })
                .collect(),
        })
        .collect();
    Matrix {
        name: asked.name.clone(),
        words: match currency {
            Some(currency) => format!("cost per seat and month, {currency}"),
            None => "cost per seat and month".to_owned(),
        },
        columns: parted.into_iter().map(|(label, _)| label).collect(),
        rows,
        hint: variants
            .iter()
            .find(|one| Some(one.variant.key.plan_id.as_str()) == asked.plan)
            .map(|one| hint(one, asked.product, times))
            .unwrap_or_default(),
        error: asked.error.clone(),
    }
}

fn months_for_sort(term: Term) -> u32 {
    rules::orders::money::months(term).unwrap_or(u32::MAX)
}

fn order_of(billing: BillingPeriod) -> u32 {
    match billing {
        BillingPeriod::OneTime => u32::MAX - 1,
        BillingPeriod::Unspecified => u32::MAX,
        billing => u32::MAX - 2 - rules::orders::money::periods_a_year(billing).unwrap_or_default(),
    }
}

/// Heads of the columns with the periods that stand in them.
fn columns(billings: &[BillingPeriod]) -> Vec<(String, Vec<BillingPeriod>)> {
    let head = |billing: BillingPeriod| match billing {
        BillingPeriod::OneTime => "Paid once".to_owned(),
        BillingPeriod::Unspecified => "Billing not said".to_owned(),
        billing => format!("Billed {}", billing_words(billing)),
    };
    if billings.len() <= WIDEST {
        return billings
            .iter()
            .map(|billing| (head(*billing), vec![*billing]))
            .collect();
    }
    let (first, rest) = billings.split_at(WIDEST - 1);
    first
        .iter()
        .map(|billing| (head(*billing), vec![*billing]))
        .chain([("Billed otherwise".to_owned(), rest.to_vec())])
        .collect()
}

fn row_term(term: Term) -> &'static str {
    match term {
        Term::Unknown => "Unknown term",
        term => term_words(term),
    }
}

fn row_detail(term: Term, times: &Times) -> String {
    match (term, after_term(term, times.now)) {
        (Term::P1M, _) => "leave any month".to_owned(),
        (_, Some(end)) => format!("bound until {}", times.date(end)),
        (_, None) => "how long is not known".to_owned(),
    }
}

/// What one costs: in the order's currency where there is a price in it, else the first.
pub(super) fn price_of(stored: &StoredVariant, currency: Option<Currency>) -> Option<&PricePoint> {
    if stored.variant.by_use {
        return None;
    }
    let mut prices = stored
        .variant
        .prices
        .iter()
        .filter(|price| price.meter.is_empty());
    let first = prices.clone().next();
    prices
        .find(|price| Some(price.currency) == currency)
        .or(first)
}

/// Whether it can be bought now.
pub(super) fn is_sold(product: &ProductDetail, stored: &StoredVariant) -> bool {
    product.state == ProductState::Available
        && !product.product.disabled
        && stored.variant.in_price_book
        && !stored.variant.disabled
}

fn cell(here: &[&StoredVariant], asked: &Asked<'_>, currency: Option<Currency>) -> MatrixCell {
    if here.is_empty() {
        return MatrixCell::Not("not offered");
    }
    let sold: Vec<&&StoredVariant> = here
        .iter()
        .filter(|one| is_sold(asked.product, one))
        .collect();
    if sold.is_empty() {
        return MatrixCell::Not("not in your price book");
    }
    let several = sold.len() > 1;
    MatrixCell::Offered(
        sold.into_iter()
            .map(|one| option(one, asked, currency, several))
            .collect(),
    )
}

fn option(
    stored: &StoredVariant,
    asked: &Asked<'_>,
    currency: Option<Currency>,
    several: bool,
) -> MatrixOption {
    let variant = &stored.variant;
    let point = price_of(stored, currency);
    let (shown, code) = match point {
        Some(point) => (
            each(point, variant.billing),
            if Some(point.currency) == currency {
                String::new()
            } else {
                point.currency.to_string()
            },
        ),
        None if variant.by_use => ("by use".to_owned(), String::new()),
        None => ("no price".to_owned(), String::new()),
    };
    MatrixOption {
        value: stored.id.to_string(),
        price: shown,
        currency: code,
        plan: if several {
            within(&variant.sku_name, &variant.plan_name).to_owned()
        } else {
            String::new()
        },
        total: match point {
            Some(point) => total(point, variant.term, variant.billing, asked.quantity),
            None => String::new(),
        },
        on: Some(variant.key.plan_id.as_str()) == asked.plan,
    }
}

/// The price of one a month; of a single payment what it is.
fn each(point: &PricePoint, billing: BillingPeriod) -> String {
    let cost = point.cost.decimal();
    let month = match billing {
        BillingPeriod::OneTime | BillingPeriod::Unspecified => Some(cost),
        billing => a_month(cost, billing),
    };
    let units = month.and_then(|month| {
        let mut units = month.round_dp(4);
        units.rescale(6);
        i64::try_from(units.mantissa()).ok()
    });
    match units {
        Some(units) => price(units, point.currency),
        None => cost.to_string(),
    }
}

/// What the quantity comes to: `468.00 a month, 5,616.00 in all`.
fn total(point: &PricePoint, term: Term, billing: BillingPeriod, quantity: u32) -> String {
    let Some(period) = point.cost.decimal().checked_mul(Decimal::from(quantity)) else {
        return String::new();
    };
    let text = sum_text(period, point.currency);
    let owed = periods_owed(term, billing);
    let all = || {
        period
            .checked_mul(Decimal::from(owed))
            .map_or_else(String::new, |all| {
                format!(", {} in all", sum_text(all, point.currency))
            })
    };
    match (billing, owed) {
        (BillingPeriod::OneTime, _) => format!("{text}, paid once"),
        (billing, _) if is_open_ended(term, billing) => {
            format!("{text} {}, for how long is not known", per(billing))
        }
        (BillingPeriod::Annual, 1) => format!("{text} now, for the year"),
        (billing, 1) => format!(
            "{text} {} for {}",
            per(billing),
            if quantity == 1 {
                "1 seat".to_owned()
            } else {
                format!("{} seats", count(u64::from(quantity)))
            }
        ),
        (billing, _) => format!("{text} {}{}", per(billing), all()),
    }
}

fn per(billing: BillingPeriod) -> &'static str {
    match billing {
        BillingPeriod::Monthly => "a month",
        BillingPeriod::Quarterly => "a quarter",
        BillingPeriod::Biannual => "a half-year",
        BillingPeriod::Annual => "a year",
        BillingPeriod::Weekly => "a week",
        BillingPeriod::Biweekly => "each second week",
        BillingPeriod::Daily => "a day",
        BillingPeriod::Hourly => "an hour",
        BillingPeriod::Minutely => "a minute",
        BillingPeriod::OneTime => "once",
        BillingPeriod::Unspecified => "a period",
    }
}

/// What the chosen one means.
fn hint(stored: &StoredVariant, product: &ProductDetail, times: &Times) -> String {
    use rules::orders::cancel_window::Policy;
    let variant = &stored.variant;
    let provider = product
        .product
        .provider_ids
        .first()
        .map_or("", String::as_str);
    let policy = Policy::of(
        provider,
        &product.product.vendor,
        variant.part_number.as_deref(),
    );
    let days = policy.window().map(|window| window.as_secs() / 86_400);
    let end = |at: Timestamp| times.date(at);
    match (variant.term, after_term(variant.term, times.now), days) {
        (Term::P1M, _, _) => {
            "It renews each month until it is stopped; seats can be taken away at each renewal."
                .to_owned()
        }
        (Term::Unknown, _, _) => {
            "Ion does not say how long this binds. Ask the distributor before you order.".to_owned()
        }
        (_, Some(at), Some(days)) => format!(
            "Seats can be added at any time, but not taken away until {}, except in the first {days} days.",
            end(at)
        ),
        (_, Some(at), None) => format!(
            "Bound until {}. Whether seats can be taken away before is the vendor’s rule, which Ion does not tell.",
            end(at)
        ),
        (_, None, _) => String::new(),
    }
}

/// The SKUs of a product: id, name, part number of the first variant.
pub(super) fn skus(product: &ProductDetail) -> Vec<(&str, &str, &str)> {
    let mut found: Vec<(&str, &str, &str)> = Vec::new();
    for stored in &product.variants {
        let variant = &stored.variant;
        if variant.key.add_on || found.iter().any(|(id, _, _)| *id == variant.key.sku_id) {
            continue;
        }
        found.push((
            &variant.key.sku_id,
            &variant.sku_name,
            variant.part_number.as_deref().unwrap_or_default(),
        ));
    }
    found
}

#[cfg(test)]
mod tests {
    use domain::catalog::PriceSource;
    use domain::{Amount, Scale};

    use super::*;

    fn point(cost: &str) -> PricePoint {
        PricePoint {
            currency: "EUR".parse().unwrap(),
            meter: String::new(),
            cost: Amount::parse(cost, Scale::Price).unwrap(),
            list: None,
            source: PriceSource::PriceBook,
        }
    }

    #[test]
    fn a_cell_says_what_one_costs_a_month_and_what_all_come_to() {
        use BillingPeriod::{Annual, Monthly, OneTime};
        let of = |cost: &str, term, billing| {
            (
                each(&point(cost), billing),
                total(&point(cost), term, billing, 25),
            )
        };
        assert_eq!(
            of("18.72", Term::P1Y, Monthly),
            ("18.72".into(), "468.00 a month, 5,616.00 in all".into())
        );
        assert_eq!(
            of("22.46", Term::P1M, Monthly),
            ("22.46".into(), "561.50 a month for 25 seats".into())
        );
        assert_eq!(
            of("213.96", Term::P1Y, Annual),
            ("17.83".into(), "5,349.00 now, for the year".into())
        );
        assert_eq!(
            of("205.44", Term::P3Y, Annual),
            ("17.12".into(), "5,136.00 a year, 15,408.00 in all".into())
        );
        assert_eq!(
            of("10", Term::Unknown, OneTime),
            ("10.00".into(), "250.00, paid once".into())
        );
        assert_eq!(
            of("10", Term::Unknown, Monthly).1,
            "250.00 a month, for how long is not known"
        );
    }

    #[test]
    fn more_billings_than_columns_share_the_last() {
        use BillingPeriod::{Annual, Biannual, Monthly, OneTime, Quarterly};
        let all = [Monthly, Quarterly, Biannual, Annual, OneTime];
        let parted = columns(&all);
        assert_eq!(parted.len(), WIDEST);
        assert_eq!(parted[3].0, "Billed otherwise");
        assert_eq!(parted[3].1, [Annual, OneTime]);
    }
}
