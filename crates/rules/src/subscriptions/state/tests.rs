use rstest::rstest;

use super::*;
use crate::samples::time;

fn shown(word: &str) -> Shown<'_> {
    Shown {
        word,
        trial: false,
        auto_renew: Some(true),
        starts_at: Some(time("2026-01-01T00:00:00Z")),
        ends_at: Some(time("2027-01-01T00:00:00Z")),
    }
}

#[rstest]
#[case("active", SubscriptionState::Active)]
#[case(" ACTIVE ", SubscriptionState::Active)]
#[case("SUBSCRIPTION_STATUS_ACTIVE", SubscriptionState::Active)]
#[case("past_due", SubscriptionState::Active)]
#[case("Past Due", SubscriptionState::Active)]
#[case("trial", SubscriptionState::Trial)]
#[case("pending", SubscriptionState::Pending)]
#[case("IN_PROGRESS", SubscriptionState::Pending)]
#[case("Suspended", SubscriptionState::Suspended)]
#[case("DISABLED", SubscriptionState::Suspended)]
#[case("canceled", SubscriptionState::Cancelled)]
#[case("CANCELLED", SubscriptionState::Cancelled)]
#[case("deleted", SubscriptionState::Cancelled)]
#[case("expired", SubscriptionState::Expired)]
#[case("COMPLETE", SubscriptionState::Unknown)]
#[case("failed", SubscriptionState::Unknown)]
#[case("", SubscriptionState::Unknown)]
#[case("verlängert", SubscriptionState::Unknown)]
fn words_in_any_case(#[case] word: &str, #[case] state: SubscriptionState) {
    assert_eq!(state_of(&shown(word)), state);
}

/// Every word of the official description has a state, and only those that say nothing of running are unknown.
#[test]
fn every_published_word_is_known() {
    let words = [
        "ACCEPTED",
        "ACTIVE",
        "AVAILABLE",
        "CANCELLED",
        "COMPLETE",
        "CONFIRMED",
        "DELETED",
        "DISABLED",
        "ENABLED",
        "ERROR",
        "EXPIRED",
        "FAILED",
        "INITIATED",
        "IN_PROGRESS",
        "PAUSED",
        "PENDING",
        "RUNNING",
        "STOPPED",
        "SUSPENDED",
    ];
    let unknown: Vec<_> = words
        .into_iter()
        .filter(|word| state_of(&shown(word)) == SubscriptionState::Unknown)
        .collect();
    assert_eq!(unknown, ["COMPLETE", "ERROR", "FAILED"]);
    assert!(
        SubscriptionState::Unknown.is_live(),
        "never dropped silently"
    );
}

#[test]
fn one_that_runs_and_is_not_renewed_ends() {
    let off = Shown {
        auto_renew: Some(false),
        ..shown("active")
    };
    assert_eq!(state_of(&off), SubscriptionState::Ends);
    let unsaid = Shown {
        auto_renew: None,
        ..off
    };
    assert_eq!(state_of(&unsaid), SubscriptionState::Active);
    // Consumption: its end is its begin.
    let azure = Shown {
        ends_at: off.starts_at,
        ..off
    };
    assert_eq!(state_of(&azure), SubscriptionState::Active);
    let endless = Shown {
        ends_at: None,
        ..off
    };
    assert_eq!(state_of(&endless), SubscriptionState::Active);
    let suspended = Shown {
        word: "suspended",
        ..off
    };
    assert_eq!(state_of(&suspended), SubscriptionState::Suspended);
    let trial = Shown { trial: true, ..off };
    assert_eq!(state_of(&trial), SubscriptionState::Trial);
}

#[rstest]
#[case(Some(true), "DISABLED", Some(true))]
#[case(None, "ENABLED", Some(true))]
#[case(None, "disabled", Some(false))]
#[case(None, "", None)]
#[case(None, "PERHAPS", None)]
fn the_renewal_by_flag_or_word(
    #[case] flag: Option<bool>,
    #[case] word: &str,
    #[case] renews: Option<bool>,
) {
    assert_eq!(auto_renew_of(flag, word), renews);
}
