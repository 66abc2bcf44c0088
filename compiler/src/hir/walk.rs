//! What stands directly inside an expression or a statement, for whoever goes through a whole body.

use super::{Arm, Deadline, EventMatch, Expr, ExprKind as E, InWhat, Iter, Stmt, StmtKind, StrPart, Wait, WaitArmKind, WaitKind};

impl Expr {
    /// The expressions that stand directly inside this one, in order of evaluation.
    #[must_use]
    pub fn children(&self) -> Vec<&Expr> {
        match &self.kind {
            E::Bool(_) | E::Int(_) | E::Decimal(_) | E::Float(_) | E::Str(_) | E::Duration(_) | E::Time(_) | E::Date(_) => Vec::new(),
            E::LocalTime(_) | E::None | E::Now | E::Customer | E::Profile | E::Var(_) | E::Const(_) => Vec::new(),
            E::Trait(_) | E::Segment(_) => Vec::new(),
            E::Field(of, _) | E::OptField(of, _) | E::Wrap(of) | E::Unwrap(of) => vec![of],
            E::Widen(of) | E::Convert(of) | E::Neg(of) | E::Not(of) => vec![of],
            E::Index(a, b) | E::And(a, b) | E::Or(a, b) | E::Coalesce(a, b) | E::Arith(_, a, b) | E::Compare(_, a, b) => vec![a, b],
            E::In(x, what) => match what {
                InWhat::List(of) | InWhat::Map(of) | InWhat::String(of) => vec![x, of],
                InWhat::Range(from, to) => vec![x, from, to],
            },
            E::Interpolate(parts) => parts
                .iter()
                .filter_map(|part| match part {
                    StrPart::Expr(of) => Some(of),
                    StrPart::Text(_) => None,
                })
                .collect(),
            E::If { cond, then, otherwise } => vec![cond, then, otherwise],
            E::Match { scrutinee, arms } => std::iter::once(&**scrutinee).chain(arms.iter().map(|Arm { body, .. }| body)).collect(),
            E::Block { lets, value } => lets.iter().map(|(_, value)| value).chain([&**value]).collect(),
            E::Record(_, fields) | E::List(fields) | E::Call(_, fields) | E::Method(_, fields) => fields.iter().collect(),
            E::Variant { fields, .. } => fields.iter().collect(),
            E::Map(pairs) => pairs.iter().flat_map(|(key, value)| [key, value]).collect(),
            E::ListLambda { list, body, .. } => vec![list, body],
        }
    }
}

impl StmtKind {
    /// The blocks that stand directly inside the statement, in order.
    #[must_use]
    pub fn blocks(&self) -> Vec<&[Stmt]> {
        match self {
            Self::If { then, otherwise, .. } => vec![then, otherwise],
            Self::Match { arms, .. } => arms.iter().map(|arm| arm.body.as_slice()).collect(),
            Self::For { body, .. } | Self::While { body, .. } | Self::Loop { body } | Self::Step { body, .. } => vec![body],
            Self::Experiment { bodies, .. } => bodies.iter().map(Vec::as_slice).collect(),
            Self::Wait(wait) => match &wait.kind {
                WaitKind::Until(_) => Vec::new(),
                WaitKind::Without { body, .. } => vec![body],
                WaitKind::ForEvent { body, otherwise, .. } => vec![body, otherwise],
                WaitKind::ForAny(arms) => arms.iter().map(|arm| arm.body.as_slice()).collect(),
            },
            Self::Parallel(all) | Self::Race(all) => all.branches.iter().map(|branch| branch.body.as_slice()).collect(),
            Self::Try { body, handler, .. } => vec![body, handler],
            Self::Undo { body } => vec![body],
            Self::Let(..) | Self::Assign(..) | Self::Break | Self::Continue | Self::Send(_) | Self::Call(_) => Vec::new(),
            Self::Emit { .. } | Self::Start { .. } | Self::Run(_) | Self::Finish(_) | Self::Fail(_) => Vec::new(),
        }
    }

    /// The expressions that belong to the statement itself, not to its blocks, in order.
    #[must_use]
    pub fn exprs(&self) -> Vec<&Expr> {
        match self {
            Self::Let(_, value) | Self::Assign(_, value) | Self::Fail(value) => vec![value],
            Self::If { cond, .. } | Self::While { cond, .. } => vec![cond],
            Self::Match { scrutinee, .. } => vec![scrutinee],
            Self::For { iter: Iter::List(list), .. } => vec![list],
            Self::For { iter: Iter::Range(from, to), .. } => vec![from, to],
            Self::Wait(wait) => wait.exprs(),
            Self::Send(send) => send.args.iter().collect(),
            Self::Call(call) => call.args.iter().chain(&call.fallback).collect(),
            Self::Emit { payload, .. } => vec![payload],
            Self::Start { args, .. } => args.iter().collect(),
            Self::Run(run) => run.args.iter().collect(),
            Self::Loop { .. } | Self::Break | Self::Continue | Self::Step { .. } | Self::Experiment { .. } => Vec::new(),
            Self::Parallel(_) | Self::Race(_) | Self::Try { .. } | Self::Undo { .. } | Self::Finish(_) => Vec::new(),
        }
    }
}

impl Wait {
    /// Its durations, moments, filters and conditions.
    #[must_use]
    pub fn exprs(&self) -> Vec<&Expr> {
        match &self.kind {
            WaitKind::Until(deadline) => deadline.exprs(),
            WaitKind::Without { duration, on, .. } => std::iter::once(duration).chain(&on.filter).collect(),
            WaitKind::ForEvent { on, within, .. } => on.filter.iter().chain(within).collect(),
            WaitKind::ForAny(arms) => arms
                .iter()
                .flat_map(|arm| match &arm.kind {
                    WaitArmKind::On(on) => on.filter.iter().collect(),
                    WaitArmKind::Deadline(deadline) => deadline.exprs(),
                    WaitArmKind::When(condition) => vec![condition],
                })
                .collect(),
        }
    }

    /// The events that it waits for.
    #[must_use]
    pub fn events(&self) -> Vec<&EventMatch> {
        match &self.kind {
            WaitKind::Until(_) => Vec::new(),
            WaitKind::Without { on, .. } | WaitKind::ForEvent { on, .. } => vec![on],
            WaitKind::ForAny(arms) => arms
                .iter()
                .filter_map(|arm| match &arm.kind {
                    WaitArmKind::On(on) => Some(on),
                    WaitArmKind::Deadline(_) | WaitArmKind::When(_) => None,
                })
                .collect(),
        }
    }
}

impl Deadline {
    /// What it is computed from.
    #[must_use]
    pub fn exprs(&self) -> Vec<&Expr> {
        match self {
            Self::After(duration) => vec![duration],
            Self::At(time) => vec![time],
            Self::Local { time, zone, .. } => vec![time, zone],
            Self::Within { from, to, zone } => vec![from, to, zone],
        }
    }
}
