//! The formatter: the one layout of each construct, and what holds of every text.

mod mangle;
mod sources;

use crate::differential::{program, random::Random};
use journey_compiler::format::{edits, format};
use journey_compiler::{Severity, Sources, check, lower, parse};
use journey_grammar::{FileId, Rule, Syntax, is_error};
use std::collections::BTreeMap;

/// Random programs whose white space is mangled.
const PROGRAMS: u64 = 200;
/// How often each source is cut up.
const CUTS: u64 = 3;

/// The words of a text without commas, what could not be read, and the comments with how many words stand before each.
#[derive(Debug, Default, PartialEq)]
struct Said<'t> {
    words: Vec<&'t str>,
    broken: Vec<&'t str>,
    comments: Vec<(usize, &'t str)>,
}

fn said(text: &str) -> Said<'_> {
    fn add<'t>(node: Syntax<'t>, said: &mut Said<'t>) {
        match node.kind() {
            Rule::comma | Rule::EOI => {}
            Rule::COMMENT => said.comments.push((said.words.len(), node.text().trim_end())),
            kind if is_error(kind) => {
                said.broken.push(node.text());
                said.words.push(node.text());
            }
            Rule::string => said.words.push(node.text()),
            _ if node.first().is_none() && !node.text().trim().is_empty() => said.words.push(node.text()),
            _ => node.all_children().for_each(|child| add(child, said)),
        }
    }
    let tree = journey_grammar::parse(text, FileId(0));
    let mut found = Said::default();
    // The nodes are views of the tree, their texts of the text.
    let root = tree.root(text);
    let mut inner = Said::default();
    add(root, &mut inner);
    let place = |part: &str| {
        let start = part.as_ptr().addr() - text.as_ptr().addr();
        &text[start..start + part.len()]
    };
    found.words = inner.words.into_iter().map(place).collect();
    found.broken = inner.broken.into_iter().map(place).collect();
    found.comments = inner.comments.into_iter().map(|(at, part)| (at, place(part))).collect();
    found
}

/// The version of each journey; where the program has errors, their codes.
fn meaning(text: &str) -> Result<BTreeMap<String, String>, Vec<&'static str>> {
    let mut sources = Sources::default();
    let file = sources.add("a.journey", text);
    let (ast, mut diagnostics) = parse::parse(&sources, file);
    let (hir, found) = check::check(&[ast]);
    diagnostics.extend(found);
    let mut errors: Vec<_> = diagnostics.iter().filter(|found| found.severity == Severity::Error).map(|found| found.code).collect();
    errors.sort_unstable();
    if errors.is_empty() {
        Ok(lower::lower(&hir).journeys.into_iter().map(|journey| (journey.name.to_string(), journey.version)).collect())
    } else {
        Err(errors)
    }
}

/// Whatever a text is: its layout says the same, and is its own layout.
fn holds(name: &str, text: &str) -> String {
    let formatted = format(text).unwrap_or_else(|error| panic!("{name}: {error}\n{text}")).text;
    assert_eq!(said(text), said(&formatted), "{name}: what is said changed\n{text}\n=====\n{formatted}");
    let again = format(&formatted).unwrap_or_else(|error| panic!("{name}: {error}")).text;
    assert_eq!(formatted, again, "{name}: the layout has another layout\n{text}");
    formatted
}

#[test]
fn every_source_keeps_its_words_and_comments_and_has_one_layout() {
    let sources = sources::all();
    assert!(sources.len() > 250, "sources are missing: {}", sources.len());
    for (name, text) in sources {
        let formatted = holds(&name, &text);
        assert_eq!(meaning(&text), meaning(&formatted), "{name}: a journey means something else");
    }
}

#[test]
fn mangled_white_space_and_comments_change_no_version_and_are_laid_out_once() {
    let mut compared = 0;
    for seed in 0..PROGRAMS {
        let text = program::source(seed);
        let mut random = Random::new(seed);
        let Some(mangled) = mangle::white_space(&text, &mut random) else { continue };
        let formatted = holds(&format!("seed {seed}"), &mangled);
        let plain = holds(&format!("seed {seed}, as written"), &text);
        let versions = meaning(&plain);
        assert_eq!(versions, meaning(&formatted), "seed {seed}: a journey means something else\n{mangled}");
        compared += u64::from(versions.is_ok());
    }
    assert!(compared * 2 > PROGRAMS, "only {compared} of {PROGRAMS} programs were compared");
}

#[test]
fn mangled_sources_keep_every_comment_in_its_place() {
    for (at, (name, text)) in sources::all().into_iter().enumerate() {
        let mut random = Random::new(at as u64);
        if let Some(mangled) = mangle::white_space(&text, &mut random) {
            holds(&name, &mangled);
        }
    }
}

#[test]
fn broken_parts_stay_byte_for_byte() {
    let (mut broken, mut changed) = (0, 0);
    for (at, (name, text)) in sources::all().into_iter().enumerate() {
        let mut random = Random::new(at as u64);
        for _ in 0..CUTS {
            let text = mangle::white_space(&text, &mut random).unwrap_or_else(|| text.clone());
            let cut = mangle::cut(&text, &mut random);
            let formatted = holds(&name, &cut);
            broken += usize::from(!said(&cut).broken.is_empty());
            changed += usize::from(!said(&cut).broken.is_empty() && formatted != cut);
        }
    }
    assert!(broken > 300, "only {broken} texts were broken");
    assert!(changed * 2 > broken, "only {changed} of {broken} broken texts were laid out around what is broken");
}

/// Examples are cut off behind each word, and lose each of their words: of so many, one is looked at.
const STRIDE: usize = 7;

#[test]
fn what_looks_like_a_date_or_a_number_and_is_none_stays() {
    for broken in ["2026-03-10x", "2026-3-10", "11/22/2026", "9:00", "5-10x", "2.5h"] {
        let text = format!("journey  j  {{\n  enter on visit\n  let day = {broken}\n}}\n");
        let formatted = holds(broken, &text);
        assert!(formatted.contains(&format!("= {broken}\n")), "{formatted}");
    }
}

#[test]
fn a_name_that_begins_statements_elsewhere_may_stand_on_the_line_after_let() {
    let formatted = holds("let", "journey j {\n  enter on visit\n  let\n    wait = 3\n  if wait > 2 { finish many }\n}\n");
    assert!(formatted.contains("let wait = 3\n"), "{formatted}");
}

#[test]
fn an_example_that_is_cut_off_or_lacks_a_word_keeps_what_is_broken_and_has_one_layout() {
    let mut looked_at = 0;
    for (name, text) in sources::all().into_iter().filter(|(name, text)| name.contains("/examples/") && text.len() < 6_000) {
        for (at, (start, end)) in mangle::words(&text).into_iter().enumerate().filter(|(at, _)| at % STRIDE == 0) {
            holds(&format!("{name}, cut off behind word {at}"), &text[..end]);
            holds(&format!("{name}, without word {at}"), &format!("{}{}", &text[..start], &text[end..]));
            looked_at += 2;
        }
    }
    assert!(looked_at > 1_000, "only {looked_at} texts were looked at");
}

#[test]
fn edits_make_the_layout() {
    for (name, text) in sources::all() {
        let mut random = Random::new(text.len() as u64);
        let Some(mangled) = mangle::white_space(&text, &mut random) else { continue };
        let mut made = mangled.clone();
        let edits = edits(&mangled).unwrap();
        assert!(edits.windows(2).all(|pair| pair[0].end <= pair[1].start), "{name}: edits overlap");
        for edit in edits.iter().rev() {
            made.replace_range(edit.start..edit.end, &edit.text);
        }
        assert_eq!(made, format(&mangled).unwrap().text, "{name}");
    }
}

#[test]
fn each_construct_has_its_layout() {
    insta::glob!("cases/*.journey", |path| {
        let text = std::fs::read_to_string(path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let formatted = holds(&name, &text);
        insta::with_settings!({omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "cases", input_file => name}, {
            insta::assert_snapshot!("layout", formatted);
        });
    });
}

#[test]
fn line_ends_and_marks_are_put_right() {
    assert_eq!(
        format("\u{FEFF}event a {}\r\n\r\n\r\n\r\nevent b {\r\n\tid: String\r\n}").unwrap().text,
        "event a {}\n\nevent b {\n  id: String\n}\n"
    );
    assert_eq!(format("").unwrap().text, "");
    assert_eq!(format(" \r\n\t\n").unwrap().text, "");
    assert_eq!(format("// alone").unwrap().text, "// alone\n");
}

#[test]
fn what_is_refused_as_a_whole_stays() {
    let deep = format!("const a = {}1{}", "(".repeat(200), ")".repeat(200));
    let formatted = format(&deep).unwrap();
    assert!(formatted.broken);
    assert_eq!(formatted.text, deep);
}

#[test]
fn the_deepest_nesting_is_laid_out() {
    let deepest = journey_grammar::MAX_NESTING;
    let values = format!("const a = {}1{}\n", "(".repeat(deepest), ")".repeat(deepest));
    assert_eq!(holds("values", &values).lines().count(), 2 * deepest + 1);
    let blocks = format!("journey a {{{}wait 1h{}}}\n", " loop {".repeat(deepest - 1), " }".repeat(deepest - 1));
    assert_eq!(holds("blocks", &blocks).lines().count(), 2 * deepest + 1);
    let types = format!("type A {{ a: {}Int{} }}\n", "List<".repeat(deepest - 1), ">".repeat(deepest - 1));
    holds("types", &types);
}
