use std::borrow::Cow;
use std::fmt;

use crate::{KeyPath, Kind};

/// What a [`Problem`](crate::Problem) is, as data; its `Display` is the sentence without key and place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProblemKind {
    /// Text that is not what its format allows.
    #[error("{message}")]
    Syntax {
        /// What is wrong, in the words of the format; holds none of the text.
        message: Cow<'static, str>,
    },
    /// Bytes that are not UTF-8.
    #[error("not UTF-8 text: {found}")]
    Encoding {
        /// What it looks like: "UTF-16, little endian", "an invalid byte".
        found: Cow<'static, str>,
    },
    /// A key that its map has twice.
    #[error("duplicate key")]
    DuplicateKey,
    /// More of something than is allowed.
    #[error("more than {most} {limit}")]
    Limit {
        /// Of what.
        limit: Limit,
        /// How much is allowed.
        most: u64,
    },
    /// An integer outside `i64` and `u64`, or a float that is not finite.
    #[error("a number that {0} cannot hold", .expected)]
    NumberRange {
        /// The type that should hold it.
        expected: &'static str,
    },
    /// Nothing there: an empty, blank or comment-only text, or `null`.
    #[error("empty: expected a map of keys to values")]
    Empty,
    /// A root that is not a map.
    #[error("expected a map of keys to values at the root, found {found}")]
    Root {
        /// What is there instead.
        found: Kind,
    },
    /// A plain number with a leading zero, kept as text because half of the world reads it as octal.
    #[error("a number with a leading zero is kept as a string")]
    LeadingZero,
    /// A value of the wrong kind.
    #[error("expected {expected}, found {found}")]
    WrongType {
        /// What was expected, with its article: "an integer", "a list of strings".
        expected: Cow<'static, str>,
        /// What is there.
        found: Kind,
    },
    /// A list that a type wants longer or shorter.
    #[error("expected {expected}, found {found}")]
    WrongLength {
        /// What was expected: "a list of 2".
        expected: Cow<'static, str>,
        /// How many members there are.
        found: usize,
    },
    /// A value of the right kind that is not one of those allowed.
    #[error("expected {expected}")]
    BadValue {
        /// What was expected: "an integer from 0 to 65535".
        expected: Cow<'static, str>,
    },
    /// A text that names none of the possible variants.
    #[error("unknown variant{}, expected {}", .found.as_ref().map(|found| format!(" `{found}`")).unwrap_or_default(), OneOf(.expected))]
    UnknownVariant {
        /// The text, unless it is secret.
        found: Option<String>,
        /// The variants there are.
        expected: Vec<Cow<'static, str>>,
    },
    /// A key that must be there and is not. The path of the problem is the key's.
    #[error("missing")]
    Missing,
    /// A key that nothing reads.
    #[error("unknown key")]
    UnknownKey,
    /// A source that cannot be read at all.
    #[error("{why}")]
    Unreadable {
        /// Why not, with the path.
        why: Cow<'static, str>,
        /// Whether it may be read a moment later though nothing about it changes, as when the system is short of
        /// something.
        transient: bool,
    },
    /// A file that is passed over.
    #[error("{path} is not read: {why}")]
    SkippedFile {
        /// The file.
        path: Box<str>,
        /// Why not.
        why: Cow<'static, str>,
    },
    /// A profile without a file where other profiles have one.
    #[error("{config} has no file for the profile {profile}")]
    UnknownProfile {
        /// The profile.
        profile: Box<str>,
        /// The configuration.
        config: Box<str>,
    },
    /// A map under a scalar or the other way round; the higher layer wins.
    #[error("this {higher} replaces the {lower} of a lower layer")]
    KindChanged {
        /// What the lower layer has.
        lower: Kind,
        /// What the higher layer has.
        higher: Kind,
    },
    /// A list that should merge by key, with a member that lacks it or has it twice.
    #[error("cannot merge this list by `{key}`: {why}")]
    ListMerge {
        /// The key that names the members.
        key: Box<str>,
        /// Why not.
        why: &'static str,
    },
    /// An environment variable under the prefix that no key answers to.
    #[error("environment variable {variable} sets no known key")]
    UnknownVariable {
        /// Its name.
        variable: Box<str>,
    },
    /// An environment variable under the prefix that adds a key. The path of the problem is the key's.
    #[error("environment variable {variable} adds this key, which no file, default or schema has")]
    NewKey {
        /// Its name.
        variable: Box<str>,
    },
    /// An environment variable that could mean several keys.
    #[error("environment variable {variable} could mean {}", OneOf(.keys))]
    AmbiguousVariable {
        /// Its name.
        variable: Box<str>,
        /// The keys.
        keys: Vec<Cow<'static, str>>,
    },
    /// Two environment variables that set the same key, or one a key and the other something inside it.
    #[error("environment variables {first} and {second} both set this key")]
    ConflictingVariables {
        /// One name.
        first: Box<str>,
        /// The other name.
        second: Box<str>,
    },
    /// An environment variable whose bytes are not UTF-8.
    #[error("environment variable {variable} is not UTF-8")]
    VariableEncoding {
        /// Its name.
        variable: Box<str>,
    },
    /// An empty environment variable for a key that is not a string; it counts as unset.
    #[error("environment variable {variable} is empty and counts as unset")]
    EmptyVariable {
        /// Its name.
        variable: Box<str>,
    },
    /// A `${…}` that cannot be resolved.
    #[error("cannot expand `${{{reference}}}`: {fault}{}", Chain(.chain))]
    Interpolation {
        /// What is between the braces, unless it may be part of a secret.
        reference: Box<str>,
        /// Why not.
        fault: &'static str,
        /// The keys on the way to it, outermost first.
        chain: Vec<KeyPath>,
    },
    /// An `include` that cannot be followed.
    #[error("cannot include {file:?}: {fault}")]
    Include {
        /// The file as it was written.
        file: Box<str>,
        /// Why not.
        fault: Cow<'static, str>,
    },
    /// A key of an older layout, in a layer that no migration changes. The path of the problem is the key's.
    #[error("the migration from {from} to {to} {}, and did not change this layer", MadeOf(.now))]
    FormerKey {
        /// The version before the migration that took the key away.
        from: Box<str>,
        /// The version after it.
        to: Box<str>,
        /// Where the value belongs now: one path, several if it was split, none if it was removed.
        now: Vec<KeyPath>,
    },
    /// There are more problems than are reported.
    #[error("there are more problems than these {most}")]
    More {
        /// How many are reported.
        most: usize,
    },
    /// What a rule of the program says.
    #[error("{fault} [{rule}]")]
    Rule {
        /// The name of the rule.
        rule: Box<str>,
        /// What is wrong.
        fault: Box<ProblemKind>,
    },
    /// What a type, a rule or a source says in its own words.
    #[error("{message}")]
    Custom {
        /// The words; whoever makes them keeps secrets out.
        message: Cow<'static, str>,
    },
}

/// A bound that an input went over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Limit {
    /// Bytes of text.
    #[error("bytes of text")]
    Text,
    /// Levels of maps and lists.
    #[error("levels of nesting")]
    Depth,
    /// Values.
    #[error("values")]
    Values,
    /// Values made by YAML aliases.
    #[error("values made by aliases")]
    AliasValues,
    /// Bytes made by YAML aliases.
    #[error("bytes made by aliases")]
    AliasBytes,
    /// Bytes of one key.
    #[error("bytes in one key")]
    Key,
    /// Distinct keys.
    #[error("distinct keys")]
    Keys,
    /// Layers, each file and source being one.
    #[error("layers")]
    Layers,
    /// Files that include one another.
    #[error("levels of includes")]
    Includes,
}

impl ProblemKind {
    pub(super) fn is_missing(&self) -> bool {
        match self {
            ProblemKind::Rule { fault, .. } => fault.is_missing(),
            kind => *kind == ProblemKind::Missing,
        }
    }
}

/// `a`, `b` or `c`.
struct OneOf<'a>(&'a [Cow<'static, str>]);

impl fmt::Display for OneOf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.0.len().saturating_sub(1);
        for (at, item) in self.0.iter().enumerate() {
            match at {
                0 => {}
                at if at == last => f.write_str(" or ")?,
                _ => f.write_str(", ")?,
            }
            write!(f, "`{item}`")?;
        }
        Ok(())
    }
}

/// ` (a -> b -> c)`, or nothing.
struct Chain<'a>(&'a [KeyPath]);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((first, rest)) = self.0.split_first() else { return Ok(()) };
        write!(f, " ({first}")?;
        rest.iter().try_for_each(|path| write!(f, " -> {path}"))?;
        f.write_str(")")
    }
}

/// `made this key a and b`, or that it is gone.
struct MadeOf<'a>(&'a [KeyPath]);

impl fmt::Display for MadeOf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((last, others)) = self.0.split_last() else { return f.write_str("removed this key") };
        f.write_str("made this key ")?;
        for (at, path) in others.iter().enumerate() {
            write!(f, "{}{path}", if at > 0 { ", " } else { "" })?;
        }
        write!(f, "{}{last}", if others.is_empty() { "" } else { " and " })
    }
}
