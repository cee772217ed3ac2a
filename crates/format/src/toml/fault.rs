use enhanced_config_core::{Limit, ProblemKind};

use super::scan::{Fault, Scanner};

/// What is wrong, in words.
impl Scanner<'_, '_> {
    pub(super) fn fault(&self, message: &'static str, at: usize) -> Fault {
        self.reading.syntax(message, at).into()
    }

    pub(super) fn fault_with_help(&self, message: &'static str, help: &'static str, at: usize) -> Fault {
        self.reading.syntax(message, at).with_help(help).into()
    }

    pub(super) fn limit(&self, limit: Limit, most: usize, at: usize) -> Fault {
        self.reading.error(ProblemKind::Limit { limit, most: most as u64 }, at).into()
    }

    pub(super) fn too_deep(&self, at: usize) -> Fault {
        self.limit(Limit::Depth, self.deepest(), at)
    }

    pub(super) fn control_character(&self, at: usize) -> Fault {
        match self.reading.text.as_bytes().get(at) {
            Some(b'\r') => self.fault("a carriage return without a line feed", at),
            _ => self.fault("a control character that must be written as an escape", at),
        }
    }

    pub(super) fn no_key(&self) -> Fault {
        match self.peek() {
            Some(b'=') => self.fault("a key is missing before `=`", self.at),
            Some(b']') => self.fault("a table header without a name", self.at),
            Some(b',') => self.fault("a key is missing before `,`", self.at),
            None if !self.open.is_empty() => self.unclosed(),
            None | Some(b'\n' | b'\r') => self.fault("a key is missing", self.at),
            Some(b'.') => self.fault("a key is missing before `.`", self.at),
            Some(b'{' | b'}' | b'[') => self.fault("expected a key", self.at),
            Some(_) => self.not_bare(self.at),
        }
    }

    fn not_bare(&self, at: usize) -> Fault {
        let message = "a key of other characters than letters, digits, `_` and `-`";
        self.fault_with_help(message, "put quotes around it", at)
    }

    pub(super) fn no_equals(&self, start: usize) -> Fault {
        match self.peek() {
            Some(b':') => self.fault_with_help(
                "`:` where TOML has `=`",
                "write `=` between a key and its value",
                self.at,
            ),
            None if !self.open.is_empty() => self.unclosed(),
            None | Some(b'\n' | b'\r' | b'#' | b',' | b'}') => {
                self.fault("a key without `=` and a value", start)
            }
            Some(_) if self.followed_by_equals() => self.not_bare(start),
            Some(_) => self.fault("expected `=` between a key and its value", self.at),
        }
    }

    /// Whether `=` comes later on this line.
    fn followed_by_equals(&self) -> bool {
        let line = self.rest().split(|&byte| byte == b'\n').next().unwrap_or_default();
        line.contains(&b'=')
    }

    pub(super) fn unclosed_header(&self, start: usize, of_list: bool) -> Fault {
        match (self.peek(), of_list) {
            (Some(b']'), true) => self.fault("a table header that starts with `[[` ends with `]]`", self.at),
            (None | Some(b'\n' | b'\r' | b'#'), true) => self.fault("a table header without its `]]`", start),
            (None | Some(b'\n' | b'\r' | b'#'), false) => self.fault("a table header without its `]`", start),
            _ => self.not_bare(self.at),
        }
    }

    pub(super) fn no_comma(&self) -> Fault {
        if self.peek().is_none() {
            return self.unclosed();
        }
        let message = match self.bracket() {
            Some(b'[') => "expected `,` or `]` in a list",
            _ => "expected `,` or `}` in an inline table",
        };
        self.within_brackets(message)
    }

    /// A list or inline table that the text ends in.
    pub(super) fn unclosed(&self) -> Fault {
        let message = match self.bracket() {
            Some(b'[') => "a list without its `]`",
            _ => "an inline table without its `}`",
        };
        self.fault(message, self.open.last().copied().unwrap_or_default())
    }

    /// The innermost open bracket.
    pub(super) fn bracket(&self) -> Option<u8> {
        self.reading.text.as_bytes().get(*self.open.last()?).copied()
    }

    /// A fault here that may come from a bracket that was forgotten long before.
    pub(super) fn within_brackets(&self, message: &'static str) -> Fault {
        let start = self.reading.origin(self.open.last().copied().unwrap_or_default());
        self.reading.syntax(message, self.at).with_related("it starts here", start).into()
    }

    pub(super) fn behind_the_end(&self) -> Fault {
        let before = self.at.checked_sub(1).and_then(|at| self.reading.text.as_bytes().get(at));
        match before {
            Some(b'"' | b'\'') => self.fault_with_help(
                "text behind a closing quote",
                "a quote inside of double quotes is written `\\\"`",
                self.at,
            ),
            _ => self.fault("text behind the end of a value", self.at),
        }
    }
}
