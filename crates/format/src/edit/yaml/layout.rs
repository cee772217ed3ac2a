//! Where the values of a YAML text stand: the parser's events with the places that they leave out. The text has been
//! read already: nothing here looks for mistakes.

use std::ops::Range;

use granit_parser::{Event, ScalarStyle, Span, StructureStyle};

use crate::Limits;
use crate::edit::source::Source;
use crate::edit::tree::{Holds, Member, Node, Style};
use crate::yaml::{block_indicator, parser};

/// The values of a text, and what refers to what.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::edit) struct Layout {
    /// Nothing where the text holds none.
    pub(in crate::edit) root: Option<Node>,
    /// The anchored values.
    pub(super) anchors: Vec<(usize, Range<usize>)>,
    /// The repetitions, each with the number of its anchor.
    pub(super) aliases: Vec<(usize, usize)>,
    /// Whether somebody has looked for what is [unusual](super::update) and found nothing.
    pub(super) is_usual: bool,
}

/// Nothing where the text cannot be read.
pub(in crate::edit) fn layout(source: Source<'_>, limits: &Limits) -> Option<Layout> {
    let mut building = Building::new(source);
    let mut parser = parser(source.text, limits);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.ok()?;
        if let Event::UnresolvedAlias(_) = event {
            return None;
        }
        building.event(&event, span);
    }
    Some(building.layout)
}

/// Puts a layout together from the parser's events.
pub(in crate::edit) struct Building<'a> {
    source: Source<'a>,
    open: Vec<Open>,
    /// Behind what was read last.
    end: usize,
    pub(in crate::edit) layout: Layout,
}

/// A collection of which not all has been read.
struct Open {
    node: Node,
    /// The key whose value comes next, or the `-` of an item.
    mark: Option<Mark>,
}

struct Mark {
    name: Option<String>,
    key: Range<usize>,
    behind: Option<usize>,
    is_merge: bool,
}

impl<'a> Building<'a> {
    pub(in crate::edit) fn new(source: Source<'a>) -> Self {
        let layout = Layout { root: None, anchors: Vec::new(), aliases: Vec::new(), is_usual: false };
        Self { source, open: Vec::new(), end: 0, layout }
    }

    pub(in crate::edit) fn event(&mut self, event: &Event<'_>, span: Span) {
        let (start, end) = (byte(span.start), byte(span.end));
        let tag = span.tag_start().map(byte);
        match *event {
            Event::Scalar(ref text, style, anchor, _) => {
                if self.takes_key() {
                    let is_merge = style == ScalarStyle::Plain && tag.is_none() && text == "<<";
                    let is_absent = style == ScalarStyle::Plain && start == end;
                    let name = if is_absent { String::new() } else { text.to_string() };
                    return self.key(name, start..end, is_merge);
                }
                self.mark_item();
                let span = self.scalar_span(style, start..end);
                let node = Node { anchor, tag, ..Node::new(Style::Scalar(quote(style)), span) };
                self.add(node);
            }
            Event::Alias(id) if self.takes_key() => {
                self.layout.aliases.push((id, start));
                self.key(String::new(), start..end, false);
            }
            Event::Alias(id) => {
                self.mark_item();
                self.layout.aliases.push((id, start));
                self.add(Node::new(Style::Alias(id), start..end));
            }
            Event::MappingStart(style, anchor, _) => self.start(Holds::Keys, style, anchor, tag, start),
            Event::SequenceStart(style, anchor, _) => self.start(Holds::Items, style, anchor, tag, start),
            Event::MappingEnd | Event::SequenceEnd => self.close(end),
            _ => {}
        }
    }

    fn takes_key(&self) -> bool {
        self.open.last().is_some_and(|open| open.mark.is_none() && open.node.holds() == Holds::Keys)
    }

    fn key(&mut self, name: String, key: Range<usize>, is_merge: bool) {
        self.end = self.end.max(key.end);
        let blanks = self.source.rest(key.end).trim_start_matches([' ', '\t']);
        let colon = self.source.text.len() - blanks.len();
        let behind = blanks.starts_with(':').then_some(colon + 1);
        let Some(open) = self.open.last_mut() else { return };
        let is_explicit = open.node.is_block() && {
            let line = self.source.line_start(key.start);
            let before = self.source.slice(line..key.start).trim_start_matches([' ', '-', '\t']);
            before.starts_with('?')
        };
        let behind = behind.filter(|_| !is_explicit);
        if open.node.members.is_empty() && open.node.is_block() {
            open.node.span.start = key.start;
        }
        self.end = self.end.max(behind.unwrap_or(key.end));
        open.mark = Some(Mark { name: Some(name), key, behind, is_merge });
    }

    /// Finds the `-` of the item that comes.
    fn mark_item(&mut self) {
        let from = self.end;
        let Some(open) = self.open.last_mut() else { return };
        if open.node.style != Style::Block(Holds::Items) || open.mark.is_some() {
            return;
        }
        let dash = dash(&self.source, from);
        if open.node.members.is_empty() {
            open.node.span.start = dash;
        }
        self.end = dash + 1;
        open.mark = Some(Mark { name: None, key: dash..dash + 1, behind: Some(dash + 1), is_merge: false });
    }

    fn start(
        &mut self,
        holds: Holds,
        style: StructureStyle,
        anchor: usize,
        tag: Option<usize>,
        start: usize,
    ) {
        self.mark_item();
        let style = match style {
            StructureStyle::Block => Style::Block(holds),
            StructureStyle::Flow => Style::Flow(holds),
        };
        if matches!(style, Style::Flow(_)) {
            self.end = self.end.max(start + 1);
        }
        let node = Node { anchor, tag, ..Node::new(style, start..start) };
        self.open.push(Open { node, mark: None });
    }

    fn close(&mut self, end: usize) {
        let Some(Open { mut node, .. }) = self.open.pop() else { return };
        node.span.end = match (node.style, node.members.last()) {
            (Style::Flow(_), _) => end,
            (_, Some(last)) => last.value.span.end.max(last.key.end),
            (_, None) => node.span.start,
        };
        self.add(node);
    }

    /// A whole value, for the collection that is open.
    fn add(&mut self, node: Node) {
        self.end = self.end.max(node.span.end);
        if node.anchor > 0 {
            self.layout.anchors.push((node.anchor, node.span.clone()));
        }
        let Some(open) = self.open.last_mut() else {
            self.layout.root = self.layout.root.take().or(Some(node));
            return;
        };
        let mark = open.mark.take().unwrap_or_else(|| Mark {
            name: None,
            key: node.span.clone(),
            behind: Some(node.span.start),
            is_merge: false,
        });
        let Mark { name, key, behind, is_merge } = mark;
        open.node.members.push(Member { name, key, behind, is_merge, value: node });
    }

    fn scalar_span(&self, style: ScalarStyle, span: Range<usize>) -> Range<usize> {
        match style {
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let start = block_indicator(self.source.text, self.end).unwrap_or(span.start);
                start..end_of_block_scalar(&self.source, start, span.end)
            }
            // Nothing is written: it stands where something could be.
            ScalarStyle::Plain if span.is_empty() => {
                let at = self.open.last().and_then(|open| open.mark.as_ref()?.behind).unwrap_or(span.start);
                at..at
            }
            _ => span,
        }
    }
}

/// The first `-` behind blanks, comments, tags and anchors.
fn dash(source: &Source<'_>, from: usize) -> usize {
    let mut at = source.gap(from);
    while source.rest(at).starts_with(['&', '!']) {
        let rest = source.rest(at);
        at += rest.find(char::is_whitespace).unwrap_or(rest.len());
        at = source.gap(at);
    }
    at
}

/// Line breaks that `|` and `|-` drop are not a part of it; those that `|+` keeps are.
fn end_of_block_scalar(source: &Source<'_>, start: usize, end: usize) -> usize {
    let written = source.slice(start..end);
    let header = written.get(..written.find(['\n', ' ', '\r']).unwrap_or(written.len())).unwrap_or_default();
    let content = if header.contains('+') { written.trim_end_matches([' ']) } else { written.trim_end() };
    let content = content.strip_suffix('\n').unwrap_or(content);
    start + content.strip_suffix('\r').unwrap_or(content).len().max(header.len())
}

fn quote(style: ScalarStyle) -> Option<char> {
    match style {
        ScalarStyle::SingleQuoted => Some('\''),
        ScalarStyle::DoubleQuoted => Some('"'),
        ScalarStyle::Literal => Some('|'),
        ScalarStyle::Folded => Some('>'),
        _ => None,
    }
}

fn byte(mark: granit_parser::Marker) -> usize {
    mark.byte_offset().unwrap_or_default()
}
