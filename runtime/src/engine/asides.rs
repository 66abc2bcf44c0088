//! What follows a step, right after it and before anything else of the customer: events that it emitted, journeys that it
//! started, the end of a child, and events that were kept ([`super::kept`]) for a `wait for` to which it came.
//!
//! All of it is handled in order, and what follows from that comes before the rest. An emitted event is handled inside the
//! handling of the event that led to it; that nests no deeper than emits may. All else is one step each, by one loop, so that
//! no chain of steps grows the stack.

use super::arms::Woken;
use super::step::Cause;
use super::turn::{Turn, internal};
use super::{Offer, Payload};
use crate::customer::{Busy, Fiber, Parent};
use crate::effect::Kind;
use journey_compiler::Span;
use journey_compiler::hir::EventId;
use journey_compiler::machine::{Fault, Status, codec};
use journey_compiler::mir::{Arm, Child, Journey, Key};
use smol_str::SmolStr;

/// Something that follows a step.
#[derive(Debug)]
pub(super) enum Aside {
    Emitted {
        event: EventId,
        payload: Vec<u8>,
        depth: u32,
    },
    /// A journey is to start; with `run`, for somebody who waits for its end.
    Start {
        journey: usize,
        /// Its parameters, as `machine::codec` writes them.
        args: Vec<u8>,
        run: Option<Parent>,
        depth: u32,
    },
    /// A child has ended: its result is that variant.
    Ended {
        parent: Parent,
        result: u32,
        depth: u32,
    },
    /// Nobody waits for this child any more.
    Cancel {
        child: u32,
    },
    /// A fiber has come to a pause to which kept events may be offered.
    Waits {
        number: u32,
        fiber: u64,
    },
}

/// What is left to do, the next last.
#[derive(Debug, Default)]
pub(super) struct Asides {
    /// What the step under way has led to so far, in order.
    pub found: Vec<Aside>,
    open: Vec<Aside>,
    /// Whether a loop takes up what is found.
    looping: bool,
}

impl<'t> Turn<'t> {
    /// Handles what has followed from a step.
    pub fn follow(&mut self) {
        let mut found = std::mem::take(&mut self.asides.found);
        if found.is_empty() {
            return;
        }
        found.reverse();
        if self.asides.looping {
            return self.asides.open.append(&mut found);
        }
        let around = std::mem::replace(&mut self.asides.open, found);
        while let Some(aside) = self.asides.open.pop() {
            self.aside(aside);
        }
        self.asides.open = around;
    }

    fn aside(&mut self, aside: Aside) {
        if let Aside::Emitted { event, payload, depth } = aside {
            return self.nested(event, payload, depth, |turn| {
                turn.count_event(turn.now_ms);
                turn.judge_all();
                turn.offer_all();
                turn.enter_all();
            });
        }
        self.asides.looping = true;
        match aside {
            Aside::Emitted { .. } => {}
            Aside::Start { journey, args, run, depth } => self.at_depth(depth, |turn| turn.start(journey, args, run)),
            Aside::Ended { parent, result, depth } => self.at_depth(depth, |turn| turn.child_ended(parent, result)),
            Aside::Cancel { child } => self.cancel(child),
            Aside::Waits { number, fiber } => self.offer_kept(number, fiber),
        }
        self.asides.looping = false;
    }

    fn at_depth(&mut self, depth: u32, work: impl FnOnce(&mut Self)) {
        let around = std::mem::replace(&mut self.depth, depth);
        work(self);
        self.depth = around;
    }

    /// Handles another event within this turn.
    pub fn nested(&mut self, event: EventId, payload: Vec<u8>, depth: u32, work: impl FnOnce(&mut Self)) {
        self.held.push(payload);
        let offer = Offer { event, payload: Payload::Held(self.held.len() - 1), staged: None, depth, number: None };
        let (around, payload) = (self.offer.replace(offer), self.payload);
        let broadcast = std::mem::replace(&mut self.broadcast, false);
        let woken = std::mem::take(&mut self.woken);
        self.spoil();
        self.at_depth(depth, work);
        self.held.pop();
        self.woken = woken;
        self.offer = around;
        self.payload = payload;
        self.broadcast = broadcast;
        self.spoil();
    }

    /// A journey starts that has parameters.
    fn start(&mut self, journey_index: usize, args: Vec<u8>, run: Option<Parent>) {
        let program = self.program;
        let Some(journey) = program.module.journeys.get(journey_index) else { return };
        let Some(child) = &journey.child else { return };
        // Who waits for it may have been ended in the meantime.
        if run.is_some_and(|parent| self.busy_of(parent).is_none()) {
            return;
        }
        // What it is given is no event.
        let offer = self.offer.take();
        self.stage();
        let words = self.decode_args(child, &args);
        let key = words.as_ref().map_err(Clone::clone).and_then(|words| self.child_key(journey, child, words));
        let (key, fault) = match key {
            Ok(key) => (key, None),
            Err(fault) => (None, Some(fault)),
        };
        if let Some((refusal, holder)) = self.refused(journey_index, journey, key.as_deref()) {
            self.tell(journey_index, holder, Kind::Refused(refusal));
            if let Some(parent) = run {
                let result = journey.cancelled_result();
                self.asides.found.push(Aside::Ended { parent, result, depth: self.depth });
            }
            self.offer = offer;
            return self.follow();
        }
        let number = self.create(journey_index, key);
        if let Some(Busy::Child(waited)) = run.and_then(|parent| self.busy_of(parent)) {
            *waited = Some(number);
        }
        self.given = Some(args);
        self.starting = Some(number);
        let cause = Cause { fiber: Fiber::MAIN, arm: None, by_event: true };
        let words = match fault {
            Some(fault) => Err(fault),
            None => words,
        };
        match words.and_then(|words| Ok((self.child_ends(journey, child, &words)?, words))) {
            Ok((Some(outcome), _)) => self.finish(number, journey_index, outcome),
            Ok((None, words)) => self.step(number, journey_index, child.start, &words, cause),
            Err(fault) => self.park(number, journey_index, fault, cause),
        }
        self.starting = None;
        self.given = None;
        self.offer = offer;
        self.spoil();
    }

    fn decode_args(&mut self, child: &Child, mut bytes: &[u8]) -> Result<Vec<u64>, Fault> {
        let types = &self.program.module.types;
        let words = child.params.iter().map(|&ty| codec::decode(types, ty, &mut bytes, self.cx));
        words.collect::<Result<_, _>>().map_err(|_| internal(Span::default()))
    }

    fn child_key(&mut self, journey: &Journey, child: &Child, words: &[u64]) -> Result<Option<SmolStr>, Fault> {
        let (Key::Expr, Some(function)) = (journey.key, child.key) else { return Ok(None) };
        match self.call(function, words) {
            Status::Returned(word) => Ok(Some(self.cx.string(word).into())),
            Status::Faulted(fault) => Err(fault),
            Status::Suspended { .. } | Status::Finished { .. } => Err(internal(Span::default())),
        }
    }

    /// The exit that holds before the first step.
    fn child_ends(&mut self, journey: &Journey, child: &Child, words: &[u64]) -> Result<Option<u32>, Fault> {
        for (end, captures) in journey.ends.iter().zip(&child.end_captures) {
            let (Some(condition), None, Some(captures)) = (end.condition, end.event, captures) else { continue };
            let args: Vec<u64> = captures.iter().filter_map(|&at| words.get(at as usize).copied()).collect();
            if self.ask(condition, &args)? {
                return Ok(Some(end.outcome));
            }
        }
        Ok(None)
    }

    fn busy_of(&mut self, parent: Parent) -> Option<&mut Busy> {
        let place = self.customer.place_of(parent.instance)?;
        let instance = self.customer.instances.get_mut(place).filter(|instance| instance.is_live())?;
        let at = instance.place_of(parent.fiber)?;
        instance.fibers.get_mut(at)?.busy.as_deref_mut()
    }

    /// An instance has ended, or failed: who waits for it goes on.
    pub fn tell_parent(&mut self, child: u32, result: u32) {
        let parent = self.customer.instances.iter().find_map(|instance| {
            let waits = |fiber: &&Fiber| matches!(fiber.busy.as_deref(), Some(Busy::Child(Some(number))) if *number == child);
            instance.fibers.iter().find(waits).map(|fiber| Parent { instance: instance.number, fiber: fiber.id })
        });
        let Some(parent) = parent else { return };
        // What a child does in its first step is what its parent does.
        let depth = self.depth.saturating_sub(u32::from(self.starting == Some(child)));
        self.asides.found.push(Aside::Ended { parent, result, depth });
    }

    /// A parent goes on with what its child has come to.
    fn child_ended(&mut self, parent: Parent, result: u32) {
        let program = self.program;
        if !matches!(self.busy_of(parent), Some(Busy::Child(_))) {
            return;
        }
        let Some((place, journey_index)) = self.live(parent.instance) else { return };
        let Some((_, pause)) = self.pause_of(place, parent.fiber, &program.module.journeys[journey_index]) else { return };
        let arm = pause.arms.iter().enumerate().find_map(|(index, arm)| match arm {
            Arm::Ended { resume, .. } => Some((index, *resume)),
            _ => None,
        });
        let Some((arm, resume)) = arm else { return };
        let offer = self.offer.take();
        self.resume(parent.instance, parent.fiber, &Woken { arm, resume, by_event: false, input: Some(u64::from(result)) });
        self.offer = offer;
        self.spoil();
    }
}

/// Children for whose end nobody waits any more.
pub(super) fn orphans<'f>(left: &'f [Fiber], now: &'f [Fiber]) -> impl Iterator<Item = Aside> + 'f {
    left.iter().filter_map(|fiber| match fiber.busy.as_deref() {
        Some(Busy::Child(Some(child))) if !now.iter().any(|other| other.id == fiber.id && other.busy == fiber.busy) => {
            Some(Aside::Cancel { child: *child })
        }
        _ => None,
    })
}
