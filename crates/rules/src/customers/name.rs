//! When two names of organisations, addresses or e-mails mean the same.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Legal forms of the US, UK, Germany, Austria, Switzerland, France, the Netherlands, Belgium, Spain, Italy and the Nordics, folded.
const LEGAL_FORMS: &[&str] = &[
    "ab",
    "ag",
    "aktiebolag",
    "aktiengesellschaft",
    "ans",
    "aps",
    "as",
    "asa",
    "bv",
    "bvba",
    "co",
    "company",
    "corp",
    "corporation",
    "cv",
    "da",
    "eg",
    "ehf",
    "eirl",
    "ek",
    "eurl",
    "ev",
    "gbr",
    "ggmbh",
    "gmbh",
    "handelsbolag",
    "haftungsbeschrankt",
    "hb",
    "hf",
    "inc",
    "incorporated",
    "is",
    "ivs",
    "kb",
    "kg",
    "kgaa",
    "kommanditbolag",
    "ks",
    "limited",
    "llc",
    "llp",
    "lp",
    "ltd",
    "ltda",
    "mbh",
    "nv",
    "ohg",
    "osakeyhtio",
    "oy",
    "oyj",
    "plc",
    "pllc",
    "sa",
    "sapa",
    "sarl",
    "sas",
    "sasu",
    "sc",
    "sca",
    "scop",
    "se",
    "sl",
    "sll",
    "slne",
    "slu",
    "snc",
    "spa",
    "sprl",
    "srl",
    "srls",
    "stiftung",
    "ug",
    "vof",
];

/// Words that join others and tell nothing.
const JOINING: &[&str] = &["and", "und", "et", "en", "og", "och", "ja", "y", "e", "the"];

/// Providers of mailboxes for everybody: a shared domain of theirs means nothing.
const MAILBOXES: &[&str] = &[
    "aol.com",
    "bluewin.ch",
    "free.fr",
    "freenet.de",
    "gmail.com",
    "gmx.at",
    "gmx.ch",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hotmail.com",
    "hotmail.fr",
    "icloud.com",
    "laposte.net",
    "libero.it",
    "live.com",
    "mac.com",
    "mail.com",
    "me.com",
    "msn.com",
    "online.no",
    "orange.fr",
    "outlook.com",
    "outlook.de",
    "pm.me",
    "proton.me",
    "protonmail.com",
    "sfr.fr",
    "t-online.de",
    "telia.com",
    "virgilio.it",
    "wanadoo.fr",
    "web.de",
    "yahoo.co.uk",
    "yahoo.com",
    "yahoo.de",
    "yahoo.fr",
    "ymail.com",
    "ziggo.nl",
];

/// A text without accents and capitals.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text
        .nfkd()
        .filter(|letter| !is_combining_mark(*letter))
        .flat_map(char::to_lowercase)
    {
        match letter {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            'ø' => folded.push('o'),
            'đ' | 'ð' => folded.push('d'),
            'ł' => folded.push('l'),
            'ı' => folded.push('i'),
            // What lower case leaves of a letter with a dot above.
            letter if is_combining_mark(letter) => {}
            letter => folded.push(letter),
        }
    }
    folded
}

/// The words of an organisation's name, sorted: without accents, capitals, legal forms and joining words.
///
/// A name of nothing but such words keeps them.
pub fn organisation_words(name: &str) -> Vec<String> {
    // "S.p.A.", "A/S" and "O'Neill" are one word each; any other sign parts words.
    let joined: String = fold(name)
        .replace('&', " and ")
        .chars()
        .filter(|sign| !matches!(sign, '.' | '/' | '\'' | '\u{2019}'))
        .collect();
    let words: Vec<&str> = joined
        .split(|sign: char| !sign.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let telling = |word: &&str| !LEGAL_FORMS.contains(word) && !JOINING.contains(word);
    let mut kept: Vec<String> = words
        .iter()
        .copied()
        .filter(|word| telling(word))
        .map(str::to_owned)
        .collect();
    if kept.is_empty() {
        kept = words.into_iter().map(str::to_owned).collect();
    }
    kept.sort_unstable();
    kept
}

/// An e-mail as it is compared.
pub fn email_key(email: &str) -> Option<String> {
    let email = email.trim().to_lowercase();
    email.contains('@').then_some(email)
}

/// The domain of an e-mail or web address that tells something about its owner: none for mailboxes that anybody can have.
pub fn domain_key(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let host = text.rsplit('@').next().unwrap_or(&text);
    let host = host
        .trim_start_matches("https://")
        .trim_start_matches("http://")
        .trim_start_matches("www.");
    let host = host
        .split(['/', ':'])
        .next()
        .unwrap_or(host)
        .trim_end_matches('.');
    (host.contains('.') && !MAILBOXES.contains(&host)).then(|| host.to_owned())
}

/// Street, postal code and country as they are compared; none without a street and a postal code.
pub fn address_key(street: &str, zip: &str, country: &str) -> Option<String> {
    let plain = |text: &str| -> String {
        fold(text)
            .chars()
            .filter(|sign| sign.is_alphanumeric())
            .collect()
    };
    let mut street: String = fold(street)
        .replace("strasse", "str")
        .replace("street", "st")
        .replace("avenue", "ave")
        .replace("road", "rd");
    street.retain(char::is_alphanumeric);
    let zip = plain(zip);
    (!street.is_empty() && !zip.is_empty()).then(|| format!("{street}|{zip}|{}", plain(country)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_organisation_is_written_in_many_ways() {
        for (one, other) in [
            ("Müller & Söhne GmbH & Co. KG", "Muller und Sohne"),
            ("Kaffee Rösterei AG", "RÖSTEREI KAFFEE"),
            ("Whistling Kettle, Inc.", "The Whistling Kettle"),
            ("Bianchi S.p.A.", "Bianchi SpA"),
            ("Hansen A/S", "hansen as"),
            ("Van Dijk B.V.", "van dijk"),
            ("Société Générale d'Eau S.A.R.L.", "Societe Generale dEau"),
            ("Åkesson & Co AB", "Akesson"),
            ("Straße 9 UG (haftungsbeschränkt)", "Strasse 9"),
            ("O\u{2019}Neill Ltd", "O'Neill Limited"),
            ("Tea and Biscuits Oy", "Tea & Biscuits"),
        ] {
            assert_eq!(
                organisation_words(one),
                organisation_words(other),
                "{one} / {other}"
            );
        }
        assert_ne!(
            organisation_words("North Tea"),
            organisation_words("South Tea")
        );
        assert_eq!(
            organisation_words("Company AG"),
            ["ag", "company"],
            "a name of legal forms keeps them"
        );
        assert!(organisation_words("\u{1f375}").is_empty());
    }

    #[test]
    fn a_mailbox_of_everybody_tells_nothing() {
        assert_eq!(
            domain_key("Office@Kettle.Example"),
            Some("kettle.example".to_owned())
        );
        assert_eq!(
            domain_key("https://www.kettle.example/de"),
            Some("kettle.example".to_owned())
        );
        assert_eq!(domain_key("kettle@gmail.com"), None);
        assert_eq!(domain_key("localhost"), None);
    }

    #[test]
    fn an_address_is_compared_without_its_spelling() {
        assert_eq!(
            address_key("Hauptstraße 5", "10115", "DE"),
            address_key("hauptstr. 5", "10115 ", "de")
        );
        assert_eq!(address_key("", "10115", "DE"), None);
    }
}
