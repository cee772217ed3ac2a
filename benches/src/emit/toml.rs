use super::{fits_one_line, float, remark};
use crate::{prng::Prng, tree::Tree};

/// TOML as a person keeps it: headers, arrays of tables, some inline tables, comments, literal and multi-line text.
///
/// Scalars come before tables, so the order of members differs from the other formats where the data mixes them.
pub fn toml(tree: &Tree) -> String {
    let mut writer = Writer { out: String::new(), rng: Prng::new(0x544f4d4c) };
    if tree.leaves() > 60 {
        writer.out.push_str("# Platform configuration. Owner: platform@example.com\n\n");
    }
    writer.table(tree.members(), "");
    writer.out
}

struct Writer {
    out: String,
    rng: Prng,
}

impl Writer {
    fn table(&mut self, members: &[(String, Tree)], path: &str) {
        let mut tables = Vec::new();
        for (name, value) in members {
            let inline = match value {
                Tree::Map(_) => fits_one_line(value, 3) && self.rng.chance(25),
                Tree::List(_) => !value.is_list_of_maps(),
                _ => true,
            };
            if inline { self.line(name, value) } else { tables.push((name, value)) }
        }
        for (name, value) in tables {
            let path = if path.is_empty() { key(name) } else { format!("{path}.{}", key(name)) };
            match value {
                Tree::List(items) => {
                    items.iter().for_each(|item| self.header("[[", &path, "]]", item.members()))
                }
                _ => self.header("[", &path, "]", value.members()),
            }
        }
    }

    fn header(&mut self, open: &str, path: &str, close: &str, members: &[(String, Tree)]) {
        // A table of tables needs no header of its own, and people leave it out.
        let only_tables = !members.is_empty()
            && open == "["
            && members.iter().all(|(_, v)| matches!(v, Tree::Map(_)) && !fits_one_line(v, 3));
        if !only_tables {
            self.out.push('\n');
            self.comment_above();
            self.out.push_str(&format!("{open}{path}{close}\n"));
        }
        self.table(members, path);
    }

    fn line(&mut self, name: &str, value: &Tree) {
        self.comment_above();
        self.out.push_str(&key(name));
        self.out.push_str(" = ");
        match value {
            Tree::List(items) if !fits_one_line(value, 6) => {
                self.out.push_str("[\n");
                for item in items {
                    self.out.push_str("  ");
                    self.inline(item);
                    self.out.push_str(",\n");
                }
                self.out.push_str("]\n");
            }
            _ => {
                self.inline(value);
                if self.rng.chance(5) {
                    self.out.push_str("  # ");
                    self.out.push_str(remark(&mut self.rng));
                }
                self.out.push('\n');
            }
        }
    }

    fn inline(&mut self, value: &Tree) {
        match value {
            Tree::Bool(value) => self.out.push_str(if *value { "true" } else { "false" }),
            Tree::Int(value) => self.out.push_str(&value.to_string()),
            Tree::Float(value) => self.out.push_str(&float(*value)),
            Tree::Str(text) => self.out.push_str(&string(text)),
            Tree::List(items) => {
                self.out.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.out.push_str(if index == 0 { "" } else { ", " });
                    self.inline(item);
                }
                self.out.push(']');
            }
            Tree::Map(members) => {
                self.out.push('{');
                for (index, (name, value)) in members.iter().enumerate() {
                    self.out.push_str(if index == 0 { " " } else { ", " });
                    self.out.push_str(&key(name));
                    self.out.push_str(" = ");
                    self.inline(value);
                }
                self.out.push_str(" }");
            }
        }
    }

    fn comment_above(&mut self) {
        if self.rng.chance(5) {
            self.out.push_str("# ");
            self.out.push_str(remark(&mut self.rng));
            self.out.push('\n');
        }
    }
}

fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if bare { name.to_owned() } else { string(name) }
}

fn string(text: &str) -> String {
    if text.contains('\\') && !text.contains('\'') && text.chars().all(|c| c >= ' ') {
        return format!("'{text}'");
    }
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\t', "\\t");
    if escaped.contains('\n') {
        return format!("\"\"\"\n{escaped}\"\"\"");
    }
    format!("\"{escaped}\"")
}
