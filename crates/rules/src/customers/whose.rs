//! Whose row of a file it is: which of our customers a row means, or that a person must look.
//!
//! An id in another system counts before our number, and that before e-mail and organisation together. What agrees in the e-mail
//! alone, or in the organisation alone, may be another one: nothing is changed or made before a person looked.

/// One of our customers that a row may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate<I> {
    /// Its id.
    pub id: I,
    /// How people call it: number and name.
    pub called: String,
    /// Put away, or a part of another one now.
    pub archived: bool,
}

/// What the number in a row leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Numbered<I> {
    /// The row names none.
    NotSaid,
    /// No customer of ours has it.
    Nobody,
    /// This one has it.
    One(Candidate<I>),
}

/// Our customers that agree with a row in something.
#[derive(Debug, Clone)]
pub struct Found<I> {
    /// With an id in another system that the row names: the system, and the customer.
    pub by_external: Vec<(String, Candidate<I>)>,
    /// Of the number that the row names.
    pub by_number: Numbered<I>,
    /// With the row's e-mail.
    pub by_email: Vec<Candidate<I>>,
    /// With the row's organisation.
    pub by_organisation: Vec<Candidate<I>>,
    /// The row has an e-mail or an organisation to agree in.
    pub has_words: bool,
}

/// Whose row it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose<I> {
    /// Nobody's: a new customer.
    Nobody,
    /// This one's.
    One(I),
    /// A person looks first.
    Look {
        /// Whom it would change where a person says so; a new one where there is none.
        customer: Option<I>,
        /// Why, for people.
        reason: String,
    },
}

/// Which of our customers a row means.
pub fn whose<I: Copy + Eq>(found: &Found<I>) -> Whose<I> {
    let decided = by_id(found)
        .or_else(|| by_number(found))
        .unwrap_or_else(|| by_words(found));
    let Whose::One(id) = decided else {
        return decided;
    };
    match all(found).find(|one| one.id == id && one.archived) {
        Some(one) => Whose::Look {
            customer: None,
            reason: format!(
                "It means {}, which is archived. Restore that one first and bring the file again, or take this row to make a new customer.",
                one.called
            ),
        },
        None => decided,
    }
}

fn by_id<I: Copy + Eq>(found: &Found<I>) -> Option<Whose<I>> {
    let (system, first) = found.by_external.first()?;
    if let Some((other_system, other)) =
        found.by_external.iter().find(|(_, one)| one.id != first.id)
    {
        return Some(Whose::Look {
            customer: None,
            reason: format!(
                "Its id in {system} is that of {}, its id in {other_system} that of {}. Correct the file.",
                first.called, other.called
            ),
        });
    }
    Some(match &found.by_number {
        Numbered::One(numbered) if numbered.id != first.id => Whose::Look {
            customer: None,
            reason: format!(
                "Its number is that of {}, its id in {system} that of {}. Correct the file.",
                numbered.called, first.called
            ),
        },
        _ => Whose::One(first.id),
    })
}

fn by_number<I: Copy + Eq>(found: &Found<I>) -> Option<Whose<I>> {
    let one = match &found.by_number {
        Numbered::NotSaid => return None,
        Numbered::Nobody => {
            return Some(Whose::Look {
                customer: None,
                reason: "There is no customer of this number here. Take the row to make a new one."
                    .to_owned(),
            });
        }
        Numbered::One(one) => one,
    };
    let agrees = |others: &[Candidate<I>]| others.iter().any(|other| other.id == one.id);
    Some(
        if !found.has_words || agrees(&found.by_email) || agrees(&found.by_organisation) {
            Whose::One(one.id)
        } else {
            Whose::Look {
                customer: Some(one.id),
                reason: format!(
                    "Its number is that of {}, but neither e-mail nor organisation are. Take the row to change that one.",
                    one.called
                ),
            }
        },
    )
}

fn by_words<I: Copy + Eq>(found: &Found<I>) -> Whose<I> {
    let both: Vec<&Candidate<I>> = found
        .by_email
        .iter()
        .filter(|one| found.by_organisation.iter().any(|other| other.id == one.id))
        .collect();
    match (
        both.as_slice(),
        found.by_email.as_slice(),
        found.by_organisation.as_slice(),
    ) {
        ([one], ..) => Whose::One(one.id),
        ([_, _, ..], ..) => Whose::Look {
            customer: None,
            reason: format!(
                "{} have this e-mail and organisation. Name the one that is meant by a column number.",
                called(&both)
            ),
        },
        ([], [], []) => Whose::Nobody,
        ([], [one], []) => Whose::Look {
            customer: Some(one.id),
            reason: format!(
                "{} has this e-mail and another organisation. Take the row to change that one.",
                one.called
            ),
        },
        ([], [], [one]) => Whose::Look {
            customer: Some(one.id),
            reason: format!(
                "{} has this organisation and another e-mail. Take the row to change that one.",
                one.called
            ),
        },
        ([], by_email, by_organisation) => {
            let all: Vec<&Candidate<I>> = by_email.iter().chain(by_organisation).collect();
            Whose::Look {
                customer: None,
                reason: format!(
                    "{} have this e-mail or this organisation. Name the one that is meant by a column number, or take the row to make a new customer.",
                    called(&all)
                ),
            }
        }
    }
}

fn all<I>(found: &Found<I>) -> impl Iterator<Item = &Candidate<I>> {
    let by_id = found.by_external.iter().map(|(_, one)| one);
    let by_number = match &found.by_number {
        Numbered::One(one) => Some(one),
        Numbered::NotSaid | Numbered::Nobody => None,
    };
    by_id
        .chain(by_number)
        .chain(&found.by_email)
        .chain(&found.by_organisation)
}

/// The first few by name, the rest by number.
fn called<I>(all: &[&Candidate<I>]) -> String {
    let names: Vec<&str> = all.iter().take(3).map(|one| one.called.as_str()).collect();
    match all.len().saturating_sub(names.len()) {
        0 => names.join(" and "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(id: u8) -> Candidate<u8> {
        Candidate {
            id,
            called: format!("C-000{id}"),
            archived: id > 7,
        }
    }

    fn found(
        external: &[u8],
        number: Numbered<u8>,
        email: &[u8],
        organisation: &[u8],
    ) -> Found<u8> {
        Found {
            by_external: external
                .iter()
                .map(|id| ("crm".to_owned(), one(*id)))
                .collect(),
            by_number: number,
            by_email: email.iter().map(|id| one(*id)).collect(),
            by_organisation: organisation.iter().map(|id| one(*id)).collect(),
            has_words: true,
        }
    }

    #[test]
    fn a_row_is_whose_it_surely_is_and_a_person_looks_otherwise() {
        let look = |customer| Err::<Option<u8>, Option<u8>>(customer);
        for (case, expected) in [
            (found(&[], Numbered::NotSaid, &[], &[]), Ok(None)),
            (found(&[1], Numbered::NotSaid, &[], &[]), Ok(Some(1))),
            (found(&[1], Numbered::NotSaid, &[2], &[2]), Ok(Some(1))),
            (found(&[1], Numbered::One(one(1)), &[], &[]), Ok(Some(1))),
            (found(&[1], Numbered::Nobody, &[], &[]), Ok(Some(1))),
            (found(&[1, 2], Numbered::NotSaid, &[1], &[1]), look(None)),
            (found(&[1], Numbered::One(one(2)), &[], &[]), look(None)),
            (found(&[], Numbered::One(one(1)), &[1], &[]), Ok(Some(1))),
            (found(&[], Numbered::One(one(1)), &[], &[2, 1]), Ok(Some(1))),
            (found(&[], Numbered::One(one(1)), &[2], &[2]), look(Some(1))),
            (found(&[], Numbered::Nobody, &[1], &[1]), look(None)),
            (found(&[], Numbered::NotSaid, &[1], &[1]), Ok(Some(1))),
            (found(&[], Numbered::NotSaid, &[1, 2], &[2, 3]), Ok(Some(2))),
            (found(&[], Numbered::NotSaid, &[1, 2], &[1, 2]), look(None)),
            (found(&[], Numbered::NotSaid, &[1], &[]), look(Some(1))),
            (found(&[], Numbered::NotSaid, &[], &[1]), look(Some(1))),
            (found(&[], Numbered::NotSaid, &[1], &[2]), look(None)),
            (
                found(&[], Numbered::NotSaid, &[], &[1, 2, 3, 4]),
                look(None),
            ),
            (found(&[8], Numbered::NotSaid, &[], &[]), look(None)),
            (found(&[], Numbered::NotSaid, &[8], &[8]), look(None)),
        ] {
            let decided = match whose(&case) {
                Whose::Nobody => Ok(None),
                Whose::One(id) => Ok(Some(id)),
                Whose::Look { customer, reason } => {
                    assert!(reason.len() > 20 && reason.ends_with('.'), "{reason}");
                    Err(customer)
                }
            };
            assert_eq!(decided, expected, "{case:?}");
        }
        let only_number = Found {
            has_words: false,
            ..found(&[], Numbered::One(one(1)), &[], &[])
        };
        assert_eq!(whose(&only_number), Whose::One(1));
    }
}
