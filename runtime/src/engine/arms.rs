//! Waits: which arm of its pause wakes an instance.

use super::REPEATS_MAX;
use super::ends::Judged;
use super::step::Cause;
use super::turn::Turn;
use crate::customer::Fiber;
use journey_compiler::machine::{Fault, FaultKind};
use journey_compiler::mir::{Arm, FunctionId, Pause};

/// What wakes an instance.
pub(super) struct Woken {
    pub arm: usize,
    pub resume: FunctionId,
    /// Whether the event does it.
    pub by_event: bool,
    /// What the resume function takes behind the frame.
    pub input: Option<u64>,
}

impl Turn<'_> {
    /// Offers the event to all waiting instances, in the order in which they started.
    pub fn offer_all(&mut self) {
        let order = self.take_order();
        for &number in &order {
            self.offer(number, !self.broadcast, true);
        }
        self.put_order(order);
    }

    /// The profile has changed: judges and wakes by conditions.
    pub fn changed(mut self) -> bool {
        self.judge_all();
        self.offer_all();
        self.settle();
        self.end()
    }

    /// Time alone may have changed a condition: judges them all.
    pub fn judge_again(&mut self) {
        self.judge_conditions();
        let order = self.take_order();
        for &number in &order {
            self.offer(number, true, false);
        }
        self.put_order(order);
    }

    /// After steps: judges conditions, and enters the journeys into whose segments the customer comes, until nothing more
    /// moves. Each step that a condition causes counts as a repeat of its instance, so that this ends.
    pub fn settle(&mut self) {
        self.settle_conditions();
        while self.come_in_all() {
            self.settle_conditions();
        }
    }

    fn settle_conditions(&mut self) {
        let mut again = self.moved && self.conditions;
        while again {
            again = self.judge_conditions();
            let numbers: Vec<u32> = self.customer.instances.iter().map(|instance| instance.number).collect();
            for number in numbers {
                again |= self.offer(number, true, false);
            }
        }
    }

    /// Offers the event, and with `conditions` the state of things, to each fiber of the instance, in the order in which they
    /// began; not to those that only begin to wait in the meantime.
    fn offer(&mut self, number: u32, conditions: bool, events: bool) -> bool {
        let since = self.customer.armed;
        let mut moved = false;
        let mut next = Fiber::MAIN;
        while let Some(fiber) = self.waiting(number, next, since) {
            moved |= self.offer_fiber(number, fiber, conditions, events);
            next = fiber.saturating_add(1);
        }
        moved
    }

    /// The first fiber from that id on whose pause began before.
    fn waiting(&self, number: u32, from: u64, before: u64) -> Option<u64> {
        let (place, _) = self.live(number)?;
        let fibers = &self.customer.instances.get(place)?.fibers;
        fibers.iter().find(|fiber| fiber.id >= from && fiber.armed < before).map(|fiber| fiber.id)
    }

    /// Wakes the fiber by the first written arm that fits: conditions, and with `events` the event.
    pub fn offer_fiber(&mut self, number: u32, fiber: u64, conditions: bool, events: bool) -> bool {
        let program = self.program;
        let Some((place, journey_index)) = self.live(number) else { return false };
        let Some((at, pause)) = self.pause_of(place, fiber, &program.module.journeys[journey_index]) else { return false };
        if events && pause.is_busy() {
            self.keep(place, at, &program.module.journeys[journey_index]);
        }
        let concerns = |arm: &Arm| match arm {
            Arm::Event { event, .. } => events && self.payload_of(*event).is_some(),
            Arm::When { .. } => conditions,
            Arm::Deadline { .. } | Arm::Answer { .. } | Arm::Unanswered { .. } | Arm::Ended { .. } => false,
        };
        if !pause.arms.iter().any(concerns) {
            return false;
        }
        let frame = match self.take_frame(place, at, pause) {
            Ok(frame) => frame,
            Err(fault) => {
                self.park(number, journey_index, fault, Cause { fiber, arm: None, by_event: false });
                return true;
            }
        };
        let woken = self.first_arm(pause, &frame, conditions, events);
        let moved = !matches!(woken, Ok(None));
        match woken {
            Ok(None) => {}
            Ok(Some(woken)) => {
                if woken.by_event {
                    self.woken_by_event(number);
                }
                self.wake(number, fiber, &woken, &frame, pause);
            }
            Err((arm, fault)) => self.fault_asleep(number, journey_index, fault, Cause { fiber, arm: Some(arm), by_event: events }),
        }
        self.put_frame(frame);
        self.clear();
        moved
    }

    fn first_arm(&mut self, pause: &Pause, frame: &[u64], conditions: bool, events: bool) -> Result<Option<Woken>, (usize, Fault)> {
        for (index, arm) in pause.arms.iter().enumerate() {
            match arm {
                Arm::Event { event, filter, resume, .. } if events => {
                    let Some(payload) = self.payload_of(*event) else { continue };
                    let fits = match filter {
                        Some(filter) => self.ask_closure(filter, frame, Some(payload)).map_err(|fault| (index, fault))?,
                        None => true,
                    };
                    if fits {
                        return Ok(Some(Woken { arm: index, resume: *resume, by_event: true, input: Some(payload) }));
                    }
                }
                Arm::When { condition, resume, .. } if conditions => {
                    if self.ask_closure(condition, frame, None).map_err(|fault| (index, fault))? {
                        return Ok(Some(Woken { arm: index, resume: *resume, by_event: false, input: None }));
                    }
                }
                Arm::Event { .. } | Arm::When { .. } | Arm::Deadline { .. } => {}
                Arm::Answer { .. } | Arm::Unanswered { .. } | Arm::Ended { .. } => {}
            }
        }
        Ok(None)
    }

    fn wake(&mut self, number: u32, fiber: u64, woken: &Woken, frame: &[u64], pause: &Pause) {
        let Some((place, journey_index)) = self.live(number) else { return };
        let cause = Cause { fiber, arm: Some(woken.arm), by_event: woken.by_event };
        if !woken.by_event && self.repeats(place) {
            return self.park(number, journey_index, Fault { kind: FaultKind::BudgetExhausted, span: pause.span }, cause);
        }
        let mut args = std::mem::take(&mut self.scratch.args);
        args.clear();
        args.extend_from_slice(frame);
        args.extend(woken.input);
        self.step(number, journey_index, woken.resume, &args, cause);
        self.scratch.args = args;
    }

    /// Notes a step that no event causes; says whether there have been too many at one instant.
    fn repeats(&mut self, place: usize) -> bool {
        let Some(instance) = self.customer.instances.get_mut(place) else { return false };
        instance.repeats += 1;
        instance.repeats > REPEATS_MAX
    }

    /// Fires a fiber's deadline: the first written arm that is due then.
    pub fn fire(&mut self, number: u32, fiber: u64, deadline_ms: i64) {
        let program = self.program;
        let Some((place, journey_index)) = self.live(number) else { return };
        let Some((at, pause)) = self.pause_of(place, fiber, &program.module.journeys[journey_index]) else { return };
        if pause.is_busy() {
            return self.call_due(number, fiber, at, pause);
        }
        let deadlines = self.customer.instances.get(place).and_then(|instance| instance.fibers.get(at));
        let deadlines = deadlines.map_or(&[][..], |fiber| &fiber.deadlines[..]);
        let arms = pause.arms.iter().enumerate().filter_map(|(index, arm)| match arm {
            Arm::Deadline { resume } => Some((index, *resume)),
            _ => None,
        });
        let due = arms.zip(deadlines).find(|&(_, &deadline)| deadline == deadline_ms).map(|(arm, _)| arm);
        let cause = Cause { fiber, arm: due.map(|(arm, _)| arm), by_event: false };
        let Some((arm, resume)) = due else {
            return self.park(number, journey_index, Fault { kind: FaultKind::CorruptState, span: pause.span }, cause);
        };
        self.resume(number, fiber, &Woken { arm, resume, by_event: false, input: None });
    }

    /// Wakes a fiber at its pause.
    pub fn resume(&mut self, number: u32, fiber: u64, woken: &Woken) {
        let program = self.program;
        let Some((place, journey_index)) = self.live(number) else { return };
        let Some((at, pause)) = self.pause_of(place, fiber, &program.module.journeys[journey_index]) else { return };
        match self.take_frame(place, at, pause) {
            Ok(frame) => {
                self.wake(number, fiber, woken, &frame, pause);
                self.put_frame(frame);
                self.clear();
            }
            Err(fault) => self.park(number, journey_index, fault, Cause { fiber, arm: Some(woken.arm), by_event: false }),
        }
    }

    /// An instance has come to a pause, or the profile has changed: exits that hold now end what they end at once.
    pub fn after_step(&mut self, number: u32, profile_changed: bool) {
        if !self.conditions {
            return;
        }
        if profile_changed {
            self.judge_conditions();
        } else {
            self.judge(number, Judged::Conditions);
        }
    }
}
