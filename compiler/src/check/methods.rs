//! Methods without a function argument, conversions, and calls of functions.

use super::Checker;
use super::body::Body;
use super::coerce::poison;
use super::lookup::{article, nearest};
use super::names::{Decl, Owner};
use crate::ast;
use crate::diagnostics::{Asked, Diagnostic};
use crate::hir::{Expr, ExprKind, Method};
use crate::types::{Type, TypeId};
use journey_grammar::Span;

/// A method as its callers see it.
struct Shape {
    method: Method,
    params: Vec<(String, TypeId)>,
    ret: TypeId,
}

/// The names of a type's methods.
pub(super) fn names(ty: Type) -> &'static [&'static str] {
    match ty {
        Type::List(_) => &[
            "length", "is_empty", "first", "last", "contains", "any", "all", "count", "filter", "map", "sum", "min_by", "max_by",
            "sort_by", "take", "join",
        ],
        Type::Map(..) => &["length", "keys", "values", "contains"],
        Type::String => &["length", "is_empty", "lower", "upper", "trim", "contains", "starts_with", "ends_with", "replace", "split"],
        Type::Int | Type::Decimal | Type::Float => &["abs", "min", "max", "round", "floor", "ceil", "fixed"],
        Type::Time => &["date", "time", "hour", "weekday"],
        Type::Date => &["at", "plus_days", "plus_months", "next_anniversary"],
        _ => &[],
    }
}

/// What to do where a list was meant to grow.
pub(crate) const LIST_STAYS: &str =
    "a list stays as it is: keep a number (`n += 1`) or the last one (`last = x`) in a `var`, or write all elements at once: `[a, b]`";

impl Checker {
    pub(super) fn method(
        &mut self,
        body: &mut Body,
        recv: &ast::Expr,
        name: &ast::Ident,
        args: &[ast::Arg],
        span: Span,
        hint: Option<TypeId>,
    ) -> Expr {
        if let Some(id) = self.enum_before_point(body, recv) {
            self.called_variant(id, name, span);
            return self.poison_args(body, args, span);
        }
        let recv = self.receiver(body, recv);
        match self.hir.types.get(recv.ty) {
            Type::Error => self.poison_args(body, args, span),
            Type::Optional(of) if names(self.hir.types.get(of)).contains(&name.name.as_str()) => {
                self.missing(body, &recv, None);
                self.poison_args(body, args, span)
            }
            Type::List(of) => self.list_method(body, recv, of, name, args, span, hint),
            Type::Int | Type::Decimal | Type::Float if matches!(name.name.as_str(), "min" | "max") => {
                self.least_or_greatest(body, recv, name, args, span)
            }
            _ => self.plain_method(body, recv, name, args, span),
        }
    }

    /// Checks arguments for mistakes of their own, where what they are given to is wrong.
    pub(super) fn poison_args(&mut self, body: &mut Body, args: &[ast::Arg], span: Span) -> Expr {
        for arg in args {
            match &arg.value.kind {
                ast::ExprKind::Lambda { param, body: value } => {
                    body.push_momentary();
                    body.declare(&param.name, TypeId::ERROR, false, param.span);
                    self.infer(body, value, None);
                    body.pop_momentary();
                }
                // What it stands for depends on what it is given to.
                ast::ExprKind::Name(name) if body.find(name).is_none() => {}
                _ => {
                    self.infer(body, &arg.value, None);
                }
            }
        }
        poison(span)
    }

    pub(super) fn plain_method(&mut self, body: &mut Body, mut recv: Expr, name: &ast::Ident, args: &[ast::Arg], span: Span) -> Expr {
        let Some(shape) = self.shape_of_method(&recv, &name.name) else {
            self.unknown_method(body, &recv, name);
            return self.poison_args(body, args, span);
        };
        // Whole numbers round and print like any other.
        if recv.ty == TypeId::INT && shape.method != Method::NumberAbs {
            recv = self.coerce(body, recv, TypeId::DECIMAL, None);
        }
        let args = self.arguments(body, args, &shape.params, &format!("`{}`", name.name), name.span);
        if args.iter().any(|arg| arg.ty == TypeId::ERROR) {
            return poison(span);
        }
        if matches!(shape.method, Method::NumberRound | Method::NumberFixed) {
            self.digits(name, &args);
        }
        let operands = std::iter::once(recv).chain(args).collect();
        Expr { kind: ExprKind::Method(shape.method, operands), ty: shape.ret, span }
    }

    /// Digits behind the point are counted from 0 on.
    fn digits(&mut self, name: &ast::Ident, args: &[Expr]) {
        let Some(Expr { kind: ExprKind::Int(..0), span, .. }) = args.first() else { return };
        let message = format!("`{}` counts digits behind the point", name.name);
        self.report(
            Diagnostic::error("E0482", *span, message, "there are never fewer than none")
                .help("write 0 or more; to round to hundreds, divide and multiply: `(x / 100).round(0) * 100`"),
        );
    }

    fn shape_of_method(&mut self, recv: &Expr, name: &str) -> Option<Shape> {
        let list_of_string = self.hir.types.list(TypeId::STRING);
        let (text, int, zone) = (TypeId::STRING, TypeId::INT, TypeId::TIMEZONE);
        let rounded = if recv.ty == TypeId::FLOAT { TypeId::FLOAT } else { TypeId::DECIMAL };
        let (method, params, ret): (Method, &[(&str, TypeId)], TypeId) = match (self.hir.types.get(recv.ty), name) {
            (Type::Map(..), "length") => (Method::MapLength, &[], int),
            (Type::Map(key, _), "keys") => (Method::MapKeys, &[], self.hir.types.list(key)),
            (Type::Map(_, value), "values") => (Method::MapValues, &[], self.hir.types.list(value)),
            (Type::Map(key, _), "contains") => (Method::MapContains, &[("key", key)], TypeId::BOOL),
            (Type::String, "length") => (Method::StringLength, &[], int),
            (Type::String, "is_empty") => (Method::StringIsEmpty, &[], TypeId::BOOL),
            (Type::String, "lower") => (Method::StringLower, &[], text),
            (Type::String, "upper") => (Method::StringUpper, &[], text),
            (Type::String, "trim") => (Method::StringTrim, &[], text),
            (Type::String, "contains") => (Method::StringContains, &[("text", text)], TypeId::BOOL),
            (Type::String, "starts_with") => (Method::StringStartsWith, &[("text", text)], TypeId::BOOL),
            (Type::String, "ends_with") => (Method::StringEndsWith, &[("text", text)], TypeId::BOOL),
            (Type::String, "replace") => (Method::StringReplace, &[("old", text), ("new", text)], text),
            (Type::String, "split") => (Method::StringSplit, &[("separator", text)], list_of_string),
            (Type::Int | Type::Decimal | Type::Float, "abs") => (Method::NumberAbs, &[], recv.ty),
            (Type::Int | Type::Decimal | Type::Float, "round") => (Method::NumberRound, &[("digits", int)], rounded),
            (Type::Int | Type::Decimal | Type::Float, "floor") => (Method::NumberFloor, &[], int),
            (Type::Int | Type::Decimal | Type::Float, "ceil") => (Method::NumberCeil, &[], int),
            (Type::Int | Type::Decimal | Type::Float, "fixed") => (Method::NumberFixed, &[("digits", int)], text),
            (Type::Time, "date") => (Method::TimeDate, &[("zone", zone)], TypeId::DATE),
            (Type::Time, "time") => (Method::TimeTime, &[("zone", zone)], TypeId::LOCAL_TIME),
            (Type::Time, "hour") => (Method::TimeHour, &[("zone", zone)], int),
            (Type::Time, "weekday") => (Method::TimeWeekday, &[("zone", zone)], int),
            (Type::Date, "at") => (Method::DateAt, &[("time", TypeId::LOCAL_TIME), ("zone", zone)], TypeId::TIME),
            (Type::Date, "plus_days") => (Method::DatePlusDays, &[("days", int)], TypeId::DATE),
            (Type::Date, "plus_months") => (Method::DatePlusMonths, &[("months", int)], TypeId::DATE),
            (Type::Date, "next_anniversary") => (Method::DateNextAnniversary, &[("after", TypeId::DATE)], TypeId::DATE),
            _ => return None,
        };
        Some(Shape { method, params: params.iter().map(|(name, ty)| ((*name).into(), *ty)).collect(), ret })
    }

    /// `a.min(b)`, `a.max(b)`: both become of one type.
    fn least_or_greatest(&mut self, body: &mut Body, recv: Expr, name: &ast::Ident, args: &[ast::Arg], span: Span) -> Expr {
        let [arg] = args else {
            self.arguments(body, args, &[("other".into(), recv.ty)], &format!("`{}`", name.name), name.span);
            return poison(span);
        };
        let other = self.infer(body, &arg.value, Some(recv.ty));
        if self.hir.types.inner(other.ty).is_some() {
            return self.missing(body, &other, None);
        }
        let (ty, operands) = self.join_or_report(body, vec![recv, other], "the two numbers");
        if ty == TypeId::ERROR {
            return poison(span);
        }
        let method = if name.name == "min" { Method::NumberMin } else { Method::NumberMax };
        Expr { kind: ExprKind::Method(method, operands), ty, span }
    }

    /// A method that a type does not have: perhaps a field, or a misspelled one.
    pub(super) fn unknown_method(&mut self, body: &Body, recv: &Expr, name: &ast::Ident) {
        let text = &name.name;
        if let Type::Record(id) = self.hir.types.get(recv.ty)
            && self.fields(Owner::Record(id)).iter().any(|field| field.name == *text)
        {
            self.report(
                Diagnostic::error("E0306", name.span, format!("`{text}` is a field"), "fields have no parentheses")
                    .help(format!("write `{text}` alone")),
            );
            return;
        }
        let ty = self.hir.types.inner(recv.ty).unwrap_or(recv.ty);
        let whole = self.hir.types.name(recv.ty);
        let known = names(self.hir.types.get(ty));
        let is_list = matches!(self.hir.types.get(ty), Type::List(_));
        let mut diagnostic =
            Diagnostic::error("E0205", name.span, format!("{} `{whole}` has no method `{text}`", article(&whole)), "this name is unknown")
                .asking(Asked::Method(text.clone()));
        if let Some((span, origin)) = self.origin(body, recv) {
            diagnostic = diagnostic.and(span, origin);
        }
        let elsewhere = match text.as_str() {
            "size" | "len" | "count" | "size_of" => Some("length"),
            "to_lower" | "to_lower_case" | "toLowerCase" | "lowercase" | "lower_case" => Some("lower"),
            "to_upper" | "to_upper_case" | "toUpperCase" | "uppercase" | "upper_case" => Some("upper"),
            "includes" | "has" => Some("contains"),
            "sort" => Some("sort_by"),
            "to_fixed" | "toFixed" | "format" => Some("fixed"),
            "reduce" | "total" => Some("sum"),
            "find" | "where" | "select" => Some("filter"),
            "some" => Some("any"),
            "every" => Some("all"),
            "substring" | "slice" | "limit" => Some("take"),
            _ => None,
        };
        let better = elsewhere.filter(|better| known.contains(better)).map(String::from).or_else(|| nearest(text, known.iter().copied()));
        diagnostic = match better {
            Some(better) => diagnostic.help(format!("did you mean `{better}`?")).fix(format!("write `{better}`"), name.span, better),
            None if is_list && matches!(text.as_str(), "append" | "push" | "add" | "concat" | "insert" | "remove" | "extend" | "plus") => {
                diagnostic.help(LIST_STAYS)
            }
            None if known.is_empty() => diagnostic.help("values of this type have no methods"),
            None => diagnostic.help(format!("it has `{}`", known.join("`, `"))),
        };
        self.report(diagnostic);
    }

    pub(super) fn call(&mut self, body: &mut Body, callee: &ast::Ident, args: &[ast::Arg], span: Span) -> Expr {
        let name = callee.name.as_str();
        match name {
            "days" => return self.unit(body, Method::Days, callee, args, span),
            "hours" => return self.unit(body, Method::Hours, callee, args, span),
            "minutes" => return self.unit(body, Method::Minutes, callee, args, span),
            "Decimal" => return self.conversion(body, TypeId::DECIMAL, callee, args, span),
            "Float" => return self.conversion(body, TypeId::FLOAT, callee, args, span),
            "Int" => return self.conversion(body, TypeId::INT, callee, args, span),
            "String" => return self.conversion(body, TypeId::STRING, callee, args, span),
            _ => {}
        }
        match self.global(name) {
            Some(Decl::Fn(at)) => {
                let signature = self.signatures[at].clone();
                let args = self.arguments_of(body, args, (&signature.params, &signature.declared), &format!("`{name}`"), callee.span);
                match signature.id {
                    Some(id) if args.iter().all(|arg| arg.ty != TypeId::ERROR) => {
                        Expr { kind: ExprKind::Call(id, args), ty: signature.ret, span }
                    }
                    _ => poison(span),
                }
            }
            Some(Decl::Unsupported) => self.poison_args(body, args, span),
            decl => {
                self.no_function(body, callee, decl);
                self.poison_args(body, args, span)
            }
        }
    }

    fn unit(&mut self, body: &mut Body, method: Method, callee: &ast::Ident, args: &[ast::Arg], span: Span) -> Expr {
        let args = self.arguments(body, args, &[("n".into(), TypeId::INT)], &format!("`{}`", callee.name), callee.span);
        if args.iter().any(|arg| arg.ty == TypeId::ERROR) {
            return poison(span);
        }
        Expr { kind: ExprKind::Method(method, args), ty: TypeId::DURATION, span }
    }

    fn conversion(&mut self, body: &mut Body, to: TypeId, callee: &ast::Ident, args: &[ast::Arg], span: Span) -> Expr {
        let [ast::Arg { name: None, value }] = args else {
            let what = format!("`{}`", callee.name);
            self.arguments(body, args, &[("value".into(), to)], &what, callee.span);
            return poison(span);
        };
        if to == TypeId::STRING {
            let value = self.printable(body, value);
            return if value.ty == TypeId::ERROR { poison(span) } else { Expr { kind: ExprKind::Convert(Box::new(value)), ty: to, span } };
        }
        let hint = Some(to).filter(|&ty| ty == TypeId::FLOAT);
        let value = self.infer(body, value, hint);
        match self.hir.types.get(value.ty) {
            Type::Int | Type::Decimal | Type::Float if value.ty == to => value,
            Type::Int | Type::Decimal | Type::Float => Expr { kind: ExprKind::Convert(Box::new(value)), ty: to, span },
            Type::Error => poison(span),
            Type::Optional(_) => self.missing(body, &value, None),
            _ => {
                let (found, wanted) = (self.hir.types.name(value.ty), self.hir.types.name(to));
                let label = format!("this is {} `{found}`", article(&found));
                let message = format!("{} `{found}` cannot be made {} `{wanted}`", article(&found), article(&wanted));
                let diagnostic = Diagnostic::error("E0304", value.span, message, label).help(format!("`{wanted}(…)` takes a number"));
                self.report(self.with_origin(body, diagnostic, &value));
                poison(span)
            }
        }
    }
}
