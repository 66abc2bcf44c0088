//! Where machine code lies: one piece of memory of exactly the size that is needed, given back when it is dropped.
#![expect(unsafe_code, reason = "code memory is freed, and addresses become functions")]

use super::CodegenError;
use super::symbols;
use crate::machine::Context;
use cranelift_codegen::ir::{AbiParam, ExtFuncData, ExternalName, FuncRef, Function, Signature, UserExternalName, types};
use cranelift_codegen::isa::{CallConv, OwnedTargetIsa, TargetIsa};
use cranelift_jit::{ArenaMemoryProvider, JITBuilder, JITModule};
use cranelift_module::{FuncId, Linkage, Module as _, ModuleDeclarations, ModuleReloc, default_libcall_names};
use region::Protection;
use std::sync::Mutex;

/// No machine has larger pages by default.
const PAGE_BYTES: usize = 64 << 10;

/// A function that the engine calls: with the context, and the address of its parameters.
pub(super) type Entry = unsafe extern "C" fn(*mut Context, *const u64) -> u64;

/// The compiled bytes of a function.
pub(super) struct Compiled {
    pub id: FuncId,
    pub bytes: Vec<u8>,
    pub alignment: u64,
    pub relocations: Vec<ModuleReloc>,
}

/// Finished code in executable memory.
pub(super) struct Image {
    /// Kept only to be freed; behind a lock because it may not be looked at from two threads at once.
    module: Option<Mutex<JITModule>>,
}

impl Drop for Image {
    fn drop(&mut self) {
        if let Some(module) = self.module.take() {
            let module = module.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
            // SAFETY: the addresses of this code are known to the `Code` that owns this image alone, which hands out
            // none and borrows itself while it runs one; being dropped, it runs none and never will.
            unsafe { module.free_memory() };
        }
    }
}

/// The names of all functions, the host's first, in the order in which the image must declare them too.
pub(super) struct Names {
    convention: CallConv,
    list: Vec<(String, Linkage, Signature)>,
    /// Where functions of other images stand.
    elsewhere: Vec<(String, usize)>,
    declarations: ModuleDeclarations,
}

impl Names {
    /// With the host's functions entered.
    ///
    /// # Errors
    /// None that happens; Cranelift's.
    pub fn new(isa: &dyn TargetIsa) -> Result<Self, CodegenError> {
        let mut names = Self {
            convention: isa.default_call_conv(),
            list: Vec::new(),
            elsewhere: Vec::new(),
            declarations: ModuleDeclarations::default(),
        };
        for symbol in symbols::table() {
            names.declare(symbol.name.to_owned(), Linkage::Import, symbol.params)?;
        }
        Ok(names)
    }

    /// Enters a function that takes that many words (the context is one of them).
    ///
    /// # Errors
    /// Cranelift's, for a name that is there twice.
    pub fn declare(&mut self, name: String, linkage: Linkage, params: usize) -> Result<FuncId, CodegenError> {
        let signature = self.signature(params);
        let (id, _) = self.declarations.declare_function(&name, linkage, &signature)?;
        self.list.push((name, linkage, signature));
        Ok(id)
    }

    /// Enters a function of another image, which must live as long as the one that is made with these names.
    ///
    /// # Errors
    /// As of [`Names::declare`].
    pub fn import_at(&mut self, name: String, address: usize, params: usize) -> Result<FuncId, CodegenError> {
        self.elsewhere.push((name.clone(), address));
        self.declare(name, Linkage::Import, params)
    }

    /// `extern "C" fn(u64, …) -> u64`
    fn signature(&self, params: usize) -> Signature {
        let mut signature = Signature::new(self.convention);
        signature.params.resize(params, AbiParam::new(types::I64));
        signature.returns.push(AbiParam::new(types::I64));
        signature
    }

    /// The signature that it was declared with.
    pub fn signature_of(&self, id: FuncId) -> Signature {
        self.declarations.get_function_decl(id).signature.clone()
    }

    /// Makes a function known inside another, for calls.
    pub fn import(&self, id: FuncId, into: &mut Function) -> FuncRef {
        let declaration = self.declarations.get_function_decl(id);
        let signature = into.import_signature(declaration.signature.clone());
        let name = into.declare_imported_user_function(UserExternalName { namespace: 0, index: id.as_u32() });
        into.import_function(ExtFuncData {
            name: ExternalName::user(name),
            signature,
            colocated: declaration.linkage.is_final(),
            patchable: false,
        })
    }
}

/// Tries whether the system lets memory become executable; hardened ones do not. The arena would panic there, and a panic is
/// told to whoever looks at the terminal.
///
/// # Errors
/// Where it does not.
pub(super) fn may_execute() -> Result<(), CodegenError> {
    let refused = |error: region::Error| CodegenError::Memory(error.to_string());
    let mut page = region::alloc(1, Protection::READ_WRITE).map_err(refused)?;
    // SAFETY: these pages are `page`'s alone, nothing refers to what is in them, and nothing is written to them afterwards.
    unsafe { region::protect(page.as_mut_ptr::<u8>(), page.len(), Protection::READ_EXECUTE) }.map_err(refused)
}

impl Image {
    /// Puts compiled functions into executable memory.
    ///
    /// # Errors
    /// Where the system gives no (executable) memory.
    pub fn new(isa: OwnedTargetIsa, names: &Names, functions: &[Compiled]) -> Result<Self, CodegenError> {
        let sizes = || functions.iter().map(|f| f.bytes.len() + usize::try_from(f.alignment.max(64)).unwrap_or(64));
        may_execute()?;
        // The arena grows by whole pages for each function that does not fit, whatever room was left: that room is less than
        // the largest function. What is reserved and not used costs no memory.
        let bytes = sizes().sum::<usize>() + sizes().max().unwrap_or(0) + PAGE_BYTES;
        let arena = ArenaMemoryProvider::new_with_size(bytes).map_err(|e| CodegenError::Memory(e.to_string()))?;
        let mut builder = JITBuilder::with_isa(isa, default_libcall_names());
        builder.memory_provider(Box::new(arena));
        for symbol in symbols::table() {
            builder.symbol(symbol.name, symbol.address);
        }
        for (name, address) in &names.elsewhere {
            builder.symbol(name, std::ptr::with_exposed_provenance(*address));
        }
        // From here on the image frees the memory, whatever happens.
        let mut image = Self { module: Some(Mutex::new(JITModule::new(builder))) };
        let module = image.module()?;
        for (name, linkage, signature) in &names.list {
            module.declare_function(name, *linkage, signature)?;
        }
        for f in functions {
            module.define_function_bytes(f.id, f.alignment, &f.bytes, &f.relocations)?;
        }
        module.finalize_definitions()?;
        Ok(image)
    }

    fn module(&mut self) -> Result<&mut JITModule, CodegenError> {
        let module = self.module.as_mut().ok_or(CodegenError::Panicked)?;
        Ok(module.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Where a function of the image stands.
    ///
    /// # Errors
    /// None that happens.
    pub fn address(&mut self, id: FuncId) -> Result<*const u8, CodegenError> {
        Ok(self.module()?.get_finalized_function(id))
    }

    /// A function of the image, which must have been compiled as an entry.
    ///
    /// # Errors
    /// None that happens.
    pub fn entry(&mut self, id: FuncId) -> Result<Entry, CodegenError> {
        let address = self.address(id)?;
        // SAFETY: it is the address of finished code with this signature (declared with two words, context and parameters),
        // and is called by `Code` alone, which owns the image.
        Ok(unsafe { std::mem::transmute::<*const u8, Entry>(address) })
    }
}
