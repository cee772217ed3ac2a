//! Values that a schema allows, for a person to replace.

use enhanced_config_core::{Kind, NodeRef, Value};
use serde_json::{Map, Number, Value as Json};

use super::pattern;
use crate::applying::{applying, first_default, named, required_keys};

/// Maps and lists within one another, and members of a list, that a value is made of at most.
const MOST_LEVELS: usize = 16;
const MOST_MEMBERS: usize = 64;

/// A value that the schemas allow: what they fix, their default, the first example, or the least there is. Of a
/// `secret` neither the default nor an example is told.
pub(super) fn of<'a>(root: NodeRef<'a>, schemas: &[NodeRef<'a>], secret: bool) -> Json {
    Maker { root, secret, levels: MOST_LEVELS }.value(schemas)
}

#[derive(Clone, Copy)]
struct Maker<'a> {
    root: NodeRef<'a>,
    secret: bool,
    levels: usize,
}

impl<'a> Maker<'a> {
    fn value(self, schemas: &[NodeRef<'a>]) -> Json {
        let chosen = applying(self.root, schemas, None);
        let fixed = chosen.iter().find_map(|schema| schema.get("const")).map(Json::from);
        fixed
            .or_else(|| self.given(schemas, &chosen).filter(|_| !self.secret))
            .or_else(|| first_option(&chosen))
            .unwrap_or_else(|| self.made(&Asked(&chosen)))
    }

    /// What the author of the schema thought of.
    fn given(self, schemas: &[NodeRef<'a>], chosen: &[NodeRef<'a>]) -> Option<Json> {
        let default = first_default(self.root, schemas).filter(|default| !default.is_null());
        let example = || chosen.iter().find_map(|schema| schema.get("examples")?.index(0));
        default.or_else(example).map(Json::from)
    }

    fn made(mut self, asked: &Asked<'_, 'a>) -> Json {
        let kind = asked.kind();
        if self.levels == 0 {
            return Json::Null;
        }
        self.levels -= 1;
        match kind {
            "null" => Json::Null,
            "boolean" => Json::Bool(false),
            "integer" => number(asked, true),
            "number" => number(asked, false),
            "array" => self.list(asked),
            "object" => self.map(asked),
            _ => Json::String(text(asked, self.secret)),
        }
    }

    fn list(self, asked: &Asked<'_, 'a>) -> Json {
        let contains = asked.first("contains");
        let least = asked
            .most_u64("minItems")
            .unwrap_or(0)
            .max(contains.map_or(0, |_| asked.most_u64("minContains").unwrap_or(1)));
        let item = |index: usize| match contains {
            Some(contains) => vec![contains],
            None => asked.0.iter().filter_map(|schema| item_schema(*schema, index)).collect(),
        };
        let items = 0..MOST_MEMBERS.min(usize::try_from(least).unwrap_or(MOST_MEMBERS));
        let mut made: Vec<Json> = Vec::new();
        for index in items {
            let value = self.value(&item(index));
            let value = if asked.is_true("uniqueItems") && made.contains(&value) {
                self.another(&item(index), &value, index)
            } else {
                value
            };
            made.push(value);
        }
        made.into()
    }

    /// A value that differs from those before it.
    fn another(self, schemas: &[NodeRef<'a>], value: &Json, index: usize) -> Json {
        let chosen = applying(self.root, schemas, None);
        let option = chosen.iter().find_map(|schema| schema.get("enum")?.index(index)).map(Json::from);
        option.unwrap_or_else(|| match value {
            Json::String(text) => format!("{text}{index}").into(),
            Json::Number(number) => match number.as_i64() {
                Some(number) => number.saturating_add(i64::try_from(index).unwrap_or(i64::MAX)).into(),
                None => (number.as_f64().unwrap_or_default() + index as f64).into(),
            },
            Json::Bool(value) => (!value).into(),
            other => other.clone(),
        })
    }

    fn map(self, asked: &Asked<'_, 'a>) -> Json {
        let mut required: Vec<&str> = required_keys(asked.0).collect();
        let named = named(asked.0);
        let mut map = Map::new();
        let least = usize::try_from(asked.most_u64("minProperties").unwrap_or(0)).unwrap_or(MOST_MEMBERS);
        let more = named.iter().map(|(key, _)| *key).filter(|key| !required.contains(key));
        let more: Vec<&str> = more.take(least.saturating_sub(required.len())).collect();
        required.extend(more);
        for key in required {
            let schemas =
                named.iter().find(|(named, _)| *named == key).map(|(_, schemas)| schemas.as_slice());
            map.insert(key.to_owned(), self.value(schemas.unwrap_or_default()));
        }
        for (key, schema) in others(asked.0, least.saturating_sub(map.len()).min(MOST_MEMBERS)) {
            map.insert(key, self.value(&schema));
        }
        map.into()
    }
}

/// Keys that no schema names, as many as wanted and allowed, and what is said of them.
pub(super) fn others<'a>(chosen: &[NodeRef<'a>], wanted: usize) -> Vec<(String, Vec<NodeRef<'a>>)> {
    let patterns =
        chosen.iter().filter_map(|schema| schema.get("patternProperties")).flat_map(NodeRef::entries);
    let by_pattern = patterns.map(|(pattern, schema)| (Some(pattern), Some(schema))).next();
    let additional = || chosen.iter().find_map(|schema| schema.get("additionalProperties"));
    let name = || chosen.iter().find_map(|schema| schema.get("propertyNames")?.get("pattern")?.as_str());
    let (pattern, schema) = by_pattern.unwrap_or_else(|| (name(), additional()));
    if schema.is_some_and(|schema| schema.as_bool() == Some(false)) {
        return Vec::new();
    }
    let keys = (0..wanted).map(|at| match pattern {
        Some(pattern) => pattern::matching(pattern, at + 1).unwrap_or_default(),
        None if at == 0 => "example".to_owned(),
        None => format!("example{}", at + 1),
    });
    keys.map(|key| (key, schema.into_iter().collect())).collect()
}

/// The first of an `enum` that all others list too.
fn first_option(chosen: &[NodeRef<'_>]) -> Option<Json> {
    let mut lists = chosen.iter().filter_map(|schema| schema.get("enum"));
    let first: Vec<Json> = lists.next()?.items().map(Json::from).collect();
    let rest: Vec<Vec<Json>> = lists.map(|list| list.items().map(Json::from).collect()).collect();
    let mut options: Vec<Json> =
        first.into_iter().filter(|option| rest.iter().all(|list| list.contains(option))).collect();
    // Something rather than nothing.
    options.sort_by_key(Json::is_null);
    options.into_iter().next()
}

/// What several schemas ask for together.
struct Asked<'s, 'a>(&'s [NodeRef<'a>]);

impl<'a> Asked<'_, 'a> {
    fn all(&self, keyword: &'static str) -> impl Iterator<Item = NodeRef<'a>> {
        self.0.iter().filter_map(move |schema| schema.get(keyword))
    }

    fn first(&self, keyword: &'static str) -> Option<NodeRef<'a>> {
        self.all(keyword).next()
    }

    fn is_true(&self, keyword: &'static str) -> bool {
        self.all(keyword).any(|value| value.as_bool() == Some(true))
    }

    fn most_u64(&self, keyword: &'static str) -> Option<u64> {
        self.all(keyword).filter_map(NodeRef::as_u64).max()
    }

    fn least_u64(&self, keyword: &'static str) -> Option<u64> {
        self.all(keyword).filter_map(NodeRef::as_u64).min()
    }

    /// The first type that all allow, `null` last; without any, what the other keywords are about.
    fn kind(&self) -> &'a str {
        let mut lists = self.all("type").map(|names| match names.value() {
            Value::String(name) => vec![name],
            Value::List(names) => names.filter_map(NodeRef::as_str).collect(),
            _ => Vec::new(),
        });
        let Some(first) = lists.next() else { return self.implied_kind() };
        let rest: Vec<Vec<&str>> = lists.collect();
        let allows = |list: &Vec<&str>, name: &str| {
            list.contains(&name) || name == "integer" && list.contains(&"number")
        };
        // An integer is a number too.
        let narrowed = first.into_iter().map(|name| match name {
            "number" if rest.iter().any(|list| !list.contains(&"number") && list.contains(&"integer")) => {
                "integer"
            }
            name => name,
        });
        let mut kinds: Vec<&str> =
            narrowed.filter(|name| rest.iter().all(|list| allows(list, name))).collect();
        kinds.sort_by_key(|name| *name == "null");
        kinds.first().copied().unwrap_or("null")
    }

    fn implied_kind(&self) -> &'static str {
        let has = |keywords: &[&'static str]| keywords.iter().any(|keyword| self.first(keyword).is_some());
        if has(&["properties", "required", "additionalProperties", "patternProperties", "minProperties"]) {
            "object"
        } else if has(&["items", "prefixItems", "minItems", "contains"]) {
            "array"
        } else if has(&["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]) {
            "number"
        } else {
            "string"
        }
    }
}

fn item_schema(schema: NodeRef<'_>, index: usize) -> Option<NodeRef<'_>> {
    let lists = ["prefixItems", "items"].into_iter().filter_map(|keyword| schema.get(keyword));
    let mut prefixes = lists.filter(|list| list.kind() == Kind::List);
    let whole = schema
        .get("items")
        .or_else(|| schema.get("additionalItems"))
        .filter(|items| items.kind() != Kind::List);
    prefixes.find_map(|list| list.index(index)).or(whole)
}

/// The lowest number within the bounds, or 0 where there is no lower one.
fn number(asked: &Asked<'_, '_>, whole: bool) -> Json {
    let bounds = |keyword| asked.all(keyword).filter_map(NodeRef::as_f64);
    let least = bounds("minimum").fold(f64::NEG_INFINITY, f64::max);
    let above = bounds("exclusiveMinimum").fold(f64::NEG_INFINITY, f64::max);
    let most = bounds("maximum").fold(f64::INFINITY, f64::min);
    let below = bounds("exclusiveMaximum").fold(f64::INFINITY, f64::min);
    let step = bounds("multipleOf").find(|step| *step > 0.0).or(whole.then_some(1.0));
    let fits = |value: f64| value >= least && value > above && value <= most && value < below;
    let up = |value: f64| step.map_or(value, |step| (value / step).ceil() * step);
    let down = |value: f64| step.map_or(value, |step| (value / step).floor() * step);
    let next = |value: f64, by: f64| step.map_or(value + by, |step| value + by * step);
    let middle = (least.max(above) + most.min(below)) / 2.0;
    let candidates = [
        0.0,
        up(least),
        up(above),
        next(up(above), 1.0),
        down(most),
        down(below),
        next(down(below), -1.0),
        middle,
    ];
    let exact = asked.all("minimum").find(|bound| bound.as_f64() == Some(least)).map(Json::from);
    match candidates.into_iter().filter(|value| value.is_finite()).find(|value| fits(*value)) {
        // A bound that a float cannot hold is written as it is.
        Some(value) if value == least && value != 0.0 && step.is_none_or(|step| step == 1.0) => {
            exact.unwrap_or_default()
        }
        Some(value) if whole => Json::from(value as i64),
        Some(value) => Number::from_f64(value).map_or(Json::from(0), Json::Number),
        None => Json::from(0),
    }
}

fn text(asked: &Asked<'_, '_>, secret: bool) -> String {
    let least = usize::try_from(asked.most_u64("minLength").unwrap_or(0)).unwrap_or(usize::MAX);
    let most =
        asked.least_u64("maxLength").map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
    if let Some(pattern) = asked.first("pattern").and_then(NodeRef::as_str) {
        return pattern::matching(pattern, least).unwrap_or_default();
    }
    if let Some(example) = asked.first("format").and_then(NodeRef::as_str).and_then(example) {
        return example.to_owned();
    }
    if secret && least == 0 {
        return String::new();
    }
    let word = if secret { "change-me" } else { "example" };
    let padding = std::iter::repeat_n('x', least.min(MOST_TEXT).saturating_sub(word.len()));
    word.chars().chain(padding).take(most).collect()
}

const MOST_TEXT: usize = 4_096;

/// A text of a format.
fn example(format: &str) -> Option<&'static str> {
    Some(match format {
        "date-time" => "2026-01-31T12:00:00Z",
        "date" => "2026-01-31",
        "time" => "12:00:00Z",
        "duration" => "PT1H30M",
        "email" | "idn-email" => "ops@example.org",
        "hostname" | "idn-hostname" => "db.example.org",
        "ipv4" => "192.0.2.1",
        "ipv6" => "2001:db8::1",
        "uri" | "iri" => "https://example.org/path",
        "uri-reference" | "iri-reference" => "/path",
        "uri-template" => "/users/{id}",
        "uuid" => "123e4567-e89b-12d3-a456-426614174000",
        "json-pointer" => "/a/0",
        "relative-json-pointer" => "1/a",
        "regex" => "^[a-z]+$",
        _ => return None,
    })
}
