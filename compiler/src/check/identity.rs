//! What names a pause and a step for good: live instances are found again by it after an edit.
//!
//! A derived identity is the path of step, branch and variant names, then the kind of pause, then `#2`, `#3` from
//! the second of its kind. A name that was written (`wait 3d as cool_off`) takes no number from its neighbours, so
//! that naming a new pause leaves the old ones what they were.

use journey_grammar::Span;
use rustc_hash::FxHashMap;

/// The identities that a journey has given so far.
#[derive(Debug, Default)]
pub(super) struct Identities {
    /// How many pauses of one path and kind there are.
    counts: FxHashMap<String, u32>,
    pauses: FxHashMap<String, Span>,
    steps: FxHashMap<String, Span>,
}

impl Identities {
    /// The identity of the next pause of that kind at that path.
    ///
    /// # Errors
    /// Where a pause that was named has it already: the place of that pause.
    pub fn derived(&mut self, path: &[String], kind: &str, span: Span) -> Result<String, Span> {
        let base = join(path, kind);
        let count = self.counts.entry(base.clone()).and_modify(|n| *n += 1).or_insert(1);
        let identity = if *count == 1 { base } else { format!("{base}#{count}") };
        take(&mut self.pauses, identity, span)
    }

    /// The identity of a pause that was named.
    ///
    /// # Errors
    /// Where another pause has it already: the place of that pause.
    pub fn named(&mut self, path: &[String], name: &str, span: Span) -> Result<String, Span> {
        take(&mut self.pauses, join(path, name), span)
    }

    /// Enters a step by the name that it keeps.
    ///
    /// # Errors
    /// Where a step beside it has that name: the place of that step.
    pub fn step(&mut self, path: &[String], name: &str, span: Span) -> Result<(), Span> {
        take(&mut self.steps, join(path, name), span).map(drop)
    }
}

fn join(path: &[String], last: &str) -> String {
    let mut all = path.join(".");
    if !all.is_empty() {
        all.push('.');
    }
    all.push_str(last);
    all
}

fn take(taken: &mut FxHashMap<String, Span>, identity: String, span: Span) -> Result<String, Span> {
    if let Some(&other) = taken.get(&identity) {
        return Err(other);
    }
    taken.insert(identity.clone(), span);
    Ok(identity)
}
