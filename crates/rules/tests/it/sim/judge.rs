//! What must hold at every step, and at the end. The judge sees true time and Ion's own books; the rules see neither.

use std::collections::{BTreeMap, BTreeSet};

use domain::connection::ConnectionStatus;
use rules::tokens::{Cause, min_spacing};

use super::ion::{Answer, SECOND, Token};
use super::world::{CALL_TIMEOUT, World, Written};

#[derive(Debug, Default)]
pub(super) struct Judge {
    pub(super) asked: u64,
    pub(super) restored_at: Option<u64>,
    pub(super) person_comes: bool,
    status: Option<ConnectionStatus>,
    generation: Option<(u64, u64)>,
    /// Posts of each token, less those of which Ion said that it did not look.
    posts: BTreeMap<Token, u64>,
    consumed_at: BTreeMap<Token, u64>,
    /// Tokens of which the pair that followed came to us.
    pub(super) succeeded: BTreeSet<Token>,
}

impl World {
    /// A request with this token is about to leave.
    pub(super) fn judge_post(&mut self, keeper: usize, token: Token) {
        let now = self.now;
        let early = self.keepers.iter().enumerate().find(|(other, process)| {
            *other != keeper
                && process.token == token
                && process.posted_at.is_some()
                && process.alive
                && !self.is_answered(*other)
                && now < process.started_at + CALL_TIMEOUT + 60 * SECOND
        });
        if let Some((other, _)) = early {
            self.violate(format!(
                "token {token} is presented while the reply to keeper {other} may still come"
            ));
        }
        let posts = self.judge.posts.entry(token).or_default();
        *posts += 1;
        // Four refusals, one more after a loss; a restored copy forgets what was counted.
        let most = if self.judge.restored_at.is_some() {
            10
        } else {
            5
        };
        if *posts > most {
            self.violate(format!("token {token} is presented again and again"));
        }
        // Not the one second presentation after a lost reply: a token whose successor we had.
        let before = self
            .judge
            .consumed_at
            .get(&token)
            .zip(self.judge.restored_at);
        let stale = before.is_some_and(|(consumed, restored)| *consumed < restored)
            && self.judge.succeeded.contains(&token);
        if stale {
            self.violate(format!(
                "token {token}, which was spent before the copy was restored, is presented"
            ));
        }
        // Whatever the clocks say: a pair is not exchanged again at once, by a process that saw the pair come.
        let spacing = u64::try_from(min_spacing(self.store.login.access_life).as_millis())
            .expect("it is short");
        let process = &self.servers[self.keepers[keeper].server];
        let saw_it_come = |since: u64| process.first_seen.is_some_and(|seen| seen < since);
        if let Some((generation, since)) = self.judge.generation
            && generation == self.keepers[keeper].generation
            && saw_it_come(since)
            && now < since + spacing
        {
            self.violate(format!(
                "generation {generation} is exchanged {} ms after it came",
                now - since
            ));
        }
    }

    pub(super) fn judge_effect(&mut self, token: Token, answer: Answer, looked: bool) {
        if answer == Answer::Busy {
            *self.judge.posts.entry(token).or_default() -= 1;
        }
        if looked && matches!(answer, Answer::Granted(_)) {
            self.judge.consumed_at.insert(token, self.now);
        }
        if self
            .ion
            .consumed
            .get(&token)
            .is_some_and(|times| *times > 1)
        {
            self.violate(format!(
                "the consumed token {token} is presented more than once"
            ));
        }
    }

    /// After every step.
    pub(super) fn watch(&mut self) {
        let login = &self.store.login;
        if self
            .judge
            .generation
            .is_none_or(|(generation, _)| generation != login.generation)
        {
            self.judge.generation = Some((login.generation, self.now));
        }
        if self.judge.status == Some(login.status) {
            return;
        }
        self.judge.status = Some(login.status);
        if login.status == ConnectionStatus::NeedsNewCredentials {
            let refusals = self
                .pair()
                .and_then(|pair| self.ion.refusals.get(&pair.refresh))
                .copied()
                .unwrap_or(0);
            let lives = self
                .pair()
                .is_some_and(|pair| self.ion.lives(pair.access, self.now));
            let restored = self.judge.restored_at.is_some();
            let wrong = match login.cause {
                Some(Cause::Refused) => {
                    (refusals < 4).then_some("it was refused less than four times")
                }
                Some(Cause::ReplyLost) if lives => Some("the old access token lives"),
                Some(Cause::ReplyLost) => {
                    let lost =
                        self.store.attempts.values().any(|row| {
                            row.from == login.generation && row.finished == Some("lost")
                        });
                    (!lost && !restored).then_some("no reply was lost")
                }
                Some(Cause::Restored) if lives => Some("the old access token lives"),
                Some(Cause::Restored) => (!restored).then_some("nothing was restored"),
                Some(Cause::Ended) | None => Some("there is no such reason"),
            };
            if let Some(wrong) = wrong {
                self.violate(format!(
                    "new credentials are asked for because of {:?}, but {wrong}",
                    self.store.login.cause
                ));
            }
        }
        self.call_person();
    }

    fn pair(&self) -> Option<super::ion::Pair> {
        self.store.pairs.get(&self.store.login.generation).copied()
    }

    /// When all faults are long over.
    pub(super) fn judge_end(&mut self) {
        let login = self.store.login.clone();
        if self
            .store
            .attempts
            .values()
            .any(|row| row.finished.is_none())
        {
            self.violate("an exchange is still open at the end");
        }
        match login.status {
            ConnectionStatus::Active => {
                let pair = self.pair();
                if pair.is_none_or(|pair| self.ion.live != Some(pair.refresh)) {
                    self.violate("the login is Active, and its refresh token is dead");
                } else if pair.is_none_or(|pair| !self.ion.lives(pair.access, self.now)) {
                    self.violate("the login is Active, and its access token is dead");
                }
            }
            ConnectionStatus::NeedsNewCredentials => {
                // A living pair that is anywhere on our disks must be the current one.
                let live = self.ion.live;
                let refusals = live
                    .and_then(|live| self.ion.refusals.get(&live))
                    .copied()
                    .unwrap_or(0);
                let kept = self.servers.iter().flat_map(|server| &server.journal).any(|line| matches!(line.what, Written::Reply(Answer::Granted(pair), _) if Some(pair.refresh) == live));
                if kept && refusals == 0 && self.judge.restored_at.is_none() {
                    self.violate(
                        "the only live pair is in a journal, and people are asked for another",
                    );
                }
            }
            // A copy in doubt, or a reply that was lost late: it works on its access token.
            ConnectionStatus::Unclear
                if self
                    .pair()
                    .is_some_and(|pair| self.ion.lives(pair.access, self.now)) => {}
            status => self.violate(format!("it has not come to rest: {status}")),
        }
    }
}
