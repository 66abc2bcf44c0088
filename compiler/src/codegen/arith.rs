//! Arithmetic: checked, and never a trap.

use super::CodegenError;
use super::abi::Found;
use super::function::{Translator, WORD};
use crate::hir::ArithOp;
use crate::machine::{DECIMAL_ONE, TIME_MAX_MS, TIME_MIN_MS};
use crate::mir::{HostOp, NumberKind};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, InstructionData, MemFlagsData, Opcode, Value, types};
use journey_grammar::Span;

impl Translator<'_, '_> {
    pub fn arith(&mut self, op: ArithOp, kind: NumberKind, a: Value, b: Value, span: Span) -> Result<Value, CodegenError> {
        let overflow = match kind {
            NumberKind::Int => Found::IntOverflow,
            NumberKind::Decimal => Found::DecimalOverflow,
            NumberKind::Duration => Found::DurationOverflow,
            NumberKind::Time => Found::TimeOutOfRange,
        };
        let result = match (op, kind) {
            (ArithOp::Add, _) => self.checked_add(a, b, overflow, span),
            (ArithOp::Sub, _) => {
                let (difference, over) = self.b.ins().ssub_overflow(a, b);
                self.fault_if(over, overflow, span);
                difference
            }
            (ArithOp::Mul, NumberKind::Decimal) => return self.decimal_mul(a, b, span),
            (ArithOp::Div, NumberKind::Decimal) => return self.decimal_div(a, b, span),
            (ArithOp::Mul, _) => self.checked_mul(a, b, overflow, span),
            (ArithOp::Div, _) => self.checked_div(a, b, overflow, span),
            (ArithOp::Rem, _) => self.checked_rem(a, b, span),
        };
        if kind == NumberKind::Time {
            let lowest = self.constant(TIME_MIN_MS);
            let above = self.b.ins().isub(result, lowest);
            let outside = self.b.ins().icmp_imm_s(IntCC::UnsignedGreaterThan, above, TIME_MAX_MS - TIME_MIN_MS);
            self.fault_if(outside, Found::TimeOutOfRange, span);
        }
        Ok(result)
    }

    fn checked_add(&mut self, a: Value, b: Value, overflow: Found, span: Span) -> Value {
        // What grows by a known amount is compared with what it was: two instructions less.
        let (sum, over) = if self.known_constant(b).is_some_and(|b| b >= 0) {
            let sum = self.b.ins().iadd(a, b);
            (sum, self.b.ins().icmp(IntCC::SignedLessThan, sum, a))
        } else {
            self.b.ins().sadd_overflow(a, b)
        };
        self.fault_if(over, overflow, span);
        sum
    }

    /// The number, where the value is one that is known here.
    fn known_constant(&self, value: Value) -> Option<i64> {
        let dfg = &self.b.func.dfg;
        match dfg.insts[dfg.value_def(value).inst()?] {
            InstructionData::UnaryImm { opcode: Opcode::Iconst, imm } => Some(imm.bits()),
            _ => None,
        }
    }

    pub fn checked_mul(&mut self, a: Value, b: Value, overflow: Found, span: Span) -> Value {
        let (product, over) = self.b.ins().smul_overflow(a, b);
        self.fault_if(over, overflow, span);
        product
    }

    /// Truncates. The smallest number by -1 does not fit, and would trap.
    fn checked_div(&mut self, a: Value, b: Value, overflow: Found, span: Span) -> Value {
        self.fault_if_zero(b, span);
        let smallest = self.b.ins().icmp_imm_s(IntCC::Equal, a, i64::MIN);
        let minus_one = self.b.ins().icmp_imm_s(IntCC::Equal, b, -1);
        let over = self.b.ins().band(smallest, minus_one);
        self.fault_if(over, overflow, span);
        self.b.ins().sdiv(a, b)
    }

    /// With the sign of the dividend. By -1 it is 0, where the machine would trap on the smallest number: so it is taken by 1.
    fn checked_rem(&mut self, a: Value, b: Value, span: Span) -> Value {
        self.fault_if_zero(b, span);
        let minus_one = self.b.ins().icmp_imm_s(IntCC::Equal, b, -1);
        let one = self.constant(1);
        let divisor = self.b.ins().select(minus_one, one, b);
        self.b.ins().srem(a, divisor)
    }

    fn fault_if_zero(&mut self, divisor: Value, span: Span) {
        let zero = self.b.ins().icmp_imm_s(IntCC::Equal, divisor, 0);
        self.fault_if(zero, Found::DivisionByZero, span);
    }

    /// Rounds half away from zero. Here where the product fits into a word, else by the host in 128 bits.
    fn decimal_mul(&mut self, a: Value, b: Value, span: Span) -> Result<Value, CodegenError> {
        let (product, over) = self.b.ins().smul_overflow(a, b);
        self.fast_or_host(over, HostOp::DecimalMul, [a, b], span, |t| {
            let scale = t.constant(DECIMAL_ONE);
            let quotient = t.b.ins().sdiv(product, scale);
            let whole = t.b.ins().imul(quotient, scale);
            let rest = t.b.ins().isub(product, whole);
            let rest = t.b.ins().iabs(rest);
            let up = t.b.ins().icmp_imm_s(IntCC::UnsignedGreaterThanOrEqual, rest, DECIMAL_ONE / 2);
            t.away_from_zero(quotient, product, up)
        })
    }

    /// Rounds half away from zero. Here where the scaled dividend fits into a word, else by the host in 128 bits.
    fn decimal_div(&mut self, a: Value, b: Value, span: Span) -> Result<Value, CodegenError> {
        self.fault_if_zero(b, span);
        let scale = self.constant(DECIMAL_ONE);
        let (scaled, over) = self.b.ins().smul_overflow(a, scale);
        self.fast_or_host(over, HostOp::DecimalDiv, [a, b], span, |t| {
            // No multiple of 1,000,000 is the smallest number, so that this cannot trap.
            let quotient = t.b.ins().sdiv(scaled, b);
            let whole = t.b.ins().imul(quotient, b);
            let rest = t.b.ins().isub(scaled, whole);
            let (rest, divisor) = (t.b.ins().iabs(rest), t.b.ins().iabs(b));
            let missing = t.b.ins().isub(divisor, rest);
            let up = t.b.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, rest, missing);
            let sign = t.b.ins().bxor(scaled, b);
            t.away_from_zero(quotient, sign, up)
        })
    }

    /// `quotient`, where `up` one further away from zero on the side that the sign of `sign` tells.
    fn away_from_zero(&mut self, quotient: Value, sign: Value, up: Value) -> Value {
        let sign = self.b.ins().sshr_imm_u(sign, 63);
        let one = self.b.ins().bor_imm_s(sign, 1);
        let zero = self.constant(0);
        let step = self.b.ins().select(up, one, zero);
        self.b.ins().iadd(quotient, step)
    }

    /// The value of `fast`, or where `slow` is true, what the host makes of the arguments.
    fn fast_or_host(
        &mut self,
        slow: Value,
        op: HostOp,
        args: [Value; 2],
        span: Span,
        fast: impl FnOnce(&mut Self) -> Value,
    ) -> Result<Value, CodegenError> {
        let done = self.b.create_block();
        let result = self.b.append_block_param(done, WORD);
        let (far, near) = self.fork(slow);
        self.b.set_cold_block(far);
        self.b.switch_to_block(far);
        let value = self.host_values(op, &args, span)?;
        self.b.ins().jump(done, &[value.into()]);
        self.b.switch_to_block(near);
        let value = fast(self);
        self.b.ins().jump(done, &[value.into()]);
        self.go_on(done);
        Ok(result)
    }

    pub fn as_float(&mut self, word: Value) -> Value {
        self.b.ins().bitcast(types::F64, MemFlagsData::new(), word)
    }

    fn as_word(&mut self, float: Value) -> Value {
        self.b.ins().bitcast(WORD, MemFlagsData::new(), float)
    }

    pub fn int_to_float(&mut self, int: Value) -> Value {
        let float = self.b.ins().fcvt_from_sint(types::F64, int);
        self.as_word(float)
    }

    /// IEEE 754; never a fault.
    pub fn float_arith(&mut self, op: ArithOp, a: Value, b: Value, span: Span) -> Result<Value, CodegenError> {
        if op == ArithOp::Rem {
            return self.host_values(HostOp::FloatRem, &[a, b], span);
        }
        let (a, b) = (self.as_float(a), self.as_float(b));
        let result = match op {
            ArithOp::Add => self.b.ins().fadd(a, b),
            ArithOp::Sub => self.b.ins().fsub(a, b),
            ArithOp::Mul => self.b.ins().fmul(a, b),
            ArithOp::Div | ArithOp::Rem => self.b.ins().fdiv(a, b),
        };
        Ok(self.as_word(result))
    }
}
