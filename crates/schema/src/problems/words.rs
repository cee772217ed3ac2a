//! What values and schemas are called.

use std::borrow::Borrow;
use std::fmt;

use jsonschema::JsonType;
use serde_json::Value as Json;

/// So many values are listed.
const FEW: usize = 20;

/// Whether so many options can be listed in one line.
pub(super) fn few<T>(options: &[T]) -> bool {
    options.len() <= FEW
}

/// One of the values, the first few of many.
pub(super) fn one_of<J: Borrow<Json>>(options: &[J]) -> String {
    let all_texts = options.iter().all(|option| option.borrow().is_string());
    let word = |option: &J| match option.borrow().as_str() {
        // Without quotes, where nothing could be mistaken for a text.
        Some(text) if all_texts => Short(&format!("`{text}`")).to_string(),
        _ => value(option.borrow()),
    };
    if few(options) {
        return either(&options.iter().map(word).collect::<Vec<_>>());
    }
    let shown: Vec<String> = options.iter().take(FEW / 2).map(word).collect();
    format!("{} or one of {} others", shown.join(", "), options.len() - shown.len())
}

/// A value of a schema, as JSON.
pub(super) fn value(value: &Json) -> String {
    Short(&format!("`{value}`")).to_string()
}

/// Text that matches a regular expression.
pub(super) fn matching(pattern: &str) -> String {
    format!("text that matches {}", Short(&format!("`{pattern}`")))
}

/// Without a fraction where there is none.
pub(super) fn number(number: f64) -> String {
    /// All integers up to here are floats as well.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match number.fract() == 0.0 && number.abs() <= EXACT {
        true => format!("{number}"),
        false => Json::from(number).to_string(),
    }
}

pub(super) fn kind(kind: JsonType) -> &'static str {
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

/// What a simple schema allows, with its article; nothing for one that takes more than a few words.
pub(super) fn schema(schema: &Json) -> Option<String> {
    let keywords = schema.as_object()?;
    let said = keywords.iter().filter(|(keyword, _)| !is_remark(keyword));
    let said: Vec<(&str, &Json)> = said.map(|(keyword, value)| (keyword.as_str(), value)).collect();
    match said.as_slice() {
        [("const", wanted)] | [("const", wanted), ("type", _)] => Some(value(wanted)),
        [("enum", Json::Array(wanted))] | [("enum", Json::Array(wanted)), ("type", _)] => {
            Some(one_of(wanted))
        }
        [("type", wanted)] => kinds(wanted),
        [("pattern", Json::String(pattern))] | [("pattern", Json::String(pattern)), ("type", _)] => {
            Some(matching(pattern))
        }
        [("format", Json::String(name))] | [("format", Json::String(name)), ("type", _)] => {
            Some(format(name))
        }
        [("required", Json::Array(keys))] | [("required", Json::Array(keys)), ("type", _)] => {
            Some(format!("a map with {}", keys_in_words(keys)?))
        }
        [("minimum", least)] => Some(format!("a number of at least {least}")),
        [("maximum", most)] => Some(format!("a number of at most {most}")),
        [("minimum", least), ("type", noun)] => Some(format!("{} of at least {least}", kinds(noun)?)),
        [("maximum", most), ("type", noun)] => Some(format!("{} of at most {most}", kinds(noun)?)),
        [("maximum", most), ("minimum", least), ("type", noun)] => {
            Some(format!("{} from {least} to {most}", kinds(noun)?))
        }
        _ => None,
    }
}

/// Whether a keyword is about a schema instead of about values.
fn is_remark(keyword: &str) -> bool {
    keyword.starts_with("x-")
        || matches!(
            keyword,
            "title"
                | "description"
                | "$comment"
                | "default"
                | "examples"
                | "deprecated"
                | "readOnly"
                | "writeOnly"
        )
}

/// The kinds that `type` has.
pub(super) fn kinds(wanted: &Json) -> Option<String> {
    let names = wanted.as_array().map_or(std::slice::from_ref(wanted), Vec::as_slice);
    let kinds: Option<Vec<&str>> =
        names.iter().map(|name| Some(kind(name.as_str()?.parse().ok()?))).collect();
    Some(either(&kinds?))
}

/// `the key a`, `the keys a and b`.
fn keys_in_words(keys: &[Json]) -> Option<String> {
    let names: Option<Vec<String>> = keys.iter().map(|key| Some(format!("`{}`", key.as_str()?))).collect();
    let names = names.filter(|names| few(names) && !names.is_empty())?;
    Some(format!("the key{} {}", if names.len() == 1 { "" } else { "s" }, both(&names)))
}

/// A format with an example, since few know the RFC of each by heart.
pub(super) fn format(name: &str) -> String {
    let (what, example) = match name {
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
pub(super) fn either<S: AsRef<str>>(words: &[S]) -> String {
    listed(words, "or")
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn both<S: AsRef<str>>(words: &[S]) -> String {
    listed(words, "and")
}

fn listed<S: AsRef<str>>(words: &[S], last_word: &str) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, before)) => format!("{} {last_word} {last}", before.join(", ")),
        None => "nothing".to_owned(),
    }
}

/// Text between backticks, shortened.
pub(super) struct Short<'a>(pub(super) &'a str);

impl fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 80;
        match self.0.char_indices().nth(LONGEST) {
            Some((end, _)) => write!(f, "{}…`", self.0.get(..end).unwrap_or_default()),
            None => f.write_str(self.0),
        }
    }
}

/// `1 member`, `2 members`.
pub(super) struct Counted(pub(super) u64, pub(super) &'static str);

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}{}", self.0, self.1, if self.0 == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn simple_schemas_have_words_and_others_have_none() {
        let check =
            |json: Json, expected: Option<&str>| assert_eq!(schema(&json).as_deref(), expected, "{json}");
        check(json!({ "const": "a" }), Some("`\"a\"`"));
        check(json!({ "enum": ["a", "b"], "title": "one" }), Some("`a` or `b`"));
        check(json!({ "enum": ["a", null] }), Some("`\"a\"` or `null`"));
        check(json!({ "type": ["string", "null"] }), Some("a string or null"));
        check(json!({ "type": "integer", "minimum": 1, "maximum": 5 }), Some("an integer from 1 to 5"));
        check(json!({ "required": ["a"] }), Some("a map with the key `a`"));
        check(json!({ "required": ["a", "b", "c"] }), Some("a map with the keys `a`, `b` and `c`"));
        check(json!({ "type": "string", "format": "date" }), Some("a date, such as `2026-01-31`"));
        check(json!({ "properties": {} }), None);
        check(json!(false), None);
    }

    #[test]
    fn of_many_values_few_are_listed() {
        let many: Vec<Json> = (0..30).map(|at| json!(format!("w{at}"))).collect();
        assert_eq!(
            one_of(&many),
            "`w0`, `w1`, `w2`, `w3`, `w4`, `w5`, `w6`, `w7`, `w8`, `w9` or one of 20 others"
        );
    }

    #[test]
    fn a_long_value_is_cut() {
        assert_eq!(value(&json!("é".repeat(100))), format!("`\"{}…`", "é".repeat(78)));
    }
}
