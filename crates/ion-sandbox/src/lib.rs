//! A stateful simulator of the TD SYNNEX StreamOne Ion partner API v3, with knobs and faults.
