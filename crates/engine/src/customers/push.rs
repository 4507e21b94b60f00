//! What a linked customer holds here is brought to Ion: read, merge, write at once, read again. The only writer of Ion's customers.
//!
//! Ion replaces a customer whole (Ion API notes 6), so that every field is sent; a field in conflict is sent as Ion holds it. What
//! somebody changes in Ion between our reading and our writing cannot be seen: that window is one round trip, and no more.

use domain::customer::{CustomerField, CustomerFields, IonCustomer};
use domain::{ConnectionId, CustomerId, RunId, WriteId};
use ion_client::{Class, Effect, Error, IonClient};
use rules::customers::check::problems_for_ion;
use rules::customers::decide::{Action, Choice, Merge};
use rules::customers::rule::Rule;
use store::customers::{
    self, ChangeKind, CustomerRow, LinkRow, Way, WriteFailure, WriteKind, WriteRow, WriteState,
};

use super::error::PushError;
use super::history::{ITSELF, Step};
use super::settle::{SettleError, decide_linked, settle};
use super::{map, words};
use crate::{Engine, kill_point};

/// How a push ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PushEnd {
    /// Both sides hold the same, or wait for a person.
    Settled,
    /// Nothing is to be done: not linked any more, archived, or gone from Ion.
    Nothing,
    /// Ion refused it, or would; the link says why.
    Refused(String),
}

/// Rounds against people who edit the customer at the same time.
const ROUNDS: u32 = 8;

/// Brings one customer to Ion.
pub async fn push(
    engine: &Engine,
    connection: ConnectionId,
    customer: CustomerId,
    run: Option<RunId>,
) -> Result<PushEnd, PushError> {
    let store = engine.store();
    if find(engine, connection, customer).await?.is_none() {
        return Ok(PushEnd::Nothing);
    }
    let row = store::connections::find(store.read(), connection).await?;
    let Some(row) = row else {
        return Ok(PushEnd::Nothing);
    };
    let ion = engine.ion(connection).await.map_err(PushError::Login)?;
    let push = Push {
        engine,
        ion,
        account: row.account_id,
        connection,
        customer,
        run,
    };
    for _ in 0..ROUNDS {
        match push.round().await {
            Err(RoundError::Moved) => {}
            Err(RoundError::Push(error)) => return Err(error),
            Ok(Some(end)) => return Ok(end),
            Ok(None) => {}
        }
    }
    Err(PushError::Busy)
}

/// Both rows, where there is something to bring.
async fn find(
    engine: &Engine,
    connection: ConnectionId,
    customer: CustomerId,
) -> Result<Option<(CustomerRow, LinkRow)>, PushError> {
    let conn = engine.store().read();
    let Some(row) = customers::find(conn, customer).await? else {
        return Ok(None);
    };
    let Some(link) = customers::find_link_of(conn, connection, customer).await? else {
        return Ok(None);
    };
    let nothing = row.customer.archived || link.settled_version == Some(row.version);
    Ok((!nothing).then_some((row, link)))
}

struct Push<'a> {
    engine: &'a Engine,
    ion: IonClient,
    account: String,
    connection: ConnectionId,
    customer: CustomerId,
    run: Option<RunId>,
}

enum RoundError {
    /// Somebody wrote the rows meanwhile: again.
    Moved,
    Push(PushError),
}

impl From<PushError> for RoundError {
    fn from(error: PushError) -> Self {
        Self::Push(error)
    }
}

impl From<store::StoreError> for RoundError {
    fn from(error: store::StoreError) -> Self {
        Self::Push(error.into())
    }
}

impl From<SettleError> for RoundError {
    fn from(error: SettleError) -> Self {
        match error {
            SettleError::Moved => Self::Moved,
            SettleError::Store(error) => Self::Push(error.into()),
        }
    }
}

impl Push<'_> {
    /// One reading, and one writing where Ion lacks something. `None`: written, to be read again.
    async fn round(&self) -> Result<Option<PushEnd>, RoundError> {
        let engine = self.engine;
        let Some((_, link)) = find(engine, self.connection, self.customer).await? else {
            return Ok(Some(PushEnd::Settled));
        };
        let Some(remote) = self.read(&link).await? else {
            return Ok(Some(PushEnd::Nothing));
        };
        kill_point::reached("push.after-read");
        let now = engine.clock().now();
        let tx = engine.store().begin().await?;
        let Some(link) = customers::find_link(&tx, self.connection, &link.ion_id).await? else {
            return Ok(Some(PushEnd::Nothing));
        };
        let Some(customer) = customers::find(&tx, link.customer)
            .await?
            .filter(|row| !row.customer.archived)
        else {
            return Ok(Some(PushEnd::Nothing));
        };
        let setting = customers::sync_setting(&tx, self.connection).await?;
        let known = customers::find_ion(&tx, self.connection, &link.ion_id).await?;
        let was_gone = known.as_ref().is_some_and(|row| row.gone_at.is_some());
        let hash = map::hash(&remote);
        if known
            .as_ref()
            .is_none_or(|row| row.hash != hash || row.missed > 0 || was_gone)
        {
            customers::upsert_many(&tx, self.connection, &[(remote.clone(), hash)], now).await?;
        }
        let link = self.recognise(&tx, &customer, link, &remote).await?;
        let chosen: Vec<Choice> = customers::list_choices(&tx, self.connection, &link.ion_id)
            .await?
            .into_iter()
            .map(|row| row.choice)
            .collect();
        let decided = decide_linked(
            &customer,
            &link,
            Some((&remote, false)),
            (0, false),
            &chosen,
            &setting.policy,
            true,
        );
        let step = self.step(&link, ITSELF, now);
        let Action::Merge(merge) = decided.1 else {
            // Both hold the same: what is noted is only that this was looked at.
            settle(
                engine,
                &tx,
                &step,
                (&customer, &link),
                &Merge {
                    decisions: Vec::new(),
                    base: remote.fields.clone(),
                },
            )
            .await?;
            customers::settle_state(&tx, customer.id).await?;
            tx.commit().await?;
            return Ok(Some(PushEnd::Settled));
        };
        let settled = settle(engine, &tx, &step, (&customer, &link), &merge).await?;
        if !settled.opened.is_empty() {
            super::notice::conflicts(
                engine,
                &tx,
                self.connection,
                &customer,
                settled.opened.len(),
            )
            .await?;
        }
        if merge.to_remote().next().is_none() || setting.first_applied_at.is_none() {
            tx.commit().await?;
            return Ok(Some(PushEnd::Settled));
        }
        let mut fields = remote.fields.clone();
        for decision in merge.to_remote() {
            fields.set(decision.field, &decision.local);
        }
        if let Some(problem) = problems_for_ion(&fields, Some(&remote.fields))
            .into_iter()
            .next()
        {
            let message = format!("{}: {}", problem.label, problem.message);
            let field = problem.field.parse().ok();
            self.refuse(&tx, settled.version, &message, field).await?;
            tx.commit().await?;
            return Ok(Some(PushEnd::Refused(message)));
        }
        let write = WriteRow {
            id: WriteId::new(engine.ids()),
            connection: self.connection,
            customer: customer.id,
            ion_id: Some(link.ion_id.clone()),
            kind: WriteKind::Update,
            state: WriteState::Started,
            sent: fields.clone(),
            run: self.run,
            requested_by: ITSELF.to_owned(),
            started_at: now,
            finished_at: None,
            outcome: String::new(),
            has_password: false,
        };
        customers::begin_write(&tx, &write).await?;
        tx.commit().await?;
        kill_point::reached("push.before-put");
        let sent = self
            .ion
            .customers(&self.account)
            .update(&link.ion_id, &map::draft(&fields, ""))
            .await;
        kill_point::reached("push.after-put");
        match sent {
            Ok(_) => {
                self.written(&write, &merge).await?;
                kill_point::reached("push.after-base");
                Ok(None)
            }
            Err(failed) => self.failed(&write, settled.version, failed).await,
        }
    }

    /// Ion's customer as it is now. `None`: it is gone, and that is noted.
    async fn read(&self, link: &LinkRow) -> Result<Option<IonCustomer>, RoundError> {
        let found = self.ion.customers(&self.account).get(&link.ion_id).await;
        let item = match found {
            Ok(item) => item,
            Err(error) if error.class() == Class::NotFound => {
                let now = self.engine.clock().now();
                let tx = self.engine.store().begin().await?;
                customers::mark_gone(&tx, self.connection, &link.ion_id, now).await?;
                let mut line =
                    self.step(link, ITSELF, now)
                        .line(self.engine, ChangeKind::Gone, Way::FromIon);
                line.rule = Some(Rule::C31);
                line.request_id = error.request_id().map(str::to_owned);
                customers::add_changes(&tx, &[line]).await?;
                customers::settle_state(&tx, link.customer).await?;
                tx.commit().await?;
                return Ok(None);
            }
            Err(error) => return Err(PushError::Ion(error).into()),
        };
        let customer = item
            .decode()
            .map_err(|error| PushError::Ion(error.into()))?;
        let mut customer = map::from_ion(&customer).unwrap_or_else(|| IonCustomer {
            ion_id: link.ion_id.clone(),
            uid: String::new(),
            fields: CustomerFields::default(),
            active: true,
            created_at: None,
            updated_at: None,
        });
        // It was asked for by this id, whatever it calls itself.
        link.ion_id.clone_into(&mut customer.ion_id);
        Ok(Some(customer))
    }

    /// A write whose answer was lost, seen at Ion: it is told, and its values count as agreed on.
    async fn recognise(
        &self,
        tx: &store::Tx,
        customer: &CustomerRow,
        link: LinkRow,
        remote: &IonCustomer,
    ) -> Result<LinkRow, RoundError> {
        let now = self.engine.clock().now();
        let open =
            customers::find_open_write(tx, self.connection, customer.id, WriteKind::Update).await?;
        let Some(write) = open else { return Ok(link) };
        let mut lines = Vec::new();
        let before = link.base.clone().unwrap_or_default();
        let mut base = before.clone();
        for (field, sent) in write.sent.all() {
            if remote.fields.get(field) == sent && before.get(field) != sent {
                base.set(field, sent);
                let step = self.step(&link, ITSELF, now);
                let mut line =
                    step.went_to_ion(self.engine, field, (before.get(field), sent), Rule::C03);
                line.run = write.run;
                words::ANSWER_LOST.clone_into(&mut line.note);
                lines.push(line);
            }
        }
        let (state, outcome) = if lines.is_empty() {
            (
                WriteState::Refused,
                "Its answer was lost, and Ion does not show it; what still differs is sent again.",
            )
        } else {
            (WriteState::Done, words::ANSWER_LOST)
        };
        customers::finish_write(tx, write.id, state, None, outcome, now).await?;
        customers::add_changes(tx, &lines).await?;
        if lines.is_empty() {
            return Ok(link);
        }
        let next = LinkRow {
            base: Some(base),
            settled_version: None,
            ..link.clone()
        };
        if !customers::save_link(tx, &next, link.revision).await? {
            return Err(RoundError::Moved);
        }
        Ok(LinkRow {
            revision: link.revision + 1,
            ..next
        })
    }

    /// Ion has it: what was sent is what both agree on.
    async fn written(&self, write: &WriteRow, merge: &Merge) -> Result<(), RoundError> {
        let now = self.engine.clock().now();
        let ion_id = write.ion_id.as_deref().unwrap_or_default();
        let tx = self.engine.store().begin().await?;
        customers::finish_write(&tx, write.id, WriteState::Done, None, "Ion has it.", now).await?;
        let Some(link) = customers::find_link(&tx, self.connection, ion_id).await? else {
            tx.commit().await?;
            return Ok(());
        };
        let mut base = link.base.clone().unwrap_or_default();
        let (mut lines, mut decided) = (Vec::new(), Vec::new());
        for decision in merge.to_remote() {
            base.set(decision.field, &decision.local);
            decided.push(decision.field);
            let step = self.step(&link, ITSELF, now);
            lines.push(step.went_to_ion(
                self.engine,
                decision.field,
                (&decision.remote, &decision.local),
                decision.rule,
            ));
        }
        let next = LinkRow {
            base: Some(base),
            settled_version: None,
            failed: None,
            synced_at: Some(now),
            ..link.clone()
        };
        if !customers::save_link(&tx, &next, link.revision).await? {
            // Read again in this transaction, so nobody else can have; the write is found by its intent in any case.
            return Err(RoundError::Moved);
        }
        customers::clear_choices(&tx, self.connection, ion_id, &decided).await?;
        customers::add_changes(&tx, &lines).await?;
        customers::settle_state(&tx, link.customer).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn failed(
        &self,
        write: &WriteRow,
        version: u64,
        failed: ion_client::WriteError,
    ) -> Result<Option<PushEnd>, RoundError> {
        let later = matches!(
            failed.error,
            Error::RateLimited { .. } | Error::Token(_) | Error::Transport(_)
        ) || matches!(&failed.error, Error::Api(error) if error.status == 401);
        match failed.effect {
            // The intent stays open: the next try looks at Ion first.
            Effect::Unclear => Err(PushError::Unclear(failed.error).into()),
            Effect::None if later => {
                self.close(write, "It did not leave; it is sent again.")
                    .await?;
                Err(PushError::Ion(failed.error).into())
            }
            Effect::None => {
                let (message, field) = words::refused(&failed.error);
                let now = self.engine.clock().now();
                let tx = self.engine.store().begin().await?;
                customers::finish_write(&tx, write.id, WriteState::Refused, None, &message, now)
                    .await?;
                self.refuse_with(&tx, version, &message, field, failed.error.request_id())
                    .await?;
                tx.commit().await?;
                Ok(Some(PushEnd::Refused(message)))
            }
        }
    }

    async fn close(&self, write: &WriteRow, outcome: &str) -> Result<(), RoundError> {
        let now = self.engine.clock().now();
        let tx = self.engine.store().begin().await?;
        customers::finish_write(&tx, write.id, WriteState::Refused, None, outcome, now).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn refuse(
        &self,
        tx: &store::Tx,
        version: u64,
        message: &str,
        field: Option<CustomerField>,
    ) -> Result<(), RoundError> {
        self.refuse_with(tx, version, message, field, None).await
    }

    /// Notes why Ion does not take it. It rests until one of the sides changes, or a person says to try again.
    async fn refuse_with(
        &self,
        tx: &store::Tx,
        version: u64,
        message: &str,
        field: Option<CustomerField>,
        request_id: Option<&str>,
    ) -> Result<(), RoundError> {
        let now = self.engine.clock().now();
        let Some(link) = customers::find_link_of(tx, self.connection, self.customer).await? else {
            return Ok(());
        };
        let failure = WriteFailure {
            message: message.to_owned(),
            field,
            at: now,
        };
        let next = LinkRow {
            failed: Some(failure),
            settled_version: Some(version),
            ..link.clone()
        };
        if !customers::save_link(tx, &next, link.revision).await? {
            return Err(RoundError::Moved);
        }
        let mut line =
            self.step(&link, ITSELF, now)
                .line(self.engine, ChangeKind::Failed, Way::ToIon);
        line.field = field.map(|field| field.to_string());
        message.clone_into(&mut line.note);
        line.request_id = request_id.map(str::to_owned);
        customers::add_changes(tx, &[line]).await?;
        customers::settle_state(tx, self.customer).await?;
        let row = customers::find(tx, self.customer).await?;
        if let Some(row) = row {
            super::notice::write_failed(self.engine, tx, self.connection, &row, message).await?;
        }
        Ok(())
    }

    fn step(&self, link: &LinkRow, actor: &str, at: jiff::Timestamp) -> Step {
        Step {
            customer: link.customer,
            link: Some((link.connection, link.ion_id.clone())),
            run: self.run,
            actor: actor.to_owned(),
            at,
        }
    }
}
