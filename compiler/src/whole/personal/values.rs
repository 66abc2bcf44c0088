//! What of an expression's value is personal.

use super::marked::{Marked, part_of};
use super::taint::{Part, Taint};
use super::trail::Trail;
use crate::hir::{Aggregate, Arm, Expr, ExprKind as E, InWhat, ListOp, Method, Pattern, Program, StrPart, Trait, VarId};
use crate::types::TypeId;

/// What is known of a program beside its journeys.
#[derive(Debug)]
pub(super) struct Values<'h> {
    pub program: &'h Program,
    pub marked: Marked,
    /// The value of each function, in terms of its parameters.
    fns: Vec<Taint>,
    traits: Vec<Taint>,
}

/// The variables of one body.
#[derive(Debug, Default)]
pub(super) struct Vars {
    taints: Vec<Taint>,
    /// Those that have become more personal since they were last asked for.
    pub changed: Vec<VarId>,
}

impl Vars {
    pub fn new(count: usize) -> Self {
        Self { taints: vec![Taint::default(); count], changed: Vec::new() }
    }

    fn get(&self, var: VarId) -> Taint {
        self.taints.get(var.index()).cloned().unwrap_or_default()
    }

    /// A variable gets a value, beside those that it has anywhere else.
    pub fn join(&mut self, var: VarId, taint: &Taint) {
        if self.taints.get_mut(var.index()).is_some_and(|known| known.join(taint)) {
            self.changed.push(var);
        }
    }
}

impl<'h> Values<'h> {
    pub fn of(program: &'h Program) -> Self {
        let mut values = Self { program, marked: Marked::of(program), fns: Vec::new(), traits: Vec::new() };
        for function in &program.fns {
            let mut vars = Vars::new(function.vars.len());
            for (at, &param) in function.params.iter().enumerate() {
                vars.join(param, &Taint::param(at));
            }
            let taint = values.value(&mut vars, &function.body);
            values.fns.push(taint);
        }
        for of in &program.traits {
            let taint = values.kept(of);
            values.traits.push(taint);
        }
        values
    }

    /// How anything personal in a value came to it.
    pub fn any(&self, taint: &Taint, ty: TypeId) -> Option<Trail> {
        taint.any().cloned().or_else(|| self.marked.ty(&self.program.types, ty))
    }

    /// How many there are says nothing of what they are.
    fn kept(&self, of: &Trait) -> Taint {
        let Some(value) = &of.value else { return Taint::default() };
        if matches!(of.aggregate, Aggregate::Count | Aggregate::Distinct) {
            return Taint::default();
        }
        let taint = self.value(&mut Vars::new(of.vars.len()), value);
        taint.to(of.span, &|| format!("goes into the trait `{}` here", of.name))
    }

    /// What of an expression's value is personal; the variables inside it get theirs.
    pub fn value(&self, vars: &mut Vars, expr: &Expr) -> Taint {
        match &expr.kind {
            E::Bool(_) | E::Int(_) | E::Decimal(_) | E::Float(_) | E::Str(_) | E::Duration(_) | E::Time(_) | E::Date(_) => Taint::default(),
            E::LocalTime(_) | E::None | E::Now | E::Customer | E::Profile | E::Const(_) | E::Segment(_) => Taint::default(),
            E::Var(id) => vars.get(*id),
            E::Trait(id) => self.traits.get(id.index()).cloned().unwrap_or_default(),
            E::Field(of, at) | E::OptField(of, at) => {
                let whole = self.value(vars, of);
                self.part(&whole, of.ty, Part::field(*at))
            }
            E::Index(of, key) => {
                self.value(vars, key);
                self.value(vars, of)
            }
            E::Wrap(of) | E::Unwrap(of) | E::Widen(of) => self.value(vars, of),
            E::Compare(_, a, b) => self.asked(vars, [&**a, &**b]),
            E::In(x, InWhat::List(of) | InWhat::Map(of) | InWhat::String(of)) => self.asked(vars, [&**x, &**of]),
            E::In(x, InWhat::Range(from, to)) => self.asked(vars, [&**x, &**from, &**to]),
            E::And(a, b) | E::Or(a, b) | E::Coalesce(a, b) | E::Arith(_, a, b) => self.all(vars, [&**a, &**b]),
            E::Convert(of) | E::Neg(of) | E::Not(of) => self.value(vars, of).flat(),
            E::Interpolate(parts) => self.all(vars, parts.iter().filter_map(text_part)).flat(),
            E::If { cond, then, otherwise } => {
                self.value(vars, cond);
                self.all(vars, [&**then, &**otherwise])
            }
            E::Match { scrutinee, arms } => self.matched(vars, scrutinee, arms),
            E::Block { lets, value } => {
                for (var, value) in lets {
                    let taint = self.value(vars, value);
                    vars.join(*var, &taint);
                }
                self.value(vars, value)
            }
            E::Record(_, fields) => self.parts(vars, 0, fields),
            E::Variant { variant, fields, .. } => self.parts(vars, *variant, fields),
            E::List(elements) => self.all(vars, elements),
            E::Map(pairs) => self.all(vars, pairs.iter().flat_map(|(key, value)| [key, value])),
            E::Call(id, args) => {
                let args: Vec<Taint> = args.iter().map(|arg| self.value(vars, arg)).collect();
                let Some((taint, function)) = self.fns.get(id.index()).zip(self.program.fns.get(id.index())) else {
                    return Taint::default();
                };
                taint.applied(&args).to(expr.span, &|| format!("goes through `{}` here", function.name))
            }
            E::Method(method, args) if only_asks(*method) => self.asked(vars, args),
            E::Method(_, args) => self.all(vars, args),
            E::ListLambda { op, list, param, body } => self.mapped(vars, *op, list, *param, body),
        }
    }

    /// A part of a value of a type, whose own marks count too.
    pub fn part(&self, whole: &Taint, ty: TypeId, part: Part) -> Taint {
        match part_of(&self.program.types, ty, part) {
            Some(field) if field.pii => Taint::personal(Trail::at(field.span, &field.name)),
            _ => whole.part(part),
        }
    }

    /// What patterns bind of a value.
    pub fn bind(&self, vars: &mut Vars, whole: &Taint, ty: TypeId, patterns: &[Pattern]) {
        for pattern in patterns {
            let Pattern::Variant { variant, binds, .. } = pattern else { continue };
            for (field, var) in binds {
                let taint = self.part(whole, ty, Part { variant: *variant, field: *field });
                vars.join(*var, &taint);
            }
        }
    }

    /// As personal as all of them.
    fn all<'e>(&self, vars: &mut Vars, of: impl IntoIterator<Item = &'e Expr>) -> Taint {
        let mut taint = Taint::default();
        for expr in of {
            let more = self.value(vars, expr);
            taint.join(&more);
        }
        taint
    }

    /// Gives only an answer about them.
    fn asked<'e>(&self, vars: &mut Vars, of: impl IntoIterator<Item = &'e Expr>) -> Taint {
        self.all(vars, of);
        Taint::default()
    }

    fn parts(&self, vars: &mut Vars, variant: usize, fields: &[Expr]) -> Taint {
        let parts: Vec<(Part, Taint)> =
            fields.iter().enumerate().map(|(field, value)| (Part { variant, field }, self.value(vars, value))).collect();
        Taint::of_parts(parts)
    }

    fn matched(&self, vars: &mut Vars, scrutinee: &Expr, arms: &[Arm<Expr>]) -> Taint {
        let whole = self.value(vars, scrutinee);
        let mut taint = Taint::default();
        for arm in arms {
            self.bind(vars, &whole, scrutinee.ty, &arm.patterns);
            let value = self.value(vars, &arm.body);
            taint.join(&value);
        }
        taint
    }

    fn mapped(&self, vars: &mut Vars, op: ListOp, list: &Expr, param: VarId, body: &Expr) -> Taint {
        let elements = self.value(vars, list);
        vars.join(param, &elements);
        let value = self.value(vars, body);
        match op {
            ListOp::Any | ListOp::All | ListOp::Count => Taint::default(),
            ListOp::Filter | ListOp::MinBy | ListOp::MaxBy | ListOp::SortBy => elements,
            ListOp::Map | ListOp::Sum => value,
        }
    }
}

fn text_part(part: &StrPart) -> Option<&Expr> {
    match part {
        StrPart::Expr(of) => Some(of),
        StrPart::Text(_) => None,
    }
}

/// Whether a method only says something about its receiver: how long it is, what it holds.
fn only_asks(method: Method) -> bool {
    use Method as M;
    match method {
        M::ListLength | M::ListIsEmpty | M::ListContains | M::MapLength | M::MapContains | M::StringLength => true,
        M::StringIsEmpty | M::StringContains | M::StringStartsWith | M::StringEndsWith => true,
        M::ListFirst | M::ListLast | M::ListSum | M::ListTake | M::ListJoin | M::MapKeys | M::MapValues => false,
        M::StringLower | M::StringUpper | M::StringTrim | M::StringReplace | M::StringSplit | M::StringEscapeHtml => false,
        M::NumberAbs | M::NumberMin | M::NumberMax | M::NumberRound | M::NumberFloor | M::NumberCeil | M::NumberFixed => false,
        M::TimeDate | M::TimeTime | M::TimeHour | M::TimeWeekday => false,
        M::DateAt | M::DatePlusDays | M::DatePlusMonths | M::DateNextAnniversary | M::Days | M::Hours | M::Minutes => false,
    }
}
