//! The canonical form of expressions and patterns.

use super::{Meaning, Named};
use crate::hir::{Expr, ExprKind, InWhat, Pattern, StrPart, VarId};
use crate::types::Type;

impl<'h> Meaning<'h> {
    pub(super) fn var(&mut self, var: VarId) {
        match self.vars.get(var.index()) {
            Some(var) => {
                self.word(&var.path);
                self.ty(var.ty);
            }
            None => self.number(i64::from(var.0)),
        }
    }

    pub(super) fn expr(&mut self, expr: &'h Expr) {
        self.ty(expr.ty);
        match &expr.kind {
            ExprKind::Bool(value) => self.number(i64::from(*value)),
            ExprKind::Int(value)
            | ExprKind::Decimal(value)
            | ExprKind::Duration(value)
            | ExprKind::Time(value)
            | ExprKind::Date(value)
            | ExprKind::LocalTime(value) => self.literal("number", *value),
            ExprKind::Float(value) => self.literal("float", value.to_bits().cast_signed()),
            ExprKind::Str(text) => {
                self.word("text");
                self.word(text);
            }
            ExprKind::None => self.word("none"),
            ExprKind::Now => self.word("now"),
            ExprKind::Customer => self.word("customer"),
            ExprKind::Profile => self.word("profile"),
            ExprKind::Var(var) => {
                self.word("var");
                self.var(*var);
            }
            ExprKind::Const(id) => {
                self.word("const");
                // A field's default has no name of its own.
                match self.hir.consts.get(id.index()) {
                    Some(constant) if !constant.name.is_empty() => {
                        self.word(&constant.name);
                        self.mention(Named::Const(*id));
                    }
                    _ => self.constant(*id),
                }
            }
            ExprKind::Trait(id) => {
                self.word("trait");
                self.trait_(*id);
            }
            ExprKind::Segment(id) => {
                self.word("segment");
                self.segment(*id);
            }
            ExprKind::Field(base, field) => self.field_of("field", base, *field),
            ExprKind::OptField(base, field) => self.field_of("?field", base, *field),
            ExprKind::Wrap(value) => self.one("wrap", value),
            ExprKind::Unwrap(value) => self.one("unwrap", value),
            ExprKind::Widen(value) => self.one("widen", value),
            ExprKind::Convert(value) => self.one("convert", value),
            ExprKind::Neg(value) => self.one("neg", value),
            ExprKind::Not(value) => self.one("not", value),
            ExprKind::Index(a, b) => self.two("index", a, b),
            ExprKind::And(a, b) => self.two("and", a, b),
            ExprKind::Or(a, b) => self.two("or", a, b),
            ExprKind::Coalesce(a, b) => self.two("??", a, b),
            ExprKind::Arith(op, a, b) => self.two(&format!("{op:?}"), a, b),
            ExprKind::Compare(op, a, b) => self.two(&format!("{op:?}"), a, b),
            _ => self.compound(&expr.kind),
        }
    }

    fn compound(&mut self, kind: &'h ExprKind) {
        match kind {
            ExprKind::In(value, what) => self.is_in(value, what),
            ExprKind::Interpolate(parts) => {
                self.word("text of");
                self.all(parts, |m, part| match part {
                    StrPart::Text(text) => m.word(text),
                    StrPart::Expr(expr) => m.one("{}", expr),
                });
            }
            ExprKind::If { cond, then, otherwise } => {
                self.one("if", cond);
                self.expr(then);
                self.expr(otherwise);
            }
            ExprKind::Match { scrutinee, arms } => {
                self.one("match", scrutinee);
                self.all(arms, |m, arm| {
                    m.all(&arm.patterns, Self::pattern);
                    m.expr(&arm.body);
                });
            }
            ExprKind::Block { lets, value } => {
                self.one("block", value);
                self.all(lets, |m, (var, value)| {
                    m.var(*var);
                    m.expr(value);
                });
            }
            ExprKind::Record(_, fields) => self.many("record", fields),
            ExprKind::Variant { variant, fields, .. } => {
                self.count(*variant);
                self.many("variant", fields);
            }
            ExprKind::List(elements) => self.many("list", elements),
            ExprKind::Map(entries) => {
                self.word("map");
                self.all(entries, |m, (key, value)| {
                    m.expr(key);
                    m.expr(value);
                });
            }
            ExprKind::Call(function, args) => {
                self.word(self.hir.fns.get(function.index()).map_or("", |function| &function.name));
                self.mention(Named::Fn(*function));
                self.many("call", args);
            }
            ExprKind::Method(method, args) => self.many(&format!("{method:?}"), args),
            ExprKind::ListLambda { op, list, param, body } => {
                self.two(&format!("{op:?}"), list, body);
                self.var(*param);
            }
            _ => {}
        }
    }

    fn literal(&mut self, word: &str, value: i64) {
        self.word(word);
        self.number(value);
    }

    fn one(&mut self, word: &str, a: &'h Expr) {
        self.word(word);
        self.expr(a);
    }

    fn two(&mut self, word: &str, a: &'h Expr, b: &'h Expr) {
        self.one(word, a);
        self.expr(b);
    }

    fn many(&mut self, word: &str, exprs: &'h [Expr]) {
        self.word(word);
        self.all(exprs, Self::expr);
    }

    fn field_of(&mut self, word: &str, base: &'h Expr, field: usize) {
        self.one(word, base);
        let record = self.hir.types.inner(base.ty).unwrap_or(base.ty);
        if let Type::Record(id) = self.hir.types.get(record)
            && let Some(field) = self.hir.types.record(id).fields.get(field)
        {
            self.word(&field.name);
        }
    }

    fn is_in(&mut self, value: &'h Expr, what: &'h InWhat) {
        match what {
            InWhat::List(list) => self.two("in list", value, list),
            InWhat::Map(map) => self.two("in map", value, map),
            InWhat::String(text) => self.two("in text", value, text),
            InWhat::Range(from, to) => {
                self.two("in range", value, from);
                self.expr(to);
            }
        }
    }

    pub(super) fn pattern(&mut self, pattern: &'h Pattern) {
        match pattern {
            Pattern::Any => self.word("_"),
            Pattern::None => self.word("none"),
            Pattern::Variant { enum_id, variant, binds } => {
                self.word("variant");
                self.mention(Named::Enum(*enum_id));
                self.word(self.hir.types.enum_def(*enum_id).variants.get(*variant).map_or("", |variant| &variant.name));
                self.all(binds, |m, (field, var)| {
                    m.count(*field);
                    m.var(*var);
                });
            }
            Pattern::Literal(literal) => self.one("literal", literal),
        }
    }
}
