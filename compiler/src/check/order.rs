//! The order of constants, defaults, functions and segments: each after all that it needs. Rings are reported.

use super::Checker;
use super::names::{Decl, Owner};
use crate::ast::{Arg, Expr, ExprBlock, ExprKind, Ident, MatchArm, PatternKind, StrPart};
use crate::diagnostics::Diagnostic;
use indexmap::IndexMap;
use journey_grammar::Span;
use rustc_hash::{FxHashMap, FxHashSet};

/// What is put in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Node {
    /// Index into `Checker::constants`.
    Const(usize),
    /// The default of a field.
    Default(Owner, usize),
    /// Index into `Checker::signatures`.
    Fn(usize),
    /// Index into `Checker::segments`.
    Segment(usize),
}

/// What a node is made of.
#[derive(Debug)]
pub(super) struct Needs {
    pub name: String,
    pub span: Span,
    /// What it names, and where.
    pub on: Vec<(Node, Span)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Visit {
    Open,
    Done,
}

impl Checker {
    /// Each node after all that it needs; a ring is reported, and its members come in some order.
    pub(super) fn order(&mut self, nodes: &IndexMap<Node, Needs>) -> Vec<Node> {
        let mut visits: FxHashMap<Node, Visit> = FxHashMap::default();
        let mut order = Vec::new();
        for &root in nodes.keys() {
            if visits.contains_key(&root) {
                continue;
            }
            visits.insert(root, Visit::Open);
            let mut way: Vec<(Node, usize)> = vec![(root, 0)];
            while let Some((node, next)) = way.last_mut() {
                let Some(&(need, _)) = nodes.get(node).and_then(|needs| needs.on.get(*next)) else {
                    visits.insert(*node, Visit::Done);
                    order.push(*node);
                    way.pop();
                    continue;
                };
                *next += 1;
                match visits.get(&need) {
                    Some(Visit::Done) => {}
                    Some(Visit::Open) => {
                        let start = way.iter().position(|(on_way, _)| *on_way == need).unwrap_or(0);
                        let ring: Vec<(Node, usize)> = way[start..].to_vec();
                        self.report_ring(&ring, nodes);
                    }
                    None => {
                        visits.insert(need, Visit::Open);
                        way.push((need, 0));
                    }
                }
            }
        }
        order
    }

    /// Each member of a ring comes with the number behind that of the need that leads on.
    fn report_ring(&mut self, ring: &[(Node, usize)], nodes: &IndexMap<Node, Needs>) {
        let members: Vec<(&Needs, Span)> = ring
            .iter()
            .filter_map(|(node, next)| {
                let needs = nodes.get(node)?;
                let (_, span) = needs.on.get(next.checked_sub(1)?)?;
                Some((needs, *span))
            })
            .collect();
        let Some(((first, leads), rest)) = members.split_first() else { return };
        let functions = ring.iter().all(|(node, _)| matches!(node, Node::Fn(_)));
        let (code, verb, help) = if functions {
            ("E0209", "calls", "functions do not call themselves: use the methods of lists, as in `items.sum(i => i.price)`")
        } else if ring.iter().all(|(node, _)| matches!(node, Node::Segment(_))) {
            ("E0455", "needs", "write the condition of one of them out")
        } else {
            ("E0210", "needs", "write one of the values out")
        };
        let mut names: Vec<String> = members.iter().map(|(needs, _)| format!("`{}`", needs.name)).collect();
        names.push(format!("`{}`", first.name));
        let message = if rest.is_empty() {
            format!("`{}` {verb} itself", first.name)
        } else {
            // A long ring is shown by its labels.
            let shown = if names.len() > 6 {
                format!("`{}` {verb} {} {verb} … {verb} `{}`", first.name, names[1], first.name)
            } else {
                names.join(&format!(" {verb} "))
            };
            format!("{shown}: a ring")
        };
        let mut diagnostic = Diagnostic::error(code, first.span, message, "this comes back to itself")
            .and(*leads, format!("here it {verb} {}", names.get(1).map_or("itself", String::as_str)))
            .help(help);
        for (at, (needs, span)) in rest.iter().enumerate().take(8) {
            let next = names.get(at + 2).map_or("", String::as_str);
            diagnostic = diagnostic.and(*span, format!("here `{}` {verb} {next}", needs.name));
        }
        self.report(diagnostic);
    }

    /// What an expression needs.
    pub(super) fn needs_of(&self, expr: &Expr) -> Vec<(Node, Span)> {
        let mut walk = Walk { checker: self, locals: Vec::new(), found: Vec::new() };
        walk.expr(expr);
        walk.found
    }

    /// What the body of a function needs.
    pub(super) fn needs_of_body(&self, params: &[String], block: &ExprBlock) -> Vec<(Node, Span)> {
        let mut walk = Walk { checker: self, locals: params.to_vec(), found: Vec::new() };
        walk.block(block);
        walk.found
    }
}

/// Finds the names in an expression that are not its own.
struct Walk<'c> {
    checker: &'c Checker,
    locals: Vec<String>,
    found: Vec<(Node, Span)>,
}

impl Walk<'_> {
    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Name(name) => self.name(name, expr.span),
            ExprKind::Str(parts) => parts.iter().for_each(|part| {
                if let StrPart::Expr(expr) = part {
                    self.expr(expr);
                }
            }),
            ExprKind::Field(of, _) | ExprKind::OptField(of, _) | ExprKind::Unary(_, of) | ExprKind::Paren(of) => self.expr(of),
            ExprKind::Index(a, b) | ExprKind::Binary(_, _, a, b) => {
                self.expr(a);
                self.expr(b);
            }
            ExprKind::Call { callee, args } => {
                if let Some(Decl::Fn(at)) = self.checker.globals.get(&callee.name).map(|global| global.decl) {
                    self.found.push((Node::Fn(at), callee.span));
                }
                self.args(args);
            }
            ExprKind::Method { recv, args, .. } => {
                self.expr(recv);
                self.args(args);
            }
            ExprKind::Lambda { param, body } => self.within(|walk| {
                walk.locals.push(param.name.clone());
                walk.expr(body);
            }),
            ExprKind::Record { path, fields } => self.record(path, fields),
            ExprKind::List(elements) => elements.iter().for_each(|element| self.expr(element)),
            ExprKind::Map(entries) => entries.iter().for_each(|(key, value)| {
                self.expr(key);
                self.expr(value);
            }),
            ExprKind::If { cond, then, otherwise } => {
                self.expr(cond);
                self.block(then);
                otherwise.iter().for_each(|block| self.block(block));
            }
            ExprKind::Match { scrutinee, arms } => {
                self.expr(scrutinee);
                arms.iter().for_each(|arm| self.arm(arm));
            }
            _ => {}
        }
    }

    fn within(&mut self, inside: impl FnOnce(&mut Self)) {
        let depth = self.locals.len();
        inside(self);
        self.locals.truncate(depth);
    }

    fn name(&mut self, name: &str, span: Span) {
        if self.locals.iter().any(|local| local == name) {
            return;
        }
        match self.checker.globals.get(name).map(|global| global.decl) {
            Some(Decl::Const(at)) => self.found.push((Node::Const(at), span)),
            Some(Decl::Segment(at)) => self.found.push((Node::Segment(at), span)),
            _ => {}
        }
    }

    fn args(&mut self, args: &[Arg]) {
        args.iter().for_each(|arg| self.expr(&arg.value));
    }

    fn block(&mut self, block: &ExprBlock) {
        self.within(|walk| {
            for binding in &block.lets {
                walk.expr(&binding.value);
                walk.locals.push(binding.name.name.clone());
            }
            walk.expr(&block.value);
        });
    }

    fn arm(&mut self, arm: &MatchArm<ExprBlock>) {
        self.within(|walk| {
            for pattern in &arm.patterns {
                if let PatternKind::Variant { fields: Some(fields), .. } = &pattern.kind {
                    walk.locals.extend(fields.iter().map(|(_, binder)| binder.name.clone()));
                }
            }
            walk.block(&arm.body);
        });
    }

    /// A literal needs the defaults of the fields that it leaves out.
    fn record(&mut self, path: &[Ident], fields: &[(Ident, Expr)]) {
        let given: FxHashSet<&str> = fields.iter().map(|(name, _)| name.name.as_str()).collect();
        if let Some(last) = path.last() {
            for owner in self.checker.owners_named(path) {
                for (at, field) in self.checker.fields(owner).iter().enumerate() {
                    if !given.contains(field.name.as_str()) && self.checker.defaults.contains(&(owner, at)) {
                        self.found.push((Node::Default(owner, at), last.span));
                    }
                }
            }
        }
        fields.iter().for_each(|(_, value)| self.expr(value));
    }
}

impl Checker {
    /// What a record literal of that path may be of; a bare name may be a variant of any enum that has one of that name.
    fn owners_named(&self, path: &[Ident]) -> Vec<Owner> {
        let decl = |name: &Ident| self.globals.get(&name.name).map(|global| global.decl);
        match path {
            [name] => match decl(name) {
                Some(Decl::Type(id)) => vec![Owner::Record(id)],
                Some(Decl::Event(id)) => vec![Owner::Record(self.hir.events[id.index()].record)],
                _ => self.variants_named(&name.name).into_iter().map(|(id, at)| Owner::Variant(id, at)).collect(),
            },
            [name, variant] => match decl(name) {
                Some(Decl::Enum(id)) => self
                    .hir
                    .types
                    .enum_def(id)
                    .variants
                    .iter()
                    .position(|v| v.name == variant.name)
                    .map(|at| Owner::Variant(id, at))
                    .into_iter()
                    .collect(),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }
}
