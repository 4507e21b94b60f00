//! Cells of exported tables: a spreadsheet takes a text that starts like a formula for one, whoever wrote it.

/// Signs by which spreadsheets know a formula; the wide forms count too, some read them as the narrow ones.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// A cell that a spreadsheet takes for text, never for a formula. [`restored`] undoes exactly this.
pub fn harmless(cell: &str) -> String {
    if starts_like_a_formula(cell) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

/// A cell as it was before [`harmless`].
pub fn restored(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if starts_like_a_formula(rest) => rest,
        _ => cell,
    }
}

fn starts_like_a_formula(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(FORMULA)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn formulas_are_made_harmless_and_nothing_else_is_touched() {
        for bad in ["=1+1", "+1", "-2", "@SUM(A1)", "\t=1", "\r=1", "'=1", "＝1"] {
            assert_eq!(harmless(bad), format!("'{bad}"));
        }
        for good in ["Plan -1", "", "1.5", "O'Neill", "'s-Hertogenbosch"] {
            assert_eq!(harmless(good), good);
        }
    }

    proptest! {
        #[test]
        fn what_is_exported_comes_back_as_it_was(cell in "'{0,3}[=+@-]?.{0,6}") {
            let exported = harmless(&cell);
            prop_assert!(!exported.starts_with(FORMULA));
            prop_assert_eq!(restored(&exported), cell);
        }
    }
}
