//! Services, and the statements that call them and other journeys.

use super::Reader;
use crate::ast::{Arg, Binding, Expr, HttpOption, HttpOptionKind, Ident, ItemKind, Operation, StmtKind, StrPart};
use crate::diagnostics::Diagnostic;
use journey_grammar::{Rule, Syntax};

impl<'t> Reader<'t> {
    pub(super) fn service(&mut self, node: Syntax<'t>) -> ItemKind {
        // An operation that can't be read may be the one that is called.
        if node.has(Rule::error_operation) {
            let (what, what_span) = self.first_word(node);
            return ItemKind::Unsupported { what, what_span, name: self.declared(node) };
        }
        ItemKind::Service {
            name: self.name(node),
            accepts: node.child(Rule::accepts).map(|accepts| self.name(accepts)),
            operations: node.all(Rule::service_fn).map(|operation| self.operation(operation)).collect(),
        }
    }

    fn operation(&mut self, node: Syntax<'t>) -> Operation {
        let Some(http) = node.child(Rule::http_call) else { return self.without_request(node) };
        let path = http.child(Rule::string);
        Operation {
            name: self.name(node),
            params: self.params(node),
            ret: self.optional_type(node),
            accepts: node.child(Rule::accepts).map(|accepts| self.name(accepts)),
            method: self.ident(http.child(Rule::http_method).unwrap_or(http)),
            path: path.map(|path| self.string(path)).unwrap_or_default(),
            path_span: path.unwrap_or(http).span(),
            options: self.http_options(node, http),
            span: node.span(),
        }
    }

    /// An operation whose request is missing or broken: all else of it is as it is written.
    fn without_request(&mut self, node: Syntax<'t>) -> Operation {
        if !node.has(Rule::error_option) {
            let name = node.child(Rule::ident).unwrap_or(node).span();
            self.report(
                Diagnostic::error("E0101", name, format!("`{}` does not say what to request", self.slice(name)), "its braces are empty")
                    .help("write the kind of request and the path, as in `GET \"/points/{member}\"`"),
            );
        }
        let (name, params) = (self.name(node), self.params(node));
        Operation {
            ret: self.optional_type(node),
            accepts: node.child(Rule::accepts).map(|accepts| self.name(accepts)),
            method: Ident { name: "GET".to_string(), span: name.span },
            path: vec![StrPart::Text("/".to_string())],
            path_span: name.span,
            options: Vec::new(),
            span: node.span(),
            name,
            params,
        }
    }

    /// The options of a request, also those behind something broken.
    fn http_options(&mut self, operation: Syntax<'t>, http: Syntax<'t>) -> Vec<HttpOption> {
        let mut options: Vec<HttpOption> = Vec::new();
        for child in http.all(Rule::http_option).chain(operation.all(Rule::http_option)) {
            let kind = match child.first().map(Syntax::kind) {
                Some(Rule::kw_timeout) => HttpOptionKind::Timeout,
                Some(Rule::kw_retry) => HttpOptionKind::Retry,
                Some(Rule::kw_backoff) => HttpOptionKind::Backoff,
                _ => HttpOptionKind::Body,
            };
            if options.iter().any(|option| option.kind == kind) {
                let word = child.first().map_or("", Syntax::text);
                self.twice(child, &format!("`{word}`"));
                continue;
            }
            options.push(HttpOption { kind, value: self.expr_in(child, Rule::expr), span: child.span() });
        }
        options
    }

    pub(super) fn args_in(&mut self, node: Syntax<'t>) -> Vec<Arg> {
        node.child(Rule::args).map(|args| self.args(args)).unwrap_or_default()
    }

    pub(super) fn call_stmt(&mut self, node: Syntax<'t>, binding: Option<Binding>) -> StmtKind {
        StmtKind::Call {
            binding,
            service: self.nth_name(node, 0),
            operation: self.nth_name(node, 1),
            args: self.args_in(node),
            fallback: node.child(Rule::expr).map(|fallback| self.expr(fallback)),
        }
    }

    pub(super) fn run_stmt(&mut self, node: Syntax<'t>, binding: Option<Binding>) -> StmtKind {
        StmtKind::Run { binding, journey: self.name(node), args: self.args_in(node) }
    }

    /// `x += call …`: what comes later can't be added to what is there now.
    pub(super) fn only_assigned(&mut self, op: Syntax<'t>, target: &Expr) {
        if op.text() == "+=" {
            let target = self.slice(target.span).to_string();
            let diagnostic = Diagnostic::error("E0443", op.span(), "this can only be assigned", "it pauses, or gives more than a number");
            self.report(diagnostic.help(format!("bind it first: `let more = …`, then `{target} += more`")));
        } else if op.text() != "=" {
            self.wrong_assignment(op, target);
        }
    }
}
