//! From Ion's subscription to ours (Ion API notes 2.6 and 3). Ion's types stop here.

use domain::subscription::Subscription;
use domain::{Amount, BillingPeriod, Currency, Scale, Term};
use ion_client::ExactDecimal;
use jiff::Timestamp;
use rules::subscriptions::state::{Shown, auto_renew_of, state_of};

/// Longest text that is believed, in bytes.
const LONGEST: usize = 4096;

/// Why a subscription cannot be read, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unreadable {
    /// JSON path, as `$.subscriptionTotalLicenses`.
    pub(super) path: String,
    /// What is wrong there.
    pub(super) message: String,
}

impl From<ion_client::DecodeError> for Unreadable {
    fn from(error: ion_client::DecodeError) -> Self {
        Self {
            path: error.path,
            message: error.message,
        }
    }
}

/// Ion's subscription in our words. Members that are missing are empty here: Ion leaves many out (Ion API notes 3, no. 6).
pub(super) fn from_ion(from: &ion_client::Subscription) -> Result<Subscription, Unreadable> {
    let ion_id = text(from.id.as_ref(), "id")?;
    if ion_id.is_empty() {
        return Err(unreadable("id", "the subscription has no id"));
    }
    let names = from.ccp_product_info.clone().unwrap_or_default();
    let (purchased_at, starts_at) = (
        time(
            from.subscription_purchased_date.as_ref(),
            from.purchased(),
            "subscriptionPurchasedDate",
        )?,
        time(
            from.subscription_start_date.as_ref(),
            from.starts(),
            "subscriptionStartDate",
        )?,
    );
    let ends_at = time(
        from.subscription_end_date.as_ref(),
        from.ends(),
        "subscriptionEndDate",
    )?;
    let renews_at = time(from.renewal_date.as_ref(), from.renews(), "renewalDate")?;
    // A subscription by use ends as it begins: it has no term (Ion API notes 4.6).
    let by_use = starts_at.is_some() && ends_at == starts_at;
    let auto_renew = auto_renew_of(
        from.auto_renew,
        from.subscription_renew_status
            .as_deref()
            .unwrap_or_default(),
    );
    let trial = from.is_trial.unwrap_or_default();
    let state_word = text(from.subscription_status.as_ref(), "subscriptionStatus")?;
    let state = state_of(&Shown {
        word: &state_word,
        trial,
        auto_renew,
        starts_at,
        ends_at,
    });
    let ends_at = ends_at.filter(|_| !by_use);
    let renews_at = renews_at.filter(|_| !by_use);
    let part_number =
        Some(text(from.mfg_part_number.as_ref(), "mfgPartNumber")?).filter(|text| !text.is_empty());
    let currency = currency(from)?;
    let amount = |value: &Option<ExactDecimal>, member| {
        // What a subscription by use costs stands in its bills, not here.
        amount(value.as_ref(), member).map(|amount| amount.filter(|it| !by_use || it.units() > 0))
    };
    Ok(Subscription {
        ion_id,
        resource_id: text(from.subscription_id.as_ref(), "subscriptionId")?,
        name: text(from.subscription_name.as_ref(), "subscriptionName")?,
        ion_customer_id: text(from.customer_id.as_ref(), "customerId")?,
        ion_customer_name: text(from.customer_name.as_ref(), "customerName")?,
        provider_id: text(from.cloud_provider_id.as_ref(), "cloudProviderId")?,
        resource_type: text(from.resource_type.as_ref(), "resourceType")?,
        product_ion_id: either(
            from.ccp_product_id.as_ref(),
            names.product_id.as_ref(),
            "ccpProductId",
        )?,
        sku_id: either(from.ccp_sku_id.as_ref(), names.sku_id.as_ref(), "ccpSkuId")?,
        plan_id: either(
            from.ccp_plan_id.as_ref(),
            names.plan_id.as_ref(),
            "ccpPlanId",
        )?,
        product_name: text(
            names.product_display_name.as_ref(),
            "ccpProductInfo.productDisplayName",
        )?,
        sku_name: text(
            names.sku_display_name.as_ref(),
            "ccpProductInfo.skuDisplayName",
        )?,
        plan_name: text(
            names.plan_display_name.as_ref(),
            "ccpProductInfo.planDisplayName",
        )?,
        state,
        state_word,
        seats: seats(from)?,
        term: term(
            from.subscription_billing_term.as_deref(),
            part_number.as_deref(),
        ),
        billing: billing(
            from.subscription_billing_cycle
                .as_deref()
                .unwrap_or_default(),
        ),
        part_number,
        cost: amount(&from.cost, "cost")?,
        price: amount(&from.price, "price")?,
        list: amount(&from.msrp, "msrp")?,
        currency,
        purchased_at,
        starts_at,
        ends_at,
        renews_at,
        cancellable_until: time(
            from.cancellation_allowed_until_date.as_ref(),
            from.cancellable_until(),
            "cancellationAllowedUntilDate",
        )?,
        auto_renew,
        trial,
        reseller_po: text(from.reseller_po.as_ref(), "resellerPO")?,
        customer_po: text(from.customer_po.as_ref(), "customerPO")?,
        updated_at: from.updated(),
    })
}

/// Of what Ion shows, without the time of its last change and without digits that are no price: what it is compared by.
pub(super) fn hash(subscription: &Subscription) -> [u8; 32] {
    let bare = |amount: &Option<Amount>| {
        amount
            .as_ref()
            .map(|amount| Amount::from_stored(String::new(), amount.units(), amount.scale()))
    };
    let compared = Subscription {
        updated_at: None,
        cost: bare(&subscription.cost),
        price: bare(&subscription.price),
        list: bare(&subscription.list),
        ..subscription.clone()
    };
    let text = serde_json::to_vec(&compared).expect("a subscription is plain data");
    *blake3::hash(&text).as_bytes()
}

/// The term that Ion says, else that of the part number, else unknown.
fn term(said: Option<&str>, part_number: Option<&str>) -> Term {
    said.and_then(|word| word.trim().to_ascii_uppercase().parse().ok())
        .unwrap_or_else(|| part_number.map_or(Term::Unknown, Term::of_part_number))
}

/// Ion writes `monthly`, `annual` and `one_time`; portals of others say `yearly` (Ion API notes 2.6).
fn billing(word: &str) -> BillingPeriod {
    let word = word.trim();
    if word.eq_ignore_ascii_case("yearly") || word.eq_ignore_ascii_case("annually") {
        return BillingPeriod::Annual;
    }
    BillingPeriod::of_ion(word)
}

fn seats(from: &ion_client::Subscription) -> Result<Option<u32>, Unreadable> {
    let Some(text) = from.subscription_total_licenses.as_deref().map(str::trim) else {
        return Ok(None);
    };
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| {
        let message = format!("{:?} is no number of licences", clip(text));
        unreadable("subscriptionTotalLicenses", &message)
    })
}

fn currency(from: &ion_client::Subscription) -> Result<Option<Currency>, Unreadable> {
    let word = [&from.currency, &from.billing_currency]
        .into_iter()
        .flatten()
        .map(|word| word.trim())
        .find(|word| !word.is_empty());
    word.map(str::parse)
        .transpose()
        .map_err(|error: domain::money::CurrencyError| unreadable("currency", &error.to_string()))
}

fn amount(value: Option<&ExactDecimal>, member: &str) -> Result<Option<Amount>, Unreadable> {
    value
        .map(|value| Amount::parse(value.as_str(), Scale::Price))
        .transpose()
        .map_err(|error| unreadable(member, &error.to_string()))
}

/// A time that is there must be one; the zero of Ion's machinery is none.
fn time(
    text: Option<&String>,
    read: Option<Timestamp>,
    member: &str,
) -> Result<Option<Timestamp>, Unreadable> {
    let Some(text) = text.map(|text| text.trim()).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    match read {
        Some(time) if time.as_second() <= 0 => Ok(None),
        Some(time) => Ok(Some(time)),
        None if text.starts_with("0000-") => Ok(None),
        None => {
            let message = format!("{:?} is no time", clip(text));
            Err(unreadable(member, &message))
        }
    }
}

fn either(
    first: Option<&String>,
    second: Option<&String>,
    member: &str,
) -> Result<String, Unreadable> {
    let first = text(first, member)?;
    if first.is_empty() {
        text(second, member)
    } else {
        Ok(first)
    }
}

/// A text without white space around it and without zero bytes, which PostgreSQL does not take.
fn text(text: Option<&String>, member: &str) -> Result<String, Unreadable> {
    let text = text.map_or("", |text| text.trim());
    if text.len() > LONGEST {
        let message = format!("a text of {} bytes is not believed", text.len());
        return Err(unreadable(member, &message));
    }
    Ok(text.replace('\0', ""))
}

fn unreadable(member: &str, message: &str) -> Unreadable {
    Unreadable {
        path: format!("$.{member}"),
        message: message.to_owned(),
    }
}

fn clip(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests;
