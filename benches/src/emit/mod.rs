//! Writers that style the same data as a person would, one per format.
//!
//! They are not the product's: a benchmark's input must not change when the product's writer does.

mod json;
mod toml;
mod yaml;

pub use json::json;
pub use toml::toml;
pub use yaml::{mixed_yaml, yaml};

use crate::{prng::Prng, tree::Tree};

/// What people write above a key or behind a value.
const REMARKS: &[&str] = &[
    "tuned after the load test of 2024-03",
    "keep in sync with the ingress",
    "TODO: drop when the old clients are gone",
    "seconds, not milliseconds",
    "see runbook RB-142",
    "the default is too low for Zürich",
    "do not raise without asking #platform",
    "measured: p99 = 38 ms",
    "\"legacy\" means before v2.0",
];

fn remark(rng: &mut Prng) -> &'static str {
    rng.pick(REMARKS)
}

/// A float that reads back as a float in every format: never an exponent, always a point.
fn float(value: f64) -> String {
    format!("{value:?}")
}

/// A member that the writers may put on one line: a short list or mapping of scalars.
fn fits_one_line(value: &Tree, most: usize) -> bool {
    match value {
        Tree::List(items) => items.len() <= most && items.iter().all(is_short),
        Tree::Map(members) => members.len() <= most && members.iter().all(|(_, value)| is_short(value)),
        _ => true,
    }
}

fn is_short(value: &Tree) -> bool {
    match value {
        Tree::Str(text) => text.len() <= 24 && !text.contains('\n'),
        Tree::List(items) => items.len() <= 3 && items.iter().all(Tree::is_scalar),
        Tree::Map(_) => false,
        _ => true,
    }
}
