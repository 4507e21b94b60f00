//! The columns, and the names by which other programs know them.

use domain::customer::CustomerField as Field;

use super::names::NAMES;
use crate::customers::name::fold;

/// A column of a file of customers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// Our number: by it a row finds its customer; it is never changed.
    Number,
    /// What Ion holds too.
    Field(Field),
    /// First name of the primary contact; only read.
    FirstName,
    /// Last name of the primary contact; only read.
    LastName,
    /// Number in a register of companies.
    RegistrationNumber,
    /// VAT number.
    VatNumber,
    /// Domains.
    Domains,
    /// Contacts beside the primary one.
    Contacts,
    /// Notes.
    Notes,
    /// Labels.
    Tags,
    /// The id in another system.
    External(String),
}

/// Columns that every export has, in their order.
pub(super) const FIXED: &[Column] = &[
    Column::Number,
    Column::Field(Field::Organisation),
    Column::Field(Field::Street),
    Column::Field(Field::Suite),
    Column::Field(Field::City),
    Column::Field(Field::State),
    Column::Field(Field::Zip),
    Column::Field(Field::Country),
    Column::Field(Field::ContactName),
    Column::Field(Field::Email),
    Column::Field(Field::Title),
    Column::Field(Field::Phone),
    Column::Field(Field::Language),
    Column::RegistrationNumber,
    Column::VatNumber,
    Column::Domains,
    Column::Contacts,
    Column::Notes,
    Column::Tags,
];

/// Before the name of another system.
const EXTERNAL: &str = "external:";

impl Column {
    /// Its name in a file, and of the value in the API.
    pub fn header(&self) -> String {
        match self {
            Self::Number => "number".to_owned(),
            Self::Field(field) => field.as_str().to_owned(),
            Self::FirstName => "first_name".to_owned(),
            Self::LastName => "last_name".to_owned(),
            Self::RegistrationNumber => "registration_number".to_owned(),
            Self::VatNumber => "vat_number".to_owned(),
            Self::Domains => "domains".to_owned(),
            Self::Contacts => "contacts".to_owned(),
            Self::Notes => "notes".to_owned(),
            Self::Tags => "tags".to_owned(),
            Self::External(system) => format!("{EXTERNAL}{system}"),
        }
    }

    /// What people call it.
    pub fn label(&self) -> String {
        match self {
            Self::Number => "Number",
            Self::Field(field) => field.label(),
            Self::FirstName => "First name",
            Self::LastName => "Last name",
            Self::RegistrationNumber => "Registration number",
            Self::VatNumber => "VAT number",
            Self::Domains => "Domains",
            Self::Contacts => "Contacts",
            Self::Notes => "Notes",
            Self::Tags => "Tags",
            Self::External(system) => return format!("Id in {system}"),
        }
        .to_owned()
    }

    /// The column of this name, in our words or in those of other programs.
    pub fn recognise(header: &str) -> Option<Self> {
        let header = header.trim();
        if let Some(start) = header.get(..EXTERNAL.len())
            && start.eq_ignore_ascii_case(EXTERNAL)
        {
            let system = header[EXTERNAL.len()..].trim();
            return (!system.is_empty()).then(|| Self::External(system.to_owned()));
        }
        let key = key(header);
        let own = FIXED
            .iter()
            .find(|column| self::key(&column.header()) == key);
        own.cloned().or_else(|| {
            NAMES
                .iter()
                .find(|(_, names)| names.contains(&key.as_str()))
                .map(|(column, _)| column.clone())
        })
    }
}

/// What each column of a file is read as. Of two that mean the same, our own word counts before another one, and the first before the
/// second; the other is not read.
pub fn columns_of(headers: &[String]) -> Vec<Option<Column>> {
    let mut read: Vec<Option<Column>> = headers
        .iter()
        .map(|header| Column::recognise(header))
        .collect();
    // A bare "Name" is the organisation's, unless another column says that; then it is the contact's.
    for place in (0..headers.len()).filter(|place| key(&headers[*place]) == "name") {
        let taken = |column: &Column| read.contains(&Some(column.clone()));
        let meanings = [Field::Organisation, Field::ContactName].map(Column::Field);
        read[place] = meanings.into_iter().find(|column| !taken(column));
    }
    for place in 0..read.len() {
        let Some(column) = read[place].clone() else {
            continue;
        };
        let is_own = |at: usize| headers[at].trim().eq_ignore_ascii_case(&column.header());
        let better = (0..read.len()).any(|other| {
            other != place
                && read[other].as_ref() == Some(&column)
                && (is_own(other) && !is_own(place)
                    || is_own(other) == is_own(place) && other < place)
        });
        if better {
            read[place] = None;
        }
    }
    read
}

/// A name as it is compared.
fn key(header: &str) -> String {
    fold(header)
        .chars()
        .filter(|sign| sign.is_alphanumeric())
        .collect()
}
