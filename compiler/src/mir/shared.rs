//! Which blocks segments share: the places after an `if` or `match` of which only some ways pause. Without sharing, each of
//! the segments would hold a copy of all that follows, and a row of n such places would become n² code.

use super::{Block, BlockId};
use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

/// Instructions that are copied rather than called.
const COPIED_INSTRUCTIONS: usize = 16;
/// Rests of one journey: each may stand on the stack below the one before it.
const RESTS_MAX: usize = 64;

/// The blocks at which a shared rest begins, each before those that lead to it. `starts` are where segments begin.
pub(crate) fn rests(blocks: &mut [Block], starts: &[BlockId]) -> Vec<BlockId> {
    let graph = graph(blocks);
    // Each component comes after all that it leads to.
    let components = tarjan_scc(&graph);
    let reached_by = reached_by(&graph, &components, starts);
    let mut size = vec![0; blocks.len()];
    let mut rests = Vec::new();
    for component in &components {
        let [node] = component[..] else { continue };
        let at = node.index();
        let longest = graph.neighbors(node).map(|next| size[next.index()]).max().unwrap_or(0);
        size[at] = blocks[at].instructions.len() + longest;
        let is_loop = graph.contains_edge(node, node);
        let ways_meet = graph.neighbors_directed(node, petgraph::Incoming).any(|from| reached_by[from.index()] != reached_by[at]);
        let is_start = starts.iter().any(|start| start.0 as usize == at);
        let starts: u32 = reached_by[at].iter().map(|word| word.count_ones()).sum();
        if !is_loop && starts >= 2 && (ways_meet || is_start) && size[at] > COPIED_INSTRUCTIONS {
            rests.push(BlockId(u32::try_from(at).unwrap_or(u32::MAX)));
        }
    }
    let step = rests.len().div_ceil(RESTS_MAX).max(1);
    rests.into_iter().step_by(step).collect()
}

/// The ways between blocks within a step.
fn graph(blocks: &mut [Block]) -> DiGraph<(), ()> {
    let mut graph = DiGraph::with_capacity(blocks.len(), blocks.len() * 2);
    let nodes: Vec<NodeIndex> = blocks.iter().map(|_| graph.add_node(())).collect();
    for (block, &node) in blocks.iter_mut().zip(&nodes) {
        block.terminator.each_target(&mut |to| {
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
