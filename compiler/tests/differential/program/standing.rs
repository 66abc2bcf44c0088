//! Conditions that time changes, in every form of which it is known when they do.

use super::Generator;
use super::ty::Ty;

const ORDERS: [&str; 6] = ["<", "<=", ">", ">=", "==", "!="];

impl Generator {
    /// Named conditions; from here on they are read like other Bools.
    pub fn segments(&mut self) -> String {
        let mut text = String::new();
        self.impure = true;
        for _ in 0..self.random.below(3) {
            let (name, condition) = (self.fresh(), self.standing_condition());
            text.push_str(&format!("segment {name} = {condition}\n"));
            self.segments.push(name);
        }
        self.impure = false;
        text
    }

    /// A condition that stands while time goes by.
    pub fn standing_condition(&mut self) -> String {
        match self.random.below(9) {
            0 | 1 => self.timeless_condition(),
            2 => {
                let (a, op, b) = (self.standing_condition(), self.random.pick(&["and", "or"]), self.standing_condition());
                format!("(({a}) {op} ({b}))")
            }
            3 => format!("(not ({}))", self.standing_condition()),
            4 => {
                let (a, b, c) = (self.standing_condition(), self.standing_condition(), self.standing_condition());
                format!("(if ({a}) {{ {b} }} else {{ {c} }})")
            }
            _ => {
                let outer = std::mem::replace(&mut self.timeless, true);
                let condition = self.clocked();
                self.timeless = outer;
                condition
            }
        }
    }

    /// A comparison with the clock.
    fn clocked(&mut self) -> String {
        let (moving, op) = (self.moving(), self.random.pick(&ORDERS));
        match self.random.below(10) {
            0 | 1 => format!("({} {op} {moving})", self.expr(&Ty::Time)),
            2 => format!("({moving} {op} {})", self.expr(&Ty::Time)),
            3 => {
                let (since, length) = (self.expr(&Ty::Time), self.expr(&Ty::Duration));
                format!("({moving} - {since} {op} {length})")
            }
            4 => format!("({moving} in {}..{})", self.expr(&Ty::Time), self.expr(&Ty::Time)),
            5 => format!("({moving}.hour({}) {op} {})", self.zone(), self.random.below(26)),
            6 => format!("({moving}.weekday({}) {op} {})", self.zone(), self.random.below(9)),
            7 => {
                let (zone, date) = (self.zone(), self.expr(&Ty::Date));
                let days = if self.random.one_in(2) { format!(".plus_days({})", self.random.below(9)) } else { String::new() };
                format!("({moving}.date({zone}){days} {op} {date})")
            }
            8 => {
                let (zone, from, to) = (self.zone(), self.expr(&Ty::LocalTime), self.expr(&Ty::LocalTime));
                format!("({moving}.time({zone}) in {from}..{to})")
            }
            _ => {
                let (zone, date) = (self.zone(), self.expr(&Ty::Date));
                format!("({date}.next_anniversary({moving}.date({zone})) == {moving}.date({zone}).plus_days({}))", self.random.below(9))
            }
        }
    }

    /// A Time that goes with the clock.
    fn moving(&mut self) -> String {
        match self.random.below(6) {
            0 | 1 => "now".into(),
            2 => format!("(now - {})", self.expr(&Ty::Duration)),
            3 => format!("(now + {})", self.random.pick(&["1h", "3d", "90s"])),
            4 => format!("({} ?? now)", self.expr(&Ty::optional(Ty::Time))),
            _ => {
                let condition = self.timeless_condition();
                format!("(if ({condition}) {{ now }} else {{ now - 1d }})")
            }
        }
    }
}
