//! The canonical form of journeys and statements.

use super::{Meaning, Named};
use crate::hir::{Deadline, EndOn, EventMatch, InstanceKey, Iter, Journey, PlaceRoot, Stmt, StmtKind, Wait, WaitArmKind, WaitKind};
use crate::types::RecordId;

impl<'h> Meaning<'h> {
    pub(super) fn journey(&mut self, journey: &'h Journey) {
        self.word(&journey.name);
        self.all(&journey.enters, |m, enter| m.on(&enter.on));
        match &journey.key {
            InstanceKey::Customer => self.word("customer"),
            InstanceKey::Expr(key) => {
                self.word("one per");
                self.expr(key);
            }
            InstanceKey::Unlimited => self.word("unlimited"),
        }
        self.maybe(journey.cooldown_ms, Self::number);
        self.all(&journey.ends, |m, end| {
            m.number(i64::from(end.goal));
            m.word(journey.outcomes.get(end.outcome.index()).map_or("", |name| name));
            match &end.on {
                EndOn::Event(on) => m.on(on),
                EndOn::When(condition) => {
                    m.word("when");
                    m.expr(condition);
                }
            }
        });
        self.stmts(journey, &journey.body);
    }

    fn stmts(&mut self, journey: &'h Journey, stmts: &'h [Stmt]) {
        self.all(stmts, |m, stmt| m.stmt(journey, stmt));
    }

    fn stmt(&mut self, journey: &'h Journey, stmt: &'h Stmt) {
        match &stmt.kind {
            StmtKind::Let(var, value) => {
                self.word("let");
                self.var(*var);
                self.expr(value);
            }
            StmtKind::Assign(place, value) => {
                self.word("=");
                match place.root {
                    PlaceRoot::Var(var) => self.var(var),
                    PlaceRoot::Profile(field) => {
                        let profile = self.hir.profile.as_ref().map(|profile| profile.record);
                        self.maybe(profile, |m, record| m.field(record, field));
                    }
                }
                self.all(&place.path, |m, &(record, field)| m.field(record, field));
                self.expr(value);
            }
            StmtKind::If { cond, then, otherwise } => {
                self.word("if");
                self.expr(cond);
                self.stmts(journey, then);
                self.stmts(journey, otherwise);
            }
            StmtKind::Match { scrutinee, arms } => {
                self.word("match");
                self.expr(scrutinee);
                self.all(arms, |m, arm| {
                    m.all(&arm.patterns, Self::pattern);
                    m.stmts(journey, &arm.body);
                });
            }
            StmtKind::For { var, iter, body } => {
                self.word("for");
                self.var(*var);
                match iter {
                    Iter::List(list) => self.expr(list),
                    Iter::Range(from, to) => {
                        self.word("..");
                        self.expr(from);
                        self.expr(to);
                    }
                }
                self.stmts(journey, body);
            }
            StmtKind::While { cond, body } => {
                self.word("while");
                self.expr(cond);
                self.stmts(journey, body);
            }
            StmtKind::Loop { body } => {
                self.word("loop");
                self.stmts(journey, body);
            }
            StmtKind::Break => self.word("break"),
            StmtKind::Continue => self.word("continue"),
            StmtKind::Step { name, body, .. } => {
                self.word("step");
                self.word(name);
                self.stmts(journey, body);
            }
            StmtKind::Wait(wait) => self.wait(journey, wait),
            StmtKind::Send(send) => {
                self.word(if send.first_of { "send first of" } else { "send" });
                self.word(self.hir.messages.get(send.message.index()).map_or("", |message| &message.name));
                self.mention(Named::Message(send.message));
                self.all(&send.args, Self::expr);
                self.all(&send.channels, |m, &channel| m.channel(channel));
            }
            StmtKind::Experiment { experiment, bodies } => {
                self.word("experiment");
                if let Some(experiment) = journey.experiments.get(experiment.index()) {
                    self.word(&experiment.name);
                    self.all(&experiment.variants, |m, variant| {
                        m.word(&variant.name);
                        m.number(i64::from(variant.basis_points));
                    });
                }
                self.all(bodies, |m, body| m.stmts(journey, body));
            }
            StmtKind::Finish(outcome) => {
                self.word("finish");
                self.word(journey.outcomes.get(outcome.index()).map_or("", |name| name));
            }
            StmtKind::Fail(text) => {
                self.word("fail");
                self.expr(text);
            }
        }
    }

    fn wait(&mut self, journey: &'h Journey, wait: &'h Wait) {
        self.word("wait");
        self.word(&wait.identity);
        match &wait.kind {
            WaitKind::Until(deadline) => self.deadline(deadline),
            WaitKind::Without { duration, on, body } => {
                self.word("without");
                self.expr(duration);
                self.on(on);
                self.stmts(journey, body);
            }
            WaitKind::ForEvent { on, within, result, body, otherwise } => {
                self.word("for");
                self.on(on);
                self.maybe(within.as_ref(), Self::expr);
                self.maybe(*result, Self::var);
                self.stmts(journey, body);
                self.stmts(journey, otherwise);
            }
            WaitKind::ForAny(arms) => {
                self.word("for any");
                self.all(arms, |m, arm| {
                    match &arm.kind {
                        WaitArmKind::On(on) => m.on(on),
                        WaitArmKind::Deadline(deadline) => m.deadline(deadline),
                        WaitArmKind::When(condition) => {
                            m.word("when");
                            m.expr(condition);
                        }
                    }
                    m.stmts(journey, &arm.body);
                });
            }
        }
    }

    fn deadline(&mut self, deadline: &'h Deadline) {
        match deadline {
            Deadline::After(duration) => {
                self.word("after");
                self.expr(duration);
            }
            Deadline::At(time) => {
                self.word("at");
                self.expr(time);
            }
            Deadline::Local { weekday, time, zone } => {
                self.word("local");
                self.number(weekday.map_or(0, i64::from));
                self.expr(time);
                self.expr(zone);
            }
            Deadline::Within { from, to, zone } => {
                self.word("within");
                self.expr(from);
                self.expr(to);
                self.expr(zone);
            }
        }
    }

    fn on(&mut self, on: &'h EventMatch) {
        self.word("on");
        self.event(on.event);
        self.var(on.binder);
        self.maybe(on.filter.as_ref(), Self::expr);
    }

    fn field(&mut self, record: RecordId, field: usize) {
        if let Some(field) = self.hir.types.record(record).fields.get(field) {
            self.word(&field.name);
            self.ty(field.ty);
        }
    }
}
