use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use enhanced_config_core::{KeyPath, Redactor, is_secret_name};

/// Tells names of secrets, remembering those it was asked for.
pub(super) struct Names<'r, 'a> {
    redactor: &'r Redactor,
    known: HashMap<&'a str, bool>,
    /// Anchors that an alias in the place of a secret refers to.
    anchors: HashSet<&'a str>,
    has_paths: bool,
}

impl<'r, 'a> Names<'r, 'a> {
    pub(super) fn new(redactor: &'r Redactor) -> Self {
        let has_paths = *redactor != Redactor::new();
        Self { redactor, known: HashMap::new(), anchors: HashSet::new(), has_paths }
    }

    /// Whether the redactor knows more than names.
    pub(super) fn has_paths(&self) -> bool {
        self.has_paths
    }

    pub(super) fn is_secret(&self, path: &KeyPath) -> bool {
        self.redactor.is_secret(path)
    }

    pub(super) fn names_secret(&mut self, text: &'a str) -> bool {
        *self.known.entry(text).or_insert_with(|| names_secret(text))
    }

    pub(super) fn is_anchor(&self, name: &str) -> bool {
        self.anchors.contains(name)
    }

    /// Whether one of these was not known yet.
    pub(super) fn add_anchors(&mut self, anchors: impl Iterator<Item = &'a str>) -> bool {
        let known = self.anchors.len();
        self.anchors.extend(anchors);
        self.anchors.len() > known
    }
}

/// Whether a word of the text is the name of a secret, or two of them: `API key`.
pub(super) fn names_secret(text: &str) -> bool {
    let text = unescaped(text);
    let parts = |c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'));
    let words = || text.split(parts).map(|word| word.trim_matches('-')).filter(|word| !word.is_empty());
    let is_key = |word: &str| word.get(..3).is_none_or(|start| start.eq_ignore_ascii_case("key"));
    let mut pairs = words().zip(words().skip(1)).filter(|(_, second)| is_key(second));
    words().any(is_secret_name) || pairs.any(|(first, second)| is_secret_name(&format!("{first} {second}")))
}

/// Whether a text is secret whatever its key: a URL with a user or password, a private key.
pub(super) fn is_secret_value(text: &str) -> bool {
    has_userinfo(text) || text.contains("PRIVATE KEY-----")
}

/// Whether a URL of the text may have a user or password in it.
///
/// Finds more than [`Redactor::mask_urls`], because a password may hold what should have been escaped, or be cut off
/// at the end of a line.
fn has_userinfo(text: &str) -> bool {
    let last_at = text.rfind('@');
    text.match_indices("://").any(|(at, slashes)| {
        let rest = text.get(at + slashes.len()..).unwrap_or_default();
        let end = rest.find(|c: char| "/?#\"'`,)<>".contains(c) || c.is_whitespace()).unwrap_or(rest.len());
        let host = rest.get(..end).unwrap_or_default();
        let port = host.rsplit_once(':').map(|(_, port)| port);
        let odd_port = port.is_some_and(|port| port.is_empty() || !port.bytes().all(|b| b.is_ascii_digit()));
        last_at > Some(at) || odd_port && !host.starts_with('[')
    })
}

/// The text with `\u0070` and its like replaced by what they mean: a key can be written that way.
pub(super) fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return text.into();
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('\\') {
        plain.push_str(before);
        let digits = match behind.as_bytes().first() {
            Some(b'x') => 2,
            Some(b'u') => 4,
            Some(b'U') => 8,
            _ => 0,
        };
        let code = behind.get(1..1 + digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        rest = match code.and_then(char::from_u32) {
            Some(c) => {
                plain.push(c);
                behind.get(1 + digits..).unwrap_or_default()
            }
            None => behind,
        };
    }
    plain.push_str(rest);
    plain.into()
}
