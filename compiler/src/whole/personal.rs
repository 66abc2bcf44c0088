//! Where personal data goes: from fields that are marked `@pii` to places that may not have it.
//!
//! What is in a marked field is personal, and what is made of it stays so: parts, texts, sums, elements. What only says
//! something about it does not: comparisons, `in`, lengths, counts, and which way an `if` went. A variable is personal
//! from its first line to its last if it is anywhere, part by part of its record: then the order of lines, loops,
//! branches that run side by side and pauses change nothing.
//!
//! - `trail`: the way that it has come; `taint`: what of a value is personal; `marked`: what types say of themselves;
//! - `values`: expressions, functions, traits; `flow`: statements; `journeys`: from journey to journey;
//! - `report`: what is said.

mod flow;
mod journeys;
mod marked;
mod report;
mod taint;
mod trail;
mod values;

use crate::diagnostics::Diagnostic;
use crate::hir::Program;
use values::Values;

/// Reports personal data that reaches a place it may not.
pub(super) fn check(program: &Program, found: &mut Vec<Diagnostic>) {
    let values = Values::of(program);
    if values.marked.is_empty() {
        return;
    }
    journeys::check(&values, found);
}
