//! Edits of JSON, with or without comments.

use enhanced_config_core::{NodeRef, Segment};

use super::Edited;
use super::brackets;
use super::error::Refusal;
use super::flow::{Dialect, Flow, Spread};
use super::model::Change;
use super::source::{Comments, Source};
use super::tree::Node;
use super::write::{json_line, json_lines, quoted};

pub(super) fn edit(text: &str, path: &[Segment], change: Change<'_>) -> Edited {
    let source = Source::new(text, Comments::Slash);
    let (step, parent) = path.split_last().ok_or(Refusal::Root)?;
    let root = brackets::value(&source, 0);
    let way = root.way(parent).ok_or(Refusal::Missing)?;
    let node = way.last().ok_or(Refusal::Missing)?;
    let splices = Flow { source, node }.change(step, change, &Json::of(&source, &root))?;
    Ok(source.spliced(splices))
}

/// How a text is laid out.
struct Json {
    /// What its members are indented by; none where all stands on one line.
    step: Option<String>,
}

impl Json {
    fn of(source: &Source<'_>, root: &Node) -> Self {
        let first = root.members.first().map(|member| member.key.start);
        let step = match first {
            Some(first) if source.is_first(first) => Some(source.indentation(first).to_owned()),
            None => Some("  ".to_owned()),
            Some(_) => None,
        };
        Self { step }
    }
}

impl Dialect for Json {
    fn key(&self, name: &str) -> String {
        quoted(name)
    }

    fn separator(&self) -> &'static str {
        ": "
    }

    fn value(&self, value: NodeRef<'_>, spread: &Spread, _: Option<&Node>) -> Result<String, Refusal> {
        Ok(match (spread, &self.step) {
            (Spread::Lines { indentation }, Some(step)) => json_lines(value, indentation, step),
            _ => json_line(value),
        })
    }

    fn first(&self, outer: &str) -> Spread {
        match &self.step {
            Some(step) => Spread::Lines { indentation: outer.to_owned() + step },
            None => Spread::Line,
        }
    }
}
