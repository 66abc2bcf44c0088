//! E0467: a wait for what can never come. W0409: a wait that does not pause.

use super::constant::Constants;
use super::known::{Known, Value};
use super::{Whole, conditions};
use crate::diagnostics::Diagnostic;
use crate::hir::{Deadline, EventMatch, Expr, Program, Stmt, StmtKind, WaitArmKind, WaitKind};
use crate::machine::text::format_duration;

/// Answers what can never hold in a journey.
struct Never<'w> {
    program: &'w Program,
    constants: &'w Constants,
    known: Known<'w>,
}

impl Never<'_> {
    /// By what is set once and for all, or because the condition contradicts itself.
    fn holds(&self, condition: &Expr) -> bool {
        self.known.value(condition, &|_| Value::Unknown) == Value::Bool(false) || conditions::never(self.program, self.constants, condition)
    }

    /// An event whose filter takes none.
    fn taken(&self, on: &EventMatch, label: &str) -> Option<Diagnostic> {
        let filter = on.filter.as_ref()?;
        let event = &self.program.events.get(on.event.index())?.name;
        self.holds(filter).then(|| never_true(filter, &format!("no `{event}` is ever taken here: its condition is never true"), label))
    }
}

impl Whole<'_> {
    pub(super) fn waits(&mut self, journey: usize) {
        let known = self.bounds.flows[journey].known(self.program);
        let never = Never { program: self.program, constants: &self.constants, known };
        let declared = &self.program.journeys[journey];
        let mut found = Vec::new();
        for enter in &declared.enters {
            found.extend(enter.on.event().and_then(|on| never.taken(on, "this `enter` lets nobody in")));
        }
        for end in &declared.ends {
            if let crate::hir::EndOn::Event(on) = &end.on {
                found.extend(never.taken(on, "this never ends the journey"));
            }
        }
        waits_of(&never, &declared.body, &mut found);
        self.found.extend(found);
    }
}

fn waits_of(never: &Never, stmts: &[Stmt], found: &mut Vec<Diagnostic>) {
    let (known, comes) = (&never.known, "such an event never comes");
    for stmt in stmts {
        if let StmtKind::Wait(wait) = &stmt.kind {
            match &wait.kind {
                WaitKind::Until(Deadline::After(length)) => found.extend(no_time(known, length, "W0409")),
                WaitKind::Until(_) => {}
                WaitKind::Without { duration, on, .. } => {
                    found.extend(no_time(known, duration, "W0409"));
                    found.extend(never.taken(on, comes));
                }
                WaitKind::ForEvent { on, within, .. } => {
                    found.extend(within.as_ref().and_then(|within| no_time(known, within, "E0467")));
                    found.extend(never.taken(on, comes));
                }
                WaitKind::ForAny(arms) => {
                    for arm in arms {
                        match &arm.kind {
                            WaitArmKind::On(on) => found.extend(never.taken(on, comes)),
                            WaitArmKind::When(when) if never.holds(when) => {
                                found.push(never_true(when, "this arm waits for what never comes", "this never becomes true"));
                            }
                            WaitArmKind::Deadline(_) | WaitArmKind::When(_) => {}
                        }
                    }
                }
            }
        }
        stmt.kind.blocks().into_iter().for_each(|block| waits_of(never, block, found));
    }
}

fn never_true(condition: &Expr, message: &str, label: &str) -> Diagnostic {
    Diagnostic::error("E0467", condition.span, message, label).help("change the condition, or take out what waits for it")
}

/// A length of time that is none.
fn no_time(known: &Known, length: &Expr, code: &'static str) -> Option<Diagnostic> {
    let ms = known.constant(length).filter(|ms| *ms <= 0)?;
    let shown = format_duration(ms);
    Some(if code == "E0467" {
        Diagnostic::error(code, length.span, format!("nothing can come within {shown}"), "this is no time at all")
            .help("say how long to wait: `within 2d`")
    } else {
        Diagnostic::warning(code, length.span, format!("a wait of {shown} does not pause"), "this is no time at all")
            .help("say how long to wait, or take the wait out")
    })
}
