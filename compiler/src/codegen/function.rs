//! From a function of the MIR to one of Cranelift's: its blocks and variables. The ways out are in [`super::exits`].

use super::abi;
use super::exits::Exit;
use super::home::{Home, across_blocks};
use super::order::Order;
use super::symbols::Import;
use super::{CodegenError, Tables, Unit};
use crate::mir::{Block as MirBlock, BlockId, Function as MirFunction, Local};
use cranelift_codegen::ir::immediates::Imm64;
use cranelift_codegen::ir::{
    AliasRegion, AliasRegionData, Block, FuncRef, Function, InstBuilder, MemFlagsData, StackSlot, StackSlotData, StackSlotKind, Type,
    Value, types,
};
use cranelift_codegen::isa::{TargetFrontendConfig, TargetIsa};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext, Variable};
use cranelift_module::FuncId;
use indexmap::IndexMap;
use rustc_hash::{FxHashMap, FxHashSet};

/// Every value is a word.
pub(super) const WORD: Type = types::I64;

/// Kinds of memory that do not overlap.
struct Regions {
    /// What stands in the context and only calls change.
    given: AliasRegion,
    /// What code itself changes there.
    state: AliasRegion,
    heap: AliasRegion,
}

impl Regions {
    fn new(func: &mut Function) -> Self {
        let mut region = |user_id, name: &'static str| {
            let description = name.into();
            func.dfg.alias_regions.insert(AliasRegionData { user_id, description })
        };
        Self { given: region(1, "given"), state: region(2, "state"), heap: region(3, "heap") }
    }
}

/// How far back through the blocks a known reference is looked for.
const KNOWN_BLOCKS: usize = 16;

/// References that have been compared with the heap's limit, by block.
#[derive(Default)]
pub(super) struct Known {
    /// For each block by its place, what was compared in it, and the block that leads there.
    blocks: Vec<(FxHashSet<Value>, usize)>,
}

impl Known {
    /// The next block begins, which every way leads to through that one.
    fn enter(&mut self, through: usize) {
        self.blocks.push((FxHashSet::default(), through));
    }

    /// Whether the reference was not known here; it is now.
    pub fn insert(&mut self, reference: Value) -> bool {
        let Some(here) = self.blocks.len().checked_sub(1) else { return true };
        let mut place = here;
        for _ in 0..KNOWN_BLOCKS {
            let (known, through) = &self.blocks[place];
            if known.contains(&reference) {
                return false;
            }
            if place == *through {
                break;
            }
            place = *through;
        }
        self.blocks[here].0.insert(reference)
    }
}

/// Translates one function.
pub(super) struct Translator<'a, 'u> {
    pub unit: &'u Unit<'u>,
    pub tables: &'a mut Tables,
    pub b: FunctionBuilder<'a>,
    frontend: TargetFrontendConfig,
    entry: Block,
    /// Address of the [`crate::machine::Context`].
    pub cx: Value,
    /// Turns that are left; written back before what could look at them.
    pub fuel: Variable,
    /// Whether the function takes turns itself.
    counts_fuel: bool,
    locals: Vec<Home>,
    /// The MIR's blocks in order, and Cranelift's for each.
    order: Order,
    blocks: Vec<Block>,
    /// Name of the function, for errors.
    name: String,
    pub exits: IndexMap<(Exit, Option<Block>), Block>,
    /// Where faults of the current block go on.
    pub handler: Option<Block>,
    imports: FxHashMap<FuncId, FuncRef>,
    /// Room for the arguments of a host call.
    arguments: Option<(StackSlot, usize)>,
    regions: Regions,
    /// References that are known to lie in the heap.
    pub known: Known,
}

impl<'a, 'u> Translator<'a, 'u> {
    pub fn new(
        unit: &'u Unit<'u>,
        tables: &'a mut Tables,
        func: &'a mut Function,
        builder: &'a mut FunctionBuilderContext,
        isa: &dyn TargetIsa,
    ) -> Self {
        let regions = Regions::new(func);
        let mut b = FunctionBuilder::new(func, builder);
        let entry = b.create_block();
        b.append_block_params_for_function_params(entry);
        b.switch_to_block(entry);
        let cx = b.block_params(entry)[0];
        b.seal_block(entry);
        let fuel = b.declare_var(WORD);
        Self {
            unit,
            tables,
            b,
            frontend: isa.frontend_config(),
            entry,
            cx,
            fuel,
            counts_fuel: false,
            locals: Vec::new(),
            order: Order::new(&[]),
            blocks: Vec::new(),
            name: String::new(),
            exits: IndexMap::new(),
            handler: None,
            imports: FxHashMap::default(),
            arguments: None,
            regions,
            known: Known::default(),
        }
    }

    /// A function's own code. `direct`: the engine calls it, with the address of its parameters.
    pub fn body(mut self, function: &MirFunction, direct: bool) -> Result<(), CodegenError> {
        self.name.clone_from(&function.name);
        self.counts_fuel = function.blocks.iter().flat_map(|block| &block.instructions).any(|i| super::op::is_turn(&i.op));
        let across = across_blocks(function);
        self.locals =
            across.iter().map(|&across| if across { Home::Variable(self.b.declare_var(WORD)) } else { Home::Value(None) }).collect();
        self.order = Order::new(&function.blocks);
        self.blocks = self.order.blocks.iter().map(|_| self.b.create_block()).collect();
        self.parameters(function, direct)?;
        self.reload_fuel();
        let first = self.block(BlockId(0))?;
        self.b.ins().jump(first, &[]);
        for place in 0..self.blocks.len() {
            let block = self.blocks[place];
            // Where all that lead here have been translated, what they know of variables is known here.
            // The ways of faults are made at the end.
            if !self.order.handlers[place] && self.order.before[place].iter().all(|&from| from < place) {
                self.b.seal_block(block);
            }
            self.known.enter(self.order.through[place]);
            self.b.switch_to_block(block);
            let block = function.blocks.get(self.order.blocks[place]).ok_or_else(|| self.malformed())?;
            self.block_code(block)?;
        }
        self.finish();
        Ok(())
    }

    /// Code for the engine that reads the parameters from where the engine has them and calls a function that takes them as parameters.
    pub fn thunk(mut self, body: FuncId, params: usize) -> Result<(), CodegenError> {
        let mut args = vec![self.cx];
        let from = self.b.block_params(self.entry)[1];
        for index in 0..params {
            args.push(self.load_argument(from, index)?);
        }
        let body = self.import(body);
        let call = self.b.ins().call(body, &args);
        let value = self.b.inst_results(call)[0];
        self.b.ins().return_(&[value]);
        self.finish();
        Ok(())
    }

    fn finish(mut self) {
        self.fill_exits();
        self.b.seal_all_blocks();
        self.b.finalize(self.frontend);
    }

    fn parameters(&mut self, function: &MirFunction, direct: bool) -> Result<(), CodegenError> {
        for (index, &param) in function.params.iter().enumerate() {
            let value = if direct {
                let from = self.b.block_params(self.entry)[1];
                self.load_argument(from, index)?
            } else {
                self.b.block_params(self.entry)[index + 1]
            };
            self.write(param, value)?;
        }
        Ok(())
    }

    fn load_argument(&mut self, from: Value, index: usize) -> Result<Value, CodegenError> {
        let offset = self.offset(index)?;
        Ok(self.b.ins().load(WORD, MemFlagsData::trusted(), from, offset))
    }

    fn block_code(&mut self, block: &MirBlock) -> Result<(), CodegenError> {
        self.handler = block.handler.map(|handler| self.block(handler)).transpose()?;
        for instruction in &block.instructions {
            self.op(&instruction.op, instruction.span)?;
        }
        self.terminator(&block.terminator, block.span)
    }

    pub fn malformed(&self) -> CodegenError {
        CodegenError::Malformed(self.name.clone())
    }

    /// The byte offset of a word.
    pub fn offset(&self, index: usize) -> Result<i32, CodegenError> {
        index.checked_mul(8).and_then(|bytes| i32::try_from(bytes).ok()).ok_or_else(|| self.malformed())
    }

    pub fn block(&self, id: BlockId) -> Result<Block, CodegenError> {
        let place = self.order.place(id);
        place.and_then(|place| self.blocks.get(place)).copied().ok_or_else(|| self.malformed())
    }

    pub fn read(&mut self, local: Local) -> Result<Value, CodegenError> {
        match self.locals.get(local.0 as usize) {
            Some(&Home::Variable(variable)) => Ok(self.b.use_var(variable)),
            Some(&Home::Value(Some(value))) => Ok(value),
            Some(Home::Value(None)) | None => Err(self.malformed()),
        }
    }

    pub fn write(&mut self, local: Local, value: Value) -> Result<(), CodegenError> {
        match self.locals.get_mut(local.0 as usize) {
            Some(&mut Home::Variable(variable)) => self.b.def_var(variable, value),
            Some(Home::Value(latest)) => *latest = Some(value),
            None => return Err(self.malformed()),
        }
        Ok(())
    }

    pub fn constant(&mut self, value: impl Into<Imm64>) -> Value {
        self.b.ins().iconst(WORD, value)
    }

    /// A condition as a word, 0 or 1.
    pub fn truth(&mut self, condition: Value) -> Value {
        self.b.ins().uextend(WORD, condition)
    }

    fn context_flags(&self, field: i32) -> MemFlagsData {
        let region = match field {
            abi::TOP | abi::FUEL | abi::STATUS | abi::DETAIL => self.regions.state,
            _ => self.regions.given,
        };
        MemFlagsData::trusted().with_alias_region(Some(region))
    }

    pub fn heap_flags(&self) -> MemFlagsData {
        MemFlagsData::trusted().with_alias_region(Some(self.regions.heap))
    }

    /// Reads a field of the context; of those that only a call can change, Cranelift reads each as seldom as it may.
    pub fn load_context(&mut self, field: i32) -> Value {
        let flags = self.context_flags(field);
        self.b.ins().load(WORD, flags, self.cx, field)
    }

    pub fn store_context(&mut self, field: i32, value: Value) {
        let flags = self.context_flags(field);
        self.b.ins().store(flags, value, self.cx, field);
    }

    /// Reads from the context what a call may have left of the budget.
    pub fn reload_fuel(&mut self) {
        if self.counts_fuel {
            let fuel = self.load_context(abi::FUEL);
            self.b.def_var(self.fuel, fuel);
        }
    }

    /// Writes back the turns that are left.
    pub fn flush_fuel(&mut self) {
        if self.counts_fuel {
            let fuel = self.b.use_var(self.fuel);
            self.store_context(abi::FUEL, fuel);
        }
    }

    /// A function that can be called from here.
    pub fn import(&mut self, id: FuncId) -> FuncRef {
        if let Some(&known) = self.imports.get(&id) {
            return known;
        }
        let reference = self.unit.names.import(id, self.b.func);
        self.imports.insert(id, reference);
        reference
    }

    /// A function of the host.
    pub fn host_function(&mut self, import: Import) -> FuncRef {
        self.import(FuncId::from_u32(import as u32))
    }

    /// Room for `count` words in the frame, the same for every host call of this function.
    pub fn argument_slot(&mut self, count: usize) -> Result<StackSlot, CodegenError> {
        match self.arguments {
            Some((slot, room)) if room >= count => Ok(slot),
            _ => {
                let room = count.next_power_of_two().max(4);
                let bytes = room.checked_mul(8).and_then(|bytes| u32::try_from(bytes).ok()).ok_or_else(|| self.malformed())?;
                let slot = self.b.create_sized_stack_slot(StackSlotData::new(StackSlotKind::ExplicitSlot, bytes, 3));
                self.arguments = Some((slot, room));
                Ok(slot)
            }
        }
    }
}
