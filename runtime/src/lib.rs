//! The Journey runtime: customers, events, timers, effects, and where they are kept.
//!
//! The [`engine`] is pure: a customer, an input and a moment give the changed customer, effects and counts. It
//! reads no clock and touches no disk. [`run`] drives it over recorded events on virtual time, against a
//! [`store::Store`]; [`test`] drives it for a program's own tests.
#![expect(missing_docs, reason = "fields and variants whose names say all carry none; everything else is documented")]

pub mod answers;
mod broadcast;
pub mod counters;
pub mod customer;
pub mod disk;
pub mod effect;
pub mod engine;
pub mod journal;
pub mod node;
pub mod partition;
pub mod run;
pub mod server;
pub mod store;
pub mod summary;
pub mod test;
pub mod traits;
pub mod wire;
mod world;

pub use run::{Input, Options, Progress, RunError, Until, run};
pub use summary::Summary;
