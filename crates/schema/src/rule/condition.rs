use std::ops::ControlFlow;

use enhanced_config_core::{KeyPath, NodeRef};
use serde::Serialize;

use super::RuleFault;
use super::paths::Paths;
use super::values::Values;

/// The "if" of a rule.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    paths: Paths,
    /// The value that one of the places must have; without, anything but `null` will do.
    values: Option<Values>,
}

impl Condition {
    pub(super) fn equals(path: &str, value: impl Serialize) -> Result<Self, RuleFault> {
        Ok(Self { paths: Paths::parse(path)?, values: Some(Values::new([value])?) })
    }

    pub(super) fn is_set(path: &str) -> Result<Self, RuleFault> {
        Ok(Self { paths: Paths::parse(path)?, values: None })
    }

    /// Whether it holds of a document.
    pub(super) fn holds(&self, root: NodeRef<'_>) -> bool {
        self.holds_at(&self.paths, root)
    }

    /// Whether it holds for the place at `path`, one of `others`.
    pub(super) fn holds_for(&self, root: NodeRef<'_>, others: &Paths, path: &KeyPath) -> bool {
        self.holds_at(&self.paths.bound_to(others, path), root)
    }

    fn holds_at(&self, paths: &Paths, root: NodeRef<'_>) -> bool {
        let suits = |node: NodeRef<'_>| match &self.values {
            Some(values) => values.contain(node),
            None => !node.is_null(),
        };
        let flow = paths.visit(root, &mut |place| match place.found && suits(place.nearest) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        });
        flow.is_break()
    }
}
