//! From the typed program to the MIR: every construct becomes blocks of words, every journey segments.
//!
//! - `builder`, `expr`, `operators`, `matches`, `lists`, `methods`: expressions, anywhere;
//! - `journey`, `stmt`, `wait`: journeys, their pauses and segments; `closure`: conditions that are asked while an instance sleeps;
//! - `call`: services, emitted events and journeys that are started; `send`: messages and channels; `test`: tests; `version`: what a journey means, as a hash;
//! - `traits`; `instant`: segments, and when time alone changes a condition; `standing`: ways into a journey beside events;
//! - `again`: the whole, and what of it need not be done again after a change.

mod again;
mod branches;
mod builder;
mod call;
mod closure;
mod expr;
mod instant;
mod journey;
mod lists;
mod matches;
mod methods;
mod operators;
mod send;
mod sends_ahead;
mod standing;
mod stmt;
mod test;
#[cfg(test)]
mod tests;
mod traits;
mod version;
mod wait;

use crate::hir::{self, ChannelId, FnId, MessageId, OperationId, SegmentId, ServiceId, TraitId, VarId};
use crate::mir::{Channel, Effect, EffectId, Function, FunctionId, Global, Message, Module, TextId};
pub(crate) use again::Lowered;
use builder::Builder;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Lowers a program in which no error was found.
#[must_use]
pub fn lower(program: &hir::Program) -> Module {
    Lowered::new(program).module
}

/// What all of a program's journeys and tests share.
fn shared(program: &hir::Program) -> Lowerer<'_> {
    let module = Module {
        types: program.types.clone(),
        events: program.events.clone(),
        profile: program.profile.clone(),
        messages: program.messages.iter().map(message).collect(),
        services: program.services.iter().map(call::service).collect(),
        ..Module::default()
    };
    let mut lowerer = Lowerer {
        hir: program,
        module,
        texts: FxHashMap::default(),
        functions: Vec::new(),
        sends: FxHashMap::default(),
        calls: FxHashMap::default(),
        segments: Vec::new(),
    };
    for function in &program.fns {
        let id = lowerer.lower_fn(function);
        lowerer.functions.push(id);
    }
    for constant in &program.consts {
        let function = lowerer.closed(format!("const {}", constant.name), &[], &constant.value);
        lowerer.module.globals.push(Global { name: constant.name.clone(), ty: constant.ty, function });
    }
    for (of, id) in program.traits.iter().zip(0..) {
        traits::lower(&mut lowerer, TraitId(id), of);
    }
    for (segment, id) in program.segments.iter().zip(0..) {
        instant::segment(&mut lowerer, SegmentId(id), segment);
    }
    for channel in &program.channels {
        let channel = lowerer.channel(channel);
        lowerer.module.channels.push(channel);
    }
    lowerer
}

/// The hash of what a journey means.
#[must_use]
pub fn version_of(program: &hir::Program, journey: &hir::Journey) -> String {
    version::version(program, journey)
}

fn message(message: &hir::Message) -> Message {
    let param = |var: &VarId| message.vars.get(var.index()).map(|var| (var.name.clone(), var.ty));
    Message { name: message.name.clone(), params: message.params.iter().filter_map(param).collect(), transactional: message.transactional }
}

/// What is lowered so far.
struct Lowerer<'h> {
    hir: &'h hir::Program,
    module: Module,
    texts: FxHashMap<String, TextId>,
    /// By [`FnId`].
    functions: Vec<FunctionId>,
    /// By [`SegmentId`].
    segments: Vec<instant::SegmentFunctions>,
    /// The function of a `send`: its message, channels, whether the first of them, and whether it has a handle.
    sends: FxHashMap<(MessageId, Vec<ChannelId>, bool, bool), FunctionId>,
    /// The function of an operation.
    calls: FxHashMap<(ServiceId, OperationId), FunctionId>,
}

impl Lowerer<'_> {
    /// The number that the next added function will have.
    fn next_function(&self) -> FunctionId {
        FunctionId(number(self.module.functions.len()))
    }

    fn add(&mut self, function: Function) -> FunctionId {
        let id = self.next_function();
        self.module.functions.push(Arc::new(function));
        id
    }

    fn text(&mut self, text: &str) -> TextId {
        if let Some(&id) = self.texts.get(text) {
            return id;
        }
        let id = TextId(number(self.module.texts.len()));
        self.module.texts.push(text.to_owned());
        self.texts.insert(text.to_owned(), id);
        id
    }

    fn effect(&mut self, effect: Effect) -> EffectId {
        let known = self.module.effects.iter().position(|known| *known == effect);
        EffectId(number(known.unwrap_or_else(|| {
            self.module.effects.push(effect);
            self.module.effects.len() - 1
        })))
    }

    fn user_function(&self, function: FnId) -> FunctionId {
        self.functions.get(function.index()).copied().unwrap_or(FunctionId(u32::MAX))
    }

    fn lower_fn(&mut self, function: &hir::Fn) -> FunctionId {
        let mut b = Builder::new(self);
        let params: Vec<_> = function.params.iter().map(|&param| b.var(param)).collect();
        let result = b.expr(&function.body);
        b.finish(format!("fn {}", function.name), false, &params, result, function.body.span)
    }

    fn channel(&mut self, channel: &hir::Channel) -> Channel {
        let address = channel.address.as_ref().map(|address| self.closed(format!("channel {} address", channel.name), &[], address));
        let consent = channel.consent.as_ref().map(|consent| self.closed(format!("channel {} consent", channel.name), &[], consent));
        Channel { name: channel.name.clone(), content: channel.content, cap: channel.cap, address, consent }
    }

    /// An entry function of these parameters that gives an expression's value.
    fn closed(&mut self, name: String, params: &[VarId], expr: &hir::Expr) -> FunctionId {
        let mut b = Builder::new(self);
        let params: Vec<_> = params.iter().map(|&param| b.var(param)).collect();
        let result = b.expr(expr);
        b.finish(name, true, &params, result, expr.span)
    }
}

/// The number of something of which there are never four thousand million.
fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
