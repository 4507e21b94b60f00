//! Which vendor a product is of. Ion names providers by number only (Ion API notes 2.6); everything else is read from words.

use std::borrow::Cow;

/// Providers whose numbers are known.
const BY_NUMBER: [(&str, &str); 2] = [("30", "Microsoft"), ("1", "AWS")];

/// Words of a category or name, and the vendor that they stand for. The first that fits wins.
const BY_WORD: [(&str, &str); 27] = [
    ("microsoft", "Microsoft"),
    ("office 365", "Microsoft"),
    ("azure", "Microsoft"),
    ("dynamics 365", "Microsoft"),
    ("google", "Google"),
    ("cloud identity", "Google"),
    ("amazon", "AWS"),
    ("aws", "AWS"),
    ("acronis", "Acronis"),
    ("adobe", "Adobe"),
    ("bitdefender", "Bitdefender"),
    ("cisco", "Cisco"),
    ("crowdstrike", "CrowdStrike"),
    ("dropbox", "Dropbox"),
    ("eset", "ESET"),
    ("fortinet", "Fortinet"),
    ("ibm", "IBM"),
    ("kaspersky", "Kaspersky"),
    ("mimecast", "Mimecast"),
    ("proofpoint", "Proofpoint"),
    ("red hat", "Red Hat"),
    ("sentinelone", "SentinelOne"),
    ("sophos", "Sophos"),
    ("trend micro", "Trend Micro"),
    ("veeam", "Veeam"),
    ("vmware", "VMware"),
    ("zoom", "Zoom"),
];

/// The vendor of products about which nothing tells.
pub(super) const OTHER: &str = "Other";

/// The vendor, by provider number, else by the words of categories, else by those of the name. Where no word tells, providers
/// are still told apart, by their number.
pub(crate) fn vendor_of(
    providers: &[String],
    categories: &[String],
    name: &str,
) -> Cow<'static, str> {
    let by_number = providers.iter().find_map(|number| {
        let mut known = BY_NUMBER.iter();
        known.find(|(known, _)| known == number)
    });
    if let Some((_, vendor)) = by_number {
        return Cow::Borrowed(vendor);
    }
    categories
        .iter()
        .map(String::as_str)
        .chain([name])
        .find_map(by_words)
        .map(Cow::Borrowed)
        .or_else(|| {
            let number = providers.iter().find(|number| !number.is_empty())?;
            Some(Cow::Owned(format!("Provider {number}")))
        })
        .unwrap_or(Cow::Borrowed(OTHER))
}

fn by_words(text: &str) -> Option<&'static str> {
    // Whole words only: "eset" is not in "reset".
    let mut padded = String::with_capacity(text.len() + 2);
    padded.push(' ');
    for letter in text.chars() {
        if letter.is_alphanumeric() {
            padded.extend(letter.to_lowercase());
        } else if !padded.ends_with(' ') {
            padded.push(' ');
        }
    }
    padded.push(' ');
    let mut known = BY_WORD.iter();
    known
        .find(|(word, _)| padded.contains(&format!(" {word} ")))
        .map(|(_, vendor)| *vendor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_win_over_words_and_words_are_whole() {
        let of = |numbers: &[&str], categories: &[&str], name: &str| {
            let owned = |texts: &[&str]| texts.iter().map(|&text| text.into()).collect::<Vec<_>>();
            vendor_of(&owned(numbers), &owned(categories), name)
        };
        assert_eq!(of(&["30"], &["Google"], ""), "Microsoft");
        assert_eq!(of(&["77"], &["Google Workspace"], ""), "Google");
        assert_eq!(
            of(&["8"], &["Identity"], "Cloud Identity Premium"),
            "Google"
        );
        assert_eq!(of(&[], &["Security"], "Sophos Central"), "Sophos");
        assert_eq!(
            of(&["58", "59"], &["Security"], "Padlock Vault"),
            "Provider 58"
        );
        assert_eq!(of(&[], &[], "Password reset"), OTHER);
        assert_eq!(of(&[], &[], "Office 365 E3"), "Microsoft");
    }
}
