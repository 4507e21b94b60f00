//! What a check of credentials found: step by step, and which field each failure names.

use std::time::Duration;

use domain::connection::CredentialField;

/// A step of the check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckStep {
    /// The host answers and is Ion.
    Reached,
    /// The access token lives.
    AccessToken,
    /// The account is the login's, and its user may read it.
    Account,
    /// The refresh token works.
    RefreshToken,
    /// The result is stored.
    Stored,
}

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckState {
    /// Good.
    Passed,
    /// Not good.
    Failed,
    /// Not looked at, because of an earlier failure. Nothing was used up.
    Skipped,
    /// Looked at when it is saved.
    Later,
}

/// One step with its result.
#[derive(Debug, Clone)]
pub struct Check {
    /// Which.
    pub step: CheckStep,
    /// How it stands.
    pub state: CheckState,
    /// The field that is wrong, where it failed.
    pub field: CredentialField,
    /// What was found, in a few words.
    pub title: String,
    /// What it means and what to do.
    pub detail: String,
    /// How long it took.
    pub took: Duration,
}

/// All steps with their results.
#[derive(Debug, Clone, Default)]
pub struct CheckReport {
    /// The steps, in order.
    pub checks: Vec<Check>,
}

impl CheckReport {
    /// No step failed.
    pub fn passed(&self) -> bool {
        !self
            .checks
            .iter()
            .any(|check| check.state == CheckState::Failed)
    }

    /// The steps that failed.
    pub fn failures(&self) -> impl Iterator<Item = &Check> {
        self.checks
            .iter()
            .filter(|check| check.state == CheckState::Failed)
    }

    /// What is said of a field: its failure, else that it passed.
    pub fn field_message(&self, field: CredentialField) -> Option<&Check> {
        self.checks
            .iter()
            .find(|check| check.field == field && check.state == CheckState::Failed)
            .or_else(|| self.checks.iter().find(|check| check.field == field))
    }

    pub(super) fn add(
        &mut self,
        step: CheckStep,
        state: CheckState,
        field: CredentialField,
        title: &str,
        detail: impl Into<String>,
        took: Duration,
    ) {
        self.checks.push(Check {
            step,
            state,
            field,
            title: title.to_owned(),
            detail: detail.into(),
            took,
        });
    }

    pub(super) fn fail(
        &mut self,
        step: CheckStep,
        field: CredentialField,
        title: &str,
        detail: impl Into<String>,
        took: Duration,
    ) {
        self.add(step, CheckState::Failed, field, title, detail, took);
        self.skip_rest();
    }

    /// Steps without a result were not looked at.
    pub(super) fn skip_rest(&mut self) {
        for (step, field, title) in [
            (CheckStep::Reached, CredentialField::None, "Ion"),
            (
                CheckStep::AccessToken,
                CredentialField::AccessToken,
                "Access token",
            ),
            (
                CheckStep::Account,
                CredentialField::AccountId,
                "Account ID and role",
            ),
            (
                CheckStep::RefreshToken,
                CredentialField::RefreshToken,
                "Refresh token",
            ),
        ] {
            if !self.checks.iter().any(|check| check.step == step) {
                let detail = if step == CheckStep::RefreshToken {
                    "Not tested and not used up: it is still good"
                } else {
                    "Not tested"
                };
                self.add(
                    step,
                    CheckState::Skipped,
                    field,
                    title,
                    detail,
                    Duration::ZERO,
                );
            }
        }
    }
}
