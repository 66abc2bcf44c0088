//! Journeys and versions by number: what instances say of what they run.

use journey_compiler::mir::Module;
use serde::{Deserialize, Serialize};

/// A journey in one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edition {
    pub journey: String,
    /// Hash of the meaning.
    pub version: String,
}

/// All editions that a store has seen, by number, and what the program makes of each.
#[derive(Debug)]
pub struct Editions {
    table: Vec<Edition>,
    known: Vec<Known>,
    /// By journey of the program.
    current: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    /// The journey of that name.
    journey: Option<usize>,
    /// Whether the program has it in that version.
    runs: bool,
}

impl Editions {
    /// The editions that are known, and those of the program behind them.
    pub(super) fn new(module: &Module, known: &[Edition]) -> Self {
        let mut table = known.to_vec();
        let mut current = Vec::with_capacity(module.journeys.len());
        for journey in &module.journeys {
            let edition = Edition { journey: journey.name.clone(), version: journey.version.clone() };
            let number = table.iter().position(|known| *known == edition).unwrap_or_else(|| {
                table.push(edition);
                table.len() - 1
            });
            current.push(u32::try_from(number).unwrap_or(u32::MAX));
        }
        let known = table.iter().zip(0..).map(|(edition, number)| {
            let journey = module.journeys.iter().position(|journey| journey.name == edition.journey);
            Known { journey, runs: current.contains(&number) }
        });
        Self { known: known.collect(), table, current }
    }

    /// The table, by number.
    #[must_use]
    pub fn table(&self) -> &[Edition] {
        &self.table
    }

    /// The journey whose code runs instances of this edition.
    #[must_use]
    pub fn runs(&self, edition: u32) -> Option<usize> {
        self.known.get(edition as usize).filter(|known| known.runs)?.journey
    }

    /// The journey of the edition's name, in whatever version.
    #[must_use]
    pub fn named(&self, edition: u32) -> Option<usize> {
        self.known.get(edition as usize)?.journey
    }

    /// The edition of a journey of the program.
    #[must_use]
    pub fn of(&self, journey: usize) -> u32 {
        self.current.get(journey).copied().unwrap_or(u32::MAX)
    }
}
