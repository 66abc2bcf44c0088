//! Which locals are live where: backward, over bit sets, to the fixpoint.

use super::locals::Role;
use super::{Block, BlockId, Local, Terminator};

/// What follows a pause.
#[derive(Debug, Default)]
pub(crate) struct PauseFlow {
    /// Where each arm goes on, and the local that holds the event's payload there.
    pub resumes: Vec<(BlockId, Option<Local>)>,
    /// What is read while the instance sleeps: by filters and by the conditions of goals and exits.
    pub reads: Vec<Local>,
}

/// A set of locals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LocalSet(Vec<u64>);

impl LocalSet {
    fn new(locals: u32) -> Self {
        Self(vec![0; (locals as usize).div_ceil(64)])
    }

    pub fn contains(&self, local: Local) -> bool {
        self.0.get(local.0 as usize / 64).is_some_and(|word| word >> (local.0 % 64) & 1 == 1)
    }

    fn insert(&mut self, local: Local) {
        if let Some(word) = self.0.get_mut(local.0 as usize / 64) {
            *word |= 1 << (local.0 % 64);
        }
    }

    fn remove(&mut self, local: Local) {
        if let Some(word) = self.0.get_mut(local.0 as usize / 64) {
            *word &= !(1 << (local.0 % 64));
        }
    }

    fn add(&mut self, other: &Self) {
        for (word, more) in self.0.iter_mut().zip(&other.0) {
            *word |= more;
        }
    }

    /// `reads ∪ (after − sets)`
    fn before(after: &Self, reads: &Self, sets: &Self) -> Self {
        let words = after.0.iter().zip(&reads.0).zip(&sets.0);
        Self(words.map(|((after, reads), sets)| reads | (after & !sets)).collect())
    }

    /// The locals, in order.
    pub fn iter(&self) -> impl Iterator<Item = Local> + '_ {
        let locals = 0..u32::try_from(self.0.len() * 64).unwrap_or(u32::MAX);
        locals.map(Local).filter(|&local| self.contains(local))
    }
}

/// What is live at the start of each block, and at each pause.
#[derive(Debug)]
pub(crate) struct Liveness {
    pub blocks: Vec<LocalSet>,
    pub pauses: Vec<LocalSet>,
}

/// Computes liveness. The blocks are only read.
pub(crate) fn liveness(blocks: &mut [Block], pauses: &[PauseFlow], locals: u32) -> Liveness {
    let empty = LocalSet::new(locals);
    let summaries: Vec<(LocalSet, LocalSet)> = blocks.iter_mut().map(|block| summary(block, &empty)).collect();
    let successors: Vec<Vec<usize>> = blocks.iter_mut().map(|block| successors(&mut block.terminator)).collect();
    let mut live = Liveness { blocks: vec![empty.clone(); blocks.len()], pauses: vec![empty.clone(); pauses.len()] };
    let mut changed = true;
    while changed {
        changed = false;
        for index in (0..blocks.len()).rev() {
            let mut after = empty.clone();
            for &next in successors.get(index).into_iter().flatten() {
                if let Some(set) = live.blocks.get(next) {
                    after.add(set);
                }
            }
            if let Some(Terminator::Suspend { pause, .. }) = blocks.get(index).map(|block| &block.terminator) {
                let asleep = asleep(pauses, *pause, &live, &empty);
                after.add(&asleep);
                if let Some(set) = live.pauses.get_mut(*pause as usize) {
                    *set = asleep;
                }
            }
            let Some(((reads, sets), old)) = summaries.get(index).zip(live.blocks.get_mut(index)) else { continue };
            let before = LocalSet::before(&after, reads, sets);
            if before != *old {
                *old = before;
                changed = true;
            }
        }
    }
    live
}

/// What a block reads before it sets it, and what it sets.
fn summary(block: &mut Block, empty: &LocalSet) -> (LocalSet, LocalSet) {
    let (mut reads, mut sets) = (empty.clone(), empty.clone());
    let mut see = |local: &mut Local, role| match role {
        Role::Set => sets.insert(*local),
        Role::Read if !sets.contains(*local) => reads.insert(*local),
        Role::Read => {}
    };
    for instruction in &mut block.instructions {
        instruction.op.each_local(&mut see);
    }
    block.terminator.each_local(&mut see);
    (reads, sets)
}

fn successors(terminator: &mut Terminator) -> Vec<usize> {
    let mut targets = Vec::new();
    terminator.each_target(&mut |to| targets.push(to.0 as usize));
    targets
}

fn asleep(pauses: &[PauseFlow], pause: u32, live: &Liveness, empty: &LocalSet) -> LocalSet {
    let mut set = empty.clone();
    let Some(flow) = pauses.get(pause as usize) else { return set };
    for (block, payload) in &flow.resumes {
        let Some(start) = live.blocks.get(block.0 as usize) else { continue };
        let mut start = start.clone();
        if let Some(payload) = payload {
            start.remove(*payload);
        }
        set.add(&start);
    }
    flow.reads.iter().for_each(|&local| set.insert(local));
    set
}
