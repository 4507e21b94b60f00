//! A store that was restored from a backup: orders may have been sent since the backup was made.

use domain::order::OrderState;
use jiff::Timestamp;
use store::StoreError;
use store::connections;
use store::orders::{self, OrderEventKind};

use super::happen::{ITSELF, Turn};
use super::words;
use crate::Engine;

impl Engine {
    /// Makes the orders of a restored store safe, before anything else uses it.
    ///
    /// Nothing is sent before Ion's orders were read back to before the backup: who finds its reference there was sent. An order that was
    /// about to be sent when the backup was made counts as sent: it is searched for, and a person decides where it is not found.
    pub async fn doubt_restored_orders(&self) -> Result<(), StoreError> {
        for connection in connections::list_all(self.store().read()).await? {
            let now = self.order_time();
            let tx = self.store().begin().await?;
            let mut setting = orders::setting(&tx, connection.id).await?;
            // How far was read is kept, that anything was read is not: together they tell that the store was restored.
            setting.orders_until = Some(setting.orders_until.unwrap_or(Timestamp::UNIX_EPOCH));
            setting.orders_read_at = None;
            orders::save_setting(&tx, connection.id, &setting).await?;
            tx.commit().await?;
            for order in orders::list_open(self.store().read(), connection.id).await? {
                let Some(row) = orders::find(self.store().read(), order).await? else {
                    continue;
                };
                let mut turn = Turn::of(&row);
                let may_have_left = row.state == OrderState::Submitting
                    || (row.state == OrderState::Scheduled
                        && row.scheduled_for.is_none_or(|time| time <= now));
                if may_have_left {
                    turn.row.state = OrderState::Submitting;
                    turn.row.state_since = now;
                    turn.row.sent_at = Some(row.sent_at.unwrap_or(now));
                    turn.row.sends = row.sends.max(1);
                    turn.effects.push(rules::orders::state::Effect::Send);
                    turn.tell((OrderEventKind::Unclear, ITSELF), now, words::RESTORED);
                    self.write_turn(turn).await?;
                }
            }
        }
        Ok(())
    }
}
