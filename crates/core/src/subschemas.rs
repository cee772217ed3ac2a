use std::collections::BTreeSet;

use crate::{KeyPath, Kind, NodeRef, Segment, Value};

/// Everything that a JSON Schema says about one value: the schema given for it and those it leads to by `$ref`,
/// `$dynamicRef`, `allOf`, `anyOf`, `oneOf`, `then`, `else` and `dependentSchemas`.
///
/// What they allow is taken together, as if one of them were enough: this decides how a text is read, and whether the
/// value is valid is for the validator to say. They come in the order of the schema, what is said in place before what
/// is referred to.
///
/// References are followed within the schema, as JSON Pointers: `#` and `#/$defs/port`.
#[derive(Debug, Clone, Default)]
pub struct Subschemas<'a> {
    root: Option<NodeRef<'a>>,
    nodes: Vec<NodeRef<'a>>,
}

impl<'a> Subschemas<'a> {
    /// What a whole schema says about the root.
    pub fn of_root(schema: Option<NodeRef<'a>>) -> Self {
        Self { root: schema, nodes: Vec::new() }.about(schema)
    }

    /// The schemas themselves.
    pub fn schemas(&self) -> impl Iterator<Item = NodeRef<'a>> {
        self.nodes.iter().copied()
    }

    /// What is said about the value at `path` from here.
    #[must_use]
    pub fn at(&self, path: &KeyPath) -> Self {
        path.segments().iter().fold(self.clone(), |schemas, segment| match segment {
            Segment::Key(key) => schemas.member(key),
            Segment::Index(index) => schemas.item(*index),
        })
    }

    /// Whether nothing is said, so that anything may be there.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The keys that are named.
    pub fn keys(&self) -> impl Iterator<Item = &'a str> {
        let properties = self.nodes.iter().filter_map(|node| node.get("properties"));
        properties.flat_map(|properties| properties.entries().map(|(key, _)| key))
    }

    /// What is said about the member at `key`.
    #[must_use]
    pub fn member(&self, key: &str) -> Self {
        let named: Vec<NodeRef<'a>> =
            self.nodes.iter().filter_map(|node| node.get("properties")?.get(key)).collect();
        if named.is_empty() { self.other() } else { self.about(named) }
    }

    /// What is said about the members whose keys are not named.
    #[must_use]
    pub fn other(&self) -> Self {
        self.about(self.nodes.iter().flat_map(|&node| others(node)))
    }

    /// What is said about the member of a list at `index`.
    #[must_use]
    pub fn item(&self, index: usize) -> Self {
        self.about(self.nodes.iter().filter_map(|node| item(*node, index)))
    }

    /// Whether a map may have keys that are not named.
    ///
    /// `additionalProperties` and `unevaluatedProperties` decide. Without them, whoever lists the `properties` means these: JSON Schema would
    /// allow others, but a variable that misspells one should be reported instead of setting something new.
    pub fn is_open(&self) -> bool {
        let kinds = self.kinds();
        let may_be_a_map = kinds.is_empty() || kinds.contains(&Kind::Map);
        let says_open = self.nodes.iter().any(|&node| {
            others(node).next().is_some()
                || OTHERS.iter().any(|keyword| node.get(keyword).and_then(NodeRef::as_bool) == Some(true))
        });
        let names = |node: &NodeRef<'_>| {
            node.get("properties").is_some() || OTHERS.iter().any(|keyword| node.get(keyword).is_some())
        };
        may_be_a_map && (says_open || !self.nodes.iter().any(names))
    }

    /// The kinds that are allowed, [`Kind::Float`] standing for any number; none when nothing is said.
    pub fn kinds(&self) -> BTreeSet<Kind> {
        self.nodes.iter().flat_map(|&node| kinds(node)).collect()
    }

    /// The name that `x-env` gives.
    pub fn variables(&self) -> impl Iterator<Item = &'a str> {
        self.nodes.iter().filter_map(|node| node.get("x-env")?.as_str())
    }

    fn about(&self, schemas: impl IntoIterator<Item = NodeRef<'a>>) -> Self {
        let mut nodes = Vec::new();
        // Each schema is taken once, which ends cycles and keeps the work within the size of the whole.
        let mut seen = BTreeSet::new();
        let mut open: Vec<NodeRef<'a>> = schemas.into_iter().collect();
        // The last is looked at first.
        open.reverse();
        while let Some(schema) = open.pop() {
            // `true` and `{}` say nothing; `false` is for the validator.
            if schema.kind() == Kind::Map && !schema.is_empty() && seen.insert(schema.row_number()) {
                nodes.push(schema);
                let first = open.len();
                let references =
                    ["$ref", "$dynamicRef"].into_iter().filter_map(|keyword| schema.get(keyword)?.as_str());
                open.extend(references.filter_map(|reference| self.resolve(reference)));
                open.extend(for_the_same_value(schema));
                open.get_mut(first..).unwrap_or_default().reverse();
            }
        }
        Self { root: self.root, nodes }
    }

    /// A reference within the schema.
    fn resolve(&self, reference: &str) -> Option<NodeRef<'a>> {
        let path = KeyPath::from_fragment(reference.strip_prefix('#')?).ok()?;
        self.root?.at(&path)
    }
}

fn for_the_same_value(schema: NodeRef<'_>) -> impl Iterator<Item = NodeRef<'_>> {
    let get = move |keyword: &&'static str| schema.get(keyword);
    let lists = ["allOf", "anyOf", "oneOf"].iter().filter_map(get).flat_map(NodeRef::items);
    let conditional = ["then", "else"].iter().filter_map(get);
    let dependent = schema.get("dependentSchemas").into_iter().flat_map(NodeRef::entries);
    lists.chain(conditional).chain(dependent.map(|(_, schema)| schema))
}

/// The schemas for keys that are not named.
fn others(node: NodeRef<'_>) -> impl Iterator<Item = NodeRef<'_>> {
    let additional = OTHERS.iter().filter_map(move |keyword| node.get(keyword));
    let patterns = node.get("patternProperties").into_iter().flat_map(NodeRef::entries);
    additional.filter(|schema| schema.kind() == Kind::Map).chain(patterns.map(|(_, schema)| schema))
}

/// What says whether there may be keys that are not named, and what they hold.
const OTHERS: [&str; 2] = ["additionalProperties", "unevaluatedProperties"];

/// `prefixItems`, or a list of `items` as it was before 2020; then `items` for the rest.
fn item(node: NodeRef<'_>, index: usize) -> Option<NodeRef<'_>> {
    let items = node.get("items");
    let in_prefix = |list: NodeRef<'_>| list.index(index).is_some();
    match (node.get("prefixItems").filter(|list| in_prefix(*list)), items) {
        (Some(prefix), _) => prefix.index(index),
        (None, Some(items)) if items.kind() == Kind::List => items.index(index),
        (None, items) => items,
    }
}

fn kinds(node: NodeRef<'_>) -> Vec<Kind> {
    let named: Vec<Kind> = match node.get("type").map(NodeRef::value) {
        Some(Value::String(name)) => kind(name).into_iter().collect(),
        Some(Value::List(names)) => names.filter_map(|name| kind(name.as_str()?)).collect(),
        _ => Vec::new(),
    };
    if !named.is_empty() {
        return named;
    }
    let listed = node.get("enum").into_iter().flat_map(NodeRef::items).chain(node.get("const"));
    let listed: Vec<Kind> = listed.map(NodeRef::kind).collect();
    if !listed.is_empty() {
        return listed;
    }
    let implied = [
        ("properties", Kind::Map),
        ("additionalProperties", Kind::Map),
        ("unevaluatedProperties", Kind::Map),
        ("patternProperties", Kind::Map),
        ("items", Kind::List),
        ("prefixItems", Kind::List),
    ];
    implied.into_iter().filter(|(keyword, _)| node.get(keyword).is_some()).map(|(_, kind)| kind).collect()
}

fn kind(name: &str) -> Option<Kind> {
    Some(match name {
        "null" => Kind::Null,
        "boolean" => Kind::Bool,
        "integer" => Kind::Integer,
        "number" => Kind::Float,
        "string" => Kind::String,
        "array" => Kind::List,
        "object" => Kind::Map,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Document, Layer, LayerKind};

    fn check(schema: serde_json::Value, path: &str, expected: &[&str]) {
        let schema = Document::from_serialize(&schema, Layer::new(LayerKind::Defaults, "schema")).unwrap();
        let found = Subschemas::of_root(Some(schema.root())).at(&path.parse().unwrap());
        let titles: Vec<&str> = found.schemas().filter_map(|schema| schema.get("title")?.as_str()).collect();
        assert_eq!(titles, expected, "{path}");
    }

    #[test]
    fn what_is_said_comes_in_the_order_of_the_schema() {
        check(
            json!({
                "anyOf": [{"title": "5"}],
                "allOf": [{"title": "3", "$ref": "#/$defs/b%20c"}, {}, {"title": "4"}],
                "title": "1",
                "$ref": "#/$defs/a",
                "$defs": {"a": {"title": "2"}, "b c": {"title": "3b", "$ref": "#"}}
            }),
            "",
            &["1", "2", "3", "3b", "4", "5"],
        );
    }

    #[test]
    fn conditions_are_followed_and_what_they_test_is_not() {
        check(
            json!({
                "if": {"properties": {"a": {"title": "if"}}},
                "then": {"properties": {"a": {"title": "then"}}},
                "else": {"properties": {"a": {"title": "else"}}},
                "dependentSchemas": {"b": {"properties": {"a": {"title": "dependent"}}}},
                "$dynamicRef": "#/$defs/d",
                "$defs": {"d": {"properties": {"a": {"title": "reference"}}}}
            }),
            "a",
            &["reference", "then", "else", "dependent"],
        );
    }

    #[test]
    fn keys_without_a_name_are_those_that_nothing_else_evaluates_too() {
        let schema = json!({"properties": {"a": {}}, "unevaluatedProperties": {"title": "other"}});
        check(schema, "b", &["other"]);
        let open = |schema: serde_json::Value| {
            let schema =
                Document::from_serialize(&schema, Layer::new(LayerKind::Defaults, "schema")).unwrap();
            Subschemas::of_root(Some(schema.root())).is_open()
        };
        assert!(open(json!({"properties": {"a": {}}, "unevaluatedProperties": true})));
        assert!(open(json!({"properties": {"a": {}}, "unevaluatedProperties": {"type": "string"}})));
        assert!(!open(json!({"unevaluatedProperties": false})));
        assert!(!open(json!({"properties": {"a": {}}})));
        assert!(open(json!({"type": "object"})));
    }
}
