//! The request of a call as JSON.

use crate::wire::json;
use journey_compiler::hir::HttpMethod;
use journey_compiler::machine::Context;
use journey_compiler::mir::{Operation, RequestBody};
use journey_compiler::types::Types;

/// The words of a call (see `mir::Effect::Call`) apart.
#[derive(Debug, Clone, Copy)]
pub struct Parts<'a> {
    pub path: u64,
    /// Where the body is a value of its own.
    pub body: Option<u64>,
    pub params: &'a [u64],
}

/// `None` where there are too few of them.
#[must_use]
pub fn parts<'a>(operation: &Operation, args: &'a [u64]) -> Option<Parts<'a>> {
    let (&path, rest) = args.split_first()?;
    match operation.body {
        RequestBody::Value(_) => rest.split_first().map(|(&body, params)| Parts { path, body: Some(body), params }),
        RequestBody::None | RequestBody::Params(_) => Some(Parts { path, body: None, params: rest }),
    }
}

/// Writes the arguments by name.
pub fn args(out: &mut String, operation: &Operation, params: &[u64], types: &Types, cx: &Context) {
    object(out, operation, params, 0..operation.params.len(), types, cx);
}

/// Writes the body; says whether there is one.
pub fn body(out: &mut String, operation: &Operation, parts: Parts<'_>, types: &Types, cx: &Context) -> bool {
    match (&operation.body, parts.body) {
        (RequestBody::Value(ty), Some(word)) => json::value(out, types, *ty, word, cx),
        (RequestBody::Params(places), _) => object(out, operation, parts.params, places.iter().copied(), types, cx),
        (RequestBody::None | RequestBody::Value(_), _) => return false,
    }
    true
}

fn object(out: &mut String, operation: &Operation, params: &[u64], places: impl Iterator<Item = usize>, types: &Types, cx: &Context) {
    out.push('{');
    for (index, place) in places.enumerate() {
        let Some(((name, ty), &word)) = operation.params.get(place).zip(params.get(place)) else { continue };
        json::comma(out, index);
        json::text(out, name);
        out.push(':');
        json::value(out, types, *ty, word, cx);
    }
    out.push('}');
}

/// As it stands in a request.
#[must_use]
pub fn method(method: HttpMethod) -> &'static str {
    match method {
        HttpMethod::Get => "GET",
        HttpMethod::Post => "POST",
        HttpMethod::Put => "PUT",
        HttpMethod::Patch => "PATCH",
        HttpMethod::Delete => "DELETE",
        HttpMethod::Head => "HEAD",
    }
}
