//! Checks of the program as a whole: what no single line shows. They look at the typed program, once nothing in it is wrong.
//!
//! - `constant`: what has one value whatever comes;
//! - `reach`: whether a channel can reach anybody.

mod constant;
mod reach;

use crate::diagnostics::Diagnostic;
use crate::hir::Program;
use constant::Constants;

/// What is wrong or doubtful in a program in which no error was found so far.
pub fn check(program: &Program) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let constants = Constants::of(program);
    reach::check(program, &constants, &mut found);
    found
}
