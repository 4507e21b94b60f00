//! The one text of a product that a search looks into.

use domain::catalog::Product;

/// Everything that a search may find the product by, in lower case, the name first; each word once.
pub(super) fn document(product: &Product) -> String {
    let mut text = String::new();
    for word in [&product.name, &product.ion_id, &product.vendor] {
        add(&mut text, word);
    }
    for variant in &product.variants {
        add(&mut text, &variant.sku_name);
        add(&mut text, &variant.key.sku_id);
        for word in variant.external_id.iter().chain(&variant.part_number) {
            add(&mut text, word);
        }
    }
    text
}

fn add(text: &mut String, word: &str) {
    let word = word.to_lowercase();
    if word.is_empty() || text.contains(&word) {
        return;
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(&word);
}
