//! Journeys and their statements.

use super::prelude::profile_fields;
use super::ty::Ty;
use super::{Generator, Var};

impl Generator {
    pub fn journey(&mut self) -> String {
        let outer = self.vars.len();
        self.impure = true;
        let name = self.fresh();
        let assignable = self.random.one_in(2);
        self.vars.push(Var { assignable, ..Var::new(&name, Ty::Began) });
        let assignable = if assignable { "var " } else { "" };
        let mut text = format!("journey j {{\n enter on began as {assignable}{name}{}\n", self.filter());
        let key = match self.random.below(4) {
            0 => {
                let of = self.scalar_where(Ty::prints);
                format!(" one per {}\n", self.expr(&of))
            }
            1 => " unlimited\n".into(),
            2 => " one per customer\n cooldown 30d\n".into(),
            _ => String::new(),
        };
        text.push_str(&key);
        if self.random.one_in(2) {
            text.push_str(" priority 3 in marketing\n");
        }
        for _ in 0..self.random.below(3) {
            let clause = self.ending();
            text.push_str(&clause);
        }
        let body = self.block(3 + self.random.clone().below(5), 2);
        text.push_str(&body);
        if self.random.one_in(3) {
            text.push_str(" finish at_last\n");
        }
        self.vars.truncate(outer);
        self.impure = false;
        text + "}\n"
    }

    /// `goal` or `exit`.
    fn ending(&mut self) -> String {
        self.outcomes += 1;
        let name = format!("end{}", self.outcomes);
        match self.random.below(3) {
            0 => format!(" exit {name} when ({})\n", self.standing_condition()),
            1 => format!(" exit {name} on done\n"),
            _ => {
                let binder = self.fresh();
                self.vars.push(Var::new(&binder, Ty::Ping));
                let filter = self.filter();
                self.vars.pop();
                format!(" goal {name} on ping as {binder}{filter}\n")
            }
        }
    }

    /// ` where …`, or nothing.
    pub fn filter(&mut self) -> String {
        if self.random.one_in(3) { String::new() } else { format!(" where ({})", self.expr(&Ty::Bool)) }
    }

    /// About so many statements; what they declare goes out of scope at the end.
    pub fn block(&mut self, statements: usize, depth: usize) -> String {
        let outer = self.vars.len();
        let mut text = String::new();
        for _ in 0..statements {
            let statement = self.statement(depth);
            text.push_str(&statement);
        }
        self.vars.truncate(outer);
        text
    }

    fn statement(&mut self, depth: usize) -> String {
        let simple = depth == 0;
        match self.random.below(if simple { 12 } else { 32 }) {
            0..=2 => self.binding("let"),
            3 | 4 => self.binding("var"),
            5 | 6 => self.assignment(),
            7..=9 => self.profile_write(),
            10 if self.loops == 0 => self.send(),
            10 | 11 => self.wait(0),
            12..=14 => self.branch(depth - 1),
            15 => self.match_statement(depth - 1),
            16 | 17 => self.repeat(depth - 1),
            18 => {
                let name = self.fresh();
                let body = self.block(2, depth - 1);
                format!(" step {name} {{\n{body} }}\n")
            }
            19 => self.experiment(depth - 1),
            20 => {
                let condition = self.expr(&Ty::Bool);
                let last = self.leave();
                format!(" if ({condition}) {{\n{last} }}\n")
            }
            21 if self.calls => self.aside(),
            22 | 23 => self.branches(depth - 1),
            24..=26 => self.try_catch(depth - 1),
            27 => self.undo(),
            _ => self.wait(depth - 1),
        }
    }

    /// `let` or `var`, which stays in scope.
    pub fn binding(&mut self, kind: &str) -> String {
        let (name, ty) = (self.fresh(), Ty::any(&mut self.random));
        let text = if self.random.one_in(2) {
            format!(" {kind} {name}: {} = {}\n", ty.name(), self.expected(&ty))
        } else {
            format!(" {kind} {name} = {}\n", self.expr(&ty))
        };
        self.vars.push(Var { assignable: kind == "var", ..Var::new(&name, ty) });
        text
    }

    fn assignment(&mut self) -> String {
        let vars: Vec<Var> = self.vars.iter().filter(|var| var.assignable).cloned().collect();
        if vars.is_empty() {
            return self.binding("var");
        }
        let var = self.random.pick(&vars);
        let fields = super::prelude::fields(&var.ty);
        let (path, ty) = match fields.is_empty() {
            true => (var.name, var.ty),
            false => {
                let (field, ty) = self.random.pick(&fields);
                (format!("{}.{field}", var.name), ty)
            }
        };
        self.assign(&path, &ty)
    }

    fn assign(&mut self, path: &str, ty: &Ty) -> String {
        let op = if ty.adds() && self.random.one_in(2) { "+=" } else { "=" };
        let value = if op == "=" { self.expected(ty) } else { self.expr(ty) };
        format!(" {path} {op} {value}\n")
    }

    pub fn profile_write(&mut self) -> String {
        let (field, ty) = self.random.pick(&profile_fields());
        let inside = super::prelude::fields(&ty);
        if !inside.is_empty() && self.random.one_in(2) {
            let (inner, ty) = self.random.pick(&inside);
            return self.assign(&format!("profile.{field}.{inner}"), &ty);
        }
        self.assign(&format!("profile.{field}"), &ty)
    }

    fn send(&mut self) -> String {
        let number = self.random.below(self.messages.len());
        let params = self.messages[number].clone();
        let args: Vec<String> = params.iter().map(|ty| self.expected(ty)).collect();
        let via = self.random.pick(&["email", "sms", "desk", "first of email, sms", "first of sms, email", "first of email, sms, desk"]);
        let send = format!("send m{number}({}) via {via}\n", args.join(", "));
        if self.random.one_in(2) {
            return format!(" {send}");
        }
        let name = self.fresh();
        self.vars.push(Var::new(&name, Ty::Handle));
        format!(" let {name} = {send}")
    }

    /// `finish`, `fail`, `break` or `continue`: nothing may follow.
    pub fn leave(&mut self) -> String {
        match self.random.below(if self.loops > self.fenced { 6 } else { 3 }) {
            0 => format!(" fail {}\n", self.expr(&Ty::String)),
            1 | 2 => format!(" finish outcome{}\n", self.random.below(3)),
            3 | 4 => " break\n".into(),
            _ => " continue\n".into(),
        }
    }

    fn branch(&mut self, depth: usize) -> String {
        let condition = self.expr(&Ty::Bool);
        let mut then = self.block(1 + self.random.clone().below(2), depth);
        if self.random.one_in(4) {
            then.push_str(&self.leave());
            return format!(" if ({condition}) {{\n{then} }}\n");
        }
        match self.random.below(3) {
            0 => format!(" if ({condition}) {{\n{then} }}\n"),
            1 => {
                let otherwise = self.block(2, depth);
                format!(" if ({condition}) {{\n{then} }} else {{\n{otherwise} }}\n")
            }
            _ => {
                let (other, otherwise) = (self.expr(&Ty::Bool), self.block(1, depth));
                format!(" if ({condition}) {{\n{then} }} else if ({other}) {{\n{otherwise} }}\n")
            }
        }
    }

    fn match_statement(&mut self, depth: usize) -> String {
        if self.random.one_in(2) {
            let tier = self.expr(&Ty::Tier);
            let (a, b) = (self.block(1, depth), self.block(2, depth));
            return format!(" match ({tier}) {{\n gold => {{\n{a} }}\n basic, silver => {{\n{b} }}\n }}\n");
        }
        let pay = self.expr(&Ty::Payment);
        let name = self.fresh();
        self.vars.push(Var::new(&name, Ty::Decimal));
        let card = self.block(2, depth);
        self.vars.pop();
        let other = self.block(1, depth);
        format!(" match ({pay}) {{\n card {{ limit: {name} }} => {{\n{card} }}\n cash => {{ }}\n _ => {{\n{other} }}\n }}\n")
    }

    fn repeat(&mut self, depth: usize) -> String {
        self.loops += 1;
        let text = match self.random.below(4) {
            0 => {
                let of = Ty::scalar(&mut self.random);
                let list = self.expr(&Ty::list(of.clone()));
                let name = self.fresh();
                self.vars.push(Var::new(&name, of));
                let body = self.block(2, depth);
                self.vars.pop();
                format!(" for {name} in ({list}) {{\n{body} }}\n")
            }
            1 => {
                let name = self.fresh();
                self.vars.push(Var::new(&name, Ty::Int));
                let body = self.block(2, depth);
                self.vars.pop();
                format!(" for {name} in {}..{} {{\n{body} }}\n", self.random.below(3), self.random.below(6))
            }
            2 => {
                let name = self.fresh();
                let body = self.block(1, depth);
                format!(" var {name} = {}\n while {name} > 0 {{\n {name} += (-1)\n{body} }}\n", self.random.below(5))
            }
            _ => {
                let name = self.fresh();
                let body = self.block(1, depth);
                format!(" var {name} = {}\n loop {{\n if {name} <= 0 {{ break }}\n {name} += (-1)\n{body} }}\n", self.random.below(4))
            }
        };
        self.loops -= 1;
        text
    }

    fn experiment(&mut self, depth: usize) -> String {
        let name = self.fresh();
        let (a, b, c) = (self.block(1, depth), self.block(1, depth), self.block(1, depth));
        let (first, second, third) = self.random.pick(&[
            ("a 45%", "b 45%", "holdout 10%"),
            ("a 22.5%", "b 0.5%", "variant c rest"),
            ("a 100%", "b 0%", "holdout 0%"),
        ]);
        format!(" experiment {name} {{\n variant {first} {{\n{a} }}\n variant {second} {{\n{b} }}\n {third} {{\n{c} }}\n }}\n")
    }

    /// A condition that time alone does not change.
    pub fn timeless_condition(&mut self) -> String {
        let outer = std::mem::replace(&mut self.timeless, true);
        let condition = self.expr(&Ty::Bool);
        self.timeless = outer;
        condition
    }
}
