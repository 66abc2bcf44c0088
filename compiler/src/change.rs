//! What a change of some texts can have changed in the meaning of a project.
//!
//! What a declaration means depends on its own text and on the declarations whose names stand in it, and on what these depend
//! on in turn. Names are compared as words, wherever they stand: sees more than there is, never less. What no word names (the
//! profile, channels) changes everything when it changes, and so does a change of what is declared, or in what order.

use crate::ast::{Item, ItemKind};
use journey_grammar::FileId;
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::Hasher;
use unicode_normalization::UnicodeNormalization;

/// How much depends on a declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Journey,
    Test,
    Message,
    /// Whatever else is only seen where its name stands.
    Named,
    /// Seen by all.
    Everywhere,
}

/// A declaration as text.
#[derive(Debug)]
pub(crate) struct Facet {
    pub kind: Kind,
    /// Its text, with the doc comment before it.
    text: Box<str>,
    place: (FileId, u32),
    /// Whether something in its file couldn't be read: then nothing is sure.
    broken: bool,
    /// The names that it gives; a journey gives its experiments as well, an enum its variants.
    gives: Vec<Box<str>>,
    /// The words in it as hashes, in order: that two words may have the same makes it seem to see more than it does.
    words: Vec<u64>,
}

impl Kind {
    /// Whether nothing but other bodies depends on it.
    pub fn is_body(self) -> bool {
        matches!(self, Self::Journey | Self::Test | Self::Message)
    }
}

impl Facet {
    /// Of an item of a file with this text, and of the templates that it names; `broken` where something in it couldn't be read.
    pub fn of(item: &Item, file: &str, templates: &str, broken: bool) -> Self {
        let own = file.get(item.span.start as usize..item.span.end as usize).unwrap_or_default();
        let kind = match item.kind {
            ItemKind::Journey(_) => Kind::Journey,
            ItemKind::Test { .. } => Kind::Test,
            ItemKind::Message { .. } => Kind::Message,
            ItemKind::Enum { .. } | ItemKind::Type { .. } | ItemKind::Event { .. } | ItemKind::Const { .. } | ItemKind::Fn { .. } => {
                Kind::Named
            }
            _ => Kind::Everywhere,
        };
        let gives: Vec<Box<str>> = match item.kind {
            ItemKind::Test { .. } => Vec::new(),
            ItemKind::Enum { .. } => words(own).map(normal).collect(),
            _ => given(own),
        };
        let mut words: Vec<u64> = words(own).chain(words(templates)).map(hash).collect();
        words.sort_unstable();
        words.dedup();
        let text = format!("{}\n{own}{templates}", item.doc.as_deref().unwrap_or_default()).into();
        Self { kind, text, place: (item.span.file, item.span.start), broken, gives, words }
    }

    fn same(&self, other: &Self) -> bool {
        self.place == other.place && self.text == other.text && !self.broken && !other.broken
    }
}

/// The name behind the keyword, and the names behind `experiment`.
fn given(text: &str) -> Vec<Box<str>> {
    let experiments = words(text).zip(words(text).skip(1)).filter(|(before, _)| *before == "experiment").map(|(_, name)| name);
    words(text).nth(1).into_iter().chain(experiments).map(normal).collect()
}

/// All that a name could be.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let in_word = |c: char| c == '_' || c.is_ascii_alphanumeric() || !c.is_ascii();
    text.split(move |c| !in_word(c)).filter(|word| !word.is_empty())
}

/// The one form that names are compared in.
fn normal(word: &str) -> Box<str> {
    if word.is_ascii() { word.into() } else { word.nfc().collect::<String>().into() }
}

fn hash(word: &str) -> u64 {
    let mut hasher = FxHasher::default();
    if word.is_ascii() {
        hasher.write(word.as_bytes());
    } else {
        hasher.write(normal(word).as_bytes());
    }
    hasher.finish()
}

/// What may mean something else than before, by the numbers of items.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Changed {
    Everything,
    Items(Vec<bool>),
}

/// Compares the items of a project with those that it had; each comes with whether its file is the very same.
pub(crate) fn changed<'f>(before: &[&'f Facet], now: &[(&'f Facet, bool)]) -> Changed {
    let same_shape = before.len() == now.len()
        && before.iter().zip(now).all(|(old, (new, untouched))| *untouched || (old.kind == new.kind && old.gives == new.gives));
    if !same_shape {
        return Changed::Everything;
    }
    let items = before.iter().zip(now).map(|(old, (new, untouched))| !untouched && !old.same(new));
    let mut changed: Vec<bool> = items.collect();
    let mut open: Vec<usize> = changed.iter().enumerate().filter(|(_, changed)| **changed).map(|(at, _)| at).collect();
    let seen_by = if open.is_empty() { FxHashMap::default() } else { seen_by(now) };
    while let Some(at) = open.pop() {
        let Some((facet, _)) = now.get(at) else { continue };
        if facet.kind == Kind::Everywhere {
            return Changed::Everything;
        }
        for &user in facet.gives.iter().filter_map(|name| seen_by.get(&hash(name))).flatten() {
            if facet.kind.is_body() && now.get(user).is_some_and(|(user, _)| !user.kind.is_body()) {
                continue;
            }
            if let Some(changed @ false) = changed.get_mut(user) {
                *changed = true;
                open.push(user);
            }
        }
    }
    Changed::Items(changed)
}

/// For each given name, as a hash, the items in which it stands.
fn seen_by(items: &[(&Facet, bool)]) -> FxHashMap<u64, Vec<usize>> {
    let given = items.iter().flat_map(|(facet, _)| &facet.gives);
    let mut seen_by: FxHashMap<u64, Vec<usize>> = given.map(|name| (hash(name), Vec::new())).collect();
    for (at, (facet, _)) in items.iter().enumerate() {
        for word in &facet.words {
            if let Some(users) = seen_by.get_mut(word) {
                users.push(at);
            }
        }
    }
    seen_by
}
