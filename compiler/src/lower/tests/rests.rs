//! What follows a pause that only some ways take is shared by the segments before and after it.

use super::module;
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

#[test]
fn a_shared_rest_never_stands_in_a_loop() {
    let text = "event go { n: Int }\nprofile { visits: Int = 0 }\njourney looped {\n  enter on go as g\n  var k = 0\n  while k < 10 {\n    \
                if profile.visits > k { wait 1d }\n    k += g.n\n    k = k * 3 - k / 2 + k % 7 - k / 5 + 1\n    profile.visits = k\n  }\n}\n";
    let module = module(text);
    let continues = |f: &crate::mir::Function| f.blocks.iter().any(|b| matches!(b.terminator, Terminator::Continue { .. }));
    let looped: Vec<&str> = module.functions.iter().filter(|f| continues(f)).map(|f| f.name.as_str()).collect();
    assert!(looped.is_empty(), "{looped:?}");
}
