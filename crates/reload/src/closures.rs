use std::path::PathBuf;

use enhanced_config_core::Problems;

use crate::{Attempt, Follow, Input, Trigger};

/// Files that two functions follow.
pub(crate) struct Closures<R, A> {
    name: Box<str>,
    paths: Vec<PathBuf>,
    rebuild: R,
    apply: A,
}

impl<R, A> Closures<R, A> {
    pub(crate) fn new(name: &str, paths: Vec<PathBuf>, rebuild: R, apply: A) -> Self {
        Self { name: name.into(), paths, rebuild, apply }
    }
}

impl<V, R, A> Follow for Closures<R, A>
where
    R: Fn() -> Result<V, Problems> + Send + Sync,
    A: Fn(V) -> Result<(), Problems> + Send + Sync,
{
    fn follow(&self, trigger: &Trigger) -> Attempt {
        let look = || self.paths.iter().map(Input::now).collect::<Vec<_>>();
        let covers = |inputs: &[Input]| trigger.covers(inputs.iter().map(|input| (&*input.path, &input.was)));
        let before = look();
        let rebuilt = (self.rebuild)();
        let inputs = look();
        // What changed while it was read may have been read by halves.
        if !covers(&before) || !covers(&inputs) {
            return Attempt::Moved(inputs);
        }
        if let Err(problems) = rebuilt.and_then(&self.apply) {
            tracing::error!(config = &*self.name, "what the files say now was refused: {problems}");
        }
        Attempt::Done(inputs)
    }
}
