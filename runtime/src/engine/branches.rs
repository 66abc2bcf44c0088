//! What a step does with more than one fiber: branches that begin and end, and undo blocks.

use super::kept::leave;
use super::step::{Cause, Step, Task};
use super::turn::{Turn, internal};
use crate::customer::{Ending, Fiber, Undo};
use journey_compiler::Span;
use journey_compiler::machine::{Fault, FaultKind};
use journey_compiler::mir::{Effect, Fork};

impl Turn<'_> {
    /// A fiber waits for branches from here on: they begin, in written order.
    pub fn fork(&mut self, step: &mut Step<'_>, parent: u64, fork: &Fork, frame: &[u64]) {
        let first = step.open.len();
        let kept = step.fiber(parent).map(|fiber| fiber.kept.clone()).unwrap_or_default();
        for branch in &fork.branches {
            let id = self.count();
            step.fibers.push(Fiber { kept: kept.clone(), ..Fiber::new(id, Some(parent)) });
            step.open.push(Task { fiber: id, function: branch.start, args: frame.to_vec(), caught: None });
        }
        if let Some(begun) = step.open.get_mut(first..) {
            begun.reverse();
        }
    }

    /// A branch or an undo block is through.
    pub fn through(&mut self, step: &mut Step<'_>, fiber: u64) -> Result<(), Fault> {
        let place = step.fibers.iter().position(|other| other.id == fiber).ok_or_else(|| internal(Span::default()))?;
        let Some(parent) = step.fibers[place].parent else {
            return if step.fibers[place].undoes() { self.next_undo(step, fiber) } else { Err(internal(Span::default())) };
        };
        let ended = step.fibers.remove(place);
        let around = step.fiber(parent).ok_or_else(|| internal(Span::default()))?;
        // They are the parent's now, in the order in which they were registered.
        around.undos.extend(ended.undos);
        around.undos.sort_by_key(|undo| undo.at);
        leave(around, ended.kept);
        let (pause, frame) = (around.pause, around.frame.clone());
        let pause = step.journey.pauses.get(pause as usize).ok_or_else(|| internal(Span::default()))?;
        let fork = pause.fork.as_ref().ok_or_else(|| internal(pause.span))?;
        let race = fork.race;
        let others: Vec<u64> = step.fibers.iter().filter(|other| other.parent == Some(parent)).map(|other| other.id).collect();
        if !others.is_empty() && !race {
            return Ok(());
        }
        let args = self.decode(&pause.frame, &frame, pause.span)?;
        step.open.push(Task { fiber: parent, function: fork.resume, args, caught: None });
        // What the losers have to undo comes before what follows.
        self.cancel_fibers(step, &others, Some(parent))
    }

    /// A fiber has faulted: who waits for it may catch that.
    pub fn caught_around(&mut self, step: &mut Step<'_>, fiber: u64, fault: Fault) -> Result<(), Fault> {
        let faulted = step.fiber(fiber).ok_or_else(|| internal(Span::default()))?;
        if !faulted.undoes() {
            let around = faulted.parent;
            return self.caught_at(step, around, fault);
        }
        let fault = beside_what_is_caught(step, fault);
        let around = step.undone_for;
        self.caught_at(step, around, fault)?;
        // The other blocks are not to be left out for it.
        self.next_undo(step, fiber)
    }

    /// The innermost `try` around that fiber's pause, or around those that wait for it, catches a fault: the branches that it
    /// waits for are cancelled.
    pub fn caught_at(&mut self, step: &mut Step<'_>, from: Option<u64>, fault: Fault) -> Result<(), Fault> {
        let mut around = from;
        while let Some(id) = around {
            let Some(fiber) = step.fiber(id) else { break };
            let (parent, pause, frame) = (fiber.parent, fiber.pause, fiber.frame.clone());
            let pause = step.journey.pauses.get(pause as usize).ok_or_else(|| internal(Span::default()))?;
            let Some(handler) = pause.caught else {
                around = parent;
                continue;
            };
            if !fault.kind.can_be_caught() {
                break;
            }
            let args = self.decode(&pause.frame, &frame, pause.span)?;
            // It goes on nowhere else.
            step.open.retain(|task| task.fiber != id);
            step.open.push(Task { fiber: id, function: handler, args, caught: Some(fault) });
            let below: Vec<u64> = step.fibers.iter().filter(|fiber| fiber.parent == Some(id)).map(|fiber| fiber.id).collect();
            return self.cancel_fibers(step, &below, Some(id));
        }
        Err(fault)
    }

    /// Takes fibers and all that are below them out of the instance; their undo blocks run, the newest first. What they keep is
    /// for whom they leave behind: who waited for them.
    pub fn cancel_fibers(&mut self, step: &mut Step<'_>, cancelled: &[u64], around: Option<u64>) -> Result<(), Fault> {
        let mut cancelled = cancelled.to_vec();
        // A branch stands behind its parent.
        for fiber in &step.fibers {
            if fiber.parent.is_some_and(|parent| cancelled.contains(&parent)) {
                cancelled.push(fiber.id);
            }
        }
        let fibers = std::mem::take(&mut step.fibers).into_iter();
        let (mut gone, left): (Vec<Fiber>, Vec<Fiber>) = fibers.partition(|fiber| cancelled.contains(&fiber.id));
        step.fibers = left.into();
        let mut undos = Vec::new();
        while let Some(mut fiber) = gone.pop() {
            undos.append(&mut fiber.undos);
            let around = fiber.parent.and_then(|parent| gone.iter_mut().chain(&mut step.fibers).find(|fiber| fiber.id == parent));
            if let Some(around) = around {
                leave(around, fiber.kept);
            }
        }
        if undos.is_empty() {
            return Ok(());
        }
        undos.sort_by_key(|undo| undo.at);
        if let Some(undoing) = step.fibers.iter_mut().find(|fiber| fiber.undoes()) {
            // It is in the midst of a block; when that is through, the newest of all comes.
            undoing.undos.extend(undos);
            undoing.undos.sort_by_key(|undo| undo.at);
            return Ok(());
        }
        let id = self.count();
        step.fibers.push(Fiber { undos, ..Fiber::new(id, None) });
        step.undone_for = around;
        self.next_undo(step, id)
    }

    /// The fiber runs its next undo block; where there is none it is through.
    fn next_undo(&mut self, step: &mut Step<'_>, id: u64) -> Result<(), Fault> {
        let fiber = step.fiber(id).ok_or_else(|| internal(Span::default()))?;
        let Some(undo) = fiber.undos.pop() else {
            step.fibers.retain(|fiber| fiber.id != id);
            return Ok(());
        };
        let block = step.journey.undos.get(undo.block as usize).ok_or_else(|| internal(Span::default()))?;
        let args = self.decode(&block.frame, &undo.frame, block.span)?;
        step.open.push(Task { fiber: id, function: block.start, args, caught: None });
        Ok(())
    }

    /// Keeps what the last call has registered with the fiber that was called.
    pub fn register_undos(&mut self, step: &mut Step<'_>, fiber: u64) -> Result<(), Fault> {
        let first = step.caused.iter().rev().nth(1).map_or(0, |&(_, upto)| upto);
        for index in first..self.cx.effects.len() {
            let Some(record) = self.cx.effects.get_mut(index) else { break };
            let Some(&Effect::Undo { block }) = self.program.module.effects.get(record.effect.0 as usize) else { continue };
            let args = std::mem::take(&mut record.args);
            let def = step.journey.undos.get(block as usize).ok_or_else(|| internal(Span::default()))?;
            self.encode(&def.frame, &args, def.span)?;
            let undo = Undo { block, frame: self.scratch.bytes.as_slice().into(), at: self.count() };
            if let Some(fiber) = step.fiber(fiber) {
                fiber.undos.push(undo);
            }
        }
        Ok(())
    }

    /// Cancels a live instance: nothing of it goes on but its undo blocks, and once they are through it is gone.
    pub fn cancel(&mut self, number: u32) {
        let program = self.program;
        let Some((place, journey_index)) = self.live(number) else { return };
        if self.customer.instances.get(place).is_none_or(|instance| instance.ending.is_some()) {
            return;
        }
        self.moved = true;
        let cause = Cause { fiber: Fiber::MAIN, arm: None, by_event: false };
        let armed = self.customer.armed;
        self.stage();
        self.begin_step();
        self.prepare_sends(number, journey_index);
        // Every fiber stays at its pause until it goes.
        let mut step = self.woken(place, &program.module.journeys[journey_index], u64::MAX);
        step.ending = Some(Ending::Cancelled);
        let all: Vec<u64> = step.fibers.iter().filter(|fiber| !fiber.undoes()).map(|fiber| fiber.id).collect();
        let ran = self.cancel_fibers(&mut step, &all, None).and_then(|()| self.run(&mut step));
        self.end_step(number, journey_index, step, ran, cause, armed);
        self.clear();
    }
}

/// The fault of an undo block; where it undoes what another fault led to, it tells of both, the first one first.
fn beside_what_is_caught(step: &Step<'_>, fault: Fault) -> Fault {
    let first = step.open.iter().rev().find(|task| Some(task.fiber) == step.undone_for).and_then(|task| task.caught.as_ref());
    match first {
        Some(first) if fault.kind.can_be_caught() => {
            Fault { kind: FaultKind::Failed(format!("{}; and in undoing that: {}", first.kind, fault.kind)), span: first.span }
        }
        _ => fault,
    }
}
