//! Addresses of a list: what is filtered, sorted and shown stands in the query, so that it can be kept and sent.

use std::borrow::Cow;

use url::form_urlencoded;

/// A path with its query, from which the links of a page are made.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    path: Cow<'static, str>,
    pairs: Vec<(String, String)>,
}

impl Address {
    /// The address of a request; empty values say nothing and are left out.
    pub(crate) fn new(path: impl Into<Cow<'static, str>>, query: Option<&str>) -> Self {
        let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes())
            .into_owned()
            .filter(|(_, value)| !value.is_empty())
            .collect();
        Self {
            path: path.into(),
            pairs,
        }
    }

    /// The value of a name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The same list with another value, from its beginning.
    pub(crate) fn with(&self, name: &str, value: &str) -> String {
        let mut pairs = self.but(&[name, "after"]);
        pairs.push((name.to_owned(), value.to_owned()));
        self.print(&pairs)
    }

    /// The same list without some values, from its beginning.
    pub(crate) fn without(&self, names: &[&str]) -> String {
        let mut all = vec!["after"];
        all.extend_from_slice(names);
        self.print(&self.but(&all))
    }

    /// The same list from another place.
    pub(crate) fn after(&self, position: u64) -> String {
        let mut pairs = self.but(&["after"]);
        if position > 0 {
            pairs.push(("after".to_owned(), position.to_string()));
        }
        self.print(&pairs)
    }

    /// The same place of the list with another value.
    pub(crate) fn and(&self, name: &str, value: &str) -> String {
        let mut pairs = self.but(&[name, "done"]);
        pairs.push((name.to_owned(), value.to_owned()));
        self.print(&pairs)
    }

    /// The same list behind a record: where [`Address::get`] gave a cursor as `after`.
    pub(crate) fn behind(&self, cursor: &str) -> String {
        let mut pairs = self.but(&["after"]);
        pairs.push(("after".to_owned(), cursor.to_owned()));
        self.print(&pairs)
    }

    /// The same address, to come back to.
    pub(crate) fn here(&self) -> String {
        self.print(&self.but(&["done"]))
    }

    /// The same query at another path.
    pub(crate) fn at(&self, path: impl Into<Cow<'static, str>>) -> String {
        Self {
            path: path.into(),
            pairs: Vec::new(),
        }
        .print(&self.but(&["after", "size"]))
    }

    /// The pairs but some, for the hidden fields of a form.
    pub(crate) fn but(&self, names: &[&str]) -> Vec<(String, String)> {
        self.pairs
            .iter()
            .filter(|(key, _)| !names.contains(&key.as_str()))
            .cloned()
            .collect()
    }

    fn print(&self, pairs: &[(String, String)]) -> String {
        if pairs.is_empty() {
            return self.path.to_string();
        }
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        format!("{}?{query}", self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_changes_and_the_place_is_forgotten() {
        let address = Address::new("/products", Some("q=a+b&vendor=AWS&after=50&term="));
        assert_eq!(address.get("q"), Some("a b"));
        assert_eq!(
            address.with("vendor", "R&D"),
            "/products?q=a+b&vendor=R%26D"
        );
        assert_eq!(address.without(&["q", "vendor"]), "/products");
        assert_eq!(address.after(100), "/products?q=a+b&vendor=AWS&after=100");
        assert_eq!(address.after(0), "/products?q=a+b&vendor=AWS");
        assert_eq!(
            address.at("/products/export.csv"),
            "/products/export.csv?q=a+b&vendor=AWS"
        );
    }
}
