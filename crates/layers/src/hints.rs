use enhanced_config_core::{KeyPath, ListMerge, ListRules, NodeRef, Redactor, Value};

/// What a JSON Schema says beyond what is valid.
#[derive(Debug, Default)]
pub(crate) struct Hints {
    /// `x-merge: append` and `x-merge: {key: name}`.
    pub(crate) lists: ListRules,
    /// `x-secret: true`.
    secrets: Vec<KeyPath>,
    /// `x-secret: false`.
    publics: Vec<KeyPath>,
    /// Whether the schema contains itself, so that paths without end have the same hints.
    recursive: bool,
}

impl Hints {
    /// `redactor`, and what the schema says is secret or is not.
    pub(crate) fn redact(&self, mut redactor: Redactor) -> Redactor {
        for path in &self.secrets {
            redactor = redactor.with_secret(path);
            if let (true, Some(key)) = (self.recursive, path.last_key()) {
                redactor = redactor.with_secret_key(key);
            }
        }
        self.publics.iter().fold(redactor, |redactor, path| redactor.with_public(path))
    }
}

/// Schemas that refer to others many times over end here.
const MAX_VISITS: usize = 100_000;

/// Reads the hints of a schema; what is not understood is passed over.
pub(crate) fn read(schema: NodeRef<'_>) -> Hints {
    let mut walk = Walk { root: schema, hints: Hints::default(), visits: 0, following: Vec::new() };
    walk.visit(schema, &mut KeyPath::root());
    walk.hints
}

struct Walk<'a> {
    root: NodeRef<'a>,
    hints: Hints,
    visits: usize,
    /// The references being followed.
    following: Vec<&'a str>,
}

impl<'a> Walk<'a> {
    fn visit(&mut self, schema: NodeRef<'a>, path: &mut KeyPath) {
        self.visits += 1;
        if self.visits > MAX_VISITS {
            return;
        }
        self.note(schema, path);
        for (keyword, value) in schema.entries() {
            match keyword {
                "properties" => value.entries().for_each(|(key, inner)| self.below(key, inner, path)),
                "additionalProperties" => self.below("*", value, path),
                "patternProperties" => value.entries().for_each(|(_, inner)| self.below("*", inner, path)),
                "allOf" | "anyOf" | "oneOf" | "prefixItems" => {
                    value.items().for_each(|inner| self.visit(inner, path))
                }
                "items" | "then" | "else" => self.visit(value, path),
                "$ref" => self.follow(value.as_str().unwrap_or_default(), path),
                _ => {}
            }
        }
    }

    fn below(&mut self, key: &str, schema: NodeRef<'a>, path: &mut KeyPath) {
        path.push(key);
        self.visit(schema, path);
        path.pop();
    }

    fn follow(&mut self, reference: &'a str, path: &mut KeyPath) {
        if self.following.contains(&reference) || reference == "#" {
            self.hints.recursive = true;
            return;
        }
        let Some(target) = self.resolve(reference) else { return };
        self.following.push(reference);
        self.visit(target, path);
        self.following.pop();
    }

    /// A reference within the schema.
    fn resolve(&self, reference: &str) -> Option<NodeRef<'a>> {
        self.root.at(&KeyPath::from_fragment(reference.strip_prefix('#')?).ok()?)
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
