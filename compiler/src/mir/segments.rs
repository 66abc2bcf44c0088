//! Cuts a graph of blocks into functions: from a start up to the next pauses.

use super::locals::Role;
use super::{Block, BlockId, Function, Local, Terminator};
use rustc_hash::FxHashMap;

/// The function that starts at `start` with these parameters: the blocks that are reached without a pause, with
/// locals and blocks numbered anew. `frames` are the locals that each pause keeps.
pub(crate) fn cut(name: String, entry: bool, blocks: &[Block], start: BlockId, params: &[Local], frames: &[Vec<Local>]) -> Function {
    let mut cutter = Cutter { places: FxHashMap::default(), order: Vec::new(), locals: FxHashMap::default() };
    let params = params.iter().map(|&param| cutter.local(param)).collect();
    cutter.place(start);
    let mut taken = Vec::new();
    while let Some(&from) = cutter.order.get(taken.len()) {
        let Some(block) = blocks.get(from.0 as usize) else { break };
        let mut block = block.clone();
        if let Terminator::Suspend { pause, frame, .. } = &mut block.terminator {
            frame.clone_from(&frames.get(*pause as usize).cloned().unwrap_or_default());
        }
        let mut renumber = |local: &mut Local, _: Role| *local = cutter.local(*local);
        block.instructions.iter_mut().for_each(|instruction| instruction.op.each_local(&mut renumber));
        block.terminator.each_local(&mut renumber);
        block.terminator.each_target(&mut |to| *to = cutter.place(*to));
        taken.push(block);
    }
    let locals = u32::try_from(cutter.locals.len()).unwrap_or(u32::MAX);
    Function { name, entry, params, locals, blocks: taken }
}

struct Cutter {
    places: FxHashMap<BlockId, BlockId>,
    /// The old blocks in their new order.
    order: Vec<BlockId>,
    locals: FxHashMap<Local, Local>,
}

impl Cutter {
    fn local(&mut self, old: Local) -> Local {
        let next = Local(u32::try_from(self.locals.len()).unwrap_or(u32::MAX));
        *self.locals.entry(old).or_insert(next)
    }

    fn place(&mut self, old: BlockId) -> BlockId {
        let next = BlockId(u32::try_from(self.order.len()).unwrap_or(u32::MAX));
        let place = *self.places.entry(old).or_insert(next);
        if place == next {
            self.order.push(old);
        }
        place
    }
}
