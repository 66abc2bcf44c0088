//! Traits change before all else that an event does.

use super::turn::Turn;
use crate::traits::{Kept, Occurrence};
use journey_compiler::machine::{Status, codec};
use journey_compiler::mir::{Trait, TraitField};
use smallvec::SmallVec;

impl Turn<'_> {
    /// The customer's event, stamped `at_ms`, counts for the traits whose filter it fits. A filter that faults does not.
    pub fn count_event(&mut self, at_ms: i64) {
        let (program, traits) = (self.program, self.traits);
        let Some(event) = self.offer.map(|offer| offer.event) else { return };
        let concerned = traits.of_event(event.index());
        if concerned.is_empty() {
            return;
        }
        self.stage();
        let module = &program.module;
        for of in concerned.iter().filter_map(|&index| module.traits.get(index)) {
            let payload = [self.payload];
            if of.filter.is_some_and(|filter| self.ask(filter, &payload) != Ok(true)) {
                continue;
            }
            let value = match of.value {
                Some(field) => self.value_of(field),
                None => Some(SmallVec::new()),
            };
            let Some(value) = value else { continue };
            let (now_ms, entries_max) = (self.now_ms, traits.entries_max);
            self.kept(of).add(&module.types, of, Occurrence { at_ms, value }, now_ms, entries_max);
        }
        let known = |kept: &Kept| module.traits.iter().any(|of| of.meaning == kept.meaning);
        self.customer.traits.retain(known);
        self.clear();
        self.traits.show(module, Some(self.customer), self.now_ms, self.cx);
    }

    fn kept(&mut self, of: &Trait) -> &mut Kept {
        let traits = &mut self.customer.traits;
        let at = traits.iter().position(|kept| kept.meaning == of.meaning).unwrap_or_else(|| {
            traits.push(Kept::new(of.meaning));
            traits.len() - 1
        });
        &mut traits[at]
    }

    /// What the event brings to a trait; `None` where it is missing.
    fn value_of(&mut self, field: TraitField) -> Option<SmallVec<[u8; 16]>> {
        let types = &self.program.module.types;
        let Status::Returned(word) = self.call(field.function, &[self.payload]) else { return None };
        let (ty, word) = match types.inner(field.ty) {
            Some(_) if word == 0 => return None,
            Some(inner) => (inner, self.cx.some(word, types.is_reference(inner))),
            None => (field.ty, word),
        };
        let mut bytes = std::mem::take(&mut self.scratch.bytes);
        bytes.clear();
        let written = codec::encode(types, ty, word, self.cx, &mut bytes);
        let value = written.is_ok().then(|| SmallVec::from_slice(&bytes));
        self.scratch.bytes = bytes;
        value
    }
}
