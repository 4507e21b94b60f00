//! Every decision of Ionbridge, pure: no clock, no IO, no async, no SQL.
