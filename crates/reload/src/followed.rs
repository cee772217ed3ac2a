use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use enhanced_config_clock::Instant;
use enhanced_config_files::Presence;

use crate::settle::{Look, Settling};
use crate::trails::Trails;
use crate::{Cause, Follow, Input, Trigger};

/// One configuration that is followed.
pub(crate) struct Followed {
    pub(crate) follow: Arc<dyn Follow>,
    /// What was read, and what there was at the last look.
    inputs: Vec<(Input, Presence)>,
    pub(crate) settling: Settling,
    /// Where it is watched.
    pub(crate) trails: Trails,
    /// What changed since the last attempt.
    changed: BTreeSet<PathBuf>,
    /// Whether variables of the process did.
    pub(crate) environment: bool,
    /// What there was when the present attempt began; none once other inputs were read.
    tried: Option<Vec<Input>>,
}

impl Followed {
    pub(crate) fn new(follow: Arc<dyn Follow>, inputs: Vec<Input>) -> Self {
        let mut followed = Self {
            follow,
            inputs: Vec::new(),
            settling: Settling::default(),
            trails: Trails::default(),
            changed: BTreeSet::new(),
            environment: false,
            tried: None,
        };
        followed.read(inputs);
        followed
    }

    /// These inputs were read, and what they say was dealt with.
    pub(crate) fn read(&mut self, inputs: Vec<Input>) {
        self.settling.done();
        self.changed.clear();
        self.environment = false;
        self.tried = None;
        self.depend_on(inputs);
    }

    /// Nothing more can be made of what there was when the attempt began. What changed since is another matter.
    pub(crate) fn give_up(&mut self) {
        if let Some(tried) = self.tried.take() {
            self.read(tried);
        }
    }

    /// These inputs matter, though nothing has been made of them yet.
    pub(crate) fn depend_on(&mut self, inputs: Vec<Input>) {
        let seen = |input: Input| {
            let was = input.was.clone();
            (input, was)
        };
        self.inputs = inputs.into_iter().map(seen).collect();
    }

    pub(crate) fn inputs(&self) -> impl Iterator<Item = &Input> {
        self.inputs.iter().map(|(input, _)| input)
    }

    /// Whether something finished that takes the place of a file leaves nothing to wait for: of several files the
    /// others may follow.
    pub(crate) fn is_one_file(&self) -> bool {
        self.inputs.iter().filter(|(_, seen)| seen.is_file()).count() <= 1
    }

    /// Looks at all inputs, and tells whether there is something else than at the look before.
    pub(crate) fn look(&mut self, now: Instant) -> bool {
        self.look_where(now, |_| true)
    }

    /// Looks at the inputs that are files: for what is missing, or a directory, the directories have been looked at.
    pub(crate) fn look_at_files(&mut self, now: Instant) -> bool {
        self.look_where(now, Presence::is_file)
    }

    fn look_where(&mut self, now: Instant, wanted: impl Fn(&Presence) -> bool) -> bool {
        let mut look = Look::default();
        for (input, seen) in &mut self.inputs {
            if wanted(seen) {
                let found = Presence::of(&input.path);
                look.changed |= found != *seen;
                *seen = found;
            }
            if *seen != input.was {
                look.differs = true;
                // Whoever makes a file anew begins with an empty one.
                look.missing |= seen.is_absent() || seen.is_empty_file();
                look.gone |= seen.is_absent();
                self.changed.insert(input.path.clone());
            }
        }
        self.settling.look(now, look);
        look.changed
    }

    /// What an attempt that begins now is told.
    pub(crate) fn begin(&mut self, patient: bool) -> Trigger {
        let seen = |(input, seen): &(Input, _)| Input::new(input.path.clone(), Clone::clone(seen));
        self.tried = Some(self.inputs.iter().map(seen).collect());
        let cause = match self.environment {
            true if self.changed.is_empty() => Cause::Environment,
            _ => Cause::Files(self.changed.iter().cloned().collect()),
        };
        let settled = self.inputs.iter().map(|(input, seen)| (input.path.clone(), seen.clone()));
        Trigger::new(cause, settled.collect(), patient)
    }
}
