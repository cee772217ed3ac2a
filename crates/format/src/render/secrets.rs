//! What is secret in one text, to be hidden in another that says it under a name that is not.

use std::cell::Cell;
use std::collections::HashSet;
use std::path::Path;

use enhanced_config_core::{KeyPath, NodeRef, Redactor, Value};

use super::names::is_secret_value;
use crate::{Format, ParseOptions, parse};

/// The values of a text, by whether their place is secret. Booleans and empty texts tell nothing, and are left out.
pub(super) struct Secrets {
    secret: HashSet<String>,
    public: HashSet<String>,
    /// How many bytes may still be searched for parts. What is not searched is taken to be secret.
    budget: Cell<usize>,
}

/// A part of a secret, or a secret that is a part, is one from so many bytes on: shorter ones are everywhere.
const SHORTEST_PART: usize = 3;

/// Searching so much takes a few tens of milliseconds.
const MOST_SEARCHED: usize = 64 << 20;

impl Secrets {
    /// Those of a text; none of one that cannot be read.
    pub(super) fn of(text: &str, name: &str, redactor: &Redactor) -> Self {
        let budget = Cell::new(MOST_SEARCHED);
        let mut secrets = Self { secret: HashSet::new(), public: HashSet::new(), budget };
        let format = Format::of_path(Path::new(name));
        let options = ParseOptions::default();
        if let Some(parsed) = format.and_then(|format| parse(text.as_bytes(), format, name, &options).ok()) {
            secrets.add(parsed.document.root(), &mut KeyPath::root(), redactor, false);
        }
        secrets
    }

    fn add(&mut self, node: NodeRef<'_>, path: &mut KeyPath, redactor: &Redactor, below_secret: bool) {
        let is_secret =
            below_secret || redactor.is_secret(path) || node.as_str().is_some_and(is_secret_value);
        let texts = if is_secret { &mut self.secret } else { &mut self.public };
        texts.extend(text_of(node));
        for item in node.items() {
            self.add(item, path, redactor, is_secret);
        }
        for (key, member) in node.entries() {
            if is_secret && !key.is_empty() {
                self.secret.insert(key.to_owned());
            }
            path.push(key);
            self.add(member, path, redactor, is_secret);
            path.pop();
        }
    }

    /// Whether a value, or a key of a map, is a secret, or a new text that has one in it or is a part of one.
    pub(super) fn tell(&self, node: NodeRef<'_>) -> bool {
        !self.secret.is_empty()
            && (node.entries().any(|(key, _)| self.secret.contains(key))
                || text_of(node).is_some_and(|text| {
                    self.secret.contains(&text) || node.as_str().is_some() && self.tell_part(&text)
                }))
    }

    fn tell_part(&self, text: &str) -> bool {
        let is_within = |part: &str, whole: &str| part.len() >= SHORTEST_PART && whole.contains(part);
        !self.public.contains(text)
            && self.secret.iter().any(|secret| {
                let left = self.budget.get().saturating_sub(text.len() + secret.len());
                self.budget.set(left);
                left == 0 || is_within(text, secret) || is_within(secret, text)
            })
    }
}

/// A scalar as text.
fn text_of(node: NodeRef<'_>) -> Option<String> {
    match node.value() {
        Value::String(text) if !text.is_empty() => Some(text.to_owned()),
        Value::Integer(value) => Some(value.to_string()),
        Value::Unsigned(value) => Some(value.to_string()),
        Value::Float(value) => Some(value.to_string()),
        _ => None,
    }
}
