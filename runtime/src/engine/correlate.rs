//! Which customers a broadcast can concern, without asking each.

use super::{Engine, Offer, Payload, record};
use crate::customer::{Customer, Fiber};
use crate::wire::payload;
use journey_compiler::Program;
use journey_compiler::hir::EventId;
use journey_compiler::machine::{Context, Status, codec};
use journey_compiler::mir::{Arm, Correlation, FunctionId, Journey, Pause};
use std::sync::Arc;

/// An arm that demands an equality: journey, pause, arm.
pub type Place = (u32, u32, u32);

/// Why a customer may be concerned by an event.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Row {
    /// A goal, an exit or an arm that asks for no equality, or whose side could not be computed.
    Any,
    /// An arm, and what its side of the equality is.
    Value(Place, Box<str>),
}

/// An arm's equality, seen from the event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correlated {
    pub place: Place,
    /// What the event's side is; `None` where it could not be computed: then everyone at that arm may be concerned.
    pub value: Option<Box<str>>,
}

impl Engine {
    /// Why a customer may be concerned by an event: a row for each live instance's part in it.
    pub fn rows(&mut self, customer: &Customer, event: EventId) -> Vec<Row> {
        let program = Arc::clone(&self.program);
        let mut rows = Vec::new();
        for instance in customer.instances.iter().filter(|instance| instance.is_live()) {
            let Some(journey_index) = self.editions.runs(instance.edition) else { continue };
            let journey = &program.module.journeys[journey_index];
            if journey.ends.iter().any(|end| end.event == Some(event)) {
                rows.push(Row::Any);
            }
            for fiber in &instance.fibers {
                self.arm_rows(&program, customer, fiber, journey_index, event, &mut rows);
            }
        }
        rows
    }

    fn arm_rows(&mut self, program: &Program, customer: &Customer, fiber: &Fiber, index: usize, event: EventId, rows: &mut Vec<Row>) {
        let Some(pause) = program.module.journeys[index].pauses.get(fiber.pause as usize) else { return };
        // Busy for it, the engine keeps the event.
        if pause.is_busy() && program.module.journeys[index].kept.contains(&event) {
            rows.push(Row::Any);
        }
        for (arm_index, correlation) in arms_on(pause, event) {
            let value = correlation.and_then(|correlation| self.frame_side(program, customer, fiber, pause, correlation));
            rows.push(match value {
                Some(value) => Row::Value((number(index), fiber.pause, number(arm_index)), value),
                None => Row::Any,
            });
        }
    }

    fn frame_side(&mut self, program: &Program, customer: &Customer, fiber: &Fiber, pause: &Pause, of: &Correlation) -> Option<Box<str>> {
        self.cx.begin(customer.last_step_ms.unwrap_or(0), &customer.key, self.budget);
        let mut bytes = fiber.frame.as_slice();
        let types = &program.module.types;
        let frame: Result<Vec<u64>, _> = pause.frame.iter().map(|var| codec::decode(types, var.ty, &mut bytes, &mut self.cx)).collect();
        let frame = frame.ok()?;
        let profile = self.profiles.decode(program, customer.profile_schema, &customer.profile, &mut self.cx);
        self.cx.profile = profile.ok()?;
        let args: Option<Vec<u64>> = of.frame_side.captures.iter().map(|&slot| frame.get(slot as usize).copied()).collect();
        text(program, of.frame_side.function, &args?, &mut self.cx)
    }

    /// What the event's side is of each equality that some arm demands of it.
    pub fn correlated(&mut self, offer: Offer<'_>) -> Vec<Correlated> {
        let program = Arc::clone(&self.program);
        let Some(record) = program.module.events.get(offer.event.index()).map(|event| event.record) else { return Vec::new() };
        self.cx.begin(0, "", self.budget);
        let word = match offer.payload {
            Payload::Json(data) => payload::decode(&program, record, data, &mut self.cx).ok(),
            Payload::Held(_) => None,
            Payload::Encoded(mut bytes) => record::decode(&program.module.types, record, &mut bytes, &mut self.cx).ok(),
        };
        let mut found = Vec::new();
        for (journey_index, journey) in program.module.journeys.iter().enumerate() {
            for (place, correlation) in correlations(journey, journey_index, offer.event) {
                let value = word.and_then(|word| text(&program, correlation.event_side, &[word], &mut self.cx));
                found.push(Correlated { place, value });
            }
        }
        found
    }
}

/// The arms of a pause that wait for an event.
fn arms_on(pause: &Pause, on: EventId) -> impl Iterator<Item = (usize, Option<&Correlation>)> {
    pause.arms.iter().enumerate().filter_map(move |(index, arm)| match arm {
        Arm::Event { event, correlation, .. } if *event == on => Some((index, correlation.as_ref())),
        Arm::Event { .. } | Arm::Deadline { .. } | Arm::When { .. } | Arm::Answer { .. } | Arm::Unanswered { .. } | Arm::Ended { .. } => {
            None
        }
    })
}

fn correlations(journey: &Journey, journey_index: usize, on: EventId) -> impl Iterator<Item = (Place, &Correlation)> {
    journey.pauses.iter().enumerate().flat_map(move |(pause_index, pause)| {
        arms_on(pause, on).filter_map(move |(arm_index, correlation)| {
            Some(((number(journey_index), number(pause_index), number(arm_index)), correlation?))
        })
    })
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

fn text(program: &Program, function: FunctionId, args: &[u64], cx: &mut Context) -> Option<Box<str>> {
    match program.call(function, args, cx) {
        Status::Returned(word) => Some(cx.string(word).into()),
        Status::Faulted(_) | Status::Suspended { .. } | Status::Finished { .. } => None,
    }
}
