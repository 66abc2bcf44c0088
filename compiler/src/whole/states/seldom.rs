//! Conditions that hold on one day and then not for long: a birthday, a weekday, a date.

use crate::hir::{CompareOp, Expr, ExprKind as E, Method, Program, VarId};

const DAY_MS: i64 = 86_400_000;
/// Conditions that stand in each other.
const DEPTH_MAX: usize = 16;

/// What holds on one day only, and then not before so much time has gone by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seldom {
    what: What,
    pub zone: Zone,
    pub every_ms: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    /// Of a date in the profile, by the fields that lead to it.
    Anniversary(Vec<usize>),
    Weekday,
    Date,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Zone {
    Customers,
    Named(String),
}

/// What the variables of a function or a block stand for.
struct Scope<'e> {
    vars: Vec<(VarId, &'e Expr, &'e Scope<'e>)>,
}

/// What must hold where a condition is so, of all that holds seldom. `written`: the fields of the profile that journeys write.
pub(super) fn of(program: &Program, written: &[usize], condition: &Expr, truth: bool) -> Vec<Seldom> {
    let mut found = Vec::new();
    Reader { program, written }.read(condition, truth, &Scope { vars: Vec::new() }, 0, &mut found);
    found
}

struct Reader<'p> {
    program: &'p Program,
    written: &'p [usize],
}

impl Reader<'_> {
    fn read(&self, condition: &Expr, truth: bool, scope: &Scope, depth: usize, found: &mut Vec<Seldom>) {
        if depth > DEPTH_MAX {
            return;
        }
        match &condition.kind {
            E::Not(of) => self.read(of, !truth, scope, depth + 1, found),
            E::And(a, b) if truth => [a, b].into_iter().for_each(|of| self.read(of, true, scope, depth + 1, found)),
            E::Or(a, b) if !truth => [a, b].into_iter().for_each(|of| self.read(of, false, scope, depth + 1, found)),
            E::Segment(id) => {
                if let Some(segment) = self.program.segments.get(id.index()) {
                    self.read(&segment.condition, truth, &Scope { vars: Vec::new() }, depth + 1, found);
                }
            }
            E::Call(id, args) => {
                if let Some(of) = self.program.fns.get(id.index()) {
                    let vars = of.params.iter().zip(args).map(|(param, arg)| (*param, arg, scope)).collect();
                    self.read(&of.body, truth, &Scope { vars }, depth + 1, found);
                }
            }
            E::Block { lets, value } => self.block(lets, value, truth, scope, depth + 1, found),
            E::Compare(CompareOp::Eq, a, b) if truth => found.extend(self.equal(a, b, scope)),
            E::Compare(CompareOp::Ne, a, b) if !truth => found.extend(self.equal(a, b, scope)),
            _ => {}
        }
    }

    fn block(&self, lets: &[(VarId, Expr)], value: &Expr, truth: bool, scope: &Scope, depth: usize, found: &mut Vec<Seldom>) {
        match lets {
            [] => self.read(value, truth, scope, depth, found),
            [(var, of), rest @ ..] => {
                let mut inner = Scope { vars: scope.vars.clone() };
                inner.vars.push((*var, of, scope));
                self.block(rest, value, truth, &inner, depth, found);
            }
        }
    }

    fn equal(&self, a: &Expr, b: &Expr, scope: &Scope) -> Option<Seldom> {
        self.one_day(a, b, scope).or_else(|| self.one_day(b, a, scope))
    }

    fn one_day(&self, a: &Expr, b: &Expr, scope: &Scope) -> Option<Seldom> {
        let (a, within) = plain(a, scope);
        match &a.kind {
            E::Method(Method::TimeWeekday, args) => {
                let zone = self.of_now(args, within)?;
                whole(plain(b, scope).0)?;
                Some(Seldom { what: What::Weekday, zone, every_ms: 7 * DAY_MS })
            }
            E::Date(_) => {
                let zone = self.today(b, scope)?;
                Some(Seldom { what: What::Date, zone, every_ms: 365 * DAY_MS })
            }
            E::Method(Method::DatePlusDays, args) => {
                let [of, days] = args.as_slice() else { return None };
                whole(plain(days, within).0)?;
                let (of, within) = plain(of, within);
                self.anniversary(of, within, b, scope)
            }
            _ => self.anniversary(a, within, b, scope),
        }
    }

    /// `DATE.next_anniversary(today)`, and the day that it must be.
    fn anniversary(&self, of: &Expr, within: &Scope, day: &Expr, scope: &Scope) -> Option<Seldom> {
        let E::Method(Method::DateNextAnniversary, args) = &of.kind else { return None };
        let [date, after] = args.as_slice() else { return None };
        let fields = self.fields(date, within)?;
        let zone = self.today(day, scope)?;
        (self.today(after, within)? == zone).then_some(Seldom { what: What::Anniversary(fields), zone, every_ms: 365 * DAY_MS })
    }

    /// The fields of the profile that lead to a value which stays as it is.
    fn fields(&self, of: &Expr, scope: &Scope) -> Option<Vec<usize>> {
        let (of, within) = plain(of, scope);
        match &of.kind {
            E::Field(profile, at) if matches!(profile.kind, E::Profile) => (!self.written.contains(at)).then(|| vec![*at]),
            E::Field(of, at) | E::OptField(of, at) => {
                let mut fields = self.fields(of, within)?;
                fields.push(*at);
                Some(fields)
            }
            _ => None,
        }
    }

    /// The zone of `now.date(zone)`, be it some days before or after.
    fn today(&self, day: &Expr, scope: &Scope) -> Option<Zone> {
        let (day, within) = plain(day, scope);
        match &day.kind {
            E::Method(Method::TimeDate, args) => self.of_now(args, within),
            E::Method(Method::DatePlusDays, args) => {
                let [of, days] = args.as_slice() else { return None };
                whole(plain(days, within).0)?;
                self.today(of, within)
            }
            _ => None,
        }
    }

    fn of_now(&self, args: &[Expr], scope: &Scope) -> Option<Zone> {
        let [now, zone] = args else { return None };
        matches!(plain(now, scope).0.kind, E::Now).then_some(())?;
        match &plain(zone, scope).0.kind {
            E::Str(name) => Some(Zone::Named(name.clone())),
            E::Field(of, at) if matches!(of.kind, E::Profile) => {
                let (timezone, _) = self.program.profile.as_ref()?.timezone?;
                (*at == timezone).then_some(Zone::Customers)
            }
            _ => None,
        }
    }
}

/// Without what changes only the type, and what a variable stands for.
fn plain<'e>(expr: &'e Expr, scope: &'e Scope<'e>) -> (&'e Expr, &'e Scope<'e>) {
    match &expr.kind {
        E::Wrap(of) | E::Unwrap(of) => plain(of, scope),
        E::Var(var) => match scope.vars.iter().rev().find(|(known, ..)| known == var) {
            Some((_, of, within)) => plain(of, within),
            None => (expr, scope),
        },
        _ => (expr, scope),
    }
}

/// A number that is written out.
fn whole(expr: &Expr) -> Option<()> {
    match &expr.kind {
        E::Int(_) => Some(()),
        E::Neg(of) => whole(of),
        _ => None,
    }
}
