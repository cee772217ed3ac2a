use crate::KeyPath;

/// The way to a value, kept on the stack: it becomes a path only when there is a problem.
#[derive(Clone, Copy)]
pub(super) struct Trail<'r> {
    parent: Option<&'r Trail<'r>>,
    step: Step<'r>,
}

#[derive(Clone, Copy)]
enum Step<'r> {
    Root,
    /// A key, and those that the type knows.
    Key(&'r str, &'static [&'static str]),
    Index(usize),
}

impl Trail<'_> {
    pub(super) const ROOT: Trail<'static> = Trail { parent: None, step: Step::Root };

    /// The way on from here, to the value of a key beside which the type knows these fields.
    pub(super) fn key<'t>(&'t self, key: &'t str, fields: &'static [&'static str]) -> Trail<'t> {
        Trail { parent: Some(self), step: Step::Key(key, fields) }
    }

    /// The way on from here, to an item of a list.
    pub(super) fn index(&self, at: usize) -> Trail<'_> {
        Trail { parent: Some(self), step: Step::Index(at) }
    }

    pub(super) fn path(&self, base: &KeyPath) -> KeyPath {
        let mut path = self.parent.map_or_else(|| base.clone(), |parent| parent.path(base));
        match self.step {
            Step::Root => {}
            Step::Key(key, _) => path.push(key),
            Step::Index(index) => path.push(index),
        }
        path
    }

    /// For each step of the path whether its name is no news: the program has it, too.
    pub(super) fn is_known(&self, base: &KeyPath) -> Vec<bool> {
        let base_steps = || vec![true; base.segments().len()];
        let mut known = self.parent.map_or_else(base_steps, |parent| parent.is_known(base));
        match self.step {
            Step::Root => {}
            Step::Key(key, fields) => known.push(fields.contains(&key)),
            Step::Index(_) => known.push(true),
        }
        known
    }
}
