//! The forms of `wait`.

use super::Reader;
use crate::ast::{BinaryOp, Expr, ExprKind, StmtKind, Wait, WaitArm, WaitArmKind};
use journey_grammar::{Rule, Syntax};

/// A moment as it stands after `wait until` or `at`.
struct Moment {
    weekday: Option<u8>,
    time: Expr,
    zone: Option<Expr>,
}

impl Moment {
    /// Whether it is a time of the day, and not an instant.
    fn is_local(&self) -> bool {
        self.weekday.is_some() || self.zone.is_some() || matches!(self.time.kind, ExprKind::LocalTime(_))
    }
}

impl<'t> Reader<'t> {
    pub(super) fn wait_stmt(&mut self, node: Syntax<'t>) -> StmtKind {
        let Some(form) = node.children().nth(1) else { return StmtKind::Error };
        let label = form.child(Rule::label).map(|label| self.name(label));
        let wait = match form.kind() {
            Rule::wait_any => Wait::ForAny(self.wait_arms(form)),
            Rule::wait_event => self.wait_event(form),
            Rule::wait_within => self.wait_within(form),
            Rule::wait_until => self.wait_until(form),
            _ => self.wait_duration(form),
        };
        StmtKind::Wait { wait, label }
    }

    fn wait_duration(&mut self, form: Syntax<'t>) -> Wait {
        let duration = self.expr_in(form, Rule::head_expr);
        if !form.has(Rule::kw_without) {
            return Wait::For(duration);
        }
        Wait::Without { duration, on: self.event_pattern_in(form), body: self.optional_block(form) }
    }

    fn wait_until(&mut self, form: Syntax<'t>) -> Wait {
        let moment = self.moment_in(form);
        if moment.is_local() {
            return Wait::UntilLocal { weekday: moment.weekday, time: moment.time, zone: moment.zone };
        }
        Wait::Until(moment.time)
    }

    fn wait_within(&mut self, form: Syntax<'t>) -> Wait {
        let window = self.expr_in(form, Rule::moment_expr);
        let zone = self.zone_in(form);
        let span = window.span;
        match window.kind {
            ExprKind::Binary(BinaryOp::Range, _, from, to) => Wait::UntilWithin { from: *from, to: *to, zone },
            other => {
                if !matches!(other, ExprKind::Error) {
                    self.no_window(span);
                }
                let broken = || Expr { kind: ExprKind::Error, span };
                Wait::UntilWithin { from: broken(), to: broken(), zone }
            }
        }
    }

    fn wait_event(&mut self, form: Syntax<'t>) -> Wait {
        let within = form.child(Rule::wait_limit).map(|limit| self.expr_in(limit, Rule::head_expr));
        let otherwise = form.child(Rule::else_block).map(|block| self.block_in(block));
        Wait::ForEvent { on: self.event_pattern_in(form), within, body: self.optional_block(form), otherwise }
    }

    fn wait_arms(&mut self, form: Syntax<'t>) -> Vec<WaitArm> {
        let mut arms = Vec::new();
        for child in form.children() {
            let kind = match child.kind() {
                Rule::on_arm => WaitArmKind::On(self.event_pattern_in(child)),
                Rule::after_arm => WaitArmKind::After(self.expr_in(child, Rule::head_expr)),
                Rule::when_arm => WaitArmKind::When(self.expr_in(child, Rule::head_expr)),
                Rule::at_arm => {
                    let Moment { weekday, time, zone } = self.moment_in(child);
                    WaitArmKind::At { weekday, time, zone }
                }
                Rule::error_arm => {
                    // It waits for something that is not known, and goes on behind the wait.
                    let span = child.span();
                    let kind = WaitArmKind::When(Expr { kind: ExprKind::Error, span });
                    arms.push(WaitArm { kind, body: Vec::new(), span });
                    continue;
                }
                _ => continue,
            };
            arms.push(WaitArm { kind, body: self.block_in(child), span: child.span() });
        }
        arms
    }

    fn moment_in(&mut self, node: Syntax<'t>) -> Moment {
        let moment = node.child(Rule::moment).unwrap_or(node);
        let weekday = moment.child(Rule::weekday).map(|day| weekday_number(day.text()));
        if let Some(word) = moment.child(Rule::no_weekday) {
            let time = moment.child(Rule::moment_expr).map_or(word.span(), Syntax::span);
            self.no_weekday(word, time);
            // How its time is written is said with the day.
            return Moment { weekday: Some(1), time: Expr { kind: ExprKind::Error, span: time }, zone: self.zone_in(moment) };
        }
        Moment { weekday, time: self.expr_in(moment, Rule::moment_expr), zone: self.zone_in(moment) }
    }

    fn zone_in(&mut self, node: Syntax<'t>) -> Option<Expr> {
        let zone = node.child(Rule::zone)?.child(Rule::zone_expr)?;
        zone.first().map(|operand| self.postfix(operand))
    }
}

/// Monday is 1.
pub(super) fn weekday_number(day: &str) -> u8 {
    match day {
        "monday" => 1,
        "tuesday" => 2,
        "wednesday" => 3,
        "thursday" => 4,
        "friday" => 5,
        "saturday" => 6,
        _ => 7,
    }
}
