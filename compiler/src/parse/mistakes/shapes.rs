//! How each construct is written: the line that a broken one is compared with.

/// The shape of the construct that starts with `word`, where one line can show it.
pub(super) fn shape(word: &str, in_test: bool) -> Option<&'static str> {
    if in_test && let Some(shape) = test_shape(word) {
        return Some(shape);
    }
    Some(match word {
        "enum" => "enum Tier { basic, silver, gold }",
        "type" => "type CartItem { sku: String, price: Decimal }",
        "event" => "event purchase { cart_id: String, total: Decimal }",
        "profile" => "profile { email: String?, tier: Tier = basic }",
        "const" => "const free_shipping = 50.00",
        "fn" => "fn double(n: Int) -> Int { n * 2 }",
        "channel" => "channel email { address profile.email }",
        "message" => "message hello(name: String) { sms { text: \"Hello {name}\" } }",
        "journey" => "journey welcome \"Welcome\" { enter on signed_up as s … }",
        "test" => "test \"what it shows\" { event signed_up {} expect sent hello }",
        "trait" => "trait orders: Int = count(purchase) over 90d",
        "segment" => "segment vip = profile.tier == gold",
        "enter" => "enter on EVENT as x where CONDITION`, `enter on segment NAME` or `enter every day at 09:00",
        "one" => "one per customer",
        "cooldown" => "cooldown 30d",
        "goal" => "goal NAME on EVENT as x where CONDITION",
        "exit" => "exit NAME on EVENT` or `exit NAME when CONDITION",
        "priority" => "priority 3 in GROUP",
        "on" => "on change stay` or `on change move",
        "let" => "let x = VALUE",
        "var" => "var x = VALUE",
        "if" => "if CONDITION { … } else { … }",
        "match" => "match VALUE { gold => … _ => … }",
        "for" => "for item in LIST { … }",
        "while" => "while CONDITION { … }",
        "loop" => "loop { … }",
        "step" => "step NAME \"Title\" { … }",
        "wait" => "wait 1h`, `wait until 09:00`, `wait for EVENT within 2d` or `wait for any { … }",
        "send" => "send MESSAGE(…) via CHANNEL` or `via first of push, sms",
        "call" => "let r = call SERVICE.OPERATION(…)",
        "emit" => "emit EVENT { field: VALUE }",
        "experiment" => "experiment NAME { variant a 50% { … } holdout 50% { … } }",
        "variant" => "variant NAME 45% { … }",
        "holdout" => "holdout 10% { … }",
        "branch" => "branch NAME { … }",
        "parallel" => "parallel { branch a { … } branch b { … } }",
        "race" => "race { branch a { … } branch b { … } }",
        "undo" => "undo { … }",
        "start" => "start JOURNEY(…)",
        "run" => "let outcome = run JOURNEY(…)",
        "service" => "service loyalty { fn points(member: String) -> Int { GET \"/points/{member}\" } }",
        "try" => "try { … } catch e { … }",
        "finish" => "finish OUTCOME",
        "fail" => "fail \"why\"",
        "address" => "address profile.email",
        "consent" => "consent profile.consent.marketing",
        "cap" => "cap 3 per 7d",
        "quiet" => "quiet 21:00..08:00",
        "content" => "content { text: String }",
        "after" => "after 3d { … }",
        "at" => "at 09:00 { … }",
        "when" => "when CONDITION { … }",
        _ => return None,
    })
}

/// The shape of the arm of a `wait for any` that starts with `word`; of all arms where none does.
pub(super) fn wait_arm_shape(word: &str) -> &'static str {
    match word {
        "on" => "on EVENT as x where CONDITION { … }",
        "after" => "after 2d { … }",
        "at" => "at 09:00 { … }",
        "when" => "when CONDITION { … }",
        _ => "on EVENT as x where CONDITION { … }`, `after 2d { … }` or `at 09:00 { … }",
    }
}

fn test_shape(word: &str) -> Option<&'static str> {
    Some(match word {
        "profile" => "profile { email: \"ann@example.com\" }",
        "event" => "event EVENT { field: VALUE } at TIME",
        "broadcast" => "broadcast EVENT { field: VALUE }",
        "advance" => "advance 30m` or `advance until TIME",
        "as" => "as \"bob\" { … }",
        "answer" => "answer SERVICE.OPERATION(…) with VALUE",
        "variant" => "variant EXPERIMENT is NAME",
        "expect" => "expect sent MESSAGE`, `expect finished JOURNEY with OUTCOME` or `expect CONDITION",
        _ => return None,
    })
}
