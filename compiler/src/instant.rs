//! When time alone can change a condition: which parts of an expression move with the clock, and whether it can be derived
//! when they make a difference.
//!
//! A part *moves* where its value is `now` plus or minus something, as in `now - 30d` or `now - last_order`. Where a
//! moving part is compared, the instant at which the comparison changes can be computed; so can the instants at which
//! a date, an hour or a weekday does. `lower::instant` makes code of that by the same rules.

use crate::hir::{ArithOp, CompareOp, Expr, ExprKind as E, InWhat, ListOp, Method, Pattern, Program, VarId};
use journey_grammar::Span;
use rustc_hash::FxHashSet;

/// How deeply functions that are given moving values may call one another.
pub(crate) const CALLS_MAX: usize = 4;

/// Where the instant of a change cannot be derived, and how to write it instead.
pub(crate) struct Stuck {
    pub span: Span,
    pub help: &'static str,
}

const COMPARE: &str = "compare the moment itself: `now - x >= 2h` or `x < now - 30d`";

/// The first part of a condition of which it cannot be told when it changes.
pub(crate) fn stuck(program: &Program, condition: &Expr) -> Option<Stuck> {
    Motion { program, moving: FxHashSet::default(), calls: 0 }.moves(condition).err()
}

/// Whether time alone can change the value of an expression.
pub(crate) fn changes(program: &Program, expr: &Expr) -> bool {
    match &expr.kind {
        E::Now => true,
        E::Trait(id) => program.traits.get(id.index()).is_some_and(|of| of.window_ms.is_some()),
        E::Segment(id) => program.segments.get(id.index()).is_some_and(|of| changes(program, &of.condition)),
        _ => expr.children().into_iter().any(|child| changes(program, child)),
    }
}

/// Finds what moves in one body.
struct Motion<'h> {
    program: &'h Program,
    /// The variables of the body that move.
    moving: FxHashSet<VarId>,
    /// How many functions are open.
    calls: usize,
}

impl Motion<'_> {
    /// Whether the value of an expression moves.
    fn moves(&mut self, expr: &Expr) -> Result<bool, Stuck> {
        match &expr.kind {
            E::Now => Ok(true),
            E::Var(var) => Ok(self.moving.contains(var)),
            E::Segment(id) => match self.program.segments.get(id.index()) {
                Some(segment) => {
                    Motion { program: self.program, moving: FxHashSet::default(), calls: self.calls }.moves(&segment.condition)
                }
                None => Ok(false),
            },
            E::Wrap(of) | E::Unwrap(of) | E::Neg(of) => self.moves(of),
            E::Coalesce(a, b) | E::Arith(ArithOp::Add | ArithOp::Sub | ArithOp::Mul, a, b) => Ok(self.moves(a)? | self.moves(b)?),
            E::Compare(op, a, b) => self.compared(*op, a, b),
            E::In(x, InWhat::Range(from, to)) => {
                for side in [x, from, to] {
                    self.moves(side)?;
                }
                Ok(false)
            }
            E::If { cond, then, otherwise } => {
                self.still(cond)?;
                Ok(self.moves(then)? | self.moves(otherwise)?)
            }
            E::Match { scrutinee, arms } => {
                let literal = arms.iter().flat_map(|arm| &arm.patterns).any(|pattern| matches!(pattern, Pattern::Literal(_)));
                if self.moves(scrutinee)? && literal {
                    return Err(Stuck { span: scrutinee.span, help: COMPARE });
                }
                arms.iter().try_fold(false, |moves, arm| Ok(moves | self.moves(&arm.body)?))
            }
            E::Block { lets, value } => {
                for (var, value) in lets {
                    if self.moves(value)? {
                        self.moving.insert(*var);
                    }
                }
                self.moves(value)
            }
            E::Method(Method::TimeTime, args) => args.iter().try_fold(false, |moves, arg| Ok(moves | self.moves(arg)?)),
            E::Method(Method::TimeDate | Method::TimeHour | Method::TimeWeekday, args) => {
                for arg in args {
                    self.moves(arg)?;
                }
                Ok(false)
            }
            E::Call(id, args) => self.call(expr, id.index(), args),
            E::ListLambda { op, list, body, .. } => {
                self.still(list)?;
                let counts = matches!(op, ListOp::Any | ListOp::All | ListOp::Count | ListOp::Filter);
                if counts { self.still(body).map(|()| false) } else { self.still_in_list(body) }
            }
            _ => {
                for child in expr.children() {
                    self.still(child)?;
                }
                Ok(false)
            }
        }
    }

    fn still(&mut self, expr: &Expr) -> Result<(), Stuck> {
        if self.moves(expr)? { Err(Stuck { span: expr.span, help: COMPARE }) } else { Ok(()) }
    }

    fn still_in_list(&mut self, body: &Expr) -> Result<bool, Stuck> {
        if self.moves(body)? {
            return Err(Stuck { span: body.span, help: "compare each element with the clock: `list.any(x => x.at < now - 2d)`" });
        }
        Ok(false)
    }

    /// Two optionals are only compared with `none`.
    fn compared(&mut self, op: CompareOp, a: &Expr, b: &Expr) -> Result<bool, Stuck> {
        let moves = self.moves(a)? | self.moves(b)?;
        let is_none = matches!(a.kind, E::None) || matches!(b.kind, E::None);
        let optional = self.program.types.inner(a.ty).is_some();
        if moves && optional && !is_none && matches!(op, CompareOp::Eq | CompareOp::Ne) {
            return Err(Stuck { span: a.span.to(b.span), help: "ask `!= none` before" });
        }
        Ok(false)
    }

    /// A function that is given a moving value moves as its body does.
    fn call(&mut self, expr: &Expr, id: usize, args: &[Expr]) -> Result<bool, Stuck> {
        let Some(function) = self.program.fns.get(id) else { return Ok(false) };
        let mut moving = FxHashSet::default();
        for (&param, arg) in function.params.iter().zip(args) {
            if self.moves(arg)? {
                moving.insert(param);
            }
        }
        if moving.is_empty() {
            return Ok(false);
        }
        if self.calls >= CALLS_MAX {
            return Err(Stuck { span: expr.span, help: "write out here what the function does" });
        }
        let mut inside = Motion { program: self.program, moving, calls: self.calls + 1 };
        inside
            .moves(&function.body)
            .map_err(|_| Stuck { span: expr.span, help: "write out here what the function does, as a comparison with the clock" })
    }
}
