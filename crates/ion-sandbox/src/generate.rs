//! A realistic catalog from a seed: the vendors, terms, prices and odd names that a reseller meets. Same seed, same products.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// A price as digits: Ion's prices carry float noise, and no float may make it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Price {
    /// Units of 10^-7.
    pub(crate) units: i64,
    /// Digits of noise behind them.
    pub(crate) noise: &'static str,
}

impl Price {
    /// Digits with at most seven behind the point.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let digits = whole.bytes().chain(part.bytes());
        if part.len() > 7 || whole.is_empty() || !digits.into_iter().all(|one| one.is_ascii_digit())
        {
            return None;
        }
        let units = format!("{whole}{part:0<7}").parse().ok()?;
        Some(Self { units, noise: "" })
    }

    pub(crate) fn text(&self) -> String {
        let (whole, part) = (self.units / 10_000_000, self.units % 10_000_000);
        if part == 0 && self.noise.is_empty() {
            return whole.to_string();
        }
        let digits = format!("{part:07}{}", self.noise);
        format!(
            "{whole}.{}",
            if self.noise.is_empty() {
                digits.trim_end_matches('0')
            } else {
                &digits
            }
        )
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) billing: &'static str,
    pub(crate) mpn: Option<String>,
    pub(crate) price: Price,
    pub(crate) list: Price,
    pub(crate) available: bool,
    pub(crate) by_use: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Sku {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) external_id: String,
    pub(crate) add_on: bool,
    pub(crate) disabled: bool,
    pub(crate) plans: Vec<Plan>,
}

#[derive(Debug, Clone)]
pub(crate) struct Product {
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) vendor: usize,
    pub(crate) category: &'static str,
    pub(crate) caption: String,
    pub(crate) text: String,
    pub(crate) disabled: bool,
    pub(crate) secret: bool,
    pub(crate) skus: Vec<Sku>,
    pub(crate) created: i64,
    pub(crate) updated: i64,
    pub(crate) version: u64,
}

impl Product {
    /// Add-ons that may be bought with a SKU: the first SKU lists all of the product, the others list none.
    pub(crate) fn add_ons_of(&self, sku: &Sku) -> impl Iterator<Item = &Sku> {
        let first = self.skus.iter().find(|one| !one.add_on);
        let lists = first.is_some_and(|first| first.id == sku.id);
        self.skus.iter().filter(move |one| lists && one.add_on)
    }
}

pub(crate) struct Vendor {
    pub(crate) name: &'static str,
    pub(crate) provider: u32,
    pub(crate) word: &'static str,
    weight: u32,
    families: &'static [(&'static str, &'static str, u32)],
    editions: &'static [&'static str],
}

/// Vendors with the share of listings that they have. The security vendors are invented.
pub(crate) const VENDORS: &[Vendor] = &[
    Vendor {
        name: "Microsoft",
        provider: 30,
        word: "azure",
        weight: 46,
        families: &[
            ("Microsoft 365 Business Premium", "Productivity", 1872),
            ("Microsoft 365 Business Standard", "Productivity", 988),
            ("Microsoft 365 Business Basic", "Productivity", 515),
            ("Microsoft 365 Apps for Business", "Productivity", 870),
            ("Microsoft 365 E3", "Productivity", 3310),
            ("Microsoft 365 E5", "Productivity", 5516),
            ("Microsoft 365 F3", "Productivity", 780),
            ("Office 365 E1", "Productivity", 910),
            ("Office 365 E3", "Productivity", 2260),
            ("Exchange Online Plan 1", "Mail", 372),
            ("Exchange Online Plan 2", "Mail", 740),
            ("Exchange Online Archiving", "Mail", 280),
            ("Teams Phone Standard", "Voice", 618),
            ("Teams Rooms Pro", "Voice", 3720),
            ("Teams Premium", "Voice", 930),
            ("SharePoint Online Plan 1", "Productivity", 465),
            ("Visio Plan 1", "Productivity", 405),
            ("Visio Plan 2", "Productivity", 1390),
            ("Project Plan 3", "Productivity", 2790),
            ("Project Plan 5", "Productivity", 5120),
            ("Power BI Pro", "Analytics", 1302),
            ("Power BI Premium Per User", "Analytics", 2230),
            ("Power Apps Premium", "Development", 1860),
            ("Power Automate Premium", "Development", 1395),
            (
                "Dynamics 365 Sales Enterprise",
                "Business applications",
                9765,
            ),
            (
                "Dynamics 365 Business Central Essentials",
                "Business applications",
                7440,
            ),
            (
                "Dynamics 365 Customer Service",
                "Business applications",
                4650,
            ),
            ("Entra ID P1", "Identity", 558),
            ("Entra ID P2", "Identity", 837),
            ("Intune Plan 1", "Devices", 744),
            ("Defender for Business", "Security", 279),
            ("Defender for Office 365 Plan 1", "Security", 186),
            ("Defender for Endpoint P2", "Security", 484),
            ("Purview Compliance", "Security", 930),
            ("Windows 365 Business 2 vCPU", "Devices", 2880),
            ("Windows 365 Enterprise 4 vCPU", "Devices", 5860),
            ("Copilot for Microsoft 365", "Productivity", 2790),
            ("Azure plan", "Consumption", 0),
        ],
        editions: &[
            "",
            "Education",
            "Nonprofit",
            "Government",
            "Frontline",
            "Add-on bundle",
            "Trial",
        ],
    },
    Vendor {
        name: "Google",
        provider: 8,
        word: "gcp",
        weight: 10,
        families: &[
            ("Google Workspace Business Starter", "Productivity", 575),
            ("Google Workspace Business Standard", "Productivity", 1150),
            ("Google Workspace Business Plus", "Productivity", 1610),
            ("Google Workspace Enterprise", "Productivity", 2300),
            ("Google Vault", "Mail", 460),
            ("Google Voice Standard", "Voice", 920),
            ("Cloud Identity Premium", "Identity", 660),
            ("Chrome Enterprise Upgrade", "Devices", 410),
            ("Google Cloud Platform", "Consumption", 0),
        ],
        editions: &["", "Flexible", "Annual", "Education", "Nonprofit"],
    },
    Vendor {
        name: "AWS",
        provider: 1,
        word: "aws",
        weight: 8,
        families: &[
            ("AWS Support, Business", "Support", 10400),
            ("AWS Support, Developer", "Support", 2900),
            ("Amazon WorkSpaces Standard", "Devices", 3300),
            ("Amazon Connect", "Voice", 0),
            ("AWS Backup", "Backup", 0),
            ("Amazon Web Services", "Consumption", 0),
        ],
        editions: &["", "Reserved", "On demand", "Public sector"],
    },
    Vendor {
        name: "IBM",
        provider: 12,
        word: "ibm",
        weight: 7,
        families: &[
            ("IBM MaaS360 Essentials", "Devices", 345),
            ("IBM MaaS360 Premier", "Devices", 680),
            ("IBM Cloud Object Storage", "Backup", 0),
            ("IBM Verify", "Identity", 210),
            ("IBM Planning Analytics", "Analytics", 12400),
        ],
        editions: &["", "Enterprise", "Public sector"],
    },
    Vendor {
        name: "Sentinel Fox",
        provider: 41,
        word: "sophos",
        weight: 8,
        families: &[
            ("Sentinel Fox Endpoint", "Security", 392),
            ("Sentinel Fox Mail Shield", "Security", 124),
            ("Sentinel Fox Firewall", "Security", 2240),
            ("Sentinel Fox Managed Response", "Security", 810),
        ],
        editions: &["", "Advanced", "Complete", "MSP"],
    },
    Vendor {
        name: "Padlock",
        provider: 42,
        word: "padlock",
        weight: 7,
        families: &[
            ("Padlock Vault Teams", "Identity", 295),
            ("Padlock Vault Business", "Identity", 590),
            ("Padlock Single Sign-On", "Identity", 330),
        ],
        editions: &["", "Plus", "MSP"],
    },
    Vendor {
        name: "Harbourline",
        provider: 43,
        word: "acronis",
        weight: 8,
        families: &[
            ("Harbourline Backup for Microsoft 365", "Backup", 185),
            ("Harbourline Server Backup", "Backup", 2650),
            ("Harbourline Disaster Recovery", "Backup", 7400),
            ("Harbourline Archive", "Backup", 95),
        ],
        editions: &["", "Hosted", "Local", "MSP"],
    },
    Vendor {
        name: "Örtlicher Wächter",
        provider: 44,
        word: "waechter",
        weight: 6,
        families: &[
            ("Wächter Netzwerkschlüssel", "Security", 455),
            ("Wächter Büro & Café", "Security", 210),
            ("حارس البريد", "Mail", 175),
            ("安全邮件 Standard", "Mail", 190),
            ("Wächter 🔐 Mobil", "Devices", 240),
        ],
        editions: &["", "Plus", "Pro"],
    },
];

const SEGMENTS: [&str; 8] = [
    "",
    "EEA",
    "UK",
    "Switzerland",
    "Nordics",
    "US",
    "Canada",
    "APAC",
];
const NOISE: [&str; 6] = ["", "", "", "", "0000009", "00000001"];

/// Makes the product of this number. Each has its own stream of chance, so that a larger catalog begins like a smaller one.
pub(crate) fn product(seed: u64, number: usize) -> Product {
    let mut chance =
        ChaCha8Rng::seed_from_u64(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number as u64);
    let (vendor, place) = vendor_of(number);
    let maker = &VENDORS[vendor];
    let count = maker.families.len();
    let (family, category, cents) = maker.families[place % count];
    let edition = maker.editions[(place / count) % maker.editions.len()];
    let round = place / count / maker.editions.len();
    let segment = SEGMENTS[round % SEGMENTS.len()];
    let release = round / SEGMENTS.len();
    let mut name = family.to_owned();
    for part in [edition, segment] {
        if !part.is_empty() {
            name = format!(
                "{name} {}{part}{}",
                if part == segment { "(" } else { "" },
                if part == segment { ")" } else { "" }
            );
        }
    }
    if release > 0 {
        name = format!("{name} v{}", release + 1);
    }
    let consumption = cents == 0;
    let slug = format!(
        "{}-{}{number}",
        name.chars()
            .filter(char::is_ascii_alphanumeric)
            .collect::<String>(),
        if maker.provider == 30 { "nce" } else { "p" }
    );
    let skus = if consumption {
        vec![usage_sku(&mut chance, &name, number)]
    } else {
        skus(&mut chance, maker, &name, number, cents)
    };
    let created = 1_672_531_200 + i64::from(chance.random_range(0..90_000_000_u32));
    Product {
        slug,
        caption: format!("{name} by {}", maker.name),
        text: description(&mut chance, &name, maker.name),
        name,
        vendor,
        category,
        disabled: chance.random_ratio(1, 60),
        secret: chance.random_ratio(1, 20),
        skus,
        created,
        updated: created + i64::from(chance.random_range(0..20_000_000_u32)),
        version: 1,
    }
}

fn vendor_of(number: usize) -> (usize, usize) {
    let total: u32 = VENDORS.iter().map(|vendor| vendor.weight).sum();
    let (round, mut rest) = (
        number / total as usize,
        u32::try_from(number % total as usize).unwrap_or(0),
    );
    // Spread over the round, so that the first hundred products are no single vendor.
    rest = rest * 37 % total;
    for (index, vendor) in VENDORS.iter().enumerate() {
        if rest < vendor.weight {
            return (index, round * vendor.weight as usize + rest as usize);
        }
        rest -= vendor.weight;
    }
    (0, number)
}

fn skus(
    chance: &mut ChaCha8Rng,
    maker: &Vendor,
    name: &str,
    number: usize,
    cents: u32,
) -> Vec<Sku> {
    let mut counter = 0;
    let microsoft = maker.provider == 30;
    let family = format!("CFQ7TTC0{}", code(number));
    let count = if microsoft {
        chance.random_range(2..=6)
    } else {
        chance.random_range(1..=3)
    };
    (0..count)
        .map(|n| {
            let add_on = n > 1 && chance.random_ratio(1, 5);
            let sku_code = format!("{:04X}", n + 1);
            let external_id = if microsoft {
                format!("{family}:{sku_code}")
            } else {
                format!(
                    "{}-{}-{:03}",
                    maker.word.to_uppercase(),
                    code(number),
                    n + 1
                )
            };
            let base = i64::from(cents) * 100_000 * (10 + n) / 10
                + i64::from(chance.random_range(0..90_000_u32));
            let mut plans = Vec::new();
            let mut plan = |chance: &mut ChaCha8Rng,
                            label: &str,
                            term: &str,
                            billing: &'static str,
                            letter: &str,
                            percent: i64| {
                counter += 1;
                let units = base * percent / 100;
                let noise = NOISE[chance.random_range(0..NOISE.len())];
                plans.push(Plan {
                    id: format!("{label}-n{counter}")
                        .replace(' ', "-")
                        .replace(',', ""),
                    name: label.to_owned(),
                    billing,
                    mpn: microsoft.then(|| format!("{external_id}:{term}:{letter}")),
                    price: Price { units, noise },
                    list: Price {
                        units: units * 118 / 100,
                        noise: "",
                    },
                    available: !chance.random_ratio(1, 40),
                    by_use: false,
                });
            };
            if microsoft {
                for (label, term, billing, letter, percent) in [
                    ("Monthly", "P1M", "MONTHLY", "M", 120),
                    ("Monthly, Annual Commit", "P1Y", "MONTHLY", "M", 100),
                    ("Annual", "P1Y", "ANNUAL", "Y", 1143),
                    ("Triennial", "P3Y", "ANNUAL", "Y", 1090),
                ] {
                    if n == 0 || (term == "P1Y" && letter == "M") || chance.random_ratio(1, 4) {
                        plan(chance, label, term, billing, letter, percent);
                    }
                }
            } else {
                plan(chance, "Monthly", "", "MONTHLY", "", 110);
                if chance.random_ratio(3, 5) {
                    plan(chance, "Yearly", "", "ANNUAL", "", 1150);
                }
            }
            Sku {
                id: if microsoft {
                    format!("US{family}{sku_code}")
                } else {
                    external_id.clone()
                },
                name: if n == 0 {
                    name.to_owned()
                } else {
                    format!(
                        "{name}, {}",
                        SKU_NAMES[usize::try_from(n).unwrap_or(0) % SKU_NAMES.len()]
                    )
                },
                external_id,
                add_on,
                disabled: chance.random_ratio(1, 50),
                plans,
            }
        })
        .collect()
}

const SKU_NAMES: [&str; 6] = [
    "base",
    "step-up",
    "no Teams",
    "additional storage",
    "shared device",
    "audio conferencing",
];

fn usage_sku(chance: &mut ChaCha8Rng, name: &str, number: usize) -> Sku {
    let external_id = format!("DZH318Z0{}", code(number));
    let rate = Price {
        units: i64::from(chance.random_range(40..9_000_u32)),
        noise: "",
    };
    Sku {
        id: format!("sku--{}-n0", name.replace(' ', "-")),
        name: name.to_owned(),
        external_id,
        add_on: false,
        disabled: false,
        plans: vec![Plan {
            id: format!("plan--{}-n0", name.replace(' ', "-")),
            name: "Based on use".to_owned(),
            billing: "MONTHLY",
            mpn: None,
            list: rate.clone(),
            price: rate,
            available: true,
            by_use: true,
        }],
    }
}

/// Four letters and digits that are one number's own, as vendors' codes look.
fn code(number: usize) -> String {
    const LETTERS: &[u8] = b"0123456789BCDFGHJKLMNPQRSTVWXZ";
    let mut rest = number;
    let mut out = Vec::new();
    for _ in 0..4 {
        out.push(LETTERS[rest % LETTERS.len()]);
        rest /= LETTERS.len();
    }
    out.reverse();
    String::from_utf8(out).unwrap_or_default()
}

fn description(chance: &mut ChaCha8Rng, name: &str, vendor: &str) -> String {
    const SENTENCES: [&str; 10] = [
        "Brings mail, files and meetings together in one place that works on every device.",
        "Keeps data safe with encryption at rest and in transit, and with rules that an administrator sets once.",
        "Grows with the team: seats can be added at any time, and are billed for the days they are used.",
        "Runs in data centres of the region; support speaks the language of the customer.",
        "Signs people in once for all applications, with a second factor where the policy asks for it.",
        "Reports show who uses what, so that no licence lies idle.",
        "Restores single files or whole machines to any point of the last ninety days.",
        "Includes installation guides, training material and a health check each quarter.",
        "Integrates with directory services and with the tools that a service desk uses every day.",
        "Meets the common standards of security; the certificates are published each year.",
    ];
    let mut text = format!(
        "<h2>{name}</h2><p><b>{vendor}</b> builds {name} for companies that want to work without thinking of it.</p><ul>"
    );
    for _ in 0..chance.random_range(12..26) {
        text.push_str("<li>");
        text.push_str(SENTENCES[chance.random_range(0..SENTENCES.len())]);
        text.push_str("</li>");
    }
    text.push_str("</ul><p>See the <a href=\"https://vendor.example/terms\">terms</a>.</p>");
    if chance.random_ratio(1, 30) {
        text.push_str("<script>alert('listing')</script><img src=\"https://tracker.example/pixel.gif\" onerror=\"alert(1)\">");
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn same_seed_same_products_and_a_larger_catalog_begins_like_a_smaller_one() {
        let text = |n| format!("{:?}", product(7, n));
        assert_eq!(text(123), text(123));
        assert_ne!(format!("{:?}", product(8, 123)), text(123));
    }

    #[test]
    fn names_and_slugs_are_their_own_and_the_shape_is_real() {
        let products: Vec<_> = (0..20_000).map(|n| product(1, n)).collect();
        let slugs: HashSet<_> = products.iter().map(|product| &product.slug).collect();
        let names: HashSet<_> = products.iter().map(|product| &product.name).collect();
        assert_eq!((slugs.len(), names.len()), (20_000, 20_000));
        let skus: usize = products.iter().map(|product| product.skus.len()).sum();
        let plans: usize = products
            .iter()
            .flat_map(|product| &product.skus)
            .map(|sku| sku.plans.len())
            .sum();
        assert!((55_000..75_000).contains(&skus), "{skus}");
        assert!((110_000..150_000).contains(&plans), "{plans}");
    }

    #[test]
    fn prices_are_digits() {
        assert_eq!(
            Price {
                units: 187_200_000,
                noise: ""
            }
            .text(),
            "18.72"
        );
        assert_eq!(
            Price {
                units: 8_119_453_450,
                noise: "0000009"
            }
            .text(),
            "811.94534500000009"
        );
        assert_eq!(
            Price {
                units: 50,
                noise: ""
            }
            .text(),
            "0.000005"
        );
        assert_eq!(
            Price {
                units: 30_000_000,
                noise: ""
            }
            .text(),
            "3"
        );
    }
}
