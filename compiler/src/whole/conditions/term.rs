//! What a condition is about, as a text that is the same for what has the same value in the same step.

use crate::hir::{Expr, ExprKind as E, InWhat};
use crate::types::TypeId;
use std::fmt::Write;

/// Bytes of a text; what is longer is not followed.
const LENGTH_MAX: usize = 300;

/// Without what changes only the type of a value.
pub(super) fn bare(expr: &Expr) -> &Expr {
    match &expr.kind {
        E::Wrap(of) | E::Unwrap(of) => bare(of),
        E::Widen(of) if expr.ty == TypeId::DECIMAL => bare(of),
        _ => expr,
    }
}

/// The text; `None` for what is not followed.
pub(super) fn text(expr: &Expr) -> Option<String> {
    let mut text = String::new();
    write(&mut text, expr)?;
    Some(text)
}

/// A variable, as it stands in the text.
pub(super) fn var(id: crate::hir::VarId) -> String {
    format!("v{};", id.0)
}

/// What stands in the text of whatever an assignment to the profile can change.
pub(super) const PROFILE: [&str; 2] = ["p;", "s;"];

fn write(text: &mut String, expr: &Expr) -> Option<()> {
    if text.len() > LENGTH_MAX {
        return None;
    }
    let expr = bare(expr);
    match &expr.kind {
        E::Bool(value) => write!(text, "{value};"),
        E::Int(value) | E::Decimal(value) | E::Duration(value) | E::Time(value) | E::Date(value) | E::LocalTime(value) => {
            write!(text, "{}:{value};", expr.ty.0)
        }
        E::Str(value) => write!(text, "{value:?};"),
        E::None => write!(text, "none;"),
        E::Now => write!(text, "now;"),
        E::Customer => write!(text, "customer;"),
        E::Profile => write!(text, "p;"),
        E::Var(id) => write!(text, "{}", var(*id)),
        E::Const(id) => write!(text, "c{};", id.0),
        E::Trait(id) => write!(text, "t{};", id.0),
        E::Segment(id) => write!(text, "{}s;", id.0),
        E::Field(_, at) => write!(text, ".{at}("),
        E::OptField(_, at) => write!(text, "?.{at}("),
        E::Index(..) => write!(text, "index("),
        E::Neg(_) => write!(text, "-("),
        E::Not(_) => write!(text, "not("),
        E::And(..) => write!(text, "and("),
        E::Or(..) => write!(text, "or("),
        E::Coalesce(..) => write!(text, "??("),
        E::Arith(op, ..) => write!(text, "{op:?}("),
        E::Compare(op, ..) => write!(text, "{op:?}("),
        E::In(_, InWhat::Range(..)) => write!(text, "within("),
        E::In(..) => write!(text, "in("),
        E::Call(id, _) => write!(text, "f{}(", id.0),
        E::Method(method, _) => write!(text, "{method:?}("),
        E::Variant { enum_id, variant, fields } if fields.is_empty() => write!(text, "e{}.{variant}(", enum_id.0),
        // A conversion's result hangs on its type too, a Float may be unlike itself, and the rest is seldom asked twice.
        E::Float(_) | E::Wrap(_) | E::Unwrap(_) | E::Widen(_) | E::Convert(_) | E::Interpolate(_) | E::If { .. } => {
            return None;
        }
        E::Match { .. } | E::Block { .. } | E::Record(..) | E::Variant { .. } | E::List(_) | E::Map(_) | E::ListLambda { .. } => {
            return None;
        }
    }
    .ok()?;
    for child in expr.children() {
        write(text, child)?;
    }
    text.push(')');
    Some(())
}
