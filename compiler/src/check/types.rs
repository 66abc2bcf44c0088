//! Types as written, and the shapes of records, events, enums and the profile.

use super::Checker;
use super::lookup::{article, listed, nearest};
use super::names::{BUILT_IN, Decl, Owner};
use crate::ast::{self, ItemKind, TypeExprKind};
use crate::diagnostics::Diagnostic;
use crate::types::{EnumId, FieldDef, RecordId, Type, TypeId};
use journey_grammar::Span;
use rustc_hash::FxHashMap;

/// What people coming from elsewhere call a type.
const FOREIGN: &[(&str, &str)] = &[
    ("text", "String"),
    ("str", "String"),
    ("varchar", "String"),
    ("number", "Decimal"),
    ("money", "Decimal"),
    ("currency", "Decimal"),
    ("numeric", "Decimal"),
    ("double", "Float"),
    ("integer", "Int"),
    ("long", "Int"),
    ("boolean", "Bool"),
    ("datetime", "Time"),
    ("timestamp", "Time"),
    ("instant", "Time"),
    ("interval", "Duration"),
    ("array", "List"),
    ("object", "Map"),
    ("dict", "Map"),
];

impl Checker {
    /// The type that was written; what is wrong is reported and gives `TypeId::ERROR`.
    pub fn resolve_type(&mut self, ty: &ast::TypeExpr) -> TypeId {
        match &ty.kind {
            TypeExprKind::Name(name) => self.named_type(name, ty.span),
            TypeExprKind::Optional(of) => {
                let of = self.resolve_type(of);
                self.hir.types.optional(of)
            }
            TypeExprKind::Apply(name, args) => self.applied_type(name, args, ty.span),
            TypeExprKind::Error => TypeId::ERROR,
        }
    }

    fn named_type(&mut self, name: &str, span: Span) -> TypeId {
        match name {
            "Bool" => return TypeId::BOOL,
            "Int" => return TypeId::INT,
            "Decimal" => return TypeId::DECIMAL,
            "Float" => return TypeId::FLOAT,
            "String" => return TypeId::STRING,
            "Duration" => return TypeId::DURATION,
            "Time" => return TypeId::TIME,
            "Date" => return TypeId::DATE,
            "LocalTime" => return TypeId::LOCAL_TIME,
            "Timezone" => return TypeId::TIMEZONE,
            "List" | "Map" => return self.wrong_arity(name, 0, span),
            _ => {}
        }
        match self.global(name) {
            Some(Decl::Enum(id)) => self.hir.types.intern(Type::Enum(id)),
            Some(Decl::Type(id)) => self.hir.types.intern(Type::Record(id)),
            Some(Decl::Event(id)) => self.payload(id),
            Some(Decl::Unsupported) => TypeId::ERROR,
            Some(decl) => self.no_type(name, span, decl),
            None => self.unknown_type(name, span),
        }
    }

    fn applied_type(&mut self, name: &ast::Ident, args: &[ast::TypeExpr], span: Span) -> TypeId {
        let resolved: Vec<TypeId> = args.iter().map(|arg| self.resolve_type(arg)).collect();
        match (name.name.as_str(), resolved.as_slice()) {
            ("List", [of]) => self.hir.types.list(*of),
            ("Map", [key, value]) => {
                if !self.is_key(*key) {
                    self.report_key(*key, args.first().map_or(span, |arg| arg.span));
                    return TypeId::ERROR;
                }
                self.hir.types.map(*key, *value)
            }
            ("List" | "Map", _) => self.wrong_arity(&name.name, resolved.len(), span),
            (other, _) => {
                if self.named_type(other, name.span) != TypeId::ERROR {
                    self.report(
                        Diagnostic::error("E0317", span, format!("`{other}` takes no types in `<…>`"), "only `List` and `Map` do")
                            .help(format!("write `{other}`"))
                            .fix(format!("write `{other}`"), span, other),
                    );
                }
                TypeId::ERROR
            }
        }
    }

    fn wrong_arity(&mut self, name: &str, found: usize, span: Span) -> TypeId {
        let (form, takes) = if name == "List" {
            ("List<String>", "one type, that of its elements")
        } else {
            ("Map<String, Int>", "two types, of keys and of values")
        };
        let label = if found == 0 { "of what?".to_string() } else { format!("{found} given") };
        self.report(Diagnostic::error("E0317", span, format!("`{name}` takes {takes}"), label).help(format!("write it like `{form}`")));
        TypeId::ERROR
    }

    fn no_type(&mut self, name: &str, span: Span, decl: Decl) -> TypeId {
        let declared = self.globals.get(name).map_or(span, |global| global.span);
        self.report(
            Diagnostic::error("E0207", span, format!("`{name}` is {}, not a type", decl.what()), "expected a type")
                .and(declared, "it is declared here"),
        );
        TypeId::ERROR
    }

    fn unknown_type(&mut self, name: &str, span: Span) -> TypeId {
        let lower = name.to_lowercase();
        let foreign = FOREIGN.iter().find(|(other, _)| *other == lower).map(|(_, ours)| (*ours).to_string());
        let types: Vec<&str> = self
            .globals
            .iter()
            .filter(|(_, global)| matches!(global.decl, Decl::Enum(_) | Decl::Type(_) | Decl::Event(_)))
            .map(|(name, _)| name.as_str())
            .collect();
        let built_in = BUILT_IN.iter().copied().filter(|name| name.starts_with(char::is_uppercase));
        let better = foreign.or_else(|| nearest(name, types.iter().copied().chain(built_in)));
        let mut diagnostic = Diagnostic::error("E0203", span, format!("there is no type `{name}`"), "this type is unknown");
        diagnostic = match better.as_deref() {
            Some("List") => diagnostic.help("a list is written `List<T>`: `List<String>`"),
            Some("Map") => diagnostic.help("a map is written `Map<K, V>`: `Map<String, Int>`"),
            Some("Decimal") if lower == "number" => {
                diagnostic.help("whole numbers are `Int`, exact fractions `Decimal`").fix("write `Decimal`", span, "Decimal")
            }
            Some(better) => diagnostic.help(format!("did you mean `{better}`?")).fix(format!("write `{better}`"), span, better),
            None => match listed(&types) {
                Some(list) => diagnostic.help(format!("besides those of the language there is {list}")),
                None => diagnostic.help("declare it with `type` or `enum`"),
            },
        };
        self.report(diagnostic);
        TypeId::ERROR
    }

    /// Whether a type can be the key of a map.
    pub(super) fn is_key(&self, ty: TypeId) -> bool {
        match self.hir.types.get(ty) {
            Type::Error | Type::String | Type::Int => true,
            Type::Enum(id) => !self.hir.types.enum_def(id).has_fields(),
            _ => false,
        }
    }

    /// Reports a type that cannot be the key of a map.
    pub(super) fn report_key(&mut self, ty: TypeId, span: Span) {
        let name = self.hir.types.name(ty);
        self.report(
            Diagnostic::error(
                "E0315",
                span,
                format!("{} `{name}` cannot be the key of a map", article(&name)),
                "keys are `String`, `Int` or an enum without fields",
            )
            .help("use one of these as the key, for example `String(x)`"),
        );
    }

    /// Gives all fields their types, when all names are known. Defaults come later, with the constants.
    pub(super) fn shapes(&mut self, items: &[&ast::Item], decls: &[Decl]) {
        for (item, decl) in items.iter().zip(decls) {
            match (&item.kind, *decl) {
                (ItemKind::Type { fields, .. }, Decl::Type(id)) | (ItemKind::Profile { fields }, Decl::Profile(id)) => {
                    self.shape(Owner::Record(id), fields);
                }
                (ItemKind::Event { fields, .. }, Decl::Event(id)) => {
                    let record = self.hir.events[id.index()].record;
                    self.shape(Owner::Record(record), fields);
                }
                (ItemKind::Enum { variants, .. }, Decl::Enum(id)) => self.enum_shape(id, variants),
                _ => {}
            }
        }
        self.reject_infinite(items, decls);
        self.note_profile();
    }

    fn enum_shape(&mut self, id: EnumId, variants: &[ast::Variant]) {
        let mut seen: FxHashMap<&str, Span> = FxHashMap::default();
        for (at, variant) in variants.iter().enumerate() {
            self.lint_snake(&variant.name.name, variant.name.span);
            if let Some(&first) = seen.get(variant.name.name.as_str()) {
                self.doubled(&variant.name, first, "variant");
            } else {
                seen.insert(&variant.name.name, variant.name.span);
            }
            self.shape(Owner::Variant(id, at), variant.fields.as_deref().unwrap_or_default());
        }
    }

    fn shape(&mut self, owner: Owner, fields: &[ast::Field]) {
        let mut seen: FxHashMap<&str, Span> = FxHashMap::default();
        for (at, field) in fields.iter().enumerate() {
            self.lint_snake(&field.name.name, field.name.span);
            if let Some(&first) = seen.get(field.name.name.as_str()) {
                self.doubled(&field.name, first, "field");
            } else {
                seen.insert(&field.name.name, field.name.span);
            }
            let ty = self.resolve_type(&field.ty);
            self.field_spans.insert((owner, at), field.name.span);
            if let Some(def) = self.fields_mut(owner).get_mut(at) {
                def.ty = ty;
            }
        }
    }

    /// The fields of a record or variant.
    pub(super) fn fields(&self, owner: Owner) -> &[FieldDef] {
        match owner {
            Owner::Record(id) => &self.hir.types.record(id).fields,
            Owner::Variant(id, at) => &self.hir.types.enum_def(id).variants[at].fields,
        }
    }

    /// The fields of a record or variant, to change.
    pub(super) fn fields_mut(&mut self, owner: Owner) -> &mut Vec<FieldDef> {
        match owner {
            Owner::Record(id) => &mut self.hir.types.records[id.0 as usize].fields,
            Owner::Variant(id, at) => &mut self.hir.types.enums[id.0 as usize].variants[at].fields,
        }
    }

    /// Notes the fields of the profile that the language itself reads.
    fn note_profile(&mut self) {
        let Some(record) = self.hir.profile.as_ref().map(|profile| profile.record) else { return };
        let fields = self.fields(Owner::Record(record)).to_vec();
        for (at, field) in fields.iter().enumerate() {
            let of = self.hir.types.inner(field.ty).unwrap_or(field.ty);
            let optional = of != field.ty;
            let (wanted, word) = match field.name.as_str() {
                "timezone" => (TypeId::TIMEZONE, "Timezone"),
                "locale" => (TypeId::STRING, "String"),
                _ => continue,
            };
            if of != wanted && of != TypeId::ERROR {
                self.report_special_field(at, record, &field.name, word, field.ty);
            }
            if let Some(profile) = self.hir.profile.as_mut() {
                if wanted == TypeId::TIMEZONE {
                    profile.timezone = Some((at, optional));
                } else {
                    profile.locale = Some(at);
                }
            }
        }
    }

    fn report_special_field(&mut self, at: usize, record: RecordId, name: &str, word: &str, found: TypeId) {
        let Some(&span) = self.field_spans.get(&(Owner::Record(record), at)) else { return };
        let found = self.hir.types.name(found);
        self.report(
            Diagnostic::error(
                "E0301",
                span,
                format!("`profile.{name}` must be `{word}` or `{word}?`, and is `{found}`"),
                "the language itself reads this field",
            )
            .help(format!("write `{name}: {word}?`, or give it another name")),
        );
    }
}
