//! The ways out of a function: faults, `fail`, and its end.

use super::abi::{self, Found, ended};
use super::function::{Translator, WORD};
use super::symbols::Import;
use cranelift_codegen::ir::{Block, BlockArg, InstBuilder, Value};
use journey_grammar::Span;

/// A way out of a function that several places share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Exit {
    /// A fault that this code has found, at a place.
    Fault(Found, usize),
    /// A fault that the host has noted, at a place.
    Host(usize),
    /// `fail`. Takes the text.
    Failed(usize),
    /// A fault that a called function has noted; it becomes one at this place. Takes the word that the callee returned.
    Callee(usize),
}

impl Translator<'_, '_> {
    /// Goes on only where `condition` is false; else leaves by the fault.
    pub fn fault_if(&mut self, condition: Value, fault: Found, span: Span) {
        let site = self.tables.site(span);
        self.leave_if(condition, Exit::Fault(fault, site), &[]);
    }

    /// Goes on only where the host has noted no fault.
    pub fn check_host(&mut self, span: Span) {
        let status = self.load_context(abi::STATUS);
        let site = self.tables.site(span);
        self.leave_if(status, Exit::Host(site), &[]);
    }

    /// Leaves by `exit` where `condition` is not 0.
    pub fn leave_if(&mut self, condition: Value, exit: Exit, args: &[BlockArg]) {
        let out = self.exit(exit);
        let next = self.b.create_block();
        self.b.ins().brif(condition, out, args, next, &[]);
        self.go_on(next);
    }

    /// Two blocks, where `condition` is not 0 and where it is.
    pub fn fork(&mut self, condition: Value) -> (Block, Block) {
        let (then, otherwise) = (self.b.create_block(), self.b.create_block());
        self.b.ins().brif(condition, then, &[], otherwise, &[]);
        self.b.seal_block(then);
        self.b.seal_block(otherwise);
        (then, otherwise)
    }

    /// Goes on in a block to which nothing more will lead.
    pub fn go_on(&mut self, block: Block) {
        self.b.seal_block(block);
        self.b.switch_to_block(block);
    }

    /// Leaves by `fail`.
    pub fn fail(&mut self, text: Value, span: Span) {
        let exit = Exit::Failed(self.tables.site(span));
        let out = self.exit(exit);
        self.b.ins().jump(out, &[text.into()]);
    }

    /// Leaves by a fault without condition.
    pub fn fault(&mut self, fault: Found, span: Span) {
        let exit = Exit::Fault(fault, self.tables.site(span));
        let out = self.exit(exit);
        self.b.ins().jump(out, &[]);
    }

    /// The cold block of an exit; filled when the function is done.
    fn exit(&mut self, exit: Exit) -> Block {
        if let Some(&block) = self.exits.get(&(exit, self.handler)) {
            return block;
        }
        let block = self.b.create_block();
        self.b.set_cold_block(block);
        if matches!(exit, Exit::Callee(_) | Exit::Failed(_)) {
            self.b.append_block_param(block, WORD);
        }
        self.exits.insert((exit, self.handler), block);
        block
    }

    /// Fills the exits: each hands status and place to the one block that notes them.
    pub fn fill_exits(&mut self) {
        if self.exits.is_empty() {
            return;
        }
        let fail = self.b.create_block();
        self.b.set_cold_block(fail);
        let packed = self.b.append_block_param(fail, WORD);
        for ((exit, handler), block) in std::mem::take(&mut self.exits) {
            self.b.switch_to_block(block);
            let value = self.b.block_params(block).first().copied();
            let (status, site) = match exit {
                Exit::Fault(found, site) => (Some(found.status()), site),
                Exit::Host(site) => (Some(ended::HOST_FAULT), site),
                Exit::Failed(site) => (Some(ended::FAILED), site),
                Exit::Callee(site) => (None, site),
            };
            if handler.is_none() && value.is_none() {
                let packed = self.constant((status.unwrap_or_default() << 32 | site as u64).cast_signed());
                self.b.ins().jump(fail, &[packed.into()]);
                continue;
            }
            if let Some(status) = status {
                let status = self.constant(status.cast_signed());
                self.store_context(abi::STATUS, status);
            }
            let place = self.constant(site as i64);
            self.store_context(abi::DETAIL, place);
            let value = value.unwrap_or(place);
            if let Some(handler) = handler {
                self.catch(value, site, handler);
            }
            self.flush_fuel();
            self.b.ins().return_(&[value]);
        }
        self.b.switch_to_block(fail);
        let status = self.b.ins().ushr_imm_u(packed, 32);
        let place = self.b.ins().band_imm_u(packed, i64::from(u32::MAX));
        self.store_context(abi::STATUS, status);
        self.store_context(abi::DETAIL, place);
        self.flush_fuel();
        self.b.ins().return_(&[packed]);
    }

    /// Goes on in the handler, where the fault that the context tells of can be caught.
    fn catch(&mut self, value: Value, site: usize, handler: Block) {
        let place = self.tables.sites.get(site).copied().unwrap_or_default();
        let (file, start) = (self.constant(i64::from(place.file.0)), self.constant(i64::from(place.start)));
        let function = self.host_function(Import::Catch);
        let call = self.b.ins().call(function, &[self.cx, value, file, start]);
        let caught = self.b.inst_results(call)[0];
        let out = self.b.create_block();
        self.b.set_cold_block(out);
        self.b.ins().brif(caught, handler, &[], out, &[]);
        self.b.switch_to_block(out);
    }

    /// Notes how the function ends and returns `value`.
    pub fn end(&mut self, status: u64, detail: i64, value: Value) {
        let status = self.constant(status.cast_signed());
        let detail = self.constant(detail);
        self.store_context(abi::STATUS, status);
        self.store_context(abi::DETAIL, detail);
        self.flush_fuel();
        self.b.ins().return_(&[value]);
    }
}
