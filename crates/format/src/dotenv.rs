//! `.env` files: `KEY=value` lines as a shell reads them, without expansion. The document is one flat map of strings.
//!
//! | value | is |
//! |---|---|
//! | `plain text # comment` | what stands before ` #`, trimmed |
//! | `'as it is, $X and \n too'` | what stands between the quotes, over several lines if need be |
//! | `"two\nlines"` | the same with the escapes `\n` `\r` `\t` `\"` `\\` `\$` |
//! | nothing | an empty string |
//!
//! `export ` may stand before a key. `$X` stays as it is.

use std::borrow::Cow;

use enhanced_config_core::{BuildError, Document, DocumentBuilder, Limit, ProblemKind, Problems};

use crate::parse::{Reading, add};

pub(crate) fn read(reading: &mut Reading<'_>) -> Result<Document, Problems> {
    let mut scanner = Scanner { reading, builder: reading.builder(), at: 0 };
    let mut problems = scanner.scan();
    let Scanner { mut builder, at, .. } = scanner;
    match builder.close().and_then(|()| builder.finish()) {
        Ok(document) if !problems.is_empty() => drop(document),
        Ok(document) if document.root().is_empty() => return reading.empty(),
        Ok(document) => return Ok(document),
        Err(error @ BuildError::Duplicates(_)) => problems.extend(reading.refused(error, at)),
        Err(error) if problems.is_empty() => problems.extend(reading.refused(error, at)),
        Err(_) => {}
    }
    Err(problems)
}

/// Lines that cannot be read are reported up to this many.
const MOST_PROBLEMS: usize = 20;

struct Scanner<'r, 'a> {
    reading: &'r Reading<'a>,
    builder: DocumentBuilder,
    /// The byte that comes next.
    at: usize,
}

/// Why a line cannot be read: one problem, held in a list because a bare one is large to return.
type Fault = Problems;

impl<'a> Scanner<'_, 'a> {
    /// Reads line by line; one that cannot be read is noted and skipped.
    fn scan(&mut self) -> Problems {
        let mut problems = Problems::new();
        if let Err(error) = self.builder.open_map(0) {
            return self.reading.refused(error, 0);
        }
        while !self.rest().is_empty() {
            if let Err(fault) = self.line() {
                let fatal = fault.iter().any(|problem| !matches!(problem.kind, ProblemKind::Syntax { .. }));
                let added = fault.into_iter().all(|fault| add(&mut problems, MOST_PROBLEMS, || fault));
                if fatal || !added {
                    break;
                }
                self.at += line_length(self.rest());
            }
        }
        problems
    }

    fn line(&mut self) -> Result<(), Fault> {
        self.blanks();
        if self.rest().starts_with("export ") || self.rest().starts_with("export\t") {
            self.at += "export ".len();
            self.blanks();
        }
        if self.rest().starts_with(['#', '\n', '\r']) || self.rest().is_empty() {
            self.at += line_length(self.rest());
            return Ok(());
        }
        let (key, key_at) = (self.key()?, self.at);
        self.at += key.len();
        self.blanks();
        if !self.rest().starts_with('=') {
            return Err(self.no_equals(key_at));
        }
        self.at += 1;
        self.blanks();
        let value_at = self.at;
        let value = match self.rest().as_bytes().first() {
            Some(b'\'') => self.single_quoted()?.into(),
            Some(b'"') => self.double_quoted()?,
            _ => self.unquoted().into(),
        };
        self.add(key, key_at, &value, value_at)
    }

    fn add(&mut self, key: &str, key_at: usize, value: &str, value_at: usize) -> Result<(), Fault> {
        let added = self.builder.key(key, key_at as u32);
        let added = added.and_then(|()| self.builder.string(value, value_at as u32));
        added.map_err(|error| self.reading.refused(error, key_at))
    }

    /// The key that starts here.
    fn key(&self) -> Result<&'a str, Fault> {
        let rest = self.rest();
        let end = rest.find(|c: char| c == '=' || c == ':' || c.is_whitespace()).unwrap_or(rest.len());
        let key = rest.get(..end).unwrap_or_default();
        let limit = self.reading.options.limits.key_bytes;
        if key.is_empty() {
            return Err(self.fault("a key is missing before `=`", self.at));
        }
        if key.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(self.fault("a key that starts with a digit", self.at));
        }
        let odd = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
        if let Some(odd) = key.find(odd) {
            let message = "a key of other characters than letters, digits, `_`, `.` and `-`";
            return Err(self.fault(message, self.at + odd));
        }
        if !key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            return Err(self.fault("a key that starts with neither a letter nor `_`", self.at));
        }
        if key.len() > limit {
            let kind = ProblemKind::Limit { limit: Limit::Key, most: limit as u64 };
            return Err(self.reading.error(kind, self.at).into());
        }
        Ok(key)
    }

    /// The rest of the line, up to a comment. It ends in front of its line end.
    fn unquoted(&mut self) -> &'a str {
        let rest = self.rest();
        let line = rest.get(..rest.find('\n').unwrap_or(rest.len())).unwrap_or_default();
        self.at += line.len();
        // At the start of a value, a comment stands behind the blank after `=`.
        let before = self.reading.text.as_bytes().get(self.at - line.len() - 1);
        if line.starts_with('#') && before != Some(&b'=') {
            return "";
        }
        let comment = line.match_indices('#').find(|(at, _)| {
            let before = at.checked_sub(1).and_then(|before| line.as_bytes().get(before));
            matches!(before, Some(b' ' | b'\t'))
        });
        let value = comment.and_then(|(at, _)| line.get(..at)).unwrap_or(line);
        value.trim()
    }

    fn single_quoted(&mut self) -> Result<&'a str, Fault> {
        let open = self.at;
        let rest = self.rest().get(1..).unwrap_or_default();
        let Some(end) = rest.find('\'') else { return Err(self.unclosed(open)) };
        self.at += end + 2;
        self.line_end()?;
        Ok(rest.get(..end).unwrap_or_default())
    }

    fn double_quoted(&mut self) -> Result<Cow<'a, str>, Fault> {
        let open = self.at;
        let mut value = Cow::Borrowed("");
        self.at += 1;
        loop {
            let rest = self.rest();
            let Some(end) = rest.find(['"', '\\']) else { return Err(self.unclosed(open)) };
            value += rest.get(..end).unwrap_or_default();
            self.at += end + 1;
            if rest.as_bytes().get(end) == Some(&b'"') {
                self.line_end()?;
                return Ok(value);
            }
            value.to_mut().push(self.escaped()?);
        }
    }

    /// The character behind a backslash.
    fn escaped(&mut self) -> Result<char, Fault> {
        let plain = match self.rest().as_bytes().first() {
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'$') => '$',
            _ => {
                let fault = self.reading.syntax("an unknown escape", self.at - 1);
                let help = "write a backslash as `\\\\`, or use single quotes, in which nothing is escaped";
                return Err(fault.with_help(help).into());
            }
        };
        self.at += 1;
        Ok(plain)
    }

    /// What may follow a quoted value on its line: blanks, a comment, and the end.
    fn line_end(&mut self) -> Result<(), Fault> {
        self.blanks();
        let length = line_length(self.rest());
        let line = self.rest().get(..length).unwrap_or_default();
        if !line.starts_with('#') && !line.trim().is_empty() {
            let fault = self.reading.syntax("text behind a closing quote", self.at);
            return Err(fault.with_help("a quote inside of double quotes is written `\\\"`").into());
        }
        self.at += length;
        Ok(())
    }

    fn no_equals(&self, key_at: usize) -> Fault {
        if self.rest().starts_with(':') {
            let fault = self.reading.syntax("`:` where a .env file has `=`", self.at);
            return fault.with_help("write `=` between a key and its value").into();
        }
        let line = self.rest().get(..line_length(self.rest())).unwrap_or_default();
        match line.trim().is_empty() {
            true => self.fault("a key without `=` and a value", key_at),
            false => self.fault("expected `=` between a key and its value", self.at),
        }
    }

    fn unclosed(&mut self, open: usize) -> Fault {
        // What follows may all have been meant as the value.
        self.at = self.reading.text.len();
        self.fault("a value without its closing quote", open)
    }

    fn fault(&self, message: &'static str, at: usize) -> Fault {
        self.reading.syntax(message, at).into()
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t']).len();
    }

    fn rest(&self) -> &'a str {
        self.reading.text.get(self.at..).unwrap_or_default()
    }
}

/// The bytes up to and with the next line feed.
fn line_length(text: &str) -> usize {
    text.find('\n').map_or(text.len(), |end| end + 1)
}
