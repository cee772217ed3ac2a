use enhanced_config_core::{KeyPath, ListMerge, ListRules, NodeRef, Value};

/// What a JSON Schema says beyond what is valid.
#[derive(Debug, Default)]
pub(crate) struct Hints {
    /// `x-merge: append` and `x-merge: {key: name}`.
    pub(crate) lists: ListRules,
    /// `x-secret: true`.
    pub(crate) secrets: Vec<KeyPath>,
    /// `x-secret: false`.
    pub(crate) publics: Vec<KeyPath>,
}

/// Deeper than any schema people write; a schema that refers to itself ends here.
const MAX_DEPTH: usize = 32;
/// Schemas that refer to others many times over end here.
const MAX_VISITS: usize = 100_000;

/// Reads the hints of a schema; what is not understood is passed over.
pub(crate) fn read(schema: NodeRef<'_>) -> Hints {
    let mut walk = Walk { root: schema, hints: Hints::default(), visits: 0 };
    walk.visit(schema, &mut KeyPath::root(), 0);
    walk.hints
}

struct Walk<'a> {
    root: NodeRef<'a>,
    hints: Hints,
    visits: usize,
}

impl<'a> Walk<'a> {
    fn visit(&mut self, schema: NodeRef<'a>, path: &mut KeyPath, depth: usize) {
        self.visits += 1;
        if depth > MAX_DEPTH || self.visits > MAX_VISITS {
            return;
        }
        self.note(schema, path);
        for (keyword, value) in schema.entries() {
            match keyword {
                "properties" => value.entries().for_each(|(key, inner)| self.below(key, inner, path, depth)),
                "additionalProperties" => self.below("*", value, path, depth),
                "patternProperties" => value.entries().for_each(|(_, inner)| self.below("*", inner, path, depth)),
                "allOf" | "anyOf" | "oneOf" | "prefixItems" => value.items().for_each(|inner| self.visit(inner, path, depth + 1)),
                "items" | "then" | "else" => self.visit(value, path, depth + 1),
                "$ref" => {
                    if let Some(target) = value.as_str().and_then(|reference| self.resolve(reference)) {
                        self.visit(target, path, depth + 1);
                    }
                }
                _ => {}
            }
        }
    }

    fn below(&mut self, key: &str, schema: NodeRef<'a>, path: &mut KeyPath, depth: usize) {
        path.push(key);
        self.visit(schema, path, depth + 1);
        path.pop();
    }

    /// A reference within the schema.
    fn resolve(&self, reference: &str) -> Option<NodeRef<'a>> {
        self.root.at(&KeyPath::from_pointer(reference.strip_prefix('#')?).ok()?)
    }

    fn note(&mut self, schema: NodeRef<'a>, path: &KeyPath) {
        match schema.get("x-secret").and_then(NodeRef::as_bool) {
            Some(true) => self.hints.secrets.push(path.clone()),
            Some(false) => self.hints.publics.push(path.clone()),
            None => {}
        }
        let rule = match schema.get("x-merge").map(NodeRef::value) {
            Some(Value::String("append")) => ListMerge::Append,
            Some(Value::Map(_)) => match schema.get("x-merge").and_then(|merge| merge.get("key")?.as_str()) {
                Some(key) => ListMerge::ByKey(key.into()),
                None => return,
            },
            _ => return,
        };
        self.hints.lists = std::mem::take(&mut self.hints.lists).with(path.clone(), rule);
    }
}
