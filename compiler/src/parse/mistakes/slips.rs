//! Slips that are read as meant: signs of other languages, marks too many, things said twice.

use super::super::Reader;
use crate::{
    ast::{Expr, ExprKind, Ident},
    diagnostics::Diagnostic,
};
use journey_grammar::{Span, Syntax};

impl<'t> Reader<'t> {
    pub(in super::super) fn semicolon(&mut self, node: Syntax<'t>) {
        let span = node.span();
        self.report(
            Diagnostic::error("E0106", span, "a statement ends without `;`", "this mark can't stand here")
                .help("remove the `;`: each statement ends where the next begins")
                .fix("remove `;`", span, ""),
        );
    }

    /// `&&` for `and`, `=` for `==`, `!` for `not`.
    pub(in super::super) fn wrong_sign(&mut self, sign: Syntax<'t>, right: &str) {
        let span = sign.span();
        let (message, label) = match sign.text() {
            "=" => ("`=` gives a name its value, `==` compares".to_string(), "this stands where two values are compared".to_string()),
            text => (format!("`{text}` is written `{right}`"), format!("write `{right}` here")),
        };
        let space = if sign.text() == "!" { " " } else { "" };
        self.report(Diagnostic::error("E0105", span, message, label).help(format!("write `{right}`")).fix(
            format!("write `{right}`"),
            span,
            format!("{right}{space}"),
        ));
    }

    /// `x == e` or `x -= e` as a statement.
    pub(in super::super) fn wrong_assignment(&mut self, op: Syntax<'t>, target: &Expr) {
        let span = op.span();
        let name = self.slice(target.span);
        let diagnostic = if op.text() == "==" {
            Diagnostic::error("E0105", span, "`==` compares, `=` gives a name its value", "this compares and does nothing with the answer")
                .help(format!("write `{name} = …`"))
                .fix("write `=`", span, "=")
        } else {
            let sign = op.text().trim_end_matches('=');
            Diagnostic::error("E0105", span, format!("`{}` is not an assignment", op.text()), "only `=` and `+=` assign")
                .help(format!("write `{name} = {name} {sign} …`"))
        };
        self.report(diagnostic);
    }

    pub(in super::super) fn optional_call(&mut self, dot: Syntax<'t>, name: &Ident) {
        let method = &name.name;
        self.report(
            Diagnostic::error("E0101", dot.span(), format!("`?.` reads a field, and `{method}()` is a method"), "a method needs a value")
                .help("give a fallback first: `(x ?? fallback).method()`, or test `x != none`"),
        );
    }

    pub(in super::super) fn no_function(&mut self, callee: Span, args: Span) {
        self.report(
            Diagnostic::error("E0101", args, "only a name can be called", "these parentheses call what stands before them")
                .and(callee, "this is a value, not the name of a function")
                .help("remove the parentheses, or write a space of its own: a new statement begins on a new line"),
        );
    }

    /// `body: file("x.html")`: a template is named without parentheses. Reports it, and leaves nothing of the value.
    pub(in super::super) fn no_file_call(&mut self, value: Expr) -> Expr {
        let ExprKind::Call { callee, args } = &value.kind else { return value };
        let word = callee.name.as_str();
        if !matches!(word, "file" | "template" | "include" | "load") {
            return value;
        }
        let name = args.first().map_or("\"hello.html\"", |arg| self.slice(arg.value.span)).to_string();
        let diagnostic = Diagnostic::error("E0101", value.span, "a template is named without parentheses", "this calls nothing")
            .help(format!("write `file {name}`"));
        self.report(if name.starts_with('"') {
            diagnostic.fix(format!("write `file {name}`"), value.span, format!("file {name}"))
        } else {
            diagnostic
        });
        Expr { kind: ExprKind::Error, span: value.span }
    }

    pub(in super::super) fn mixed_list(&mut self, entry: Span, pair: bool) {
        let (message, label) = if pair {
            ("a list has single values, not pairs", "this is a pair of a key and a value")
        } else {
            ("a map has pairs of a key and a value", "this value has no key")
        };
        self.report(Diagnostic::error("E0101", entry, message, label).help("write `[1, 2]` for a list and `[\"a\": 1]` for a map"));
    }

    pub(in super::super) fn comma_between_arms(&mut self, comma: Syntax<'t>, first: &mut bool) {
        *first = false;
        let span = comma.span();
        self.report(
            Diagnostic::error(
                "E0108",
                span,
                "the arms of a `match` stand apart without a comma",
                "this comma joins the pattern after it to nothing",
            )
            .help("remove the comma; it only joins patterns, as in `cash, voucher => …`")
            .fix("remove the comma", span, ""),
        );
    }

    pub(in super::super) fn qualified_pattern(&mut self, of: &Ident, variant: &Ident) {
        let span = of.span.to(variant.span);
        let name = &variant.name;
        self.report(
            Diagnostic::error("E0109", span, "a pattern names the variant alone", format!("`{}` is known from the value", of.name))
                .help(format!("write `{name}`"))
                .fix(format!("write `{name}`"), span, name.clone()),
        );
    }

    pub(in super::super) fn twice(&mut self, node: Syntax<'t>, what: &str) {
        self.report(
            Diagnostic::error("E0101", node.span(), format!("a second {what}"), format!("the {what} is given already"))
                .help("keep one of the two"),
        );
    }

    pub(in super::super) fn unknown_annotation(&mut self, node: Syntax<'t>) {
        let text = node.text();
        self.report(
            Diagnostic::error("E0101", node.span(), format!("`{text}` is not known"), "only `@pii` can stand here")
                .help("remove it, or write `@pii` to mark personal data"),
        );
    }

    pub(in super::super) fn var_binder(&mut self, var: Syntax<'t>) {
        self.report(
            Diagnostic::error("E0101", var.span(), "`as var` stands only after `enter on`", "this name cannot be assigned to")
                .help("write `as x`, and `var y = x` inside the block to change it"),
        );
    }
}
