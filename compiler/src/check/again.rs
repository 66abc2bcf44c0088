//! The whole check, and the check after a change: of bodies that can't have changed, what was found before stands.
//!
//! Declarations are always checked: they are few, and give all things their numbers. Journeys and tests, of which there are
//! many, are kept where neither they nor anything that they see has changed, provided that the numbers are the same.

use super::Checker;
use super::names::Decl;
use crate::ast;
use crate::diagnostics::Diagnostic;
use crate::hir;
use crate::types::Type;

/// What a check gives.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    pub program: hir::Program,
    pub diagnostics: Vec<Diagnostic>,
    /// By item; of journeys and tests.
    pub bodies: Vec<Option<Found>>,
    /// The journeys and tests that were checked, not kept, by their numbers; `None` for all.
    pub fresh: Option<Fresh>,
    pub numbers: Numbers,
}

/// Journeys and tests by their numbers.
#[derive(Debug, Default, Clone)]
pub(crate) struct Fresh {
    pub journeys: Vec<usize>,
    pub tests: Vec<usize>,
}

impl Fresh {
    /// Adds others; each stays once.
    pub fn add(&mut self, more: Self) {
        for (own, more) in [(&mut self.journeys, more.journeys), (&mut self.tests, more.tests)] {
            own.extend(more);
            own.sort_unstable();
            own.dedup();
        }
    }
}

/// What the check of a body found beside the body.
#[derive(Debug)]
pub(crate) struct Found {
    diagnostics: Vec<Diagnostic>,
    /// The top-level names that it uses.
    uses: Vec<String>,
    /// The experiments that it was the first to give.
    experiments: Vec<(hir::Experiment, journey_grammar::Span)>,
}

/// What is known from before.
pub(crate) struct Known<'k> {
    pub before: Checked,
    /// By item, whether it may have changed.
    pub changed: &'k [bool],
}

/// What decides the numbers of types, constants and the like that stand in bodies.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Numbers {
    types: Vec<Type>,
    names: Vec<String>,
}

impl Numbers {
    fn of(program: &hir::Program) -> Self {
        let records = program.types.records.iter().map(|record| &record.name);
        let enums = program.types.enums.iter().map(|def| &def.name);
        let names = records.chain(enums).chain(program.consts.iter().map(|constant| &constant.name));
        let names = names.chain(program.fns.iter().map(|function| &function.name)).chain(program.segments.iter().map(|s| &s.name));
        Self { types: program.types.all().to_vec(), names: names.cloned().collect() }
    }
}

/// Checks the items of a program, where something is known from before only what may have changed of it.
pub(crate) fn check_again(items: &[&ast::Item], known: Option<Known<'_>>) -> Checked {
    let mut checker = Checker::default();
    let decls = checker.enter(items);
    checker.shapes(items, &decls);
    checker.constants_and_fns(items, &decls);
    checker.traits(items, &decls);
    checker.ordered_segments(items, &decls);
    checker.shared_bodies(items, &decls);
    let numbers = Numbers::of(&checker.hir);
    let mut known = known.filter(|known| known.before.numbers == numbers && known.changed.len() == items.len());
    let mut tests = Vec::new();
    if let Some(known) = &mut known {
        checker.hir.types.number_as(std::mem::take(&mut known.before.program.types));
        tests = std::mem::take(&mut known.before.program.tests).into_iter().map(Some).collect();
    }
    let mut bodies = Bodies { found: items.iter().map(|_| None).collect(), fresh: Fresh::default(), known, tests };
    for (at, (item, decl)) in items.iter().zip(&decls).enumerate() {
        if let Decl::Journey(id) = decl {
            bodies.journey(&mut checker, at, *id, item);
        }
    }
    // They name what journeys can end with.
    for (at, (item, decl)) in items.iter().zip(&decls).enumerate() {
        if let Decl::Test = decl {
            bodies.test(&mut checker, at, item);
        }
    }
    checker.lonely_groups(items);
    checker.warn_unused();
    checker.diagnostics.sort_by_key(|d| (d.primary.span.file, d.primary.span.start, d.severity));
    let fresh = bodies.known.is_some().then_some(bodies.fresh);
    Checked { program: checker.hir, diagnostics: checker.diagnostics, bodies: bodies.found, fresh, numbers }
}

struct Bodies<'k> {
    found: Vec<Option<Found>>,
    fresh: Fresh,
    known: Option<Known<'k>>,
    /// Those from before.
    tests: Vec<Option<hir::Test>>,
}

impl Bodies<'_> {
    fn journey(&mut self, checker: &mut Checker, at: usize, id: hir::JourneyId, item: &ast::Item) {
        if self.keep(checker, at) {
            let before = self.known.as_mut().and_then(|known| known.before.program.journeys.get_mut(id.index()));
            if let Some((before, now)) = before.zip(checker.hir.journeys.get_mut(id.index())) {
                std::mem::swap(before, now);
                return;
            }
        }
        self.fresh.journeys.push(id.index());
        self.check(checker, at, |checker| checker.journey(id, item));
    }

    fn test(&mut self, checker: &mut Checker, at: usize, item: &ast::Item) {
        let number = checker.hir.tests.len();
        if self.keep(checker, at)
            && let Some(test) = self.tests.get_mut(number).and_then(Option::take)
        {
            checker.hir.tests.push(test);
            return;
        }
        self.fresh.tests.push(number);
        self.check(checker, at, |checker| checker.test(item));
    }

    /// Whether a body is what it was before; what was found then is said again. `false` where it may have changed.
    fn keep(&mut self, checker: &mut Checker, at: usize) -> bool {
        let known = self.known.as_mut().filter(|known| known.changed.get(at) == Some(&false));
        let Some(found) = known.and_then(|known| known.before.bodies.get_mut(at)?.take()) else { return false };
        // Whoever comes first decides what an experiment is.
        if found.experiments.iter().any(|(experiment, _)| checker.experiments.contains_key(&experiment.name)) {
            return false;
        }
        checker.diagnostics.extend(found.diagnostics.iter().cloned());
        for name in &found.uses {
            checker.global(name);
        }
        let experiments = found.experiments.iter().cloned();
        checker.experiments.extend(experiments.map(|(experiment, span)| (experiment.name.clone(), (experiment, span))));
        if let Some(slot) = self.found.get_mut(at) {
            *slot = Some(found);
        }
        true
    }

    fn check(&mut self, checker: &mut Checker, at: usize, check: impl FnOnce(&mut Checker)) {
        let before = checker.diagnostics.len();
        checker.uses.clear();
        checker.entered_experiments.clear();
        check(checker);
        let experiments = checker.entered_experiments.drain(..).filter_map(|name| checker.experiments.get(&name).cloned());
        let found = Found {
            diagnostics: checker.diagnostics.get(before..).unwrap_or_default().to_vec(),
            uses: checker.uses.drain().collect(),
            experiments: experiments.collect(),
        };
        if let Some(slot) = self.found.get_mut(at) {
            *slot = Some(found);
        }
    }
}
