//! Calls, emitted events, and journeys that start another.

use super::ty::Ty;
use super::{Generator, Var};

impl Generator {
    /// A call, mostly with its answer bound.
    pub fn call(&mut self) -> String {
        let (operation, params, ret) = self.random.pick(&[
            ("ask", vec![Ty::String, Ty::Int], Some(Ty::Item)),
            ("count", vec![Ty::Tier, Ty::optional(Ty::Payment)], Some(Ty::Int)),
            ("find", vec![Ty::String, Ty::Decimal], Some(Ty::optional(Ty::Decimal))),
            ("tell", vec![Ty::list(Ty::Item)], None),
        ]);
        let args: Vec<String> = params.iter().map(|ty| self.expr(ty)).collect();
        let call = format!("call ext.{operation}({})", args.join(", "));
        let Some(ret) = ret.filter(|_| !self.random.one_in(4)) else { return format!(" {call}\n") };
        let name = self.fresh();
        let fallback = if self.random.one_in(2) { format!(" else ({})", self.expr(&ret)) } else { String::new() };
        // As what it is, or as an optional.
        let (ty, written) = match &ret {
            Ty::Optional(_) => (ret.clone(), String::new()),
            _ if self.random.one_in(2) => (Ty::optional(ret.clone()), format!(": {}?", ret.name())),
            _ => (ret.clone(), String::new()),
        };
        self.vars.push(Var::new(&name, ty));
        format!(" let {name}{written} = {call}{fallback}\n")
    }

    /// A child whose end is waited for.
    pub fn run(&mut self, depth: usize) -> String {
        let (name, args) = (self.fresh(), self.kid());
        let (many, ended) = (self.block(1, depth), self.block(1, depth));
        let arms = format!(" many, heard => {{\n{many} }}\n completed, early => {{ }}\n failed, cancelled => {{\n{ended} }}\n");
        format!(" let {name} = run kid({args})\n match {name} {{\n{arms} }}\n")
    }

    /// What happens beside the journey.
    pub fn aside(&mut self) -> String {
        match self.random.below(3) {
            0 => format!(" start kid({})\n", self.kid()),
            1 => " broadcast done {}\n".into(),
            _ => {
                let (id, n, total) = (self.expr(&Ty::String), self.expr(&Ty::Int), self.expr(&Ty::optional(Ty::Decimal)));
                let items = self.expr(&Ty::list(Ty::Item));
                format!(" emit ping {{ id: {id}, n: {n}, total: {total}, items: {items} }}\n")
            }
        }
    }

    fn kid(&mut self) -> String {
        let (text, n, item) = (self.expr(&Ty::String), self.expr(&Ty::Int), self.expr(&Ty::optional(Ty::Item)));
        format!("{text}, n: {n}, item: {item}")
    }
}
