use super::Both;
use super::build::{function, goto, l, module, straight};
use crate::hir::{ArithOp, CompareOp};
use crate::machine::{FaultKind, Status};
use crate::mir::{BlockId, EffectId, FunctionId, Module, NumberKind, Op, StepInput, Terminator, TextId};

#[test]
fn a_pause_hands_over_frame_and_deadlines() {
    let suspend = Terminator::Suspend { pause: 7, frame: vec![l(1), l(0), l(1)], deadlines: vec![l(2), l(0)] };
    let ops = vec![Op::Const { dst: l(1), value: -5 }, Op::Input { dst: l(2), input: StepInput::Now }];
    let mut module = module(vec![function(1, 3, vec![(ops, suspend)])]);
    module.journeys = vec![journey_with_room(5)];
    let outcome = Both::new(&module).run(0, 10, |_| vec![42]);
    assert_eq!(outcome.status, Status::Suspended { pause: 7 });
    assert_eq!(outcome.frame, [(-5i64).cast_unsigned(), 42, (-5i64).cast_unsigned()]);
    assert_eq!(outcome.deadlines, [1_000, 42]);
}

/// A journey with a pause whose frame has that many words, so that contexts have the room.
fn journey_with_room(words: usize) -> crate::mir::Journey {
    let var = crate::mir::FrameVar { id: "x".into(), ty: crate::types::TypeId::INT };
    let pause = crate::mir::Pause {
        identity: "wait".into(),
        step: String::new(),
        takes_kept: false,
        frame: vec![var; words],
        arms: Vec::new(),
        fork: None,
        caught: None,
        end_captures: Vec::new(),
        sends: false,
        span: crate::Span::default(),
    };
    crate::mir::Journey {
        name: "j".into(),
        title: None,
        version: String::new(),
        enters: Vec::new(),
        standing: Vec::new(),
        key: crate::mir::Key::Customer,
        cooldown_ms: None,
        on_change: crate::hir::OnChange::Move,
        child: None,
        kept: Vec::new(),
        priority: None,
        ends: Vec::new(),
        outcomes: Vec::new(),
        pauses: vec![pause],
        undos: Vec::new(),
    }
}

#[test]
fn a_context_without_room_for_a_pause_is_refused_and_nothing_is_written() {
    let suspend = Terminator::Suspend { pause: 0, frame: vec![l(0); 64], deadlines: vec![] };
    let module = module(vec![function(1, 1, vec![(vec![], suspend)])]);
    let program = crate::Program::new(module, crate::Backend::Machine).unwrap();
    program.make_code().unwrap();
    let mut cx = crate::machine::Context::new(&program);
    cx.begin(0, "ann", 10);
    let status = program.call(FunctionId(0), &[1], &mut cx);
    assert!(matches!(status, Status::Faulted(fault) if fault.kind == FaultKind::CorruptState));
}

#[test]
fn finish_fail_and_the_unreachable_end_as_they_say() {
    let fail = function(0, 1, vec![(vec![Op::Text { dst: l(0), text: TextId(0) }], Terminator::Fail(l(0)))]);
    let finish = function(0, 0, vec![(vec![], Terminator::Finish(3))]);
    let unreachable = function(0, 0, vec![(vec![], Terminator::Unreachable)]);
    let both = Both::new(&Module { texts: vec!["no stock of 旅".into()], ..module(vec![fail, finish, unreachable]) });
    let Status::Faulted(fault) = both.status(0, &[]) else { panic!("no fault") };
    assert_eq!((fault.kind, fault.span.start), (FaultKind::Failed("no stock of 旅".into()), 1));
    assert_eq!(both.status(1, &[]), Status::Finished { outcome: 3 });
    assert!(matches!(both.status(2, &[]), Status::Faulted(fault) if fault.kind == FaultKind::CorruptState));
}

#[test]
fn a_switch_goes_where_the_value_says_and_else_to_its_default() {
    let arm = |value| (vec![Op::Const { dst: l(1), value }], Terminator::Return(l(1)));
    let cases = vec![(0, BlockId(1)), (5, BlockId(2)), (-1, BlockId(3)), (i64::MIN, BlockId(1)), (0, BlockId(2))];
    let switch = (vec![], Terminator::Switch { value: l(0), cases, default: BlockId(4) });
    let both = Both::new(&module(vec![function(1, 2, vec![switch, arm(10), arm(20), arm(30), arm(40)])]));
    for (value, expected) in [(0, 10), (5, 20), (-1, 30), (i64::MIN, 10), (6, 40), (i64::MAX, 40)] {
        assert_eq!(both.status(0, &[i64::cast_unsigned(value)]), Status::Returned(expected));
    }
}

/// Counts to its parameter, a turn each: the loop of every budget.
fn counting() -> crate::mir::Function {
    let test = vec![Op::Compare { op: CompareOp::Lt, dst: l(2), a: l(1), b: l(0) }];
    let step = vec![
        Op::Turn,
        Op::Const { dst: l(3), value: 1 },
        Op::Arith { op: ArithOp::Add, kind: NumberKind::Int, dst: l(1), a: l(1), b: l(3) },
    ];
    let branch = Terminator::Branch { cond: l(2), then: BlockId(2), otherwise: BlockId(3) };
    let start = vec![Op::Const { dst: l(1), value: 0 }];
    function(1, 4, vec![(start, goto(1)), (test, branch), (step, goto(1)), (vec![], Terminator::Return(l(1)))])
}

#[test]
fn the_budget_is_counted_alike_and_ends_a_loop() {
    let both = Both::new(&module(vec![counting()]));
    for turns in [0, 1, 999, 1_000] {
        let outcome = both.run(0, 1_000, |_| vec![turns]);
        assert_eq!((outcome.status, outcome.fuel), (Status::Returned(turns), 1_000 - turns.cast_signed()));
    }
    let outcome = both.run(0, 1_000, |_| vec![u64::MAX >> 1]);
    assert_eq!(outcome.fuel, -1);
    assert!(matches!(outcome.status, Status::Faulted(fault) if fault.kind == FaultKind::BudgetExhausted));
}

#[test]
fn turns_are_taken_at_once_and_seen_by_called_functions() {
    let caller = straight(
        2,
        4,
        vec![
            Op::Turns { count: l(1) },
            Op::Call { dst: l(2), function: FunctionId(0), args: vec![l(0)] },
            Op::Turn,
            Op::Call { dst: l(3), function: FunctionId(0), args: vec![l(2)] },
        ],
        3,
    );
    let both = Both::new(&module(vec![counting(), caller]));
    let outcome = both.run(1, 100, |_| vec![20, 30]);
    assert_eq!((outcome.status, outcome.fuel), (Status::Returned(20), 100 - 30 - 20 - 1 - 20));
    for (count, turns) in [(20, 70), (50, 30), (20, 100), (0, u64::MAX >> 1), (49, 0)] {
        both.run(1, 100, |_| vec![count, turns]);
    }
}

#[test]
fn a_fault_in_a_called_function_stands_at_the_outermost_call() {
    let divide = Op::Arith { op: ArithOp::Div, kind: NumberKind::Int, dst: l(1), a: l(0), b: l(0) };
    let inner = crate::mir::Function { entry: false, ..straight(1, 2, vec![divide], 1) };
    let copy = Op::Copy { dst: l(1), src: l(0) };
    let call = |n| Op::Call { dst: l(1), function: FunctionId(n), args: vec![l(1)] };
    let middle = crate::mir::Function { entry: false, ..straight(1, 2, vec![copy.clone(), copy.clone(), call(0)], 1) };
    let outer = straight(1, 2, vec![copy, call(1)], 1);
    let both = Both::new(&module(vec![inner, middle, outer]));
    let Status::Faulted(fault) = both.status(2, &[0]) else { panic!("no fault") };
    assert_eq!((fault.kind, fault.span.start), (FaultKind::DivisionByZero, 1));
    assert_eq!(both.status(2, &[9]), Status::Returned(1));
}

#[test]
fn effects_come_in_order_with_their_words() {
    let effects = vec![
        Op::Effect { effect: EffectId(2), args: vec![l(0), l(1)] },
        Op::Effect { effect: EffectId(0), args: vec![] },
        Op::Effect { effect: EffectId(1), args: vec![l(1); 9] },
    ];
    let outcome = Both::new(&module(vec![straight(2, 2, effects, 0)])).run(0, 10, |_| vec![7, 8]);
    let seen: Vec<_> = outcome.effects.iter().map(|e| (e.effect.0, e.args.len())).collect();
    assert_eq!(seen, [(2, 2), (0, 0), (1, 9)]);
    assert_eq!(outcome.effects[0].args, [7, 8]);
}
