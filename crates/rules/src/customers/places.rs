//! Countries, their states, and languages, by the codes that Ion takes (Ion API notes 2.2), and how people write them.

mod lists;

use std::collections::HashMap;
use std::sync::LazyLock;

use self::lists::{AU, CA, COUNTRIES, LANGUAGES, OTHER_NAMES, US};
use super::name::fold;

/// A code and its English name.
pub type Named = (&'static str, &'static str);

/// Countries by their ISO 3166-1 code, ordered by name.
pub const fn countries() -> &'static [Named] {
    COUNTRIES
}

/// States to offer for a country: Ion takes codes there. Free text elsewhere, and never refused anywhere.
pub fn states_of(country: &str) -> Option<&'static [Named]> {
    match country.trim().to_ascii_uppercase().as_str() {
        "US" => Some(US),
        "CA" => Some(CA),
        "AU" => Some(AU),
        _ => None,
    }
}

/// Languages by their code as Ion writes it, ordered by name.
pub const fn languages() -> &'static [Named] {
    LANGUAGES
}

/// The code of a country, from its code or its name.
pub fn country_code(text: &str) -> Option<&'static str> {
    static NAMES: LazyLock<HashMap<String, &'static str>> =
        LazyLock::new(|| by_name(COUNTRIES, OTHER_NAMES));
    code(text, COUNTRIES).or_else(|| NAMES.get(&key(text)).copied())
}

/// Name of a country; the text itself where it is no code.
pub fn country_name(code: &str) -> &str {
    name_of(code, COUNTRIES)
}

/// The code of a language, from its code, its name, or a locale such as `en-US`.
pub fn language_code(text: &str) -> Option<&'static str> {
    static NAMES: LazyLock<HashMap<String, &'static str>> =
        LazyLock::new(|| by_name(LANGUAGES, &[]));
    let first = text.trim().split(['-', '_']).next().unwrap_or_default();
    code(first, LANGUAGES).or_else(|| NAMES.get(&key(text)).copied())
}

/// Name of a language; the text itself where it is no code.
pub fn language_name(code: &str) -> &str {
    name_of(code, LANGUAGES)
}

fn name_of<'a>(code: &'a str, all: &'static [Named]) -> &'a str {
    all.iter()
        .find(|(one, _)| one.eq_ignore_ascii_case(code))
        .map_or(code, |(_, name)| name)
}

fn code(text: &str, all: &'static [Named]) -> Option<&'static str> {
    let text = text.trim();
    all.iter()
        .find(|(code, _)| code.eq_ignore_ascii_case(text))
        .map(|(code, _)| *code)
}

/// Codes by names. Folding a list for each row of a file would take longer than all else.
fn by_name(all: &'static [Named], others: &'static [Named]) -> HashMap<String, &'static str> {
    let named = all.iter().map(|(code, name)| (key(name), *code));
    let others = others
        .iter()
        .map(|(name, code)| ((*name).to_owned(), *code));
    others.chain(named).collect()
}

/// A name as it is compared: folded, letters only, without "the".
fn key(text: &str) -> String {
    let folded = fold(text).replace('&', " and ");
    folded
        .split(|sign: char| !sign.is_alphanumeric())
        .filter(|word| !word.is_empty() && *word != "the")
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_is_ordered_and_names_nothing_twice() {
        for list in [COUNTRIES, US, CA, AU, LANGUAGES] {
            for pair in list.windows(2) {
                assert!(fold(pair[0].1) < fold(pair[1].1), "{pair:?}");
            }
            for (code, _) in list {
                assert!(code.chars().all(|sign| sign.is_ascii_uppercase()), "{code}");
                assert_eq!(
                    list.iter().filter(|(other, _)| other == code).count(),
                    1,
                    "{code}"
                );
            }
        }
        assert_eq!(
            (COUNTRIES.len(), US.len(), CA.len(), AU.len()),
            (250, 59, 13, 8)
        );
        assert!(
            COUNTRIES
                .iter()
                .chain(LANGUAGES)
                .all(|(code, _)| code.len() == 2)
        );
    }

    #[test]
    fn countries_are_known_by_code_and_by_name() {
        for (text, code) in [
            ("de", "DE"),
            ("Germany", "DE"),
            ("DEUTSCHLAND", "DE"),
            ("The Netherlands", "NL"),
            ("United States of America", "US"),
            ("U.S.A.", "US"),
            ("UK", "GB"),
            ("Côte d'Ivoire", "CI"),
            ("Trinidad & Tobago", "TT"),
            ("Österreich", "AT"),
            ("Türkiye", "TR"),
            (" France ", "FR"),
        ] {
            assert_eq!(country_code(text), Some(code), "{text}");
        }
        for text in ["", "Germny", "XX", "D"] {
            assert_eq!(country_code(text), None, "{text}");
        }
        assert!(
            OTHER_NAMES
                .iter()
                .all(|(name, code)| key(name) == *name
                    && COUNTRIES.iter().any(|(one, _)| one == code)),
            "every other name is a key, and leads to a country"
        );
        assert_eq!(country_name("NL"), "Netherlands");
        assert_eq!(country_name("Atlantis"), "Atlantis");
    }

    #[test]
    fn languages_are_known_by_code_name_and_locale() {
        for (text, code) in [
            ("en", "EN"),
            ("German", "DE"),
            ("en-US", "EN"),
            ("fr_CA", "FR"),
        ] {
            assert_eq!(language_code(text), Some(code), "{text}");
        }
        for text in ["", "Klingon", "eng-us", "X"] {
            assert_eq!(language_code(text), None, "{text}");
        }
    }

    #[test]
    fn states_are_offered_where_ion_takes_codes() {
        assert!(states_of("us").is_some_and(|all| all.contains(&("FL", "Florida"))));
        assert!(states_of("CA").is_some_and(|all| all.contains(&("QC", "Quebec"))));
        assert!(states_of("AU").is_some());
        assert_eq!(states_of("DE"), None);
    }
}
