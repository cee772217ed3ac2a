//! Texts that are YAML, nearly always.

use crate::random::Random;

const WORDS: &[&str] = &[
    "a",
    "b1",
    "c d",
    "é",
    "日本",
    "true",
    "null",
    "~",
    "007",
    "-1",
    "0x1F",
    "1.5",
    "1e3",
    "x:y",
    "x#y",
    "it's",
    "-a",
    "a  b",
    "http://x.y/z",
    "<b>",
    "=",
    "$x",
    "a, b",
    "a]",
    "18446744073709551615",
    "x\\n",
    ":x",
    "...",
    "---",
    "a\tb",
    "\u{a0}",
    "(x)",
    "a\"b",
];

const ESCAPES: &[&str] =
    &["\\n", "\\t", "\\\\", "\\\"", "\\x41", "\\u00e9", "\\U0001f600", "\\ ", "\\0", "\\_", "\\/"];

const COMMENTS: &[&str] = &[" # c", "  #c", " # a: b", " # - x", "\t# t", " #"];

/// One document.
pub fn document(random: &mut Random) -> String {
    let budget = [2, 3, 4, 6, 8, 24][random.below(6)];
    let mut text = Text { out: String::new(), random, budget, keys: 0 };
    text.gap(0);
    if text.random.one_in(6) {
        text.out.push_str("---");
        text.end();
    }
    match text.random.below(12) {
        0 => {
            text.flow_map(0, 3);
            text.end();
        }
        _ => text.map(0, 0),
    }
    if text.random.one_in(10) {
        text.out.push_str("...");
        text.end();
    }
    if text.random.one_in(8) {
        text.out.pop();
    }
    match text.random.below(16) {
        0 => text.out.replace('\n', "\r\n"),
        _ => text.out,
    }
}

struct Text<'r> {
    out: String,
    random: &'r mut Random,
    /// How many values may still come.
    budget: usize,
    keys: usize,
}

impl Text<'_> {
    /// A block map whose first key stands here; the others at this column.
    fn map(&mut self, column: usize, depth: usize) {
        for member in 0..1 + self.random.below(3) {
            if member > 0 {
                self.gap(column);
                self.indent(column);
            }
            self.key();
            self.out.push(':');
            self.value(column, depth, true);
            if self.spent() {
                break;
            }
        }
    }

    fn list(&mut self, column: usize, depth: usize) {
        for item in 0..1 + self.random.below(3) {
            if item > 0 {
                self.gap(column);
                self.indent(column);
            }
            self.out.push('-');
            match self.random.below(8) {
                0 | 1 => {
                    let spaces = 1 + self.random.below(3);
                    self.indent(spaces);
                    self.map(column + 1 + spaces, depth + 1);
                }
                2 if depth < 5 => {
                    self.out.push(' ');
                    self.list(column + 2, depth + 1);
                }
                _ => self.value(column, depth, false),
            }
            if self.spent() {
                break;
            }
        }
    }

    /// What stands behind a `:` or `-` that belongs to something at this column.
    fn value(&mut self, column: usize, depth: usize, in_map: bool) {
        let deeper = column + 1 + self.random.below(4);
        match self.random.below(14) {
            0 => self.end(),
            1 | 2 if depth < 5 => {
                self.end();
                self.gap(deeper);
                self.indent(deeper);
                self.map(deeper, depth + 1);
            }
            3 | 4 if depth < 5 => {
                self.end();
                let column = if in_map && self.random.one_in(2) { column } else { deeper };
                self.gap(column);
                self.indent(column);
                self.list(column, depth + 1);
            }
            5 => self.block_scalar(column),
            6 => {
                self.end();
                self.indent(deeper);
                self.scalar(column + 1);
                self.end();
            }
            7 => {
                self.separate();
                match self.random.below(2) {
                    0 => self.flow_map(deeper, 2),
                    _ => self.flow_list(deeper, 2),
                }
                self.end();
            }
            _ => {
                self.separate();
                self.scalar(column + 1);
                self.end();
            }
        }
    }

    fn key(&mut self) {
        self.keys += 1;
        let key =
            format!("{}{}", self.random.pick(WORDS).trim_matches([':', '-', '.', '\t', ' ']), self.keys);
        match self.random.below(8) {
            0 => self.out.push_str(&format!("\"{}\"", key.replace(['\\', '"'], "\\\\"))),
            1 => self.out.push_str(&format!("'{}'", key.replace('\'', "''"))),
            2 => self.out.push_str(&format!("{key} ")),
            _ => self.out.push_str(&key),
        }
    }

    fn scalar(&mut self, column: usize) {
        self.budget = self.budget.saturating_sub(1);
        match self.random.below(6) {
            0 => self.quoted(column, '"'),
            1 => self.quoted(column, '\''),
            _ => self.plain(column),
        }
    }

    fn plain(&mut self, column: usize) {
        let word = self.random.pick(WORDS);
        self.out.push_str(word);
        while self.random.one_in(5) {
            self.fold(column);
            let word = self.random.pick(WORDS);
            self.out.push_str(word);
        }
    }

    fn quoted(&mut self, column: usize, quote: char) {
        self.out.push(quote);
        for _ in 0..self.random.below(4) {
            match self.random.below(8) {
                0 => self.fold(column),
                1 if quote == '"' => {
                    self.out.push('\\');
                    self.fold(column);
                }
                2 if quote == '"' => {
                    let escape = self.random.pick(ESCAPES);
                    self.out.push_str(escape);
                }
                2 => self.out.push_str("''"),
                3 => self.out.push(' '),
                4 => self.out.push_str(": # "),
                _ => {
                    let word = self.random.pick(WORDS).replace([quote, '\\'], "");
                    self.out.push_str(&word);
                }
            }
        }
        self.out.push(quote);
    }

    /// The end of a line inside of a scalar.
    fn fold(&mut self, column: usize) {
        let blanks = self.random.pick(&["", "", " ", "  ", "\t"]);
        self.out.push_str(blanks);
        for _ in 0..1 + self.random.below(8) / 6 {
            self.out.push('\n');
        }
        let spaces = column + self.random.below(3);
        self.indent(spaces);
    }

    fn block_scalar(&mut self, column: usize) {
        self.separate();
        let text = column + 1 + self.random.below(4);
        let kind = self.random.pick(&["|", ">"]);
        let chomping = self.random.pick(&["", "-", "+"]);
        let told = self.random.one_in(4);
        let column = if told { (text - column).to_string() } else { String::new() };
        let header = if self.random.one_in(2) { [chomping, &column] } else { [&column, chomping] };
        self.out.push_str(kind);
        self.out.push_str(&header.concat());
        self.end();
        for line in 0..self.random.below(5) {
            match self.random.below(8) {
                0 => self.out.push('\n'),
                1 => {
                    let spaces = self.random.below(text + 3);
                    self.indent(spaces);
                    self.out.push('\n');
                }
                kind => {
                    self.indent(text);
                    let more = if kind == 2 && (line > 0 || told) { self.random.below(3) } else { 0 };
                    self.indent(more);
                    let word = self.random.pick(WORDS);
                    self.out.push_str(word);
                    let blanks = self.random.pick(&["", "", "", " ", "\t", " # x", ": y"]);
                    self.out.push_str(blanks);
                    self.out.push('\n');
                }
            }
        }
    }

    fn flow_map(&mut self, column: usize, depth: usize) {
        self.out.push('{');
        for _ in 0..self.random.below(4) {
            self.flow_gap(column);
            self.keys += 1;
            let key = self.keys;
            let quote = self.random.pick(&["", "", "\"", "'"]);
            self.out.push_str(&format!("{quote}k{key}{quote}"));
            match self.random.below(10) {
                0 => {}
                1 => self.out.push_str(": "),
                2 if !quote.is_empty() => {
                    self.out.push(':');
                    self.flow_value(column, depth);
                }
                _ => {
                    self.out.push_str(": ");
                    self.flow_gap(column);
                    self.flow_value(column, depth);
                }
            }
            self.flow_gap(column);
            self.out.push(',');
        }
        self.end_flow(column, '}');
    }

    fn flow_list(&mut self, column: usize, depth: usize) {
        self.out.push('[');
        for _ in 0..self.random.below(5) {
            self.flow_gap(column);
            self.flow_value(column, depth);
            self.flow_gap(column);
            self.out.push(',');
        }
        self.end_flow(column, ']');
    }

    fn end_flow(&mut self, column: usize, bracket: char) {
        if self.random.below(4) > 0 && self.out.ends_with(',') {
            self.out.pop();
        }
        self.flow_gap(column);
        self.out.push(bracket);
    }

    fn flow_value(&mut self, column: usize, depth: usize) {
        self.budget = self.budget.saturating_sub(1);
        match self.random.below(8) {
            0 if depth > 0 => self.flow_map(column, depth - 1),
            1 if depth > 0 => self.flow_list(column, depth - 1),
            2 => self.quoted(column, '"'),
            3 => self.quoted(column, '\''),
            4 => self.plain(column),
            _ => {
                let word =
                    self.random.pick(&["a", "b c", "1", "x:y", "-1", "true", "x#y", "é", "null", "--"]);
                self.out.push_str(word);
            }
        }
    }

    fn flow_gap(&mut self, column: usize) {
        match self.random.below(12) {
            0 => {
                self.end();
                self.indent(column);
            }
            1..4 => self.out.push(' '),
            _ => {}
        }
    }

    /// Behind a `:` or `-`.
    fn separate(&mut self) {
        let spaces = if self.random.one_in(8) { 2 } else { 1 };
        self.indent(spaces);
    }

    /// The end of a line, perhaps with a comment.
    fn end(&mut self) {
        match self.random.below(12) {
            0 => {
                let comment = self.random.pick(COMMENTS);
                self.out.push_str(comment);
            }
            1 => self.out.push(' '),
            _ => {}
        }
        if !self.out.ends_with('\n') {
            self.out.push('\n');
        }
    }

    /// Between two lines, perhaps empty ones and comments.
    fn gap(&mut self, column: usize) {
        if self.random.one_in(8) {
            let spaces = self.random.below(column + 3);
            self.indent(spaces);
            let line = self.random.pick(&["", "#c", "# a: b", "# - x"]);
            self.out.push_str(line);
            self.out.push('\n');
        }
    }

    fn indent(&mut self, spaces: usize) {
        self.out.extend(std::iter::repeat_n(' ', spaces));
    }

    fn spent(&self) -> bool {
        self.budget == 0 || self.out.len() > 600
    }
}
