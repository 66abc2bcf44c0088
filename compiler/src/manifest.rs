//! What a version of a program promises to the instances that sleep in it: hashes of meaning, identities of pauses, and
//! what is kept at each of them.
//!
//! Two versions of a project are compared by their manifests: an instance can move where its pause exists in the other
//! one and everything that is kept there has a value of the same type. Comments, layout, titles and the order of
//! declarations change nothing here.

use crate::mir::{Arm, Journey, Module, Pause};
use crate::types::{FieldDef, Type, TypeId, Types};
use serde::Serialize;
use std::collections::BTreeMap;

/// The manifest of a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Manifest {
    /// Sorted by name.
    pub journeys: Vec<JourneyManifest>,
    /// Records and enums that stand in frames, by name: fields as `name: Type`, variants as `name` or `name { field: Type }`.
    pub types: BTreeMap<String, Vec<String>>,
}

/// A journey in a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JourneyManifest {
    pub name: String,
    /// Hash of the meaning.
    pub version: String,
    pub outcomes: Vec<String>,
    /// Sorted by identity.
    pub pauses: Vec<PauseManifest>,
}

/// A place where instances sleep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PauseManifest {
    pub identity: String,
    /// What wakes an instance there, in the order in which it is tried.
    pub wakes: Vec<String>,
    /// What is kept, sorted by name.
    pub frame: Vec<FrameManifest>,
}

/// A variable that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FrameManifest {
    /// Its identity: the path of steps, branches and variants around its declaration, and its name.
    pub name: String,
    #[serde(rename = "type")]
    pub ty: String,
}

/// The manifest of a compiled program.
#[must_use]
pub fn manifest(module: &Module) -> Manifest {
    let mut types = BTreeMap::new();
    for var in module.journeys.iter().flat_map(|journey| &journey.pauses).flat_map(|pause| &pause.frame) {
        name_types(&module.types, var.ty, &mut types);
    }
    let journeys = module.journeys.iter().map(|journey| journey_manifest(module, journey)).collect();
    Manifest { journeys, types }
}

fn journey_manifest(module: &Module, journey: &Journey) -> JourneyManifest {
    let mut pauses: Vec<PauseManifest> = journey.pauses.iter().map(|pause| pause_manifest(module, pause)).collect();
    pauses.sort_by(|a, b| a.identity.cmp(&b.identity));
    let mut outcomes = journey.outcomes.clone();
    outcomes.sort();
    JourneyManifest { name: journey.name.clone(), version: journey.version.clone(), outcomes, pauses }
}

fn pause_manifest(module: &Module, pause: &Pause) -> PauseManifest {
    let wakes = pause.arms.iter().map(|arm| match arm {
        Arm::Event { event, .. } => format!("on {}", module.events.get(event.index()).map_or("", |event| &event.name)),
        Arm::Deadline { .. } => "deadline".into(),
        Arm::When { .. } => "condition".into(),
        Arm::Answer { service, operation, .. } => {
            let service = module.services.get(service.index());
            let operation = service.and_then(|service| Some((&service.name, &service.operations.get(operation.index())?.name)));
            operation.map_or_else(String::new, |(service, operation)| format!("answer of {service}.{operation}"))
        }
        Arm::Unanswered { .. } => "no answer".into(),
        Arm::Ended { journey, .. } => format!("end of {}", module.journeys.get(journey.index()).map_or("", |journey| &journey.name)),
    });
    let frame = pause.frame.iter().map(|var| FrameManifest { name: var.id.clone(), ty: module.types.name(var.ty) });
    let mut frame: Vec<FrameManifest> = frame.collect();
    frame.sort_by(|a, b| a.name.cmp(&b.name));
    PauseManifest { identity: pause.identity.clone(), wakes: wakes.collect(), frame }
}

/// Adds the shapes of the records and enums that a type consists of.
fn name_types(types: &Types, ty: TypeId, named: &mut BTreeMap<String, Vec<String>>) {
    let mut open = vec![ty];
    while let Some(ty) = open.pop() {
        match types.get(ty) {
            Type::Optional(of) | Type::List(of) => open.push(of),
            Type::Map(key, value) => open.extend([key, value]),
            Type::Record(id) if !named.contains_key(&types.record(id).name) => {
                let fields = &types.record(id).fields;
                named.insert(types.record(id).name.clone(), fields.iter().map(|field| shown(types, field)).collect());
                open.extend(fields.iter().map(|field| field.ty));
            }
            Type::Enum(id) if !named.contains_key(&types.enum_def(id).name) => {
                let variants = &types.enum_def(id).variants;
                let shape = |fields: &[FieldDef]| fields.iter().map(|field| shown(types, field)).collect::<Vec<_>>().join(", ");
                let variant = |variant: &crate::types::VariantDef| match variant.fields.as_slice() {
                    [] => variant.name.clone(),
                    fields => format!("{} {{ {} }}", variant.name, shape(fields)),
                };
                named.insert(types.enum_def(id).name.clone(), variants.iter().map(variant).collect());
                open.extend(variants.iter().flat_map(|variant| &variant.fields).map(|field| field.ty));
            }
            _ => {}
        }
    }
}

fn shown(types: &Types, field: &FieldDef) -> String {
    format!("{}: {}", field.name, types.name(field.ty))
}
