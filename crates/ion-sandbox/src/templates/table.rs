//! The templates as a table: documents and the checks of orders are made from it, so that they agree.
//!
//! Names of attributes are those that clients were seen to send (Ion API notes 4.3) and those of the official description; which of them
//! must be sent is published for `domainName` and `renewalSetting` only, the rest is the sandbox's.

use crate::catalog::Offer;

/// An attribute that an order takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attribute {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    pub(crate) must: bool,
    /// Values that it takes; none where any text is taken.
    pub(crate) choices: &'static [&'static str],
    /// JSON Schema's `format`.
    pub(crate) format: Option<&'static str>,
    /// JSON Schema's `pattern`.
    pub(crate) pattern: Option<&'static str>,
}

const fn may(name: &'static str, what: &'static str) -> Attribute {
    Attribute {
        name,
        what,
        must: false,
        choices: &[],
        format: None,
        pattern: None,
    }
}

const fn must(name: &'static str, what: &'static str) -> Attribute {
    Attribute {
        must: true,
        ..may(name, what)
    }
}

const fn one_of(attribute: Attribute, choices: &'static [&'static str]) -> Attribute {
    Attribute {
        choices,
        ..attribute
    }
}

const fn as_format(attribute: Attribute, format: &'static str) -> Attribute {
    Attribute {
        format: Some(format),
        ..attribute
    }
}

/// A template: what orders of a vendor, a provider and an action take.
#[derive(Debug)]
pub(crate) struct Template {
    pub(crate) id: &'static str,
    /// `MICROSOFT`, `GOOGLE`, `IBM` or `SOPHOS`.
    pub(crate) vendor: &'static str,
    /// `nce`, `azure`, `gws` ...
    pub(crate) provider: &'static str,
    /// `CREATE` or `UPDATE`.
    pub(crate) action: &'static str,
    pub(crate) title: &'static str,
    attributes: &'static [Attribute],
}

/// What a template asks for when it has changed.
const NEW: Attribute = must(
    "companyRegistrationId",
    "Registration number of the customer's company",
);

const RENEWAL: &[&str] = &["auto-on", "auto-off"];
const DOMAIN: Attribute = Attribute {
    pattern: Some("^[A-Za-z0-9][A-Za-z0-9.-]{0,62}$"),
    ..must(
        "domainName",
        "Domain of the customer's tenant, or the prefix of a new one",
    )
};
const AGREEMENT: [Attribute; 6] = [
    as_format(
        may(
            "agreementDateAgreed",
            "Day on which the customer accepted the agreement, as YYYY-MM-DD",
        ),
        "date",
    ),
    may("agreementUserId", "uid of the customer"),
    as_format(
        may("agreementEmail", "E-mail of who accepted the agreement"),
        "email",
    ),
    may(
        "agreementFirstName",
        "First name of who accepted the agreement",
    ),
    may(
        "agreementLastName",
        "Last name of who accepted the agreement",
    ),
    may(
        "agreementPhoneNumber",
        "Phone of who accepted the agreement",
    ),
];
const OPERATIONS: Attribute = one_of(
    must("operations", "What the update does"),
    &["updateSubscription"],
);
const FRIENDLY_NAME: Attribute = may("friendlyName", "Name of the subscription for people");
const STATUS: Attribute = one_of(
    may("statusUpdate", "State that the subscription goes to"),
    &["active", "suspended", "deleted"],
);
const REGISTRATION: Attribute = may(NEW.name, NEW.what);

/// Every template.
pub(crate) const TEMPLATES: &[Template] = &[
    Template {
        id: "provisioningTemplate01",
        vendor: "MICROSOFT",
        provider: "nce",
        action: "CREATE",
        title: "Microsoft new commerce: new subscription",
        attributes: &[
            DOMAIN,
            one_of(
                must("renewalSetting", "Whether the subscription renews itself"),
                RENEWAL,
            ),
            AGREEMENT[0],
            AGREEMENT[1],
            AGREEMENT[2],
            AGREEMENT[3],
            AGREEMENT[4],
            AGREEMENT[5],
            as_format(
                may(
                    "customTermEndDate",
                    "Day on which the first term ends, as YYYY-MM-DD",
                ),
                "date",
            ),
            one_of(may("billingTerm", "Term"), &["M", "Y", "3Y"]),
            one_of(may("billingCycle", "Cycle of billing"), &["M", "Y"]),
            one_of(
                may("coterm", "End the term with the customer's other ones"),
                &["true", "false"],
            ),
            REGISTRATION,
            FRIENDLY_NAME,
        ],
    },
    Template {
        id: "provisioningTemplate02",
        vendor: "MICROSOFT",
        provider: "nce",
        action: "UPDATE",
        title: "Microsoft new commerce: change of a subscription",
        attributes: &[
            OPERATIONS,
            one_of(
                may("renewalSetting", "Whether the subscription renews itself"),
                RENEWAL,
            ),
            STATUS,
            FRIENDLY_NAME,
        ],
    },
    Template {
        id: "provisioningTemplate03",
        vendor: "MICROSOFT",
        provider: "azure",
        action: "CREATE",
        title: "Microsoft Azure plan: new subscription",
        attributes: &[
            DOMAIN,
            AGREEMENT[0],
            AGREEMENT[1],
            AGREEMENT[2],
            AGREEMENT[3],
            AGREEMENT[4],
            AGREEMENT[5],
            FRIENDLY_NAME,
        ],
    },
    Template {
        id: "provisioningTemplate04",
        vendor: "MICROSOFT",
        provider: "azure",
        action: "UPDATE",
        title: "Microsoft Azure plan: change of a subscription",
        attributes: &[OPERATIONS, STATUS, FRIENDLY_NAME],
    },
    Template {
        id: "provisioningTemplate05",
        vendor: "GOOGLE",
        provider: "gws",
        action: "CREATE",
        title: "Google Workspace: new subscription",
        attributes: &[
            must("customerDomain", "Domain of the customer"),
            as_format(
                must("alternateEmail", "E-mail outside of the customer's domain"),
                "email",
            ),
            may("userName", "First administrator"),
            as_format(may("billingEmail", "E-mail for invoices"), "email"),
        ],
    },
    Template {
        id: "provisioningTemplate06",
        vendor: "GOOGLE",
        provider: "gws",
        action: "UPDATE",
        title: "Google Workspace: change of a subscription",
        attributes: &[OPERATIONS, STATUS],
    },
    Template {
        id: "provisioningTemplate07",
        vendor: "GOOGLE",
        provider: "gcp",
        action: "CREATE",
        title: "Google Cloud Platform: new project",
        attributes: &[
            must("projectName", "Name of the project"),
            as_format(must("billingEmail", "E-mail for invoices"), "email"),
            may("customerDomain", "Domain of the customer"),
        ],
    },
    Template {
        id: "provisioningTemplate08",
        vendor: "IBM",
        provider: "ibm",
        action: "CREATE",
        title: "IBM: new order",
        attributes: &[
            as_format(
                must("contactEmail", "E-mail of the technical contact"),
                "email",
            ),
            may("ibmCustomerNumber", "Number of the customer at IBM"),
        ],
    },
    Template {
        id: "provisioningTemplate09",
        vendor: "IBM",
        provider: "ibm",
        action: "UPDATE",
        title: "IBM: change of an order",
        attributes: &[OPERATIONS, STATUS],
    },
    Template {
        id: "provisioningTemplate10",
        vendor: "SOPHOS",
        provider: "sophos",
        action: "CREATE",
        title: "Sentinel Fox: new tenant",
        attributes: &[
            one_of(
                must("dataRegion", "Where the data is kept"),
                &["EU", "UK", "US"],
            ),
            as_format(must("adminEmail", "E-mail of the administrator"), "email"),
        ],
    },
    Template {
        id: "provisioningTemplate11",
        vendor: "SOPHOS",
        provider: "sophos",
        action: "UPDATE",
        title: "Sentinel Fox: change of a tenant",
        attributes: &[OPERATIONS, STATUS],
    },
];

impl Template {
    /// What it asks for; `changed`: since yesterday a new order needs one attribute more.
    pub(crate) fn attributes(&self, changed: bool) -> Vec<Attribute> {
        let mut all = self.attributes.to_vec();
        if changed && self.action == "CREATE" {
            all.retain(|one| one.name != NEW.name);
            all.push(NEW);
        }
        all
    }
}

/// Attributes of an order of this offer; none where its vendor has no template.
pub(crate) fn attributes_of(offer: &Offer, update: bool, changed: bool) -> Vec<Attribute> {
    let provider = match offer.provider() {
        "AZURE" if offer.by_use => "azure",
        "AZURE" => "nce",
        "GWS" => "gws",
        "GCP" => "gcp",
        "IBM" => "ibm",
        "SOPHOS" => "sophos",
        _ => return Vec::new(),
    };
    let action = if update { "UPDATE" } else { "CREATE" };
    let template = TEMPLATES
        .iter()
        .find(|one| one.provider == provider && one.action == action);
    template.map_or_else(Vec::new, |one| one.attributes(changed))
}

/// Whether an attribute holds one of its values; letters of either case do.
pub(crate) fn takes(attribute: &Attribute, value: &str) -> bool {
    attribute.choices.is_empty()
        || attribute
            .choices
            .iter()
            .any(|one| one.eq_ignore_ascii_case(value))
}
