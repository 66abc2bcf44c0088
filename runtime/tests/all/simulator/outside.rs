//! Clients that send again what was not acknowledged, and services that time out, answer twice or lie.

use super::random::Random;
use journey_runtime::partition::{Input, Outcome, Released, Request};
use std::collections::BTreeMap;

/// The world around a server: it outlives its crashes.
#[derive(Debug, Default)]
pub struct Outside {
    /// Events that were sent and not acknowledged, by ticket.
    pub unacknowledged: BTreeMap<u64, Box<str>>,
    /// Events that were, and what they came to first.
    pub acknowledged: BTreeMap<u64, Box<str>>,
    /// Every line of effects that it was ever given.
    pub heard: Vec<String>,
    /// Replies under way, and when they come.
    replies: Vec<(i64, Input)>,
    tickets: u64,
}

impl Outside {
    /// A new event, or an old one again.
    pub fn event(&mut self, random: &mut Random, now_ms: i64) -> Input {
        if random.chance(15) && self.tickets > 0 {
            let ticket = random.below(self.tickets);
            if let Some(text) = self.acknowledged.get(&ticket).or_else(|| self.unacknowledged.get(&ticket)) {
                return Input::Event { ticket, text: text.clone() };
            }
        }
        let ticket = self.tickets;
        self.tickets += 1;
        let text: Box<str> = event(random, ticket, now_ms).into();
        self.unacknowledged.insert(ticket, text.clone());
        Input::Event { ticket, text }
    }

    /// What was not acknowledged is sent again.
    pub fn again(&self) -> Vec<Input> {
        self.unacknowledged.iter().map(|(&ticket, text)| Input::Event { ticket, text: text.clone() }).collect()
    }

    /// Something was told.
    pub fn hear(&mut self, released: &Released, random: &mut Random, now_ms: i64) {
        for (ticket, outcome) in &released.outcomes {
            if let Some(text) = self.unacknowledged.remove(ticket)
                && !matches!(outcome, Outcome::Rejected(_))
            {
                self.acknowledged.insert(*ticket, text);
            }
        }
        for line in released.effects.lines() {
            self.heard.push(line.to_owned());
            if line.contains("\"kind\":\"request\"") {
                self.asked(line, random, now_ms);
            }
        }
    }

    fn asked(&mut self, line: &str, random: &mut Random, now_ms: i64) {
        let request: Request = serde_json::from_str(line).unwrap();
        let times = [0, 1, 1, 1, 2][usize::try_from(random.below(5)).unwrap()];
        for _ in 0..times {
            let result = match random.below(10) {
                0 => Err(String::from("500")),
                1 => Ok(String::from("\"no number\"")),
                n => Ok(n.to_string()),
            };
            let (customer, key) = (request.customer.as_str().into(), request.key.as_str().into());
            let reply = Input::Reply { customer, key, attempt: request.attempt, result };
            self.replies.push((now_ms + i64::try_from(random.below(30_000)).unwrap(), reply));
        }
    }

    /// Replies that have come by now.
    pub fn replies(&mut self, now_ms: i64) -> Vec<Input> {
        let (come, later) = std::mem::take(&mut self.replies).into_iter().partition(|(at_ms, _)| *at_ms <= now_ms);
        self.replies = later;
        come.into_iter().map(|(_, reply)| reply).collect()
    }
}

fn event(random: &mut Random, number: u64, now_ms: i64) -> String {
    let customer = random.below(6);
    let id = random.below(3);
    let (kind, data) = match random.below(12) {
        0..=3 => ("cart", format!("{{\"id\":\"c{id}\"}}")),
        4..=6 => ("paid", format!("{{\"id\":\"c{id}\"}}")),
        7 => ("odd", format!("{{\"n\":{id}}}")),
        8 => ("profile", format!("{{\"email\":\"{number}@example.com\"}}")),
        9 => ("closing", String::from("{\"why\":\"test\"}")),
        10 => ("strange", String::from("{}")),
        _ => ("cart", String::from("{\"id\":1}")),
    };
    let subject = if kind == "closing" && random.chance(50) { String::new() } else { format!(",\"subject\":\"u{customer}\"") };
    let at = jiff::Timestamp::from_millisecond(now_ms - i64::try_from(random.below(5_000)).unwrap()).unwrap();
    format!(
        "{{\"specversion\":\"1.0\",\"id\":\"e{number}\",\"source\":\"sim\",\"type\":\"{kind}\",\"time\":\"{at}\"{subject},\"data\":{data}}}"
    )
}
