use enhanced_config_core::KeyPath;

/// A text with references in it, taken apart.
#[derive(Debug, PartialEq)]
pub(super) struct Template<'t> {
    pub(super) parts: Vec<Part<'t>>,
}

#[derive(Debug, PartialEq)]
pub(super) enum Part<'t> {
    Text(&'t str),
    Reference(Reference<'t>),
}

/// `${name}` or `${name:-default}`.
#[derive(Debug, PartialEq)]
pub(super) struct Reference<'t> {
    /// What stands before `:-`, for messages.
    pub(super) text: &'t str,
    pub(super) name: Name<'t>,
    pub(super) default: Option<Template<'t>>,
}

#[derive(Debug, PartialEq)]
pub(super) enum Name<'t> {
    Key(KeyPath),
    Variable(&'t str),
}

/// A text that cannot be taken apart. It holds none of the text, which may be a secret that happens to hold `${`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed(pub(super) &'static str);

const NOT_A_PATH: Malformed = Malformed("the name in `${…}` is not a path of keys");

/// Defaults inside defaults.
const MAX_NESTED: usize = 16;

/// Whether a text has anything that is not literal.
pub(super) fn has_references(text: &str) -> bool {
    text.contains("${")
}

/// Takes a text apart.
pub(super) fn parse(text: &str) -> Result<Template<'_>, Malformed> {
    Parser { text, at: 0 }.template(0)
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Parser<'t> {
    /// Reads to the end of the text, or of the default that it is: `nested` says how many this one is inside of.
    fn template(&mut self, nested: usize) -> Result<Template<'t>, Malformed> {
        let mut parts = Vec::new();
        let (mut start, mut braces) = (self.at, 0usize);
        loop {
            match self.bytes() {
                [] if nested > 0 => return Err(Malformed("`${` is never closed")),
                [b'}', ..] if nested > 0 && braces == 0 => break,
                [] => break,
                [b'$', b'$', b'{', ..] => {
                    // What is literal starts behind the first `$`.
                    self.push_text(&mut parts, start);
                    start = self.at + 1;
                    self.at += 3;
                    braces += 1;
                }
                [b'$', b'{', ..] => {
                    self.push_text(&mut parts, start);
                    parts.push(Part::Reference(self.reference(nested)?));
                    start = self.at;
                }
                [b'{', ..] => (self.at, braces) = (self.at + 1, braces + 1),
                [b'}', ..] => (self.at, braces) = (self.at + 1, braces.saturating_sub(1)),
                [..] => self.skip_plain(),
            }
        }
        self.push_text(&mut parts, start);
        Ok(Template { parts })
    }

    /// Reads from `${` to behind its `}`.
    fn reference(&mut self, nested: usize) -> Result<Reference<'t>, Malformed> {
        if nested == MAX_NESTED {
            return Err(Malformed("defaults are nested deeper than 16 levels"));
        }
        self.at += 2;
        let start = self.at;
        self.at += name_length(self.bytes()).ok_or(Malformed("`${` is never closed"))?;
        let text = self.text.get(start..self.at).unwrap_or_default().trim();
        let default = match self.bytes().starts_with(b":-") {
            true => {
                self.at += 2;
                Some(self.template(nested + 1)?)
            }
            false => None,
        };
        self.at += 1;
        Ok(Reference { text, name: name(text)?, default })
    }

    fn bytes(&self) -> &'t [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// Goes to the next byte that may mean something; all of these are ASCII, so that texts are cut between characters.
    fn skip_plain(&mut self) {
        let behind = self.bytes().get(1..).unwrap_or_default();
        let plain = behind.iter().position(|b| matches!(b, b'$' | b'{' | b'}'));
        self.at += 1 + plain.unwrap_or(behind.len());
    }

    fn push_text(&self, parts: &mut Vec<Part<'t>>, start: usize) {
        match self.text.get(start..self.at) {
            Some(text) if !text.is_empty() => parts.push(Part::Text(text)),
            _ => {}
        }
    }
}

/// Bytes up to `:-` or `}`, those in quotes not counted.
fn name_length(text: &[u8]) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    text.iter().enumerate().position(|(at, b)| {
        let ends = *b == b'}' || *b == b':' && text.get(at + 1) == Some(&b'-');
        quoted ^= *b == b'"' && !escaped;
        escaped = quoted && *b == b'\\' && !escaped;
        ends && !quoted
    })
}

fn name(text: &str) -> Result<Name<'_>, Malformed> {
    match text.strip_prefix("env:") {
        Some("") => Err(Malformed("`${env:}` names no variable")),
        Some(variable) => Ok(Name::Variable(variable)),
        None if text.is_empty() => Err(Malformed("`${}` names nothing")),
        // A key may hold `{`, but who writes one here meant a reference inside the name.
        None if text.contains('{') && !text.contains('"') => Err(NOT_A_PATH),
        None => text.parse().map(Name::Key).map_err(|_| NOT_A_PATH),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes a template so that its parts can be told apart: `<name|default>`.
    fn show(template: &Template<'_>) -> String {
        let part = |part: &Part<'_>| match part {
            Part::Text(text) => (*text).to_owned(),
            Part::Reference(Reference { text, default: None, .. }) => format!("<{text}>"),
            Part::Reference(Reference { text, default: Some(default), .. }) => {
                format!("<{text}|{}>", show(default))
            }
        };
        template.parts.iter().map(part).collect()
    }

    #[test]
    fn texts_are_taken_apart() {
        for (text, expected) in [
            ("", ""),
            ("plain $ text $$ {} }", "plain $ text $$ {} }"),
            ("${a}", "<a>"),
            ("${ a.b[0] }", "<a.b[0]>"),
            ("x${a}y${b}z", "x<a>y<b>z"),
            ("${env:HOME}", "<env:HOME>"),
            ("$${a}", "${a}"),
            ("$$${a}", "$${a}"),
            ("${a}$", "<a>$"),
            ("ü${a}ü$ü{ü}", "ü<a>ü$ü{ü}"),
            ("${a:-b}", "<a|b>"),
            ("${a:-}", "<a|>"),
            ("${a:-b:-c}", "<a|b:-c>"),
            ("${a:-${b:-${c}}x}y", "<a|<b|<c>>x>y"),
            ("${a:-{\"k\": {}}}", "<a|{\"k\": {}}>"),
            ("${a:-$${b}}", "<a|${b}>"),
            ("${a:-ü}ü", "<a|ü>ü"),
            ("${\"a}b:-\".c}", "<\"a}b:-\".c>"),
        ] {
            assert_eq!(parse(text).map(|template| show(&template)).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_taken_apart_says_why_without_the_text() {
        let closed = "`${` is never closed";
        for (text, expected) in [
            ("${", closed),
            ("${a", closed),
            ("a${b}${c", closed),
            ("${a:-b", closed),
            ("${a:-{}", closed),
            ("${\"a}", closed),
            ("${}", "`${}` names nothing"),
            ("${ }", "`${}` names nothing"),
            ("${:-x}", "`${}` names nothing"),
            ("${env:}", "`${env:}` names no variable"),
            ("${a..b}", "the name in `${…}` is not a path of keys"),
            ("${a${b}}", "the name in `${…}` is not a path of keys"),
        ] {
            assert_eq!(parse(text), Err(Malformed(expected)), "{text}");
        }
        let nested = |levels: usize| format!("{}{}", "${a:-".repeat(levels), "}".repeat(levels));
        assert!(parse(&nested(16)).is_ok());
        assert!(parse(&nested(17)).is_err());
        assert!(parse(&"${a:-".repeat(1_000_000)).is_err());
    }
}
