use std::fmt;
use std::io;
use std::sync::{Arc, Weak};
use std::time::Duration;

use enhanced_config_core::{KeyPath, PathError, Problem};
use enhanced_config_files::{Name, NameError};
use enhanced_config_layers::Input;
use enhanced_config_reload::{
    Attempt, Cause, ConfigHotReloader, EventReceiver, Follow, Live, Outcome, Publication, ReloadEvent,
    Subscription, Trigger,
};
use serde::de::DeserializeOwned;

#[cfg(doc)]
use crate::Level;
use crate::attempt::{Ended, Made, Why};
use crate::slot::Slot;
use crate::system::Shared;
use crate::{Config, ConfigStatus, EnhancedConfigSystem, LoadError, Rejection};

/// A change of a configuration, as a callback sees it: what it was and what it is from now on.
pub type ConfigChange = Publication<Config>;

/// Why a callback cannot be registered.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum SubscribeError {
    /// The name is not one that a configuration may have.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A path cannot be read.
    #[error(transparent)]
    Path(#[from] PathError),
}

/// As [`Display`](fmt::Display): what `fn main() -> Result<…>` prints should be for people.
impl fmt::Debug for SubscribeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Following files.
impl EnhancedConfigSystem {
    /// Makes every loaded configuration follow its files, and every one that is loaded from now on. Does nothing if
    /// they do already.
    ///
    /// A change is served once the files have settled, if it can be used and nobody refuses it; else what was served
    /// goes on being served. How patiently files are followed is the builder's
    /// [`reload_options`](crate::Builder::reload_options). Takes one thread, which sleeps while nothing happens, and one
    /// for each attempt while that lasts.
    ///
    /// # Errors
    /// When the system has no thread or descriptor to give.
    pub fn start_hot_reload(&self) -> io::Result<()> {
        let mut reloader = self.shared.hub.reloader.lock();
        if reloader.is_some() {
            return Ok(());
        }
        let started = &*reloader.insert(ConfigHotReloader::start(self.shared.hub.options.clone())?);
        let slots: Vec<Arc<Slot>> = self.shared.slots.lock().values().cloned().collect();
        for slot in slots.iter().filter(|slot| slot.version() > 0) {
            let follower = Follower::new(&self.shared, slot);
            started.follow(&slot.name, Arc::new(follower), self.shared.places(&slot.inputs()));
        }
        let wait = started.ready();
        self.shared.checks.set_watched(true);
        drop(reloader);
        wait();
        self.shared.monitoring.share_thread(&self.shared.hub);
        Ok(())
    }

    /// Leaves all configurations as they are. Waits for attempts under way, and so for their callbacks, unless it is
    /// called in one. Dropping the system does the same.
    pub fn stop_hot_reload(&self) {
        let mut running = self.shared.hub.reloader.lock();
        // Under the lock, as it is set.
        self.shared.checks.set_watched(false);
        let reloader = running.take();
        drop(running);
        // Waits for attempts, which ask for the lock.
        drop(reloader);
    }

    /// Why the operating system did not tell of all changes of files at some time since the start, so that some may be
    /// seen only at the next poll; none when it always has.
    pub fn is_polling(&self) -> Option<String> {
        self.shared.hub.reloader.lock().as_ref()?.is_polling()
    }

    /// Reads the sources of a configuration now, settled or not, and tells what became of it. The first time it loads
    /// it.
    ///
    /// Inside a callback the outcome is [`Deferred`](Outcome::Deferred): the attempt follows the one under way.
    ///
    /// # Errors
    /// When the name is not allowed, or when it cannot be loaded and nothing is served.
    pub fn reload(&self, name: &str) -> Result<ReloadEvent, LoadError> {
        let slot = self.shared.slots.lock().get(Name::new(name)?.as_str()).cloned();
        if let Some(slot) = slot.filter(|slot| slot.version() > 0) {
            return Ok(self.shared.reload(&slot)?);
        }
        let config = self.load_config(name)?;
        let mut event = ReloadEvent::new(name, Cause::Request, Outcome::Applied, 0);
        event.new_version = config.version();
        Ok(event)
    }

    /// Reads the sources of all loaded configurations: see [`reload`](Self::reload).
    pub fn reload_all(&self) -> Vec<ReloadEvent> {
        let mut slots: Vec<Arc<Slot>> = self.shared.slots.lock().values().cloned().collect();
        slots.sort_by(|a, b| a.name.cmp(&b.name));
        let loaded = slots.iter().filter(|slot| slot.version() > 0);
        loaded.filter_map(|slot| self.shared.reload(slot).ok()).collect()
    }

    /// How a configuration stands to its sources; none for one that nobody asked for. One whose sources could not be read so
    /// far, for a reason that passes, is [not served yet](Level::Nothing), and why is said.
    pub fn status(&self, name: &str) -> Option<ConfigStatus> {
        let slot = self.shared.slots.lock().get(name).cloned()?;
        self.shared.status(&slot)
    }

    /// How all of them stand to their sources, by name.
    pub fn statuses(&self) -> Vec<ConfigStatus> {
        let mut slots: Vec<Arc<Slot>> = self.shared.slots.lock().values().cloned().collect();
        slots.sort_by(|a, b| a.name.cmp(&b.name));
        slots.iter().filter_map(|slot| self.shared.status(slot)).collect()
    }

    /// A configuration as a type that follows it: every later version has to fit the type as long as a handle on it
    /// lives.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn live<T>(&self, name: &str) -> Result<Live<T>, LoadError>
    where
        T: DeserializeOwned + Send + Sync + 'static,
    {
        loop {
            let config = self.load_config(name)?;
            let slot = self.shared.slot(name);
            if let Some(live) = slot.stage.live(&config, || slot.version() > config.version()) {
                return Ok(live.map_err(|problems| config.reject(problems))?);
            }
        }
    }

    /// Calls `f` with whatever becomes of each attempt to change a configuration: applied, refused, missing, recovered,
    /// undone. Not with the first load, which changes nothing, nor with what was told before.
    ///
    /// # Errors
    /// When the name is not allowed.
    #[track_caller]
    pub fn on_reload<F>(&self, name: &str, f: F) -> Result<Subscription, SubscribeError>
    where
        F: Fn(&ReloadEvent) + Send + Sync + 'static,
    {
        let slot = self.shared.slot(Name::new(name)?.as_str());
        let subscription = slot.stage.subscribers.on_reload(f);
        self.shared.depend_on(&slot);
        Ok(subscription)
    }

    /// Calls `f` when the effective value at one of `paths` has changed, once however many have; `""` stands for
    /// everything. Inside, everybody reads the new version. An error takes the change back.
    ///
    /// It runs on a thread of the watcher, or on that of whoever asked for the change: of [`reload`](Self::reload), of an
    /// override, or, while files are not followed, of a reader who found that it was time to look.
    ///
    /// The callback may load, subscribe, unsubscribe, reload, panic, or drop the system. Two things it must not do: keep
    /// the system alive, which holds it, so let it hold a [`Weak`]; and wait for another thread or task that loads or
    /// reloads the same configuration, as that waits for the callback. One that takes long keeps neither readers nor
    /// other configurations waiting, but later changes of this one, and whoever stops the hot reload.
    ///
    /// # Errors
    /// When the name is not allowed or a path cannot be read.
    #[track_caller]
    pub fn on_change<P, F>(
        &self,
        name: &str,
        paths: impl IntoIterator<Item = P>,
        f: F,
    ) -> Result<Subscription, SubscribeError>
    where
        P: AsRef<str>,
        F: Fn(&ConfigChange) -> Result<(), Problem> + Send + Sync + 'static,
    {
        let paths: Vec<KeyPath> =
            paths.into_iter().map(|path| path.as_ref().parse()).collect::<Result<_, _>>()?;
        let slot = self.shared.slot(Name::new(name)?.as_str());
        let subscription = slot.stage.subscribers.on_change(paths, f);
        self.shared.depend_on(&slot);
        Ok(subscription)
    }

    /// Calls `f` before a configuration changes; an error refuses the change. To agree is no promise that it comes.
    ///
    /// # Errors
    /// When the name is not allowed.
    #[track_caller]
    pub fn before_change<F>(&self, name: &str, f: F) -> Result<Subscription, SubscribeError>
    where
        F: Fn(&ConfigChange) -> Result<(), Problem> + Send + Sync + 'static,
    {
        let slot = self.shared.slot(Name::new(name)?.as_str());
        let subscription = slot.stage.subscribers.before_change(f);
        self.shared.depend_on(&slot);
        Ok(subscription)
    }

    /// What becomes of attempts from now on, of all configurations, as a channel: for threads, and for tasks of any
    /// runtime. Nothing waits for whoever reads it, who misses the oldest events when more than 1,024 wait. It ends when
    /// the system is dropped, whether files are followed or not.
    pub fn events(&self) -> EventReceiver {
        self.shared.hub.events.listen()
    }
}

impl Drop for EnhancedConfigSystem {
    fn drop(&mut self) {
        self.stop_hot_reload();
    }
}

impl Shared {
    /// Somebody depends on the configuration from now on: what is served is kept, to tell the next change from.
    fn depend_on(self: &Arc<Self>, slot: &Arc<Slot>) {
        match self.shelf.peek(&slot.name) {
            Some(served) => slot.stage.set_current(Config::new(served)),
            // It has been forgotten since it was served: what the sources say now is what the next change is told from.
            None if slot.version() > 0 => drop(self.make(slot, &Why::Use)),
            None => {}
        }
    }

    /// Follows the files of a configuration from now on, if files are followed.
    pub(crate) fn follow(self: &Arc<Self>, slot: &Arc<Slot>) {
        // What cannot be loaded is tried again whenever somebody asks for it.
        if slot.version() == 0 {
            return;
        }
        let running = self.hub.reloader.lock();
        let wait = running.as_ref().map(|reloader| {
            let inputs = self.places(&slot.inputs());
            reloader.follow(&slot.name, Arc::new(Follower::new(self, slot)), inputs);
            reloader.ready()
        });
        drop(running);
        wait.into_iter().for_each(|wait| wait());
    }

    fn reload(self: &Arc<Self>, slot: &Arc<Slot>) -> Result<ReloadEvent, Rejection> {
        loop {
            slot.read_again();
            let made = slot.stage.run(|| self.attempt(slot, &Why::Request, &|_| true));
            self.follow(slot);
            let version = slot.version();
            let plain = |outcome| ReloadEvent::new(Arc::clone(&slot.name), Cause::Request, outcome, version);
            match made {
                None => return Ok(plain(Outcome::Deferred)),
                Some(Made { ended: Ended::Moved, .. }) => continue,
                Some(Made { event: Some(event), .. }) => return Ok(ReloadEvent::clone(&event)),
                // One that others asked for, who had no reason to tell anybody.
                Some(Made { ended, .. }) => {
                    return match ended.rejection() {
                        Some(rejection) => Ok(plain(Outcome::Refused(rejection.problems().clone()))),
                        None => Ok(plain(Outcome::Unchanged)),
                    };
                }
            }
        }
    }

    /// Where inputs are, for those who watch them.
    fn places(&self, inputs: &[Input]) -> Vec<enhanced_config_reload::Input> {
        let place = |input: &Input| {
            enhanced_config_reload::Input::new(self.root.place(&input.path), input.was.clone())
        };
        inputs.iter().map(place).collect()
    }
}

/// Has a configuration follow its files.
struct Follower {
    /// The watcher must not keep alive what owns it.
    shared: Weak<Shared>,
    slot: Arc<Slot>,
}

impl Follower {
    fn new(shared: &Arc<Shared>, slot: &Arc<Slot>) -> Self {
        Self { shared: Arc::downgrade(shared), slot: Arc::clone(slot) }
    }

    /// What is served, where files changed and somebody else made it of what they are now: a save does.
    fn current(&self, shared: &Shared, why: &Why) -> Option<Made> {
        let Why::Files(_) = why else { return None };
        let (served, inputs) = (shared.shelf.peek(&self.slot.name)?, self.slot.inputs());
        let is_current =
            self.slot.trouble().is_none() && inputs.iter().all(|input| input.is_current(&shared.root));
        is_current.then(|| Made { inputs, ..Made::unchanged(Config::new(served)) })
    }
}

impl Follow for Follower {
    fn follow(&self, trigger: &Trigger) -> Attempt {
        let Some(shared) = self.shared.upgrade() else { return Attempt::Done(Vec::new()) };
        let why = match trigger.cause() {
            Cause::Environment => Why::Environment,
            Cause::Files(paths) => Why::Files(paths.clone()),
            _ => Why::Request,
        };
        let mut attempts = 0;
        let made = self.slot.stage.run(|| {
            attempts += 1;
            if let Some(current) = self.current(&shared, &why) {
                return current;
            }
            self.slot.read_again();
            // What a callback asks for follows at once, as if the program had.
            let covers = |inputs: &[Input]| {
                let places = shared.places(inputs);
                attempts > 1 || trigger.covers(places.iter().map(|input| (&*input.path, &input.was)))
            };
            shared.attempt(&self.slot, &why, &covers)
        });
        let Some(made) = made else { return Attempt::Busy };
        let inputs = shared.places(&made.inputs);
        match &made.ended {
            Ended::Moved => Attempt::Moved(inputs),
            Ended::Rejected(rejection) if rejection.problems().is_transient() => Attempt::Failed(inputs),
            _ => Attempt::Done(inputs),
        }
    }

    fn slow(&self, _: Duration) {
        let Some(shared) = self.shared.upgrade() else { return };
        for overdue in shared.hub.calls.overdue(shared.hub.options.slow) {
            tracing::warn!(config = &*overdue.name, "{overdue}");
        }
    }
}
