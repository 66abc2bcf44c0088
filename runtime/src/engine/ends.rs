//! Goals and exits: whatever an instance waits for, these end it.

use super::step::Cause;
use super::turn::Turn;
use crate::customer::Fiber;
use journey_compiler::machine::Fault;
use journey_compiler::mir::{End, Journey, Pause};

/// Which of a journey's ends are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judged {
    /// Those on the event, and the conditions, which are judged after every change of the customer.
    All,
    /// The conditions alone.
    Conditions,
}

impl Turn<'_> {
    /// Judges goals and exits of all live instances, in the order in which they started.
    pub fn judge_all(&mut self) {
        self.judge_each(Judged::All);
    }

    fn judge_each(&mut self, judged: Judged) {
        let order = self.take_order();
        for &number in &order {
            self.judge(number, judged);
        }
        self.put_order(order);
    }

    /// After a change of the customer: conditions of all live instances. Not by way of `take_order`, which may be in use.
    pub fn judge_conditions(&mut self) -> bool {
        if !self.conditions {
            return false;
        }
        let numbers: Vec<u32> = self.customer.instances.iter().map(|instance| instance.number).collect();
        let mut ended = false;
        for number in numbers {
            ended |= self.judge(number, Judged::Conditions);
        }
        ended
    }

    /// Ends the instance by the first written of its goals and exits that holds. Says whether it ended (or failed at that).
    pub fn judge(&mut self, number: u32, judged: Judged) -> bool {
        let program = self.program;
        let Some((place, journey_index)) = self.live(number) else { return false };
        let journey = &program.module.journeys[journey_index];
        if !journey.ends.iter().any(|end| self.concerns(end, judged)) {
            return false;
        }
        // Its main fiber has the variables of the conditions. There is none where only undo blocks are left.
        let Some((fiber, pause)) = self.pause_of(place, Fiber::MAIN, journey) else { return false };
        let cause = Cause { fiber: Fiber::MAIN, arm: None, by_event: false };
        let frame = match self.take_frame(place, fiber, pause) {
            Ok(frame) => frame,
            Err(fault) => {
                self.park(number, journey_index, fault, cause);
                return true;
            }
        };
        let found = self.first_end(journey, pause, &frame, judged);
        self.put_frame(frame);
        self.clear();
        match found {
            Ok(None) => false,
            Ok(Some(outcome)) => {
                self.finish(number, journey_index, outcome);
                true
            }
            Err(fault) => {
                self.park(number, journey_index, fault, cause);
                true
            }
        }
    }

    fn first_end(&mut self, journey: &Journey, pause: &Pause, frame: &[u64], judged: Judged) -> Result<Option<u32>, Fault> {
        for (index, end) in journey.ends.iter().enumerate() {
            if !self.concerns(end, judged) {
                continue;
            }
            let captures = pause.end_captures.get(index).map_or(&[][..], Vec::as_slice);
            let payload = end.event.and_then(|event| self.payload_of(event));
            let holds = match end.condition {
                Some(condition) => self.ask_frame(condition, captures, frame, payload)?,
                None => true,
            };
            if holds {
                return Ok(Some(end.outcome));
            }
        }
        Ok(None)
    }

    fn concerns(&self, end: &End, judged: Judged) -> bool {
        match end.event {
            None => judged == Judged::Conditions || !self.broadcast,
            Some(event) => judged == Judged::All && self.payload_of(event).is_some(),
        }
    }

    /// The exit that holds before an instance has made its first step. An `exit when` over what only a frame has cannot yet.
    pub fn end_at_entry(&mut self, journey: &Journey) -> Result<Option<u32>, Fault> {
        for end in journey.ends.iter().filter(|end| end.event.is_none()) {
            let Some(condition) = end.condition else { continue };
            let params = self.program.module.functions.get(condition.0 as usize).map_or(0, |function| function.params.len());
            let payload = [self.payload];
            let args = if params == 0 { &[][..] } else { &payload[..] };
            if params <= 1 && self.ask(condition, args)? {
                return Ok(Some(end.outcome));
            }
        }
        Ok(None)
    }

    /// Where a live instance stands, and the journey whose code runs it.
    pub fn live(&self, number: u32) -> Option<(usize, usize)> {
        let place = self.customer.place_of(number)?;
        let instance = self.customer.instances.get(place).filter(|instance| instance.is_live())?;
        let journey = self.editions.runs(instance.edition)?;
        Some((place, journey))
    }

    /// The pause at which a fiber sleeps, and where that stands in its instance.
    pub fn pause_of<'j>(&self, place: usize, fiber: u64, journey: &'j Journey) -> Option<(usize, &'j Pause)> {
        let instance = self.customer.instances.get(place)?;
        let at = instance.place_of(fiber)?;
        Some((at, journey.pauses.get(instance.fibers.get(at)?.pause as usize)?))
    }
}
