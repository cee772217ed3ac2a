//! What a program made of a configuration that it read as a type.

use enhanced_config_core::{BuildError, Document, DocumentBuilder, NodeRef, Value};

use super::Extent;
use super::same::same;
use super::twins::twins;

/// What is effective with what a program changed: `read` is what its type made of it, `wanted` what the program made of
/// that.
///
/// What the program left alone is as it is effective, whatever the type makes of it: a default that only the type knows
/// is not there, and a key that the type does not know is. Items of lists are told by those that lists start and end
/// with.
///
/// # Errors
/// When the documents together are more than one can hold.
pub fn with_changes_of(
    effective: &Document,
    read: &Document,
    wanted: &Document,
) -> Result<Document, BuildError> {
    let mut builder = DocumentBuilder::new(effective.root().layer().clone())
        .with_max_values(usize::MAX)
        .with_max_depth(DocumentBuilder::MAX_DEPTH);
    let (effective, read) = (Some(effective.root()), Some(read.root()));
    View { effective, read, wanted: wanted.root() }.write(&mut builder)?;
    builder.finish()
}

/// The same place of three documents.
#[derive(Clone, Copy)]
struct View<'a> {
    effective: Option<NodeRef<'a>>,
    read: Option<NodeRef<'a>>,
    wanted: NodeRef<'a>,
}

impl<'a> View<'a> {
    /// Whether the program left it alone.
    fn is_unchanged(&self) -> bool {
        self.read.is_some_and(|read| same(Some(read), Some(self.wanted), Extent::Whole))
    }

    fn write(self, builder: &mut DocumentBuilder) -> Result<(), BuildError> {
        let View { effective, read, wanted } = self;
        match (effective, read.map(NodeRef::value), wanted.value()) {
            (Some(effective), ..) if self.is_unchanged() => builder.copy(effective),
            (Some(effective), Some(Value::Map(_)), Value::Map(_)) if is_map(effective) => {
                self.write_map(builder, effective)
            }
            (None, Some(Value::Map(_)), Value::Map(_)) => self.write_new_map(builder),
            (Some(effective), Some(Value::List(read)), Value::List(_))
                if effective.items().len() == read.len() && !effective.is_empty() =>
            {
                self.write_list(builder, effective, read.collect())
            }
            _ => builder.copy(wanted),
        }
    }

    /// The members that are effective, in their order, and those that the program added.
    fn write_map(self, builder: &mut DocumentBuilder, effective: NodeRef<'a>) -> Result<(), BuildError> {
        let member = |key: &str| self.read.and_then(|read| read.get(key));
        builder.open_map(effective.position())?;
        for (key, value) in effective.entries() {
            match self.wanted.get(key) {
                Some(wanted) => {
                    builder.key(key, value.key_position())?;
                    View { effective: Some(value), read: member(key), wanted }.write(builder)?;
                }
                // The type does not know it, so the program did not take it away.
                None if member(key).is_none() => {
                    builder.key(key, value.key_position())?;
                    builder.copy(value)?;
                }
                None => {}
            }
        }
        let added = self.wanted.entries().filter(|(key, _)| effective.get(key).is_none());
        for (key, wanted) in added {
            let view = View { effective: None, read: member(key), wanted };
            if !view.is_unchanged() {
                builder.key(key, 0)?;
                view.write(builder)?;
            }
        }
        builder.close()
    }

    /// Of a map that only the type knows, what the program changed.
    fn write_new_map(self, builder: &mut DocumentBuilder) -> Result<(), BuildError> {
        builder.open_map(0)?;
        for (key, wanted) in self.wanted.entries() {
            let view = View { effective: None, read: self.read.and_then(|read| read.get(key)), wanted };
            if !view.is_unchanged() {
                builder.key(key, 0)?;
                view.write(builder)?;
            }
        }
        builder.close()
    }

    fn write_list(
        self,
        builder: &mut DocumentBuilder,
        effective: NodeRef<'a>,
        read: Vec<NodeRef<'a>>,
    ) -> Result<(), BuildError> {
        let wanted: Vec<_> = self.wanted.items().collect();
        let twins = twins(&read, &wanted, Extent::Whole);
        builder.open_list(effective.position())?;
        for (wanted, twin) in wanted.into_iter().zip(twins) {
            let read = twin.and_then(|at| read.get(at).copied());
            let effective = twin.and_then(|at| effective.index(at));
            View { effective, read, wanted }.write(builder)?;
        }
        builder.close()
    }
}

fn is_map(node: NodeRef<'_>) -> bool {
    matches!(node.value(), Value::Map(_))
}
