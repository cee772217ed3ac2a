//! Edits of JSON, with or without comments.

use enhanced_config_core::{NodeRef, Segment};

use super::Stopped;
use super::error::Refusal;
use super::flow::{Dialect, Flow, Spread};
use super::model::{Change, name};
use super::source::{Source, Splice, is_blank};
use super::tree::{Holds, Member, Node};
use super::write::{json_line, json_lines, quoted};

/// What a change does to the text.
pub(super) fn edit(
    source: Source<'_>,
    root: &Node,
    path: &[Segment],
    change: Change<'_>,
) -> Result<Vec<Splice>, Stopped> {
    let (step, parent) = path.split_last().ok_or(Refusal::Root)?;
    let way = root.way(parent).ok_or(Refusal::Missing)?;
    let node = way.last().ok_or(Refusal::Missing)?;
    Ok(Flow { source, node }.change(step, change, &Json::of(&source, root))?)
}

/// Moves a member, its value and comments as they are; nothing where they fit nowhere.
pub(super) fn moved(
    source: Source<'_>,
    root: &Node,
    from: &[Segment],
    to: &[Segment],
) -> Option<Vec<Splice>> {
    let dialect = Json::of(&source, root);
    let (step, parent) = from.split_last()?;
    let way = root.way(parent)?;
    let old = Flow { source, node: way.last()? };
    let member = old.node.members.get(old.node.position(step)?)?;
    let (key, to_parent) = to.split_last()?;
    let (depth, node) = (0..=to_parent.len())
        .rev()
        .find_map(|depth| Some((depth, *root.way(to_parent.get(..depth)?)?.last()?)))?;
    let new = Flow { source, node };
    let Spread::Lines { indentation } = new.spread(node.members.len(), &dialect) else { return None };
    if node.holds() != Holds::Keys {
        return None;
    }
    let step_in = dialect.step.as_deref()?;
    let inner = indentation.clone() + &step_in.repeat(to_parent.len() - depth);
    let value = source.slice(member.value.span.clone());
    let value = reindented(value, source.indentation(member.key.start), &inner);
    let mut text = String::new();
    let mut margin = indentation.clone();
    for name_above in to_parent.get(depth..)? {
        text += &format!("{}: {{\n", quoted(&name(name_above)));
        margin += step_in;
        text += &margin;
    }
    for comment in old.comments(step) {
        text += &format!("{}\n{inner}", reindented(&comment, source.indentation(member.key.start), &inner));
    }
    text += &format!("{}: {value}", quoted(&name(key)));
    for _ in to_parent.get(depth..)? {
        margin.truncate(margin.len().saturating_sub(step_in.len()));
        text += &format!("\n{margin}}}");
    }
    let mut splices = old.change(step, Change::Remove, &dialect).ok()?;
    splices.extend(new.insert(node.members.len(), &text, &Spread::Lines { indentation }));
    Some(splices)
}

/// Puts a value into a map, as it is written.
pub(super) fn nested(source: Source<'_>, root: &Node, path: &[Segment], key: &str) -> Option<Vec<Splice>> {
    let (member, spread) = member(&source, root, path)?;
    let value = source.slice(member.value.span.clone());
    let key = quoted(key);
    let text = match (spread, Json::of(&source, root).step) {
        (Spread::Lines { indentation }, Some(step)) => {
            let inner = indentation.clone() + &step;
            let value = reindented(value, &indentation, &inner);
            format!("{{\n{inner}{key}: {value}\n{indentation}}}")
        }
        _ => format!("{{ {key}: {value} }}"),
    };
    Some(vec![Splice::new(member.value.span.clone(), text)])
}

/// Puts a map's only value in its place, as it is written; nothing where something else stands in between.
pub(super) fn unnested(source: Source<'_>, root: &Node, path: &[Segment]) -> Option<Vec<Splice>> {
    let (outer, _) = member(&source, root, path)?;
    let [inner] = outer.value.members.as_slice() else { return None };
    let (open, close) = (outer.value.span.start + 1, outer.value.span.end - 1);
    let behind = source.slice(inner.value.span.end..close).trim_start();
    let is_bare =
        is_blank(source.slice(open..inner.key.start)) && is_blank(behind.strip_prefix(',').unwrap_or(behind));
    let (from, to) = (source.indentation(inner.key.start), source.indentation(outer.key.start));
    let text = reindented(source.slice(inner.value.span.clone()), from, to);
    is_bare.then(|| vec![Splice::new(outer.value.span.clone(), text)])
}

/// The member that a path leads to, and how it stands.
fn member<'t>(source: &Source<'_>, root: &'t Node, path: &[Segment]) -> Option<(&'t Member, Spread)> {
    let (step, parent) = path.split_last()?;
    let node = *root.way(parent)?.last()?;
    let at = node.position(step)?;
    let spread = Flow { source: *source, node }.spread(at, &Json::of(source, root));
    Some((node.members.get(at)?, spread))
}

/// All lines but the first, behind another indentation.
fn reindented(text: &str, from: &str, to: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let mut lines = text.split('\n');
    let first = lines.next().unwrap_or_default().to_owned();
    lines.fold(first, |text, line| match line.strip_prefix(from) {
        Some(rest) => text + "\n" + to + rest,
        None => text + "\n" + line,
    })
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
