//! The compiler's tests from outside, in one binary.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod bounds;
mod differential;
mod format;
mod mutations;
mod whole;
