use std::collections::{BTreeMap, BTreeSet};

use enhanced_config_core::{KeyPath, Kind, NodeRef, is_secret_name};
use enhanced_config_format::{EmitError, Format};
use serde_json::Value as Json;

use super::placeholder;
use super::text::{json, jsonc, toml, yaml};
use super::{Description, KeyDescription};
use crate::Deprecation;
use crate::applying::{applying, first_default, named, naming, required_keys};

/// A key of the sample, in the order of the schema.
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) path: KeyPath,
    /// What is said about it, a line each.
    pub(super) remarks: Vec<String>,
    /// Whether it is set; else it is commented out.
    pub(super) is_set: bool,
    pub(super) has_default: bool,
    pub(super) body: Body,
}

pub(super) enum Body {
    Value(Json),
    Section(Vec<Entry>),
}

pub(super) fn of(description: &Description, format: Format) -> Result<String, EmitError> {
    let entries = entries(description, format);
    let name = &description.name;
    match format {
        Format::Json => json(&entries),
        Format::Jsonc => Ok(jsonc(&about(description), &entries)),
        Format::Yaml => {
            yaml(&head(description, format!("yaml-language-server: $schema=./{name}.schema.json")), &entries)
        }
        Format::Toml => toml(&head(description, format!(":schema ./{name}.schema.json")), &entries),
        format => Err(EmitError::Writer { format, why: "there is no sample in this format".to_owned() }),
    }
}

/// The first lines: where an editor finds the schema, and what it is about.
fn head(description: &Description, schema: String) -> Vec<String> {
    [schema].into_iter().chain(about(description)).collect()
}

/// What it is about.
fn about(description: &Description) -> Vec<String> {
    let said = [&description.title, &description.description].into_iter().flatten();
    said.flat_map(|text| lines(text)).collect()
}

fn lines(text: &str) -> Vec<String> {
    let clean =
        |c: char| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') { ' ' } else { c };
    let lines = text.lines().map(|line| line.chars().map(clean).collect::<String>().trim().to_owned());
    lines.filter(|line| !line.is_empty()).collect()
}

fn entries(description: &Description, format: Format) -> Vec<Entry> {
    let root = description.schema.root();
    let known = description.keys.iter().map(|key| (&*key.path, key)).collect();
    let has_null = format != Format::Toml;
    let mut sampler = Sampler { root, known, has_null, open: Vec::new(), left: Description::MAX_KEYS };
    // A file without any key is taken for one that is being written.
    sampler.section(&[root], &KeyPath::root(), false, true, None)
}

struct Sampler<'a> {
    root: NodeRef<'a>,
    known: BTreeMap<&'a str, &'a KeyDescription>,
    has_null: bool,
    /// What is said on the way, as rows of the schema.
    open: Vec<BTreeSet<u32>>,
    left: usize,
}

impl<'a> Sampler<'a> {
    /// The keys of a map. What is `given` as its default is the default of its keys; of one that is commented out
    /// itself, all are set.
    fn section(
        &mut self,
        schemas: &[NodeRef<'a>],
        path: &KeyPath,
        secret: bool,
        is_set: bool,
        given: Option<NodeRef<'a>>,
    ) -> Vec<Entry> {
        let chosen = applying(self.root, schemas, None);
        let required = with_dependents(&chosen);
        let least = chosen
            .iter()
            .filter_map(|schema| schema.get("minProperties")?.as_u64())
            .max()
            .unwrap_or(0)
            .max(u64::from(is_set));
        self.open.push(naming(&chosen));
        let mut entries = Vec::new();
        for (key, schemas) in named(&chosen) {
            let (is_required, path) = (required.contains(key), path.join(key));
            let is_obsolete = schemas.iter().any(|schema| Deprecation::of(*schema).is_some());
            if self.left > 0 && (is_required || !is_obsolete) {
                self.left -= 1;
                let default = given.and_then(|given| given.get(key));
                entries.push(self.entry(key, &schemas, path, is_required, secret, default));
            }
        }
        let named: BTreeSet<&str> = named(&chosen).into_iter().map(|(key, _)| key).collect();
        for key in required.iter().filter(|key| !named.contains(**key)) {
            entries.push(self.entry(key, &[], path.join(*key), true, secret, None));
        }
        self.open.pop();
        set_more(&mut entries, least);
        if !is_set {
            entries.iter_mut().for_each(|entry| entry.is_set = true);
        }
        let missing = usize::try_from(least).unwrap_or(usize::MAX).saturating_sub(entries.len()).min(64);
        for (key, schema) in placeholder::others(&chosen, missing) {
            let path = path.join(key.as_str());
            entries.push(self.entry(&key, &schema, path, true, secret, None));
        }
        entries
    }

    fn entry(
        &mut self,
        key: &str,
        schemas: &[NodeRef<'a>],
        path: KeyPath,
        is_set: bool,
        secret: bool,
        given: Option<NodeRef<'a>>,
    ) -> Entry {
        let marked = schemas.iter().find_map(|schema| schema.get("x-secret")?.as_bool());
        let secret = secret || marked.unwrap_or_else(|| is_secret_name(key));
        let default = given.or_else(|| first_default(self.root, schemas));
        let default = default.filter(|default| !secret && (self.has_null || !default.is_null()));
        let body = if self.is_section(schemas, default) {
            Body::Section(self.section(schemas, &path, secret, is_set, default))
        } else {
            Body::Value(default.map_or_else(|| placeholder::of(self.root, schemas, secret), Json::from))
        };
        Entry {
            key: key.to_owned(),
            remarks: self.remarks(&path),
            is_set,
            has_default: default.is_some(),
            body,
            path,
        }
    }

    /// Whether there are keys to tell about one by one, which have all that is in the default.
    fn is_section(&self, schemas: &[NodeRef<'a>], default: Option<NodeRef<'a>>) -> bool {
        let chosen = applying(self.root, schemas, None);
        let named: BTreeSet<&str> = named(&chosen).into_iter().map(|(key, _)| key).collect();
        let is_told = |default: NodeRef<'_>| {
            default.kind() == Kind::Map && default.entries().all(|(key, _)| named.contains(key))
        };
        !named.is_empty() && default.is_none_or(is_told) && !self.open.contains(&naming(&chosen))
    }

    fn remarks(&self, path: &KeyPath) -> Vec<String> {
        let Some(key) = self.known.get(path.to_string().as_str()) else { return Vec::new() };
        let mut remarks = lines(key.description.as_deref().unwrap_or_default());
        let types =
            [key.types.to_string()].into_iter().chain(key.constraints.iter().cloned()).collect::<Vec<_>>();
        let facts = [
            Some(types.join(", ")).filter(|types| types != "map"),
            key.is_secret.then(|| "secret".to_owned()),
            key.needs_restart.then(|| "needs a restart".to_owned()),
            key.variable.as_deref().map(str::to_owned),
        ];
        let facts: Vec<String> = facts.into_iter().flatten().collect();
        remarks.extend(lines(&facts.join("; ").replace('\n', " ")));
        remarks
    }
}

/// The keys that must be there, and those that these ask for.
fn with_dependents<'a>(chosen: &[NodeRef<'a>]) -> BTreeSet<&'a str> {
    let mut required: BTreeSet<&str> = BTreeSet::new();
    let mut open: Vec<&str> = required_keys(chosen).collect();
    while let Some(key) = open.pop() {
        if required.insert(key) {
            let rules = ["dependentRequired", "dependencies"].into_iter();
            let lists =
                rules.flat_map(|rule| chosen.iter().filter_map(move |schema| schema.get(rule)?.get(key)));
            open.extend(lists.flat_map(NodeRef::items).filter_map(NodeRef::as_str));
        }
    }
    required
}

/// Sets as many keys as a map must have, those with a default first.
fn set_more(entries: &mut [Entry], least: u64) {
    let mut set = entries.iter().filter(|entry| entry.is_set).count() as u64;
    for with_default in [true, false] {
        for entry in entries.iter_mut().filter(|entry| !entry.is_set) {
            if set >= least {
                return;
            }
            if entry.has_default == with_default {
                entry.is_set = true;
                set += 1;
            }
        }
    }
}
