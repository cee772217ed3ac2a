//! Says in the words of JSON why a byte is not what had to come. Only ever reached once a text.

use super::cursor::is_word;
use super::fault::Fault;
use super::number::text_without_quotes;

/// A map or list that is not closed yet.
#[derive(Clone, Copy)]
pub(super) struct Open {
    pub(super) at: usize,
    pub(super) map: bool,
}

/// What had to come.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Wanted {
    Value,
    Key,
    Colon,
    CommaOrEnd,
    /// Nothing, the root being complete.
    End,
}

/// Why what stands at `at`, which may be the end of the text, is not what was wanted.
pub(super) fn unexpected(text: &str, at: usize, wanted: Wanted, open: Option<Open>) -> Box<Fault> {
    let (before, rest) = text.split_at_checked(at).unwrap_or((text, ""));
    let scene = Scene { at, before: before.trim_ascii_end(), rest, open };
    let fault = scene.anywhere(wanted).unwrap_or_else(|| match wanted {
        Wanted::Value => scene.no_value(),
        Wanted::Key => scene.no_key(),
        Wanted::Colon => scene.no_colon(),
        Wanted::CommaOrEnd => scene.no_comma(),
        Wanted::End => scene.no_end(),
    });
    Box::new(fault)
}

const NO_COMMENTS: &str = "remove it; a configuration may have comments in a `.jsonc` file";

struct Scene<'a> {
    at: usize,
    /// Ends at the last token.
    before: &'a str,
    /// Starts with what was not wanted.
    rest: &'a str,
    open: Option<Open>,
}

impl Scene<'_> {
    fn fault(&self, message: &'static str) -> Fault {
        Fault::syntax(self.at, message)
    }

    fn first(&self) -> char {
        self.rest.chars().next().unwrap_or_default()
    }

    /// What is wrong wherever it stands.
    fn anywhere(&self, wanted: Wanted) -> Option<Fault> {
        match (self.first(), self.open) {
            ('/', _) if self.rest.starts_with("//") || self.rest.starts_with("/*") => Some(self.comment()),
            ('#', _) => Some(self.fault("`#` starts no comment in JSON").help("remove it")),
            ('\'' | '`' | '\u{2018}'..='\u{201f}', _) if wanted != Wanted::CommaOrEnd => {
                Some(self.fault("a quote other than `\"`").help("JSON has only straight double quotes"))
            }
            (c, _) if c.is_whitespace() || c == '\u{feff}' => {
                Some(self.fault("a blank that JSON does not know").help("replace it by a space"))
            }
            (_, Some(open)) if self.rest.is_empty() => Some(self.unclosed(open)),
            (']' | '}', None) => Some(self.fault("a bracket that closes nothing").help("remove it")),
            ('}', Some(open)) if !open.map => Some(self.mismatch("expected `]`, found `}`", open)),
            (']', Some(open)) if open.map => Some(self.mismatch("expected `}`, found `]`", open)),
            ('}' | ']', _) if self.before.ends_with(',') => {
                Some(Fault::syntax(self.before.len() - 1, "a trailing comma").help("remove it"))
            }
            _ => None,
        }
    }

    fn comment(&self) -> Fault {
        if self.rest.starts_with("/*") && !self.rest.contains("*/") {
            return self.fault("a comment without an end").help("put `*/` behind it");
        }
        self.fault("JSON has no comments").help(NO_COMMENTS)
    }

    fn unclosed(&self, open: Open) -> Fault {
        let message = if open.map { "the text ends inside a map" } else { "the text ends inside a list" };
        Fault::syntax(self.before.len(), message).opened(open.at)
    }

    fn mismatch(&self, message: &'static str, open: Open) -> Fault {
        self.fault(message).opened(open.at)
    }

    fn no_value(&self) -> Fault {
        match self.first() {
            ',' | '}' | ']' => self.fault("a value is missing"),
            ':' | '=' => self.fault("a key is missing"),
            '+' => self.fault("a number with a `+`").help("remove the `+`"),
            '.' => {
                self.fault("a number without a digit before its point").help("write `0.5` instead of `.5`")
            }
            c if c.is_alphabetic() || c == '_' || c == '$' => self.word(),
            _ => self.fault("expected a value"),
        }
    }

    fn word(&self) -> Fault {
        let end = self.rest.bytes().position(|byte| !is_word(byte)).unwrap_or(self.rest.len());
        let word = self.rest.get(..end).unwrap_or_default().to_ascii_lowercase();
        match &*word {
            "nan" | "inf" | "infinity" => self.fault("JSON has no NaN and no infinity"),
            "true" | "false" | "null" => self.fault("`true`, `false` and `null` are lower case in JSON"),
            "none" | "nil" | "undefined" => self.fault("nothing is `null` in JSON"),
            _ => text_without_quotes(self.at),
        }
    }

    fn no_key(&self) -> Fault {
        match self.first() {
            ',' => self.fault("a comma too many").help("remove it"),
            ':' => self.fault("a key is missing"),
            c if c.is_alphanumeric() || matches!(c, '_' | '$' | '-') => {
                self.fault("a key without quotes").help("put it in double quotes")
            }
            _ => self.fault("expected a key in double quotes"),
        }
    }

    fn no_colon(&self) -> Fault {
        match self.first() {
            '=' => self.fault("a `=` between key and value").help("write `:`"),
            ',' | '}' => self.fault("a key without a value"),
            _ => Fault::syntax(self.before.len(), "a colon is missing between key and value"),
        }
    }

    fn no_comma(&self) -> Fault {
        let in_map = self.open.is_some_and(|open| open.map);
        match self.first() {
            ':' if !in_map => self.fault("a key inside a list").help("only a map, in `{` and `}`, has keys"),
            '"' | '\'' | '{' | '[' | '-' => self.missing_comma(),
            c if c.is_alphanumeric() => self.missing_comma(),
            _ if in_map => self.fault("expected `,` or `}`"),
            _ => self.fault("expected `,` or `]`"),
        }
    }

    fn missing_comma(&self) -> Fault {
        Fault::syntax(self.before.len(), "a comma is missing")
    }

    fn no_end(&self) -> Fault {
        match self.first() {
            ':' => {
                self.fault("a key outside of a map").help("put `{` before the first key and `}` at the end")
            }
            '{' | '[' => self.fault("a second value after the end").help("a file holds one document"),
            _ => self.fault("text after the end of the document"),
        }
    }
}
