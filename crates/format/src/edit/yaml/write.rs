//! Values as YAML.

use enhanced_config_core::{NodeRef, Value};

use crate::edit::write::{has_members, needs_escape, quoted};
use crate::yaml::is_plain_text;

/// How a text indents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Indents {
    /// Columns from a key to the keys below it.
    pub(super) step: usize,
    /// Columns from a key to the `-` below it.
    pub(super) dash: usize,
}

impl Indents {
    /// Where a text does not tell.
    pub(super) const USUAL: Indents = Indents { step: 2, dash: 2 };

    /// What follows the `:` of a key at `column`, a blank or a line end first.
    pub(super) fn behind_key(self, value: NodeRef<'_>, column: usize) -> String {
        let below = match value.value() {
            Value::Map(_) => column + self.step,
            _ => column + self.dash,
        };
        if has_members(value) {
            return format!("\n{}{}", " ".repeat(below), self.block(value, below));
        }
        format!(" {}", self.scalar_of_lines(value, column + self.step))
    }

    /// What follows a `-` at `column`.
    pub(super) fn behind_dash(self, value: NodeRef<'_>, column: usize) -> String {
        if has_members(value) {
            return format!(" {}", self.block(value, column + 2));
        }
        format!(" {}", self.scalar_of_lines(value, column + 2))
    }

    /// The members of a map or list at `column`, the first without its indentation.
    pub(super) fn block(self, node: NodeRef<'_>, column: usize) -> String {
        let members: Vec<_> = match node.value() {
            Value::Map(entries) => {
                entries.map(|(name, value)| key(name) + ":" + &self.behind_key(value, column)).collect()
            }
            _ => node.items().map(|item| format!("-{}", self.behind_dash(item, column))).collect(),
        };
        members.join(&format!("\n{}", " ".repeat(column)))
    }

    /// A scalar, or an empty collection; a text of several lines as such, at `column`.
    fn scalar_of_lines(self, value: NodeRef<'_>, column: usize) -> String {
        let literal = value.as_str().and_then(|text| literal(text, column));
        literal.unwrap_or_else(|| flow(value, None))
    }
}

/// A text of several lines behind a `|`, where it can be read so.
pub(super) fn literal(text: &str, column: usize) -> Option<String> {
    let content = text.strip_suffix('\n').unwrap_or(text);
    let is_fit = content.contains('\n')
        && !content.starts_with([' ', '\t', '\n'])
        && !content.ends_with('\n')
        && !content.chars().any(|c| needs_escape(c) && c != '\n')
        && !content.lines().any(|line| line.ends_with(' '));
    let header = if content.len() == text.len() { "|-" } else { "|" };
    let margin = format!("\n{}", " ".repeat(column));
    let lines =
        content.split('\n').map(|line| if line.is_empty() { "\n".into() } else { margin.clone() + line });
    is_fit.then(|| header.to_owned() + &lines.collect::<String>())
}

/// A value on one line. A text keeps the quotes that stood there before.
pub(super) fn flow(value: NodeRef<'_>, quote: Option<char>) -> String {
    match value.value() {
        Value::String(text) => text_of(text, quote),
        Value::Map(entries) => {
            let members: Vec<_> =
                entries.map(|(name, value)| format!("{}: {}", key(name), flow(value, None))).collect();
            format!("{{{}}}", members.join(", "))
        }
        Value::List(items) => {
            let items: Vec<_> = items.map(|item| flow(item, None)).collect();
            format!("[{}]", items.join(", "))
        }
        _ => serde_json::Value::from(value).to_string(),
    }
}

/// A key, quoted where it would read as something else.
pub(super) fn key(name: &str) -> String {
    if name == "<<" { quoted(name) } else { text_of(name, None) }
}

fn text_of(text: &str, quote: Option<char>) -> String {
    match quote {
        Some('\'') if !text.chars().any(needs_escape) => format!("'{}'", text.replace('\'', "''")),
        None if is_safe_plain(text) => text.to_owned(),
        _ => quoted(text),
    }
}

/// Whether every reader of YAML, of any version, reads it as this text, inside of brackets too.
fn is_safe_plain(text: &str) -> bool {
    let starts_well = text.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '/' | '.' | '$'));
    let is_harmless = |c: char| c.is_alphanumeric() || " _-./+@()$;=~^<>%*".contains(c);
    let colons =
        text.split(':').skip(1).all(|behind| behind.starts_with(|c: char| c.is_alphanumeric() || c == '/'));
    let is_sexagesimal = text.contains(':') && text.starts_with(|c: char| c.is_ascii_digit());
    starts_well
        && text.chars().all(|c| is_harmless(c) || c == ':')
        && !text.ends_with(' ')
        && colons
        && !is_sexagesimal
        && !is_other_word(text)
        && is_plain_text(text)
}

/// What YAML 1.1 takes for a boolean.
fn is_other_word(text: &str) -> bool {
    ["y", "n", "yes", "no", "on", "off"].iter().any(|word| text.eq_ignore_ascii_case(word))
}
