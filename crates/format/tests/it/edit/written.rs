//! Random documents as people write them: comments everywhere, blank lines, block and flow style, quotes.

use enhanced_config_core::KeyPath;
use enhanced_config_format::Format;
use serde_json::Value;

/// A value and how it is written: a bit of the style for each choice.
#[derive(Debug, Clone)]
pub(crate) enum Node {
    Scalar(Value, u8),
    List(Vec<Node>, u8),
    Map(Vec<(String, Node)>, u8),
}

/// A line of the text, and the value that it is about.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) path: KeyPath,
    /// Whether all below its path stands on it.
    pub(crate) is_flow: bool,
    /// Whether it starts an item and has the first of its members too.
    pub(crate) is_compact: bool,
    /// Whether it repeats the keys of all that it stands in.
    pub(crate) is_header: bool,
    pub(crate) is_touched: bool,
}

impl Node {
    pub(crate) fn value(&self) -> Value {
        match self {
            Node::Scalar(value, _) => value.clone(),
            Node::List(items, _) => items.iter().map(Node::value).collect(),
            Node::Map(members, _) => members.iter().map(|(key, node)| (key.clone(), node.value())).collect(),
        }
    }

    fn style(&self) -> u8 {
        match self {
            Node::Scalar(_, style) | Node::List(_, style) | Node::Map(_, style) => *style,
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Node::Scalar(..) => true,
            Node::List(items, _) => items.is_empty(),
            Node::Map(members, _) => members.is_empty(),
        }
    }

    fn is_flow(&self) -> bool {
        self.style() & 1 == 1 || self.is_empty()
    }
}

pub(crate) fn written(node: &Node, format: Format) -> (String, Vec<Line>) {
    let mut writer = Writer { lines: Vec::new(), format, comments: 0 };
    writer.comment(&KeyPath::root(), 0);
    writer.blank(&KeyPath::root());
    match node {
        Node::Map(members, _) if members.is_empty() => {
            let text = if format == Format::Toml { "" } else { "{}" };
            writer.line(text.to_owned(), &KeyPath::root(), true);
        }
        Node::Map(members, _) if format == Format::Toml => writer.toml_table(members, &KeyPath::root(), &[]),
        _ if format == Format::Jsonc => writer.json(node, String::new(), &KeyPath::root(), 0, ""),
        Node::Map(members, style) => writer.yaml_map(members, &KeyPath::root(), 0, *style, None),
        _ => unreachable!("the root is a map"),
    }
    let last = if node.style() & 2 == 2 { "" } else { "\n" };
    let text: Vec<_> = writer.lines.iter().map(|line| line.text.as_str()).collect();
    (text.join("\n") + last, writer.lines)
}

struct Writer {
    lines: Vec<Line>,
    format: Format,
    comments: usize,
}

impl Writer {
    fn line(&mut self, text: String, path: &KeyPath, is_flow: bool) {
        let line = Line {
            text,
            path: path.clone(),
            is_flow,
            is_compact: false,
            is_header: false,
            is_touched: false,
        };
        self.lines.push(line);
    }

    /// A line that belongs to a collection, and to none of its members.
    fn blank(&mut self, path: &KeyPath) {
        self.line(String::new(), &path.join("no member"), false);
    }

    fn remark(&mut self) -> String {
        self.comments += 1;
        let mark = if self.format == Format::Jsonc { "//" } else { "#" };
        format!("{mark} c{}", self.comments)
    }

    fn comment(&mut self, path: &KeyPath, column: usize) {
        let remark = self.remark();
        self.line(" ".repeat(column) + &remark, path, false);
    }

    fn before(&mut self, style: u8, path: &KeyPath, column: usize) {
        if style & 4 == 4 {
            self.blank(&path.parent().unwrap());
        }
        if style & 8 == 8 {
            self.comment(path, column);
        }
    }

    /// Members, the first behind `start`, which takes the place of the indentation.
    fn yaml_map(
        &mut self,
        members: &[(String, Node)],
        path: &KeyPath,
        column: usize,
        _: u8,
        start: Option<String>,
    ) {
        let mut start = start;
        for (name, node) in members {
            let path = path.join(name.as_str());
            let first = start.take();
            let is_compact = first.is_some();
            if !is_compact {
                self.before(node.style(), &path, column);
            }
            let head =
                first.unwrap_or_else(|| " ".repeat(column)) + &serde_json::to_string(name).unwrap() + ":";
            let at = self.lines.len();
            self.yaml_value(node, head, &path, column);
            self.lines[at].is_compact = is_compact;
        }
    }

    fn yaml_value(&mut self, node: &Node, head: String, path: &KeyPath, column: usize) {
        let remark = if node.style() & 16 == 16 { " ".to_owned() + &self.remark() } else { String::new() };
        match node {
            Node::Scalar(Value::String(text), style) if style & 32 == 32 && is_literal(text) => {
                self.line(format!("{head} |{remark}"), path, true);
                for line in text.lines() {
                    self.line(format!("{}{line}", " ".repeat(column + 3)), path, true);
                }
            }
            node if node.is_flow() => {
                self.line(format!("{head} {}{remark}", flow(node, self.format)), path, true)
            }
            Node::Map(members, style) => {
                self.line(head + &remark, path, false);
                self.yaml_map(members, path, column + 2, *style, None);
            }
            Node::List(items, style) => {
                self.line(head + &remark, path, false);
                let column = column + usize::from(style & 32 == 32) * 2;
                self.yaml_list(items, path, column);
            }
            Node::Scalar(..) => unreachable!("a scalar has no lines"),
        }
    }

    fn yaml_list(&mut self, items: &[Node], path: &KeyPath, column: usize) {
        for (at, item) in items.iter().enumerate() {
            let path = path.join(at);
            self.before(item.style(), &path, column);
            let dash = " ".repeat(column) + "-";
            match item {
                Node::Map(members, style) if !item.is_flow() && style & 32 == 32 => {
                    self.yaml_map(members, &path, column + 2, *style, Some(dash + " "));
                }
                Node::List(items, _) if !item.is_flow() => {
                    self.line(dash, &path, false);
                    self.yaml_list(items, &path, column + 2);
                }
                _ => self.yaml_value(item, dash, &path, column),
            }
        }
    }

    fn json(&mut self, node: &Node, head: String, path: &KeyPath, column: usize, comma: &str) {
        let remark = if node.style() & 16 == 16 { " ".to_owned() + &self.remark() } else { String::new() };
        let indentation = " ".repeat(column);
        let members: Vec<(String, KeyPath, &Node)> = match node {
            node if node.is_flow() && column > 0 || node.is_empty() => {
                return self.line(
                    format!("{indentation}{head}{}{comma}{remark}", flow(node, self.format)),
                    path,
                    true,
                );
            }
            Node::Map(members, _) => members
                .iter()
                .map(|(name, node)| {
                    (serde_json::to_string(name).unwrap() + ": ", path.join(name.as_str()), node)
                })
                .collect(),
            Node::List(items, _) => {
                items.iter().enumerate().map(|(at, item)| (String::new(), path.join(at), item)).collect()
            }
            Node::Scalar(..) => unreachable!("a scalar has no lines"),
        };
        let brackets = if matches!(node, Node::Map(..)) { ("{", "}") } else { ("[", "]") };
        self.line(format!("{indentation}{head}{}{remark}", brackets.0), path, false);
        let last = members.len() - 1;
        for (at, (head, path, member)) in members.into_iter().enumerate() {
            self.before(member.style(), &path, column + 2);
            let comma = if at < last || node.style() & 64 == 64 { "," } else { "" };
            self.json(member, head, &path, column + 2, comma);
        }
        self.line(format!("{indentation}{}{comma}", brackets.1), path, false);
    }

    fn toml_table(&mut self, members: &[(String, Node)], path: &KeyPath, names: &[String]) {
        let is_table = |node: &Node| match node {
            Node::Map(..) => !node.is_flow(),
            Node::List(items, _) => !node.is_flow() && items.iter().all(|item| matches!(item, Node::Map(..))),
            Node::Scalar(..) => false,
        };
        for (name, node) in members.iter().filter(|(_, node)| !is_table(node)) {
            let path = path.join(name.as_str());
            self.before(node.style(), &path, 0);
            let remark =
                if node.style() & 16 == 16 { " ".to_owned() + &self.remark() } else { String::new() };
            self.line(format!("{} = {}{remark}", toml_key(name), flow(node, self.format)), &path, true);
        }
        for (name, node) in members.iter().filter(|(_, node)| is_table(node)) {
            let path = path.join(name.as_str());
            let names = [names, &[toml_key(name)]].concat();
            match node {
                Node::Map(members, style) => self.toml_section(members, *style, &path, &names, ("[", "]")),
                Node::List(items, _) => {
                    for (at, item) in items.iter().enumerate() {
                        let Node::Map(members, style) = item else { unreachable!("tables all") };
                        self.toml_section(members, *style, &path.join(at), &names, ("[[", "]]"));
                    }
                }
                Node::Scalar(..) => unreachable!("tables all"),
            }
        }
    }

    fn toml_section(
        &mut self,
        members: &[(String, Node)],
        style: u8,
        path: &KeyPath,
        names: &[String],
        brackets: (&str, &str),
    ) {
        // What is between two sections comes and goes with the second.
        self.blank(path);
        self.before(style, path, 0);
        let remark = if style & 16 == 16 { " ".to_owned() + &self.remark() } else { String::new() };
        self.line(format!("{}{}{}{remark}", brackets.0, names.join("."), brackets.1), path, false);
        self.lines.last_mut().unwrap().is_header = true;
        self.toml_table(members, path, names);
    }
}

fn is_literal(text: &str) -> bool {
    text.ends_with('\n') && !text.starts_with([' ', '\n'])
}

fn toml_key(name: &str) -> String {
    let is_bare = name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_bare { name.to_owned() } else { format!("'{name}'") }
}

/// A value on one line.
fn flow(node: &Node, format: Format) -> String {
    let separator = if format == Format::Toml { " = " } else { ": " };
    match node {
        Node::Scalar(Value::String(text), style) => match format {
            Format::Jsonc => serde_json::to_string(text).unwrap(),
            _ if style & 64 == 64 && !text.contains(['\'', '\n', '\u{7f}', '\u{2028}']) => {
                format!("'{text}'")
            }
            _ => serde_json::to_string(text)
                .unwrap()
                .replace('\u{7f}', "\\u007f")
                .replace('\u{2028}', "\\u2028"),
        },
        Node::Scalar(value, _) => value.to_string(),
        Node::List(items, _) => format!("[{}]", joined(items.iter().map(|item| flow(item, format)))),
        Node::Map(members, _) => {
            let members = members.iter().map(|(name, node)| {
                let key = if format == Format::Toml {
                    toml_key(name)
                } else {
                    serde_json::to_string(name).unwrap()
                };
                key + separator + &flow(node, format)
            });
            format!("{{ {} }}", joined(members))
        }
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}
