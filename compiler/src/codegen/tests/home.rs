use super::build::{function, goto, l};
use crate::codegen::home::across_blocks;
use crate::mir::{Op, Terminator};

#[test]
fn only_what_several_blocks_know_or_read_first_is_a_variable() {
    let copy = |dst, src| Op::Copy { dst: l(dst), src: l(src) };
    let first = (vec![copy(1, 0), copy(2, 1), copy(1, 2)], goto(1));
    let second = (vec![copy(3, 2), copy(5, 4)], Terminator::Return(l(3)));
    let across = across_blocks(&function(1, 6, vec![first, second]));
    assert_eq!(across, [true, false, true, false, true, false]);
}
