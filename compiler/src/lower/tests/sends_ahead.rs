//! From which pauses a promotional send can still be reached.

use super::module;

/// The identities of the pauses of a journey with this body, those before a send marked by `!`.
fn ahead(body: &str) -> Vec<String> {
    let module = module(&format!(
        r#"
        event go {{ n: Int }} event more {{}}
        channel desk {{ content {{ text: String }} }}
        message offer() {{ desk {{ text: "-" }} }}
        message service() transactional {{ desk {{ text: "-" }} }}
        journey j {{ enter on go as g {body} }}
        "#
    ));
    let pause = |pause: &crate::mir::Pause| format!("{}{}", pause.identity, if pause.sends { "!" } else { "" });
    module.journeys[0].pauses.iter().map(pause).collect()
}

#[test]
fn what_comes_after_the_pause_counts_and_service_does_not() {
    assert_eq!(ahead("wait 1h send offer() via desk wait 1h send service() via desk wait 1h"), ["wait!", "wait#2", "wait#3"]);
}

#[test]
fn a_send_in_one_branch_is_enough() {
    assert_eq!(
        ahead("wait 1h if g.n > 1 { send offer() via desk wait 1h } else { wait 2h } wait 3h"),
        ["wait!", "wait#2", "wait#3", "wait#4"]
    );
    assert_eq!(ahead("wait 1h if g.n > 1 { finish early } wait 2h send offer() via desk"), ["wait!", "wait#2!"]);
    assert_eq!(ahead("wait 1h if g.n > 1 { wait 2h finish early } send offer() via desk"), ["wait!", "wait#2"]);
}

#[test]
fn what_stands_before_in_a_loop_comes_again() {
    assert_eq!(ahead("for i in 0..g.n { send offer() via desk wait 1h } wait 2h"), ["wait!", "wait#2"]);
    assert_eq!(ahead("for i in 0..g.n { if i > 1 { wait 1h break } send offer() via desk } wait 2h"), ["wait", "wait#2"]);
    assert_eq!(ahead("for i in 0..g.n { if i > 1 { wait 1h continue } send offer() via desk } wait 2h"), ["wait!", "wait#2"]);
}

#[test]
fn the_arms_of_a_wait_lead_on_from_it() {
    assert_eq!(ahead("wait for any { on more { send offer() via desk } after 1d { wait 2d } }"), ["any!", "wait"]);
    assert_eq!(ahead("wait 1h without more { send offer() via desk } wait 1d"), ["wait!", "wait#2"]);
    assert_eq!(ahead("wait for more within 1h { wait 1d } else { send offer() via desk }"), ["for!", "wait"]);
    assert_eq!(ahead("wait for more { wait 1d } send offer() via desk wait 1d"), ["for!", "wait!", "wait#2"]);
}

#[test]
fn a_send_that_stands_in_an_undo_block_follows_wherever_the_block_is_kept() {
    assert_eq!(ahead("wait 1h undo { send offer() via desk } wait 2h"), ["wait!", "wait#2!"]);
    assert_eq!(ahead("wait 1h undo { send service() via desk } wait 2h"), ["wait", "wait#2"]);
    assert_eq!(ahead("if g.n > 1 { undo { send offer() via desk } finish early } wait 2h"), ["wait"]);
    assert_eq!(ahead("for i in 0..g.n { wait 1h undo { send offer() via desk } } wait 2h"), ["wait!", "wait#2!"]);
    assert_eq!(ahead("try { undo { send offer() via desk } fail \"no\" } catch e { wait 1h } wait 2h"), ["wait!", "wait#2!"]);
    let race = "race { branch a { undo { send offer() via desk } wait 1h } branch b { wait 2h } } wait 3h";
    assert_eq!(ahead(race), ["race", "a.wait!", "b.wait", "wait!"]);
}

#[test]
fn loops_in_loops_cost_no_more_with_each_level_than_what_stands_in_them() {
    // Twice as much with each level would never end here.
    let body = format!("{}wait 1h{}", "loop { ".repeat(50), " }".repeat(50));
    assert_eq!(ahead(&body), ["wait"]);
}
