//! Templates: files of text with `{{ … }}` and `{% … %}`, which messages name as `file "cart_reminder.html"`.
//!
//! The syntax is MiniJinja's, the meaning the language's: a template becomes an expression of type String over the parameters
//! of its message. So it is checked, bounded and run like everything else that a program computes, and what can't be
//! checked is refused. In a file that ends in `.html` or `.htm` values are written as HTML writes them in text.

mod exprs;
mod files;
mod filters;
mod foreign;
mod slips;
mod words;

pub use files::{TEMPLATE_BYTES_MAX, Unread, named, refused};
pub use words::translate;

use crate::ast::{self, Expr, ExprBlock, ExprKind, Ident, StrPart};
use crate::diagnostics::Diagnostic;
use crate::source::Sources;
use journey_grammar::{FileId, Span};
use minijinja::machinery::{self, ast as jinja};
use std::path::Path;
use std::sync::Arc;

/// Bytes between the braces of one `{{ … }}` or `{% … %}`.
const TAG_BYTES_MAX: usize = 4_096;
/// `{% elif %}`s of one template.
const BRANCHES_MAX: usize = 500;
/// Expressions and blocks within one another.
const DEPTH_MAX: usize = 100;

/// A file that messages name, read or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// As written.
    pub name: String,
    /// Its number among the sources, and its text.
    pub read: Result<(FileId, Arc<str>), Unread>,
}

/// What the messages of a source file name.
pub type Templates = Vec<Template>;

/// Puts expressions in the place of the templates that a file's messages name, and tells what is wrong with those.
pub fn resolve(sources: &Sources, templates: &[Template], file: &mut ast::File) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let messages = file.items.iter_mut().filter_map(|item| match &mut item.kind {
        ast::ItemKind::Message { params, variants, .. } => Some((&*params, variants)),
        _ => None,
    });
    let fields =
        messages.flat_map(|(params, variants)| variants.iter_mut().flat_map(move |v| v.fields.iter_mut().map(move |f| (params, f))));
    for (params, field) in fields {
        let (path, span) = match &field.value {
            ast::ContentValue::File(path, span) => (path, span),
            ast::ContentValue::Expr(Expr { kind: ExprKind::Str(_), span }) => {
                diagnostics.extend(foreign::in_text(sources.text(*span), *span, params));
                continue;
            }
            ast::ContentValue::Expr(_) => continue,
        };
        match found(path, templates) {
            Some(Ok((file, _))) => {
                let (text, found) = read(sources, *file, params);
                diagnostics.extend(found);
                if let Some(text) = text {
                    field.value = ast::ContentValue::Expr(text);
                }
            }
            Some(Err(why)) => diagnostics.push(refused(path, *span, Some(why))),
            None => diagnostics.push(refused(path, *span, None)),
        }
    }
    diagnostics
}

fn found<'t>(path: &str, templates: &'t [Template]) -> Option<&'t Result<(FileId, Arc<str>), Unread>> {
    templates.iter().find(|template| template.name == path).map(|template| &template.read)
}

/// The texts of the templates that a declaration names, one after another; to be asked before they are resolved.
#[must_use]
pub fn beside(item: &ast::Item, templates: &[Template]) -> String {
    let ast::ItemKind::Message { variants, .. } = &item.kind else { return String::new() };
    let values = variants.iter().flat_map(|variant| &variant.fields).map(|field| &field.value);
    let texts = values.filter_map(|value| match value {
        ast::ContentValue::File(path, _) => Some(found(path, templates)?.as_ref().ok()?.1.as_ref()),
        ast::ContentValue::Expr(_) => None,
    });
    texts.collect()
}

/// The expression that a template stands for, and what is wrong with it.
fn read(sources: &Sources, file: FileId, params: &[ast::Param]) -> (Option<Expr>, Vec<Diagnostic>) {
    let source = sources.get(file);
    let text: &str = &source.text;
    let mut reader = Reader { text, file, is_html: is_html(&source.name), depth: 0, diagnostics: Vec::new() };
    if let Some(limit) = reader.limits() {
        return (None, vec![limit]);
    }
    reader.slips();
    if !reader.diagnostics.is_empty() {
        return (None, reader.diagnostics);
    }
    let parsed = machinery::parse(text, &source.name, minijinja::syntax::SyntaxConfig, machinery::WhitespaceConfig::default());
    let body = match &parsed {
        Ok(jinja::Stmt::Template(template)) => reader.block(&template.children),
        Ok(_) => return (None, Vec::new()),
        Err(error) => {
            reader.syntax(error);
            return (None, reader.diagnostics);
        }
    };
    let is_right = reader.diagnostics.is_empty();
    let warnings = foreign::warnings(text, file, reader.is_html, params);
    reader.diagnostics.extend(warnings);
    (is_right.then_some(body), reader.diagnostics)
}

fn is_html(name: &str) -> bool {
    let extension = Path::new(name).extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| extension.eq_ignore_ascii_case("html") || extension.eq_ignore_ascii_case("htm"))
}

/// A template while it becomes an expression.
struct Reader<'t> {
    text: &'t str,
    file: FileId,
    is_html: bool,
    depth: usize,
    diagnostics: Vec<Diagnostic>,
}

impl Reader<'_> {
    /// What is too long or too deep to be read.
    fn limits(&self) -> Option<Diagnostic> {
        let mut rest = 0;
        while let Some(open) = self.text.get(rest..).and_then(|text| text.find("{{").into_iter().chain(text.find("{%")).min()) {
            let start = rest + open;
            let close = self.text.get(start..).and_then(|text| text.find("}}").into_iter().chain(text.find("%}")).min());
            let end = start + close.unwrap_or(self.text.len() - start);
            if end - start > TAG_BYTES_MAX {
                return Some(
                    self.wrong(
                        self.at(start, start + 2),
                        "this is too long for a template",
                        format!("more than {TAG_BYTES_MAX} bytes up to its end"),
                    )
                    .help("compute it in a `fn`, and pass the result"),
                );
            }
            rest = end.max(start + 2);
        }
        let (place, _) = self.text.match_indices("elif").nth(BRANCHES_MAX)?;
        Some(
            self.wrong(self.at(place, place + 4), "this template has too many branches", format!("more than {BRANCHES_MAX}"))
                .help("choose the text in a `fn`, and pass it"),
        )
    }

    fn at(&self, start: usize, end: usize) -> Span {
        let offset = |at: usize| u32::try_from(at.min(self.text.len())).unwrap_or(u32::MAX);
        Span::new(self.file, offset(start), offset(end))
    }

    fn span(&self, span: machinery::Span) -> Span {
        self.at(span.start_offset as usize, span.end_offset as usize)
    }

    fn wrong(&self, span: Span, message: impl Into<String>, label: impl Into<String>) -> Diagnostic {
        Diagnostic::error("E0450", span, message, label)
    }

    /// Reports a part that has no checked meaning; stands for any value.
    fn refuse(&mut self, span: Span, what: &str, help: &str) -> Expr {
        self.refuse_as(span, format!("{what} can't stand in a template"), "the compiler couldn't check it", help)
    }

    fn refuse_as(&mut self, span: Span, message: String, label: &str, help: &str) -> Expr {
        let diagnostic = self.wrong(span, message, label).help(help);
        self.diagnostics.push(diagnostic);
        Expr { kind: ExprKind::Error, span }
    }

    /// Goes a level deeper.
    fn deeper(&mut self, span: Span, read: impl FnOnce(&mut Self) -> Expr) -> Expr {
        if self.depth >= DEPTH_MAX {
            let diagnostic = self.wrong(span, "this is nested too deep", format!("more than {DEPTH_MAX} levels"));
            self.diagnostics.push(diagnostic.help("compute parts of it in a `fn`, and pass the results"));
            return Expr { kind: ExprKind::Error, span };
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }

    /// Statements as one text.
    fn block(&mut self, stmts: &[jinja::Stmt<'_>]) -> Expr {
        let mut parts = Vec::new();
        let mut span: Option<Span> = None;
        for stmt in stmts {
            let (part, at) = self.stmt(stmt);
            span = Some(span.map_or(at, |first| first.to(at)));
            parts.extend(part);
        }
        Expr { kind: ExprKind::Str(parts), span: span.unwrap_or(self.at(0, 0)) }
    }

    fn stmt(&mut self, stmt: &jinja::Stmt<'_>) -> (Option<StrPart>, Span) {
        use jinja::Stmt as S;
        let (what, help, span) = match stmt {
            S::EmitRaw(raw) => return (Some(StrPart::Text(raw.raw.to_owned())), self.span(raw.span())),
            S::EmitExpr(emit) => {
                let span = self.span(emit.span());
                let value = self.deeper(span, |reader| reader.output(&emit.expr));
                return (Some(StrPart::Expr(value)), span);
            }
            S::IfCond(cond) => {
                let span = self.span(cond.span());
                let value = self.deeper(span, |reader| reader.if_stmt(cond, span));
                return (Some(StrPart::Expr(value)), span);
            }
            S::ForLoop(each) => {
                let span = self.span(each.span());
                let value = self.deeper(span, |reader| reader.for_stmt(each, span));
                return (Some(StrPart::Expr(value)), span);
            }
            S::Template(other) => ("this", "remove it", other.span()),
            S::Set(set) => ("`{% set %}`", "pass the value to the message, or compute it in a `fn`", set.span()),
            S::SetBlock(set) => ("`{% set %}`", "write the text where it is used", set.span()),
            S::WithBlock(with) => ("`{% with %}`", "pass the value to the message, or compute it in a `fn`", with.span()),
            S::AutoEscape(escape) => ("`{% autoescape %}`", "name the file `.html` to have values escaped, else `.txt`", escape.span()),
            S::FilterBlock(filter) => ("`{% filter %}`", "change the values themselves: `{{ name | upper }}`", filter.span()),
            S::Do(call) => ("`{% do %}`", "a template only shows values", call.span()),
        };
        let span = self.span(span);
        (Some(StrPart::Expr(self.refuse(span, what, help))), span)
    }

    /// `{{ … }}`: its text, escaped where that is due.
    fn output(&mut self, expr: &jinja::Expr<'_>) -> Expr {
        let span = self.span(expr.span());
        let (escaped, inner) = match expr {
            jinja::Expr::Filter(filter) if filter.args.is_empty() && filter.name == "safe" => (false, filter.expr.as_ref()),
            jinja::Expr::Filter(filter) if filter.args.is_empty() && matches!(filter.name, "e" | "escape") => (true, filter.expr.as_ref()),
            _ => (self.is_html, Some(expr)),
        };
        let Some(inner) = inner else { return Expr { kind: ExprKind::Error, span } };
        let value = self.expr(inner);
        if escaped { Expr { span: value.span, kind: ExprKind::EscapeHtml(Box::new(value)) } } else { value }
    }

    fn if_stmt(&mut self, cond: &jinja::IfCond<'_>, span: Span) -> Expr {
        let test = self.expr(&cond.expr);
        let (then, otherwise) = (self.block(&cond.true_body), self.block(&cond.false_body));
        chosen(test, then, otherwise, span)
    }

    /// `{% for x in xs if c %}…{% else %}…{% endfor %}`
    fn for_stmt(&mut self, each: &jinja::ForLoop<'_>, span: Span) -> Expr {
        let jinja::Expr::Var(target) = &each.target else {
            let at = self.span(each.target.span());
            return self.refuse(
                at,
                "more than one name here",
                "a loop runs over a list, and gives each element one name: `{% for item in items %}`",
            );
        };
        if each.recursive {
            return self.refuse(span, "`recursive`", "leave it out");
        }
        let param = Ident { name: exprs::normal(target.id), span: self.span(target.span()) };
        let mut list = self.expr(&each.iter);
        if let Some(filter) = &each.filter_expr {
            let test = self.expr(filter);
            list = method(list, "filter", vec![lambda(&param, test)]);
        }
        let body = self.block(&each.body);
        let text = method(method(list.clone(), "map", vec![lambda(&param, body)]), "join", vec![exprs::text("", span)]);
        if each.else_body.is_empty() {
            return text;
        }
        let otherwise = self.block(&each.else_body);
        chosen(method(list, "is_empty", Vec::new()), otherwise, text, span)
    }
}

fn chosen(cond: Expr, then: Expr, otherwise: Expr, span: Span) -> Expr {
    let block = |value: Expr| ExprBlock { lets: Vec::new(), span: value.span, value: Box::new(value) };
    Expr { kind: ExprKind::If { cond: Box::new(cond), then: block(then), otherwise: Some(block(otherwise)) }, span }
}

fn method(recv: Expr, name: &str, args: Vec<Expr>) -> Expr {
    let at = recv.span;
    method_at(recv, name, at, args)
}

/// A call of a method whose name stands there.
fn method_at(recv: Expr, name: &str, at: Span, args: Vec<Expr>) -> Expr {
    let span = recv.span.to(at);
    let args = args.into_iter().map(|value| ast::Arg { name: None, value }).collect();
    Expr { kind: ExprKind::Method { recv: Box::new(recv), name: Ident { name: name.to_owned(), span: at }, args }, span }
}

fn lambda(param: &Ident, body: Expr) -> Expr {
    let span = body.span;
    Expr { kind: ExprKind::Lambda { param: param.clone(), body: Box::new(body) }, span }
}
