//! Operations and literals of the simple types.

use super::Generator;
use super::ty::Ty;

impl Generator {
    pub fn number_operation(&mut self, ty: &Ty) -> String {
        match self.random.below(12) {
            0..=3 => {
                let op = self.random.pick(&["+", "-", "*", "/", "%"]);
                let (a, b) = (self.expr(ty), self.expr(ty));
                format!("({a} {op} {})", divisor(op, b))
            }
            4 => format!("(-{})", self.expr(ty)),
            5 => {
                let method = self.random.pick(&["min", "max"]);
                let (a, b) = (self.expr(ty), self.expr(ty));
                format!("{a}.{method}({b})")
            }
            6 => format!("{}.abs()", self.expr(ty)),
            7 => self.over_list(ty, "sum"),
            8 => format!("{}.sum()", self.expr(&Ty::list(ty.clone()))),
            _ => match ty {
                Ty::Int => self.int_operation(),
                Ty::Decimal => self.decimal_operation(),
                _ => self.float_operation(),
            },
        }
    }

    fn int_operation(&mut self) -> String {
        match self.random.below(6) {
            0 => {
                let of = if self.random.one_in(2) { Ty::Decimal } else { Ty::Float };
                let method = self.random.pick(&["floor", "ceil"]);
                format!("{}.{method}()", self.expr(&of))
            }
            1 => {
                let of = self.scalar_where(|ty| matches!(ty, Ty::Decimal | Ty::Float | Ty::Int));
                format!("Int({})", self.expr(&of))
            }
            2 => self.over_list(&Ty::Bool, "count"),
            3 => {
                let (time, zone, method) = (self.expr(&Ty::Time), self.zone(), self.random.pick(&["hour", "weekday"]));
                format!("{time}.{method}({zone})")
            }
            _ => {
                let of = match self.random.below(3) {
                    0 => Ty::String,
                    1 => Ty::list(Ty::scalar(&mut self.random)),
                    _ => Ty::map(Ty::key(&mut self.random), Ty::scalar(&mut self.random)),
                };
                format!("{}.length()", self.expr(&of))
            }
        }
    }

    fn decimal_operation(&mut self) -> String {
        match self.random.below(4) {
            0 => format!("{}.round({})", self.expr(&Ty::Decimal), self.random.below(8)),
            1 => {
                let of = if self.random.one_in(2) { Ty::Int } else { Ty::Float };
                format!("Decimal({})", self.expr(&of))
            }
            2 => {
                let op = self.random.pick(&["+", "-", "*", "/", "%"]);
                let (a, b) = (self.expr(&Ty::Decimal), self.expr(&Ty::Int));
                if self.random.one_in(2) { format!("({a} {op} {})", divisor(op, b)) } else { format!("({b} {op} {})", divisor(op, a)) }
            }
            _ => {
                let list = self.expr(&Ty::list(Ty::Item));
                let name = self.fresh();
                format!("{list}.sum({name} => {name}.price * {name}.quantity)")
            }
        }
    }

    fn float_operation(&mut self) -> String {
        match self.random.below(3) {
            0 => format!("{}.round({})", self.expr(&Ty::Float), self.random.below(16)),
            1 => {
                let of = if self.random.one_in(2) { Ty::Int } else { Ty::Decimal };
                format!("Float({})", self.expr(&of))
            }
            _ => {
                let op = self.random.pick(&["+", "-", "*", "/"]);
                let (a, b) = (self.expr(&Ty::Float), self.expr(&Ty::Int));
                format!("({a} {op} {})", divisor(op, b))
            }
        }
    }

    pub fn string_operation(&mut self) -> String {
        match self.random.below(9) {
            0..=2 => self.interpolation(),
            3 => {
                let of = self.scalar_where(Ty::prints);
                format!("String({})", self.expr(&of))
            }
            4 => {
                let method = self.random.pick(&["lower", "upper", "trim"]);
                format!("{}.{method}()", self.expr(&Ty::String))
            }
            5 => {
                let (text, from, to) = (self.expr(&Ty::String), self.expr(&Ty::String), self.expr(&Ty::String));
                format!("{text}.replace({from}, {to})")
            }
            6 => {
                let (list, separator) = (self.expr(&Ty::list(Ty::String)), self.expr(&Ty::String));
                format!("{list}.join({separator})")
            }
            _ => {
                let of = if self.random.one_in(2) { Ty::Decimal } else { Ty::Float };
                format!("{}.fixed({})", self.expr(&of), self.random.below(7))
            }
        }
    }

    /// A text with expressions in it.
    pub fn interpolation(&mut self) -> String {
        let mut text = String::from("\"");
        for _ in 0..=self.random.below(3) {
            text.push_str(self.random.pick(&["", " ", "旅 ", "a\\n", "\\{", "% "]));
            let of = self.scalar_where(Ty::prints);
            let part = self.expr(&of);
            // A text of one line cannot hold an expression that is written over several.
            if part.contains('\n') {
                continue;
            }
            text.push_str(&format!("{{{part}}}"));
        }
        text.push('"');
        text
    }

    pub fn time_operation(&mut self, ty: &Ty) -> String {
        match ty {
            Ty::Duration => match self.random.below(6) {
                0 => {
                    let (a, op, b) = (self.expr(&Ty::Duration), self.random.pick(&["+", "-"]), self.expr(&Ty::Duration));
                    format!("({a} {op} {b})")
                }
                1 => {
                    let (a, b) = (self.expr(&Ty::Duration), self.expr(&Ty::Int));
                    if self.random.one_in(2) { format!("({a} * {b})") } else { format!("({b} * {a})") }
                }
                2 => format!("{}({})", self.random.pick(&["days", "hours", "minutes"]), self.expr(&Ty::Int)),
                3 => {
                    let (a, b) = (self.expr(&Ty::Time), self.expr(&Ty::Time));
                    format!("({a} - {b})")
                }
                4 => self.over_list(&Ty::Duration, "sum"),
                _ => self.leaf(ty),
            },
            Ty::Time => match self.random.below(3) {
                0 => {
                    let (date, clock, zone) = (self.expr(&Ty::Date), self.expr(&Ty::LocalTime), self.zone());
                    format!("{date}.at({clock}, {zone})")
                }
                _ => {
                    let (a, op, b) = (self.expr(&Ty::Time), self.random.pick(&["+", "-"]), self.expr(&Ty::Duration));
                    format!("({a} {op} {b})")
                }
            },
            Ty::Date => match self.random.below(4) {
                0 => {
                    let (date, after) = (self.expr(&Ty::Date), self.expr(&Ty::Date));
                    format!("{date}.next_anniversary({after})")
                }
                1 => format!("{}.plus_days({})", self.expr(&Ty::Date), self.expr(&Ty::Int)),
                2 => format!("{}.plus_months({})", self.expr(&Ty::Date), self.expr(&Ty::Int)),
                _ => {
                    let (time, zone) = (self.expr(&Ty::Time), self.zone());
                    format!("{time}.date({zone})")
                }
            },
            _ => {
                let (time, zone) = (self.expr(&Ty::Time), self.zone());
                format!("{time}.time({zone})")
            }
        }
    }

    pub fn zone(&mut self) -> String {
        if self.impure && self.zone_is_known && self.random.one_in(2) {
            return "profile.timezone".into();
        }
        let zones = ["UTC", "Asia/Tokyo", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia"];
        format!("\"{}\"", self.random.pick(&zones))
    }

    pub fn literal(&mut self, ty: &Ty) -> String {
        let literals: &[&str] = match ty {
            Ty::Bool => &["true", "false"],
            Ty::Int => &["0", "1", "2", "3", "7", "42", "1_000", "9_223_372_036_854_775_807", "(-1)", "(-9_223_372_036_854_775_807 - 1)"],
            Ty::Decimal => {
                &["0.00", "1.00", "0.5", "12.50", "0.000001", "99.99", "3037000.5", "9_223_372_036_854.775807", "(-2.5)", "(-0.01)"]
            }
            Ty::Float => &["Float(0)", "Float(0.1)", "Float(1.5)", "Float(-3)", "Float(9007199254740993)"],
            Ty::String => &["\"\"", "\"ann\"", "\"Ann B\"", "\"旅行\"", "\"a,b,,c\"", "\" x \"", "\"\\u{1F600}\"", "\"ÄÖß\"", "\",\""],
            Ty::Duration => &["0s", "1h", "90s", "1h30m", "2d", "1w", "500ms", "100000000w"],
            Ty::Time => &[
                "2026-03-29T01:30:00Z",
                "2026-11-01T05:30:00Z",
                "1970-01-01T00:00:00Z",
                "2024-02-29T23:59:59.999Z",
                "2026-06-01T12:00:00+09:00",
            ],
            Ty::Date => &["2026-03-29", "2024-02-29", "1969-12-31", "2026-11-01", "2000-01-31"],
            Ty::LocalTime => &["00:00", "02:30", "09:00", "23:59:59"],
            Ty::Tier => &["Tier.basic", "Tier.silver", "Tier.gold"],
            Ty::Payment => return self.payment(),
            Ty::Item => return self.item(),
            Ty::Optional(of) => return format!("[{}].first()", self.leaf(&of.clone())),
            Ty::List(of) => return self.list_literal(&of.clone()),
            Ty::Map(key, value) => return self.map_literal(&key.clone(), &value.clone()),
            Ty::Began | Ty::Ping | Ty::Handle => &["none"],
        };
        (self.random.pick(literals)).into()
    }

    fn payment(&mut self) -> String {
        match self.random.below(3) {
            0 => {
                let (last4, limit) = (self.expected(&Ty::String), self.expected(&Ty::Decimal));
                format!("Payment.card {{ last4: {last4}, limit: {limit} }}")
            }
            1 => "Payment.cash".into(),
            _ => format!("Payment.voucher {{ code: {} }}", self.expected(&Ty::Int)),
        }
    }

    fn item(&mut self) -> String {
        let (sku, price) = (self.expected(&Ty::String), self.expected(&Ty::Decimal));
        let mut text = format!("Item {{ sku: {sku}, price: {price}");
        for (field, ty) in super::prelude::fields(&Ty::Item).into_iter().skip(2) {
            if self.random.one_in(2) {
                text.push_str(&format!(", {field}: {}", self.expected(&ty)));
            }
        }
        text + " }"
    }

    fn list_literal(&mut self, of: &Ty) -> String {
        let elements: Vec<String> = (0..=self.random.below(4)).map(|_| self.element(of)).collect();
        format!("[{}]", elements.join(", "))
    }

    fn map_literal(&mut self, key: &Ty, value: &Ty) -> String {
        let entries: Vec<String> = (0..=self.random.below(3))
            .map(|_| {
                let key = self.element(key);
                format!("({key}): {}", self.element(value))
            })
            .collect();
        format!("[{}]", entries.join(", "))
    }

    /// Lists are short, but not of literals alone.
    fn element(&mut self, of: &Ty) -> String {
        if self.random.one_in(3) { self.expr(of) } else { self.leaf(of) }
    }
}

/// What is divided by; a zero that anyone can see is refused by the compiler.
fn divisor(op: &str, b: String) -> String {
    if matches!(op, "/" | "%") && matches!(b.as_str(), "0" | "0.00") { "7".into() } else { b }
}
