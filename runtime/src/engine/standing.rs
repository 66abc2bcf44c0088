//! What time alone sets going: conditions of instances that change, segments that customers come into, and schedules.
//!
//! The compiler gives for each condition the next instant at which time can change it. The earliest of them stands in the
//! instance, or with the customer's way into a journey, and is a timer like any other; it is reckoned anew after everything that happens to the
//! customer. What the program does not have costs nothing.

use super::REPEATS_MAX;
use super::step::Cause;
use super::turn::{Turn, internal};
use crate::customer::{Fiber, Way};
use journey_compiler::Span;
use journey_compiler::hir::{Schedule, SegmentId};
use journey_compiler::machine::{Fault, FaultKind, Status, civil};
use journey_compiler::mir::{Arm, FunctionId, Journey, Module, NEVER, Pause, Standing, StandingOn};

/// The parts of a program that time alone can set going.
#[derive(Debug)]
pub(super) struct Timed {
    /// By journey: whether time alone can change an exit or an arm of it.
    conditions: Vec<bool>,
    /// The journeys that are entered otherwise than by events, in order of name.
    pub ways: Vec<usize>,
    any: bool,
}

impl Timed {
    pub fn new(module: &Module) -> Self {
        let arms = |pause: &Pause| pause.arms.iter().any(|arm| matches!(arm, Arm::When { next: Some(_), .. }));
        let timed = |journey: &Journey| journey.ends.iter().any(|end| end.next.is_some()) || journey.pauses.iter().any(arms);
        let conditions: Vec<bool> = module.journeys.iter().map(timed).collect();
        let ways: Vec<usize> = (0..module.journeys.len()).filter(|&index| !module.journeys[index].standing.is_empty()).collect();
        Self { any: !ways.is_empty() || conditions.contains(&true), conditions, ways }
    }
}

impl Turn<'_> {
    /// Before anything happens: where a way into a journey is new, a customer who was known before is not coming into its
    /// segment now if they are in it already.
    pub fn note_present(&mut self) {
        let module = &self.program.module;
        for &journey_index in &self.timed.ways {
            for way in &module.journeys[journey_index].standing {
                let StandingOn::Segment { segment, including_present } = way.on else { continue };
                if self.customer.ways.iter().any(|known| known.meaning == way.meaning) {
                    continue;
                }
                let inside = !including_present && self.is_in(segment);
                self.customer.ways.push(Way { inside, ..Way::new(way.meaning) });
            }
        }
    }

    /// Whether the customer is in a segment now. Who makes its condition fault is not.
    fn is_in(&mut self, segment: SegmentId) -> bool {
        let Some(segment) = self.program.module.segments.get(segment.index()) else { return false };
        self.stage();
        self.ask(segment.condition, &[]) == Ok(true)
    }

    fn way(&mut self, meaning: u64) -> &mut Way {
        let ways = &mut self.customer.ways;
        let at = ways.iter().position(|way| way.meaning == meaning).unwrap_or_else(|| {
            ways.push(Way::new(meaning));
            ways.len() - 1
        });
        &mut ways[at]
    }

    /// Enters the journeys into whose segments the customer has come. Says whether there were any.
    pub fn come_in_all(&mut self) -> bool {
        let timed = self.timed;
        if self.broadcast && !self.moved {
            return false;
        }
        let mut came = false;
        for &journey_index in &timed.ways {
            came |= self.come_in(journey_index, false);
        }
        came
    }

    /// The same for one journey; where it was `entered` already, it is only noted who is in.
    pub fn come_in(&mut self, journey_index: usize, mut entered: bool) -> bool {
        let program = self.program;
        let journey = &program.module.journeys[journey_index];
        let mut came = false;
        for way in &journey.standing {
            let StandingOn::Segment { segment, .. } = way.on else { continue };
            let inside = self.is_in(segment);
            let was_inside = std::mem::replace(&mut self.way(way.meaning).inside, inside);
            if inside && !was_inside && !entered {
                self.begin_standing(journey_index, journey, way);
                entered = true;
                came = true;
            }
        }
        came
    }

    /// The instant of a schedule, or of a segment: enters what it calls for, in order of the journeys' names.
    pub fn enter_due(&mut self, due_ms: i64) {
        let (program, timed) = (self.program, self.timed);
        for &journey_index in &timed.ways {
            let journey = &program.module.journeys[journey_index];
            let mut entered = false;
            for way in &journey.standing {
                let StandingOn::Every { schedule, segment } = way.on else { continue };
                if self.way(way.meaning).next_ms != Some(due_ms) {
                    continue;
                }
                let next_ms = self.next_of(schedule, due_ms);
                self.way(way.meaning).next_ms = next_ms;
                if !entered && segment.is_none_or(|segment| self.is_in(segment)) {
                    self.begin_standing(journey_index, journey, way);
                    entered = true;
                }
            }
            self.come_in(journey_index, entered);
        }
    }

    /// Starts an instance that no event starts.
    fn begin_standing(&mut self, journey_index: usize, journey: &Journey, way: &Standing) {
        self.stage();
        let key = self.key_by(journey, way.key, &[]);
        let key = match (self.comings >= REPEATS_MAX, key) {
            (true, _) => Err(Fault { kind: FaultKind::BudgetExhausted, span: Span::default() }),
            (false, key) => key,
        };
        self.comings += 1;
        self.begin_instance(journey_index, journey, key, way.start, &[], false);
        self.clear();
        self.note_left();
    }

    /// Notes of which segments the customer is no longer, so that coming into them again counts.
    fn note_left(&mut self) {
        let (program, timed) = (self.program, self.timed);
        for way in timed.ways.iter().flat_map(|&index| &program.module.journeys[index].standing) {
            if let StandingOn::Segment { segment, .. } = way.on
                && self.way(way.meaning).inside
                && !self.is_in(segment)
            {
                self.way(way.meaning).inside = false;
            }
        }
    }

    /// After all that happened: when time alone will set something going.
    pub fn set_instants(&mut self) {
        let timed = self.timed;
        if timed.ways.is_empty() && !self.customer.ways.is_empty() {
            self.customer.ways.clear();
            self.moved = true;
        }
        if !timed.any || (self.broadcast && !self.moved) {
            return;
        }
        let numbers: Vec<u32> = self.customer.instances.iter().map(|instance| instance.number).collect();
        for number in numbers {
            self.watch(number);
        }
        for &journey_index in &timed.ways {
            for way in &self.program.module.journeys[journey_index].standing {
                let next_ms = match way.on {
                    StandingOn::Segment { segment, .. } => self.next_change(segment),
                    StandingOn::Every { schedule, .. } => self.next_call(way.meaning, schedule),
                };
                let way = self.way(way.meaning);
                let changed = way.next_ms != next_ms;
                way.next_ms = next_ms;
                self.moved |= changed;
            }
        }
        let journeys = &self.program.module.journeys;
        let known = |way: &Way| timed.ways.iter().any(|&index| journeys[index].standing.iter().any(|of| of.meaning == way.meaning));
        if !self.customer.ways.iter().all(known) {
            self.customer.ways.retain(known);
        }
    }

    /// The next instant of a segment.
    fn next_change(&mut self, segment: SegmentId) -> Option<i64> {
        let next = self.program.module.segments.get(segment.index())?.next?;
        self.stage();
        self.instant(next, &[]).unwrap_or(None)
    }

    /// Asks for an instant.
    fn instant(&mut self, function: FunctionId, args: &[u64]) -> Result<Option<i64>, Fault> {
        let mark = self.cx.mark();
        let status = self.call(function, args);
        self.cx.rewind(mark);
        match status {
            Status::Returned(word) => Ok(Some(word.cast_signed()).filter(|&at| at != NEVER)),
            Status::Faulted(fault) => Err(fault),
            Status::Suspended { .. } | Status::Finished { .. } => Err(internal(Span::default())),
        }
    }

    /// Reckons when time alone will change an exit or an arm of an instance.
    fn watch(&mut self, number: u32) {
        let Some(place) = self.customer.place_of(number) else { return };
        let journey_index = self.live(number).map(|(_, journey_index)| journey_index);
        let timed = journey_index.filter(|&index| self.timed.conditions.get(index).copied().unwrap_or(false));
        let Some(journey_index) = timed else {
            self.customer.instances[place].watch_ms = None;
            return;
        };
        let fibers: Vec<u64> = self.customer.instances[place].fibers.iter().map(|fiber| fiber.id).collect();
        let mut watch_ms = None;
        for fiber in fibers {
            match self.watch_fiber(place, journey_index, fiber) {
                Ok(next_ms) => watch_ms = watch_ms.into_iter().chain(next_ms).min(),
                Err(fault) => return self.park(number, journey_index, fault, Cause { fiber, arm: None, by_event: false }),
            }
        }
        if let Some(instance) = self.customer.instances.get_mut(place) {
            self.moved |= instance.watch_ms != watch_ms;
            instance.watch_ms = watch_ms;
        }
    }

    fn watch_fiber(&mut self, place: usize, journey_index: usize, fiber: u64) -> Result<Option<i64>, Fault> {
        let journey = &self.program.module.journeys[journey_index];
        let Some((at, pause)) = self.pause_of(place, fiber, journey) else { return Ok(None) };
        let ends = journey.ends.iter().zip(&pause.end_captures).filter(|_| fiber == Fiber::MAIN);
        let ends = ends.filter_map(|(end, captures)| Some((end.next?, captures)));
        let arms = pause.arms.iter().filter_map(|arm| match arm {
            Arm::When { condition, next, .. } => Some(((*next)?, &condition.captures)),
            _ => None,
        });
        let asked: Vec<(FunctionId, &Vec<u32>)> = ends.chain(arms).collect();
        if asked.is_empty() {
            return Ok(None);
        }
        let frame = self.take_frame(place, at, pause)?;
        let mut first_ms = Ok(None);
        for (next, captures) in asked {
            let args: Vec<u64> = captures.iter().map(|&slot| frame.get(slot as usize).copied().unwrap_or(0)).collect();
            first_ms = self.instant(next, &args).map(|next_ms| first_ms.unwrap_or(None).into_iter().chain(next_ms).min());
            if first_ms.is_err() {
                break;
            }
        }
        self.put_frame(frame);
        self.clear();
        first_ms
    }

    /// When a schedule calls the customer next. A call that is due already stays.
    fn next_call(&mut self, meaning: u64, schedule: Schedule) -> Option<i64> {
        let known = self.way(meaning).next_ms;
        match schedule {
            Schedule::Period { .. } if known.is_some() => known,
            _ if known.is_some_and(|next_ms| next_ms <= self.now_ms) => known,
            _ => self.next_of(schedule, self.now_ms),
        }
    }

    /// The first moment of a schedule later than `after_ms`; none while the customer's zone is not known.
    fn next_of(&mut self, schedule: Schedule, after_ms: i64) -> Option<i64> {
        if let Schedule::Period { ms } = schedule {
            return after_ms.checked_add(ms);
        }
        self.stage();
        let (field, _) = self.program.module.profile.as_ref()?.timezone?;
        let reference = self.cx.word(self.cx.profile, field);
        let zone = Some(reference).filter(|&reference| reference != 0).and_then(|reference| civil::zone(self.cx.string(reference)))?;
        match schedule {
            Schedule::Period { .. } => None,
            Schedule::Daily { time_ms } => civil::next_local(after_ms, time_ms, 0, &zone).ok(),
            Schedule::Weekly { weekday, time_ms } => civil::next_local(after_ms, time_ms, i64::from(weekday), &zone).ok(),
            Schedule::Monthly { day, time_ms } => civil::next_monthly(after_ms, time_ms, i64::from(day), &zone).ok(),
        }
    }
}
