use std::fmt;
use std::sync::Arc;

use crate::Location;
use crate::lines::LineTable;

/// One contribution to a configuration: a file, the environment, the defaults of a schema, …
///
/// Cheap to clone. Documents refer to it, so it carries what is needed to tell a person where a value came from.
#[derive(Clone, PartialEq, Eq)]
pub struct Layer(Arc<Inner>);

#[derive(PartialEq, Eq)]
struct Inner {
    kind: LayerKind,
    name: Box<str>,
    places: Places,
}

/// What the positions of a layer's values mean.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Places {
    /// Nothing more than the layer itself.
    Whole,
    /// Byte offsets into a text. In a box, so that a layer without a table is small.
    Text(Box<LineTable>),
    /// Indices into this list of variables.
    Variables(Box<[Box<str>]>),
}

/// What part a layer plays, in order of precedence, the weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum LayerKind {
    /// Defaults of a schema, or of the program.
    Defaults,
    /// The base file, or a file that it includes.
    Base,
    /// The file of the active profile.
    Profile,
    /// The file of this machine alone, not under version control.
    Local,
    /// A file in the drop-in directory.
    DropIn,
    /// Environment variables and `.env` files.
    Environment,
    /// A remote service.
    Remote,
    /// Set by the running program.
    Runtime,
}

impl LayerKind {
    /// The words for this kind in a message: `base file`, `environment`, …
    pub fn name(self) -> &'static str {
        match self {
            LayerKind::Defaults => "defaults",
            LayerKind::Base => "base file",
            LayerKind::Profile => "profile file",
            LayerKind::Local => "local file",
            LayerKind::DropIn => "drop-in file",
            LayerKind::Environment => "environment",
            LayerKind::Remote => "remote service",
            LayerKind::Runtime => "runtime",
        }
    }
}

impl fmt::Display for LayerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Layer {
    /// A layer without places: values set in code.
    pub fn new(kind: LayerKind, name: impl Into<Box<str>>) -> Self {
        Self::with_places(kind, name.into(), Places::Whole)
    }

    /// A layer read from `text`: positions are byte offsets into it. The text itself is not kept.
    pub fn of_text(kind: LayerKind, name: impl Into<Box<str>>, text: &str) -> Self {
        Self::with_places(kind, name.into(), Places::Text(LineTable::new(text).into()))
    }

    /// A layer of environment variables: positions are indices into `variables`.
    pub fn of_variables(kind: LayerKind, name: impl Into<Box<str>>, variables: Vec<Box<str>>) -> Self {
        Self::with_places(kind, name.into(), Places::Variables(variables.into()))
    }

    pub(crate) fn with_places(kind: LayerKind, name: Box<str>, places: Places) -> Self {
        Self(Arc::new(Inner { kind, name, places }))
    }

    /// The same layer under another name.
    #[must_use]
    pub fn renamed(&self, name: impl Into<Box<str>>) -> Self {
        Self::with_places(self.kind(), name.into(), self.places().clone())
    }

    pub(crate) fn places(&self) -> &Places {
        &self.0.places
    }

    /// What part it plays.
    pub fn kind(&self) -> LayerKind {
        self.0.kind
    }

    /// Its name for people: a path as the user knows it, or `environment`, …
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Bytes on the heap. Whoever clones a layer shares them.
    pub fn heap_bytes(&self) -> usize {
        let places = match &self.0.places {
            Places::Whole => 0,
            Places::Text(lines) => size_of::<LineTable>() + lines.heap_bytes(),
            Places::Variables(names) => names.iter().map(|name| size_of_val(name) + name.len()).sum(),
        };
        // The inner value stands behind the two counters of its `Arc`.
        2 * size_of::<usize>() + size_of::<Inner>() + self.0.name.len() + places
    }

    /// The origin of a value of this layer at `position`.
    pub fn origin(&self, position: u32) -> Origin {
        let place = match &self.0.places {
            Places::Whole => Place::Whole,
            Places::Text(lines) => Place::At(lines.locate(position)),
            Places::Variables(names) => match names.get(position as usize) {
                Some(name) => Place::Variable(name.clone()),
                None => Place::Whole,
            },
        };
        Origin { layer: self.clone(), place }
    }
}

impl fmt::Debug for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Layer({}, {:?})", self.kind(), self.name())
    }
}

/// Where a value came from: the layer, and the place in it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Origin {
    /// The layer that set the value.
    pub layer: Layer,
    /// The place in that layer.
    pub place: Place,
}

/// A place in a layer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Place {
    /// The layer has no finer places.
    Whole,
    /// A line and column of its text.
    At(Location),
    /// An environment variable.
    Variable(Box<str>),
}

impl Origin {
    /// The origin of a whole layer.
    pub fn whole(layer: Layer) -> Self {
        Self { layer, place: Place::Whole }
    }

    /// The line and column, where the layer is a text.
    pub fn location(&self) -> Option<Location> {
        match self.place {
            Place::At(location) => Some(location),
            Place::Whole | Place::Variable(_) => None,
        }
    }
}

/// `config/app.yaml:3:5`, `environment variable APP_PORT`, `defaults`; `environment variable APP_PORT (copy)` when the
/// layer is named so.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Whole => f.write_str(self.layer.name()),
            Place::At(location) => write!(f, "{}:{location}", self.layer.name()),
            Place::Variable(name) if self.layer.name() == ENVIRONMENT => {
                write!(f, "{ENVIRONMENT} variable {name}")
            }
            Place::Variable(name) => write!(f, "{ENVIRONMENT} variable {name} ({})", self.layer.name()),
        }
    }
}

/// What the layer of the process's variables is called.
const ENVIRONMENT: &str = "environment";

/// The layer of a value whose layer is not known; never seen through the public interface.
pub(crate) fn unknown() -> &'static Layer {
    static UNKNOWN: std::sync::LazyLock<Layer> =
        std::sync::LazyLock::new(|| Layer::new(LayerKind::Defaults, ""));
    &UNKNOWN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renamed_layer_has_the_places_of_the_original() {
        let check = |layer: Layer, at, original: &str, copy: &str| {
            assert_eq!(layer.origin(at).to_string(), original);
            let renamed = layer.renamed(format!("copy of {}", layer.name()));
            assert_eq!((renamed.kind(), renamed.origin(at).to_string()), (layer.kind(), copy.to_owned()));
        };
        let variables = || vec!["A".into(), "B".into()];
        check(Layer::new(LayerKind::Runtime, "override"), 0, "override", "copy of override");
        check(
            Layer::of_text(LayerKind::Base, "app.yaml", "a: 1\nb: 2\n"),
            5,
            "app.yaml:2:1",
            "copy of app.yaml:2:1",
        );
        check(
            Layer::of_variables(LayerKind::Environment, "environment", variables()),
            1,
            "environment variable B",
            "environment variable B (copy of environment)",
        );
    }
}
