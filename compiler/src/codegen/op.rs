//! Operations and terminators.

use super::CodegenError;
use super::abi::{self, Found, ended};
use super::function::Translator;
use crate::hir::CompareOp;
use crate::mir::{Local, Op, StepInput, Terminator};
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{InstBuilder, Value};
use cranelift_frontend::Switch;
use journey_grammar::Span;

/// Whether the operation takes turns of the budget.
pub(super) fn is_turn(op: &Op) -> bool {
    matches!(op, Op::Turn | Op::Turns { .. })
}

impl Translator<'_, '_> {
    pub fn op(&mut self, op: &Op, span: Span) -> Result<(), CodegenError> {
        let (dst, value) = match op {
            Op::Const { dst, value } => (dst, self.constant(*value)),
            Op::Text { dst, text } => (dst, self.word_of(self.unit.material.texts, text.0)?),
            Op::Global { dst, global } => (dst, self.word_of(self.unit.material.globals, global.0)?),
            Op::Copy { dst, src } => (dst, self.read(*src)?),
            Op::Input { dst, input } => (dst, self.input(*input)),
            Op::Arith { op, kind, dst, a, b } => {
                let (a, b) = self.read_two(*a, *b)?;
                (dst, self.arith(*op, *kind, a, b, span)?)
            }
            Op::DecimalTimesInt { dst, decimal, int } => {
                let (decimal, int) = self.read_two(*decimal, *int)?;
                (dst, self.checked_mul(decimal, int, Found::DecimalOverflow, span))
            }
            Op::FloatArith { op, dst, a, b } => {
                let (a, b) = self.read_two(*a, *b)?;
                (dst, self.float_arith(*op, a, b, span)?)
            }
            Op::Compare { op, dst, a, b } => {
                let (a, b) = self.read_two(*a, *b)?;
                let condition = self.b.ins().icmp(int_condition(*op), a, b);
                (dst, self.truth(condition))
            }
            Op::FloatCompare { op, dst, a, b } => {
                let (a, b) = self.read_two(*a, *b)?;
                let (a, b) = (self.as_float(a), self.as_float(b));
                let condition = self.b.ins().fcmp(float_condition(*op), a, b);
                (dst, self.truth(condition))
            }
            Op::Not { dst, src } => {
                let src = self.read(*src)?;
                let condition = self.b.ins().icmp_imm_s(IntCC::Equal, src, 0);
                (dst, self.truth(condition))
            }
            Op::IntToFloat { dst, src } => {
                let src = self.read(*src)?;
                (dst, self.int_to_float(src))
            }
            Op::IntToDecimal { dst, src } => {
                let (src, scale) = (self.read(*src)?, self.constant(crate::machine::DECIMAL_ONE));
                (dst, self.checked_mul(src, scale, Found::DecimalOverflow, span))
            }
            Op::Load { dst, base, offset } => (dst, self.load(*base, *offset, span)?),
            Op::LoadElement { dst, list, index } => (dst, self.load_element(*list, *index, span)?),
            Op::Alloc { dst, words } => (dst, self.alloc(*words, span)?),
            Op::AllocList { dst, len } => (dst, self.alloc_list(*len, span)?),
            Op::Call { dst, function, args } => (dst, self.call(*function, args, span)?),
            Op::Host { dst, op, args } => (dst, self.host(*op, args, span)?),
            Op::Store { base, offset, src } => return self.store(*base, *offset, *src, span),
            Op::StoreElement { list, index, src } => return self.store_element(*list, *index, *src, span),
            Op::TruncateList { list, len } => return self.store(*list, 0, *len, span),
            Op::Turn => {
                let one = self.constant(1);
                self.turns(one, span);
                return Ok(());
            }
            Op::Turns { count } => {
                let count = self.read(*count)?;
                self.turns(count, span);
                return Ok(());
            }
            Op::Effect { effect, args } => return self.effect(*effect, args, span),
        };
        self.write(*dst, value)
    }

    /// One of the constant words that stand in every heap, or name what does.
    fn word_of(&mut self, words: &[u64], index: u32) -> Result<Value, CodegenError> {
        let word = *words.get(index as usize).ok_or_else(|| self.malformed())?;
        Ok(self.constant(word.cast_signed()))
    }

    fn read_two(&mut self, a: Local, b: Local) -> Result<(Value, Value), CodegenError> {
        Ok((self.read(a)?, self.read(b)?))
    }

    fn input(&mut self, input: StepInput) -> Value {
        self.load_context(match input {
            StepInput::Now => abi::NOW,
            StepInput::Customer => abi::CUSTOMER,
            StepInput::Profile => abi::PROFILE,
        })
    }

    /// Takes turns off the budget; a fault where none are left.
    fn turns(&mut self, count: Value, span: Span) {
        let fuel = self.b.use_var(self.fuel);
        let left = self.b.ins().isub(fuel, count);
        self.b.def_var(self.fuel, left);
        let exhausted = self.b.ins().icmp(IntCC::SignedLessThan, fuel, count);
        self.fault_if(exhausted, Found::BudgetExhausted, span);
    }

    pub fn terminator(&mut self, terminator: &Terminator, span: Span) -> Result<(), CodegenError> {
        match terminator {
            Terminator::Goto(to) => {
                let to = self.block(*to)?;
                self.b.ins().jump(to, &[]);
            }
            Terminator::Branch { cond, then, otherwise } => {
                let (cond, then, otherwise) = (self.read(*cond)?, self.block(*then)?, self.block(*otherwise)?);
                self.b.ins().brif(cond, then, &[], otherwise, &[]);
            }
            Terminator::Switch { value, cases, default } => {
                let (value, default) = (self.read(*value)?, self.block(*default)?);
                let mut switch = Switch::new();
                for (case, to) in cases {
                    let index = u128::from(case.cast_unsigned());
                    if !switch.entries().contains_key(&index) {
                        switch.set_entry(index, self.block(*to)?);
                    }
                }
                switch.emit(&mut self.b, value, default);
            }
            Terminator::Return(value) => {
                let value = self.read(*value)?;
                self.flush_fuel();
                self.b.ins().return_(&[value]);
            }
            Terminator::Suspend { pause, frame, deadlines } => self.suspend(*pause, frame, deadlines, span)?,
            Terminator::Finish(outcome) => {
                let nothing = self.constant(0);
                self.end(ended::FINISHED, i64::from(*outcome), nothing);
            }
            Terminator::Fail(text) => {
                let text = self.read(*text)?;
                self.fail(text, span);
            }
            // The places that a function notes are those of its own part.
            Terminator::Continue { function, .. } if self.unit.elsewhere.contains(&(function.0 as usize)) => {
                return Err(self.malformed());
            }
            Terminator::Continue { function, args } => {
                let (callee, values) = self.callee(*function, args)?;
                let call = self.b.ins().call(callee, &values);
                // The callee has noted how it ended.
                let value = self.b.inst_results(call)[0];
                self.b.ins().return_(&[value]);
            }
            Terminator::Unreachable => self.fault(Found::CorruptState, span),
        }
        Ok(())
    }

    /// Hands over frame and deadlines; the returned word says how many there are of each. A context of another program
    /// may have too little room.
    fn suspend(&mut self, pause: u32, frame: &[Local], deadlines: &[Local], span: Span) -> Result<(), CodegenError> {
        let (words, room) = (self.constant((frame.len() + deadlines.len()) as i64), self.load_context(abi::OUT_ROOM));
        let full = self.b.ins().icmp(IntCC::UnsignedGreaterThan, words, room);
        self.fault_if(full, Found::CorruptState, span);
        let out = self.load_context(abi::OUT);
        for (index, &local) in frame.iter().chain(deadlines).enumerate() {
            let (value, offset) = (self.read(local)?, self.offset(index)?);
            self.b.ins().store(cranelift_codegen::ir::MemFlagsData::trusted(), value, out, offset);
        }
        let counts = self.constant((frame.len() | deadlines.len() << 32) as i64);
        self.end(ended::SUSPENDED, i64::from(pause), counts);
        Ok(())
    }
}

fn int_condition(op: CompareOp) -> IntCC {
    match op {
        CompareOp::Eq => IntCC::Equal,
        CompareOp::Ne => IntCC::NotEqual,
        CompareOp::Lt => IntCC::SignedLessThan,
        CompareOp::Le => IntCC::SignedLessThanOrEqual,
        CompareOp::Gt => IntCC::SignedGreaterThan,
        CompareOp::Ge => IntCC::SignedGreaterThanOrEqual,
    }
}

/// IEEE 754: whatever is compared with NaN is false, but for `!=`.
fn float_condition(op: CompareOp) -> FloatCC {
    match op {
        CompareOp::Eq => FloatCC::Equal,
        CompareOp::Ne => FloatCC::NotEqual,
        CompareOp::Lt => FloatCC::LessThan,
        CompareOp::Le => FloatCC::LessThanOrEqual,
        CompareOp::Gt => FloatCC::GreaterThan,
        CompareOp::Ge => FloatCC::GreaterThanOrEqual,
    }
}
