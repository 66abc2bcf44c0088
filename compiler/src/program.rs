//! A compiled program: the module, its constants, and code to run it.

use crate::codegen::{Code, CodegenError, Material};
use crate::machine::{Context, Fault, FaultKind, Status};
use crate::mir::{FunctionId, GlobalId, Module, TextId, interpret};

/// What runs the functions of a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Backend {
    /// Machine code, by Cranelift: that of a journey is made, in some milliseconds, when it has been needed a few times.
    #[default]
    Machine,
    /// The interpreter of the MIR: the oracle, and where executable memory is refused.
    Interpreter,
}

/// What stands before all else in every heap of a program.
#[derive(Debug, Default)]
pub struct Constants {
    /// The words themselves; word 0 is never a value.
    pub heap: Vec<u64>,
    /// Where each of [`Module::texts`] stands.
    pub texts: Vec<u64>,
    /// The word of each of [`Module::globals`].
    pub globals: Vec<u64>,
}

/// A program that can run. Cheap to share (`Arc`), never changed.
#[derive(Debug)]
pub struct Program {
    /// What the engine reads.
    pub module: Module,
    constants: Constants,
    /// Words that frame and deadlines of any pause need at most.
    out_words: usize,
    /// The machine code, or why there is none; `None` where none was asked for.
    code: Option<Result<Code, CodegenError>>,
}

impl Program {
    /// Computes the constants. Where machine code cannot be made, the program is interpreted, and [`Program::refused`] says why.
    ///
    /// # Errors
    /// A constant that faults (`const x = 1 / 0`), as the fault that it is.
    pub fn new(module: Module, backend: Backend) -> Result<Self, Fault> {
        let constants = constants(&module)?;
        let pauses = module.journeys.iter().flat_map(|journey| &journey.pauses);
        let out_words = pauses.map(|pause| pause.frame.len() + pause.arms.len()).max().unwrap_or(0);
        let code = (backend == Backend::Machine).then(|| Code::new(&module));
        Ok(Self { module, constants, out_words, code })
    }

    /// Runs an entry function on a context that was prepared by [`Context::begin`].
    #[inline]
    pub fn call(&self, function: FunctionId, args: &[u64], cx: &mut Context) -> Status {
        if let Some(Ok(code)) = &self.code
            && let Some(status) = code.call(function, args, cx, self.material())
        {
            return status;
        }
        interpret::call(&self.module, &self.constants, function, args, cx)
    }

    /// Makes all machine code at once, on all processors, instead of each journey's when it is needed.
    ///
    /// # Errors
    /// Why some of it can't be made; what that is of is interpreted.
    pub fn make_code(&self) -> Result<(), &CodegenError> {
        match &self.code {
            Some(Ok(code)) => code.make_all(self.material()),
            Some(Err(error)) => Err(error),
            None => Ok(()),
        }
    }

    /// Bytes of the machine code that was made so far.
    #[must_use]
    pub fn code_size(&self) -> usize {
        self.code.as_ref().and_then(|code| code.as_ref().ok()).map_or(0, Code::size)
    }

    #[inline]
    fn material(&self) -> Material<'_> {
        Material { module: &self.module, globals: &self.constants.globals, texts: &self.constants.texts }
    }

    /// Runs an entry function that returns a Bool: a condition. The quickest way to ask it.
    ///
    /// # Errors
    /// The fault, where it does not return.
    #[inline]
    pub fn holds(&self, function: FunctionId, args: &[u64], cx: &mut Context) -> Result<bool, Fault> {
        let made = match &self.code {
            Some(Ok(code)) => code.holds(function, args, cx, self.material()),
            _ => None,
        };
        let result = made.unwrap_or_else(|| match interpret::call(&self.module, &self.constants, function, args, cx) {
            Status::Returned(word) => Ok(word != 0),
            other => Err(other),
        });
        result.map_err(|status| match status {
            Status::Faulted(fault) => fault,
            _ => Fault { kind: FaultKind::CorruptState, span: crate::Span::default() },
        })
    }

    /// Which backend runs it.
    #[must_use]
    pub fn backend(&self) -> Backend {
        if matches!(self.code, Some(Ok(_))) { Backend::Machine } else { Backend::Interpreter }
    }

    /// Why the program, or a part of it that was needed, is interpreted although machine code was asked for.
    #[must_use]
    pub fn refused(&self) -> Option<&CodegenError> {
        match self.code.as_ref()? {
            Ok(code) => code.refused(),
            Err(error) => Some(error),
        }
    }

    /// Where a string literal stands in every heap of the program.
    #[must_use]
    pub fn text_ref(&self, text: TextId) -> u64 {
        self.constants.texts.get(text.0 as usize).copied().unwrap_or(0)
    }

    /// The word of a constant; a field's default is the constant of the same number.
    #[must_use]
    pub fn global(&self, global: GlobalId) -> u64 {
        self.constants.globals.get(global.0 as usize).copied().unwrap_or(0)
    }

    /// What every heap of the program begins with.
    #[must_use]
    pub fn constants(&self) -> &[u64] {
        &self.constants.heap
    }

    pub(crate) fn out_words(&self) -> usize {
        self.out_words
    }
}

/// Texts and globals, in order; each global may use those before it.
fn constants(module: &Module) -> Result<Constants, Fault> {
    let mut cx = Context::over(&[0], 0);
    let mut constants = Constants::default();
    for text in &module.texts {
        let word = cx.new_string(text).map_err(|kind| Fault { kind, span: crate::Span::default() })?;
        constants.texts.push(word);
    }
    for global in &module.globals {
        cx.fuel = crate::machine::BUDGET_DEFAULT;
        match interpret::call(module, &constants, global.function, &[], &mut cx) {
            Status::Returned(word) => constants.globals.push(word),
            Status::Faulted(fault) => return Err(fault),
            Status::Suspended { .. } | Status::Finished { .. } => {
                return Err(Fault { kind: FaultKind::CorruptState, span: crate::Span::default() });
            }
        }
    }
    let top = usize::try_from(cx.top).unwrap_or(usize::MAX);
    constants.heap = cx.words.get(..top).unwrap_or_default().to_vec();
    Ok(constants)
}
