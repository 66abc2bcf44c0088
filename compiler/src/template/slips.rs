//! What can't be read in a template, most of it because other languages of templates write it so.

use super::Reader;
use crate::diagnostics::Diagnostic;
use journey_grammar::Span;
use minijinja::Error;

/// `{{ … }}`, `{% … %}`, `{# … #}` or all that is `{% raw %}`, as it stands in a text.
pub(super) struct Tag<'t> {
    pub(super) start: usize,
    pub(super) end: usize,
    /// A comment, or what is to be written as it stands.
    is_quiet: bool,
    is_block: bool,
    is_closed: bool,
    /// Between the braces.
    inside: &'t str,
}

impl Tag<'_> {
    fn word(&self) -> &str {
        self.inside.split_whitespace().next().unwrap_or_default()
    }
}

/// What a slip is called, and what to write.
struct Slip {
    what: String,
    help: String,
}

impl Reader<'_> {
    /// Reports what other languages of templates write otherwise, and what is opened and never closed.
    pub(super) fn slips(&mut self) {
        let text = self.text;
        let mut open: Vec<(&'static str, Span)> = Vec::new();
        for tag in tags(text) {
            let span = self.at(tag.start, tag.end);
            if !tag.is_closed {
                self.never_closed(&tag);
                return;
            }
            match (tag.is_block, tag.word()) {
                (true, "if") => open.push(("if", span)),
                (true, "for") => open.push(("for", span)),
                (true, word @ ("endif" | "endfor")) => self.close(&mut open, word, span),
                _ => {}
            }
            if let (false, Some(name)) = (tag.is_block, tag.inside.trim().strip_prefix('{')) {
                self.three_braces(&tag, name.trim());
                continue;
            }
            if let Some(Slip { what, help }) = if tag.is_block { in_block(&tag) } else { in_value(tag.inside) } {
                let message = format!("{what} can't stand in a template");
                let diagnostic = self.wrong(span, message, "this is not read as it is meant").help(help);
                self.diagnostics.push(diagnostic);
            }
        }
        if !self.diagnostics.is_empty() {
            return;
        }
        for (word, span) in open {
            let diagnostic = self.left_open(word, span).help(format!("write `{{% end{word} %}}` where it ends"));
            self.diagnostics.push(diagnostic);
        }
    }

    fn left_open(&self, word: &str, span: Span) -> Diagnostic {
        self.wrong(span, format!("`{{% {word} %}}` is never closed"), "it is opened here")
    }

    fn close(&mut self, open: &mut Vec<(&'static str, Span)>, word: &str, span: Span) {
        // What is written otherwise may close or open it.
        if !self.diagnostics.is_empty() {
            open.pop();
            return;
        }
        let opener = word.trim_start_matches("end");
        match open.iter().rposition(|(opened, _)| *opened == opener) {
            Some(at) => {
                for (inner, opened) in open.split_off(at).into_iter().skip(1).rev() {
                    let end = format!("{{% end{inner} %}}");
                    let diagnostic = self
                        .left_open(inner, opened)
                        .and(span, format!("this closes the `{{% {opener} %}}` around it"))
                        .help(format!("write `{end}` where it ends, before this `{{% {word} %}}`"))
                        .fix(format!("write `{end}`"), Span { end: span.start, ..span }, end);
                    self.diagnostics.push(diagnostic);
                }
            }
            None => match open.pop() {
                Some((opened, at)) => {
                    let diagnostic = self
                        .wrong(span, format!("`{{% {word} %}}` doesn't close `{{% {opened} %}}`"), "this closes something else")
                        .and(at, "this is open here")
                        .help(format!("write `{{% end{opened} %}}`"))
                        .fix(format!("write `{{% end{opened} %}}`"), span, format!("{{% end{opened} %}}"));
                    self.diagnostics.push(diagnostic);
                }
                None => {
                    let diagnostic = self
                        .wrong(span, format!("`{{% {word} %}}` closes nothing"), format!("no `{{% {opener} %}}` is open here"))
                        .help(format!("remove it, or write `{{% {opener} … %}}` where it begins"));
                    self.diagnostics.push(diagnostic);
                }
            },
        }
    }

    /// `{{{ name }}}`
    fn three_braces(&mut self, tag: &Tag<'_>, name: &str) {
        let has_third = self.text.get(tag.end..).is_some_and(|rest| rest.starts_with('}'));
        let span = self.at(tag.start, tag.end + usize::from(has_third));
        let (value, why) = match self.is_html {
            true => (format!("{{{{ {name} | safe }}}}"), "what is to be written as it is, with its HTML,"),
            false => (format!("{{{{ {name} }}}}"), "a value"),
        };
        let diagnostic = self
            .wrong(span, "`{{{ … }}}` can't stand in a template", "this is not read as it is meant")
            .help(format!("{why} is written `{value}`"))
            .fix(format!("write `{value}`"), span, value);
        self.diagnostics.push(diagnostic);
    }

    fn never_closed(&mut self, tag: &Tag<'_>) {
        let (opened, closed) = if tag.is_block { ("{%", "%}") } else { ("{{", "}}") };
        let line = tag.inside.lines().next().unwrap_or_default().trim_end();
        let diagnostic = self
            .wrong(self.at(tag.start, tag.start + 2 + line.len()), format!("`{opened}` is never closed"), "it is opened here")
            .help(format!("write `{closed}` where it ends"));
        self.diagnostics.push(diagnostic);
    }

    /// Reports what the reader of templates says, at the braces in which it is.
    pub(super) fn syntax(&mut self, error: &Error) {
        let line = error.line().unwrap_or(1);
        let start = self.text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum::<usize>();
        let whole = self.text.get(start..).and_then(|text| text.lines().next()).unwrap_or_default();
        let end = start + whole.trim_end().len();
        let here: Vec<Tag<'_>> = tags(self.text).filter(|tag| tag.start < end && tag.end > start).collect();
        let (span, label) = match here.as_slice() {
            [only] => (self.at(only.start, only.end), "this"),
            _ => (self.at(start + (whole.len() - whole.trim_start().len()), end), "in this line"),
        };
        let detail = error.detail().unwrap_or("this can't be read");
        let diagnostic: Diagnostic = match detail.strip_prefix("unknown statement ") {
            Some(word) => self
                .wrong(span, format!("`{{% {word} %}}` can't stand in a template"), "the compiler couldn't check it")
                .help("a template has `{% if %}`, `{% for %}` and `{{ … }}`"),
            None => self
                .wrong(span, format!("the template can't be read: {}", plain(detail)), label)
                .help("a template has `{{ value }}`, `{% if … %}…{% else %}…{% endif %}` and `{% for x in list %}…{% endfor %}`"),
        };
        self.diagnostics.push(diagnostic);
    }
}

/// The reader's words in those of who writes templates.
fn plain(detail: &str) -> String {
    let words = [
        ("unexpected character", "found a character that has no meaning here"),
        ("unexpected ", "found "),
        ("end of variable block", "`}}`"),
        ("end of block", "`%}`"),
        ("end of input", "the end of the file"),
        ("identifier", "a name"),
    ];
    words.iter().fold(detail.to_owned(), |text, (theirs, ours)| text.replace(theirs, ours))
}

/// What stands in braces, but for comments and `{% raw %}`.
fn tags(text: &str) -> impl Iterator<Item = Tag<'_>> {
    all_tags(text).filter(|tag| !tag.is_quiet)
}

/// What stands in braces.
pub(super) fn all_tags(text: &str) -> impl Iterator<Item = Tag<'_>> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let open = text
            .get(rest..)?
            .match_indices('{')
            .map(|(at, _)| rest + at)
            .find(|at| matches!(text.as_bytes().get(at + 1), Some(b'{' | b'%' | b'#')))?;
        let close = match text.as_bytes().get(open + 1) {
            Some(b'#') => "#}",
            Some(b'%') => "%}",
            _ => "}}",
        };
        let found = end_of(text, open + 2, close);
        let inner_end = found.unwrap_or(text.len());
        let inside = text.get(open + 2..inner_end).unwrap_or_default();
        let inside = inside.trim_start_matches(['-', '+']).trim_end_matches(['-', '+']);
        rest = (inner_end + 2).min(text.len());
        let is_raw = close == "%}" && inside.trim() == "raw";
        if is_raw {
            rest = end_of_raw(text, rest).unwrap_or(text.len());
        }
        // `{{ name }` runs into what follows.
        let is_closed = found.is_some() && !inside.contains("{{") && !inside.contains("{%");
        Some(Tag { start: open, end: rest, is_quiet: is_raw || close == "#}", is_block: close == "%}", is_closed, inside })
    })
}

/// Where what is written as it stands has ended.
fn end_of_raw(text: &str, from: usize) -> Option<usize> {
    let end = from + text.get(from..)?.find("endraw")?;
    Some(end + text.get(end..)?.find("%}")? + 2)
}

/// Where the braces close that open before `from`; what stands in quotes closes nothing.
fn end_of(text: &str, from: usize, close: &str) -> Option<usize> {
    let mut quote = None;
    let rest = text.get(from..)?;
    for (at, c) in rest.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if rest.get(at..)?.starts_with(close) => return Some(from + at),
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None => {}
        }
    }
    rest.find(close).map(|at| from + at)
}

/// A text without what stands in quotes.
fn without_quotes(text: &str) -> String {
    let mut quote = None;
    let mut kept = String::with_capacity(text.len());
    for c in text.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None => kept.push(c),
        }
    }
    kept
}

fn slip(what: impl Into<String>, help: impl Into<String>) -> Option<Slip> {
    Some(Slip { what: what.into(), help: help.into() })
}

/// What is written otherwise in `{{ … }}`.
fn in_value(inside: &str) -> Option<Slip> {
    let trimmed = inside.trim();
    if let Some(rest) = trimmed.strip_prefix(['#', '^']) {
        return opened(rest.trim());
    }
    if let Some(name) = trimmed.strip_prefix('/') {
        let closed = if name.trim() == "each" { "for" } else { "if" };
        return slip(format!("`{{{{/{name}}}}}`"), format!("the end is written `{{% end{closed} %}}`"));
    }
    if trimmed.starts_with('>') {
        return slip("`{{> … }}`", "a template stands alone: write what the other one holds here");
    }
    if trimmed.is_empty() {
        return slip("`{{ }}`", "write the value that is put in: `{{ name }}`");
    }
    if trimmed == "else" || trimmed.starts_with("else ") {
        return slip(format!("`{{{{{trimmed}}}}}`"), "it is written `{% else %}`, and with a condition `{% elif … %}`");
    }
    let bare = without_quotes(trimmed);
    let (before, _) = trimmed.split_once(['?', '|']).unwrap_or((trimmed, ""));
    let before = before.trim();
    if bare.contains("??") {
        return slip("`??`", format!("a fallback is written `{{{{ {before} | default(…) }}}}`"));
    }
    if bare.contains("?.") {
        return slip("`?.`", format!("show it where it is there: `{{% if {before} is not none %}}…{{% endif %}}`"));
    }
    if bare.contains("=>") {
        return slip("`=>`", "a template has no functions like `x => …`: compute it in a `fn` of the program, and call that here");
    }
    if bare.contains(" ? ") {
        return slip("`? :`", format!("a choice is written `{{{{ \"yes\" if {before} else \"no\" }}}}`"));
    }
    if bare.contains("||") {
        return slip("`||`", format!("a fallback is written `{{{{ {before} | default(…) }}}}`, and between conditions stands `or`"));
    }
    in_condition(&bare)
}

/// `{{#if x}}` and its like.
fn opened(rest: &str) -> Option<Slip> {
    let (word, of) = rest.split_once(char::is_whitespace).unwrap_or((rest, "…"));
    let of = of.trim();
    let help = match word {
        "if" => format!("a condition is written `{{% if {of} %}}…{{% endif %}}`"),
        "unless" => format!("it is written `{{% if not {of} %}}…{{% endif %}}`"),
        "each" => format!("a loop is written `{{% for item in {of} %}}{{{{ item }}}}{{% endfor %}}`"),
        _ => String::from("a template has `{% if … %}…{% endif %}` and `{% for item in items %}…{% endfor %}`"),
    };
    slip(format!("`{{{{#{word}}}}}`"), help)
}

/// What is written otherwise in `{% … %}`.
fn in_block(tag: &Tag<'_>) -> Option<Slip> {
    let inside = tag.inside.trim();
    let word = tag.word();
    let rest = inside.strip_prefix(word).unwrap_or_default().trim();
    let help = match word {
        "elsif" | "elseif" => format!("it is written `{{% elif {rest} %}}`"),
        "else" if !rest.is_empty() => format!("with a condition it is written `{{% elif {} %}}`", rest.trim_start_matches("if").trim()),
        "unless" => format!("it is written `{{% if not {rest} %}}…{{% endif %}}`"),
        "case" | "switch" => format!("it is written `{{% if {rest} == … %}}…{{% elif {rest} == … %}}…{{% endif %}}`"),
        "comment" => String::from("what nobody should read stands in `{# … #}`"),
        "assign" | "capture" | "increment" | "decrement" | "let" => {
            String::from("a template has no variables: pass the value to the message, or compute it in a `fn`")
        }
        "include" | "render" | "extends" | "block" | "import" | "from" | "macro" | "layout" | "section" | "partial" => {
            String::from("a template stands alone: write what the other one holds here")
        }
        "foreach" | "each" | "tablerow" => String::from("a loop is written `{% for item in items %}…{% endfor %}`"),
        "break" | "continue" => String::from("a loop goes on to its end; run over fewer: `{% for item in items if item.price > 10 %}`"),
        "cycle" | "liquid" | "echo" => String::from("a template has `{% if %}`, `{% for %}` and `{{ … }}`"),
        "end" => String::from("what ends is named: `{% endif %}` or `{% endfor %}`"),
        "when" => String::from("each case is a condition of its own: `{% elif tier == gold %}`"),
        "endunless" | "endcase" | "endswitch" => String::from("a condition ends with `{% endif %}`"),
        "endcomment" | "endcapture" | "endblock" | "endmacro" | "endforeach" | "endtablerow" => String::from("remove it with what it ends"),
        "for" => return in_loop(rest),
        "if" | "elif" => return in_condition(&without_quotes(rest)),
        _ => return None,
    };
    slip(format!("`{{% {word} %}}`"), help)
}

fn in_loop(rest: &str) -> Option<Slip> {
    let bare = without_quotes(rest);
    if bare.contains("..") {
        return slip("a range", "a loop runs over a list that the message is given: `{% for item in items %}`");
    }
    let over = bare.split_once(" in ").map(|(_, over)| over);
    match (over, bare.split_whitespace().find(|word| word.starts_with("limit:") || word.starts_with("offset:") || *word == "reversed")) {
        (Some(over), Some(word)) => {
            let list = over.split_whitespace().next().unwrap_or("items");
            let name = bare.split_whitespace().next().unwrap_or("item");
            slip(format!("`{word}`"), format!("the first ones are `{{% for {name} in {list}.take(3) %}}`; another order is made in a `fn`"))
        }
        _ if bare.contains(" of ") && over.is_none() => slip("`of`", "a loop is written `{% for item in items %}`"),
        _ => None,
    }
}

/// What is written otherwise between values.
fn in_condition(bare: &str) -> Option<Slip> {
    if bare.contains("&&") {
        return slip("`&&`", "between conditions stands `and`");
    }
    if bare.contains("||") {
        return slip("`||`", "between conditions stands `or`");
    }
    if bare.contains("===") || bare.contains("!==") {
        return slip("`===`", "values are compared with `==` and `!=`");
    }
    if bare.match_indices('!').any(|(at, _)| bare.get(at + 1..).is_none_or(|rest| !rest.starts_with('='))) {
        return slip("`!`", "a condition is turned round with `not`");
    }
    let is_single = |at: usize| {
        let before = bare.get(..at).and_then(|text| text.chars().next_back());
        let after = bare.get(at + 1..).and_then(|text| text.chars().next());
        !matches!(before, Some('=' | '!' | '<' | '>')) && !matches!(after, Some('=' | '>')) && !in_parentheses(bare, at)
    };
    if bare.match_indices('=').any(|(at, _)| is_single(at)) {
        return slip("a single `=`", "values are compared with `==`");
    }
    None
}

/// Whether it may be an argument with a name, of which the reader tells more.
fn in_parentheses(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    before.matches('(').count() > before.matches(')').count()
}
