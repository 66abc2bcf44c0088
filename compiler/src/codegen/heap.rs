//! The heap: every access compared with its length, allocation in line while there is room.

use super::CodegenError;
use super::abi::{self, Found, SLACK_WORDS};
use super::function::{Translator, WORD};
use super::symbols::Import;
use crate::mir::Local;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value};
use journey_grammar::Span;

impl Translator<'_, '_> {
    pub fn load(&mut self, base: Local, offset: u32, span: Span) -> Result<Value, CodegenError> {
        let reference = self.read(base)?;
        let (address, bytes) = self.word_address(reference, offset, span)?;
        let flags = self.heap_flags();
        Ok(self.b.ins().load(WORD, flags, address, bytes))
    }

    pub fn store(&mut self, base: Local, offset: u32, src: Local, span: Span) -> Result<(), CodegenError> {
        let (reference, value) = (self.read(base)?, self.read(src)?);
        let (address, bytes) = self.word_address(reference, offset, span)?;
        let flags = self.heap_flags();
        self.b.ins().store(flags, value, address, bytes);
        Ok(())
    }

    pub fn load_element(&mut self, list: Local, index: Local, span: Span) -> Result<Value, CodegenError> {
        let address = self.element_address(list, index, span)?;
        let flags = self.heap_flags();
        Ok(self.b.ins().load(WORD, flags, address, 8))
    }

    pub fn store_element(&mut self, list: Local, index: Local, src: Local, span: Span) -> Result<(), CodegenError> {
        let value = self.read(src)?;
        let address = self.element_address(list, index, span)?;
        let flags = self.heap_flags();
        self.b.ins().store(flags, value, address, 8);
        Ok(())
    }

    /// Where word `offset` of what `reference` names stands: an address and bytes behind it.
    fn word_address(&mut self, reference: Value, offset: u32, span: Span) -> Result<(Value, i32), CodegenError> {
        if offset < SLACK_WORDS {
            self.check_reference(reference, span);
            let bytes = self.offset(offset as usize)?;
            return Ok((self.address(reference), bytes));
        }
        // A field of a record of more than a thousand: its place is a reference of its own.
        let distance = self.constant(i64::from(offset));
        let place = self.b.ins().iadd(reference, distance);
        let wraps = self.b.ins().icmp(IntCC::UnsignedLessThan, place, distance);
        self.fault_if(wraps, Found::CorruptState, span);
        self.check_reference(place, span);
        Ok((self.address(place), 0))
    }

    /// Compares a reference with the limit of the heap, unless each way here has done so: a limit never sinks.
    fn check_reference(&mut self, reference: Value, span: Span) {
        if !self.known.insert(reference) {
            return;
        }
        let limit = self.load_context(abi::LIMIT);
        let outside = self.b.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, reference, limit);
        self.fault_if(outside, Found::CorruptState, span);
    }

    /// Where element `index` of a list stands, less the one word of its length.
    fn element_address(&mut self, list: Local, index: Local, span: Span) -> Result<Value, CodegenError> {
        let (list, index) = (self.read(list)?, self.read(index)?);
        let place = self.b.ins().iadd(list, index);
        self.check_reference(place, span);
        Ok(self.address(place))
    }

    /// Address of a word of the heap.
    fn address(&mut self, place: Value) -> Value {
        let base = self.load_context(abi::BASE);
        let bytes = self.b.ins().ishl_imm_u(place, 3);
        self.b.ins().iadd(base, bytes)
    }

    /// `words` fresh words.
    pub fn alloc(&mut self, words: u32, span: Span) -> Result<Value, CodegenError> {
        let words = self.constant(i64::from(words));
        let top = self.load_context(abi::TOP);
        let limit = self.load_context(abi::LIMIT);
        let room = self.b.ins().isub(limit, top);
        let full = self.b.ins().icmp(IntCC::UnsignedGreaterThan, words, room);
        self.alloc_or_grow(top, words, full, span)
    }

    /// A list of that many elements, its length set.
    pub fn alloc_list(&mut self, len: Local, span: Span) -> Result<Value, CodegenError> {
        let len = self.read(len)?;
        // A length below 0 is no length. What stands above 2^62 would wrap, and no heap holds it.
        let wrong = self.b.ins().icmp_imm_s(IntCC::UnsignedGreaterThan, len, i64::MAX >> 1);
        self.fault_if(wrong, Found::MemoryExhausted, span);
        let words = self.b.ins().iadd_imm_s(len, 1);
        let top = self.load_context(abi::TOP);
        let limit = self.load_context(abi::LIMIT);
        let room = self.b.ins().isub(limit, top);
        let full = self.b.ins().icmp(IntCC::UnsignedGreaterThan, words, room);
        let list = self.alloc_or_grow(top, words, full, span)?;
        let address = self.address(list);
        let flags = self.heap_flags();
        self.b.ins().store(flags, len, address, 0);
        Ok(list)
    }

    /// Takes the words from the top, or where the heap is `full`, lets it grow.
    fn alloc_or_grow(&mut self, top: Value, words: Value, full: Value, span: Span) -> Result<Value, CodegenError> {
        let done = self.b.create_block();
        let result = self.b.append_block_param(done, WORD);
        let (far, near) = self.fork(full);
        self.b.set_cold_block(far);
        self.b.switch_to_block(far);
        let grow = self.host_function(Import::Grow);
        let call = self.b.ins().call(grow, &[self.cx, words]);
        let reference = self.b.inst_results(call)[0];
        self.check_host(span);
        self.b.ins().jump(done, &[reference.into()]);
        self.b.switch_to_block(near);
        let end = self.b.ins().iadd(top, words);
        self.store_context(abi::TOP, end);
        self.b.ins().jump(done, &[top.into()]);
        self.go_on(done);
        Ok(result)
    }
}
