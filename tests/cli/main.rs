//! What a user does, through the binary.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what is wrong by panicking")]

mod architecture;
mod bounds;
mod broken;
mod check;
mod contract;
mod data;
mod drain;
mod durable;
mod experiments;
mod explain;
mod fmt;
mod graph;
mod help;
mod init;
mod lsp;
mod manifest;
mod run;
mod serve;
mod stored;
mod support;
mod templates;
mod test;
