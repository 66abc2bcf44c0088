//! Methods of lists, with functions like `x => …` as their arguments.

use super::Checker;
use super::body::Body;
use super::coerce::poison;
use super::lookup::article;
use crate::ast;
use crate::diagnostics::{Asked, Diagnostic};
use crate::hir::{Expr, ExprKind, ListOp, Method};
use crate::types::{Type, TypeId};
use journey_grammar::Span;

impl Checker {
    #[expect(clippy::too_many_arguments, reason = "the parts of the node, as they stand in the syntax")]
    pub(super) fn list_method(
        &mut self,
        body: &mut Body,
        list: Expr,
        of: TypeId,
        name: &ast::Ident,
        args: &[ast::Arg],
        span: Span,
        hint: Option<TypeId>,
    ) -> Expr {
        let op = match name.name.as_str() {
            "any" => ListOp::Any,
            "all" => ListOp::All,
            "count" => ListOp::Count,
            "filter" => ListOp::Filter,
            "map" => ListOp::Map,
            "sum" if args.is_empty() => return self.plain_sum(body, list, of, span),
            "sum" => ListOp::Sum,
            "min_by" => ListOp::MinBy,
            "max_by" => ListOp::MaxBy,
            "sort_by" => ListOp::SortBy,
            _ => return self.plain_list_method(body, list, of, name, args, span),
        };
        self.with_function(body, op, list, of, name, args, span, hint)
    }

    fn plain_list_method(&mut self, body: &mut Body, list: Expr, of: TypeId, name: &ast::Ident, args: &[ast::Arg], span: Span) -> Expr {
        let optional = self.hir.types.optional(of);
        let (method, params, ret): (Method, Vec<(String, TypeId)>, TypeId) = match name.name.as_str() {
            "length" => (Method::ListLength, vec![], TypeId::INT),
            "is_empty" => (Method::ListIsEmpty, vec![], TypeId::BOOL),
            "first" => (Method::ListFirst, vec![], optional),
            "last" => (Method::ListLast, vec![], optional),
            "contains" => (Method::ListContains, vec![("element".into(), of)], TypeId::BOOL),
            "take" => (Method::ListTake, vec![("n".into(), TypeId::INT)], list.ty),
            "join" => (Method::ListJoin, vec![("separator".into(), TypeId::STRING)], TypeId::STRING),
            _ => {
                self.unknown_method(body, &list, name);
                return self.poison_args(body, args, span);
            }
        };
        let args = self.arguments(body, args, &params, &format!("`{}`", name.name), name.span);
        if args.iter().any(|arg| arg.ty == TypeId::ERROR) {
            return poison(span);
        }
        if method == Method::ListJoin && of != TypeId::STRING {
            return self.unjoinable(body, &list, of, span);
        }
        Expr { kind: ExprKind::Method(method, std::iter::once(list).chain(args).collect()), ty: ret, span }
    }

    fn unjoinable(&mut self, body: &Body, list: &Expr, of: TypeId, span: Span) -> Expr {
        if of == TypeId::ERROR {
            return poison(span);
        }
        let name = self.hir.types.name(list.ty);
        let x = self.described(body, list).unwrap_or_else(|| "xs".into());
        let diagnostic =
            Diagnostic::error("E0304", list.span, "only a list of texts can be joined", format!("this is {} `{name}`", article(&name)))
                .help(format!("make a text of each element first: `{x}.map(i => \"{{i}}\").join(\", \")`"));
        self.report(self.with_origin(body, diagnostic, list));
        poison(span)
    }

    /// `sum()` of a list of numbers or durations.
    fn plain_sum(&mut self, body: &Body, list: Expr, of: TypeId, span: Span) -> Expr {
        if of == TypeId::ERROR {
            return poison(span);
        }
        if !self.is_summed(of) {
            let name = self.hir.types.name(list.ty);
            let x = self.described(body, &list).unwrap_or_else(|| "xs".into());
            let diagnostic =
                Diagnostic::error("E0304", list.span, format!("{} `{name}` has no sum", article(&name)), "its elements are no numbers")
                    .help(format!("say what to add up: `{x}.sum(i => …)`"))
                    .asking(Asked::Sum(self.hir.types.name(of)));
            self.report(self.with_origin(body, diagnostic, &list));
            return poison(span);
        }
        Expr { kind: ExprKind::Method(Method::ListSum, vec![list]), ty: of, span }
    }

    fn is_summed(&self, ty: TypeId) -> bool {
        matches!(self.hir.types.get(ty), Type::Int | Type::Decimal | Type::Float | Type::Duration)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of the node, as they stand in the syntax")]
    fn with_function(
        &mut self,
        body: &mut Body,
        op: ListOp,
        list: Expr,
        of: TypeId,
        name: &ast::Ident,
        args: &[ast::Arg],
        span: Span,
        hint: Option<TypeId>,
    ) -> Expr {
        let Some((param, value)) = function(args) else {
            self.no_lambda(name, args);
            return self.poison_args(body, args, span);
        };
        body.push_momentary();
        let var = body.declare(&param.name, of, false, param.span);
        let value = match (op, hint.map(|ty| self.hir.types.get(ty))) {
            (ListOp::Any | ListOp::All | ListOp::Count | ListOp::Filter, _) => self.expr(body, value, Some(TypeId::BOOL)),
            (ListOp::Map, Some(Type::List(of))) => {
                let value = self.infer(body, value, Some(of));
                if self.fits(&value, of) { self.coerce(body, value, of, None) } else { value }
            }
            (ListOp::Sum, _) => self.infer(body, value, hint),
            _ => self.settled(body, value),
        };
        body.pop_momentary();
        if value.ty == TypeId::ERROR {
            return poison(span);
        }
        let Some(ty) = self.result_of(body, op, &list, of, &value) else { return poison(span) };
        Expr { kind: ExprKind::ListLambda { op, list: Box::new(list), param: var, body: Box::new(value) }, ty, span }
    }

    fn result_of(&mut self, body: &Body, op: ListOp, list: &Expr, of: TypeId, value: &Expr) -> Option<TypeId> {
        match op {
            ListOp::Any | ListOp::All => Some(TypeId::BOOL),
            ListOp::Count => Some(TypeId::INT),
            ListOp::Filter => Some(list.ty),
            ListOp::Map => Some(self.hir.types.list(value.ty)),
            ListOp::Sum if self.is_summed(value.ty) => Some(value.ty),
            ListOp::Sum => self.bad_key(body, value, "added up", "numbers and durations can be added up"),
            ListOp::SortBy if self.is_ordered(value.ty) => Some(list.ty),
            ListOp::MinBy | ListOp::MaxBy if self.is_ordered(value.ty) => Some(self.hir.types.optional(of)),
            _ => self.bad_key(body, value, "put in order", "numbers, texts, times, durations and enums without fields have an order"),
        }
    }

    fn bad_key(&mut self, body: &Body, value: &Expr, done: &str, help: &str) -> Option<TypeId> {
        if self.hir.types.inner(value.ty).is_some() {
            self.missing(body, value, None);
            return None;
        }
        let name = self.hir.types.name(value.ty);
        let message = format!("values of type `{name}` cannot be {done}");
        let diagnostic = Diagnostic::error("E0304", value.span, message, format!("this is {} `{name}`", article(&name))).help(help);
        self.report(self.with_origin(body, diagnostic, value));
        None
    }

    fn no_lambda(&mut self, name: &ast::Ident, args: &[ast::Arg]) {
        let span = args.first().map_or(name.span, |arg| arg.value.span);
        let method = &name.name;
        let help = match (args.first().map(|arg| &arg.value.kind), method.as_str()) {
            (Some(ast::ExprKind::Name(called)), _) if self.globals.contains_key(called) => format!("write `{method}(x => {called}(x))`"),
            (None, "count") => "for the number of all elements write `length()`".into(),
            _ => format!("write `{method}(x => …)`"),
        };
        let label = if args.len() == 1 { "this is not a function" } else { "one function is expected" };
        self.report(Diagnostic::error("E0309", span, format!("`{method}` takes one function like `x => …`"), label).help(help));
    }
}

/// The one function among the arguments, if it is that.
fn function(args: &[ast::Arg]) -> Option<(&ast::Ident, &ast::Expr)> {
    let [ast::Arg { name: None, value }] = args else { return None };
    let mut value = value;
    while let ast::ExprKind::Paren(inner) = &value.kind {
        value = inner;
    }
    match &value.kind {
        ast::ExprKind::Lambda { param, body } => Some((param, body)),
        _ => None,
    }
}
