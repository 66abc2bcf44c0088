//! The Journey compiler: names → types → checks → MIR → segments → machine code.
//!
//! ```text
//! text ─grammar→ tree ─parse→ ast ─check→ hir ─lower→ mir ─codegen→ machine code
//!                                                      └─ interpreter, the oracle
//! ```
#![expect(missing_docs, reason = "fields and variants whose names say all carry none; everything else is documented")]

pub mod analysis;
pub mod ast;
mod change;
pub mod check;
pub mod codegen;
pub mod diagnostics;
pub mod format;
pub mod graph;
pub mod hir;
mod instant;
pub mod lower;
pub mod machine;
pub mod manifest;
pub mod mir;
pub mod parse;
pub mod program;
pub mod project;
pub mod source;
pub mod template;
pub mod types;
pub mod whole;

pub use diagnostics::{Diagnostic, Severity};
pub use journey_grammar::{FileId, Span};
pub use program::{Backend, Program};
pub use source::{Position, Sources};
