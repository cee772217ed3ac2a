//! The regular expressions of a schema.

mod width;

use enhanced_config_core::{Document, KeyPath, NodeRef, Origin, Problem, ProblemKind, Problems};
use jsonschema::PatternOptions;

pub(crate) use self::width::width;

/// Bytes that a pattern may compile to.
const SIZE: usize = 1 << 20;

/// Patterns take time in proportion to the text and to themselves, whatever they are; look-around and back-references,
/// which no such engine has, are refused.
pub(crate) fn options() -> PatternOptions<jsonschema::Regex> {
    PatternOptions::regex().size_limit(SIZE).dfa_size_limit(SIZE)
}

/// The first few patterns of a schema that cannot be used: to find that out takes as long as to use them.
pub(crate) fn faults(schema: &Document) -> Problems {
    let mut problems = Problems::new();
    find(schema.root(), &mut KeyPath::root(), &mut problems);
    problems
}

fn find(node: NodeRef<'_>, path: &mut KeyPath, problems: &mut Problems) {
    const FEW: usize = 10;
    if problems.len() >= FEW {
        return;
    }
    for (keyword, value) in node.entries() {
        path.push(keyword);
        match keyword {
            "const" | "enum" | "default" | "examples" => {}
            "pattern" => problems.extend(value.as_str().and_then(|text| fault(text, value.origin(), path))),
            "patternProperties" => {
                let keys = value.entries();
                problems.extend(
                    keys.filter_map(|(key, schema)| fault(key, schema.key_origin(), &path.join(key))),
                );
                find(value, path, problems);
            }
            _ => find(value, path, problems),
        }
        path.pop();
    }
    for (index, item) in node.items().enumerate() {
        path.push(index);
        find(item, path, problems);
        path.pop();
    }
}

fn fault(pattern: &str, origin: Origin, path: &KeyPath) -> Option<Problem> {
    let why = why_not(pattern)?;
    let kind = ProblemKind::Custom { message: format!("cannot use this pattern: {why}").into() };
    Some(Problem::error(kind).with_origin(origin).with_path(path.clone()))
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
