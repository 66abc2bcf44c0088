//! What every generated program declares, and the paths that lead into it.

use super::ty::Ty;

pub const PRELUDE: &str = r#"
enum Tier { basic, silver, gold }
enum Payment { card { last4: String, limit: Decimal }, cash, voucher { code: Int } }
type Item { sku: String, price: Decimal, quantity: Int = 1, tag: String?, tier: Tier = basic }
event began {
  id: String, n: Int, total: Decimal, ratio: Float, tier: Tier, pay: Payment, moment: Time, day: Date, clock: LocalTime
  gap: Duration, flag: Bool, note: String?, items: List<Item>, counts: Map<String, Int>, limit: Int?, best: Item?
}
event ping { id: String, n: Int, total: Decimal?, tier: Tier?, items: List<Item> }
event done {}
trait pings_7d: Int = count(ping as p where p.n > 3) over 7d
trait total_2d: Decimal = sum(began.total) over 2d
trait ratio_ever: Float? = avg(began.ratio)
trait last_ping: Time? = last(ping)
trait last_note: String? = last(began.note)
trait longest: Duration? = max(began.gap) over 1d
trait best_items: List<Item>? = first(ping.items)
trait tiers_seen: Int = distinct(ping.tier)
channel email { address profile.email  consent profile.ok  cap 2 per 7d  quiet 20:00..02:30 }
channel sms { address profile.phone  cap 1 per 30m }
channel desk { content { title: String, text: String } }
"#;

/// The traits of the prelude.
pub const TRAITS: [&str; 8] = ["pings_7d", "total_2d", "ratio_ever", "last_ping", "last_note", "longest", "best_items", "tiers_seen"];

/// Their types.
pub fn trait_types() -> [Ty; 8] {
    [
        Ty::Int,
        Ty::Decimal,
        Ty::optional(Ty::Float),
        Ty::optional(Ty::Time),
        Ty::optional(Ty::String),
        Ty::optional(Ty::Duration),
        Ty::optional(Ty::list(Ty::Item)),
        Ty::Int,
    ]
}

/// What programs declare that call others.
pub const CALLS: &str = r#"
service ext {
  fn ask(text: String, n: Int) -> Item { POST "/ask/{text}" }
  fn count(tier: Tier, pay: Payment?) -> Int { PUT "/count/{tier}/of/{tier}" body pay timeout 2s retry 2 backoff 1s..4s }
  fn find(text: String, share: Decimal) -> Decimal? { GET "/find/{text}?share={share}" }
  fn tell(items: List<Item>) { POST "/tell" }
}
journey kid(text: String, n: Int, item: Item?) {
  unlimited
  exit early when text == "z" and item == none
  goal heard on ping as p where p.n == n
  if n > 3 { finish many }
  wait 1h
  emit done {}
  if text == "x" { fail text }
}
"#;

/// The profile, but for its time zone.
pub const PROFILE: &str = r#"
  locale: String = "en"
  first_name: String?, email: String?, phone: String?, tier: Tier = basic, visits: Int = 0, spend: Decimal = 0.00
  score: Float = 0.5, birthday: Date?, seen: Time?, clock: LocalTime = 21:00, patience: Duration = 1h, ok: Bool = true
  favourite: Item?, items: List<Item> = [], names: List<String> = [], numbers: List<Int> = [1, 2]
  prices: Map<String, Decimal> = [:], by_tier: Map<Tier, Int> = [:], pay: Payment = Payment.cash
"#;

/// The fields of the profile that can be read and assigned.
pub fn profile_fields() -> Vec<(&'static str, Ty)> {
    vec![
        ("first_name", Ty::optional(Ty::String)),
        ("email", Ty::optional(Ty::String)),
        ("phone", Ty::optional(Ty::String)),
        ("tier", Ty::Tier),
        ("visits", Ty::Int),
        ("spend", Ty::Decimal),
        ("score", Ty::Float),
        ("birthday", Ty::optional(Ty::Date)),
        ("seen", Ty::optional(Ty::Time)),
        ("clock", Ty::LocalTime),
        ("patience", Ty::Duration),
        ("ok", Ty::Bool),
        ("favourite", Ty::optional(Ty::Item)),
        ("items", Ty::list(Ty::Item)),
        ("names", Ty::list(Ty::String)),
        ("numbers", Ty::list(Ty::Int)),
        ("prices", Ty::map(Ty::String, Ty::Decimal)),
        ("by_tier", Ty::map(Ty::Tier, Ty::Int)),
        ("pay", Ty::Payment),
    ]
}

/// The fields of what has fields.
pub fn fields(of: &Ty) -> Vec<(&'static str, Ty)> {
    match of {
        Ty::Item => {
            vec![("sku", Ty::String), ("price", Ty::Decimal), ("quantity", Ty::Int), ("tag", Ty::optional(Ty::String)), ("tier", Ty::Tier)]
        }
        Ty::Began => vec![
            ("id", Ty::String),
            ("n", Ty::Int),
            ("total", Ty::Decimal),
            ("ratio", Ty::Float),
            ("tier", Ty::Tier),
            ("pay", Ty::Payment),
            ("moment", Ty::Time),
            ("day", Ty::Date),
            ("clock", Ty::LocalTime),
            ("gap", Ty::Duration),
            ("flag", Ty::Bool),
            ("note", Ty::optional(Ty::String)),
            ("items", Ty::list(Ty::Item)),
            ("counts", Ty::map(Ty::String, Ty::Int)),
            ("limit", Ty::optional(Ty::Int)),
            ("best", Ty::optional(Ty::Item)),
        ],
        Ty::Ping => vec![
            ("id", Ty::String),
            ("n", Ty::Int),
            ("total", Ty::optional(Ty::Decimal)),
            ("tier", Ty::optional(Ty::Tier)),
            ("items", Ty::list(Ty::Item)),
        ],
        Ty::Handle => vec![("sent", Ty::Bool), ("reason", Ty::optional(Ty::String)), ("key", Ty::String)],
        _ => Vec::new(),
    }
}
