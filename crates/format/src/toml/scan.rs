use enhanced_config_core::{DocumentBuilder, Limit, Problem, ProblemKind, Problems};

use super::tree::{Id, Key, Made, ROOT, Tree, Value};
use crate::parse::Reading;

/// Goes through a text and hangs its values into a tree.
pub(super) struct Scanner<'r, 'a> {
    pub(super) reading: &'r Reading<'a>,
    /// The byte that comes next.
    pub(super) at: usize,
    tree: Tree<'a>,
    /// The table that the lines below its header fill.
    table: Id,
    /// Where the open lists, inline tables and strings of several lines start, the innermost last.
    pub(super) open: Vec<usize>,
}

/// Why a line cannot be read: one problem, held in a list because a bare one is large to return.
pub(super) type Fault = Problems;

/// After this many lines that cannot be read, the rest is not looked at: it is probably not TOML.
const MOST_FAULTS: usize = 20;

impl<'r, 'a> Scanner<'r, 'a> {
    pub(super) fn new(reading: &'r Reading<'a>) -> Self {
        Self { reading, at: 0, tree: Tree::new(), table: ROOT, open: Vec::new() }
    }

    /// The values of the whole text, or what keeps them from being read.
    ///
    /// A line that cannot be read is skipped, so that several mistakes are found at once, but not the lines that
    /// follow such a line directly: they are often part of the same mistake.
    pub(super) fn scan(mut self) -> Result<Tree<'a>, Problems> {
        let mut problems = Problems::new();
        let (mut clean, mut faults) = (true, 0);
        while self.at < self.reading.text.len() {
            let Err(fault) = self.line() else {
                clean = true;
                continue;
            };
            if faults == MOST_FAULTS {
                problems.push(Problem::note(ProblemKind::More { most: problems.len() }));
                break;
            }
            faults += 1;
            let syntax = fault.iter().all(|problem| matches!(problem.kind, ProblemKind::Syntax { .. }));
            let fatal = !self.open.is_empty() || !syntax;
            if clean || fatal {
                problems.extend(fault);
            }
            if fatal {
                break;
            }
            clean = false;
            self.skip_line();
        }
        if problems.is_empty() { Ok(self.tree) } else { Err(problems) }
    }

    fn line(&mut self) -> Result<(), Fault> {
        self.blanks();
        match self.peek() {
            None | Some(b'#' | b'\n' | b'\r') => {}
            Some(b'[') => self.header()?,
            Some(_) => self.pair(self.table)?,
        }
        self.line_end()
    }

    /// `[a.b]` or `[[a.b]]`.
    fn header(&mut self) -> Result<(), Fault> {
        let start = self.at;
        let of_list = self.rest().starts_with(b"[[");
        self.at += if of_list { 2 } else { 1 };
        self.blanks();
        let (table, key) = self.dotted_key(ROOT, Tree::on_the_way)?;
        let close: &[u8] = if of_list { b"]]" } else { b"]" };
        if !self.rest().starts_with(close) {
            return Err(self.unclosed_header(start, of_list));
        }
        self.at += close.len();
        self.room()?;
        self.table = if of_list { self.tree.appended(table, key) } else { self.tree.defined(table, key) };
        Ok(())
    }

    /// `a.b = value`, into a table.
    fn pair(&mut self, table: Id) -> Result<(), Fault> {
        let start = self.at;
        let (table, key) = self.dotted_key(table, Tree::dotted)?;
        if !self.eat(b'=') {
            return Err(self.no_equals(start));
        }
        self.blanks();
        self.value(table, key)
    }

    /// The last part of a dotted key with the table that it is in, the parts before being found by `descend`.
    fn dotted_key(
        &mut self,
        mut table: Id,
        descend: fn(&mut Tree<'a>, Id, Key<'a>) -> Id,
    ) -> Result<(Id, Key<'a>), Fault> {
        let mut levels = 1;
        loop {
            let key = self.key()?;
            self.blanks();
            if !self.eat(b'.') {
                return Ok((table, key));
            }
            levels += 1;
            if levels > self.deepest() {
                return Err(self.too_deep(key.at as usize));
            }
            self.room()?;
            table = descend(&mut self.tree, table, key);
            self.blanks();
        }
    }

    /// A value, as a member of a table or list.
    fn value(&mut self, parent: Id, key: Key<'a>) -> Result<(), Fault> {
        self.room()?;
        let start = self.at;
        let value = match self.peek() {
            Some(b'"' | b'\'') => Value::Text(self.quoted()?),
            Some(b'[') => {
                let list = self.tree.add(parent, key, start as u32, Value::list());
                return self.nested(|scanner| scanner.list(list));
            }
            Some(b'{') => {
                let table = self.tree.add(parent, key, start as u32, Value::table(Made::Inline));
                return self.nested(|scanner| scanner.inline_table(table));
            }
            _ => self.scalar()?,
        };
        self.tree.add(parent, key, start as u32, value);
        Ok(())
    }

    /// The rest of a list or inline table behind its bracket.
    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Result<(), Fault>) -> Result<(), Fault> {
        // The root is a level too.
        if self.open.len() + 1 >= self.deepest() {
            return Err(self.too_deep(self.at));
        }
        self.open.push(self.at);
        self.at += 1;
        read(self)?;
        self.open.pop();
        Ok(())
    }

    fn list(&mut self, list: Id) -> Result<(), Fault> {
        loop {
            self.gap()?;
            if self.eat(b']') {
                return Ok(());
            }
            let key = Key { name: "".into(), at: self.at as u32 };
            self.value(list, key)?;
            self.gap()?;
            if !self.eat(b',') && self.peek() != Some(b']') {
                return Err(self.no_comma());
            }
        }
    }

    fn inline_table(&mut self, table: Id) -> Result<(), Fault> {
        loop {
            self.gap()?;
            if self.eat(b'}') {
                return Ok(());
            }
            self.pair(table)?;
            self.gap()?;
            if !self.eat(b',') && self.peek() != Some(b'}') {
                return Err(self.no_comma());
            }
        }
    }

    /// One part of a dotted key.
    fn key(&mut self) -> Result<Key<'a>, Fault> {
        let start = self.at;
        let name = match self.peek() {
            Some(b'"' | b'\'') => self.quoted_key()?,
            _ => {
                let rest = self.rest();
                let length = rest.iter().position(|&byte| !is_bare(byte)).unwrap_or(rest.len());
                if length == 0 {
                    return Err(self.no_key());
                }
                self.at += length;
                self.slice(start, self.at).into()
            }
        };
        let most = self.reading.options.limits.key_bytes;
        if name.len() > most {
            return Err(self.limit(Limit::Key, most, start));
        }
        Ok(Key { name, at: start as u32 })
    }

    /// Spaces and tabs.
    fn blanks(&mut self) {
        while let Some(b' ' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    /// Blanks, comments and line ends, as they may stand between brackets.
    fn gap(&mut self) -> Result<(), Fault> {
        loop {
            self.blanks();
            match self.peek() {
                Some(b'\n') => self.at += 1,
                Some(b'\r') => self.carriage_return()?,
                Some(b'#') => self.comment()?,
                _ => return Ok(()),
            }
        }
    }

    /// What may follow on a line: blanks, a comment, and the end.
    fn line_end(&mut self) -> Result<(), Fault> {
        self.blanks();
        if self.peek() == Some(b'#') {
            self.comment()?;
        }
        match self.peek() {
            None => Ok(()),
            Some(b'\n') => {
                self.at += 1;
                Ok(())
            }
            Some(b'\r') => self.carriage_return(),
            Some(_) => Err(self.behind_the_end()),
        }
    }

    fn comment(&mut self) -> Result<(), Fault> {
        let rest = self.rest();
        let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let line = rest.get(..length).unwrap_or_default();
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if let Some(control) = line.iter().position(|&byte| is_control(byte)) {
            return Err(self.control_character(self.at + control));
        }
        self.at += line.len();
        Ok(())
    }

    fn carriage_return(&mut self) -> Result<(), Fault> {
        if !self.rest().starts_with(b"\r\n") {
            return Err(self.control_character(self.at));
        }
        self.at += 2;
        Ok(())
    }

    fn skip_line(&mut self) {
        let rest = self.rest();
        self.at += memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
    }

    /// Whether one value more is allowed.
    fn room(&self) -> Result<(), Fault> {
        let most = self.reading.options.limits.values;
        if self.tree.len() < most { Ok(()) } else { Err(self.limit(Limit::Values, most, self.at)) }
    }

    /// The builder never goes deeper than its own bound, and neither may the recursion here.
    pub(super) fn deepest(&self) -> usize {
        self.reading.options.limits.depth.min(DocumentBuilder::MAX_DEPTH)
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.reading.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.reading.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// A piece of the text; both ends stand at ASCII bytes, which are character boundaries.
    pub(super) fn slice(&self, from: usize, to: usize) -> &'a str {
        self.reading.text.get(from..to).unwrap_or_default()
    }
}

/// Whether a key may hold it without quotes.
pub(super) fn is_bare(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// Whether it may stand nowhere but in line ends.
pub(super) fn is_control(byte: u8) -> bool {
    byte.is_ascii_control() && byte != b'\t'
}
