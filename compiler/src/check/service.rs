//! Services: what each operation takes and gives, and the HTTP request that it makes.

use super::Checker;
use super::body::{Body, Kind};
use super::lookup::{nearest, unknown};
use crate::ast::{self, HttpOption, HttpOptionKind};
use crate::diagnostics::Diagnostic;
use crate::hir::{self, Expr, HttpMethod, OperationId, ServiceId};
use crate::types::TypeId;
use journey_grammar::Span;

/// How long a try may take that does not say it, in milliseconds.
const TIMEOUT_MS: i64 = 10_000;
/// The pauses between tries where none are given, in milliseconds.
const BACKOFF_MS: (i64, i64) = (1_000, 60_000);
/// Tries behind the first one at most.
const RETRY_MAX: i64 = 100;

impl Checker {
    /// Checks a service, whose name was entered before.
    pub(super) fn service(&mut self, id: ServiceId, decl: &ast::Item) {
        let ast::ItemKind::Service { accepts, operations, .. } = &decl.kind else { return };
        let all_pii = self.accepts_pii(accepts.as_ref());
        let mut checked: Vec<hir::Operation> = Vec::new();
        for operation in operations {
            self.lint_snake(&operation.name.name, operation.name.span);
            if let Some(first) = checked.iter().position(|other| other.name == operation.name.name) {
                self.doubled(&operation.name, operations[first].name.span, "operation");
            }
            let operation = self.operation(operation, all_pii);
            checked.push(operation);
        }
        self.hir.services[id.index()].operations = checked;
    }

    fn accepts_pii(&mut self, accepts: Option<&ast::Ident>) -> bool {
        let Some(word) = accepts else { return false };
        if word.name != "pii" {
            self.report(
                Diagnostic::error("E0439", word.span, format!("nothing is called `{}` here", word.name), "only `pii` can be accepted")
                    .help("write `accepts pii` where personal data may go, or leave it out")
                    .fix("write `pii`", word.span, "pii"),
            );
        }
        true
    }

    fn operation(&mut self, written: &ast::Operation, all_pii: bool) -> hir::Operation {
        let accepts_pii = self.accepts_pii(written.accepts.as_ref()) || all_pii;
        let mut body = Body::new(Kind::Operation);
        body.push_scope();
        let types = self.params(&written.params);
        let params = written.params.iter().zip(&types).map(|(param, (name, ty))| body.declare(name, *ty, false, param.name.span)).collect();
        let ret = written.ret.as_ref().map(|ret| self.resolve_type(ret));
        let method = method(&written.method.name);
        let path = ast::Expr { kind: ast::ExprKind::Str(written.path.clone()), span: written.path_span };
        let path = self.expr(&mut body, &path, Some(TypeId::STRING));
        self.starts_with_a_slash(written);
        let mut operation = hir::Operation {
            name: written.name.name.clone(),
            accepts_pii,
            vars: Vec::new(),
            params,
            ret,
            method,
            path,
            body: None,
            timeout_ms: TIMEOUT_MS,
            retry: 0,
            backoff_ms: BACKOFF_MS,
            span: written.span,
        };
        for option in &written.options {
            self.http_option(&mut body, &mut operation, written, option);
        }
        if operation.body.is_none() && method.has_body() {
            // What the path does not name goes into the body.
            for (name, _) in &types {
                body.read(name);
            }
        }
        operation.vars = self.finish(body);
        operation
    }

    fn starts_with_a_slash(&mut self, written: &ast::Operation) {
        let starts = match written.path.first() {
            Some(ast::StrPart::Text(text)) => text.starts_with('/'),
            Some(ast::StrPart::Expr(_)) | None => false,
        };
        if !starts {
            self.report(Diagnostic::error("E0438", written.path_span, "a path begins with `/`", "this doesn't").help(
                "write the path alone, as in `\"/points/{member}\"`: where the service is differs between a test system and the real one",
            ));
        }
    }

    fn http_option(&mut self, body: &mut Body, operation: &mut hir::Operation, written: &ast::Operation, option: &HttpOption) {
        match option.kind {
            HttpOptionKind::Body => {
                if operation.method.has_body() || operation.method == HttpMethod::Delete {
                    operation.body = Some(self.settled(body, &option.value));
                } else {
                    self.infer(body, &option.value, None);
                    let method = &written.method.name;
                    self.report(
                        Diagnostic::error("E0436", option.span, format!("a `{method}` has no body"), "nothing would read this")
                            .and(written.method.span, "the request is this")
                            .help("write `POST`, or put the values into the path: `\"/points?member={member}\"`"),
                    );
                }
            }
            HttpOptionKind::Timeout if self.without_unit(&option.value, "a timeout") => {}
            HttpOptionKind::Timeout => {
                let value = self.expr(body, &option.value, Some(TypeId::DURATION));
                let given = self.fold_duration(&value).filter(|ms| *ms > 0);
                operation.timeout_ms =
                    self.fixed(&value, given, "a timeout is a fixed length of time", "`timeout 2s`").unwrap_or(TIMEOUT_MS);
            }
            HttpOptionKind::Retry => {
                let value = self.expr(body, &option.value, Some(TypeId::INT));
                let given = self.fold_duration(&value).filter(|times| (0..=RETRY_MAX).contains(times));
                let given = self.fixed(&value, given, "`retry` says how often at most, from 0 to 100", "`retry 5`");
                operation.retry = given.and_then(|times| u32::try_from(times).ok()).unwrap_or(0);
            }
            HttpOptionKind::Backoff => operation.backoff_ms = self.backoff(body, &option.value).unwrap_or(BACKOFF_MS),
        }
    }

    /// `1s..1m`: the first pause and the longest.
    fn backoff(&mut self, body: &mut Body, value: &ast::Expr) -> Option<(i64, i64)> {
        let (what, example) = ("`backoff` says the first and the longest pause between tries", "`backoff 1s..1m`");
        let ast::ExprKind::Binary(ast::BinaryOp::Range, _, from, to) = &value.kind else {
            let value = self.expr(body, value, None);
            return self.fixed(&value, None, what, example).map(|ms| (ms, ms));
        };
        if self.without_unit(from, "a pause between tries") | self.without_unit(to, "a pause between tries") {
            return None;
        }
        let from = self.expr(body, from, Some(TypeId::DURATION));
        let to = self.expr(body, to, Some(TypeId::DURATION));
        let first = self.fold_duration(&from).filter(|ms| *ms > 0);
        let first = self.fixed(&from, first, what, example);
        let longest = self.fold_duration(&to).filter(|ms| first.is_none_or(|first| *ms >= first));
        Some((first?, self.fixed(&to, longest, what, example)?))
    }

    /// `timeout 5`: five of what? Reports it.
    fn without_unit(&mut self, value: &ast::Expr, what: &str) -> bool {
        let ast::ExprKind::Int(number) = value.kind else { return false };
        let seconds = if number >= 100 && number % 100 == 0 { format!("{number}ms") } else { format!("{number}s") };
        self.report(
            Diagnostic::error("E0437", value.span, format!("{what} is a length of time"), "this number has no unit")
                .help(format!("write `{seconds}`: the units are `ms`, `s`, `m`, `h`, `d` and `w`"))
                .fix(format!("write `{seconds}`"), value.span, seconds),
        );
        true
    }

    /// A value that is known before anything runs; where it isn't, or makes no sense, that is reported.
    fn fixed(&mut self, value: &Expr, known: Option<i64>, what: &str, example: &str) -> Option<i64> {
        if known.is_none() && value.ty != TypeId::ERROR {
            self.report(
                Diagnostic::error("E0437", value.span, what, "this isn't that")
                    .help(format!("write it like {example}, or name a constant")),
            );
        }
        known
    }

    /// The operation of that name; where there is none, that is reported.
    pub(super) fn operation_named(&mut self, service: &ast::Ident, operation: &ast::Ident) -> Option<(ServiceId, OperationId)> {
        let id = self.service_named(service)?;
        let operations = &self.hir.services[id.index()].operations;
        if let Some(at) = operations.iter().position(|known| known.name == operation.name) {
            return Some((id, OperationId(super::names::number(at))));
        }
        let names: Vec<&str> = operations.iter().map(|operation| operation.name.as_str()).collect();
        let what = format!("operation of `{}` called", service.name);
        let diagnostic = unknown("E0435", operation, &what, nearest(&operation.name, names.iter().copied()), &names);
        self.report(diagnostic);
        None
    }

    /// Where an operation's parameters are declared.
    pub(super) fn operation_declared(&self, (service, operation): (ServiceId, OperationId)) -> Vec<Span> {
        let operation = &self.hir.services[service.index()].operations[operation.index()];
        super::lookup::declared(&operation.params, &operation.vars)
    }

    /// The names and types of an operation's parameters, as [`Checker::arguments`] takes them.
    pub(super) fn operation_params(&self, (service, operation): (ServiceId, OperationId)) -> Vec<(String, TypeId)> {
        let operation = &self.hir.services[service.index()].operations[operation.index()];
        operation.params.iter().filter_map(|id| operation.vars.get(id.index())).map(|var| (var.name.clone(), var.ty)).collect()
    }

    /// What an operation gives.
    pub(super) fn operation_ret(&self, (service, operation): (ServiceId, OperationId)) -> Option<TypeId> {
        self.hir.services[service.index()].operations[operation.index()].ret
    }

    /// `else …` behind a call: the type of what both the answer and it can be, and the value.
    pub(super) fn fallback(&mut self, body: &mut Body, fallback: &ast::Expr, ret: TypeId, why: &super::coerce::Why) -> (TypeId, Expr) {
        let found = self.infer(body, fallback, Some(ret));
        let optional = self.hir.types.optional(ret);
        let ty = if !self.fits(&found, ret) && self.fits(&found, optional) { optional } else { ret };
        (ty, self.coerce(body, found, ty, Some(why)))
    }
}

impl HttpMethod {
    /// Whether a request of this method carries a body where none is written.
    #[must_use]
    pub fn has_body(self) -> bool {
        matches!(self, Self::Post | Self::Put | Self::Patch)
    }
}

fn method(word: &str) -> HttpMethod {
    match word {
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "PATCH" => HttpMethod::Patch,
        "DELETE" => HttpMethod::Delete,
        "HEAD" => HttpMethod::Head,
        _ => HttpMethod::Get,
    }
}
