//! One mistake does not hide others.

use crate::errors;

#[test]
fn several_mistakes_give_several_error_nodes() {
    let found = errors("journey a {\n  wait\n  send x via y\n  finish done\n}\nevent {\n}\njourney b { finish }\n");
    assert_eq!(found.len(), 3, "{found:#?}");
}
