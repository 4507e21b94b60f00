//! What an import says to people.

use domain::run::RunCounts;
use ion_client::{Class, Error};
use store::runs::RunRow;

use crate::listing::{RESTARTS, ScanEnd};

pub(super) const NOT_WHOLE: &str = "This run went on after an interruption, so it did not see the whole list at once: nothing is marked as withdrawn. The next run does that.";

pub(super) fn begin(run: &RunRow, goes_on: bool, page_size: u32) -> String {
    if goes_on {
        return format!(
            "Goes on after an interruption, {} products were read before.",
            number(run.counts.read)
        );
    }
    let how = if run.full {
        ", comparing every row"
    } else {
        ""
    };
    format!("Reading the catalog in pages of {page_size}{how}.")
}

pub(super) fn restarted(times: u32) -> String {
    format!(
        "Ion no longer accepts its page token. The list is read from its beginning again ({times} of {RESTARTS}); what was read is kept."
    )
}

pub(super) fn done(counts: &RunCounts) -> String {
    if counts.set_aside > 0 {
        let (these, a) = if counts.set_aside == 1 {
            ("1 product was", "it")
        } else {
            ("", "each")
        };
        let these = if these.is_empty() {
            format!("{} products were", number(counts.set_aside))
        } else {
            these.to_owned()
        };
        return format!(
            "{these} set aside because a value could not be read. {} others are up to date. See {a} with its reason.",
            number(counts.read - counts.set_aside.min(counts.read))
        );
    }
    if counts.read == 0 {
        return "Ion's catalog is empty for this account. Nothing was imported.".to_owned();
    }
    let mut parts = Vec::new();
    for (count, word) in [
        (counts.added, "new"),
        (counts.changed, "changed"),
        (counts.unchanged, "unchanged"),
        (counts.withdrawn, "withdrawn"),
    ] {
        if count > 0 {
            parts.push(format!("{} {word}", number(count)));
        }
    }
    format!(
        "{} products are up to date: {}.",
        number(counts.read),
        parts.join(", ")
    )
}

pub(super) fn needs_decision(missing: u64, known: u64, limit: u8) -> String {
    let percent =
        u64::try_from(u128::from(missing) * 100 / u128::from(known.max(1))).unwrap_or(100);
    format!(
        "Nothing was withdrawn: this run would mark {} products withdrawn ({percent} %, limit {limit} %). All else is up to date. Look at the list, then apply or discard it.",
        number(missing)
    )
}

pub(super) fn failed(counts: &RunCounts, end: &ScanEnd) -> String {
    let so_far = match (counts.read, counts.expected) {
        (0, _) => "Nothing was imported".to_owned(),
        (read, expected) if expected > read => format!(
            "The import ended early, after {} of about {} products",
            number(read),
            number(expected)
        ),
        (read, _) => format!("The import ended early, after {} products", number(read)),
    };
    let saved = if counts.read == 0 {
        ""
    } else {
        " What was read is saved; the next run reads on."
    };
    format!("{so_far}: {}.{saved}", cause(end))
}

pub(super) fn stopped(counts: &RunCounts) -> String {
    if counts.read == 0 {
        return "Stopped before anything was read.".to_owned();
    }
    format!(
        "Stopped after {} products. What was read is saved.",
        number(counts.read)
    )
}

pub(crate) fn cause(end: &ScanEnd) -> String {
    let error = match end {
        ScanEnd::Complete => return "the list ended".to_owned(),
        ScanEnd::Loop => {
            return "Ion's list goes round in circles, it gave the same page token twice"
                .to_owned();
        }
        ScanEnd::NothingNew => {
            return "Ion's list goes on without end and shows nothing new".to_owned();
        }
        ScanEnd::TokensRanOut => {
            return format!(
                "Ion's page tokens ran out {} times in mid-list",
                RESTARTS + 1
            );
        }
        ScanEnd::Failed(error) => error,
    };
    let request = error
        .request_id()
        .map(|id| format!(" (Ion's request {id})"))
        .unwrap_or_default();
    let cause = match (error, error.class()) {
        (Error::Timeout(_), _) => "Ion did not answer in time".to_owned(),
        (Error::RateLimited { .. }, _) => "Ion asks for fewer requests for longer than the import waits".to_owned(),
        (Error::Transport(_) | Error::Cut { .. }, _) => "Ion could not be reached, or its answer broke off".to_owned(),
        (Error::Address { .. }, _) => "the Account ID cannot stand in an address".to_owned(),
        (Error::Token(_), _) => "there is no valid login to Ion; look at the connection".to_owned(),
        (Error::NotIon { .. } | Error::Redirect { .. }, _) => "what answered is not StreamOne Ion; check `ion.allowed_hosts` in the configuration, or a proxy between".to_owned(),
        (Error::Decode(error), _) => format!("a page of Ion's list could not be read at {} ({})", error.path, error.message),
        (Error::TooLarge { limit }, _) => format!("a page of Ion's list is larger than {} MB; make `ion.page_size` smaller", limit / 1_000_000),
        (Error::Api(error), Class::Denied) => format!("this login may not read products. In Ion, give its user the role Account Admin (\"{}\")", error.message),
        (Error::Api(error), Class::NotFound) => format!("Ion does not know this account (\"{}\")", error.message),
        (Error::Api(error), _) => format!("Ion stopped with {} \"{}\"", error.status, error.message),
        (Error::PageLoop, _) => "Ion's list goes round in circles".to_owned(),
    };
    cause + &request
}

/// An error with its causes, for the log.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

/// `20114` as `20,114`.
fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_was_saved_and_why_it_ended() {
        let counts = RunCounts {
            read: 12_400,
            expected: 20_100,
            ..RunCounts::default()
        };
        assert_eq!(
            failed(&counts, &ScanEnd::Loop),
            "The import ended early, after 12,400 of about 20,100 products: Ion's list goes round in circles, it gave the same page token twice. What was read is saved; the next run reads on."
        );
        assert!(
            failed(&RunCounts::default(), &ScanEnd::TokensRanOut)
                .starts_with("Nothing was imported: ")
        );
    }

    #[test]
    fn says_what_is_up_to_date_and_what_was_set_aside() {
        let counts = RunCounts {
            read: 20_100,
            unchanged: 19_898,
            changed: 202,
            ..RunCounts::default()
        };
        assert_eq!(
            done(&counts),
            "20,100 products are up to date: 202 changed, 19,898 unchanged."
        );
        let counts = RunCounts {
            read: 20_100,
            set_aside: 14,
            ..RunCounts::default()
        };
        assert_eq!(
            done(&counts),
            "14 products were set aside because a value could not be read. 20,086 others are up to date. See each with its reason."
        );
        assert_eq!(
            needs_decision(7_040, 20_114, 30),
            "Nothing was withdrawn: this run would mark 7,040 products withdrawn (35 %, limit 30 %). All else is up to date. Look at the list, then apply or discard it."
        );
    }
}
