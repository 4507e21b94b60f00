//! Who may do what: roles and the rights that they carry.

use crate::text_enum;

text_enum! {
    /// What a person is here for.
    pub enum Role {
        /// Everything; alone for credentials, users, API tokens, webhooks.
        Admin = "admin",
        /// Customers, orders, subscriptions; sees cost and margin.
        Sales = "sales",
        /// Reads all, edits margins, approves, exports, reads the audit log.
        Finance = "finance",
        /// Reads all but cost, margin and audit.
        ReadOnly = "read_only",
    }
}

text_enum! {
    /// One thing that a route or command needs.
    pub enum Right {
        /// See connection state, warnings, products without cost, runs.
        Read = "read",
        /// See what the reseller pays, and margins.
        SeeCost = "see_cost",
        /// Start and stop imports.
        RunImports = "run_imports",
        /// Customers: edit them, decide who is who, start and apply a sync.
        EditCustomers = "edit_customers",
        /// Orders and subscriptions: compose, place, change, cancel.
        PlaceOrders = "place_orders",
        /// Margin rules.
        EditMargins = "edit_margins",
        /// Take lists out of the product.
        Export = "export",
        /// Read the audit log.
        ReadAudit = "read_audit",
        /// Connections and their credentials.
        ManageConnections = "manage_connections",
        /// People and their roles.
        ManageUsers = "manage_users",
        /// API tokens.
        ManageApiTokens = "manage_api_tokens",
        /// Settings of the installation, notices and webhooks.
        ManageSettings = "manage_settings",
    }
}

impl Role {
    /// Whether this role carries the right.
    pub fn may(self, right: Right) -> bool {
        match self {
            Self::Admin => true,
            Self::Sales => matches!(
                right,
                Right::Read
                    | Right::SeeCost
                    | Right::RunImports
                    | Right::EditCustomers
                    | Right::PlaceOrders
                    | Right::Export
            ),
            Self::Finance => matches!(
                right,
                Right::Read
                    | Right::SeeCost
                    | Right::EditMargins
                    | Right::Export
                    | Right::ReadAudit
            ),
            Self::ReadOnly => matches!(right, Right::Read),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_admin_touches_credentials_users_and_tokens() {
        for right in [
            Right::ManageConnections,
            Right::ManageUsers,
            Right::ManageApiTokens,
            Right::ManageSettings,
        ] {
            let may: Vec<_> = Role::ALL.iter().filter(|role| role.may(right)).collect();
            assert_eq!(may, [&Role::Admin], "{right}");
        }
    }

    #[test]
    fn read_only_sees_neither_cost_nor_audit() {
        assert!(Role::ReadOnly.may(Right::Read));
        assert!(!Role::ReadOnly.may(Right::SeeCost));
        assert!(!Role::ReadOnly.may(Right::ReadAudit));
    }
}
