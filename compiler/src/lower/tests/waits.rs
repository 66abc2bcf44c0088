use super::play;

/// A journey with this body over two events; `test` is the script.
fn run(body: &str, test: &str) -> Vec<String> {
    play(&format!(
        r#"
profile {{ timezone: Timezone?, visits: Int = 0, limit: Duration = 1h }}
event go {{ n: Int = 0, wait: Duration = 1h }}
event more {{ n: Int = 0 }}
event stop {{ n: Int = 0 }}
const first_delay = 10m
journey j {{
  enter on go as var go
  goal won on stop as s where s.n == 7
{body}
}}
test "t" {{
{test}
}}
"#
    ))
}

#[test]
fn a_plain_wait_pauses_for_its_time_and_keeps_only_what_is_needed() {
    let log = run("let a = go.n + 1 let b = 5 wait 1h profile.visits = a wait first_delay", "event go { n: 2 }");
    assert_eq!(log, ["wait [a] 2026-01-01T01:00:00Z", "profile visits: 3", "wait#2 [] 2026-01-01T01:10:00Z", "finished completed"]);
}

#[test]
fn a_time_that_is_reached_does_not_pause() {
    let body = "wait go.wait wait until now wait until now - 1h wait until within 00:00..01:00 in \"UTC\" finish late";
    assert_eq!(run(body, "event go { wait: 0s }").last().unwrap(), "finished late");
    assert_eq!(run(body, "event go { wait: 0s }").len(), 1);
    assert_eq!(run(body, "event go { wait: 1ms }")[0], "wait [] 2026-01-01T00:00:00.001Z");
}

#[test]
fn local_moments_are_in_the_customers_zone_and_fault_where_it_is_unknown() {
    let at = |zone: &str| run("wait until 09:00", &format!("profile {{ timezone: {zone} }} event go {{}}"));
    assert_eq!(at("\"Asia/Tokyo\"")[0], "wait [] 2026-01-02T00:00:00Z");
    assert_eq!(at("none"), ["the customer's time zone is not known: wait until 09:00"]);
    let monday = run("wait until monday 09:00 in \"Europe/Paris\"", "event go {}");
    assert_eq!(monday[0], "wait [] 2026-01-05T08:00:00Z");
    let window = run("wait until within 22:00..06:00 in \"UTC\" wait until within 08:00..20:00 in \"UTC\"", "event go {}");
    assert_eq!(window, ["wait#2 [] 2026-01-01T08:00:00Z", "finished completed"]);
}

#[test]
fn without_starts_again_after_each_event() {
    let body = "wait 1h without more as m where m.n > go.n { profile.visits += 1 } finish quiet";
    let test = "event go { n: 1 } advance 30m event more { n: 1 } event more { n: 2 } advance 59m event more { n: 3 }";
    assert_eq!(
        run(body, test),
        [
            "wait [go] 2026-01-01T01:00:00Z",
            "unseen",
            "profile visits: 1",
            "wait [go] 2026-01-01T01:30:00Z",
            "profile visits: 2",
            "wait [go] 2026-01-01T02:29:00Z",
            "finished quiet"
        ]
    );
}

#[test]
fn wait_for_runs_its_block_or_else() {
    let body = "wait for more as m where m.n == go.n within 1h { profile.visits = m.n } else { profile.visits = 99 }";
    let came = run(body, "event go { n: 4 } event more { n: 5 } event more { n: 4 }");
    assert_eq!(came, ["for [go] 2026-01-01T01:00:00Z", "unseen", "profile visits: 4", "finished completed"]);
    assert_eq!(run(body, "event go { n: 4 }")[1], "profile visits: 99");
}

#[test]
fn a_wait_without_blocks_leaves_its_binder() {
    let within = "wait for more as m within 1h wait 1d profile.visits = m?.n ?? 50";
    assert_eq!(run(within, "event go {}")[2], "profile visits: 50");
    assert_eq!(run(within, "event go {} event more { n: 6 }")[2], "profile visits: 6");
    let ever = "wait for more as m wait 1d profile.visits = m.n";
    assert_eq!(run(ever, "event go {} event more { n: 6 }")[1..3], ["wait [m] 2026-01-02T00:00:00Z", "profile visits: 6"]);
}

#[test]
fn within_no_time_still_pauses_because_a_deadline_includes_its_instant() {
    let body = "wait for more within (now - now) { finish came } else { finish late }";
    assert_eq!(run(body, "event go {} event more {}"), ["for [] 2026-01-01T00:00:00Z", "finished came"]);
}

#[test]
fn the_first_arm_that_happens_is_taken() {
    let body = "wait for any {
        on more as m where m.n > 3 { finish more }
        on more { finish less }
        when profile.visits > 2 { finish often }
        after 2h { finish after }
        at now + 1h { finish at }
      }";
    assert_eq!(run(body, "event go {} event more { n: 4 }")[1], "finished more");
    assert_eq!(run(body, "event go {} event more { n: 3 }")[1], "finished less");
    assert_eq!(run(body, "event go {} profile { visits: 3 }")[1], "finished often");
    assert_eq!(run(body, "event go {}"), ["any [] 2026-01-01T02:00:00Z 2026-01-01T01:00:00Z", "finished at"]);
    assert_eq!(run(body, "profile { visits: 3 } event go {}"), ["finished often"], "what is true already does not pause");
}

#[test]
fn a_goal_ends_the_journey_at_every_pause() {
    assert_eq!(run("wait 1h wait 1h", "event go {} advance 1h event stop { n: 6 } event stop { n: 7 }")[2..], ["unseen", "ended won"]);
}

#[test]
fn loops_keep_their_place_across_pauses() {
    let body = "for i in 0..2 { for x in [10, 20].filter(n => n > go.n) { wait 1h profile.visits = i + x } }";
    let log = run(body, "event go { n: 5 }");
    let writes: Vec<&String> = log.iter().filter(|line| line.starts_with("profile")).collect();
    assert_eq!(writes, ["profile visits: 10", "profile visits: 20", "profile visits: 11", "profile visits: 21"]);
    assert_eq!(log[0], "wait [go i i~end i~index x x~index x~items] 2026-01-01T01:00:00Z");
    let body = "var n = 0 loop { wait 1h n += 1 if n == 2 { continue } if n > 3 { break } profile.visits = n }";
    let log = run(body, "event go {}");
    let writes: Vec<&String> = log.iter().filter(|line| line.starts_with("profile")).collect();
    assert_eq!(writes, ["profile visits: 1", "profile visits: 3"]);
}

#[test]
fn steps_and_variants_stand_in_identities() {
    let body = "step outer { step inner { wait 1h } experiment e { variant a 50% { wait 1h } holdout 50% { finish out } } }";
    let log = run(body, "variant e is a event go {}");
    assert_eq!(log, ["outer.inner.wait [] 2026-01-01T01:00:00Z", "outer.a.wait [] 2026-01-01T02:00:00Z", "finished completed"]);
    assert_eq!(run(body, "variant e is holdout event go {}")[1], "finished out");
}
