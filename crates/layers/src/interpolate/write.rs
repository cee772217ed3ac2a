use std::collections::BTreeSet;
use std::ops::Bound;

use enhanced_config_core::{
    BuildError, Document, DocumentBuilder, KeyPath, Layer, Limit, NodeRef, Problem, ProblemKind, Problems,
    Redactor, Segment, Value,
};

use super::resolve::{Expanded, Outcome, Resolved};
use super::{Budget, MAX_COPIES, MAX_TEXT, TOO_MUCH};

/// Writes the document again with every text replaced; the paths that took in a secret come second.
pub(super) fn write(
    root: NodeRef<'_>,
    resolved: Resolved<'_>,
    redactor: &Redactor,
) -> Result<(Document, BTreeSet<KeyPath>), Problems> {
    // What is there was within the limits of its sources, and what is added has limits of its own.
    let builder =
        DocumentBuilder::new(root.layer().clone()).with_max_values(usize::MAX).with_max_depth(usize::MAX);
    let (to, secrets, left) = (KeyPath::root(), BTreeSet::new(), Budget::default());
    let mut writer = Writer { builder, resolved, redactor, to, secrets, left };
    let written = writer.node(root, &mut KeyPath::root(), false);
    let Writer { builder, to, secrets, .. } = writer;
    match written.and_then(|()| builder.finish().map_err(kind)) {
        Ok(document) => Ok((document, secrets)),
        Err(kind) => {
            // Where it became too much may be deep inside a copy: the text that asked for it is the last that is there.
            let written =
                std::iter::successors(Some(to.clone()), KeyPath::parent).find_map(|path| root.at(&path));
            let origin = written.unwrap_or(root).origin();
            Err(Problem::error(kind).with_path(to).with_origin(origin).with_help(TOO_MUCH).into())
        }
    }
}

struct Writer<'d, 'r> {
    builder: DocumentBuilder,
    resolved: Resolved<'d>,
    redactor: &'r Redactor,
    /// Where the next value goes.
    to: KeyPath,
    secrets: BTreeSet<KeyPath>,
    left: Budget,
}

impl<'d> Writer<'d, '_> {
    /// Writes the value that is at `from` in the document; `copied` when it goes elsewhere because of a reference.
    fn node(&mut self, node: NodeRef<'d>, from: &mut KeyPath, copied: bool) -> Result<(), ProblemKind> {
        if let Some(outcome) = self.resolved.values.get(from) {
            return self.outcome(outcome.clone());
        }
        if copied {
            self.charge(node.as_str().unwrap_or_default())?;
            self.keep_secret(self.redactor.is_secret(from));
        } else if !self.has_texts(from) {
            return self.builder.copy(node).map_err(kind);
        }
        self.builder.set_layer(node.layer()).map_err(kind)?;
        match node.value() {
            Value::Map(entries) => {
                self.builder.open_map(node.position()).map_err(kind)?;
                for (key, member) in entries {
                    from.push(key);
                    self.builder.key(key, self.key_position(member, from)).map_err(kind)?;
                    self.member(key.into(), member, from, copied)?;
                    from.pop();
                }
                self.close(node.layer())
            }
            Value::List(items) => {
                self.builder.open_list(node.position()).map_err(kind)?;
                for (index, item) in items.enumerate() {
                    from.push(index);
                    self.member(index.into(), item, from, copied)?;
                    from.pop();
                }
                self.close(node.layer())
            }
            scalar => self.builder.scalar(scalar, node.position()).map_err(kind),
        }
    }

    fn member(
        &mut self,
        segment: Segment,
        member: NodeRef<'d>,
        from: &mut KeyPath,
        copied: bool,
    ) -> Result<(), ProblemKind> {
        self.to.push(segment);
        self.node(member, from, copied)?;
        self.to.pop();
        Ok(())
    }

    /// Writes what a text became.
    fn outcome(&mut self, outcome: Outcome<'d>) -> Result<(), ProblemKind> {
        self.keep_secret(outcome.secret);
        let (layer, position) = self.place(&outcome.value);
        self.builder.set_layer(&layer).map_err(kind)?;
        match outcome.value {
            Expanded::Node(node, mut from) => self.node(node, &mut from, true),
            Expanded::Scalar(value, _) => self.builder.scalar(value, position).map_err(kind),
            Expanded::Text(text, _) | Expanded::Variable(text, _) => {
                self.charge(&text)?;
                self.builder.string(&text, position).map_err(kind)
            }
        }
    }

    /// The layer of a value, and its position there.
    fn place(&self, value: &Expanded<'d>) -> (Layer, u32) {
        match value {
            Expanded::Node(node, _) | Expanded::Text(_, node) | Expanded::Scalar(_, node) => {
                (node.layer().clone(), node.position())
            }
            Expanded::Variable(_, number) => (self.resolved.variables.clone(), *number),
        }
    }

    /// Where a member's key stands. A position counts in the layer of the value, so a key that got a value from
    /// another layer has none of its own.
    fn key_position(&self, member: NodeRef<'d>, from: &KeyPath) -> u32 {
        let place = self.resolved.values.get(from).map(|outcome| self.place(&outcome.value));
        match place {
            Some((layer, position)) if layer != *member.layer() => position,
            _ => member.key_position(),
        }
    }

    fn has_texts(&self, from: &KeyPath) -> bool {
        let mut below = self.resolved.values.range::<KeyPath, _>((Bound::Included(from), Bound::Unbounded));
        below.next().is_some_and(|(path, _)| path.starts_with(from))
    }

    fn keep_secret(&mut self, secret: bool) {
        if secret && !self.redactor.is_secret(&self.to) {
            self.secrets.insert(self.to.clone());
        }
    }

    /// Counts a value that references add.
    fn charge(&mut self, text: &str) -> Result<(), ProblemKind> {
        let over = |limit, most: usize| ProblemKind::Limit { limit, most: most as u64 };
        self.left.copies = self.left.copies.checked_sub(1).ok_or(over(Limit::Values, MAX_COPIES))?;
        self.left.text = self.left.text.checked_sub(text.len()).ok_or(over(Limit::Text, MAX_TEXT))?;
        Ok(())
    }

    /// Ends a map or list, which belongs to the layer that is current when it ends.
    fn close(&mut self, layer: &Layer) -> Result<(), ProblemKind> {
        self.builder.set_layer(layer).and_then(|()| self.builder.close()).map_err(kind)
    }
}

fn kind(error: BuildError) -> ProblemKind {
    match error {
        BuildError::TooDeep { limit } => ProblemKind::Limit { limit: Limit::Depth, most: limit as u64 },
        BuildError::TooManyValues { limit } => {
            ProblemKind::Limit { limit: Limit::Values, most: limit as u64 }
        }
        other => ProblemKind::Custom { message: other.to_string().into() },
    }
}
