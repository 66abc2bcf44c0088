//! Which locals are live where: from each place that reads one, backward to those that set it. That takes as long as the
//! answer is large, however many blocks and locals there are.

use super::locals::Role;
use super::{Block, BlockId, Local, Terminator};
use rustc_hash::FxHashSet;

/// What follows a pause.
#[derive(Debug, Default)]
pub(crate) struct PauseFlow {
    /// Where each arm goes on, and the local that holds the event's payload there.
    pub resumes: Vec<(BlockId, Option<Local>)>,
    /// What is read while the instance sleeps: by filters and by the conditions of goals and exits.
    pub reads: Vec<Local>,
}

/// A set of locals, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct LocalSet(Vec<Local>);

impl LocalSet {
    pub fn contains(&self, local: Local) -> bool {
        self.0.binary_search(&local).is_ok()
    }

    /// The locals, in order.
    pub fn iter(&self) -> impl Iterator<Item = Local> + '_ {
        self.0.iter().copied()
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
    let mut graph = Graph::new(blocks, pauses, locals);
    let mut live = Liveness { blocks: vec![LocalSet::default(); blocks.len()], pauses: vec![LocalSet::default(); pauses.len()] };
    for local in (0..locals).map(Local) {
        graph.trace(local, &mut live);
    }
    live
}

/// Where control comes from, and what becomes of locals on the way.
struct Graph {
    /// For each block those that lead to it.
    before: Vec<Vec<usize>>,
    /// For each block those whose faults lead to it.
    faulting: Vec<Vec<usize>>,
    /// For each block the pauses that it goes on from, each with the local that holds the payload then.
    resumed: Vec<Vec<(usize, Option<Local>)>>,
    /// For each pause the blocks that end in it.
    suspending: Vec<Vec<usize>>,
    /// For each local the blocks that read it before they set it.
    readers: Vec<Vec<usize>>,
    /// For each local the pauses during which it is read.
    asleep: Vec<Vec<usize>>,
    sets: FxHashSet<(usize, Local)>,
    /// The blocks and pauses still to be looked at for a local.
    open: Vec<usize>,
    open_pauses: Vec<usize>,
}

impl Graph {
    fn new(blocks: &mut [Block], pauses: &[PauseFlow], locals: u32) -> Self {
        let mut graph = Self {
            before: vec![Vec::new(); blocks.len()],
            faulting: vec![Vec::new(); blocks.len()],
            resumed: vec![Vec::new(); blocks.len()],
            suspending: vec![Vec::new(); pauses.len()],
            readers: vec![Vec::new(); locals as usize],
            asleep: vec![Vec::new(); locals as usize],
            sets: FxHashSet::default(),
            open: Vec::new(),
            open_pauses: Vec::new(),
        };
        for (at, block) in blocks.iter_mut().enumerate() {
            graph.add(at, block);
        }
        for (pause, flow) in pauses.iter().enumerate() {
            for (block, payload) in &flow.resumes {
                if let Some(resumed) = graph.resumed.get_mut(block.0 as usize) {
                    resumed.push((pause, *payload));
                }
            }
            for local in &flow.reads {
                if let Some(asleep) = graph.asleep.get_mut(local.0 as usize) {
                    asleep.push(pause);
                }
            }
        }
        graph
    }

    fn add(&mut self, at: usize, block: &mut Block) {
        let (readers, sets) = (&mut self.readers, &mut self.sets);
        let mut see = |local: &mut Local, role| match role {
            Role::Set => {
                sets.insert((at, *local));
            }
            Role::Read if sets.contains(&(at, *local)) => {}
            Role::Read => {
                let readers = readers.get_mut(local.0 as usize).filter(|readers| readers.last() != Some(&at));
                readers.into_iter().for_each(|readers| readers.push(at));
            }
        };
        for instruction in &mut block.instructions {
            instruction.op.each_local(&mut see);
        }
        block.terminator.each_local(&mut see);
        let before = &mut self.before;
        block.terminator.each_target(&mut |to| {
            if let Some(before) = before.get_mut(to.0 as usize) {
                before.push(at);
            }
        });
        if let Some(faulting) = block.handler.and_then(|handler| self.faulting.get_mut(handler.0 as usize)) {
            faulting.push(at);
        }
        if let Terminator::Suspend { pause, .. } = &block.terminator
            && let Some(suspending) = self.suspending.get_mut(*pause as usize)
        {
            suspending.push(at);
        }
    }

    /// Where one local is live. Locals come in order, so each set ends with the one that came last.
    fn trace(&mut self, local: Local, live: &mut Liveness) {
        self.open.extend(self.readers.get(local.0 as usize).into_iter().flatten());
        self.open_pauses.extend(self.asleep.get(local.0 as usize).into_iter().flatten());
        loop {
            if let Some(at) = self.open.pop() {
                let Some(set) = live.blocks.get_mut(at).filter(|set| set.0.last() != Some(&local)) else { continue };
                set.0.push(local);
                let before = self.before.get(at).into_iter().flatten();
                self.open.extend(before.filter(|&&from| !self.sets.contains(&(from, local))));
                // A fault may come before the block has set anything.
                self.open.extend(self.faulting.get(at).into_iter().flatten());
                let resumed = self.resumed.get(at).into_iter().flatten();
                self.open_pauses.extend(resumed.filter(|(_, payload)| *payload != Some(local)).map(|(pause, _)| *pause));
            } else if let Some(at) = self.open_pauses.pop() {
                let Some(set) = live.pauses.get_mut(at).filter(|set| set.0.last() != Some(&local)) else { continue };
                set.0.push(local);
                let suspending = self.suspending.get(at).into_iter().flatten();
                self.open.extend(suspending.filter(|&&from| !self.sets.contains(&(from, local))));
            } else {
                return;
            }
        }
    }
}
