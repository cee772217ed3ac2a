//! Comments of what moves to where its lines cannot go.

use std::ops::Range;

use enhanced_config_core::{KeyPath, Kind, NodeRef, Segment};

use super::model::Change;
use super::source::{Source, Splice};
use super::syntax::Syntax;
use super::tree::{Node, Style};
use super::{EditError, Editor};

impl Editor {
    /// Makes several changes as one, as [`transaction`](Self::transaction) does, that lose no comment: one that has no
    /// place any more stands above the line of the value at `at`, or of what is nearest to it.
    ///
    /// ```
    /// use enhanced_config_format::{Editor, Format, ParseOptions};
    /// let text = b"host: a # ours\n# of http\nport: 80\n";
    /// let mut editor = Editor::new(text, Format::Yaml, "app.yaml", &ParseOptions::default())?;
    /// let (host, port) = ("host".parse()?, "port".parse()?);
    /// editor.keeping_comments(&host, |editor| {
    ///     editor.remove(&port)?;
    ///     editor.set(&host, "a:80")
    /// })?;
    /// assert_eq!(editor.text(), "# of http\nhost: a:80 # ours\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As `edits`.
    pub fn keeping_comments(
        &mut self,
        at: &KeyPath,
        edits: impl Fn(&mut Self) -> Result<(), EditError>,
    ) -> Result<(), EditError> {
        self.transaction(|editor| editor.with_comments(at, &edits))
    }

    /// Makes an edit that loses no value, and so no comment either: what has no place with its value any more stands
    /// above the line that the value came to.
    pub(super) fn with_comments(
        &mut self,
        to: &KeyPath,
        edit: impl FnOnce(&mut Self) -> Result<(), EditError>,
    ) -> Result<(), EditError> {
        let before = self.comments();
        edit(self)?;
        let mut left = self.comments();
        let mut lost = before;
        lost.retain(|comment| match left.iter().position(|other| other == comment) {
            Some(at) => {
                left.swap_remove(at);
                false
            }
            None => true,
        });
        let Some(syntax) = self.syntax.as_ref().filter(|_| !lost.is_empty()) else { return Ok(()) };
        let source = Syntax::source(&self.text, self.format);
        let line = syntax.line(source, to.segments());
        let indentation = source.indentation(line);
        let lines: String = lost.iter().map(|comment| format!("{indentation}{comment}\n")).collect();
        self.commit(to, vec![Splice::insert(line, lines)], &[])
    }

    /// Removes a map if it is empty, then the one that it was in if that is empty now, and so on; but none that a
    /// comment would go with.
    ///
    /// # Errors
    /// When the text cannot be edited so.
    pub fn prune(&mut self, path: &KeyPath) -> Result<(), EditError> {
        self.transaction(|editor| {
            let mut path = path.clone();
            let is_empty = |map: NodeRef<'_>| map.kind() == Kind::Map && map.is_empty();
            while !path.is_root() && editor.document().at(&path).is_some_and(is_empty) {
                if editor.takes_comments(&path)? {
                    break;
                }
                editor.change(&path, Change::Remove)?;
                path.pop();
            }
            Ok(())
        })
    }

    /// Whether comments would go with a value.
    fn takes_comments(&mut self, path: &KeyPath) -> Result<bool, EditError> {
        let splices = self.splices(path, Change::Remove)?;
        let source = Syntax::source(&self.text, self.format);
        let comments = self.syntax.as_ref().map(|syntax| syntax.comments(source)).unwrap_or_default();
        let goes = |comment: &Range<usize>| {
            splices.iter().any(|Splice { range, .. }| range.start < comment.end && comment.start < range.end)
        };
        Ok(comments.iter().any(goes))
    }

    fn comments(&mut self) -> Vec<String> {
        if self.read_syntax().is_err() {
            return Vec::new();
        }
        let source = Syntax::source(&self.text, self.format);
        let comments = self.syntax.as_ref().map(|syntax| syntax.comments(source));
        comments.unwrap_or_default().into_iter().map(|comment| source.slice(comment).to_owned()).collect()
    }
}

impl Syntax {
    /// Where the comments of the text are.
    fn comments(&self, source: Source<'_>) -> Vec<Range<usize>> {
        let mut written = Vec::new();
        match self {
            Self::Json(root) => scalars(root, &mut written),
            #[cfg(feature = "yaml")]
            Self::Yaml(layout) => {
                layout.root.iter().for_each(|root| scalars(root, &mut written));
                written.iter_mut().for_each(|scalar| skip_header(source, scalar));
            }
            #[cfg(feature = "toml")]
            Self::Toml(statements) => {
                for statement in statements {
                    written.extend(statement.keys.iter().map(|(_, key)| key.clone()));
                    statement.value.iter().for_each(|value| scalars(value, &mut written));
                }
            }
        }
        between(source, &written)
    }

    /// The start of the line that a value stands on, or the nearest line around it that starts with a key.
    fn line(&self, source: Source<'_>, path: &[Segment]) -> usize {
        let first = |root: &Node| {
            let ways = (1..=path.len()).rev().filter_map(|length| path.get(..length)?.split_last());
            let key = |(step, parent): (&Segment, &[Segment])| {
                let node = *root.way(parent)?.last()?;
                Some(node.members.get(node.position(step)?)?.key.start)
            };
            ways.filter_map(key).find(|key| source.is_first(*key))
        };
        let key = match self {
            Self::Json(root) => first(root),
            #[cfg(feature = "yaml")]
            Self::Yaml(layout) => layout.root.as_ref().and_then(first),
            #[cfg(feature = "toml")]
            Self::Toml(statements) => {
                let is_of = |other: &[Segment]| path.starts_with(other) || other.starts_with(path);
                let pair = statements.iter().find(|s| s.value.is_some() && is_of(&s.path));
                let header = || statements.iter().find(|s| s.path.starts_with(path));
                pair.or_else(header).map(|statement| statement.span.start)
            }
        };
        key.map_or(0, |key| source.line_start(key))
    }
}

/// The keys and scalars of a value, in the order of the text.
fn scalars(node: &Node, found: &mut Vec<Range<usize>>) {
    if let Style::Scalar(_) = node.style {
        found.push(node.span.clone());
    }
    for member in &node.members {
        if member.name.is_some() {
            found.push(member.key.clone());
        }
        scalars(&member.value, found);
    }
}

/// Behind the `|` or `>` of a block scalar there may be a comment.
#[cfg(feature = "yaml")]
fn skip_header(source: Source<'_>, scalar: &mut Range<usize>) {
    if let Some(b'|' | b'>') = source.byte(scalar.start) {
        scalar.start = source.line_end(scalar.start).min(scalar.end);
    }
}

/// The comments of a text whose keys and scalars these are.
fn between(source: Source<'_>, written: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut comments = Vec::new();
    let mut at = 0;
    let end = source.text.len()..source.text.len();
    for next in written.iter().chain(std::iter::once(&end)) {
        while at < next.start {
            match source.comment(at) {
                Some(end) => {
                    comments.push(at..end);
                    at = end;
                }
                None => at += 1,
            }
        }
        at = at.max(next.end);
    }
    comments
}
