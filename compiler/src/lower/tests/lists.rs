use super::{assert_holds, both, module};
use crate::machine::Context;
use crate::mir::{Expect, TestStmtKind};

const LISTS: &str = r#"
type P { name: String, age: Int, weight: Float = 1.5 }
const xs = [3, 1, 2]
const none_at_all: List<Int> = []
const people = [P { name: "Bo", age: 30 }, P { name: "Al", age: 20, weight: 2.5 }, P { name: "Cy", age: 30 }]
"#;

#[test]
fn list_methods_mean_what_they_say() {
    assert_holds(
        LISTS,
        &[
            "xs.filter(x => x > 1) == [3, 2] and xs.filter(x => x > 9).is_empty()",
            "xs.map(x => x * 2) == [6, 2, 4] and xs.map(x => \"{x}\") == [\"3\", \"1\", \"2\"]",
            "xs.sum() == 6 and xs.sum(x => x * x) == 14 and none_at_all.sum() == 0",
            "[1.5, 2.5].sum() == 4.0 and [1h, 30m].sum() == 90m",
            "xs.any(x => x == 2) and not xs.any(x => x == 4) and not none_at_all.any(x => true)",
            "xs.all(x => x > 0) and not xs.all(x => x > 1) and none_at_all.all(x => false)",
            "xs.count(x => x > 1) == 2",
            "people.min_by(p => p.age)?.name == \"Al\" and people.max_by(p => p.age)?.name == \"Bo\"",
            "people.max_by(p => p.weight)?.name == \"Al\" and people.min_by(p => p.name)?.name == \"Al\"",
            "none_at_all.min_by(x => x) == none and (xs.min_by(x => x) ?? 0) == 1",
            "xs.sort_by(x => x) == [1, 2, 3] and xs.sort_by(x => -x) == [3, 2, 1]",
            "people.sort_by(p => p.age).map(p => p.name) == [\"Al\", \"Bo\", \"Cy\"]",
            "people.sort_by(p => p.name).map(p => p.name).join(\" \") == \"Al Bo Cy\"",
            "xs.take(2) == [3, 1] and xs.take(0).is_empty() and xs.take(9) == xs",
            "xs.contains(3) and 3 in xs and 4 not in xs and xs.length() == 3",
            "(xs.first() ?? 0) == 3 and (xs.last() ?? 0) == 2 and none_at_all.first() == none",
        ],
    );
}

#[test]
fn lambdas_see_what_is_around_them_and_nest() {
    assert_holds(
        &format!("{LISTS}fn pairs(n: Int) -> Int {{ let m = n + 1  xs.sum(x => xs.filter(y => y < x and y < m).sum(y => x * y)) }}\n"),
        &["pairs(2) == 3 * 1 + 3 * 2 + 2 * 1", "pairs(1) == 3 * 1 + 2 * 1", "pairs(0) == 0"],
    );
}

#[test]
fn each_element_that_a_list_method_visits_is_a_turn() {
    let turns = |condition: &str| {
        let module = module(&format!("{LISTS}\ntest \"t\" {{\n  expect {condition}\n}}\n"));
        let TestStmtKind::Expect(Expect::Cond { holds: function, .. }) = module.tests[0].body[0].kind else { panic!("a condition") };
        let [a, b] = both(&module).map(|program| {
            let mut cx = Context::new(&program);
            cx.begin(0, "ann", 1000);
            assert_eq!(program.holds(function, &[], &mut cx), Ok(true));
            1000 - cx.fuel
        });
        assert_eq!(a, b);
        a
    };
    assert_eq!(turns("xs.filter(x => x > 1).length() == 2"), 3);
    assert_eq!(turns("xs.any(x => x == 1)"), 2);
    assert_eq!(turns("xs.sum() == 6"), 3);
    assert_eq!(turns("3 in xs"), 3);
    assert_eq!(turns("xs.sort_by(x => x).length() == 3"), 3);
    assert_eq!(turns("[\"a\", \"b\"].join(\"\") == \"ab\""), 2);
}
