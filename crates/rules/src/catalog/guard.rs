//! When an import must not mark products as withdrawn by itself.

/// Limits of one installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guard {
    /// More than this share of the known products never goes at once.
    pub percent: u8,
    /// Fewer than this number never fires the guard.
    pub minimum: u64,
}

/// What may be done with products that a complete scan did not show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Go on: each is asked for by id, or waits for a second scan.
    GoOn,
    /// Withdraw nothing, and ask a person.
    Ask,
}

/// Judges a complete scan: `known` products were there before it, `missing` of them were not shown.
pub fn judge(guard: Guard, known: u64, missing: u64) -> Verdict {
    let all_gone = known > 0 && missing == known;
    let too_many = missing >= guard.minimum
        && u128::from(missing) * 100 > u128::from(known) * u128::from(guard.percent);
    if all_gone || too_many {
        Verdict::Ask
    } else {
        Verdict::GoOn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUARD: Guard = Guard {
        percent: 30,
        minimum: 20,
    };

    #[test]
    fn an_empty_scan_always_asks() {
        assert_eq!(judge(GUARD, 3, 3), Verdict::Ask);
        assert_eq!(judge(GUARD, 0, 0), Verdict::GoOn);
    }

    #[test]
    fn more_than_the_share_asks_above_the_minimum_only() {
        assert_eq!(judge(GUARD, 100, 30), Verdict::GoOn);
        assert_eq!(judge(GUARD, 100, 31), Verdict::Ask);
        assert_eq!(judge(GUARD, 30, 19), Verdict::GoOn);
        assert_eq!(judge(GUARD, u64::MAX, u64::MAX / 2), Verdict::Ask);
    }
}
