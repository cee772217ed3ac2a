//! Keys of older versions in layers that lie over the base file, which no migration changes.

use std::sync::Arc;

use enhanced_config_core::variable::name_of;
use enhanced_config_core::{
    Document, KeyPath, Kind, LayerKind, NodeRef, Origin, Problem, ProblemKind, Problems, Redactor, Segment,
    Subschemas,
};
use enhanced_config_layers::Review;
use enhanced_config_migrate::{ConfigMigrator, Fate, FormerKey, FormerKeys};

use super::Seen;

/// Looks for them in one configuration.
pub(super) struct Reviewer {
    pub(super) migrator: Arc<ConfigMigrator>,
    pub(super) seen: Seen,
    pub(super) name: String,
    /// What its variables start with.
    pub(super) prefix: Option<String>,
}

impl Reviewer {
    /// Warns of each key that a migration took from the base file, and another layer still sets.
    pub(super) fn review(&self, review: Review<'_>) {
        let Review { layers, schema, redactor, warnings, .. } = review;
        let kind = |layer: &Arc<Document>| layer.root().layer().kind();
        // What a base file includes lies below it.
        let base = layers.iter().rposition(|layer| kind(layer) == LayerKind::Base);
        let (of_program, of_others): (Vec<_>, Vec<_>) = layers
            .iter()
            .enumerate()
            .partition(|(at, layer)| Some(*at) == base || kind(layer) == LayerKind::Defaults);
        let base = base.and_then(|base| layers.get(base));
        let observe = || {
            let by_taking_back = || base.map(|base| self.migrator.observe(&self.name, base));
            self.seen.of(&self.name).or_else(by_taking_back).unwrap_or_default()
        };
        let Some(keys) = self.migrator.former_keys(&self.name, observe) else { return };
        let schema = Subschemas::of_root(schema);
        let is_known = |path: &KeyPath, node: NodeRef<'_>| {
            of_program.iter().any(|(_, layer)| has(layer, path, node)) || names(&schema, path)
        };
        let of_variables = self.of_variables(&keys, warnings, redactor);
        let of_layers = of_others.iter().flat_map(|(_, layer)| {
            let found = keys.of(layer, &is_known).into_iter();
            found.map(|key| self.warning(&key, place(layer, &key.path), redactor))
        });
        let mut found: Vec<Problem> = of_variables;
        for warning in of_layers {
            if !found.iter().any(|known| is_of_one_variable(known, &warning)) {
                found.push(warning);
            }
        }
        let versions = of_others.iter().filter_map(|(_, layer)| self.other_version(layer));
        // Whoever knows what became of a key need not guess what was meant.
        let is_guess = |warning: &Problem| variable(warning).is_some();
        let is_better_known =
            |warning: &Problem| is_guess(warning) && found.iter().any(|known| known.origin == warning.origin);
        let others = std::mem::take(warnings).into_iter().filter(|warning| !is_better_known(warning));
        *warnings = others.chain(found.iter().cloned()).chain(versions).collect();
    }

    /// Those of variables that set nothing, or that set a key of a name that nobody knows.
    fn of_variables(&self, keys: &FormerKeys<'_>, warnings: &Problems, redactor: &Redactor) -> Vec<Problem> {
        let Some(prefix) = &self.prefix else { return Vec::new() };
        let former = |warning: &Problem| {
            let key = named(keys, variable(warning)?.strip_prefix(prefix.as_str())?)?;
            Some(self.warning(&key, warning.origin.clone()?, redactor))
        };
        warnings.iter().filter_map(former).collect()
    }

    fn warning(&self, key: &FormerKey, origin: Origin, redactor: &Redactor) -> Problem {
        let now = match &key.fate {
            Fate::Now(paths) => paths.clone(),
            _ => Vec::new(),
        };
        let is_variable = origin.layer.kind() == LayerKind::Environment;
        let written = |path: &KeyPath| match &self.prefix {
            Some(prefix) if is_variable && redactor.shown_path(path) == *path => {
                format!("{prefix}{}", name_of(path))
            }
            _ => redactor.shown_path(path).to_string(),
        };
        let help = match &key.fate {
            Fate::Now(paths) => {
                format!("set {} instead", paths.iter().map(written).collect::<Vec<_>>().join(" and "))
            }
            Fate::Found(path) => {
                format!("the value of the base file is at {} now", redactor.shown_path(path))
            }
            _ => "take it out".to_owned(),
        };
        let kind =
            ProblemKind::FormerKey { from: key.from.to_string().into(), to: key.to.to_string().into(), now };
        Problem::warning(kind).with_path(key.path.clone()).with_origin(origin).with_help(help)
    }

    /// A layer that says that it is of another version, which hides that of the base file and changes nothing else.
    fn other_version(&self, layer: &Document) -> Option<Problem> {
        let key = self.migrator.version_key(&self.name)?;
        let node = layer.at(key)?;
        let newest = self.migrator.versions(&self.name).pop()?;
        if self.migrator.version(&self.name, layer).is_ok_and(|version| version == newest) {
            return None;
        }
        let words =
            format!("this layer sets another version than {newest}, to which only the base file is brought");
        let kind = ProblemKind::Custom { message: words.into() };
        let help = "take it out, and set the keys of the newest version here";
        Some(Problem::warning(kind).with_path(key.clone()).with_origin(node.origin()).with_help(help))
    }
}

/// Whether a document has what a layer sets there. A text in the place of a map is not what the document has.
fn has(document: &Document, path: &KeyPath, node: NodeRef<'_>) -> bool {
    document.at(path).is_some_and(|there| there.kind() != Kind::Map || node.is_null())
}

/// Whether a schema names a key, and all those above it.
fn names(schema: &Subschemas<'_>, path: &KeyPath) -> bool {
    let mut schema = schema.clone();
    path.segments().iter().all(|segment| {
        let Segment::Key(key) = segment else { return true };
        let is_named = schema.keys().any(|named| *named == **key);
        schema = schema.member(key);
        is_named
    })
}

fn place(layer: &Document, path: &KeyPath) -> Origin {
    match layer.at(path) {
        Some(node) if node.layer().kind() == LayerKind::Environment => node.origin(),
        Some(node) => node.key_origin(),
        None => Origin::whole(layer.root().layer().clone()),
    }
}

/// The variable that a warning is about, whose key nobody knows.
fn variable(warning: &Problem) -> Option<&str> {
    match &warning.kind {
        ProblemKind::UnknownVariable { variable } | ProblemKind::NewKey { variable } => Some(variable),
        _ => None,
    }
}

fn is_of_one_variable(known: &Problem, warning: &Problem) -> bool {
    let is_variable = |origin: &Origin| origin.layer.kind() == LayerKind::Environment;
    known.origin == warning.origin && known.origin.as_ref().is_some_and(is_variable)
}

/// The key of an older version that a variable is named for, behind the prefix.
fn named(keys: &FormerKeys<'_>, name: &str) -> Option<FormerKey> {
    let plain = |text: &str| text.replace('_', "");
    keys.paths().iter().find_map(|path| {
        let written = name_of(path);
        if plain(&written) == plain(name) {
            return keys.at(path);
        }
        let below = name.strip_prefix(&written)?.strip_prefix("__")?;
        keys.at(&below.split("__").fold(path.clone(), |path, key| path.join(key.to_lowercase())))
    })
}
