//! Names that nothing has: what was meant by them.

use super::Checker;
use super::body::{Body, FenceKind};
use super::coerce::poison;
use super::expr::length_meant;
use super::lookup::{article, listed, nearest, unknown};
use super::names::Decl;
use crate::ast;
use crate::diagnostics::Diagnostic;
use crate::hir::Expr;
use crate::types::{Type, TypeId};

/// What is told of a name that is unknown, and what may stand for it.
struct Meant {
    help: String,
    fix: Option<String>,
}

impl Meant {
    fn help(help: impl Into<String>) -> Option<Self> {
        Some(Self { help: help.into(), fix: None })
    }

    /// A word of this language in the place of one of another.
    fn word(help: impl Into<String>, word: impl Into<String>) -> Option<Self> {
        Some(Self { help: help.into(), fix: Some(word.into()) })
    }

    fn written(self, diagnostic: Diagnostic, name: &ast::Ident) -> Diagnostic {
        let diagnostic = diagnostic.help(self.help);
        match self.fix {
            Some(word) => diagnostic.fix(format!("write `{word}`"), name.span, word),
            None => diagnostic,
        }
    }
}

impl Checker {
    pub(super) fn unknown_name(&mut self, body: &Body, name: &ast::Ident, hint: Option<TypeId>) -> Expr {
        let mut candidates: Vec<&str> = body.names().filter(|name| !name.is_empty()).collect();
        let is_value = |decl: Decl| matches!(decl, Decl::Const(_) | Decl::Trait(_) | Decl::Segment(_));
        candidates.extend(self.globals.iter().filter(|(_, global)| is_value(global.decl)).map(|(name, _)| name.as_str()));
        if let Some(Type::Enum(id)) = hint.map(|ty| self.hir.types.get(ty)) {
            candidates.extend(self.hir.types.enum_def(id).variants.iter().map(|variant| variant.name.as_str()));
        }
        // In front of a point stands a type.
        let is_type = name.name.starts_with(char::is_uppercase);
        candidates.extend(self.globals.keys().map(String::as_str).filter(|global| is_type && global.starts_with(char::is_uppercase)));
        let meant = nearest(&name.name, candidates.iter().copied());
        // What it is compared with is broken, and said to be: it may be a variant of that.
        if hint == Some(TypeId::ERROR) && meant.is_none() {
            return poison(name.span);
        }
        let mut diagnostic = unknown("E0201", name, "value", meant, &[]);
        if let Some((closed, fence)) = body.closed(&name.name) {
            let label =
                if fence.is_some() { "this one is known only inside its branch" } else { "this one is known only inside its braces" };
            let is_whole = body.closed_type(&name.name).is_some_and(|ty| matches!(self.hir.types.get(ty), Type::Record(_)));
            diagnostic = diagnostic.and(closed, label).help(closed_help(&name.name, fence, is_whole));
        } else if let Some(meant) = self.meant_here(body, name).or_else(|| foreign_word(&name.name)).or_else(|| self.a_length(name, hint)) {
            diagnostic = meant.written(diagnostic, name);
        } else if diagnostic.help.is_none() {
            let meant = self.meant_elsewhere(name, hint).or_else(|| Meant::help(format!("there is {}", listed(&candidates)?)));
            diagnostic = match meant {
                Some(meant) => meant.written(diagnostic, name),
                None => diagnostic,
            };
        }
        self.report(diagnostic);
        poison(name.span)
    }

    /// What a name means in this body.
    fn meant_here(&self, body: &Body, name: &ast::Ident) -> Option<Meant> {
        let text = &name.name;
        if let Some(event) = self.nameless_event_with(body, text) {
            return Meant::help(format!("give the event a name: `{event} as x where x.{text} …`"));
        }
        let (label, event) = body.pause_names.iter().find(|(label, _)| label == text)?;
        Meant::help(format!("`as {label}` names the pause; for the event write `wait for {event} as {label} within …`"))
    }

    fn a_length(&self, name: &ast::Ident, hint: Option<TypeId>) -> Option<Meant> {
        let length = length_meant(&name.name.to_lowercase()).filter(|_| hint == Some(TypeId::DURATION))?;
        Meant::word(format!("a length of time is a number and its unit: write `{length}`"), length)
    }

    /// What else has that name: a variant, a field of the profile; or what is expected.
    fn meant_elsewhere(&self, name: &ast::Ident, hint: Option<TypeId>) -> Option<Meant> {
        if let Some((id, _)) = self.variants_named(&name.name).first() {
            let full = format!("{}.{}", self.hir.types.enum_def(*id).name, name.name);
            return Meant::word(format!("write `{full}`"), full);
        }
        if self.profile_has(&name.name) {
            let full = format!("profile.{}", name.name);
            return Meant::word(format!("what is known of a customer is written `{full}`"), full);
        }
        match hint.map(|ty| self.hir.types.get(ty))? {
            Type::Enum(id) => {
                let def = self.hir.types.enum_def(id);
                let names: Vec<&str> = def.variants.iter().map(|variant| variant.name.as_str()).collect();
                Meant::help(format!("{} `{}` is expected: there is {}", article(&def.name), def.name, listed(&names)?))
            }
            Type::Timezone => Meant::help("a time zone stands in quotes: `\"Europe/Paris\"`"),
            _ => None,
        }
    }

    /// Reports a call of something that is no function.
    pub(super) fn no_function(&mut self, body: &Body, callee: &ast::Ident, decl: Option<Decl>) {
        let name = &callee.name;
        let diagnostic = match decl {
            Some(decl) => {
                let no =
                    Diagnostic::error("E0207", callee.span, format!("`{name}` is {}, not a function", decl.what()), "expected a function");
                match decl {
                    Decl::Message(_) => no.help(format!("messages are sent: `send {name}(…) via …`")),
                    Decl::Type(_) | Decl::Event(_) => no.help(format!("write `{name} {{ … }}`")),
                    Decl::Journey(_) => no.help(format!("journeys are started: `start {name}(…)`, or `run {name}(…)` to wait for its end")),
                    Decl::Service(_) => no.help(format!("its operations are called: `call {name}.OPERATION(…)`")),
                    _ => no.help("remove the parentheses: it is a value by itself"),
                }
            }
            None if body.find(name).is_some() => {
                Diagnostic::error("E0207", callee.span, format!("`{name}` is a value, not a function"), "expected a function")
                    .help("remove the parentheses")
            }
            None => {
                let unknown = Diagnostic::error("E0201", callee.span, format!("there is no function `{name}`"), "this name is unknown");
                self.meant_function(name).written(unknown, callee)
            }
        };
        self.report(diagnostic);
    }

    fn meant_function(&self, name: &str) -> Meant {
        const METHODS: [&str; 11] = ["length", "sum", "lower", "upper", "round", "abs", "min", "max", "contains", "first", "last"];
        const BUILT_IN: [&str; 7] = ["days", "hours", "minutes", "Decimal", "Float", "Int", "String"];
        let own: Vec<&str> =
            self.globals.iter().filter(|(_, global)| matches!(global.decl, Decl::Fn(_))).map(|(name, _)| name.as_str()).collect();
        if METHODS.contains(&name) {
            return Meant { help: format!("it is a method: write `x.{name}(…)`"), fix: None };
        }
        if let Some(meant) = foreign_function(name) {
            return meant;
        }
        match nearest(name, own.iter().copied().chain(BUILT_IN)).or_else(|| nearest(name, METHODS.into_iter())) {
            Some(better) if METHODS.contains(&better.as_str()) => {
                Meant { help: format!("did you mean the method `x.{better}(…)`?"), fix: None }
            }
            Some(better) => Meant { help: format!("did you mean `{better}`?"), fix: Some(better) },
            None => match listed(&own) {
                Some(list) => Meant { help: format!("there is {list}; or declare it with `fn`"), fix: None },
                None => Meant { help: "declare it with `fn`".into(), fix: None },
            },
        }
    }
}

/// How something that is known only inside of braces gets out of them.
fn closed_help(name: &str, fence: Option<FenceKind>, is_whole: bool) -> String {
    match fence {
        None if is_whole => {
            format!("move what reads `{name}` into the braces, or keep a part of it in a `var` that is declared before them")
        }
        None => format!(
            "declare it before the braces, `var {name} = …`, and assign it inside them; or choose its value, `let {name} = if CONDITION {{ … }} else {{ … }}`"
        ),
        Some(FenceKind::Branch) => super::place::out_of_branch(name),
        Some(FenceKind::Undo) => "an `undo` runs when all else is over: move what reads it into the block".into(),
    }
}

/// A word of another language that stands for a value.
fn foreign_word(word: &str) -> Option<Meant> {
    let lower = word.to_lowercase();
    match lower.as_str() {
        "null" | "nil" | "undefined" | "nothing" | "none" | "nan" => Meant::word("what is missing is written `none`", "none"),
        "true" | "yes" => Meant::word("write `true`", "true"),
        "false" | "no" => Meant::word("write `false`", "false"),
        "person" | "user" | "recipient" | "subscriber" | "contact" | "client" | "member" => {
            Meant::word("whoever a journey is about is called `customer`", "customer")
        }
        "today" | "current_date" | "sysdate" => Meant::help("the day is `now.date(profile.timezone)`, the moment is `now`"),
        "current_timestamp" | "timestamp" | "current_time" => Meant::word("the moment is `now`", "now"),
        "tomorrow" => Meant::help(
            "write `wait until 09:00` for the next time that the clock shows it; the day itself is `now.date(profile.timezone).plus_days(1)`",
        ),
        "yesterday" => Meant::help("the day before is `now.date(profile.timezone).plus_days(-1)`"),
        "noon" | "midday" => Meant::word("a time of day is written `12:00`", "12:00"),
        "midnight" => Meant::word("a time of day is written `00:00`", "00:00"),
        "sent" | "held" | "finished" | "failed" | "emitted" | "called" | "suppressed" => {
            let what = expected_of(&lower);
            Meant::help(format!("say of what, as in `expect {lower} {what}`"))
        }
        "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday" => {
            Meant::help(format!("add a time, as in `{lower} 09:00`"))
        }
        _ => None,
    }
}

/// A function of other languages, of SQL and of spreadsheets.
fn foreign_function(name: &str) -> Option<Meant> {
    let lower = name.to_lowercase();
    match lower.as_str() {
        "if" | "iif" | "ifs" => Meant::help("write `if CONDITION { a } else { b }`"),
        "and" | "or" => Meant::help(format!("it stands between two conditions: `a {lower} b`")),
        "not" => Meant::help("write `not x`"),
        "coalesce" | "ifnull" | "isnull" | "default" | "nvl" | "iferror" => {
            Meant::help("a fallback for what is missing is written `x ?? fallback`")
        }
        "exists" | "isset" | "is_set" | "has" | "defined" | "isnotnull" | "is_null" | "isblank" | "empty" => {
            Meant::help("whether something is there is asked by `x != none`, and by `x == none` whether it is missing")
        }
        "today" | "getdate" | "curdate" | "current_date" => Meant::help("the day is `now.date(profile.timezone)`, the moment is `now`"),
        "now" => Meant::word("the moment is `now`, without parentheses", "now"),
        "concat" | "concatenate" | "textjoin" | "format" | "printf" | "sprintf" => {
            Meant::help("put values into a text, as in `\"{first} {last}\"`")
        }
        "date" | "to_date" | "parse_date" | "datevalue" => Meant::help("a date is written as it is, without quotes: `2026-11-22`"),
        "time" | "timestamp" | "datetime" => Meant::help("a moment is written as it is: `2026-11-22T09:00:00Z`; a time of day is `09:00`"),
        "len" | "size" | "count" | "counta" => {
            Meant::help("how many there are is `x.length()`, and `x.count(i => CONDITION)` counts some of them")
        }
        "lcase" | "lowercase" | "tolower" => Meant::help("write `x.lower()`"),
        "ucase" | "uppercase" | "toupper" | "proper" | "capitalize" => Meant::help("write `x.upper()`; there is `x.lower()` too"),
        "datediff" | "date_diff" | "datedif" | "days_between" | "days_since" => {
            Meant::help("between two moments lies `now - t`, a length of time: `now - t > 30d`")
        }
        "dateadd" | "date_add" | "edate" => Meant::help("a date moves by `.plus_days(n)` and `.plus_months(n)`, a moment by `now + 3d`"),
        "weeks" => Meant::help("write `days(7 * n)`, or a length such as `2w`"),
        "seconds" | "months" | "years" => {
            Meant::help("lengths are `90s`, `days(n)`, `hours(n)` and `minutes(n)`; months and years go by dates: `.plus_months(n)`")
        }
        "str" | "tostring" | "to_string" | "text" => Meant::word("write `String(x)`, or put it into a text: `\"{x}\"`", "String"),
        "number" | "parseint" | "to_number" | "integer" => Meant::help("write `Int(x)` or `Decimal(x)`; a text is not read as a number"),
        "random" | "rand" => Meant::help("customers are parted at random by an `experiment`"),
        "sent" | "held" | "finished" | "failed" | "emitted" | "called" | "suppressed" => {
            Meant::help(format!("it is said behind `expect` without parentheses: `expect {lower} {}`", expected_of(&lower)))
        }
        _ => None,
    }
}

/// What stands behind a word of an expectation.
fn expected_of(done: &str) -> &'static str {
    match done {
        "sent" | "held" | "suppressed" => "MESSAGE",
        "emitted" => "EVENT",
        "called" => "SERVICE.OPERATION",
        _ => "JOURNEY",
    }
}
