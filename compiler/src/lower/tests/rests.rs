//! What follows a pause that only some ways take is shared by the segments before and after it.

use super::{module, play};
use crate::mir::Terminator;

/// A journey with so many pauses in a row, each of which only some customers reach.
fn row(pauses: usize) -> String {
    let mut text = String::from("event go { n: Int }\nprofile { visits: Int = 0 }\njourney row {\n  enter on go as g\n  var k = 0\n");
    for n in 0..pauses {
        text.push_str(&format!("  if profile.visits > {n} {{ wait 1d }}\n  k += g.n * {n}\n  k = k * 3 - k / 2\n  profile.visits = k\n"));
    }
    text + "}\n"
}

fn instructions(text: &str) -> usize {
    let module = module(text);
    module.functions.iter().flat_map(|f| &f.blocks).map(|block| block.instructions.len() + 1).sum()
}

#[test]
fn code_grows_with_the_number_of_conditional_pauses_and_not_with_its_square() {
    let (ten, forty) = (instructions(&row(10)), instructions(&row(40)));
    assert!(forty < ten * 6, "{ten} instructions for 10 pauses, {forty} for 40");
}

/// A journey of so many statements without a pause.
fn long(statements: usize) -> String {
    let mut text = String::from("event go { n: Int }\nprofile { visits: Int = 0 }\njourney long {\n  enter on go as g\n  var k = 0\n");
    for n in 0..statements {
        text.push_str(&format!("  k += g.n * {n}\n"));
    }
    text + "  profile.visits = k\n}\n"
}

#[test]
fn a_long_way_without_a_pause_becomes_several_functions() {
    let longest = |text: &str| {
        let size = |f: &crate::mir::Function| f.blocks.iter().map(|block| block.instructions.len()).sum::<usize>();
        module(text).functions.iter().map(|f| size(f)).max().unwrap_or(0)
    };
    let (short, long) = (longest(&long(500)), longest(&long(5_000)));
    assert!(short > 100 && long < 1_500, "{short} instructions, and {long}");
}

#[test]
fn what_is_cut_into_functions_does_what_it_did_as_one() {
    let played = |journey: &str| play(&format!("{journey}test \"t\" {{\n  event go {{ n: 2 }}\n  advance 2000d\n}}\n"));
    assert_eq!(played(&long(3_000)), ["profile visits: 8997000", "finished completed"]);
    assert_eq!(played(&row(30)).iter().filter(|line| line.starts_with("wait")).count(), 28);
    let text: String = (0..300).map(|n| format!("{n} {{g.n}} ")).collect();
    let told = "event go { n: Int }\nprofile { text: String = \"\" }\njourney j {\n  enter on go as g\n  profile.text = ";
    let expected: String = (0..300).map(|n| format!("{n} 2 ")).collect();
    // Shown as it is stored: its length, then its bytes.
    let stored = format!("{:?}", expected.as_bytes());
    let line = &played(&format!("{told}\"{text}\"\n}}\n"))[0];
    assert!(line.ends_with(stored.trim_start_matches('[')), "{line}");
}

#[test]
fn a_shared_rest_never_stands_in_a_loop() {
    let text = "event go { n: Int }\nprofile { visits: Int = 0 }\njourney looped {\n  enter on go as g\n  var k = 0\n  while k < 10 {\n    \
                if profile.visits > k { wait 1d }\n    k += g.n\n    k = k * 3 - k / 2 + k % 7 - k / 5 + 1\n    profile.visits = k\n  }\n}\n";
    let module = module(text);
    let continues = |f: &crate::mir::Function| f.blocks.iter().any(|b| matches!(b.terminator, Terminator::Continue { .. }));
    let looped: Vec<&str> = module.functions.iter().filter(|f| continues(f)).map(|f| f.name.as_str()).collect();
    assert!(looped.is_empty(), "{looped:?}");
}
