//! A project as large as a company's: a thousand journeys in several hundred files, with what they share in files of its own.
//! The same each time.

use std::fmt::Write;

/// Journeys in one file.
const JOURNEYS_A_FILE: usize = 2;
/// Tests for every so many journeys.
const JOURNEYS_A_TEST: usize = 5;

const SHARED: &str = "\
enum Tier { basic, silver, gold, platinum }

enum Reason { price, delay, quality }

type Item { sku: String, price: Decimal, quantity: Int }

type Consent { marketing: Bool = false, news: Bool = false }

const many = 8
const large = 120.00

profile {
  email: String?
  phone: String?
  first_name: String?
  timezone: Timezone = \"UTC\"
  tier: Tier = basic
  visits: Int = 0
  spent: Decimal = 0.00
  consent: Consent = Consent {}
}

channel email { address profile.email  consent profile.consent.marketing }
channel sms { address profile.phone  consent profile.consent.marketing }

fn greeting(name: String?) -> String { \"Hello {name ?? \"there\"}\" }

fn worth(items: List<Item>) -> Decimal { items.sum(i => i.price * i.quantity) }

fn words(tier: Tier) -> String {
  match tier {
    basic => \"As a customer\"
    silver => \"As a silver member\"
    gold, platinum => \"As one of our best customers\"
  }
}
";

/// The names and texts of the files of a project of `journeys` journeys of about `lines` lines each.
pub fn project(journeys: usize, lines: usize) -> Vec<(String, String)> {
    let areas = journeys.div_ceil(20);
    let mut files = vec![(String::from("shared.journey"), SHARED.to_owned())];
    for area in 0..areas {
        files.push((format!("area_{area:03}/events.journey"), events(area)));
        files.push((format!("area_{area:03}/messages.journey"), messages(area)));
    }
    let mut number = 0;
    while number < journeys {
        let area = number / 20;
        let mut text = String::new();
        for nth in number..journeys.min(number + JOURNEYS_A_FILE) {
            journey(&mut text, nth, area, lines);
            if nth % JOURNEYS_A_TEST == 0 {
                test(&mut text, nth, area);
            }
        }
        files.push((format!("area_{area:03}/journeys_{number:04}.journey"), text));
        number += JOURNEYS_A_FILE;
    }
    files.sort();
    files
}

fn events(area: usize) -> String {
    let mut text = String::new();
    for (name, fields) in [
        ("began", "id: String, total: Decimal, items: List<Item>"),
        ("visited", "id: String, pages: List<Int>, reason: Reason?"),
        ("bought", "id: String, total: Decimal"),
        ("left", ""),
    ] {
        writeln!(text, "event {name}_{area} = \"shop.area{area}.{name}\" {{ {fields} }}\n").unwrap();
    }
    text
}

fn messages(area: usize) -> String {
    let mut text = String::new();
    for kind in ["hello", "reminder", "offer", "thanks"] {
        write!(
            text,
            "message {kind}_{area}(b: began_{area}, count: Int) {{
  email {{
    subject: \"{{greeting(profile.first_name)}}, this is {kind} number {{count}}\"
    body: \"\"\"
      {{words(profile.tier)}} you have {{b.items.length()}} things worth {{worth(b.items).fixed(2)}} in area {area}.

      They are {{b.items.map(i => i.sku).join(\", \")}}.
      \"\"\"
  }}
  sms {{ text: \"{kind}: {{b.total.fixed(2)}} in area {area}, number {{count}}\" }}
}}

"
        )
        .unwrap();
    }
    text
}

/// A journey of that many lines.
fn journey(text: &mut String, number: usize, area: usize, lines: usize) {
    let first = text.lines().count();
    write!(
        text,
        "// What the team of area {area} does for those who began, in the way number {number}.
journey j{number} \"Journey {number}\" {{
  enter on began_{area} as b where b.total > {number}.00 and profile.visits >= {}
  one per b.id
  cooldown 30d
  goal bought on bought_{area} as p where p.id == b.id
  exit left on left_{area}

  var reminders = 0
  var spent = b.total
",
        number % 7
    )
    .unwrap();
    let mut day = 0;
    while text.lines().count() - first + 4 < lines {
        step(text, day, number, area);
        day += 1;
    }
    text.push_str("\n  wait 3d\n  finish lost\n}\n\n");
}

/// A step: eight to fifteen lines.
fn step(text: &mut String, day: usize, number: usize, area: usize) {
    let mixed = number.wrapping_mul(31).wrapping_add(day * 17) % 5;
    writeln!(text, "\n  step s{day} \"Day {day} of {number}\" {{").unwrap();
    match mixed {
        0 => write!(
            text,
            "    wait 1d
    if profile.visits > {day} and b.total * 1.05 > large {{
      send hello_{area}(b, count: reminders) via first of email, sms
      reminders += 1
    }} else if spent > 20.00 {{
      send reminder_{area}(b, count: reminders) via email
    }}
    spent += worth(b.items)
"
        ),
        1 => write!(
            text,
            "    wait for visited_{area} as v where v.id == b.id within {}h {{
      profile.visits += v.pages.sum(x => x)
      let best = v.pages.filter(x => x > {day}).length()
      if best > 100 {{ send thanks_{area}(b, count: best) via email }}
    }} else {{
      if reminders > many {{ finish enough }}
      reminders += 2
    }}
",
            day + 2
        ),
        2 => write!(
            text,
            "    wait until within 09:00..20:00
    match profile.tier {{
      basic => {{ send offer_{area}(b, count: reminders + {day}) via sms }}
      silver => {{
        reminders += 1
        send offer_{area}(b, count: reminders) via email
      }}
      gold, platinum => {{ wait 2h }}
    }}
"
        ),
        3 => write!(
            text,
            "    experiment e{number}_{day} {{
      variant early 45% {{ wait {}h }}
      variant late 45% {{ wait {}h }}
      holdout 10% {{ finish held_out }}
    }}
    send reminder_{area}(b, count: {day}) via email
",
            day + 1,
            day + 9
        ),
        _ => write!(
            text,
            "    wait {}h without visited_{area} as w where w.id == b.id and w.pages.any(x => x == {number}) {{
      profile.visits += 1
    }}
    let rate = if spent > large {{ 0.9 }} else {{ 1.1 }}
    spent = spent * rate + {number}.5
    if b.items.any(i => i.quantity > {}) {{
      profile.spent += spent
    }}
",
            day + 1,
            day % 4 + 1
        ),
    }
    .unwrap();
    text.push_str("  }\n");
}

fn test(text: &mut String, number: usize, area: usize) {
    write!(
        text,
        "test \"who buys in journey {number} gets nothing more\" {{
  profile {{ email: \"ann@example.com\", visits: 9, consent: Consent {{ marketing: true }} }}
  event began_{area} {{ id: \"a\", total: {number}.50, items: [Item {{ sku: \"A\", price: 1.00, quantity: 2 }}] }}
  event bought_{area} {{ id: \"a\", total: 5.00 }}
  expect finished j{number} with bought
  advance 90d
  expect not sent offer_{area}
}}

"
    )
    .unwrap();
}
