//! Pauses: what they wait for, the names that they bind, and their identities.

use super::Checker;
use super::body::Body;
use super::coerce::poison;
use super::flow::{Falls, Join, forget_changes};
use super::journey::{JourneyBody, Matched};
use super::lookup::article;
use super::names::Decl;
use super::stmt::Block;
use crate::ast;
use crate::diagnostics::Diagnostic;
use crate::hir::{self, Deadline, WaitArmKind, WaitKind};
use crate::types::TypeId;
use journey_grammar::Span;

impl Checker {
    /// Checks a `wait`.
    pub(super) fn wait(&mut self, cx: &mut JourneyBody, wait: &ast::Wait, label: Option<&ast::Ident>, span: Span) -> (hir::Wait, Falls) {
        let identity = self.identity(cx, wait, label, span);
        cx.body.pauses_at(span);
        if let (ast::Wait::ForEvent { on, .. }, Some(label)) = (wait, label) {
            cx.body.pause_names.push((label.name.clone(), on.event.name.clone()));
        }
        let (kind, falls) = match wait {
            ast::Wait::For(length) => (self.deadline(cx, |checker, cx| checker.after(cx, length)), Falls::Through),
            ast::Wait::Until(time) => (self.deadline(cx, |checker, cx| checker.moment(cx, time)), Falls::Through),
            ast::Wait::UntilLocal { weekday, time, zone } => {
                (self.deadline(cx, |checker, cx| checker.local(cx, *weekday, time, zone.as_ref())), Falls::Through)
            }
            ast::Wait::UntilWithin { from, to, zone } => {
                (self.deadline(cx, |checker, cx| checker.window(cx, from, to, zone.as_ref())), Falls::Through)
            }
            ast::Wait::Without { duration, on, body } => {
                (self.without(cx, duration, on, body.as_deref().unwrap_or_default()), Falls::Through)
            }
            ast::Wait::ForEvent { on, within, body, otherwise } => {
                self.for_event(cx, on, within.as_ref(), body.as_deref(), otherwise.as_deref())
            }
            ast::Wait::ForAny(arms) => self.for_any(cx, arms, span),
        };
        (hir::Wait { identity, kind }, falls)
    }

    fn identity(&mut self, cx: &mut JourneyBody, wait: &ast::Wait, label: Option<&ast::Ident>, span: Span) -> String {
        let kind = match wait {
            ast::Wait::ForEvent { .. } => "for",
            ast::Wait::ForAny(_) => "any",
            _ => "wait",
        };
        self.pause_identity(cx, kind, label, span)
    }

    /// The identity of a pause: derived from where it stands and its kind, or named.
    pub(super) fn pause_identity(&mut self, cx: &mut JourneyBody, kind: &str, label: Option<&ast::Ident>, span: Span) -> String {
        let path = &cx.body.path;
        let (given, at) = match label {
            Some(label) => (cx.identities.named(path, &label.name, label.span), label.span),
            None => (cx.identities.derived(path, kind, span), span),
        };
        given.unwrap_or_else(|other| {
            let name = label.map_or(kind, |label| label.name.as_str());
            self.report(
                Diagnostic::error("E0409", at, format!("two pauses are called `{name}`"), "a second pause of that name")
                    .and(other, "the first is here")
                    .help("give one of them another name: `wait 3d as NAME`"),
            );
            String::new()
        })
    }

    fn deadline(&mut self, cx: &mut JourneyBody, check: impl FnOnce(&mut Self, &mut JourneyBody) -> Deadline) -> WaitKind {
        let deadline = check(self, cx);
        cx.paused();
        WaitKind::Until(deadline)
    }

    /// Each event runs the block and starts the time again: what the block changes is void from the start.
    fn without(&mut self, cx: &mut JourneyBody, length: &ast::Expr, on: &ast::EventPattern, stmts: &[ast::Stmt]) -> WaitKind {
        let duration = self.expr(&mut cx.body, length, Some(TypeId::DURATION));
        cx.paused();
        forget_changes(&mut cx.body, stmts);
        let start = cx.body.facts();
        let (on, (body, _)) = self.arm(cx, on, stmts);
        cx.body.restore(start);
        WaitKind::Without { duration, on, body }
    }

    fn for_event(
        &mut self,
        cx: &mut JourneyBody,
        on: &ast::EventPattern,
        within: Option<&ast::Expr>,
        body: Option<&[ast::Stmt]>,
        otherwise: Option<&[ast::Stmt]>,
    ) -> (WaitKind, Falls) {
        let within = within.map(|within| self.expr(&mut cx.body, within, Some(TypeId::DURATION)));
        if let (None, Some(_)) = (&within, otherwise) {
            self.else_without_within(on.span);
        }
        cx.paused();
        let mut join = Join::at(&cx.body);
        let (otherwise_stmts, late) = match otherwise {
            Some(otherwise) => self.scoped(cx, otherwise),
            None if within.is_some() => (Vec::new(), Falls::Through),
            None => (Vec::new(), Falls::Never),
        };
        join.arrive(&cx.body, late);
        join.branch(&mut cx.body);
        // Where nothing but the event leads on, its binder is there for what follows.
        let stays = body.is_none() && late == Falls::Never;
        let (on, (body, falls), result) = if stays {
            let Matched { on, facts } = self.event_pattern(&mut cx.body, on);
            cx.body.assume(&facts);
            (on, (Vec::new(), Falls::Through), None)
        } else {
            let result = on.binder.as_ref().filter(|_| body.is_none() && otherwise.is_none());
            let (on, block) = self.arm_of(cx, on, body.unwrap_or_default(), result.is_some());
            (on, block, result)
        };
        join.arrive(&cx.body, falls);
        let falls = join.close(&mut cx.body);
        let result = result.map(|binder| {
            let payload = cx.body.var(on.binder).ty;
            let ty = self.hir.types.optional(payload);
            let result = cx.body.declare(&binder.name, ty, false, binder.span);
            // Who only asks for it behind `where` has read it, too.
            if on.filter.is_some() {
                cx.body.read(&binder.name);
            }
            result
        });
        (WaitKind::ForEvent { on, within, result, body, otherwise: otherwise_stmts }, falls)
    }

    fn else_without_within(&mut self, span: Span) {
        self.report(
            Diagnostic::error("E0421", span, "this wait has an `else` and no `within`", "it waits without end, so `else` never comes")
                .help("say how long to wait: `wait for EVENT within 2d { … } else { … }`"),
        );
    }

    fn for_any(&mut self, cx: &mut JourneyBody, arms: &[ast::WaitArm], span: Span) -> (WaitKind, Falls) {
        if arms.is_empty() {
            self.report(
                Diagnostic::error("E0421", span, "this wait waits for nothing", "it has no arm")
                    .help("say what it waits for: `on EVENT { … }`, `after 2d { … }`"),
            );
            return (WaitKind::ForAny(Vec::new()), Falls::Through);
        }
        // Lengths and times are reckoned when the pause begins, before anything can change.
        let before = cx.body.facts();
        cx.paused();
        let paused = cx.body.facts();
        let mut join = Join::at(&cx.body);
        let mut checked = Vec::new();
        for arm in arms {
            cx.body.restore(before.clone());
            let deadline = match &arm.kind {
                ast::WaitArmKind::After(length) => Some(self.after(cx, length)),
                ast::WaitArmKind::At { weekday: None, time, zone: None } => Some(self.moment(cx, time)),
                ast::WaitArmKind::At { weekday, time, zone } => Some(self.local(cx, *weekday, time, zone.as_ref())),
                ast::WaitArmKind::On(_) | ast::WaitArmKind::When(_) => None,
            };
            cx.body.restore(paused.clone());
            let (kind, (body, falls)) = match (&arm.kind, deadline) {
                (ast::WaitArmKind::On(on), _) => {
                    let (on, block) = self.arm(cx, on, &arm.body);
                    self.reached(&checked, &on, arm.span);
                    (WaitArmKind::On(on), block)
                }
                (ast::WaitArmKind::When(when), _) => {
                    let (when, known, _) = self.condition(&mut cx.body, when);
                    self.standing(&when);
                    cx.body.assume(&known);
                    (WaitArmKind::When(when), self.scoped(cx, &arm.body))
                }
                (_, Some(deadline)) => (WaitArmKind::Deadline(deadline), self.scoped(cx, &arm.body)),
                (_, None) => continue,
            };
            join.arrive(&cx.body, falls);
            checked.push(hir::WaitArm { kind, body, span: arm.span });
        }
        (WaitKind::ForAny(checked), join.close(&mut cx.body))
    }

    /// An event pattern and the block that it runs, in a scope of their own.
    fn arm(&mut self, cx: &mut JourneyBody, on: &ast::EventPattern, body: &[ast::Stmt]) -> (hir::EventMatch, Block) {
        self.arm_of(cx, on, body, false)
    }

    /// As `arm`; where the binder is taken up again behind the pause, it does not have to be read here.
    fn arm_of(&mut self, cx: &mut JourneyBody, on: &ast::EventPattern, body: &[ast::Stmt], kept: bool) -> (hir::EventMatch, Block) {
        cx.body.push_scope();
        let binder = on.binder.as_ref().filter(|_| kept);
        let Matched { on, facts } = self.event_pattern(&mut cx.body, on);
        if let Some(binder) = binder {
            cx.body.read(&binder.name);
        }
        cx.body.assume(&facts);
        let block = self.stmts(cx, body);
        cx.body.pop_scope();
        (on, block)
    }

    fn after(&mut self, cx: &mut JourneyBody, length: &ast::Expr) -> Deadline {
        if self.awaits_event(cx, length) {
            return Deadline::After(poison(length.span));
        }
        Deadline::After(self.expr(&mut cx.body, length, Some(TypeId::DURATION)))
    }

    /// `wait until EXPR`: an instant, or a local time.
    fn moment(&mut self, cx: &mut JourneyBody, time: &ast::Expr) -> Deadline {
        if self.awaits_event(cx, time) {
            return Deadline::At(poison(time.span));
        }
        let time = self.settled(&mut cx.body, time);
        match time.ty {
            TypeId::TIME | TypeId::ERROR => Deadline::At(time),
            TypeId::LOCAL_TIME => {
                let zone = self.wait_zone(cx, None, time.span);
                Deadline::Local { weekday: None, time, zone }
            }
            _ => {
                self.no_moment(&cx.body, &time);
                Deadline::At(time)
            }
        }
    }

    /// `wait purchase`, `wait until purchase`: whether that is an event, which is waited for. Reports it.
    fn awaits_event(&mut self, cx: &JourneyBody, moment: &ast::Expr) -> bool {
        let ast::ExprKind::Name(name) = &moment.kind else { return false };
        let Some(global) = self.globals.get(name).filter(|_| cx.body.find(name).is_none()) else { return false };
        let (Decl::Event(_), declared) = (global.decl, global.span) else { return false };
        self.report(
            Diagnostic::error("E0207", moment.span, format!("`{name}` is an event, not a time"), "an event is waited for")
                .and(declared, "it is declared here")
                .help(format!("write `wait for {name}`, or `wait for {name} within 3d`")),
        );
        true
    }

    fn no_moment(&mut self, body: &Body, time: &hir::Expr) {
        let inner = self.hir.types.inner(time.ty);
        let help = match inner.unwrap_or(time.ty) {
            TypeId::DURATION => "to wait for a length of time, leave out `until`",
            TypeId::DATE if inner.is_some() => "ask `!= none` before, and say at what time of that day: `.at(09:00, profile.timezone)`",
            TypeId::DATE => "say at what time of that day: `.at(09:00, profile.timezone)`",
            TypeId::TIME | TypeId::LOCAL_TIME => "ask `!= none` before, or say what counts where it is missing: `?? …`",
            TypeId::BOOL => "to wait until something holds write `wait for any { when CONDITION { … } after 30d { … } }`",
            _ => "write a time, such as `09:00` or `2026-11-22T09:00:00Z`",
        };
        let help = match &time.kind {
            hir::ExprKind::Int(hour @ 0..=23) => format!("write the time of day with its minutes: `{hour:02}:00`"),
            hir::ExprKind::Str(text) if text.starts_with(|c: char| c.is_ascii_digit()) => format!("a time stands without quotes: `{text}`"),
            _ => help.to_owned(),
        };
        let ty = self.hir.types.name(time.ty);
        let a = article(&ty);
        let diagnostic = self.with_origin(
            body,
            Diagnostic::error("E0419", time.span, format!("{a} `{ty}` is no moment to wait until"), format!("this is {a} `{ty}`"))
                .help(help),
            time,
        );
        self.report(diagnostic);
    }

    fn local(&mut self, cx: &mut JourneyBody, weekday: Option<u8>, time: &ast::Expr, zone: Option<&ast::Expr>) -> Deadline {
        let time = self.expr(&mut cx.body, time, Some(TypeId::LOCAL_TIME));
        let zone = self.wait_zone(cx, zone, time.span);
        Deadline::Local { weekday, time, zone }
    }

    /// Warns of an arm whose event an arm before it takes whatever it says.
    fn reached(&mut self, before: &[hir::WaitArm], on: &hir::EventMatch, span: Span) {
        let takes_all =
            |arm: &&hir::WaitArm| matches!(&arm.kind, WaitArmKind::On(first) if first.event == on.event && first.filter.is_none());
        if let Some(first) = before.iter().find(takes_all) {
            self.report(
                Diagnostic::warning("W0302", span, "this arm can never be reached", "an arm before it takes every such event")
                    .and(first.span, "this one, which asks for nothing")
                    .help("give the first one a `where`, or remove one of the two"),
            );
        }
    }

    fn window(&mut self, cx: &mut JourneyBody, from: &ast::Expr, to: &ast::Expr, zone: Option<&ast::Expr>) -> Deadline {
        let from = self.expr(&mut cx.body, from, Some(TypeId::LOCAL_TIME));
        let to = self.expr(&mut cx.body, to, Some(TypeId::LOCAL_TIME));
        if let (hir::ExprKind::LocalTime(start), hir::ExprKind::LocalTime(end)) = (&from.kind, &to.kind)
            && start == end
        {
            self.report(
                Diagnostic::error("E0419", from.span.to(to.span), "this window is empty", "it ends where it begins")
                    .help("name two times, as in `08:00..20:00`; one that ends earlier than it begins goes on past midnight"),
            );
        }
        let zone = self.wait_zone(cx, zone, from.span.to(to.span));
        Deadline::Within { from, to, zone }
    }

    /// The zone of a local time: the one that was written, or the customer's.
    fn wait_zone(&mut self, cx: &mut JourneyBody, zone: Option<&ast::Expr>, span: Span) -> hir::Expr {
        if let Some(zone) = zone {
            return self.expr(&mut cx.body, zone, Some(TypeId::TIMEZONE));
        }
        let field = self.hir.profile.as_ref().and_then(|profile| Some((profile.record, profile.timezone?)));
        let Some((record, (field, optional))) = field else {
            self.report(
                Diagnostic::error("E0420", span, "in which time zone is this?", "the profile has no field `timezone`")
                    .help("add `timezone: Timezone = \"UTC\"` to the profile, or write `in \"Europe/Paris\"` behind the time"),
            );
            return hir::Expr { kind: hir::ExprKind::Str("UTC".into()), ty: TypeId::TIMEZONE, span };
        };
        let ty = if optional { self.hir.types.optional(TypeId::TIMEZONE) } else { TypeId::TIMEZONE };
        let record = self.hir.types.intern(crate::types::Type::Record(record));
        let profile = hir::Expr { kind: hir::ExprKind::Profile, ty: record, span };
        hir::Expr { kind: hir::ExprKind::Field(Box::new(profile), field), ty, span }
    }
}
