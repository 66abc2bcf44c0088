//! `journey serve`: what is acknowledged lasts.

use crate::stored::stored;
use crate::support::Folder;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};

const SHOP: &str = "\
event cart { id: String }
journey recovery { enter on cart as cart  one per cart.id  wait 30d  finish lost }
";

/// A server that was started.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(folder: &Folder) -> Self {
        let mut command = folder.command();
        command.args(["serve", "shop.journey", "--data", "data", "--listen", "127.0.0.1:0", "--effects", "effects.ndjson"]);
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://").unwrap_or_else(|| panic!("{line}")).to_owned();
        Self { child, address }
    }

    /// Status line and body of the answer.
    fn post(&self, kind: &str, body: &str) -> (String, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        let head = format!(
            "POST /v1/events HTTP/1.1\r\nhost: here\r\nconnection: close\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.lines().next().unwrap().to_owned(), body.to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn event(id: usize) -> String {
    format!(r#"{{"specversion":"1.0","id":"e{id}","source":"test","type":"cart","subject":"u{}","data":{{"id":"c{id}"}}}}"#, id % 7)
}

#[test]
fn what_was_acknowledged_lasts_through_a_kill_and_counts_once() {
    let folder = Folder::with(&[("shop.journey", SHOP)]);
    for kill in 0..8 {
        let server = Server::start(&folder);
        let lines: Vec<String> = (kill * 5..kill * 5 + 10).map(event).collect();
        let (status, body) = server.post("application/x-ndjson", &lines.join("\n"));
        assert_eq!(status, "HTTP/1.1 202 Accepted", "{body}");
        let known = if kill == 0 { 0 } else { 5 };
        let counts = format!(r#"{{"handled":{},"unmatched":0,"duplicate":{known},"rejected":[]}}"#, 10 - known);
        assert_eq!(body, counts);
    }
    let stored = stored(&folder.path().join("data"));
    let recovery = &stored.meta.counters.journeys["recovery"];
    assert_eq!((recovery.started, recovery.live), (45, 45));
    let effects = folder.read("effects.ndjson");
    for n in 0..45 {
        let instances = stored.customers[&format!("u{}", n % 7)].instances.iter().map(|instance| instance.number);
        for number in instances {
            let id = format!("\"recovery/u{}/{number}\"", n % 7);
            assert!(effects.contains(&id), "nothing was told of {id}");
        }
    }
    assert_eq!(stored.customers.values().map(|customer| customer.instances.len()).sum::<usize>(), 45);
}

#[test]
fn what_cannot_be_taken_is_told_and_the_rest_is_taken() {
    let folder = Folder::with(&[("shop.journey", SHOP)]);
    let server = Server::start(&folder);
    let list = format!(r#"[{}, {{"specversion":"1.0"}}, {}]"#, event(1), event(2));
    let (status, body) = server.post("application/cloudevents-batch+json", &list);
    assert_eq!(status, "HTTP/1.1 400 Bad Request");
    let problem: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(problem["counts"]["handled"], 2, "{body}");
    assert_eq!(problem["counts"]["rejected"][0]["event"], 1, "{body}");
    for garbage in ["", "{", "[1, 2", "\u{0}", "null"] {
        assert_eq!(server.post("application/json", garbage).0, "HTTP/1.1 400 Bad Request", "{garbage:?}");
    }
    let (status, _) = server.post("application/cloudevents+json", &"x".repeat(5 << 20));
    assert_eq!(status, "HTTP/1.1 413 Payload Too Large");
    assert_eq!(server.post("application/cloudevents+json", &event(2)).1, r#"{"handled":0,"unmatched":0,"duplicate":1,"rejected":[]}"#);
}

#[test]
fn a_program_in_which_live_instances_cannot_go_on_is_refused() {
    let folder = Folder::with(&[("shop.journey", SHOP)]);
    Server::start(&folder).post("application/json", &event(1));
    folder.write("shop.journey", SHOP.replace("wait 30d", "wait 20d"));
    let ran = folder.journey(&["serve", "shop.journey", "--data", "data", "--listen", "127.0.0.1:0"]);
    assert_eq!(ran.status, 3);
    assert!(ran.err.contains("`recovery` has 1 live instance of version"), "{}", ran.err);
}

#[test]
fn an_address_that_others_can_reach_is_refused() {
    let folder = Folder::with(&[("shop.journey", SHOP)]);
    let ran = folder.journey(&["serve", "shop.journey", "--data", "data", "--listen", "0.0.0.0:0"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("can be reached from other machines"), "{}", ran.err);
    assert!(!folder.path().join("data").exists());
}
