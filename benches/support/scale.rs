//! Scales a recorded stream up: each new customer lives the life of a recorded one, at another time and under another
//! name, again and again until there are as many events as wanted. What follows what, and after how long, stays as it was.

use std::collections::BTreeMap;

/// What the shifts in time are drawn from.
pub const SEED: u64 = 20_240_104;
/// The recorded lives are repeated after this many seconds: a day more than the stream is long.
const PERIOD_S: i64 = 182 * 86_400;

/// A recorded event, cut where it will change.
struct Recorded {
    /// Seconds since the epoch.
    time_s: i64,
    /// `"source":"…","type":"…",`
    kind: String,
    /// `,"data":{…}}`
    data: String,
}

/// `events` events of about `customers` customers, in order of time, one JSON object a line, made of a recorded stream.
pub fn scale(recorded: &str, events: usize, customers: usize) -> Vec<u8> {
    let lives = lives(recorded);
    let quota = events.div_ceil(customers);
    let mut planned = Vec::with_capacity(events);
    for customer in 0..customers {
        let life = &lives[customer % lives.len()];
        let shift = i64::try_from(draw(customer as u64) % PERIOD_S.unsigned_abs()).unwrap_or(0);
        for nth in 0..quota.min(events - planned.len()) {
            let period = nth / life.len();
            let event = &life[nth % life.len()];
            planned.push((event.time_s + shift + PERIOD_S * period as i64, customer, period, event));
        }
    }
    planned.sort_by_key(|&(time_s, customer, ..)| (time_s, customer));
    write(&planned)
}

fn write(planned: &[(i64, usize, usize, &Recorded)]) -> Vec<u8> {
    use std::io::Write;
    let mut out = Vec::with_capacity(planned.len() * 220);
    for (number, (time_s, customer, period, event)) in planned.iter().enumerate() {
        let time = jiff::Timestamp::from_second(*time_s).expect("the stream lies in this century");
        // A cart belongs to one life of one customer.
        let data = event.data.replace(":\"cart_", &format!(":\"cart_{customer}_{period}_"));
        writeln!(
            out,
            "{{\"specversion\":\"1.0\",\"id\":\"{number}\",{}\"time\":\"{time}\",\"subject\":\"customer_{customer}\"{data}",
            event.kind
        )
        .expect("memory takes it");
    }
    out
}

/// The recorded events by customer.
fn lives(recorded: &str) -> Vec<Vec<Recorded>> {
    let mut lives: BTreeMap<&str, Vec<Recorded>> = BTreeMap::new();
    for line in recorded.lines() {
        let (head, data) = line.split_once(",\"data\":").expect("an event has data");
        let (head, customer) = head.split_once("\"subject\":").expect("an event has a subject");
        let (head, time) = head.split_once("\"time\":\"").expect("an event has a time");
        let (_, kind) = head.split_once("\"source\":").expect("an event has a source");
        let time: jiff::Timestamp = time.trim_end_matches("\",").parse().expect("a time");
        lives.entry(customer).or_default().push(Recorded {
            time_s: time.as_second(),
            kind: format!("\"source\":{kind}"),
            data: format!(",\"data\":{data}"),
        });
    }
    lives.into_values().collect()
}

/// A number that depends on the seed and the customer alone (SplitMix64).
fn draw(customer: u64) -> u64 {
    let mut x = SEED.wrapping_add(customer.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
