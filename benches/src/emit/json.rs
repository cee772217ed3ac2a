use std::fmt::Write;

use super::float;
use crate::tree::Tree;

/// Pretty JSON, two spaces, as editors and formatters leave it.
pub fn json(tree: &Tree) -> String {
    let mut out = String::new();
    value(&mut out, tree, 0);
    out.push('\n');
    out
}

fn value(out: &mut String, tree: &Tree, depth: usize) {
    match tree {
        Tree::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Tree::Int(value) => out.push_str(&value.to_string()),
        Tree::Float(value) => out.push_str(&float(*value)),
        Tree::Str(text) => string(out, text),
        Tree::List(items) => block(out, '[', ']', items, depth, |out, item| value(out, item, depth + 1)),
        Tree::Map(members) => block(out, '{', '}', members, depth, |out, (key, member)| {
            string(out, key);
            out.push_str(": ");
            value(out, member, depth + 1);
        }),
    }
}

fn block<T>(
    out: &mut String,
    open: char,
    close: char,
    items: &[T],
    depth: usize,
    mut each: impl FnMut(&mut String, &T),
) {
    out.push(open);
    for (index, item) in items.iter().enumerate() {
        out.push_str(if index == 0 { "\n" } else { ",\n" });
        indent(out, depth + 1);
        each(out, item);
    }
    if !items.is_empty() {
        out.push('\n');
        indent(out, depth);
    }
    out.push(close);
}

fn indent(out: &mut String, depth: usize) {
    out.extend(std::iter::repeat_n("  ", depth));
}

/// Text with anything beyond the basic plane is written in ASCII, as Python's `json.dumps` does; the rest stays
/// UTF-8, as JavaScript does. Both occur in real files.
fn string(out: &mut String, text: &str) {
    let ascii = text.chars().any(|c| c > '\u{ffff}');
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if (c as u32) < 0x20 || (ascii && !c.is_ascii()) => escape(out, c),
            c => out.push(c),
        }
    }
    out.push('"');
}

fn escape(out: &mut String, c: char) {
    for unit in c.encode_utf16(&mut [0; 2]) {
        let _ = write!(out, "\\u{unit:04x}");
    }
}
