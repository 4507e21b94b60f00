//! What differs between two readings of a product, and when an import must not withdraw.
