//! What customers have at the vendors' clouds: tenant, domain, state of the agreement (Ion API notes 2.2).
//!
//! Nothing of it is stored: it follows from the seed, the customer's id and its e-mail, the same whenever it is asked for. What words
//! Ion uses for the states of agreements and of granular delegated rights is not published; these are the sandbox's.

use rand::RngExt as _;
use serde_json::{Map, Value, json};

use super::answers::not_found;
use super::book::{Members, text};
use crate::api::Call;
use crate::generate::VENDORS;
use crate::reply::Reply;
use crate::state::State;

/// Vendors that have a profile of each customer.
const CLOUDS: [&str; 3] = ["Microsoft", "Google", "AWS"];

/// What a customer has at one vendor.
struct Profile {
    provider: u32,
    name: &'static str,
    short: String,
    enabled: bool,
    tenant: Option<String>,
    domain: String,
    agreed: bool,
}

fn profiles(state: &State, id: &str, customer: &Members) -> Vec<Profile> {
    let mut chance = state.customers.chance_of(id);
    let domain = text(customer, "customerEmail")
        .rsplit('@')
        .next()
        .unwrap_or_default();
    let label: String = domain
        .split('.')
        .next()
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    CLOUDS
        .iter()
        .filter_map(|cloud| VENDORS.iter().find(|vendor| vendor.name == *cloud))
        .map(|vendor| {
            let (has, enabled, agreed) = match vendor.name {
                "Microsoft" => (chance.random_ratio(7, 10), true, chance.random_ratio(9, 10)),
                _ => (chance.random_ratio(1, 5), chance.random_ratio(1, 2), false),
            };
            let tenant = uuid::Builder::from_random_bytes(chance.random()).into_uuid();
            let account = chance.random_range(100_000_000_000_u64..1_000_000_000_000);
            let microsoft = vendor.name == "Microsoft";
            Profile {
                provider: vendor.provider,
                name: vendor.name,
                short: vendor.word.to_uppercase(),
                enabled: enabled || has,
                tenant: has.then(|| {
                    if microsoft {
                        tenant.to_string()
                    } else {
                        account.to_string()
                    }
                }),
                domain: if microsoft {
                    format!("{label}.onmicrosoft.com")
                } else {
                    domain.to_owned()
                },
                agreed: agreed && has,
            }
        })
        .collect()
}

/// The domain of the tenant that a customer has at Microsoft.
pub(crate) fn microsoft_domain(state: &State, id: &str) -> Option<String> {
    let profiles = profiles(state, id, state.customers.get(id)?);
    let microsoft = profiles.into_iter().find(|one| one.name == "Microsoft")?;
    microsoft.tenant.map(|_| microsoft.domain)
}

impl Profile {
    /// `complete`: the portal shows the provider to customers.
    fn json(&self, complete: bool) -> Value {
        let mut members = Map::new();
        let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
        put("providerId", self.provider.to_string().into());
        put("displayName", self.name.into());
        put("shortName", self.short.clone().into());
        put("enabled", (complete && self.enabled).into());
        let Some(tenant) = self.tenant.as_ref().filter(|_| complete) else {
            return members.into();
        };
        put("customerTenantId", tenant.clone().into());
        match self.name {
            "Microsoft" => {
                put("customerDomain", self.domain.clone().into());
                put("allowDelegatedAccess", true.into());
                put("gdapStatus", "active".into());
                put("gdapLevel", "STANDARD".into());
                put(
                    "gdapRoles",
                    json!(["Directory readers", "License administrator"]),
                );
                put("agreementStatus", agreement(self.agreed).into());
            }
            "Google" => {
                put("customerDomain", self.domain.clone().into());
                put(
                    "billingAccounts",
                    format!("billingAccounts/{tenant}").into(),
                );
            }
            _ => {
                put("passRiOptimization", false.into());
                put("discountedRiOptimization", false.into());
            }
        }
        members.into()
    }
}

fn agreement(agreed: bool) -> &'static str {
    if agreed { "ACCEPTED" } else { "NOT_ACCEPTED" }
}

/// `GET .../cloudProfiles`.
pub(super) fn all(state: &State, call: &Call<'_>, id: &str) -> Reply {
    let Some(customer) = state.customers.get(id) else {
        return not_found(state, call, id);
    };
    let enabled_only = call
        .param("enabledOnly")
        .is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let complete = state.knobs.cloud_profiles_complete;
    let profiles: Vec<Value> = profiles(state, id, customer)
        .iter()
        .filter(|one| {
            call.param("providerId")
                .is_none_or(|wanted| wanted == one.provider.to_string())
        })
        .filter(|one| !enabled_only || complete && one.enabled)
        .map(|one| one.json(complete))
        .collect();
    let mut body = Map::new();
    body.insert("customerId".into(), id.into());
    let organisation = text(customer, "customerOrganization");
    body.insert("customerOrganization".into(), organisation.into());
    if !profiles.is_empty() {
        body.insert("customerCloudProfiles".into(), profiles.into());
    }
    Reply::ok(&body.into())
}

/// `GET .../cloudProfile`: Microsoft alone. `providerId` is said to be required, and callers live without it.
pub(super) fn one(state: &State, call: &Call<'_>, id: &str) -> Reply {
    let Some(customer) = state.customers.get(id) else {
        return not_found(state, call, id);
    };
    let profiles = profiles(state, id, customer);
    let Some(profile) = profiles.iter().find(|one| one.name == "Microsoft") else {
        return Reply::ok(&json!({}));
    };
    if call
        .param("providerId")
        .is_some_and(|wanted| wanted != profile.provider.to_string())
    {
        let words = "the cloud profile is supported for the provider AZURE only";
        return call.error(400, "INVALID_ARGUMENT", words);
    }
    let Some(tenant) = &profile.tenant else {
        return Reply::ok(&json!({}));
    };
    let address = customer.get("customerAddress").and_then(Value::as_object);
    let part = |name: &str| address.map_or("", |address| text(address, name));
    let (first, last) = text(customer, "customerName")
        .split_once(' ')
        .unwrap_or((text(customer, "customerName"), ""));
    let (email, organisation) = (
        text(customer, "customerEmail"),
        text(customer, "customerOrganization"),
    );
    let mut billing = json!({"country": part("country"), "region": part("state"), "city": part("city"), "state": part("state"), "addressLine1": part("street"), "postalCode": part("zip"), "firstName": first, "lastName": last});
    for (name, value) in [
        ("addressLine2", part("suite")),
        ("phoneNumber", text(customer, "customerPhone")),
    ] {
        if !value.is_empty() {
            billing[name] = value.into();
        }
    }
    let language = text(customer, "languageCode").to_lowercase();
    let culture = format!("{language}-{}", part("country"));
    let own_domain = email.rsplit('@').next().unwrap_or_default();
    let mut body = json!({
        "id": tenant,
        "companyProfile": {"tenantId": tenant, "domain": profile.domain, "companyName": organisation, "email": email, "address": billing},
        "billingProfile": {"id": format!("{tenant}-billing"), "email": email, "culture": culture, "language": language, "companyName": organisation, "defaultAddress": billing},
        "customDomains": [own_domain, profile.domain],
        "allowDelegatedAccess": true,
        "agreementStatus": agreement(profile.agreed),
    });
    if profile.agreed {
        let agreed = json!({"firstName": first, "lastName": last, "email": email, "templateId": "998b88de-aa99-4388-a42c-1b3517d49490", "dateAgreed": "2024-06-03T09:55:19Z", "type": "MicrosoftCustomerAgreement"});
        body["agreements"] = json!([agreed]);
    }
    Reply::ok(&body)
}
