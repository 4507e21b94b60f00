//! Connections: credentials tested and saved, tokens refreshed, exactly one exchange at a time.
