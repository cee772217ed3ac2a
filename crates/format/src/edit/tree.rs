//! Where the values of a text stand in it.

use std::ops::Range;

use enhanced_config_core::Segment;

/// A value in the text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    /// From its first character to behind its last, without tag and anchor. Empty where nothing is written.
    pub(super) span: Range<usize>,
    pub(super) style: Style,
    /// The number of its anchor, or 0.
    pub(super) anchor: usize,
    /// Where its tag starts.
    pub(super) tag: Option<usize>,
    pub(super) members: Vec<Member>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// A scalar; the quote that it starts with, if it is quoted, or `|` or `>`.
    Scalar(Option<char>),
    /// A repetition of the value with this anchor.
    Alias(usize),
    Flow(Holds),
    Block(Holds),
}

/// What a collection holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Keys,
    Items,
}

/// A member of a map or list.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Member {
    /// The key; nothing in a list.
    pub(super) name: Option<String>,
    /// The key as written; the `-` of an item, the item itself in brackets.
    pub(super) key: Range<usize>,
    /// Behind the `:`, `=` or `-`; none where a key stands behind a `?`, or is a path of several.
    pub(super) behind: Option<usize>,
    /// Whether it is a merge key.
    pub(super) is_merge: bool,
    pub(super) value: Node,
}

impl Node {
    pub(super) fn new(style: Style, span: Range<usize>) -> Self {
        Self { span, style, anchor: 0, tag: None, members: Vec::new() }
    }

    /// What a collection holds; a scalar holds no items.
    pub(super) fn holds(&self) -> Holds {
        match self.style {
            Style::Flow(holds) | Style::Block(holds) => holds,
            Style::Scalar(_) | Style::Alias(_) => Holds::Items,
        }
    }

    pub(super) fn is_block(&self) -> bool {
        matches!(self.style, Style::Block(_))
    }

    /// Moves it by so many bytes, with all that is in it.
    pub(super) fn shift(&mut self, by: isize) {
        shift_range(&mut self.span, by);
        self.tag = self.tag.map(|tag| tag.saturating_add_signed(by));
        self.members.iter_mut().for_each(|member| member.shift(by));
    }

    /// The number of the member that a step of a path leads to.
    pub(super) fn position(&self, step: &Segment) -> Option<usize> {
        match (self.holds(), step) {
            (Holds::Items, Segment::Index(index)) => (*index < self.members.len()).then_some(*index),
            (Holds::Items, Segment::Key(_)) => None,
            (Holds::Keys, Segment::Index(index)) => self.named(&index.to_string()),
            (Holds::Keys, Segment::Key(key)) => self.named(key),
        }
    }

    fn named(&self, name: &str) -> Option<usize> {
        self.members.iter().position(|member| !member.is_merge && member.name.as_deref() == Some(name))
    }

    /// The values that a path leads through, this one first.
    pub(super) fn way<'t>(&'t self, path: &[Segment]) -> Option<Vec<&'t Node>> {
        let mut way = vec![self];
        let mut node = self;
        for step in path {
            node = &node.members.get(node.position(step)?)?.value;
            way.push(node);
        }
        Some(way)
    }
}

impl Member {
    /// Moves it by so many bytes, with its value.
    pub(super) fn shift(&mut self, by: isize) {
        self.shift_key(by);
        self.value.shift(by);
    }

    /// Moves it by so many bytes, without its value.
    pub(super) fn shift_key(&mut self, by: isize) {
        shift_range(&mut self.key, by);
        self.behind = self.behind.map(|behind| behind.saturating_add_signed(by));
    }
}

pub(super) fn shift_range(range: &mut Range<usize>, by: isize) {
    range.start = range.start.saturating_add_signed(by);
    range.end = range.end.saturating_add_signed(by);
}
