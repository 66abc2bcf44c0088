//! The order in which blocks are translated, and which block every way to another leads through.

use crate::mir::{Block, BlockId, Terminator};

/// Of the blocks that can be reached.
pub(super) struct Order {
    /// Each block before those that follow it, but for the ways back of loops.
    pub blocks: Vec<usize>,
    /// For each block, where its place in `blocks` is; `None` if it cannot be reached.
    places: Vec<Option<usize>>,
    /// For each place, the places that lead there.
    pub before: Vec<Vec<usize>>,
    /// For each place, the last one before it that every way from the start leads through; the start's is itself.
    pub through: Vec<usize>,
    /// For each place, whether faults lead there.
    pub handlers: Vec<bool>,
}

impl Order {
    pub fn new(blocks: &[Block]) -> Self {
        let order = reverse_postorder(blocks);
        let mut places = vec![None; blocks.len()];
        for (place, &block) in order.iter().enumerate() {
            places[block] = Some(place);
        }
        let mut handlers = vec![false; order.len()];
        let mut before = vec![Vec::new(); order.len()];
        for (place, &block) in order.iter().enumerate() {
            for to in targets(&blocks[block]) {
                if let Some(to) = places.get(to).copied().flatten() {
                    before[to].push(place);
                }
            }
        }
        let mut through = through(&before);
        // Into a handler lead ways out of the middle of blocks, so nothing holds there that a block comes to know.
        for handler in order.iter().filter_map(|&block| places.get(blocks[block].handler?.0 as usize).copied().flatten()) {
            handlers[handler] = true;
            through[handler] = handler;
        }
        Self { blocks: order, places, before, through, handlers }
    }

    /// Where a block stands in the order.
    pub fn place(&self, block: BlockId) -> Option<usize> {
        self.places.get(block.0 as usize).copied().flatten()
    }
}

/// Blocks that may come next.
fn targets(block: &Block) -> Vec<usize> {
    let index = |id: &BlockId| id.0 as usize;
    let mut targets = match &block.terminator {
        Terminator::Goto(to) => vec![index(to)],
        Terminator::Branch { then, otherwise, .. } => vec![index(then), index(otherwise)],
        Terminator::Switch { cases, default, .. } => cases.iter().map(|(_, to)| index(to)).chain([index(default)]).collect(),
        Terminator::Return(_)
        | Terminator::Suspend { .. }
        | Terminator::Finish(_)
        | Terminator::Fail(_)
        | Terminator::Continue { .. }
        | Terminator::Unreachable => Vec::new(),
    };
    targets.extend(block.handler.as_ref().map(index));
    targets
}

fn reverse_postorder(blocks: &[Block]) -> Vec<usize> {
    let mut order = Vec::new();
    let mut seen = vec![false; blocks.len()];
    let mut path: Vec<(usize, Vec<usize>)> = Vec::new();
    let mut enter = |block: usize, path: &mut Vec<(usize, Vec<usize>)>| {
        if let (Some(found), Some(seen)) = (blocks.get(block), seen.get_mut(block))
            && !std::mem::replace(seen, true)
        {
            path.push((block, targets(found)));
        }
    };
    enter(0, &mut path);
    while let Some((block, open)) = path.last_mut() {
        match open.pop() {
            Some(next) => enter(next, &mut path),
            None => {
                order.push(*block);
                path.pop();
            }
        }
    }
    order.reverse();
    order
}

/// The dominators, by the way of Cooper, Harvey and Kennedy.
fn through(before: &[Vec<usize>]) -> Vec<usize> {
    let mut through: Vec<Option<usize>> = vec![None; before.len()];
    if let Some(start) = through.first_mut() {
        *start = Some(0);
    }
    let mut changed = true;
    while changed {
        changed = false;
        for place in 1..before.len() {
            let known = before[place].iter().copied().filter(|&from| through[from].is_some());
            let common = known.reduce(|a, b| common(&through, a, b));
            if through[place] != common {
                through[place] = common;
                changed = true;
            }
        }
    }
    through.into_iter().map(|place| place.unwrap_or(0)).collect()
}

/// The last place that the ways to both lead through.
fn common(through: &[Option<usize>], mut a: usize, mut b: usize) -> usize {
    while a != b {
        if a > b {
            a = through[a].unwrap_or(0);
        } else {
            b = through[b].unwrap_or(0);
        }
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mir::Local;

    fn order(terminators: Vec<Terminator>) -> Order {
        let blocks: Vec<Block> = terminators
            .into_iter()
            .map(|terminator| Block { instructions: Vec::new(), terminator, handler: None, span: crate::Span::default() })
            .collect();
        Order::new(&blocks)
    }

    fn branch(then: u32, otherwise: u32) -> Terminator {
        Terminator::Branch { cond: Local(0), then: BlockId(then), otherwise: BlockId(otherwise) }
    }

    fn through(order: &Order, block: u32) -> usize {
        order.blocks[order.through[order.place(BlockId(block)).unwrap_or(usize::MAX)]]
    }

    #[test]
    fn what_a_branch_joins_is_reached_through_the_branch() {
        let order = order(vec![branch(1, 2), Terminator::Goto(BlockId(3)), Terminator::Goto(BlockId(3)), Terminator::Finish(0)]);
        assert_eq!([1, 2, 3].map(|block| through(&order, block)), [0, 0, 0]);
    }

    #[test]
    fn a_loop_is_reached_through_what_is_before_it() {
        let order = order(vec![Terminator::Goto(BlockId(1)), branch(2, 3), Terminator::Goto(BlockId(1)), Terminator::Finish(0)]);
        assert_eq!([1, 2, 3].map(|block| through(&order, block)), [0, 1, 1]);
        assert_eq!(order.before[order.place(BlockId(1)).unwrap_or(0)].len(), 2);
    }

    #[test]
    fn what_cannot_be_reached_is_left_out() {
        let order = order(vec![Terminator::Finish(0), Terminator::Goto(BlockId(9)), branch(1, 0)]);
        assert_eq!(order.blocks, [0]);
        assert_eq!((order.place(BlockId(1)), order.place(BlockId(9))), (None, None));
    }
}
