//! What a list shows of a product: its state, the one price that stands for it, and the words that filters look for.

use domain::catalog::{Product, ProductState, Variant};

use super::main_price;

/// What a list shows of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing<'a> {
    /// Whether it can be bought.
    pub state: ProductState,
    /// The variant whose price stands for the product: the cheapest that can be bought and is not billed by use.
    pub shown: Option<&'a Variant>,
    /// Everything that is sold is billed by use.
    pub by_use: bool,
    /// Part number, without commitment and billing.
    pub part_number: String,
    /// Commitments that are sold, as words, each once.
    pub terms: Vec<&'static str>,
    /// Billing periods that are sold, as words, each once.
    pub billings: Vec<&'static str>,
    /// Currencies of all prices, each once.
    pub currencies: Vec<&'a str>,
}

/// What a list shows of this product.
pub fn listing(product: &Product) -> Listing<'_> {
    let sold = || {
        product
            .variants
            .iter()
            .filter(|variant| !variant.disabled && !variant.key.add_on)
    };
    let mut listing = Listing {
        state: state(product),
        shown: sold()
            .filter(|variant| variant.in_price_book && !variant.by_use)
            .filter_map(|variant| Some((variant, main_price(variant)?.cost.units())))
            .filter(|(_, units)| *units > 0)
            .min_by_key(|(_, units)| *units)
            .map(|(variant, _)| variant),
        by_use: sold().next().is_some() && sold().all(|variant| variant.by_use),
        part_number: part_number(product),
        terms: Vec::new(),
        billings: Vec::new(),
        currencies: Vec::new(),
    };
    for variant in sold() {
        add(&mut listing.terms, variant.term.as_str());
        add(&mut listing.billings, variant.billing.as_str());
    }
    for price in product.variants.iter().flat_map(|variant| &variant.prices) {
        add(&mut listing.currencies, price.currency.as_str());
    }
    listing
}

/// Sellable where at least one variant is neither disabled nor missing in the price book.
fn state(product: &Product) -> ProductState {
    let nothing_known = product.variants.is_empty();
    let sellable = product
        .variants
        .iter()
        .any(|variant| variant.in_price_book && !variant.disabled);
    if product.disabled || !(nothing_known || sellable) {
        ProductState::NotInPriceBook
    } else {
        ProductState::Available
    }
}

fn part_number(product: &Product) -> String {
    let number = product
        .variants
        .iter()
        .find_map(|variant| {
            variant
                .part_number
                .as_deref()
                .or(variant.external_id.as_deref())
        })
        .unwrap_or_default();
    number.split(':').take(2).collect::<Vec<_>>().join(":")
}

fn add<'a>(words: &mut Vec<&'a str>, word: &'a str) {
    if !words.contains(&word) {
        words.push(word);
    }
}

#[cfg(test)]
mod tests {
    use super::super::diff::tests::{product, variant};
    use super::*;

    #[test]
    fn the_cheapest_that_can_be_bought_stands_for_the_product() {
        let mut cheap_but_not_ours = variant("a", "1");
        cheap_but_not_ours.in_price_book = false;
        let mut by_use = variant("b", "0.5");
        by_use.by_use = true;
        let mut add_on = variant("c", "0.1");
        add_on.key.add_on = true;
        let sold = product(vec![
            cheap_but_not_ours,
            by_use,
            add_on,
            variant("d", "3"),
            variant("e", "2"),
        ]);
        let listing = listing(&sold);
        assert_eq!(listing.shown.unwrap().key.sku_id, "e");
        assert_eq!(listing.state, ProductState::Available);
        assert_eq!(
            (listing.terms, listing.currencies),
            (vec!["P1Y"], vec!["EUR"])
        );
        assert!(!listing.by_use);
    }

    #[test]
    fn nothing_that_can_be_bought_is_not_in_the_price_book() {
        let mut missing = variant("a", "1");
        missing.in_price_book = false;
        let mut disabled = variant("b", "1");
        disabled.disabled = true;
        let listed = |product: &Product| listing(product).state;
        assert_eq!(
            listed(&product(vec![missing, disabled])),
            ProductState::NotInPriceBook
        );
        assert_eq!(listed(&product(vec![])), ProductState::Available);
        let mut off = product(vec![variant("a", "1")]);
        off.disabled = true;
        assert_eq!(listed(&off), ProductState::NotInPriceBook);
    }

    #[test]
    fn the_part_number_loses_commitment_and_billing() {
        let mut numbered = variant("a", "1");
        numbered.part_number = Some("CFQ7TTC0LH18:0001:P1Y:M".into());
        assert_eq!(
            listing(&product(vec![numbered])).part_number,
            "CFQ7TTC0LH18:0001"
        );
    }
}
