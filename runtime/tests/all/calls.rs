//! Calls of services: what is asked, when it is asked again, what an answer comes to.

use crate::support::{Compiled, Ran, compile, event, run};
use journey_compiler::machine::BUDGET_DEFAULT;
use journey_runtime::answers::{Answers, Recorded, Reply, Request};
use journey_runtime::customer::Customer;
use journey_runtime::effect::Nobody;
use journey_runtime::engine::Engine;
use journey_runtime::{Options, Until};
use serde_json::json;
use std::sync::Arc;

const BANK: &str = r#"
enum Verdict { granted { limit: Decimal }, refused }
event applied { id: String, sum: Decimal }
event paid { id: String }
event withdrawn { id: String }
service credit {
  fn score(member: String) -> Int { GET "/members/{member}/score" timeout 2s retry 2 backoff 10s..15s }
  fn decide(id: String, sum: Decimal) -> Verdict { POST "/applications/{id}" }
  fn file(id: String, sum: Decimal) { PUT "/files/{id}" body ["sum": sum] }
  fn remember(name: String) -> String? { GET "/names/{name}" }
}
"#;

fn bank(journeys: &str) -> Compiled {
    compile(&format!("{BANK}{journeys}"))
}

fn answered(compiled: &Compiled, lines: &str, answers: &str, options: Options) -> Ran {
    let answers = Recorded::read(answers, &compiled.program).unwrap();
    run(compiled, lines, &Options { answers, ..options })
}

fn drained(compiled: &Compiled, lines: &str, answers: &str) -> Ran {
    answered(compiled, lines, answers, Options { drain: true, ..Options::default() })
}

fn applied(time: &str) -> String {
    event("a1", "applied", "ann/b c", time, r#"{"id": "a 1", "sum": 20.50}"#)
}

const SCORES: &str = "journey scores { enter on applied  let score = call credit.score(customer)  if score > 600 { finish good } }";

#[test]
fn a_call_pauses_the_journey_until_the_answer_is_there() {
    let compiled = bank(SCORES);
    let answers = r#"{"service": "credit.score", "after": "1500ms", "answer": 700}"#;
    let ran = answered(&compiled, &applied("10:00:00"), answers, Options::default());
    assert_eq!(ran.summary.journeys["scores"].at["call"], 1);
    let ran = drained(&compiled, &applied("10:00:00"), answers);
    assert_eq!(ran.story(), ["started ann/b c", "call ann/b c", "finished ann/b c good"]);
    assert_eq!(ran.effects[1]["at"], "2026-01-01T10:00:01.500Z");
}

#[test]
fn the_effect_of_a_call_tells_what_was_asked_and_answered() {
    let compiled = bank(
        r#"journey applies { enter on applied as a
          let verdict = call credit.decide(a.id, a.sum)
          call credit.file(a.id, a.sum)
          match verdict { granted { limit } => fail "up to {limit}"  refused => finish refused }
        }"#,
    );
    let answers = "{\"service\": \"credit.decide\", \"answer\": {\"granted\": {\"limit\": \"12.5\"}}}\n{\"service\": \"credit.file\"}";
    let ran = drained(&compiled, &applied("10:00:00"), answers);
    let calls: Vec<_> = ran.of_kind("call").cloned().collect();
    assert_eq!(
        calls[0],
        json!({"at": "2026-01-01T10:00:00Z", "kind": "call", "journey": "applies", "instance": "applies/ann/b c/1", "customer": "ann/b c",
            "service": "credit.decide", "args": {"id": "a 1", "sum": 20.5}, "method": "POST", "path": "/applications/a%201", "body": {"sum": 20.5},
            "key": "applies/ann/b c/1/1/0", "tries": 1, "answer": {"granted": {"limit": 12.5}}})
    );
    assert_eq!((&calls[1]["body"], &calls[1]["answer"]), (&json!({"sum": 20.5}), &json!(null)));
    assert_eq!(calls[1]["key"], "applies/ann/b c/1/2/0");
    assert_eq!(ran.effects.last().unwrap()["error"], "up to 12.5");
}

#[test]
fn what_is_put_into_a_path_stays_one_part_of_it() {
    let compiled =
        bank(r#"journey j { enter on applied  let name = call credit.remember("ä/b?c#d%e~-._")  if name == none { finish nobody } }"#);
    let ran = drained(&compiled, &applied("10:00:00"), r#"{"service": "credit.remember", "answer": null}"#);
    assert_eq!(ran.effects[1]["path"], "/names/%C3%A4%2Fb%3Fc%23d%25e~-._");
    assert!(ran.effects[1].get("body").is_none());
    assert_eq!(ran.story()[2], "finished ann/b c nobody");
}

#[test]
fn a_try_that_fails_is_repeated_after_a_pause_that_doubles_up_to_the_longest() {
    let compiled = bank(SCORES);
    let answers = r#"{"service": "credit.score", "try": 1, "fail": "busy"}
{"service": "credit.score", "try": 2, "after": "1s", "fail": "broken"}
{"service": "credit.score", "answer": 100}"#;
    let ran = drained(&compiled, &applied("10:00:00"), answers);
    // 10 s after the first, 15 s (not 20) after the second, which takes one.
    assert_eq!((&ran.effects[1]["at"], &ran.effects[1]["tries"]), (&json!("2026-01-01T10:00:26Z"), &json!(3)));
    assert_eq!(ran.story(), ["started ann/b c", "call ann/b c", "finished ann/b c completed"]);
}

#[test]
fn the_failed_last_try_is_a_fault_at_the_line_of_the_call() {
    let compiled = bank(&format!("\n{SCORES}"));
    let why = |answers: &str| {
        let ran = drained(&compiled, &applied("10:00:00"), answers);
        let failed = ran.effects.last().unwrap();
        assert_eq!((&failed["kind"], &failed["line"]), (&json!("failed"), &json!(BANK.lines().count() + 2)));
        assert_eq!(ran.summary.journeys["scores"].failed, 1);
        failed["error"].as_str().unwrap().to_owned()
    };
    assert_eq!(why(""), "call of credit.score failed: no answer is given for it");
    assert_eq!(why(r#"{"service": "credit.score", "fail": "closed"}"#), "call of credit.score failed: closed");
    assert_eq!(why(r#"{"service": "credit.score", "after": "3s", "answer": 1}"#), "call of credit.score failed: no answer within 2s");
}

/// Answers whatever it is asked.
struct Always(&'static str);

impl Answers for Always {
    fn answer(&mut self, _: &Request<'_>) -> Reply {
        Reply { after_ms: 0, result: Ok(self.0.to_owned()) }
    }
}

#[test]
fn an_answer_that_does_not_fit_is_a_try_that_failed() {
    let compiled = bank(SCORES);
    let failure = |answer: &'static str| {
        let (program, sources) = (Arc::clone(&compiled.program), Arc::clone(&compiled.sources));
        let mut engine = Engine::new(program, sources, BUDGET_DEFAULT, &[], &[]);
        let mut customer = Customer::new("ann".into());
        let event = engine.event_named("applied").unwrap();
        let offer = engine.admit("ann", event, r#"{"id": "a1", "sum": 1}"#).unwrap();
        engine.event(&mut customer, offer, 1_000, &mut Nobody);
        for _ in 0..3 {
            if let Some(due_ms) = customer.due_ms() {
                engine.due(&mut customer, due_ms, &mut Always(answer), &mut Nobody);
            }
        }
        customer.instances.first().and_then(|instance| instance.failure.as_ref().map(|failure| failure.error.clone()))
    };
    let unfit = failure("\"many\"").unwrap();
    assert_eq!(unfit, "call of credit.score failed: the answer does not fit: answer: expected an Int, found the text \"many\"");
    assert_eq!(failure("7"), None);
}

#[test]
fn else_is_what_counts_where_the_last_try_has_failed() {
    let compiled = bank(
        r#"journey j { enter on applied
          let sure = call credit.score(customer) else 0
          let maybe = call credit.score(customer) else none
          var late: Decimal? = none
          late = call credit.score(customer) else 7
          if maybe == none and sure == 0 and late == 7.0 { finish unanswered }
        }"#,
    );
    let ran = drained(&compiled, &applied("10:00:00"), r#"{"service": "credit.score", "fail": "closed"}"#);
    assert_eq!(ran.story().last().unwrap(), "finished ann/b c unanswered");
    assert_eq!(ran.of_kind("call").map(|call| call["error"].clone()).collect::<Vec<_>>(), ["closed", "closed", "closed"]);
    let ran = drained(&compiled, &applied("10:00:00"), r#"{"service": "credit.score", "answer": 7}"#);
    assert_eq!(ran.story().last().unwrap(), "finished ann/b c completed");
}

#[test]
fn the_first_line_that_fits_answers() {
    let compiled = bank(
        "journey j { enter on applied as a  let v = call credit.decide(a.id, a.sum)  if v == Verdict.refused { finish no } else { finish yes } }",
    );
    let lines = applied("10:00:00") + &event("a2", "applied", "bob", "11:00:00", r#"{"id": "a2", "sum": 1}"#);
    let yes = r#"{"granted": {"limit": 1}}"#;
    let ended =
        |answers: &str| drained(&compiled, &lines, answers).of_kind("finished").map(|end| end["outcome"].clone()).collect::<Vec<_>>();
    let by_args = format!(
        "{{\"service\": \"credit.decide\", \"args\": {{\"sum\": 20.500}}, \"answer\": {yes}}}\n{{\"service\": \"credit.decide\", \"answer\": \"refused\"}}"
    );
    assert_eq!(ended(&by_args), ["yes", "no"]);
    assert_eq!(ended(&by_args.replace("20.500", "\"20.500\"")), ["yes", "no"], "a Decimal may be written as a text");
    let by_customer = format!(
        "\u{feff}\n{{\"service\": \"credit.decide\", \"customer\": \"bob\", \"answer\": {yes}}}\n{{\"service\": \"credit.decide\", \"answer\": \"refused\"}}"
    );
    assert_eq!(ended(&by_customer), ["no", "yes"]);
}

#[test]
fn arguments_fit_however_they_are_written() {
    let compiled = compile(
        r#"
        type Slot { at: Time, length: Duration, note: String? }
        event applied { slots: List<Slot> }
        service desk { fn book(slots: List<Slot>, day: Date?) -> Int { POST "/slots" } }
        journey j { enter on applied as a  let n = call desk.book(a.slots, none)  if n > 1 { finish many } }"#,
    );
    let line = event("a1", "applied", "ann", "10:00:00", r#"{"slots": [{"at": "2026-01-02T09:00:00+01:00", "length": "90m"}]}"#);
    let ended = |args: &str| {
        let answers = format!("{{\"service\": \"desk.book\", \"args\": {args}, \"answer\": 2}}");
        drained(&compiled, &line, &answers).story().last().unwrap().clone()
    };
    assert_eq!(ended(r#"{"slots": [{"at": "2026-01-02T03:00:00-05:00", "length": "PT1H30M"}], "day": null}"#), "finished ann many");
    assert!(ended(r#"{"slots": [{"at": "2026-01-02T09:00:00Z"}]}"#).starts_with("failed ann"));
}

#[test]
fn answers_that_cannot_be_used_are_refused_with_line_and_reason() {
    let compiled = bank(SCORES);
    let why = |line: &str| Recorded::read(&format!("\n{line}"), &compiled.program).unwrap_err().to_string();
    assert_eq!(why("{"), "line 2: not JSON: EOF while parsing an object at column 1");
    assert_eq!(why(r#"{"service": "credit"}"#), "line 2: `service` is written `service.operation`, and this is `credit`");
    assert_eq!(why(r#"{"service": "debit.score", "answer": 1}"#), "line 2: the program has no service `debit`; it has `credit`");
    assert_eq!(
        why(r#"{"service": "credit.scores", "answer": 1}"#),
        "line 2: the service `credit` has no operation `scores`; did you mean `score`?"
    );
    assert_eq!(
        why(r#"{"service": "credit.score", "args": {"who": 1}, "answer": 1}"#),
        "line 2: `credit.score` has no parameter `who`; it has `member`"
    );
    assert_eq!(why(r#"{"service": "credit.score", "answer": 1, "fail": "x"}"#), "line 2: there is both an `answer` and a `fail`");
    assert_eq!(why(r#"{"service": "credit.score"}"#), "line 2: there is neither an `answer` nor a `fail`");
    assert_eq!(
        why(r#"{"service": "credit.score", "try": 0, "answer": 1}"#),
        "line 2: `try` is a number that counts from 1, and this is the number 0"
    );
    assert_eq!(
        why(r#"{"service": "credit.score", "after": "soon", "answer": 1}"#),
        "line 2: `after` is a duration such as \"2s\", and this is \"soon\""
    );
    assert_eq!(why(r#"{"service": "credit.score", "anwser": 1}"#), "line 2: a line has no `anwser`; did you mean `answer`?");
    assert_eq!(why(r#"{"service": "credit.score", "customer": 7, "answer": 1}"#), "line 2: `customer` is a text, and this is the number 7");
    assert_eq!(why(r#"{"service": "credit.score", "args": [7], "answer": 1}"#), "line 2: `args` is an object, and this is a list");
}

#[test]
fn answers_and_arguments_are_held_to_the_types_of_the_operation() {
    let compiled = bank(SCORES);
    let why = |line: &str| Recorded::read(line, &compiled.program).unwrap_err().to_string();
    assert_eq!(
        why(r#"{"service": "credit.score", "answer": "many"}"#),
        "line 1: this is no answer of `credit.score`: answer: expected an Int, found the text \"many\""
    );
    assert_eq!(
        why(r#"{"service": "credit.decide", "answer": {"granted": {"limti": 1}}}"#),
        "line 1: this is no answer of `credit.decide`: answer.granted: there is no field `limti`; did you mean `limit`?"
    );
    assert_eq!(
        why(r#"{"service": "credit.decide", "answer": "open"}"#),
        "line 1: this is no answer of `credit.decide`: answer: expected one of \"granted\", \"refused\", found the text \"open\""
    );
    assert_eq!(
        why(r#"{"service": "credit.decide", "args": {"sum": true}, "answer": "refused"}"#),
        "line 1: `credit.decide` is never asked so: args.sum: expected a Decimal, found true"
    );
    assert!(Recorded::read(r#"{"service": "credit.file", "answer": {"any": "thing"}}"#, &compiled.program).is_ok(), "nobody looks at it");
}

/// Rule 3.
const KEEPS: &str = r#"
journey keeps {
  enter on applied as a
  goal gone on withdrawn as w where w.id == a.id
  let score = call credit.score(customer) else 0
  wait 1h
  wait for paid as p where p.id != "" within 1d
  if p == none { finish nothing }
  wait for paid as q within 1d
  if q != none { fail "{p.id} {q.id} {score}" } else { fail "{p.id} alone" }
}"#;

fn paid(id: &str, time: &str) -> String {
    event(&format!("e-{id}-{time}"), "paid", "ann/b c", time, &format!("{{\"id\": \"{id}\"}}"))
}

fn kept(lines: &str) -> Vec<String> {
    let answers = r#"{"service": "credit.score", "after": "2s", "answer": 1}"#;
    drained(&bank(KEEPS), lines, answers).story().split_off(1)
}

#[test]
fn rule_3_events_that_come_during_a_call_are_kept_for_the_next_wait_for_that_names_them() {
    let lines = applied("10:00:00") + &paid("x", "10:00:01") + &paid("y", "10:00:01") + &paid("z", "10:00:01");
    assert_eq!(kept(&lines), ["call ann/b c", "failed ann/b c x y 1"], "each `wait for` takes one, in the order in which they came");
}

#[test]
fn rule_3_a_kept_event_is_offered_once_and_one_that_does_not_fit_is_gone() {
    let lines = applied("10:00:00") + &paid("", "10:00:01") + &paid("x", "10:00:01");
    assert_eq!(kept(&lines), ["call ann/b c", "failed ann/b c x alone"]);
}

#[test]
fn rule_3_events_that_come_during_a_plain_wait_are_not_kept() {
    assert_eq!(kept(&(applied("10:00:00") + &paid("x", "10:30:00"))), ["call ann/b c", "finished ann/b c nothing"]);
}

#[test]
fn rule_3_goals_and_exits_end_an_instance_while_a_call_is_under_way() {
    let lines = applied("10:00:00") + &event("w", "withdrawn", "ann/b c", "10:00:01", r#"{"id": "a 1"}"#);
    assert_eq!(kept(&lines), ["call ann/b c given up: what waited for it has ended", "finished ann/b c gone"]);
}

/// What a journey comes to that calls (for two seconds), while `x` is paid at the first second, and `y` two hours later.
fn branches_keep(body: &str) -> Vec<String> {
    let compiled = bank(&format!("profile {{ visits: Int = 0 }}\njourney j {{ enter on applied\n {body}\n }}"));
    let lines = applied("10:00:00") + &paid("x", "10:00:01") + &paid("y", "12:00:00");
    let answers = r#"{"service": "credit.score", "after": "2s", "answer": 1}"#;
    drained(&compiled, &lines, answers).story().into_iter().filter(|line| line.starts_with("finished")).collect()
}

const SCORE: &str = "let score = call credit.score(customer) else 0";

#[test]
fn rule_3_a_kept_event_is_offered_to_each_branch_that_begins_later() {
    for word in ["parallel", "race"] {
        let story = branches_keep(&format!(
            "{SCORE}
             {word} {{
               branch a {{ wait for paid as p within 1h {{ if p.id == \"x\" {{ finish a_{word} }} }} }}
               branch b {{ wait for paid within 1h {{ finish b_{word} }} }}
             }}"
        ));
        assert_eq!(story, [format!("finished ann/b c a_{word}")]);
    }
    let story = branches_keep(&format!(
        "{SCORE}
         parallel {{
           branch a {{ wait for paid as p within 1h {{ if p.id == \"x\" {{ profile.visits += 1 }} }} }}
           branch b {{ wait for paid as p within 1h {{ if p.id == \"x\" {{ profile.visits += 1 }} }} }}
         }}
         wait for paid as p within 10h
         if p?.id == \"y\" and profile.visits == 2 {{ finish offered_to_both_and_gone }}"
    ));
    assert_eq!(story, ["finished ann/b c offered_to_both_and_gone"]);
}

#[test]
fn rule_3_what_no_branch_was_offered_is_left_to_what_follows_them() {
    for (word, branches) in [
        ("parallel", "branch a { wait 1m } branch b { wait 2m }".to_owned()),
        ("race", "branch a { wait 1m } branch b { wait 2m }".to_owned()),
        ("parallel", format!("branch a {{ {SCORE} }} branch b {{ wait 5m }}")),
        // The call is under way when the other branch wins.
        ("race", format!("branch a {{ {SCORE} if score == 9 {{ profile.visits = 1 }} }} branch b {{ wait 1s }}")),
        ("parallel", format!("branch a {{ parallel {{ branch c {{ {SCORE} }} branch d {{ wait 3m }} }} }} branch b {{ wait 5m }}")),
    ] {
        let before = if branches.contains("call") { "" } else { SCORE };
        let story = branches_keep(&format!(
            "{before}
             {word} {{ {branches} }}
             wait for paid as p within 1h
             if p?.id == \"x\" {{ finish left }}"
        ));
        assert_eq!(story, ["finished ann/b c left"], "{word} {branches}");
    }
}

#[test]
fn rule_3_an_event_that_one_branch_was_offered_is_not_left_by_another_that_kept_it_too() {
    let story = branches_keep(&format!(
        "parallel {{
           branch a {{ {SCORE} wait for paid as p within 1h {{ if p.id == \"x\" {{ profile.visits += 1 }} }} }}
           branch b {{ {SCORE} wait 1m }}
         }}
         wait for paid as p within 1h
         if p == none {{ finish gone }}"
    ));
    assert_eq!(story, ["finished ann/b c gone"]);
}

#[test]
fn rule_3_a_hundred_events_are_kept_and_no_more() {
    let compiled = bank(
        r#"journey counts { enter on applied
          call credit.file("f", 1.0)
          var n = 0
          loop { wait for paid within 1h { n += 1 } else { fail "{n}" } }
        }"#,
    );
    let mut lines = applied("10:00:00");
    for n in 0..130 {
        lines += &paid(&n.to_string(), "10:00:00");
    }
    let ran = drained(&compiled, &lines, r#"{"service": "credit.file"}"#);
    assert_eq!(ran.story().last().unwrap(), "failed ann/b c 100");
}

#[test]
fn rule_3_an_event_for_all_is_kept_too() {
    let compiled = bank(
        "journey j { enter on applied  call credit.file(\"f\", 1.0)  wait for paid as p where p.id == \"all\" within 1h  if p != none { finish heard } }",
    );
    let lines = applied("10:00:00") + &crate::support::broadcast("b", "paid", "10:00:00", r#"{"id": "all"}"#);
    let ran = drained(&compiled, &lines, r#"{"service": "credit.file"}"#);
    assert_eq!(ran.story().last().unwrap(), "finished ann/b c heard");
}

#[test]
fn what_calls_wait_for_is_there_in_the_next_run() {
    let compiled = bank(KEEPS);
    let answers = Recorded::read(r#"{"service": "credit.score", "after": "2s", "answer": 5}"#, &compiled.program).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut last = String::new();
    for (lines, until) in
        [(applied("10:00:00") + &paid("x", "10:00:01") + &paid("y", "10:00:01"), None), (String::new(), Some(Until::After(7_200_000)))]
    {
        let mut store = journey_runtime::store::DurableStore::open(&folder.path().join("data"), 8 << 20).unwrap();
        let options = Options { answers: answers.clone(), until, ..Options::default() };
        let mut effects = Vec::new();
        let inputs = vec![journey_runtime::Input::new("events", lines.as_bytes())];
        let mut sink = journey_runtime::run::WriterSink(&mut effects);
        journey_runtime::run(&compiled.program, &compiled.sources, &options, inputs, &mut store, Some(&mut sink), &mut |_| {}).unwrap();
        last = String::from_utf8(effects).unwrap();
    }
    assert!(last.contains("x y 5"), "{last}");
}
