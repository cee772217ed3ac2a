//! Values as text, to stand among what is already written.

use enhanced_config_core::{Kind, NodeRef, Value};

/// A value as JSON, with a line for each member: its lines stand behind `indentation`, their members `step` further.
pub(super) fn json_lines(node: NodeRef<'_>, indentation: &str, step: &str) -> String {
    let (brackets, members): (_, Vec<_>) = match node.value() {
        Value::Map(entries) if !node.is_empty() => {
            let inner = indentation.to_owned() + step;
            let member =
                |(key, value)| format!("{inner}{}: {}", quoted(key), json_lines(value, &inner, step));
            (("{", "}"), entries.map(member).collect())
        }
        Value::List(items) if !node.is_empty() => {
            let inner = indentation.to_owned() + step;
            (("[", "]"), items.map(|item| inner.clone() + &json_lines(item, &inner, step)).collect())
        }
        _ => return json_line(node),
    };
    format!("{}\n{}\n{indentation}{}", brackets.0, members.join(",\n"), brackets.1)
}

/// A value as JSON on one line.
pub(super) fn json_line(node: NodeRef<'_>) -> String {
    let joined = |members: Vec<String>| members.join(", ");
    match node.value() {
        Value::Map(entries) if !node.is_empty() => {
            let member = |(key, value)| format!("{}: {}", quoted(key), json_line(value));
            format!("{{ {} }}", joined(entries.map(member).collect()))
        }
        Value::List(items) => format!("[{}]", joined(items.map(json_line).collect())),
        Value::String(text) => quoted(text),
        _ => serde_json::Value::from(node).to_string(),
    }
}

/// A text between double quotes, as JSON and YAML read it.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if needs_escape(c) => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Characters that YAML does not print, and those that end a line for some readers.
pub(super) fn needs_escape(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
        || ('\u{e000}'..='\u{f8ff}').contains(&c)
}

/// Whether a value is written with lines of its own in block style.
pub(super) fn has_members(node: NodeRef<'_>) -> bool {
    matches!(node.kind(), Kind::Map | Kind::List) && !node.is_empty()
}
