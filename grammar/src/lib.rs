//! The grammar of the Journey language, and the tree that it gives.

mod span;

pub use span::{FileId, Span};
