//! Pauses, of every kind.

use super::ty::Ty;
use super::{Generator, Var};

impl Generator {
    pub fn wait(&mut self, depth: usize) -> String {
        if self.random.one_in(4)
            && let Some(handle) = self.vars.iter().rfind(|var| var.ty == Ty::Handle).map(|var| var.name.clone())
        {
            return self.wait_for_report(&handle, depth);
        }
        match self.random.below(14) {
            0 | 1 => format!(" wait {}\n", self.duration()),
            2 => format!(" wait until ({})\n", self.expr(&Ty::Time)),
            3 => {
                let weekday = self.random.pick(&["", "monday ", "sunday "]);
                format!(" wait until {weekday}{}{}\n", self.clock(), self.in_zone())
            }
            4 => {
                // From the same time to the same there is nothing.
                let (from, to) = self.random.pick(&[("00:00", "02:30"), ("20:00", "09:00"), ("23:59:59", "00:00"), ("09:00", "20:00")]);
                format!(" wait until within {from}..{to}{}\n", self.in_zone())
            }
            5 => {
                let (duration, binder) = (self.duration(), self.fresh());
                let filter = self.with_ping(&binder, Self::filter);
                let body = self.with_ping(&binder, |g| g.block(1, depth));
                format!(" wait {duration} without ping as {binder}{filter} {{\n{body} }}\n")
            }
            6 | 7 => self.wait_for(depth),
            10 | 11 if self.calls => self.call(),
            12 if self.calls => self.run(depth),
            _ => self.wait_for_any(depth),
        }
    }

    fn wait_for(&mut self, depth: usize) -> String {
        let binder = self.fresh();
        let filter = self.with_ping(&binder, Self::filter);
        match self.random.below(4) {
            0 => {
                self.vars.push(Var::new(&binder, Ty::Ping));
                format!(" wait for ping as {binder}{filter}\n")
            }
            2 => {
                let within = self.duration();
                self.vars.push(Var::new(&binder, Ty::optional(Ty::Ping)));
                format!(" wait for ping as {binder}{filter} within {within}\n")
            }
            1 => {
                let body = self.with_ping(&binder, |g| g.block(2, depth));
                format!(" wait for ping as {binder}{filter} {{\n{body} }}\n")
            }
            _ => {
                let (within, body) = (self.duration(), self.with_ping(&binder, |g| g.block(2, depth)));
                let otherwise = self.block(1, depth);
                format!(" wait for ping as {binder}{filter} within {within} {{\n{body} }} else {{\n{otherwise} }}\n")
            }
        }
    }

    /// What became of a message.
    fn wait_for_report(&mut self, handle: &str, depth: usize) -> String {
        let (report, within) = (self.random.pick(&["clicked", "opened", "bounced"]), self.duration());
        let filter = if self.random.one_in(2) { format!(" where ({})", self.expr(&Ty::Bool)) } else { String::new() };
        let (body, otherwise) = (self.block(1, depth), self.block(1, depth));
        format!(" wait for {handle}.{report}{filter} within {within} {{\n{body} }} else {{\n{otherwise} }}\n")
    }

    fn wait_for_any(&mut self, depth: usize) -> String {
        let mut arms = String::new();
        for _ in 0..=self.random.below(4) {
            let head = match self.random.below(5) {
                0 => " on done".into(),
                1 => {
                    let binder = self.fresh();
                    let filter = self.with_ping(&binder, Self::filter);
                    let body = self.with_ping(&binder, |g| g.block(1, depth));
                    arms.push_str(&format!(" on ping as {binder}{filter} {{\n{body} }}\n"));
                    continue;
                }
                2 => format!(" after {}", self.duration()),
                3 => format!(" at ({})", self.expr(&Ty::Time)),
                _ => format!(" when ({})", self.standing_condition()),
            };
            let body = self.block(1, depth);
            arms.push_str(&format!("{head} {{\n{body} }}\n"));
        }
        format!(" wait for any {{\n{arms} }}\n")
    }

    fn with_ping(&mut self, binder: &str, make: impl FnOnce(&mut Self) -> String) -> String {
        self.vars.push(Var::new(binder, Ty::Ping));
        let text = make(self);
        self.vars.pop();
        text
    }

    fn duration(&mut self) -> String {
        if self.random.one_in(3) { format!("({})", self.expr(&Ty::Duration)) } else { (self.random.pick(&["1h", "30m", "2d"])).into() }
    }

    fn clock(&mut self) -> &'static str {
        self.random.pick(&["00:00", "02:30", "09:00", "20:00", "23:59:59"])
    }

    fn in_zone(&mut self) -> String {
        if self.random.one_in(3) { format!(" in {}", self.zone()) } else { String::new() }
    }
}
