//! `call`, `emit`, `broadcast`, `start` and `run`.

use super::Checker;
use super::coerce::{Why, poison};
use super::journey::JourneyBody;
use super::lookup::{article, declared};
use super::place::assigned;
use crate::ast::{self, Binding};
use crate::diagnostics::Diagnostic;
use crate::hir::{self, Call, Expr, ExprKind, HttpMethod, JourneyId, Run, StmtKind, VarId};
use crate::types::{Type, TypeId};
use journey_grammar::Span;

/// What is called, as it was written.
pub(super) struct Called<'a> {
    pub service: &'a ast::Ident,
    pub operation: &'a ast::Ident,
    pub args: &'a [ast::Arg],
    pub fallback: Option<&'a ast::Expr>,
}

impl Checker {
    /// `let r = call service.op(args) else fallback`
    pub(super) fn call_stmt(
        &mut self,
        cx: &mut JourneyBody,
        binding: Option<&Binding>,
        called: &Called<'_>,
        span: Span,
    ) -> Option<StmtKind> {
        let identity = self.pause_identity(cx, "call", None, span);
        let Called { service, operation, args, fallback } = *called;
        let operation_span = service.span.to(operation.span);
        let Some(id) = self.operation_named(service, operation) else {
            self.poison_all(cx, args);
            cx.paused();
            if let Some(fallback) = fallback {
                self.expr(&mut cx.body, fallback, None);
            }
            self.bind(cx, binding, TypeId::ERROR, (span, operation.span));
            return None;
        };
        let params = self.operation_params(id);
        let what = format!("`{}.{}`", service.name, operation.name);
        let declared = self.operation_declared(id);
        let args = self.arguments_of(&mut cx.body, args, (&params, &declared), &what, operation.span);
        cx.paused();
        let ret = self.operation_ret(id);
        let (ty, fallback) = match (ret, fallback) {
            (Some(ret), Some(fallback)) => {
                let why = (operation.span, format!("{what} gives `{}`", self.hir.types.name(ret)));
                let (ty, fallback) = self.fallback(&mut cx.body, fallback, ret, &why);
                (Some(ty), Some(fallback))
            }
            (ret, _) => (ret, None),
        };
        let asked = binding.is_some() || called.fallback.is_some();
        if ret.is_none() && asked {
            self.gives_nothing(&what, operation.span, called.fallback.map(|fallback| fallback.span));
        }
        if ret.is_some() && binding.is_none() {
            self.unused_answer(id, &what, span);
        }
        let result = self.bind(cx, binding, ty.unwrap_or(TypeId::ERROR), (span, operation_span));
        let (service, operation) = id;
        Some(StmtKind::Call(Call { result, service, operation, args, fallback, identity }))
    }

    fn gives_nothing(&mut self, what: &str, span: Span, fallback: Option<Span>) {
        let diagnostic = Diagnostic::error("E0440", span, format!("{what} gives nothing"), "its answer is not looked at");
        self.report(match fallback {
            Some(fallback) => diagnostic
                .and(fallback, "so there is nothing that this could stand for")
                .help(format!("to go on where it fails write `try {{ call {}(…) }} catch _ {{ }}`", what.trim_matches('`'))),
            None => diagnostic
                .help("declare what it answers, as in `fn points(member: String) -> Int { … }`, or call it as a statement of its own"),
        });
    }

    fn unused_answer(&mut self, (service, operation): (hir::ServiceId, hir::OperationId), what: &str, span: Span) {
        let method = self.hir.services[service.index()].operations[operation.index()].method;
        if matches!(method, HttpMethod::Get | HttpMethod::Head) {
            self.report(
                Diagnostic::warning("W0435", span, format!("nothing uses what {what} answers"), "it is asked for nothing")
                    .help("bind the answer: `let answer = call …`, or remove the call"),
            );
        }
    }

    /// `emit EVENT { … }`, `broadcast EVENT { … }`
    pub(super) fn emit_stmt(
        &mut self,
        cx: &mut JourneyBody,
        broadcast: bool,
        event: &ast::Ident,
        fields: &[(ast::Ident, ast::Expr)],
        span: Span,
    ) -> Option<StmtKind> {
        let Some(id) = self.event(event) else {
            for (_, value) in fields {
                self.infer(&mut cx.body, value, None);
            }
            return None;
        };
        let record = self.hir.events[id.index()].record;
        let fields = self.record_fields(&mut cx.body, record, fields, span);
        let ty = self.payload(id);
        Some(StmtKind::Emit { event: id, payload: Expr { kind: ExprKind::Record(record, fields), ty, span }, broadcast })
    }

    /// `start JOURNEY(args)`
    pub(super) fn start_stmt(&mut self, cx: &mut JourneyBody, journey: &ast::Ident, args: &[ast::Arg]) -> Option<StmtKind> {
        let (journey, args) = self.child(cx, journey, args)?;
        Some(StmtKind::Start { journey, args })
    }

    /// `let o = run JOURNEY(args)`
    pub(super) fn run_stmt(
        &mut self,
        cx: &mut JourneyBody,
        binding: Option<&Binding>,
        journey: &ast::Ident,
        args: &[ast::Arg],
        span: Span,
    ) -> Option<StmtKind> {
        let identity = self.pause_identity(cx, "run", None, span);
        let child = self.child(cx, journey, args);
        cx.paused();
        let result = child.as_ref().and_then(|(id, _)| self.hir.journeys[id.index()].result);
        let ty = result.map_or(TypeId::ERROR, |result| self.hir.types.intern(Type::Enum(result)));
        let result = self.bind(cx, binding, ty, (span, journey.span));
        let (journey, args) = child?;
        Some(StmtKind::Run(Run { result, journey, args, identity }))
    }

    /// A journey that others start, and its arguments.
    fn child(&mut self, cx: &mut JourneyBody, journey: &ast::Ident, args: &[ast::Arg]) -> Option<(JourneyId, Vec<Expr>)> {
        let Some(id) = self.journey_named(journey) else {
            self.poison_all(cx, args);
            return None;
        };
        let child = &self.hir.journeys[id.index()];
        if child.result.is_none() {
            let declared = self.globals.get(&journey.name).map_or(journey.span, |global| global.span);
            self.report(
                Diagnostic::error("E0441", journey.span, format!("`{}` can't be started from here", journey.name), "it has no parameters")
                    .and(declared, "this journey begins by its own `enter`")
                    .help(format!(
                        "give it parameters in place of `enter`: `journey {}(…) {{`; or `emit` the event on which it enters",
                        journey.name
                    )),
            );
            self.poison_all(cx, args);
            return None;
        }
        let params =
            child.params.iter().filter_map(|id| child.vars.get(id.index())).map(|var| (var.name.clone(), var.ty)).collect::<Vec<_>>();
        let declared = declared(&child.params, &child.vars);
        let args = self.arguments_of(&mut cx.body, args, (&params, &declared), &format!("journey `{}`", journey.name), journey.span);
        Some((id, args))
    }

    /// What the arguments should be is not known, but what is wrong inside them is.
    fn poison_all(&mut self, cx: &mut JourneyBody, args: &[ast::Arg]) {
        for arg in args {
            self.infer(&mut cx.body, &arg.value, None);
        }
    }

    /// The variable that takes the result. Where it has to be another type's first, a variable of its own takes it, and what
    /// makes it the other's stands behind the statement.
    pub(super) fn bind(&mut self, cx: &mut JourneyBody, binding: Option<&Binding>, ty: TypeId, (span, at): (Span, Span)) -> Option<VarId> {
        match binding? {
            Binding::Let { assignable, name, ty: written } => {
                let want = written.as_ref().map(|written| self.resolve_type(written));
                let want = want.filter(|want| *want != ty && ty != TypeId::ERROR);
                let Some(want) = want else { return Some(cx.body.declare(&name.name, ty, *assignable, name.span)) };
                let why = written
                    .as_ref()
                    .map(|written| (written.span, format!("`{}` is declared as `{}`", name.name, self.hir.types.name(want))));
                let result = cx.body.declare("", ty, false, span);
                let value = Expr { kind: ExprKind::Var(result), ty, span };
                let value = self.result_as(cx, value, want, at, why.as_ref());
                let var = cx.body.declare(&name.name, want, *assignable, name.span);
                cx.behind.push(hir::Stmt { kind: StmtKind::Let(var, value), span });
                Some(result)
            }
            Binding::Assign(target) => {
                let result = cx.body.declare("", ty, false, span);
                let value = Expr { kind: ExprKind::Var(result), ty, span };
                let value = if ty == TypeId::ERROR { poison(span) } else { value };
                let Some((place, want, why)) = self.assigned_place(&mut cx.body, target) else { return Some(result) };
                let value = self.result_as(cx, value, want, at, why.as_ref());
                let kind = assigned(&mut cx.body, place, value);
                cx.behind.push(hir::Stmt { kind, span });
                Some(result)
            }
        }
    }

    /// The result as another type; `at` is what gives it.
    fn result_as(&mut self, cx: &JourneyBody, value: Expr, want: TypeId, at: Span, why: Option<&Why>) -> Expr {
        if self.fits(&value, want) {
            return self.coerce(&cx.body, value, want, why);
        }
        let missing = self.hir.types.inner(value.ty).is_some_and(|ty| self.fits(&Expr { ty, ..value.clone() }, want));
        let (wanted, found) = (self.hir.types.name(want), self.hir.types.name(value.ty));
        let help = if missing {
            "bind it under a name of its own first, and say from there what counts where it is missing: `?? …`"
        } else {
            "bind it under a name of its own first, and make of it from there what is needed"
        };
        let mut diagnostic = Diagnostic::error(
            "E0301",
            at,
            format!("expected {} `{wanted}`, found {} `{found}`", article(&wanted), article(&found)),
            format!("this gives {} `{found}`", article(&found)),
        );
        if let Some((span, text)) = why {
            diagnostic = diagnostic.and(*span, text);
        }
        self.report(diagnostic.help(help));
        poison(value.span)
    }
}
