use std::collections::BTreeSet;

use crate::{KeyPath, Kind, NodeRef, Segment, Value};

/// Everything that a JSON Schema says about one value: the schema given for it and those it refers to by `$ref`,
/// `allOf`, `anyOf` and `oneOf`.
///
/// What they allow is taken together, as if one of them were enough: this decides how a text is read, and whether the
/// value is valid is for the validator to say.
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
        if named.is_empty() {
            return self.about(self.nodes.iter().flat_map(|&node| others(node)));
        }
        self.about(named)
    }

    /// What is said about the member of a list at `index`.
    #[must_use]
    pub fn item(&self, index: usize) -> Self {
        self.about(self.nodes.iter().filter_map(|node| item(*node, index)))
    }

    /// Whether a map may have keys that are not named.
    ///
    /// `additionalProperties` decides. Without it, whoever lists the `properties` means these: JSON Schema would
    /// allow others, but a variable that misspells one should be reported instead of setting something new.
    pub fn is_open(&self) -> bool {
        let kinds = self.kinds();
        let may_be_a_map = kinds.is_empty() || kinds.contains(&Kind::Map);
        let says_open = self.nodes.iter().any(|&node| {
            others(node).next().is_some()
                || node.get("additionalProperties").and_then(NodeRef::as_bool) == Some(true)
        });
        let names = |node: &NodeRef<'_>| {
            node.get("properties").is_some() || node.get("additionalProperties").is_some()
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
        // Each reference is followed once, which ends cycles and keeps the work within the size of the schema.
        let mut followed = BTreeSet::new();
        let mut open: Vec<NodeRef<'a>> = schemas.into_iter().collect();
        while let Some(schema) = open.pop() {
            // `true` and `{}` say nothing; `false` is for the validator.
            if schema.kind() == Kind::Map && !schema.is_empty() {
                nodes.push(schema);
                let reference = schema.get("$ref").and_then(NodeRef::as_str);
                let new = reference.filter(|reference| followed.insert(*reference));
                open.extend(new.and_then(|reference| self.resolve(reference)));
                let lists = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|keyword| schema.get(keyword));
                open.extend(lists.flat_map(NodeRef::items));
            }
        }
        Self { root: self.root, nodes }
    }

    /// A reference within the schema.
    fn resolve(&self, reference: &str) -> Option<NodeRef<'a>> {
        let path = KeyPath::from_pointer(reference.strip_prefix('#')?).ok()?;
        self.root?.at(&path)
    }
}

/// The schemas for keys that are not named.
fn others(node: NodeRef<'_>) -> impl Iterator<Item = NodeRef<'_>> {
    let additional = node.get("additionalProperties").filter(|schema| schema.kind() == Kind::Map);
    let patterns = node.get("patternProperties").into_iter().flat_map(NodeRef::entries);
    additional.into_iter().chain(patterns.map(|(_, schema)| schema))
}

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
