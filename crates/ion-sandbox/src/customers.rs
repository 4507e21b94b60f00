//! Customers of the account (Ion API notes 2.2).

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::{Map, Value, json};

/// Every customer, in Ion's order. Members as Ion names them, plus `id`.
#[derive(Debug, Default)]
pub(crate) struct CustomerBook {
    pub(crate) all: Vec<Map<String, Value>>,
    next: u64,
}

const ORGANISATIONS: [&str; 20] = [
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
const PLACES: [(&str, &str, &str, &str); 8] = [
    ("London", "London", "EC1A 1BB", "GB"),
    ("Berlin", "BE", "10115", "DE"),
    ("Paris", "Paris", "75001", "FR"),
    ("Miami", "FL", "33101", "US"),
    ("Helsinki", "Uusimaa", "00100", "FI"),
    ("Zürich", "ZH", "8001", "CH"),
    ("Toronto", "ON", "M5V 2T6", "CA"),
    ("Sydney", "NSW", "2000", "AU"),
];

impl CustomerBook {
    pub(crate) fn new(account: &str, seed: u64, count: usize) -> Self {
        let mut book = Self {
            all: Vec::new(),
            next: 49_900,
        };
        let mut chance = ChaCha8Rng::seed_from_u64(seed ^ 0xc057);
        for n in 0..count {
            let organisation = ORGANISATIONS[n % ORGANISATIONS.len()];
            let name = if n < ORGANISATIONS.len() {
                organisation.to_owned()
            } else {
                format!("{organisation} {}", n / ORGANISATIONS.len() + 1)
            };
            let (city, state, zip, country) = PLACES[chance.random_range(0..PLACES.len())];
            let sent = json!({
                "customerOrganization": name, "customerName": "Sam Sample", "customerEmail": format!("office{n}@customer{n}.example"), "languageCode": "EN", "customerPhone": "+44 20 7946 0000",
                "customerAddress": {"street": format!("{} High Street", n + 1), "city": city, "state": state, "zip": zip, "country": country},
            });
            book.insert(
                account,
                sent.as_object().cloned().unwrap_or_default(),
                "2024-06-03T09:55:19Z",
            );
        }
        book
    }

    pub(crate) fn insert(
        &mut self,
        account: &str,
        sent: Map<String, Value>,
        now: &str,
    ) -> Map<String, Value> {
        self.next += 1;
        let mut customer = kept(sent);
        customer.insert(
            "name".into(),
            format!("accounts/{account}/customers/{}", self.next).into(),
        );
        customer.insert(
            "uid".into(),
            format!("u{:012x}", u128::from(self.next) * 0x9e37_79b9 % (1 << 48)).into(),
        );
        customer.insert("customerStatus".into(), "ACTIVE".into());
        customer.insert("createTime".into(), now.into());
        customer.insert("updateTime".into(), now.into());
        self.all.push(customer.clone());
        customer
    }

    pub(crate) fn find(&mut self, id: &str) -> Option<&mut Map<String, Value>> {
        self.all.iter_mut().find(|customer| {
            customer["name"]
                .as_str()
                .is_some_and(|name| name.rsplit('/').next() == Some(id))
        })
    }

    pub(crate) fn email_taken(&self, email: &str, by_other_than: Option<&str>) -> bool {
        self.all.iter().any(|customer| {
            let same = customer
                .get("customerEmail")
                .and_then(Value::as_str)
                .is_some_and(|known| known.eq_ignore_ascii_case(email));
            same && by_other_than.is_none_or(|id| {
                customer["name"]
                    .as_str()
                    .is_some_and(|name| name.rsplit('/').next() != Some(id))
            })
        })
    }
}

/// What Ion keeps of what it is sent, without empty members.
pub(crate) fn kept(mut sent: Map<String, Value>) -> Map<String, Value> {
    const MEMBERS: [&str; 7] = [
        "customerOrganization",
        "customerAddress",
        "customerName",
        "customerEmail",
        "customerTitle",
        "customerPhone",
        "languageCode",
    ];
    sent.retain(|name, value| {
        MEMBERS.contains(&name.as_str()) && !value.is_null() && value.as_str() != Some("")
    });
    sent
}
