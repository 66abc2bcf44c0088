//! The canonical form of journeys and statements.

use super::{Meaning, Named};
use crate::hir::{
    Branches, Deadline, EndOn, EnterOn, EventMatch, InstanceKey, Iter, Journey, JourneyId, PlaceRoot, Schedule, Stmt, StmtKind, Wait,
    WaitArmKind, WaitKind,
};
use crate::types::RecordId;

impl<'h> Meaning<'h> {
    pub(super) fn journey(&mut self, journey: &'h Journey) {
        self.word(&journey.name);
        self.all(&journey.params, |m, &param| m.var(param));
        self.all(&journey.enters, |m, enter| m.enter(&enter.on));
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
        self.maybe(journey.priority.as_ref(), |m, priority| {
            m.number(priority.rank);
            m.word(&priority.group);
        });
        self.word(&format!("{:?}", journey.on_change));
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
                self.maybe(send.handle, Self::var);
            }
            StmtKind::Call(call) => {
                self.word("call");
                self.word(&call.identity);
                self.operation(call.service, call.operation);
                self.all(&call.args, Self::expr);
                self.maybe(call.fallback.as_ref(), Self::expr);
                self.maybe(call.result, Self::var);
            }
            StmtKind::Emit { event, payload, broadcast } => {
                self.word(if *broadcast { "broadcast" } else { "emit" });
                self.event(*event);
                self.expr(payload);
            }
            StmtKind::Start { journey: child, args } => {
                self.word("start");
                self.child(*child);
                self.all(args, Self::expr);
            }
            StmtKind::Run(run) => {
                self.word("run");
                self.word(&run.identity);
                self.child(run.journey);
                self.all(&run.args, Self::expr);
                self.maybe(run.result, Self::var);
            }
            StmtKind::Parallel(all) => self.branches("parallel", journey, all),
            StmtKind::Race(all) => self.branches("race", journey, all),
            StmtKind::Try { body, error, handler } => {
                self.word("try");
                self.stmts(journey, body);
                self.var(*error);
                self.stmts(journey, handler);
            }
            StmtKind::Undo { body } => {
                self.word("undo");
                self.stmts(journey, body);
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

    fn branches(&mut self, word: &str, journey: &'h Journey, all: &'h Branches) {
        self.word(word);
        self.word(&all.identity);
        self.all(&all.branches, |m, branch| {
            m.word(&branch.name);
            m.stmts(journey, &branch.body);
        });
    }

    /// The name of another journey, which has a version of its own.
    fn child(&mut self, journey: JourneyId) {
        self.word(self.hir.journeys.get(journey.index()).map_or("", |journey| &journey.name));
    }

    fn enter(&mut self, on: &'h EnterOn) {
        match on {
            EnterOn::Event(on) => self.on(on),
            EnterOn::Segment { segment, including_present } => {
                self.word("segment");
                self.number(i64::from(*including_present));
                self.segment(*segment);
            }
            EnterOn::Every { schedule, segment } => {
                self.word("every");
                self.schedule(*schedule);
                self.maybe(*segment, Self::segment);
            }
        }
    }

    fn schedule(&mut self, schedule: Schedule) {
        self.word(&format!("{schedule:?}"));
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
