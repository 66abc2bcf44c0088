//! Statements, but for the forms of `wait`.

use super::{Reader, journeys::is_clause};
use crate::ast::{Binding, Branch, ExperimentVariant, Expr, ExprKind, Ident, Share, Stmt, StmtKind, Wait};
use journey_grammar::{Rule, Span, Syntax, is_error};

impl<'t> Reader<'t> {
    /// The block in a node; empty where there is none.
    pub(super) fn block_in(&mut self, node: Syntax<'t>) -> Vec<Stmt> {
        self.optional_block(node).unwrap_or_default()
    }

    pub(super) fn optional_block(&mut self, node: Syntax<'t>) -> Option<Vec<Stmt>> {
        node.child(Rule::block).map(|block| self.stmts_of(block))
    }

    /// The statements among the children of a node.
    pub(super) fn stmts_of(&mut self, node: Syntax<'t>) -> Vec<Stmt> {
        let mut body = Vec::new();
        let mut parts = node.children().filter(|child| is_stmt(child.kind())).peekable();
        while let Some(part) = parts.next() {
            let mut stmt = self.stmt(part);
            if parts.peek().is_some_and(|next| self.is_cut_short(part, *next)) {
                spoil(&mut stmt);
            }
            body.push(stmt);
        }
        body
    }

    /// Whether a broken part behind a statement belongs to it, so that the statement is not what was meant.
    pub(super) fn is_cut_short(&self, node: Syntax<'t>, next: Syntax<'t>) -> bool {
        is_error(next.kind()) && self.goes_on(node.span(), next.span())
    }

    pub(super) fn stmt(&mut self, node: Syntax<'t>) -> Stmt {
        let span = node.span();
        let kind = self.deeper(1, span, |reader| reader.stmt_kind(node)).unwrap_or(StmtKind::Error);
        Stmt { kind, span }
    }

    fn stmt_kind(&mut self, node: Syntax<'t>) -> StmtKind {
        match node.kind() {
            Rule::let_stmt => self.let_stmt(node),
            Rule::assign_stmt => self.assign_stmt(node),
            Rule::if_stmt => self.if_stmt(node),
            Rule::match_stmt => self.match_stmt(node),
            Rule::for_stmt => StmtKind::For { name: self.name(node), iter: self.head(node), body: self.block_in(node) },
            Rule::while_stmt => StmtKind::While { cond: self.head(node), body: self.block_in(node) },
            Rule::loop_stmt => StmtKind::Loop { body: self.block_in(node) },
            Rule::break_stmt => StmtKind::Break,
            Rule::continue_stmt => StmtKind::Continue,
            Rule::step_stmt => self.step_stmt(node),
            Rule::wait_stmt => self.wait_stmt(node),
            Rule::send_stmt => self.send_stmt(node, None),
            Rule::call_stmt => self.call_stmt(node, None),
            Rule::run_stmt => self.run_stmt(node, None),
            Rule::start_stmt => StmtKind::Start { journey: self.name(node), args: self.args_in(node) },
            Rule::emit_stmt | Rule::broadcast_stmt => StmtKind::Emit {
                broadcast: node.kind() == Rule::broadcast_stmt,
                event: self.name(node),
                fields: self.record_fields_in(node),
            },
            Rule::experiment_stmt => self.experiment_stmt(node),
            Rule::parallel_stmt | Rule::race_stmt => self.branches_stmt(node),
            Rule::try_stmt => self.try_stmt(node),
            Rule::undo_stmt => StmtKind::Undo { body: self.block_in(node) },
            Rule::finish_stmt => StmtKind::Finish(self.name(node)),
            Rule::fail_stmt => StmtKind::Fail(self.expr_in(node, Rule::expr)),
            kind if is_error(kind) => StmtKind::Error,
            _ => self.unsupported_stmt(node, Vec::new()),
        }
    }

    fn let_stmt(&mut self, node: Syntax<'t>) -> StmtKind {
        let name = self.name(node);
        if let Some(effect) = effect_in(node) {
            let binding = Binding::Let { assignable: node.has(Rule::kw_var), name: name.clone(), ty: self.optional_type(node) };
            return self.effect_value(effect, vec![name], binding);
        }
        StmtKind::Let { assignable: node.has(Rule::kw_var), name, ty: self.optional_type(node), value: self.expr_in(node, Rule::expr) }
    }

    /// `send …`, `call …`, `run …` or `decide …` as the value of a binding.
    fn effect_value(&mut self, effect: Syntax<'t>, binds: Vec<Ident>, binding: Binding) -> StmtKind {
        match effect.kind() {
            Rule::call_stmt => self.call_stmt(effect, Some(binding)),
            Rule::run_stmt => self.run_stmt(effect, Some(binding)),
            Rule::send_stmt => self.send_stmt(effect, Some(binding)),
            _ => self.unsupported_stmt(effect, binds),
        }
    }

    fn assign_stmt(&mut self, node: Syntax<'t>) -> StmtKind {
        let Some((target, op)) = node.child(Rule::target).zip(node.child(Rule::assign_op)) else { return StmtKind::Error };
        let target = self.target(target);
        if let Some(effect) = effect_in(node) {
            self.only_assigned(op, &target);
            return self.effect_value(effect, Vec::new(), Binding::Assign(target));
        }
        let value = self.expr_in(node, Rule::expr);
        match op.text() {
            "+=" => StmtKind::AddAssign { target, value },
            "=" => StmtKind::Assign { target, value },
            _ => {
                self.wrong_assignment(op, &target);
                StmtKind::Assign { target, value }
            }
        }
    }

    fn target(&mut self, node: Syntax<'t>) -> Expr {
        let mut parts = node.children().filter(|part| part.kind() != Rule::dot);
        let first = parts.next().unwrap_or(node);
        let kind = if first.kind() == Rule::kw_profile { ExprKind::Profile } else { ExprKind::Name(self.ident(first).name) };
        let links = parts.clone().count();
        let base = Expr { kind, span: first.span() };
        let read = self.deeper(links, node.span(), |reader| {
            parts.fold(base, |target, part| {
                let span = target.span.to(part.span());
                let kind = match part.kind() {
                    Rule::index => ExprKind::Index(Box::new(target), Box::new(reader.expr_in(part, Rule::expr))),
                    _ => ExprKind::Field(Box::new(target), reader.ident(part)),
                };
                Expr { kind, span }
            })
        });
        read.unwrap_or(Expr { kind: ExprKind::Error, span: node.span() })
    }

    /// The condition, list or value in the head of a statement with a block.
    pub(super) fn head(&mut self, node: Syntax<'t>) -> Expr {
        let Some(head) = node.child(Rule::head) else { return Expr { kind: ExprKind::Error, span: node.span() } };
        match head.first() {
            Some(expr) if expr.kind() == Rule::head_expr => self.expr(expr),
            _ => Expr { kind: ExprKind::Error, span: head.span() },
        }
    }

    /// `if`, its `else if`s and its `else`: flat in the source, nested in the AST.
    fn if_stmt(&mut self, node: Syntax<'t>) -> StmtKind {
        let cond = self.head(node);
        let then = self.block_in(node);
        let links = node.all(Rule::else_if).count();
        let otherwise = self.deeper(links, node.span(), |reader| {
            let last = node.child(Rule::else_block).map(|block| reader.block_in(block));
            let links: Vec<Syntax<'t>> = node.all(Rule::else_if).collect();
            links.into_iter().rev().fold(last, |otherwise, link| {
                let kind = StmtKind::If { cond: reader.head(link), then: reader.block_in(link), otherwise };
                Some(vec![Stmt { kind, span: link.span() }])
            })
        });
        StmtKind::If { cond, then, otherwise: otherwise.flatten() }
    }

    fn step_stmt(&mut self, node: Syntax<'t>) -> StmtKind {
        StmtKind::Step {
            name: self.name(node),
            title: node.child(Rule::string).map(|string| self.plain_string(string)),
            renamed_from: node.child(Rule::renamed_from).map(|from| self.name(from)),
            body: self.block_in(node),
        }
    }

    fn send_stmt(&mut self, node: Syntax<'t>, binding: Option<Binding>) -> StmtKind {
        let args = self.args_in(node);
        let channels = node.child(Rule::channels);
        let first_of = channels.and_then(|channels| channels.child(Rule::first_of));
        let names = first_of.or(channels).map(|names| self.names(names).collect()).unwrap_or_default();
        StmtKind::Send { binding, message: self.name(node), args, channels: names, first_of: first_of.is_some() }
    }

    fn experiment_stmt(&mut self, node: Syntax<'t>) -> StmtKind {
        let variants = node.children().filter(|child| matches!(child.kind(), Rule::variant | Rule::holdout));
        let mut variants: Vec<ExperimentVariant> = variants.map(|variant| self.experiment_variant(variant)).collect();
        if let Some(broken) = node.child(Rule::error_arm) {
            if variants.is_empty() {
                return StmtKind::Error;
            }
            variants.push(unread_variant(&variants, broken.span()));
        }
        StmtKind::Experiment { name: self.name(node), variants }
    }

    fn branches_stmt(&mut self, node: Syntax<'t>) -> StmtKind {
        let branches: Vec<Branch> = node
            .all(Rule::branch)
            .map(|branch| Branch { name: self.name(branch), body: self.block_in(branch), span: branch.span() })
            .collect();
        // What could not be read of it may have been all that there is.
        if branches.is_empty() && node.has(Rule::error_arm) {
            return StmtKind::Error;
        }
        StmtKind::Branches { race: node.kind() == Rule::race_stmt, branches }
    }

    fn try_stmt(&mut self, node: Syntax<'t>) -> StmtKind {
        let mut blocks = node.all(Rule::block);
        let (body, handler) = (blocks.next(), blocks.next());
        StmtKind::Try {
            body: body.map(|block| self.stmts_of(block)).unwrap_or_default(),
            error: self.name(node),
            handler: handler.map(|block| self.stmts_of(block)).unwrap_or_default(),
        }
    }

    fn experiment_variant(&mut self, node: Syntax<'t>) -> ExperimentVariant {
        let holdout = node.kind() == Rule::holdout;
        let name = match node.child(Rule::kw_holdout) {
            Some(word) => self.ident(word),
            None => self.name(node),
        };
        let share = match node.child(Rule::share) {
            Some(share) => self.share(share),
            None => Share::Rest(node.span()),
        };
        ExperimentVariant { name, holdout, share, body: self.block_in(node), span: node.span() }
    }
}

/// Stands for what could not be read of an experiment: its share is what the others leave, so that no sum is reported.
fn unread_variant(others: &[ExperimentVariant], span: Span) -> ExperimentVariant {
    let points = |variant: &ExperimentVariant| if let Share::BasisPoints(points, _) = variant.share { u64::from(points) } else { 10_000 };
    let none_left = others.iter().map(points).sum::<u64>() >= 10_000;
    let share = if none_left { Share::BasisPoints(0, span) } else { Share::Rest(span) };
    ExperimentVariant { name: Ident { name: String::new(), span }, holdout: true, share, body: Vec::new(), span }
}

/// The statement that stands as the value of a binding.
fn effect_in(node: Syntax<'_>) -> Option<Syntax<'_>> {
    node.children().find(|child| matches!(child.kind(), Rule::send_stmt | Rule::call_stmt | Rule::run_stmt | Rule::decide_stmt))
}

fn is_stmt(kind: Rule) -> bool {
    let mark = matches!(kind, Rule::open | Rule::close | Rule::unclosed | Rule::semicolon);
    let head = matches!(kind, Rule::kw_journey | Rule::ident | Rule::params | Rule::string | Rule::error_clause);
    !mark && !head && !is_clause(kind)
}

/// Leaves of a statement that was cut short only what it binds.
fn spoil(stmt: &mut Stmt) {
    match &mut stmt.kind {
        StmtKind::Let { value, .. } => value.kind = ExprKind::Error,
        StmtKind::Wait { wait: Wait::For(_) | Wait::Until(_) | Wait::UntilLocal { .. } | Wait::UntilWithin { .. }, .. }
        | StmtKind::Send { .. }
        | StmtKind::Start { .. }
        | StmtKind::Emit { .. }
        | StmtKind::Assign { .. }
        | StmtKind::AddAssign { .. }
        | StmtKind::Finish(_)
        | StmtKind::Fail(_) => stmt.kind = StmtKind::Error,
        _ => {}
    }
}
