//! The whole module, and the module after a change: journeys and tests that can't have changed keep what was made of them.

use super::instant::SegmentFunctions;
use super::{Lowerer, journey, message, number, shared, test};
use crate::check::Fresh;
use crate::hir::{ChannelId, MessageId, OperationId, Program, ServiceId};
use crate::mir::{Function, FunctionId, Module, TextId};
use rustc_hash::{FxHashMap, FxHashSet};
use std::ops::Range;
use std::sync::Arc;

/// A lowered program, with what it takes to lower a part of it again. Numbers that were given once stay.
#[derive(Debug)]
pub(crate) struct Lowered {
    pub module: Module,
    texts: FxHashMap<String, TextId>,
    functions: Vec<FunctionId>,
    sends: FxHashMap<(MessageId, Vec<ChannelId>, bool, bool), FunctionId>,
    calls: FxHashMap<(ServiceId, OperationId), FunctionId>,
    segments: Vec<SegmentFunctions>,
    /// The functions of each journey and test, and among them those that others share.
    journeys: Vec<Range<usize>>,
    tests: Vec<Range<usize>>,
    /// How many functions are no longer used.
    unused: usize,
}

impl Lowered {
    /// Lowers all.
    pub fn new(program: &Program) -> Self {
        let mut lowerer = shared(program);
        let (mut journeys, mut tests) = (Vec::new(), Vec::new());
        for journey in &program.journeys {
            let from = lowerer.piece();
            let journey = journey::lower(&mut lowerer, journey);
            lowerer.module.journeys.push(journey);
            journeys.push(from..lowerer.module.functions.len());
        }
        for test in &program.tests {
            let from = lowerer.piece();
            let test = test::lower(&mut lowerer, test);
            lowerer.module.tests.push(test);
            tests.push(from..lowerer.module.functions.len());
        }
        lowerer.lowered(journeys, tests, 0)
    }

    /// Lowers again what may have changed: `fresh` journeys and tests, and messages. All else that is declared is as it was.
    pub fn again(self, program: &Program, fresh: &Fresh, messages: &FxHashSet<usize>) -> Self {
        // What nothing uses any more makes no more than half of it.
        if self.unused > self.module.functions.len() / 2 {
            return Self::new(program);
        }
        let Self { mut module, texts, functions, mut sends, calls, segments, mut journeys, mut tests, mut unused } = self;
        module.types = program.types.clone();
        module.messages = program.messages.iter().map(message).collect();
        let nothing = Arc::new(Function { name: String::new(), entry: false, params: Vec::new(), locals: 0, blocks: Vec::new() });
        let mut dropped = |module: &mut Module, at: usize| {
            if let Some(function) = module.functions.get_mut(at) {
                *function = Arc::clone(&nothing);
                unused += 1;
            }
        };
        sends.retain(|(message, ..), function| {
            let kept = !messages.contains(&message.index());
            if !kept {
                dropped(&mut module, function.0 as usize);
            }
            kept
        });
        let shared: FxHashSet<usize> = sends.values().chain(calls.values()).map(|function| function.0 as usize).collect();
        let old = fresh.journeys.iter().filter_map(|&at| journeys.get(at)).chain(fresh.tests.iter().filter_map(|&at| tests.get(at)));
        for at in old.cloned().flatten().filter(|at| !shared.contains(at)) {
            dropped(&mut module, at);
        }
        let mut lowerer = Lowerer { hir: program, module, texts, functions, sends, calls, segments };
        for &at in &fresh.journeys {
            let Some(journey) = program.journeys.get(at) else { continue };
            let from = lowerer.piece();
            let journey = journey::lower(&mut lowerer, journey);
            if let Some((slot, functions)) = lowerer.module.journeys.get_mut(at).zip(journeys.get_mut(at)) {
                *slot = journey;
                *functions = from..lowerer.module.functions.len();
            }
        }
        for &at in &fresh.tests {
            let Some(test) = program.tests.get(at) else { continue };
            let from = lowerer.piece();
            let test = test::lower(&mut lowerer, test);
            if let Some((slot, functions)) = lowerer.module.tests.get_mut(at).zip(tests.get_mut(at)) {
                *slot = test;
                *functions = from..lowerer.module.functions.len();
            }
        }
        lowerer.lowered(journeys, tests, unused)
    }
}

impl Lowerer<'_> {
    /// What is added from here on belongs together; the number of the first function of it.
    pub(super) fn piece(&mut self) -> usize {
        let next = self.module.functions.len();
        self.module.pieces.push(number(next));
        next
    }

    fn lowered(self, journeys: Vec<Range<usize>>, tests: Vec<Range<usize>>, unused: usize) -> Lowered {
        let Self { hir: _, mut module, texts, functions, sends, calls, segments } = self;
        module.handles = sends.keys().any(|(.., handle)| *handle);
        Lowered { module, texts, functions, sends, calls, segments, journeys, tests, unused }
    }
}
