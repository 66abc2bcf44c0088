//! Which blocks segments share: the places after an `if` or `match` of which only some ways pause. Without sharing, each of
//! the segments would hold a copy of all that follows, and a row of n such places would become n² code. And where a long way
//! without a pause is cut into several functions.

use super::{Block, BlockId, Terminator};
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::FxHashSet;

/// Instructions that are copied rather than called.
const COPIED_INSTRUCTIONS: usize = 16;
/// Rests of one journey: each may stand on the stack below the one before it.
const RESTS_MAX: usize = 512;
/// Instructions of a way through a function, and of a block, beyond which it is cut: what Cranelift does for a function grows
/// faster than the function.
const WAY_INSTRUCTIONS: usize = 1_000;
const BLOCK_INSTRUCTIONS: usize = 250;

/// Cuts long blocks into several.
pub(crate) fn split(blocks: &mut Vec<Block>) {
    let mut at = 0;
    while at < blocks.len() {
        let next = BlockId(u32::try_from(blocks.len()).unwrap_or(u32::MAX));
        if let Some(block) = blocks.get_mut(at).filter(|block| block.instructions.len() > BLOCK_INSTRUCTIONS) {
            let instructions = block.instructions.split_off(BLOCK_INSTRUCTIONS);
            let terminator = std::mem::replace(&mut block.terminator, Terminator::Goto(next));
            let (handler, span) = (block.handler, block.span);
            blocks.push(Block { instructions, terminator, handler, span });
        }
        at += 1;
    }
}

/// The blocks at which a shared rest begins, each before those that lead to it. `starts` are where segments begin.
pub(crate) fn rests(blocks: &mut [Block], starts: &[BlockId]) -> Vec<BlockId> {
    let graph = graph(blocks);
    // Each component comes after all that it leads to.
    let components = kosaraju_scc(&graph);
    let reached_by = reached_by(&graph, &components, starts);
    let mut size = vec![0; blocks.len()];
    let mut way = vec![0; blocks.len()];
    let (mut rests, mut cuts) = (Vec::new(), Vec::new());
    let longest_way = WAY_INSTRUCTIONS.max(blocks.iter().map(|block| block.instructions.len()).sum::<usize>() / RESTS_MAX);
    let starts: FxHashSet<usize> = starts.iter().map(|start| start.0 as usize).collect();
    for component in &components {
        let [node] = component[..] else { continue };
        let at = node.index();
        let longest = graph.neighbors(node).map(|next| size[next.index()]).max().unwrap_or(0);
        size[at] = blocks[at].instructions.len() + longest;
        let is_loop = graph.contains_edge(node, node);
        let ways_meet = graph.neighbors_directed(node, petgraph::Incoming).any(|from| reached_by[from.index()] != reached_by[at]);
        let is_start = starts.contains(&at);
        let reached: u32 = reached_by[at].iter().map(|word| word.count_ones()).sum();
        let id = BlockId(u32::try_from(at).unwrap_or(u32::MAX));
        way[at] = blocks[at].instructions.len() + graph.neighbors(node).map(|next| way[next.index()]).max().unwrap_or(0);
        if !is_loop && reached >= 1 && way[at] > longest_way {
            way[at] = 0;
            cuts.push(id);
            rests.push(id);
        } else if !is_loop && reached >= 2 && (ways_meet || is_start) && size[at] > COPIED_INSTRUCTIONS {
            rests.push(id);
        }
    }
    let step = rests.len().div_ceil(RESTS_MAX).max(1);
    let cuts: FxHashSet<BlockId> = cuts.into_iter().collect();
    rests.into_iter().enumerate().filter(|(at, id)| at % step == 0 || cuts.contains(id)).map(|(_, id)| id).collect()
}

/// The ways between blocks within a step.
fn graph(blocks: &mut [Block]) -> DiGraph<(), ()> {
    let mut graph = DiGraph::with_capacity(blocks.len(), blocks.len() * 2);
    let nodes: Vec<NodeIndex> = blocks.iter().map(|_| graph.add_node(())).collect();
    for (block, &node) in blocks.iter_mut().zip(&nodes) {
        block.each_target(&mut |to| {
            if let Some(&to) = nodes.get(to.0 as usize) {
                graph.update_edge(node, to, ());
            }
        });
    }
    graph
}

/// For each block the starts from which it is reached, as a set of bits.
fn reached_by(graph: &DiGraph<(), ()>, components: &[Vec<NodeIndex>], starts: &[BlockId]) -> Vec<Vec<u64>> {
    let mut sets = vec![vec![0; starts.len().div_ceil(64)]; graph.node_count()];
    for (number, start) in starts.iter().enumerate() {
        if let Some(set) = sets.get_mut(start.0 as usize) {
            set[number / 64] |= 1 << (number % 64);
        }
    }
    for component in components.iter().rev() {
        let mut all = vec![0; starts.len().div_ceil(64)];
        for &node in component {
            add(&mut all, &sets[node.index()]);
        }
        for &node in component {
            sets[node.index()].clone_from(&all);
            for next in graph.neighbors(node) {
                add(&mut sets[next.index()], &all);
            }
        }
    }
    sets
}

fn add(set: &mut [u64], more: &[u64]) {
    for (word, more) in set.iter_mut().zip(more) {
        *word |= more;
    }
}
