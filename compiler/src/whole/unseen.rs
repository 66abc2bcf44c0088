//! W0405: an event that could come unseen during a plain `wait`.
//!
//! Events that come during a plain `wait` are not kept for a later `wait for` (rule 3 of the language). Where a plain
//! wait leads straight to a `wait for`, an event that comes in the first is missed by the second. What the journey does
//! between the two (a send, a call, an emitted event) is taken for what the event answers, which can't have come before:
//! then nothing is said. Nor where a goal or an exit takes the event, wherever the journey is; nor where the condition
//! reads what was not known before; nor where the journey has looked for the event earlier, as a loop does that waits for
//! an event and then lets time go by. `wait until within` is passed over: it only chooses the hour, and no wait says
//! "until then, or until the event".

use super::flow::{Act, Flow, Spot, SpotKind, View};
use super::{Whole, first_word};
use crate::diagnostics::Diagnostic;
use crate::hir::{Deadline, EndOn, EventId, EventMatch, Expr, ExprKind, Journey, VarId, Wait, WaitKind};
use crate::machine::text::format_duration;
use journey_grammar::Span;

impl Whole<'_> {
    pub(super) fn unseen(&mut self, journey: usize) {
        let flow = &self.bounds.flows[journey];
        let declared = &self.program.journeys[journey];
        let listens = |kind: &SpotKind| matches!(kind, SpotKind::Wait(wait) if !wait.events().is_empty());
        if !flow.spots.iter().any(listens) {
            return;
        }
        let back = backwards(flow);
        let mut found = Vec::new();
        for (spot, kind) in flow.spots.iter().enumerate() {
            let SpotKind::Wait(wait) = kind else { continue };
            for on in awaited(wait) {
                if !ends_on(declared, on.event)
                    && let Some(plain) = plain_wait_before(flow, &back, spot, on)
                    && at_first(flow, plain, on.event)
                {
                    found.push(self.missed(flow, plain, spot, on));
                }
            }
        }
        self.found.extend(found);
    }

    fn missed(&self, flow: &Flow, plain: Spot, spot: Spot, on: &EventMatch) -> Diagnostic {
        let event = self.program.events.get(on.event.index()).map_or("", |event| &event.name);
        let length = match flow.spots[plain] {
            SpotKind::Wait(Wait { kind: WaitKind::Until(Deadline::After(length)), .. }) => {
                flow.known(self.program).constant(length).map(format_duration)
            }
            _ => None,
        };
        let help = match length {
            Some(length) => format!(
                "wait for it from the start (`wait for {event} within …` in place of `wait {length}`), or let a `goal` or an `exit` take it wherever the journey is"
            ),
            None => format!("wait for `{event}` from the start, or let a `goal` or an `exit` take it wherever the journey is"),
        };
        Diagnostic::warning(
            "W0405",
            head(flow.spans[spot]),
            format!("`{event}` could come unseen, before this waits for it"),
            format!("waits for `{event}` only from here on"),
        )
        .and(flow.spans[plain], format!("if `{event}` comes during this wait, nobody looks"))
        .help(help)
    }
}

/// The line on which a wait begins would be best; its first words are near enough.
fn head(span: Span) -> Span {
    first_word(span, "wait for")
}

/// The events that a wait looks for and that may have come before. One that begins again with each event asks how long there was
/// none, and what came before is no matter.
fn awaited(wait: &Wait) -> Vec<&EventMatch> {
    if matches!(wait.kind, WaitKind::Without { .. }) { Vec::new() } else { wait.events() }
}

fn ends_on(journey: &Journey, event: EventId) -> bool {
    journey.ends.iter().any(|end| matches!(&end.on, EndOn::Event(on) if on.event == event))
}

/// For each spot, those that lead to it, and what the way there sets.
fn backwards(flow: &Flow) -> Vec<Vec<(Spot, Option<VarId>)>> {
    let mut back = vec![Vec::new(); flow.spots.len()];
    for from in 0..flow.spots.len() {
        for way in flow.ways(from, View::Flow) {
            let set = match way.act {
                Act::Set(var, _) | Act::Turn(_, var, _) => Some(var),
                _ => None,
            };
            back[way.to].push((from, set));
        }
    }
    back
}

/// Whether a spot is come to before the journey has ever looked for the event.
fn at_first(flow: &Flow, spot: Spot, event: EventId) -> bool {
    let mut seen = vec![false; flow.spots.len()];
    let mut open = vec![flow.entry];
    while let Some(at) = open.pop() {
        let looks = matches!(flow.spots[at], SpotKind::Wait(wait) if wait.events().iter().any(|on| on.event == event));
        if !looks && !std::mem::replace(&mut seen[at], true) {
            open.extend(flow.ways(at, View::Flow).map(|way| way.to));
        }
    }
    seen[spot]
}

/// The nearest plain wait before a spot, from which nothing but thinking leads there.
fn plain_wait_before(flow: &Flow, back: &[Vec<(Spot, Option<VarId>)>], spot: Spot, on: &EventMatch) -> Option<Spot> {
    let mut reads = Vec::new();
    on.filter.iter().for_each(|filter| read(filter, &mut reads));
    reads.retain(|var| *var != on.binder);
    let mut seen = vec![false; flow.spots.len()];
    let mut open = std::collections::VecDeque::from([spot]);
    while let Some(at) = open.pop_front() {
        for &(from, set) in &back[at] {
            if set.is_some_and(|set| reads.contains(&set)) || std::mem::replace(&mut seen[from], true) {
                continue;
            }
            match flow.spots[from] {
                SpotKind::Wait(Wait { kind: WaitKind::Until(Deadline::Within { .. }), .. }) => open.push_back(from),
                SpotKind::Wait(_) if seen_beside(flow, from, on.event) => {}
                SpotKind::Wait(wait) if matches!(wait.kind, WaitKind::Until(_)) => return Some(from),
                // It looks for the event itself, or sleeps for another reason.
                SpotKind::Wait(_) => {}
                SpotKind::Plain | SpotKind::Write(..) | SpotKind::Loop(_) | SpotKind::Fork(_) | SpotKind::BranchEnd(_) => {
                    open.push_back(from)
                }
                // It does something, which the event may answer.
                SpotKind::Send(_) | SpotKind::Emit(..) | SpotKind::Broadcast(..) | SpotKind::Start(_) => {}
                SpotKind::Call | SpotKind::Run(_) | SpotKind::Burst(_) => {}
            }
        }
    }
    None
}

/// Whether a branch beside the one in which a wait stands looks for the event.
fn seen_beside(flow: &Flow, wait: Spot, event: EventId) -> bool {
    let within = |spot: Spot, span: Span| {
        let of = flow.spans[spot];
        of.file == span.file && span.start <= of.start && of.end <= span.end
    };
    flow.forks.iter().filter(|fork| within(wait, flow.spans[fork.spot])).any(|fork| {
        let branch = |spot: Spot| fork.branches.iter().position(|(start, _)| within(spot, flow.spans[*start]));
        let looks = |spot: &Spot| matches!(flow.spots[*spot], SpotKind::Wait(wait) if wait.events().iter().any(|on| on.event == event));
        branch(wait).is_some_and(|own| (0..flow.spots.len()).filter(looks).any(|spot| branch(spot).is_some_and(|other| other != own)))
    })
}

fn read(expr: &Expr, vars: &mut Vec<VarId>) {
    if let ExprKind::Var(var) = expr.kind {
        vars.push(var);
    }
    expr.children().into_iter().for_each(|child| read(child, vars));
}
