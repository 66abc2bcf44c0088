//! The language server: the compiler without code generation, spoken over the Language Server Protocol.
//!
//! One loop owns all state; a thread reads what the editor sends. Documents that are open stand in for what is on disk, and
//! after every change the whole project of the document is analysed anew.

mod diagnostics;
mod formatting;
mod position;
mod server;
mod transport;

pub use server::{End, serve};
