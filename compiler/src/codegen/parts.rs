//! Which functions are compiled together: those of a journey's head, of its body, or of a test; and alone each that several of
//! these call.
//!
//! A part is compiled when its functions have been called a few times: a program of a thousand journeys starts at once, and pays
//! for those alone that have much to do.

use super::CodegenError;
use crate::mir::{FunctionId, Module, Op, Terminator};
use rustc_hash::{FxHashMap, FxHashSet};

/// Functions that are compiled together.
pub(super) struct Part {
    /// Those that can be reached, each after all that it calls.
    pub functions: Vec<usize>,
    /// The parts that these call, each once.
    pub needs: Vec<usize>,
}

/// A module's parts.
pub(super) struct Parts {
    pub parts: Vec<Part>,
    /// For each function its part; `None` for those that nothing reaches.
    pub of: Vec<Option<usize>>,
    /// Which functions are called by others.
    pub called: Vec<bool>,
    calls: Calls,
}

impl Parts {
    /// The parts of a module.
    ///
    /// # Errors
    /// Where a function calls itself, perhaps by way of others.
    pub fn new(module: &Module) -> Result<Self, CodegenError> {
        let calls = Calls::new(module);
        let count = module.functions.len();
        let mut called = vec![false; count];
        for &callee in &calls.callees {
            called[callee] = true;
        }
        let order = calls.order(module)?;
        let of = homes(module, &calls, &order);
        let mut numbers: FxHashMap<usize, usize> = FxHashMap::default();
        let mut parts: Vec<Part> = Vec::new();
        let mut part_of = vec![None; count];
        for &function in &order {
            let number = *numbers.entry(of[function]).or_insert_with(|| {
                parts.push(Part { functions: Vec::new(), needs: Vec::new() });
                parts.len() - 1
            });
            parts[number].functions.push(function);
            part_of[function] = Some(number);
        }
        for (number, part) in parts.iter_mut().enumerate() {
            let needs = part.functions.iter().flat_map(|&function| calls.of(function)).filter_map(|&callee| part_of[callee]);
            part.needs = needs.filter(|&other| other != number).collect();
            part.needs.sort_unstable();
            part.needs.dedup();
        }
        Ok(Self { parts, of: part_of, called, calls })
    }

    /// The functions that a function calls or continues in.
    pub fn callees(&self, function: usize) -> &[usize] {
        self.calls.of(function)
    }

    /// A part and all that it needs, each behind what it needs itself.
    pub fn with_needs(&self, part: usize) -> Vec<usize> {
        let (mut order, mut done, mut open) = (Vec::new(), FxHashSet::default(), vec![(part, false)]);
        while let Some((part, seen)) = open.pop() {
            if done.contains(&part) {
                continue;
            }
            if seen {
                done.insert(part);
                order.push(part);
                continue;
            }
            open.push((part, true));
            open.extend(self.parts[part].needs.iter().map(|&need| (need, false)));
        }
        order
    }
}

/// For each function in `order` where it is compiled: below the number of functions alone, from there on with others of the
/// same piece of the module.
fn homes(module: &Module, calls: &Calls, order: &[usize]) -> Vec<usize> {
    let count = module.functions.len();
    let piece = |function: usize| count + module.pieces.partition_point(|&start| start as usize <= function);
    let mut homes: Vec<usize> = (0..count).map(piece).collect();
    let mut open: Vec<usize> = order.to_vec();
    while let Some(function) = open.pop() {
        for &callee in calls.of(function) {
            if homes[callee] != homes[function] && homes[callee] >= count {
                homes[callee] = callee;
                open.push(callee);
            }
        }
    }
    homes
}

/// Who calls whom.
struct Calls {
    /// Where in `callees` those of each function begin.
    starts: Vec<usize>,
    callees: Vec<usize>,
}

impl Calls {
    fn new(module: &Module) -> Self {
        let count = module.functions.len();
        let mut calls = Self { starts: Vec::with_capacity(count + 1), callees: Vec::new() };
        for function in &module.functions {
            calls.starts.push(calls.callees.len());
            for block in &function.blocks {
                for instruction in &block.instructions {
                    if let Op::Call { function, .. } = &instruction.op {
                        calls.add(*function, count);
                    }
                }
                if let Terminator::Continue { function, .. } = &block.terminator {
                    calls.add(*function, count);
                }
            }
        }
        calls.starts.push(calls.callees.len());
        calls
    }

    /// What isn't there is found out where it is to be called.
    fn add(&mut self, FunctionId(callee): FunctionId, count: usize) {
        let callee = callee as usize;
        if callee < count {
            self.callees.push(callee);
        }
    }

    fn of(&self, function: usize) -> &[usize] {
        let range = self.starts.get(function).zip(self.starts.get(function + 1));
        range.and_then(|(&from, &to)| self.callees.get(from..to)).unwrap_or_default()
    }

    /// The functions that the engine can reach, each after all that it calls.
    fn order(&self, module: &Module) -> Result<Vec<usize>, CodegenError> {
        #[derive(Clone, Copy, PartialEq)]
        enum Visit {
            Not,
            Open,
            Done,
        }
        let mut visits = vec![Visit::Not; module.functions.len()];
        let mut order = Vec::new();
        for (root, _) in module.functions.iter().enumerate().filter(|(_, function)| function.entry) {
            let mut path = vec![(root, 0)];
            while let Some((function, next)) = path.last_mut() {
                let function = *function;
                if visits[function] == Visit::Done {
                    path.pop();
                    continue;
                }
                visits[function] = Visit::Open;
                match self.of(function).get(*next) {
                    Some(&callee) if visits[callee] == Visit::Open => return Err(CodegenError::Stack),
                    Some(&callee) => {
                        *next += 1;
                        path.push((callee, 0));
                    }
                    None => {
                        visits[function] = Visit::Done;
                        order.push(function);
                        path.pop();
                    }
                }
            }
        }
        Ok(order)
    }
}
