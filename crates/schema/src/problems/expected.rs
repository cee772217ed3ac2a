use enhanced_config_core::{Kind, NodeRef, ProblemKind};
use jsonschema::JsonType;
use jsonschema::error::{TypeKind, ValidationErrorKind as Fault};
use serde_json::Value as Json;

use super::words::{self, Counted, Short};

/// What a schema wants, in words that follow "expected".
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Expected {
    words: String,
    /// Whether it is about the kind, so that the kind found is worth telling.
    of_kind: bool,
}

/// The map of a schema that has a keyword, where it can be found: the keyword's neighbours.
#[derive(Clone, Copy)]
pub(super) struct Neighbours<'a>(pub(super) Option<NodeRef<'a>>);

impl Expected {
    fn value(words: impl Into<String>) -> Self {
        Self { words: words.into(), of_kind: false }
    }

    /// What an error asks for. Of a `secret` nothing is told that it is.
    pub(super) fn of(fault: &Fault, near: &Neighbours<'_>, secret: bool) -> Self {
        match fault {
            Fault::Type { kind: TypeKind::Single(kind) } => Self::any_kind(&[*kind]),
            Fault::Type { kind: TypeKind::Multiple(kinds) } => {
                Self::any_kind(&kinds.iter().collect::<Vec<_>>())
            }
            Fault::Not { schema } => Self::value(not(schema, secret)),
            fault => Self::value(
                near.number(fault).or_else(|| near.count(fault)).unwrap_or_else(|| other(fault, near)),
            ),
        }
    }

    /// One of the kinds.
    pub(super) fn any_kind(kinds: &[JsonType]) -> Self {
        let mut words: Vec<&str> = Vec::new();
        for word in kinds.iter().map(|kind| words::kind(*kind)) {
            if !words.contains(&word) {
                words.push(word);
            }
        }
        // Every integer is a number.
        words.retain(|word| *word != "an integer" || !kinds.contains(&JsonType::Number));
        // Whoever leaves a value out looks for it last.
        words.sort_by_key(|word| *word == "null");
        Self { words: words::either(&words), of_kind: true }
    }

    /// One of the values; if all of them are texts and the value is none, that is worth telling.
    pub(super) fn one_of(options: &[&Json], node: NodeRef<'_>) -> Self {
        let of_kind = node.kind() != Kind::String && options.iter().all(|option| option.is_string());
        Self { words: words::one_of(options), of_kind }
    }

    /// What a schema allows, as far as that can be told in a few words.
    pub(super) fn of_schema(keyword: &str, schema: &Json) -> Self {
        let words = words::schema(schema);
        let of_kind = words.is_some() && words == schema.get("type").and_then(words::kinds);
        Self { words: words.unwrap_or_else(|| format!("a value that `{keyword}` allows")), of_kind }
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
        let expected = match self.words.strip_prefix("text ") {
            Some(of_text) => format!("a key {of_text}"),
            None => format!("a key that is {}", self.words),
        };
        ProblemKind::BadValue { expected: expected.into() }
    }
}

impl<'a> Neighbours<'a> {
    pub(super) fn get(self, keyword: &str) -> Option<NodeRef<'a>> {
        self.0?.get(keyword)
    }

    /// The alternative of this number by its name, in parentheses, if it has one.
    pub(super) fn alternative(self, number: usize) -> String {
        let list = self.get("anyOf").or_else(|| self.get("oneOf"));
        let name = list.and_then(|list| name(list.index(number)?));
        name.map_or_else(String::new, |name| format!(" (`{name}`)"))
    }

    fn bound(self, keyword: &str) -> Option<Json> {
        let bound = self.get(keyword)?;
        matches!(bound.kind(), Kind::Integer | Kind::Float).then(|| bound.into())
    }

    /// `a number from 1 to 65535`, or the one bound there is.
    fn number(self, fault: &Fault) -> Option<String> {
        let (keyword, limit) = match fault {
            Fault::Minimum { limit } => ("minimum", limit),
            Fault::Maximum { limit } => ("maximum", limit),
            Fault::ExclusiveMinimum { limit } => ("exclusiveMinimum", limit),
            Fault::ExclusiveMaximum { limit } => ("exclusiveMaximum", limit),
            _ => return None,
        };
        let integer = self.get("type").and_then(NodeRef::as_str) == Some("integer");
        let noun = if integer { "an integer" } else { "a number" };
        // As a draft of 2013 had it: `exclusiveMinimum: true` next to `minimum`.
        let limits = |own: &str| if own == keyword { Some(limit.clone()) } else { self.bound(own) };
        let least = limits("minimum").map(|least| format!("of at least {least}"));
        let above = limits("exclusiveMinimum").map(|least| format!("above {least}"));
        let most = limits("maximum").map(|most| format!("of at most {most}"));
        let below = limits("exclusiveMaximum").map(|most| format!("below {most}"));
        if let (Some(least), None, Some(most), None) = (limits("minimum"), &above, limits("maximum"), &below)
        {
            return Some(format!("{noun} from {least} to {most}"));
        }
        let bounds: Vec<String> = [above.or(least), below.or(most)].into_iter().flatten().collect();
        Some(format!("{noun} {}", bounds.join(" and ")))
    }

    /// `text of 3 to 5 characters`, or the one bound there is.
    fn count(self, fault: &Fault) -> Option<String> {
        let (what, unit, least, most, bound, limit) = match fault {
            Fault::MinLength { limit } => ("text", "character", "minLength", "maxLength", "at least", limit),
            Fault::MaxLength { limit } => ("text", "character", "minLength", "maxLength", "at most", limit),
            Fault::MinItems { limit } => ("a list", "member", "minItems", "maxItems", "at least", limit),
            Fault::MaxItems { limit } => ("a list", "member", "minItems", "maxItems", "at most", limit),
            Fault::MinProperties { limit } => {
                ("a map", "key", "minProperties", "maxProperties", "at least", limit)
            }
            Fault::MaxProperties { limit } => {
                ("a map", "key", "minProperties", "maxProperties", "at most", limit)
            }
            _ => return None,
        };
        let number = |keyword| self.get(keyword).and_then(NodeRef::as_u64);
        let range = number(least).zip(number(most)).filter(|(least, most)| least <= most);
        let one_bound = || format!("{what} of {bound} {}", Counted(*limit, unit));
        Some(range.map_or_else(one_bound, |range| ranged(what, range, unit)))
    }

    /// What a list must have, and how often.
    fn contains(self) -> String {
        let wanted = self.get("contains").and_then(|schema| words::schema(&Json::from(schema)));
        let wanted = wanted.unwrap_or_else(|| "what `contains` asks for".to_owned());
        let bound = |keyword| self.get(keyword).and_then(NodeRef::as_u64);
        let count = match (bound("minContains"), bound("maxContains")) {
            (None | Some(1), None) => return format!("a list with a member that is {wanted}"),
            (Some(0), Some(most)) | (None, Some(most)) if most > 1 || bound("minContains") == Some(0) => {
                format!("at most {}", Counted(most, "member"))
            }
            (Some(least), Some(most)) if least != most => format!("{least} to {}", Counted(most, "member")),
            (_, Some(most)) => format!("exactly {}", Counted(most, "member")),
            (Some(least), None) => format!("at least {}", Counted(least, "member")),
        };
        format!("a list with {count} that {} {wanted}", if count.ends_with('s') { "are each" } else { "is" })
    }

    /// That several alternatives allow what only one should, and which.
    fn several(self, errors: &[Vec<jsonschema::ValidationError<'static>>]) -> String {
        let list = self.get("oneOf");
        let matching = errors.iter().enumerate().filter(|(_, errors)| errors.is_empty());
        let named = matching.map(|(at, _)| match list.and_then(|list| name(list.index(at)?)) {
            Some(name) => format!("`{name}`"),
            None => format!("number {}", at + 1),
        });
        let named: Vec<String> = named.collect();
        let all = if named.len() == 2 { "both" } else { "all" };
        format!("a value that exactly one alternative allows; {} {all} do", words::both(&named))
    }
}

/// What an alternative is called: its title, or the last step of its reference.
fn name(schema: NodeRef<'_>) -> Option<&str> {
    let title = schema.get("title").and_then(NodeRef::as_str);
    let last = || schema.get("$ref")?.as_str()?.rsplit(['/', '#']).next().filter(|last| !last.is_empty());
    title.or_else(last)
}

fn ranged(what: &str, (least, most): (u64, u64), unit: &'static str) -> String {
    match least == most {
        true => format!("{what} of exactly {}", Counted(most, unit)),
        false => format!("{what} of {least} to {}", Counted(most, unit)),
    }
}

/// Anything but what the schema describes, which would tell what a secret is.
fn not(schema: &Json, secret: bool) -> String {
    match words::schema(schema) {
        _ if secret => "a value that the schema does not exclude".to_owned(),
        Some(words) => match words.strip_prefix("a map with ") {
            Some(keys) if keys.contains(" and ") => format!("a map without {keys} together"),
            Some(keys) => format!("a map without {keys}"),
            None => format!("anything but {words}"),
        },
        None => "a value that the schema does not exclude".to_owned(),
    }
}

fn other(fault: &Fault, near: &Neighbours<'_>) -> String {
    match fault {
        Fault::Constant { expected_value } => words::value(expected_value),
        Fault::MultipleOf { multiple_of } => format!("a multiple of {}", words::number(*multiple_of)),
        Fault::Pattern { pattern } => words::matching(pattern),
        Fault::Format { format } => words::format(format),
        Fault::Enum { options } => words::one_of(options.as_array().map(Vec::as_slice).unwrap_or_default()),
        Fault::Contains => near.contains(),
        Fault::OneOfMultipleValid { context } => near.several(context),
        Fault::ContentEncoding { content_encoding } => format!("text in {}", Short(content_encoding)),
        Fault::FromUtf8 { .. } => "encoded text that is UTF-8".to_owned(),
        Fault::ContentMediaType { content_media_type } => {
            format!("text that is {}", Short(content_media_type))
        }
        fault => format!("a value that `{}` allows", fault.keyword()),
    }
}
