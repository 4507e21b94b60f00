//! What a person gives to connect: cleaned of what was pasted with it, and what is plainly wrong with it.

use domain::connection::CredentialField;
use secrecy::{ExposeSecret, SecretString};

/// What a person or a program gives to connect.
#[derive(Debug, Clone)]
pub struct CredentialDraft {
    /// Name of the connection.
    pub name: String,
    /// Account ID.
    pub account_id: String,
    /// Access Token.
    pub access_token: SecretString,
    /// Refresh Token.
    pub refresh_token: SecretString,
    /// Address of Ion, where it is not the configured one.
    pub base_url: Option<String>,
}

impl CredentialDraft {
    /// White space and a leading `Bearer ` go, silently.
    #[must_use]
    pub fn cleaned(self) -> Self {
        let token = |secret: &SecretString| {
            let text: String = secret
                .expose_secret()
                .chars()
                .filter(|c| {
                    !c.is_whitespace() && !c.is_control() && *c != '\u{feff}' && *c != '\u{200b}'
                })
                .collect();
            let text = text.trim_matches('"');
            let bearer = text
                .get(..6)
                .is_some_and(|start| start.eq_ignore_ascii_case("bearer"))
                && text.len() > 6;
            SecretString::from(if bearer {
                text[6..].trim_start_matches(':').to_owned()
            } else {
                text.to_owned()
            })
        };
        let account_id = self
            .account_id
            .trim()
            .trim_start_matches('#')
            .trim()
            .to_owned();
        let name = self.name.trim().to_owned();
        Self {
            access_token: token(&self.access_token),
            refresh_token: token(&self.refresh_token),
            name: if name.is_empty() {
                format!("Account {account_id}")
            } else {
                name
            },
            account_id,
            ..self
        }
    }
}

/// What is wrong without asking anybody.
pub(super) fn obvious_fault(
    draft: &CredentialDraft,
) -> Option<(CredentialField, &'static str, String)> {
    let (access, refresh) = (
        draft.access_token.expose_secret(),
        draft.refresh_token.expose_secret(),
    );
    if draft.account_id.is_empty() {
        return Some((
            CredentialField::AccountId,
            "Account ID is missing",
            "Enter it: Ion -> Menu -> Account information -> Account ID.".to_owned(),
        ));
    }
    if draft.account_id.len() > 40
        || !draft
            .account_id
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    {
        return Some((
            CredentialField::AccountId,
            "Not an Account ID",
            "It is a number such as 10412: Ion -> Menu -> Account information -> Account ID."
                .to_owned(),
        ));
    }
    if refresh.is_empty() {
        return Some((CredentialField::RefreshToken, "Refresh Token is missing", "Paste it: Ion -> Settings -> Users -> Edit user -> Request New Credentials shows it once.".to_owned()));
    }
    if access.is_empty() {
        return Some((CredentialField::AccessToken, "Access Token is missing", "Paste it: Ion -> Settings -> Users -> Edit user -> Request New Credentials shows it once.".to_owned()));
    }
    if access == refresh {
        return Some((
            CredentialField::RefreshToken,
            "Twice the same value",
            "Both fields hold the same value. Ion shows two: copy the Refresh Token into this one."
                .to_owned(),
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(access: &str, refresh: &str) -> CredentialDraft {
        CredentialDraft {
            name: " ".into(),
            account_id: " 10412 ".into(),
            access_token: access.to_owned().into(),
            refresh_token: refresh.to_owned().into(),
            base_url: None,
        }
    }

    #[test]
    fn pasted_padding_goes_silently() {
        let draft = draft(" Bearer ABC \n", "\u{feff}D E\r\nF").cleaned();
        assert_eq!(
            (
                draft.access_token.expose_secret(),
                draft.refresh_token.expose_secret()
            ),
            ("ABC", "DEF")
        );
        assert_eq!(
            (draft.account_id.as_str(), draft.name.as_str()),
            ("10412", "Account 10412")
        );
    }

    #[test]
    fn what_is_plainly_wrong_names_its_field_without_asking_ion() {
        let field =
            |draft: CredentialDraft| obvious_fault(&draft.cleaned()).map(|(field, ..)| field);
        assert_eq!(field(draft("A", "")), Some(CredentialField::RefreshToken));
        assert_eq!(field(draft("", "B")), Some(CredentialField::AccessToken));
        assert_eq!(field(draft("A", "A")), Some(CredentialField::RefreshToken));
        assert_eq!(
            field(CredentialDraft {
                account_id: "10412/customers".into(),
                ..draft("A", "B")
            }),
            Some(CredentialField::AccountId)
        );
        assert_eq!(field(draft("A", "B")), None);
    }
}
