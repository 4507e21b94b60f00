//! A customer of ours is made in Ion, once. Making one is not idempotent: the intent is stored first, and after an unclear outcome
//! Ion is searched by e-mail, which is unique there, before anything is sent again.

use domain::customer::{CustomerField, IonCustomer};
use domain::{ConnectionId, CustomerId, RunId, WriteId};
use futures::{StreamExt as _, pin_mut};
use ion_client::{CreatedCustomer, Effect, Error, IonClient};
use jiff::Timestamp;
use rules::customers::check::problems_for_ion;
use rules::customers::name::email_key;
use rules::customers::rule::Rule;
use secrecy::SecretString;
use store::audit::Actor;
use store::customers::{
    self, ChangeKind, CustomerRow, LinkRow, PairCause, PairRow, PairState, Way, WriteKind,
    WriteRow, WriteState,
};
use store::seal::Place;

use super::error::PushError;
use super::history::Step;
use super::push::PushEnd;
use super::{map, matching, words};
use crate::{Engine, kill_point};

/// Makes one customer in Ion, and links the two.
pub async fn create(
    engine: &Engine,
    connection: ConnectionId,
    customer: CustomerId,
    run: Option<RunId>,
    requested_by: &str,
) -> Result<PushEnd, PushError> {
    let conn = engine.store().read();
    let Some(row) = store::connections::find(conn, connection).await? else {
        return Ok(PushEnd::Nothing);
    };
    let Some(ours) = customers::find(conn, customer)
        .await?
        .filter(|row| !row.customer.archived)
    else {
        return Ok(PushEnd::Nothing);
    };
    if customers::find_link_of(conn, connection, customer)
        .await?
        .is_some()
    {
        return Ok(PushEnd::Settled);
    }
    let ion = engine.ion(connection).await.map_err(PushError::Login)?;
    let create = Create {
        engine,
        ion,
        account: row.account_id,
        connection,
        run,
        requested_by,
    };
    match customers::find_open_write(conn, connection, customer, WriteKind::Create).await? {
        Some(open) => create.find_out(&ours, open).await,
        None => create.first_time(&ours).await,
    }
}

struct Create<'a> {
    engine: &'a Engine,
    ion: IonClient,
    account: String,
    connection: ConnectionId,
    run: Option<RunId>,
    requested_by: &'a str,
}

impl Create<'_> {
    async fn first_time(&self, ours: &CustomerRow) -> Result<PushEnd, PushError> {
        let engine = self.engine;
        let now = engine.clock().now();
        let fields = ours.customer.fields.clone();
        let write = WriteRow {
            id: WriteId::new(engine.ids()),
            connection: self.connection,
            customer: ours.id,
            ion_id: None,
            kind: WriteKind::Create,
            state: WriteState::Started,
            sent: fields.clone(),
            run: self.run,
            requested_by: self.requested_by.to_owned(),
            started_at: now,
            finished_at: None,
            outcome: String::new(),
            has_password: false,
        };
        let tx = engine.store().begin().await?;
        customers::begin_write(&tx, &write).await?;
        tx.commit().await?;
        if let Some(problem) = problems_for_ion(&fields, None).into_iter().next() {
            let message = format!("{}: {}", problem.label, problem.message);
            let field = problem.field.parse().ok();
            return self.refuse(ours, &write, (message, field), None).await;
        }
        // Known to be there, as far as was read: Ion would refuse it.
        let email = fields.get(CustomerField::Email);
        let known =
            customers::find_ion_by_email(engine.store().read(), self.connection, email).await?;
        if let Some(known) = known.into_iter().find(|row| row.gone_at.is_none()) {
            return self.propose(ours, &write, &known.customer).await;
        }
        kill_point::reached("create.after-intent");
        self.post(ours, write, false).await
    }

    /// The answer of an earlier try was lost.
    async fn find_out(&self, ours: &CustomerRow, write: WriteRow) -> Result<PushEnd, PushError> {
        match self.search(&write).await? {
            Some(found) if is_ours(&write, &found) => self.adopt(ours, &write, &found, None).await,
            Some(found) => self.propose(ours, &write, &found).await,
            // Ion does not show it. Should it be there all the same, the e-mail is taken, and Ion refuses the second one.
            None => self.post(ours, write, true).await,
        }
    }

    async fn post(
        &self,
        ours: &CustomerRow,
        write: WriteRow,
        again: bool,
    ) -> Result<PushEnd, PushError> {
        let domain = ours.customer.domains.first().map_or("", String::as_str);
        kill_point::reached("create.before-post");
        let sent = self
            .ion
            .customers(&self.account)
            .create(&map::draft(&write.sent, domain))
            .await;
        kill_point::reached("create.after-post");
        let failed = match sent {
            Ok(made) => return self.made(ours, &write, made).await,
            Err(failed) => failed,
        };
        if failed.effect == Effect::Unclear {
            return Err(PushError::Unclear(failed.error));
        }
        if let Error::Api(error) = &failed.error
            && error.has_code("CUS-CR-001")
        {
            return match self.search(&write).await? {
                Some(found) if again && is_ours(&write, &found) => {
                    self.adopt(ours, &write, &found, None).await
                }
                Some(found) => self.propose(ours, &write, &found).await,
                // Ours may be there and not be listed yet: it is searched again before a person is asked.
                None if again && self.is_fresh(&write) => Err(PushError::Unclear(failed.error)),
                None => {
                    let message = words::EMAIL_TAKEN_BY_STRANGER.to_owned();
                    let field = Some(CustomerField::Email);
                    self.refuse(ours, &write, (message, field), failed.error.request_id())
                        .await
                }
            };
        }
        let later = matches!(
            failed.error,
            Error::RateLimited { .. } | Error::Token(_) | Error::Transport(_)
        ) || matches!(&failed.error, Error::Api(error) if error.status == 401);
        if later {
            // Proven not to have been looked at: the intent stays, and is sent again.
            return Err(PushError::Ion(failed.error));
        }
        let refused = words::refused(&failed.error);
        self.refuse(ours, &write, refused, failed.error.request_id())
            .await
    }

    /// Whether Ion's list may still lag behind what was sent.
    fn is_fresh(&self, write: &WriteRow) -> bool {
        let age = write
            .started_at
            .duration_until(self.engine.clock().now())
            .unsigned_abs();
        age < PATIENCE
    }

    async fn made(
        &self,
        ours: &CustomerRow,
        write: &WriteRow,
        made: CreatedCustomer,
    ) -> Result<PushEnd, PushError> {
        let Some(theirs) = map::from_ion(&made.customer) else {
            // It was made, and its answer says no id: the search finds it.
            let found = self
                .search(write)
                .await?
                .filter(|found| is_ours(write, found));
            return match found {
                Some(found) => self.adopt(ours, write, &found, made.password).await,
                None => Err(PushError::Unclear(Error::Decode(ion_client::DecodeError {
                    path: "$.name".to_owned(),
                    message: "the answer carries no id".to_owned(),
                }))),
            };
        };
        self.link(ours, write, &theirs, WriteState::Done, made.password)
            .await
    }

    async fn adopt(
        &self,
        ours: &CustomerRow,
        write: &WriteRow,
        found: &IonCustomer,
        password: Option<SecretString>,
    ) -> Result<PushEnd, PushError> {
        self.link(ours, write, found, WriteState::Adopted, password)
            .await
    }

    /// Both are one: what was sent is what both agree on, and what Ion made of it comes with the next reading.
    async fn link(
        &self,
        ours: &CustomerRow,
        write: &WriteRow,
        theirs: &IonCustomer,
        state: WriteState,
        password: Option<SecretString>,
    ) -> Result<PushEnd, PushError> {
        let engine = self.engine;
        let now = engine.clock().now();
        let tx = engine.store().begin().await?;
        if let Some(other) = customers::find_link(&tx, self.connection, &theirs.ion_id).await? {
            drop(tx);
            let message = format!(
                "Ion's {} is linked with another customer here ({}).",
                theirs.ion_id, other.customer
            );
            return self.refuse(ours, write, (message, None), None).await;
        }
        let link = LinkRow {
            customer: ours.id,
            connection: self.connection,
            ion_id: theirs.ion_id.clone(),
            base: Some(write.sent.clone()),
            revision: 1,
            settled_version: None,
            failed: None,
            synced_at: Some(now),
            linked_at: now,
            linked_by: self.requested_by.to_owned(),
            rule: Rule::C22,
        };
        customers::link(&tx, &link).await?;
        let name = ours.customer.fields.get(CustomerField::Organisation);
        let (connection, ion_id) = (self.connection, &theirs.ion_id);
        crate::subscriptions::customer_linked(engine, &tx, connection, ion_id, (ours.id, name))
            .await?;
        customers::upsert_many(
            &tx,
            self.connection,
            &[(theirs.clone(), map::hash(theirs))],
            now,
        )
        .await?;
        customers::drop_pairs_of(&tx, self.connection, Some(ours.id), None).await?;
        let rivals =
            customers::drop_pairs_of(&tx, self.connection, None, Some(&theirs.ion_id)).await?;
        let outcome = match state {
            WriteState::Adopted => {
                "Its answer was lost; it was found in Ion by its e-mail, with all its values."
            }
            _ => "Ion has it.",
        };
        customers::finish_write(&tx, write.id, state, Some(&theirs.ion_id), outcome, now).await?;
        if let Some(password) = password {
            match engine
                .sealer()
                .seal(password_place(&write.id.to_string()), &password)
            {
                Ok(sealed) => customers::set_write_password(&tx, write.id, &sealed).await?,
                Err(error) => {
                    tracing::warn!(error = %error, "a first password could not be sealed, and is not kept")
                }
            }
        }
        let step = Step {
            customer: ours.id,
            link: Some((self.connection, theirs.ion_id.clone())),
            run: self.run,
            actor: self.requested_by.to_owned(),
            at: now,
        };
        let mut line = step.line(engine, ChangeKind::CreatedInIon, Way::ToIon);
        line.rule = Some(Rule::C22);
        line.after = theirs.ion_id.clone();
        outcome.clone_into(&mut line.note);
        customers::add_changes(&tx, &[line]).await?;
        customers::settle_state(&tx, ours.id).await?;
        customers::settle_states(&tx, &rivals).await?;
        super::notice::write_worked(&tx, ours.id, now).await?;
        tx.commit().await?;
        kill_point::reached("create.after-link");
        // What Ion made of it, and what was edited here meanwhile.
        Box::pin(super::push::push(
            engine,
            self.connection,
            ours.id,
            self.run,
        ))
        .await
    }

    /// The e-mail is Ion's already, with other values: a person says whether they are one.
    async fn propose(
        &self,
        ours: &CustomerRow,
        write: &WriteRow,
        found: &IonCustomer,
    ) -> Result<PushEnd, PushError> {
        let engine = self.engine;
        let now = engine.clock().now();
        let (score, signals) =
            matching::signals_of(&ours.customer.fields, &ours.customer.domains, &found.fields);
        let tx = engine.store().begin().await?;
        if customers::find_ion(&tx, self.connection, &found.ion_id)
            .await?
            .is_none()
        {
            customers::upsert_many(
                &tx,
                self.connection,
                &[(found.clone(), map::hash(found))],
                now,
            )
            .await?;
        }
        let message = words::email_taken(found);
        if customers::find_link(&tx, self.connection, &found.ion_id)
            .await?
            .is_none()
        {
            let pair = PairRow {
                connection: self.connection,
                customer: ours.id,
                ion_id: found.ion_id.clone(),
                score,
                signals,
                state: PairState::Proposed,
                cause: PairCause::Refused,
                since: now,
                decided_at: None,
                decided_by: None,
                local_name: String::new(),
                remote_name: String::new(),
            };
            customers::propose(&tx, &[pair]).await?;
        }
        customers::finish_write(&tx, write.id, WriteState::GivenUp, None, &message, now).await?;
        let mut line = self
            .step(ours.id, now)
            .line(engine, ChangeKind::Failed, Way::ToIon);
        line.field = Some(CustomerField::Email.to_string());
        line.note.clone_from(&message);
        customers::add_changes(&tx, &[line]).await?;
        customers::settle_state(&tx, ours.id).await?;
        super::notice::write_failed(engine, &tx, self.connection, ours, &message).await?;
        tx.commit().await?;
        Ok(PushEnd::Refused(message))
    }

    async fn refuse(
        &self,
        ours: &CustomerRow,
        write: &WriteRow,
        (message, field): (String, Option<CustomerField>),
        request_id: Option<&str>,
    ) -> Result<PushEnd, PushError> {
        let engine = self.engine;
        let now = engine.clock().now();
        let tx = engine.store().begin().await?;
        customers::finish_write(&tx, write.id, WriteState::Refused, None, &message, now).await?;
        let mut line = self
            .step(ours.id, now)
            .line(engine, ChangeKind::Failed, Way::ToIon);
        line.field = field.map(|field| field.to_string());
        line.note.clone_from(&message);
        line.request_id = request_id.map(str::to_owned);
        customers::add_changes(&tx, &[line]).await?;
        customers::settle_state(&tx, ours.id).await?;
        super::notice::write_failed(engine, &tx, self.connection, ours, &message).await?;
        tx.commit().await?;
        Ok(PushEnd::Refused(message))
    }

    /// Ion's customer with the e-mail of an intent. Where Ion ignores the filter, its whole list is read.
    async fn search(&self, write: &WriteRow) -> Result<Option<IonCustomer>, PushError> {
        let email = write.sent.get(CustomerField::Email);
        let wanted = email_key(email);
        let pages = self
            .ion
            .customers(&self.account)
            .list()
            .page_size(self.engine.settings().ion.page_size)
            .email(email)
            .pages();
        pin_mut!(pages);
        while let Some(page) = pages.next().await {
            for item in page.map_err(PushError::Ion)?.items {
                let Some(found) = item.decode().ok().and_then(|one| map::from_ion(&one)) else {
                    continue;
                };
                if email_key(found.fields.get(CustomerField::Email)) == wanted {
                    return Ok(Some(found));
                }
            }
        }
        Ok(None)
    }

    fn step(&self, customer: CustomerId, at: Timestamp) -> Step {
        Step {
            customer,
            link: None,
            run: self.run,
            actor: self.requested_by.to_owned(),
            at,
        }
    }
}

/// How long a customer that Ion says to have may stay out of its list.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(900);
/// How far Ion's clock may be behind ours.
const SKEW: std::time::Duration = std::time::Duration::from_secs(600);

/// Whether what was found is what this intent made: made after it, with its values. Ion may write them its own way.
fn is_ours(write: &WriteRow, found: &IonCustomer) -> bool {
    let plain = |text: &str| {
        text.split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .to_lowercase()
    };
    let since = write.started_at.checked_sub(SKEW).unwrap_or(Timestamp::MIN);
    found.created_at.is_none_or(|at| at >= since)
        && write
            .sent
            .all()
            .all(|(field, sent)| plain(sent) == plain(found.fields.get(field)))
}

pub(crate) fn password_place(write: &str) -> Place<'_> {
    Place {
        column: "customer_write.password",
        row: write,
        generation: 0,
    }
}

impl Engine {
    /// The first password of the portal user that Ion made with a customer: once, and only to who asked for the customer.
    pub async fn take_first_password(
        &self,
        write: WriteId,
        actor: &Actor,
    ) -> Result<Option<SecretString>, PushError> {
        let tx = self.store().begin().await?;
        let row = customers::find_write(&tx, write).await?;
        if !row.is_some_and(|row| row.has_password && row.requested_by == actor.name) {
            return Ok(None);
        }
        let Some(sealed) = customers::take_write_password(&tx, write).await? else {
            return Ok(None);
        };
        // Where it does not open, it stays where it is: the right key may come back.
        let opened = self
            .sealer()
            .open(password_place(&write.to_string()), &sealed)
            .map_err(PushError::Sealed)?;
        store::audit::append(
            &tx,
            &**self.clock(),
            actor,
            "customer.password_shown",
            &format!("write {write}"),
            "",
        )
        .await?;
        tx.commit().await?;
        Ok(Some(opened))
    }
}
