//! `match`: patterns, what its arms miss, arms that can never be reached.

use super::Checker;
use super::body::Body;
use super::coerce::{Want, poison};
use super::lookup::{article, listed, nearest, unknown};
use super::names::Owner;
use super::narrow::{path_of, unnarrowed};
use crate::ast::{self, PatternKind};
use crate::diagnostics::Diagnostic;
use crate::hir::{Arm, Expr, ExprKind, Pattern, VarId};
use crate::types::{EnumId, Type, TypeId};
use journey_grammar::Span;
use rustc_hash::FxHashMap;

impl Checker {
    /// Checks what a `match` looks at. An optional that is known to be there counts as what is inside.
    pub fn scrutinee(&mut self, body: &mut Body, expr: &ast::Expr) -> Expr {
        self.settled(body, expr)
    }

    /// Checks the patterns of a `match` arm against the scrutinee's type and declares what they bind in the
    /// current scope of `body`. None at all where one of them is wrong.
    pub fn patterns(&mut self, body: &mut Body, patterns: &[ast::Pattern], scrutinee: &Expr) -> Vec<Pattern> {
        let mut bound: FxHashMap<String, (VarId, Span)> = FxHashMap::default();
        let mut checked = Vec::with_capacity(patterns.len());
        for (at, pattern) in patterns.iter().enumerate() {
            let before = self.diagnostics.len();
            let found = self.pattern(body, pattern, scrutinee, at == 0, &mut bound);
            checked.extend(found.filter(|_| !self.diagnostics[before..].iter().any(|d| d.severity == crate::Severity::Error)));
        }
        if checked.len() == patterns.len() { checked } else { Vec::new() }
    }

    fn pattern(
        &mut self,
        body: &mut Body,
        pattern: &ast::Pattern,
        scrutinee: &Expr,
        first: bool,
        bound: &mut FxHashMap<String, (VarId, Span)>,
    ) -> Option<Pattern> {
        let of = self.hir.types.inner(scrutinee.ty);
        let inside = of.unwrap_or(scrutinee.ty);
        match &pattern.kind {
            PatternKind::Wildcard => self.same_names(pattern, &[], first, bound).then_some(Pattern::Any),
            PatternKind::None if of.is_some() || inside == TypeId::ERROR => {
                self.same_names(pattern, &[], first, bound).then_some(Pattern::None)
            }
            PatternKind::None => {
                let name = self.hir.types.name(inside);
                self.unfit(pattern.span, scrutinee, format!("{} `{name}` is never `none`", article(&name)), "leave this arm out");
                None
            }
            PatternKind::Literal(literal) => self.literal_pattern(body, literal, scrutinee, inside, first, bound),
            PatternKind::Variant { name, fields } => {
                let fields = fields.as_deref().unwrap_or_default();
                match self.hir.types.get(inside) {
                    Type::Enum(id) => self.variant_pattern(body, pattern, id, name, fields, first, bound),
                    Type::Error => {
                        for (_, binder) in fields {
                            body.declare(&binder.name, TypeId::ERROR, false, binder.span);
                        }
                        None
                    }
                    _ => {
                        let ty = self.hir.types.name(inside);
                        let text = format!("`{}` is not {} `{ty}`", name.name, article(&ty));
                        if stands_for_all_else(&name.name) {
                            self.all_else(pattern.span, &name.name);
                            return None;
                        }
                        self.unfit(pattern.span, scrutinee, text, "patterns are variants, literals, `none`, and `_` for all else");
                        None
                    }
                }
            }
        }
    }

    /// `default => …`
    fn all_else(&mut self, span: Span, word: &str) {
        self.report(
            Diagnostic::error("E0314", span, format!("`{word}` is no pattern"), "this pattern never fits")
                .help("all else is written `_ => …`")
                .fix("write `_`", span, "_"),
        );
    }

    fn unfit(&mut self, span: Span, scrutinee: &Expr, message: String, help: &str) {
        let name = self.hir.types.name(scrutinee.ty);
        self.report(
            Diagnostic::error("E0314", span, message, "this pattern never fits")
                .and(scrutinee.span, format!("this is {} `{name}`", article(&name)))
                .help(help),
        );
    }

    fn literal_pattern(
        &mut self,
        body: &mut Body,
        literal: &ast::Expr,
        scrutinee: &Expr,
        inside: TypeId,
        first: bool,
        bound: &mut FxHashMap<String, (VarId, Span)>,
    ) -> Option<Pattern> {
        let why = self.type_of(body, scrutinee);
        let value = self.expr_because(body, literal, inside, Some(&why));
        if matches!(value.kind, ExprKind::Interpolate(_)) {
            self.unfit(literal.span, scrutinee, "a pattern is a fixed text".into(), "compare with `==` in an `if`");
            return None;
        }
        let pattern = ast::Pattern { kind: PatternKind::Wildcard, span: literal.span };
        let fits = value.ty != TypeId::ERROR && self.same_names(&pattern, &[], first, bound);
        fits.then_some(Pattern::Literal(value))
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of the pattern, as they stand in the syntax")]
    fn variant_pattern(
        &mut self,
        body: &mut Body,
        pattern: &ast::Pattern,
        id: EnumId,
        name: &ast::Ident,
        fields: &[(ast::Ident, ast::Ident)],
        first: bool,
        bound: &mut FxHashMap<String, (VarId, Span)>,
    ) -> Option<Pattern> {
        if stands_for_all_else(&name.name) && !self.hir.types.enum_def(id).variants.iter().any(|variant| variant.name == name.name) {
            self.all_else(pattern.span, &name.name);
            return None;
        }
        let found = self.variant_at(id, name);
        let mut binds = Vec::with_capacity(fields.len());
        for (field, binder) in fields {
            let place = found.and_then(|at| self.field_of_variant(id, at, field));
            let ty = place.map_or(TypeId::ERROR, |(_, ty)| ty);
            let var = match bound.get(&binder.name) {
                Some((var, _)) if !first => self.bound_again(body, *var, ty, binder),
                Some((_, span)) => {
                    let span = *span;
                    self.doubled(binder, span, "name");
                    continue;
                }
                None => {
                    let var = body.declare(&binder.name, ty, false, binder.span);
                    if field.span == binder.span {
                        body.shorthand(var);
                    }
                    bound.insert(binder.name.clone(), (var, binder.span));
                    var
                }
            };
            binds.extend(place.map(|(at, _)| (at, var)));
        }
        let names: Vec<&str> = fields.iter().map(|(_, binder)| binder.name.as_str()).collect();
        let same = self.same_names(pattern, &names, first, bound);
        let variant = found?;
        (same && binds.len() == fields.len()).then_some(Pattern::Variant { enum_id: id, variant, binds })
    }

    fn field_of_variant(&mut self, id: EnumId, at: usize, field: &ast::Ident) -> Option<(usize, TypeId)> {
        let defs = self.fields(Owner::Variant(id, at));
        if let Some(place) = defs.iter().position(|def| def.name == field.name) {
            return Some((place, defs[place].ty));
        }
        let names: Vec<&str> = defs.iter().map(|def| def.name.as_str()).collect();
        let what = format!("field of `{}` named", self.hir.types.enum_def(id).variants[at].name);
        let diagnostic = unknown("E0204", field, &what, nearest(&field.name, names.iter().copied()), &names);
        self.report(diagnostic);
        None
    }

    /// A name that the first pattern of an arm has bound already: it must be of the same type in all.
    fn bound_again(&mut self, body: &Body, var: VarId, ty: TypeId, binder: &ast::Ident) -> VarId {
        let first = body.var(var);
        if first.ty != ty && first.ty != TypeId::ERROR && ty != TypeId::ERROR {
            let (first_name, name) = (self.hir.types.name(first.ty), self.hir.types.name(ty));
            let diagnostic = Diagnostic::error(
                "E0314",
                binder.span,
                format!("`{}` is of different types in the patterns of one arm", binder.name),
                format!("this is {} `{name}`", article(&name)),
            )
            .and(first.span, format!("and this {} `{first_name}`", article(&first_name)))
            .help("write an arm for each");
            self.report(diagnostic);
        }
        var
    }

    /// Patterns of one arm bind the same names, since its body reads them whichever fits.
    fn same_names(&mut self, pattern: &ast::Pattern, names: &[&str], first: bool, bound: &FxHashMap<String, (VarId, Span)>) -> bool {
        if first || (names.len() == bound.len() && names.iter().all(|name| bound.contains_key(*name))) {
            return true;
        }
        let mut diagnostic = Diagnostic::error(
            "E0314",
            pattern.span,
            "the patterns of one arm bind different names",
            "the body of the arm could not read the same names here",
        );
        for (name, (_, span)) in bound {
            if !names.contains(&name.as_str()) {
                diagnostic = diagnostic.and(*span, format!("`{name}` is bound here"));
            }
        }
        self.report(diagnostic.help("write an arm for each"));
        false
    }

    pub(super) fn match_expr(
        &mut self,
        body: &mut Body,
        span: Span,
        scrutinee: &ast::Expr,
        arms: &[ast::MatchArm<ast::ExprBlock>],
        want: Want,
    ) -> Expr {
        let scrutinee = self.scrutinee(body, scrutinee);
        let before = body.facts();
        let mut checked: Vec<(Vec<Pattern>, Span)> = Vec::with_capacity(arms.len());
        let mut values: Vec<Expr> = Vec::with_capacity(arms.len());
        for arm in arms {
            body.push_momentary();
            let patterns = self.patterns(body, &arm.patterns, &scrutinee);
            self.assume_arm(body, &scrutinee, &patterns, checked.iter().map(|(patterns, _)| patterns.as_slice()));
            let hint = match (want, values.first()) {
                (Want::May(None), Some(first)) => Want::May(Some(first.ty)),
                _ => want,
            };
            values.push(self.block(body, &arm.body, hint));
            body.pop_momentary();
            body.restore(before.clone());
            checked.push((patterns, arm.span));
        }
        let (ty, values) = self.branches(body, values, want, "the arms of this `match`");
        let arms: Vec<Arm<Expr>> = checked.into_iter().zip(values).map(|((patterns, span), body)| Arm { patterns, body, span }).collect();
        self.exhaustive(&scrutinee, &arms, None, span);
        if arms.is_empty() {
            return poison(span);
        }
        Expr { kind: ExprKind::Match { scrutinee: Box::new(scrutinee), arms }, ty, span }
    }

    /// Inside an arm that `none` does not reach, an optional scrutinee is known to be there.
    pub fn assume_arm<'p>(
        &self,
        body: &mut Body,
        scrutinee: &Expr,
        patterns: &[Pattern],
        mut earlier: impl Iterator<Item = &'p [Pattern]>,
    ) {
        if self.hir.types.inner(scrutinee.ty).is_none() || patterns.is_empty() {
            return;
        }
        let reached = patterns.iter().any(|pattern| matches!(pattern, Pattern::None | Pattern::Any));
        let only_any = !patterns.iter().any(|pattern| matches!(pattern, Pattern::None));
        let taken = earlier.any(|patterns| patterns.iter().any(|pattern| matches!(pattern, Pattern::None)));
        if (!reached || (only_any && taken))
            && let Some(path) = path_of(&unnarrowed(scrutinee.clone()))
        {
            body.assume(&[path]);
        }
    }

    /// Reports what the arms of a `match` miss, and arms that can never be reached. `nothing` is an arm that does nothing, where
    /// there is such.
    pub fn exhaustive<B>(&mut self, scrutinee: &Expr, arms: &[Arm<B>], nothing: Option<&str>, span: Span) {
        let inside = self.hir.types.inner(scrutinee.ty).unwrap_or(scrutinee.ty);
        if scrutinee.ty == TypeId::ERROR || arms.iter().any(|arm| arm.patterns.is_empty()) {
            return;
        }
        let mut open = self.cases(inside);
        let mut none_open = inside != scrutinee.ty;
        let mut literals: Vec<&ExprKind> = Vec::new();
        for arm in arms {
            let mut reachable = false;
            for pattern in &arm.patterns {
                let (covers_none, covers) = match pattern {
                    Pattern::Any => (true, None),
                    Pattern::None => (true, Some(Vec::new())),
                    Pattern::Variant { variant, .. } => (false, Some(vec![Case::Variant(*variant)])),
                    Pattern::Literal(Expr { kind: ExprKind::Bool(b), .. }) => (false, Some(vec![Case::Bool(*b)])),
                    Pattern::Literal(literal) => {
                        // A number or text is one of endlessly many: only its like can make it unreachable.
                        let seen = literals.iter().any(|seen| same_literal(seen, &literal.kind));
                        reachable |= !seen && open.contains(&Case::Rest);
                        literals.push(&literal.kind);
                        (false, Some(Vec::new()))
                    }
                };
                let before = open.len();
                match covers {
                    None => open.clear(),
                    Some(covered) => open.retain(|case| !covered.contains(case)),
                }
                reachable |= open.len() < before || (covers_none && none_open);
                none_open &= !covers_none;
            }
            if !reachable {
                self.report(
                    Diagnostic::warning("W0302", arm.span, "this arm can never be reached", "the arms before it take everything")
                        .help("remove it, or put it further up"),
                );
            }
        }
        if !open.is_empty() || none_open {
            let arm = arms.last().map(|arm| arm.span.after()).zip(nothing);
            self.report_missed(scrutinee, inside, &open, none_open, arm, span);
        }
    }

    fn cases(&self, ty: TypeId) -> Vec<Case> {
        match self.hir.types.get(ty) {
            Type::Bool => vec![Case::Bool(true), Case::Bool(false)],
            Type::Enum(id) => (0..self.hir.types.enum_def(id).variants.len()).map(Case::Variant).collect(),
            _ => vec![Case::Rest],
        }
    }

    fn report_missed(&mut self, scrutinee: &Expr, ty: TypeId, open: &[Case], none: bool, arm: Option<(Span, &str)>, span: Span) {
        let mut missed: Vec<String> = open
            .iter()
            .filter_map(|case| match (case, self.hir.types.get(ty)) {
                (Case::Variant(at), Type::Enum(id)) => Some(self.hir.types.enum_def(id).variants.get(*at)?.name.clone()),
                (Case::Bool(b), _) => Some(b.to_string()),
                _ => None,
            })
            .collect();
        if none {
            missed.push("none".into());
        }
        let names: Vec<&str> = missed.iter().map(String::as_str).collect();
        let name = self.hir.types.name(scrutinee.ty);
        let rest = open.contains(&Case::Rest);
        let (message, help) = match listed(&names) {
            _ if rest => ("this `match` does not say what happens otherwise".to_string(), "add `_ => …`".to_string()),
            Some(list) => (format!("this `match` misses {list}"), format!("add {}, or `_ => …` for all else", arms_for(&names))),
            None => (format!("this `match` misses {} variants", names.len()), "add `_ => …` for all else".to_string()),
        };
        let diagnostic = Diagnostic::error("E0313", span, message, "not every value finds its arm")
            .and(scrutinee.span, format!("this is {} `{name}`", article(&name)))
            .help(help);
        self.report(match arm {
            Some((behind, nothing)) => {
                let missed = if rest { vec!["_"] } else { names };
                let arms: String = missed.iter().map(|name| format!("\n{name} => {nothing}")).collect();
                diagnostic.fix("add what is missing", behind, arms)
            }
            None => diagnostic,
        });
    }
}

fn arms_for(names: &[&str]) -> String {
    let arms: Vec<String> = names.iter().map(|name| format!("`{name} => …`")).collect();
    arms.join(", ")
}

/// What a value can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    Bool(bool),
    Variant(usize),
    /// Any of endlessly many.
    Rest,
}

fn same_literal(a: &ExprKind, b: &ExprKind) -> bool {
    match (a, b) {
        (ExprKind::Int(a), ExprKind::Int(b))
        | (ExprKind::Decimal(a), ExprKind::Decimal(b))
        | (ExprKind::Duration(a), ExprKind::Duration(b))
        | (ExprKind::Time(a), ExprKind::Time(b))
        | (ExprKind::Date(a), ExprKind::Date(b))
        | (ExprKind::LocalTime(a), ExprKind::LocalTime(b)) => a == b,
        (ExprKind::Str(a), ExprKind::Str(b)) => a == b,
        _ => false,
    }
}

/// Whether a word is what others write for `_`.
fn stands_for_all_else(word: &str) -> bool {
    matches!(word.to_lowercase().as_str(), "default" | "otherwise" | "other" | "others" | "any" | "rest" | "all" | "else")
}
