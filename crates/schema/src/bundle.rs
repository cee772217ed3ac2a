//! One document for a schema and all that it refers to.
//!
//! What walks a schema beside the validator, for names of variables, hints, defaults and descriptions, then follows
//! pointers within one document, and need not know what `$id`s, anchors and file names lead to.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use enhanced_config_core::{
    BuildError, Document, DocumentBuilder, KeyPath, NodeRef, Problem, ProblemKind, Problems, Segment, Value,
};
use jsonschema::uri;

use crate::library::Library;

/// The schema `name` with every other that it refers to under `$defs`, all references being pointers into the
/// document itself. Every value keeps its place. A reference that leads nowhere is left as it is.
pub(crate) fn bundle(
    name: &str,
    schema: &Arc<Document>,
    library: &Library,
) -> Result<Arc<Document>, Problems> {
    let mut bundle = Bundle { library, members: Vec::new(), edits: HashMap::new() };
    bundle.add(name, schema, &Library::uri(name));
    let mut next = 0;
    while let Some((root, base)) = bundle.member(next) {
        bundle.read(Part { node: root, role: Role::Schema }, next, &base);
        next += 1;
    }
    if bundle.edits.is_empty() {
        return Ok(Arc::clone(schema));
    }
    bundle.write().map(Arc::new).map_err(|error| too_large(schema, &error))
}

fn too_large(schema: &Document, error: &BuildError) -> Problems {
    let message = format!("cannot be joined with the schemas that it refers to: {error}");
    let problem = Problem::error(ProblemKind::Custom { message: message.into() });
    problem.with_origin(schema.root().origin()).into()
}

struct Bundle<'a> {
    library: &'a Library,
    /// The schema itself, then the others in the order in which references lead to them.
    members: Vec<Member<'a>>,
    /// What becomes of values, by member and row.
    edits: HashMap<(usize, u32), Edit>,
}

struct Member<'a> {
    schema: &'a Arc<Document>,
    /// Its own address.
    base: String,
    /// Where its root is in the bundle.
    at: KeyPath,
    /// Where its resources are, by address, and its anchors, by address with fragment.
    places: BTreeMap<String, KeyPath>,
}

enum Edit {
    /// A reference, as a pointer.
    Refer(String),
    /// What would give the values around it another address or a second name.
    Drop,
}

impl<'a> Bundle<'a> {
    fn member(&self, at: usize) -> Option<(NodeRef<'a>, String)> {
        self.members.get(at).map(|member| (member.schema.root(), member.base.clone()))
    }

    fn add(&mut self, name: &str, schema: &'a Arc<Document>, address: &str) -> usize {
        let root = schema.root();
        let at = if self.members.is_empty() { KeyPath::root() } else { self.free_place(name) };
        let base = own_address(root, address).unwrap_or_else(|| address.to_owned());
        let mut places = BTreeMap::from([(address.to_owned(), KeyPath::root())]);
        find_places(Part { node: root, role: Role::Schema }, &base, &mut KeyPath::root(), &mut places);
        self.members.push(Member { schema, base, at, places });
        self.members.len() - 1
    }

    /// A place under `$defs` that nothing else has.
    fn free_place(&self, name: &str) -> KeyPath {
        let own = self.members.first().and_then(|root| root.schema.root().get("$defs"));
        let place = |key: &str| KeyPath::root().join("$defs").join(key);
        let is_free = |key: &String| {
            own.is_none_or(|own| own.get(key).is_none())
                && self.members.iter().all(|member| member.at != place(key))
        };
        let numbered = (2..).map(|number: u32| format!("{name}-{number}"));
        place(&std::iter::once(name.to_owned()).chain(numbered).find(is_free).unwrap_or_default())
    }

    /// Notes what becomes of the references and names inside of `part`, which is at the address `base`.
    fn read(&mut self, part: Part<'a>, member: usize, base: &str) {
        let own = own_address(part.node, base);
        let base = own.as_deref().unwrap_or(base);
        for (keyword, value) in part.keywords() {
            let Some(text) = value.as_str() else { continue };
            if let Some(edit) = self.edit(part.node, member, keyword, text, base) {
                self.edits.insert((member, value.row_number()), edit);
            }
        }
        part.inner().for_each(|(_, inner)| self.read(inner, member, base));
    }

    fn edit(
        &mut self,
        schema: NodeRef<'_>,
        member: usize,
        keyword: &str,
        text: &str,
        base: &str,
    ) -> Option<Edit> {
        let is_whole = member == 0 && schema.row_number() == schema.document().root().row_number();
        match keyword {
            // It can only be written as `$ref`, of which there is one.
            "$recursiveRef" if schema.get("$ref").is_some() => None,
            "$ref" | "$dynamicRef" | "$recursiveRef" => {
                self.pointer(text, base).filter(|pointer| pointer != text).map(Edit::Refer)
            }
            "$schema" if !is_whole => Some(Edit::Drop),
            "$anchor" | "$dynamicAnchor" if member > 0 => Some(Edit::Drop),
            _ if keyword == id_keyword(schema) && !is_whole => Some(Edit::Drop),
            _ => None,
        }
    }

    /// Where a reference leads, as a pointer into the bundle.
    fn pointer(&mut self, reference: &str, base: &str) -> Option<String> {
        let address = resolve(base, reference)?;
        let (file, fragment) = address.split_once('#').unwrap_or((&address, ""));
        let known = self.members.iter().position(|member| member.places.contains_key(file));
        let member = known.or_else(|| self.fetch(file))?;
        let member = self.members.get(member)?;
        let path = match fragment {
            "" => member.places.get(file)?.clone(),
            pointer if pointer.starts_with('/') => {
                joined(member.places.get(file)?, &KeyPath::from_fragment(pointer).ok()?)
            }
            _ => member.places.get(&address)?.clone(),
        };
        member.schema.at(&path)?;
        Some(format!("#{}", joined(&member.at, &path).to_fragment()))
    }

    /// Adds the registered schema with this address.
    fn fetch(&mut self, address: &str) -> Option<usize> {
        let schema = self.library.find(address)?;
        let is_it = |name: &&str| self.library.get(name).is_some_and(|other| Arc::ptr_eq(other, schema));
        let name = self.library.names().find(is_it)?;
        let known = self.members.iter().position(|member| Arc::ptr_eq(member.schema, schema));
        let Some(known) = known else { return Some(self.add(name, schema, address)) };
        self.members.get_mut(known)?.places.insert(address.to_owned(), KeyPath::root());
        Some(known)
    }

    fn write(&self) -> Result<Document, BuildError> {
        let Some((first, others)) = self.members.split_first() else { return Err(BuildError::Unbalanced) };
        let root = first.schema.root();
        let own = root.get("$defs").filter(|own| own.kind() == enhanced_config_core::Kind::Map);
        let mut writer = Writer::new(self, root);
        writer.open(root)?;
        for (key, value) in root.entries() {
            if own.is_none() || key != "$defs" {
                writer.entry(0, key, value)?;
            }
        }
        if own.is_some() || !others.is_empty() {
            writer.definitions(own.unwrap_or(root), own, others)?;
        }
        writer.close(root)?;
        writer.builder.finish()
    }
}

/// Copies values, with the edits.
struct Writer<'b, 'a> {
    bundle: &'b Bundle<'a>,
    builder: DocumentBuilder,
}

impl<'b, 'a> Writer<'b, 'a> {
    fn new(bundle: &'b Bundle<'a>, root: NodeRef<'_>) -> Self {
        let builder = DocumentBuilder::new(root.layer().clone());
        Self { bundle, builder: builder.with_max_values(usize::MAX).with_max_depth(usize::MAX) }
    }

    /// `$defs`, with the other schemas behind those that were there.
    fn definitions(
        &mut self,
        place: NodeRef<'_>,
        own: Option<NodeRef<'_>>,
        others: &[Member<'_>],
    ) -> Result<(), BuildError> {
        self.builder.key("$defs", place.key_position())?;
        self.open(place)?;
        let mut own = own.into_iter().flat_map(NodeRef::entries);
        own.try_for_each(|(key, value)| self.entry(0, key, value))?;
        for (at, other) in (1..).zip(others) {
            let root = other.schema.root();
            self.builder.key(other.at.last_key().unwrap_or_default(), root.position())?;
            self.value(at, root)?;
        }
        self.close(place)
    }

    fn entry(&mut self, member: usize, key: &str, value: NodeRef<'_>) -> Result<(), BuildError> {
        match self.bundle.edits.get(&(member, value.row_number())) {
            Some(Edit::Drop) => Ok(()),
            Some(Edit::Refer(pointer)) => {
                // This one may name nothing but the whole document.
                let keyword = if key == "$recursiveRef" { "$ref" } else { key };
                self.builder.key(keyword, value.key_position())?;
                self.builder.set_layer(value.layer())?;
                self.builder.string(pointer, value.position())
            }
            None => {
                self.builder.key(key, value.key_position())?;
                self.value(member, value)
            }
        }
    }

    fn value(&mut self, member: usize, value: NodeRef<'_>) -> Result<(), BuildError> {
        match value.value() {
            Value::Map(mut entries) => {
                self.open(value)?;
                entries.try_for_each(|(key, inner)| self.entry(member, key, inner))?;
                self.close(value)
            }
            Value::List(mut items) => {
                self.builder.set_layer(value.layer())?;
                self.builder.open_list(value.position())?;
                items.try_for_each(|item| self.value(member, item))?;
                self.close(value)
            }
            _ => self.builder.copy(value),
        }
    }

    fn open(&mut self, map: NodeRef<'_>) -> Result<(), BuildError> {
        self.builder.set_layer(map.layer())?;
        self.builder.open_map(map.position())
    }

    fn close(&mut self, opened: NodeRef<'_>) -> Result<(), BuildError> {
        self.builder.set_layer(opened.layer())?;
        self.builder.close()
    }
}

/// Notes the resources and anchors inside of `part`.
fn find_places(part: Part<'_>, base: &str, path: &mut KeyPath, places: &mut BTreeMap<String, KeyPath>) {
    let own = own_address(part.node, base);
    let base = own.as_deref().unwrap_or(base);
    if own.is_some() {
        places.entry(base.to_owned()).or_insert_with(|| path.clone());
    }
    for (keyword, value) in part.keywords() {
        let anchor = match keyword {
            "$anchor" | "$dynamicAnchor" => value.as_str(),
            // As it was before 2019.
            "$id" | "id" => value.as_str().and_then(|id| id.strip_prefix('#')),
            _ => None,
        };
        if let Some(anchor) = anchor {
            places.entry(format!("{base}#{anchor}")).or_insert_with(|| path.clone());
        }
    }
    for (step, inner) in part.inner() {
        path.push(step);
        find_places(inner, base, path, places);
        path.pop();
    }
}

/// A value of a schema.
#[derive(Clone, Copy)]
struct Part<'a> {
    node: NodeRef<'a>,
    role: Role,
}

#[derive(Clone, Copy, PartialEq)]
enum Role {
    /// A schema, or what may hold some.
    Schema,
    /// A map from names of any kind to schemas.
    Names,
}

impl<'a> Part<'a> {
    fn keywords(self) -> impl Iterator<Item = (&'a str, NodeRef<'a>)> {
        self.node.entries().filter(move |_| self.role == Role::Schema)
    }

    /// The values inside that may be schemas, or hold some. What is there as data is none, whatever it looks like.
    fn inner(self) -> impl Iterator<Item = (Segment, Self)> {
        let members = self.node.entries().filter_map(move |(key, node)| {
            let role = if self.role == Role::Names { Role::Schema } else { role(key)? };
            Some((key.into(), Part { node, role }))
        });
        let items = self.node.items().enumerate();
        members.chain(items.map(|(index, node)| (index.into(), Part { node, role: Role::Schema })))
    }
}

fn role(keyword: &str) -> Option<Role> {
    match keyword {
        "const" | "enum" | "default" | "examples" => None,
        "properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas"
        | "dependencies" => Some(Role::Names),
        keyword => (!keyword.starts_with("x-")).then_some(Role::Schema),
    }
}

/// The address that a schema gives itself.
fn own_address(schema: NodeRef<'_>, base: &str) -> Option<String> {
    let id = schema.get(id_keyword(schema))?.as_str().filter(|id| !id.starts_with('#'))?;
    let resolved = resolve(base, id)?;
    Some(resolved.trim_end_matches('#').to_owned())
}

fn id_keyword(schema: NodeRef<'_>) -> &'static str {
    let dialect = schema.document().get("$schema").and_then(NodeRef::as_str);
    if dialect.is_some_and(|dialect| dialect.contains("draft-04")) { "id" } else { "$id" }
}

fn resolve(base: &str, reference: &str) -> Option<String> {
    let base = uri::from_str(base).ok()?;
    Some(uri::resolve_against(&base.borrow(), reference).ok()?.as_str().to_owned())
}

fn joined(start: &KeyPath, rest: &KeyPath) -> KeyPath {
    start.segments().iter().chain(rest.segments()).cloned().collect()
}
