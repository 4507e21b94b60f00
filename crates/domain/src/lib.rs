//! The words of Ionbridge: ids, money, terms, clock, products. No IO, no async, no SQL.
