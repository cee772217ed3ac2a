//! Random schemas and values: judged in place as jsonschema judges the equal `serde_json::Value`, and what is refused has
//! a problem.
//!
//! Schemas that lead back to themselves for the same value are refused by us alone, and those that ask for too much work.

#![no_main]

use arbitrary::Arbitrary;
use enhanced_config_core::{Document, Layer, LayerKind, Redactor};
use enhanced_config_schema::SchemaRegistry;
use jsonschema::PatternOptions;
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value, json};

#[derive(Debug, Arbitrary)]
struct Case {
    schema: Schema,
    definitions: [Schema; 2],
    values: [Instance; 3],
}

#[derive(Debug, Arbitrary)]
enum Schema {
    Anything(bool),
    Keywords(Vec<Keyword>),
}

#[derive(Debug, Arbitrary)]
enum Keyword {
    Type(Kind),
    Types(Kind, Kind),
    Const(Instance),
    Enum(Vec<Instance>),
    Bound(Bound, i8),
    MultipleOf(u8),
    Count(Count, u8),
    Pattern(Pattern),
    Format(Format),
    Unique(bool),
    Required(Vec<Key>),
    One(Applied, Box<Schema>),
    Several(Combined, Vec<Schema>),
    Members(bool, Vec<(Key, Schema)>),
    Dependent(Key, Vec<Key>),
    Reference(bool),
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Kind {
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Bound {
    Minimum,
    Maximum,
    ExclusiveMinimum,
    ExclusiveMaximum,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Count {
    MinLength,
    MaxLength,
    MinItems,
    MaxItems,
    MinProperties,
    MaxProperties,
    MinContains,
    MaxContains,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Pattern {
    Letter,
    Anything,
    Nested,
    Nothing,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Format {
    Date,
    Ipv4,
    Uri,
    Email,
    Regex,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Applied {
    Not,
    If,
    Then,
    Else,
    Items,
    Contains,
    AdditionalProperties,
    PropertyNames,
    UnevaluatedProperties,
    UnevaluatedItems,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Combined {
    AllOf,
    AnyOf,
    OneOf,
    PrefixItems,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Key {
    A,
    B,
    Empty,
    Odd,
}

#[derive(Debug, Arbitrary)]
enum Instance {
    Null,
    Bool(bool),
    Small(i8),
    Large(u64),
    Half(i8),
    Text(Text),
    List(Vec<Instance>),
    Map(Vec<(Key, Instance)>),
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Text {
    Empty,
    A,
    Long,
    Beyond,
    Date,
    Address,
}

fuzz_target!(|case: Case| {
    let schema = case.schema();
    let options = jsonschema::options().should_validate_formats(true).offline();
    let Ok(peer) = options.with_pattern_options(PatternOptions::regex()).build(&schema) else { return };
    let mut registry = SchemaRegistry::new();
    let layer = |name| Layer::new(LayerKind::Base, name);
    registry.add_document("app", Document::from_serialize(&schema, layer("app.schema.json")).expect("a map"));
    let ours = match registry.validator("app") {
        Ok(ours) => ours,
        Err(error) => {
            let error = error.to_string();
            let is_meant = ["leads back to itself", "asks for more than", "leads through more than"];
            return assert!(is_meant.iter().any(|why| error.contains(why)), "refused: {error}\n{schema}");
        }
    };
    for value in &case.values {
        let value = value.value();
        let document =
            Document::from_serialize(&json!({ "value": value }), layer("app.json")).expect("a map");
        let node = document.get("value").expect("it was put there");
        let expected = peer.is_valid(&value);
        assert_eq!(ours.is_valid(node), expected, "{schema}\n{value}");
        let problems = ours.validate(node, &Redactor::new());
        assert_eq!(!problems.has_errors(), expected, "{problems}\n{schema}\n{value}");
    }
});

impl Case {
    fn schema(&self) -> Value {
        let mut whole = match self.schema.value(0) {
            Value::Object(keywords) => keywords,
            simple => Map::from_iter([("allOf".to_owned(), json!([simple]))]),
        };
        let [one, two] = [&self.definitions[0], &self.definitions[1]].map(|schema| schema.value(0));
        whole.insert("$defs".to_owned(), json!({ "one": one, "two": two }));
        Value::Object(whole)
    }
}

/// Deeper ones are `true`.
const DEEPEST: usize = 6;
/// Longer ones are cut.
const LONGEST: usize = 5;

impl Schema {
    fn value(&self, depth: usize) -> Value {
        match self {
            Schema::Anything(anything) => json!(anything),
            Schema::Keywords(_) if depth > DEEPEST => json!(true),
            Schema::Keywords(keywords) => {
                let mut map = Map::new();
                for keyword in keywords.iter().take(LONGEST) {
                    let (name, value) = keyword.pair(depth + 1);
                    map.insert(name.to_owned(), value);
                }
                Value::Object(map)
            }
        }
    }
}

impl Keyword {
    fn pair(&self, depth: usize) -> (&'static str, Value) {
        match self {
            Keyword::Type(kind) => ("type", json!(kind.name())),
            Keyword::Types(one, other) if one.name() == other.name() => ("type", json!([one.name()])),
            Keyword::Types(one, other) => ("type", json!([one.name(), other.name()])),
            Keyword::Const(value) => ("const", value.value()),
            Keyword::Enum(values) => ("enum", values.iter().take(LONGEST).map(Instance::value).collect()),
            Keyword::Bound(bound, number) => (bound.name(), json!(number)),
            Keyword::MultipleOf(number) => ("multipleOf", json!(f64::from(number % 8 + 1) / 2.0)),
            Keyword::Count(count, number) => (count.name(), json!(number % 4)),
            Keyword::Pattern(pattern) => ("pattern", json!(pattern.text())),
            Keyword::Format(format) => ("format", json!(format.name())),
            Keyword::Unique(unique) => ("uniqueItems", json!(unique)),
            Keyword::Required(keys) => ("required", distinct(keys)),
            Keyword::One(applied, schema) => (applied.name(), schema.value(depth)),
            Keyword::Several(combined, schemas) => {
                let schemas: Vec<Value> =
                    schemas.iter().take(LONGEST).map(|schema| schema.value(depth)).collect();
                (combined.name(), if schemas.is_empty() { json!([true]) } else { Value::from(schemas) })
            }
            Keyword::Members(by_pattern, members) => {
                let members = members.iter().take(LONGEST);
                let members = members.map(|(key, schema)| (key.text().to_owned(), schema.value(depth)));
                (
                    if *by_pattern { "patternProperties" } else { "properties" },
                    Value::Object(members.collect()),
                )
            }
            Keyword::Dependent(key, keys) => ("dependentRequired", json!({ key.text(): distinct(keys) })),
            Keyword::Reference(one) => ("$ref", json!(if *one { "#/$defs/one" } else { "#/$defs/two" })),
        }
    }
}

fn distinct(keys: &[Key]) -> Value {
    let keys: std::collections::BTreeSet<&str> = keys.iter().map(|key| key.text()).collect();
    keys.into_iter().map(Value::from).collect()
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Null => "null",
            Kind::Boolean => "boolean",
            Kind::Integer => "integer",
            Kind::Number => "number",
            Kind::String => "string",
            Kind::Array => "array",
            Kind::Object => "object",
        }
    }
}

impl Bound {
    fn name(self) -> &'static str {
        match self {
            Bound::Minimum => "minimum",
            Bound::Maximum => "maximum",
            Bound::ExclusiveMinimum => "exclusiveMinimum",
            Bound::ExclusiveMaximum => "exclusiveMaximum",
        }
    }
}

impl Count {
    fn name(self) -> &'static str {
        match self {
            Count::MinLength => "minLength",
            Count::MaxLength => "maxLength",
            Count::MinItems => "minItems",
            Count::MaxItems => "maxItems",
            Count::MinProperties => "minProperties",
            Count::MaxProperties => "maxProperties",
            Count::MinContains => "minContains",
            Count::MaxContains => "maxContains",
        }
    }
}

impl Pattern {
    fn text(self) -> &'static str {
        match self {
            Pattern::Letter => "^[a-z]$",
            Pattern::Anything => ".*",
            Pattern::Nested => "^(a+)+$",
            Pattern::Nothing => "[^\\s\\S]",
        }
    }
}

impl Format {
    fn name(self) -> &'static str {
        match self {
            Format::Date => "date",
            Format::Ipv4 => "ipv4",
            Format::Uri => "uri",
            Format::Email => "email",
            Format::Regex => "regex",
        }
    }
}

impl Applied {
    fn name(self) -> &'static str {
        match self {
            Applied::Not => "not",
            Applied::If => "if",
            Applied::Then => "then",
            Applied::Else => "else",
            Applied::Items => "items",
            Applied::Contains => "contains",
            Applied::AdditionalProperties => "additionalProperties",
            Applied::PropertyNames => "propertyNames",
            Applied::UnevaluatedProperties => "unevaluatedProperties",
            Applied::UnevaluatedItems => "unevaluatedItems",
        }
    }
}

impl Combined {
    fn name(self) -> &'static str {
        match self {
            Combined::AllOf => "allOf",
            Combined::AnyOf => "anyOf",
            Combined::OneOf => "oneOf",
            Combined::PrefixItems => "prefixItems",
        }
    }
}

impl Key {
    fn text(self) -> &'static str {
        match self {
            Key::A => "a",
            Key::B => "b",
            Key::Empty => "",
            Key::Odd => "~1/ü",
        }
    }
}

impl Text {
    fn text(self) -> &'static str {
        match self {
            Text::Empty => "",
            Text::A => "a",
            Text::Long => "aaaa",
            Text::Beyond => "ü😀",
            Text::Date => "2026-02-28",
            Text::Address => "192.0.2.1",
        }
    }
}

impl Instance {
    fn value(&self) -> Value {
        self.at(0)
    }

    fn at(&self, depth: usize) -> Value {
        match self {
            Instance::Null => Value::Null,
            Instance::Bool(value) => json!(value),
            Instance::Small(value) => json!(value),
            Instance::Large(value) => json!(value),
            Instance::Half(value) => json!(f64::from(*value) / 2.0),
            Instance::Text(text) => json!(text.text()),
            Instance::List(_) | Instance::Map(_) if depth > DEEPEST => Value::Null,
            Instance::List(items) => items.iter().take(LONGEST).map(|item| item.at(depth + 1)).collect(),
            Instance::Map(members) => {
                let members = members.iter().take(LONGEST);
                Value::Object(
                    members.map(|(key, value)| (key.text().to_owned(), value.at(depth + 1))).collect(),
                )
            }
        }
    }
}
