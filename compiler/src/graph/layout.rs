//! Where each node stands and each way runs: a layered layout, top to bottom, by the Sugiyama method.
//!
//! A label is a vertex of its own on its edge, so that it never lies on something else. A way back (to a node that was
//! there before) is laid out from its end to its start, so that time runs downwards. `rust-sugiyama` gives no routes for
//! edges that pass a layer: a first run finds the layers, then a vertex without size is put on each edge in every
//! layer that it passes, and a second run places everything, so that those vertices are the route.

use super::{Edge, Graph, Node};
use rust_sugiyama::configure::Config;
use unicode_width::UnicodeWidthStr;

/// Pixels between neighbours.
const SPACING: f64 = 34.0;
/// Pixels of a character that is one column wide, of a line, and around a text.
const COLUMN: f64 = 7.3;
pub(super) const LINE: f64 = 18.0;
const PADDING: (f64, f64) = (28.0, 18.0);
/// Columns of a line of text.
const WRAP: usize = 34;
/// Beyond that many vertices, crossings are not reduced by exchanging neighbours, whose time grows with the square.
const TRANSPOSE_MAX: usize = 400;

/// A graph with places, in pixels; the origin is at the top left.
#[derive(Debug, Clone)]
pub struct Layout {
    /// In the order of [`Graph::nodes`].
    pub boxes: Vec<Box>,
    /// In the order of [`Graph::edges`].
    pub ways: Vec<Way>,
    pub width: f64,
    pub height: f64,
}

/// A rectangle with its text.
#[derive(Debug, Clone)]
pub struct Box {
    /// Of the middle.
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
    pub lines: Vec<String>,
}

/// How an edge runs: from the border of one box to the border of another.
#[derive(Debug, Clone)]
pub struct Way {
    pub points: Vec<(f64, f64)>,
    /// The label's box.
    pub label: Option<Box>,
}

/// What is placed.
#[derive(Debug, Clone, Copy)]
struct Vertex {
    width: f64,
    height: f64,
}

/// An edge as the vertices that it passes, the ends included, from the top down.
type Route = Vec<usize>;

/// How far beside the middle of a box a way back ends.
const ASIDE: f64 = 16.0;

/// Lays a graph out.
#[must_use]
pub fn layout(graph: &Graph) -> Layout {
    let mut boxes: Vec<Box> = graph.nodes.iter().map(node_box).collect();
    let mut labels: Vec<Option<Box>> = graph.edges.iter().map(label_box).collect();
    let mut vertices: Vec<Vertex> = boxes.iter().map(vertex).collect();
    let mut routes: Vec<Route> = Vec::new();
    for (edge, label) in graph.edges.iter().zip(&labels) {
        let mut route = vec![edge.from.min(edge.to)];
        if let Some(label) = label {
            route.push(vertices.len());
            vertices.push(vertex(label));
        }
        // A way from a node to itself ends at its label.
        route.extend((edge.from != edge.to).then_some(edge.from.max(edge.to)));
        routes.push(route);
    }
    let first = place(&vertices, &routes);
    for route in &mut routes {
        *route = through_layers(route, &layers(&first), &mut vertices);
    }
    let places = place(&vertices, &routes);
    let at = |index: usize| places.get(index).copied().unwrap_or_default();
    for (index, node) in boxes.iter_mut().enumerate() {
        (node.x, node.y) = at(index);
    }
    for (label, route) in labels.iter_mut().zip(&routes) {
        if let Some(label) = label {
            let place = route.iter().find(|&&index| index >= boxes.len() && vertices.get(index).is_some_and(|v| v.width > 0.0));
            (label.x, label.y) = place.map(|&index| at(index)).unwrap_or_default();
        }
    }
    let drawn = graph.edges.iter().zip(&routes).zip(labels);
    let ways = drawn.map(|((edge, route), label)| way(edge, route, &boxes, label, &at)).collect();
    framed(boxes, ways)
}

fn node_box(node: &Node) -> Box {
    sized(wrapped(&node.text), PADDING)
}

fn label_box(edge: &Edge) -> Option<Box> {
    (!edge.label.is_empty()).then(|| sized(wrapped(&edge.label), (8.0, 4.0)))
}

fn sized(lines: Vec<String>, padding: (f64, f64)) -> Box {
    let columns = lines.iter().map(|line| line.width()).max().unwrap_or(0);
    #[expect(clippy::cast_precision_loss, reason = "a few hundred at most")]
    let (columns, rows) = (columns as f64, lines.len() as f64);
    Box { x: 0.0, y: 0.0, width: columns * COLUMN + padding.0, height: rows * LINE + padding.1, lines }
}

fn vertex(of: &Box) -> Vertex {
    Vertex { width: of.width, height: of.height }
}

/// Text in lines; a word that is longer than a line is cut.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let fits = lines.last().is_some_and(|line| line.width() + 1 + word.width() <= WRAP);
        match lines.last_mut() {
            Some(line) if fits => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.extend(pieces(word)),
        }
    }
    lines
}

fn pieces(word: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for char in word.chars() {
        if pieces.last().is_some_and(|piece| piece.width() >= WRAP) {
            pieces.push(String::new());
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(char);
        }
    }
    pieces
}

/// The middle of each vertex. Parts that are not connected stand side by side.
fn place(vertices: &[Vertex], routes: &[Route]) -> Vec<(f64, f64)> {
    let number = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
    let sized: Vec<(u32, (f64, f64))> = vertices.iter().enumerate().map(|(index, v)| (number(index), (v.width, v.height))).collect();
    let mut edges: Vec<(u32, u32)> =
        routes.iter().flat_map(|route| route.windows(2)).map(|pair| (number(pair[0]), number(pair[1]))).collect();
    edges.sort_unstable();
    edges.dedup();
    edges.retain(|(from, to)| from != to);
    let config = Config { vertex_spacing: SPACING, transpose: vertices.len() <= TRANSPOSE_MAX, ..Config::default() };
    let mut places = vec![(0.0, 0.0); vertices.len()];
    let mut right = 0.0;
    for (part, _, _) in rust_sugiyama::from_vertices_and_edges(&sized, &edges, &config) {
        let (mut left, mut end, mut top) = (f64::MAX, f64::MIN, f64::MAX);
        for &(index, (x, y)) in &part {
            let Some(v) = vertices.get(index) else { continue };
            left = left.min(x - v.width / 2.0);
            end = end.max(x + v.width / 2.0);
            top = top.min(y - v.height / 2.0);
        }
        for (index, (x, y)) in part {
            if let Some(place) = places.get_mut(index) {
                *place = (x - left + right, y - top);
            }
        }
        right += end - left + 2.0 * SPACING;
    }
    places
}

/// The layer of each vertex, from the top.
fn layers(places: &[(f64, f64)]) -> Vec<usize> {
    let mut heights: Vec<f64> = places.iter().map(|place| place.1).collect();
    heights.sort_by(f64::total_cmp);
    heights.dedup_by(|a, b| (*a - *b).abs() < 0.5);
    places.iter().map(|place| heights.partition_point(|&height| height < place.1 - 0.5)).collect()
}

/// A route with a vertex without size in each layer that it passes.
fn through_layers(route: &[usize], layers: &[usize], vertices: &mut Vec<Vertex>) -> Route {
    let mut out: Route = route.first().copied().into_iter().collect();
    for pair in route.windows(2) {
        let layer = |index: usize| layers.get(index).copied().unwrap_or(0);
        for _ in 1..layer(pair[0]).abs_diff(layer(pair[1])) {
            out.push(vertices.len());
            vertices.push(Vertex { width: 0.0, height: 0.0 });
        }
        out.push(pair[1]);
    }
    out
}

/// The points of a way. It touches the borders of its boxes and passes its label from top to bottom.
fn way(edge: &Edge, route: &[usize], boxes: &[Box], label: Option<Box>, at: &impl Fn(usize) -> (f64, f64)) -> Way {
    let back = edge.to <= edge.from;
    let mut points = Vec::new();
    for (index, &vertex) in route.iter().enumerate() {
        let (x, y) = at(vertex);
        match (boxes.get(vertex), &label) {
            (Some(of), _) => {
                let x = if back && edge.from != edge.to { x + ASIDE.min(of.width / 4.0) } else { x };
                points.push((x, if index == 0 { y + of.height / 2.0 } else { y - of.height / 2.0 }));
            }
            (None, Some(label)) if (label.x, label.y) == (x, y) => {
                points.extend([(x, y - label.height / 2.0), (x, y + label.height / 2.0)]);
            }
            (None, _) => points.push((x, y)),
        }
    }
    if edge.from == edge.to {
        points.truncate(2);
    }
    if back {
        points.reverse();
    }
    Way { points, label }
}

/// Everything moved so that a margin lies around it.
fn framed(mut boxes: Vec<Box>, mut ways: Vec<Way>) -> Layout {
    let all = || boxes.iter().chain(ways.iter().filter_map(|way| way.label.as_ref()));
    let points = || ways.iter().flat_map(|way| &way.points);
    let fold = |start: f64, pick: fn(f64, f64) -> f64, values: &mut dyn Iterator<Item = f64>| values.fold(start, pick);
    let left = fold(f64::MAX, f64::min, &mut all().map(|b| b.x - b.width / 2.0).chain(points().map(|p| p.0)));
    let top = fold(f64::MAX, f64::min, &mut all().map(|b| b.y - b.height / 2.0).chain(points().map(|p| p.1)));
    let right = fold(f64::MIN, f64::max, &mut all().map(|b| b.x + b.width / 2.0).chain(points().map(|p| p.0)));
    let bottom = fold(f64::MIN, f64::max, &mut all().map(|b| b.y + b.height / 2.0).chain(points().map(|p| p.1)));
    let (dx, dy) = (SPACING - left, SPACING - top);
    let labels = ways.iter_mut().filter_map(|way| way.label.as_mut());
    for b in boxes.iter_mut().chain(labels) {
        b.x += dx;
        b.y += dy;
    }
    for point in ways.iter_mut().flat_map(|way| &mut way.points) {
        *point = (point.0 + dx, point.1 + dy);
    }
    Layout { boxes, ways, width: right - left + 2.0 * SPACING, height: bottom - top + 2.0 * SPACING }
}
