//! Typed async client of the TD SYNNEX StreamOne Ion partner API v3.
