use super::Both;
use super::build::{function, goto, l, module, straight};
use crate::codegen::{Code, CodegenError, Material};
use crate::hir::{ArithOp, CompareOp};
use crate::machine::{Context, FaultKind, STEP_WORDS_MAX, Status};
use crate::mir::{BlockId, Function, FunctionId, HostOp, Module, NumberKind, Op, Terminator};
use crate::{Backend, Program};

#[test]
fn fields_and_elements_are_read_and_written() {
    let ops = vec![
        Op::Load { dst: l(2), base: l(0), offset: 1 },
        Op::Alloc { dst: l(3), words: 2 },
        Op::Store { base: l(3), offset: 0, src: l(2) },
        Op::Store { base: l(3), offset: 1, src: l(1) },
        Op::AllocList { dst: l(4), len: l(1) },
        Op::Const { dst: l(5), value: 0 },
        Op::StoreElement { list: l(4), index: l(5), src: l(3) },
        Op::Const { dst: l(6), value: 1 },
        Op::StoreElement { list: l(4), index: l(6), src: l(2) },
        Op::TruncateList { list: l(4), len: l(6) },
        Op::LoadElement { dst: l(6), list: l(4), index: l(5) },
        Op::Load { dst: l(6), base: l(6), offset: 0 },
    ];
    let outcome = Both::new(&module(vec![straight(2, 7, ops, 6)])).run(0, 10, |cx| vec![cx.new_record(&[5, 77]).unwrap(), 2]);
    assert_eq!(outcome.status, Status::Returned(77));
    let list = &outcome.heap[outcome.heap.len() - 3..];
    assert_eq!((list[0], list[2]), (1, 77), "cut to one element; the second still stands behind");
}

#[test]
fn a_reference_outside_the_heap_is_corrupt_state() {
    let read = |op| straight(2, 3, vec![op], 2);
    let functions = vec![
        read(Op::Load { dst: l(2), base: l(0), offset: 0 }),
        read(Op::Load { dst: l(2), base: l(0), offset: 3 }),
        read(Op::Load { dst: l(2), base: l(0), offset: 1_023 }),
        read(Op::Load { dst: l(2), base: l(0), offset: 5_000 }),
        read(Op::Load { dst: l(2), base: l(0), offset: u32::MAX }),
        read(Op::LoadElement { dst: l(2), list: l(0), index: l(1) }),
        read(Op::StoreElement { list: l(0), index: l(1), src: l(0) }),
        read(Op::Store { base: l(0), offset: 9, src: l(0) }),
    ];
    let program = Program::new(module(functions), Backend::Machine).unwrap();
    program.make_code().unwrap();
    let mut cx = Context::new(&program);
    for function in 0..8 {
        for wild in [cx.limit, cx.limit + 1, u64::MAX, u64::MAX - 1, u64::MAX - 8, 1 << 61, 1 << 63, u64::from(u32::MAX)] {
            for index in [0, 1, 8] {
                cx.begin(0, "ann", 10);
                let status = program.call(FunctionId(function), &[wild, index], &mut cx);
                let corrupt = matches!(&status, Status::Faulted(fault) if fault.kind == FaultKind::CorruptState);
                // An index that leads back to the start of the heap reads what is there.
                let wraps = function == 5 && wild.wrapping_add(index) < 8 || function == 6 && wild.wrapping_add(index) < 8;
                assert!(corrupt || wraps, "function {function} at {wild} + {index}: {status:?}");
            }
        }
    }
}

/// Allocates lists of its second parameter's length until the first is counted down.
fn allocating() -> Function {
    let test = vec![Op::Const { dst: l(2), value: 0 }, Op::Compare { op: CompareOp::Gt, dst: l(3), a: l(0), b: l(2) }];
    let step = vec![
        Op::AllocList { dst: l(4), len: l(1) },
        Op::Const { dst: l(5), value: 1 },
        Op::Arith { op: ArithOp::Sub, kind: NumberKind::Int, dst: l(0), a: l(0), b: l(5) },
        Op::Alloc { dst: l(4), words: 300 },
        Op::Store { base: l(4), offset: 299, src: l(0) },
    ];
    let branch = Terminator::Branch { cond: l(3), then: BlockId(1), otherwise: BlockId(2) };
    function(2, 6, vec![(test, branch), (step, goto(0)), (vec![], Terminator::Return(l(4)))])
}

#[test]
fn the_heap_grows_in_the_middle_of_a_step_and_has_an_end() {
    let program = Program::new(module(vec![allocating()]), Backend::Machine).unwrap();
    program.make_code().unwrap();
    let mut cx = Context::new(&program);
    cx.begin(0, "ann", 10);
    let status = program.call(FunctionId(0), &[100, 5_000], &mut cx);
    let Status::Returned(last) = status else { panic!("{status:?}") };
    assert_eq!(cx.word(last, 299), 0);
    assert!(cx.limit > 100 * 5_300);
    for (count, len) in [(10_000, 5_000), (1, STEP_WORDS_MAX as u64), (1, u64::MAX), (1, 1 << 63), (1, (1 << 62) - 1)] {
        cx.begin(0, "ann", 10);
        let status = program.call(FunctionId(0), &[count, len], &mut cx);
        assert!(matches!(&status, Status::Faulted(fault) if fault.kind == FaultKind::MemoryExhausted), "{len}: {status:?}");
        assert!(cx.limit <= STEP_WORDS_MAX as u64);
    }
}

#[test]
fn a_host_operation_sees_its_arguments_and_its_fault_is_one_here() {
    let division = straight(2, 3, vec![Op::Host { dst: l(2), op: HostOp::DecimalDiv, args: vec![l(0), l(1)] }], 2);
    let both = Both::new(&module(vec![division]));
    assert_eq!(both.status(0, &[7_000_000, 2_000_000]), Status::Returned(3_500_000));
    assert!(matches!(both.status(0, &[1, 0]), Status::Faulted(fault) if fault.kind == FaultKind::DivisionByZero));
}

fn material(module: &Module) -> Material<'_> {
    Material { module, globals: &[], texts: &[] }
}

#[test]
fn malformed_functions_are_refused_not_compiled() {
    let functions = [
        straight(0, 1, vec![Op::Copy { dst: l(9), src: l(0) }], 0),
        straight(0, 1, vec![Op::Call { dst: l(0), function: FunctionId(4), args: vec![] }], 0),
        straight(0, 1, vec![Op::Text { dst: l(0), text: crate::mir::TextId(1) }], 0),
        function(0, 1, vec![(vec![], goto(7))]),
        function(0, 1, vec![]),
    ];
    for function in functions {
        let module = module(vec![function]);
        let code = Code::new(&module).unwrap();
        assert!(matches!(code.make_all(material(&module)), Err(CodegenError::Malformed(_))));
    }
    let itself = straight(0, 1, vec![Op::Call { dst: l(0), function: FunctionId(0), args: vec![] }], 0);
    assert!(matches!(Code::new(&module(vec![itself])), Err(CodegenError::Stack)));
}

#[test]
fn code_memory_is_given_back() {
    let module = module(vec![allocating()]);
    let maps = || std::fs::read_to_string("/proc/self/maps").unwrap_or_default().lines().count();
    let made = || {
        let code = Code::new(&module).unwrap();
        code.make_all(material(&module)).unwrap();
        code
    };
    let kept = made();
    let before = maps();
    for _ in 0..1_000 {
        drop(made());
    }
    // Other tests run beside this one and hold some of their own.
    assert!(maps() < before + 200, "{before} before, {} after", maps());
    assert!(kept.size() > 0);
}

#[test]
fn code_is_shared_between_threads() {
    fn shared<T: Send + Sync>(_: &T) {}
    let program = Program::new(module(vec![allocating()]), Backend::Machine).unwrap();
    program.make_code().unwrap();
    shared(&program);
    let program = std::sync::Arc::new(program);
    let threads = [0u64, 1, 2, 3].map(|n| {
        let program = program.clone();
        std::thread::spawn(move || {
            let mut cx = Context::new(&program);
            (0..100)
                .map(|_| {
                    cx.begin(0, "ann", 10);
                    program.call(FunctionId(0), &[n + 1, n * 50], &mut cx)
                })
                .all(|status| matches!(status, Status::Returned(_)))
        })
    });
    drop(program);
    assert!(threads.into_iter().all(|thread| thread.join().unwrap()));
}

#[test]
fn small_functions_before_large_ones_find_room() {
    let adding = |times: usize| {
        let sum = Op::Arith { op: ArithOp::Add, kind: NumberKind::Int, dst: l(0), a: l(0), b: l(1) };
        straight(2, 2, vec![sum; times], 0)
    };
    for sizes in [[1, 300], [1, 3_000], [300, 299], [1_000, 1]] {
        let both = Both::new(&module(sizes.map(adding).to_vec()));
        assert_eq!(both.status(0, &[5, 1]), Status::Returned(5 + sizes[0] as u64));
        assert_eq!(both.status(1, &[5, 1]), Status::Returned(5 + sizes[1] as u64));
    }
}

#[test]
fn code_is_made_once_a_function_has_been_called_a_few_times() {
    let program = Program::new(module(vec![allocating()]), Backend::Machine).unwrap();
    let mut cx = Context::new(&program);
    let mut made_after = None;
    for calls in 1..1_000 {
        cx.begin(0, "ann", 10);
        assert!(matches!(program.call(FunctionId(0), &[3, 5], &mut cx), Status::Returned(_)));
        if program.code_size() > 0 {
            made_after.get_or_insert(calls);
        }
    }
    assert!(made_after.is_some_and(|calls| (10..500).contains(&calls)), "{made_after:?}");
}
