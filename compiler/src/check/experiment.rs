//! Experiments: variants, and shares that sum to 100 %.

use super::Checker;
use super::flow::{Falls, Join};
use super::journey::JourneyBody;
use crate::ast::{self, Share};
use crate::diagnostics::Diagnostic;
use crate::hir::{self, ExperimentId, StmtKind};
use journey_grammar::Span;

/// All of it, in hundredths of a per cent.
const WHOLE: u32 = 10_000;

impl Checker {
    /// Checks an `experiment`.
    pub(super) fn experiment(
        &mut self,
        cx: &mut JourneyBody,
        name: &ast::Ident,
        variants: &[ast::ExperimentVariant],
        span: Span,
    ) -> (StmtKind, Falls) {
        self.distinct_variants(variants);
        let shares = self.shares(name, variants);
        let experiment = hir::Experiment {
            name: name.name.clone(),
            variants: variants
                .iter()
                .zip(shares)
                .map(|(variant, basis_points)| hir::ExperimentVariant { name: variant.name.name.clone(), basis_points })
                .collect(),
        };
        let experiment = self.enter_experiment(cx, experiment, name);
        let mut join = Join::at(&cx.body);
        let mut bodies = Vec::new();
        for variant in variants {
            join.branch(&mut cx.body);
            cx.body.path.push(variant.name.name.clone());
            let (body, falls) = self.scoped(cx, &variant.body);
            cx.body.path.pop();
            join.arrive(&cx.body, falls);
            bodies.push(body);
        }
        let falls = join.close(&mut cx.body);
        self.doubtful_variants(name, variants, &bodies);
        if variants.is_empty() {
            self.report(
                Diagnostic::error("E0411", span, format!("the experiment `{}` has no variants", name.name), "nothing to choose from")
                    .help("add at least two: `variant a 50% { … }`, `variant b rest { … }`"),
            );
            return (StmtKind::Experiment { experiment, bodies }, Falls::Through);
        }
        (StmtKind::Experiment { experiment, bodies }, falls)
    }

    /// Experiments that find nothing out.
    fn doubtful_variants(&mut self, name: &ast::Ident, variants: &[ast::ExperimentVariant], bodies: &[Vec<hir::Stmt>]) {
        if let [only] = variants
            && matches!(only.share, Share::BasisPoints(WHOLE, _) | Share::Rest(_))
        {
            let message = format!("the experiment `{}` has one variant", name.name);
            self.report(
                Diagnostic::warning("W0310", only.name.span, message, "everybody gets this")
                    .help("add what it is compared with, or write the statements without the experiment"),
            );
        }
        for (variant, body) in variants.iter().zip(bodies) {
            if let Share::BasisPoints(0, span) = variant.share {
                let message = format!("nobody gets the variant `{}`", variant.name.name);
                self.report(Diagnostic::warning("W0311", span, message, "a share of nothing").help("give it a share, or remove it"));
            }
            if variant.holdout
                && let Some(send) = first_send(body)
            {
                self.report(
                    Diagnostic::warning("W0312", send, "the holdout is sent a message", "who gets this is not held out")
                        .and(variant.name.span, "the holdout is there to see what happens without")
                        .help("leave the message out, or make a `variant` of the holdout"),
                );
            }
        }
    }

    fn distinct_variants(&mut self, variants: &[ast::ExperimentVariant]) {
        for (at, variant) in variants.iter().enumerate() {
            let name = &variant.name;
            let Some(first) = variants[..at].iter().find(|other| other.name.name == name.name) else { continue };
            self.report(
                Diagnostic::error("E0412", name.span, format!("two variants are called `{}`", name.name), "a second variant of that name")
                    .and(first.name.span, "the first is here")
                    .help("give each variant a name of its own"),
            );
        }
    }

    /// The share of each variant in hundredths of a per cent, with `rest` reckoned.
    fn shares(&mut self, name: &ast::Ident, variants: &[ast::ExperimentVariant]) -> Vec<u32> {
        let given = |share: &Share| match share {
            Share::BasisPoints(points, _) => u64::from(*points),
            Share::Rest(_) => 0,
        };
        let sum: u64 = variants.iter().map(|variant| given(&variant.share)).sum();
        let rest = variants.iter().position(|variant| matches!(variant.share, Share::Rest(_)));
        let left = u64::from(WHOLE).saturating_sub(sum);
        if let Some(at) = rest {
            self.rest_is_last(&variants[at], &variants[at + 1..]);
            if left == 0 {
                let help = "lower another share, or leave this variant out";
                self.wrong_sum(variants[at].span, format!("the shares of `{}` leave nothing for `rest`", name.name), sum, help);
            }
        } else if sum != u64::from(WHOLE) && !variants.is_empty() {
            let help = if sum < u64::from(WHOLE) {
                format!("{} are missing: raise a share, or give the last variant `rest`", percent(left))
            } else {
                format!("{} are too many: lower a share, or give the last variant `rest`", percent(sum - u64::from(WHOLE)))
            };
            self.wrong_sum(name.span, format!("the shares of `{}` do not sum to 100%", name.name), sum, &help);
        }
        let rest = u32::try_from(left).unwrap_or(WHOLE);
        variants
            .iter()
            .map(|variant| match variant.share {
                Share::BasisPoints(points, _) => points,
                Share::Rest(_) => rest,
            })
            .collect()
    }

    fn wrong_sum(&mut self, span: Span, message: String, sum: u64, help: &str) {
        self.report(Diagnostic::error("E0411", span, message, format!("the shares given are {} together", percent(sum))).help(help));
    }

    /// Behind the variant with `rest`, only the holdout may follow.
    fn rest_is_last(&mut self, rest: &ast::ExperimentVariant, behind: &[ast::ExperimentVariant]) {
        let Share::Rest(span) = rest.share else { return };
        let diagnostic = if let Some(Share::Rest(second)) = behind.iter().map(|v| &v.share).find(|s| matches!(s, Share::Rest(_))) {
            Diagnostic::error("E0412", *second, "`rest` is given twice", "a second `rest`").and(span, "what is left goes to this variant")
        } else if let Some(next) = behind.iter().find(|variant| !variant.holdout) {
            Diagnostic::error("E0412", span, "`rest` is not the last share", "more variants follow").and(next.span, "such as this one")
        } else {
            return;
        };
        self.report(diagnostic.help("give a share in per cent to all but the last variant"));
    }

    /// An experiment may stand in several places; it is one, so a customer has one variant in all of them.
    fn enter_experiment(&mut self, cx: &mut JourneyBody, experiment: hir::Experiment, name: &ast::Ident) -> ExperimentId {
        let first = self.experiments.entry(experiment.name.clone()).or_insert_with(|| {
            self.entered_experiments.push(experiment.name.clone());
            (experiment.clone(), name.span)
        });
        if !same(&first.0, &experiment) {
            let first = first.1;
            self.report(
                Diagnostic::error(
                    "E0413",
                    name.span,
                    format!("the experiment `{}` has other variants elsewhere", name.name),
                    "these variants and shares",
                )
                .and(first, "differ from these")
                .help("give it a name of its own, or the same variants and shares in the same order"),
            );
        }
        let at = cx.experiments.iter().position(|known| known.name == experiment.name).unwrap_or_else(|| {
            cx.experiments.push(experiment);
            cx.experiments.len() - 1
        });
        ExperimentId(super::names::number(at))
    }
}

fn same(a: &hir::Experiment, b: &hir::Experiment) -> bool {
    a.variants.len() == b.variants.len()
        && a.variants.iter().zip(&b.variants).all(|(a, b)| a.name == b.name && a.basis_points == b.basis_points)
}

/// Hundredths of a per cent as written: `12.5%`.
fn percent(basis_points: u64) -> String {
    let (whole, part) = (basis_points / 100, basis_points % 100);
    let text = if part == 0 { format!("{whole}") } else { format!("{whole}.{part:02}") };
    let text = if part == 0 { text } else { text.trim_end_matches('0').to_string() };
    format!("{text}%")
}

/// The first `send` of a block, at any depth.
fn first_send(stmts: &[hir::Stmt]) -> Option<Span> {
    stmts.iter().find_map(|stmt| match stmt.kind {
        StmtKind::Send(_) => Some(stmt.span),
        _ => stmt.kind.blocks().into_iter().find_map(first_send),
    })
}
