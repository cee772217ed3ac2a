//! `${…}` in values, replaced: the rules are those of [`interpolate`].
//!
//! `template` takes texts apart, `resolve` finds what their references mean, and `write` builds the document.

mod resolve;
mod template;
mod write;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;

use enhanced_config_core::{
    Document, KeyPath, LayerKind, NodeRef, Problem, ProblemKind, Problems, Redactor, Segment, Value,
};

use self::resolve::Resolver;
use self::template::{Malformed, Template};

/// A document whose references are replaced.
#[derive(Debug)]
#[non_exhaustive]
pub struct Interpolated<'d> {
    /// The document; the very one that was given when it had no references.
    pub document: Cow<'d, Document>,
    /// Values that took in a secret, which makes them secret too.
    pub secrets: BTreeSet<KeyPath>,
}

/// Replaces references in the strings of an effective document.
///
/// | text | becomes |
/// |---|---|
/// | `${db.host}` | the value at that path from the root |
/// | `${env:HOME}` | the environment variable, by `environment` |
/// | `${x:-text}` | `text` where `x` is missing, null or empty; it may hold references and braces in pairs |
/// | `$${` | `${` |
/// | any other `$` | itself |
///
/// - A value that is exactly one reference becomes what it refers to: its type, its origin, and for maps and lists all
///   they hold. A variable becomes a string of the environment, which typed reads take as the type wants. A default
///   that is a number, `true`, `false`, `null` or a JSON string in quotes is that value.
/// - Inside a text, scalars are written as text; null, lists and maps are errors. The text keeps its origin.
/// - Whatever refers to a map or list refers to all that it holds, which must not refer back.
/// - Strings of the environment and of remote services are left as they are, and what they hold is not replaced
///   wherever it is taken in: it may come from somebody who must not read other values.
/// - Chains of more than 64 references, more than 4 MiB of text and more than 250,000 copied values are errors.
///
/// ```
/// use enhanced_config_core::{Document, Layer, LayerKind, Redactor};
/// let data = serde_json::json!({ "host": "a", "url": "http://${host}:${env:PORT:-80}/" });
/// let document = Document::from_serialize(&data, Layer::new(LayerKind::Base, "app.yaml"))?;
/// let unset = |_: &str| None;
/// let done = enhanced_config_layers::interpolate(&document, &unset, &Redactor::new())?;
/// assert_eq!(done.document.get("url").unwrap().as_str(), Some("http://a:80/"));
/// # Ok::<(), enhanced_config_core::Problems>(())
/// ```
///
/// # Errors
/// All at once: references to what is not there or to themselves, with the chain, and texts that are not well formed.
/// No message holds a value, or any part of a text that is secret by `redactor`.
pub fn interpolate<'d>(
    document: &'d Document,
    environment: &dyn Fn(&str) -> Option<OsString>,
    redactor: &Redactor,
) -> Result<Interpolated<'d>, Problems> {
    if !any(document.root()) {
        return Ok(Interpolated { document: Cow::Borrowed(document), secrets: BTreeSet::new() });
    }
    let mut found = Found { templates: BTreeMap::new(), problems: Problems::new() };
    found.look(document.root(), &mut KeyPath::root());
    let resolver = Resolver::new(document, environment, redactor, &found.templates, found.problems);
    let (document, secrets) = write::write(document.root(), resolver.run()?, redactor)?;
    Ok(Interpolated { document: Cow::Owned(document), secrets })
}

/// The texts with references, by path.
type Templates<'d> = BTreeMap<KeyPath, Text<'d>>;

struct Text<'d> {
    node: NodeRef<'d>,
    /// Nothing when it is not well formed, which has been reported.
    template: Option<Template<'d>>,
}

/// Chains of references, and defaults inside them.
const MAX_DEPTH: usize = 64;
const MAX_TEXT: usize = 4 << 20;
const MAX_COPIES: usize = 250_000;
/// Help for whoever hits one of these bounds.
const TOO_MUCH: &str = "references take in other values again and again";

/// What the replaced texts and copied values may still take.
struct Budget {
    text: usize,
    copies: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { text: MAX_TEXT, copies: MAX_COPIES }
    }
}

struct Found<'d> {
    templates: Templates<'d>,
    problems: Problems,
}

impl<'d> Found<'d> {
    fn look(&mut self, node: NodeRef<'d>, path: &mut KeyPath) {
        for (key, member) in node.entries() {
            self.look_below(key, member, path);
        }
        for (index, item) in node.items().enumerate() {
            self.look_below(index, item, path);
        }
        if let Some(text) = references(node) {
            let template = template::parse(text).map_err(|Malformed(fault)| {
                let kind = ProblemKind::Interpolation { reference: "…".into(), fault, chain: Vec::new() };
                self.problems.push(Problem::error(kind).with_path(path.clone()).with_origin(node.origin()));
            });
            self.templates.insert(path.clone(), Text { node, template: template.ok() });
        }
    }

    fn look_below(&mut self, segment: impl Into<Segment>, node: NodeRef<'d>, path: &mut KeyPath) {
        path.push(segment);
        self.look(node, path);
        path.pop();
    }
}

/// Whether there is a text with references at or below `node`.
fn any(node: NodeRef<'_>) -> bool {
    match node.value() {
        Value::Map(mut entries) => entries.any(|(_, member)| any(member)),
        Value::List(mut items) => items.any(any),
        _ => references(node).is_some(),
    }
}

/// The text of a value, if references in it count.
fn references(node: NodeRef<'_>) -> Option<&str> {
    let ours = !matches!(node.layer().kind(), LayerKind::Environment | LayerKind::Remote);
    node.as_str().filter(|text| ours && template::has_references(text))
}
