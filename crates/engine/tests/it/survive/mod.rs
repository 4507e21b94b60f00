//! Every setting of every knob of the sandbox, and every fault at every place, judged by its ledger and by our store.

mod bench;
mod faults;
mod knobs;
