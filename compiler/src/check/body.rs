//! One body (a journey, function, message variant or test) while it is checked: its variables, scopes, and what
//! is known of optionals at the current place.

use crate::diagnostics::Diagnostic;
use crate::hir::{ConstId, TraitId, Var, VarId};
use crate::types::TypeId;
use journey_grammar::Span;
use rustc_hash::FxHashMap;

/// Where a path begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Root {
    Var(VarId),
    Const(ConstId),
    Trait(TraitId),
    Profile,
}

/// A path that can be narrowed: a variable, a constant, a trait or the profile, and field names below it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Path {
    pub root: Root,
    pub fields: Vec<usize>,
}

impl Path {
    /// Whether this path is `other` or lies below it.
    pub fn within(&self, other: &Path) -> bool {
        self.root == other.root && self.fields.starts_with(&other.fields)
    }
}

/// Paths that are known not to be `none`.
pub(crate) type Facts = Vec<Path>;

/// What is known where two branches meet: what both know.
pub(crate) fn meet(a: &[Path], b: &[Path]) -> Facts {
    a.iter().filter(|path| b.contains(path)).cloned().collect()
}

/// What a body is of; decides what it may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Kind {
    /// A journey, message, channel or test: reads `now`, `customer` and `profile`.
    #[default]
    Customer,
    /// A `fn`: reads its parameters and constants alone.
    Fn,
    /// An operation of a service: likewise.
    Operation,
    /// The filter of a trait: reads the event and constants alone.
    Trait,
    /// A `const` or the default of a field: reads constants alone.
    Const,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Body {
    pub kind: Kind,
    /// It is a condition and nothing else: no `if` can stand around a value.
    pub is_condition: bool,
    pub vars: Vec<Var>,
    /// What code of its own the current place is in, innermost last.
    pub fences: Vec<Fence>,
    /// Names of steps, branches and variants around the current place: the front part of identities.
    pub path: Vec<String>,
    /// Warnings found on the way; [`super::Checker::finish`] reports them.
    warnings: Vec<Diagnostic>,
    /// What is known of each variable beside its type; parallel to `vars`.
    uses: Vec<Use>,
    /// Innermost last.
    scopes: Vec<FxHashMap<String, VarId>>,
    /// Variables whose braces are closed.
    closed: FxHashMap<String, VarId>,
    /// The variables of code that ran on its own, from the first to the one behind the last.
    pub fenced: Vec<(usize, usize, FenceKind)>,
    /// How many variables had each path and name.
    identities: FxHashMap<String, u32>,
    /// Expressions around the current place whose variables no pause can keep.
    momentary: u32,
    known: Facts,
    /// What was known until a pause, with the pause and how many scopes were open there.
    forgotten: Vec<(Path, Span, usize)>,
    /// The pause that is being checked.
    pause: Option<Span>,
    /// The names of pauses `wait for EVENT within … as NAME`, with the event.
    pub pause_names: Vec<(String, String)>,
}

/// Where code begins that runs on its own: it reads the variables around it and assigns its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fence {
    pub kind: FenceKind,
    /// Variables from this number on are its own.
    pub first_var: usize,
    /// So many loops are around it.
    pub loops: usize,
    pub span: Span,
}

/// What a fence is around.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FenceKind {
    Branch,
    Undo,
}

impl FenceKind {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Branch => "branch",
            Self::Undo => "`undo`",
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Use {
    assignable: bool,
    read: bool,
    /// Stands for a field of the same name, as `last4` does in `card { last4 }`.
    shorthand: bool,
    /// Stands where a name has to stand, as behind `catch`.
    has_to_be: bool,
}

impl Body {
    /// An empty body.
    pub fn new(kind: Kind) -> Self {
        Self { kind, ..Self::default() }
    }

    /// Opens a scope for names.
    pub fn push_scope(&mut self) {
        self.scopes.push(FxHashMap::default());
    }

    /// Closes it; warns of variables that nothing read.
    pub fn pop_scope(&mut self) {
        let open = self.scopes.len();
        self.forgotten.retain(|(_, _, scopes)| *scopes < open);
        let scope = self.scopes.pop().unwrap_or_default();
        let mut closed: Vec<VarId> = scope.values().copied().collect();
        self.closed.extend(scope);
        closed.sort_unstable();
        for id in closed {
            self.warn_unread(id);
        }
    }

    /// Declares a variable in the current scope; its frame identity is made of the path and the name. An empty name
    /// stands for a binder that was not written.
    pub fn declare(&mut self, name: &str, ty: TypeId, assignable: bool, span: Span) -> VarId {
        let id = VarId(u32::try_from(self.vars.len()).unwrap_or(u32::MAX));
        if !name.is_empty()
            && let Some(outer) = self.find(name)
        {
            self.warn_shadowing(name, span, self.vars[outer.index()].span);
        }
        let path = self.identity(name);
        self.vars.push(Var { name: name.into(), ty, path, span });
        self.uses.push(Use { assignable, read: name.is_empty(), shorthand: false, has_to_be: false });
        if self.scopes.is_empty() {
            self.push_scope();
        }
        if let Some(hidden) = self.scopes.last_mut().and_then(|scope| scope.insert(name.into(), id)) {
            self.warn_unread(hidden);
        }
        id
    }

    /// Says that a name has to stand where this variable is declared.
    pub fn has_to_be(&mut self, id: VarId) {
        if let Some(declared) = self.uses.get_mut(id.index()) {
            declared.has_to_be = true;
        }
    }

    /// Says that a variable was declared by the name of the field that it stands for.
    pub fn shorthand(&mut self, id: VarId) {
        if let Some(declared) = self.uses.get_mut(id.index()) {
            declared.shorthand = true;
        }
    }

    /// The variable of that name, which is read here.
    pub fn read(&mut self, name: &str) -> Option<VarId> {
        let id = self.find(name)?;
        self.uses[id.index()].read = true;
        Some(id)
    }

    /// The variable of that name, without counting as a reader of it.
    pub fn find(&self, name: &str) -> Option<VarId> {
        self.scopes.iter().rev().find_map(|scope| scope.get(name)).copied()
    }

    /// Where a variable of that name was declared whose braces are closed.
    /// With the kind of code that runs on its own and has it, where one does that is over.
    pub fn closed(&self, name: &str) -> Option<(Span, Option<FenceKind>)> {
        let id = self.closed.get(name)?.index();
        let fence = self.fenced.iter().find(|(first, end, _)| (*first..*end).contains(&id)).map(|(.., kind)| *kind);
        Some((self.vars.get(id)?.span, fence))
    }

    /// The type of such a variable.
    pub fn closed_type(&self, name: &str) -> Option<TypeId> {
        Some(self.vars.get(self.closed.get(name)?.index())?.ty)
    }

    /// A variable.
    pub fn var(&self, id: VarId) -> &Var {
        &self.vars[id.index()]
    }

    /// Whether a variable was declared with `var`.
    pub fn assignable(&self, id: VarId) -> bool {
        self.uses[id.index()].assignable
    }

    /// The names that are in scope.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.scopes.iter().flat_map(|scope| scope.keys()).map(String::as_str)
    }

    /// What is known now; hand it back to [`Body::restore`] after a branch that changes nothing (an expression). After
    /// branches of statements, restore what all of them that go on know at their ends: [`meet`].
    pub fn facts(&self) -> Facts {
        self.known.clone()
    }

    /// Adds knowledge (after a condition).
    pub fn assume(&mut self, facts: &[Path]) {
        for fact in facts {
            if !self.known.contains(fact) {
                self.known.push(fact.clone());
            }
        }
    }

    /// Sets what is known back (after a branch), or to what two branches have in common.
    pub fn restore(&mut self, facts: Facts) {
        self.known = facts;
    }

    /// Whether a path is known not to be `none`.
    pub fn knows(&self, path: &Path) -> bool {
        self.known.contains(path)
    }

    /// A variable was assigned: what was known of it is void.
    pub fn assigned(&mut self, path: &Path) {
        self.known.retain(|known| !known.within(path));
    }

    /// A pause: what was known of `var`s and of the profile is void.
    pub fn paused(&mut self) {
        let uses = &self.uses;
        let (kept, lost): (Facts, Facts) = std::mem::take(&mut self.known).into_iter().partition(|known| match known.root {
            Root::Var(var) => !uses[var.index()].assignable,
            Root::Const(_) => true,
            Root::Profile | Root::Trait(_) => false,
        });
        self.known = kept;
        let scopes = self.scopes.len();
        self.forgotten.extend(self.pause.into_iter().flat_map(|pause| lost.iter().map(move |path| (path.clone(), pause, scopes))));
    }

    /// The profile may have changed in the meantime.
    pub fn forget_profile(&mut self) {
        self.known.retain(|known| known.root != Root::Profile);
    }

    /// A pause at `span` is checked from here on.
    pub fn pauses_at(&mut self, span: Span) {
        self.pause = Some(span);
    }

    /// The pause behind which it is no longer known that `path` is not `none`, where it was before.
    pub fn forgotten(&self, path: &Path) -> Option<Span> {
        self.forgotten.iter().rev().find(|(known, ..)| known == path).map(|(_, pause, _)| *pause)
    }

    /// Closes the scopes that are still open, and gives the warnings that were found.
    pub fn close(&mut self) -> Vec<Diagnostic> {
        while !self.scopes.is_empty() {
            self.pop_scope();
        }
        std::mem::take(&mut self.warnings)
    }

    /// Opens a scope inside an expression. Its variables end before any pause, so they are numbered by themselves: one more
    /// or one less changes the identity of no variable that a pause keeps.
    pub fn push_momentary(&mut self) {
        self.push_scope();
        self.momentary += 1;
    }

    /// Closes it.
    pub fn pop_momentary(&mut self) {
        self.momentary = self.momentary.saturating_sub(1);
        self.pop_scope();
    }

    fn identity(&mut self, name: &str) -> String {
        let mut identity = self.path.join(".");
        if !identity.is_empty() {
            identity.push('.');
        }
        if self.momentary > 0 {
            identity.push('~');
        }
        identity.push_str(name);
        let seen = self.identities.entry(identity.clone()).or_default();
        *seen += 1;
        if *seen == 1 { identity } else { format!("{identity}#{seen}") }
    }

    fn warn_unread(&mut self, id: VarId) {
        let var = &self.vars[id.index()];
        if self.uses[id.index()].read || var.name.starts_with('_') {
            return;
        }
        let (name, span) = (var.name.clone(), var.span);
        if self.uses[id.index()].has_to_be {
            self.warnings.push(
                Diagnostic::warning("W0202", span, format!("`{name}` is never read"), "nothing reads this")
                    .help("write `_` in its place")
                    .fix("write `_`", span, "_"),
            );
            return;
        }
        let meant = if self.uses[id.index()].shorthand { format!("{name}: _{name}") } else { format!("_{name}") };
        self.warnings.push(
            Diagnostic::warning("W0202", span, format!("`{name}` is never read"), "nothing reads this")
                .help(format!("remove it, or write `{meant}` to say that this is meant"))
                .fix(format!("write `{meant}`"), span, meant),
        );
    }

    fn warn_shadowing(&mut self, name: &str, span: Span, outer: Span) {
        self.warnings.push(
            Diagnostic::warning("W0203", span, format!("`{name}` shadows an earlier `{name}`"), "from here on, the name means this")
                .and(outer, "and no longer this")
                .help("give it a name of its own"),
        );
    }
}
