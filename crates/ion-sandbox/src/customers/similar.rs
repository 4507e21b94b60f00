//! A file of customers like those of a sandbox, as lists look that were kept by hand beside Ion for years.

use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::people::{Person, people, plain};

const COLUMNS: [&str; 16] = [
    "organisation",
    "street",
    "suite",
    "city",
    "state",
    "zip",
    "country",
    "contact_name",
    "email",
    "title",
    "phone",
    "language",
    "vat_number",
    "domains",
    "tags",
    "external:crm",
];

/// `count` customers as CSV, most of them like one of the `in_ion` customers of a sandbox of this seed.
///
/// Of a hundred, about seventy say the same as Ion does, twenty-five differ a little (legal form, `&`, accents, case, e-mail, phone,
/// parts that are missing), and five are only here. A few of Ion's are not in it.
pub fn similar_customers(seed: u64, in_ion: usize, count: usize) -> String {
    let mut chance = ChaCha8Rng::seed_from_u64(seed ^ 0x5e1f);
    let only_here = (count / 25).max(count.saturating_sub(in_ion));
    let mut known = people(seed, in_ion);
    known.shuffle(&mut chance);
    known.truncate(count - only_here);
    // People of another seed have other contacts and addresses; their names are made other ones.
    let others = people(seed ^ 0xffff, 20 + only_here);
    let others = others.into_iter().skip(20).map(|mut other| {
        other.organisation = format!("New {}", other.organisation);
        other.email = other.email.replace('@', "@new-");
        other
    });
    let mut rows = Vec::with_capacity(count);
    for one in known.into_iter().chain(others) {
        let one = differ(one, chance.random_range(0..100));
        rows.push(row(&one, rows.len(), &mut chance));
    }
    rows.sort();
    let mut out = String::new();
    line(&mut out, COLUMNS.iter().map(|name| (*name).to_owned()));
    for row in rows {
        line(&mut out, row.into_iter());
    }
    out
}

fn differ(mut one: Person, how: usize) -> Person {
    let name = one.organisation.clone();
    let without_form = name.strip_suffix(one.form).unwrap_or(&name).trim_end();
    match how {
        // Another way to write the legal form, or none.
        70..75 => {
            let other = match one.form {
                "Ltd" => "Limited",
                "Limited" => "Ltd.",
                "GmbH" => "Gesellschaft mit beschränkter Haftung",
                "Inc." => "Incorporated",
                "B.V." => "BV",
                "BV" => "B.V.",
                "S.L." => "SL",
                "AB" => "Aktiebolag",
                _ => "",
            };
            let name = format!("{without_form} {other}");
            name.trim_end().clone_into(&mut one.organisation);
        }
        75..78 => {
            one.organisation = name
                .replace('&', "and")
                .replace(" et ", " & ")
                .replace(" en ", " & ");
        }
        78..81 => one.organisation = name.to_uppercase(),
        81..84 => {
            one.organisation = name
                .replace(['ä', 'å', 'á'], "a")
                .replace(['é', 'è'], "e")
                .replace(['ö', 'ó'], "o")
                .replace('ü', "u")
                .replace('ñ', "n");
        }
        84..88 => one.email = format!("office@{}", one.domain()),
        88..91 => one.email = format!("{}@mail{}.example", plain(without_form), how),
        91..94 => one.phone = format!("{} ext. 7", one.phone),
        94..96 => {
            one.street = format!("{} b", one.street);
            one.title = "Owner";
        }
        96.. => one.zip.clear(),
        _ => {}
    }
    one
}

fn row(one: &Person, n: usize, chance: &mut ChaCha8Rng) -> Vec<String> {
    let mut some = |part: u32, text: String| {
        if chance.random_ratio(part, 100) {
            text
        } else {
            String::new()
        }
    };
    let vat = format!("{}{:09}", one.country, 100_000_000 + n * 7_919);
    let vat = some(60, vat);
    let domains = some(70, one.domain().to_owned());
    let tags = some(20, "gold support".to_owned());
    vec![
        one.organisation.clone(),
        one.street.clone(),
        one.suite.clone(),
        one.city.to_owned(),
        one.state.to_owned(),
        one.zip.clone(),
        one.country.to_owned(),
        one.contact.clone(),
        one.email.clone(),
        one.title.to_owned(),
        one.phone.clone(),
        one.language.to_owned(),
        vat,
        domains,
        tags,
        format!("K-{:04}", n + 1),
    ]
}

/// One line; texts with a comma, a quote or a line break are quoted.
fn line(out: &mut String, cells: impl Iterator<Item = String>) {
    let cells: Vec<String> = cells
        .map(|cell| {
            if cell.contains([',', '"', '\n']) {
                format!("\"{}\"", cell.replace('"', "\"\""))
            } else {
                cell
            }
        })
        .collect();
    out.push_str(&cells.join(","));
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn most_are_the_same_some_differ_and_some_are_only_here() {
        let text = similar_customers(1, 500, 480);
        assert_eq!(text, similar_customers(1, 500, 480));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 481);
        let theirs = people(1, 500);
        let names: HashSet<&str> = theirs.iter().map(|one| one.organisation.as_str()).collect();
        let emails: HashSet<&str> = theirs.iter().map(|one| one.email.as_str()).collect();
        let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
        let rows: Vec<Vec<String>> = lines[1..].iter().map(|line| cells(line)).collect();
        assert!(
            rows.iter().all(|row| row.len() == COLUMNS.len()),
            "no cell has a comma"
        );
        let by_both = rows
            .iter()
            .filter(|row| names.contains(row[0].as_str()) && emails.contains(row[8].as_str()))
            .count();
        let by_none = rows
            .iter()
            .filter(|row| !names.contains(row[0].as_str()) && !emails.contains(row[8].as_str()))
            .count();
        assert!((350..440).contains(&by_both), "{by_both}");
        assert!((15..40).contains(&by_none), "{by_none}");
        assert_eq!(similar_customers(1, 3, 10).lines().count(), 11);
    }
}
