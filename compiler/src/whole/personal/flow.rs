//! Where the values of a journey go.

use super::taint::Part;
use crate::hir::{Call, EventId, Expr, ExprKind, Iter, Journey, JourneyId, Pattern, Place, PlaceRoot, Stmt, StmtKind as S, VarId};
use journey_grammar::Span;

/// A way that a value takes inside the program.
#[derive(Debug)]
pub(super) enum Way<'h> {
    /// Into a variable, or a part of it.
    Var { var: VarId, path: Vec<Part>, value: &'h Expr, at: Span },
    /// Parts of it into what patterns bind.
    Parts { scrutinee: &'h Expr, patterns: &'h [Pattern] },
    /// To another journey, as its arguments.
    Journey { journey: JourneyId, args: &'h [Expr] },
}

impl<'h> Way<'h> {
    /// The variables that decide how personal it is.
    pub fn reads(&self) -> Vec<VarId> {
        let mut vars = Vec::new();
        match self {
            Self::Var { value, .. } => read(value, &mut vars),
            Self::Parts { scrutinee, .. } => read(scrutinee, &mut vars),
            Self::Journey { args, .. } => args.iter().for_each(|arg| read(arg, &mut vars)),
        }
        vars
    }
}

fn read(expr: &Expr, vars: &mut Vec<VarId>) {
    if let ExprKind::Var(id) = expr.kind {
        vars.push(id);
    }
    for child in expr.children() {
        read(child, vars);
    }
}

/// A place that may not have personal data.
#[derive(Debug)]
pub(super) enum Sink<'h> {
    Fail(&'h Expr),
    Emit {
        event: EventId,
        payload: &'h Expr,
    },
    /// Where the operation does not say that it may.
    Service(&'h Call),
    /// Where the field is not marked.
    Profile {
        place: &'h Place,
        value: &'h Expr,
    },
}

/// All ways and sinks of a journey.
#[derive(Debug, Default)]
pub(super) struct Flow<'h> {
    pub ways: Vec<Way<'h>>,
    pub sinks: Vec<Sink<'h>>,
}

impl<'h> Flow<'h> {
    pub fn of(journey: &'h Journey) -> Self {
        let mut flow = Self::default();
        flow.block(journey, &journey.body);
        flow
    }

    fn block(&mut self, journey: &'h Journey, stmts: &'h [Stmt]) {
        for stmt in stmts {
            self.stmt(journey, &stmt.kind);
            for block in stmt.kind.blocks() {
                self.block(journey, block);
            }
        }
    }

    fn stmt(&mut self, journey: &'h Journey, stmt: &'h S) {
        match stmt {
            S::Let(var, value) => self.flows_into(journey, *var, value),
            S::Assign(place, value) => match place.root {
                PlaceRoot::Var(var) => {
                    let path = place.path.iter().map(|(_, field)| Part::field(*field)).collect();
                    self.ways.push(Way::Var { var, path, value, at: place.span });
                }
                PlaceRoot::Profile(_) => self.sinks.push(Sink::Profile { place, value }),
            },
            S::Match { scrutinee, arms } => {
                self.ways.extend(arms.iter().map(|arm| Way::Parts { scrutinee, patterns: &arm.patterns }));
            }
            S::For { var, iter: Iter::List(list), .. } => self.flows_into(journey, *var, list),
            S::For { var, iter: Iter::Range(from, to), .. } => {
                self.flows_into(journey, *var, from);
                self.flows_into(journey, *var, to);
            }
            S::Call(call) => {
                self.sinks.push(Sink::Service(call));
                if let (Some(var), Some(fallback)) = (call.result, &call.fallback) {
                    self.flows_into(journey, var, fallback);
                }
            }
            S::Start { journey, args } => self.ways.push(Way::Journey { journey: *journey, args }),
            S::Run(run) => self.ways.push(Way::Journey { journey: run.journey, args: &run.args }),
            S::Emit { event, payload, .. } => self.sinks.push(Sink::Emit { event: *event, payload }),
            S::Fail(why) => self.sinks.push(Sink::Fail(why)),
            S::If { .. } | S::While { .. } | S::Loop { .. } | S::Break | S::Continue | S::Step { .. } | S::Finish(_) => {}
            // What a channel gets may be personal; what an event brings says so itself; the text of a fault never is.
            S::Send(_) | S::Wait(_) | S::Try { .. } => {}
            S::Parallel(_) | S::Race(_) | S::Undo { .. } | S::Experiment { .. } => {}
        }
    }

    fn flows_into(&mut self, journey: &'h Journey, var: VarId, value: &'h Expr) {
        let at = journey.vars.get(var.index()).map_or(value.span, |var| var.span);
        self.ways.push(Way::Var { var, path: Vec::new(), value, at });
    }
}
