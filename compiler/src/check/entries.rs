//! How a journey is entered: on events, on coming into a segment, by a schedule.

use super::Checker;
use super::body::{Facts, meet};
use super::journey::JourneyBody;
use super::lookup::nearest;
use crate::ast::{self, ClauseKind, Every};
use crate::diagnostics::Diagnostic;
use crate::hir::{self, EventId, Schedule};
use crate::types::TypeId;
use journey_grammar::Span;

/// The shortest period of a schedule.
const PERIOD_MIN_MS: i64 = 60_000;

/// An `enter on`, its event looked up.
struct Entry<'a> {
    on: &'a ast::EventPattern,
    event: EventId,
    ty: TypeId,
    assignable: bool,
    span: Span,
}

impl Checker {
    /// `enter on`: every one is checked with the one binder that they share.
    pub(super) fn enters(&mut self, cx: &mut JourneyBody, journey: &ast::Journey) -> Vec<hir::Enter> {
        let written = journey.clauses.iter().filter_map(|clause| match &clause.kind {
            ClauseKind::Enter { on, assignable } => Some((on, *assignable, clause.span)),
            _ => None,
        });
        let entries: Vec<Entry<'_>> = written
            .map(|(on, assignable, span)| {
                let (event, ty) = self.entered(on);
                Entry { on, event, ty, assignable, span }
            })
            .collect();
        let assignable = entries.iter().any(|entry| entry.assignable);
        let shared = entries.iter().find_map(|entry| Some((entry, entry.on.binder.as_ref()?)));
        let shared = shared.map(|(entry, name)| (cx.body.declare(&name.name, entry.ty, assignable, name.span), entry.ty, name));
        let mut known: Option<Facts> = None;
        let mut enters = Vec::new();
        for Entry { on, event, ty, span, .. } in entries {
            let binder = match shared {
                Some((binder, first, name)) => {
                    self.same_binder(on, ty == first, name);
                    binder
                }
                None => cx.body.declare("", ty, false, on.event.span),
            };
            let (filter, facts) = self.filter(&mut cx.body, on.filter.as_ref());
            known = Some(known.map_or_else(|| facts.clone(), |known| meet(&known, &facts)));
            let on = hir::EnterOn::Event(hir::EventMatch { event, binder, filter });
            enters.push(hir::Enter { on, span });
        }
        let mut shared = shared.map(|(.., name)| name);
        let events = enters.len();
        for clause in &journey.clauses {
            let on = match &clause.kind {
                ClauseKind::EnterSegment { segment, including_present } => self.enter_segment(segment, *including_present),
                ClauseKind::EnterEvery { every, at, segment } => self.enter_every(cx, every, at.as_ref(), segment.as_ref(), clause.span),
                _ => continue,
            };
            self.without_binder(clause.span, shared.take());
            enters.extend(on.map(|on| hir::Enter { on, span: clause.span }));
        }
        if enters.len() == events {
            cx.body.assume(&known.unwrap_or_default());
        }
        enters
    }

    /// An instance that no event starts has no event to read.
    fn without_binder(&mut self, span: Span, binder: Option<&ast::Ident>) {
        let Some(binder) = binder else { return };
        let name = &binder.name;
        self.report(
            Diagnostic::error("E0461", span, format!("`{name}` would be missing"), "no event starts the journey here")
                .and(binder.span, format!("and here `{name}` is the event that does"))
                .help("leave the name out, or write one journey for each way in"),
        );
    }

    /// `enter on segment NAME`
    fn enter_segment(&mut self, name: &ast::Ident, including_present: bool) -> Option<hir::EnterOn> {
        let segment = self.standing_segment(name)?;
        Some(hir::EnterOn::Segment { segment, including_present })
    }

    /// `enter every …`
    fn enter_every(
        &mut self,
        cx: &mut JourneyBody,
        every: &Every,
        at: Option<&ast::Expr>,
        segment: Option<&ast::Ident>,
        span: Span,
    ) -> Option<hir::EnterOn> {
        let segment = segment.map(|name| self.segment_named(name));
        let schedule = match every {
            Every::Period(length) => self.period(cx, length, at),
            Every::Day => self.time_of_day(cx, at, span).map(|time_ms| Schedule::Daily { time_ms }),
            &Every::Weekday(weekday) => self.time_of_day(cx, at, span).map(|time_ms| Schedule::Weekly { weekday, time_ms }),
            &Every::Month(day, day_span) => {
                let time = self.time_of_day(cx, at, span);
                let day = u8::try_from(day).ok().filter(|day| (1..=31).contains(day));
                if day.is_none() {
                    self.schedule_error(day_span, "a month has no such day", "this is no day of a month", "write a day from 1 to 31");
                }
                time.zip(day).map(|(time_ms, day)| Schedule::Monthly { day, time_ms })
            }
        };
        Some(hir::EnterOn::Every { schedule: schedule?, segment: segment.map_or(Some(None), |segment| segment.map(Some))? })
    }

    fn period(&mut self, cx: &mut JourneyBody, length: &ast::Expr, at: Option<&ast::Expr>) -> Option<Schedule> {
        if matches!(length.kind, ast::ExprKind::Error) || self.no_schedule(length) {
            return None;
        }
        if let Some(at) = at {
            self.schedule_error(
                at.span,
                "a period has no time of the day",
                "`at` is for days, weekdays and months",
                "leave it out, or write `every day at 09:00`",
            );
        }
        let length = self.expr(&mut cx.body, length, Some(TypeId::DURATION));
        if length.ty == TypeId::ERROR {
            return None;
        }
        let ms = self.fold_duration(&length).filter(|ms| *ms >= PERIOD_MIN_MS);
        if ms.is_none() {
            self.schedule_error(
                length.span,
                "a period is a fixed length of a minute or more",
                "this isn't one",
                "write a duration such as `6h`, or the name of a constant",
            );
        }
        ms.map(|ms| Schedule::Period { ms })
    }

    /// `every year`, `every weekday`, `every Monday`: a word that is no schedule and no constant. Reports it.
    fn no_schedule(&mut self, length: &ast::Expr) -> bool {
        let ast::ExprKind::Name(name) = &length.kind else { return false };
        if self.globals.contains_key(name) {
            return false;
        }
        const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        let lower = name.to_lowercase();
        let begun =
            (lower.len() >= 3).then(|| DAYS.into_iter().find(|day| day.starts_with(&lower) || lower == format!("{day}s"))).flatten();
        let day = begun.map(String::from).or_else(|| nearest(&lower, DAYS.into_iter()));
        let diagnostic =
            Diagnostic::error("E0462", length.span, format!("there is no schedule `every {name}`"), "this is no day and no length of time");
        let diagnostic = match (day, lower.as_str()) {
            (_, "weekday" | "weekdays" | "workday" | "workdays") => diagnostic
                .help("write a clause for each day: `enter every monday at 09:00`, `enter every tuesday at 09:00` and so on to `friday`"),
            (_, "weekend" | "weekends") => {
                diagnostic.help("write two clauses: `enter every saturday at 09:00` and `enter every sunday at 09:00`")
            }
            (_, "year" | "birthday" | "anniversary") => {
                diagnostic.help("write `every day at 09:00 for segment NAME`, where the segment holds on that day of the year")
            }
            (_, "week") => diagnostic.help("name the day of the week, as in `every monday at 09:00`"),
            (_, "hour" | "minute") => {
                let unit = if lower == "hour" { "1h" } else { "1m" };
                diagnostic.help(format!("write `every {unit}`")).fix(format!("write `{unit}`"), length.span, unit)
            }
            (Some(day), _) => diagnostic.help(format!("did you mean `{day}`?")).fix(format!("write `{day}`"), length.span, day),
            _ => diagnostic.help(
                "write `every day at 09:00`, `every monday at 09:00`, `every month on 1 at 09:00` or a length of time such as `every 6h`",
            ),
        };
        self.report(diagnostic);
        true
    }

    /// The time of the day of a schedule, in milliseconds since midnight; it is the customer's.
    fn time_of_day(&mut self, cx: &mut JourneyBody, at: Option<&ast::Expr>, span: Span) -> Option<i64> {
        let Some(at) = at else {
            self.schedule_error(span, "at what time of the day is this?", "the time is missing", "add it, as in `every day at 09:00`");
            return None;
        };
        let time = self.expr(&mut cx.body, at, Some(TypeId::LOCAL_TIME));
        if time.ty == TypeId::ERROR {
            return None;
        }
        if self.hir.profile.as_ref().is_none_or(|profile| profile.timezone.is_none()) {
            self.report(
                Diagnostic::error("E0420", at.span, "in which time zone is this?", "the profile has no field `timezone`")
                    .help("add `timezone: Timezone = \"UTC\"` to the profile: the time is the customer's"),
            );
        }
        let constant = match &time.kind {
            hir::ExprKind::LocalTime(ms) => Some(*ms),
            hir::ExprKind::Const(id) => self.hir.consts.get(id.index()).and_then(|constant| match constant.value.kind {
                hir::ExprKind::LocalTime(ms) => Some(ms),
                _ => None,
            }),
            _ => None,
        };
        if constant.is_none() {
            self.schedule_error(
                at.span,
                "a schedule has a fixed time of the day",
                "this isn't one",
                "write a time such as `09:00`, or the name of a constant",
            );
        }
        constant
    }

    fn schedule_error(&mut self, span: Span, message: &str, label: &str, help: &str) {
        self.report(Diagnostic::error("E0462", span, message, label).help(help));
    }

    /// Several `enter` clauses start one body, so they bind one name of one type.
    fn same_binder(&mut self, on: &ast::EventPattern, same_type: bool, first: &ast::Ident) {
        let name = &first.name;
        if !same_type {
            self.report(
                Diagnostic::error(
                    "E0407",
                    on.span,
                    format!("`{name}` would be of two types"),
                    format!("here the journey starts with `{}`", on.event.name),
                )
                .and(first.span, format!("and here `{name}` is bound to another event"))
                .help("leave the binders out, or write one journey for each event"),
            );
        } else if let Some(binder) = on.binder.as_ref().filter(|binder| binder.name != *name) {
            self.report(
                Diagnostic::error("E0407", binder.span, format!("`{}` and `{name}` name the same event", binder.name), "a second name")
                    .and(first.span, format!("the journey calls it `{name}`"))
                    .help("use one name in every `enter`")
                    .fix(format!("write `{name}`"), binder.span, name.clone()),
            );
        }
    }
}
