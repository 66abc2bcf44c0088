//! Conditions that the engine asks while an instance sleeps: functions of captured variables and an event's payload.

use super::Lowerer;
use super::builder::Builder;
use crate::hir::{CompareOp, EventMatch, Expr, ExprKind, VarId};
use crate::mir::{Function, FunctionId, Op};
use crate::types::{Type, TypeId, Types};

/// A function and the variables that it takes first.
pub(super) struct Open {
    pub function: FunctionId,
    pub captures: Vec<VarId>,
}

/// An equality that a filter demands; see [`crate::mir::Correlation`].
pub(super) struct Equality {
    pub event_side: FunctionId,
    pub frame_side: Open,
}

/// The function of an expression over variables; the payload, if there is one, is its last parameter.
pub(super) fn closure(lowerer: &mut Lowerer<'_>, name: String, payload: Option<VarId>, expr: &Expr) -> Open {
    let (function, captures) = open(lowerer, name, payload, expr, false);
    Open { function: lowerer.add(function), captures }
}

/// The function of the next instant of a standing condition, which takes what the condition does; see [`super::instant`].
pub(super) fn next_of(lowerer: &mut Lowerer<'_>, name: &str, condition: &Open, expr: &Expr) -> Option<FunctionId> {
    super::instant::next(lowerer, format!("{name} next"), true, &condition.captures, expr)
}

fn open(lowerer: &mut Lowerer<'_>, name: String, payload: Option<VarId>, expr: &Expr, shown: bool) -> (Function, Vec<VarId>) {
    let mut b = Builder::new(lowerer);
    let result = if shown { b.shown(expr) } else { b.expr(expr) };
    b.end(crate::mir::Terminator::Return(result), expr.span);
    let mut captures = b.captures();
    captures.retain(|&var| Some(var) != payload);
    let params: Vec<_> = captures.iter().copied().chain(payload).map(|var| b.var(var)).collect();
    (b.cut(name, true, &params), captures)
}

/// The first equality of the form `payload.path == expression without the payload` that the filter demands.
pub(super) fn correlation(lowerer: &mut Lowerer<'_>, name: &str, on: &EventMatch) -> Option<Equality> {
    let mut conjuncts = Vec::new();
    demanded(on.filter.as_ref()?, &mut conjuncts);
    conjuncts.into_iter().find_map(|(a, b)| equality(lowerer, name, on.binder, a, b).or_else(|| equality(lowerer, name, on.binder, b, a)))
}

/// The equalities that must hold for the condition to hold.
fn demanded<'e>(condition: &'e Expr, found: &mut Vec<(&'e Expr, &'e Expr)>) {
    match &condition.kind {
        ExprKind::And(a, b) => {
            demanded(a, found);
            demanded(b, found);
        }
        ExprKind::Compare(CompareOp::Eq, a, b) => found.push((a, b)),
        _ => {}
    }
}

fn equality(lowerer: &mut Lowerer<'_>, name: &str, binder: VarId, event: &Expr, frame: &Expr) -> Option<Equality> {
    if !is_path_of(event, binder) || !has_one_text(&lowerer.hir.types, event.ty) {
        return None;
    }
    let (frame_side, captures) = open(lowerer, format!("{name}.correlation"), None, frame, true);
    if captures.contains(&binder) || !is_settled(&frame_side) {
        return None;
    }
    let (event_side, _) = open(lowerer, format!("{name}.key"), Some(binder), event, true);
    let event_side = lowerer.add(event_side);
    Some(Equality { event_side, frame_side: Open { function: lowerer.add(frame_side), captures } })
}

fn is_path_of(expr: &Expr, binder: VarId) -> bool {
    match &expr.kind {
        ExprKind::Field(base, _) => matches!(base.kind, ExprKind::Var(var) if var == binder) || is_path_of(base, binder),
        _ => false,
    }
}

/// Whether values of the type are equal exactly when their texts are.
fn has_one_text(types: &Types, ty: TypeId) -> bool {
    match types.get(ty) {
        Type::Enum(id) => !types.enum_def(id).has_fields(),
        Type::Float | Type::Optional(_) | Type::None | Type::List(_) | Type::Map(..) | Type::Record(_) | Type::Error => false,
        _ => true,
    }
}

/// Whether the function's result can't change while an instance sleeps, and can't fault.
fn is_settled(function: &Function) -> bool {
    let instructions = function.blocks.iter().flat_map(|block| &block.instructions);
    instructions.map(|instruction| &instruction.op).all(|op| {
        matches!(
            op,
            Op::Const { .. }
                | Op::Text { .. }
                | Op::Global { .. }
                | Op::Copy { .. }
                | Op::Load { .. }
                | Op::Host { op: crate::mir::HostOp::Format(_) | crate::mir::HostOp::Concat, .. }
        )
    })
}
