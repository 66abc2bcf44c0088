//! Personal data inside each journey, and from journey to journey.

use super::flow::{Flow, Sink, Way};
use super::report;
use super::taint::Taint;
use super::values::{Values, Vars};
use crate::diagnostics::Diagnostic;
use crate::hir::{Expr, InstanceKey, Journey, JourneyId};
use std::collections::VecDeque;

/// A journey, as far as it is understood.
#[derive(Debug)]
struct State<'h> {
    journey: &'h Journey,
    flow: Flow<'h>,
    vars: Vars,
    /// The ways that read each variable.
    readers: Vec<Vec<usize>>,
    /// Ways to go.
    due: VecDeque<usize>,
}

impl<'h> State<'h> {
    fn of(journey: &'h Journey) -> Self {
        let flow = Flow::of(journey);
        let mut readers = vec![Vec::new(); journey.vars.len()];
        for (at, way) in flow.ways.iter().enumerate() {
            for var in way.reads() {
                if let Some(readers) = readers.get_mut(var.index()) {
                    readers.push(at);
                }
            }
        }
        let due = (0..flow.ways.len()).collect();
        Self { journey, flow, vars: Vars::new(journey.vars.len()), readers, due }
    }

    /// Goes all ways until nothing becomes more personal; gives what other journeys get.
    fn settle(&mut self, values: &Values) -> Vec<(JourneyId, Vec<Taint>)> {
        let mut given = Vec::new();
        loop {
            for var in std::mem::take(&mut self.vars.changed) {
                self.due.extend(self.readers.get(var.index()).into_iter().flatten());
            }
            let Some(at) = self.due.pop_front() else { return given };
            match self.flow.ways.get(at) {
                Some(Way::Var { var, path, value, at }) => {
                    let taint = values.value(&mut self.vars, value);
                    let name = self.journey.vars.get(var.index()).map_or("", |var| &var.name);
                    let taint = if name.is_empty() { taint } else { taint.to(*at, &|| format!("goes into `{name}` here")) };
                    self.vars.join(*var, &taint.below(path));
                }
                Some(Way::Parts { scrutinee, patterns }) => {
                    let taint = values.value(&mut self.vars, scrutinee);
                    values.bind(&mut self.vars, &taint, scrutinee.ty, patterns);
                }
                Some(Way::Journey { journey, args }) => given.push((*journey, self.args(values, *journey, args))),
                None => {}
            }
        }
    }

    fn args(&mut self, values: &Values, to: JourneyId, args: &[Expr]) -> Vec<Taint> {
        let name = values.program.journeys.get(to.index()).map_or("", |journey| &journey.name);
        let arg = |arg: &Expr| values.value(&mut self.vars, arg).to(arg.span, &|| format!("goes to the journey `{name}` here"));
        args.iter().map(arg).collect()
    }
}

/// Checks all journeys together.
pub(super) fn check(values: &Values, found: &mut Vec<Diagnostic>) {
    let mut states: Vec<State> = values.program.journeys.iter().map(State::of).collect();
    let mut due: VecDeque<usize> = (0..states.len()).collect();
    while let Some(at) = due.pop_front() {
        let given = states.get_mut(at).map(|state| state.settle(values)).unwrap_or_default();
        for (journey, args) in given {
            let Some(state) = states.get_mut(journey.index()) else { continue };
            for (&param, taint) in state.journey.params.iter().zip(&args) {
                state.vars.join(param, taint);
            }
            if !state.vars.changed.is_empty() {
                due.push_back(journey.index());
            }
        }
    }
    for mut state in states {
        for sink in &state.flow.sinks {
            sunk(values, &mut state.vars, sink, found);
        }
        if let InstanceKey::Expr(key) = &state.journey.key {
            let taint = values.value(&mut state.vars, key);
            found.extend(values.any(&taint, key.ty).map(|trail| report::in_key(key, &trail)));
        }
    }
}

fn sunk(values: &Values, vars: &mut Vars, sink: &Sink, found: &mut Vec<Diagnostic>) {
    let mut any = |value: &Expr| {
        let taint = values.value(vars, value);
        values.any(&taint, value.ty)
    };
    match sink {
        Sink::Fail(why) => found.extend(any(why).map(|trail| report::in_fail(why, &trail))),
        Sink::Emit { event, payload } => {
            let fields = payload.children();
            let found_in = fields.into_iter().filter_map(|field| Some((field, any(field)?)));
            found.extend(found_in.map(|(field, trail)| report::in_event(values.program, *event, field, &trail)));
        }
        Sink::Service(call) => {
            let service = values.program.services.get(call.service.index());
            let operation = service.and_then(|service| service.operations.get(call.operation.index()));
            let Some((service, operation)) = service.zip(operation).filter(|(_, operation)| !operation.accepts_pii) else { return };
            let found_in = call.args.iter().filter_map(|arg| Some((arg, any(arg)?)));
            found.extend(found_in.map(|(arg, trail)| report::to_service(service, operation, arg, &trail)));
        }
        Sink::Profile { place, value } => {
            let taint = values.value(vars, value);
            found.extend(report::in_profile(values, place, value, &taint));
        }
    }
}
