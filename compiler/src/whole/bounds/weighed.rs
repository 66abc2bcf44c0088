//! What each state sends.

use super::{Place, Reach};
use crate::whole::flow::Spot;
use crate::whole::most::Most;
use crate::whole::states::States;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// What each state sends, and the messages of each spot that does.
pub(super) struct Weighed {
    pub most: Vec<Most>,
    pub places: FxHashMap<Spot, Rc<Reach>>,
}

impl Weighed {
    /// The spots among some states that send, each once.
    pub fn sending<'s>(&self, states: &States, among: impl IntoIterator<Item = &'s usize>) -> Vec<Spot> {
        let mut spots: Vec<Spot> =
            among.into_iter().filter(|&&state| self.most[state] > Most::Times(0)).map(|&state| states.spots[state]).collect();
        spots.sort_unstable();
        spots.dedup();
        spots
    }

    pub fn path(&self, states: &States, way: &[usize]) -> Vec<Place> {
        let reach = way.iter().filter_map(|&state| self.places.get(&states.spots[state]));
        reach.flat_map(|reach| reach.path.iter().copied()).collect()
    }
}
