use std::borrow::Cow;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};

use enhanced_config_core::{Document, KeyPath, Layer, LayerKind, Origin, Problem, ProblemKind};

use super::EnvSource;
use crate::report::Report;

/// A variable that the source looks at.
pub(super) struct Variable<'v> {
    /// Its name for people; shortened when it is absurdly long.
    pub(super) name: Box<str>,
    /// Its name to match: in upper case where the system ignores case.
    pub(super) folded: Cow<'v, str>,
    /// Its value, if that is UTF-8.
    pub(super) text: Option<&'v str>,
    pub(super) layer: Layer,
    pub(super) position: u32,
}

/// Keys that a schema gives names outright; see [`outright`](super::outright).
pub(super) type Outright = HashMap<String, Vec<KeyPath>>;

/// Names beyond this are not read: no key is that long, and looking for one costs its length.
pub(super) const MAX_NAME: usize = 16 << 10;

impl Variable<'_> {
    pub(super) fn origin(&self) -> Origin {
        self.layer.origin(self.position)
    }

    pub(super) fn problem(&self, kind: ProblemKind) -> Problem {
        Problem::error(kind).with_origin(self.origin())
    }
}

/// The variables of a process that concern the source, by name: their order in the environment is of no account.
pub(super) fn of_process<'v>(
    source: &EnvSource,
    outright: &Outright,
    variables: &'v [(OsString, OsString)],
    report: &mut Report,
) -> Vec<Variable<'v>> {
    let mut chosen: Vec<(Cow<'v, str>, &'v OsStr, &'v OsStr)> = variables
        .iter()
        .map(|(name, value)| (source.fold(name.to_string_lossy()), &**name, &**value))
        .filter(|(folded, _, _)| source.concerns(folded, outright))
        .collect();
    chosen.sort();
    chosen.dedup();
    let names = chosen.iter().map(|(_, name, _)| shown(&name.to_string_lossy())).collect();
    let layer = Layer::of_variables(LayerKind::Environment, "environment", names);
    let mut kept = Vec::with_capacity(chosen.len());
    for ((folded, name, value), position) in chosen.into_iter().zip(0..) {
        let shown = shown(&name.to_string_lossy());
        let text = value.to_str();
        let variable = Variable { name: shown, folded, text, layer: layer.clone(), position };
        match name.to_str() {
            Some(_) => kept.push(variable),
            // Without a prefix this is somebody else's variable.
            None if source.prefix.is_empty() => {}
            None => report.push(variable.problem(not_utf8(&variable))),
        }
    }
    kept
}

/// The variables of a `.env` file that concern the source, by name.
pub(super) fn of_document<'v>(
    source: &EnvSource,
    outright: &Outright,
    document: &'v Document,
    report: &mut Report,
) -> Vec<Variable<'v>> {
    let mut kept = Vec::new();
    for (name, value) in document.root().entries() {
        let folded = source.fold(name.into());
        if !source.concerns(&folded, outright) {
            continue;
        }
        let (layer, position) = (value.layer().clone(), value.position());
        let text = value.as_str();
        let variable = Variable { name: shown(name), folded, text, layer, position };
        match variable.text {
            Some(_) => kept.push(variable),
            None => report.push(variable.problem(ProblemKind::WrongType {
                expected: "a string, as every variable".into(),
                found: value.kind(),
            })),
        }
    }
    kept.sort_by(|a, b| a.folded.cmp(&b.folded));
    kept
}

pub(super) fn not_utf8(variable: &Variable<'_>) -> ProblemKind {
    ProblemKind::VariableEncoding { variable: variable.name.clone() }
}

/// The start of a name that nobody would read to the end.
fn shown(name: &str) -> Box<str> {
    const ENOUGH: usize = 60;
    match name.char_indices().nth(ENOUGH) {
        Some((end, _)) if name.len() > MAX_NAME => format!("{}…", name.split_at(end).0).into(),
        _ => name.into(),
    }
}
