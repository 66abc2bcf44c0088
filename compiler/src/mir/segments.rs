//! Cuts a graph of blocks into functions: from a start up to the next pauses.

use super::locals::Role;
use super::{Block, BlockId, Function, FunctionId, Local, Terminator};
use rustc_hash::FxHashMap;

/// Blocks with which functions begin that several segments share, and the locals that are live there.
pub(crate) type Rests = FxHashMap<BlockId, (FunctionId, Vec<Local>)>;

/// The graph of a journey, and what is known of it.
pub(crate) struct Graph<'b> {
    pub blocks: &'b [Block],
    /// The locals that each pause keeps.
    pub frames: &'b [Vec<Local>],
    pub rests: &'b Rests,
}

/// The function that starts at `start` with these parameters: the blocks that are reached without a pause and are in none of
/// the shared rests, with locals and blocks numbered anew.
pub(crate) fn cut(name: String, entry: bool, graph: &Graph<'_>, start: BlockId, params: &[Local]) -> Function {
    let mut cutter = Cutter { places: FxHashMap::default(), order: Vec::new(), locals: FxHashMap::default() };
    let params = params.iter().map(|&param| cutter.local(param)).collect();
    cutter.place(start);
    let mut taken = Vec::new();
    while let Some(&from) = cutter.order.get(taken.len()) {
        let Some(block) = graph.blocks.get(from.0 as usize) else { break };
        let mut block = match graph.rests.get(&from) {
            // A rest's own function, which no engine calls, has its code.
            Some((function, live)) if entry || from != start => {
                let terminator = Terminator::Continue { function: *function, args: live.clone() };
                Block { instructions: Vec::new(), terminator, handler: None, span: block.span }
            }
            _ => block.clone(),
        };
        if let Terminator::Suspend { pause, frame, .. } = &mut block.terminator {
            frame.clone_from(&graph.frames.get(*pause as usize).cloned().unwrap_or_default());
        }
        let mut renumber = |local: &mut Local, _: Role| *local = cutter.local(*local);
        block.instructions.iter_mut().for_each(|instruction| instruction.op.each_local(&mut renumber));
        block.terminator.each_local(&mut renumber);
        block.each_target(&mut |to| *to = cutter.place(*to));
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
