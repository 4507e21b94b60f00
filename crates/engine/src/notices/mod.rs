//! Messages for people.
