//! A step: from what wakes an instance until each of its fibers sleeps again or has ended.
//!
//! A step is a row of calls of compiled functions in one memory, so that the later ones see what the earlier ones did to
//! the profile. What comes of them is collected in a [`Step`], and counts at the end, all of it ([`super::commit`]), or
//! not at all: a fault anywhere parks the instance where it woke.

use super::turn::{Turn, decode, internal};
use crate::customer::{Ending, Fiber};
use journey_compiler::Span;
use journey_compiler::machine::{Fault, FaultKind, Status, codec};
use journey_compiler::mir::{FrameVar, FunctionId, Journey};
use smallvec::SmallVec;

/// What a step comes from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cause {
    /// The fiber that is woken.
    pub fiber: u64,
    /// The arm of the pause; `None` at the start.
    pub arm: Option<usize>,
    pub by_event: bool,
}

/// A function to be called for a fiber.
#[derive(Debug)]
pub(super) struct Task {
    pub fiber: u64,
    pub function: FunctionId,
    pub args: Vec<u64>,
    /// What the function is the handler of.
    pub caught: Option<Fault>,
}

/// What will be of an instance if its step goes well.
#[derive(Debug)]
pub(super) struct Step<'p> {
    pub journey: &'p Journey,
    /// In the order in which they began. While the step runs, some are yet to come to their pauses.
    pub fibers: SmallVec<[Fiber; 1]>,
    /// What is still to be called, the next last: a branch goes as far as it can before the next begins.
    pub open: Vec<Task>,
    /// Which fiber caused the effects up to which, in order.
    pub caused: SmallVec<[(u64, usize); 2]>,
    pub ending: Option<Ending>,
    /// The fiber that waited for those whose undo blocks run now: a `try` around it catches what fails in them.
    pub undone_for: Option<u64>,
    /// What [`Turn::count`] stood at when it began.
    pub since: u64,
}

impl Step<'_> {
    /// A fiber.
    pub fn fiber(&mut self, id: u64) -> Option<&mut Fiber> {
        self.fibers.iter_mut().find(|fiber| fiber.id == id)
    }
}

impl<'t> Turn<'t> {
    /// Runs a step of an instance, which begins by calling a function for the fiber that is woken, and commits it.
    pub fn step(&mut self, number: u32, journey_index: usize, function: FunctionId, args: &[u64], cause: Cause) {
        self.moved = true;
        let program = self.program;
        let (Some(place), Some(journey)) = (self.customer.place_of(number), program.module.journeys.get(journey_index)) else { return };
        let armed = self.customer.armed;
        self.begin_step();
        self.prepare_sends(number, journey_index);
        let mut step = self.woken(place, journey, cause.fiber);
        let status = self.program.call(function, args, self.cx);
        let ran = self.came(&mut step, cause.fiber, status).and_then(|()| self.run(&mut step));
        self.end_step(number, journey_index, step, ran, cause, armed);
    }

    /// A fault has come up while a fiber sleeps: its step begins where that is caught, else it parks the instance.
    pub fn fault_asleep(&mut self, number: u32, journey_index: usize, fault: Fault, cause: Cause) {
        let program = self.program;
        let (Some(place), Some(journey)) = (self.customer.place_of(number), program.module.journeys.get(journey_index)) else { return };
        self.moved = true;
        let armed = self.customer.armed;
        self.begin_step();
        // It is still at its pause, whose own `try` counts too.
        let mut step = self.woken(place, journey, u64::MAX);
        let ran = self.caught_at(&mut step, Some(cause.fiber), fault).and_then(|()| self.run(&mut step));
        self.end_step(number, journey_index, step, ran, cause, armed);
    }

    /// Commits a step that has gone well; where it has not, its failure alone.
    pub fn end_step(&mut self, number: u32, journey_index: usize, step: Step<'_>, ran: Result<(), Fault>, cause: Cause, armed: u64) {
        match ran {
            Ok(()) => self.commit(number, journey_index, step, cause),
            Err(fault) => {
                self.customer.armed = armed;
                self.spoil();
                self.park(number, journey_index, fault, cause);
            }
        }
    }

    /// The instance as the step finds it: the fiber that is woken is at no pause any more.
    pub fn woken(&self, place: usize, journey: &'t Journey, woken: u64) -> Step<'t> {
        let mut step = Step {
            journey,
            fibers: SmallVec::new(),
            open: Vec::new(),
            caused: SmallVec::new(),
            ending: None,
            undone_for: None,
            since: self.customer.armed,
        };
        let Some(instance) = self.customer.instances.get(place) else { return step };
        step.ending = instance.ending;
        for fiber in &instance.fibers {
            step.fibers.push(match fiber.id == woken {
                true => Fiber { undos: fiber.undos.clone(), kept: fiber.kept.clone(), ..Fiber::new(fiber.id, fiber.parent) },
                false => fiber.clone(),
            });
        }
        if instance.fibers.is_empty() {
            step.fibers.push(Fiber::new(woken, None));
        }
        step
    }

    /// Calls what is to be called, until nothing is.
    pub fn run(&mut self, step: &mut Step<'_>) -> Result<(), Fault> {
        while let Some(task) = step.open.pop() {
            if step.fiber(task.fiber).is_some() {
                // Undo blocks that came before may have caught something of their own.
                task.caught.iter().for_each(|fault| _ = self.cx.catch(fault));
                let status = self.program.call(task.function, &task.args, self.cx);
                self.came(step, task.fiber, status)?;
            }
        }
        Ok(())
    }

    /// A fiber has come to a pause or to its end.
    fn came(&mut self, step: &mut Step<'_>, fiber: u64, status: Status) -> Result<(), Fault> {
        step.caused.push((fiber, self.cx.effects.len()));
        if !step.journey.undos.is_empty() {
            self.register_undos(step, fiber)?;
        }
        match status {
            Status::Suspended { pause } => self.sleep(step, fiber, pause),
            Status::Returned(_) => self.through(step, fiber),
            Status::Finished { outcome } => {
                step.fibers.retain(|fiber| fiber.undoes());
                step.ending = Some(Ending::Finished(outcome));
                Ok(())
            }
            Status::Faulted(fault) => self.caught_around(step, fiber, fault),
        }
    }

    /// Puts a fiber to sleep at a pause, with the frame that stands in the context.
    fn sleep(&mut self, step: &mut Step<'_>, fiber: u64, pause: u32) -> Result<(), Fault> {
        let def = step.journey.pauses.get(pause as usize).ok_or_else(|| internal(Span::default()))?;
        let frame = std::mem::take(&mut self.cx.frame);
        let encoded = self.encode(&def.frame, &frame, def.span);
        let armed = self.count();
        if let (Ok(()), Some(asleep)) = (&encoded, step.fiber(fiber)) {
            asleep.pause = pause;
            asleep.frame.clear();
            asleep.frame.extend_from_slice(&self.scratch.bytes);
            asleep.deadlines.clear();
            asleep.deadlines.extend_from_slice(&self.cx.deadlines);
            asleep.armed = armed;
            asleep.busy = None;
        }
        if encoded.is_ok() && def.is_busy() {
            self.cx.frame = frame;
            return self.begin_busy(step, fiber, def);
        }
        if let Some(fork) = &def.fork {
            self.fork(step, fiber, fork, &frame);
        }
        self.cx.frame = frame;
        encoded
    }

    /// The next of the numbers that tell in which order the customer's pauses, branches and undos began.
    pub fn count(&mut self) -> u64 {
        let number = self.customer.armed;
        self.customer.armed += 1;
        number
    }

    /// Writes variables to [`super::turn::Scratch::bytes`].
    pub fn encode(&mut self, vars: &[FrameVar], words: &[u64], span: Span) -> Result<(), Fault> {
        let bytes = &mut self.scratch.bytes;
        bytes.clear();
        for (var, &word) in vars.iter().zip(words) {
            let written = codec::encode(&self.program.module.types, var.ty, word, self.cx, bytes);
            written.map_err(|_| Fault { kind: FaultKind::CorruptState, span })?;
        }
        Ok(())
    }

    /// Reads variables into the heap.
    pub fn decode(&mut self, vars: &[FrameVar], bytes: &[u8], span: Span) -> Result<Vec<u64>, Fault> {
        let mut words = Vec::with_capacity(vars.len());
        decode(self.program, self.cx, vars, bytes, &mut words, span)?;
        Ok(words)
    }
}
