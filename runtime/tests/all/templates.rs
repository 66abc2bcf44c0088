//! Texts from files.

use crate::support::{compile_with, event, run};
use journey_runtime::Options;

const SHOP: &str = r#"
event go { items: List<Item>, total: Decimal = 2.50, name: String?, parts: Int = 1 }
type Item { sku: String, price: Decimal }
enum Tier { basic, gold }
fn doubled(x: Decimal) -> Decimal { x * 2 }
profile { tier: Tier = gold }
channel email {}
message hello(go: go, tier: Tier) { email { subject: "Hello", body: file "TEMPLATE" } }
journey j {
  enter on go as g
  send hello(g, profile.tier) via email
}
"#;

/// What a template of that name gives for this data.
fn given(name: &str, template: &str, data: &str) -> String {
    let compiled = compile_with(&SHOP.replace("TEMPLATE", name), (name, template));
    let ran = run(&compiled, &event("1", "go", "ann", "10:00:00", data), &Options::default());
    let body = ran.of_kind("send").next().map(|send| send["content"]["body"].as_str().unwrap().to_owned());
    body.unwrap_or_else(|| ran.story().join(", "))
}

#[test]
fn values_are_shown_as_the_language_shows_them() {
    let data = r#"{"items": [], "total": 80.00, "name": "Ann"}"#;
    assert_eq!(given("a.txt", "{{ go.total }} {{ go.total.fixed(2) }} {{ tier }} {{ go.name is none }}", data), "80 80.00 gold false");
    assert_eq!(given("a.txt", "{{ 0.1 + 0.2 }} {{ go.parts / 2 }} {{ doubled(go.total) }}", data), "0.3 0 160");
}

#[test]
fn values_in_html_are_escaped_and_texts_are_not() {
    let data = r#"{"items": [], "name": "<b>\"Tom\" & 'Jerry'</b>"}"#;
    let template = r#"<p>{{ go.name | default("") }}</p>"#;
    assert_eq!(given("a.html", template, data), "<p>&lt;b&gt;&quot;Tom&quot; &amp; &#39;Jerry&#39;&lt;/b&gt;</p>");
    assert_eq!(given("a.HTM", template, data), "<p>&lt;b&gt;&quot;Tom&quot; &amp; &#39;Jerry&#39;&lt;/b&gt;</p>");
    assert_eq!(given("a.txt", template, data), "<p><b>\"Tom\" & 'Jerry'</b></p>");
    assert_eq!(given("a.html", r#"{{ go.name | default("") | safe }}"#, data), "<b>\"Tom\" & 'Jerry'</b>");
    assert_eq!(given("a.txt", r#"{{ go.name | default("") | e }}"#, data), "&lt;b&gt;&quot;Tom&quot; &amp; &#39;Jerry&#39;&lt;/b&gt;");
}

#[test]
fn lists_are_run_over_and_conditions_narrow() {
    let template = "{% for i in go.items if i.price > 1 %}[{{ i.sku }}]{% else %}none{% endfor %}{% if go.name is not none %} {{ go.name | upper }}{% else %} -{% endif %}";
    let items = r#""items": [{"sku": "a", "price": 1}, {"sku": "b", "price": 2}, {"sku": "c", "price": 3}]"#;
    assert_eq!(given("a.txt", template, &format!(r#"{{{items}, "name": "Ann"}}"#)), "[b][c] ANN");
    assert_eq!(given("a.txt", "{% for i in go.items %}{{ i.sku }}{% else %}none{% endfor %}", r#"{"items": []}"#), "none");
    assert_eq!(given("a.txt", template, &format!("{{{items}}}")), "[b][c] -");
}

#[test]
fn what_is_raw_or_a_comment_stays_apart_and_space_is_trimmed_where_it_says_so() {
    assert_eq!(given("a.txt", "a {#- c -#} b{% raw %}{{ x }}{% endraw %} } {\n", r#"{"items": []}"#), "ab{{ x }} } {");
}

#[test]
fn a_fault_in_a_template_is_the_fault_of_the_step_at_its_send() {
    let compiled = compile_with(&SHOP.replace("TEMPLATE", "a.txt"), ("a.txt", "\n\n{{ 1 / go.parts }}"));
    let ran = run(&compiled, &event("1", "go", "ann", "10:00:00", r#"{"items": [], "parts": 0}"#), &Options::default());
    let failed = ran.of_kind("failed").next().unwrap();
    assert_eq!((&failed["error"], &failed["line"], &failed["file"]), (&"division by zero".into(), &11.into(), &"test.journey".into()));
}

#[test]
fn a_template_is_bounded_by_the_budget_of_its_step() {
    let many = format!("[{}]", vec![r#"{"sku": "a", "price": 1}"#; 400].join(","));
    let template = "{% for a in go.items %}{% for b in go.items %}.{% endfor %}{% endfor %}";
    assert_eq!(given("a.txt", template, &format!(r#"{{"items": {many}}}"#)), "started ann, failed ann budget exhausted");
}

#[test]
fn a_change_of_a_template_is_a_change_of_the_journey() {
    let version = |template: &str| {
        let compiled = compile_with(&SHOP.replace("TEMPLATE", "a.html"), ("a.html", template));
        compiled.program.module.journeys[0].version.clone()
    };
    assert_eq!(version("Hello {{ go.total }}"), version("Hello {{   go.total }}"));
    assert_ne!(version("Hello {{ go.total }}"), version("Hallo {{ go.total }}"));
}
