use std::collections::BTreeMap;

use enhanced_config_core::{KeyPath, Kind, NodeRef, Value};

use super::EmitError;
use crate::Format;

const FORMAT: Format = Format::DotEnv;

pub(super) fn emit(node: NodeRef<'_>) -> Result<String, EmitError> {
    if node.kind() != Kind::Map {
        return Err(EmitError::Root { format: FORMAT });
    }
    let mut writer = Writer { text: String::new(), path: KeyPath::root(), names: BTreeMap::new() };
    writer.members(node, "")?;
    Ok(writer.text)
}

struct Writer {
    text: String,
    path: KeyPath,
    /// The names written so far, and for which keys.
    names: BTreeMap<String, KeyPath>,
}

impl Writer {
    fn members(&mut self, map: NodeRef<'_>, prefix: &str) -> Result<(), EmitError> {
        map.entries().try_for_each(|(key, member)| {
            self.path.push(key);
            let name = format!("{prefix}{}", variable(key));
            if member.kind() == Kind::Map && !member.is_empty() {
                self.members(member, &format!("{name}__"))?;
            } else {
                self.variable(name, member)?;
            }
            self.path.pop();
            Ok(())
        })
    }

    fn variable(&mut self, name: String, node: NodeRef<'_>) -> Result<(), EmitError> {
        let path = self.path.clone();
        let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if !starts_well {
            return Err(EmitError::Name { path });
        }
        let value = match node.value() {
            Value::Null => return Err(EmitError::Null { path, format: FORMAT }),
            Value::String(text) => text.to_owned(),
            _ => serde_json::Value::from(node).to_string(),
        };
        self.text.push_str(&format!("{name}={}\n", quoted(&value)));
        match self.names.insert(name.clone(), path.clone()) {
            Some(first) => Err(EmitError::Names { first, second: path, name }),
            None => Ok(()),
        }
    }
}

/// A key as part of a variable's name.
fn variable(key: &str) -> String {
    key.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}

fn quoted(value: &str) -> String {
    let is_plain = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ':' | '@' | '+' | ',' | '%')
    };
    if !value.is_empty() && value.chars().all(is_plain) {
        return value.to_owned();
    }
    if !value.contains(['\'', '\r', '\n']) {
        return format!("'{value}'");
    }
    let mut out = String::from("\"");
    for c in value.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '"' | '\\' | '$' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out + "\""
}
