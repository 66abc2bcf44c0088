//! Calls: of functions of the module, and of the host.

use super::CodegenError;
use super::abi;
use super::exits::Exit;
use super::function::{Translator, WORD};
use super::symbols::Import;
use crate::mir::{EffectId, FunctionId, HostOp, Local};
use cranelift_codegen::ir::{FuncRef, InstBuilder, Value};
use journey_grammar::Span;

impl Translator<'_, '_> {
    /// Calls a function of the module; a fault in it becomes one here.
    pub fn call(&mut self, function: FunctionId, args: &[Local], span: Span) -> Result<Value, CodegenError> {
        let (callee, values) = self.callee(function, args)?;
        let call = self.b.ins().call(callee, &values);
        let value = self.b.inst_results(call)[0];
        self.reload_fuel();
        let status = self.load_context(abi::STATUS);
        let site = self.tables.site(span);
        self.leave_if(status, Exit::Callee(site), &[value.into()]);
        Ok(value)
    }

    /// A function of the module and the words that it is called with; the budget is written back for it.
    pub fn callee(&mut self, function: FunctionId, args: &[Local]) -> Result<(FuncRef, Vec<Value>), CodegenError> {
        let index = function.0 as usize;
        let body = self.unit.bodies.get(&index).copied().ok_or_else(|| self.malformed())?;
        if self.unit.material.module.functions.get(index).is_none_or(|callee| callee.params.len() != args.len()) {
            return Err(self.malformed());
        }
        let mut values = vec![self.cx];
        for &arg in args {
            values.push(self.read(arg)?);
        }
        self.flush_fuel();
        Ok((self.import(body), values))
    }

    pub fn host(&mut self, op: HostOp, args: &[Local], span: Span) -> Result<Value, CodegenError> {
        let values = args.iter().map(|&arg| self.read(arg)).collect::<Result<Vec<_>, _>>()?;
        self.host_values(op, &values, span)
    }

    /// A host operation.
    pub fn host_values(&mut self, op: HostOp, args: &[Value], span: Span) -> Result<Value, CodegenError> {
        let address = self.tables.op(op);
        self.host_call(Import::Host, address, args, span)
    }

    pub fn effect(&mut self, effect: EffectId, args: &[Local], span: Span) -> Result<(), CodegenError> {
        let values = args.iter().map(|&arg| self.read(arg)).collect::<Result<Vec<_>, _>>()?;
        self.host_call(Import::Effect, i64::from(effect.0), &values, span)?;
        Ok(())
    }

    /// Calls the host with what it is to do and words, which it finds in this function's frame.
    fn host_call(&mut self, import: Import, number: i64, args: &[Value], span: Span) -> Result<Value, CodegenError> {
        let slot = self.argument_slot(args.len())?;
        for (index, &arg) in args.iter().enumerate() {
            let offset = self.offset(index)?;
            self.b.ins().stack_store(WORD, arg, slot, offset);
        }
        let (number, count) = (self.constant(number), self.constant(args.len() as i64));
        let address = self.b.ins().stack_addr(WORD, slot, 0);
        let function = self.host_function(import);
        let call = self.b.ins().call(function, &[self.cx, number, address, count]);
        let value = self.b.inst_results(call)[0];
        self.check_host(span);
        Ok(value)
    }
}
