//! Test before save, and Save: each wrong input names its field.

use domain::connection::{ConnectionStatus, CredentialField};
use engine::connection::{CheckState, CredentialDraft, SaveError, SaveTarget};
use ion_sandbox::{Action, BodyKind, Fault, SandboxConfig};
use store::audit::Actor;
use testkit::Lab;

use super::{at_token, login};
use crate::BINARY;

async fn lab() -> Lab {
    Lab::start(
        BINARY,
        SandboxConfig {
            customers: 3,
            ..SandboxConfig::default()
        },
    )
    .await
}

async fn refused(lab: &Lab, draft: CredentialDraft) -> (CredentialField, String) {
    let engine = lab.engine(None).await;
    match engine
        .save_credentials(draft, SaveTarget::New, &Actor::system())
        .await
    {
        Err(SaveError::Refused(report)) => {
            let failure = report
                .failures()
                .next()
                .expect("a refusal has a failed step")
                .clone();
            (failure.field, failure.detail)
        }
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn a_test_spends_nothing_and_says_what_is_left_for_save() {
    let lab = lab().await;
    let engine = lab.engine(None).await;
    let report = engine.test_credentials(&lab.draft()).await;
    assert!(report.passed());
    assert_eq!(
        report
            .field_message(CredentialField::RefreshToken)
            .unwrap()
            .state,
        CheckState::Later
    );
    assert_eq!(lab.sandbox.ledger().exchanges(), 0);
    assert!(engine.list_overviews().await.unwrap().is_empty());
}

#[tokio::test]
async fn save_proves_the_refresh_token_and_is_active() {
    let lab = lab().await;
    let engine = lab.engine(None).await;
    let connection = lab.connect(&engine).await;
    let overview = engine.overview(connection).await.unwrap();
    assert_eq!(
        (overview.status, overview.life.unwrap().days_left),
        (ConnectionStatus::Active, 32)
    );
    assert_eq!(
        (
            lab.sandbox.ledger().exchanges(),
            lab.sandbox.ledger().consumed_presented()
        ),
        (1, 0)
    );
    let ion = engine.ion(connection).await.unwrap();
    assert_eq!(
        ion.customers("10412")
            .list()
            .page_size(10)
            .send()
            .await
            .unwrap()
            .items
            .len(),
        3
    );
}

#[tokio::test]
async fn a_wrong_account_is_named_and_mended_without_new_credentials() {
    let lab = lab().await;
    let good = lab.draft();
    let wrong = CredentialDraft {
        account_id: "99999".into(),
        ..good.clone()
    };
    let (field, text) = refused(&lab, wrong.clone()).await;
    assert_eq!(field, CredentialField::AccountId, "{text}");
    assert_eq!(lab.sandbox.ledger().exchanges(), 0, "nothing was used up");
    // An expired access token: the account can only be checked after the exchange, whose pair must then be kept.
    lab.pass(std::time::Duration::from_secs(7201));
    assert_eq!(refused(&lab, wrong).await.0, CredentialField::AccountId);
    assert_eq!(lab.sandbox.ledger().exchanges(), 1);
    let engine = lab.engine(None).await;
    engine
        .save_credentials(good, SaveTarget::New, &Actor::system())
        .await
        .expect("only the field was wrong");
    assert_eq!(
        (
            lab.sandbox.ledger().exchanges(),
            lab.sandbox.ledger().consumed_presented()
        ),
        (1, 0)
    );
}

#[tokio::test]
async fn an_expired_access_token_is_fine_at_save_and_told_at_test() {
    let lab = lab().await;
    let draft = lab.draft();
    lab.pass(std::time::Duration::from_secs(7201));
    let engine = lab.engine(None).await;
    let report = engine.test_credentials(&draft).await;
    assert_eq!(
        report
            .failures()
            .map(|check| check.field)
            .collect::<Vec<_>>(),
        [CredentialField::AccessToken]
    );
    assert_eq!(
        report
            .field_message(CredentialField::AccountId)
            .unwrap()
            .state,
        CheckState::Later
    );
    engine
        .save_credentials(draft, SaveTarget::New, &Actor::system())
        .await
        .expect("the refresh token works");
}

#[tokio::test]
async fn swapped_twice_the_same_and_missing_values_are_recognised_for_nothing() {
    let lab = lab().await;
    let good = lab.draft();
    let swapped = CredentialDraft {
        access_token: good.refresh_token.clone(),
        refresh_token: good.access_token.clone(),
        ..good.clone()
    };
    let (_, text) = refused(&lab, swapped).await;
    assert!(text.contains("swapped"), "{text}");
    assert_eq!(
        refused(
            &lab,
            CredentialDraft {
                refresh_token: good.access_token.clone(),
                ..good.clone()
            }
        )
        .await
        .0,
        CredentialField::RefreshToken
    );
    assert_eq!(
        refused(
            &lab,
            CredentialDraft {
                refresh_token: String::new().into(),
                ..good.clone()
            }
        )
        .await
        .0,
        CredentialField::RefreshToken
    );
    assert_eq!(
        refused(
            &lab,
            CredentialDraft {
                account_id: "1/2".into(),
                ..good
            }
        )
        .await
        .0,
        CredentialField::AccountId
    );
    assert_eq!(lab.sandbox.ledger().exchanges(), 0);
}

#[tokio::test]
async fn a_spent_refresh_token_is_answered_at_once() {
    let lab = lab().await;
    let draft = lab.draft();
    lab.sandbox.inject(at_token(
        1,
        Action::Status {
            code: 400,
            body: BodyKind::Oauth,
            retry_after: None,
        },
    ));
    let (field, text) = refused(&lab, draft.clone()).await;
    assert_eq!(field, CredentialField::RefreshToken, "{text}");
    // It was a cache miss of the vendor: the same value may be saved again.
    lab.engine(None)
        .await
        .save_credentials(draft, SaveTarget::New, &Actor::system())
        .await
        .expect("the token was never used");
}

#[tokio::test]
async fn a_login_without_the_role_is_told_so() {
    let lab = lab().await;
    lab.sandbox.set_knob("may-read-customers", "false").unwrap();
    let (field, text) = refused(&lab, lab.draft()).await;
    assert_eq!(field, CredentialField::None);
    assert!(text.contains("Account Admin"), "{text}");
}

#[tokio::test]
async fn what_is_not_ion_and_what_is_not_there_are_told_apart() {
    let lab = lab().await;
    lab.sandbox.inject(Fault {
        path: "/oauth/validateAccess".into(),
        skip: 0,
        times: 1,
        every: 1,
        action: Action::Html,
    });
    assert!(
        refused(&lab, lab.draft())
            .await
            .1
            .contains("not StreamOne Ion")
    );
    let (draft, host) = (lab.draft(), lab.sandbox.host());
    let engine = lab.engine(None).await;
    let Lab { sandbox, .. } = lab;
    sandbox.stop().await;
    let report = engine.test_credentials(&draft).await;
    let failure = report.failures().next().unwrap();
    assert!(
        failure.detail.contains(&host) && failure.detail.contains("could not be reached"),
        "{}",
        failure.detail
    );
}

#[tokio::test]
async fn one_account_and_one_credential_are_one_connection() {
    let lab = lab().await;
    let engine = lab.engine(None).await;
    let connection = lab.connect(&engine).await;
    let again = engine
        .save_credentials(lab.draft(), SaveTarget::New, &Actor::system())
        .await;
    assert!(
        matches!(again, Err(SaveError::AlreadyConnected { connection: known, .. }) if known == connection)
    );
    let other = CredentialDraft {
        account_id: "5".into(),
        ..lab.draft()
    };
    assert!(matches!(
        engine
            .save_credentials(other, SaveTarget::Existing(connection), &Actor::system())
            .await,
        Err(SaveError::OtherAccount { .. })
    ));
    let saved = engine
        .save_credentials(
            lab.draft(),
            SaveTarget::Existing(connection),
            &Actor::system(),
        )
        .await
        .expect("new credentials of the same account");
    assert!(saved.replaced && saved.connection == connection);
    assert_eq!(engine.list_overviews().await.unwrap().len(), 1);
    assert_eq!(
        login(&engine, connection).await.status,
        ConnectionStatus::Active
    );
    assert!(
        engine
            .ion(connection)
            .await
            .unwrap()
            .customers("10412")
            .list()
            .page_size(1)
            .send()
            .await
            .is_ok()
    );
}
