//! Domain words as people read them.

use domain::catalog::{ChangeKind, PriceSource, ProductState};
use domain::{BillingPeriod, Currency, Term};

/// A commitment, short: for tags.
pub(crate) const fn term_tag(term: Term) -> &'static str {
    match term {
        Term::P1M => "1 mo",
        Term::P1Y => "1 yr",
        Term::P3Y => "3 yr",
        Term::Unknown => "unknown",
    }
}

/// A commitment.
pub(crate) const fn term(term: Term) -> &'static str {
    match term {
        Term::P1M => "1 month",
        Term::P1Y => "1 year",
        Term::P3Y => "3 years",
        Term::Unknown => "unknown term",
    }
}

/// How often it is billed.
pub(crate) const fn billing(period: BillingPeriod) -> &'static str {
    match period {
        BillingPeriod::OneTime => "once",
        BillingPeriod::Minutely => "each minute",
        BillingPeriod::Hourly => "hourly",
        BillingPeriod::Daily => "daily",
        BillingPeriod::Weekly => "weekly",
        BillingPeriod::Biweekly => "each second week",
        BillingPeriod::Monthly => "monthly",
        BillingPeriod::Quarterly => "quarterly",
        BillingPeriod::Biannual => "half-yearly",
        BillingPeriod::Annual => "yearly",
        BillingPeriod::Unspecified => "not said",
    }
}

/// Where a price was read from.
pub(crate) const fn source(source: PriceSource) -> &'static str {
    match source {
        PriceSource::PriceBook => "price book",
        PriceSource::Master => "list",
        PriceSource::Plan => "plan",
        PriceSource::Usage => "usage rate",
    }
}

/// The state of a product.
pub(crate) const fn product_state(state: ProductState) -> &'static str {
    match state {
        ProductState::Available => "Available",
        ProductState::NotInPriceBook => "Not in price book",
        ProductState::SetAside => "Set aside",
        ProductState::Withdrawn => "Withdrawn",
    }
}

/// A kind of change.
pub(crate) const fn change(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::New => "New",
        ChangeKind::Withdrawn => "Withdrawn",
        ChangeKind::Returned => "Offered again",
        ChangeKind::PriceUp => "Price up",
        ChangeKind::PriceDown => "Price down",
        ChangeKind::PriceSet => "Price new or gone",
        ChangeKind::VariantNew => "New variant",
        ChangeKind::VariantGone => "Variant gone",
        ChangeKind::Availability => "Availability",
        ChangeKind::Details => "Details",
    }
}

/// Whether a change is about money: its values are costs.
pub(crate) const fn is_price(kind: ChangeKind) -> bool {
    matches!(
        kind,
        ChangeKind::PriceUp | ChangeKind::PriceDown | ChangeKind::PriceSet
    )
}

/// A currency that was stored as text.
pub(crate) fn currency(code: &str) -> Option<Currency> {
    code.parse().ok()
}

/// The list of a word's kinds, in the order of the report.
pub(crate) const CHANGE_ORDER: [ChangeKind; 10] = [
    ChangeKind::PriceUp,
    ChangeKind::PriceDown,
    ChangeKind::New,
    ChangeKind::Returned,
    ChangeKind::Withdrawn,
    ChangeKind::Availability,
    ChangeKind::PriceSet,
    ChangeKind::VariantNew,
    ChangeKind::VariantGone,
    ChangeKind::Details,
];
