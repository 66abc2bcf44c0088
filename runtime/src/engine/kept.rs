//! Events that come while the engine is busy for a fiber: they are kept for the next `wait for` that names them.
//!
//! Each fiber keeps for itself. A branch begins with what the code around it has kept, so that each branch is offered it, as it
//! would be if the event came now. What no branch was offered, be it kept or fresh, is left to what follows them, also by
//! branches that lose.

use super::turn::Turn;
use crate::customer::{Fiber, KEPT_MAX, Kept};
use journey_compiler::mir::{Arm, Journey};
use smallvec::SmallVec;

impl Turn<'_> {
    /// Keeps the event for a fiber for which the engine is busy, if its journey can wait for such a one.
    pub fn keep(&mut self, place: usize, at: usize, journey: &Journey) {
        let Some(offer) = self.offer.filter(|offer| journey.kept.contains(&offer.event)) else { return };
        let Some((event, payload)) = self.offered_event() else { return };
        let number = offer.number.unwrap_or_else(|| self.count());
        self.offer = Some(super::Offer { number: Some(number), ..offer });
        let Some(instance) = self.customer.instances.get_mut(place) else { return };
        let taken = self.woken.contains(&instance.number);
        // What undo blocks call for concerns no wait.
        let Some(fiber) = instance.fibers.get_mut(at).filter(|fiber| !fiber.undoes() && fiber.kept.len() < KEPT_MAX) else { return };
        fiber.kept.push(Kept { number, event: event.into(), payload, depth: offer.depth, taken });
        self.moved = true;
    }

    /// The event itself wakes a fiber of an instance: what branches beside it keep of it, they keep for themselves alone.
    pub fn woken_by_event(&mut self, instance_number: u32) {
        self.woken.push(instance_number);
        let Some(number) = self.offer.and_then(|offer| offer.number) else { return };
        let Some(place) = self.customer.place_of(instance_number) else { return };
        let kept = self.customer.instances.get_mut(place).into_iter().flat_map(|instance| &mut instance.fibers);
        kept.flat_map(|fiber| &mut fiber.kept).filter(|kept| kept.number == number).for_each(|kept| kept.taken = true);
    }

    /// Offers kept events to a `wait for`, in the order in which they came, until one wakes it.
    pub fn offer_kept(&mut self, number: u32, fiber: u64) {
        let program = self.program;
        loop {
            let Some((place, journey_index)) = self.live(number) else { return };
            let Some((at, pause)) = self.pause_of(place, fiber, &program.module.journeys[journey_index]) else { return };
            if !pause.takes_kept {
                return;
            }
            let named = |kept: &Kept| {
                pause.arms.iter().find_map(|arm| match arm {
                    Arm::Event { event, .. } if program.module.events.get(event.index()).is_some_and(|def| def.name == kept.event) => {
                        Some(*event)
                    }
                    _ => None,
                })
            };
            let Some(instance) = self.customer.instances.get_mut(place) else { return };
            let Some(asleep) = instance.fibers.get(at) else { return };
            let Some((index, event)) = asleep.kept.iter().enumerate().find_map(|(index, kept)| Some((index, named(kept)?))) else { return };
            let Kept { payload, depth, .. } = take(&mut instance.fibers, at, index);
            let mut woken = false;
            self.nested(event, payload, depth, |turn| woken = turn.offer_fiber(number, fiber, false, true));
            if woken {
                return;
            }
        }
    }
}

/// Takes a kept event from a fiber: it is gone for those that wait for the fiber, and for all that follows.
fn take(fibers: &mut [Fiber], at: usize, index: usize) -> Kept {
    let taken = fibers[at].kept.remove(index);
    let mut around = fibers[at].parent;
    // Branches stand behind their parents.
    for fiber in fibers.iter_mut().rev() {
        if around == Some(fiber.id) {
            around = fiber.parent;
            fiber.kept.retain(|kept| kept.number != taken.number);
        }
        fiber.kept.iter_mut().filter(|kept| kept.number == taken.number).for_each(|kept| kept.taken = true);
    }
    taken
}

/// Leaves to a fiber what a branch has kept and no branch was offered.
pub(super) fn leave(around: &mut Fiber, kept: Vec<Kept>) {
    let known: SmallVec<[u64; 4]> = around.kept.iter().map(|kept| kept.number).collect();
    around.kept.extend(kept.into_iter().filter(|kept| !kept.taken && !known.contains(&kept.number)));
    around.kept.sort_by_key(|kept| kept.number);
    around.kept.truncate(KEPT_MAX);
}
