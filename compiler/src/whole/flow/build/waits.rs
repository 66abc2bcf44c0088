//! Waits: what ends each, and how long that takes.

use super::Builder;
use crate::hir::{ArithOp, Deadline, EventMatch, Expr, ExprKind, Stmt, VarId, Wait, WaitArmKind, WaitKind};
use crate::whole::flow::{Act, Hours, Moment, Passes, Rest, Spot, SpotKind};
use crate::whole::known::{Known, Value};
use journey_grammar::Span;

const DAY_MS: i64 = 86_400_000;

impl<'h> Builder<'h> {
    pub(super) fn wait(&mut self, wait: &'h Wait, span: Span, from: Spot) -> Option<Spot> {
        let spot = self.next(from, SpotKind::Wait(wait), span);
        let out = self.wait_from(spot, wait, span);
        // Whatever comes, comes before the first deadline.
        let most_ms = self.flow.ways[spot].iter().filter(|way| way.pauses).filter_map(|way| way.most_ms).min();
        for way in self.flow.ways[spot].iter_mut().filter(|way| way.pauses) {
            way.most_ms = most_ms;
        }
        out
    }

    fn wait_from(&mut self, spot: Spot, wait: &'h Wait, span: Span) -> Option<Spot> {
        let join = self.spot(SpotKind::Plain, span);
        self.ends_here(spot);
        match &wait.kind {
            WaitKind::Until(deadline) => self.deadline(spot, join, deadline),
            WaitKind::Without { duration, on, body } => {
                self.lasting(spot, join, duration);
                self.event(spot, on, body, spot);
            }
            WaitKind::ForEvent { on, within, result, body, otherwise } => {
                let (behind, join) = match result {
                    Some(result) => (self.acting(join, Act::Set(*result, None), span), join),
                    None => (join, join),
                };
                self.event(spot, on, body, join);
                if let Some(within) = within {
                    let late = self.spot(SpotKind::Plain, span);
                    self.lasting(spot, late, within);
                    self.leads(otherwise, late, join);
                }
                return Some(behind);
            }
            WaitKind::ForAny(arms) => {
                for arm in arms {
                    match &arm.kind {
                        WaitArmKind::On(on) => self.event(spot, on, &arm.body, join),
                        WaitArmKind::Deadline(deadline) => {
                            let start = self.spot(SpotKind::Plain, arm.span);
                            self.deadline(spot, start, deadline);
                            self.leads(&arm.body, start, join);
                        }
                        WaitArmKind::When(when) => {
                            let start = self.spot(SpotKind::Plain, arm.span);
                            let way = self.step(spot, start);
                            (way.pauses, way.most_ms) = (true, None);
                            (way.passes, way.act) = (Passes::Yes, Act::Assume(when, true));
                            self.leads(&arm.body, start, join);
                        }
                    }
                }
            }
        }
        Some(join)
    }

    /// The event comes, unless its filter can never hold.
    fn event(&mut self, from: Spot, on: &'h EventMatch, body: &'h [Stmt], join: Spot) {
        let start = self.spot(SpotKind::Plain, self.flow.spans[from]);
        let never = on.filter.as_ref().is_some_and(|filter| self.known(filter) == Value::Bool(false));
        if !never {
            let way = self.step(from, start);
            (way.pauses, way.most_ms) = (true, None);
            (way.on, way.act) = (Some(on), Act::Set(on.binder, None));
        }
        self.leads(body, start, join);
    }

    fn known(&self, expr: &Expr) -> Value {
        Known { program: self.program, fixed: &self.flow.fixed }.value(expr, &|_| Value::Unknown)
    }

    fn constant(&self, expr: &Expr) -> Option<i64> {
        match self.known(expr) {
            Value::Int(value) => Some(value),
            _ => None,
        }
    }

    fn lasting(&mut self, from: Spot, to: Spot, duration: &'h Expr) {
        let length = self.constant(duration);
        let way = self.step(from, to);
        (way.pauses, way.least_ms, way.most_ms) = (true, length.unwrap_or(0).max(0), length.map(|ms| ms.max(0)));
        match length {
            Some(..=0) => way.passes = Passes::Yes,
            Some(_) => {}
            None => way.rests = Some(Rest::For(duration)),
        }
    }

    fn deadline(&mut self, from: Spot, to: Spot, deadline: &'h Deadline) {
        match deadline {
            Deadline::After(duration) => self.lasting(from, to, duration),
            Deadline::At(Expr { kind: ExprKind::Arith(ArithOp::Add, now, duration), .. }) if matches!(now.kind, ExprKind::Now) => {
                self.lasting(from, to, duration);
            }
            Deadline::Local { weekday, time, zone } => {
                let moment = self.moment(*weekday, time, zone);
                // The next such moment is a day later, or a week, unless what says it changes.
                let apart = moment.is_none() && self.stays_here(time) && self.stays_here(zone);
                let way = self.step(from, to);
                way.apart = apart;
                let most_ms = if weekday.is_some() { 8 * DAY_MS } else { 2 * DAY_MS };
                (way.pauses, way.moment, way.most_ms) = (true, moment, Some(most_ms));
            }
            Deadline::At(time) => {
                let passes = if self.is_over(time) { Passes::Yes } else { Passes::No };
                let way = self.step(from, to);
                (way.pauses, way.passes, way.most_ms) = (true, passes, None);
                way.rests = (passes == Passes::No).then_some(Rest::Until(time));
            }
            Deadline::Within { from: begin, to: end, zone } => {
                let hours = self.hours(begin, end, zone);
                let way = self.step(from, to);
                way.hours = hours;
                (way.pauses, way.passes, way.most_ms) = (true, Passes::Sometimes, Some(2 * DAY_MS));
            }
        }
    }

    /// Whether an instant is over whenever it is waited for, be it from a day on: a time that is reached does not pause.
    fn is_over(&self, time: &Expr) -> bool {
        match &time.kind {
            ExprKind::Now | ExprKind::Time(_) => true,
            ExprKind::Var(var) => self.flow.fixed.get(var).is_some_and(|fixed| self.is_over(fixed)),
            ExprKind::Const(id) => self.program.consts.get(id.index()).is_some_and(|constant| self.is_over(&constant.value)),
            ExprKind::Arith(ArithOp::Sub, of, by) => self.is_over(of) && self.constant(by).is_some_and(|ms| ms >= 0),
            _ => false,
        }
    }

    fn moment(&self, weekday: Option<u8>, time: &'h Expr, zone: &'h Expr) -> Option<Moment<'h>> {
        let (ms, zone) = (self.local_ms(time)?, self.zone(zone)?);
        let days = weekday.map_or(0, |weekday| i64::from(weekday).saturating_sub(1));
        Some(Moment { at_ms: days * DAY_MS + ms, weekly: weekday.is_some(), zone })
    }

    /// The number of some hours that are known.
    fn hours(&mut self, from: &'h Expr, to: &'h Expr, zone: &'h Expr) -> Option<usize> {
        let hours = Hours { from_ms: self.local_ms(from)?, to_ms: self.local_ms(to)?, zone: self.zone(zone)? };
        let known = self.flow.hours.iter().position(|known| *known == hours);
        Some(known.unwrap_or_else(|| {
            self.flow.hours.push(hours);
            self.flow.hours.len() - 1
        }))
    }

    /// What a name stands for that is set once and for all.
    fn meant(&self, expr: &'h Expr) -> &'h Expr {
        let mut expr = expr;
        loop {
            expr = match &expr.kind {
                ExprKind::Wrap(of) | ExprKind::Unwrap(of) => of,
                ExprKind::Const(id) => match self.program.consts.get(id.index()) {
                    Some(constant) => &constant.value,
                    None => return expr,
                },
                ExprKind::Var(var) => match self.flow.fixed.get(var) {
                    Some(fixed) => fixed,
                    None => return expr,
                },
                _ => return expr,
            }
        }
    }

    fn local_ms(&self, time: &'h Expr) -> Option<i64> {
        if let ExprKind::LocalTime(ms) = self.meant(time).kind { Some(ms) } else { None }
    }

    /// A time zone that is known; `None` inside: the customer's.
    fn zone(&self, zone: &'h Expr) -> Option<Option<&'h str>> {
        match &self.meant(zone).kind {
            ExprKind::Str(name) => Some(Some(name.as_str())),
            ExprKind::Field(of, _) if matches!(of.kind, ExprKind::Profile) => Some(None),
            _ => None,
        }
    }

    /// Whether an expression has one value for as long as the customer stays the same.
    pub(super) fn stays_here(&self, expr: &Expr) -> bool {
        self.stays(expr, &|builder, var| {
            builder.given.contains(&var) || builder.flow.fixed.get(&var).is_some_and(|fixed| builder.stays_here(fixed))
        })
    }

    /// The same of an expression whose variables are asked for.
    pub(super) fn stays(&self, expr: &Expr, var_stays: &dyn Fn(&Self, VarId) -> bool) -> bool {
        match &expr.kind {
            ExprKind::Now | ExprKind::Trait(_) | ExprKind::Segment(_) => false,
            ExprKind::Var(var) => var_stays(self, *var),
            _ => expr.children().into_iter().all(|child| self.stays(child, var_stays)),
        }
    }
}
