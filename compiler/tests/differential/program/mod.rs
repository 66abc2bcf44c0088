//! Writes well-typed programs at random.

mod apart;
mod call;
mod expr;
mod prelude;
mod scalars;
mod standing;
mod stmt;
mod ty;
mod wait;

use super::random::Random;
use ty::Ty;

/// A variable in scope.
#[derive(Clone)]
struct Var {
    name: String,
    ty: Ty,
    assignable: bool,
    /// What a condition says of it is remembered: of all but constants.
    narrows: bool,
}

impl Var {
    fn new(name: &str, ty: Ty) -> Self {
        Self { name: name.into(), ty, assignable: false, narrows: true }
    }
}

/// A declared function.
#[derive(Clone)]
struct Function {
    name: String,
    params: Vec<Ty>,
    ret: Ty,
}

struct Generator {
    random: Random,
    vars: Vec<Var>,
    functions: Vec<Function>,
    /// Parameters of each declared message.
    messages: Vec<Vec<Ty>>,
    /// Names of declared segments.
    segments: Vec<String>,
    /// Whether the profile, `now` and `customer` may be named.
    impure: bool,
    /// Whether `now` may not be named: in conditions of which it must be known when they change, where it is written out by itself.
    timeless: bool,
    /// Whether operands are of the wanted type at once: nothing that could fault on the way.
    exact: bool,
    /// Whether the profile's zone is never missing.
    zone_is_known: bool,
    /// Nesting of the expression that is being written, and where it ends.
    depth: usize,
    deepest: usize,
    /// Number of the next fresh name.
    next: usize,
    /// Loops around the statement that is being written.
    loops: usize,
    /// So many of them are outside the branch or undo block that is being written, and can't be left from there.
    fenced: usize,
    /// Whether it calls services and other journeys: each journey more takes its time.
    calls: bool,
    /// Whether a statement may send here: not inside loops, where sends without bound are refused.
    outcomes: usize,
}

/// The source of a program; the same for the same seed.
pub fn source(seed: u64) -> String {
    let mut random = Random::new(seed);
    let (zone_is_known, deepest, calls) = (!random.one_in(4), 1 + random.below(3), random.one_in(3));
    let mut generator = Generator {
        random,
        vars: Vec::new(),
        functions: Vec::new(),
        messages: Vec::new(),
        segments: Vec::new(),
        impure: false,
        timeless: false,
        exact: false,
        zone_is_known,
        depth: 0,
        deepest,
        next: 0,
        loops: 0,
        fenced: 0,
        calls,
        outcomes: 0,
    };
    generator.program()
}

impl Generator {
    fn fresh(&mut self) -> String {
        self.next += 1;
        format!("x{}", self.next)
    }

    fn program(&mut self) -> String {
        let zone = if self.zone_is_known { "timezone: Timezone = \"UTC\"" } else { "timezone: Timezone?" };
        let calls = if self.calls { prelude::CALLS } else { "" };
        let mut text = format!("{}{calls}profile {{ {zone}{}}}\n", prelude::PRELUDE, prelude::PROFILE);
        for _ in 0..self.random.below(3) {
            let declaration = self.constant();
            text.push_str(&declaration);
        }
        for _ in 0..self.random.below(4) {
            let declaration = self.function();
            text.push_str(&declaration);
        }
        for number in 0..=self.random.below(2) {
            let declaration = self.message(number);
            text.push_str(&declaration);
        }
        let segments = self.segments();
        text.push_str(&segments);
        let journey = self.journey();
        text.push_str(&journey);
        text
    }

    /// Of literals alone: what faults in a constant is an error of its own kind.
    fn constant(&mut self) -> String {
        let (name, ty) = (self.fresh(), Ty::any(&mut self.random));
        let deepest = std::mem::replace(&mut self.deepest, 0);
        self.exact = true;
        let value = self.literal(&ty);
        self.exact = false;
        self.deepest = deepest;
        self.vars.push(Var { narrows: false, ..Var::new(&name, ty) });
        format!("const {name} = {value}\n")
    }

    fn function(&mut self) -> String {
        let name = self.fresh();
        let params: Vec<Ty> = (0..self.random.below(4)).map(|_| Ty::any(&mut self.random)).collect();
        let ret = Ty::any(&mut self.random);
        let outer = self.vars.len();
        let mut head = Vec::new();
        for ty in &params {
            let param = self.fresh();
            head.push(format!("{param}: {}", ty.name()));
            self.vars.push(Var::new(&param, ty.clone()));
        }
        let mut body = String::new();
        for _ in 0..self.random.below(3) {
            let statement = self.binding("let");
            body.push_str(&statement);
        }
        let value = self.expected(&ret);
        self.vars.truncate(outer);
        let text = format!("fn {name}({}) -> {} {{\n{body}{value}\n}}\n", head.join(", "), ret.name());
        self.functions.push(Function { name, params, ret });
        text
    }

    fn message(&mut self, number: usize) -> String {
        let params: Vec<Ty> = (0..self.random.below(4)).map(|_| Ty::any(&mut self.random)).collect();
        let outer = self.vars.len();
        self.impure = true;
        let mut head = Vec::new();
        for ty in &params {
            let param = self.fresh();
            head.push(format!("{param}: {}", ty.name()));
            self.vars.push(Var::new(&param, ty.clone()));
        }
        let [subject, body, sms, title, text] = std::array::from_fn(|_| self.expr(&Ty::String));
        let japanese = match self.random.one_in(2) {
            true => format!(" sms in \"ja\" {{ text: {} }}\n", self.expr(&Ty::String)),
            false => String::new(),
        };
        self.vars.truncate(outer);
        self.impure = false;
        self.messages.push(params);
        let kind = if self.random.one_in(3) { "transactional " } else { "" };
        format!(
            "message m{number}({}) {kind}{{\n email {{ subject: {subject}, body: {body} }}\n{japanese} sms {{ text: {sms} }}\n desk {{ title: {title}, text: {text} }}\n}}\n",
            head.join(", ")
        )
    }
}
