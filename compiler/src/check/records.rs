//! Values that are written field by field (records, variants with fields), and the arguments of calls.

use super::Checker;
use super::body::Body;
use super::coerce::poison;
use super::lookup::{nearest, unknown};
use super::names::{Decl, Owner};
use crate::ast;
use crate::diagnostics::Diagnostic;
use crate::hir::{Expr, ExprKind};
use crate::types::{EnumId, RecordId, Type, TypeId};
use journey_grammar::Span;
use rustc_hash::FxHashMap;

impl Checker {
    /// `CartItem { … }`, `Payment.card { … }`, `card { … }` where a Payment is expected.
    pub(super) fn record(
        &mut self,
        body: &mut Body,
        path: &[ast::Ident],
        fields: &[(ast::Ident, ast::Expr)],
        span: Span,
        hint: Option<TypeId>,
    ) -> Expr {
        match path {
            [name] => {
                let decl = self.global(&name.name);
                let expected = match hint.map(|ty| self.hir.types.get(ty)) {
                    Some(Type::Enum(id)) => Some(id),
                    _ => None,
                };
                match (decl, expected) {
                    (Some(Decl::Type(id)), _) => self.whole_record(body, id, fields, span),
                    (Some(Decl::Event(id)), _) => {
                        let record = self.hir.events[id.index()].record;
                        self.whole_record(body, record, fields, span)
                    }
                    (Some(Decl::Unsupported), _) => self.poison_fields(body, fields, span),
                    (None, Some(id)) => self.variant(body, id, name, fields, span),
                    (decl, _) => {
                        self.no_record(name, decl);
                        self.poison_fields(body, fields, span)
                    }
                }
            }
            [name, variant] => match self.global(&name.name) {
                Some(Decl::Enum(id)) => self.variant(body, id, variant, fields, span),
                Some(Decl::Unsupported) => self.poison_fields(body, fields, span),
                decl => {
                    self.no_record(name, decl);
                    self.poison_fields(body, fields, span)
                }
            },
            _ => self.poison_fields(body, fields, span),
        }
    }

    fn no_record(&mut self, name: &ast::Ident, decl: Option<Decl>) {
        let text = &name.name;
        if let Some(decl) = decl {
            let declared = self.globals.get(text).map_or(name.span, |global| global.span);
            self.report(
                Diagnostic::error("E0207", name.span, format!("`{text}` is {}, not a type with fields", decl.what()), "expected a type")
                    .and(declared, "it is declared here"),
            );
            return;
        }
        let types: Vec<&str> = self
            .globals
            .iter()
            .filter(|(_, global)| matches!(global.decl, Decl::Type(_) | Decl::Event(_) | Decl::Enum(_)))
            .map(|(name, _)| name.as_str())
            .collect();
        let mut diagnostic = unknown("E0203", name, "type", nearest(text, types.iter().copied()), &[]);
        if let (Some((id, _)), None) = (self.variants_named(text).first(), diagnostic.help.as_ref()) {
            let full = format!("{}.{text}", self.hir.types.enum_def(*id).name);
            diagnostic = diagnostic.help(format!("write `{full}`")).fix(format!("write `{full}`"), name.span, full);
        }
        self.report(diagnostic);
    }

    fn poison_fields(&mut self, body: &mut Body, fields: &[(ast::Ident, ast::Expr)], span: Span) -> Expr {
        for (_, value) in fields {
            if !matches!(&value.kind, ast::ExprKind::Name(name) if body.find(name).is_none()) {
                self.infer(body, value, None);
            }
        }
        poison(span)
    }

    fn whole_record(&mut self, body: &mut Body, id: RecordId, fields: &[(ast::Ident, ast::Expr)], span: Span) -> Expr {
        let values = self.record_fields(body, id, fields, span);
        let ty = self.hir.types.intern(Type::Record(id));
        Expr { kind: ExprKind::Record(id, values), ty, span }
    }

    /// Checks `field: expr` pairs against a record (events in tests too): all fields in order, defaults filled in.
    pub fn record_fields(&mut self, body: &mut Body, record: RecordId, fields: &[(ast::Ident, ast::Expr)], span: Span) -> Vec<Expr> {
        let whole = self.hir.types.record(record).name.clone();
        self.fill(body, Owner::Record(record), &whole, fields, span)
    }

    fn fill(&mut self, body: &mut Body, owner: Owner, whole: &str, given: &[(ast::Ident, ast::Expr)], span: Span) -> Vec<Expr> {
        let mut values = self.given_fields(body, owner, whole, given);
        let defs = self.fields(owner).to_vec();
        let mut missing = Vec::new();
        let mut filled = Vec::with_capacity(defs.len());
        for (at, def) in defs.iter().enumerate() {
            let value = values.remove(&at).or_else(|| self.left_out(owner, at, def, span));
            if value.is_none() {
                missing.push(at);
            }
            filled.push(value.unwrap_or_else(|| poison(span)));
        }
        // What is only misspelled isn't missing too.
        let names: Vec<String> = self.fields(owner).iter().map(|def| def.name.clone()).collect();
        let strange = given.iter().filter(|(name, _)| !names.contains(&name.name));
        let meant: Vec<String> = strange.filter_map(|(name, _)| nearest(&name.name, names.iter().map(String::as_str))).collect();
        missing.retain(|at| names.get(*at).is_none_or(|name| !meant.contains(name)));
        if !missing.is_empty() {
            self.report_missing_fields(owner, whole, &missing, span);
        }
        filled
    }

    /// What a field is that was not written: its default, else `none` if it may be missing.
    fn left_out(&self, owner: Owner, at: usize, def: &crate::types::FieldDef, span: Span) -> Option<Expr> {
        if let Some(id) = def.default {
            return Some(Expr { kind: ExprKind::Const(id), ty: def.ty, span });
        }
        if self.defaults.contains(&(owner, at)) || def.ty == TypeId::ERROR {
            return Some(poison(span));
        }
        self.hir.types.inner(def.ty).map(|_| Expr { kind: ExprKind::None, ty: def.ty, span })
    }

    fn report_missing_fields(&mut self, owner: Owner, whole: &str, missing: &[usize], span: Span) {
        let defs = self.fields(owner);
        let names: Vec<&str> = missing.iter().filter_map(|at| defs.get(*at)).map(|def| def.name.as_str()).collect();
        let listed = format!("`{}`", names.join("`, `"));
        let (message, help) = match names.as_slice() {
            [one] => (format!("`{whole}` needs its field `{one}`"), format!("add `{one}: …`")),
            _ => (format!("`{whole}` needs its fields {listed}"), format!("add {listed}")),
        };
        let mut diagnostic = Diagnostic::error("E0308", span, message, "not all of its fields are given");
        for at in missing.iter().take(3) {
            if let Some(&declared) = self.field_spans.get(&(owner, *at)) {
                diagnostic = diagnostic.and(declared, "it has no default and is never missing");
            }
        }
        self.report(diagnostic.help(help));
    }

    /// The fields that are given, by their places; those that are left out are left out.
    pub(super) fn given_fields(
        &mut self,
        body: &mut Body,
        owner: Owner,
        whole: &str,
        given: &[(ast::Ident, ast::Expr)],
    ) -> FxHashMap<usize, Expr> {
        let mut values: FxHashMap<usize, Expr> = FxHashMap::default();
        let mut seen: FxHashMap<usize, Span> = FxHashMap::default();
        for (name, value) in given {
            let Some(at) = self.fields(owner).iter().position(|def| def.name == name.name) else {
                let names: Vec<&str> = self.fields(owner).iter().map(|def| def.name.as_str()).collect();
                let what = format!("field of `{whole}` named");
                let diagnostic = unknown("E0204", name, &what, nearest(&name.name, names.iter().copied()), &names);
                self.report(diagnostic);
                self.infer(body, value, None);
                continue;
            };
            let ty = self.fields(owner).get(at).map_or(TypeId::ERROR, |def| def.ty);
            let why = self
                .field_spans
                .get(&(owner, at))
                .map(|span| (*span, format!("`{}` is declared here as `{}`", name.name, self.hir.types.name(ty))));
            let value = self.expr_because(body, value, ty, why.as_ref());
            if let Some(&first) = seen.get(&at) {
                self.report(
                    Diagnostic::error("E0308", name.span, format!("the field `{}` is given twice", name.name), "a second value")
                        .and(first, "the first is here")
                        .help("keep one of them"),
                );
                continue;
            }
            seen.insert(at, name.span);
            values.insert(at, value);
        }
        values
    }

    /// All variants of that name, of whatever enum.
    pub(super) fn variants_named(&self, name: &str) -> Vec<(EnumId, usize)> {
        let enums = self.hir.types.enums.iter().enumerate();
        enums
            .filter_map(|(id, def)| {
                let at = def.variants.iter().position(|variant| variant.name == name)?;
                Some((EnumId(super::names::number(id)), at))
            })
            .collect()
    }

    /// A bare name as a variant of the enum that is expected.
    pub(super) fn bare_variant(&mut self, name: &str, span: Span, hint: Option<TypeId>) -> Option<Expr> {
        let Type::Enum(id) = self.hir.types.get(hint?) else { return None };
        self.hir.types.enum_def(id).variants.iter().position(|variant| variant.name == name)?;
        let ident = ast::Ident { name: name.into(), span };
        Some(self.unit_variant(id, &ident, span))
    }

    /// `Tier.gold`
    pub(super) fn unit_variant(&mut self, id: EnumId, name: &ast::Ident, span: Span) -> Expr {
        let Some(at) = self.variant_at(id, name) else { return poison(span) };
        let def = self.hir.types.enum_def(id);
        if !def.variants[at].fields.is_empty() {
            let fields: Vec<String> = def.variants[at].fields.iter().map(|field| format!("{}: …", field.name)).collect();
            let form = format!("{}.{} {{ {} }}", def.name, name.name, fields.join(", "));
            let message = format!("the variant `{}` has fields", name.name);
            self.report(Diagnostic::error("E0308", span, message, "they are not given").help(format!("write `{form}`")));
            return poison(span);
        }
        let ty = self.hir.types.intern(Type::Enum(id));
        Expr { kind: ExprKind::Variant { enum_id: id, variant: at, fields: Vec::new() }, ty, span }
    }

    /// The place of an enum's variant, or `None` where it has none of that name, which is reported then.
    pub(super) fn variant_at(&mut self, id: EnumId, name: &ast::Ident) -> Option<usize> {
        let def = self.hir.types.enum_def(id);
        if let Some(at) = def.variants.iter().position(|variant| variant.name == name.name) {
            return Some(at);
        }
        let names: Vec<&str> = def.variants.iter().map(|variant| variant.name.as_str()).collect();
        let what = format!("variant of `{}` named", def.name);
        let diagnostic = unknown("E0206", name, &what, nearest(&name.name, names.iter().copied()), &names);
        self.report(diagnostic);
        None
    }

    fn variant(&mut self, body: &mut Body, id: EnumId, name: &ast::Ident, fields: &[(ast::Ident, ast::Expr)], span: Span) -> Expr {
        let Some(at) = self.variant_at(id, name) else { return self.poison_fields(body, fields, span) };
        let fields = self.fill(body, Owner::Variant(id, at), &name.name, fields, span);
        let ty = self.hir.types.intern(Type::Enum(id));
        Expr { kind: ExprKind::Variant { enum_id: id, variant: at, fields }, ty, span }
    }

    /// `Payment.card(…)`, as other languages write it.
    pub(super) fn called_variant(&mut self, id: EnumId, name: &ast::Ident, span: Span) {
        let Some(at) = self.variant_at(id, name) else { return };
        let def = self.hir.types.enum_def(id);
        let fields: Vec<String> = def.variants[at].fields.iter().map(|field| format!("{}: …", field.name)).collect();
        let full = format!("{}.{}", def.name, name.name);
        let form = if fields.is_empty() { full } else { format!("{full} {{ {} }}", fields.join(", ")) };
        self.report(
            Diagnostic::error("E0306", span, format!("the variant `{}` is not called", name.name), "variants have no parentheses")
                .help(format!("write `{form}`")),
        );
    }

    /// Checks the arguments of a call (of a message, a function …) against named parameters: by place or by name; reports
    /// missing, doubled and unknown ones. One expression for each parameter, in order. `what` is called, as in
    /// `` `cart_value` ``.
    pub fn arguments(&mut self, body: &mut Body, args: &[ast::Arg], params: &[(String, TypeId)], what: &str, span: Span) -> Vec<Expr> {
        self.arguments_of(body, args, (params, &[]), what, span)
    }

    /// As [`Checker::arguments`], of something that the program declares: with the places of its parameters.
    pub fn arguments_of(
        &mut self,
        body: &mut Body,
        args: &[ast::Arg],
        (params, declared): (&[(String, TypeId)], &[Span]),
        what: &str,
        span: Span,
    ) -> Vec<Expr> {
        let mut values: Vec<Option<Expr>> = params.iter().map(|_| None).collect();
        let mut next = 0;
        for arg in args {
            let place = match &arg.name {
                Some(name) => self.named_place(name, params, what),
                None => {
                    next += 1;
                    Some(next - 1)
                }
            };
            let param = place.and_then(|at| Some((at, params.get(at)?)));
            let Some((at, (name, ty))) = param else {
                if place.is_some() && next == params.len() + 1 {
                    self.too_many(args.len(), params, what, arg.value.span);
                }
                self.poison_args(body, std::slice::from_ref(arg), arg.value.span);
                continue;
            };
            let why = (declared.get(at).copied().unwrap_or(span), format!("`{name}` of {what} is `{}`", self.hir.types.name(*ty)));
            let value = self.expr_because(body, &arg.value, *ty, Some(&why));
            if values.get(at).is_some_and(Option::is_some) {
                let place = arg.name.as_ref().map_or(arg.value.span, |name| name.span);
                self.report(
                    Diagnostic::error("E0307", place, format!("`{name}` of {what} is given twice"), "a second value")
                        .help("arguments stand by place first, then by name, each once"),
                );
            } else if let Some(slot) = values.get_mut(at) {
                *slot = Some(value);
            }
        }
        let missing: Vec<&str> =
            values.iter().zip(params).filter(|(value, _)| value.is_none()).map(|(_, (name, _))| name.as_str()).collect();
        // Too many or unknown ones have been reported: then the missing ones are no second mistake.
        if !missing.is_empty() && args.iter().all(|arg| arg.name.as_ref().is_none_or(|n| params.iter().any(|(p, _)| *p == n.name))) {
            self.too_few(&missing, params, what, span);
        }
        values.into_iter().map(|value| value.unwrap_or_else(|| poison(span))).collect()
    }

    fn named_place(&mut self, name: &ast::Ident, params: &[(String, TypeId)], what: &str) -> Option<usize> {
        if let Some(at) = params.iter().position(|(param, _)| *param == name.name) {
            return Some(at);
        }
        let names: Vec<&str> = params.iter().map(|(name, _)| name.as_str()).collect();
        let mut diagnostic =
            unknown("E0307", name, &format!("parameter of {what} named"), nearest(&name.name, names.iter().copied()), &names);
        if names.is_empty() {
            diagnostic = diagnostic.help(format!("{what} takes no arguments: declare the parameter, or leave it out"));
        }
        self.report(diagnostic);
        None
    }

    fn too_many(&mut self, given: usize, params: &[(String, TypeId)], what: &str, span: Span) {
        let takes = match params.len() {
            0 => "no arguments".to_string(),
            1 => "one argument".to_string(),
            n => format!("{n} arguments"),
        };
        self.report(
            Diagnostic::error("E0307", span, format!("{what} takes {takes}, and {given} are given"), "this one is too many")
                .help("leave it out"),
        );
    }

    fn too_few(&mut self, missing: &[&str], params: &[(String, TypeId)], what: &str, span: Span) {
        let listed = format!("`{}`", missing.join("`, `"));
        let form: Vec<String> = params.iter().map(|(name, ty)| format!("{name}: {}", self.hir.types.name(*ty))).collect();
        let label = if missing.len() == 1 { "an argument is missing" } else { "arguments are missing" };
        self.report(
            Diagnostic::error("E0307", span, format!("{what} needs {listed}"), label).help(format!("it takes ({})", form.join(", "))),
        );
    }
}
