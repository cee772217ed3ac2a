use std::fmt;
use std::sync::Arc;

use enhanced_config_core::{Document, KeyPath, NodeRef};

/// One change of a configuration, as its callbacks see it.
pub struct Publication<V> {
    old: Arc<V>,
    new: Arc<V>,
    document: fn(&V) -> &Document,
    is_undo: bool,
}

impl<V> Publication<V> {
    /// The step from `old` to `new`; `document` finds what either says.
    pub fn new(old: impl Into<Arc<V>>, new: impl Into<Arc<V>>, document: fn(&V) -> &Document) -> Self {
        Self { old: old.into(), new: new.into(), document, is_undo: false }
    }

    /// What was served before.
    pub fn old_value(&self) -> &Arc<V> {
        &self.old
    }

    /// What is served from now on, or may be if nobody refuses.
    pub fn new_value(&self) -> &Arc<V> {
        &self.new
    }

    /// Whether this takes back what was told before: what is new now was old then.
    pub fn is_undo(&self) -> bool {
        self.is_undo
    }

    /// The effective value at `path` before.
    pub fn old_at(&self, path: &KeyPath) -> Option<NodeRef<'_>> {
        (self.document)(&self.old).at(path)
    }

    /// The effective value at `path` from now on.
    pub fn new_at(&self, path: &KeyPath) -> Option<NodeRef<'_>> {
        (self.document)(&self.new).at(path)
    }

    /// Whether the effective value at `path` changes, or anything below it. A value that says the same in another
    /// place or order is the same.
    pub fn changes(&self, path: &KeyPath) -> bool {
        self.old_at(path) != self.new_at(path)
    }

    /// The way back.
    pub(crate) fn undone(&self) -> Self {
        Self {
            old: Arc::clone(&self.new),
            new: Arc::clone(&self.old),
            document: self.document,
            is_undo: !self.is_undo,
        }
    }
}

/// The direction; the values may be secret.
impl<V> fmt::Debug for Publication<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publication").field("is_undo", &self.is_undo).finish_non_exhaustive()
    }
}
