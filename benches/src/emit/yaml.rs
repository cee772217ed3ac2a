use super::{fits_one_line, float, remark};
use crate::{prng::Prng, tree::Tree};

/// Block-style YAML as a person keeps it: comments, blank lines, some flow lists, plain and quoted text, literal
/// and folded blocks. Reads the same under YAML 1.1 and 1.2.
pub fn yaml(tree: &Tree) -> String {
    write(tree, false)
}

/// The same data in all the other styles, wherever it fits them: maps and lists between brackets, on one line and on
/// several, and texts that are folded, plain or quoted over several lines.
pub fn mixed_yaml(tree: &Tree) -> String {
    write(tree, true)
}

fn write(tree: &Tree, mixed: bool) -> String {
    let mut writer = Writer { out: String::new(), rng: Prng::new(0x59414d4c), mixed };
    if tree.leaves() > 60 {
        writer.out.push_str(
            "# Platform configuration. Owner: platform@example.com\n# vim: set ts=2 sw=2 et:\n---\n",
        );
    }
    writer.members(tree.members(), 0);
    writer.out
}

struct Writer {
    out: String,
    rng: Prng,
    mixed: bool,
}

impl Writer {
    fn members(&mut self, members: &[(String, Tree)], depth: usize) {
        for (index, (key, value)) in members.iter().enumerate() {
            if index > 0 {
                if depth == 0 && !value.is_scalar() {
                    self.out.push('\n');
                }
                self.comment_above(depth);
                self.indent(depth);
            }
            self.member(key, value, depth);
        }
    }

    /// `key: value`, with the cursor already behind the indentation.
    fn member(&mut self, key: &str, value: &Tree, depth: usize) {
        self.out.push_str(&scalar(key, true));
        self.out.push(':');
        match value {
            Tree::List(items) if items.is_empty() => self.out.push_str(" []\n"),
            Tree::Map(members) if members.is_empty() => self.out.push_str(" {}\n"),
            Tree::List(_) | Tree::Map(_) if self.mixed && fits_one_line(value, 30) => {
                self.out.push(' ');
                match fits_one_line(value, 4) {
                    true => self.flow(value),
                    false => self.flow_lines(value, depth),
                }
                self.end_of_line();
            }
            Tree::Str(text) if self.mixed && text.len() > 30 && fold_is_safe(text) => {
                self.long_text(text, depth + 1)
            }
            Tree::List(_) if fits_one_line(value, 6) && self.rng.chance(60) => self.flow_line(value),
            Tree::Map(_) if fits_one_line(value, 3) && self.rng.chance(15) => self.flow_line(value),
            Tree::List(items) => {
                self.out.push('\n');
                let depth = if self.rng.chance(20) { depth } else { depth + 1 };
                items.iter().for_each(|item| self.item(item, depth));
            }
            Tree::Map(members) => {
                self.out.push('\n');
                self.indent(depth + 1);
                self.members(members, depth + 1);
            }
            Tree::Str(text) if text.contains('\n') && literal_is_safe(text) => self.literal(text, depth + 1),
            Tree::Str(text) if text.len() > 90 && fold_is_safe(text) && self.rng.chance(50) => {
                self.folded(text, depth + 1)
            }
            value => {
                self.out.push(' ');
                self.flow(value);
                self.end_of_line();
            }
        }
    }

    fn item(&mut self, item: &Tree, depth: usize) {
        self.indent(depth);
        self.out.push_str("- ");
        match item {
            Tree::Map(members) if !members.is_empty() => self.members(members, depth + 1),
            Tree::List(_) | Tree::Map(_) => {
                self.flow(item);
                self.out.push('\n');
            }
            scalar => {
                self.flow(scalar);
                self.end_of_line();
            }
        }
    }

    fn flow_line(&mut self, value: &Tree) {
        self.out.push(' ');
        self.flow(value);
        self.end_of_line();
    }

    fn flow(&mut self, value: &Tree) {
        match value {
            Tree::Bool(value) => self.out.push_str(if *value { "true" } else { "false" }),
            Tree::Int(value) => self.out.push_str(&value.to_string()),
            Tree::Float(value) => self.out.push_str(&float(*value)),
            Tree::Str(text) => {
                let quoted_anyway = self.rng.chance(20);
                self.out.push_str(&scalar(text, !quoted_anyway));
            }
            Tree::List(items) => {
                self.out.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.out.push_str(if index == 0 { "" } else { ", " });
                    self.flow(item);
                }
                self.out.push(']');
            }
            Tree::Map(members) => {
                self.out.push('{');
                for (index, (key, value)) in members.iter().enumerate() {
                    self.out.push_str(if index == 0 { " " } else { ", " });
                    self.out.push_str(&scalar(key, true));
                    self.out.push_str(": ");
                    self.flow(value);
                }
                self.out.push_str(" }");
            }
        }
    }

    /// Between brackets, a member a line.
    fn flow_lines(&mut self, value: &Tree, depth: usize) {
        let (open, close) = if matches!(value, Tree::List(_)) { ('[', ']') } else { ('{', '}') };
        self.out.push(open);
        let keys: Vec<_> = match value {
            Tree::Map(members) => members.iter().map(|(key, value)| (Some(key), value)).collect(),
            Tree::List(items) => items.iter().map(|item| (None, item)).collect(),
            _ => Vec::new(),
        };
        for (index, (key, value)) in keys.into_iter().enumerate() {
            self.out.push_str(if index == 0 { "\n" } else { ",\n" });
            self.indent(depth + 1);
            if let Some(key) = key {
                self.out.push_str(&format!("{}: ", scalar(key, true)));
            }
            self.flow(value);
        }
        self.out.push('\n');
        self.indent(depth + 1);
        self.out.push(close);
    }

    /// A text with spaces over several lines: folded, plain or quoted.
    fn long_text(&mut self, text: &str, depth: usize) {
        match self.rng.below(3) {
            0 => self.folded(text, depth),
            1 if plain_is_safe(text) => self.wrapped(text, depth),
            _ => self.wrapped(&scalar(text, false), depth),
        }
    }

    fn wrapped(&mut self, text: &str, depth: usize) {
        let mut width = 0;
        for word in text.split(' ') {
            if width > 40 {
                self.out.push('\n');
                self.indent(depth);
                width = 0;
            } else {
                self.out.push(' ');
            }
            self.out.push_str(word);
            width += word.len() + 1;
        }
        self.out.push('\n');
    }

    fn literal(&mut self, text: &str, depth: usize) {
        let (header, body) = match text.strip_suffix('\n') {
            Some(body) => (" |\n", body),
            None => (" |-\n", text),
        };
        self.out.push_str(header);
        for line in body.split('\n') {
            if !line.is_empty() {
                self.indent(depth);
                self.out.push_str(line);
            }
            self.out.push('\n');
        }
    }

    fn folded(&mut self, text: &str, depth: usize) {
        self.out.push_str(" >-\n");
        let mut width = 0;
        for word in text.split(' ') {
            if width > 0 && width + word.len() > 78 {
                self.out.push('\n');
                width = 0;
            }
            if width == 0 {
                self.indent(depth);
            } else {
                self.out.push(' ');
            }
            self.out.push_str(word);
            width += word.len() + 1;
        }
        self.out.push('\n');
    }

    fn comment_above(&mut self, depth: usize) {
        if self.rng.chance(7) {
            self.indent(depth);
            self.out.push_str("# ");
            self.out.push_str(remark(&mut self.rng));
            self.out.push('\n');
        }
    }

    fn end_of_line(&mut self) {
        if self.rng.chance(5) {
            self.out.push_str(if self.rng.chance(50) { "  # " } else { " # " });
            self.out.push_str(remark(&mut self.rng));
        }
        self.out.push('\n');
    }

    fn indent(&mut self, depth: usize) {
        self.out.extend(std::iter::repeat_n("  ", depth));
    }
}

fn scalar(text: &str, plain_if_possible: bool) -> String {
    if plain_if_possible && plain_is_safe(text) {
        return text.to_owned();
    }
    let plain_text = text.chars().all(|c| c != '\\' && c >= ' ');
    if plain_text && text.contains('"') || text.contains('\\') && text.chars().all(|c| c >= ' ') {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t");
    format!("\"{escaped}\"")
}

/// Conservative: a person quotes what looks like a number, a boolean, a time or punctuation.
fn plain_is_safe(text: &str) -> bool {
    const WORDS: &[&str] = &["true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"];
    let Some(first) = text.chars().next() else { return false };
    let numeric =
        text.chars().all(|c| matches!(c, '0'..='9' | '.' | '+' | '-' | '_' | ':' | 'e' | 'E' | 'x' | 'o'));
    let address = text.split('.').count() == 4 && text.chars().all(|c| c.is_ascii_digit() || c == '.');
    (first.is_alphanumeric() || matches!(first, '/' | '_' | '.'))
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.contains(['\n', '\t', ',', '[', ']', '{', '}', '"', '\\'])
        && !WORDS.contains(&text.to_lowercase().as_str())
        && (!numeric || address)
}

fn literal_is_safe(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    !body.ends_with('\n')
        && !body.contains('\t')
        && body.split('\n').all(|line| !line.starts_with(' ') && !line.ends_with(' '))
        && !body.starts_with('\n')
}

fn fold_is_safe(text: &str) -> bool {
    !text.contains(['\n', '\t']) && !text.contains("  ") && !text.starts_with(' ') && !text.ends_with(' ')
}
