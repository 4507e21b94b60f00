//! Customers: found by what people type, never saved over another's edit, and one word for how each stands to Ion.

mod bed;
mod combine;
mod conflicts;
mod files;
mod history;
mod ion;
mod links;
mod ours;
mod pairs;
mod plans;
mod search;
mod settings;
mod states;
mod writes;
