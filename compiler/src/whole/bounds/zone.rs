//! How often the customer's time zone can change: each change can bring the next local moment near.
//!
//! What the world outside tells (a `profile` event, a field of an event, what a service answers) is taken to stay as it is within a
//! window. So what journeys write counts only where they write from more than one source: of one text, the first write alone
//! changes anything; of one field that the world outside tells, none does.

use super::{Bounds, Counted};
use crate::hir::{Expr, ExprKind as E, Journey, Program, VarId, Wait, WaitKind};
use crate::whole::flow::{Act, Flow, SpotKind, Way};
use crate::whole::most::Most;
use rustc_hash::FxHashMap;

/// What can change it.
#[derive(Debug, Default)]
pub(super) struct Zone {
    /// So often in a window, whatever journeys write.
    pub outside: u32,
    written: Written,
    /// By the length of a window, and whether one entry counts: how often journeys change it in it.
    known: FxHashMap<(i64, bool), Option<u32>>,
}

/// What journeys write.
#[derive(Debug, Default, PartialEq, Eq)]
enum Written {
    #[default]
    Nothing,
    /// From one source alone.
    Alike(Source),
    Various,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Source {
    Text(String),
    /// A field of an event, of an answer, or of the profile.
    Told(String),
    Unknown,
}

impl Zone {
    pub fn of(program: &Program, flows: &[Flow]) -> Self {
        let mut sources = Vec::new();
        for (flow, journey) in flows.iter().zip(&program.journeys) {
            let writes = flow.spots.iter().filter_map(|kind| match kind {
                SpotKind::Write(field, value) if is_zone(program, *field) => Some(*value),
                _ => None,
            });
            writes.for_each(|value| Reader { program, flows, flow, journey }.sources(value, &mut sources));
        }
        let first = sources.first().cloned();
        let written = match first {
            None => Written::Nothing,
            Some(first) if first != Source::Unknown && sources.iter().all(|source| *source == first) => Written::Alike(first),
            Some(_) => Written::Various,
        };
        Self { written, ..Self::default() }
    }
}

fn is_zone(program: &Program, field: usize) -> bool {
    program.profile.as_ref().and_then(|profile| profile.timezone).is_some_and(|(timezone, _)| timezone == field)
}

struct Reader<'f, 'h> {
    program: &'f Program,
    flows: &'f [Flow<'h>],
    flow: &'f Flow<'h>,
    journey: &'f Journey,
}

impl Reader<'_, '_> {
    /// All that a value may come from.
    fn sources(&self, value: &Expr, sources: &mut Vec<Source>) {
        match &value.kind {
            E::Str(text) => sources.push(Source::Text(text.clone())),
            E::None => sources.push(Source::Text(String::new())),
            E::Wrap(of) | E::Unwrap(of) => self.sources(of, sources),
            E::Coalesce(a, b) => [a, b].into_iter().for_each(|of| self.sources(of, sources)),
            E::If { then, otherwise, .. } => [then, otherwise].into_iter().for_each(|of| self.sources(of, sources)),
            E::Const(id) => match self.program.consts.get(id.index()) {
                Some(constant) => self.sources(&constant.value, sources),
                None => sources.push(Source::Unknown),
            },
            E::Var(var) if self.flow.fixed.contains_key(var) => {
                self.flow.fixed.get(var).iter().for_each(|of| self.sources(of, sources));
            }
            _ => sources.push(self.told(value).map_or(Source::Unknown, Source::Told)),
        }
    }

    /// What the world outside tells, in words of its own.
    fn told(&self, value: &Expr) -> Option<String> {
        match &value.kind {
            E::Field(of, at) if matches!(of.kind, E::Profile) => {
                let writes = |kind: &SpotKind| matches!(kind, SpotKind::Write(field, _) if field == at);
                (!self.flows.iter().flat_map(|flow| &flow.spots).any(writes)).then(|| format!("profile.{at}"))
            }
            E::Field(of, at) | E::OptField(of, at) => Some(format!("{}.{at}", self.told(of)?)),
            E::Unwrap(of) | E::Wrap(of) => self.told(of),
            E::Var(var) => self.answered(*var).or_else(|| self.event(*var)),
            _ => None,
        }
    }

    /// The call whose answer a variable holds.
    fn answered(&self, var: VarId) -> Option<String> {
        let answers = |way: &Way| matches!(way.act, Act::Set(of, None) if of == var);
        let mut calls = self.flow.spots.iter().zip(&self.flow.ways).filter(|(kind, _)| matches!(kind, SpotKind::Call));
        calls.any(|(_, ways)| ways.iter().any(answers)).then(|| format!("answer {} {}", self.journey.name, var.index()))
    }

    /// The event that a variable holds, where no journey emits it.
    fn event(&self, var: VarId) -> Option<String> {
        let entered = self.journey.enters.iter().filter_map(|enter| enter.on.event());
        let waited = self.flow.ways.iter().flatten().filter_map(|way| way.on);
        let binders = entered.chain(waited).map(|on| (on.binder, on.event));
        let results = self.flow.spots.iter().filter_map(|kind| match kind {
            SpotKind::Wait(Wait { kind: WaitKind::ForEvent { on, result, .. }, .. }) => Some(((*result)?, on.event)),
            _ => None,
        });
        let (_, event) = binders.chain(results).find(|(binder, _)| *binder == var)?;
        let emits = |kind: &SpotKind| matches!(kind, SpotKind::Emit(of, _) | SpotKind::Broadcast(of, _) if *of == event);
        let emitted = self.flows.iter().flat_map(|flow| &flow.spots).any(emits);
        (!emitted).then(|| format!("event {}", event.index()))
    }
}

impl Bounds<'_> {
    pub(super) fn is_zone(&self, field: usize) -> bool {
        is_zone(self.program, field)
    }

    /// How often the customer's zone can change in a window; `None` for as often as can be.
    pub fn changes(&mut self, counted: Counted, window_ms: i64) -> Option<u32> {
        if counted == Counted::Zone {
            // How often it is written must not hang on itself.
            return None;
        }
        let by_journeys = match &self.zone.written {
            Written::Nothing | Written::Alike(Source::Told(_)) => Some(0),
            Written::Alike(_) => Some(1),
            Written::Various => self.written_within(window_ms),
        };
        Some(by_journeys?.saturating_add(self.zone.outside))
    }

    fn written_within(&mut self, window_ms: i64) -> Option<u32> {
        let key = (window_ms, self.once);
        if let Some(&known) = self.zone.known.get(&key) {
            return known;
        }
        let mut sum = Most::Times(0);
        for journey in 0..self.program.journeys.len() {
            if !self.program.journeys[journey].enters.is_empty() {
                sum = sum.plus(match self.once {
                    true => self.at_most_of(journey, Counted::Zone, window_ms, 0).most,
                    false => self.with_entries(journey, Counted::Zone, window_ms, 0).most,
                });
            }
        }
        self.zone.known.insert(key, sum.number());
        sum.number()
    }
}
