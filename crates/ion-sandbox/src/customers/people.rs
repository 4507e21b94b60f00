//! Who is in the account at the start: organisations of several countries, made by seed. A longer list begins like a shorter one.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::book::Members;

/// When all of them were made.
pub(super) const MADE: &str = "2024-06-03T09:55:19Z";

/// One customer, before Ion has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) organisation: String,
    /// The legal form at its end; empty where it has none.
    pub(super) form: &'static str,
    pub(super) street: String,
    pub(super) suite: String,
    pub(super) city: &'static str,
    pub(super) state: &'static str,
    pub(super) zip: String,
    pub(super) country: &'static str,
    pub(super) contact: String,
    pub(super) email: String,
    pub(super) title: &'static str,
    pub(super) phone: String,
    pub(super) language: &'static str,
}

impl Person {
    /// As it is sent to Ion.
    pub(super) fn members(&self) -> Members {
        let mut address = Members::new();
        for (name, text) in [
            ("street", self.street.as_str()),
            ("suite", &self.suite),
            ("city", self.city),
            ("state", self.state),
            ("zip", &self.zip),
            ("country", self.country),
        ] {
            if !text.is_empty() {
                address.insert(name.to_owned(), text.into());
            }
        }
        let sent = json!({
            "customerOrganization": self.organisation, "customerName": self.contact, "customerEmail": self.email, "customerTitle": self.title,
            "customerPhone": self.phone, "languageCode": self.language, "customerAddress": Value::Object(address),
        });
        sent.as_object().cloned().unwrap_or_default()
    }

    pub(super) fn domain(&self) -> &str {
        self.email.rsplit('@').next().unwrap_or_default()
    }
}

/// Names that programs stumble over; the first of every list.
const ODD: [&str; 20] = [
    "Kettle & Crumb Ltd",
    "Far Meadow Schools Trust",
    "Hedgehog Logistics Oy",
    "Tin Lantern Studios",
    "Paper Boat Shipping",
    "Quillfeather Legal LLP",
    "Marmalade & Sons Ltd",
    "Snowglobe Insurance AG",
    "Café Zwölf GmbH",
    "L'Atelier du Phare SARL",
    "“Quoted” Works Inc.",
    "Åkerblom & Söner AB",
    "شركة المنارة",
    "北极星贸易",
    "Bright 🔆 Solar BV",
    "O'Hara Orthopaedics",
    "Ñandú Turismo SL",
    "Windmill Bakery",
    "Copper Kettle Coffee",
    "Old Harbour Clinic",
];
const ODD_PLACES: [(&str, &str, &str, &str); 8] = [
    ("London", "London", "EC1A 1BB", "GB"),
    ("Berlin", "BE", "10115", "DE"),
    ("Paris", "Paris", "75001", "FR"),
    ("Miami", "FL", "33101", "US"),
    ("Helsinki", "Uusimaa", "00100", "FI"),
    ("Zürich", "ZH", "8001", "CH"),
    ("Toronto", "ON", "M5V 2T6", "CA"),
    ("Sydney", "NSW", "2000", "AU"),
];

struct Land {
    country: &'static str,
    language: &'static str,
    phone: &'static str,
    forms: &'static [&'static str],
    trades: [&'static str; 8],
    cities: &'static [(&'static str, &'static str, &'static str)],
    streets: &'static [&'static str],
    first: &'static [&'static str],
    last: &'static [&'static str],
}

const LANDS: [Land; 8] = [
    Land {
        country: "GB",
        language: "EN",
        phone: "+44 20 7946 0",
        forms: &["Ltd", "Limited", "LLP", "PLC"],
        trades: [
            "Bakery",
            "& Sons",
            "Dental",
            "Logistics",
            "Architects",
            "Joinery",
            "Nurseries",
            "Accountancy",
        ],
        cities: &[
            ("London", "London", "EC2A"),
            ("Leeds", "West Yorkshire", "LS1"),
            ("Bristol", "Bristol", "BS1"),
            ("Glasgow", "Glasgow", "G2"),
        ],
        streets: &["High Street", "Mill Lane", "Station Road", "Church Walk"],
        first: &["Amelia", "Oliver", "Priya", "Callum", "Grace", "Imran"],
        last: &[
            "Ashdown",
            "Birch",
            "Fairweather",
            "Okafor",
            "Patel",
            "Thorne",
        ],
    },
    Land {
        country: "DE",
        language: "DE",
        phone: "+49 30 5550 1",
        forms: &["GmbH", "GmbH & Co. KG", "AG", "e.K."],
        trades: [
            "Bäckerei",
            "& Söhne",
            "Zahntechnik",
            "Spedition",
            "Architekten",
            "Möbelbau",
            "Gärtnerei",
            "Steuerberatung",
        ],
        cities: &[
            ("Berlin", "Berlin", "10117"),
            ("Köln", "Nordrhein-Westfalen", "50667"),
            ("München", "Bayern", "80331"),
            ("Leipzig", "Sachsen", "04109"),
        ],
        streets: &["Hauptstraße", "Am Mühlbach", "Bahnhofstraße", "Gartenweg"],
        first: &["Jürgen", "Käthe", "Annika", "Lukas", "Emre", "Sabine"],
        last: &["Größl", "Müller", "Schröder", "Yıldız", "Köhler", "Brandt"],
    },
    Land {
        country: "FR",
        language: "FR",
        phone: "+33 1 99 00 1",
        forms: &["SARL", "SAS", "SA", "EURL"],
        trades: [
            "Boulangerie",
            "et Fils",
            "Dentaire",
            "Transports",
            "Architectes",
            "Menuiserie",
            "Pépinières",
            "Expertise comptable",
        ],
        cities: &[
            ("Paris", "Paris", "75002"),
            ("Lyon", "Rhône", "69002"),
            ("Nantes", "Loire-Atlantique", "44000"),
            ("Nîmes", "Gard", "30000"),
        ],
        streets: &[
            "rue de l'Église",
            "avenue de la Gare",
            "quai des Tanneurs",
            "place du Marché",
        ],
        first: &["Hélène", "Rémi", "Zoé", "François", "Aïcha", "Benoît"],
        last: &[
            "Lefèvre",
            "Bénard",
            "d'Aubigné",
            "Moreau",
            "Çelik",
            "Garnier",
        ],
    },
    Land {
        country: "US",
        language: "EN",
        phone: "+1 202 555 0",
        forms: &["Inc.", "LLC", "Corp.", "Co."],
        trades: [
            "Bakery",
            "Brothers",
            "Dental Group",
            "Freight",
            "Architects",
            "Woodworks",
            "Nursery",
            "Tax Services",
        ],
        cities: &[
            ("Miami", "FL", "33130"),
            ("Austin", "TX", "78701"),
            ("Portland", "OR", "97201"),
            ("Columbus", "OH", "43215"),
        ],
        streets: &["Main St", "Oak Ave", "2nd Street", "River Blvd"],
        first: &["Maria", "James", "Aaliyah", "Ethan", "Wei", "Sofia"],
        last: &[
            "Anderson",
            "Delgado",
            "Nguyen",
            "O'Brien",
            "Washington",
            "Kim",
        ],
    },
    Land {
        country: "NL",
        language: "NL",
        phone: "+31 20 555 1",
        forms: &["B.V.", "BV", "N.V.", "V.O.F."],
        trades: [
            "Bakkerij",
            "en Zonen",
            "Tandtechniek",
            "Transport",
            "Architecten",
            "Timmerwerken",
            "Kwekerij",
            "Accountants",
        ],
        cities: &[
            ("Amsterdam", "Noord-Holland", "1011 AB"),
            ("Utrecht", "Utrecht", "3511 CD"),
            ("Groningen", "Groningen", "9711 EF"),
            ("Breda", "Noord-Brabant", "4811 GH"),
        ],
        streets: &["Dorpsstraat", "Kerkplein", "Oude Gracht", "Molenweg"],
        first: &["Sanne", "Daan", "Femke", "Joost", "Fatima", "Bram"],
        last: &[
            "de Vries",
            "van den Berg",
            "Jansen",
            "Bakker",
            "El Amrani",
            "Visser",
        ],
    },
    Land {
        country: "ES",
        language: "ES",
        phone: "+34 91 555 1",
        forms: &["S.L.", "SL", "S.A.", "S.L.U."],
        trades: [
            "Panadería",
            "e Hijos",
            "Dental",
            "Transportes",
            "Arquitectos",
            "Carpintería",
            "Viveros",
            "Asesoría",
        ],
        cities: &[
            ("Madrid", "Madrid", "28001"),
            ("Málaga", "Málaga", "29015"),
            ("A Coruña", "A Coruña", "15001"),
            ("León", "León", "24001"),
        ],
        streets: &[
            "calle Mayor",
            "paseo del Río",
            "plaza de España",
            "calle Nuñez",
        ],
        first: &["Begoña", "Iñaki", "Lucía", "Andrés", "María José", "Óscar"],
        last: &[
            "Muñoz",
            "Ibáñez",
            "García López",
            "Peña",
            "Echeverría",
            "Ruiz",
        ],
    },
    Land {
        country: "IT",
        language: "IT",
        phone: "+39 02 5550 1",
        forms: &["S.r.l.", "SRL", "S.p.A.", "S.n.c."],
        trades: [
            "Panificio",
            "e Figli",
            "Dentale",
            "Trasporti",
            "Architetti",
            "Falegnameria",
            "Vivai",
            "Studio contabile",
        ],
        cities: &[
            ("Milano", "MI", "20121"),
            ("Torino", "TO", "10121"),
            ("Forlì", "FC", "47121"),
            ("Bari", "BA", "70121"),
        ],
        streets: &[
            "via Roma",
            "corso Garibaldi",
            "piazza Duomo",
            "via dell'Olmo",
        ],
        first: &[
            "Niccolò",
            "Chiara",
            "Matteo",
            "Giulia",
            "Francesca",
            "Dario",
        ],
        last: &[
            "D'Angelo",
            "Rossi",
            "Esposito",
            "Conti",
            "Pietrangeli",
            "Bruni",
        ],
    },
    Land {
        country: "SE",
        language: "SV",
        phone: "+46 8 555 1",
        forms: &["AB", "Aktiebolag", "HB", "AB"],
        trades: [
            "Bageri",
            "& Söner",
            "Tandvård",
            "Åkeri",
            "Arkitekter",
            "Snickeri",
            "Plantskola",
            "Redovisning",
        ],
        cities: &[
            ("Stockholm", "Stockholm", "111 20"),
            ("Göteborg", "Västra Götaland", "411 04"),
            ("Malmö", "Skåne", "211 20"),
            ("Umeå", "Västerbotten", "903 25"),
        ],
        streets: &["Storgatan", "Kyrkogatan", "Södra Vägen", "Ängsgatan"],
        first: &["Åsa", "Björn", "Elin", "Göran", "Amina", "Nils"],
        last: &[
            "Lindqvist",
            "Öberg",
            "Sjöström",
            "Åkesson",
            "Haddad",
            "Berg",
        ],
    },
];

const WORDS: [&str; 40] = [
    "Amber",
    "Anchor",
    "Beacon",
    "Birchwood",
    "Bluebell",
    "Bridgewater",
    "Brightwater",
    "Cedar",
    "Clover",
    "Compass",
    "Coral",
    "Crane",
    "Dovetail",
    "Elmfield",
    "Ember",
    "Falcon",
    "Fernhill",
    "Foxglove",
    "Granite",
    "Harbour",
    "Hawthorn",
    "Heron",
    "Highgate",
    "Juniper",
    "Kestrel",
    "Larkspur",
    "Linden",
    "Lodestar",
    "Magpie",
    "Marigold",
    "Millstone",
    "Nightingale",
    "Orchard",
    "Otter",
    "Pebble",
    "Quarry",
    "Rowan",
    "Saffron",
    "Thistle",
    "Willow",
];
const TITLES: [&str; 6] = [
    "",
    "",
    "",
    "Managing Director",
    "Office Manager",
    "Head of IT",
];

/// So many customers.
pub(super) fn people(seed: u64, count: usize) -> Vec<Person> {
    let mut chance = ChaCha8Rng::seed_from_u64(seed ^ 0xc057);
    (0..count)
        .map(|n| match ODD.get(n) {
            Some(name) => odd(&mut chance, n, name),
            None => usual(seed, n),
        })
        .collect()
}

fn odd(chance: &mut ChaCha8Rng, n: usize, name: &str) -> Person {
    let (city, state, zip, country) = ODD_PLACES[chance.random_range(0..ODD_PLACES.len())];
    Person {
        organisation: name.to_owned(),
        form: [
            "GmbH", "SARL", "Ltd", "LLP", "Inc.", "AB", "Oy", "AG", "BV", "SL",
        ]
        .into_iter()
        .find(|form| name.ends_with(form))
        .unwrap_or_default(),
        street: format!("{} High Street", n + 1),
        suite: String::new(),
        city,
        state,
        zip: zip.to_owned(),
        country,
        contact: "Sam Sample".to_owned(),
        email: format!("office{n}@customer{n}.example"),
        title: "",
        phone: "+44 20 7946 0000".to_owned(),
        language: "EN",
    }
}

fn usual(seed: u64, n: usize) -> Person {
    let mut chance = ChaCha8Rng::seed_from_u64(
        seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0xc057 ^ (n as u64) << 20,
    );
    let mut pick = |count: usize| chance.random_range(0..count);
    // Each number has a country, a trade and a word of its own; after all of them it says which round it is.
    let (land_at, rest) = (n % LANDS.len(), n / LANDS.len());
    let land = &LANDS[land_at];
    let (trade_at, rest) = (rest % land.trades.len(), rest / land.trades.len());
    let word = WORDS[(rest + trade_at * 11 + land_at * 5) % WORDS.len()];
    let round = rest / WORDS.len();
    let trade = land.trades[trade_at];
    let form = land.forms[pick(land.forms.len())];
    let mut name = format!("{word} {trade}");
    if round > 0 {
        name = format!("{name} {}", round + 1);
    }
    let (city, state, zip) = land.cities[pick(land.cities.len())];
    let (first, last) = (
        land.first[pick(land.first.len())],
        land.last[pick(land.last.len())],
    );
    let number = pick(180) + 1;
    let street = land.streets[pick(land.streets.len())];
    let street = match land.country {
        "GB" | "US" | "FR" => format!("{number} {street}"),
        _ => format!("{street} {number}"),
    };
    let suite = if pick(8) == 0 {
        format!("{}", pick(9) + 1)
    } else {
        String::new()
    };
    let zip = match land.country {
        "GB" => format!("{zip} {}{}", pick(9) + 1, ["AB", "QT", "XY"][pick(3)]),
        _ => zip.to_owned(),
    };
    Person {
        organisation: format!("{name} {form}"),
        form,
        street,
        suite,
        city,
        state,
        zip,
        country: land.country,
        contact: format!("{first} {last}"),
        email: format!(
            "{}.{}@{}-{}.example",
            plain(first),
            plain(last),
            plain(&name),
            land.country.to_lowercase()
        ),
        title: TITLES[pick(TITLES.len())],
        phone: format!("{}{:03}", land.phone, pick(1000)),
        language: land.language,
    }
}

/// Small letters and digits, as in a domain.
pub(super) fn plain(text: &str) -> String {
    text.to_lowercase()
        .chars()
        .fold(String::new(), |mut out, one| {
            match one {
                'ä' | 'á' | 'à' | 'â' | 'å' => out.push('a'),
                'é' | 'è' | 'ê' => out.push('e'),
                'í' | 'ì' | 'ï' | 'î' | 'ı' => out.push('i'),
                'ö' | 'ó' | 'ò' | 'ô' => out.push('o'),
                'ü' | 'ú' | 'ù' | 'û' => out.push('u'),
                'ß' => out.push_str("ss"),
                'ç' => out.push('c'),
                'ñ' => out.push('n'),
                one if one.is_ascii_alphanumeric() => out.push(one),
                _ => {}
            }
            out
        })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn same_seed_same_people_and_a_longer_list_begins_like_a_shorter_one() {
        assert_eq!(people(3, 100)[..40], people(3, 40)[..]);
        assert_ne!(people(3, 100), people(4, 100));
    }

    #[test]
    fn names_and_e_mails_are_their_own() {
        let people = people(1, 50_000);
        let names: HashSet<_> = people.iter().map(|one| &one.organisation).collect();
        let emails: HashSet<_> = people.iter().map(|one| &one.email).collect();
        assert_eq!(emails.len(), people.len());
        assert!(names.len() > 49_000, "{}", names.len());
        assert!(people.iter().all(|one| one.email.is_ascii()));
    }
}
