use std::path::PathBuf;
use std::sync::Arc;

use enhanced_config_core::{Document, Problems};
use enhanced_config_files::Presence;
use enhanced_config_layers::{Input, Loaded, Texts};

use crate::reading::Patience;
use crate::served;
use crate::slot::{Base, Slot, Sources};
use crate::stage::{Event, Report, Stopped};
use crate::step::Step;
use crate::system::Shared;
use crate::{Config, Rejection};

/// What asks for an attempt.
#[cfg_attr(not(feature = "reload"), allow(dead_code, reason = "nothing else asks"))]
pub(crate) enum Why {
    /// Nothing is served, and somebody wants it.
    Use,
    /// Somebody looked, and these files are not what they were.
    Look(Vec<PathBuf>),
    /// A temporary override came or went.
    Override,
    /// The program wants it.
    Request,
    /// The program wrote this file.
    Save(Input),
    /// Whoever watches saw that these files changed.
    Files(Vec<PathBuf>),
    /// Variables of the process changed.
    Environment,
}

impl Why {
    /// Readers who look have something to go on with.
    fn patience(&self) -> Patience {
        if matches!(self, Why::Look(_)) { Patience::None } else { Patience::Some }
    }
}

/// What came of an attempt.
#[derive(Clone)]
pub(crate) struct Made {
    pub(crate) ended: Ended,
    /// What was read or looked for.
    #[cfg_attr(not(feature = "reload"), allow(dead_code, reason = "nobody watches it"))]
    pub(crate) inputs: Arc<[Input]>,
    #[cfg_attr(not(feature = "reload"), allow(dead_code, reason = "nobody hears of it"))]
    pub(crate) event: Event,
}

#[derive(Clone)]
pub(crate) enum Ended {
    /// What is served is what the sources say.
    Same(Config),
    /// What the sources say is served from now on.
    Changed(Config),
    /// The sources cannot be used, or somebody who depends on them refuses.
    Rejected(Rejection),
    /// It was served, and somebody could not follow: what was served before is served again.
    Undone(Config, Rejection),
    /// What was read may be half of something.
    Moved,
}

/// What keeps a configuration from following its sources.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Trouble {
    pub(crate) problems: Problems,
    /// Whether something is gone that was there.
    pub(crate) is_missing: bool,
}

impl Ended {
    /// What is served because of it.
    pub(crate) fn config(&self) -> Option<&Config> {
        match self {
            Ended::Same(config) | Ended::Changed(config) | Ended::Undone(config, _) => Some(config),
            Ended::Rejected(_) | Ended::Moved => None,
        }
    }

    /// Why it is not what the sources say.
    pub(crate) fn rejection(&self) -> Option<&Rejection> {
        match self {
            Ended::Rejected(rejection) | Ended::Undone(_, rejection) => Some(rejection),
            Ended::Same(_) | Ended::Changed(_) | Ended::Moved => None,
        }
    }
}

impl Made {
    /// Nothing was to be done.
    pub(crate) fn unchanged(served: Config) -> Self {
        let inputs = served.loaded().inputs.as_slice().into();
        Self { ended: Ended::Same(served), inputs, event: Event::default() }
    }

    /// What somebody who wants the configuration gets; none when this attempt has nothing for them.
    pub(crate) fn served(&self) -> Option<Result<Config, Rejection>> {
        match (self.ended.config(), self.ended.rejection()) {
            (Some(config), _) => Some(Ok(config.clone())),
            (None, rejection) => rejection.cloned().map(Err),
        }
    }
}

impl Shared {
    /// Makes what the sources and the overrides of a configuration say what is served. `settled` says whether what was
    /// read can be relied on to be whole.
    ///
    /// One attempt at a time: runs on the stage of `slot`.
    pub(crate) fn attempt(&self, slot: &Slot, why: &Why, settled: &dyn Fn(&[Input]) -> bool) -> Made {
        let step = if matches!(why, Why::Use) { Step::Load } else { Step::Reload };
        let attempt = || self.attempt_untraced(slot, why, settled);
        step.run(&slot.name, attempt, |made| matches!(made.ended, Ended::Same(_) | Ended::Changed(_)))
    }

    fn attempt_untraced(&self, slot: &Slot, why: &Why, settled: &dyn Fn(&[Input]) -> bool) -> Made {
        let began = self.checks.clock.now();
        let old = self.shelf.peek(&slot.name).map(Config::new).or_else(|| slot.stage.current());
        let Sources { given, are_read, is_overridden } = slot.sources(self, old.as_ref(), why.patience());
        let inputs: Arc<[Input]> = match &given {
            Ok(loaded) => loaded.inputs.as_slice().into(),
            Err(rejection) => rejection.inputs().into(),
        };
        if !settled(&inputs) {
            slot.read_again();
            return Made { ended: Ended::Moved, inputs, event: Event::default() };
        }
        let fallback = |rejection: &Rejection| {
            self.last_known_good(slot, rejection).or_else(|| self.of_defaults(slot, rejection))
        };
        let old = old.or_else(|| given.as_ref().err().and_then(fallback));
        let old_version = slot.version();
        let (ended, base) = match given {
            Ok(given) => self.offer(slot, old.as_ref(), &given),
            Err(rejection) => {
                // An override comes or goes whatever the files say.
                let before = old.as_ref().filter(|_| is_overridden).map(|old| slot.given_base(old));
                before.map(|before| self.offer(slot, old.as_ref(), &before));
                (Ended::Rejected(rejection), None)
            }
        };
        let trouble = trouble(&ended, old.as_ref(), &inputs);
        // What becomes of an override says nothing about the sources.
        let before = if are_read { slot.note(&inputs, trouble.clone()) } else { None };
        if let Ended::Changed(new) = &ended {
            self.keep_as_good(slot, new);
        }
        let report = Report {
            why,
            old: old.as_ref(),
            old_version,
            ended: &ended,
            waits: base.as_ref().filter(|base| base.waits()).map(|base| (&*base.kept, &*base.given)),
            before: before.as_ref(),
            trouble: trouble.as_ref(),
            duration: self.checks.clock.now() - began,
        };
        self.monitoring.attempted(slot, &report, self.checks.clock.now());
        let event = slot.stage.report(&self.hub, &report);
        Made { ended, inputs, event }
    }

    /// Serves what the sources gave and the overrides, if everybody agrees.
    fn offer(&self, slot: &Slot, old: Option<&Config>, given: &Arc<Loaded>) -> (Ended, Option<Base>) {
        let (loaded, base) = match self.laid_over(slot, old, given) {
            Ok(offer) => offer,
            Err(rejection) => return (Ended::Rejected(rejection), None),
        };
        let version = slot.version();
        let ended = match old {
            Some(old) if *old.document() == loaded.document => Ended::Same(self.put(slot, version, &loaded)),
            Some(old) => self.exchange(slot, old, &loaded),
            None => Ended::Changed(self.put(slot, version + 1, &loaded)),
        };
        if ended.rejection().is_none() {
            slot.keep_base(&base);
        }
        (ended, Some(base))
    }

    /// What would be served, and without overrides.
    fn laid_over(
        &self,
        slot: &Slot,
        old: Option<&Config>,
        given: &Arc<Loaded>,
    ) -> Result<(Arc<Loaded>, Base), Rejection> {
        let before = slot.kept_base(old);
        let keep = |loaded: Arc<Loaded>, overrides: &[Arc<Document>]| match &before {
            Some(before) => self.keep_until_restart(&slot.name, before, loaded, overrides),
            None => Ok(loaded),
        };
        let kept = keep(Arc::clone(given), &[])?;
        let base = Base { given: Arc::clone(given), kept };
        let loaded = match slot.overrides().as_slice() {
            [] => Arc::clone(&base.kept),
            overrides => keep(Arc::new(self.overlay(&slot.name, given, overrides)?), overrides)?,
        };
        Ok((loaded, base))
    }

    /// Asks and tells everybody who depends on the configuration.
    fn exchange(&self, slot: &Slot, old: &Config, loaded: &Arc<Loaded>) -> Ended {
        let (before, version) = (old.loaded(), slot.version());
        let new = Config::new(served::alone(self.snapshot(&slot.name, version + 1, Arc::clone(loaded))));
        let published = slot.stage.publish(
            old,
            &new,
            || drop(self.put(slot, version + 1, loaded)),
            || drop(self.put(slot, version + 2, before)),
        );
        let served = || self.shelf.peek(&slot.name).map_or_else(|| old.clone(), Config::new);
        let reject = |problems| {
            let redactor = loaded.redactor.clone();
            Rejection::new(&slot.name, problems, Texts::default(), redactor)
                .with_inputs(loaded.inputs.clone())
        };
        match published {
            Ok(()) => Ended::Changed(new),
            Err(Stopped::Refused(problems)) => Ended::Rejected(reject(problems)),
            Err(Stopped::Undone(problems)) => Ended::Undone(served(), reject(problems)),
        }
    }

    /// Puts what was loaded where readers find it.
    pub(crate) fn put(&self, slot: &Slot, version: u64, loaded: &Arc<Loaded>) -> Config {
        slot.set_version(version);
        let put = self.shelf.put(&slot.name, self.snapshot(&slot.name, version, Arc::clone(loaded)));
        let config = Config::new(put);
        slot.stage.set_current(config.clone());
        config
    }
}

/// What keeps a configuration from following its sources after an attempt that read `inputs`.
fn trouble(ended: &Ended, old: Option<&Config>, inputs: &[Input]) -> Option<Trouble> {
    let problems = ended.rejection()?.problems().clone();
    Some(Trouble { problems, is_missing: old.is_some_and(|old| is_gone(&old.loaded().inputs, inputs)) })
}

/// Whether a file that was there is not.
fn is_gone(before: &[Input], now: &[Input]) -> bool {
    let is_absent = |path: &PathBuf| now.iter().any(|input| input.path == *path && input.was.is_absent());
    before.iter().any(|input| matches!(input.was, Presence::File(_)) && is_absent(&input.path))
}
