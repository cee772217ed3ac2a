//! Samples as text. Scalars are written as JSON writes them, which YAML and TOML read alike.

use enhanced_config_core::KeyPath;
use enhanced_config_format::{EmitError, Format};
use serde_json::Value as Json;

use super::sample::{Body, Entry};

/// The keys that are set and those that have a default, without remarks.
pub(super) fn json(entries: &[Entry]) -> Result<String, EmitError> {
    Ok(json_map(entries, 1) + "\n")
}

fn json_map(entries: &[Entry], level: usize) -> String {
    let pad = "  ".repeat(level);
    let is_told = |entry: &&Entry| entry.is_set || entry.has_default && matches!(entry.body, Body::Value(_));
    let members = entries.iter().filter(is_told).map(|entry| {
        let value = match &entry.body {
            Body::Value(value) => indented(value, &pad),
            Body::Section(entries) => json_map(entries, level + 1),
        };
        format!("{pad}{}: {value}", quoted(&entry.key))
    });
    let members: Vec<String> = members.collect();
    if members.is_empty() {
        return "{}".to_owned();
    }
    format!("{{\n{}\n{}}}", members.join(",\n"), "  ".repeat(level - 1))
}

fn indented(value: &Json, pad: &str) -> String {
    format!("{value:#}").replace('\n', &format!("\n{pad}"))
}

/// All keys. Each has a comma behind it, so that any can be commented in or out.
pub(super) fn jsonc(about: &[String], entries: &[Entry]) -> String {
    let about = about.iter().map(|line| format!("// {line}"));
    let lines = jsonc_map(entries).into_iter();
    let all: Vec<String> = about.chain(["{".to_owned()]).chain(lines).chain(["}\n".to_owned()]).collect();
    all.join("\n")
}

/// The lines between the braces of a map.
fn jsonc_map(entries: &[Entry]) -> Vec<String> {
    let mut lines = Vec::new();
    for entry in entries {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(entry.remarks.iter().map(|remark| format!("  // {remark}")));
        let mark = if entry.is_set { "" } else { "//" };
        let shown = |line: String| if line.is_empty() { line } else { format!("  {mark}{line}") };
        lines.extend(jsonc_entry(entry).into_iter().map(shown));
    }
    lines
}

fn jsonc_entry(entry: &Entry) -> Vec<String> {
    let key = quoted(&entry.key);
    match &entry.body {
        Body::Value(value) => vec![format!("{key}: {},", inline_json(value))],
        Body::Section(entries) => {
            let (open, close) = (format!("{key}: {{"), "},".to_owned());
            [open].into_iter().chain(jsonc_map(entries)).chain([close]).collect()
        }
    }
}

pub(super) fn yaml(head: &[String], entries: &[Entry]) -> Result<String, EmitError> {
    let lines =
        if entries.iter().any(|entry| entry.is_set) { yaml_map(entries) } else { vec!["{}".to_owned()] };
    Ok(text(head, lines))
}

fn text(head: &[String], lines: Vec<String>) -> String {
    let head = head.iter().map(|line| comment(line));
    let all: Vec<String> = head.chain([String::new()]).chain(lines).chain([String::new()]).collect();
    all.join("\n")
}

/// `# text`; what begins with a colon is for a program.
fn comment(line: &str) -> String {
    if line.starts_with(':') { format!("#{line}") } else { format!("# {line}") }
}

/// The lines of a map in block style.
fn yaml_map(entries: &[Entry]) -> Vec<String> {
    let mut lines = Vec::new();
    for entry in entries {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(entry.remarks.iter().map(|remark| comment(remark)));
        lines.extend(yaml_entry(entry).into_iter().map(|line| disabled(line, entry.is_set)));
    }
    lines
}

fn disabled(line: String, is_set: bool) -> String {
    if is_set || line.is_empty() { line } else { format!("#{line}") }
}

fn yaml_entry(entry: &Entry) -> Vec<String> {
    let key = yaml_scalar(&entry.key);
    let members = match &entry.body {
        Body::Value(Json::String(text)) => return vec![format!("{key}: {}", yaml_scalar(text))],
        Body::Value(value) => return vec![format!("{key}: {}", inline_json(value))],
        Body::Section(entries) => entries,
    };
    let inner = yaml_map(members).into_iter();
    let inner = inner.map(|line| if line.is_empty() { line } else { format!("  {line}") });
    let is_empty = !members.iter().any(|entry| entry.is_set);
    let first = if is_empty { format!("{key}: {{}}") } else { format!("{key}:") };
    [first].into_iter().chain(inner).collect()
}

/// A word that nothing reads as something else stands alone.
fn yaml_scalar(text: &str) -> String {
    let is_word = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    let means_more = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    if is_word && !means_more.contains(&text.to_ascii_lowercase().as_str()) {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// JSON in one line, in which no character is left that YAML or TOML refuse.
fn inline_json(value: &Json) -> String {
    match value {
        Json::String(text) => quoted(text),
        Json::Array(items) => format!("[{}]", items.iter().map(inline_json).collect::<Vec<_>>().join(", ")),
        Json::Object(members) => {
            let members =
                members.iter().map(|(key, value)| format!("{}: {}", quoted(key), inline_json(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control()
                || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}') =>
            {
                out.push_str(&format!("\\u{:04X}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out + "\""
}

pub(super) fn toml(head: &[String], entries: &[Entry]) -> Result<String, EmitError> {
    if !entries.iter().any(|entry| entry.is_set) {
        let why = "there is no key to set, and a text without any is none that loads".to_owned();
        return Err(EmitError::Writer { format: Format::Toml, why });
    }
    Ok(text(head, toml_table(entries, &[])?))
}

/// The lines of a table: its own values, then the tables inside of it, since what follows a table belongs to it.
fn toml_table(entries: &[Entry], names: &[String]) -> Result<Vec<String>, EmitError> {
    let mut lines = Vec::new();
    let is_value = |entry: &&Entry| matches!(entry.body, Body::Value(_));
    for entry in entries.iter().filter(is_value).chain(entries.iter().filter(|entry| !is_value(entry))) {
        let body = toml_entry(entry, names)?;
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(entry.remarks.iter().map(|remark| comment(remark)));
        lines.extend(body.into_iter().map(|line| disabled(line, entry.is_set)));
    }
    Ok(lines)
}

fn toml_entry(entry: &Entry, names: &[String]) -> Result<Vec<String>, EmitError> {
    let key = toml_key(&entry.key);
    match &entry.body {
        Body::Value(value) => match inline_toml(value, &entry.path) {
            Ok(value) => Ok(vec![format!("{key} = {value}")]),
            Err(error) if entry.is_set => Err(error),
            Err(_) => Ok(vec![format!("{key} =")]),
        },
        Body::Section(entries) => {
            let names: Vec<String> = names.iter().cloned().chain([key]).collect();
            let mut lines = vec![format!("[{}]", names.join("."))];
            lines.extend(toml_table(entries, &names)?);
            Ok(lines)
        }
    }
}

fn toml_key(key: &str) -> String {
    let is_bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if is_bare { key.to_owned() } else { quoted(key) }
}

fn inline_toml(value: &Json, path: &KeyPath) -> Result<String, EmitError> {
    const FORMAT: Format = Format::Toml;
    Ok(match value {
        Json::Null => return Err(EmitError::Null { path: path.clone(), format: FORMAT }),
        Json::Number(number) if number.is_u64() && !number.is_i64() => {
            return Err(EmitError::Integer { path: path.clone(), format: FORMAT });
        }
        Json::String(text) => quoted(text),
        Json::Array(items) => {
            let items: Result<Vec<String>, EmitError> =
                items.iter().map(|item| inline_toml(item, path)).collect();
            format!("[{}]", items?.join(", "))
        }
        Json::Object(members) => {
            // What is not there is what `null` says.
            let members = members.iter().filter(|(_, value)| !value.is_null());
            let members: Result<Vec<String>, EmitError> = members
                .map(|(key, value)| Ok(format!("{} = {}", toml_key(key), inline_toml(value, path)?)))
                .collect();
            format!("{{ {} }}", members?.join(", "))
        }
        other => other.to_string(),
    })
}
