//! Products that a complete list did not show: asked for by id, noted, withdrawn, or left to a person.

use domain::ProductId;
use domain::run::RunCounts;
use ion_client::{Class, IonClient};
use rules::catalog::{Guard, Verdict, judge};
use store::catalog::list_missing;
use store::runs::RunRow;

use super::import::ImportError;
use super::read::Seen;
use crate::Engine;

/// Products that are asked for by id in one run; the others wait for a second scan.
const ASKED: usize = 50;
/// Complete scans in a row that withdraw a product which none of them showed.
const SCANS: u64 = 2;
/// Products of one query.
const PART: u32 = 1000;

/// What is to become of the missing products. Written with the run's end, so that an interruption counts no scan twice.
#[derive(Debug, Default)]
pub(super) struct Missing {
    /// Withdrawn now.
    pub(super) gone: Vec<ProductId>,
    /// Noted: another scan without them withdraws them.
    pub(super) missed: Vec<ProductId>,
    /// Too many: a person decides about them.
    pub(super) held: Vec<ProductId>,
    /// Products that were known before the run.
    pub(super) known: u64,
}

pub(super) struct Absent<'a> {
    pub(super) engine: &'a Engine,
    pub(super) run: &'a RunRow,
    pub(super) ion: &'a IonClient,
    pub(super) account: &'a str,
}

struct Candidate {
    id: ProductId,
    ion_id: String,
    missed_scans: u64,
}

impl Absent<'_> {
    /// Judges what the list did not show. Sends the requests that this takes, and writes nothing.
    pub(super) async fn judge(
        &self,
        seen: &Seen,
        counts: &mut RunCounts,
    ) -> Result<Missing, ImportError> {
        let (known, candidates) = self.candidates(seen).await?;
        let all = candidates.len() as u64;
        // What is new in this run was not there before it.
        let mut missing = Missing {
            known: known.saturating_sub(counts.added).max(all),
            ..Missing::default()
        };
        let settings = &self.engine.settings().catalog;
        let guard = Guard {
            percent: settings.guard_percent,
            minimum: settings.guard_minimum,
        };
        if judge(guard, missing.known, all) == Verdict::Ask {
            missing.held = candidates
                .into_iter()
                .map(|candidate| candidate.id)
                .collect();
            return Ok(missing);
        }
        let mut left = ASKED;
        for candidate in candidates {
            let mut answer = Answer::Unknown;
            if left > 0 {
                counts.requests += 1;
                answer = self.ask(&candidate).await;
                // Where Ion does not answer one, it is not asked for the others.
                left = if matches!(answer, Answer::Unknown) {
                    0
                } else {
                    left - 1
                };
            }
            match answer {
                Answer::There => {}
                Answer::Gone => missing.gone.push(candidate.id),
                Answer::Unknown if candidate.missed_scans + 1 >= SCANS => {
                    missing.gone.push(candidate.id)
                }
                Answer::Unknown => missing.missed.push(candidate.id),
            }
        }
        Ok(missing)
    }

    async fn candidates(&self, seen: &Seen) -> Result<(u64, Vec<Candidate>), ImportError> {
        let (mut known, mut candidates, mut after) = (0, Vec::new(), String::new());
        loop {
            let part = list_missing(
                self.engine.store().read(),
                self.run.connection,
                &after,
                PART,
            )
            .await?;
            let Some((_, last, _)) = part.last() else {
                return Ok((known, candidates));
            };
            after.clone_from(last);
            known += part.len() as u64;
            for (id, ion_id, missed_scans) in part {
                if !seen.in_last_pass(&ion_id) {
                    candidates.push(Candidate {
                        id,
                        ion_id,
                        missed_scans,
                    });
                }
            }
        }
    }

    async fn ask(&self, candidate: &Candidate) -> Answer {
        match self
            .ion
            .products(self.account)
            .get(&candidate.ion_id)
            .exclude("Definition")
            .send()
            .await
        {
            Ok(item) if item.id().as_deref() == Some(candidate.ion_id.as_str()) => Answer::There,
            Ok(_) => Answer::Unknown,
            Err(error) if error.class() == Class::NotFound => Answer::Gone,
            Err(error) => {
                tracing::info!(error = %error, "a missing product could not be asked for; it waits for a second scan");
                Answer::Unknown
            }
        }
    }
}

/// What Ion says of a product that its list did not show.
enum Answer {
    There,
    Gone,
    Unknown,
}
