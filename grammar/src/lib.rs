//! The grammar of the Journey language, and the tree that it gives.
//!
//! [`parse`] never fails: every byte of the source is in the tree or in the gaps between its leaves, errors included.
//! [`Rule`] names the kinds of nodes; the grammar itself is `journey.pest`.
#![expect(missing_docs, reason = "the rules are documented in the grammar that they are made of")]

mod limits;
mod parse;
mod span;
mod tree;

pub use limits::{MAX_NESTING, MAX_SOURCE_BYTES, Refusal};
pub use parse::{Expected, Rule, is_error, parse, probe};
pub use span::{FileId, Span};
pub use tree::{Syntax, Tree};
