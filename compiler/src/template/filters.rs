//! Filters: each is a method of the language, and one that is not is told with what there is instead.

use super::exprs::{joined, text};
use super::{Reader, method_at};
use crate::ast::{BinaryOp, Expr, ExprKind};
use journey_grammar::Span;
use minijinja::machinery::ast as jinja;

/// Filters, with the method that each is and how many arguments it has at least and at most.
const FILTERS: &[(&str, &str, usize, usize)] = &[
    ("upper", "upper", 0, 0),
    ("lower", "lower", 0, 0),
    ("trim", "trim", 0, 0),
    ("length", "length", 0, 0),
    ("count", "length", 0, 0),
    ("first", "first", 0, 0),
    ("last", "last", 0, 0),
    ("abs", "abs", 0, 0),
    ("sum", "sum", 0, 0),
    ("join", "join", 0, 1),
    ("round", "round", 0, 1),
    ("fixed", "fixed", 1, 1),
    ("replace", "replace", 2, 2),
];

impl Reader<'_> {
    pub(super) fn filter(&mut self, filter: &jinja::Filter<'_>, span: Span) -> Expr {
        let Some(of) = &filter.expr else { return self.refuse(span, "a filter of nothing", "write the value before it") };
        if let Some(help) = of_elements(filter) {
            return self.refuse(span, &format!("`| {}`", filter.name), &help);
        }
        let of = self.expr(of);
        let Some(mut args) = self.args(&filter.args, span) else { return Expr { kind: ExprKind::Error, span } };
        if matches!(filter.name, "default" | "d") && args.len() == 1 {
            let whole = of.span.to(span);
            return joined(BinaryOp::Coalesce, of, args.remove(0), whole);
        }
        if matches!(filter.name, "default" | "d") {
            let message = format!("`| {}` takes one argument", filter.name);
            let help = "it takes what to write where nothing is: `{{ name | default(\"there\") }}`";
            return self.refuse_as(span, message, &given(args.len()), help);
        }
        if matches!(filter.name, "safe" | "escape" | "e") {
            let message = format!("`| {}` doesn't stand alone at the end", filter.name);
            return self.refuse_as(span, message, "it says how the whole value is written", "it stands last: `{{ name | upper | safe }}`");
        }
        let Some((_, name, least, most)) = FILTERS.iter().find(|(name, ..)| *name == filter.name) else {
            return self.no_filter(filter.name, span);
        };
        if !(*least..=*most).contains(&args.len()) {
            let message = format!("`| {}` takes {}", filter.name, counted(*least, *most));
            return self.refuse_as(span, message, &given(args.len()), &format!("write `{{{{ x | {} }}}}`", example(filter.name)));
        }
        match (filter.name, args.len()) {
            ("round", 0) => args.push(Expr { kind: ExprKind::Int(0), span }),
            ("join", 0) => args.push(text("", span)),
            _ => {}
        }
        let word = Span { end: span.start + u32::try_from(filter.name.len()).unwrap_or_default(), ..span };
        let method = method_at(of, name, word, args);
        Expr { span: method.span.to(span), ..method }
    }

    fn no_filter(&mut self, name: &str, span: Span) -> Expr {
        let known = FILTERS.iter().map(|(name, ..)| *name).chain(["default", "escape", "safe"]);
        let help = match elsewhere(name) {
            Some(help) => help.to_owned(),
            None => match crate::check::nearest(name, known.clone()) {
                Some(better) => format!("did you mean `{better}`?"),
                None => format!("there is {}", known.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
            },
        };
        self.refuse_as(span, format!("there is no filter `{name}`"), "this name is unknown", &help)
    }
}

/// Filters of other languages of templates, and what there is for them.
fn elsewhere(name: &str) -> Option<&'static str> {
    Some(match name {
        "size" => "the number of elements is `{{ lines | length }}`",
        "money" | "currency" | "format" | "number" | "number_format" | "numberformat" | "money_with_currency" | "format_number" => {
            "two digits behind the point are `{{ total | fixed(2) }}`; write the currency beside it"
        }
        "capitalize" | "title" | "titlecase" => "there are `upper` and `lower`; write the text as it should be read",
        "date" | "strftime" | "dateformat" | "datetime" | "time" => "a date is written as `2026-01-31`: leave the filter out",
        "plus" | "minus" | "times" | "divided_by" | "modulo" => "reckon with signs: `{{ (price * 2) | fixed(2) }}`",
        "ceil" | "floor" | "min" | "max" | "split" | "starts_with" | "ends_with" | "contains" | "is_empty" | "take" => {
            "it is a method: write it behind a point, as in `{{ total.floor() }}`"
        }
        "sort" | "sort_by" | "reverse" | "map" | "where" | "select" | "selectattr" | "reject" | "unique" | "groupby" | "slice"
        | "batch" => "prepare the list in a `fn` of the program, and pass what it gives to the message",
        "append" | "prepend" => "write the texts one after the other: `{{ name }}!`",
        "truncate" | "wordwrap" | "striptags" | "strip_html" | "nl2br" | "newline_to_br" | "urlencode" | "url_encode" | "tojson"
        | "json" => "compute the text in a `fn` of the program, and pass it to the message",
        _ => return None,
    })
}

/// `lines | sum(attribute="price")`: of the elements, something is asked.
fn of_elements(filter: &jinja::Filter<'_>) -> Option<String> {
    let attribute = filter.args.iter().find_map(|arg| match arg {
        jinja::CallArg::Kwarg("attribute", jinja::Expr::Const(literal)) => literal.value.as_str().map(str::to_owned),
        _ => None,
    })?;
    let list = match &filter.expr {
        Some(jinja::Expr::Var(var)) => var.id,
        _ => "items",
    };
    Some(match filter.name {
        "map" => format!("run over the list: `{{% for item in {list} %}}{{{{ item.{attribute} }}}}{{% endfor %}}`"),
        _ => super::words::sum_help(list, "Item", &attribute),
    })
}

fn counted(least: usize, most: usize) -> String {
    match (least, most) {
        (_, 0) => "nothing in parentheses".into(),
        (0, _) => format!("at most {}", arguments(most)),
        _ => arguments(most),
    }
}

fn given(count: usize) -> String {
    match count {
        0 => "none is given".into(),
        1 => "one is given".into(),
        _ => format!("{count} are given"),
    }
}

fn arguments(count: usize) -> String {
    match count {
        1 => "one argument".into(),
        2 => "two arguments".into(),
        _ => format!("{count} arguments"),
    }
}

fn example(name: &str) -> String {
    match name {
        "join" => "join(\", \")".into(),
        "round" | "fixed" => format!("{name}(2)"),
        "replace" => "replace(\"old\", \"new\")".into(),
        _ => name.into(),
    }
}
