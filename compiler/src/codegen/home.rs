//! Where a function's locals are kept while it is translated.

use crate::mir::locals::Role;
use crate::mir::{Block, Function, Local};
use cranelift_codegen::ir::Value;
use cranelift_frontend::Variable;

/// Where a local is kept.
#[derive(Debug, Clone, Copy)]
pub(super) enum Home {
    /// Several blocks know it, or one that reads it before setting it.
    Variable(Variable),
    /// One block alone knows it: its latest value there. A variable would be noted for each block, so that a long
    /// function would need memory by the square of its length.
    Value(Option<Value>),
}

/// What is known of where a local occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    Nowhere,
    /// In this block alone, which sets it before reading it.
    Within(usize),
    Across,
}

/// Which locals more than one block knows, or one that reads them first.
pub(super) fn across_blocks(function: &Function) -> Vec<bool> {
    let mut seen = vec![Seen::Nowhere; function.locals as usize];
    for param in &function.params {
        if let Some(seen) = seen.get_mut(param.0 as usize) {
            *seen = Seen::Across;
        }
    }
    for (index, block) in function.blocks.iter().enumerate() {
        note(&mut seen, index, block);
    }
    seen.into_iter().map(|seen| seen == Seen::Across).collect()
}

fn note(seen: &mut [Seen], index: usize, block: &Block) {
    let mut mention = |local: &mut Local, role| {
        let Some(seen) = seen.get_mut(local.0 as usize) else { return };
        *seen = match (*seen, role) {
            (Seen::Nowhere, Role::Set) => Seen::Within(index),
            (Seen::Within(home), _) if home == index => Seen::Within(index),
            _ => Seen::Across,
        };
    };
    // The locals of an operation are shown so that they can be changed, hence the copies.
    for instruction in &block.instructions {
        instruction.op.clone().each_local(&mut mention);
    }
    block.terminator.clone().each_local(&mut mention);
}
