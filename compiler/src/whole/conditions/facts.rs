//! What is decided on every way that leads to a place.

use super::known::Known;
use super::leaf::{self, Leaf};
use super::term;
use crate::hir::{Expr, ExprKind as E, Program, VarId};
use crate::whole::constant::Constants;
use journey_grammar::Span;
use std::rc::Rc;

/// Facts that are kept at a time; older ones are forgotten, so that time stays linear.
const FACTS_MAX: usize = 48;

/// A condition that was asked, and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fact {
    term: Rc<str>,
    known: Rc<Known>,
    span: Span,
    held: bool,
}

/// See the module.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts(Vec<Fact>);

/// A condition that can't go both ways.
#[derive(Debug)]
pub(super) struct Decision {
    pub holds: bool,
    /// The conditions that have decided it, and whether each held; none where it is so by itself.
    pub because: Vec<(Span, bool)>,
    /// Why it is so by itself.
    pub nature: Option<&'static str>,
}

impl Facts {
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Back to what was known before.
    pub fn truncate(&mut self, len: usize) {
        self.0.truncate(len);
    }

    /// What is decided on all of these ways; `None` is a way that does not lead there.
    pub fn meet(ways: impl IntoIterator<Item = Option<Facts>>) -> Option<Facts> {
        ways.into_iter().flatten().reduce(|a, b| Facts(a.0.into_iter().filter(|fact| b.0.contains(fact)).collect()))
    }

    /// A variable has another value from here on.
    pub fn assigned(&mut self, var: VarId) {
        let var = term::var(var);
        self.0.retain(|fact| !fact.term.contains(&var));
    }

    /// The profile is another from here on.
    pub fn profile_assigned(&mut self) {
        self.0.retain(|fact| !term::PROFILE.iter().any(|profile| fact.term.contains(profile)));
    }

    /// A condition was asked, and this was the answer.
    pub fn assume(&mut self, program: &Program, constants: &Constants, cond: &Expr, held: bool) {
        match &cond.kind {
            E::Not(of) => return self.assume(program, constants, of, !held),
            E::And(a, b) if held => {
                self.assume(program, constants, a, true);
                return self.assume(program, constants, b, true);
            }
            E::Or(a, b) if !held => {
                self.assume(program, constants, a, false);
                return self.assume(program, constants, b, false);
            }
            _ => {}
        }
        let leaf = leaf::leaf(program, constants, cond);
        let known = if held { &leaf.holds } else { &leaf.fails };
        let Some(term) = term::text(leaf.term) else { return };
        if self.of(program, constants, leaf.term, Some(&term)).meet(known, leaf::unit(program, leaf.term)).is_empty()
            || self.0.len() == FACTS_MAX
        {
            // What can't be is reported already: nothing is made of it.
            return;
        }
        self.0.push(Fact { term: term.into(), known: Rc::new(known.clone()), span: cond.span, held });
    }

    /// What a term can be here.
    fn of(&self, program: &Program, constants: &Constants, term: &Expr, text: Option<&str>) -> Known {
        let unit = leaf::unit(program, term);
        let natural = leaf::natural(program, constants, term);
        self.about(text).fold(natural, |known, fact| known.meet(&fact.known, unit))
    }

    fn about<'f>(&'f self, text: Option<&'f str>) -> impl Iterator<Item = &'f Fact> {
        self.0.iter().filter(move |fact| Some(&*fact.term) == text)
    }

    /// The answer to a condition, where it is known.
    pub fn decide(&self, program: &Program, constants: &Constants, cond: &Expr) -> Option<Decision> {
        if let Some((holds, nature)) = super::order::of_both_sides(program, constants, cond) {
            return Some(Decision { holds, because: Vec::new(), nature: Some(nature) });
        }
        // What is put together is only known as a whole where the same words were asked before; else its parts are looked at.
        let text = term::text(cond);
        if matches!(cond.kind, E::Not(_) | E::And(..) | E::Or(..)) && self.about(text.as_deref()).next().is_none() {
            return None;
        }
        let leaf = leaf::leaf(program, constants, cond);
        let text = term::text(leaf.term);
        let unit = leaf::unit(program, leaf.term);
        let natural = leaf::natural(program, constants, leaf.term);
        if let Some(holds) = answer(&natural, &leaf, unit) {
            let nature = leaf::counted_term(program, leaf.term).map(|(_, words)| words);
            return Some(Decision { holds, because: Vec::new(), nature });
        }
        let holds = answer(&self.of(program, constants, leaf.term, text.as_deref()), &leaf, unit)?;
        let because = self.about(text.as_deref()).map(|fact| (fact.span, fact.held)).collect();
        Some(Decision { holds, because, nature: None })
    }

    /// The answer to a condition, where it is known of it or of its parts together.
    pub fn answer(&mut self, program: &Program, constants: &Constants, cond: &Expr) -> Option<bool> {
        if let Some(decision) = self.decide(program, constants, cond) {
            return Some(decision.holds);
        }
        let (a, b, holds) = match &cond.kind {
            E::Not(of) => return Some(!self.answer(program, constants, of)?),
            E::And(a, b) => (a, b, true),
            E::Or(a, b) => (a, b, false),
            _ => return None,
        };
        let left = self.answer(program, constants, a);
        if left == Some(!holds) {
            return left;
        }
        // The right side is only asked where the left one leaves it open.
        let before = self.len();
        self.assume(program, constants, a, holds);
        let right = self.answer(program, constants, b);
        self.truncate(before);
        right.filter(|right| *right != holds || left == Some(holds))
    }
}

fn answer(known: &Known, leaf: &Leaf, unit: i128) -> Option<bool> {
    match (known.meet(&leaf.holds, unit).is_empty(), known.meet(&leaf.fails, unit).is_empty()) {
        (true, false) => Some(false),
        (false, true) => Some(true),
        _ => None,
    }
}
