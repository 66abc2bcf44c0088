//! What is wrong in a template, in the words of templates.

use crate::diagnostics::Diagnostic;
use crate::project::Project;

/// Says what to do about a diagnostic that lies in a template in the words of templates.
pub fn translate(project: &Project, diagnostics: &mut [Diagnostic]) {
    for diagnostic in diagnostics {
        let Some(text) = project.template_text(diagnostic.primary.span) else { continue };
        if let Some(help) = help(text, diagnostic) {
            diagnostic.help = Some(help);
        }
    }
}

fn help(text: &str, diagnostic: &mut Diagnostic) -> Option<String> {
    let is_optional = diagnostic.primary.text.contains("?`");
    let says = |part: &str| diagnostic.help.as_deref().is_some_and(|help| help.contains(part));
    let is_record = is_optional && (says("write a part of it") || says("?.field"));
    // Of anything else it isn't kept what was asked.
    let is_path = text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
    Some(match diagnostic.code {
        "E0302" | "E0305" if is_record && is_path => {
            format!("show its fields where it is there: `{{% if {text} is not none %}}{{{{ {text}.… }}}}{{% endif %}}`")
        }
        "E0302" | "E0305" if is_record => {
            let list = text.split(['[', '|']).next().unwrap_or(text).trim();
            format!("run over as many as are meant: `{{% for item in {list}.take(1) %}}{{{{ item.… }}}}{{% endfor %}}`")
        }
        "E0302" | "E0305" if is_optional && !is_path => format!("give a fallback: `{{{{ {text} | default(…) }}}}`"),
        "E0302" | "E0305" if diagnostic.code == "E0302" || is_optional => {
            format!("`{{{{ {text} | default(…) }}}}` gives a fallback, `{{% if {text} is not none %}}` makes sure that it is there")
        }
        "E0305" if diagnostic.primary.text.contains("`List<String>`") => {
            format!("run over it: `{{% for item in {text} %}}`, or join its texts: `{{{{ {text} | join(\", \") }}}}`")
        }
        "E0305" if diagnostic.primary.text.contains("`List<") => {
            format!("run over it: `{{% for item in {text} %}}{{{{ item.… }}}}{{% endfor %}}`")
        }
        "E0301" if diagnostic.help.is_none() => String::from("a condition compares: `{% if total > 0 %}`"),
        // Loops are made of it.
        "E0205" if diagnostic.message.ends_with("has no method `map`") => {
            diagnostic.message = format!("`{{% for %}}` can't run over `{text}`");
            diagnostic.primary.text = String::from("this is no list");
            diagnostic.fix = None;
            String::from("name a list: `{% for item in items %}`")
        }
        "E0204" if diagnostic.message.contains("`List<") && matches!(text, "size" | "count" | "length") => {
            String::from("the number of elements is `{{ lines | length }}`")
        }
        "E0204" if diagnostic.message.contains("`List<") => {
            format!("run over the list: `{{% for item in lines %}}{{{{ item.{text} }}}}{{% endfor %}}`")
        }
        "E0304" if diagnostic.message.ends_with("has no sum") => {
            let list = text.split('|').next().unwrap_or(text).trim();
            match diagnostic.message.split(['<', '>']).nth(1) {
                Some("String") => format!("texts are joined: `{{{{ {list} | join(\", \") }}}}`"),
                of => sum_help(list, of.unwrap_or("Item"), "…"),
            }
        }
        "E0309" => String::from("a template has no functions like `x => …`: compute it in a `fn` of the program, and call that here"),
        "E0304" if diagnostic.help.as_deref().is_some_and(|help| help.starts_with("numbers reckon")) => {
            String::from("numbers reckon with numbers; a filter takes what stands right before it: `{{ (price * 2) | fixed(2) }}`")
        }
        "E0312" => String::from("texts stand one after the other: `{{ a }}{{ b }}`, or are joined by `~`: `{{ a ~ b }}`"),
        "W0301" => String::from("leave `| default(…)` or the test for `none` out"),
        "E0201" if matches!(text, "loop" | "forloop") => {
            String::from("a loop in a template doesn't count its turns: leave this out, or pass the numbers in the list")
        }
        "E0201" if text == "this" => String::from("give the element a name: `{% for item in items %}{{ item.name }}{% endfor %}`"),
        "E0201" if text == "range" => String::from("a loop runs over a list that the message is given: `{% for item in items %}`"),
        "E0201" if matches!(text, "blank" | "empty") => {
            String::from("`x is none` asks whether it is missing, `x.is_empty()` whether nothing is written in it")
        }
        "E0201" if matches!(text, "profile" | "customer" | "now") => {
            String::from("a template sees no profile and no clock: give the message a parameter for it, and pass it with `send`")
        }
        "E0201" if diagnostic.help.is_none() => {
            String::from("a template knows the parameters of its message, and the constants and functions of the program")
        }
        _ => return None,
    })
}

/// How to add something up over a list.
pub(super) fn sum_help(list: &str, of: &str, field: &str) -> String {
    format!(
        "add it up in a `fn` of the program, as in `fn total_of(items: List<{of}>) -> Decimal {{ items.sum(i => i.{field}) }}`, and write `{{{{ total_of({list}) }}}}`"
    )
}
