//! A right program, broken in one place, gives exactly the code of what was broken; the right one says nothing at all.

use journey_compiler::analysis::analyse;
use journey_compiler::project::Project;

/// What all the programs declare. Each sends and awaits all of it in `uses`, so that nothing is unused.
const SHOP: &str = r#"
event signed_up {}
event page_viewed { page: String = "" }
event order_placed { items: List<String> = [], times: Int = 0, urgent: Bool = false }
event order_sent { times: Int = 0, urgent: Bool = false }
event unsubscribed {}

profile { email: String?  gold: Bool = false  news: Bool = false }

channel email { address profile.email  consent profile.news }
channel capped { address profile.email  consent profile.news  content { text: String }  cap 3 per 7d }
message tip() {
  email { subject: "A tip", body: "Do this." }
  capped { text: "Do this." }
}

journey uses {
  enter on unsubscribed
  one per customer
  wait for any {
    on signed_up { }
    on page_viewed { }
    on order_placed { }
    on order_sent { }
    after 1d { send tip() via email }
  }
}
"#;

/// `(what is broken, a right journey, what is replaced, by what, the codes)`
type Mutation = (&'static str, &'static str, &'static str, &'static str, &'static [&'static str]);

const LOOP: &str = "journey j {
  enter on signed_up
  exit left on unsubscribed
  loop {
    wait for page_viewed
    send tip() via email
    wait 1d
  }
}";
const FLAG: &str = "journey j {
  enter on signed_up
  exit left on unsubscribed
  var sent = false
  loop {
    wait for page_viewed as view
    if view.page == \"prices\" and not sent {
      sent = true
      send tip() via email
    }
  }
}";
const COUNTER: &str = "journey j {
  enter on signed_up
  var tries = 0
  while tries < 3 {
    wait for page_viewed
    tries += 1
    send tip() via email
  }
}";
const LIST: &str = "journey j {
  enter on order_placed as order
  for item in order.items.take(3) { if item != \"\" { send tip() via email } }
}";
const STATE: &str = "enum Mood { fresh, told }
journey j {
  enter on signed_up
  exit left on unsubscribed
  var mood = Mood.fresh
  loop {
    wait for page_viewed
    match mood {
      fresh => { mood = told  send tip() via email }
      told => { }
    }
  }
}";
const PAIR: &str = "journey a {
  enter on order_placed
  wait 1d
  emit order_sent {}
}
journey b {
  enter on order_sent
  emit order_placed {}
}";
const LITERAL: &str = "journey a {
  enter on order_placed as order where not order.urgent
  emit order_sent { urgent: true }
}
journey b {
  enter on order_sent as sent where sent.urgent
  emit order_placed { urgent: true }
}";
const ALIVE: &str = "journey a {
  enter on order_placed
  emit order_placed {}
  wait 1d
}";
const BOUNDED: &str = "journey a {
  enter on order_placed as order where order.times < 3
  emit order_placed { times: order.times + 1 }
}";
const ECHO: &str = "journey a {
  enter on order_placed as order where order.times == 3 and order.urgent
  emit order_placed { times: order.times, urgent: false }
}";
const CHILD: &str = "journey a {
  enter on signed_up
  start b(3)
}
journey b(depth: Int) {
  if depth > 0 { start b(depth - 1) }
}";
const SEEN: &str = "journey j {
  enter on signed_up
  wait 1d
  send tip() via email
  wait for page_viewed within 3d { finish looked } else { }
}";
const GOAL: &str = "journey j {
  enter on signed_up
  goal looked on page_viewed
  wait 1d
  wait for page_viewed within 3d { } else { }
}";
const ARMS: &str = "journey j {
  enter on signed_up
  exit left on unsubscribed
  exit sent on order_sent as sent where sent.urgent
  exit sent_too on order_sent
  wait for any {
    on page_viewed as view where view.page == \"prices\" { finish prices }
    on page_viewed { finish other }
    after 2d { finish late }
  }
}";
const WAITS: &str = "const fast = true
journey j {
  enter on signed_up
  wait 1h
  send tip() via email
  wait for page_viewed within (if fast { 2d } else { 4d })
}";
const RUNS: &str = "journey a {
  enter on order_placed
  run b(2)
  emit order_sent {}
}
journey b(days_left: Int) {
  wait 1d
  if days_left > 0 { send tip() via email }
}
journey c {
  enter on order_sent
  emit order_placed {}
}";
const ARMED: &str = "journey a {
  enter on order_placed
  wait for any { when profile.gold and now > 2026-05-01T00:00:00Z { wait 1d } after 1d { } }
  emit order_placed {}
}";
const ALL_STOP: &str = "journey a {
  enter on signed_up
  exit left on unsubscribed
  loop {
    wait for order_sent as sent where sent.times < 3
    wait 1d
    broadcast order_sent {}
  }
}";
const BRANCHES: &str = "journey a {
  enter on order_placed
  parallel {
    branch b { wait 1d }
    branch c { send tip() via email }
  }
  try { wait 1h } catch _e { send tip() via email }
  emit order_placed {}
}";
const SPIN: &str = "journey a {
  enter on signed_up
  exit left on unsubscribed
  loop {
    wait 1d
    wait until within 09:00..20:00 in \"UTC\"
  }
}";
const HOURS: &str = "journey a {
  enter on signed_up
  exit left on unsubscribed
  loop {
    wait until within 09:00..12:00 in \"UTC\"
    wait until within 18:00..20:00 in \"UTC\"
  }
}";
const SPIN_WHEN: &str = "journey a {
  enter on signed_up
  exit left on unsubscribed
  loop {
    wait for any { when profile.gold { wait 1d } on page_viewed { } }
  }
}";
const CAPPED: &str = "journey j {
  enter on signed_up
  send tip() via capped
  wait 1d
  send tip() via capped
  wait 1d
  send tip() via capped
  wait 5d
  send tip() via capped
}";
const TOGETHER: &str = "journey j {
  enter on signed_up
  send tip() via capped
  wait 1d
  send tip() via capped
}
journey k {
  enter on page_viewed
  send tip() via capped
}";

const DECIDED: &str = "journey j {
  enter on signed_up
  priority 2 in offers
  send tip() via capped
  wait 1d
  send tip() via capped
}
journey k {
  enter on page_viewed
  priority 1 in offers
  send tip() via capped
  wait 1d
  send tip() via capped
}";

const MUTATIONS: &[Mutation] = &[
    ("the pause of a loop", LOOP, "    wait 1d\n", "", &["E0465"]),
    ("the length of a loop's pause", LOOP, "wait 1d", "wait for order_placed", &["E0465"]),
    ("the pause of a loop, by one that is none", LOOP, "wait 1d", "wait 0s", &["E0465", "W0409"]),
    ("the flag that holds a loop", FLAG, "sent = true", "sent = profile.gold", &["E0465"]),
    ("the question for the flag", FLAG, "and not sent", "or not sent", &["E0465"]),
    ("a flag that is taken back", FLAG, "send tip() via email", "send tip() via email  sent = false", &["E0465"]),
    ("the counter that holds a loop", COUNTER, "tries += 1", "tries += 0", &["E0465"]),
    (
        "a counter that begins anew",
        COUNTER,
        "wait for page_viewed",
        "wait for page_viewed as v  if v.page == \"\" { tries = 0 }",
        &["E0465"],
    ),
    ("the limit of a counter", COUNTER, "tries < 3", "tries < 3_000_000", &["E0465"]),
    ("the limit of a list", LIST, ".take(3)", "", &["E0465"]),
    ("the limit of a list, too high", LIST, ".take(3)", ".take(100_000)", &["E0465"]),
    ("the state that holds a loop", STATE, "mood = told", "mood = fresh", &["E0465"]),
    ("the pause between two journeys", PAIR, "  wait 1d\n", "", &["E0466"]),
    ("the pause, by a wait that does not pause", PAIR, "  wait 1d\n", "  if profile.gold { wait 1d }\n", &["W0404"]),
    ("the pause, by one of no length", PAIR, "wait 1d", "wait 0s", &["E0466", "W0409"]),
    ("the pause, by one until now", PAIR, "wait 1d", "wait until now", &["E0466"]),
    ("the pause, by one until an instant before", PAIR, "wait 1d", "let start = now  wait until start - 1h", &["E0466"]),
    ("the pause, by one until a day that comes once", PAIR, "wait 1d", "wait until 2026-05-01T00:00:00Z", &["E0466"]),
    ("the pause, by the hours that let everybody through", PAIR, "wait 1d", "wait until within 09:00..20:00 in \"UTC\"", &["W0404"]),
    ("the pause of a child", RUNS, "  wait 1d\n", "", &["E0466"]),
    ("the pause of a child, for some", RUNS, "  wait 1d\n", "  if profile.gold { wait 1d }\n", &["W0404"]),
    ("the pause behind what holds already", ARMED, "{ wait 1d } after", "{ } after", &["W0404"]),
    ("the pause before what all hear", ALL_STOP, "    wait 1d\n", "", &["E0466"]),
    (
        "the pause behind what all hear",
        ALL_STOP,
        "    wait 1d\n    broadcast order_sent {}",
        "    broadcast order_sent {}\n    if profile.gold { wait 1d }",
        &["W0404"],
    ),
    ("the pause of one of all branches", BRANCHES, "parallel", "race", &[]),
    ("the pause of all branches", BRANCHES, "  try { wait 1h } catch _e { send tip() via email }\n", "", &[]),
    ("the pause of a loop, so that its hours are all", SPIN, "    wait 1d\n", "", &["E0402"]),
    ("the hours of the evening", HOURS, "    wait until within 18:00..20:00 in \"UTC\"\n", "", &["E0402"]),
    ("the pause of a loop, by one that is over", SPIN, "wait 1d", "wait until now", &["E0402"]),
    ("the pause behind a condition that goes on to hold", SPIN_WHEN, "{ wait 1d }", "{ }", &["W0404"]),
    ("the payload that ends a chain", LITERAL, "emit order_placed { urgent: true }", "emit order_placed { urgent: false }", &["E0466"]),
    ("the condition that ends a chain", LITERAL, " as order where not order.urgent", "", &["E0466"]),
    ("the condition, by what does not change", LITERAL, " as order where not order.urgent", " where profile.gold", &["W0404"]),
    ("the wait that keeps an instance there", ALIVE, "  wait 1d\n", "", &["E0466"]),
    ("one instance at once", ALIVE, "enter on order_placed", "enter on order_placed\n  unlimited", &["E0466"]),
    ("the bound of a chain", BOUNDED, " where order.times < 3", " where order.times < 3 or true", &["E0466", "W0303"]),
    ("the bound of a chain, left out", BOUNDED, " where order.times < 3", "", &["E0466"]),
    ("what ends a chain that hands the same on", ECHO, "false", "order.urgent", &[]),
    ("what ends a chain, by the same literally", ECHO, "times: order.times, urgent: false", "times: 3, urgent: true", &["E0466"]),
    ("the bound of children", CHILD, "if depth > 0 { start b(depth - 1) }", "start b(depth)", &["E0466"]),
    ("the start of a child", CHILD, "  start b(3)\n", "", &["W0406"]),
    ("what is done before an answer", SEEN, "  send tip() via email\n", "", &["W0405"]),
    ("the goal that sees an event", GOAL, "goal looked on page_viewed", "goal looked on order_sent", &["W0405"]),
    ("the condition of the first exit", ARMS, " as sent where sent.urgent", "", &["W0407"]),
    ("an arm that comes before", ARMS, "after 2d { finish late }", "after 2d { finish late }  after 3d { finish later }", &["W0407"]),
    ("an entry twice", ARMS, "  enter on signed_up\n", "  enter on signed_up\n  enter on signed_up\n", &["W0407"]),
    ("the length of a wait", WAITS, "wait 1h", "wait 0s", &["W0409"]),
    ("the time that an event has", WAITS, "2d }", "0s }", &["E0467"]),
    (
        "the condition of an event",
        WAITS,
        "wait for page_viewed",
        "wait for page_viewed as _v where not fast and _v.page != \"\"",
        &["E0467"],
    ),
    ("the pause that keeps messages apart", CAPPED, "wait 5d", "wait 4d", &["W0402"]),
    ("what two journeys send", TOGETHER, "wait 1d\n", "wait 1d\n  send tip() via capped\n  wait 1d\n", &["W0403"]),
    ("which journey goes first", DECIDED, "priority 2", "priority 1", &["W0403"]),
    ("the group in which one goes first", DECIDED, "1 in offers", "1 in news", &["W0403", "W0445"]),
    ("that one goes first at all", DECIDED, "  priority 1 in offers\n", "", &["W0403", "W0445"]),
];

fn codes(journeys: &str) -> Vec<&'static str> {
    let analysis = analyse(&Project::of_text("shop.journey", &format!("{SHOP}{journeys}\n")));
    let mut codes: Vec<&str> = analysis.diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

#[test]
fn a_right_program_broken_in_one_place_gives_exactly_that_code() {
    let mut wrong = Vec::new();
    for (what, right, from, to, expected) in MUTATIONS {
        let said = codes(right);
        if !said.is_empty() {
            wrong.push(format!("{what}: the right program gives {said:?}"));
        }
        assert_eq!(right.matches(from).count(), 1, "{what}: `{from}` does not stand once in the program");
        let said = codes(&right.replace(from, to));
        if said != *expected {
            wrong.push(format!("{what}: the broken program gives {said:?}, not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
