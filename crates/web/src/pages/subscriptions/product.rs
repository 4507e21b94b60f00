//! What a product's page says of margins and subscriptions: sale prices, how one comes about, who has it.

use domain::catalog::{PricePoint, Product, Variant};
use domain::margin::{MarginRule, Rounding};
use domain::{Currency, MarginRuleId};
use engine::margins::{MarginBook, PriceAsk, SalePrice};
use jiff::civil::Date;
use store::ConnectionTrait;
use store::StoreError;
use store::subscriptions::{self, SubscriptionFilter, SubscriptionSort};

use super::row::{customer_name, percent_of};
use super::{PATH, href};
use crate::view::format::{self, count, counted};
use crate::view::subscriptions::product::{SaleCard, UsedBy, User};
use crate::view::{Fact, Link, Tone, Value};
use crate::words;

/// Customers on the page.
const USERS: u32 = 5;
/// The rules.
const RULES: &str = "/settings/margins";

/// What one of a product is sold for on a day, to nobody in particular.
pub(crate) fn sale(
    book: &MarginBook,
    product: &Product,
    variant: &Variant,
    price: &PricePoint,
    on: Date,
) -> Option<SalePrice> {
    if !price.meter.is_empty() || variant.key.add_on {
        return None;
    }
    book.price(&PriceAsk {
        vendor: product.vendor.clone(),
        product_ion_id: product.ion_id.clone(),
        sku_id: variant.key.sku_id.clone(),
        customer: None,
        cost: price.cost.clone(),
        currency: price.currency,
        on,
    })
}

/// Sale price and margin in words, beside a variant's cost; empty where no rule gives one.
pub(crate) fn sale_words(sale: Option<&SalePrice>, currency: Currency) -> (String, String, Tone) {
    let Some(sale) = sale else {
        return (String::new(), String::new(), Tone::Calm);
    };
    (
        format::amount(&sale.amount, currency),
        sale.margin_percent.map(percent_of).unwrap_or_default(),
        if sale.below_floor {
            Tone::Bad
        } else {
            Tone::Calm
        },
    )
}

/// How the sale price of the first variant that has a cost comes about.
pub(crate) fn sale_card<'a>(
    book: &MarginBook,
    product: &Product,
    variants: impl Iterator<Item = &'a Variant>,
    on: Date,
) -> SaleCard {
    let rules = Link::new("Margins", RULES);
    let first = variants
        .filter(|variant| variant.in_price_book && !variant.disabled && !variant.key.add_on)
        .find_map(|variant| {
            let price = variant.prices.iter().find(|price| price.meter.is_empty())?;
            Some((variant, price))
        });
    let Some((variant, price)) = first else {
        return SaleCard {
            variant: String::new(),
            facts: Vec::new(),
            sentence: "No variant has a cost, so there is no sale price.".to_owned(),
            rules,
        };
    };
    let currency = price.currency;
    let money = |amount: String| Value::text(format!("{amount} {currency}"));
    let cost = Fact::new("Cost", money(format::amount(&price.cost, currency)));
    let variant_words = format!(
        "{}, {}",
        words::term(variant.term),
        words::billing(variant.billing)
    );
    let Some(sale) = sale(book, product, variant, price, on) else {
        return SaleCard {
            variant: variant_words,
            facts: vec![cost],
            sentence: "No margin rule is for it, so it has no sale price.".to_owned(),
            rules,
        };
    };
    let rule = book.rules().iter().find(|rule| rule.id == sale.rule);
    let amount = format::amount(&sale.amount, currency);
    let mut facts = vec![
        cost,
        Fact::new(
            "Rule",
            Value::Link(Link::new(sale.rule_name.clone(), rule_href(sale.rule))),
        ),
    ];
    if let Some(rule) = rule {
        facts.push(Fact::new("How", Value::text(how(rule))));
        if rule.kind != domain::margin::MarginKind::Fixed {
            facts.push(Fact::new("Rounding", Value::text(rounding(rule.rounding))));
        }
    }
    facts.push(Fact::new("Sale", money(amount.clone())));
    let margin = sale.margin_percent.map(percent_of);
    facts.push(Fact::new(
        "Margin",
        margin.map_or_else(
            || Value::Absent("none".to_owned()),
            |margin| {
                if sale.below_floor {
                    Value::Toned(Tone::Bad, "alert-triangle", margin)
                } else {
                    Value::text(margin)
                }
            },
        ),
    ));
    if let Some(floor) = rule.and_then(|rule| rule.floor) {
        facts.push(Fact::new(
            "Floor",
            Value::text(format!(
                "{} %, {}",
                floor.normalize(),
                if sale.below_floor { "broken" } else { "kept" }
            )),
        ));
    }
    SaleCard {
        variant: variant_words,
        facts,
        sentence: format!("{amount} by rule “{}”: {}.", sale.rule_name, sale.why),
        rules,
    }
}

/// The page of a rule.
pub(crate) fn rule_href(id: MarginRuleId) -> String {
    format!("{RULES}/{id}")
}

/// `cost + 18 %`.
pub(crate) fn how(rule: &MarginRule) -> String {
    rules::margins::price::words(rule)
}

/// `up to 0.01`.
pub(crate) const fn rounding(rounding: Rounding) -> &'static str {
    match rounding {
        Rounding::Cent => "up to the cent",
        Rounding::FiveCents => "up to 0.05",
        Rounding::TenCents => "up to 0.10",
        Rounding::Unit => "up to whole units",
        Rounding::NinetyNine => "up to x.99",
    }
}

/// Who has it, the largest first.
pub(crate) async fn used_by(
    conn: &impl ConnectionTrait,
    product_ion_id: &str,
) -> Result<UsedBy, StoreError> {
    let filter = SubscriptionFilter {
        product_ion_id: Some(product_ion_id.to_owned()),
        sort: SubscriptionSort::Seats,
        descending: true,
        limit: USERS,
        ..SubscriptionFilter::default()
    };
    let page = subscriptions::search(conn, &filter).await?;
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("product", product_ion_id)
        .append_pair("sort", "-seats")
        .finish();
    Ok(UsedBy {
        all: (page.total > 0).then(|| {
            Link::new(
                format!("All {}", count(page.total)),
                format!("{PATH}?{query}"),
            )
        }),
        rows: page
            .subscriptions
            .iter()
            .map(|row| User {
                href: href(row.id),
                name: customer_name(row),
                seats: row.subscription.seats.map_or_else(
                    || "no seats".to_owned(),
                    |seats| counted(u64::from(seats), "seat", "seats"),
                ),
            })
            .collect(),
    })
}
