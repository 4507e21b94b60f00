//! Margin rules for the demo, so that sale prices and margins are there to look at.

use anyhow::Context as _;
use domain::margin::{MarginKind, MarginScope, Rounding};
use engine::Engine;
use engine::margins::MarginDraft;
use jiff::civil::Date;
use rust_decimal::Decimal;
use store::audit::Actor;

/// One rule for everything, one for a vendor.
pub(super) async fn bring(engine: &Engine) -> anyhow::Result<()> {
    let everything = MarginDraft {
        name: "Standard".to_owned(),
        scope: MarginScope::default(),
        kind: MarginKind::Markup,
        value: Decimal::from(18),
        currency: None,
        rounding: Rounding::Cent,
        floor: Some(Decimal::from(10)),
        from: Date::constant(2026, 1, 1),
        until: None,
    };
    let microsoft = MarginDraft {
        name: "Microsoft 15 %".to_owned(),
        scope: MarginScope {
            vendor: Some("Microsoft".to_owned()),
            ..MarginScope::default()
        },
        kind: MarginKind::Margin,
        value: Decimal::from(15),
        ..everything.clone()
    };
    for rule in [everything, microsoft] {
        engine
            .save_margin_rule(rule, None, &Actor::system())
            .await
            .context("a margin rule of the demo was not saved")?;
    }
    Ok(())
}
