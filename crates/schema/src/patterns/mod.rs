//! The regular expressions of a schema.

mod width;

use enhanced_config_core::{Document, KeyPath, NodeRef, Origin, Problem, ProblemKind, Problems};
use jsonschema::PatternOptions;

pub(crate) use self::width::width;

/// Bytes that a pattern may compile to.
const SIZE: usize = 1 << 20;
/// Bytes that a pattern may have: to read one takes hundreds of times as many.
const LONGEST: usize = 16 << 10;

/// Patterns take time in proportion to the text and to themselves, whatever they are; look-around and back-references,
/// which no such engine has, are refused.
pub(crate) fn options() -> PatternOptions<jsonschema::Regex> {
    PatternOptions::regex().size_limit(SIZE).dfa_size_limit(SIZE)
}

/// The first few patterns of a schema that cannot be used: to find that out takes as long as to use them.
pub(crate) fn faults(schema: &Document) -> Problems {
    found(schema, why_not)
}

/// The first few patterns of a schema that are too long to be looked at.
pub(crate) fn too_long(schema: &Document) -> Problems {
    found(schema, |pattern| {
        (pattern.len() > LONGEST).then(|| format!("it has more than {} KiB", LONGEST >> 10))
    })
}

fn found(schema: &Document, why_not: fn(&str) -> Option<String>) -> Problems {
    let mut faults = Faults { why_not, problems: Problems::new() };
    faults.find(schema.root(), &mut KeyPath::root());
    faults.problems
}

struct Faults {
    /// Why a pattern cannot be used.
    why_not: fn(&str) -> Option<String>,
    problems: Problems,
}

impl Faults {
    fn find(&mut self, node: NodeRef<'_>, path: &mut KeyPath) {
        const FEW: usize = 10;
        if self.problems.len() >= FEW {
            return;
        }
        for (keyword, value) in node.entries() {
            path.push(keyword);
            match keyword {
                "const" | "enum" | "default" | "examples" => {}
                "pattern" => {
                    value.as_str().into_iter().for_each(|text| self.check(text, value.origin(), path));
                }
                "patternProperties" => {
                    for (key, schema) in value.entries() {
                        self.check(key, schema.key_origin(), &path.join(key));
                    }
                    self.find(value, path);
                }
                _ => self.find(value, path),
            }
            path.pop();
        }
        for (index, item) in node.items().enumerate() {
            path.push(index);
            self.find(item, path);
            path.pop();
        }
    }

    fn check(&mut self, pattern: &str, origin: Origin, path: &KeyPath) {
        let Some(why) = (self.why_not)(pattern) else { return };
        let kind = ProblemKind::Custom { message: format!("cannot use this pattern: {why}").into() };
        self.problems.extend([Problem::error(kind).with_origin(origin).with_path(path.clone())]);
    }
}

fn why_not(pattern: &str) -> Option<String> {
    match regex::RegexBuilder::new(pattern).size_limit(SIZE).build().err()? {
        regex::Error::CompiledTooBig(_) => Some("it takes more than 1 MiB when compiled".to_owned()),
        error => {
            // A few things are written otherwise in the patterns of JSON Schema.
            let schema = serde_json::json!({ "pattern": pattern });
            jsonschema::options().with_pattern_options(options()).build(&schema).err()?;
            // The text, and where in it, come first.
            let text = error.to_string();
            Some(text.rsplit_once("error: ").map_or("it cannot be read", |(_, why)| why).to_owned())
        }
    }
}
