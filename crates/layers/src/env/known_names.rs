use std::collections::VecDeque;

use enhanced_config_core::variable::name_of;
use enhanced_config_core::{KeyPath, suggest};

use super::level::Level;

/// Names of known keys, for "did you mean".
pub(super) struct KnownNames {
    names: Vec<String>,
}

impl KnownNames {
    const MAX_NAMES: usize = 4096;
    const LONGEST: usize = 64;

    /// The names of the keys of a configuration, those of the upper levels first.
    pub(super) fn of(root: &Level<'_>) -> Self {
        let mut names = Vec::new();
        let root =
            root.keys().into_iter().map(|key| (KeyPath::root().join(key), root.new_member(&key.into())));
        let mut open: VecDeque<(KeyPath, Level<'_>)> = root.take(Self::MAX_NAMES).collect();
        while let Some((path, level)) = open.pop_front() {
            let name = name_of(&path);
            // Longer ones are never suggested, and a schema that refers to itself ends here.
            if name.len() > Self::LONGEST {
                continue;
            }
            names.push(name);
            let room = Self::MAX_NAMES.saturating_sub(names.len() + open.len());
            let inner = level.keys().into_iter().take(room);
            open.extend(inner.map(|key| (path.join(key), level.new_member(&key.into()))));
        }
        Self { names }
    }

    /// The name most like `name`.
    pub(super) fn nearest(&self, name: &str) -> Option<&str> {
        if self.is_below_a_leaf(name) {
            return None;
        }
        // Whoever wrote more levels than a key has did not mean that key.
        let inside = |known: &str| name.strip_prefix(known).is_some_and(|rest| rest.starts_with('_'));
        suggest(name, self.names.iter().map(String::as_str).filter(|known| !inside(known)))
    }

    /// Whether a known key without members stands before a `__`: whoever got so far did not mean one beside it.
    fn is_below_a_leaf(&self, name: &str) -> bool {
        let below =
            |name: &str, known: &str| name.strip_prefix(known).is_some_and(|rest| rest.starts_with("__"));
        let has_members = |known: &str| self.names.iter().any(|other| below(other, known));
        self.names.iter().any(|known| below(name, known) && !has_members(known))
    }
}
