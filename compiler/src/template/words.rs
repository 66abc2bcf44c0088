//! What is wrong in a template, in the words of templates.

use crate::diagnostics::{Asked, Diagnostic};
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
    // Of anything else it isn't kept what was asked.
    let is_path = text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
    if let Some(help) = diagnostic.asked.clone().and_then(|asked| of_value(text, is_path, &asked, diagnostic)) {
        return Some(help);
    }
    Some(match diagnostic.code {
        "E0301" if diagnostic.help.is_none() => String::from("a condition compares: `{% if total > 0 %}`"),
        "E0309" => String::from("a template has no functions like `x => …`: compute it in a `fn` of the program, and call that here"),
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

/// What to do where a value can't give what was asked of it.
fn of_value(text: &str, is_path: bool, asked: &Asked, diagnostic: &mut Diagnostic) -> Option<String> {
    Some(match asked {
        Asked::Presence { is_record: true } if is_path => {
            format!("show its fields where it is there: `{{% if {text} is not none %}}{{{{ {text}.… }}}}{{% endif %}}`")
        }
        Asked::Presence { is_record: true } => {
            let list = text.split(['[', '|']).next().unwrap_or(text).trim();
            format!("run over as many as are meant: `{{% for item in {list}.take(1) %}}{{{{ item.… }}}}{{% endfor %}}`")
        }
        Asked::Presence { .. } if !is_path => format!("give a fallback: `{{{{ {text} | default(…) }}}}`"),
        Asked::Presence { .. } => {
            format!("`{{{{ {text} | default(…) }}}}` gives a fallback, `{{% if {text} is not none %}}` makes sure that it is there")
        }
        Asked::TextOfList(of) if of == "String" => {
            format!("run over it: `{{% for item in {text} %}}`, or join its texts: `{{{{ {text} | join(\", \") }}}}`")
        }
        Asked::TextOfList(_) => format!("run over it: `{{% for item in {text} %}}{{{{ item.… }}}}{{% endfor %}}`"),
        Asked::FieldOfList if matches!(text, "size" | "count" | "length") => {
            String::from("the number of elements is `{{ lines | length }}`")
        }
        Asked::FieldOfList => format!("run over the list: `{{% for item in lines %}}{{{{ item.{text} }}}}{{% endfor %}}`"),
        // Loops are made of it.
        Asked::Method(name) if name == "map" => {
            diagnostic.message = format!("`{{% for %}}` can't run over `{text}`");
            diagnostic.primary.text = String::from("this is no list");
            diagnostic.fix = None;
            String::from("name a list: `{% for item in items %}`")
        }
        Asked::Method(_) => return None,
        Asked::Sum(of) => {
            let list = text.split('|').next().unwrap_or(text).trim();
            match of.as_str() {
                "String" => format!("texts are joined: `{{{{ {list} | join(\", \") }}}}`"),
                of => sum_help(list, of, "…"),
            }
        }
        Asked::Arithmetic => {
            String::from("numbers reckon with numbers; a filter takes what stands right before it: `{{ (price * 2) | fixed(2) }}`")
        }
    })
}

/// How to add something up over a list.
pub(super) fn sum_help(list: &str, of: &str, field: &str) -> String {
    format!(
        "add it up in a `fn` of the program, as in `fn total_of(items: List<{of}>) -> Decimal {{ items.sum(i => i.{field}) }}`, and write `{{{{ total_of({list}) }}}}`"
    )
}
