//! What could not be read.

use super::*;

pub(super) fn set_aside(open: bool) -> set_aside::SetAsidePage {
    let entry = |ion_id: &str, reason: &str, place: &str, on| set_aside::SetAsideEntry {
        href: "/products/set-aside/1".to_owned(),
        ion_id: ion_id.to_owned(),
        reason: reason.to_owned(),
        place: place.to_owned(),
        open: on,
    };
    set_aside::SetAsidePage {
        frame: under("Set aside", Section::Products, &[("Products", "/products")]),
        summary: "12 products had a value that could not be read. The other 20,102 are up to date; these keep what was known before.".to_owned(),
        action: Some(Button::post("Read all again", "/products/import").with_icon("refresh")),
        entries: vec![
            entry("Padlock-Vault-eu", "Price is not a number", "SKU 3 of 4", open),
            entry("AWS-MP-7741", "Price is not a number", "SKU 1 of 1", false),
            entry("Sentinel-Bundle-9", "Currency “EU” is unknown", "2 plans", false),
            entry("D0INVENT77", "Two plans with one id", "SKU 2 of 2", false),
            entry("GWS-ARCHIVE-X", "Description is 5.1 MB, limit 1 MB", "", false),
        ],
        foot: "5 of 12".to_owned(),
        open: open.then(|| set_aside::SetAsideDetail {
            name: "Padlock Vault Enterprise".to_owned(),
            ion_id: "Padlock-Vault-eu".to_owned(),
            status: status::product(ProductState::SetAside, false),
            title: "A price is not a number".to_owned(),
            sentence: "Ion sent the text “n/a” where an amount must stand. We do not guess prices, so this product stays as it was on 21 November.".to_owned(),
            path: "$.definition.skus[2].plans[0].phases[0].recurringPrice.EUR".to_owned(),
            facts: vec![Figure::new("Since", "22 Nov 2026, 03:12", ""), Figure::new("Kept meanwhile", "2 variants with prices", ""), Figure::new("Seen in", "2 imports", "")],
            actions: vec![Button::post("Read all again", "/products/import").primary().with_icon("refresh")],
            raw_words: "23 Nov, 03:12:19, 41 kB, secrets taken out".to_owned(),
            lines: raw_lines(1212),
            download: "/products/set-aside/1/raw.json".to_owned(),
            product: Some(Link::new("As it was known", "/products/1")),
        }),
        empty: None,
    }
}
