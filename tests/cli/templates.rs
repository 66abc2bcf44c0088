//! Templates as files of a project.

use crate::support::{Folder, Ran};

const SHOP: &str = r#"event left { total: Decimal }
channel desk { content { text: String } }
message reminder(total: Decimal) { desk { text: file "texts/reminder.txt" } }
journey cart { enter on left as cart  send reminder(cart.total) via desk }
test "t" { event left { total: 2.50 } expect sent reminder where text == "2.5 is waiting" }
"#;

fn shop() -> Folder {
    Folder::with(&[("journey.toml", ""), ("shop/cart.journey", SHOP)])
}

fn first(ran: &Ran) -> &str {
    ran.err.lines().next().unwrap_or_default()
}

#[test]
fn a_template_lies_beside_the_file_that_names_it() {
    let folder = shop();
    folder.write("shop/texts/reminder.txt", "\u{feff}{{ total }} is waiting\n");
    assert_eq!(folder.journey(&["check", "--deny", "warnings"]).status, 0);
    assert_eq!(folder.journey(&["test"]).status, 0);
    // Seen from the project's folder it would be another file.
    folder.write("texts/reminder.txt", "{{ nothing }}");
    assert_eq!(folder.journey(&["test"]).status, 0);
}

#[test]
fn what_is_wrong_in_a_template_is_told_with_its_own_file_and_line() {
    let folder = shop();
    folder.write("shop/texts/reminder.txt", "Hello\n{{ totl }} is waiting\n");
    let ran = folder.journey(&["check", "--format", "json"]);
    assert_eq!(ran.status, 1);
    let told: serde_json::Value = serde_json::from_str(ran.out.lines().next().unwrap()).unwrap();
    assert_eq!((&told["file"], &told["code"]), (&"shop/texts/reminder.txt".into(), &"E0201".into()));
    assert_eq!((&told["start"]["line"], &told["start"]["column"]), (&2.into(), &4.into()));
    assert_eq!(told["help"], "did you mean `total`?");
}

#[test]
fn a_template_that_can_t_be_had_is_told_where_it_is_named() {
    let folder = shop();
    let template = folder.path().join("shop/texts/reminder.txt");
    assert_eq!(first(&folder.journey(&["check"])), "[E0449] Error: there is no file `texts/reminder.txt`");
    folder.write("shop/texts/reminder.txt", b"a\nb\xff");
    let ran = folder.journey(&["check"]);
    assert_eq!(first(&ran), "[E0449] Error: `texts/reminder.txt` isn't UTF-8");
    assert!(ran.err.contains("its line 2 can't be read"), "{}", ran.err);
    folder.write("shop/texts/reminder.txt", vec![b'x'; (1 << 20) + 1]);
    assert_eq!(first(&folder.journey(&["check"])), "[E0449] Error: `texts/reminder.txt` is too large for a template");
    folder.write("shop/texts/reminder.txt", vec![b'x'; 1 << 20]);
    assert_eq!(folder.journey(&["check"]).status, 0);
    std::fs::remove_file(&template).unwrap();
    std::fs::create_dir(&template).unwrap();
    assert_eq!(first(&folder.journey(&["check"])), "[E0449] Error: `texts/reminder.txt` can't be read");
}

#[test]
#[cfg(unix)]
fn a_link_out_of_the_project_is_not_followed() {
    let folder = shop();
    let outside = Folder::with(&[("secret.txt", "{{ total }} is waiting")]);
    std::fs::create_dir(folder.path().join("shop/texts")).unwrap();
    let template = folder.path().join("shop/texts/reminder.txt");
    std::os::unix::fs::symlink(outside.path().join("secret.txt"), &template).unwrap();
    assert_eq!(first(&folder.journey(&["check"])), "[E0449] Error: `texts/reminder.txt` leads out of this project");
}

#[test]
fn a_hostile_template_is_told_and_ends_nothing() {
    let folder = shop();
    let long_tag = format!("{{{{ {} }}}}", "total + ".repeat(50_000));
    let elifs = format!("{{% if total > 1 %}}{}{{% endif %}}", "{% elif total > 2 %}".repeat(40_000));
    let nested = "{% if total > 1 %}".repeat(50_000);
    let parens = format!("{{{{ {}total{} }}}}", "(".repeat(1_500), ")".repeat(1_500));
    let chain = format!("{{{{ total{} }}}}", ".a".repeat(2_000));
    let sums = format!("{{{{ total{} }}}}", " + 1".repeat(1_000));
    let nots = format!("{{% if {} total > 1 %}}{{% endif %}}", "not ".repeat(1_000));
    for template in [long_tag, elifs, nested, parens, chain, sums, nots, String::from("{{"), String::from("{%"), String::from("{% for %}")]
    {
        folder.write("shop/texts/reminder.txt", &template);
        let ran = folder.journey(&["check"]);
        assert_eq!(ran.status, 1, "{}", &template[..template.len().min(60)]);
        assert!(first(&ran).starts_with("[E0450] Error: "), "{}", ran.err);
    }
}
