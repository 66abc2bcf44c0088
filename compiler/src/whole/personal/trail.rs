//! The way that a piece of personal data has come.

use journey_grammar::Span;
use std::rc::Rc;

/// Stations that are told; of a longer way, the first ones.
const STATIONS_MAX: u32 = 6;

/// The last station of a way, with those before it.
#[derive(Debug, Clone)]
pub(super) struct Trail(Rc<Station>);

#[derive(Debug)]
struct Station {
    span: Span,
    /// Of the first station, the name of the field that is marked; of the others, what happens there.
    text: String,
    from: Option<Trail>,
    stations: u32,
}

impl Trail {
    /// Begins at a field that is marked.
    pub fn at(span: Span, field: &str) -> Self {
        Self(Rc::new(Station { span, text: field.into(), from: None, stations: 1 }))
    }

    /// Goes on to another station.
    pub fn to(&self, span: Span, text: impl FnOnce() -> String) -> Self {
        if self.0.stations == STATIONS_MAX {
            return self.clone();
        }
        Self(Rc::new(Station { span, text: text(), from: Some(self.clone()), stations: self.0.stations + 1 }))
    }

    /// The name of the field in which it began.
    pub fn field(&self) -> &str {
        self.0.from.as_ref().map_or(&self.0.text, Self::field)
    }

    /// Its stations in order, each with its words.
    pub fn stations(&self) -> Vec<(Span, String)> {
        let Some(from) = &self.0.from else {
            return vec![(self.0.span, format!("`{}` is personal: it is marked `@pii`", self.0.text))];
        };
        let mut stations = from.stations();
        stations.push((self.0.span, self.0.text.clone()));
        stations
    }
}
