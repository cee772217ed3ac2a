use std::fmt;

use enhanced_config_core::{Kind, NodeRef, ProblemKind};
use jsonschema::JsonType;
use jsonschema::error::{TypeKind, ValidationErrorKind as Fault};
use serde_json::Value as Json;

/// What a schema wants, in words that follow "expected".
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Expected {
    words: String,
    /// Whether it is about the kind, so that the kind found is worth telling.
    of_kind: bool,
}

/// The map of a schema that has a keyword, where it can be found: the keyword's neighbours.
pub(super) struct Neighbours<'a>(pub(super) Option<NodeRef<'a>>);

impl Expected {
    fn value(words: impl Into<String>) -> Self {
        Self { words: words.into(), of_kind: false }
    }

    pub(super) fn of(fault: &Fault, near: &Neighbours<'_>) -> Self {
        match fault {
            Fault::Type { kind: TypeKind::Single(kind) } => Self::any_kind(&[*kind]),
            Fault::Type { kind: TypeKind::Multiple(kinds) } => {
                Self::any_kind(&kinds.iter().collect::<Vec<_>>())
            }
            Fault::Constant { expected_value } => Self::value(Shown(expected_value).to_string()),
            Fault::Minimum { .. }
            | Fault::Maximum { .. }
            | Fault::ExclusiveMinimum { .. }
            | Fault::ExclusiveMaximum { .. } => Self::value(number(fault, near)),
            Fault::MultipleOf { multiple_of } => Self::value(format!("a multiple of {multiple_of}")),
            Fault::MinLength { limit } => Self::value(count(
                "text of",
                near.range("minLength", "maxLength"),
                "at least",
                *limit,
                "character",
            )),
            Fault::MaxLength { limit } => Self::value(count(
                "text of",
                near.range("minLength", "maxLength"),
                "at most",
                *limit,
                "character",
            )),
            Fault::MinItems { limit } => Self::value(count(
                "a list of",
                near.range("minItems", "maxItems"),
                "at least",
                *limit,
                "member",
            )),
            Fault::MaxItems { limit } => Self::value(count(
                "a list of",
                near.range("minItems", "maxItems"),
                "at most",
                *limit,
                "member",
            )),
            Fault::MinProperties { limit } => Self::value(count(
                "a map of",
                near.range("minProperties", "maxProperties"),
                "at least",
                *limit,
                "key",
            )),
            Fault::MaxProperties { limit } => Self::value(count(
                "a map of",
                near.range("minProperties", "maxProperties"),
                "at most",
                *limit,
                "key",
            )),
            Fault::AdditionalItems { limit } => {
                Self::value(format!("a list of at most {}", Counted(*limit as u64, "member")))
            }
            fault => Self::value(other(fault)),
        }
    }

    /// One of the kinds.
    pub(super) fn any_kind(kinds: &[JsonType]) -> Self {
        let mut words: Vec<&str> = kinds.iter().map(|kind| kind_word(*kind)).collect();
        let mut seen = Vec::new();
        words.retain(|word| {
            !seen.contains(word) && {
                seen.push(*word);
                true
            }
        });
        Self { words: either(&words), of_kind: true }
    }

    /// One of the values.
    pub(super) fn one_of(options: &Json) -> Self {
        let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
        let words: Vec<String> = options.iter().map(|option| Shown(option).to_string()).collect();
        Self::value(either(&words))
    }

    /// The problem of a value that is not as expected.
    pub(super) fn found(self, node: NodeRef<'_>) -> ProblemKind {
        match self.of_kind {
            true => ProblemKind::WrongType { expected: self.words.into(), found: node.kind() },
            false => ProblemKind::BadValue { expected: self.words.into() },
        }
    }

    /// The problem of a key that is not as expected.
    pub(super) fn of_name(self) -> ProblemKind {
        ProblemKind::BadValue { expected: format!("a key that is {}", self.words).into() }
    }
}

/// The options, if all of them are texts.
pub(super) fn texts(options: &Json) -> Option<Vec<&str>> {
    options.as_array()?.iter().map(Json::as_str).collect()
}

impl Neighbours<'_> {
    fn get(&self, keyword: &str) -> Option<NodeRef<'_>> {
        self.0?.get(keyword)
    }

    /// Both bounds of a count, if there are two.
    fn range(&self, least: &str, most: &str) -> Option<(u64, u64)> {
        Some((self.get(least)?.as_u64()?, self.get(most)?.as_u64()?))
    }
}

fn kind_word(kind: JsonType) -> &'static str {
    match kind {
        JsonType::Null => "null",
        JsonType::Boolean => "a boolean",
        JsonType::Integer => "an integer",
        JsonType::Number => "a number",
        JsonType::String => "a string",
        JsonType::Array => "a list",
        JsonType::Object => "a map",
    }
}

/// `a number from 1 to 65535`, or the one bound there is.
fn number(fault: &Fault, near: &Neighbours<'_>) -> String {
    let integer = near.get("type").and_then(NodeRef::as_str) == Some("integer");
    let noun = if integer { "an integer" } else { "a number" };
    let bound =
        |keyword| near.get(keyword).filter(|bound| matches!(bound.kind(), Kind::Integer | Kind::Float));
    if let (Some(least), Some(most)) = (bound("minimum"), bound("maximum")) {
        return format!("{noun} from {} to {}", Json::from(least), Json::from(most));
    }
    match fault {
        Fault::Minimum { limit } => format!("{noun} of at least {limit}"),
        Fault::Maximum { limit } => format!("{noun} of at most {limit}"),
        Fault::ExclusiveMinimum { limit } => format!("{noun} above {limit}"),
        Fault::ExclusiveMaximum { limit } => format!("{noun} below {limit}"),
        _ => noun.to_owned(),
    }
}

fn count(what: &str, range: Option<(u64, u64)>, bound: &str, limit: u64, unit: &'static str) -> String {
    match range {
        Some((least, most)) if least == most => format!("{what} {}", Counted(most, unit)),
        Some((least, most)) if least < most => format!("{what} {least} to {}", Counted(most, unit)),
        _ => format!("{what} {bound} {}", Counted(limit, unit)),
    }
}

fn other(fault: &Fault) -> String {
    match fault {
        Fault::Pattern { pattern } => format!("text that matches `{pattern}`"),
        Fault::Format { format } => format_words(format),
        Fault::UniqueItems => "a list whose members all differ".to_owned(),
        Fault::Contains => "a list with the members that the schema asks for".to_owned(),
        Fault::UnevaluatedItems { .. } => {
            "a list without the members that the schema does not know".to_owned()
        }
        Fault::Not { schema } => match schema.get("const").or_else(|| schema.get("enum")) {
            Some(excluded) => format!("anything but {}", Shown(excluded)),
            None => "a value that the schema does not exclude".to_owned(),
        },
        Fault::OneOfMultipleValid { .. } => {
            "a value that exactly one alternative allows, and several do".to_owned()
        }
        Fault::ContentEncoding { content_encoding } => format!("text in {content_encoding}"),
        Fault::FromUtf8 { .. } => "encoded text that is UTF-8".to_owned(),
        Fault::ContentMediaType { content_media_type } => format!("text that is {content_media_type}"),
        fault => format!("a value that `{}` allows", fault.keyword()),
    }
}

/// A format with an example, since few know the RFC of each by heart.
fn format_words(format: &str) -> String {
    let (what, example) = match format {
        "date-time" => ("a date and time", "2026-01-31T12:00:00Z"),
        "date" => ("a date", "2026-01-31"),
        "time" => ("a time with its zone", "12:00:00Z"),
        "duration" => ("a duration", "PT1H30M"),
        "email" | "idn-email" => ("an e-mail address", "ops@example.org"),
        "hostname" | "idn-hostname" => ("a host name", "db.example.org"),
        "ipv4" => ("an IPv4 address", "192.0.2.1"),
        "ipv6" => ("an IPv6 address", "2001:db8::1"),
        "uri" | "iri" => ("an absolute URI", "https://example.org/path"),
        "uri-reference" | "iri-reference" => ("a URI or a relative reference", "/path"),
        "uri-template" => ("a URI template", "/users/{id}"),
        "uuid" => ("a UUID", "123e4567-e89b-12d3-a456-426614174000"),
        "json-pointer" => ("a JSON Pointer", "/a/0"),
        "relative-json-pointer" => ("a relative JSON Pointer", "1/a"),
        "regex" => ("a regular expression", "^[a-z]+$"),
        other => return format!("text in the format `{other}`"),
    };
    format!("{what}, such as `{example}`")
}

/// `a`, `a or b`, `a, b or c`.
fn either<S: AsRef<str>>(words: &[S]) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
        None => "nothing".to_owned(),
    }
}

/// A value of a schema, shortened.
struct Shown<'a>(&'a Json);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 80;
        let text = self.0.to_string();
        match text.char_indices().nth(LONGEST) {
            Some((end, _)) => write!(f, "`{}…`", text.get(..end).unwrap_or_default()),
            None => write!(f, "`{text}`"),
        }
    }
}

/// `1 member`, `2 members`.
struct Counted(u64, &'static str);

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}{}", self.0, self.1, if self.0 == 1 { "" } else { "s" })
    }
}
