//! `journey run --drain`: how far time goes on, and what it brings.

use crate::run::event;
use crate::support::Folder;
use serde_json::{Value, json};

#[test]
fn a_drain_delivers_what_journeys_broadcast_and_goes_on_to_what_that_starts() {
    let program = "event go {}
event over { n: Int }
profile { timezone: Timezone = \"UTC\" }
segment everyone = profile.timezone != \"Asia/Tokyo\"
journey tells { enter on go  wait 1d  broadcast over { n: 1 }  finish told }
journey hears { enter on go  wait for over as o where o.n == 1  wait 2h  broadcast over { n: 2 } }
journey ends { enter on go  wait for over as o where o.n == 2  wait 30m  finish ended }
";
    let daily = "journey daily { enter every day at 09:00 for segment everyone  finish seen }\n";
    let go = |customer: &str, hour: u32| event(customer, "go", &format!("2026-01-01T{hour:02}:00:00Z"), customer, &json!({}));
    let lines = [go("ann", 8), go("bob", 10)].join("\n");
    // A schedule goes on for ever: a drain is another where there is one.
    for text in [program.to_owned(), format!("{program}{daily}")] {
        let folder = Folder::with(&[("shop.journey", &text), ("events.ndjson", &lines)]);
        let told = |more: &[&str]| -> Value {
            let ran = folder.journey(&[&["run", "shop.journey", "--events", "events.ndjson", "--format", "json"], more].concat());
            serde_json::from_str(&ran.out).unwrap()
        };
        assert_eq!(told(&[])["journeys"]["hears"]["live"], 2);
        let drained = told(&["--drain", "--effects", "effects.ndjson"]);
        // Both hear ann's, and are gone when bob's comes; what it has started ends too.
        assert_eq!(drained["journeys"]["hears"]["finished"], json!({"completed": 2}));
        assert_eq!(drained["journeys"]["ends"]["finished"], json!({"ended": 2}));
        assert_eq!(drained["clock"], "2026-01-02T10:30:00Z");
        let effects = folder.read("effects.ndjson");
        assert_eq!(effects.lines().filter(|line| line.contains("\"broadcast\":true")).count(), 4, "{effects}");
        let parts = ["--data", "data", "--drain"];
        let first = folder.journey(&[&["run", "shop.journey", "--events", "events.ndjson", "--format", "json"], &parts[..2]].concat());
        assert_eq!(first.status, 0, "{}", first.err);
        assert_eq!(told(&parts), drained, "a drain of its own does the same");
    }
}

#[test]
fn a_drained_run_tells_which_journeys_time_may_start_later() {
    let program = "event visit {}\nprofile { visits: Int = 0, timezone: Timezone = \"UTC\" }\njourney digest { enter every monday at 09:00 finish read }\njourney seen { enter on visit finish done }\n";
    let events = "{\"specversion\": \"1.0\", \"id\": \"1\", \"source\": \"s\", \"type\": \"visit\", \"time\": \"2026-01-01T00:00:00Z\", \"subject\": \"ann\"}\n";
    let folder = Folder::with(&[("a.journey", program), ("e.ndjson", events)]);
    let drained = folder.journey(&["run", "a.journey", "--events", "e.ndjson", "--drain"]);
    assert_eq!(drained.status, 0);
    assert!(drained.err.contains("time alone may bring customers into digest later"), "{}", drained.err);
    let until = folder.journey(&["run", "a.journey", "--events", "e.ndjson", "--until", "+90d", "--format", "json"]);
    assert!(until.out.contains("\"read\":12") || until.out.contains("\"read\":13"), "{}", until.out);
}
