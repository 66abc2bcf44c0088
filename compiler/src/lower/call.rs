//! Calls of services, events that are emitted, and journeys that are started.

use super::Lowerer;
use super::builder::Builder;
use super::journey::{ArmDraft, ArmKind};
use super::stmt::Body;
use crate::hir::{self, Call, EventId, Expr, ExprKind, JourneyId, OperationId, Run, ServiceId, StrPart, VarId};
use crate::mir::{Effect, FunctionId, HostOp, Local, Op, Operation, RequestBody, Service, Terminator};
use journey_grammar::Span;

/// What the engine must know of a service.
pub(super) fn service(service: &hir::Service) -> Service {
    Service { name: service.name.clone(), operations: service.operations.iter().map(operation).collect() }
}

fn operation(operation: &hir::Operation) -> Operation {
    let param = |var: &VarId| operation.vars.get(var.index()).map(|var| (var.name.clone(), var.ty));
    let body = match &operation.body {
        Some(body) => RequestBody::Value(body.ty),
        None if operation.method.has_body() => {
            let mut named = Vec::new();
            variables(&operation.path, &mut named);
            RequestBody::Params((0..operation.params.len()).filter(|&at| !named.contains(&operation.params[at])).collect())
        }
        None => RequestBody::None,
    };
    Operation {
        name: operation.name.clone(),
        params: operation.params.iter().filter_map(param).collect(),
        ret: operation.ret,
        method: operation.method,
        body,
        timeout_ms: operation.timeout_ms,
        retry: operation.retry,
        backoff_ms: operation.backoff_ms,
    }
}

fn variables(expr: &Expr, found: &mut Vec<VarId>) {
    if let ExprKind::Var(var) = expr.kind {
        found.push(var);
    }
    expr.children().into_iter().for_each(|child| variables(child, found));
}

/// The function of an operation: it takes the parameters, and its effect is the request.
fn function(lowerer: &mut Lowerer<'_>, service: ServiceId, operation: OperationId) -> FunctionId {
    if let Some(&known) = lowerer.calls.get(&(service, operation)) {
        return known;
    }
    let hir = lowerer.hir;
    let mut b = Builder::new(lowerer);
    let def = hir.services.get(service.index());
    let def = def.and_then(|service| Some((&service.name, service.operations.get(operation.index())?)));
    let nothing = Span::default();
    let Some((name, def)) = def else {
        let word = b.int(0, nothing);
        return b.finish("call".into(), false, &[], word, nothing);
    };
    let params: Vec<Local> = def.params.iter().map(|&param| b.var(param)).collect();
    let mut args = vec![b.path(&def.path)];
    args.extend(def.body.as_ref().map(|body| b.expr(body)));
    args.extend(&params);
    let effect = b.lowerer.effect(Effect::Call { service, operation });
    b.emit(Op::Effect { effect, args }, def.span);
    let word = b.int(0, def.span);
    let function = b.finish(format!("call {name}.{}", def.name), false, &params, word, def.span);
    lowerer.calls.insert((service, operation), function);
    function
}

impl Builder<'_, '_> {
    /// A path: what is put in is encoded, so that it stays one part of it.
    fn path(&mut self, path: &Expr) -> Local {
        let ExprKind::Interpolate(parts) = &path.kind else { return self.expr(path) };
        let parts: Vec<Local> = parts
            .iter()
            .map(|part| match part {
                StrPart::Text(text) => self.text(text, path.span),
                StrPart::Expr(value) => {
                    let text = self.shown(value);
                    self.host(HostOp::EncodePath, vec![text], value.span)
                }
            })
            .collect();
        self.host(HostOp::Concat, parts, path.span)
    }

    /// A fault where too many emits have led to this step.
    fn may_emit(&mut self, span: Span) {
        self.host(HostOp::MayEmit, Vec::new(), span);
    }
}

impl Body<'_, '_> {
    pub(super) fn call(&mut self, call: &Call, span: Span) {
        let args = self.b.exprs(&call.args);
        let function = function(self.b.lowerer, call.service, call.operation);
        self.b.call(function, args, span);
        let (answered, failed, next) = (self.b.block(), self.b.block(), self.b.block());
        let service = self.b.hir.services.get(call.service.index());
        let ret = service.and_then(|service| service.operations.get(call.operation.index())?.ret);
        let (answer, why) = (ret.map(|_| self.b.fresh()), self.b.fresh());
        let (service, operation) = (call.service, call.operation);
        let arms = vec![
            ArmDraft { kind: ArmKind::Answer { service, operation, answer }, resume: answered },
            ArmDraft { kind: ArmKind::Unanswered { why }, resume: failed },
        ];
        self.suspend_at(&call.identity, false, arms, Vec::new(), span);
        self.b.at(answered);
        if let (Some(var), Some(answer), Some(ret)) = (call.result, answer, ret) {
            let types = self.b.types();
            let is_wrapped = self.type_of(var).is_some_and(|ty| types.inner(ty) == Some(ret));
            let src = if is_wrapped { self.b.wrap(answer, ret, span) } else { answer };
            let dst = self.b.var(var);
            self.b.emit(Op::Copy { dst, src }, span);
        }
        self.b.goto(next, span);
        self.b.at(failed);
        match &call.fallback {
            Some(fallback) => {
                let src = self.b.expr(fallback);
                if let Some(var) = call.result {
                    let dst = self.b.var(var);
                    self.b.emit(Op::Copy { dst, src }, span);
                }
                self.b.goto(next, span);
            }
            None => {
                self.b.host(HostOp::CallFailed, vec![why], span);
                self.b.end(Terminator::Unreachable, span);
            }
        }
        self.b.at(next);
    }

    pub(super) fn emitted(&mut self, event: EventId, payload: &Expr, broadcast: bool, span: Span) {
        let payload = self.b.expr(payload);
        self.b.may_emit(span);
        let effect = self.b.lowerer.effect(Effect::Emit { event, broadcast });
        self.b.emit(Op::Effect { effect, args: vec![payload] }, span);
    }

    pub(super) fn start(&mut self, journey: JourneyId, args: &[Expr], span: Span) {
        self.started(journey, args, false, span);
    }

    fn started(&mut self, journey: JourneyId, args: &[Expr], run: bool, span: Span) {
        let args = self.b.exprs(args);
        self.b.may_emit(span);
        let effect = self.b.lowerer.effect(Effect::Start { journey, run });
        self.b.emit(Op::Effect { effect, args }, span);
    }

    pub(super) fn run(&mut self, run: &Run, span: Span) {
        self.started(run.journey, &run.args, true, span);
        let (next, ended) = (self.b.block(), self.b.fresh());
        let arm = ArmDraft { kind: ArmKind::Ended { journey: run.journey, ended }, resume: next };
        self.suspend_at(&run.identity, false, vec![arm], Vec::new(), span);
        self.b.at(next);
        if let Some(var) = run.result {
            let dst = self.b.var(var);
            self.b.emit(Op::Copy { dst, src: ended }, span);
        }
    }
}
