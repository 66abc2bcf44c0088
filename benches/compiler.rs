//! The compiler's figures: `cargo bench --bench compiler`.
//!
//! Each is a ratio to something measured in the same run, or a time with its limit. Nothing fails the run: a busy machine
//! is no defect.
#![expect(clippy::unwrap_used, clippy::panic, reason = "the sources are given")]

mod measure;
#[path = "support/project.rs"]
mod project;

use journey_compiler::analysis;
use journey_compiler::machine::Context;
use journey_compiler::mir::FunctionId;
use journey_compiler::project::Project;
use journey_compiler::{Backend, FileId, Program, Severity, Sources, check, format, lower, parse, whole};
use measure::{Limit, figure, least, side_by_side};
use std::fmt::Write;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// How long each figure is measured.
const LIMIT: Duration = Duration::from_millis(1_500);
/// A Decimal is counted in millionths.
const ONE: i64 = 1_000_000;

const SHOP: &str = "
enum Tier { basic, silver, gold }
type Item { sku: String, price: Decimal, quantity: Int }
event cart_updated { total: Decimal, items: List<Item> }
profile { tier: Tier = basic, visits: Int = 0 }

journey good_customer {
  enter on cart_updated as cart where profile.tier == gold and cart.total > 120.00 and profile.visits >= 3
  wait 1h
}

journey large_cart {
  enter on cart_updated as cart where cart.items.sum(i => i.price * i.quantity) > 3_000.00
  wait 1h
}
";

fn main() {
    condition();
    lambda();
    compilation();
    long_journeys();
    large_project();
    message_bounds();
    formatting();
}

/// From source to a program.
fn compile(source: &str, backend: Backend) -> Program {
    let (program, _) = compile_in_steps(source, backend);
    program
}

/// From source to a program, with the milliseconds that parsing, checking, lowering and code generation took.
fn compile_in_steps(source: &str, backend: Backend) -> (Program, [f64; 4]) {
    let mut marks = vec![Instant::now()];
    let mut sources = Sources::default();
    let file = sources.add("bench.journey", source);
    let (ast, diagnostics) = parse::parse(&sources, file);
    marks.push(Instant::now());
    let (hir, found) = check::check(&[ast]);
    let errors: Vec<_> = diagnostics.iter().chain(&found).filter(|d| d.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:?}");
    marks.push(Instant::now());
    let module = lower::lower(&hir);
    marks.push(Instant::now());
    let program = Program::new(module, backend).unwrap();
    program.make_code().unwrap();
    marks.push(Instant::now());
    (program, std::array::from_fn(|step| (marks[step + 1] - marks[step]).as_secs_f64() * 1e3))
}

fn filter(program: &Program, journey: &str) -> FunctionId {
    program.module.journeys.iter().find(|j| j.name == journey).unwrap().enters[0].filter.unwrap()
}

/// Numbers that look random.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

struct Profile {
    tier: u8,
    visits: i64,
}

struct Cart {
    total: i64,
    items: Vec<Item>,
}

struct Item {
    price: i64,
    quantity: i64,
}

#[inline(never)]
fn good_customer(profile: &Profile, cart: &Cart) -> bool {
    profile.tier == 2 && cart.total > 120 * ONE && profile.visits >= 3
}

#[inline(never)]
fn large_cart(_: &Profile, cart: &Cart) -> bool {
    let sum = cart.items.iter().try_fold(0i64, |sum, item| sum.checked_add(item.price.checked_mul(item.quantity)?));
    sum.is_some_and(|sum| sum > 3_000 * ONE)
}

/// The same customers and carts for Rust and for the machine.
fn inputs(count: usize, items: u64) -> Vec<(Profile, Cart)> {
    let mut random = Random(7);
    let item = |random: &mut Random| Item { price: (random.below(20_000) * 10_000).cast_signed(), quantity: random.below(4).cast_signed() };
    (0..count)
        .map(|_| {
            let profile = Profile { tier: u8::try_from(random.below(3)).unwrap(), visits: random.below(6).cast_signed() };
            let total = (random.below(240) * 1_000_000).cast_signed();
            (profile, Cart { total, items: (0..items).map(|_| item(&mut random)).collect() })
        })
        .collect()
}

/// References to profile and cart, in the heap of `cx`.
fn place(inputs: &[(Profile, Cart)], cx: &mut Context) -> Vec<(u64, u64)> {
    let place = |(profile, cart): &(Profile, Cart)| {
        let mut items = Vec::new();
        for item in &cart.items {
            let sku = cx.new_string("A-100").unwrap();
            items.push(cx.new_record(&[sku, item.price.cast_unsigned(), item.quantity.cast_unsigned()]).unwrap());
        }
        let items = cx.new_list(&items).unwrap();
        let cart = cx.new_record(&[cart.total.cast_unsigned(), items]).unwrap();
        (cx.new_record(&[u64::from(profile.tier), profile.visits.cast_unsigned()]).unwrap(), cart)
    };
    inputs.iter().map(place).collect()
}

/// Nanoseconds for one input, in Rust, as machine code, and interpreted.
fn compare(journey: &str, rust: fn(&Profile, &Cart) -> bool, count: usize, items: u64) -> [f64; 3] {
    let inputs = inputs(count, items);
    let rust = black_box(rust);
    let mut native = || inputs.iter().map(|(profile, cart)| u64::from(rust(profile, cart))).sum::<u64>();
    let [mut machine, mut interpreter] = [Backend::Machine, Backend::Interpreter].map(|backend| {
        let program = compile(SHOP, backend);
        let (filter, mut cx) = (filter(&program, journey), Context::new(&program));
        cx.begin(0, "ann", i64::MAX);
        let placed = place(&inputs, &mut cx);
        move || {
            let mut holds = 0;
            for &(profile, cart) in &placed {
                cx.profile = profile;
                holds += u64::from(program.holds(filter, &[cart], &mut cx).unwrap());
            }
            holds
        }
    });
    let expected = native();
    assert!(expected > 0 && expected < count as u64);
    assert_eq!((machine(), interpreter()), (expected, expected));
    side_by_side(LIMIT, &mut [&mut native, &mut machine, &mut interpreter]).map(|time| time.as_secs_f64() * 1e9 / count as f64)
}

fn condition() {
    let [rust, machine, interpreter] = compare("good_customer", good_customer, 4_096, 0);
    let detail = format!("{machine:.1} ns, Rust {rust:.1} ns, interpreter {interpreter:.1} ns");
    figure("a condition as machine code, to Rust", &detail, machine / rust, Limit::AtMost(2.0));
    figure("a condition interpreted, to machine code", &detail, interpreter / machine, Limit::AtLeast(20.0));
}

fn lambda() {
    let [rust, machine, interpreter] = compare("large_cart", large_cart, 256, 20);
    let detail = format!("{machine:.1} ns, Rust {rust:.1} ns, interpreter {interpreter:.1} ns");
    figure("a sum with a lambda over 20 items, to Rust", &detail, machine / rust, Limit::AtMost(3.0));
}

/// A journey of 20 pauses, with conditions, sends and variables that live across them.
fn long_journey(name: &str) -> String {
    let mut text =
        format!("journey {name} {{\n enter on began as var b where b.total > 10.00\n goal bought on bought as p where p.id == b.id\n");
    text.push_str(" var reminders = 0\n");
    for day in 0..10 {
        write!(
            text,
            " step s{day} {{\n  wait 1d\n  if profile.visits > {day} and b.total * 1.05 > 20.00 {{ send hello(b, reminders) via first of email, sms }}\n  \
             reminders += 1\n  wait for visited as v where v.id == b.id within 2h {{ profile.visits += v.pages.sum(x => x) }} else {{ if reminders > 8 {{ finish enough }} }}\n }}\n"
        )
        .unwrap();
    }
    text + "}\n"
}

const DECLARATIONS: &str = "
event began { id: String, total: Decimal, items: List<String> }
event visited { id: String, pages: List<Int> }
event bought { id: String }
profile { email: String?, phone: String?, name: String?, visits: Int = 0, consent: Bool = true }
channel email { address profile.email  consent profile.consent }
channel sms { address profile.phone  consent profile.consent }
message hello(b: began, reminders: Int) {
  email { subject: \"Hello {profile.name ?? \"there\"}\", body: \"Your {b.items.join(\", \")} for {b.total.fixed(2)}, number {reminders}.\" }
  sms { text: \"Still {b.total}?\" }
}
";

fn compilation() {
    let one = format!("{DECLARATIONS}{}", long_journey("j0"));
    let pauses = compile(&one, Backend::Machine).module.journeys[0].pauses.len();
    assert_eq!(pauses, 20);
    let mut hundred = DECLARATIONS.to_owned();
    for number in 0..100 {
        hundred.push_str(&long_journey(&format!("j{number}")));
    }
    for (what, source, limit) in [("a journey of 20 pauses", &one, 20.0), ("100 such journeys", &hundred, 1_000.0)] {
        let time = least(LIMIT, 5, || compile(source, Backend::Machine)).as_secs_f64() * 1e3;
        let (program, [parsed, checked, lowered, coded]) = compile_in_steps(source, Backend::Machine);
        let functions = program.module.functions.len();
        let detail = format!("parse {parsed:.1}, check {checked:.1}, lower {lowered:.1}, code {coded:.1} for {functions} functions");
        figure(&format!("{what} from source to code, in ms"), &detail, time, Limit::AtMost(limit));
    }
}

/// Journeys longer than anybody writes: the time grows with the length, not with its square.
fn long_journeys() {
    let journey = |body: &str| format!("{DECLARATIONS}journey long {{\n enter on began as b\n var k = 0\n{body} profile.visits = k\n}}\n");
    let row = |count: usize, line: &dyn Fn(usize) -> String| journey(&(0..count).map(line).collect::<String>());
    let statements = |n: usize| row(n, &|at| format!(" k += {at} * profile.visits\n"));
    let pauses = |n: usize| row(n, &|at| format!(" if profile.visits > {at} {{ wait 1d }}\n k = k * 3 - {at}\n"));
    let text = |n: usize| {
        let text: String = (0..n).map(|at| format!("{at} {{profile.visits}} ")).collect();
        journey(&format!(" let t = \"{text}\"\n if t == \"\" {{ k = 1 }}\n"))
    };
    let lets = |n: usize| {
        let (set, read): (String, String) =
            (0..n).map(|at| (format!(" let v{at} = profile.visits + {at}\n"), format!(" k += v{at}\n"))).collect();
        journey(&format!("{set} wait 1d\n{read}"))
    };
    let grown = |what: &str, count: usize, source: &dyn Fn(usize) -> String| {
        let [half, whole] = [count / 2, count].map(|count| {
            let source = source(count);
            least(Duration::ZERO, 1, || compile(&source, Backend::Machine)).as_secs_f64()
        });
        figure(&format!("{count} {what}, in s"), &format!("{half:.2} s for half as many"), whole, Limit::AtMost(2.0));
    };
    grown("statements without a pause", 10_000, &statements);
    grown("pauses, each behind a condition", 2_000, &pauses);
    grown("parts of a text", 5_000, &text);
    grown("variables that live across a pause", 1_000, &lets);
}

/// A thousand journeys in a hundred thousand lines.
fn large_project() {
    let files = project::project(1_000, 98);
    let texts = || files.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    let lines: usize = files.iter().map(|(_, text)| text.lines().count()).sum();
    let what = format!("1000 journeys, {lines} lines in {} files", files.len());
    let (begun, used) = (Instant::now(), Used::now());
    let mut analysis = analysis::analyse(&Project::of_texts("large", texts()));
    let program = analysis.build(Backend::Machine);
    let (seconds, detail) = (begun.elapsed().as_secs_f64(), used.since());
    let errors: Vec<_> = analysis.diagnostics.iter().filter(|d| d.severity == Severity::Error).take(3).collect();
    let program = program.unwrap_or_else(|| panic!("{errors:?}"));
    figure(&format!("{what}, cold, in s"), &detail, seconds, Limit::AtMost(3.0));
    let (begun, used) = (Instant::now(), Used::now());
    program.make_code().unwrap();
    println!("     machine code of all of them: {:.2} s, {}", begun.elapsed().as_secs_f64(), used.since());
    let whole_ms = least(LIMIT, 5, || whole::check(&analysis.program, &[])).as_secs_f64() * 1e3;
    figure("its checks as a whole, in ms", "every journey, whatever changed", whole_ms, Limit::AtMost(200.0));
    let body = ("journeys_0500", "wait 3d", "wait 4d");
    let message = ("area_010/messages", "this is hello", "this was hello");
    let event = ("area_010/events", "total: Decimal }", "total: Decimal, more: Int? }");
    for (what, (file, old, new), limit) in [("journey", body, 100.0), ("message", message, 100.0), ("event", event, 3_000.0)] {
        let mut least = (f64::MAX, String::new());
        for round in 0..6 {
            let changed =
                |name: &str, text: &str| if name.contains(file) && round % 2 == 0 { text.replacen(old, new, 1) } else { text.to_owned() };
            let changed: Vec<(&str, String)> = texts().map(|(name, text)| (name, changed(name, text))).collect();
            let (begun, used) = (Instant::now(), Used::now());
            analysis.update(&Project::of_texts("large", changed.iter().map(|(name, text)| (*name, text.as_str()))));
            let looked = begun.elapsed().as_secs_f64() * 1e3;
            black_box(analysis.build(Backend::Machine).unwrap());
            let time = begun.elapsed().as_secs_f64() * 1e3;
            if time < least.0 {
                least = (time, format!("{looked:.1} ms of it until the diagnostics, {}", used.since()));
            }
        }
        figure(&format!("{what} changed in one file, in ms"), &least.1, least.0, Limit::AtMost(limit));
    }
}

/// A journey with n flags that are set independently of each other: the worst case for the bounds of messages.
fn flags(n: usize) -> String {
    let mut text = String::from("journey j {\n enter on began as b\n exit left on bought\n");
    (0..n).for_each(|flag| writeln!(text, " var told_{flag} = false").unwrap());
    text.push_str(" loop {\n  wait for visited as v\n");
    for flag in 0..n {
        writeln!(text, "  if v.id == \"{flag}\" and not told_{flag} {{ told_{flag} = true  send hello(b, {flag}) via sms }}").unwrap();
    }
    text + " }\n}\n"
}

/// Twice as long a journey takes 2⁴ times as long at the most.
fn message_bounds() {
    let [once, twice] = [16, 32].map(|n| {
        let analysis = analysis::analyse(&Project::of_text("flags.journey", &format!("{DECLARATIONS}{}", flags(n))));
        let time = least(LIMIT, 5, || whole::table(&analysis.program)).as_secs_f64() * 1e3;
        (time, whole::table(&analysis.program).work)
    });
    let detail = format!("{:.2} ms to {:.2} ms, {} to {} states and moves", twice.0, once.0, twice.1, once.1);
    figure("the bounds of messages with 32 flags, to 16", &detail, twice.0 / once.0, Limit::AtMost(16.0));
}

/// Processor time and memory of this process.
struct Used {
    cpu_s: f64,
}

impl Used {
    fn now() -> Self {
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let ticks: f64 = fields.skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
        Self { cpu_s: ticks / 100.0 }
    }

    fn since(&self) -> String {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let peak_kb = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        format!("{:.2} s of processor time, {} MB at most", Self::now().cpu_s - self.cpu_s, peak_kb.unwrap_or(0) / 1_000)
    }
}

/// 10,000 lines that have to be laid out anew, against parsing them.
fn formatting() {
    let tidy = format::format(&format!("{DECLARATIONS}{}", long_journey("j0"))).unwrap().text;
    let one = tidy.lines().count();
    let mut source = String::new();
    for line in tidy.repeat(10_000_usize.div_ceil(one)).lines() {
        // What is tidy already would be the easiest case.
        writeln!(source, "   {}  // {}", line.trim(), line.len()).unwrap();
    }
    let lines = source.lines().count();
    let laid_out = || format::format(&source).unwrap().text.len() as u64;
    let parsed = || journey_grammar::parse(&source, FileId(0)).len() as u64;
    let [format, parse] = side_by_side(LIMIT, &mut [&mut { laid_out }, &mut { parsed }]).map(|time| time.as_secs_f64() * 1e3);
    let detail = format!("{lines} lines, {} KiB", source.len() >> 10);
    figure("10,000 lines laid out, in ms", &detail, format * 1e4 / lines as f64, Limit::AtMost(200.0));
    figure("laying out, to parsing the same text", &format!("{format:.1} ms, parse {parse:.1} ms"), format / parse, Limit::AtMost(5.0));
}
