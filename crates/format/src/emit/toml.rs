use enhanced_config_core::{KeyPath, Kind, NodeRef, Value};

use super::EmitError;
use crate::Format;

const FORMAT: Format = Format::Toml;

pub(super) fn emit(node: NodeRef<'_>) -> Result<String, EmitError> {
    if node.kind() != Kind::Map {
        return Err(EmitError::Root { format: FORMAT });
    }
    check(node, &mut KeyPath::root())?;
    ::toml::to_string_pretty(&node)
        .map_err(|error| EmitError::Writer { format: FORMAT, why: error.to_string() })
}

/// Finds what TOML cannot hold, with its path, which the writer does not know.
fn check(node: NodeRef<'_>, path: &mut KeyPath) -> Result<(), EmitError> {
    match node.value() {
        Value::Null => Err(EmitError::Null { path: path.clone(), format: FORMAT }),
        Value::Unsigned(_) => Err(EmitError::Integer { path: path.clone(), format: FORMAT }),
        Value::List(items) => items.enumerate().try_for_each(|(index, item)| {
            path.push(index);
            check(item, path)?;
            path.pop();
            Ok(())
        }),
        Value::Map(mut entries) => entries.try_for_each(|(key, member)| {
            path.push(key);
            check(member, path)?;
            path.pop();
            Ok(())
        }),
        _ => Ok(()),
    }
}

/// A map as [`emit`] writes it, but each list and text on one line.
pub(crate) fn compact(node: NodeRef<'_>) -> Result<String, EmitError> {
    check(node, &mut KeyPath::root())?;
    ::toml::to_string(&node).map_err(|error| EmitError::Writer { format: FORMAT, why: error.to_string() })
}

/// A value as it stands behind a `=`, on one line where it has no text of several.
pub(crate) fn inline(node: NodeRef<'_>) -> Result<String, EmitError> {
    check(node, &mut KeyPath::root())?;
    let mut text = String::new();
    serde::Serialize::serialize(&node, ::toml::ser::ValueSerializer::new(&mut text))
        .map_err(|error| EmitError::Writer { format: FORMAT, why: error.to_string() })?;
    Ok(text)
}

/// As [`inline`], on one line whatever texts there are: line ends in them are escaped.
pub(crate) fn one_line(node: NodeRef<'_>) -> Result<String, EmitError> {
    let text = inline(node)?;
    if !text.contains('\n') {
        return Ok(text);
    }
    let joined = |parts: Result<Vec<String>, EmitError>| parts.map(|parts| parts.join(", "));
    match node.value() {
        Value::List(items) => Ok(format!("[{}]", joined(items.map(one_line).collect())?)),
        Value::Map(entries) => {
            let pair = |(name, member)| Ok(format!("{} = {}", key(name), one_line(member)?));
            Ok(format!("{{ {} }}", joined(entries.map(pair).collect())?))
        }
        // What JSON escapes TOML reads, and of what TOML wants escaped JSON lacks this one.
        Value::String(text) => Ok(serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007F")),
        _ => Ok(text),
    }
}

/// As [`compact`], each text on one line too, below headers that start with these keys: `[[…]]` for an item of a list.
pub(crate) fn section_of_lines(
    names: &[String],
    node: NodeRef<'_>,
    is_item: bool,
) -> Result<String, EmitError> {
    let (mut pairs, mut sections) = (String::new(), String::new());
    for (name, member) in node.entries() {
        let names = || [names, &[name.to_owned()]].concat();
        match member.value() {
            Value::Map(_) => sections += &section_of_lines(&names(), member, false)?,
            Value::List(items)
                if !member.is_empty() && items.clone().all(|item| item.kind() == Kind::Map) =>
            {
                for item in items {
                    sections += &section_of_lines(&names(), item, true)?;
                }
            }
            _ => pairs += &format!("{} = {}\n", key(name), one_line(member)?),
        }
    }
    let keys: Vec<_> = names.iter().map(|name| key(name)).collect();
    let header = match (is_item, pairs.is_empty() && !sections.is_empty()) {
        (true, _) => format!("\n[[{}]]\n", keys.join(".")),
        (false, false) => format!("\n[{}]\n", keys.join(".")),
        (false, true) => String::new(),
    };
    Ok(header + &pairs + &sections)
}

/// A key, quoted where it is not bare.
pub(crate) fn key(name: &str) -> String {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if !name.is_empty() && name.bytes().all(is_bare) {
        return name.to_owned();
    }
    ::toml::Value::String(name.to_owned()).to_string()
}
