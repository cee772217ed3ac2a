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

    /// To be asked for the places of `others`, one after another.
    pub(super) fn among(&self, others: &Paths) -> Among<'_> {
        Among { condition: self, alike: self.paths.alike(others), last: None }
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

/// A condition over the members that the places of other paths lead through.
///
/// Places come in order, and those for which it is about the same member follow one another: it is looked up anew only
/// for the next member, or a large list would be searched once for each member of another.
pub(super) struct Among<'c> {
    condition: &'c Condition,
    /// How many steps both paths have in common.
    alike: usize,
    /// The member it was last asked about.
    last: Option<(KeyPath, bool)>,
}

impl Among<'_> {
    /// Whether it holds for the place at `path`.
    pub(super) fn holds(&mut self, root: NodeRef<'_>, path: &KeyPath) -> bool {
        let member: KeyPath = path.segments().iter().take(self.alike).cloned().collect();
        match &self.last {
            Some((last, holds)) if *last == member => *holds,
            _ => {
                let holds = self.condition.holds_at(&self.condition.paths.bound_to(&member), root);
                self.last = Some((member, holds));
                holds
            }
        }
    }
}
