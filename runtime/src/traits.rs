//! Traits: aggregates over a customer's events, as they are kept with the customer.
//!
//! The state of a trait is as small as its aggregate allows. For all time it is a number or a value; only `distinct` keeps a
//! value for each that it has seen. In a window it is what can still matter: times and amounts for `count`, `sum` and
//! `avg`, for `min` and `max` only what nothing later outdoes, for `last` one event, for `distinct` the last time of each value.
//! What is kept is exact to the event until it would be more than [`ENTRIES_MAX`] entries; see [`Kept`].

mod kept;
mod reading;

pub use kept::{ENTRIES_MAX, Kept, Occurrence};

use crate::customer::Customer;
use journey_compiler::machine::{Context, TraitValue};
use journey_compiler::mir::Module;

/// The traits of a program, as the engine updates and reads them.
#[derive(Debug)]
pub struct Traits {
    /// By event: the traits that it changes.
    by_event: Vec<Vec<usize>>,
    /// Entries that a trait keeps of a customer.
    pub entries_max: usize,
}

impl Traits {
    pub(crate) fn new(module: &Module) -> Self {
        let mut by_event = vec![Vec::new(); module.events.len()];
        for (index, of) in module.traits.iter().enumerate() {
            if let Some(list) = by_event.get_mut(of.event.index()) {
                list.push(index);
            }
        }
        Self { by_event, entries_max: ENTRIES_MAX }
    }

    /// The traits that an event changes, by number.
    pub(crate) fn of_event(&self, event: usize) -> &[usize] {
        self.by_event.get(event).map_or(&[], Vec::as_slice)
    }

    /// Puts the customer's traits at that moment where code reads them; those of nobody where there is no customer.
    pub(crate) fn show(&self, module: &Module, customer: Option<&Customer>, now_ms: i64, cx: &mut Context) {
        if module.traits.is_empty() {
            return;
        }
        let mut shown: Vec<TraitValue> = std::mem::take(&mut cx.traits);
        shown.clear();
        for of in &module.traits {
            let kept = customer.and_then(|customer| customer.traits.iter().find(|kept| kept.meaning == of.meaning));
            shown.push(reading::read(&module.types, of, kept, now_ms));
        }
        cx.traits = shown;
    }
}
