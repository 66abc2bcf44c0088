//! Operands: names, calls, fields, records, lists, `if` and blocks in expressions.

use super::Reader;
use crate::ast::{Arg, Expr, ExprBlock, ExprKind, Ident, LetBinding};
use journey_grammar::{Rule, Span, Syntax};

impl<'t> Reader<'t> {
    /// The first child of a node that was made by `kind`, as an expression.
    pub(super) fn expr_in(&mut self, node: Syntax<'t>, kind: Rule) -> Expr {
        match node.child(kind) {
            Some(expr) => self.expr(expr),
            None => Expr { kind: ExprKind::Error, span: node.span() },
        }
    }

    /// A primary with its fields, calls and indices.
    pub(super) fn postfix(&mut self, node: Syntax<'t>) -> Expr {
        let span = node.span();
        let links = node.children().count();
        let read = self.deeper(links, span, |reader| {
            let mut parts = node.children();
            let Some(first) = parts.next() else { return Expr { kind: ExprKind::Error, span } };
            let mut value = reader.primary(first);
            for part in parts {
                value = reader.tail(value, part);
            }
            value
        });
        read.unwrap_or(Expr { kind: ExprKind::Error, span })
    }

    fn tail(&mut self, value: Expr, part: Syntax<'t>) -> Expr {
        let span = value.span.to(part.span());
        let kind = match part.kind() {
            Rule::member => self.member(value, part),
            Rule::index => {
                let index = self.expr_in(part, Rule::expr);
                ExprKind::Index(Box::new(value), Box::new(index))
            }
            _ => self.call(value, part),
        };
        Expr { kind, span }
    }

    fn member(&mut self, value: Expr, part: Syntax<'t>) -> ExprKind {
        let name = self.name(part);
        let optional = part.child(Rule::dot).filter(|dot| dot.text() == "?.");
        match (part.child(Rule::args), optional) {
            (None, None) => ExprKind::Field(Box::new(value), name),
            (None, Some(_)) => ExprKind::OptField(Box::new(value), name),
            (Some(args), dot) => {
                if let Some(dot) = dot {
                    self.optional_call(dot, &name);
                }
                ExprKind::Method { recv: Box::new(value), name, args: self.args(args) }
            }
        }
    }

    fn call(&mut self, value: Expr, args: Syntax<'t>) -> ExprKind {
        let span = value.span;
        if let ExprKind::Name(name) = value.kind {
            return ExprKind::Call { callee: Ident { name, span }, args: self.args(args) };
        }
        self.args(args);
        if !matches!(value.kind, ExprKind::Error) {
            self.no_function(span, args.span());
        }
        ExprKind::Error
    }

    pub(super) fn args(&mut self, node: Syntax<'t>) -> Vec<Arg> {
        node.all(Rule::arg).map(|arg| self.arg(arg)).collect()
    }

    fn arg(&mut self, node: Syntax<'t>) -> Arg {
        let named = node.child(Rule::named_arg);
        let name = named.map(|named| self.name(named));
        let holder = named.unwrap_or(node);
        let value = match holder.child(Rule::lambda) {
            Some(lambda) => self.lambda(lambda),
            None => self.expr_in(holder, Rule::expr),
        };
        Arg { name, value }
    }

    fn lambda(&mut self, node: Syntax<'t>) -> Expr {
        let body = Box::new(self.expr_in(node, Rule::expr));
        Expr { kind: ExprKind::Lambda { param: self.name(node), body }, span: node.span() }
    }

    pub(super) fn primary(&mut self, node: Syntax<'t>) -> Expr {
        let span = node.span();
        let kind = match node.kind() {
            Rule::kw_true => ExprKind::Bool(true),
            Rule::kw_false => ExprKind::Bool(false),
            Rule::kw_none => ExprKind::None,
            Rule::kw_now => ExprKind::Now,
            Rule::kw_customer => ExprKind::Customer,
            Rule::kw_profile => ExprKind::Profile,
            Rule::name => ExprKind::Name(self.ident(node).name),
            Rule::string => ExprKind::Str(self.string(node)),
            Rule::single_quoted => ExprKind::Str(self.single_quoted(node)),
            Rule::paren => ExprKind::Paren(Box::new(self.expr_in(node, Rule::expr))),
            Rule::list => self.list(node),
            Rule::record => self.record(node),
            Rule::if_expr => self.if_expr(node),
            Rule::match_expr => self.match_expr(node),
            _ => self.literal(node),
        };
        Expr { kind, span }
    }

    fn list(&mut self, node: Syntax<'t>) -> ExprKind {
        let entries: Vec<Syntax<'t>> = node.all(Rule::entry).collect();
        let is_map = node.has(Rule::empty_map) || entries.first().is_some_and(|entry| entry.has(Rule::colon));
        let mut elements = Vec::new();
        let mut pairs = Vec::new();
        for entry in entries {
            let mut values = entry.all(Rule::expr);
            let key = entry.child(Rule::key).map(|key| self.number_key(key));
            let Some(first) = key.or_else(|| values.next().map(|first| self.expr(first))) else { continue };
            let second = values.next().map(|second| self.expr(second));
            match (is_map, second) {
                (true, Some(value)) => pairs.push((first, value)),
                (false, None) => elements.push(first),
                (_, second) => self.mixed_list(entry.span(), second.is_some()),
            }
        }
        if is_map { ExprKind::Map(pairs) } else { ExprKind::List(elements) }
    }

    fn number_key(&mut self, key: Syntax<'t>) -> Expr {
        let span = key.span();
        let kind = match key.child(Rule::int) {
            Some(int) if key.has(Rule::minus) => self.negative(int, span).unwrap_or(ExprKind::Error),
            Some(int) => self.literal(int),
            None => ExprKind::Error,
        };
        Expr { kind, span }
    }

    fn record(&mut self, node: Syntax<'t>) -> ExprKind {
        let path = node.child(Rule::record_path).map(|path| self.names(path).collect()).unwrap_or_default();
        ExprKind::Record { path, fields: self.record_fields_in(node) }
    }

    /// `{ name: value, name }`; a name alone stands for the variable of that name.
    pub(super) fn record_fields_in(&mut self, node: Syntax<'t>) -> Vec<(Ident, Expr)> {
        let Some(fields) = node.child(Rule::record_fields) else { return Vec::new() };
        let pairs = fields.all(Rule::record_field).map(|field| {
            let name = self.name(field);
            let value = match field.child(Rule::expr) {
                Some(value) => self.expr(value),
                None => Expr { kind: ExprKind::Name(name.name.clone()), span: name.span },
            };
            (name, value)
        });
        pairs.collect()
    }

    /// `if`, its `else if`s and its `else`: flat in the source, nested in the AST.
    fn if_expr(&mut self, node: Syntax<'t>) -> ExprKind {
        let links: Vec<Syntax<'t>> = node.all(Rule::else_if_expr).collect();
        let cond = Box::new(self.expr_in(node, Rule::head_expr));
        let then = self.expr_block_in(node, Rule::expr_block);
        let otherwise = self.deeper(links.len(), node.span(), |reader| {
            let last = node.child(Rule::else_expr).map(|block| reader.expr_block_in(block, Rule::expr_block));
            links.into_iter().rev().fold(last, |otherwise, link| {
                let cond = Box::new(reader.expr_in(link, Rule::head_expr));
                let then = reader.expr_block_in(link, Rule::expr_block);
                let value = Expr { kind: ExprKind::If { cond, then, otherwise }, span: link.span() };
                Some(ExprBlock { lets: Vec::new(), value: Box::new(value), span: link.span() })
            })
        });
        ExprKind::If { cond, then, otherwise: otherwise.flatten() }
    }

    fn let_binding(&mut self, node: Syntax<'t>) -> LetBinding {
        LetBinding { name: self.name(node), ty: self.optional_type(node), value: self.expr_in(node, Rule::expr) }
    }

    pub(super) fn expr_block_in(&mut self, node: Syntax<'t>, kind: Rule) -> ExprBlock {
        let Some(block) = node.child(kind) else { return broken_block(node.span()) };
        let lets = block.all(Rule::let_binding).map(|binding| self.let_binding(binding)).collect();
        ExprBlock { lets, value: Box::new(self.expr_in(block, Rule::expr)), span: block.span() }
    }
}

fn broken_block(span: Span) -> ExprBlock {
    ExprBlock { lets: Vec::new(), value: Box::new(Expr { kind: ExprKind::Error, span }), span }
}
