//! What a person does in Ion's portal: customers edited, added and ended there, orders placed and moved, without a request of ours.

use serde_json::{Map, Value, json};

use crate::customers::id_of;
use crate::server::Inner;
use crate::state::State;

mod orders;

/// The customers, orders and subscriptions of the sandbox, as its portal changes them.
pub struct Portal<'a>(pub(crate) &'a Inner);

impl std::fmt::Debug for Portal<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Portal")
    }
}

impl Portal<'_> {
    /// Every customer, with its members as Ion names them.
    pub fn customers(&self) -> Vec<Map<String, Value>> {
        self.0.state().customers.all().cloned().collect()
    }

    /// Ids of every customer.
    pub fn ids(&self) -> Vec<String> {
        self.customers().iter().map(id_of).collect()
    }

    /// One customer.
    pub fn customer(&self, id: &str) -> Option<Map<String, Value>> {
        self.0.state().customers.get(id).cloned()
    }

    /// The domain of the tenant that a customer has at Microsoft; nothing where it has none.
    pub fn microsoft_domain(&self, id: &str) -> Option<String> {
        crate::customers::microsoft_domain(&self.0.state(), id)
    }

    /// Sets a member, such as `customerPhone` or `customerAddress/city`; an empty text takes it away. False where there is no such customer.
    pub fn edit(&self, id: &str, member: &str, text: &str) -> bool {
        edit(&mut self.0.state(), id, member, text)
    }

    /// Adds a customer. Gives its id.
    pub fn add(&self, organisation: &str, email: &str) -> String {
        add(&mut self.0.state(), organisation, email)
    }

    /// Makes a customer active or inactive.
    pub fn set_active(&self, id: &str, active: bool) -> bool {
        self.edit(
            id,
            "customerStatus",
            if active { "ACTIVE" } else { "INACTIVE" },
        )
    }

    /// Takes a customer out. Gives what it was.
    pub fn remove(&self, id: &str) -> Option<Map<String, Value>> {
        self.0.state().customers.remove(id)
    }

    /// Puts a customer back that was taken out.
    pub fn put_back(&self, customer: Map<String, Value>) {
        self.0.state().customers.put_back(customer);
    }

    /// A stranger on the platform, whom no list of this account shows, has this e-mail: Ion refuses it here (CUS-CR-001), unless the
    /// knob `email-unique-in` says that only this account counts.
    pub fn take_email(&self, email: &str) {
        self.0.state().customers.set_stranger(email, true);
    }

    /// The stranger no longer has it.
    pub fn free_email(&self, email: &str) {
        self.0.state().customers.set_stranger(email, false);
    }
}

/// Sets a member of a customer.
pub(crate) fn edit(state: &mut State, id: &str, member: &str, text: &str) -> bool {
    let now = state.clock.now();
    let edited = state.customers.change(id, now, |customer| {
        let (members, name) = match member.split_once('/') {
            Some((outer, inner)) => {
                let outer = customer.entry(outer).or_insert_with(|| json!({}));
                let Some(members) = outer.as_object_mut() else {
                    return false;
                };
                (members, inner)
            }
            None => (&mut *customer, member),
        };
        if text.is_empty() {
            members.remove(name);
        } else {
            members.insert(name.to_owned(), text.into());
        }
        customer.insert("updateTime".to_owned(), now.to_string().into());
        true
    });
    edited.unwrap_or(false)
}

/// Adds a customer, as a person would in a hurry. Gives its id.
pub(crate) fn add(state: &mut State, organisation: &str, email: &str) -> String {
    let (account, now) = (state.account.clone(), state.clock.now());
    let sent = json!({
        "customerOrganization": organisation, "customerName": "Pat Portal", "customerEmail": email, "languageCode": "EN",
        "customerAddress": {"street": "1 Portal Way", "city": "London", "state": "London", "zip": "EC1A 1BB", "country": "GB"},
    });
    let sent = sent.as_object().cloned().unwrap_or_default();
    let made = state
        .customers
        .insert(&account, sent, &now.to_string(), Some(now));
    id_of(made)
}
