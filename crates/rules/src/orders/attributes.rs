//! What vendors ask for with an order: names, labels, help, choices; what we know of it without Ion's template, and what can be filled in.
//!
//! Known from clients that order today (Ion API notes 4.3). Ion's own template wins where there is one; what a vendor is known to refuse
//! without is asked for in any case.

use domain::customer::{CloudProfile, CustomerField, CustomerFields};
use domain::order::{Attribute, FieldKind, OrderAction, OrderLine, Template, TemplateField};

use super::cancel_window::{MICROSOFT, Policy};

/// Vendors whose orders we know something of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vendor {
    /// Microsoft.
    Microsoft,
    /// Google.
    Google,
    /// IBM.
    Ibm,
    /// Sophos.
    Sophos,
    /// Any other.
    Other,
}

impl Vendor {
    /// The vendor by Ion's number of the provider, else by its name.
    pub fn of(provider_id: &str, name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        if provider_id == MICROSOFT || name.contains("microsoft") || name.contains("azure") {
            Self::Microsoft
        } else if name.contains("google") {
            Self::Google
        } else if name.split_whitespace().any(|word| word == "ibm") {
            Self::Ibm
        } else if name.contains("sophos") {
            Self::Sophos
        } else {
            Self::Other
        }
    }

    /// Ion's word for it, by which templates are asked for (Ion API notes 2.7).
    pub fn ion_word(self) -> &'static str {
        match self {
            Self::Microsoft => "MICROSOFT",
            Self::Google => "GOOGLE",
            Self::Ibm => "IBM",
            Self::Sophos => "SOPHOS",
            Self::Other => "NOT_SPECIFIED",
        }
    }
}

/// Ion's words by which the template of a line is asked for: vendor, provider, action. Nothing where Ion has none for the vendor.
pub fn template_words(line: &OrderLine) -> Option<(&'static str, &'static str, &'static str)> {
    let vendor = Vendor::of(&line.provider_id, &line.vendor);
    let provider = match vendor {
        Vendor::Microsoft if is_licence(line) => "nce",
        Vendor::Microsoft => "azure",
        Vendor::Google if line.product_name.to_ascii_lowercase().contains("cloud") => "gcp",
        Vendor::Google => "gws",
        Vendor::Ibm => "ibm",
        Vendor::Sophos => "sophos",
        Vendor::Other => return None,
    };
    Some((vendor.ion_word(), provider, action_word(line)))
}

/// Ion's word for what a line does (Ion API notes 2.5).
pub fn action_word(line: &OrderLine) -> &'static str {
    if line.resource_id.is_some() {
        "UPDATE"
    } else {
        "CREATE"
    }
}

/// Whether a line is a licence of Microsoft's new commerce, other than consumption.
pub fn is_licence(line: &OrderLine) -> bool {
    Policy::of(&line.provider_id, &line.vendor, line.part_number.as_deref())
        == Policy::MicrosoftLicence
}

/// The values of `renewalSetting` with their labels.
const RENEWAL: [(&str, &str); 2] = [("auto-on", "Renew by itself"), ("auto-off", "End")];

/// A field that we know, by Ion's name of it.
struct Known {
    name: &'static str,
    label: &'static str,
    kind: FieldKind,
    choices: &'static [(&'static str, &'static str)],
    help: &'static str,
}

const fn known(
    name: &'static str,
    label: &'static str,
    kind: FieldKind,
    help: &'static str,
) -> Known {
    Known {
        name,
        label,
        kind,
        choices: &[],
        help,
    }
}

const KNOWN: &[Known] = &[
    known(
        "domainName",
        "Tenant domain",
        FieldKind::Text,
        "The customer's Microsoft tenant, such as contoso.onmicrosoft.com. For a new tenant the part before .onmicrosoft.com; its first password is shown once.",
    ),
    Known {
        choices: &RENEWAL,
        ..known(
            "renewalSetting",
            "At the end of the term",
            FieldKind::Choice,
            "Microsoft insists on an answer. You are reminded 90, 60, 30 and 7 days before either way.",
        )
    },
    known(
        "customTermEndDate",
        "End date",
        FieldKind::Date,
        "Ends the first term earlier, together with another subscription of the customer. Microsoft takes only days on which one of them ends.",
    ),
    known(
        "agreementDateAgreed",
        "Customer agreement: accepted on",
        FieldKind::Date,
        "The day on which the customer accepted the Microsoft Customer Agreement. Needed only for a customer that has not accepted it yet.",
    ),
    known(
        "agreementUserId",
        "Customer agreement: Ion's user id",
        FieldKind::Text,
        "Ion's uid of the customer; filled in from Ion.",
    ),
    known(
        "agreementEmail",
        "Customer agreement: e-mail",
        FieldKind::Email,
        "E-mail of the person who accepted the agreement.",
    ),
    known(
        "agreementFirstName",
        "Customer agreement: first name",
        FieldKind::Text,
        "First name of the person who accepted the agreement.",
    ),
    known(
        "agreementLastName",
        "Customer agreement: last name",
        FieldKind::Text,
        "Last name of the person who accepted the agreement.",
    ),
    known(
        "agreementPhoneNumber",
        "Customer agreement: phone",
        FieldKind::Text,
        "Phone of the person who accepted the agreement.",
    ),
    known(
        "companyRegistrationId",
        "Registration number",
        FieldKind::Text,
        "Number of the company in its register. Asked for in some countries, such as the United Kingdom.",
    ),
    Known {
        choices: &[("M", "Month"), ("Y", "Year"), ("3Y", "Three years")],
        ..known(
            "billingTerm",
            "Term",
            FieldKind::Choice,
            "Follows from the plan; leave it empty.",
        )
    },
    Known {
        choices: &[("M", "Monthly"), ("Y", "Yearly")],
        ..known(
            "billingCycle",
            "Billing",
            FieldKind::Choice,
            "Follows from the plan; leave it empty.",
        )
    },
    known(
        "coterm",
        "End with the customer's other subscriptions",
        FieldKind::Bool,
        "Aligns the end of the term with the customer's other subscriptions.",
    ),
    known(
        "friendlyName",
        "Name of the subscription",
        FieldKind::Text,
        "What people call it at the vendor.",
    ),
    known(
        "customerDomain",
        "Customer's domain",
        FieldKind::Text,
        "The domain for which the service is set up, such as contoso.com.",
    ),
    known(
        "alternateEmail",
        "Other e-mail",
        FieldKind::Email,
        "An e-mail of the customer outside of that domain; Google sends the first log-in there.",
    ),
    known(
        "userName",
        "First administrator",
        FieldKind::Text,
        "The part before the @ of the first administrator.",
    ),
    known(
        "billingEmail",
        "E-mail for invoices",
        FieldKind::Email,
        "Where the vendor sends notices of billing.",
    ),
    known(
        "projectName",
        "Project",
        FieldKind::Text,
        "Name of the project that is made.",
    ),
    Known {
        choices: &[("updateSubscription", "Change the subscription")],
        ..known(
            "operations",
            "What is done",
            FieldKind::Choice,
            "Set by itself.",
        )
    },
    Known {
        choices: &[
            ("active", "Active"),
            ("suspended", "Suspended"),
            ("deleted", "Cancelled"),
        ],
        ..known(
            "statusUpdate",
            "New state",
            FieldKind::Choice,
            "Set by itself.",
        )
    },
];

/// What we know of a field by Ion's name of it.
pub fn known_field(name: &str, required: bool) -> Option<TemplateField> {
    KNOWN
        .iter()
        .find(|known| known.name == name)
        .map(|known| TemplateField {
            name: known.name.to_owned(),
            label: known.label.to_owned(),
            kind: known.kind,
            choices: known
                .choices
                .iter()
                .map(|(value, label)| ((*value).to_owned(), (*label).to_owned()))
                .collect(),
            required,
            help: known.help.to_owned(),
        })
}

/// What people call an attribute: our label, else Ion's name taken apart, as `companyRegistrationId` to "Company registration id".
pub fn label_of(name: &str) -> String {
    if let Some(known) = KNOWN.iter().find(|known| known.name == name) {
        return known.label.to_owned();
    }
    let mut label = String::new();
    let mut before = ' ';
    for sign in name.chars() {
        let begins = sign.is_uppercase() && before.is_lowercase();
        if begins || matches!(sign, '_' | '-' | '.') {
            label.push(' ');
        }
        if label.is_empty() {
            label.extend(sign.to_uppercase());
        } else if !matches!(sign, '_' | '-' | '.') {
            label.extend(sign.to_lowercase());
        }
        before = sign;
    }
    label
}

/// What an order of this vendor takes, where Ion's template is not there. Open: other names may be given.
pub fn default_template(vendor: Vendor, action: OrderAction) -> Template {
    let names: &[(&str, bool)] = match (vendor, action.is_change()) {
        (Vendor::Microsoft, false) => &[
            ("domainName", true),
            ("renewalSetting", false),
            ("customTermEndDate", false),
            ("companyRegistrationId", false),
            ("agreementDateAgreed", false),
            ("agreementUserId", false),
            ("agreementEmail", false),
            ("agreementFirstName", false),
            ("agreementLastName", false),
            ("agreementPhoneNumber", false),
        ],
        (Vendor::Google, false) => &[
            ("customerDomain", false),
            ("alternateEmail", false),
            ("userName", false),
            ("billingEmail", false),
            ("projectName", false),
        ],
        (_, true) => &[
            ("operations", true),
            ("renewalSetting", false),
            ("statusUpdate", false),
            ("friendlyName", false),
        ],
        _ => &[],
    };
    Template {
        id: String::new(),
        title: String::new(),
        fields: names
            .iter()
            .filter_map(|(name, required)| known_field(name, *required))
            .collect(),
        closed: false,
    }
}

/// A template with what the vendor is known to refuse without (`COMM-VL-004`, `MSFT_CR_033`), whatever Ion's template says of it.
pub fn with_known_needs(mut template: Template, line: &OrderLine) -> Template {
    if line.resource_id.is_some() {
        return template;
    }
    let mut need = |name: &str| match template.fields.iter_mut().find(|field| field.name == name) {
        Some(field) => field.required = true,
        None => template.fields.extend(known_field(name, true)),
    };
    if Vendor::of(&line.provider_id, &line.vendor) == Vendor::Microsoft {
        need("domainName");
    }
    if is_licence(line) {
        need("renewalSetting");
    }
    template
}

/// The profile of a customer at the vendor of a line; nothing where Ion told of none.
pub fn profile_for<'a>(profiles: &'a [CloudProfile], line: &OrderLine) -> Option<&'a CloudProfile> {
    let vendor = Vendor::of(&line.provider_id, &line.vendor);
    profiles.iter().find(|profile| match vendor {
        Vendor::Other => !line.provider_id.is_empty() && profile.provider_id == line.provider_id,
        _ => Vendor::of(&profile.provider_id, &profile.vendor) == vendor,
    })
}

/// Whether Ion's `agreementStatus` says that the vendor's agreement was accepted; nothing where it does not say. Its words are not published.
pub fn is_agreed(word: &str) -> Option<bool> {
    match word.trim().to_ascii_lowercase().as_str() {
        "accepted" | "active" | "signed" | "agreed" | "true" | "yes" => Some(true),
        "pending" | "not_accepted" | "not accepted" | "declined" | "inactive" | "unsigned"
        | "false" | "no" | "none" => Some(false),
        _ => None,
    }
}

/// What is known of a customer that can be filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownCustomer<'a> {
    /// What both sides hold.
    pub fields: &'a CustomerFields,
    /// Ion's uid; empty where not known.
    pub uid: &'a str,
    /// Number in a register of companies.
    pub registration_number: &'a str,
    /// Its first domain here; empty where there is none.
    pub domain: &'a str,
    /// Its profile at the vendor.
    pub profile: Option<&'a CloudProfile>,
}

/// What can be filled in for a purchase. Answers that are decisions, such as the renewal and the day of an agreement, never are.
pub fn prefill(vendor: Vendor, customer: &KnownCustomer<'_>) -> Vec<Attribute> {
    let mut filled = Vec::new();
    let mut set = |name: &str, value: &str| {
        if !value.trim().is_empty() {
            filled.push(Attribute {
                name: name.to_owned(),
                value: value.trim().to_owned(),
            });
        }
    };
    let field = |field| customer.fields.get(field);
    let profile_domain = customer.profile.map_or("", |profile| &profile.domain);
    match vendor {
        Vendor::Microsoft => {
            set("domainName", profile_domain);
            set("companyRegistrationId", customer.registration_number);
            // Where it was accepted already, it is not told a second time.
            let agreed = customer
                .profile
                .and_then(|profile| is_agreed(&profile.agreement));
            if agreed == Some(false) {
                let name = field(CustomerField::ContactName);
                let (first, last) = name.rsplit_once(' ').unwrap_or(("", name));
                set("agreementUserId", customer.uid);
                set("agreementEmail", field(CustomerField::Email));
                set("agreementFirstName", first);
                set("agreementLastName", last);
                set("agreementPhoneNumber", field(CustomerField::Phone));
            }
        }
        Vendor::Google => {
            let domain = if profile_domain.is_empty() {
                customer.domain
            } else {
                profile_domain
            };
            set("customerDomain", domain);
            let email = field(CustomerField::Email);
            let inside = email
                .rsplit_once('@')
                .is_some_and(|(_, host)| host.eq_ignore_ascii_case(domain));
            if !inside {
                set("alternateEmail", email);
            }
        }
        Vendor::Ibm | Vendor::Sophos | Vendor::Other => {}
    }
    filled
}

#[cfg(test)]
mod tests;
