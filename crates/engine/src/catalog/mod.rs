//! The catalog import.
