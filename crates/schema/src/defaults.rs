use std::collections::{BTreeMap, BTreeSet};

use enhanced_config_core::{
    BuildError, Document, DocumentBuilder, Kind, NodeRef, Problem, ProblemKind, Problems, Redactor, Severity,
};

use crate::applying::{applying, first_default, may_be_null, named, naming, required_keys};
use crate::{SchemaError, SchemaRegistry};

/// What the `default` keywords of a schema set where the layers, folded into `merged`, do not: a document to lie below
/// them all, each of its values with the place of the keyword. Nothing when there is nothing to set.
///
/// | place | what is set |
/// |---|---|
/// | a key that is absent | its `default`; of several, the first in the order of the schema, the keyword beside a `$ref` before those it leads to |
/// | inside of a map that is present | the defaults of the keys that it lacks |
/// | inside of a map that is absent | its own `default`, filled up with those inside; without one, those inside if the map is required, or if it comes out complete: with every key that it requires, inside of its sections too, and as many as it asks for |
/// | a key that must not be there without others (`dependentRequired`) | nothing unless they are there |
/// | a map that may also be `null` and is absent | its own `default` alone: absent means `null` |
/// | a key that is `null` | nothing: `null` masks what lies below |
/// | members of a list | nothing: a list is replaced as a whole |
/// | alternatives, `anyOf` and `oneOf` | those of the first alternative that the value present does not rule out by its kind, its keys or its fixed members |
/// | `if`, `then`, `else`, `not` | nothing |
///
/// A section is not filled with itself, so that schemas that refer to themselves end; keys beyond 20,000 and levels
/// beyond 64 of absent sections are not filled.
///
/// References are followed within `schema`: [`SchemaRegistry::bundled`](crate::SchemaRegistry::bundled) gives a schema
/// that has no others. What is set is as valid as the author of the schema made it;
/// [`SchemaRegistry::refused_defaults`](crate::SchemaRegistry::refused_defaults) tells.
///
/// ```
/// # use enhanced_config_core::{Document, Layer, LayerKind};
/// use enhanced_config_schema::{SchemaRegistry, defaults};
///
/// let mut schemas = SchemaRegistry::new();
/// schemas.add_text("app", r#"{"properties": {
///     "port": { "type": "integer", "default": 8080 },
///     "log": { "properties": { "level": { "default": "info" } } },
///     "tls": { "required": ["cert"], "properties": { "port": { "default": 443 } } }
/// }}"#)?;
/// let schema = schemas.bundled("app")?;
/// let merged = serde_json::json!({ "name": "a" });
/// let merged = Document::from_serialize(&merged, Layer::new(LayerKind::Base, "app.yaml"))?;
///
/// let below = defaults(schema.root(), merged.root()).unwrap();
/// assert_eq!(serde_json::json!(below.root()), serde_json::json!({ "port": 8080, "log": { "level": "info" } }));
/// assert_eq!(below.get("port").unwrap().origin().to_string(), "app.schema.json:2:45");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn defaults(schema: NodeRef<'_>, merged: NodeRef<'_>) -> Option<Document> {
    fill(schema, merged, Sections::Complete)
}

/// Which sections that are absent are filled.
#[derive(Clone, Copy, PartialEq)]
enum Sections {
    /// Those that come out complete.
    Complete,
    /// All, to see all defaults.
    All,
}

fn fill<'a>(schema: NodeRef<'a>, merged: NodeRef<'a>, sections: Sections) -> Option<Document> {
    let mut filling = Filling { root: schema, sections, open: Vec::new(), left: MOST_KEYS };
    let filled = filling.inside(&[schema], Present::InLayers(merged))?;
    // What has been bounded above fits into a document.
    write(schema, &filled).ok()
}

const MOST_KEYS: usize = 20_000;
const MOST_LEVELS: usize = 64;

/// What is there already.
#[derive(Clone, Copy)]
enum Present<'a> {
    Nothing,
    /// A value of the layers, which stays where it is.
    InLayers(NodeRef<'a>),
    /// A part of a default, which is taken whole.
    InDefault(NodeRef<'a>),
}

/// A value to set.
enum Filled<'a> {
    /// A default as it stands.
    Value(NodeRef<'a>),
    /// A map: what a default has there, and what fills it up.
    Map {
        place: NodeRef<'a>,
        default: Option<NodeRef<'a>>,
        members: Vec<(&'a str, Filled<'a>)>,
        /// Whether it has all that it requires.
        complete: bool,
    },
}

struct Filling<'a> {
    root: NodeRef<'a>,
    sections: Sections,
    /// The schemas of the maps on the way, for each the rows of those that name keys.
    open: Vec<BTreeSet<u32>>,
    left: usize,
}

impl<'a> Filling<'a> {
    fn value(&mut self, schemas: &[NodeRef<'a>], present: Present<'a>, required: bool) -> Option<Filled<'a>> {
        let Present::Nothing = present else { return self.inside(schemas, present) };
        match first_default(self.root, schemas) {
            Some(default) => {
                Some(self.inside(schemas, Present::InDefault(default)).unwrap_or(Filled::Value(default)))
            }
            None => self.section(schemas, required || self.sections == Sections::All),
        }
    }

    /// What a map that is present lacks.
    fn inside(&mut self, schemas: &[NodeRef<'a>], present: Present<'a>) -> Option<Filled<'a>> {
        let (value, default) = match present {
            Present::Nothing => return None,
            Present::InLayers(value) => (value, None),
            Present::InDefault(value) => (value, Some(value)),
        };
        if value.kind() != Kind::Map {
            return None;
        }
        let chosen = applying(self.root, schemas, Some(value));
        let members = self.members(&chosen, present);
        let place = default.or_else(|| schemas.first().copied())?;
        // What is present is as complete as its author made it.
        (!members.is_empty()).then_some(Filled::Map { place, default, members, complete: true })
    }

    /// A map that is absent.
    fn section(&mut self, schemas: &[NodeRef<'a>], required: bool) -> Option<Filled<'a>> {
        let chosen = applying(self.root, schemas, None);
        let may_be_absent = !required && schemas.iter().any(|&schema| may_be_null(self.root, schema));
        if self.open.len() >= MOST_LEVELS || may_be_absent || self.open.contains(&naming(&chosen)) {
            return None;
        }
        let members = self.members(&chosen, Present::Nothing);
        let complete = is_complete(&chosen, &members);
        let fills = !members.is_empty() && (required || complete);
        fills.then_some(Filled::Map { place: *schemas.first()?, default: None, members, complete })
    }

    fn members(&mut self, chosen: &[NodeRef<'a>], present: Present<'a>) -> Vec<(&'a str, Filled<'a>)> {
        let required: BTreeSet<&str> = required_keys(chosen).collect();
        self.open.push(naming(chosen));
        let mut members: Vec<(&'a str, Filled<'a>)> = Vec::new();
        for (key, schemas) in named(chosen) {
            if self.left == 0 {
                break;
            }
            self.left -= 1;
            let filled = self.value(&schemas, present.member(key), required.contains(key));
            members.extend(filled.map(|filled| (key, filled)));
        }
        members.extend(self.unnamed(chosen, present));
        self.open.pop();
        leave_out_demanding(chosen, present, &mut members);
        members
    }

    /// Fills the maps of a map whose keys are the user's.
    fn unnamed(&mut self, chosen: &[NodeRef<'a>], present: Present<'a>) -> Vec<(&'a str, Filled<'a>)> {
        let named: BTreeSet<&str> = named(chosen).into_iter().map(|(key, _)| key).collect();
        let schemas: Vec<NodeRef<'a>> = chosen.iter().filter_map(|schema| only_other(*schema)).collect();
        let maps = present.value().into_iter().flat_map(NodeRef::entries);
        let maps = maps.filter(|(key, value)| value.kind() == Kind::Map && !named.contains(key));
        let fill = |(key, _): (&'a str, _)| Some((key, self.inside(&schemas, present.member(key))?));
        if schemas.is_empty() { Vec::new() } else { maps.filter_map(fill).collect() }
    }
}

/// Whether a map of these members alone has what its schemas require: a half-filled section would make a document
/// invalid that is valid without it.
fn is_complete(chosen: &[NodeRef<'_>], members: &[(&str, Filled<'_>)]) -> bool {
    let set: BTreeMap<&str, bool> =
        members.iter().map(|(key, filled)| (*key, filled.is_complete())).collect();
    let least = chosen.iter().filter_map(|schema| schema.get("minProperties")?.as_u64()).max();
    set.len() as u64 >= least.unwrap_or(0)
        && set.values().all(|complete| *complete)
        && required_keys(chosen).all(|key| set.contains_key(key))
}

/// Takes out the members that must not be there without others, where these are not there.
fn leave_out_demanding(chosen: &[NodeRef<'_>], present: Present<'_>, members: &mut Vec<(&str, Filled<'_>)>) {
    /// One may have been there for another; the ways of real systems are short.
    const LONGEST_WAY: usize = 16;
    let demands = chosen.iter().filter_map(|schema| schema.get("dependentRequired"));
    let demands: Vec<(&str, NodeRef<'_>)> = demands.flat_map(NodeRef::entries).collect();
    for _ in 0..LONGEST_WAY {
        let set: BTreeSet<&str> = members.iter().map(|(key, _)| *key).collect();
        let is_there =
            |key: &str| set.contains(key) || present.value().is_some_and(|map| map.get(key).is_some());
        let lacks = |others: NodeRef<'_>| !others.items().filter_map(NodeRef::as_str).all(is_there);
        let demanding: BTreeSet<&str> =
            demands.iter().filter(|(_, others)| lacks(*others)).map(|(key, _)| *key).collect();
        let before = members.len();
        members.retain(|(key, _)| {
            !demanding.contains(key) || present.value().is_some_and(|map| map.get(key).is_some())
        });
        if members.len() == before {
            return;
        }
    }
}

impl<'a> Present<'a> {
    fn value(self) -> Option<NodeRef<'a>> {
        match self {
            Present::Nothing => None,
            Present::InLayers(value) | Present::InDefault(value) => Some(value),
        }
    }

    fn member(self, key: &str) -> Self {
        match (self, self.value().and_then(|value| value.get(key))) {
            (Present::InLayers(_), Some(member)) => Present::InLayers(member),
            (Present::InDefault(_), Some(member)) => Present::InDefault(member),
            _ => Present::Nothing,
        }
    }
}

/// The schema for keys that are not named, if it can be told without matching patterns.
fn only_other(schema: NodeRef<'_>) -> Option<NodeRef<'_>> {
    let patterns =
        schema.get("patternProperties").into_iter().flat_map(NodeRef::entries).map(|(_, schema)| schema);
    let others =
        ["additionalProperties", "unevaluatedProperties"].into_iter().filter_map(|other| schema.get(other));
    let mut schemas = patterns.chain(others).filter(|schema| schema.kind() == Kind::Map);
    schemas.next().filter(|_| schemas.next().is_none())
}

fn write(schema: NodeRef<'_>, filled: &Filled<'_>) -> Result<Document, BuildError> {
    let mut builder = DocumentBuilder::new(schema.layer().clone());
    filled.write(&mut builder)?;
    builder.finish()
}

impl Filled<'_> {
    fn write(&self, builder: &mut DocumentBuilder) -> Result<(), BuildError> {
        let (place, default, members) = match self {
            Filled::Value(value) => return builder.copy(*value),
            Filled::Map { place, default, members, .. } => (place, default, members),
        };
        builder.set_layer(place.layer())?;
        builder.open_map(place.position())?;
        let own: Vec<(&str, NodeRef<'_>)> = default.iter().flat_map(|default| default.entries()).collect();
        let is_filled = |key: &str| members.iter().any(|(filled, _)| *filled == key);
        for (key, value) in own.into_iter().filter(|(key, _)| !is_filled(key)) {
            builder.key(key, value.key_position())?;
            builder.copy(value)?;
        }
        for (key, filled) in members {
            builder.key(key, filled.place().key_position())?;
            filled.write(builder)?;
        }
        builder.set_layer(place.layer())?;
        builder.close()
    }

    fn is_complete(&self) -> bool {
        match self {
            Filled::Value(_) => true,
            Filled::Map { complete, .. } => *complete,
        }
    }

    fn place(&self) -> NodeRef<'_> {
        match self {
            Filled::Value(value) => *value,
            Filled::Map { place, .. } => *place,
        }
    }
}

impl SchemaRegistry {
    /// The defaults of a schema that the schema itself refuses, as warnings with their places in it.
    ///
    /// Looks at the defaults of all sections; of alternatives at those of the first.
    ///
    /// # Errors
    /// When there is no such schema, or it cannot be compiled.
    pub fn refused_defaults(&self, name: &str) -> Result<Problems, SchemaError> {
        let (validator, schema) = (self.validator(name)?, self.bundled(name)?);
        let Some(all) = all_defaults(schema.root()) else { return Ok(Problems::new()) };
        let problems = validator.validate(all.root(), &Redactor::new());
        Ok(problems.into_iter().filter(is_about_a_value).map(as_warning).collect())
    }
}

fn all_defaults(schema: NodeRef<'_>) -> Option<Document> {
    let mut nothing = DocumentBuilder::new(schema.layer().clone());
    nothing.open_map(schema.position()).and_then(|()| nothing.close()).ok()?;
    fill(schema, nothing.finish().ok()?.root(), Sections::All)
}

/// What is missing beside the defaults is for the layers to set.
fn is_about_a_value(problem: &Problem) -> bool {
    use ProblemKind::{BadValue, UnknownVariant, WrongType};
    matches!(problem.kind, WrongType { .. } | BadValue { .. } | UnknownVariant { .. })
}

fn as_warning(mut problem: Problem) -> Problem {
    problem.severity = Severity::Warning;
    problem.with_help("the schema refuses its own default")
}
