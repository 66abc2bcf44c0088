//! Branches, undo blocks, and faults that are caught.

use super::ty::Ty;
use super::{Generator, Var};

impl Generator {
    /// `parallel` or `race`.
    pub fn branches(&mut self, depth: usize) -> String {
        let word = self.random.pick(&["parallel", "race"]);
        let branches: Vec<String> = (0..1 + self.random.below(3))
            .map(|_| {
                let (name, body) = (self.fresh(), self.fenced(|inside| inside.block(2, depth)));
                format!(" branch {name} {{\n{body} }}\n")
            })
            .collect();
        format!(" {word} {{\n{} }}\n", branches.concat())
    }

    pub fn try_catch(&mut self, depth: usize) -> String {
        let mut body = self.block(2, depth);
        if self.random.one_in(3) {
            let (condition, last) = (self.expr(&Ty::Bool), self.leave());
            body.push_str(&format!(" if ({condition}) {{\n{last} }}\n"));
        }
        let (error, line) = (self.fresh(), self.fresh());
        self.vars.push(Var::new(&line, Ty::Int));
        let handler = self.block(2, depth);
        self.vars.pop();
        format!(" try {{\n{body} }} catch {error} {{\n profile.first_name = {error}.message\n let {line} = {error}.line\n{handler} }}\n")
    }

    pub fn undo(&mut self) -> String {
        let body = self.fenced(|inside| {
            let outer = inside.vars.len();
            let mut body = String::new();
            for _ in 0..2 {
                body.push_str(&inside.binding("var"));
                body.push_str(&inside.profile_write());
            }
            if inside.calls {
                body.push_str(&inside.aside());
                body.push_str(&inside.call());
            }
            inside.vars.truncate(outer);
            body
        });
        format!(" undo {{\n{body} }}\n")
    }

    /// What runs on its own: it assigns no variable of the outside, and leaves no loop there.
    fn fenced(&mut self, write: impl FnOnce(&mut Self) -> String) -> String {
        let outer: Vec<bool> = self.vars.iter().map(|var| var.assignable).collect();
        self.vars.iter_mut().for_each(|var| var.assignable = false);
        let fenced = std::mem::replace(&mut self.fenced, self.loops);
        let text = write(self);
        self.fenced = fenced;
        for (var, assignable) in self.vars.iter_mut().zip(outer) {
            var.assignable = assignable;
        }
        text
    }
}
