//! A connection: one Ion account linked to us, and the state of its login.

use crate::text_enum;

text_enum! {
    /// State of a connection, one word for UI, API and log.
    pub enum ConnectionStatus {
        /// Set-up began: a rotated pair is kept sealed, but not every check passed.
        NotFinished = "not_finished",
        /// The login works.
        Active = "active",
        /// A refresh was refused once; the same token is tried again after 1, 5 and 15 minutes.
        Rechecking = "refresh_refused_rechecking",
        /// The reply of a refresh was lost; we work on the old access token while it lives.
        Unclear = "refresh_unclear",
        /// Ion no longer accepts this login; a person must paste new credentials.
        NeedsNewCredentials = "needs_new_credentials",
        /// Stopped by a person.
        Paused = "paused",
        /// Removed: secrets erased, data kept read-only.
        Removed = "removed",
    }
}

text_enum! {
    /// What Ion does with the old access token when a refresh token is exchanged; observed after normal refreshes.
    pub enum VendorProfile {
        /// Not yet seen often enough.
        Unknown = "unknown",
        /// The old access token dies at once.
        Kills = "kills",
        /// The old access token lives on.
        Keeps = "keeps",
    }
}

text_enum! {
    /// A field of the *Configure* form that a failed check names.
    pub enum CredentialField {
        /// Account ID.
        AccountId = "account_id",
        /// Access Token.
        AccessToken = "access_token",
        /// Refresh Token.
        RefreshToken = "refresh_token",
        /// No field: the network, the host or our own store.
        None = "none",
    }
}
