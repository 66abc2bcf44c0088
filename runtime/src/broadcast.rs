//! The index of broadcasts: from an event and what an arm demands of it to the customers whom it can concern.
//!
//! Built for an event type when its first broadcast comes, and kept up to date from then on. It only narrows whom
//! a broadcast is offered to; whether it fits is asked of every instance all the same.

use crate::customer::Customer;
use crate::engine::{Correlated, Engine, Place, Row};
use journey_compiler::hir::EventId;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::sync::Arc;

/// See the module.
#[derive(Debug, Default)]
pub struct Index {
    events: FxHashMap<EventId, EventIndex>,
}

#[derive(Debug, Default)]
struct EventIndex {
    any: BTreeSet<Arc<str>>,
    values: FxHashMap<Place, FxHashMap<Box<str>, BTreeSet<Arc<str>>>>,
    /// What stands in the two above, by customer.
    rows: FxHashMap<Arc<str>, Vec<Row>>,
}

impl Index {
    /// Whether no broadcast has come yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Whether the event's part is there.
    #[must_use]
    pub fn has(&self, event: EventId) -> bool {
        self.events.contains_key(&event)
    }

    /// Begins an event's part; every customer is then to be given to [`Index::update_event`].
    pub fn add(&mut self, event: EventId) {
        self.events.entry(event).or_default();
    }

    /// A customer has changed: puts their rows right for every event.
    pub fn update(&mut self, engine: &mut Engine, customer: &Customer) {
        for (&event, index) in &mut self.events {
            index.set(&customer.key, engine.rows(customer, event));
        }
    }

    /// Puts a customer's rows right for one event.
    pub fn update_event(&mut self, engine: &mut Engine, customer: &Customer, event: EventId) {
        if let Some(index) = self.events.get_mut(&event) {
            index.set(&customer.key, engine.rows(customer, event));
        }
    }

    /// The customers whom a broadcast can concern, in order of key.
    #[must_use]
    pub fn candidates(&self, event: EventId, correlated: &[Correlated]) -> BTreeSet<Arc<str>> {
        let Some(index) = self.events.get(&event) else { return BTreeSet::new() };
        let mut found = index.any.clone();
        for Correlated { place, value } in correlated {
            let Some(values) = index.values.get(place) else { continue };
            match value {
                Some(value) => found.extend(values.get(value).into_iter().flatten().cloned()),
                None => found.extend(values.values().flatten().cloned()),
            }
        }
        found
    }
}

impl EventIndex {
    fn set(&mut self, key: &Arc<str>, rows: Vec<Row>) {
        if self.rows.get(key).map_or(&[][..], Vec::as_slice) == rows.as_slice() {
            return;
        }
        for row in self.rows.remove(key).unwrap_or_default() {
            self.remove(key, &row);
        }
        for row in &rows {
            match row {
                Row::Any => self.any.insert(Arc::clone(key)),
                Row::Value(place, value) => {
                    self.values.entry(*place).or_default().entry(value.clone()).or_default().insert(Arc::clone(key))
                }
            };
        }
        if !rows.is_empty() {
            self.rows.insert(Arc::clone(key), rows);
        }
    }

    fn remove(&mut self, key: &Arc<str>, row: &Row) {
        match row {
            Row::Any => {
                self.any.remove(key);
            }
            Row::Value(place, value) => {
                let Some(values) = self.values.get_mut(place) else { return };
                let Some(keys) = values.get_mut(value) else { return };
                keys.remove(key);
                if keys.is_empty() {
                    values.remove(value);
                }
            }
        }
    }
}
