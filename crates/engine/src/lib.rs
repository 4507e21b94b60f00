//! What happens: connections and their tokens, the catalog import. Fetch, ask rules, apply.
