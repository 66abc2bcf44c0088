//! Expressions of a wanted type. Each is a primary or stands in parentheses, so that it fits wherever an operand does.

use super::prelude::fields;
use super::ty::Ty;
use super::{Generator, Var};

impl Generator {
    /// An expression of exactly this type, whatever the context expects.
    pub fn expr(&mut self, ty: &Ty) -> String {
        self.depth += 1;
        let text = if self.depth > self.deepest { self.leaf(ty) } else { self.inner(ty) };
        self.depth -= 1;
        text
    }

    /// An expression where this type is expected: `none`, a value for an optional, an Int for a Decimal will do too.
    pub fn expected(&mut self, ty: &Ty) -> String {
        match ty {
            _ if self.exact => self.expr(ty),
            Ty::Optional(_) if self.random.one_in(6) => "none".into(),
            Ty::Optional(of) if self.random.one_in(2) => self.expr(&of.clone()),
            Ty::List(_) if self.random.one_in(10) => "[]".into(),
            Ty::Map(..) if self.random.one_in(6) => "[:]".into(),
            Ty::Decimal | Ty::Float if self.random.one_in(8) => self.expr(&Ty::Int),
            Ty::Float if self.random.one_in(4) => "0.25".into(),
            Ty::Tier if self.random.one_in(3) => (self.random.pick(&["basic", "silver", "gold"])).into(),
            _ => self.expr(ty),
        }
    }

    fn inner(&mut self, ty: &Ty) -> String {
        match self.random.below(12) {
            0 | 1 => self.leaf(ty),
            2 => self.conditional(ty),
            3 => self.matched(ty),
            4 => self.fallback(ty),
            5 => self.narrowed(ty),
            6 => self.function_call(ty),
            _ => self.operation(ty),
        }
    }

    /// What needs no operands: a variable or what it leads to, or a literal.
    pub fn leaf(&mut self, ty: &Ty) -> String {
        if !self.random.one_in(3)
            && let Some(path) = self.path(ty)
        {
            return path;
        }
        self.literal(ty)
    }

    /// A path of this type, if there is one.
    pub fn path(&mut self, ty: &Ty) -> Option<String> {
        // Of an event that may be missing, what it would say is optional.
        let missing = self.vars.iter().filter(|var| var.ty == Ty::optional(Ty::Ping));
        let inside = |of: &Ty| matches!(of, Ty::Optional(_)) && of == ty || Ty::optional(of.clone()) == *ty;
        let paths: Vec<String> = missing
            .flat_map(|var| fields(&Ty::Ping).into_iter().map(|(field, of)| (format!("{}?.{field}", var.name), of)))
            .filter(|(_, of)| inside(of))
            .map(|(path, _)| path)
            .collect();
        if !paths.is_empty() && self.random.one_in(2) {
            return Some(self.random.pick(&paths));
        }
        self.path_where(ty, |_| true)
    }

    fn path_where(&mut self, ty: &Ty, holds: impl Fn(&Var) -> bool) -> Option<String> {
        let mut paths = Vec::new();
        for var in self.vars.iter().filter(|var| holds(var)) {
            if var.ty == *ty {
                paths.push(var.name.clone());
            }
            paths.extend(fields(&var.ty).into_iter().filter(|(_, of)| of == ty).map(|(field, _)| format!("{}.{field}", var.name)));
        }
        if self.impure {
            let profile = super::prelude::profile_fields();
            paths.extend(profile.into_iter().filter(|(_, of)| of == ty).map(|(field, _)| format!("profile.{field}")));
            let traits = super::prelude::TRAITS.iter().zip(super::prelude::trait_types());
            paths.extend(traits.filter(|(_, of)| of == ty).map(|(name, _)| (*name).to_owned()));
            match ty {
                Ty::Time if !self.timeless => paths.push("now".into()),
                Ty::String => paths.push("customer".into()),
                Ty::Bool => paths.extend(self.segments.iter().cloned()),
                _ => {}
            }
        }
        if paths.is_empty() { None } else { Some(self.random.pick(&paths)) }
    }

    fn conditional(&mut self, ty: &Ty) -> String {
        let condition = self.expr(&Ty::Bool);
        if self.random.one_in(2) {
            let (then, otherwise) = (self.expr(ty), self.expr(ty));
            return format!("(if ({condition}) {{ {then} }} else {{ {otherwise} }})");
        }
        let bound = Ty::any(&mut self.random);
        let value = self.expr(&bound);
        let otherwise = self.expr(ty);
        let then = self.with(bound, |g, name| {
            let then = g.expr(ty);
            format!("let {name} = {value}\n {then}")
        });
        format!("(if ({condition}) {{ {then} }} else {{ {otherwise} }})")
    }

    fn matched(&mut self, ty: &Ty) -> String {
        let (a, b, c) = (self.expr(ty), self.expr(ty), self.expr(ty));
        match self.random.below(6) {
            0 => {
                let tier = self.expr(&Ty::Tier);
                format!("(match ({tier}) {{ gold => {a} basic, silver => {b} }})")
            }
            1 => {
                let pay = self.expr(&Ty::Payment);
                let arm = self.with(Ty::String, |g, name| {
                    let arm = g.expr(ty);
                    format!("card {{ last4: {name} }} => {{ {arm} }}")
                });
                format!("(match ({pay}) {{ {arm} cash => {b} _ => {{ {c} }} }})")
            }
            2 => {
                let int = self.expr(&Ty::Int);
                format!("(match ({int}) {{ 0, 1 => {a} 42 => {{ {b} }} _ => {c} }})")
            }
            3 => {
                let text = self.expr(&Ty::String);
                format!("(match ({text}) {{ \"\" => {a} \"ann\", \"旅\" => {b} _ => {c} }})")
            }
            4 => {
                let optional = self.expr(&Ty::optional(Ty::Tier));
                format!("(match ({optional}) {{ none => {a} gold => {{ {b} }} silver, basic => {c} }})")
            }
            _ => {
                let flag = self.expr(&Ty::optional(Ty::Int));
                format!("(match ({flag}) {{ 1 => {a} none => {b} _ => {{ {c} }} }})")
            }
        }
    }

    fn fallback(&mut self, ty: &Ty) -> String {
        if matches!(ty, Ty::Optional(_)) {
            return self.operation(ty);
        }
        let (optional, fallback) = (self.expr(&Ty::optional(ty.clone())), self.expr(ty));
        format!("({optional} ?? {fallback})")
    }

    /// A missing value that is asked for first.
    fn narrowed(&mut self, ty: &Ty) -> String {
        if matches!(ty, Ty::Optional(_)) {
            return self.operation(ty);
        }
        let Some(path) = self.path_where(&Ty::optional(ty.clone()), |var| var.narrows) else { return self.operation(ty) };
        let other = self.expr(ty);
        match (ty, self.random.below(3)) {
            (Ty::Bool, 0) => format!("({path} != none and {path})"),
            (Ty::Bool, 1) => format!("({path} == none or ({path} == {other}))"),
            (_, 0) => format!("(if {path} == none {{ {other} }} else {{ {path} }})"),
            _ => format!("(if {path} != none {{ {path} }} else {{ {other} }})"),
        }
    }

    fn function_call(&mut self, ty: &Ty) -> String {
        let fits: Vec<_> = self.functions.iter().filter(|f| f.ret == *ty).cloned().collect();
        if fits.is_empty() {
            return self.operation(ty);
        }
        let function = self.random.pick(&fits);
        let args: Vec<String> = function.params.iter().map(|param| self.expected(param)).collect();
        format!("{}({})", function.name, args.join(", "))
    }

    /// With a fresh variable in scope.
    pub fn with(&mut self, ty: Ty, make: impl FnOnce(&mut Self, &str) -> String) -> String {
        let name = self.fresh();
        self.vars.push(Var::new(&name, ty));
        let text = make(self, &name);
        self.vars.pop();
        text
    }

    /// A lambda over this type with a body of that one.
    fn lambda(&mut self, over: &Ty, body: &Ty) -> String {
        self.with(over.clone(), |g, name| {
            let body = g.expr(body);
            format!("{name} => {body}")
        })
    }

    fn operation(&mut self, ty: &Ty) -> String {
        match ty {
            Ty::Bool => self.bool_operation(),
            Ty::Int | Ty::Decimal | Ty::Float => self.number_operation(ty),
            Ty::String => self.string_operation(),
            Ty::Duration | Ty::Time | Ty::Date | Ty::LocalTime => self.time_operation(ty),
            Ty::Optional(of) => self.optional_operation(&of.clone()),
            Ty::List(of) => self.list_operation(&of.clone()),
            _ => self.literal(ty),
        }
    }

    fn bool_operation(&mut self) -> String {
        match self.random.below(14) {
            0 | 1 => {
                let op = self.random.pick(&["and", "or"]);
                let (a, b) = (self.expr(&Ty::Bool), self.expr(&Ty::Bool));
                format!("({a} {op} {b})")
            }
            2 => format!("(not {})", self.expr(&Ty::Bool)),
            3..=5 => {
                let of = self.scalar_where(Ty::ordered);
                let op = self.random.pick(&["<", "<=", ">", ">=", "==", "!="]);
                let (a, b) = (self.expr(&of), self.expr(&of));
                format!("({a} {op} {b})")
            }
            6 => {
                let of = Ty::any(&mut self.random);
                let op = self.random.pick(&["==", "!="]);
                let (a, b) = (self.expr(&of), self.expr(&of));
                format!("({a} {op} {b})")
            }
            7 => {
                let (number, op) = (self.expr(&Ty::Decimal), self.random.pick(&["<", ">=", "=="]));
                format!("({number} {op} {})", self.expr(&Ty::Int))
            }
            8 => self.membership(),
            9 => {
                let method = self.random.pick(&["contains", "starts_with", "ends_with"]);
                let (a, b) = (self.expr(&Ty::String), self.expr(&Ty::String));
                format!("{a}.{method}({b})")
            }
            10 | 11 => {
                let of = Ty::scalar(&mut self.random);
                let (list, method) = (self.expr(&Ty::list(of.clone())), self.random.pick(&["any", "all"]));
                format!("{list}.{method}({})", self.lambda(&of, &Ty::Bool))
            }
            12 => {
                let of = Ty::optional(Ty::scalar(&mut self.random));
                format!("({} {} none)", self.expr(&of), self.random.pick(&["==", "!="]))
            }
            _ => {
                let of = if self.random.one_in(2) { Ty::String } else { Ty::list(Ty::scalar(&mut self.random)) };
                format!("{}.is_empty()", self.expr(&of))
            }
        }
    }

    fn membership(&mut self) -> String {
        let op = self.random.pick(&["in", "not in"]);
        match self.random.below(5) {
            0 => {
                let of = Ty::scalar(&mut self.random);
                let (element, list) = (self.expr(&of), self.expr(&Ty::list(of.clone())));
                format!("({element} {op} {list})")
            }
            1 => {
                let key = Ty::key(&mut self.random);
                let map = Ty::map(key.clone(), Ty::scalar(&mut self.random));
                let (key, map) = (self.expr(&key), self.expr(&map));
                format!("({key} {op} {map})")
            }
            2 => {
                let (value, from, to) = (self.expr(&Ty::Int), self.expr(&Ty::Int), self.expr(&Ty::Int));
                format!("({value} {op} {from}..{to})")
            }
            3 => {
                let key = Ty::key(&mut self.random);
                let map = Ty::map(key.clone(), Ty::scalar(&mut self.random));
                let (key, map) = (self.expr(&key), self.expr(&map));
                format!("{map}.contains({key})")
            }
            _ => {
                let (part, text) = (self.expr(&Ty::String), self.expr(&Ty::String));
                format!("({part} {op} {text})")
            }
        }
    }

    fn optional_operation(&mut self, of: &Ty) -> String {
        match self.random.below(8) {
            0 => {
                let (list, index) = (self.expr(&Ty::list(of.clone())), self.expr(&Ty::Int));
                format!("{list}[{index}]")
            }
            1 => {
                let key = Ty::key(&mut self.random);
                let (map, key) = (self.expr(&Ty::map(key.clone(), of.clone())), self.expr(&key));
                format!("{map}[{key}]")
            }
            2 | 3 => {
                let by = self.scalar_where(Ty::ordered);
                let (list, method) = (self.expr(&Ty::list(of.clone())), self.random.pick(&["min_by", "max_by"]));
                format!("{list}.{method}({})", self.lambda(of, &by))
            }
            4 => {
                let found: Vec<_> = fields(&Ty::Item).into_iter().filter(|(_, ty)| ty == of || *ty == Ty::optional(of.clone())).collect();
                match found.first() {
                    Some((field, _)) => format!("{}?.{field}", self.expr(&Ty::optional(Ty::Item))),
                    None => self.leaf(&Ty::optional(of.clone())),
                }
            }
            5 | 6 => {
                let (list, method) = (self.expr(&Ty::list(of.clone())), self.random.pick(&["first", "last"]));
                format!("{list}.{method}()")
            }
            _ => self.leaf(&Ty::optional(of.clone())),
        }
    }

    fn list_operation(&mut self, of: &Ty) -> String {
        let list = self.expr(&Ty::list(of.clone()));
        match self.random.below(8) {
            0 | 1 => format!("{list}.filter({})", self.lambda(of, &Ty::Bool)),
            2 | 3 => {
                let from = Ty::scalar(&mut self.random);
                let list = self.expr(&Ty::list(from.clone()));
                format!("{list}.map({})", self.lambda(&from, of))
            }
            4 => {
                let by = self.scalar_where(Ty::ordered);
                format!("{list}.sort_by({})", self.lambda(of, &by))
            }
            5 => format!("{list}.take({})", self.expr(&Ty::Int)),
            6 if *of == Ty::String => {
                let (text, separator) = (self.expr(&Ty::String), self.expr(&Ty::String));
                format!("{text}.split({separator})")
            }
            _ if matches!(of, Ty::String | Ty::Int | Ty::Tier) && self.random.one_in(2) => {
                let map = Ty::map(of.clone(), Ty::scalar(&mut self.random));
                format!("{}.keys()", self.expr(&map))
            }
            _ => {
                let map = Ty::map(Ty::key(&mut self.random), of.clone());
                format!("{}.values()", self.expr(&map))
            }
        }
    }

    pub fn scalar_where(&mut self, holds: impl Fn(&Ty) -> bool) -> Ty {
        loop {
            let ty = Ty::scalar(&mut self.random);
            if holds(&ty) {
                return ty;
            }
        }
    }

    /// An expression over a list, for numbers that are made of many.
    pub fn over_list(&mut self, ty: &Ty, method: &str) -> String {
        let of = Ty::scalar(&mut self.random);
        let list = self.expr(&Ty::list(of.clone()));
        format!("{list}.{method}({})", self.lambda(&of, ty))
    }
}
