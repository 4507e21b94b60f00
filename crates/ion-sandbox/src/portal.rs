//! What a person does in Ion's portal: customers edited, added and ended there, without a request of ours.

use serde_json::{Map, Value, json};

use crate::server::Inner;

/// The customers of the sandbox, as its portal changes them.
pub struct Portal<'a>(pub(crate) &'a Inner);

impl std::fmt::Debug for Portal<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Portal")
    }
}

impl Portal<'_> {
    /// Every customer, with its members as Ion names them.
    pub fn customers(&self) -> Vec<Map<String, Value>> {
        self.0.state().customers.all.clone()
    }

    /// Ids of every customer.
    pub fn ids(&self) -> Vec<String> {
        self.customers().iter().map(id_of).collect()
    }

    /// One customer.
    pub fn customer(&self, id: &str) -> Option<Map<String, Value>> {
        self.0.state().customers.find(id).cloned()
    }

    /// Sets a member, such as `customerPhone` or `customerAddress/city`; an empty text takes it away. False where there is no such customer.
    pub fn edit(&self, id: &str, member: &str, text: &str) -> bool {
        let mut state = self.0.state();
        let now = state.clock.now().to_string();
        let Some(customer) = state.customers.find(id) else {
            return false;
        };
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
        customer.insert("updateTime".to_owned(), now.into());
        true
    }

    /// Adds a customer. Gives its id.
    pub fn add(&self, organisation: &str, email: &str) -> String {
        let mut state = self.0.state();
        let (account, now) = (state.account.clone(), state.clock.now().to_string());
        let sent = json!({
            "customerOrganization": organisation, "customerName": "Pat Portal", "customerEmail": email, "languageCode": "EN",
            "customerAddress": {"street": "1 Portal Way", "city": "London", "state": "London", "zip": "EC1A 1BB", "country": "GB"},
        });
        let sent = sent.as_object().cloned().unwrap_or_default();
        id_of(&state.customers.insert(&account, sent, &now))
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
        let mut state = self.0.state();
        let place = state
            .customers
            .all
            .iter()
            .position(|customer| id_of(customer) == id)?;
        Some(state.customers.all.remove(place))
    }

    /// Puts a customer back that was taken out.
    pub fn put_back(&self, customer: Map<String, Value>) {
        self.0.state().customers.all.push(customer);
    }
}

fn id_of(customer: &Map<String, Value>) -> String {
    let name = customer
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or_default();
    name.rsplit('/').next().unwrap_or_default().to_owned()
}
