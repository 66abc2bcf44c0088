//! The interpreter: slow, safe, and the judge of what machine code does.

use super::{Block, Function, FunctionId, Instruction, Local, Module, Op, StepInput, Terminator};
use crate::hir::ArithOp;
use crate::machine::context::{Context, EffectRecord, Status};
use crate::machine::number::{arith, canonical};
use crate::machine::{DECIMAL_ONE, Fault, FaultKind, host};
use crate::program::Constants;
use journey_grammar::Span;

/// A call that is under way.
struct Activation<'m> {
    function: &'m Function,
    locals: Vec<u64>,
    block: usize,
    /// The next instruction of the block.
    at: usize,
    /// Where the caller wants the result.
    dst: Local,
    /// The call's place, in the caller.
    span: Span,
}

/// What an instruction leads to.
enum Next<'m> {
    Go,
    Enter(Activation<'m>),
}

/// Runs a function. Words that do not fit (of a damaged frame) give wrong results or faults, never a panic.
pub(crate) fn call(module: &Module, constants: &Constants, function: FunctionId, args: &[u64], cx: &mut Context) -> Status {
    let mut machine = Machine { module, constants, stack: Vec::new() };
    match machine.activation(function, args, Local(0), Span::default()).map(|first| machine.stack.push(first)) {
        Ok(()) => machine.run(cx),
        Err(kind) => Status::Faulted(Fault { kind, span: Span::default() }),
    }
}

struct Machine<'m> {
    module: &'m Module,
    constants: &'m Constants,
    /// Its own stack of calls, so that a long chain of functions can't overflow the thread's.
    stack: Vec<Activation<'m>>,
}

impl<'m> Machine<'m> {
    fn activation(&self, id: FunctionId, args: &[u64], dst: Local, span: Span) -> Result<Activation<'m>, FaultKind> {
        let function = self.module.functions.get(id.0 as usize).ok_or(FaultKind::CorruptState)?;
        if function.params.len() != args.len() {
            return Err(FaultKind::CorruptState);
        }
        let mut activation = Activation { function, locals: vec![0; function.locals as usize], block: 0, at: 0, dst, span };
        for (&param, &arg) in function.params.iter().zip(args) {
            activation.set(param, arg);
        }
        Ok(activation)
    }

    fn run(&mut self, cx: &mut Context) -> Status {
        loop {
            let Some(top) = self.stack.last_mut() else { return fault(FaultKind::CorruptState, Span::default()) };
            let Some(block) = top.function.blocks.get(top.block) else { return fault(FaultKind::CorruptState, Span::default()) };
            if let Some(instruction) = block.instructions.get(top.at) {
                top.at += 1;
                match self.step(instruction, cx) {
                    Ok(Next::Go) => {}
                    Ok(Next::Enter(callee)) => self.stack.push(callee),
                    Err(kind) => {
                        if let Some(status) = self.fault(kind, instruction.span, cx) {
                            return status;
                        }
                    }
                }
            } else {
                match self.leave(block, cx) {
                    Ok(None) => {}
                    Ok(Some(status)) => return status,
                    Err(kind) => {
                        if let Some(status) = self.fault(kind, block.span, cx) {
                            return status;
                        }
                    }
                }
            }
        }
    }

    /// A fault inside a called function stands where the outermost call does. It ends the call, or goes on in the handler of
    /// the block there.
    fn fault(&mut self, kind: FaultKind, span: Span, cx: &mut Context) -> Option<Status> {
        let fault = Fault { kind, span: self.stack.get(1).map_or(span, |called| called.span) };
        if let Some(outermost) = self.stack.first_mut()
            && let Some(handler) = outermost.function.blocks.get(outermost.block).and_then(|block| block.handler)
            && cx.catch(&fault)
        {
            outermost.goto(handler.0);
            self.stack.truncate(1);
            return None;
        }
        Some(Status::Faulted(fault))
    }

    fn step(&mut self, instruction: &'m Instruction, cx: &mut Context) -> Result<Next<'m>, FaultKind> {
        let Some(top) = self.stack.last_mut() else { return Err(FaultKind::CorruptState) };
        match &instruction.op {
            Op::Text { dst, text } => top.set(*dst, self.constants.texts.get(text.0 as usize).copied().unwrap_or(0)),
            Op::Global { dst, global } => top.set(*dst, self.constants.globals.get(global.0 as usize).copied().unwrap_or(0)),
            Op::Call { dst, function, args } => {
                let args: Vec<u64> = args.iter().map(|&arg| top.get(arg)).collect();
                return Ok(Next::Enter(self.activation(*function, &args, *dst, instruction.span)?));
            }
            Op::Host { dst, op, args } => {
                let args: Vec<u64> = args.iter().map(|&arg| top.get(arg)).collect();
                let word = host::call(*op, &args, cx, &self.module.types, self.module)?;
                top.set(*dst, word);
            }
            Op::Effect { effect, args } => {
                cx.effects.push(EffectRecord { effect: *effect, args: args.iter().map(|&arg| top.get(arg)).collect() });
            }
            op => simple(op, top, cx)?,
        }
        Ok(Next::Go)
    }

    fn leave(&mut self, block: &Block, cx: &mut Context) -> Result<Option<Status>, FaultKind> {
        let Some(top) = self.stack.last_mut() else { return Err(FaultKind::CorruptState) };
        match &block.terminator {
            Terminator::Goto(to) => top.goto(to.0),
            Terminator::Branch { cond, then, otherwise } => {
                let to = if top.get(*cond) != 0 { then } else { otherwise };
                top.goto(to.0);
            }
            Terminator::Switch { value, cases, default } => {
                let value = top.int(*value);
                let to = cases.iter().find(|(case, _)| *case == value).map_or(default, |(_, to)| to);
                top.goto(to.0);
            }
            Terminator::Return(local) => {
                let (word, dst) = (top.get(*local), top.dst);
                self.stack.pop();
                match self.stack.last_mut() {
                    Some(caller) => caller.set(dst, word),
                    None => return Ok(Some(Status::Returned(word))),
                }
            }
            Terminator::Suspend { pause, frame, deadlines } => {
                cx.frame.clear();
                cx.frame.extend(frame.iter().map(|&local| top.get(local)));
                cx.deadlines.clear();
                cx.deadlines.extend(deadlines.iter().map(|&local| top.int(local)));
                return Ok(Some(Status::Suspended { pause: *pause }));
            }
            Terminator::Finish(outcome) => return Ok(Some(Status::Finished { outcome: *outcome })),
            Terminator::Fail(text) => return Err(FaultKind::Failed(cx.string(top.get(*text)).to_owned())),
            Terminator::Continue { function, args } => {
                let args: Vec<u64> = args.iter().map(|&arg| top.get(arg)).collect();
                let (dst, span) = (top.dst, top.span);
                let rest = self.activation(*function, &args, dst, span)?;
                if let Some(top) = self.stack.last_mut() {
                    *top = rest;
                }
            }
            Terminator::Unreachable => return Err(FaultKind::CorruptState),
        }
        Ok(None)
    }
}

fn fault(kind: FaultKind, span: Span) -> Status {
    Status::Faulted(Fault { kind, span })
}

impl Activation<'_> {
    fn get(&self, local: Local) -> u64 {
        self.locals.get(local.0 as usize).copied().unwrap_or(0)
    }

    fn int(&self, local: Local) -> i64 {
        self.get(local).cast_signed()
    }

    fn float(&self, local: Local) -> f64 {
        f64::from_bits(self.get(local))
    }

    fn set(&mut self, local: Local, word: u64) {
        if let Some(slot) = self.locals.get_mut(local.0 as usize) {
            *slot = word;
        }
    }

    fn set_int(&mut self, local: Local, value: i64) {
        self.set(local, value.cast_unsigned());
    }

    fn goto(&mut self, block: u32) {
        self.block = block as usize;
        self.at = 0;
    }
}

/// The instructions that need nothing but locals and heap.
fn simple(op: &Op, top: &mut Activation<'_>, cx: &mut Context) -> Result<(), FaultKind> {
    match op {
        Op::Const { dst, value } => top.set_int(*dst, *value),
        Op::Copy { dst, src } => top.set(*dst, top.get(*src)),
        Op::Input { dst, input } => top.set(*dst, input_word(*input, cx)),
        Op::Arith { op, kind, dst, a, b } => top.set_int(*dst, arith(*op, *kind, top.int(*a), top.int(*b))?),
        Op::DecimalTimesInt { dst, decimal, int } => {
            let product = top.int(*decimal).checked_mul(top.int(*int)).ok_or(FaultKind::DecimalOverflow)?;
            top.set_int(*dst, product);
        }
        Op::FloatArith { op, dst, a, b } => top.set(*dst, canonical(float_arith(*op, top.float(*a), top.float(*b)))),
        Op::Compare { op, dst, a, b } => top.set(*dst, u64::from(op.holds(&top.int(*a), &top.int(*b)))),
        Op::FloatCompare { op, dst, a, b } => top.set(*dst, u64::from(op.holds(&top.float(*a), &top.float(*b)))),
        Op::Not { dst, src } => top.set(*dst, u64::from(top.get(*src) == 0)),
        #[expect(clippy::cast_precision_loss, reason = "an Int becomes the nearest Float")]
        Op::IntToFloat { dst, src } => top.set(*dst, (top.int(*src) as f64).to_bits()),
        Op::IntToDecimal { dst, src } => {
            top.set_int(*dst, top.int(*src).checked_mul(DECIMAL_ONE).ok_or(FaultKind::DecimalOverflow)?);
        }
        Op::Load { dst, base, offset } => top.set(*dst, cx.word(top.get(*base), *offset as usize)),
        Op::Store { base, offset, src } => cx.set_word(top.get(*base), *offset as usize, top.get(*src)),
        Op::LoadElement { dst, list, index } => top.set(*dst, cx.word(element(top, *list, *index), 0)),
        Op::StoreElement { list, index, src } => cx.set_word(element(top, *list, *index), 0, top.get(*src)),
        Op::Alloc { dst, words } => top.set(*dst, cx.alloc(*words as usize)?),
        Op::AllocList { dst, len } => {
            let len = usize::try_from(top.get(*len)).unwrap_or(usize::MAX);
            let reference = cx.alloc(len.saturating_add(1))?;
            cx.set_word(reference, 0, len as u64);
            top.set(*dst, reference);
        }
        Op::TruncateList { list, len } => cx.set_word(top.get(*list), 0, top.get(*len)),
        Op::Turn => spend(cx, 1)?,
        Op::Turns { count } => spend(cx, top.int(*count))?,
        Op::Text { .. } | Op::Global { .. } | Op::Call { .. } | Op::Host { .. } | Op::Effect { .. } => {
            return Err(FaultKind::Internal);
        }
    }
    Ok(())
}

fn input_word(input: StepInput, cx: &Context) -> u64 {
    match input {
        StepInput::Now => cx.now.cast_unsigned(),
        StepInput::Customer => cx.customer,
        StepInput::Profile => cx.profile,
    }
}

fn element(top: &Activation<'_>, list: Local, index: Local) -> u64 {
    top.get(list).wrapping_add(top.get(index)).wrapping_add(1)
}

fn spend(cx: &mut Context, turns: i64) -> Result<(), FaultKind> {
    cx.fuel = cx.fuel.saturating_sub(turns);
    if cx.fuel < 0 { Err(FaultKind::BudgetExhausted) } else { Ok(()) }
}

fn float_arith(op: ArithOp, a: f64, b: f64) -> f64 {
    match op {
        ArithOp::Add => a + b,
        ArithOp::Sub => a - b,
        ArithOp::Mul => a * b,
        ArithOp::Div => a / b,
        ArithOp::Rem => a % b,
    }
}
